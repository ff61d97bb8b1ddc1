// SPDX-License-Identifier: GPL-2.0
/*
 * Creation and deletion of slices, their resources on the device and in the host,
 * and their reservation for and use by vdevs.
 */
#include <linux/bitmap.h>
#include <linux/idr.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include "core/queue.h"
#include "hw/registers.h"
#include "model/regs.h"
#include "private/idxd_claim.h"
#include "private/idxd_config.h"
#include "slice_errors.h"
#include "slice_make.h"
#include "slice_priv.h"
#include "slice_show.h"
#include "slice_state.h"

static DEFINE_IDA(slice_ids);
static atomic_t nr_reserved;

__printf(3, 4)
static int refuse(struct netlink_ext_ack *extack, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(extack->_msg_buf, sizeof(extack->_msg_buf), fmt, args);
	va_end(args);
	extack->_msg = extack->_msg_buf;
	return err;
}

static void set_reserved(struct vdsa_slice *slice, bool reserved)
{
	lockdep_assert_held(&slice->dev->lock);
	if (slice->reserved == reserved)
		return;
	slice->reserved = reserved;
	atomic_add(reserved ? 1 : -1, &nr_reserved);
}

/* Forget what the reservation said about its vdev. */
static void forget_client(struct vdsa_slice *slice)
{
	vdsa_names_remove(&slice->vdev);
	slice->owner[0] = 0;
	slice->vdev_mapping = VDSA_MAPPING_OF_SLICE;
	vdsa_slice_forgive(slice);
}

static void free_vectors(struct vdsa_slice *slice)
{
	u32 i;

	guard(mutex)(&slice->irq_lock);
	for (i = 0; i < slice->nr_wqs; i++) {
		struct vdsa_slice_wq *wq = &slice->wq[i];

		if (!wq->vector)
			continue;
		vdsa_vector_free(wq->vector);
		wq->vector = NULL;
		__clear_bit(wq->entry, slice->dev->ims_used);
	}
}

/*
 * A guest's driver may release a handle by the handle or by the vector's table index.
 * If handles are entries, avoid entries that are also an index while others are free.
 */
static u32 find_entry(struct vdsa_dev *dev)
{
	u32 entry = find_next_zero_bit(dev->ims_used, dev->caps.nr_ims, DSA_VDEV_MAX_WQS + 1);

	return entry < dev->caps.nr_ims ? entry :
					  find_first_zero_bit(dev->ims_used, dev->caps.nr_ims);
}

static int alloc_vectors(struct vdsa_slice *slice)
{
	struct vdsa_dev *dev = slice->dev;
	char name[48];
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++) {
		struct vdsa_slice_wq *wq = &slice->wq[i];
		struct vdsa_vector *vector;

		wq->entry = find_entry(dev);
		snprintf(name, sizeof(name), "dsa_vdev-%s-slice%u-%u", dev->name, slice->id, i + 1);
		vector = vdsa_vector_alloc(dev->irqs, wq->entry, slice->iommu.pasid, name);
		if (IS_ERR(vector)) {
			free_vectors(slice);
			return PTR_ERR(vector);
		}
		__set_bit(wq->entry, dev->ims_used);
		wq->vector = vector;
	}
	return 0;
}

void vdsa_slice_free(struct vdsa_slice *slice)
{
	vdsa_slice_errors_exit(slice);
	vdsa_iommu_exit(&slice->iommu);
	ida_free(&slice_ids, slice->id);
	vdsa_dev_put(slice->dev);
	mutex_destroy(&slice->irq_lock);
	kfree(slice);
}

void vdsa_slice_end(struct vdsa_slice *slice)
{
	lockdep_assert_held(&slice->dev->lock);
	vdsa_slice_revoke(slice, VDSA_LOSS_RELEASED);
	vdsa_iommu_end(&slice->iommu);
	free_vectors(slice);
	slice->shell = true;
	set_reserved(slice, false);
	if (!slice->taken)
		forget_client(slice);
	vdsa_slice_unlink(slice);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_DEL_NTF);
}

