// SPDX-License-Identifier: GPL-2.0
/*
 * Creation and removal of vdevs: the mdev parent of each DSA function, its types,
 * and the driver of the mdevs. An IAX function is no parent: all of these types
 * are DSA.
 *
 * A parent is removed when idxd releases the function, which must not wait for the
 * holders of vdevs. So a parent with an open vdev is unregistered by a work item
 * that blocks until it is closed; if the function returns before that, its new
 * parent waits for the old one: two cannot have the same sysfs directory.
 */
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mdev.h>
#include <linux/module.h>
#include <linux/string_choices.h>
#include <linux/workqueue.h>
#include "hw/bus.h"
#include "mdev.h"
#include "slice/slice_make.h"
#include "slice/slice_show.h"
#include "vdev/bare.h"
#include "vdev/emulated.h"
#include "vdev/vdev_list.h"
#include "vfio.h"
#include "vfio_bare.h"

static const u32 type_wqs[] = { 1, 2, 4, 8 };

/* Of each there is a type for each number of work queues. */
static const struct kind {
	const char *sysfs_form, *pretty_form;
	const struct vfio_device_ops *ops;
	struct vdsa_vdev *(*create)(struct device *dev, const struct vfio_device_ops *ops,
				    const struct vdsa_vdev_names *names, struct vdsa_slice *slice);
} kinds[] = {
	{ "%udwq-v1", "DSA vdev, %u dedicated work queue%s", &vdsa_vfio_door.ops, vdsa_emulated_create },
	{ "%udwq-bare-v1", "Bare DSA vdev, %u dedicated work queue%s", &vdsa_bare_door.ops, vdsa_bare_create },
};

#define NR_TYPES	(ARRAY_SIZE(type_wqs) * ARRAY_SIZE(kinds))
#define LEAVE_PATIENCE	(5 * HZ)	/* for vdevs that cannot be removed */

struct vdsa_mdev_type {
	struct mdev_type type;
	char sysfs_name[16], pretty_name[48];
	const struct kind *kind;
	u32 nr_wqs;
};

struct vdsa_parent {
	struct mdev_parent parent;
	struct mdev_type *type_list[NR_TYPES];
	struct vdsa_mdev_type types[NR_TYPES];
	struct vdsa_dev *dev;
	struct device *pdev;
	struct kref ref;		/* held by its function and by its work */
	struct list_head node;		/* mdevs_lock */
	bool registered, leaving;	/* mdevs_lock */
	struct work_struct work;
	struct completion gone;
};

static LIST_HEAD(mdevs);		/* the oldest of a function first */
static DEFINE_MUTEX(mdevs_lock);
static struct workqueue_struct *mdev_wq;

static struct vdsa_mdev_type *to_type(struct mdev_type *type)
{
	return container_of(type, struct vdsa_mdev_type, type);
}

static struct vdsa_parent *to_mdev(struct mdev_type *type)
{
	return container_of(type->parent, struct vdsa_parent, parent);
}

/*
 * A process with a vdev's character device blocks its removal even before it opens the
 * vdev through that, which is when VFIO takes a reference to the driver's module. So
 * with character devices, a vdev holds that reference itself.
 */
static bool hold_module(void)
{
	return !IS_ENABLED(CONFIG_VFIO_DEVICE_CDEV) || try_module_get(THIS_MODULE);
}

static void let_go_of_module(void)
{
	if (IS_ENABLED(CONFIG_VFIO_DEVICE_CDEV))
		module_put(THIS_MODULE);
}

static int make_vdev(struct mdev_device *mdev)
{
	struct vdsa_parent *m = to_mdev(mdev->type);
	struct vdsa_mdev_type *type = to_type(mdev->type);
	struct vdsa_vdev_names names = { .uuid = mdev->uuid, .device = m->dev->name };
	struct vdsa_slice *slice;
	struct vdsa_vdev *vdev;
	char name[32];

	slice = vdsa_slice_take(m->dev, type->nr_wqs, &mdev->uuid);
	if (IS_ERR(slice))
		return PTR_ERR(slice);
	snprintf(name, sizeof(name), "idxd-%s", type->sysfs_name);
	names.type = name;
	vdev = type->kind->create(&mdev->dev, type->kind->ops, &names, slice);
	if (IS_ERR(vdev)) {
		vdsa_slice_give_back(slice);
		return PTR_ERR(vdev);
	}
	dev_set_drvdata(&mdev->dev, vdev);
	return 0;
}

static int vdsa_mdev_probe(struct mdev_device *mdev)
{
	int ret;

	if (!hold_module())
		return -ENODEV;
	ret = make_vdev(mdev);
	if (ret)
		let_go_of_module();
	return ret;
}

static void vdsa_mdev_remove(struct mdev_device *mdev)
{
	vdsa_vdev_destroy(dev_get_drvdata(&mdev->dev));
	let_go_of_module();
}

static unsigned int vdsa_mdev_get_available(struct mdev_type *type)
{
	return vdsa_slice_nr_ready(to_mdev(type)->dev, to_type(type)->nr_wqs);
}

static ssize_t vdsa_mdev_show_description(struct mdev_type *type, char *buf)
{
	u32 nr = to_type(type)->nr_wqs;

	return sysfs_emit(buf,
			  "%u dedicated work queue%s with %u interrupt vectors of a data accelerator\n",
			  nr, str_plural(nr), nr + 1);
}

