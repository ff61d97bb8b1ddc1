// SPDX-License-Identifier: GPL-2.0-only
/* The vfio-user server: see vfu.h. Framing is vfu_msg.c's. */
#include "vfu.h"
#include "vfu_irq.h"
#include "vfu_msg.h"
#include "vfu_tx.h"
#include "vfu_version.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* VFIO's numbers (linux/vfio.h). */
enum { DEVICE_RESETS = 1, DEVICE_IS_PCI = 2 };
enum { REGION_READS = 1, REGION_WRITES = 2, REGION_MAPS = 4 };
enum { IRQ_BY_EVENTFD = 1, IRQ_IS_MASKABLE = 2 };
enum { UNMAP_DIRTY_BITMAP = 1, UNMAP_ALL = 2 };

/* The most messages, and writes within messages, that one vfu_step() serves. */
#define STEP	64
/* The most descriptors that a client may leave unread. */
#define MAX_UNREAD_FDS	4

/* Payloads, as on the wire. */
struct device_info { uint32_t argsz, flags, nr_regions, nr_irqs; };
struct region_info { uint32_t argsz, flags, index, cap_offset; uint64_t size, offset; };
struct irq_info { uint32_t argsz, flags, index, count; };
struct irq_set { uint32_t argsz, flags, index, start, count; };
struct map_request { uint32_t argsz, flags; uint64_t offset, addr, size; };
struct unmap_request { uint32_t argsz, flags; uint64_t addr, size; };
struct region_access { uint64_t offset; uint32_t region, count; };
struct multi_write { struct region_access at; uint8_t data[8]; };
struct dma_access { uint64_t addr, count; };

struct vfu {
	int sock;
	const struct vfu_ops *ops;
	void *fn;			/* the function, for ops */
	struct vfu_tx tx;
	struct dma *dma;
	struct vfu_irqs irqs;
	vfu_reset_fn on_reset;
	void *reset_arg;
	bool greeted;
	struct vfu_msg msg;		/* being served */
	unsigned int budget;		/* of STEP, what is left */
	bool unfinished;		/* the message has writes left, from nr_written on */
	uint64_t nr_written;
	uint8_t *reply;			/* VFU_MAX_PAYLOAD of room */
	size_t reply_len;
	int reply_fd;			/* goes with it; -1: none */
	unsigned int nr_unread_fds;	/* at most so many of those that were sent */

	pthread_mutex_t own_lock;	/* our own commands: below */
	uint16_t next_id;
	uint8_t *unanswered;		/* by id */
	uint64_t nr_sent, nr_answered;	/* in order */
	pthread_cond_t answered;
};

/* As its function has it; none is fine. */
#define trace(vfu, ...)                                       \
	do {                                                  \
		if ((vfu)->ops->trace)                        \
			(vfu)->ops->trace("bus", __VA_ARGS__); \
	} while (0)

static void buffers_free(struct vfu *vfu)
{
	free(vfu->msg.payload);
	free(vfu->reply);
	free(vfu->unanswered);
	free(vfu);
}

struct vfu *vfu_new(int sock, const struct vfu_ops *ops, void *fn, struct dma *dma,
		    unsigned int nr_msix)
{
	struct vfu *vfu = calloc(1, sizeof(*vfu));

	if (!vfu)
		return NULL;
	vfu->sock = sock;
	vfu->ops = ops;
	vfu->fn = fn;
	vfu->dma = dma;
	vfu->msg.payload = malloc(VFU_MAX_PAYLOAD);
	vfu->reply = malloc(VFU_MAX_PAYLOAD);
	vfu->unanswered = calloc(1, UINT16_MAX + 1);
	if (vfu->msg.payload && vfu->reply && vfu->unanswered &&
	    !vfu_irqs_init(&vfu->irqs, nr_msix, ops->requests)) {
		vfu->irqs.ops = &ops->irqs;
		vfu->irqs.arg = fn;
		vfu->irqs.trace = ops->trace;
		pthread_mutex_init(&vfu->own_lock, NULL);
		pthread_cond_init(&vfu->answered, NULL);
		vfu_recv_begin(&vfu->msg);
		if (!vfu_tx_init(&vfu->tx, sock, !ops->polled))
			return vfu;
		pthread_cond_destroy(&vfu->answered);
		pthread_mutex_destroy(&vfu->own_lock);
		vfu_irqs_destroy(&vfu->irqs);
	}
	buffers_free(vfu);
	errno = ENOMEM;
	return NULL;
}

