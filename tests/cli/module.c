// SPDX-License-Identifier: GPL-2.0-only
/*
 * What would the kernel answer? Loaded before dsactl by LD_PRELOAD on a pretended host: it
 * answers generic netlink as dsa_vdev does, and writes to the plain files of the pretended
 * /sys as idxd and mdev would take them. Nothing that moves data is pretended.
 *
 * Its memory are files, which tests may write, too:
 *   /run/module/slices  ID DEVICE FLAGS MAPPING PASID WQS VDEV HALTED
 *   /run/module/vdevs   UUID SLICE STATE MAPPING COMMANDS RESETS ERRORS MAPPED PINNED WANTED
 *                       SERVED REFUSED INTERRUPTS RESERVED NAME OWNER
 *   /run/module/dump    ERRNO, with which each dump ends when it has said all
 * WQS is such as 0,1; a word that is not there is "-".
 *
 * MODULE_COST names a file to which each process adds what it took: seconds, seconds of
 * processor, and the most memory in KB.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/dsa_vdev.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FAMILY 0x3f0
#define IMS_SIZE 2048
#define MAX_ROWS 512
#define DEVICES "/sys/bus/dsa/devices/"
#define SLICES "/run/module/slices"
#define VDEVS "/run/module/vdevs"
#define DUMP "/run/module/dump"

struct slice {
	unsigned int id, flags, mapping, pasid, nr_wqs, wq[DSA_VDEV_MAX_WQS];
	int halted;
	char device[64], vdev[64];
};

struct vdev {
	unsigned int slice, state, mapping;
	unsigned long long commands, resets, errors, mapped, pinned, wanted, served, refused, interrupts;
	int reserved, bare;
	char uuid[64], name[80], owner[80];
};

static struct slice slices[MAX_ROWS];
static struct vdev vdevs[MAX_ROWS];
static size_t nr_slices, nr_vdevs;

/* ---- Files ---- */

static void attr_path(char *path, const char *object, const char *attr)
{
	snprintf(path, PATH_MAX, DEVICES "%s/%s", object, attr);
}

