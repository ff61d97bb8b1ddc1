// SPDX-License-Identifier: GPL-2.0-only
/* How a client of a vfio-user server reaches its device, as QEMU's does. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "vfio-user/vfu_msg.h"
#include "vfio_user.h"

#define REGION_SHIFT	40	/* of offsets, as vfio-pci has them */
#define MAX_FILES	8u

/* Payloads that are not VFIO's own. */
struct version { uint16_t major, minor; char capabilities[60]; };
struct region_access { uint64_t offset; uint32_t region, count; };
struct map_request { uint32_t argsz, flags; uint64_t offset, addr, size; };
struct unmap_request { uint32_t argsz, flags; uint64_t addr, size; };

/* A command, and what is wanted of its reply. */
struct request {
	uint16_t command;
	const void *payload;
	size_t len;
	const int *fds;
	unsigned int nr_fds;
	void *reply;
	size_t reply_len;
	int *reply_fd;			/* -1: none came */
};

static bool send_request(int sock, const struct vfu_header *hdr, const struct request *request)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(VFU_MAX_FDS * sizeof(int))] = { 0 };
	struct iovec iov[2] = { { (void *)hdr, sizeof(*hdr) },
				{ (void *)request->payload, request->len } };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t len = request->nr_fds * sizeof(int);

	if (request->nr_fds > VFU_MAX_FDS)
		die("%u descriptors in one message", request->nr_fds);
	if (len) {
		mh.msg_control = control;
		mh.msg_controllen = CMSG_SPACE(len);
		*CMSG_FIRSTHDR(&mh) = (struct cmsghdr) {
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(len) };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&mh)), request->fds, len);
	}
	return sendmsg(sock, &mh, MSG_NOSIGNAL) == (ssize_t)hdr->size;
}

static void check_reply(const struct vfu_header *asked, const struct vfu_msg *msg)
{
	if ((msg->hdr.flags & VFU_TYPE_MASK) != VFU_TYPE_REPLY || msg->hdr.id != asked->id ||
	    msg->hdr.command != asked->command)
		die("vfio-user: command %u is answered by something else", asked->command);
}

static void take_reply(const struct request *request, struct vfu_msg *msg)
{
	if (msg->len < request->reply_len)
		die("vfio-user: the reply to command %u is too short", request->command);
	if (request->reply_len)
		memcpy(request->reply, msg->payload, request->reply_len);
	if (!request->reply_fd)
		return;
	*request->reply_fd = msg->nr_fds ? msg->fds[0] : -1;
	msg->fds[0] = -1;
}

/* 0, the errno in the reply, or EPIPE: the server is gone. For one thread. */
static int ask(struct vfio_dev *dev, const struct request *request)
{
	static uint8_t payload[VFU_MAX_PAYLOAD];
	static uint16_t id;
	struct vfu_header hdr = { .id = ++id, .command = request->command,
				  .size = sizeof(hdr) + request->len };
	struct vfu_msg msg = { .payload = payload };
	const char *why = "";
	int ret;

	if (!send_request(dev->socket, &hdr, request))
		return EPIPE;
	ret = vfu_recv(dev->socket, &msg, &why);
	if (!ret || ret == -EPIPE)
		return EPIPE;
	if (ret < 0)
		die("vfio-user: %s", why);
	check_reply(&hdr, &msg);
	ret = msg.hdr.flags & VFU_ERROR ? (int)msg.hdr.err : 0;
	if (!ret)
		take_reply(request, &msg);
	vfu_msg_close_fds(&msg);
	return ret;
}

static void must(struct vfio_dev *dev, const char *what, const struct request *request)
{
	int err = ask(dev, request);

	if (err)
		die("vfio-user: %s: %s", what, strerror(err));
}

static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(addr.sun_path))
		die("%s: the path is too long", path);
	strcpy(addr.sun_path, path);
	if (sock < 0 || connect(sock, (const struct sockaddr *)&addr, sizeof(addr)))
		die("%s: %s", path, strerror(errno));
	return sock;
}

static void agree_on_version(struct vfio_dev *dev, const char *path)
{
	struct version ours = { .capabilities = "{\"capabilities\":{\"max_msg_fds\":16}}" }, theirs;
	int err = ask(dev, &(struct request) {
		.command = VFU_VERSION, .payload = &ours,
		.len = offsetof(struct version, capabilities) + strlen(ours.capabilities) + 1,
		.reply = &theirs, .reply_len = offsetof(struct version, capabilities) });

	if (err == EPIPE)
		die("%s: the server sends us away", path);
	if (err || theirs.major)
		die("%s: no common version: %s", path, strerror(err));
}

/* With a descriptor to map it by, where @fd is not NULL and there is one. */
static struct vfio_region_info region_info(struct vfio_dev *dev, uint32_t index, int *fd)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	must(dev, "information of a region", &(struct request) {
		.command = VFU_GET_REGION_INFO, .payload = &info, .len = sizeof(info),
		.reply = &info, .reply_len = sizeof(info), .reply_fd = fd });
	return info;
}

