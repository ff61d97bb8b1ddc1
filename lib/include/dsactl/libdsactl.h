/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libdsactl: virtual devices from Intel DSA accelerators. This is its only
 * public header.
 *
 * What holds for every function, unless its comment says otherwise:
 *  - It has the symbol version LIBDSACTL_1.0, which is not the release's number.
 *  - A function that returns int returns 0 or -errno. After a failure
 *    dsactl_get_message() says which object failed, why, and what to do next.
 *  - Strings and objects that a function returns belong to the context. They
 *    live until dsactl_refresh(), dsactl_begin(), dsactl_plan_apply(),
 *    dsactl_check(), dsactl_recover() or the end of the context; slices, vdevs
 *    and vectors also no longer than until a dsactl_plan_profile() or
 *    dsactl_plan_restore() after dsactl_begin(). Text is UTF-8; a text that is
 *    not there is "".
 *  - A context and its objects are used by one thread at a time. Different
 *    contexts may be used by different threads.
 *  - The library prints nothing and catches no signal.
 *
 * The errors and what they mean everywhere:
 *  -EINVAL     the request makes no sense or is out of range
 *  -ENOENT     there is no such device, slice or vdev
 *  -EBUSY      in use, or another writer holds the lock (-ETIMEDOUT after waiting)
 *  -EEXIST     the UUID or name is in use
 *  -ENOSPC     no free slice fits
 *  -EOPNOTSUPP this host or device cannot do it
 *  -EPERM      not permitted to this user
 *  -EDQUOT     the owner has as many vdevs as dsactl.conf allows it
 *  -EINTR      dsactl_cancel() was called; everything was undone
 */
#ifndef DSACTL_LIBDSACTL_H
#define DSACTL_LIBDSACTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* The version of this header; the library that a program runs with may be a later one. */
#define DSACTL_VERSION_MAJOR 0
#define DSACTL_VERSION_MINOR 1
#define DSACTL_VERSION_PATCH 0
/* That of the library, such as "0.1.0". */
const char *dsactl_get_version(void);

/* ---- Context ---- */

struct dsactl_ctx;

/* A new context in *@ctx, to be released with dsactl_unref(). -ENOMEM. */
int dsactl_new(struct dsactl_ctx **ctx);
/* Take a reference. Returns @ctx. */
struct dsactl_ctx *dsactl_ref(struct dsactl_ctx *ctx);
/* Drop a reference. The last one ends the context and its objects. */
void dsactl_unref(struct dsactl_ctx *ctx);

/*
 * Have @log called with each warning (LOG_WARNING), each write that the library
 * makes (LOG_INFO) and details (LOG_DEBUG). @text is one line without its
 * newline and lives during the call. NULL: no log, as at first.
 */
typedef void dsactl_log_fn(void *data, int priority, const char *text);
void dsactl_set_log(struct dsactl_ctx *ctx, dsactl_log_fn *log, void *data);
/* How long to wait for another writer, in milliseconds. The default is 30,000. */
void dsactl_set_timeout_ms(struct dsactl_ctx *ctx, unsigned int timeout_ms);
/*
 * Cancel what is under way. A change, from dsactl_begin() to dsactl_end(), stops at its next step
 * and is undone. Waiting for another writer, or for text from a pipe, ends. An undo goes to its
 * end. If nothing is under way, nothing happens. This is the only function that a signal handler
 * may call.
 */
void dsactl_cancel(struct dsactl_ctx *ctx);

/*
 * The last failure since dsactl_begin() or dsactl_refresh() as -errno, or 0. It tells an empty or
 * finished list from one that could not be read.
 */
int dsactl_get_error(struct dsactl_ctx *ctx);
/* The last failure since dsactl_begin() or dsactl_refresh(), as one line "object: why: what next", or "". */
const char *dsactl_get_message(struct dsactl_ctx *ctx);
/* Its three parts; the last may be "". */
const char *dsactl_get_error_object(struct dsactl_ctx *ctx);
const char *dsactl_get_error_cause(struct dsactl_ctx *ctx);
const char *dsactl_get_error_remedy(struct dsactl_ctx *ctx);

/*
 * Forget what was read, and the last failure. Objects are read again when they are asked for.
 * -EOPNOTSUPP where idxd is not loaded.
 */
int dsactl_refresh(struct dsactl_ctx *ctx);
/*
 * Whether the module dsa_vdev answers. Without it there are no slices. If it is loaded and does not
 * answer, as in another network namespace, dsactl_get_error() is -EOPNOTSUPP.
 */
bool dsactl_has_module(struct dsactl_ctx *ctx);

/* ---- Devices, groups, engines, work queues: as idxd has them ---- */

struct dsactl_device;
struct dsactl_group;
struct dsactl_engine;
struct dsactl_wq;

struct dsactl_device *dsactl_device_get_first(struct dsactl_ctx *ctx);
struct dsactl_device *dsactl_device_get_next(struct dsactl_device *device);
#define dsactl_device_foreach(ctx, device)                                     \
	for ((device) = dsactl_device_get_first(ctx); (device);                \
	     (device) = dsactl_device_get_next(device))
/* By idxd's name, such as dsa0, or by PCI address. NULL and a message if there is none. */
struct dsactl_device *dsactl_device_find(struct dsactl_ctx *ctx, const char *name);

