// SPDX-License-Identifier: GPL-2.0
/*
 * The operations of netlink/dsa-vdev.yaml: check the shape, translate, call the
 * slices and vdevs.
 */
#include <linux/uuid.h>
#include <net/genetlink.h>
#include "core/events.h"
#include "netlink.h"
#include "netlink/netlink_gen.h"
#include "slice/slice_make.h"
#include "slice/slice_show.h"
#include "vdev/vdev_list.h"

static const struct genl_multicast_group groups[] = {
	[DSA_VDEV_NLGRP_EVENTS] = { .name = "events" },
};

static struct genl_family family __ro_after_init = {
	.name = DSA_VDEV_FAMILY_NAME,
	.version = DSA_VDEV_FAMILY_VERSION,
	.module = THIS_MODULE,
	.split_ops = dsa_vdev_nl_ops,
	.n_split_ops = ARRAY_SIZE(dsa_vdev_nl_ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/*
 * A slice lets a process have a device write to memory, and a hint says where, so
 * CAP_NET_ADMIN is not enough.
 */
static int check_capable(struct sk_buff *skb, struct genl_info *info)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(info->extack, "a change needs CAP_SYS_ADMIN");
	return -EPERM;
}

static int put_device_attrs(struct sk_buff *skb, const void *object)
{
	const struct vdsa_device_snapshot *snap = object;

	return nla_put_string(skb, DSA_VDEV_A_DEVICE_NAME, snap->name) ||
	       nla_put_string(skb, DSA_VDEV_A_DEVICE_PCI, snap->pci) ||
	       nla_put_s32(skb, DSA_VDEV_A_DEVICE_NUMA_NODE, snap->numa_node) ||
	       nla_put_u32(skb, DSA_VDEV_A_DEVICE_FLAGS, snap->flags) ||
	       nla_put_u32(skb, DSA_VDEV_A_DEVICE_NR_WQS, snap->nr_wqs) ||
	       nla_put_u32(skb, DSA_VDEV_A_DEVICE_NR_GROUPS, snap->nr_groups) ||
	       nla_put_u32(skb, DSA_VDEV_A_DEVICE_NR_ENGINES, snap->nr_engines) ||
	       nla_put_u32(skb, DSA_VDEV_A_DEVICE_IMS_SIZE, snap->ims_size) ||
	       nla_put_u32(skb, DSA_VDEV_A_DEVICE_IMS_FREE, snap->ims_free) ||
	       nla_put_u32(skb, DSA_VDEV_A_DEVICE_NR_SLICES, snap->nr_slices);
}

static int put_wq(struct sk_buff *skb, const struct vdsa_slice_snapshot *snap, u32 i)
{
	struct nlattr *nest = nla_nest_start(skb, DSA_VDEV_A_SLICE_WQ);

	if (!nest || nla_put_u32(skb, DSA_VDEV_A_WQ_ID, snap->wq[i].id) ||
	    nla_put_u32(skb, DSA_VDEV_A_WQ_SIZE, snap->wq[i].size) ||
	    nla_put_u8(skb, DSA_VDEV_A_WQ_BOUND, snap->wq[i].bound))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_uuid(struct sk_buff *skb, int attr, const guid_t *uuid)
{
	char text[UUID_STRING_LEN + 1];

	snprintf(text, sizeof(text), "%pUl", uuid);
	return nla_put_string(skb, attr, text);
}

static int put_slice_attrs(struct sk_buff *skb, const void *object)
{
	const struct vdsa_slice_snapshot *snap = object;
	char type[24];
	u32 i;

	for (i = 0; i < snap->nr_wqs; i++)
		if (put_wq(skb, snap, i))
			return -EMSGSIZE;
	snprintf(type, sizeof(type), "idxd-%udwq-v1", snap->nr_wqs);
	return nla_put_u32(skb, DSA_VDEV_A_SLICE_ID, snap->id) ||
	       nla_put_string(skb, DSA_VDEV_A_SLICE_DEVICE, snap->device) ||
	       nla_put_u32(skb, DSA_VDEV_A_SLICE_GROUP, snap->group) ||
	       nla_put_u32(skb, DSA_VDEV_A_SLICE_NR_ENGINES, snap->nr_engines) ||
	       nla_put_u32(skb, DSA_VDEV_A_SLICE_NR_VECTORS, snap->nr_wqs) ||
	       nla_put_u32(skb, DSA_VDEV_A_SLICE_PASID, snap->pasid) ||
	       nla_put_u32(skb, DSA_VDEV_A_SLICE_STATE, snap->state) ||
	       nla_put_u32(skb, DSA_VDEV_A_SLICE_FLAGS, snap->flags) ||
	       nla_put_string(skb, DSA_VDEV_A_SLICE_TYPE, type) ||
	       nla_put_u32(skb, DSA_VDEV_A_SLICE_MAPPING, snap->mapping) ||
	       (snap->has_vdev && put_uuid(skb, DSA_VDEV_A_SLICE_VDEV, &snap->vdev));
}

static int put_vector(struct sk_buff *skb, const struct vdsa_vdev_snapshot *snap, u32 i)
{
	struct nlattr *nest = nla_nest_start(skb, DSA_VDEV_A_VDEV_VECTOR);

	if (!nest || nla_put_u32(skb, DSA_VDEV_A_VECTOR_INDEX, i) ||
	    (i && (nla_put_u32(skb, DSA_VDEV_A_VECTOR_IRQ, snap->vector[i].irq) ||
		   nla_put_u32(skb, DSA_VDEV_A_VECTOR_IMS, snap->vector[i].ims))) ||
	    (snap->vector[i].has_handle &&
	     nla_put_u32(skb, DSA_VDEV_A_VECTOR_HANDLE, snap->vector[i].handle)) ||
	    nla_put_u8(skb, DSA_VDEV_A_VECTOR_MASKED, snap->vector[i].masked) ||
	    nla_put_u64_64bit(skb, DSA_VDEV_A_VECTOR_INTERRUPTS, snap->vector[i].interrupts, 0))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_hint(struct sk_buff *skb, const struct vdsa_pages *hint)
{
	struct nlattr *nest = nla_nest_start(skb, DSA_VDEV_A_VDEV_HINT);

	if (!nest ||
	    nla_put_u64_64bit(skb, DSA_VDEV_A_HINT_IOVA, PFN_PHYS(hint->begin), 0) ||
	    nla_put_u64_64bit(skb, DSA_VDEV_A_HINT_LENGTH, PFN_PHYS(hint->end - hint->begin), 0))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_pins(struct sk_buff *skb, const struct vdsa_pins_snapshot *pins)
{
	u32 i;

	for (i = 0; i < pins->nr_hints; i++)
		if (put_hint(skb, &pins->hint[i]))
			return -EMSGSIZE;
	return nla_put_u64_64bit(skb, DSA_VDEV_A_VDEV_MAPPED_BYTES, PFN_PHYS(pins->nr_pages), 0) ||
	       nla_put_u64_64bit(skb, DSA_VDEV_A_VDEV_PINNED_PAGES, pins->nr_pages, 0) ||
	       nla_put_u32(skb, DSA_VDEV_A_VDEV_MAPPING, pins->mapping) ||
	       nla_put_u32(skb, DSA_VDEV_A_VDEV_MAPPING_SOURCES, pins->sources) ||
	       nla_put_u32(skb, DSA_VDEV_A_VDEV_MAPPING_STATE, pins->state) ||
	       (pins->nr_wanted && nla_put_u64_64bit(skb, DSA_VDEV_A_VDEV_WANTED_BYTES,
						     PFN_PHYS(pins->nr_wanted), 0)) ||
	       nla_put_u64_64bit(skb, DSA_VDEV_A_VDEV_REQUESTS_SERVED, pins->nr_served, 0) ||
	       nla_put_u64_64bit(skb, DSA_VDEV_A_VDEV_REQUESTS_REFUSED, pins->nr_refused, 0);
}

static int put_vdev_attrs(struct sk_buff *skb, const void *object)
{
	const struct vdsa_vdev_snapshot *snap = object;
	u32 i;

	for (i = 0; i < snap->nr_vectors; i++)
		if (put_vector(skb, snap, i))
			return -EMSGSIZE;
	return put_pins(skb, &snap->pins) ||
	       put_uuid(skb, DSA_VDEV_A_VDEV_UUID, &snap->uuid) ||
	       nla_put_u32(skb, DSA_VDEV_A_VDEV_SLICE_ID, snap->slice_id) ||
	       nla_put_string(skb, DSA_VDEV_A_VDEV_DEVICE, snap->device) ||
	       (*snap->name && nla_put_string(skb, DSA_VDEV_A_VDEV_NAME, snap->name)) ||
	       (*snap->owner && nla_put_string(skb, DSA_VDEV_A_VDEV_OWNER, snap->owner)) ||
	       nla_put_u32(skb, DSA_VDEV_A_VDEV_STATE, snap->state) ||
	       nla_put_u32(skb, DSA_VDEV_A_VDEV_PASID, snap->pasid) ||
	       nla_put_u32(skb, DSA_VDEV_A_VDEV_PCI_DEVICE, snap->pci_device) ||
	       nla_put_string(skb, DSA_VDEV_A_VDEV_TYPE, snap->type) ||
	       nla_put_u8(skb, DSA_VDEV_A_VDEV_RESERVED, snap->reserved) ||
	       nla_put_u64_64bit(skb, DSA_VDEV_A_VDEV_COMMANDS, snap->commands, 0) ||
	       nla_put_u64_64bit(skb, DSA_VDEV_A_VDEV_RESETS, snap->resets, 0) ||
	       nla_put_u64_64bit(skb, DSA_VDEV_A_VDEV_ERRORS, snap->errors, 0);
}

typedef int (*put_attrs_fn)(struct sk_buff *skb, const void *object);

static int put_message(struct sk_buff *skb, u32 portid, u32 seq, int flags, u8 cmd,
		       put_attrs_fn put_attrs, const void *object)
{
	void *header = genlmsg_put(skb, portid, seq, &family, flags, cmd);

	if (!header)
		return -EMSGSIZE;
	if (put_attrs(skb, object)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int reply(struct genl_info *info, put_attrs_fn put_attrs, const void *object)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!skb)
		return -ENOMEM;
	if (put_message(skb, info->snd_portid, info->snd_seq, 0, info->genlhdr->cmd, put_attrs,
			object)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	return genlmsg_reply(skb, info);
}

static int put_dump(struct sk_buff *skb, struct netlink_callback *cb, put_attrs_fn put_attrs,
		    const void *object)
{
	return put_message(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI,
			   genl_info_dump(cb)->genlhdr->cmd, put_attrs, object);
}

/* Listeners hear of it as when their socket is full. */
static void tell_lost(void)
{
	genl_set_err(&family, &init_net, 0, DSA_VDEV_NLGRP_EVENTS, -ENOBUFS);
}

static void multicast(u8 cmd, put_attrs_fn put_attrs, const void *object)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&family, &init_net, DSA_VDEV_NLGRP_EVENTS))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb) {
		tell_lost();
	} else if (put_message(skb, 0, 0, 0, cmd, put_attrs, object)) {
		nlmsg_free(skb);
		tell_lost();
	} else {
		genlmsg_multicast(&family, skb, 0, DSA_VDEV_NLGRP_EVENTS, GFP_KERNEL);
	}
}

static int send_event(struct notifier_block *nb, unsigned long cmd, void *snapshot)
{
	if (!snapshot) {
		tell_lost();
		return NOTIFY_OK;
	}
	switch (cmd) {
	case DSA_VDEV_CMD_SLICE_ADD_NTF:
	case DSA_VDEV_CMD_SLICE_DEL_NTF:
	case DSA_VDEV_CMD_SLICE_CHANGE_NTF:
		multicast(cmd, put_slice_attrs, snapshot);
		break;
	default:
		multicast(cmd, put_vdev_attrs, snapshot);
	}
	return NOTIFY_OK;
}

static struct notifier_block event_notifier = { .notifier_call = send_event };

/* The string of a required attribute, or NULL with the extended ack set. */
static const char *get_string(struct genl_info *info, int attr)
{
	return GENL_REQ_ATTR_CHECK(info, attr) ? NULL : nla_data(info->attrs[attr]);
}

static const char *get_optional(struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_data(info->attrs[attr]) : "";
}

static int get_uuid(struct genl_info *info, guid_t *uuid)
{
	const char *text = get_string(info, DSA_VDEV_A_VDEV_UUID);

	if (!text)
		return -EINVAL;
	if (strlen(text) == UUID_STRING_LEN && !guid_parse(text, uuid))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DSA_VDEV_A_VDEV_UUID],
			    "uuid: must be like 01234567-89ab-cdef-0123-456789abcdef");
	return -EINVAL;
}