static int check_device(struct vdsa_dev *dev, u32 nr_wqs, struct netlink_ext_ack *extack)
{
	u32 ims_free;

	if (dev->leaving)
		return refuse(extack, -ENODEV, "%s: idxd or this module is about to let go of it", dev->name);
	if (dev->iax)
		return refuse(extack, -EOPNOTSUPP, "%s: an IAX device: slices are of DSA devices",
			      dev->name);
	if (!vdsa_bus_configurable(dev))
		return refuse(extack, -EOPNOTSUPP, "%s: not configurable (GENCAP.config_en is 0)",
			      dev->name);
	if (!vdsa_bus_enabled(dev))
		return refuse(extack, -ENXIO, "%s: state disabled: enable the device first", dev->name);
	if (!vdsa_iommu_is_supported(dev->pdev))
		return refuse(extack, -EOPNOTSUPP, "%s: no PASID: boot with intel_iommu=on,sm_on",
			      dev->name);
	if (!vdsa_bus_user_interrupts(dev))
		return refuse(extack, -EOPNOTSUPP,
			      "%s: GENCFG.user_int_en is 0: idxd has no system PASID", dev->name);
	if (!dev->irqs)
		return refuse(extack, -EOPNOTSUPP, "%s: no interrupt message storage", dev->name);
	ims_free = dev->caps.nr_ims - bitmap_weight(dev->ims_used, dev->caps.nr_ims);
	if (ims_free < nr_wqs)
		return refuse(extack, -ENOSPC, "%s: %u of %u IMS entries free, %u needed", dev->name,
			      ims_free, dev->caps.nr_ims, nr_wqs);
	return 0;
}

static int check_wq(struct vdsa_dev *dev, u32 id, const struct vdsa_wq_conf *conf,
		    struct netlink_ext_ack *extack)
{
	struct vdsa_slice *other;
	u32 i;

	other = vdsa_slice_find_wq(dev, id, &i);
	if (other)
		return refuse(extack, -EBUSY, "%s wq %u: in slice %u: delete that one first",
			      dev->name, id, other->id);
	if (conf->enabled)
		return refuse(extack, -EBUSY, "%s wq %u: state enabled: disable it first",
			      dev->name, id);
	if (!conf->dedicated)
		return refuse(extack, -EINVAL, "%s wq %u: mode shared: must be dedicated",
			      dev->name, id);
	if (!conf->user)
		return refuse(extack, -EINVAL, "%s wq %u: type is not user", dev->name, id);
	if (!conf->ours)
		return refuse(extack, -EINVAL, "%s wq %u: driver_name is not dsa_vdev", dev->name, id);
	if (!conf->size)
		return refuse(extack, -EINVAL, "%s wq %u: size 0: must be 1 or more", dev->name, id);
	if (conf->group < 0)
		return refuse(extack, -EINVAL, "%s wq %u: in no group", dev->name, id);
	if (!conf->nr_group_engines)
		return refuse(extack, -EINVAL, "%s group %d: has no engine", dev->name, conf->group);
	return 0;
}

static int set_wq(struct vdsa_slice *slice, u32 i, u32 id, struct netlink_ext_ack *extack)
{
	struct vdsa_dev *dev = slice->dev;
	struct vdsa_slice_wq *wq = &slice->wq[i];
	int err;
	u32 j;

	if (!vdsa_bus_get_wq(dev, id, &wq->conf))
		return refuse(extack, -EINVAL, "%s: wq-id %u: must be 0 to %u", dev->name, id,
			      dev->caps.nr_wqs - 1);
	for (j = 0; j < i; j++)
		if (slice->wq[j].id == id)
			return refuse(extack, -EINVAL, "%s: wq-id %u: given twice", dev->name, id);
	err = check_wq(dev, id, &wq->conf, extack);
	if (err)
		return err;
	if (i && wq->conf.group != slice->group)
		return refuse(extack, -EINVAL, "%s wq %u: in group %d, wq %u in group %u: must be one",
			      dev->name, id, wq->conf.group, slice->wq[0].id, slice->group);
	wq->id = id;
	wq->handle = VDSA_NO_HANDLE;
	slice->group = wq->conf.group;
	slice->nr_engines = wq->conf.nr_group_engines;
	return 0;
}