const char *dsactl_device_get_name(const struct dsactl_device *device);
/* "dsa" or "iax" */
const char *dsactl_device_get_type(const struct dsactl_device *device);
/* Such as 0000:6a:01.0 */
const char *dsactl_device_get_pci(const struct dsactl_device *device);
/* The PCI device id, such as 0x0b25; 0 where it is unknown. */
unsigned int dsactl_device_get_pci_id(const struct dsactl_device *device);
/* NUMA node, or -1 */
int dsactl_device_get_numa_node(const struct dsactl_device *device);
bool dsactl_device_is_enabled(const struct dsactl_device *device);
/* Whether groups, engines and work queues can be configured at all. */
bool dsactl_device_is_configurable(const struct dsactl_device *device);
/* Whether INTEL-SA-01084 is about this silicon: see dsactl_split_request. */
bool dsactl_device_is_unsafe(const struct dsactl_device *device);
unsigned int dsactl_device_get_nr_groups(const struct dsactl_device *device);
unsigned int dsactl_device_get_nr_engines(const struct dsactl_device *device);
unsigned int dsactl_device_get_nr_wqs(const struct dsactl_device *device);
/* Entries that its work queues share. */
unsigned int dsactl_device_get_wq_entries(const struct dsactl_device *device);
/* Largest batch in descriptors, largest transfer in bytes; 0 and a message where the device went away. */
unsigned int dsactl_device_get_max_batch_size(const struct dsactl_device *device);
uint64_t dsactl_device_get_max_transfer_size(const struct dsactl_device *device);
/* Entries for DEV-MSI vectors, and the free ones (-1 without the module). */
unsigned int dsactl_device_get_ims_size(const struct dsactl_device *device);
int dsactl_device_get_ims_free(const struct dsactl_device *device);
unsigned int dsactl_device_get_nr_slices(const struct dsactl_device *device);

/*
 * The parts of a device are read when the first of them is asked for. NULL and a message on
 * failure.
 */
struct dsactl_group *dsactl_group_get_first(struct dsactl_device *device);
struct dsactl_group *dsactl_group_get_next(struct dsactl_group *group);
#define dsactl_group_foreach(device, group)                                    \
	for ((group) = dsactl_group_get_first(device); (group);                \
	     (group) = dsactl_group_get_next(group))
const char *dsactl_group_get_name(const struct dsactl_group *group);
int dsactl_group_get_id(const struct dsactl_group *group);

struct dsactl_engine *dsactl_engine_get_first(struct dsactl_device *device);
struct dsactl_engine *dsactl_engine_get_next(struct dsactl_engine *engine);
#define dsactl_engine_foreach(device, engine)                                  \
	for ((engine) = dsactl_engine_get_first(device); (engine);             \
	     (engine) = dsactl_engine_get_next(engine))
const char *dsactl_engine_get_name(const struct dsactl_engine *engine);
int dsactl_engine_get_id(const struct dsactl_engine *engine);
/* Its group, or -1 */
int dsactl_engine_get_group_id(const struct dsactl_engine *engine);

struct dsactl_wq *dsactl_wq_get_first(struct dsactl_device *device);
struct dsactl_wq *dsactl_wq_get_next(struct dsactl_wq *wq);
#define dsactl_wq_foreach(device, wq)                                          \
	for ((wq) = dsactl_wq_get_first(device); (wq);                         \
	     (wq) = dsactl_wq_get_next(wq))
/* idxd's name of it, such as wq0.2 */
const char *dsactl_wq_get_name(const struct dsactl_wq *wq);
int dsactl_wq_get_id(const struct dsactl_wq *wq);
/* Its group, or -1 */
int dsactl_wq_get_group_id(const struct dsactl_wq *wq);
/* Entries */
unsigned int dsactl_wq_get_size(const struct dsactl_wq *wq);
/* 1 (low) to 15; 0 where it is not configured */
unsigned int dsactl_wq_get_priority(const struct dsactl_wq *wq);
bool dsactl_wq_is_dedicated(const struct dsactl_wq *wq);
bool dsactl_wq_is_enabled(const struct dsactl_wq *wq);
bool dsactl_wq_get_block_on_fault(const struct dsactl_wq *wq);
/* Entries that are in use, read from the device now; -1 where it does not tell. */
int dsactl_wq_get_occupancy(const struct dsactl_wq *wq);
/* "none", "kernel" or "user" */
const char *dsactl_wq_get_type(const struct dsactl_wq *wq);
/* The administrator's name of it */
const char *dsactl_wq_get_label(const struct dsactl_wq *wq);
/* The driver that it is configured for; "": idxd chooses by the type. */
const char *dsactl_wq_get_driver(const struct dsactl_wq *wq);
/* In descriptors, and in bytes */
unsigned int dsactl_wq_get_max_batch_size(const struct dsactl_wq *wq);
uint64_t dsactl_wq_get_max_transfer_size(const struct dsactl_wq *wq);

/* ---- Slices: what one vdev needs ---- */

struct dsactl_slice;

enum dsactl_slice_state {
	DSACTL_SLICE_DEFINED,	/* not all of its work queues are bound */
	DSACTL_SLICE_READY,	/* complete and free */
	DSACTL_SLICE_RESERVED,	/* a vdev is about to be created on it */
	DSACTL_SLICE_USED,	/* a vdev is on it */
	DSACTL_SLICE_HALTED,	/* its device halted or was reset */
};

