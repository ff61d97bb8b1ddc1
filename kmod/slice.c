// SPDX-License-Identifier: GPL-2.0
/*
 * What does one vdev need of the host, who has it, and what becomes of it when
 * the host takes something away? See slice.h for the words.
 *
 * A slice is made of configured work queues ("defined"), is "ready" when idxd
 * has bound all of them to this module, may be kept for one vdev
 * ("reserved"), and is "used" by one. When a work queue is lost, everything of
 * the slice is revoked at once and it is "halted" until all are bound again;
 * where no one uses it and nothing is expected back, it is "defined".
 */
#include <linux/bitmap.h>
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/slab.h>
#include "bus.h"
#include "iommu.h"
#include "irq.h"
#include "model/regs.h"
#include "slice.h"
#include "trace.h"
#include "vdev.h"

#define WATCH_INTERVAL		HZ
#define RESTORE_INTERVAL	(HZ / 10)
#define NR_ERRORS		8
#define NO_HANDLE		U32_MAX

static DEFINE_IDA(slice_ids);
static atomic_t nr_reserved;

struct slice_wq {
	u32 id;			/* on the device */
	bool bound;
	struct vdsa_wq_conf conf;
	u32 entry;		/* of the interrupt message storage */
	u32 handle;		/* NO_HANDLE, or the one the client holds */
	struct vdsa_vector *vector;	/* irq_lock; NULL in a shell */
};

/* Software errors on their way from the interrupt thread to the client. */
struct error_queue {
	spinlock_t lock;
	u32 nr;
	struct {
		u32 wq;
		u64 err[4];
	} error[NR_ERRORS];
	struct work_struct work;
};

/* Guarded by dev->lock where nothing else is said. */
struct vdsa_slice {
	struct vdsa_dev *dev;		/* a reference */
	struct list_head node;
	u32 id, flags, group, nr_engines, nr_wqs;
	struct slice_wq wq[DSA_VDEV_MAX_WQS];
	struct vdsa_iommu iommu;
	struct mutex irq_lock;		/* after dev->lock */

	bool revoked;			/* not usable now */
	bool expected;			/* its work queues are to be bound again */
	bool shell;			/* the function is gone */
	bool taken, reserved;
	guid_t vdev;			/* while taken or reserved */
	u32 portid;			/* while reserved */
	char name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];

	const struct vdsa_slice_client_ops *ops;
	void *client;
	struct error_queue errors;
};

static const u16 unsafe_devices[] = { DSA_PCI_DEVICE_SPR, DSA_PCI_DEVICE_IAX_SPR };

/* Is the silicon under INTEL-SA-01084? */
static bool is_unsafe(const struct vdsa_dev *dev)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(unsafe_devices); i++)
		if (dev->pdev->device == unsafe_devices[i])
			return true;
	return false;
}

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

/* State ------------------------------------------------------------------ */

static bool is_complete(const struct vdsa_slice *slice)
{
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		if (!slice->wq[i].bound)
			return false;
	return !slice->shell;
}

static enum dsa_vdev_slice_state get_state(const struct vdsa_slice *slice)
{
	lockdep_assert_held(&slice->dev->lock);
	if (slice->expected || (slice->taken && slice->revoked))
		return DSA_VDEV_SLICE_STATE_HALTED;
	if (slice->taken)
		return DSA_VDEV_SLICE_STATE_USED;
	if (slice->reserved)
		return DSA_VDEV_SLICE_STATE_RESERVED;
	if (!is_complete(slice))
		return DSA_VDEV_SLICE_STATE_DEFINED;
	return slice->revoked ? DSA_VDEV_SLICE_STATE_HALTED : DSA_VDEV_SLICE_STATE_READY;
}

static void take_snapshot(struct vdsa_slice *slice, struct vdsa_slice_snapshot *snap)
{
	u32 i;

	lockdep_assert_held(&slice->dev->lock);
	*snap = (struct vdsa_slice_snapshot) {
		.id = slice->id,
		.group = slice->group,
		.nr_engines = slice->nr_engines,
		.nr_wqs = slice->nr_wqs,
		.pasid = slice->iommu.pasid,
		.flags = slice->flags,
		.state = get_state(slice),
		.has_vdev = slice->taken || slice->reserved,
		.vdev = slice->vdev,
	};
	strscpy(snap->device, slice->dev->name, sizeof(snap->device));
	for (i = 0; i < slice->nr_wqs; i++) {
		snap->wq[i].id = slice->wq[i].id;
		snap->wq[i].size = slice->wq[i].conf.size;
		snap->wq[i].bound = slice->wq[i].bound;
		snap->wq[i].enabled = slice->wq[i].bound &&
				      vdsa_bus_wq_live(slice->dev, slice->wq[i].id);
	}
}