void vfu_on_reset(struct vfu *vfu, vfu_reset_fn fn, void *arg)
{
	vfu->on_reset = fn;
	vfu->reset_arg = arg;
}

/*
 * Discard what the socket has received; the kernel closes descriptors for which there is no
 * room. The loop ends, as nothing can be sent to a socket that was shut down.
 */
static void drain(int sock)
{
	uint8_t data[4096];
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	while (recvmsg(sock, &mh, MSG_DONTWAIT) > 0)
		;
}

int vfu_free_but_socket(struct vfu *vfu)
{
	int sock = vfu->sock;

	if (!vfu->nr_unread_fds || !vfu_socket_is_unread(sock))
		sock = -1;
	else
		vfu->sock = -1;
	vfu_free(vfu);
	if (sock >= 0)
		drain(sock);
	return sock;
}

void vfu_free(struct vfu *vfu)
{
	if (!vfu)
		return;
	vfu_tx_exit(&vfu->tx);
	vfu_msg_close_fds(&vfu->msg);
	if (vfu->sock >= 0)
		close(vfu->sock);
	vfu_irqs_destroy(&vfu->irqs);
	pthread_cond_destroy(&vfu->answered);
	pthread_mutex_destroy(&vfu->own_lock);
	buffers_free(vfu);
}

/* What the function sends: interrupts. */

bool vfu_msix(struct vfu *vfu, unsigned int vector)
{
	return vfu_irqs_fire(&vfu->irqs, VFU_IRQ_MSIX, vector);
}

bool vfu_request(struct vfu *vfu)
{
	return vfu_irqs_fire(&vfu->irqs, VFU_IRQ_REQ, 0);
}

/* An id for a command of ours; false if the client has left all unanswered. */
static bool own_id_take(struct vfu *vfu, uint16_t *id)
{
	bool taken = false;

	pthread_mutex_lock(&vfu->own_lock);
	for (uint32_t i = 0; i <= UINT16_MAX && !taken; i++) {
		*id = vfu->next_id++;
		taken = !vfu->unanswered[*id];
	}
	vfu->unanswered[*id] = 1;
	vfu->nr_sent += taken;
	pthread_mutex_unlock(&vfu->own_lock);
	return taken;
}

static bool own_id_give(struct vfu *vfu, uint16_t id)
{
	bool known;

	pthread_mutex_lock(&vfu->own_lock);
	known = vfu->unanswered[id];
	vfu->unanswered[id] = 0;
	vfu->nr_answered += known;
	pthread_cond_broadcast(&vfu->answered);
	pthread_mutex_unlock(&vfu->own_lock);
	return known;
}

void vfu_flush(struct vfu *vfu)
{
	struct timespec end;
	uint64_t target;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec++;
	pthread_mutex_lock(&vfu->own_lock);
	target = vfu->nr_sent;
	while (vfu->nr_answered < target && !err)
		err = pthread_cond_timedwait(&vfu->answered, &vfu->own_lock, &end);
	pthread_mutex_unlock(&vfu->own_lock);
	if (err)
		trace(vfu, "flush gave up");
}

void vfu_msi_write(struct vfu *vfu, uint64_t addr, uint32_t data)
{
	struct vfu_header hdr = { .command = VFU_DMA_WRITE };
	struct { struct dma_access at; uint32_t data; uint32_t pad; } payload = {
		.at = { .addr = addr, .count = sizeof(data) }, .data = data };

	if (own_id_take(vfu, &hdr.id))
		vfu_tx_send(&vfu->tx, &hdr, &payload,
			    sizeof(payload) - sizeof(payload.pad));
	else
		trace(vfu, "msi-lost addr=0x%" PRIx64, addr);
}

/*
 * Messages may grow: what lies behind the members that are known is not looked at.
 * Those that carry data by a count have no more than that.
 */
static bool payload_has(const struct vfu *vfu, size_t size)
{
	return vfu->msg.len >= size;
}

/* Such payloads start with argsz: how much the client can take. */
static int info_begin(struct vfu *vfu, void *info, size_t size)
{
	uint32_t argsz;

	if (!payload_has(vfu, size))
		return -EINVAL;
	memcpy(&argsz, vfu->msg.payload, sizeof(argsz));
	if (argsz < size)
		return -EINVAL;
	memcpy(info, vfu->msg.payload, size);
	return 0;
}

