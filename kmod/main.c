// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload of the module. User interfaces are registered last and removed first.
 */
#include <linux/module.h>
#include "core/queue.h"
#include "doors/mdev.h"
#include "doors/netlink.h"
#include "memory/unmaps.h"
#include "slice/slice_host.h"

#define CREATE_TRACE_POINTS
#include "core/trace.h"

struct workqueue_struct *vdsa_queue;

static int __init vdsa_init(void)
{
	int err;

	vdsa_queue = alloc_workqueue("dsa_vdev", WQ_UNBOUND, 0);
	if (!vdsa_queue)
		return -ENOMEM;
	err = vdsa_mdev_init();
	if (err)
		goto err_queue;
	err = vdsa_slices_init(&vdsa_mdev_parent_ops);
	if (err)
		goto err_mdev;
	err = vdsa_netlink_init();
	if (err)
		goto err_slices;
	return 0;

err_slices:
	vdsa_slices_exit();
err_mdev:
	vdsa_mdev_exit();
err_queue:
	destroy_workqueue(vdsa_queue);
	return err;
}

static void __exit vdsa_exit(void)
{
	vdsa_netlink_exit();
	vdsa_slices_exit();
	vdsa_mdev_exit();
	vdsa_unmaps_exit();
	destroy_workqueue(vdsa_queue);
}

module_init(vdsa_init);
module_exit(vdsa_exit);

MODULE_DESCRIPTION("Slices of Intel DSA devices and VFIO mediated devices on them");
MODULE_LICENSE("GPL");
