// SPDX-License-Identifier: GPL-2.0
/* The MSI-X vectors: masks, pending bits, and vector 0, which the model raises itself. */
#include "bar0.h"
#include "pci_cfg.h"
#include "vectors.h"

static u32 msix_ctrl(u32 vector)
{
	return VDSA_MSIX_TABLE + vector * VDSA_MSIX_STRIDE + VDSA_MSIX_CTRL;
}

bool vdsa_model_masked(const struct vdsa_model *m, u32 vector)
{
	return vdsa_pci_cfg_msix_masked(m) ||
	       vdsa_bar0_get32(m, msix_ctrl(vector)) & VDSA_MSIX_CTRL_MASK;
}

/* Raise vector 0: now, or when it is unmasked. */
static void signal_vector_0(struct vdsa_model *m, struct vdsa_action *action)
{
	if (vdsa_model_masked(m, 0)) {
		m->pending |= 1;
		return;
	}
	m->pending &= ~1u;
	action->signal = true;
}

void vdsa_model_raise(struct vdsa_model *m, u32 cause,
		      struct vdsa_action *action)
{
	vdsa_bar0_set32(m, DSA_INTCAUSE,
			vdsa_bar0_get32(m, DSA_INTCAUSE) | cause);
	signal_vector_0(m, action);
}

void vdsa_model_raise_if(struct vdsa_model *m, u32 genctrl, u32 cause,
			 struct vdsa_action *action)
{
	if (vdsa_bar0_get32(m, DSA_GENCTRL) & genctrl)
		vdsa_model_raise(m, cause, action);
}

struct vdsa_action vdsa_model_unmasked(struct vdsa_model *m)
{
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };

	if (m->pending & 1)
		signal_vector_0(m, &action);
	return action;
}

struct vdsa_action vdsa_model_set_masked(struct vdsa_model *m, u32 vector,
					 bool masked)
{
	if (vector <= m->info.nr_wqs)
		vdsa_bar0_set32(m, msix_ctrl(vector),
				masked ? VDSA_MSIX_CTRL_MASK : 0);
	return vdsa_model_unmasked(m);
}

void vdsa_model_set_pending(struct vdsa_model *m, u32 vectors)
{
	u32 ours = m->pending & 1;
	u32 all = (1u << (m->info.nr_wqs + 1)) - 1;

	m->pending = ours | (vectors & all & ~1u);
	vdsa_regfile_set(&m->bar0, VDSA_MSIX_PBA, 8, m->pending);
}

bool vdsa_model_reads_pending(u32 off)
{
	return off >= VDSA_MSIX_PBA && off < VDSA_MSIX_PBA + 8;
}