struct dsactl_slice *dsactl_slice_get_first(struct dsactl_ctx *ctx);
struct dsactl_slice *dsactl_slice_get_next(struct dsactl_slice *slice);
#define dsactl_slice_foreach(ctx, slice)                                       \
	for ((slice) = dsactl_slice_get_first(ctx); (slice);                   \
	     (slice) = dsactl_slice_get_next(slice))
/* Unique on the host while the slice lives. */
unsigned int dsactl_slice_get_id(const struct dsactl_slice *slice);
const char *dsactl_slice_get_device_name(const struct dsactl_slice *slice);
/* NUMA node of its device, or -1 */
int dsactl_slice_get_numa_node(const struct dsactl_slice *slice);
int dsactl_slice_get_group_id(const struct dsactl_slice *slice);
unsigned int dsactl_slice_get_nr_wqs(const struct dsactl_slice *slice);
/* Number on the device and entries of work queue @i, 0 to nr_wqs - 1. */
unsigned int dsactl_slice_get_wq_id(const struct dsactl_slice *slice, unsigned int i);
unsigned int dsactl_slice_get_wq_size(const struct dsactl_slice *slice, unsigned int i);
unsigned int dsactl_slice_get_nr_engines(const struct dsactl_slice *slice);
unsigned int dsactl_slice_get_nr_vectors(const struct dsactl_slice *slice);
unsigned int dsactl_slice_get_pasid(const struct dsactl_slice *slice);
enum dsactl_slice_state dsactl_slice_get_state(const struct dsactl_slice *slice);
const char *dsactl_slice_get_state_name(const struct dsactl_slice *slice);
/* Whether the administrator allowed a portal on silicon under INTEL-SA-01084. */
bool dsactl_slice_get_allow_unsafe_portal(const struct dsactl_slice *slice);
/* Whether its vdevs show the PCI id of the host's function. */
bool dsactl_slice_get_host_pci_id(const struct dsactl_slice *slice);
/* How its vdevs find memory where they name no way of their own; see dsactl_vdev_get_mapping_name(). */
const char *dsactl_slice_get_mapping_name(const struct dsactl_slice *slice);
/* The mdev type that it serves, such as idxd-1dwq-v1 */
const char *dsactl_slice_get_type(const struct dsactl_slice *slice);
/* The UUID of the vdev that is on it, or for which it is reserved, or "". */
const char *dsactl_slice_get_vdev_uuid(const struct dsactl_slice *slice);

/* ---- Vdevs and their vectors ---- */

struct dsactl_vdev;
struct dsactl_vector;

struct dsactl_vdev *dsactl_vdev_get_first(struct dsactl_ctx *ctx);
struct dsactl_vdev *dsactl_vdev_get_next(struct dsactl_vdev *vdev);
#define dsactl_vdev_foreach(ctx, vdev)                                         \
	for ((vdev) = dsactl_vdev_get_first(ctx); (vdev);                      \
	     (vdev) = dsactl_vdev_get_next(vdev))
/* By UUID or name; NULL and a message if there is none. */
struct dsactl_vdev *dsactl_vdev_find(struct dsactl_ctx *ctx, const char *uuid_or_name);

const char *dsactl_vdev_get_uuid(const struct dsactl_vdev *vdev);
const char *dsactl_vdev_get_name(const struct dsactl_vdev *vdev);
const char *dsactl_vdev_get_owner(const struct dsactl_vdev *vdev);
/* -EPERM and a message where its owner is another, or where it has none. */
int dsactl_vdev_require_owner(struct dsactl_vdev *vdev, const char *owner);
const char *dsactl_vdev_get_device_name(const struct dsactl_vdev *vdev);
unsigned int dsactl_vdev_get_slice_id(const struct dsactl_vdev *vdev);
/* The mdev type, such as idxd-1dwq-v1 */
const char *dsactl_vdev_get_type(const struct dsactl_vdev *vdev);
/* "closed", "disabled", "enabled" or "halted" */
const char *dsactl_vdev_get_state_name(const struct dsactl_vdev *vdev);
/* Whether someone has it open, so that it cannot be destroyed. */
bool dsactl_vdev_is_open(const struct dsactl_vdev *vdev);
/* Whether another tool created it, such as mdevctl or libvirt, which know nothing of slices. */
bool dsactl_vdev_is_foreign(const struct dsactl_vdev *vdev);
unsigned int dsactl_vdev_get_pasid(const struct dsactl_vdev *vdev);
/* Memory of its holder that it can reach, in bytes, and pages pinned for that. */
uint64_t dsactl_vdev_get_mapped_bytes(const struct dsactl_vdev *vdev);
uint64_t dsactl_vdev_get_pinned_pages(const struct dsactl_vdev *vdev);
/*
 * Since it was opened: virtual commands, resets, errors. These are software errors, which
 * its guest is told, and descriptors whose completion record could not be written.
 */
uint64_t dsactl_vdev_get_commands(const struct dsactl_vdev *vdev);
uint64_t dsactl_vdev_get_resets(const struct dsactl_vdev *vdev);
uint64_t dsactl_vdev_get_errors(const struct dsactl_vdev *vdev);


/*
 * How a vdev finds the memory that its holder has mapped, of which it can reach
 * no more than was found. "sweep": all of it, each time that a work queue is
 * enabled; "hints": only what hints name; "prs": by page requests of the device
 * alone; "auto": by sweep, and by page requests where the device has them
 * enabled. Hints are followed in each of them.
 */
