// SPDX-License-Identifier: LGPL-2.1-or-later
/* What does the module say, and how is it asked? */
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../core/files.h"
#include "netlink.h"
#include "netlink_policy.h"

/* The kernel sends no more at once. Without a size libnl asks for that of each answer first. */
#define ANSWER_SIZE 32768
#define REQUEST_SIZE 1536	/* the longest one sets DSA_VDEV_MAX_HINTS hints */

struct nl {
	struct nl_sock *sock;
	int family;
};

struct nl_events {
	struct nl_sock *sock;
	event_fn *report;
	void *data;
	bool broken;		/* one could not be read since the last netlink_events_read() */
};

/* One request and what came back. */
struct nl_call {
	struct dsactl_ctx *ctx;
	int (*parse)(struct nl_call *call, struct nlattr *head, int len);
	void *result;
	int err;
	bool done;
	char text[256];		/* of the extended ack */
};

/* ---- Socket ---- */

/* Whether the module is loaded, and is neither being loaded nor unloaded. */
static bool module_is_live(void)
{
	char state[16];

	file_read_line("/sys/module/dsa_vdev/initstate", state, sizeof(state));
	return state[0] ? !strcmp(state, "live") : !access("/sys/module/dsa_vdev", F_OK);
}

/*
 * The caller frees the socket, also after an error. -ENOENT: the module is not loaded. The kernel
 * is asked for the family only while the module is there: otherwise it would run modprobe.
 */
static int connect_sock(struct nl_sock **sock)
{
	*sock = nl_socket_alloc();
	if (!*sock)
		return -ENOMEM;
	if (!module_is_live())
		return -ENOENT;
	return genl_connect(*sock) ? -EOPNOTSUPP : 0;
}

/* Why the family cannot be found: the module is not loaded, or does not answer here. */
static int no_family(void)
{
	return module_is_live() ? -EOPNOTSUPP : -ENOENT;
}

static int open_sock(struct nl *nl)
{
	int one = 1, err = connect_sock(&nl->sock);

	if (err)
		return err;
	nl_socket_set_msg_buf_size(nl->sock, ANSWER_SIZE);
	setsockopt(nl_socket_get_fd(nl->sock), SOL_NETLINK, NETLINK_EXT_ACK, &one,
		   sizeof(one));
	setsockopt(nl_socket_get_fd(nl->sock), SOL_NETLINK, NETLINK_CAP_ACK, &one,
		   sizeof(one));
	nl->family = genl_ctrl_resolve(nl->sock, DSA_VDEV_FAMILY_NAME);
	return nl->family < 0 ? no_family() : 0;
}

void netlink_close(struct dsactl_ctx *ctx)
{
	if (!ctx->nl)
		return;
	nl_socket_free(ctx->nl->sock);
	free(ctx->nl);
	ctx->nl = NULL;
}

int netlink_no_answer(struct dsactl_ctx *ctx)
{
	return ctx_fail(ctx, EOPNOTSUPP, "dsa_vdev",
			"run it in the network namespace of the host, such as by nsenter -t 1 -n",
			"the module is loaded and does not answer");
}

static int netlink_open(struct dsactl_ctx *ctx)
{
	int err;

	if (ctx->nl)
		return 0;
	ctx->nl = calloc(1, sizeof(*ctx->nl));
	ctx_free_with(ctx, netlink_close);
	if (!ctx->nl)
		return ctx_nomem(ctx);
	err = open_sock(ctx->nl);
	if (err)
		netlink_close(ctx);
	return err == -EOPNOTSUPP ? netlink_no_answer(ctx) : err;
}

/* ---- Call and answer ---- */