int dsa_vdev_nl_device_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *name = get_string(info, DSA_VDEV_A_DEVICE_NAME);
	struct vdsa_device_snapshot snap;

	if (!name)
		return -EINVAL;
	if (vdsa_device_snapshot_of(name, &snap))
		return reply(info, put_device_attrs, &snap);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DSA_VDEV_A_DEVICE_NAME],
			    "name: idxd has no such device");
	return -ENODEV;
}

int dsa_vdev_nl_device_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vdsa_device_snapshot snap;

	for (; vdsa_device_snapshot_at(cb->args[0], &snap); cb->args[0]++)
		if (put_dump(skb, cb, put_device_attrs, &snap))
			break;
	return skb->len;
}

static u32 get_wq_ids(struct genl_info *info, u32 *ids)
{
	struct nlattr *attr;
	u32 n = 0;
	int rest;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != DSA_VDEV_A_SLICE_WQ_ID)
			continue;
		if (n < DSA_VDEV_MAX_WQS)
			ids[n] = nla_get_u32(attr);
		n++;
	}
	return n;
}

/* The capability that idxd requires to map a portal of such silicon. */
static int check_flags(struct sk_buff *skb, struct genl_info *info, u32 flags)
{
	if (!(flags & DSA_VDEV_SLICE_FLAGS_ALLOW_UNSAFE_PORTAL) ||
	    netlink_capable(skb, CAP_SYS_RAWIO))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DSA_VDEV_A_SLICE_FLAGS],
			    "allow-unsafe-portal needs CAP_SYS_RAWIO");
	return -EPERM;
}