static void get_attr(const char *object, const char *attr, char *text, size_t size)
{
	char path[PATH_MAX];
	FILE *file;

	attr_path(path, object, attr);
	file = fopen(path, "re");
	if (!file || !fgets(text, size, file))
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

static int get_number(const char *object, const char *attr)
{
	char text[64];

	get_attr(object, attr, text, sizeof(text));
	return text[0] ? atoi(text) : -1;
}

static void put_line(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	syscall(SYS_write, fd, text, strlen(text));
	syscall(SYS_write, fd, "\n", 1);
	close(fd);
}

static void put_attr(const char *object, const char *attr, const char *text)
{
	char path[PATH_MAX];

	attr_path(path, object, attr);
	put_line(path, text);
}

/* ---- Memory ---- */

static void parse_wqs(struct slice *slice, char *text)
{
	for (char *wq = strtok(text, ","); wq && slice->nr_wqs < DSA_VDEV_MAX_WQS; wq = strtok(NULL, ","))
		slice->wq[slice->nr_wqs++] = atoi(wq);
}

static void recall_slices(void)
{
	FILE *file = fopen(SLICES, "re");
	struct slice slice = { 0 };
	char wqs[64];

	nr_slices = 0;
	while (file && nr_slices < MAX_ROWS &&
	       fscanf(file, "%u %63s %u %u %u %63s %63s %d", &slice.id, slice.device, &slice.flags,
		      &slice.mapping, &slice.pasid, wqs, slice.vdev, &slice.halted) == 8) {
		slice.nr_wqs = 0;
		parse_wqs(&slice, wqs);
		slices[nr_slices++] = slice;
	}
	if (file)
		fclose(file);
}

static void recall_vdevs(void)
{
	FILE *file = fopen(VDEVS, "re");
	struct vdev v;

	nr_vdevs = 0;
	while (file && nr_vdevs < MAX_ROWS &&
	       fscanf(file, "%63s %u %u %u %llu %llu %llu %llu %llu %llu %llu %llu %llu %d %d %79s %79s",
		      v.uuid, &v.slice, &v.state, &v.mapping, &v.commands, &v.resets, &v.errors,
		      &v.mapped, &v.pinned, &v.wanted, &v.served, &v.refused, &v.interrupts,
		      &v.reserved, &v.bare, v.name, v.owner) == 17)
		vdevs[nr_vdevs++] = v;
	if (file)
		fclose(file);
}

static void recall(void)
{
	recall_slices();
	recall_vdevs();
}

static void keep(void)
{
	FILE *file = fopen(SLICES, "we");

	for (size_t i = 0; file && i < nr_slices; i++) {
		struct slice *s = &slices[i];

		fprintf(file, "%u %s %u %u %u ", s->id, s->device, s->flags, s->mapping, s->pasid);
		for (unsigned int j = 0; j < s->nr_wqs; j++)
			fprintf(file, "%s%u", j ? "," : "", s->wq[j]);
		fprintf(file, " %s %d\n", s->vdev, s->halted);
	}
	if (file)
		fclose(file);
	file = fopen(VDEVS, "we");
	for (size_t i = 0; file && i < nr_vdevs; i++) {
		struct vdev *v = &vdevs[i];

		fprintf(file, "%s %u %u %u %llu %llu %llu %llu %llu %llu %llu %llu %llu %d %d %s %s\n",
			v->uuid, v->slice, v->state, v->mapping, v->commands, v->resets, v->errors,
			v->mapped, v->pinned, v->wanted, v->served, v->refused, v->interrupts,
			v->reserved, v->bare, v->name, v->owner);
	}
	if (file)
		fclose(file);
}

static struct slice *find_slice(unsigned int id)
{
	for (size_t i = 0; i < nr_slices; i++)
		if (slices[i].id == id)
			return &slices[i];
	return NULL;
}

static struct vdev *find_vdev(const char *uuid)
{
	for (size_t i = 0; i < nr_vdevs; i++)
		if (!strcasecmp(vdevs[i].uuid, uuid))
			return &vdevs[i];
	return NULL;
}

/* ---- idxd: a driver is bound to a device or work queue ---- */

static void wq_name(char *name, const struct slice *slice, unsigned int i)
{
	snprintf(name, 64, "wq%s.%u", slice->device + strcspn(slice->device, "0123456789"), slice->wq[i]);
}

static bool is_bound(const char *object)
{
	char path[PATH_MAX], link[PATH_MAX];

	attr_path(path, object, "driver");
	return readlink(path, link, sizeof(link)) > 0;
}

/* What idxd clears of a device that is disabled. */
static void clear_device(const char *name)
{
	static const char *const cleared[][2] = {
		{ "group_id", "-1" }, { "size", "0" }, { "priority", "0" }, { "mode", "shared" },
		{ "state", "disabled" }, { "type", "none" }, { "name", "" }, { "block_on_fault", "0" },
		{ "threshold", "0" }, { "driver_name", "" },
	};
	const char *number = name + strcspn(name, "0123456789");
	int nr_wqs = get_number(name, "max_work_queues"), nr_engines = get_number(name, "max_engines");
	char object[64];

	for (int i = 0; i < nr_wqs; i++)
		for (size_t j = 0; j < sizeof(cleared) / sizeof(cleared[0]); j++) {
			snprintf(object, sizeof(object), "wq%s.%d", number, i);
			put_attr(object, cleared[j][0], cleared[j][1]);
		}
	for (int i = 0; i < nr_engines; i++) {
		snprintf(object, sizeof(object), "engine%s.%d", number, i);
		put_attr(object, "group_id", "-1");
	}
}

static int bind_object(const char *driver, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	bool is_wq = !strncmp(name, "wq", 2);

	attr_path(path, name, "driver");
	snprintf(target, sizeof(target), "/sys/bus/dsa/drivers/%s", driver);
	if (symlink(target, path))
		return errno;
	/* dsa_vdev keeps a work queue disabled until a guest enables it. */
	if (!is_wq || strcmp(driver, "dsa_vdev"))
		put_attr(name, "state", "enabled");
	return 0;
}

static int unbind_object(const char *name)
{
	char path[PATH_MAX];

	attr_path(path, name, "driver");
	unlink(path);
	put_attr(name, "state", "disabled");
	if (strncmp(name, "wq", 2))
		clear_device(name);
	return 0;
}

/* ---- mdev: a vdev comes and goes ---- */

static struct { unsigned int slice, mapping; bool set; char uuid[64], name[80], owner[80]; } reserved;

/* @type is the folder whose file "create" it was written to. */
static int create_mdev(const char *type, const char *uuid)
{
	char path[PATH_MAX], form[32];
	struct slice *slice;

	recall();
	slice = reserved.set && !strcmp(reserved.uuid, uuid) ? find_slice(reserved.slice) : NULL;
	if (!slice || nr_vdevs == MAX_ROWS)
		return ENOSPC;
	snprintf(form, sizeof(form), "/idxd-%udwq-", slice->nr_wqs);
	if (!strstr(type, form))
		return ENOSPC;
	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s", uuid);
	if (mkdir(path, 0755))
		return errno;
	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/remove", uuid);
	put_line(path, "");
	snprintf(slice->vdev, sizeof(slice->vdev), "%s", uuid);
	vdevs[nr_vdevs] = (struct vdev){ .slice = slice->id, .state = DSA_VDEV_VDEV_STATE_CLOSED,
					 .mapping = reserved.mapping, .reserved = 1,
					 .bare = !!strstr(type, "-bare-") };
	snprintf(vdevs[nr_vdevs].uuid, sizeof(vdevs[0].uuid), "%s", uuid);
	snprintf(vdevs[nr_vdevs].name, sizeof(vdevs[0].name), "%s", reserved.name);
	snprintf(vdevs[nr_vdevs++].owner, sizeof(vdevs[0].owner), "%s", reserved.owner);
	keep();
	return 0;
}

static int remove_mdev(const char *uuid)
{
	char path[PATH_MAX];
	struct slice *slice;
	struct vdev *vdev;

	recall();
	vdev = find_vdev(uuid);
	if (!vdev)
		return ENODEV;
	slice = find_slice(vdev->slice);
	if (slice)
		strcpy(slice->vdev, "-");
	*vdev = vdevs[--nr_vdevs];
	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/remove", uuid);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	keep();
	return 0;
}

/* ---- Writes to /sys ---- */

static int take_attr(int fd, char *text)
{
	size_t len = strlen(text);

	/* As idxd strips them. */
	while (len && text[len - 1] == ' ')
		text[--len] = '\0';
	if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))
		return errno;
	return dprintf(fd, "%s\n", text) < 0 ? errno : 0;
}