static int reply_with(struct vfu *vfu, const void *payload, size_t len)
{
	memcpy(vfu->reply, payload, len);
	vfu->reply_len = len;
	return 0;
}

/* The commands: each returns 0, the reply in vfu->reply, or -errno. */

static int do_version(struct vfu *vfu)
{
	ssize_t len = vfu_version_answer(vfu->msg.payload, vfu->msg.len,
					 vfu->reply, VFU_MAX_PAYLOAD);

	if (len < 0)
		return (int)len;
	vfu->greeted = true;
	vfu->reply_len = (size_t)len;
	return 0;
}

static int do_get_info(struct vfu *vfu)
{
	struct device_info info;
	int err = info_begin(vfu, &info, sizeof(info));

	if (err)
		return err;
	info = (struct device_info){ .argsz = sizeof(info),
				     .flags = DEVICE_RESETS | DEVICE_IS_PCI,
				     .nr_regions = VFU_NR_REGIONS,
				     .nr_irqs = VFU_NR_IRQS };
	return reply_with(vfu, &info, sizeof(info));
}

static uint64_t region_size(const struct vfu *vfu, uint32_t index)
{
	return index < VFU_NR_REGIONS ? vfu->ops->region_size(vfu->fn, index) : 0;
}

/*
 * The kernel counts descriptors that are on their way for each user: a client that does not
 * read them would keep other processes of this one's user from sending theirs.
 */
static bool may_send_fd(struct vfu *vfu)
{
	if (vfu->msg.hdr.flags & VFU_NO_REPLY)
		return true;	/* none is sent */
	if (!vfu_tx_is_unread(&vfu->tx))
		vfu->nr_unread_fds = 0;
	if (vfu->nr_unread_fds >= MAX_UNREAD_FDS)
		return false;
	vfu->nr_unread_fds++;
	return true;
}

static int do_get_region_info(struct vfu *vfu)
{
	struct region_info info;
	int err = info_begin(vfu, &info, sizeof(info)), fd;
	uint64_t size;

	if (err || info.index >= VFU_NR_REGIONS)
		return -EINVAL;
	size = region_size(vfu, info.index);
	info = (struct region_info){ .argsz = sizeof(info), .index = info.index,
				     .flags = size ? REGION_READS | REGION_WRITES : 0,
				     .size = size };
	fd = info.index == VFU_BAR2 && vfu->ops->portal_fd ?
		     vfu->ops->portal_fd(vfu->fn) : -1;
	if (fd >= 0) {
		if (!may_send_fd(vfu))
			return -EBUSY;
		info.flags |= REGION_MAPS;
	}
	vfu->reply_fd = fd;
	return reply_with(vfu, &info, sizeof(info));
}

static int do_get_irq_info(struct vfu *vfu)
{
	struct irq_info info;
	int err = info_begin(vfu, &info, sizeof(info));

	if (err || info.index >= VFU_NR_IRQS)
		return -EINVAL;
	info = (struct irq_info){ .argsz = sizeof(info), .index = info.index,
				  .flags = IRQ_BY_EVENTFD,
				  .count = vfu->irqs.nr[info.index] };
	if (vfu_irqs_are_maskable(&vfu->irqs, info.index))
		info.flags |= IRQ_IS_MASKABLE;
	return reply_with(vfu, &info, sizeof(info));
}

static int do_set_irqs(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->msg;
	struct irq_set request;
	struct vfu_irq_set set;
	int err;

	if (msg->len < sizeof(request))
		return -EINVAL;
	memcpy(&request, msg->payload, sizeof(request));
	if (request.argsz < sizeof(request))
		return -EINVAL;
	set = (struct vfu_irq_set){ .flags = request.flags,
				    .index = request.index,
				    .start = request.start,
				    .count = request.count,
				    .fds = msg->fds, .nr_fds = msg->nr_fds,
				    .nr_bools = msg->len - sizeof(request) };
	if (set.nr_bools)
		set.bools = msg->payload + sizeof(request);
	err = vfu_irqs_set(&vfu->irqs, &set);
	trace(vfu, "set-irqs index=%" PRIu32 " start=%" PRIu32 " count=%"
		  PRIu32 " flags=0x%" PRIx32 " fds=%zu err=%d", set.index,
		  set.start, set.count, set.flags, msg->nr_fds, -err);
	if (!err && vfu->ops->irqs_set)
		vfu->ops->irqs_set(vfu->fn);
	return err;
}

