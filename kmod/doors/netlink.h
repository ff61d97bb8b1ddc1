/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family dsa_vdev. */
#ifndef VDSA_NETLINK_H
#define VDSA_NETLINK_H

int vdsa_netlink_init(void);
void vdsa_netlink_exit(void);

#endif /* VDSA_NETLINK_H */