static struct vdsa_slice *slice_alloc(struct vdsa_dev *dev, u32 nr_wqs, u32 flags,
				      enum dsa_vdev_mapping mapping)
{
	struct vdsa_slice *slice = kzalloc(sizeof(*slice), GFP_KERNEL);
	int id;

	if (!slice)
		return NULL;
	id = ida_alloc(&slice_ids, GFP_KERNEL);
	if (id < 0) {
		kfree(slice);
		return NULL;
	}
	vdsa_dev_get(dev);
	slice->dev = dev;
	slice->id = id;
	slice->nr_wqs = nr_wqs;
	slice->flags = flags;
	slice->mapping = mapping;
	slice->vdev_mapping = VDSA_MAPPING_OF_SLICE;
	slice->revoked = true;
	slice->rest_until = jiffies;
	vdsa_name_init(&slice->vdev);
	mutex_init(&slice->irq_lock);
	INIT_LIST_HEAD(&slice->node);
	vdsa_slice_errors_init(slice);
	return slice;
}

/* Refuse a kind of mapping that the device does not support. */
static int check_mapping(struct vdsa_slice *slice, int mapping, struct netlink_ext_ack *extack)
{
	if (mapping != DSA_VDEV_MAPPING_PRS || slice->iommu.page_requests)
		return 0;
	return refuse(extack, -EOPNOTSUPP,
		      "%s: mapping prs: page requests are not enabled on it: choose another mapping",
		      slice->dev->name);
}

/* Allocate a PASID and vectors. */
static int acquire(struct vdsa_slice *slice, struct netlink_ext_ack *extack)
{
	int err;

	err = vdsa_iommu_init(&slice->iommu, slice->dev->pdev);
	if (err)
		return refuse(extack, err, "%s: no PASID could be attached: error %d",
			      slice->dev->name, err);
	err = check_mapping(slice, slice->mapping, extack);
	if (err)
		goto err_exit_iommu;
	err = alloc_vectors(slice);
	if (err) {
		refuse(extack, err, "%s: no interrupt vector: error %d", slice->dev->name, err);
		goto err_exit_iommu;
	}
	return 0;

err_exit_iommu:
	vdsa_iommu_exit(&slice->iommu);
	return err;
}

static int slice_make(struct vdsa_dev *dev, const u32 *wqs, u32 nr_wqs, u32 flags,
		      enum dsa_vdev_mapping mapping, struct vdsa_slice_snapshot *snap, struct netlink_ext_ack *extack)
{
	struct vdsa_slice *slice;
	int err;
	u32 i;

	guard(vdsa_dev)(dev);
	err = check_device(dev, nr_wqs, extack);
	if (err)
		return err;
	slice = slice_alloc(dev, nr_wqs, flags, mapping);
	if (!slice)
		return -ENOMEM;
	for (i = 0; i < nr_wqs && !err; i++)
		err = set_wq(slice, i, wqs[i], extack);
	if (!err)
		err = acquire(slice, extack);
	if (err)
		goto err_free;
	vdsa_slice_link(slice);
	queue_delayed_work(vdsa_queue, &dev->watch, VDSA_WATCH_INTERVAL);
	*snap = slice->shown;
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_ADD_NTF);
	return 0;

err_free:
	ida_free(&slice_ids, slice->id);
	vdsa_dev_put(dev);
	kfree(slice);
	return err;
}

int vdsa_slice_new(const char *device, const u32 *wqs, u32 nr_wqs, u32 flags,
		   enum dsa_vdev_mapping mapping, struct vdsa_slice_snapshot *snap, struct netlink_ext_ack *extack)
{
	struct vdsa_dev *dev;
	int err;