static int take(int fd, char *path, char *text)
{
	char driver[64], what[16], *slash = strrchr(path, '/');

	if (sscanf(path, "/sys/bus/dsa/drivers/%63[^/]/%15s", driver, what) == 2)
		return strcmp(what, "bind") ? unbind_object(text) : bind_object(driver, text);
	if (!strcmp(slash, "/uevent"))
		return 0;
	if (!strcmp(slash, "/create"))
		return create_mdev(path, text);
	if (!strcmp(slash, "/remove")) {
		*slash = '\0';
		return remove_mdev(strrchr(path, '/') + 1);
	}
	return take_attr(fd, text);
}

static void path_of(int fd, char *path)
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX - 1);
	path[len > 0 ? len : 0] = '\0';
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	static __thread bool inside;
	char path[PATH_MAX], text[4096];
	size_t len = size < sizeof(text) ? size : sizeof(text) - 1;
	int err;

	path_of(fd, path);
	if (inside || strncmp(path, "/sys/", 5))
		return syscall(SYS_write, fd, bytes, size);
	memcpy(text, bytes, len);
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	inside = true;
	err = take(fd, path, text);
	inside = false;
	errno = err;
	return err ? -1 : (ssize_t)size;
}

/* ---- Answers of dsa_vdev ---- */

static struct {
	bool pending, dump;
	int err;
	struct nl_msg *msg[MAX_ROWS];
	size_t nr;
} answer;

static struct { nl_recvmsg_msg_cb_t fn; void *arg; } on[NL_CB_TYPE_MAX + 1];
static nl_recvmsg_err_cb_t on_err;
static void *on_err_arg;