static void notify(struct vdsa_slice *slice, u8 cmd)
{
	struct vdsa_slice_snapshot snap;
	u32 i, bound = 0;

	take_snapshot(slice, &snap);
	for (i = 0; i < slice->nr_wqs; i++)
		bound |= slice->wq[i].bound << i;
	trace_vdsa_slice_state(slice->dev->name, slice->id, snap.state, bound);
	vdsa_netlink_notify_slice(cmd, &snap);
}

static struct vdsa_slice *find_by_wq(struct vdsa_dev *dev, u32 wq, u32 *index)
{
	struct vdsa_slice *slice;
	u32 i;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		for (i = 0; i < slice->nr_wqs; i++)
			if (slice->wq[i].id == wq) {
				*index = i;
				return slice;
			}
	return NULL;
}

static struct vdsa_slice *find_by_id(struct vdsa_dev *dev, u32 id)
{
	struct vdsa_slice *slice;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		if (slice->id == id)
			return slice;
	return NULL;
}

static void set_reserved(struct vdsa_slice *slice, bool reserved)
{
	lockdep_assert_held(&slice->dev->lock);
	if (slice->reserved == reserved)
		return;
	slice->reserved = reserved;
	atomic_add(reserved ? 1 : -1, &nr_reserved);
}

/* Revoke and restore ----------------------------------------------------- */

static void release_handle(struct vdsa_slice *slice, struct slice_wq *wq)
{
	if (wq->handle == NO_HANDLE)
		return;
	wq->handle = NO_HANDLE;
	if (slice->dev->caps.cmd_cap & BIT(DSA_CMD_RELEASE_HANDLE))
		vdsa_bus_command(slice->dev, DSA_CMD_RELEASE_HANDLE,
				 wq->entry | DSA_CMD_HANDLE_IMS, NULL);
}

static void release_handles(struct vdsa_slice *slice)
{
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		release_handle(slice, &slice->wq[i]);
}

/* Abort and disable the work queues; false where the device does not obey. */
static bool reset_wqs(struct vdsa_slice *slice)
{
	bool stopped = true;
	u32 i;

	lockdep_assert_held(&slice->dev->lock);
	for (i = 0; i < slice->nr_wqs; i++) {
		struct slice_wq *wq = &slice->wq[i];

		if (!wq->bound || !vdsa_bus_wq_live(slice->dev, wq->id))
			continue;
		vdsa_bus_wq_command(slice->dev, wq->id, DSA_CMD_RESET_WQ);
		stopped &= !vdsa_bus_wq_live(slice->dev, wq->id);
	}
	return stopped;
}

/* Stop what runs. Where that fails, it loses its memory. */
static void stop_wqs(struct vdsa_slice *slice)
{
	if (reset_wqs(slice))
		return;
	slice->revoked = true;
	vdsa_iommu_detach(&slice->iommu);
}

static void revoke(struct vdsa_slice *slice, enum vdsa_loss loss)
{
	lockdep_assert_held(&slice->dev->lock);
	if (slice->revoked)
		return;
	slice->revoked = true;
	if (slice->ops)
		slice->ops->revoked(slice->client);
	if (loss != VDSA_LOSS_RELEASED && slice->ops)
		slice->ops->halted(slice->client);
	stop_wqs(slice);
	release_handles(slice);
}

/* All work queues are bound: the slice is as good as new. */
static void restore(struct vdsa_slice *slice)
{
	u32 i;

	lockdep_assert_held(&slice->dev->lock);
	if (!reset_wqs(slice) || vdsa_iommu_attach(&slice->iommu))
		return;
	scoped_guard(mutex, &slice->irq_lock)
		for (i = 0; i < slice->nr_wqs; i++)
			vdsa_vector_restore(slice->wq[i].vector);
	slice->expected = false;
	if (!slice->revoked)
		return;
	slice->revoked = false;
	if (slice->ops)
		slice->ops->restored(slice->client);
}

/* What the bus tells ----------------------------------------------------- */

static int slice_bind(struct vdsa_dev *dev, u32 wq, const struct vdsa_wq_conf *conf,
		      u32 *pasid, void **cookie)
{
	struct vdsa_slice *slice;
	u32 i;

	slice = find_by_wq(dev, wq, &i);
	if (!slice) {
		dev_dbg(&dev->pdev->dev, "wq %u is in no slice\n", wq);
		return -ENODEV;
	}
	if (!conf->dedicated || !conf->user || conf->group != slice->group) {
		dev_dbg(&dev->pdev->dev, "wq %u: not dedicated, not user, or not in group %u\n",
			wq, slice->group);
		return -EINVAL;
	}
	slice->wq[i].conf = *conf;
	slice->nr_engines = conf->nr_group_engines;
	*pasid = slice->iommu.pasid;
	*cookie = slice;
	return 0;
}

