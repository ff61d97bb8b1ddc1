#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does libnl tell that a dump failed?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libnl-3-200=3.7.0-2 libnl-3-dev tcc libc6-dev
seen=$(CPATH=/usr/include/libnl3 run_c nl-3 <<'END'
#include <limits.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define SOL_NETLINK 270

static int show(struct nl_msg *msg, void *unused)
{
	struct nlmsghdr *head = nlmsg_hdr(msg);

	if (head->nlmsg_type == NLMSG_DONE)
		printf("NLMSG_DONE has %s, ", strerror(-*(int *)nlmsg_data(head)));
	if (head->nlmsg_type == NLMSG_ERROR)
		printf("NLMSG_ERROR has %s, ", strerror(-*(int *)nlmsg_data(head)));
	return NL_OK;
}

/* Ask about an interface that is not there. */
static void ask(const char *what, int type, int flags, void *request, size_t size)
{
	struct nl_sock *sock = nl_socket_alloc();
	int strict = 1, rc;

	nl_connect(sock, NETLINK_ROUTE);
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &strict, sizeof(strict));
	nl_socket_modify_cb(sock, NL_CB_MSG_IN, NL_CB_CUSTOM, show, NULL);
	printf("%s: ", what);
	nl_send_simple(sock, type, flags, request, size);
	rc = nl_recvmsgs_default(sock);
	printf("nl_recvmsgs() has %s\n", nl_geterror(rc));
	nl_socket_free(sock);
}

int main(void)
{
	struct ifinfomsg link = { .ifi_index = INT_MAX };
	struct ifaddrmsg address = { .ifa_family = AF_INET, .ifa_index = INT_MAX };

	ask("the interface", RTM_GETLINK, 0, &link, sizeof(link));
	ask("a dump of its addresses", RTM_GETADDR, NLM_F_DUMP, &address, sizeof(address));
	return 0;
}
END
)
expected "nl_recvmsgs() returns the error that the kernel answers with"
is_so "an error that ends a dump is success, so a list that could not be read looks like an empty or a short one" \
	'the interface: NLMSG_ERROR has No such device, nl_recvmsgs() has No such device
a dump of its addresses: NLMSG_DONE has No such device, nl_recvmsgs() has Success' "$seen"