static struct nl_msg *reply(int command)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, 0, FAMILY, 0, 0, command, DSA_VDEV_FAMILY_VERSION);
	answer.msg[answer.nr++] = msg;
	return msg;
}

static void pci_of(const char *device, char *pci, size_t size)
{
	char path[PATH_MAX], real[PATH_MAX];

	snprintf(path, sizeof(path), DEVICES "%s/..", device);
	snprintf(pci, size, "%s", realpath(path, real) ? strrchr(real, '/') + 1 : "");
}

static void answer_device(const char *device)
{
	struct nl_msg *msg = reply(DSA_VDEV_CMD_DEVICE_GET);
	unsigned int used = 0, nr = 0, flags = DSA_VDEV_DEVICE_FLAGS_PASID | DSA_VDEV_DEVICE_FLAGS_IMS |
		DSA_VDEV_DEVICE_FLAGS_USER_INTERRUPTS | DSA_VDEV_DEVICE_FLAGS_HANDLES |
		DSA_VDEV_DEVICE_FLAGS_INTR_REMAP;
	char pci[64], state[32];

	for (size_t i = 0; i < nr_slices; i++)
		if (!strcmp(slices[i].device, device)) {
			nr++;
			used += slices[i].nr_wqs;
		}
	pci_of(device, pci, sizeof(pci));
	get_attr(device, "state", state, sizeof(state));
	flags |= strcmp(state, "enabled") ? 0 : DSA_VDEV_DEVICE_FLAGS_ENABLED;
	nla_put_string(msg, DSA_VDEV_A_DEVICE_NAME, device);
	nla_put_string(msg, DSA_VDEV_A_DEVICE_PCI, pci);
	nla_put_s32(msg, DSA_VDEV_A_DEVICE_NUMA_NODE, get_number(device, "numa_node"));
	nla_put_u32(msg, DSA_VDEV_A_DEVICE_FLAGS, flags);
	nla_put_u32(msg, DSA_VDEV_A_DEVICE_NR_WQS, get_number(device, "max_work_queues"));
	nla_put_u32(msg, DSA_VDEV_A_DEVICE_NR_GROUPS, get_number(device, "max_groups"));
	nla_put_u32(msg, DSA_VDEV_A_DEVICE_NR_ENGINES, get_number(device, "max_engines"));
	nla_put_u32(msg, DSA_VDEV_A_DEVICE_IMS_SIZE, IMS_SIZE);
	nla_put_u32(msg, DSA_VDEV_A_DEVICE_IMS_FREE, IMS_SIZE - used);
	nla_put_u32(msg, DSA_VDEV_A_DEVICE_NR_SLICES, nr);
}

static void answer_devices(void)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "dsa", 3) || !strncmp(entry->d_name, "iax", 3))
			answer_device(entry->d_name);
	if (dir)
		closedir(dir);
}

static unsigned int state_of(const struct slice *slice)
{
	char name[64];

	if (slice->halted)
		return DSA_VDEV_SLICE_STATE_HALTED;
	if (strcmp(slice->vdev, "-"))
		return DSA_VDEV_SLICE_STATE_USED;
	for (unsigned int i = 0; i < slice->nr_wqs; i++) {
		wq_name(name, slice, i);
		if (!is_bound(name))
			return DSA_VDEV_SLICE_STATE_DEFINED;
	}
	return DSA_VDEV_SLICE_STATE_READY;
}

static unsigned int engines_of(const struct slice *slice, int group)
{
	int nr = get_number(slice->device, "max_engines");
	unsigned int found = 0;
	char name[64];

	for (int i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "engine%s.%d", slice->device + 3, i);
		found += get_number(name, "group_id") == group;
	}
	return found;
}

static void type_of(const struct slice *slice, bool bare, char *type, size_t size)
{
	snprintf(type, size, "idxd-%udwq%s-v1", slice->nr_wqs, bare ? "-bare" : "");
}