int dsa_vdev_nl_slice_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *device = get_string(info, DSA_VDEV_A_SLICE_DEVICE);
	struct nlattr *flags = info->attrs[DSA_VDEV_A_SLICE_FLAGS];
	struct nlattr *mapping = info->attrs[DSA_VDEV_A_SLICE_MAPPING];
	struct vdsa_slice_snapshot snap;
	u32 ids[DSA_VDEV_MAX_WQS];
	int err;

	if (!device)
		return -EINVAL;
	err = check_capable(skb, info);
	if (err)
		return err;
	err = check_flags(skb, info, flags ? nla_get_u32(flags) : 0);
	if (err)
		return err;
	err = vdsa_slice_new(device, ids, get_wq_ids(info, ids), flags ? nla_get_u32(flags) : 0,
			     mapping ? nla_get_u32(mapping) : DSA_VDEV_MAPPING_AUTO, &snap,
			     info->extack);
	return err ?: reply(info, put_slice_attrs, &snap);
}

int dsa_vdev_nl_slice_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, DSA_VDEV_A_SLICE_ID))
		return -EINVAL;
	if (check_capable(skb, info))
		return -EPERM;
	return vdsa_slice_del(nla_get_u32(info->attrs[DSA_VDEV_A_SLICE_ID]), info->extack);
}