static int map_memory(struct vfu *vfu, const struct map_request *map, int fd)
{
	const struct vfu_ops *ops = vfu->ops;
	int err;

	if (ops->takes_memory && !ops->takes_memory(vfu->fn, fd))
		return -EINVAL;
	err = dma_map(vfu->dma, map->addr, map->size, map->offset, map->flags, fd);
	if (err || !ops->mapped)
		return err;
	err = ops->mapped(vfu->fn, map->addr, map->size,
			  dma_address(vfu->dma, map->addr), map->flags);
	if (err)
		dma_unmap(vfu->dma, map->addr, map->size);
	return err;
}

static int unmap_memory(struct vfu *vfu, uint64_t addr, uint64_t size)
{
	int nr = dma_count(vfu->dma, addr, size);

	if (nr <= 0)
		return nr;
	if (vfu->ops->unmap)
		vfu->ops->unmap(vfu->fn, addr, size);
	return dma_unmap(vfu->dma, addr, size);
}

static void unmap_all(struct vfu *vfu)
{
	if (vfu->ops->unmap)
		vfu->ops->unmap(vfu->fn, 0, 0);
	dma_unmap_all(vfu->dma);
}

static int do_dma_map(struct vfu *vfu)
{
	struct map_request map;
	int err = info_begin(vfu, &map, sizeof(map));

	if (err || vfu->msg.nr_fds > 1 ||
	    map.flags & ~(uint32_t)(DMA_READABLE | DMA_WRITABLE))
		return -EINVAL;
	/* Without a descriptor it is not memory (another function's BAR). */
	if (vfu->msg.nr_fds)
		err = map_memory(vfu, &map, vfu->msg.fds[0]);
	trace(vfu, "map iova=0x%" PRIx64 " size=0x%" PRIx64 " offset=0x%"
		  PRIx64 " flags=%" PRIu32 " fds=%zu err=%d", map.addr, map.size,
		  map.offset, map.flags, vfu->msg.nr_fds, -err);
	return err;
}

static int do_dma_unmap(struct vfu *vfu)
{
	struct unmap_request unmap;
	int err = info_begin(vfu, &unmap, sizeof(unmap));

	if (err)
		return err;
	if (unmap.flags & UNMAP_DIRTY_BITMAP)
		return -EOPNOTSUPP;
	if (unmap.flags & ~(uint32_t)UNMAP_ALL)
		return -EINVAL;
	if (!unmap.flags)
		err = unmap_memory(vfu, unmap.addr, unmap.size);
	else if (unmap.addr || unmap.size)
		err = -EINVAL;
	else
		unmap_all(vfu);
	trace(vfu, "unmap iova=0x%" PRIx64 " size=0x%" PRIx64 " flags=%"
		  PRIu32 " err=%d", unmap.addr, unmap.size, unmap.flags, -err);
	return err ? err : reply_with(vfu, &unmap, sizeof(unmap));
}

/* Register regions take naturally aligned powers of two: the next piece. */
static unsigned int piece_size(uint32_t region, uint64_t off, uint64_t len)
{
	unsigned int size = region == VFU_CFG ? 4 : 8;

	while (off % size || size > len)
		size /= 2;
	return size;
}

static void region_read(struct vfu *vfu, uint32_t region, uint64_t off,
			uint8_t *buf, uint32_t len)
{
	while (region != VFU_BAR2 && len) {
		unsigned int size = piece_size(region, off, len);
		uint64_t val = vfu->ops->read(vfu->fn, region, off, size);

		memcpy(buf, &val, size);
		off += size;
		buf += size;
		len -= size;
	}
	/* Portals cannot be read. */
	memset(buf, 0xff, len);
}

static void region_write(struct vfu *vfu, uint32_t region, uint64_t off,
			 const uint8_t *buf, uint32_t len)
{
	if (region == VFU_BAR2) {
		if (vfu->ops->portal_write)
			vfu->ops->portal_write(vfu->fn, off, buf, len);
		return;
	}
	while (len) {
		unsigned int size = piece_size(region, off, len);
		uint64_t val = 0;

		memcpy(&val, buf, size);
		vfu->ops->write(vfu->fn, region, off, size, val);
		off += size;
		buf += size;
		len -= size;
	}
}

