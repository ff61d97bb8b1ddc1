// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile-netlink: throws malformed and nearly right messages at the module's
 * generic netlink family, from several sockets at once: attributes with wrong sizes,
 * types and nesting, unknown commands, dumps that are left half-way.
 *
 *   hostile-netlink COUNT        messages in all
 *
 * Prints as KEY=VALUE words how many were sent, answered and refused for lack of
 * privilege. It fails if the family does not answer a good question afterwards.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/dsa_vdev.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "../client/vfio.h"
#include "dice.h"

#define NR_SOCKETS	4
#define MAX_MESSAGE	4096u
#define MAX_ANSWER	16384

struct message {
	_Alignas(struct nlmsghdr) uint8_t bytes[MAX_MESSAGE];
	uint32_t len;
};

struct answer {
	_Alignas(struct nlmsghdr) uint8_t bytes[MAX_ANSWER];
	ssize_t len;
};

static uint16_t family;
static unsigned long per_socket;
static _Atomic uint64_t sent, answered, denied;

/* ---- Messages ---- */

static void put(struct message *msg, const void *data, uint32_t len)
{
	if (len > MAX_MESSAGE - msg->len)
		len = MAX_MESSAGE - msg->len;
	if (len)
		memcpy(msg->bytes + msg->len, data, len);
	msg->len += len;
}

static void put_attr(struct message *msg, uint16_t type, const void *data, uint32_t len)
{
	static const uint8_t zeros[NLA_ALIGNTO];
	struct nlattr attr = { .nla_len = (uint16_t)(NLA_HDRLEN + len), .nla_type = type };

	put(msg, &attr, sizeof(attr));
	put(msg, data, len);
	put(msg, zeros, NLA_ALIGN(msg->len) - msg->len);
}

/* The length of the attribute that began at @start. */
static void set_attr_len(struct message *msg, uint32_t start, uint16_t len)
{
	if (start + sizeof(len) <= MAX_MESSAGE)
		memcpy(msg->bytes + start, &len, sizeof(len));
}

static void begin(struct message *msg, uint16_t type, uint16_t flags, uint8_t cmd)
{
	struct nlmsghdr hdr = { .nlmsg_type = type, .nlmsg_flags = flags | NLM_F_REQUEST };
	struct genlmsghdr genl = { .cmd = cmd, .version = 1 };

	msg->len = 0;
	put(msg, &hdr, sizeof(hdr));
	put(msg, &genl, sizeof(genl));
}

static void set_len(struct message *msg, uint32_t len)
{
	memcpy(msg->bytes, &len, sizeof(len));
}

/* A value as one of the attributes has it, or any bytes. */
static void put_some_value(struct message *msg, uint16_t type, struct dice *dice)
{
	static const char *const texts[] = {
		"dsa0", "dsa1", "", "dsa0/../dsa1", "00000000-0000-4000-8000-000000000001",
		"00000000-0000-4000-8000-00000000000", "name", "\xff\xfe",
	};
	const char *text = texts[dice_roll(dice, sizeof(texts) / sizeof(texts[0]))];
	uint32_t number = dice_roll(dice, 4) ? dice_roll(dice, 12) : dice_next(dice);
	uint8_t bytes[400];

	switch (dice_roll(dice, 4)) {
	case 0:
		put_attr(msg, type, text, strlen(text) + dice_roll(dice, 2));
		break;
	case 1:
		dice_fill(dice, bytes, sizeof(bytes));
		put_attr(msg, type, bytes, dice_roll(dice, sizeof(bytes)));
		break;
	case 2:
		memset(bytes, 'x', 80);
		put_attr(msg, type, bytes, dice_roll(dice, 80));
		break;
	default:
		put_attr(msg, type, &number, sizeof(number));
	}
}

static void put_some_attr(struct message *msg, struct dice *dice, unsigned int depth)
{
	uint16_t type = dice_roll(dice, 16);
	uint32_t start = msg->len;

	if (!dice_roll(dice, 8))
		type |= dice_roll(dice, 16) << 12;
	if (depth && !dice_roll(dice, 6)) {
		put_attr(msg, type | NLA_F_NESTED, NULL, 0);
		for (unsigned int i = dice_roll(dice, 4); i; i--)
			put_some_attr(msg, dice, depth - 1);
		set_attr_len(msg, start, msg->len - start);
	} else {
		put_some_value(msg, type, dice);
	}
	if (!dice_roll(dice, 24))
		set_attr_len(msg, start, dice_roll(dice, dice_roll(dice, 2) ? 8 : 65536));
}

static void make_some(struct message *msg, struct dice *dice)
{
	uint16_t flags = dice_roll(dice, 4) ? NLM_F_ACK : dice_next(dice);
	unsigned int nr = dice_roll(dice, 6);

	if (!dice_roll(dice, 6))
		flags |= NLM_F_DUMP;
	begin(msg, family, flags, dice_roll(dice, 16) ? dice_roll(dice, 8) : dice_next(dice));
	while (nr--)
		put_some_attr(msg, dice, 6);
	set_len(msg, dice_roll(dice, 32) ? msg->len : dice_roll(dice, 2 * MAX_MESSAGE));
}

/* ---- Sockets ---- */