/* The text may lack a NUL. It is bounded by the length of the attribute. */
static void get_text(char *to, size_t size, struct nlattr *attr)
{
	size_t len = attr ? strnlen(nla_data(attr), nla_len(attr)) : 0;

	len = len < size ? len : size - 1;
	if (len)
		memcpy(to, nla_data(attr), len);
	to[len] = '\0';
}
#define GET_TEXT(to, attr) get_text(to, sizeof(to), attr)

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *head = nlmsg_data(nlmsg_hdr(msg));
	struct nl_call *call = arg;
	int err;

	if (!call->parse)
		return NL_OK;
	err = call->parse(call, genlmsg_attrdata(head, 0), genlmsg_attrlen(head, 0));
	if (err && !call->err)
		call->err = err;
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	(void)msg;
	((struct nl_call *)arg)->done = true;
	return NL_STOP;
}

/*
 * A dump may end halfway: then the message at its end has the error, which libnl passes over
 * (findings/libnl-dump-error.sh).
 */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nl_call *call = arg;
	int err = 0;

	if (nlmsg_datalen(nlmsg_hdr(msg)) >= (int)sizeof(err))
		memcpy(&err, nlmsg_data(nlmsg_hdr(msg)), sizeof(err));
	if (err < 0 && !call->err)
		call->err = err;
	return on_end(msg, arg);
}

/* The extended ack's text follows the error, whose request is cut (CAP_ACK). */
static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct nlmsghdr *head = (struct nlmsghdr *)error - 1;
	int offset = NLMSG_HDRLEN + sizeof(*error);
	struct nl_call *call = arg;
	struct nlattr *text;

	(void)from;
	call->err = error->error;
	call->done = true;
	if (!(head->nlmsg_flags & NLM_F_CAPPED))
		offset += error->msg.nlmsg_len - NLMSG_HDRLEN;
	if (!(head->nlmsg_flags & NLM_F_ACK_TLVS) || (int)head->nlmsg_len <= offset)
		return NL_STOP;
	text = nla_find((struct nlattr *)((char *)head + offset),
			head->nlmsg_len - offset, NLMSGERR_ATTR_MSG);
	if (text)
		GET_TEXT(call->text, text);
	return NL_STOP;
}

static int receive(struct nl *nl, struct nl_call *call)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_CUSTOM);
	int err = 0;

	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, call);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, call);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, call);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, call);
	while (!call->done && err >= 0)
		err = nl_recvmsgs(nl->sock, cb);
	nl_cb_put(cb);
	return call->done ? call->err : -EIO;
}

/* Send @msg, which ends here, and gather the answers. */
static int transact(struct nl_call *call, struct nl_msg *msg)
{
	struct nl *nl = call->ctx->nl;
	int err = nl_send_auto(nl->sock, msg);

	nlmsg_free(msg);
	return err < 0 ? -EIO : receive(nl, call);
}