	/* No mdev type fits another number. */
	if (nr_wqs > DSA_VDEV_MAX_WQS || !is_power_of_2(nr_wqs))
		return refuse(extack, -EINVAL, "%s: %u times wq-id: must be 1, 2, 4 or 8", device, nr_wqs);
	vdsa_bus_lock();
	dev = vdsa_bus_find(device);
	if (dev)
		err = slice_make(dev, wqs, nr_wqs, flags, mapping, snap, extack);
	else
		err = refuse(extack, -ENODEV, "%s: idxd has no such device", device);
	vdsa_bus_unlock();
	return err;
}

static int check_unused(struct vdsa_slice *slice, struct netlink_ext_ack *extack)
{
	u32 i;

	if (slice->taken || slice->reserved)
		return refuse(extack, -EBUSY, "slice %u: %s vdev %pUl", slice->id,
			      slice->taken ? "used by" : "reserved for", &slice->vdev.uuid);
	for (i = 0; i < slice->nr_wqs; i++)
		if (slice->wq[i].bound)
			return refuse(extack, -EBUSY, "slice %u: %s wq %u is bound: disable it first",
				      slice->id, slice->dev->name, slice->wq[i].id);
	return 0;
}

/* Slice @id with its device's lock held, or NULL with none. */
static struct vdsa_slice *find_and_lock(u32 id)
{
	struct vdsa_slice *slice;
	struct vdsa_dev *dev;

	vdsa_bus_for_each(dev) {
		vdsa_dev_lock(dev);
		slice = vdsa_slice_find(dev, id);
		if (slice)
			return slice;
		mutex_unlock(&dev->lock);
	}
	return NULL;
}

int vdsa_slice_del(u32 id, struct netlink_ext_ack *extack)
{
	struct vdsa_slice *slice;
	int err;

	vdsa_bus_lock();
	slice = find_and_lock(id);
	if (!slice) {
		vdsa_bus_unlock();
		return refuse(extack, -ENOENT, "slice %u: there is none", id);
	}
	err = check_unused(slice, extack);
	if (!err)
		vdsa_slice_end(slice);
	mutex_unlock(&slice->dev->lock);
	vdsa_bus_unlock();
	if (!err)
		vdsa_slice_free(slice);
	return err;
}

static const char *state_name(enum dsa_vdev_slice_state state)
{
	static const char * const names[] = { "defined", "ready", "reserved", "used", "halted" };

	return names[state];
}

