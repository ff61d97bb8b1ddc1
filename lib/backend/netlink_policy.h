/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* What each attribute of the module's messages is. Made from the specification by netlink_policy.py. */
#ifndef DSACTL_BACKEND_NETLINK_POLICY_H
#define DSACTL_BACKEND_NETLINK_POLICY_H

#include <linux/dsa_vdev.h>
#include <netlink/attr.h>

static const struct nla_policy device_policy[DSA_VDEV_A_DEVICE_MAX + 1] = {
	[DSA_VDEV_A_DEVICE_NAME] = { .type = NLA_STRING },
	[DSA_VDEV_A_DEVICE_PCI] = { .type = NLA_STRING },
	[DSA_VDEV_A_DEVICE_NUMA_NODE] = { .type = NLA_S32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_DEVICE_FLAGS] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_DEVICE_NR_WQS] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_DEVICE_NR_GROUPS] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_DEVICE_NR_ENGINES] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_DEVICE_IMS_SIZE] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_DEVICE_IMS_FREE] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_DEVICE_NR_SLICES] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
};

static const struct nla_policy wq_policy[DSA_VDEV_A_WQ_MAX + 1] = {
	[DSA_VDEV_A_WQ_ID] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_WQ_SIZE] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_WQ_BOUND] = { .type = NLA_U8, .minlen = 1, .maxlen = 1 },
};

static const struct nla_policy slice_policy[DSA_VDEV_A_SLICE_MAX + 1] = {
	[DSA_VDEV_A_SLICE_ID] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_SLICE_DEVICE] = { .type = NLA_STRING },
	[DSA_VDEV_A_SLICE_GROUP] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_SLICE_WQ_ID] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_SLICE_WQ] = { .type = NLA_NESTED },
	[DSA_VDEV_A_SLICE_NR_ENGINES] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_SLICE_NR_VECTORS] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_SLICE_PASID] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_SLICE_STATE] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_SLICE_FLAGS] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_SLICE_TYPE] = { .type = NLA_STRING },
	[DSA_VDEV_A_SLICE_VDEV] = { .type = NLA_STRING },
	[DSA_VDEV_A_SLICE_MAPPING] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
};

static const struct nla_policy hint_policy[DSA_VDEV_A_HINT_MAX + 1] = {
	[DSA_VDEV_A_HINT_IOVA] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_HINT_LENGTH] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
};

static const struct nla_policy vector_policy[DSA_VDEV_A_VECTOR_MAX + 1] = {
	[DSA_VDEV_A_VECTOR_INDEX] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VECTOR_IRQ] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VECTOR_IMS] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VECTOR_HANDLE] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VECTOR_MASKED] = { .type = NLA_U8, .minlen = 1, .maxlen = 1 },
	[DSA_VDEV_A_VECTOR_INTERRUPTS] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
};

static const struct nla_policy vdev_policy[DSA_VDEV_A_VDEV_MAX + 1] = {
	[DSA_VDEV_A_VDEV_UUID] = { .type = NLA_STRING },
	[DSA_VDEV_A_VDEV_SLICE_ID] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VDEV_DEVICE] = { .type = NLA_STRING },
	[DSA_VDEV_A_VDEV_NAME] = { .type = NLA_STRING, .maxlen = DSA_VDEV_NAME_MAX + 1 },
	[DSA_VDEV_A_VDEV_OWNER] = { .type = NLA_STRING, .maxlen = DSA_VDEV_NAME_MAX + 1 },
	[DSA_VDEV_A_VDEV_STATE] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VDEV_PASID] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VDEV_TYPE] = { .type = NLA_STRING },
	[DSA_VDEV_A_VDEV_MAPPED_BYTES] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_VDEV_PINNED_PAGES] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_VDEV_COMMANDS] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_VDEV_RESETS] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_VDEV_ERRORS] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_VDEV_VECTOR] = { .type = NLA_NESTED },
	[DSA_VDEV_A_VDEV_MAPPING] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VDEV_MAPPING_SOURCES] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VDEV_MAPPING_STATE] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
	[DSA_VDEV_A_VDEV_WANTED_BYTES] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_VDEV_HINT] = { .type = NLA_NESTED },
	[DSA_VDEV_A_VDEV_REQUESTS_SERVED] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_VDEV_REQUESTS_REFUSED] = { .type = NLA_U64, .minlen = 8, .maxlen = 8 },
	[DSA_VDEV_A_VDEV_RESERVED] = { .type = NLA_U8, .minlen = 1, .maxlen = 1 },
	[DSA_VDEV_A_VDEV_PCI_DEVICE] = { .type = NLA_U32, .minlen = 4, .maxlen = 4 },
};

#endif /* DSACTL_BACKEND_NETLINK_POLICY_H */