static struct mdev_driver vdsa_mdev_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.driver = {
		.name = "dsa_vdev",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
	},
	.probe = vdsa_mdev_probe,
	.remove = vdsa_mdev_remove,
	.get_available = vdsa_mdev_get_available,
	.show_description = vdsa_mdev_show_description,
};

static void mdev_free(struct kref *ref)
{
	struct vdsa_parent *m = container_of(ref, struct vdsa_parent, ref);

	put_device(m->pdev);
	vdsa_dev_put(m->dev);
	kfree(m);
}

static void mdev_put(struct vdsa_parent *m)
{
	kref_put(&m->ref, mdev_free);
}

/* The oldest parent of a function has the sysfs directory. */
static struct vdsa_parent *oldest_of(struct device *pdev)
{
	struct vdsa_parent *m;

	lockdep_assert_held(&mdevs_lock);
	list_for_each_entry(m, &mdevs, node) {
		if (m->pdev == pdev)
			return m;
	}
	return NULL;
}

static int try_register(struct vdsa_parent *m)
{
	int ret;

	lockdep_assert_held(&mdevs_lock);
	if (oldest_of(m->pdev) != m || m->leaving)
		return 0;
	ret = mdev_register_parent(&m->parent, m->pdev, &vdsa_mdev_driver,
				   m->type_list, NR_TYPES);
	m->registered = !ret;
	return ret;
}

static void init_types(struct vdsa_parent *m)
{
	u32 i;

	for (i = 0; i < NR_TYPES; i++) {
		struct vdsa_mdev_type *type = &m->types[i];

		type->kind = &kinds[i / ARRAY_SIZE(type_wqs)];
		type->nr_wqs = type_wqs[i % ARRAY_SIZE(type_wqs)];
		snprintf(type->sysfs_name, sizeof(type->sysfs_name), type->kind->sysfs_form,
			 type->nr_wqs);
		snprintf(type->pretty_name, sizeof(type->pretty_name), type->kind->pretty_form,
			 type->nr_wqs, str_plural(type->nr_wqs));
		type->type.sysfs_name = type->sysfs_name;
		type->type.pretty_name = type->pretty_name;
		m->type_list[i] = &type->type;
	}
}

/* Idle vdevs go before the core continues; the rest may take long. */
static void work_unregister(struct work_struct *work)
{
	struct vdsa_parent *m = container_of(work, struct vdsa_parent, work);
	struct vdsa_parent *next;

	mdev_unregister_parent(&m->parent);
	mutex_lock(&mdevs_lock);
	list_del(&m->node);
	next = oldest_of(m->pdev);
	if (next && try_register(next))
		dev_warn(m->pdev, "cannot offer vdevs again\n");
	mutex_unlock(&mdevs_lock);
	complete_all(&m->gone);
	mdev_put(m);
}

static struct vdsa_parent *add_parent(struct vdsa_dev *dev)
{
	struct vdsa_parent *m = kzalloc(sizeof(*m), GFP_KERNEL);
	int ret;

	if (!m)
		return ERR_PTR(-ENOMEM);
	kref_init(&m->ref);
	vdsa_dev_get(dev);
	m->dev = dev;
	m->pdev = get_device(&dev->pdev->dev);
	INIT_WORK(&m->work, work_unregister);
	init_completion(&m->gone);
	init_types(m);
	mutex_lock(&mdevs_lock);
	list_add_tail(&m->node, &mdevs);
	ret = try_register(m);
	if (ret)
		list_del(&m->node);
	mutex_unlock(&mdevs_lock);
	if (!ret)
		return m;
	mdev_put(m);
	return ERR_PTR(ret);
}

/*
 * Wait until the vdevs are removed, but not for one that has a holder, and at most
 * LEAVE_PATIENCE: a process may have a character device without opening the vdev.
 */
static void wait_for_idle(struct vdsa_parent *m)
{
	unsigned long end = jiffies + LEAVE_PATIENCE;

	while (!wait_for_completion_timeout(&m->gone, HZ / 20) &&
	       !vdsa_vdev_any_open(m->dev->name) && time_before(jiffies, end))
		;
}

static void remove_parent(struct vdsa_parent *m)
{
	bool registered;

	mutex_lock(&mdevs_lock);
	m->leaving = true;
	registered = m->registered;
	if (!registered)
		list_del(&m->node);
	mutex_unlock(&mdevs_lock);
	if (registered) {
		kref_get(&m->ref);
		queue_work(mdev_wq, &m->work);
		wait_for_idle(m);
	}
	mdev_put(m);
}

const struct vdsa_parent_ops vdsa_mdev_parent_ops = {
	.add = add_parent,
	.remove = remove_parent,
};

int vdsa_mdev_init(void)
{
	int ret;

	mdev_wq = alloc_workqueue("vdsa_mdev", WQ_UNBOUND, 0);
	if (!mdev_wq)
		return -ENOMEM;
	ret = mdev_register_driver(&vdsa_mdev_driver);
	if (ret)
		destroy_workqueue(mdev_wq);
	return ret;
}

void vdsa_mdev_exit(void)
{
	destroy_workqueue(mdev_wq);
	mdev_unregister_driver(&vdsa_mdev_driver);
}
