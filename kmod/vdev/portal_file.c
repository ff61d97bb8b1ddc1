// SPDX-License-Identifier: GPL-2.0
/* Portals for another process. See portal_file.h. */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <uapi/linux/dsa_vdev_bare.h>
#include "portal_file.h"
#include "vdev_priv.h"

/*
 * The reference to VFIO's device keeps the structure of the vdev, whose portals areas look
 * at, and the inode by which these are found.
 */
struct portal_file {
	struct vdsa_portal_view view;
	struct vdsa_vdev *vdev;
};

static void let_go(struct portal_file *portals)
{
	vdsa_portal_view_exit(&portals->view);
	vfio_put_device(&portals->vdev->vfio);
	kfree(portals);
}

static int release(struct inode *inode, struct file *file)
{
	let_go(file->private_data);
	return 0;
}

static int map(struct file *file, struct vm_area_struct *vma)
{
	struct portal_file *portals = file->private_data;

	return vdsa_portals_mmap(&portals->view, vma);
}

static const struct file_operations portal_fops = {
	.owner = THIS_MODULE,
	.mmap = map,
	.release = release,
};

static struct portal_file *make(struct vdsa_vdev *vdev)
{
	struct portal_file *portals = kzalloc(sizeof(*portals), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!portals)
		return ERR_PTR(-ENOMEM);
	ret = vdsa_portal_view_init(&portals->view, &vdev->portals);
	if (ret) {
		kfree(portals);
		return ERR_PTR(ret);
	}
	get_device(&vdev->vfio.device);
	portals->vdev = vdev;
	return portals;
}

/* Its areas are found with those of the device's file, at the same offsets: from 0 on. */
static struct file *open(struct vdsa_vdev *vdev)
{
	struct portal_file *portals = make(vdev);
	struct file *file;

	BUILD_BUG_ON(VDSA_BARE_REGION_PORTALS);
	if (IS_ERR(portals))
		return ERR_CAST(portals);
	file = anon_inode_getfile("[vdsa-portals]", &portal_fops, portals, O_RDWR);
	if (IS_ERR(file))
		let_go(portals);
	else
		file->f_mapping = vdev->vfio.inode->i_mapping;
	return file;
}

int vdsa_portal_file_get(struct vdsa_vdev *vdev)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fd < 0)
		return fd;
	file = open(vdev);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}