static void slice_bound(struct vdsa_dev *dev, u32 wq)
{
	struct vdsa_slice *slice;
	u32 i;

	slice = find_by_wq(dev, wq, &i);
	slice->wq[i].bound = true;
	if (is_complete(slice))
		restore(slice);
	notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

static void slice_unbind(struct vdsa_dev *dev, u32 wq, enum vdsa_loss loss)
{
	struct vdsa_slice *slice;
	u32 i;

	slice = find_by_wq(dev, wq, &i);
	revoke(slice, loss);
}

static void slice_unbound(struct vdsa_dev *dev, u32 wq, enum vdsa_loss loss)
{
	struct vdsa_slice *slice;
	u32 i;

	slice = find_by_wq(dev, wq, &i);
	slice->wq[i].bound = false;
	slice->expected = loss == VDSA_LOSS_RESET;
	if (slice->expected)
		schedule_delayed_work(&dev->restore, RESTORE_INTERVAL);
	notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

/* In atomic context, in idxd's interrupt thread. */
static void slice_sw_error(void *cookie, u32 wq, const u64 err[4])
{
	struct vdsa_slice *slice = cookie;
	struct error_queue *errors = &slice->errors;
	bool of_wq = err[0] & DSA_SWERR_WQ_VALID;
	u32 i = 0;

	while (slice->wq[i].id != wq)
		i++;
	if (!of_wq && i)
		return;		/* once for a slice */
	scoped_guard(spinlock_irqsave, &errors->lock) {
		if (errors->nr == NR_ERRORS) {
			errors->error[NR_ERRORS - 1].err[0] |= DSA_SWERR_OVERFLOW;
			return;
		}
		errors->error[errors->nr].wq = i;
		memcpy(errors->error[errors->nr++].err, err, sizeof(errors->error[0].err));
	}
	schedule_work(&errors->work);
}

static void deliver_errors(struct work_struct *work)
{
	struct vdsa_slice *slice = container_of(work, struct vdsa_slice, errors.work);
	struct error_queue *errors = &slice->errors;
	typeof(errors->error[0]) error[NR_ERRORS];
	u32 i, nr;

	guard(mutex)(&slice->dev->lock);
	scoped_guard(spinlock_irq, &errors->lock) {
		nr = errors->nr;
		memcpy(error, errors->error, sizeof(error));
		errors->nr = 0;
	}
	for (i = 0; i < nr && slice->ops; i++)
		slice->ops->sw_error(slice->client, error[i].wq, error[i].err);
}

/*
 * Kernels before 6.16 tell nobody of a halt or a reset. Look at the device, as
 * long as it has slices.
 */
static void watch(struct work_struct *work)
{
	struct vdsa_dev *dev = container_of(to_delayed_work(work), struct vdsa_dev, watch);
	struct vdsa_slice *slice;
	u32 state;

	guard(mutex)(&dev->lock);
	if (dev->gone || list_empty(&dev->slices))
		return;
	vdsa_bus_poll(dev);
	state = vdsa_bus_state(dev);
	list_for_each_entry(slice, &dev->slices, node) {
		if (slice->revoked && is_complete(slice) && state == DSA_GENSTS_ENABLED)
			restore(slice);
		else if (!slice->revoked && is_complete(slice) && state != DSA_GENSTS_ENABLED)
			revoke(slice, VDSA_LOSS_HALT);
		else
			continue;
		notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
	}
	schedule_delayed_work(&dev->watch, WATCH_INTERVAL);
}

/* Work queues that a reset took and that are to come back, as a bitmap. */
static bool get_expected(struct vdsa_dev *dev, unsigned long *wqs)
{
	struct vdsa_slice *slice;
	u32 i;

	guard(mutex)(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		for (i = 0; i < slice->nr_wqs; i++)
			if (slice->expected && !slice->wq[i].bound)
				__set_bit(slice->wq[i].id, wqs);
	return !dev->gone && !bitmap_empty(wqs, 256);
}

/* After a reset idxd brings the device back but not our work queues. */
static void rebind(struct work_struct *work)
{
	struct vdsa_dev *dev = container_of(to_delayed_work(work), struct vdsa_dev, restore);
	DECLARE_BITMAP(wqs, 256) = {};
	u32 wq;

	if (!get_expected(dev, wqs))
		return;
	for_each_set_bit(wq, wqs, 256)
		vdsa_bus_rebind(dev, wq);
	schedule_delayed_work(&dev->restore, RESTORE_INTERVAL);
}

static void dev_stop(struct vdsa_dev *dev)
{
	disable_delayed_work_sync(&dev->restore);
}

static void dev_init(struct vdsa_dev *dev)
{
	INIT_DELAYED_WORK(&dev->watch, watch);
	INIT_DELAYED_WORK(&dev->restore, rebind);
	dev->ims_used = bitmap_zalloc(dev->caps.nr_ims, GFP_KERNEL);
	if (dev->ims_used)
		dev->irqs = vdsa_irq_domain_create(dev->pdev, dev->regs + dev->caps.ims_offset,
						   dev->caps.nr_ims);
	dev->mdev = vdsa_mdev_register(dev, &dev->pdev->dev);
	if (IS_ERR(dev->mdev))
		dev->mdev = NULL;
}

/* Make and delete --------------------------------------------------------- */

static void free_vectors(struct vdsa_slice *slice)
{
	u32 i;

	guard(mutex)(&slice->irq_lock);
	for (i = 0; i < slice->nr_wqs; i++) {
		struct slice_wq *wq = &slice->wq[i];

		if (!wq->vector)
			continue;
		vdsa_vector_free(wq->vector);
		wq->vector = NULL;
		__clear_bit(wq->entry, slice->dev->ims_used);
	}
}

static int alloc_vectors(struct vdsa_slice *slice)
{
	struct vdsa_dev *dev = slice->dev;
	char name[48];
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++) {
		struct slice_wq *wq = &slice->wq[i];
		struct vdsa_vector *vector;

		wq->entry = find_first_zero_bit(dev->ims_used, dev->caps.nr_ims);
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

/* No lock: the slice is on no list, and its work is not queued any more. */
static void slice_free(struct vdsa_slice *slice)
{
	cancel_work_sync(&slice->errors.work);
	vdsa_iommu_exit(&slice->iommu);
	ida_free(&slice_ids, slice->id);
	vdsa_dev_put(slice->dev);
	mutex_destroy(&slice->irq_lock);
	kfree(slice);
}

/* Take it off its device: nothing of the hardware is left to it. */
static void slice_unlink(struct vdsa_slice *slice)
{
	lockdep_assert_held(&slice->dev->lock);
	revoke(slice, VDSA_LOSS_RELEASED);
	vdsa_iommu_detach(&slice->iommu);
	free_vectors(slice);
	slice->shell = true;
	slice->expected = false;
	set_reserved(slice, false);
	list_del_init(&slice->node);
	notify(slice, DSA_VDEV_CMD_SLICE_DEL_NTF);
}

/*
 * The function goes. Vdevs that nobody has open end with the mdev parent; a
 * slice that is still used is freed when it is given back.
 */
static void dev_exit(struct vdsa_dev *dev)
{
	struct vdsa_slice *slice, *next;
	LIST_HEAD(unused);

	cancel_delayed_work_sync(&dev->restore);
	cancel_delayed_work_sync(&dev->watch);
	if (dev->mdev)
		vdsa_mdev_unregister(dev->mdev);
	scoped_guard(mutex, &dev->lock) {
		list_for_each_entry_safe(slice, next, &dev->slices, node) {
			slice_unlink(slice);
			if (!slice->taken)
				list_add(&slice->node, &unused);
		}
		vdsa_irq_domain_destroy(dev->irqs);
		dev->irqs = NULL;
		bitmap_free(dev->ims_used);
		dev->ims_used = NULL;
	}
	list_for_each_entry_safe(slice, next, &unused, node)
		slice_free(slice);
}

static int check_device(struct vdsa_dev *dev, u32 nr_wqs, struct netlink_ext_ack *extack)
{
	u32 ims_free;

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

	other = find_by_wq(dev, id, &i);
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
	struct slice_wq *wq = &slice->wq[i];
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
	wq->handle = NO_HANDLE;
	slice->group = wq->conf.group;
	slice->nr_engines = wq->conf.nr_group_engines;
	return 0;
}

static struct vdsa_slice *slice_alloc(struct vdsa_dev *dev, u32 nr_wqs, u32 flags)
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
	slice->revoked = true;
	mutex_init(&slice->irq_lock);
	INIT_LIST_HEAD(&slice->node);
	spin_lock_init(&slice->errors.lock);
	INIT_WORK(&slice->errors.work, deliver_errors);
	return slice;
}

/* Room on the device and in the host: a PASID and vectors. */
static int acquire(struct vdsa_slice *slice, struct netlink_ext_ack *extack)
{
	int err;

	err = vdsa_iommu_init(&slice->iommu, slice->dev->pdev);
	if (err)
		return refuse(extack, err, "%s: no PASID could be attached: error %d",
			      slice->dev->name, err);
	err = alloc_vectors(slice);
	if (err) {
		vdsa_iommu_exit(&slice->iommu);
		return refuse(extack, err, "%s: no interrupt vector: error %d", slice->dev->name, err);
	}
	return 0;
}

static int slice_make(struct vdsa_dev *dev, const u32 *wqs, u32 nr_wqs, u32 flags,
		      struct vdsa_slice_snapshot *snap, struct netlink_ext_ack *extack)
{
	struct vdsa_slice *slice;
	int err;
	u32 i;

	guard(mutex)(&dev->lock);
	err = check_device(dev, nr_wqs, extack);
	if (err)
		return err;
	slice = slice_alloc(dev, nr_wqs, flags);
	if (!slice)
		return -ENOMEM;
	for (i = 0; i < nr_wqs && !err; i++)
		err = set_wq(slice, i, wqs[i], extack);
	if (!err)
		err = acquire(slice, extack);
	if (err)
		goto err_free;
	list_add_tail(&slice->node, &dev->slices);
	schedule_delayed_work(&dev->watch, WATCH_INTERVAL);
	take_snapshot(slice, snap);
	notify(slice, DSA_VDEV_CMD_SLICE_ADD_NTF);
	return 0;

err_free:
	ida_free(&slice_ids, slice->id);
	vdsa_dev_put(dev);
	kfree(slice);
	return err;
}

int vdsa_slice_new(const char *device, const u32 *wqs, u32 nr_wqs, u32 flags,
		   struct vdsa_slice_snapshot *snap, struct netlink_ext_ack *extack)
{
	struct vdsa_dev *dev;
	int err;

	/* A slice of any other shape would serve no mdev type. */
	if (nr_wqs > DSA_VDEV_MAX_WQS || !is_power_of_2(nr_wqs))
		return refuse(extack, -EINVAL, "%s: %u times wq-id: must be 1, 2, 4 or 8", device, nr_wqs);
	vdsa_bus_lock();
	dev = vdsa_bus_find(device);
	if (dev)
		err = slice_make(dev, wqs, nr_wqs, flags, snap, extack);
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
			      slice->taken ? "used by" : "reserved for", &slice->vdev);
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
		mutex_lock(&dev->lock);
		slice = find_by_id(dev, id);
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
		slice_unlink(slice);
	mutex_unlock(&slice->dev->lock);
	vdsa_bus_unlock();
	if (!err)
		slice_free(slice);
	return err;
}

/* Reserve, take, give back ------------------------------------------------ */

/* A slice that has the UUID or, where not "", the name. Takes each device's
 * lock in turn; the caller's vdsa_bus_lock() keeps the answer true. */
static bool is_in_use(const guid_t *uuid, const char *name)
{
	struct vdsa_slice *slice;
	struct vdsa_dev *dev;

	vdsa_bus_for_each(dev) {
		guard(mutex)(&dev->lock);
		list_for_each_entry(slice, &dev->slices, node) {
			if (!slice->taken && !slice->reserved)
				continue;
			if (guid_equal(&slice->vdev, uuid) || (*name && !strcmp(slice->name, name)))
				return true;
		}
	}
	return false;
}

static const char *state_name(enum dsa_vdev_slice_state state)
{
	static const char * const names[] = { "defined", "ready", "reserved", "used", "halted" };

	return names[state];
}

static void reservation_end(struct vdsa_slice *slice)
{
	set_reserved(slice, false);
	slice->name[0] = 0;
	slice->owner[0] = 0;
	notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

int vdsa_slice_reserve(u32 id, const guid_t *uuid, const char *name, const char *owner,
		       u32 portid, struct netlink_ext_ack *extack)
{
	enum dsa_vdev_slice_state state;
	struct vdsa_slice *slice;
	int err = 0;

	/* Every vdev has a slice; this one asks for those of functions that
	 * are gone, which no device lists. */
	if (*name && vdsa_vdev_name_taken(name))
		return refuse(extack, -EBUSY, "name %s: is in use: choose another", name);
	vdsa_bus_lock();
	if (is_in_use(uuid, name)) {
		err = refuse(extack, -EBUSY, "UUID or name is in use: %pUl %s", uuid, name);
		goto out_unlock_bus;
	}
	slice = find_and_lock(id);
	if (!slice) {
		err = refuse(extack, -ENOENT, "slice %u: there is none", id);
		goto out_unlock_bus;
	}
	state = get_state(slice);
	if (state != DSA_VDEV_SLICE_STATE_READY) {
		err = refuse(extack, -EBUSY, "slice %u: state %s: must be ready", id, state_name(state));
		goto out_unlock;
	}
	set_reserved(slice, true);
	slice->vdev = *uuid;
	slice->portid = portid;
	strscpy(slice->name, name, sizeof(slice->name));
	strscpy(slice->owner, owner, sizeof(slice->owner));
	notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
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

	/* Every generic netlink socket of the host comes here. */
	if (!atomic_read(&nr_reserved))
		return;
	vdsa_bus_lock();
	vdsa_bus_for_each(dev) {
		guard(mutex)(&dev->lock);
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
		if (slice->reserved && guid_equal(&slice->vdev, uuid))
			return slice->revoked ? NULL : slice;
		if (!any && get_state(slice) == DSA_VDEV_SLICE_STATE_READY)
			any = slice;
	}
	return any;
}

/* Whether the UUID has a slice, other than by a reservation that the caller
 * may consume: of @dev with @nr_wqs. */
static bool has_other(struct vdsa_dev *dev, u32 nr_wqs, const guid_t *uuid, int *err)
{
	struct vdsa_slice *slice;
	struct vdsa_dev *each;

	vdsa_bus_for_each(each) {
		guard(mutex)(&each->lock);
		list_for_each_entry(slice, &each->slices, node) {
			if ((!slice->taken && !slice->reserved) || !guid_equal(&slice->vdev, uuid))
				continue;
			*err = slice->taken ? -EEXIST : -ENOSPC;
			return slice->taken || each != dev || slice->nr_wqs != nr_wqs;
		}
	}
	return false;
}

struct vdsa_slice *vdsa_slice_take(struct vdsa_dev *dev, u32 nr_wqs, const guid_t *uuid)
{
	struct vdsa_slice *slice = NULL;
	int err = -ENOSPC;

	vdsa_bus_lock();
	if (!has_other(dev, nr_wqs, uuid, &err)) {
		guard(mutex)(&dev->lock);
		slice = choose(dev, nr_wqs, uuid);
		if (slice) {
			slice->taken = true;
			set_reserved(slice, false);
			slice->vdev = *uuid;
			notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
		}
	}
	vdsa_bus_unlock();
	return slice ?: ERR_PTR(err);
}

const char *vdsa_slice_client_name(const struct vdsa_slice *slice)
{
	return slice->name;
}

const char *vdsa_slice_client_owner(const struct vdsa_slice *slice)
{
	return slice->owner;
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

	scoped_guard(mutex, &slice->dev->lock) {
		slice->ops = NULL;
		slice->client = NULL;
		stop_wqs(slice);
		release_handles(slice);
		reset_vectors(slice);
		vdsa_iommu_clear(&slice->iommu);
		slice->taken = false;
		slice->name[0] = 0;
		slice->owner[0] = 0;
		shell = slice->shell;
		if (!shell)
			notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
	}
	if (shell)
		slice_free(slice);
}

u32 vdsa_slice_nr_ready(struct vdsa_dev *dev, u32 nr_wqs)
{
	struct vdsa_slice *slice;
	u32 n = 0;

	guard(mutex)(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		n += slice->nr_wqs == nr_wqs && get_state(slice) == DSA_VDEV_SLICE_STATE_READY;
	return n;
}

/* For the client ---------------------------------------------------------- */

void vdsa_slice_get_info(const struct vdsa_slice *slice, struct vdsa_slice_info *info)
{
	const struct vdsa_caps *caps = &slice->dev->caps;
	u32 i;

	guard(mutex)(&slice->dev->lock);
	*info = (struct vdsa_slice_info) {
		.id = slice->id,
		.pci_device = slice->dev->pdev->device,
		.version = caps->version,
		.gen_cap = caps->gen_cap,
		.group_cap = caps->group_cap,
		.wq_cap = caps->wq_cap,
		.engine_cap = caps->engine_cap,
		.nr_wqs = slice->nr_wqs,
		.nr_engines = slice->nr_engines,
		.pasid = slice->iommu.pasid,
		.portal_allowed = !is_unsafe(slice->dev) ||
				  slice->flags & DSA_VDEV_SLICE_FLAGS_ALLOW_UNSAFE_PORTAL,
	};
	memcpy(info->op_cap, caps->op_cap, sizeof(info->op_cap));
	for (i = 0; i < slice->nr_wqs; i++)
		info->wq[i] = (struct vdsa_slice_wq_info) {
			.id = slice->wq[i].id,
			.size = slice->wq[i].conf.size,
			.priority = slice->wq[i].conf.priority,
			.max_xfer_shift = slice->wq[i].conf.max_xfer_shift,
			.max_batch_shift = slice->wq[i].conf.max_batch_shift,
			.block_on_fault = slice->wq[i].conf.block_on_fault,
		};
}

void vdsa_slice_set_client(struct vdsa_slice *slice, const struct vdsa_slice_client_ops *ops,
			   void *client)
{
	guard(mutex)(&slice->dev->lock);
	slice->ops = ops;
	slice->client = client;
	if (ops && slice->revoked)
		ops->revoked(client);
}

int vdsa_slice_wq_enable(struct vdsa_slice *slice, u32 wq)
{
	guard(mutex)(&slice->dev->lock);
	if (slice->revoked)
		return -ENXIO;
	return vdsa_bus_wq_enable(slice->dev, slice->wq[wq].id, slice->iommu.pasid);
}

static int wq_command(struct vdsa_slice *slice, u32 wq, u32 code)
{
	lockdep_assert_held(&slice->dev->lock);
	if (slice->revoked)
		return -ENXIO;
	return vdsa_bus_wq_command(slice->dev, slice->wq[wq].id, code);
}

/*
 * Disabling does not wait for address translations that are under way, and
 * memory may be unmapped next: a reset does. The configuration that it clears
 * is written again before the work queue is enabled.
 */
int vdsa_slice_wq_disable(struct vdsa_slice *slice, u32 wq)
{
	int err;

	guard(mutex)(&slice->dev->lock);
	err = wq_command(slice, wq, DSA_CMD_DISABLE_WQ);
	return err ?: wq_command(slice, wq, DSA_CMD_RESET_WQ);
}

int vdsa_slice_wq_drain(struct vdsa_slice *slice, u32 wq)
{
	guard(mutex)(&slice->dev->lock);
	return wq_command(slice, wq, DSA_CMD_DRAIN_WQ);
}

int vdsa_slice_wq_abort(struct vdsa_slice *slice, u32 wq)
{
	guard(mutex)(&slice->dev->lock);
	return wq_command(slice, wq, DSA_CMD_ABORT_WQ);
}

int vdsa_slice_wq_reset(struct vdsa_slice *slice, u32 wq)
{
	guard(mutex)(&slice->dev->lock);
	return wq_command(slice, wq, DSA_CMD_RESET_WQ);
}

void vdsa_slice_quiesce(struct vdsa_slice *slice)
{
	guard(mutex)(&slice->dev->lock);
	stop_wqs(slice);
}

unsigned long vdsa_slice_portal_pfn(const struct vdsa_slice *slice, u32 wq, bool limited)
{
	u32 page = limited ? DSA_PORTAL_LIMITED_IMS : DSA_PORTAL_UNLIMITED_IMS;

	return PHYS_PFN(vdsa_bus_portal(slice->dev, slice->wq[wq].id, page));
}

int vdsa_slice_irq_set_trigger(struct vdsa_slice *slice, u32 vector, struct eventfd_ctx *trigger)
{
	struct vdsa_vector *v;

	guard(mutex)(&slice->irq_lock);
	v = slice->wq[vector].vector;
	if (!v)
		return trigger ? -ENXIO : 0;
	return vdsa_vector_set_trigger(v, trigger);
}

static void irq_set_mask(struct vdsa_slice *slice, u32 vector, bool mask)
{
	guard(mutex)(&slice->irq_lock);
	if (slice->wq[vector].vector)
		vdsa_vector_mask(slice->wq[vector].vector, mask);
}

void vdsa_slice_irq_mask(struct vdsa_slice *slice, u32 vector)
{
	irq_set_mask(slice, vector, true);
}

void vdsa_slice_irq_unmask(struct vdsa_slice *slice, u32 vector)
{
	irq_set_mask(slice, vector, false);
}

bool vdsa_slice_irq_pending(struct vdsa_slice *slice, u32 vector)
{
	guard(mutex)(&slice->irq_lock);
	return slice->wq[vector].vector && vdsa_vector_pending(slice->wq[vector].vector);
}

/* Where the function has no such command, the handle is the entry. */
int vdsa_slice_irq_request_handle(struct vdsa_slice *slice, u32 vector, u32 *handle)
{
	struct slice_wq *wq = &slice->wq[vector];
	int err;

	guard(mutex)(&slice->dev->lock);
	if (slice->revoked)
		return -ENXIO;
	*handle = wq->entry;
	if (slice->dev->caps.cmd_cap & BIT(DSA_CMD_REQUEST_HANDLE)) {
		err = vdsa_bus_command(slice->dev, DSA_CMD_REQUEST_HANDLE,
				       wq->entry | DSA_CMD_HANDLE_IMS, handle);
		if (err)
			return err;
	}
	wq->handle = *handle;
	return 0;
}

int vdsa_slice_irq_release_handle(struct vdsa_slice *slice, u32 vector)
{
	guard(mutex)(&slice->dev->lock);
	if (slice->revoked)
		return -ENXIO;
	release_handle(slice, &slice->wq[vector]);
	return 0;
}

void vdsa_slice_irq_info(struct vdsa_slice *slice, u32 vector, u32 *irq, u32 *ims, u64 *count)
{
	struct vdsa_vector *v;

	guard(mutex)(&slice->irq_lock);
	v = slice->wq[vector].vector;
	*irq = v ? vdsa_vector_irq(v) : 0;
	*ims = slice->wq[vector].entry;
	*count = v ? vdsa_vector_count(v) : 0;
}

int vdsa_slice_iommu_map(struct vdsa_slice *slice, u64 iova, phys_addr_t phys, size_t len,
			 bool writable)
{
	return vdsa_iommu_map(&slice->iommu, iova, phys, len, writable);
}

void vdsa_slice_iommu_unmap(struct vdsa_slice *slice, u64 iova, size_t len)
{
	vdsa_iommu_unmap(&slice->iommu, iova, len);
}

u64 vdsa_slice_iommu_max(const struct vdsa_slice *slice)
{
	return vdsa_iommu_max(&slice->iommu);
}

/* For netlink -------------------------------------------------------------- */

bool vdsa_slice_next_snapshot(u32 id, const char *device, struct vdsa_slice_snapshot *snap)
{
	struct vdsa_slice *slice;
	struct vdsa_dev *dev;
	bool found = false;

	vdsa_bus_lock();
	vdsa_bus_for_each(dev) {
		if (device && strcmp(dev->name, device))
			continue;
		guard(mutex)(&dev->lock);
		list_for_each_entry(slice, &dev->slices, node)
			if (slice->id >= id && (!found || slice->id < snap->id)) {
				take_snapshot(slice, snap);
				found = true;
			}
	}
	vdsa_bus_unlock();
	return found;
}

static u32 device_flags(struct vdsa_dev *dev)
{
	u32 flags = 0;

	if (vdsa_bus_enabled(dev))
		flags |= DSA_VDEV_DEVICE_FLAGS_ENABLED;
	if (vdsa_iommu_is_supported(dev->pdev))
		flags |= DSA_VDEV_DEVICE_FLAGS_PASID;
	if (dev->irqs)
		flags |= DSA_VDEV_DEVICE_FLAGS_IMS;
	if (vdsa_bus_user_interrupts(dev))
		flags |= DSA_VDEV_DEVICE_FLAGS_USER_INTERRUPTS;
	if (dev->caps.cmd_cap & BIT(DSA_CMD_REQUEST_HANDLE))
		flags |= DSA_VDEV_DEVICE_FLAGS_HANDLES;
	if (vdsa_irq_is_remapped(dev->pdev))
		flags |= DSA_VDEV_DEVICE_FLAGS_INTR_REMAP;
	if (dev->pdev->pri_enabled)
		flags |= DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS;
	if (is_unsafe(dev))
		flags |= DSA_VDEV_DEVICE_FLAGS_UNSAFE_PORTAL;
	return flags;
}

static void device_snapshot(struct vdsa_dev *dev, struct vdsa_device_snapshot *snap)
{
	guard(mutex)(&dev->lock);
	*snap = (struct vdsa_device_snapshot) {
		.numa_node = dev_to_node(&dev->pdev->dev),
		.flags = device_flags(dev),
		.nr_wqs = dev->caps.nr_wqs,
		.nr_groups = dev->caps.nr_groups,
		.nr_engines = dev->caps.nr_engines,
		.ims_size = dev->caps.nr_ims,
		.ims_free = dev->caps.nr_ims - bitmap_weight(dev->ims_used, dev->caps.nr_ims),
		.nr_slices = list_count_nodes(&dev->slices),
	};
	strscpy(snap->name, dev->name, sizeof(snap->name));
	strscpy(snap->pci, pci_name(dev->pdev), sizeof(snap->pci));
}

bool vdsa_device_snapshot_at(u32 index, struct vdsa_device_snapshot *snap)
{
	struct vdsa_dev *dev;

	vdsa_bus_lock();
	dev = vdsa_bus_next(NULL);
	while (dev && index--)
		dev = vdsa_bus_next(dev);
	if (dev)
		device_snapshot(dev, snap);
	vdsa_bus_unlock();
	return dev;
}

bool vdsa_device_snapshot_of(const char *name, struct vdsa_device_snapshot *snap)
{
	struct vdsa_dev *dev;

	vdsa_bus_lock();
	dev = vdsa_bus_find(name);
	if (dev)
		device_snapshot(dev, snap);
	vdsa_bus_unlock();
	return dev;
}

/* Init and exit ------------------------------------------------------------ */

static const struct vdsa_bus_ops bus_ops = {
	.add = dev_init,
	.stop = dev_stop,
	.remove = dev_exit,
	.bind = slice_bind,
	.bound = slice_bound,
	.unbind = slice_unbind,
	.unbound = slice_unbound,
	.sw_error = slice_sw_error,
};

int vdsa_slices_init(void)
{
	return vdsa_bus_init(&bus_ops);
}

void vdsa_slices_exit(void)
{
	vdsa_bus_exit();
	ida_destroy(&slice_ids);
}
