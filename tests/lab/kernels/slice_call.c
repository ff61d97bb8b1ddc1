// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes, deletes or reserves a slice in the module alone, without what dsactl does before and after:
 *
 *   slice-call new DEVICE WQ...
 *   slice-call del ID
 *   slice-call reserve ID
 *
 * Its status is 0, or 1 with the reason on standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <linux/dsa_vdev.h>

static int put_new(struct nl_msg *msg, char **args)
{
	int err = nla_put_string(msg, DSA_VDEV_A_SLICE_DEVICE, *args);

	while (!err && *++args)
		err = nla_put_u32(msg, DSA_VDEV_A_SLICE_WQ_ID, strtoul(*args, NULL, 10));
	return err;
}

static int put_del(struct nl_msg *msg, char **args)
{
	return nla_put_u32(msg, DSA_VDEV_A_SLICE_ID, strtoul(*args, NULL, 10));
}

/* For a vdev that is not created: the reservation ends with this process. */
static int put_reserve(struct nl_msg *msg, char **args)
{
	const char uuid[] = "11111111-2222-4333-8444-666666666666";
	int err = nla_put_u32(msg, DSA_VDEV_A_VDEV_SLICE_ID, strtoul(*args, NULL, 10));

	return err ? err : nla_put_string(msg, DSA_VDEV_A_VDEV_UUID, uuid);
}

static const struct call {
	const char *name;
	uint8_t cmd;
	int (*put)(struct nl_msg *msg, char **args);
} calls[] = {
	{ "new", DSA_VDEV_CMD_SLICE_NEW, put_new },
	{ "del", DSA_VDEV_CMD_SLICE_DEL, put_del },
	{ "reserve", DSA_VDEV_CMD_SLICE_RESERVE, put_reserve },
};

/* 0, or an error of libnl. */
static int perform(const struct call *call, char **args)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_msg *msg = nlmsg_alloc();
	int family, err;

	if (!sock || !msg)
		return -NLE_NOMEM;
	err = genl_connect(sock);
	if (err)
		return err;
	family = genl_ctrl_resolve(sock, DSA_VDEV_FAMILY_NAME);
	if (family < 0)
		return family;
	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, NLM_F_ACK, call->cmd, DSA_VDEV_FAMILY_VERSION);
	err = call->put(msg, args);
	if (!err)
		err = nl_send_auto(sock, msg);
	if (err >= 0)
		err = nl_recvmsgs_default(sock);	/* a slice that was made, or the end */
	if (!err && call->put == put_new)
		err = nl_wait_for_ack(sock);
	return err;
}

int main(int argc, char **argv)
{
	int err;

	for (size_t i = 0; argc > 2 && i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(argv[1], calls[i].name))
			continue;
		err = perform(&calls[i], argv + 2);
		if (err)
			fprintf(stderr, "slice-call %s: %s\n", argv[1], nl_geterror(err));
		return err ? 1 : 0;
	}
	fputs("usage: slice-call new DEVICE WQ... | slice-call del|reserve ID\n", stderr);
	return 2;
}
