// SPDX-License-Identifier: GPL-2.0-only
/* What does the library make of the module's messages, whole or broken? */
#include "../../lib/backend/netlink.c"
#include "unit.h"

static struct nl_msg *message(uint8_t command)
{
	struct nl_msg *msg = nlmsg_alloc();

	CHECK(genlmsg_put(msg, 1, 1, 0x20, 0, 0, command, DSA_VDEV_FAMILY_VERSION));
	return msg;
}

static int fill(struct nl_msg *msg, struct dsactl_vdev *vdev)
{
	struct genlmsghdr *head = nlmsg_data(nlmsg_hdr(msg));

	*vdev = (struct dsactl_vdev){ 0 };
	return fill_vdev(vdev, genlmsg_attrdata(head, 0), genlmsg_attrlen(head, 0));
}

TEST("a vdev is what its attributes say")
{
	struct nl_msg *msg = message(DSA_VDEV_CMD_VDEV_GET);
	struct dsactl_vdev vdev;

	nla_put_string(msg, DSA_VDEV_A_VDEV_NAME, "vm3");
	nla_put_u32(msg, DSA_VDEV_A_VDEV_PASID, 7);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_COMMANDS, 1ull << 40);
	CHECK(!fill(msg, &vdev));
	CHECK(!strcmp(vdev.name, "vm3"));
	CHECK_EQ(vdev.pasid, 7);
	CHECK_EQ(vdev.commands, 1ull << 40);
	nlmsg_free(msg);
}

/* How a vdev is taken that has one attribute @type of @len bytes, in a nest of type @nest if that is not 0. */
static int filled_with(int nest, int type, int len)
{
	struct nl_msg *msg = message(DSA_VDEV_CMD_VDEV_GET);
	struct nlattr *outer = nest ? nla_nest_start(msg, nest) : NULL;
	static const char zeros[128];
	struct dsactl_vdev vdev;
	int err;

	nla_put(msg, type, len, zeros);
	if (outer)
		nla_nest_end(msg, outer);
	err = fill(msg, &vdev);
	nlmsg_free(msg);
	return err;
}