const char *dsactl_vdev_get_mapping_name(const struct dsactl_vdev *vdev);
/*
 * The sources that this uses on this host, with commas between: "hints", "mappings" (VFIO's list of
 * them), "probing", "page-requests".
 */
const char *dsactl_vdev_get_mapping_sources(const struct dsactl_vdev *vdev);
/*
 * "none": memory has not been looked for yet; "mapping": it is being mapped; "complete": all that was
 * found is reached. Otherwise less is reached, for this reason: "memlock" (RLIMIT_MEMLOCK of the holder), "max-pinned"
 * (parameter of dsa_vdev), "failed" (see the kernel's log).
 */
const char *dsactl_vdev_get_mapping_state_name(const struct dsactl_vdev *vdev);
/* What the holder had mapped when it was last looked for, in bytes; 0: not known. */
uint64_t dsactl_vdev_get_wanted_bytes(const struct dsactl_vdev *vdev);
/* Page requests since it was opened: those served, and those answered as invalid. */
uint64_t dsactl_vdev_get_requests_served(const struct dsactl_vdev *vdev);
/* The PCI id that it shows to its guest, such as 8086:0b25; "" where the module does not say. */
const char *dsactl_vdev_get_pci_id(const struct dsactl_vdev *vdev);
uint64_t dsactl_vdev_get_requests_refused(const struct dsactl_vdev *vdev);

/* A range of addresses, as the holder maps them, at which it may have memory; in bytes. */
struct dsactl_hint {
	uint64_t iova, length;		/* multiples of 4096; length not 0 */
};
/* The number of hints, and hint @i, 0 to nr_hints - 1. */
unsigned int dsactl_vdev_get_nr_hints(const struct dsactl_vdev *vdev);
struct dsactl_hint dsactl_vdev_get_hint(const struct dsactl_vdev *vdev, unsigned int i);
/*
 * Replace its hints by @nr others, up to 32. This happens at once, without a plan, and also while
 * it is open: memory at the new hints is reached soon, and memory that earlier hints made reachable
 * stays so. -EINVAL, -ENOENT, -EPERM.
 */
int dsactl_vdev_set_hints(struct dsactl_vdev *vdev, const struct dsactl_hint *hints,
			  unsigned int nr);

struct dsactl_vector *dsactl_vector_get_first(struct dsactl_vdev *vdev);
struct dsactl_vector *dsactl_vector_get_next(struct dsactl_vector *vector);
#define dsactl_vector_foreach(vdev, vector)                                    \
	for ((vector) = dsactl_vector_get_first(vdev); (vector);               \
	     (vector) = dsactl_vector_get_next(vector))
/* MSI-X index in the vdev: 0 is events, 1 and up are completions. */
unsigned int dsactl_vector_get_index(const struct dsactl_vector *vector);
/* Linux interrupt, entry of the interrupt message storage, handle; or -1. */
int dsactl_vector_get_irq(const struct dsactl_vector *vector);
int dsactl_vector_get_ims(const struct dsactl_vector *vector);
int dsactl_vector_get_handle(const struct dsactl_vector *vector);
bool dsactl_vector_is_masked(const struct dsactl_vector *vector);
/* Interrupts signalled since the vdev was opened. */
uint64_t dsactl_vector_get_interrupts(const struct dsactl_vector *vector);

/* ---- Can this host do it? ---- */

struct dsactl_finding;

enum dsactl_verdict {
	DSACTL_VERDICT_OK,
	DSACTL_VERDICT_INFO,	/* worth knowing, stops nothing */
	DSACTL_VERDICT_WARN,	/* stops some uses */
	DSACTL_VERDICT_FAIL,	/* no vdev can work */
};

/* Check this host again. -EOPNOTSUPP where a finding is DSACTL_VERDICT_FAIL. */
int dsactl_check(struct dsactl_ctx *ctx);
/* What the last dsactl_check() found; the findings live until the next one. */
struct dsactl_finding *dsactl_finding_get_first(struct dsactl_ctx *ctx);
struct dsactl_finding *dsactl_finding_get_next(struct dsactl_finding *finding);
#define dsactl_finding_foreach(ctx, finding)                                   \
	for ((finding) = dsactl_finding_get_first(ctx); (finding);             \
	     (finding) = dsactl_finding_get_next(finding))
/* "host" or the name of a device */
const char *dsactl_finding_get_object(const struct dsactl_finding *finding);
/* A word for the question, such as "pasid"; stable, for scripts. */
const char *dsactl_finding_get_topic(const struct dsactl_finding *finding);
enum dsactl_verdict dsactl_finding_get_verdict(const struct dsactl_finding *finding);
const char *dsactl_finding_get_verdict_name(const struct dsactl_finding *finding);
/* What was found, and what to do about it ("" where nothing is to be done). */
const char *dsactl_finding_get_cause(const struct dsactl_finding *finding);
const char *dsactl_finding_get_remedy(const struct dsactl_finding *finding);

/* ---- Events: what happens to devices, slices and vdevs ---- */

struct dsactl_monitor;
struct dsactl_event;

/*
 * A new monitor in *@monitor, to be ended with dsactl_monitor_free(). It needs neither idxd nor the
 * module, and reports when they come.
 */
int dsactl_monitor_new(struct dsactl_ctx *ctx, struct dsactl_monitor **monitor);
void dsactl_monitor_free(struct dsactl_monitor *monitor);
/* A file descriptor of the monitor, for poll(2), that is readable when there is an event. */
int dsactl_monitor_get_fd(const struct dsactl_monitor *monitor);
/*
 * The next event, or NULL where there is none now; does not wait. It lives until
 * the next call.
 */
