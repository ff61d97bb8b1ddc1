/* SPDX-License-Identifier: GPL-2.0 */
/* The MSI-X vectors of the vdev. */
#ifndef VDSA_MODEL_VECTORS_H
#define VDSA_MODEL_VECTORS_H

#include "state.h"

/*
 * MSI-X: the mask bit in the table decides. The caller applies vdsa_model_masked()
 * to the vectors that it raises itself (1 and up) and reports which of them are
 * pending before the array is read.
 */
bool vdsa_model_masked(const struct vdsa_model *m, u32 vector);
struct vdsa_action vdsa_model_set_masked(struct vdsa_model *m, u32 vector,
					 bool masked);
void vdsa_model_set_pending(struct vdsa_model *m, u32 vectors);
bool vdsa_model_reads_pending(u32 off);

/* Set bits of INTCAUSE and raise vector 0: now, or when it is unmasked. */
void vdsa_model_raise(struct vdsa_model *m, u32 cause,
		      struct vdsa_action *action);
/* Only if the guest enabled the cause by the bit @genctrl of GENCTRL. */
void vdsa_model_raise_if(struct vdsa_model *m, u32 genctrl, u32 cause,
			 struct vdsa_action *action);
/* A mask may have been cleared: raise vector 0 if it is pending. */
struct vdsa_action vdsa_model_unmasked(struct vdsa_model *m);

#endif /* VDSA_MODEL_VECTORS_H */
