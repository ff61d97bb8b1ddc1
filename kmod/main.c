// SPDX-License-Identifier: GPL-2.0
/*
 * In which order does the module come and go? Doors open last and close first.
 */
#include <linux/module.h>
#include "slice.h"
#include "unmaps.h"
#include "vdev.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static int __init vdsa_init(void)
{
	int err;

	err = vdsa_vdev_init();
	if (err)
		return err;
	err = vdsa_slices_init();
	if (err)
		goto err_vdev;
	err = vdsa_netlink_init();
	if (err)
		goto err_slices;
	return 0;

err_slices:
	vdsa_slices_exit();
err_vdev:
	vdsa_vdev_exit();
	return err;
}

static void __exit vdsa_exit(void)
{
	vdsa_netlink_exit();
	vdsa_slices_exit();
	vdsa_vdev_exit();
	vdsa_unmaps_exit();
}

module_init(vdsa_init);
module_exit(vdsa_exit);

MODULE_DESCRIPTION("Slices of Intel DSA devices and VFIO mediated devices on them");
MODULE_LICENSE("GPL");