const struct dsactl_event *dsactl_monitor_read(struct dsactl_monitor *monitor);

/* "module", "device", "group", "engine", "wq", "slice", "vdev", or "monitor" */
const char *dsactl_event_get_object(const struct dsactl_event *event);
/*
 * "add", "remove", "change", "bind" or "unbind"; for the object "monitor" it is "lost": events were
 * lost, since they were not read in time.
 */
const char *dsactl_event_get_action(const struct dsactl_event *event);
/* Such as idxd, dsa0, wq0.1; the id of a slice, the UUID of a vdev */
const char *dsactl_event_get_name(const struct dsactl_event *event);
const char *dsactl_event_get_device_name(const struct dsactl_event *event);
/* The state of a slice or vdev after the event. */
const char *dsactl_event_get_state_name(const struct dsactl_event *event);
/* The UUID of the vdev that the event is about, or "". */
const char *dsactl_event_get_vdev_uuid(const struct dsactl_event *event);
const char *dsactl_event_get_vdev_name(const struct dsactl_event *event);
/* Of a vdev, as dsactl_vdev_get_errors() has it; 0 where the object is another. */
uint64_t dsactl_event_get_errors(const struct dsactl_event *event);
/*
 * Of a vdev, as dsactl_vdev_get_mapping_state_name() and the others have it; "" and 0 where the
 * object is another. While much is mapped, there is an event each second.
 */
const char *dsactl_event_get_mapping_state_name(const struct dsactl_event *event);
uint64_t dsactl_event_get_mapped_bytes(const struct dsactl_event *event);
uint64_t dsactl_event_get_wanted_bytes(const struct dsactl_event *event);

/* ---- Changes ----
 *
 * begin, make a plan, apply it, end. A plan is applied as a whole: if a step
 * fails, the steps before it are undone. If the process dies, the next
 * dsactl_begin() or dsactl_recover() on this host undoes what it left and
 * says so in the log.
 * To only show a plan, make it without dsactl_begin().
 */

/*
 * Become the one writer on this host: check permission, take the lock, undo what an interrupted
 * writer left, and refresh. -EPERM; -ETIMEDOUT: another writer kept the lock; -EOPNOTSUPP: no idxd.
 * If what such a writer left cannot be undone now, that is the error, and it stays for later.
 */
int dsactl_begin(struct dsactl_ctx *ctx);
/* Give the lock back. Harmless without dsactl_begin(). */
void dsactl_end(struct dsactl_ctx *ctx);
/*
 * Whether an interrupted writer left something that dsactl_begin() would undo. Until then what is
 * read may be half of a change. False where the user may not see that.
 */
bool dsactl_is_unfinished(struct dsactl_ctx *ctx);
/*
 * Undo what an interrupted writer left, as dsactl_begin() does. Does nothing if there is nothing,
 * if a writer is at work, or if the user may not. Errors as of dsactl_begin().
 */
int dsactl_recover(struct dsactl_ctx *ctx);

struct dsactl_profile;

/*
 * Requests begin with their size and may grow at their end. In a shorter one, of a program that was
 * built before, missing members are 0. A longer one is -EINVAL only if it sets a member that this
 * library does not know.
 *
 * How a device shall be split. Start from DSACTL_SPLIT_REQUEST_INIT. A number that is 0 means the
 * best that the device has.
 */
struct dsactl_split_request {
	size_t size;			/* sizeof(struct dsactl_split_request) */
	unsigned int nr_slices;		/* default: one for each group or engine */
	unsigned int nr_wqs;		/* of each slice, 1 to 8; default 1 */
	unsigned int nr_vectors;	/* of each slice; one for each work queue */
	unsigned int wq_size;		/* entries; default: all, shared equally */
	unsigned int nr_engines;	/* of each slice; default: all, shared equally */
	unsigned int priority;		/* 1 to 15; default 10 */
	unsigned int max_batch_size;	/* descriptors */
	uint64_t max_transfer_size;	/* bytes */
	bool block_on_fault;
	/*
	 * The administrator accepts that the holder of a portal can misuse silicon under
	 * INTEL-SA-01084. Without this such a device is not split, -EOPNOTSUPP, since no vdev could
	 * be created on its slices.
	 */
	bool allow_unsafe_portal;
	/* Replace a configuration that someone prepared but did not enable. */
	bool force;
	/*
	 * Split the device as its entry in this profile says, without the vdevs. The entry must
	 * have slices. All members above but @force must be as DSACTL_SPLIT_REQUEST_INIT sets them.
	 */
	struct dsactl_profile *profile;
	/*
	 * Vdevs show the PCI id of the host's function. By default they show that of the first DSA,
	 * which every guest's idxd knows.
	 */
	bool host_pci_id;
};
#define DSACTL_SPLIT_REQUEST_INIT { .size = sizeof(struct dsactl_split_request) }

/*
 * Which device a vdev goes to, where none is named. Only free slices count; a device is split only
 * where none fits. Of devices that are alike the first is taken, in the order of
 * dsactl_device_get_next().
 */
enum dsactl_placement {
	DSACTL_PLACE_SMALLEST,	/* that of the smallest slice that fits, whichever it is */
	DSACTL_PLACE_SPREAD,	/* most free slices, then fewest vdevs */
	DSACTL_PLACE_PACK,	/* fewest free slices, of which one fits, then most vdevs */
};