static void answer_slice(const struct slice *slice)
{
	struct nl_msg *msg = reply(DSA_VDEV_CMD_SLICE_GET);
	char name[64], type[32];
	int group;

	wq_name(name, slice, 0);
	group = get_number(name, "group_id");
	type_of(slice, false, type, sizeof(type));
	nla_put_u32(msg, DSA_VDEV_A_SLICE_ID, slice->id);
	nla_put_string(msg, DSA_VDEV_A_SLICE_DEVICE, slice->device);
	nla_put_u32(msg, DSA_VDEV_A_SLICE_GROUP, group);
	for (unsigned int i = 0; i < slice->nr_wqs; i++) {
		struct nlattr *nest = nla_nest_start(msg, DSA_VDEV_A_SLICE_WQ);

		wq_name(name, slice, i);
		nla_put_u32(msg, DSA_VDEV_A_WQ_ID, slice->wq[i]);
		nla_put_u32(msg, DSA_VDEV_A_WQ_SIZE, get_number(name, "size"));
		nla_put_u8(msg, DSA_VDEV_A_WQ_BOUND, is_bound(name));
		nla_nest_end(msg, nest);
	}
	nla_put_u32(msg, DSA_VDEV_A_SLICE_NR_ENGINES, engines_of(slice, group));
	nla_put_u32(msg, DSA_VDEV_A_SLICE_NR_VECTORS, slice->nr_wqs);
	nla_put_u32(msg, DSA_VDEV_A_SLICE_PASID, slice->pasid);
	nla_put_u32(msg, DSA_VDEV_A_SLICE_STATE, state_of(slice));
	nla_put_u32(msg, DSA_VDEV_A_SLICE_FLAGS, slice->flags);
	nla_put_u32(msg, DSA_VDEV_A_SLICE_MAPPING, slice->mapping);
	nla_put_string(msg, DSA_VDEV_A_SLICE_TYPE, type);
	if (strcmp(slice->vdev, "-"))
		nla_put_string(msg, DSA_VDEV_A_SLICE_VDEV, slice->vdev);
}

static void put_word(struct nl_msg *msg, int attr, const char *word)
{
	if (strcmp(word, "-"))
		nla_put_string(msg, attr, word);
}

/* Vector 0 had no interrupt, the others share what the vdev has. */
static void put_vectors(struct nl_msg *msg, const struct vdev *vdev, unsigned int nr)
{
	for (unsigned int i = 0; i <= nr; i++) {
		struct nlattr *nest = nla_nest_start(msg, DSA_VDEV_A_VDEV_VECTOR);

		nla_put_u32(msg, DSA_VDEV_A_VECTOR_INDEX, i);
		nla_put_u8(msg, DSA_VDEV_A_VECTOR_MASKED, 0);
		nla_put_u64(msg, DSA_VDEV_A_VECTOR_INTERRUPTS, i ? vdev->interrupts : 0);
		nla_nest_end(msg, nest);
	}
}

static void answer_vdev(const struct vdev *vdev)
{
	struct nl_msg *msg = reply(DSA_VDEV_CMD_VDEV_GET);
	const struct slice *slice = find_slice(vdev->slice);
	char type[32] = "";

	if (slice)
		type_of(slice, vdev->bare, type, sizeof(type));
	nla_put_string(msg, DSA_VDEV_A_VDEV_UUID, vdev->uuid);
	nla_put_u32(msg, DSA_VDEV_A_VDEV_SLICE_ID, vdev->slice);
	nla_put_string(msg, DSA_VDEV_A_VDEV_DEVICE, slice ? slice->device : "");
	put_word(msg, DSA_VDEV_A_VDEV_NAME, vdev->name);
	put_word(msg, DSA_VDEV_A_VDEV_OWNER, vdev->owner);
	nla_put_u32(msg, DSA_VDEV_A_VDEV_STATE, vdev->state);
	nla_put_u32(msg, DSA_VDEV_A_VDEV_PASID, slice ? slice->pasid : 0);
	nla_put_string(msg, DSA_VDEV_A_VDEV_TYPE, type);
	nla_put_u32(msg, DSA_VDEV_A_VDEV_MAPPING, vdev->mapping);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_MAPPED_BYTES, vdev->mapped);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_PINNED_PAGES, vdev->pinned);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_WANTED_BYTES, vdev->wanted);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_REQUESTS_SERVED, vdev->served);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_REQUESTS_REFUSED, vdev->refused);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_COMMANDS, vdev->commands);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_RESETS, vdev->resets);
	nla_put_u64(msg, DSA_VDEV_A_VDEV_ERRORS, vdev->errors);
	nla_put_u8(msg, DSA_VDEV_A_VDEV_RESERVED, vdev->reserved);
	put_vectors(msg, vdev, slice ? slice->nr_wqs : 0);
}

