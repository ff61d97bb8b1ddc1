// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	kmod/netlink/dsa-vdev.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: kmod/netlink/regen.sh */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/dsa_vdev.h>

/* Common nested types */
const struct nla_policy dsa_vdev_hint_nl_policy[DSA_VDEV_A_HINT_LENGTH + 1] = {
	[DSA_VDEV_A_HINT_IOVA] = { .type = NLA_U64, },
	[DSA_VDEV_A_HINT_LENGTH] = { .type = NLA_U64, },
};

/* DSA_VDEV_CMD_DEVICE_GET - do */
static const struct nla_policy dsa_vdev_device_get_nl_policy[DSA_VDEV_A_DEVICE_NAME + 1] = {
	[DSA_VDEV_A_DEVICE_NAME] = { .type = NLA_NUL_STRING, },
};

/* DSA_VDEV_CMD_SLICE_NEW - do */
static const struct nla_policy dsa_vdev_slice_new_nl_policy[DSA_VDEV_A_SLICE_MAPPING + 1] = {
	[DSA_VDEV_A_SLICE_DEVICE] = { .type = NLA_NUL_STRING, },
	[DSA_VDEV_A_SLICE_WQ_ID] = { .type = NLA_U32, },
	[DSA_VDEV_A_SLICE_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[DSA_VDEV_A_SLICE_MAPPING] = NLA_POLICY_MAX(NLA_U32, 3),
};

/* DSA_VDEV_CMD_SLICE_DEL - do */
static const struct nla_policy dsa_vdev_slice_del_nl_policy[DSA_VDEV_A_SLICE_ID + 1] = {
	[DSA_VDEV_A_SLICE_ID] = { .type = NLA_U32, },
};

/* DSA_VDEV_CMD_SLICE_GET - do */
static const struct nla_policy dsa_vdev_slice_get_do_nl_policy[DSA_VDEV_A_SLICE_ID + 1] = {
	[DSA_VDEV_A_SLICE_ID] = { .type = NLA_U32, },
};

/* DSA_VDEV_CMD_SLICE_GET - dump */
static const struct nla_policy dsa_vdev_slice_get_dump_nl_policy[DSA_VDEV_A_SLICE_DEVICE + 1] = {
	[DSA_VDEV_A_SLICE_DEVICE] = { .type = NLA_NUL_STRING, },
};

/* DSA_VDEV_CMD_SLICE_RESERVE - do */
static const struct nla_policy dsa_vdev_slice_reserve_nl_policy[DSA_VDEV_A_VDEV_MAPPING + 1] = {
	[DSA_VDEV_A_VDEV_SLICE_ID] = { .type = NLA_U32, },
	[DSA_VDEV_A_VDEV_UUID] = { .type = NLA_NUL_STRING, },
	[DSA_VDEV_A_VDEV_NAME] = { .type = NLA_NUL_STRING, .len = DSA_VDEV_NAME_MAX, },
	[DSA_VDEV_A_VDEV_OWNER] = { .type = NLA_NUL_STRING, .len = DSA_VDEV_NAME_MAX, },
	[DSA_VDEV_A_VDEV_MAPPING] = NLA_POLICY_MAX(NLA_U32, 3),
};

/* DSA_VDEV_CMD_VDEV_GET - do */
static const struct nla_policy dsa_vdev_vdev_get_nl_policy[DSA_VDEV_A_VDEV_UUID + 1] = {
	[DSA_VDEV_A_VDEV_UUID] = { .type = NLA_NUL_STRING, },
};

/* DSA_VDEV_CMD_VDEV_SET_HINTS - do */
static const struct nla_policy dsa_vdev_vdev_set_hints_nl_policy[DSA_VDEV_A_VDEV_HINT + 1] = {
	[DSA_VDEV_A_VDEV_UUID] = { .type = NLA_NUL_STRING, },
	[DSA_VDEV_A_VDEV_HINT] = NLA_POLICY_NESTED(dsa_vdev_hint_nl_policy),
};

/* Ops table for dsa_vdev */
const struct genl_split_ops dsa_vdev_nl_ops[10] = {
	{
		.cmd		= DSA_VDEV_CMD_DEVICE_GET,
		.doit		= dsa_vdev_nl_device_get_doit,
		.policy		= dsa_vdev_device_get_nl_policy,
		.maxattr	= DSA_VDEV_A_DEVICE_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= DSA_VDEV_CMD_DEVICE_GET,
		.dumpit	= dsa_vdev_nl_device_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DSA_VDEV_CMD_SLICE_NEW,
		.doit		= dsa_vdev_nl_slice_new_doit,
		.policy		= dsa_vdev_slice_new_nl_policy,
		.maxattr	= DSA_VDEV_A_SLICE_MAPPING,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DSA_VDEV_CMD_SLICE_DEL,
		.doit		= dsa_vdev_nl_slice_del_doit,
		.policy		= dsa_vdev_slice_del_nl_policy,
		.maxattr	= DSA_VDEV_A_SLICE_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DSA_VDEV_CMD_SLICE_GET,
		.doit		= dsa_vdev_nl_slice_get_doit,
		.policy		= dsa_vdev_slice_get_do_nl_policy,
		.maxattr	= DSA_VDEV_A_SLICE_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DSA_VDEV_CMD_SLICE_GET,
		.dumpit		= dsa_vdev_nl_slice_get_dumpit,
		.policy		= dsa_vdev_slice_get_dump_nl_policy,
		.maxattr	= DSA_VDEV_A_SLICE_DEVICE,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DSA_VDEV_CMD_SLICE_RESERVE,
		.doit		= dsa_vdev_nl_slice_reserve_doit,
		.policy		= dsa_vdev_slice_reserve_nl_policy,
		.maxattr	= DSA_VDEV_A_VDEV_MAPPING,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= DSA_VDEV_CMD_VDEV_GET,
		.doit		= dsa_vdev_nl_vdev_get_doit,
		.policy		= dsa_vdev_vdev_get_nl_policy,
		.maxattr	= DSA_VDEV_A_VDEV_UUID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= DSA_VDEV_CMD_VDEV_GET,
		.dumpit	= dsa_vdev_nl_vdev_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= DSA_VDEV_CMD_VDEV_SET_HINTS,
		.doit		= dsa_vdev_nl_vdev_set_hints_doit,
		.policy		= dsa_vdev_vdev_set_hints_nl_policy,
		.maxattr	= DSA_VDEV_A_VDEV_HINT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};