/* Which vdevs shall be created. Start from DSACTL_VDEV_REQUEST_INIT. */
struct dsactl_vdev_request {
	size_t size;			/* sizeof(struct dsactl_vdev_request) */
	const char *device;		/* name of the device; NULL: any */
	const char *uuid;		/* NULL: a random one; only with count 1 */
	const char *name;		/* NULL: none; only with count 1 */
	const char *owner;		/* NULL: none */
	unsigned int count;		/* 0 is 1 */
	int numa_node;			/* preferred; -1: any */
	unsigned int nr_wqs;		/* 0: any */
	unsigned int wq_size;		/* at least; 0: any */
	unsigned int nr_engines;	/* at least; 0: any */
	const char *mapping;		/* see dsactl_vdev_get_mapping_name(); NULL: "auto" */
	/*
	 * Have it restored at boot, too, without its mapping. The enabled profile for its device
	 * gets an entry for that device alone; if there is none, the profile "persistent" does.
	 * -EEXIST where that has entries and is not enabled.
	 */
	bool persist;
	/*
	 * "dsa" or "iax", the type of device, or an mdev type such as "idxd-2dwq-v1", or of a vdev that is
	 * served, "idxd-2dwq-bare-v1"; NULL: any. No vdev is made on an IAX device, -EOPNOTSUPP.
	 */
	const char *type;
	/* Only with DSACTL_PLACE_SMALLEST a device may be named. */
	enum dsactl_placement placement;
	/*
	 * Refuse rather than take another node. A device without a node is on node 0. -ENOENT: no
	 * device is on it; -EINVAL: the named device is on another.
	 */
	bool numa_strict;
	/*
	 * The request is that of a user who may not change devices: none is split for it, and a UUID
	 * or name that the next boot brings for another owner is -EEXIST.
	 */
	bool for_user;
	/*
	 * Its PCI device is emulated by a process, which opens it, and not by the module: of an mdev
	 * type such as "idxd-2dwq-bare-v1".
	 */
	bool served;
};
#define DSACTL_VDEV_REQUEST_INIT                                               \
	{ .size = sizeof(struct dsactl_vdev_request), .numa_node = -1 }

struct dsactl_plan;
struct dsactl_step;

enum dsactl_step_kind {
	DSACTL_STEP_SPLIT,
	DSACTL_STEP_UNSPLIT,
	DSACTL_STEP_CREATE,
	DSACTL_STEP_DESTROY,
	DSACTL_STEP_CLEAR,	/* free a device of slices and work queues */
	DSACTL_STEP_CONFIGURE,	/* give it the layout of a profile */
	DSACTL_STEP_KEEP,	/* have a vdev restored at boot */
	DSACTL_STEP_FORGET,	/* have it restored no longer */
	DSACTL_STEP_REPAIR,	/* enable the work queues that slices have lost */
};

/*
 * Plans. Each puts a new plan into *@plan, to be freed with dsactl_plan_free().
 * A plan is good until the next dsactl_refresh() or dsactl_begin().
 */
int dsactl_plan_split(struct dsactl_device *device,
		      const struct dsactl_split_request *request,
		      struct dsactl_plan **plan);
/*
 * @destroy_idle: destroy vdevs on it that nobody has open; otherwise any vdev is -EBUSY. A device
 * that is not split gives a plan without steps.
 */
int dsactl_plan_unsplit(struct dsactl_device *device, bool destroy_idle,
			struct dsactl_plan **plan);
int dsactl_plan_create(struct dsactl_ctx *ctx,
		       const struct dsactl_vdev_request *request,
		       struct dsactl_plan **plan);
/*
 * A vdev that has an owner is destroyed only if @owner (NULL: none) is the same, or with @force.
 * One that someone has open is -EBUSY in any case.
 */
int dsactl_plan_destroy(struct dsactl_vdev *vdev, const char *owner, bool force,
			struct dsactl_plan **plan);
/*
 * As dsactl_plan_destroy(), and the vdev is not restored at boot any more. @uuid_or_name may also
 * be that of a vdev that does not exist now, but would be restored on a device that is here.
 */
int dsactl_plan_forget(struct dsactl_ctx *ctx, const char *uuid_or_name, const char *owner,
		       bool force, struct dsactl_plan **plan);
void dsactl_plan_free(struct dsactl_plan *plan);

/* Apply the plan, between dsactl_begin() and dsactl_end(). */
int dsactl_plan_apply(struct dsactl_plan *plan);
/*
 * The same, for a caller whose change counts only once its result was told. After the last step
 * @tell is called. If it returns less than 0, all steps are undone, and that is the error. @tell
 * may look at the plan and must not change anything through the context.
 */
typedef int dsactl_tell_fn(void *data, struct dsactl_plan *plan);
int dsactl_plan_apply_and_tell(struct dsactl_plan *plan, dsactl_tell_fn *tell, void *data);

/* Steps belong to their plan. */
struct dsactl_step *dsactl_step_get_first(struct dsactl_plan *plan);
struct dsactl_step *dsactl_step_get_next(struct dsactl_step *step);
#define dsactl_step_foreach(plan, step)                                        \
	for ((step) = dsactl_step_get_first(plan); (step);                     \
	     (step) = dsactl_step_get_next(step))