/* ---- Requests ---- */

static unsigned int next_id(void)
{
	unsigned int id = 1;

	while (find_slice(id))
		id++;
	return id;
}

static int slice_new(struct nlattr **tb, struct nlattr *head, int len)
{
	struct slice *slice = &slices[nr_slices];
	struct nlattr *attr;
	int rest;

	if (nr_slices == MAX_ROWS || !tb[DSA_VDEV_A_SLICE_DEVICE])
		return -EINVAL;
	*slice = (struct slice){ .id = next_id(), .vdev = "-" };
	slice->pasid = slice->id;
	snprintf(slice->device, sizeof(slice->device), "%s", nla_get_string(tb[DSA_VDEV_A_SLICE_DEVICE]));
	nla_for_each_attr(attr, head, len, rest)
		if (nla_type(attr) == DSA_VDEV_A_SLICE_WQ_ID && slice->nr_wqs < DSA_VDEV_MAX_WQS)
			slice->wq[slice->nr_wqs++] = nla_get_u32(attr);
	slice->flags = tb[DSA_VDEV_A_SLICE_FLAGS] ? nla_get_u32(tb[DSA_VDEV_A_SLICE_FLAGS]) : 0;
	slice->mapping = tb[DSA_VDEV_A_SLICE_MAPPING] ? nla_get_u32(tb[DSA_VDEV_A_SLICE_MAPPING]) : 0;
	nr_slices++;
	keep();
	answer_slice(slice);
	return 0;
}

static int slice_del(struct nlattr **tb)
{
	struct slice *slice = tb[DSA_VDEV_A_SLICE_ID] ? find_slice(nla_get_u32(tb[DSA_VDEV_A_SLICE_ID])) : NULL;

	if (!slice)
		return -ENOENT;
	if (strcmp(slice->vdev, "-"))
		return -EBUSY;
	*slice = slices[--nr_slices];
	keep();
	return 0;
}

static int slice_get(struct nlattr **tb)
{
	struct slice *slice = tb[DSA_VDEV_A_SLICE_ID] ? find_slice(nla_get_u32(tb[DSA_VDEV_A_SLICE_ID])) : NULL;

	if (!answer.dump && !slice)
		return -ENOENT;
	for (size_t i = 0; i < nr_slices; i++)
		if (!slice || slice == &slices[i])
			answer_slice(&slices[i]);
	return 0;
}

static void get_word(char *to, size_t size, struct nlattr *attr)
{
	snprintf(to, size, "%s", attr ? nla_get_string(attr) : "-");
}

static int slice_reserve(struct nlattr **tb)
{
	struct slice *slice = find_slice(nla_get_u32(tb[DSA_VDEV_A_VDEV_SLICE_ID]));

	if (!slice || state_of(slice) != DSA_VDEV_SLICE_STATE_READY)
		return -EBUSY;
	reserved.slice = slice->id;
	reserved.set = true;
	reserved.mapping = tb[DSA_VDEV_A_VDEV_MAPPING] ? nla_get_u32(tb[DSA_VDEV_A_VDEV_MAPPING]) : slice->mapping;
	get_word(reserved.uuid, sizeof(reserved.uuid), tb[DSA_VDEV_A_VDEV_UUID]);
	get_word(reserved.name, sizeof(reserved.name), tb[DSA_VDEV_A_VDEV_NAME]);
	get_word(reserved.owner, sizeof(reserved.owner), tb[DSA_VDEV_A_VDEV_OWNER]);
	return 0;
}

static int vdev_get(void)
{
	for (size_t i = 0; i < nr_vdevs; i++)
		answer_vdev(&vdevs[i]);
	return 0;
}