int dsa_vdev_nl_slice_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vdsa_slice_snapshot snap;
	u32 id;

	if (GENL_REQ_ATTR_CHECK(info, DSA_VDEV_A_SLICE_ID))
		return -EINVAL;
	id = nla_get_u32(info->attrs[DSA_VDEV_A_SLICE_ID]);
	if (vdsa_slice_next_snapshot(id, NULL, &snap) && snap.id == id)
		return reply(info, put_slice_attrs, &snap);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DSA_VDEV_A_SLICE_ID], "id: there is no such slice");
	return -ENOENT;
}

int dsa_vdev_nl_slice_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *device = genl_info_dump(cb)->attrs[DSA_VDEV_A_SLICE_DEVICE];
	struct vdsa_slice_snapshot snap;

	for (; vdsa_slice_next_snapshot(cb->args[0], device ? nla_data(device) : NULL, &snap);
	     cb->args[0] = snap.id + 1)
		if (put_dump(skb, cb, put_slice_attrs, &snap))
			break;
	return skb->len;
}

int dsa_vdev_nl_slice_reserve_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *mapping = info->attrs[DSA_VDEV_A_VDEV_MAPPING];
	guid_t uuid;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, DSA_VDEV_A_VDEV_SLICE_ID))
		return -EINVAL;
	err = check_capable(skb, info);
	err = err ?: get_uuid(info, &uuid);
	if (err)
		return err;
	return vdsa_slice_reserve(nla_get_u32(info->attrs[DSA_VDEV_A_VDEV_SLICE_ID]), &uuid,
				  get_optional(info, DSA_VDEV_A_VDEV_NAME),
				  get_optional(info, DSA_VDEV_A_VDEV_OWNER),
				  mapping ? nla_get_u32(mapping) : VDSA_MAPPING_OF_SLICE,
				  info->snd_portid, info->extack);
}