static void reservation_end(struct vdsa_slice *slice)
{
	set_reserved(slice, false);
	forget_client(slice);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

static int check_name(const guid_t *uuid, const char *name, struct netlink_ext_ack *extack)
{
	switch (vdsa_names_check(uuid, name)) {
	case 0:
		return 0;
	case -ENOTUNIQ:
		return refuse(extack, -EBUSY, "name %s: is in use: choose another", name);
	default:
		return refuse(extack, -EBUSY, "UUID %pUl: is in use: choose another", uuid);
	}
}

int vdsa_slice_reserve(u32 id, const guid_t *uuid, const char *name, const char *owner,
		       int mapping, u32 portid, struct netlink_ext_ack *extack)
{
	enum dsa_vdev_slice_state state;
	struct vdsa_slice *slice;
	int err;

	vdsa_bus_lock();
	err = check_name(uuid, name, extack);
	if (err)
		goto out_unlock_bus;
	slice = find_and_lock(id);
	if (!slice) {
		err = refuse(extack, -ENOENT, "slice %u: there is none", id);
		goto out_unlock_bus;
	}
	state = vdsa_slice_get_state(slice);
	if (state != DSA_VDEV_SLICE_STATE_READY) {
		err = refuse(extack, -EBUSY, "slice %u: state %s: must be ready", id, state_name(state));
		goto out_unlock;
	}
	err = check_mapping(slice, mapping, extack);
	if (err)
		goto out_unlock;
	set_reserved(slice, true);
	vdsa_names_add(&slice->vdev, uuid, name);
	slice->vdev_mapping = mapping;
	slice->portid = portid;
	strscpy(slice->owner, owner, sizeof(slice->owner));
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
out_unlock:
	mutex_unlock(&slice->dev->lock);
out_unlock_bus:
	vdsa_bus_unlock();
	return err;
}

void vdsa_slice_unreserve(u32 portid)
{
	struct vdsa_slice *slice;
	struct vdsa_dev *dev;

	/* Called for every generic netlink socket of the host that closes. */
	if (!atomic_read(&nr_reserved))
		return;
	vdsa_bus_lock();
	vdsa_bus_for_each(dev) {
		guard(vdsa_dev)(dev);
		list_for_each_entry(slice, &dev->slices, node)
			if (slice->reserved && slice->portid == portid)
				reservation_end(slice);
	}
	vdsa_bus_unlock();
}

/* With dev->lock: the slice that is reserved for @uuid, else any ready one. */
static struct vdsa_slice *choose(struct vdsa_dev *dev, u32 nr_wqs, const guid_t *uuid)
{
	struct vdsa_slice *slice, *any = NULL;

	list_for_each_entry(slice, &dev->slices, node) {
		if (slice->nr_wqs != nr_wqs)
			continue;
		if (slice->reserved && guid_equal(&slice->vdev.uuid, uuid))
			return slice->revoked ? NULL : slice;
		if (!any && vdsa_slice_get_state(slice) == DSA_VDEV_SLICE_STATE_READY)
			any = slice;
	}
	return any;
}

static void take(struct vdsa_slice *slice, const guid_t *uuid)
{
	if (!slice->reserved)
		vdsa_names_add(&slice->vdev, uuid, "");
	vdsa_names_use(&slice->vdev);
	slice->taken = true;
	slice->was_reserved = slice->reserved;
	set_reserved(slice, false);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

/* 0, or why the UUID cannot take a slice that is not kept for it. */
static int check_uuid(const guid_t *uuid)
{
	int err = vdsa_names_check(uuid, "");

	return err == -EBUSY ? -ENOSPC : err;
}

struct vdsa_slice *vdsa_slice_take(struct vdsa_dev *dev, u32 nr_wqs, const guid_t *uuid)
{
	struct vdsa_slice *slice;
	int err = 0;

	vdsa_bus_lock();
	scoped_guard(vdsa_dev, dev) {
		slice = choose(dev, nr_wqs, uuid);
		if (!slice || !slice->reserved)
			err = check_uuid(uuid);
		if (!slice && !err)
			err = -ENOSPC;
		if (!err)
			take(slice, uuid);
	}
	vdsa_bus_unlock();
	return err ? ERR_PTR(err) : slice;
}

const char *vdsa_slice_client_name(const struct vdsa_slice *slice)
{
	return slice->vdev.text;
}

const char *vdsa_slice_client_owner(const struct vdsa_slice *slice)
{
	return slice->owner;
}

bool vdsa_slice_was_reserved(const struct vdsa_slice *slice)
{
	return slice->was_reserved;
}

static void reset_vectors(struct vdsa_slice *slice)
{
	u32 i;

	guard(mutex)(&slice->irq_lock);
	for (i = 0; i < slice->nr_wqs; i++)
		if (slice->wq[i].vector)
			vdsa_vector_reset(slice->wq[i].vector);
}

void vdsa_slice_give_back(struct vdsa_slice *slice)
{
	bool shell;

	scoped_guard(vdsa_dev, slice->dev) {
		slice->ops = NULL;
		slice->client = NULL;
		vdsa_slice_stop(slice);
		vdsa_slice_release_handles(slice);
		reset_vectors(slice);
		vdsa_domain_clear(&slice->iommu.own);
		slice->taken = false;
		forget_client(slice);
		shell = slice->shell;
		if (!shell)
			vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
	}
	if (shell)
		vdsa_slice_free(slice);
}