static int handle(int command, struct nlattr *head, int len)
{
	struct nlattr *tb[DSA_VDEV_A_VDEV_MAX + 1] = { 0 };

	/* The sets of attributes are about one size; each is taken by its own numbers. */
	nla_parse(tb, DSA_VDEV_A_VDEV_MAX, head, len, NULL);
	switch (command) {
	case DSA_VDEV_CMD_DEVICE_GET:
		answer_devices();
		return 0;
	case DSA_VDEV_CMD_SLICE_NEW:
		return slice_new(tb, head, len);
	case DSA_VDEV_CMD_SLICE_DEL:
		return slice_del(tb);
	case DSA_VDEV_CMD_SLICE_GET:
		return slice_get(tb);
	case DSA_VDEV_CMD_SLICE_RESERVE:
		return slice_reserve(tb);
	case DSA_VDEV_CMD_VDEV_GET:
		return vdev_get();
	default:
		return -EOPNOTSUPP;
	}
}

/* ---- In libnl's place ---- */

int genl_ctrl_resolve(struct nl_sock *sock, const char *name)
{
	(void)sock;
	return !strcmp(name, DSA_VDEV_FAMILY_NAME) ? FAMILY : -NLE_OBJ_NOTFOUND;
}

int nl_cb_set(struct nl_cb *cb, enum nl_cb_type type, enum nl_cb_kind kind, nl_recvmsg_msg_cb_t fn, void *arg)
{
	(void)cb, (void)kind;
	on[type].fn = fn;
	on[type].arg = arg;
	return 0;
}

int nl_cb_err(struct nl_cb *cb, enum nl_cb_kind kind, nl_recvmsg_err_cb_t fn, void *arg)
{
	(void)cb, (void)kind;
	on_err = fn;
	on_err_arg = arg;
	return 0;
}

int nl_send_auto(struct nl_sock *sock, struct nl_msg *msg)
{
	struct nlmsghdr *head = nlmsg_hdr(msg);
	struct genlmsghdr *genl = nlmsg_data(head);

	(void)sock;
	recall();
	answer.nr = 0;
	answer.dump = (head->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	answer.err = handle(genl->cmd, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0));
	return 0;
}

/* What a dump ended with is the data of its last message. */
static void end_dump(struct nl_msg *last)
{
	FILE *file = fopen(DUMP, "re");
	int number = 0, err;

	if (file && fscanf(file, "%d", &number) != 1)
		number = EIO;
	if (file)
		fclose(file);
	err = answer.err ? answer.err : -number;
	nlmsg_append(last, &err, sizeof(err), NLMSG_ALIGNTO);
	on[NL_CB_FINISH].fn(last, on[NL_CB_FINISH].arg);
}

static void end_answer(void)
{
	struct { struct nlmsghdr head; struct nlmsgerr error; } failed = {
		.head = { .nlmsg_len = sizeof(failed), .nlmsg_flags = NLM_F_CAPPED },
		.error = { .error = answer.err },
	};
	struct nl_msg *last = nlmsg_alloc();

	if (answer.dump)
		end_dump(last);
	else if (answer.err)
		on_err(NULL, &failed.error, on_err_arg);
	else
		on[NL_CB_ACK].fn(last, on[NL_CB_ACK].arg);
	nlmsg_free(last);
}

int nl_recvmsgs(struct nl_sock *sock, struct nl_cb *cb)
{
	(void)sock, (void)cb;
	for (size_t i = 0; i < answer.nr; i++) {
		on[NL_CB_VALID].fn(answer.msg[i], on[NL_CB_VALID].arg);
		nlmsg_free(answer.msg[i]);
	}
	answer.nr = 0;
	end_answer();
	return 0;
}

/* ---- What it took: since it was loaded, as what was before exec() is not its own ---- */

static double begun, begun_cpu;

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static long peak_kb(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	long kb = 0;

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VmHWM: %ld", &kb);
	if (file)
		fclose(file);
	return kb;
}

__attribute__((constructor)) static void begin(void)
{
	begun = now(CLOCK_MONOTONIC);
	begun_cpu = now(CLOCK_PROCESS_CPUTIME_ID);
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("MODULE_COST");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%.6f %.6f %ld\n", now(CLOCK_MONOTONIC) - begun, now(CLOCK_PROCESS_CPUTIME_ID) - begun_cpu, peak_kb());
	close(fd);
}