enum dsactl_step_kind dsactl_step_get_kind(const struct dsactl_step *step);
const char *dsactl_step_get_device_name(const struct dsactl_step *step);
/* For create, destroy, keep and forget. The UUID of a create step is known from the start. */
const char *dsactl_step_get_uuid(const struct dsactl_step *step);
/* For create: the slice, or -1 while its split is not yet applied. */
int dsactl_step_get_slice_id(const struct dsactl_step *step);
/* For create by dsactl_plan_create(): why this slice, of all; otherwise "". */
const char *dsactl_step_get_reason(const struct dsactl_step *step);
/* For split and configure: how many slices. */
unsigned int dsactl_step_get_nr_slices(const struct dsactl_step *step);
/* For split: the shape of each; 0 where a profile gives it. */
unsigned int dsactl_step_get_nr_wqs(const struct dsactl_step *step);
unsigned int dsactl_step_get_wq_size(const struct dsactl_step *step);
unsigned int dsactl_step_get_nr_engines(const struct dsactl_step *step);

/* ---- Profiles: how devices are laid out and which vdevs exist, as JSON ----
 *
 * A profile is a file NAME.json in /etc/dsactl/profiles.d or, of the vendor, in
 * /usr/lib/dsactl/profiles (or /usr/local/lib/...); dsactl-profile(5) tells what it says. What is
 * captured, read or imported is the caller's, to be freed with
 * dsactl_profile_free(); it may outlive dsactl_refresh(), not the context.
 */

struct dsactl_profile;
struct dsactl_difference;

/* The running state of all devices that can be configured. */
int dsactl_profile_capture(struct dsactl_ctx *ctx, struct dsactl_profile **profile);
/* By name; the administrator's profile hides the vendor's. -ENOENT; -EINVAL: it is damaged. */
int dsactl_profile_load(struct dsactl_ctx *ctx, const char *name,
			struct dsactl_profile **profile);
/* A file, or standard input for "-". A pipe is waited for. -EINTR: dsactl_cancel(). */
int dsactl_profile_read(struct dsactl_ctx *ctx, const char *path,
			struct dsactl_profile **profile);
/* @text of @len bytes with a NUL after them; @name is for messages. */
int dsactl_profile_parse(struct dsactl_ctx *ctx, const char *name, const char *text,
			 size_t len, struct dsactl_profile **profile);
void dsactl_profile_free(struct dsactl_profile *profile);

/*
 * Files of other tools: what accel-config's save-config writes now and wrote in earlier versions,
 * and what mdevctl list --dumpjson prints. DSACTL_FORMAT_ANY: guess from the text; otherwise it is
 * a profile. Any other value is -EINVAL. New ones come after the last, for the numbers are promised.
 */
enum dsactl_format {
	DSACTL_FORMAT_DSACTL,
	DSACTL_FORMAT_ACCEL_CONFIG,
	DSACTL_FORMAT_MDEVCTL,
	DSACTL_FORMAT_ANY,
};
int dsactl_profile_import(struct dsactl_ctx *ctx, const char *path, enum dsactl_format format,
			  struct dsactl_profile **profile);
int dsactl_profile_import_text(struct dsactl_ctx *ctx, const char *name, const char *from,
			       size_t len, enum dsactl_format format,
			       struct dsactl_profile **profile);
/*
 * The profile as a file of that tool, for the devices of this host. The caller frees *@text. What
 * such a file cannot say is left out. -ENOENT: the profile is for no device here.
 */
int dsactl_profile_export(struct dsactl_profile *profile, enum dsactl_format format,
			  char **text);

/*
 * Save it under this name, replacing a profile of that name. A crash, a power loss or a full disk
 * leaves the old file or the new. -EPERM, -EIO, -EINVAL (no valid name, or that of a file),
 * -ETIMEDOUT.
 */
int dsactl_profile_save(struct dsactl_profile *profile, const char *name);
/* The same, but -EEXIST where the administrator has a profile of that name. */
int dsactl_profile_save_new(struct dsactl_profile *profile, const char *name);
/* Delete a profile of the administrator. It is disabled first. */
int dsactl_profile_delete(struct dsactl_ctx *ctx, const char *name);
/*
 * Enable or disable a profile: dsactl_plan_restore() looks at enabled ones. Their names are in
 * dsactl.conf. A profile that cannot be loaded, or could never be restored on the devices that are
 * here, is not enabled: the error says why. Disabling is -ENOENT for a profile that is neither
 * enabled nor there.
 */
int dsactl_profile_set_enabled(struct dsactl_ctx *ctx, const char *name, bool enabled);
/*
 * Check, for a profile that can be used, saved or not, what dsactl_profile_set_enabled() checks
 * before it enables one: whether it could be restored on the devices that are here. Changes nothing
 * and takes no lock. -EEXIST: a vdev of its UUID or name is restored on another device; -EINVAL or
 * -EOPNOTSUPP: it does not fit a device. Reads all profiles anew, as dsactl_profile_list() does.
 */
int dsactl_profile_check_restorable(struct dsactl_profile *profile);

/*
 * Read all profiles, in order of their names, also those that cannot be used. They live until the
 * next call of this, which a plan that restores, keeps, forgets or destroys makes, too.
 */
int dsactl_profile_list(struct dsactl_ctx *ctx);
struct dsactl_profile *dsactl_profile_get_first(struct dsactl_ctx *ctx);
struct dsactl_profile *dsactl_profile_get_next(struct dsactl_profile *profile);
#define dsactl_profile_foreach(ctx, profile)                                   \
	for ((profile) = dsactl_profile_get_first(ctx); (profile);             \
	     (profile) = dsactl_profile_get_next(profile))

