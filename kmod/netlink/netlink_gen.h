/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	kmod/netlink/dsa-vdev.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: kmod/netlink/regen.sh */

#ifndef _LINUX_DSA_VDEV_GEN_H
#define _LINUX_DSA_VDEV_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/dsa_vdev.h>

/* Common nested types */
extern const struct nla_policy dsa_vdev_hint_nl_policy[DSA_VDEV_A_HINT_LENGTH + 1];

/* Ops table for dsa_vdev */
extern const struct genl_split_ops dsa_vdev_nl_ops[10];

int dsa_vdev_nl_device_get_doit(struct sk_buff *skb, struct genl_info *info);
int dsa_vdev_nl_device_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int dsa_vdev_nl_slice_new_doit(struct sk_buff *skb, struct genl_info *info);
int dsa_vdev_nl_slice_del_doit(struct sk_buff *skb, struct genl_info *info);
int dsa_vdev_nl_slice_get_doit(struct sk_buff *skb, struct genl_info *info);
int dsa_vdev_nl_slice_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int dsa_vdev_nl_slice_reserve_doit(struct sk_buff *skb, struct genl_info *info);
int dsa_vdev_nl_vdev_get_doit(struct sk_buff *skb, struct genl_info *info);
int dsa_vdev_nl_vdev_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int dsa_vdev_nl_vdev_set_hints_doit(struct sk_buff *skb,
				    struct genl_info *info);

enum {
	DSA_VDEV_NLGRP_EVENTS,
};

#endif /* _LINUX_DSA_VDEV_GEN_H */