static bool access_fits(const struct vfu *vfu, const struct region_access *at)
{
	uint64_t size = region_size(vfu, at->region);

	return at->offset <= size && at->count <= size - at->offset &&
	       at->count <= VFU_MAX_XFER;
}

static int do_region_read(struct vfu *vfu)
{
	struct region_access at;

	if (!payload_has(vfu, sizeof(at)))
		return -EINVAL;
	memcpy(&at, vfu->msg.payload, sizeof(at));
	if (!access_fits(vfu, &at))
		return -EINVAL;
	region_read(vfu, at.region, at.offset, vfu->reply + sizeof(at), at.count);
	memcpy(vfu->reply, &at, sizeof(at));
	vfu->reply_len = sizeof(at) + at.count;
	return 0;
}

static int do_region_write(struct vfu *vfu)
{
	struct region_access at;

	if (vfu->msg.len < sizeof(at))
		return -EINVAL;
	memcpy(&at, vfu->msg.payload, sizeof(at));
	if (!access_fits(vfu, &at) || vfu->msg.len - sizeof(at) != at.count)
		return -EINVAL;
	region_write(vfu, at.region, at.offset, vfu->msg.payload + sizeof(at),
		     at.count);
	return reply_with(vfu, &at, sizeof(at));
}

static bool spend(struct vfu *vfu)
{
	if (!vfu->budget)
		return false;
	vfu->budget--;
	return true;
}

static int write_one(struct vfu *vfu, uint64_t i)
{
	struct multi_write one;

	memcpy(&one, vfu->msg.payload + sizeof(uint64_t) + i * sizeof(one), sizeof(one));
	if (one.at.count > sizeof(one.data) || !access_fits(vfu, &one.at))
		return -EINVAL;
	region_write(vfu, one.at.region, one.at.offset, one.data, one.at.count);
	return 0;
}

/* The only one that may be unfinished: 1. */
static int do_region_write_multi(struct vfu *vfu)
{
	const size_t size = sizeof(struct multi_write);
	uint64_t nr;
	int err = 0;

	if (vfu->msg.len < sizeof(nr))
		return -EINVAL;
	memcpy(&nr, vfu->msg.payload, sizeof(nr));
	if ((vfu->msg.len - sizeof(nr)) / size != nr || (vfu->msg.len - sizeof(nr)) % size)
		return -EINVAL;
	while (vfu->nr_written < nr && !err) {
		if (!spend(vfu))
			return 1;
		err = write_one(vfu, vfu->nr_written++);
	}
	vfu->nr_written = 0;
	return err ?: reply_with(vfu, &nr, sizeof(nr));
}

static int do_reset(struct vfu *vfu)
{
	trace(vfu, "reset");
	if (vfu->on_reset)
		vfu->on_reset(vfu->reset_arg);
	vfu->ops->reset(vfu->fn);
	return 0;
}

static const struct command {
	int (*run)(struct vfu *vfu);
	bool takes_fds;
} commands[] = {
	[VFU_VERSION] = { do_version, false },
	[VFU_DMA_MAP] = { do_dma_map, true },
	[VFU_DMA_UNMAP] = { do_dma_unmap, false },
	[VFU_GET_INFO] = { do_get_info, false },
	[VFU_GET_REGION_INFO] = { do_get_region_info, false },
	[VFU_GET_IRQ_INFO] = { do_get_irq_info, false },
	[VFU_SET_IRQS] = { do_set_irqs, true },
	[VFU_REGION_READ] = { do_region_read, false },
	[VFU_REGION_WRITE] = { do_region_write, false },
	[VFU_RESET] = { do_reset, false },
	[VFU_REGION_WRITE_MULTI] = { do_region_write_multi, false },
};

static int command_run(struct vfu *vfu)
{
	uint16_t nr = vfu->msg.hdr.command;
	const struct command *command = NULL;

	if (nr < sizeof(commands) / sizeof(commands[0]))
		command = &commands[nr];
	if (!command || !command->run)
		return -EOPNOTSUPP;
	if (vfu->msg.nr_fds && !command->takes_fds)
		return -EINVAL;
	return command->run(vfu);
}