TEST("a number of another size is a broken message, also within a vector or a hint")
{
	static const struct { int nest, type, size; } numbers[] = {
		{ 0, DSA_VDEV_A_VDEV_PASID, 4 }, { 0, DSA_VDEV_A_VDEV_COMMANDS, 8 },
		{ 0, DSA_VDEV_A_VDEV_RESERVED, 1 },
		{ DSA_VDEV_A_VDEV_VECTOR, DSA_VDEV_A_VECTOR_IRQ, 4 },
		{ DSA_VDEV_A_VDEV_VECTOR, DSA_VDEV_A_VECTOR_MASKED, 1 },
		{ DSA_VDEV_A_VDEV_VECTOR, DSA_VDEV_A_VECTOR_INTERRUPTS, 8 },
		{ DSA_VDEV_A_VDEV_HINT, DSA_VDEV_A_HINT_IOVA, 8 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		for (int len = 0; len <= 16; len++)
			CHECK_EQ(filled_with(numbers[i].nest, numbers[i].type, len),
				 len == numbers[i].size ? 0 : -EBADMSG);
}

TEST("an attribute that is absent is 0, or none, and one that is not known is left out")
{
	struct nl_msg *msg = message(DSA_VDEV_CMD_VDEV_GET);
	struct nlattr *vector = nla_nest_start(msg, DSA_VDEV_A_VDEV_VECTOR);
	struct dsactl_vdev vdev;

	nla_put_u32(msg, DSA_VDEV_A_VECTOR_INDEX, 3);
	nla_put(msg, DSA_VDEV_A_VECTOR_MAX + 1, 3, "abc");
	nla_nest_end(msg, vector);
	nla_put(msg, DSA_VDEV_A_VDEV_MAX + 1, 3, "abc");
	CHECK(!fill(msg, &vdev));
	CHECK_EQ(vdev.pasid, 0);
	CHECK_EQ(vdev.nr_vectors, 1);
	CHECK_EQ(vdev.vector[0].index, 3);
	CHECK_EQ(vdev.vector[0].irq, -1);
	CHECK(!vdev.vector[0].masked);
	nlmsg_free(msg);
}

TEST("devices and slices are checked as vdevs are")
{
	struct nl_msg *msg = message(DSA_VDEV_CMD_DEVICE_GET);
	struct genlmsghdr *head = nlmsg_data(nlmsg_hdr(msg));
	struct mod_device device = { 0 };
	struct dsactl_slice slice = { 0 };

	/* The third is a number of both. */
	nla_put(msg, DSA_VDEV_A_DEVICE_NUMA_NODE, 3, "\1\1\1");
	CHECK_EQ(fill_device(&device, genlmsg_attrdata(head, 0), genlmsg_attrlen(head, 0)), -EBADMSG);
	CHECK_EQ(fill_slice(&slice, genlmsg_attrdata(head, 0), genlmsg_attrlen(head, 0)), -EBADMSG);
	nlmsg_free(msg);
	msg = message(DSA_VDEV_CMD_DEVICE_GET);
	head = nlmsg_data(nlmsg_hdr(msg));
	nla_put_s32(msg, DSA_VDEV_A_DEVICE_NUMA_NODE, -1);
	CHECK(!fill_device(&device, genlmsg_attrdata(head, 0), genlmsg_attrlen(head, 0)));
	CHECK_EQ(device.numa, -1);
	nlmsg_free(msg);
}

TEST("more vectors or hints than a vdev can have are a broken message")
{
	struct dsactl_vdev vdev;

	for (int type = DSA_VDEV_A_VDEV_VECTOR; type; type = type == DSA_VDEV_A_VDEV_VECTOR ?
	     DSA_VDEV_A_VDEV_HINT : 0) {
		struct nl_msg *msg = message(DSA_VDEV_CMD_VDEV_GET);

		for (int i = 0; i <= DSA_VDEV_MAX_HINTS; i++) {
			struct nlattr *nest = nla_nest_start(msg, type);

			nla_put_u32(msg, 1, i);
			nla_nest_end(msg, nest);
		}
		CHECK_EQ(fill(msg, &vdev), -EBADMSG);
		nlmsg_free(msg);
	}
}

TEST("a text ends within its attribute, and is not longer than the interface allows")
{
	struct nl_msg *msg = message(DSA_VDEV_CMD_VDEV_GET);
	struct dsactl_vdev vdev;
	char much[512];

	nla_put(msg, DSA_VDEV_A_VDEV_NAME, 3, "vm3");
	CHECK_EQ(fill(msg, &vdev), -EBADMSG);
	nlmsg_free(msg);
	CHECK_EQ(filled_with(0, DSA_VDEV_A_VDEV_NAME, 0), -EBADMSG);
	CHECK_EQ(filled_with(0, DSA_VDEV_A_VDEV_OWNER, DSA_VDEV_NAME_MAX + 1), 0);
	CHECK_EQ(filled_with(0, DSA_VDEV_A_VDEV_OWNER, DSA_VDEV_NAME_MAX + 2), -EBADMSG);
	/* The interface bounds no type: its room does. */
	memset(much, 'm', sizeof(much));
	much[sizeof(much) - 1] = '\0';
	msg = message(DSA_VDEV_CMD_VDEV_GET);
	nla_put(msg, DSA_VDEV_A_VDEV_TYPE, sizeof(much), much);
	CHECK(!fill(msg, &vdev));
	CHECK_EQ(strlen(vdev.type), sizeof(vdev.type) - 1);
	nlmsg_free(msg);
}

/* An error's message: the header of what was asked, then attributes. */
static struct nl_call refused(const char *text, int len)
{
	_Alignas(NLMSG_ALIGNTO) char raw[256] = "";
	struct nlmsghdr *head = (struct nlmsghdr *)raw;
	struct nlmsgerr *error = nlmsg_data(head);
	struct nlattr *attr = (struct nlattr *)(error + 1);
	struct nl_call call = { 0 };

	memset(raw, 'x', sizeof(raw));
	error->error = -EBUSY;
	*attr = (struct nlattr){ .nla_type = NLMSGERR_ATTR_MSG, .nla_len = NLA_HDRLEN + len };
	memcpy(nla_data(attr), text, len);
	*head = (struct nlmsghdr){ .nlmsg_type = NLMSG_ERROR,
				   .nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS,
				   .nlmsg_len = NLMSG_HDRLEN + sizeof(*error) + attr->nla_len };
	on_error(NULL, error, &call);
	return call;
}

TEST("a refusal's text is the extended ack's, also where it does not end in a NUL")
{
	struct nl_call call = refused("in use", 7);

	CHECK_EQ(call.err, -EBUSY);
	CHECK(call.done);
	CHECK(!strcmp(call.text, "in use"));
	CHECK(!strcmp(refused("in use", 6).text, "in use"));
}

static unsigned int nr_reported;

static void report(void *data, const struct dsactl_event *event)
{
	(void)data, (void)event;
	nr_reported++;
}

TEST("the longest request, with the most hints, fits its message")
{
	struct nl nl = { .family = 0x20 };
	struct dsactl_ctx ctx = { .nl = &nl };
	struct nl_msg *msg = new_message(&ctx, DSA_VDEV_CMD_VDEV_SET_HINTS, NLM_F_ACK);
	const struct dsactl_hint hint = { .iova = 4096, .length = 4096 };
	struct nlattr *attr;
	int rest, nr = 0;

	CHECK(!nla_put_string(msg, DSA_VDEV_A_VDEV_UUID, "123e4567-e89b-42d3-a456-426614174000"));
	for (unsigned int i = 0; i < DSA_VDEV_MAX_HINTS; i++)
		put_hint(msg, &hint);
	nlmsg_for_each_attr(attr, nlmsg_hdr(msg), GENL_HDRLEN, rest)
		nr += nla_type(attr) == DSA_VDEV_A_VDEV_HINT && nla_find(nla_data(attr), nla_len(attr), DSA_VDEV_A_HINT_LENGTH);
	CHECK_EQ(nr, DSA_VDEV_MAX_HINTS);
	nlmsg_free(msg);
}

TEST("a notification that is not known is not for this version")
{
	struct nl_events events = { .report = report };

	nr_reported = 0;
	for (unsigned int command = 0; command <= UINT8_MAX; command++) {
		struct nl_msg *msg = message(command);

		nla_put_string(msg, DSA_VDEV_A_VDEV_NAME, "vm3");
		on_event(msg, &events);
		nlmsg_free(msg);
	}
	CHECK_EQ(nr_reported, 6);
	CHECK(!events.broken);
}

TEST("a notification that is broken is reported as lost, not as something else")
{
	struct nl_events events = { .report = report };
	struct nl_msg *msg = message(DSA_VDEV_CMD_VDEV_CHANGE_NTF);

	nr_reported = 0;
	nla_put(msg, DSA_VDEV_A_VDEV_STATE, 2, "\1\1");
	on_event(msg, &events);
	nlmsg_free(msg);
	CHECK_EQ(nr_reported, 0);
	CHECK(events.broken);
}