/*
 * The profile, of those that were read, from which dsactl_plan_restore() makes the device; NULL
 * where there is none.
 */
struct dsactl_profile *dsactl_device_get_restored_from(struct dsactl_device *device);

const char *dsactl_profile_get_name(const struct dsactl_profile *profile);
const char *dsactl_profile_get_path(const struct dsactl_profile *profile);
const char *dsactl_profile_get_description(const struct dsactl_profile *profile);
/* Why it cannot be used, or "" */
const char *dsactl_profile_get_error(const struct dsactl_profile *profile);
/* Its entries for devices. */
unsigned int dsactl_profile_get_nr_devices(const struct dsactl_profile *profile);
bool dsactl_profile_is_vendor(const struct dsactl_profile *profile);
bool dsactl_profile_is_enabled(const struct dsactl_profile *profile);
/* The text of its file. The caller frees it. NULL for lack of memory. */
char *dsactl_profile_get_text(const struct dsactl_profile *profile);

/*
 * Find in what the devices differ from it: all that it is for, or one @device. The differences live
 * until the next call or the end of the profile.
 */
int dsactl_profile_diff(struct dsactl_profile *profile, const char *device);
struct dsactl_difference *dsactl_difference_get_first(struct dsactl_profile *profile);
struct dsactl_difference *dsactl_difference_get_next(struct dsactl_difference *difference);
#define dsactl_difference_foreach(profile, difference)                         \
	for ((difference) = dsactl_difference_get_first(profile); (difference); \
	     (difference) = dsactl_difference_get_next(difference))
/* Such as dsa0.groups[1].wqs[2].size; the numbers are ids. */
const char *dsactl_difference_get_path(const struct dsactl_difference *difference);
/* Two values as JSON; "" where there is none. */
const char *dsactl_difference_get_is(const struct dsactl_difference *difference);
const char *dsactl_difference_get_shall(const struct dsactl_difference *difference);

/* Start from DSACTL_PROFILE_REQUEST_INIT. */
struct dsactl_profile_request {
	size_t size;		/* sizeof(struct dsactl_profile_request) */
	const char *device;	/* only this one; NULL: all that the profile is for */
	/* Take away what the profile does not have, rather than refuse. */
	bool replace;
	const char *owner;	/* whose vdevs may be destroyed by that; NULL: nobody's */
};
#define DSACTL_PROFILE_REQUEST_INIT { .size = sizeof(struct dsactl_profile_request) }

/*
 * Make the devices as the profile says. All of it is checked before there is a plan. A device that
 * is like that already adds no step. -EBUSY where a device has something else and @replace is not
 * set, or where a vdev that would go is open.
 */
int dsactl_plan_profile(struct dsactl_profile *profile,
			const struct dsactl_profile_request *request,
			struct dsactl_plan **plan);
/*
 * Make one device as its entry in an enabled profile says: the first profile, in the order of
 * dsactl.conf, that has one. No step where none has. Work queues that can be enabled again are not
 * made again. No vdev that works or is open is destroyed, and a vdev on a slice that the entry
 * leaves free stays. A damaged profile is a warning in the log, or -EINVAL where no other is for
 * the device.
 */
int dsactl_plan_restore(struct dsactl_ctx *ctx, const char *device, struct dsactl_plan **plan);

struct dsactl_kept;

/*
 * Read which vdevs would be restored on the devices that are here, also those that exist already.
 * They live until the next call of this or of dsactl_plan_forget().
 */
int dsactl_kept_list(struct dsactl_ctx *ctx);
struct dsactl_kept *dsactl_kept_get_first(struct dsactl_ctx *ctx);
struct dsactl_kept *dsactl_kept_get_next(struct dsactl_kept *kept);
#define dsactl_kept_foreach(ctx, kept)                                         \
	for ((kept) = dsactl_kept_get_first(ctx); (kept);                      \
	     (kept) = dsactl_kept_get_next(kept))
const char *dsactl_kept_get_uuid(const struct dsactl_kept *kept);
const char *dsactl_kept_get_name(const struct dsactl_kept *kept);
const char *dsactl_kept_get_owner(const struct dsactl_kept *kept);
const char *dsactl_kept_get_device_name(const struct dsactl_kept *kept);

/* ---- Quotas: how many vdevs an owner may have ---- */

struct dsactl_quota;

/*
 * Read the quotas of dsactl.conf: of each owner that has a line of its own and, where there is a
 * line for all others, of each that has vdevs. They live until the next call.
 */
int dsactl_quota_list(struct dsactl_ctx *ctx);
struct dsactl_quota *dsactl_quota_get_first(struct dsactl_ctx *ctx);
struct dsactl_quota *dsactl_quota_get_next(struct dsactl_quota *quota);
#define dsactl_quota_foreach(ctx, quota)                                       \
	for ((quota) = dsactl_quota_get_first(ctx); (quota);                   \
	     (quota) = dsactl_quota_get_next(quota))
const char *dsactl_quota_get_owner(const struct dsactl_quota *quota);
/* How many vdevs dsactl_plan_create() lets the owner have. */
unsigned int dsactl_quota_get_limit(const struct dsactl_quota *quota);
/* How many it has: those that are there, and those that the next boot would bring. */
unsigned int dsactl_quota_get_used(const struct dsactl_quota *quota);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* DSACTL_LIBDSACTL_H */