static unsigned int count_vectors(struct vfio_dev *dev)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = VFIO_PCI_MSIX_IRQ_INDEX };

	must(dev, "information of interrupts", &(struct request) {
		.command = VFU_GET_IRQ_INFO, .payload = &info, .len = sizeof(info),
		.reply = &info, .reply_len = sizeof(info) });
	return info.count;
}

void vfio_user_open(struct vfio_dev *dev, const char *path)
{
	struct vfio_region_info portals;

	dev->container = -1;
	dev->socket = connect_to(path);
	agree_on_version(dev, path);
	portals = region_info(dev, VFIO_PCI_BAR2_REGION_INDEX, &dev->fd);
	if (!(portals.flags & VFIO_REGION_INFO_FLAG_MMAP) || dev->fd < 0)
		die("%s: the portals cannot be mapped", path);
	dev->bar2 = portals.offset;
	dev->bar2_size = portals.size;
	if (!region_info(dev, VFIO_PCI_BAR0_REGION_INDEX, NULL).size)
		die("%s: there is no BAR0", path);
	dev->bar0 = (uint64_t)VFIO_PCI_BAR0_REGION_INDEX << REGION_SHIFT;
	dev->config = (uint64_t)VFIO_PCI_CONFIG_REGION_INDEX << REGION_SHIFT;
	dev->nr_vectors = count_vectors(dev);
}

/* Registers */

struct access { struct region_access at; uint8_t data[8]; };

static struct access access_to(uint64_t off, size_t len)
{
	struct access access = { .at = { .offset = off & ((1ull << REGION_SHIFT) - 1),
					 .region = off >> REGION_SHIFT, .count = len } };

	if (len > sizeof(access.data))
		die("%zu bytes of a register", len);
	return access;
}

void vfio_user_read(struct vfio_dev *dev, uint64_t off, void *val, size_t len)
{
	struct access access = access_to(off, len);
	int err = ask(dev, &(struct request) {
		.command = VFU_REGION_READ, .payload = &access.at, .len = sizeof(access.at),
		.reply = &access, .reply_len = sizeof(access.at) + len });

	if (err && err != EPIPE)
		die("vfio-user: reading 0x%llx: %s", (unsigned long long)off, strerror(err));
	if (err)
		memset(access.data, 0xff, len);
	memcpy(val, access.data, len);
}

void vfio_user_write(struct vfio_dev *dev, uint64_t off, const void *val, size_t len)
{
	struct access access = access_to(off, len);
	int err;

	memcpy(access.data, val, len);
	err = ask(dev, &(struct request) {
		.command = VFU_REGION_WRITE, .payload = &access, .len = sizeof(access.at) + len });
	if (err && err != EPIPE)
		die("vfio-user: writing 0x%llx: %s", (unsigned long long)off, strerror(err));
}

/* Memory */

static struct file { uint8_t *at; size_t len; int fd; } files[MAX_FILES];
static unsigned int nr_files;

void *vfio_user_memory(size_t len)
{
	struct file file = { .len = len, .fd = memfd_create("memory", MFD_CLOEXEC) };

	if (nr_files == MAX_FILES || file.fd < 0 || ftruncate(file.fd, len))
		die("no file for %zu bytes", len);
	file.at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file.fd, 0);
	if (file.at == MAP_FAILED)
		die("no memory for %zu bytes", len);
	files[nr_files++] = file;
	return file.at;
}

static const struct file *file_of(const uint8_t *mem, size_t len)
{
	for (unsigned int i = 0; i < nr_files; i++)
		if (mem >= files[i].at && mem + len <= files[i].at + files[i].len)
			return &files[i];
	die("a server can be given memory of vfio_memory() alone");
}

void vfio_user_map(struct vfio_dev *dev, void *mem, size_t len, uint64_t iova)
{
	const struct file *file = file_of(mem, len);
	struct map_request map = {
		.argsz = sizeof(map), .offset = (uint8_t *)mem - file->at, .addr = iova, .size = len,
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
	};

	must(dev, "mapping memory", &(struct request) {
		.command = VFU_DMA_MAP, .payload = &map, .len = sizeof(map), .fds = &file->fd, .nr_fds = 1 });
}

void vfio_user_unmap(struct vfio_dev *dev, uint64_t iova, size_t len)
{
	struct unmap_request unmap = { .argsz = sizeof(unmap), .addr = iova, .size = len };

	must(dev, "unmapping memory", &(struct request) {
		.command = VFU_DMA_UNMAP, .payload = &unmap, .len = sizeof(unmap) });
}

void vfio_user_set_irqs(struct vfio_dev *dev, const struct vfio_irq_set *set, const int *fds)
{
	must(dev, "setting interrupts", &(struct request) {
		.command = VFU_SET_IRQS, .payload = set, .len = sizeof(*set), .fds = fds,
		.nr_fds = set->count });
}

void vfio_user_reset(struct vfio_dev *dev)
{
	must(dev, "reset", &(struct request) { .command = VFU_RESET });
}