static int command_reply(struct vfu *vfu, int err)
{
	const struct vfu_header *asked = &vfu->msg.hdr;
	struct vfu_header hdr = { .id = asked->id, .command = asked->command,
				  .flags = VFU_TYPE_REPLY };

	if (err) {
		trace(vfu, "refused command=%u size=%" PRIu32 " err=%d",
			  asked->command, asked->size, -err);
		hdr.flags |= VFU_ERROR;
		hdr.err = (uint32_t)-err;
		vfu->reply_len = 0;
	}
	if (asked->flags & VFU_NO_REPLY)
		return 0;
	return vfu_tx_send_fd(&vfu->tx, &hdr, vfu->reply, vfu->reply_len,
			      err ? -1 : vfu->reply_fd);
}

/* 1: it is unfinished. */
static int serve_command(struct vfu *vfu, const char **why)
{
	bool version = vfu->msg.hdr.command == VFU_VERSION;
	int err, sent;

	if (version == vfu->greeted) {
		*why = version ? "a second version message" :
				 "a command before the version message";
		return -EPROTO;
	}
	vfu->reply_len = 0;
	vfu->reply_fd = -1;
	err = command_run(vfu);
	if (err > 0)
		return err;
	sent = command_reply(vfu, err);
	if (version && err) {
		*why = "unusable version message";
		return err;
	}
	/* If the client has left, the next receive says so. */
	if (sent && sent != -EPIPE) {
		*why = "the client does not read its replies";
		return sent;
	}
	return 0;
}

/* Of an interrupt message: nobody waits for it. */
static int serve_reply(struct vfu *vfu, const char **why)
{
	const struct vfu_header *hdr = &vfu->msg.hdr;

	if (hdr->command != VFU_DMA_WRITE || !own_id_give(vfu, hdr->id)) {
		*why = "a reply to nothing that was asked";
		return -EPROTO;
	}
	if (hdr->flags & VFU_ERROR)
		trace(vfu, "msi-refused id=%u err=%" PRIu32, hdr->id,
			  hdr->err);
	return 0;
}

/* The message that is whole now: 0 or -errno. vfu->unfinished: call it again. */
static int serve_message(struct vfu *vfu, const char **why)
{
	bool reply = (vfu->msg.hdr.flags & VFU_TYPE_MASK) == VFU_TYPE_REPLY;
	int err = reply ? serve_reply(vfu, why) : serve_command(vfu, why);

	vfu->unfinished = err > 0;
	if (vfu->unfinished)
		return 0;
	vfu_msg_close_fds(&vfu->msg);
	return err;
}

/* With @ret, 0 or -errno, the conversation is over. */
static int end(struct vfu *vfu, int ret, const char *why)
{
	if (ret)
		warnx("vfio-user: %s (command %u, size %" PRIu32
		      "): the connection ends", why, vfu->msg.hdr.command,
		      vfu->msg.hdr.size);
	shutdown(vfu->sock, SHUT_RDWR);
	if (vfu->ops->left)
		vfu->ops->left(vfu->fn);
	unmap_all(vfu);
	return ret;
}

void vfu_end(struct vfu *vfu)
{
	end(vfu, 0, NULL);
}

int vfu_socket(const struct vfu *vfu)
{
	return vfu->sock;
}

int vfu_serve(struct vfu *vfu)
{
	const char *why = NULL;
	int ret;

	while ((ret = vfu_recv(vfu->sock, &vfu->msg, &why)) > 0) {
		do {
			vfu->budget = STEP;
			ret = serve_message(vfu, &why);
		} while (vfu->unfinished);
		if (ret)
			break;
	}
	return end(vfu, ret, why);
}

bool vfu_wants_out(struct vfu *vfu)
{
	return vfu_tx_is_queued(&vfu->tx);
}

bool vfu_is_busy(const struct vfu *vfu)
{
	return vfu->unfinished;
}

/* As vfu_step(), or -EAGAIN if there is no whole message. */
static int step_message(struct vfu *vfu, const char **why)
{
	int ret = vfu->unfinished ? 1 : vfu_recv_more(vfu->sock, &vfu->msg, why);

	if (ret > 0)
		ret = serve_message(vfu, why) ?: 1;
	if (ret > 0 && !vfu->unfinished)
		vfu_recv_begin(&vfu->msg);
	return ret;
}

int vfu_step(struct vfu *vfu)
{
	const char *why = NULL;

	/* The next receive tells of an error, too. */
	vfu_tx_flush(&vfu->tx);
	vfu->budget = STEP;
	while (spend(vfu)) {
		int ret = step_message(vfu, &why);

		if (ret == -EAGAIN)
			return 1;
		if (ret <= 0)
			return end(vfu, ret, why);
	}
	return 1;
}
