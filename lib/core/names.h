/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes of names, and words for numbers of the module's interface. */
#ifndef DSACTL_CORE_NAMES_H
#define DSACTL_CORE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_SIZE 32	/* of idxd's names and mdev types */
#define UUID_SIZE 37
#define PCI_SIZE 16
#define LABEL_SIZE 1025	/* of a work queue; profiles have less */

#define DRIVER "dsa_vdev"	/* of a slice's work queues; also the module's name */

/* The enum dsa_vdev_mapping of @name, or -1; and the other way round. */
int mapping_find(const char *name);
const char *mapping_name(uint32_t mapping);
#define MAPPING_NAMES "auto, sweep, hints or prs"

/* Of enum dsa_vdev_slice_state, dsa_vdev_vdev_state and dsa_vdev_mapping_state; or "unknown". */
const char *slice_state_name(uint32_t state);
const char *vdev_state_name(uint32_t state);
const char *mapping_state_name(uint32_t state);

/*
 * The work queues of a vdev of the mdev type, such as idxd-2dwq-v1, or of a served one,
 * idxd-2dwq-bare-v1; 0: there is no such type.
 */
unsigned int mdev_type_wqs(const char *type);
#define MDEV_TYPE_NAMES "idxd-1dwq-v1, idxd-2dwq-v1, idxd-4dwq-v1 or idxd-8dwq-v1, or such as idxd-1dwq-bare-v1"
/* Whether vdevs of the type are served by a process. */
bool mdev_type_is_served(const char *type);
/* The type of a vdev with so many work queues. */
void mdev_type_name(char to[NAME_SIZE], unsigned int wqs, bool served);

/* Nodes are counted as if a device that the kernel gives none were on node 0. */
int numa_node(int node);

/* An address of PCI with its domain, such as 0000:6a:01.0; case does not count. */
bool pci_is_address(const char *text);
/* "6a:01.0", as lspci prints one of domain 0. */
bool pci_lacks_domain(const char *text);

/* Whether INTEL-SA-01084 is about the PCI device id. */
bool pci_id_is_unsafe(unsigned int pci_id);

#endif /* DSACTL_CORE_NAMES_H */