int dsa_vdev_nl_vdev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vdsa_vdev_snapshot *vdev;
	guid_t uuid;
	int err;

	err = get_uuid(info, &uuid);
	if (err)
		return err;
	vdev = kzalloc(sizeof(*vdev), GFP_KERNEL);
	if (!vdev)
		return -ENOMEM;
	err = vdsa_vdev_get_snapshot(&uuid, vdev);
	if (err)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DSA_VDEV_A_VDEV_UUID],
				    "uuid: there is no such vdev");
	else
		err = reply(info, put_vdev_attrs, vdev);
	kfree(vdev);
	return err;
}

int dsa_vdev_nl_vdev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vdsa_vdev_snapshot *vdev = kzalloc(sizeof(*vdev), GFP_KERNEL);
	unsigned long cookie = cb->args[0];

	if (!vdev)
		return -ENOMEM;
	while (vdsa_vdev_next_snapshot(&cookie, vdev)) {
		if (put_dump(skb, cb, put_vdev_attrs, vdev))
			break;
		cb->args[0] = cookie;
	}
	kfree(vdev);
	return skb->len;
}

static int refuse_hint(struct genl_info *info, const struct nlattr *attr, const char *why)
{
	NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "hint: %s", why);
	return -EINVAL;
}

static int get_hint(struct genl_info *info, const struct nlattr *attr, struct vdsa_pages *hint)
{
	struct nlattr *tb[DSA_VDEV_A_HINT_MAX + 1];
	u64 iova, length;
	int err;

	err = nla_parse_nested(tb, DSA_VDEV_A_HINT_MAX, attr, dsa_vdev_hint_nl_policy, info->extack);
	if (err)
		return err;
	if (!tb[DSA_VDEV_A_HINT_IOVA] || !tb[DSA_VDEV_A_HINT_LENGTH])
		return refuse_hint(info, attr, "it needs an iova and a length");
	iova = nla_get_u64(tb[DSA_VDEV_A_HINT_IOVA]);
	length = nla_get_u64(tb[DSA_VDEV_A_HINT_LENGTH]);
	if ((iova | length) & ~PAGE_MASK)
		return refuse_hint(info, attr, "iova and length must be multiples of 4096");
	if (!length || length - 1 > U64_MAX - iova)
		return refuse_hint(info, attr, "length must be 4096 or more, and iova + length no more than 2^64");
	*hint = (struct vdsa_pages) { PHYS_PFN(iova), PHYS_PFN(iova + length - 1) + 1 };
	return 0;
}

/* The number of hints, or -errno with the extended ack set. */
static int get_hints(struct genl_info *info, struct vdsa_pages *hints)
{
	struct nlattr *attr;
	int rest, err, n = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != DSA_VDEV_A_VDEV_HINT)
			continue;
		if (n == DSA_VDEV_MAX_HINTS)
			return refuse_hint(info, attr, "there are more than 32");
		err = get_hint(info, attr, &hints[n++]);
		if (err)
			return err;
	}
	return n;
}

int dsa_vdev_nl_vdev_set_hints_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vdsa_pages hints[DSA_VDEV_MAX_HINTS];
	guid_t uuid;
	int err, n;

	err = check_capable(skb, info);
	err = err ?: get_uuid(info, &uuid);
	if (err)
		return err;
	n = get_hints(info, hints);
	if (n < 0)
		return n;
	err = vdsa_vdev_set_hints(&uuid, hints, n);
	if (err == -ENODEV)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DSA_VDEV_A_VDEV_UUID],
				    "uuid: there is no such vdev");
	if (err == -ERANGE)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DSA_VDEV_A_VDEV_HINT],
				    "hint: beyond the addresses that the IOMMU can map");
	return err;
}

/* A reservation ends with the socket that made it. */
static int socket_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    notify->net == &init_net)
		vdsa_slice_unreserve(notify->portid);
	return NOTIFY_OK;
}

static struct notifier_block socket_notifier = { .notifier_call = socket_event };

int __init vdsa_netlink_init(void)
{
	int err;

	err = netlink_register_notifier(&socket_notifier);
	if (err)
		return err;
	err = genl_register_family(&family);
	if (err)
		goto err_socket;
	err = vdsa_events_subscribe(&event_notifier);
	if (err)
		goto err_family;
	return 0;

err_family:
	genl_unregister_family(&family);
err_socket:
	netlink_unregister_notifier(&socket_notifier);
	return err;
}

void vdsa_netlink_exit(void)
{
	vdsa_events_unsubscribe(&event_notifier);
	genl_unregister_family(&family);
	netlink_unregister_notifier(&socket_notifier);
}