static int open_socket(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (sock < 0 || connect(sock, (struct sockaddr *)&kernel, sizeof(kernel)))
		die("no netlink socket");
	return sock;
}

/* Strict checks, extended acks, groups. */
static void set_some_option(int sock, struct dice *dice)
{
	int option = dice_roll(dice, 13), value = dice_roll(dice, 40);

	setsockopt(sock, SOL_NETLINK, option, &value, sizeof(value));
}

static void count_answers(const struct answer *answer)
{
	const struct nlmsghdr *hdr = (const struct nlmsghdr *)answer->bytes;
	ssize_t left = answer->len;

	for (; NLMSG_OK(hdr, left); hdr = NLMSG_NEXT(hdr, left)) {
		const struct nlmsgerr *err = NLMSG_DATA(hdr);

		answered++;
		denied += hdr->nlmsg_type == NLMSG_ERROR && err->error == -EPERM;
	}
}

/* Until nothing is there; an overrun is told once, as an error. */
static void drain(int sock)
{
	struct answer answer;

	do {
		answer.len = recv(sock, answer.bytes, sizeof(answer.bytes), MSG_DONTWAIT);
		if (answer.len > 0)
			count_answers(&answer);
	} while (answer.len > 0 || (answer.len < 0 && errno == ENOBUFS));
}

/* Now and then it hangs up, with a dump half-way or answers unread. */
static void *storm(void *arg)
{
	struct dice *dice = arg;
	struct message msg;
	int sock = open_socket();

	for (unsigned long i = 0; i < per_socket; i++) {
		make_some(&msg, dice);
		sent += send(sock, msg.bytes, msg.len, MSG_DONTWAIT) > 0;
		if (dice_roll(dice, 4))
			drain(sock);
		if (!dice_roll(dice, 64))
			set_some_option(sock, dice);
		if (!dice_roll(dice, 64)) {
			close(sock);
			sock = open_socket();
		}
	}
	close(sock);
	return NULL;
}

/* ---- Good questions ---- */

static void ask(struct message *msg, struct answer *answer)
{
	struct timeval patience = { .tv_sec = 10 };
	int sock = open_socket();

	set_len(msg, msg->len);
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(sock, msg->bytes, msg->len, 0) != (ssize_t)msg->len)
		die("a good question was not taken: %s", strerror(errno));
	answer->len = recv(sock, answer->bytes, sizeof(answer->bytes), 0);
	if (answer->len < (ssize_t)NLMSG_HDRLEN)
		die("a good question was not answered: %s", strerror(errno));
	close(sock);
}

static uint16_t answer_type(const struct answer *answer)
{
	return ((const struct nlmsghdr *)answer->bytes)->nlmsg_type;
}

/* The first attribute of this type in the answer, or NULL. */
static const struct nlattr *find_attr(const struct answer *answer, uint16_t type)
{
	ssize_t at = NLMSG_HDRLEN + GENL_HDRLEN;

	while (at + (ssize_t)NLA_HDRLEN <= answer->len) {
		const struct nlattr *attr = (const struct nlattr *)(answer->bytes + at);

		if (attr->nla_type == type)
			return attr;
		at += attr->nla_len >= NLA_HDRLEN ? NLA_ALIGN(attr->nla_len) : NLA_HDRLEN;
	}
	return NULL;
}

static uint16_t find_family(void)
{
	const struct nlattr *attr = NULL;
	struct answer answer;
	struct message msg;
	uint16_t id;

	begin(&msg, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	put_attr(&msg, CTRL_ATTR_FAMILY_NAME, DSA_VDEV_FAMILY_NAME,
		 sizeof(DSA_VDEV_FAMILY_NAME));
	ask(&msg, &answer);
	if (answer_type(&answer) == GENL_ID_CTRL)
		attr = find_attr(&answer, CTRL_ATTR_FAMILY_ID);
	if (!attr)
		die("there is no family " DSA_VDEV_FAMILY_NAME ": is the module loaded?");
	memcpy(&id, (const uint8_t *)attr + NLA_HDRLEN, sizeof(id));
	return id;
}

static void check_alive(void)
{
	struct answer answer;
	struct message msg;

	begin(&msg, family, NLM_F_DUMP, DSA_VDEV_CMD_DEVICE_GET);
	ask(&msg, &answer);
	if (answer_type(&answer) != family)
		die("the family does not list its devices any more");
}

int main(int argc, char **argv)
{
	struct dice dice = { 1 }, own[NR_SOCKETS];
	pthread_t thread[NR_SOCKETS];

	if (argc != 2)
		die("usage: hostile-netlink COUNT");
	per_socket = strtoul(argv[1], NULL, 10) / NR_SOCKETS;
	family = find_family();
	for (unsigned int i = 0; i < NR_SOCKETS; i++) {
		own[i] = dice_split(&dice);
		if (pthread_create(&thread[i], NULL, storm, &own[i]))
			die("no thread");
	}
	for (unsigned int i = 0; i < NR_SOCKETS; i++)
		pthread_join(thread[i], NULL);
	check_alive();
	printf("sent=%" PRIu64 " answered=%" PRIu64 " denied=%" PRIu64 "\n",
	       (uint64_t)sent, (uint64_t)answered, (uint64_t)denied);
	return 0;
}