static struct nl_msg *new_message(struct dsactl_ctx *ctx, uint8_t command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(REQUEST_SIZE);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, ctx->nl->family, 0,
				NLM_F_REQUEST | flags, command,
				DSA_VDEV_FAMILY_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

/* A module's refusal as the context's message. */
static int call_failed(struct nl_call *call, int err, const char *object,
		       const char *what)
{
	const char *remedy = NULL;

	if (err == -EBADMSG && !call->text[0])
		return ctx_fail(call->ctx, EBADMSG, object, "use dsactl and dsa_vdev of one version",
				"the module's answer does not have the form that its interface defines");
	if (err == -EPERM)
		remedy = ctx_remedy(EPERM, NULL);
	else if (!call->text[0])
		remedy = "see the kernel log";
	if (call->text[0])
		return ctx_fail(call->ctx, -err, object, remedy, "%s", call->text);
	return ctx_fail(call->ctx, -err, object, remedy, "%s: %s", what, strerror(-err));
}

/* Every change goes through here: open, send, wait for the ack, complain. */
static int change(struct nl_call *call, struct nl_msg *msg, const char *object,
		  const char *what)
{
	int err;

	if (!msg)
		return ctx_nomem(call->ctx);
	err = transact(call, msg);
	return err ? call_failed(call, err, object, what) : 0;
}

static int require_module(struct dsactl_ctx *ctx)
{
	int err = netlink_open(ctx);

	if (err != -ENOENT)
		return err;
	return ctx_fail(ctx, EOPNOTSUPP, "dsa_vdev", "modprobe dsa_vdev",
			"the module is not loaded");
}

/* A request for @command, to which attributes are added and which is then sent. */
static int begin(struct dsactl_ctx *ctx, uint8_t command, struct nl_msg **msg)
{
	int err = require_module(ctx);

	if (err)
		return err;
	*msg = new_message(ctx, command, NLM_F_ACK);
	return *msg ? 0 : ctx_nomem(ctx);
}

/* ---- Parse ---- */

/*
 * Sort the attributes of a message or nest into @tb; nonzero where one of them is not as its policy
 * has it. The policies are made from the specification of the interface. Attributes that this
 * version does not know are left out.
 */
#define PARSE(tb, policy, head, len) nla_parse(tb, ARRAY_SIZE(policy) - 1, head, len, policy)
#define PARSE_NEST(tb, policy, nest) nla_parse_nested(tb, ARRAY_SIZE(policy) - 1, nest, policy)

/* Of an attribute that is absent: 0 or -1. */
static uint32_t get_u32(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static uint64_t get_u64(struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static bool get_bool(struct nlattr *attr)
{
	return attr && nla_get_u8(attr);
}

static int get_or_none(struct nlattr *attr)
{
	return attr ? (int)nla_get_u32(attr) : -1;
}

static int fill_device(struct mod_device *device, struct nlattr *head, int len)
{
	struct nlattr *tb[DSA_VDEV_A_DEVICE_MAX + 1];

	if (PARSE(tb, device_policy, head, len))
		return -EBADMSG;
	GET_TEXT(device->name, tb[DSA_VDEV_A_DEVICE_NAME]);
	GET_TEXT(device->pci, tb[DSA_VDEV_A_DEVICE_PCI]);
	device->numa = get_or_none(tb[DSA_VDEV_A_DEVICE_NUMA_NODE]);
	device->flags = get_u32(tb[DSA_VDEV_A_DEVICE_FLAGS]);
	device->nr_wqs = get_u32(tb[DSA_VDEV_A_DEVICE_NR_WQS]);
	device->nr_groups = get_u32(tb[DSA_VDEV_A_DEVICE_NR_GROUPS]);
	device->nr_engines = get_u32(tb[DSA_VDEV_A_DEVICE_NR_ENGINES]);
	device->ims_size = get_u32(tb[DSA_VDEV_A_DEVICE_IMS_SIZE]);
	device->ims_free = get_u32(tb[DSA_VDEV_A_DEVICE_IMS_FREE]);
	device->nr_slices = get_u32(tb[DSA_VDEV_A_DEVICE_NR_SLICES]);
	return 0;
}

static int parse_slice_wq(struct dsactl_slice *slice, struct nlattr *nest)
{
	struct nlattr *tb[DSA_VDEV_A_WQ_MAX + 1];
	uint32_t i = slice->nr_wqs;

	if (i >= DSA_VDEV_MAX_WQS || PARSE_NEST(tb, wq_policy, nest))
		return -EBADMSG;
	slice->wq[i].id = get_u32(tb[DSA_VDEV_A_WQ_ID]);
	slice->wq[i].size = get_u32(tb[DSA_VDEV_A_WQ_SIZE]);
	slice->wq[i].bound = get_bool(tb[DSA_VDEV_A_WQ_BOUND]);
	slice->nr_wqs++;
	return 0;
}

static int fill_slice(struct dsactl_slice *slice, struct nlattr *head, int len)
{
	struct nlattr *tb[DSA_VDEV_A_SLICE_MAX + 1], *attr;
	int rest, err = 0;

	if (PARSE(tb, slice_policy, head, len))
		return -EBADMSG;
	slice->id = get_u32(tb[DSA_VDEV_A_SLICE_ID]);
	slice->group = get_u32(tb[DSA_VDEV_A_SLICE_GROUP]);
	slice->nr_engines = get_u32(tb[DSA_VDEV_A_SLICE_NR_ENGINES]);
	slice->nr_vectors = get_u32(tb[DSA_VDEV_A_SLICE_NR_VECTORS]);
	slice->pasid = get_u32(tb[DSA_VDEV_A_SLICE_PASID]);
	slice->state = get_u32(tb[DSA_VDEV_A_SLICE_STATE]);
	slice->flags = get_u32(tb[DSA_VDEV_A_SLICE_FLAGS]);
	slice->mapping = get_u32(tb[DSA_VDEV_A_SLICE_MAPPING]);
	GET_TEXT(slice->device, tb[DSA_VDEV_A_SLICE_DEVICE]);
	GET_TEXT(slice->type, tb[DSA_VDEV_A_SLICE_TYPE]);
	GET_TEXT(slice->vdev, tb[DSA_VDEV_A_SLICE_VDEV]);
	nla_for_each_attr(attr, head, len, rest)
		if (!err && nla_type(attr) == DSA_VDEV_A_SLICE_WQ)
			err = parse_slice_wq(slice, attr);
	return err;
}

/* The answer to one slice: call->result is the slice. */
static int parse_one_slice(struct nl_call *call, struct nlattr *head, int len)
{
	return fill_slice(call->result, head, len);
}

static int parse_vector(struct dsactl_vdev *vdev, struct nlattr *nest)
{
	struct nlattr *tb[DSA_VDEV_A_VECTOR_MAX + 1];
	struct dsactl_vector *vector;

	if (vdev->nr_vectors >= ARRAY_SIZE(vdev->vector) || PARSE_NEST(tb, vector_policy, nest))
		return -EBADMSG;
	vector = &vdev->vector[vdev->nr_vectors++];
	if (vdev->nr_vectors > 1)
		vector[-1].next = vector;
	vector->index = get_u32(tb[DSA_VDEV_A_VECTOR_INDEX]);
	vector->irq = get_or_none(tb[DSA_VDEV_A_VECTOR_IRQ]);
	vector->ims = get_or_none(tb[DSA_VDEV_A_VECTOR_IMS]);
	vector->handle = get_or_none(tb[DSA_VDEV_A_VECTOR_HANDLE]);
	vector->masked = get_bool(tb[DSA_VDEV_A_VECTOR_MASKED]);
	vector->interrupts = get_u64(tb[DSA_VDEV_A_VECTOR_INTERRUPTS]);
	return 0;
}

static int parse_hint(struct dsactl_vdev *vdev, struct nlattr *nest)
{
	struct nlattr *tb[DSA_VDEV_A_HINT_MAX + 1];

	if (vdev->nr_hints >= DSA_VDEV_MAX_HINTS || PARSE_NEST(tb, hint_policy, nest))
		return -EBADMSG;
	vdev->hint[vdev->nr_hints++] = (struct dsactl_hint){
		.iova = get_u64(tb[DSA_VDEV_A_HINT_IOVA]),
		.length = get_u64(tb[DSA_VDEV_A_HINT_LENGTH]),
	};
	return 0;
}

/* "mappings,page-requests" */
static void name_sources(struct dsactl_vdev *vdev, uint32_t sources)
{
	static const char *const names[] = { "hints", "mappings", "probing", "page-requests" };
	char *text = vdev->mapping_sources;
	size_t used = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (sources >> i & 1)
			used += snprintf(text + used, sizeof(vdev->mapping_sources) - used, "%s%s",
					 used ? "," : "", names[i]);
}

static void fill_mapping(struct dsactl_vdev *vdev, struct nlattr **tb)
{
	vdev->mapped_bytes = get_u64(tb[DSA_VDEV_A_VDEV_MAPPED_BYTES]);
	vdev->pinned_pages = get_u64(tb[DSA_VDEV_A_VDEV_PINNED_PAGES]);
	vdev->wanted_bytes = get_u64(tb[DSA_VDEV_A_VDEV_WANTED_BYTES]);
	vdev->requests_served = get_u64(tb[DSA_VDEV_A_VDEV_REQUESTS_SERVED]);
	vdev->requests_refused = get_u64(tb[DSA_VDEV_A_VDEV_REQUESTS_REFUSED]);
	vdev->mapping = get_u32(tb[DSA_VDEV_A_VDEV_MAPPING]);
	vdev->mapping_state = get_u32(tb[DSA_VDEV_A_VDEV_MAPPING_STATE]);
	name_sources(vdev, get_u32(tb[DSA_VDEV_A_VDEV_MAPPING_SOURCES]));
}

static int fill_vdev(struct dsactl_vdev *vdev, struct nlattr *head, int len)
{
	struct nlattr *tb[DSA_VDEV_A_VDEV_MAX + 1], *attr;
	int rest, err = 0;

	if (PARSE(tb, vdev_policy, head, len))
		return -EBADMSG;
	GET_TEXT(vdev->uuid, tb[DSA_VDEV_A_VDEV_UUID]);
	GET_TEXT(vdev->device, tb[DSA_VDEV_A_VDEV_DEVICE]);
	GET_TEXT(vdev->name, tb[DSA_VDEV_A_VDEV_NAME]);
	GET_TEXT(vdev->owner, tb[DSA_VDEV_A_VDEV_OWNER]);
	GET_TEXT(vdev->type, tb[DSA_VDEV_A_VDEV_TYPE]);
	vdev->slice = get_u32(tb[DSA_VDEV_A_VDEV_SLICE_ID]);
	vdev->state = get_u32(tb[DSA_VDEV_A_VDEV_STATE]);
	vdev->pasid = get_u32(tb[DSA_VDEV_A_VDEV_PASID]);
	vdev->foreign = !get_bool(tb[DSA_VDEV_A_VDEV_RESERVED]);
	if (tb[DSA_VDEV_A_VDEV_PCI_DEVICE])
		snprintf(vdev->pci_id, sizeof(vdev->pci_id), "8086:%04x",
			 get_u32(tb[DSA_VDEV_A_VDEV_PCI_DEVICE]) & 0xffff);
	fill_mapping(vdev, tb);
	vdev->commands = get_u64(tb[DSA_VDEV_A_VDEV_COMMANDS]);
	vdev->resets = get_u64(tb[DSA_VDEV_A_VDEV_RESETS]);
	vdev->errors = get_u64(tb[DSA_VDEV_A_VDEV_ERRORS]);
	nla_for_each_attr(attr, head, len, rest) {
		if (!err && nla_type(attr) == DSA_VDEV_A_VDEV_VECTOR)
			err = parse_vector(vdev, attr);
		if (!err && nla_type(attr) == DSA_VDEV_A_VDEV_HINT)
			err = parse_hint(vdev, attr);
	}
	return err;
}

/*
 * parse_T(): one more T, filled from an answer of a dump, at the tail of the list
 * that call->result points to.
 */
#define DEFINE_PARSE(type, name)                                               \
static int parse_##name(struct nl_call *call, struct nlattr *head, int len)    \
{                                                                              \
	struct type *new = calloc(1, sizeof(*new)), ***tail = call->result;    \
	int err = new ? fill_##name(new, head, len) : -ENOMEM;                 \
									       \
	if (err) {                                                             \
		free(new);                                                     \
		return err;                                                    \
	}                                                                      \
	new->ctx = call->ctx;                                                  \
	**tail = new;                                                          \
	*tail = &new->next;                                                    \
	return 0;                                                              \
}
DEFINE_PARSE(mod_device, device)
DEFINE_PARSE(dsactl_slice, slice)
DEFINE_PARSE(dsactl_vdev, vdev)

/* ---- Read ---- */

static int dump(struct dsactl_ctx *ctx, uint8_t command,
		int (*parse)(struct nl_call *, struct nlattr *, int), void *tail)
{
	struct nl_call call = { .ctx = ctx, .parse = parse, .result = tail };

	return change(&call, new_message(ctx, command, NLM_F_DUMP), "dsa_vdev",
		      "the module did not answer");
}

/* None, where there is no such device. */
static int read_device(struct dsactl_ctx *ctx, const char *name, struct mod_device ***tail)
{
	struct nl_call call = { .ctx = ctx, .parse = parse_device, .result = tail };
	struct nl_msg *msg = new_message(ctx, DSA_VDEV_CMD_DEVICE_GET, NLM_F_ACK);
	int err;

	if (!msg)
		return ctx_nomem(ctx);
	nla_put_string(msg, DSA_VDEV_A_DEVICE_NAME, name);
	err = transact(&call, msg);
	return err && err != -ENODEV ? call_failed(&call, err, name, "the module did not answer") : 0;
}

static int read_lists(struct dsactl_ctx *ctx, struct inventory *inv, unsigned int lists,
		      const char *device)
{
	struct mod_device **devices = &inv->mod_devices;
	struct dsactl_slice **slices = &inv->slices;
	struct dsactl_vdev **vdevs = &inv->vdevs;
	int err = netlink_open(ctx);

	if (lists & NETLINK_DEVICES)
		err = err ?: (device ? read_device(ctx, device, &devices) :
				       dump(ctx, DSA_VDEV_CMD_DEVICE_GET, parse_device, &devices));
	if (lists & NETLINK_SLICES)
		err = err ?: dump(ctx, DSA_VDEV_CMD_SLICE_GET, parse_slice, &slices);
	if (lists & NETLINK_VDEVS)
		err = err ?: dump(ctx, DSA_VDEV_CMD_VDEV_GET, parse_vdev, &vdevs);
	return err;
}

/* The family has a new number each time that the module is loaded. */
int netlink_read(struct dsactl_ctx *ctx, struct inventory *inv, unsigned int lists, const char *device)
{
	bool was_open = ctx->nl;
	int err = read_lists(ctx, inv, lists, device);

	if (err == -ENOENT && was_open) {
		netlink_close(ctx);
		ctx_forget_failure(ctx);
		err = read_lists(ctx, inv, lists, device);
	}
	return err;
}

int netlink_slice_get(struct dsactl_ctx *ctx, uint32_t id, struct dsactl_slice *slice)
{
	struct nl_call call = { .ctx = ctx, .parse = parse_one_slice, .result = slice };
	struct nl_msg *msg;
	char object[32];
	int err = begin(ctx, DSA_VDEV_CMD_SLICE_GET, &msg);

	if (err)
		return err;
	snprintf(object, sizeof(object), "slice %u", id);
	nla_put_u32(msg, DSA_VDEV_A_SLICE_ID, id);
	*slice = (struct dsactl_slice){ 0 };
	return change(&call, msg, object, "the slice cannot be read");
}

/* ---- Change ---- */

int netlink_slice_new(struct dsactl_ctx *ctx, const char *device, const uint32_t *wqs,
		 unsigned int nr_wqs, uint32_t flags, int mapping, struct dsactl_slice *slice)
{
	struct nl_call call = { .ctx = ctx, .parse = parse_one_slice, .result = slice };
	struct nl_msg *msg;
	int err = begin(ctx, DSA_VDEV_CMD_SLICE_NEW, &msg);

	if (err)
		return err;
	ctx_log(ctx, LOG_INFO, "%s: new slice of %u work queues from %u up", device,
		nr_wqs, wqs[0]);
	nla_put_string(msg, DSA_VDEV_A_SLICE_DEVICE, device);
	for (unsigned int i = 0; i < nr_wqs; i++)
		nla_put_u32(msg, DSA_VDEV_A_SLICE_WQ_ID, wqs[i]);
	nla_put_u32(msg, DSA_VDEV_A_SLICE_FLAGS, flags);
	if (mapping >= 0)
		nla_put_u32(msg, DSA_VDEV_A_SLICE_MAPPING, mapping);
	*slice = (struct dsactl_slice){ 0 };
	return change(&call, msg, device, "the slice cannot be made");
}

int netlink_slice_del(struct dsactl_ctx *ctx, uint32_t id)
{
	struct nl_call call = { .ctx = ctx };
	struct nl_msg *msg;
	char object[32];
	int err = begin(ctx, DSA_VDEV_CMD_SLICE_DEL, &msg);

	if (err)
		return err;
	snprintf(object, sizeof(object), "slice %u", id);
	ctx_log(ctx, LOG_INFO, "%s: delete", object);
	nla_put_u32(msg, DSA_VDEV_A_SLICE_ID, id);
	return change(&call, msg, object, "the slice cannot be deleted");
}

int netlink_slice_reserve(struct dsactl_ctx *ctx, uint32_t id, const char *uuid,
		     const char *name, const char *owner, int mapping)
{
	struct nl_call call = { .ctx = ctx };
	struct nl_msg *msg;
	int err = begin(ctx, DSA_VDEV_CMD_SLICE_RESERVE, &msg);

	if (err)
		return err;
	ctx_log(ctx, LOG_INFO, "slice %u: reserve for %s", id, uuid);
	nla_put_u32(msg, DSA_VDEV_A_VDEV_SLICE_ID, id);
	nla_put_string(msg, DSA_VDEV_A_VDEV_UUID, uuid);
	if (name[0])
		nla_put_string(msg, DSA_VDEV_A_VDEV_NAME, name);
	if (owner[0])
		nla_put_string(msg, DSA_VDEV_A_VDEV_OWNER, owner);
	if (mapping >= 0)
		nla_put_u32(msg, DSA_VDEV_A_VDEV_MAPPING, mapping);
	return change(&call, msg, uuid, "the slice cannot be reserved");
}

static void put_hint(struct nl_msg *msg, const struct dsactl_hint *hint)
{
	struct nlattr *nest = nla_nest_start(msg, DSA_VDEV_A_VDEV_HINT);

	nla_put_u64(msg, DSA_VDEV_A_HINT_IOVA, hint->iova);
	nla_put_u64(msg, DSA_VDEV_A_HINT_LENGTH, hint->length);
	nla_nest_end(msg, nest);
}

int netlink_vdev_set_hints(struct dsactl_ctx *ctx, const char *uuid,
			   const struct dsactl_hint *hints, unsigned int nr)
{
	struct nl_call call = { .ctx = ctx };
	struct nl_msg *msg;
	int err = begin(ctx, DSA_VDEV_CMD_VDEV_SET_HINTS, &msg);

	if (err)
		return err;
	ctx_log(ctx, LOG_INFO, "%s: %u hints", uuid, nr);
	nla_put_string(msg, DSA_VDEV_A_VDEV_UUID, uuid);
	for (unsigned int i = 0; i < nr; i++)
		put_hint(msg, &hints[i]);
	return change(&call, msg, uuid, "the hints cannot be set");
}

/* ---- Events ---- */

/* Which event a notification is. */
static const struct event_kind {
	const char *object, *action;
} event_kinds[DSA_VDEV_CMD_MAX + 1] = {
	[DSA_VDEV_CMD_SLICE_ADD_NTF] = { "slice", "add" },
	[DSA_VDEV_CMD_SLICE_CHANGE_NTF] = { "slice", "change" },
	[DSA_VDEV_CMD_SLICE_DEL_NTF] = { "slice", "remove" },
	[DSA_VDEV_CMD_VDEV_ADD_NTF] = { "vdev", "add" },
	[DSA_VDEV_CMD_VDEV_CHANGE_NTF] = { "vdev", "change" },
	[DSA_VDEV_CMD_VDEV_DEL_NTF] = { "vdev", "remove" },
};

static int slice_event(struct dsactl_event *event, struct nlattr *head, int len)
{
	struct dsactl_slice slice = { 0 };
	int err = fill_slice(&slice, head, len);

	snprintf(event->name, sizeof(event->name), "%u", slice.id);
	COPY_TEXT(event->device, slice.device);
	COPY_TEXT(event->vdev, slice.vdev);
	event->state = slice_state_name(slice.state);
	return err;
}

static int vdev_event(struct dsactl_event *event, struct nlattr *head, int len)
{
	struct dsactl_vdev vdev = { 0 };
	int err = fill_vdev(&vdev, head, len);

	COPY_TEXT(event->name, vdev.uuid);
	COPY_TEXT(event->device, vdev.device);
	COPY_TEXT(event->vdev, vdev.uuid);
	COPY_TEXT(event->vdev_name, vdev.name);
	event->errors = vdev.errors;
	event->mapping_state = mapping_state_name(vdev.mapping_state);
	event->mapped_bytes = vdev.mapped_bytes;
	event->wanted_bytes = vdev.wanted_bytes;
	event->state = vdev_state_name(vdev.state);
	return err;
}

/* A notification that this version does not know is not for it. */
static int on_event(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *head = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attrs = genlmsg_attrdata(head, 0);
	int len = genlmsg_attrlen(head, 0);
	struct nl_events *events = arg;
	struct dsactl_event event = { .state = "" };
	const struct event_kind *kind;

	if (head->cmd > DSA_VDEV_CMD_MAX || !event_kinds[head->cmd].object)
		return NL_OK;
	kind = &event_kinds[head->cmd];
	event.object = kind->object;
	event.action = kind->action;
	if ((kind->object[0] == 's' ? slice_event : vdev_event)(&event, attrs, len))
		events->broken = true;
	else
		events->report(events->data, &event);
	return NL_OK;
}

static int join_events(struct nl_events *events)
{
	int group, err = connect_sock(&events->sock);

	if (err)
		return err;
	group = genl_ctrl_resolve_grp(events->sock, DSA_VDEV_FAMILY_NAME,
				      DSA_VDEV_MCGRP_EVENTS);
	if (group < 0 || nl_socket_add_membership(events->sock, group))
		return no_family();
	nl_socket_disable_seq_check(events->sock);
	nl_socket_modify_cb(events->sock, NL_CB_VALID, NL_CB_CUSTOM, on_event, events);
	return nl_socket_set_nonblocking(events->sock) ? -EIO : 0;
}

int netlink_events_open(struct nl_events **events, event_fn *report, void *data)
{
	int err;

	*events = calloc(1, sizeof(**events));
	if (!*events)
		return -ENOMEM;
	**events = (struct nl_events){ .report = report, .data = data };
	err = join_events(*events);
	if (err) {
		netlink_events_close(*events);
		*events = NULL;
	}
	return err;
}

int netlink_events_fd(const struct nl_events *events)
{
	return nl_socket_get_fd(events->sock);
}

int netlink_events_read(struct nl_events *events)
{
	int err;

	events->broken = false;
	err = nl_recvmsgs_default(events->sock);
	/* The kernel drops events where nobody reads them in time. */
	if (err == -NLE_NOMEM)
		return -ENOBUFS;
	return events->broken ? -EBADMSG : 0;
}

void netlink_events_close(struct nl_events *events)
{
	if (!events)
		return;
	nl_socket_free(events->sock);
	free(events);
}
