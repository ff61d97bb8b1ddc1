// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to a descriptor between a queue and its completion? One thread
 * per engine takes the next one of its group, checks it, carries it out, or the
 * batch it stands for, and then writes the record and sends the interrupt.
 */
#include "dev.h"

#include <string.h>

#define BATCH_CHUNK	32	/* descriptors fetched at once */

/* An event log entry's information about its completion. */
#define INFO_FIRST_IN_BATCH	0x80000u
#define INFO_RECORD		0x40000u
#define INFO_IMS		0x20000u
#define INFO_INTERRUPT		0x10000u
#define INFO_OPERAND_SHIFT	29

void engine_kick_locked(struct emu_dev *dev, int group)
{
	for (unsigned int i = 0; i < dev->profile.nr_engines; i++) {
		struct engine *engine = &dev->engine[i];

		if (engine->group != group || !engine->idle)
			continue;
		engine->idle = false;
		pthread_cond_signal(&engine->wake);
		return;
	}
}

static const char *pasid_text(const struct emu_requester *who, char text[12])
{
	if (who->pasid_valid)
		snprintf(text, 12, "%u", who->pasid);
	else
		strcpy(text, "none");
	return text;
}

static void trace_desc(const struct work *work)
{
	const struct desc *desc = &work->desc;
	char pasid[12];

	emu_trace("desc", "wq=%u page=%u opcode=0x%02x flags=0x%06x pasid=%s src=0x%llx "
		  "dst=0x%llx size=%u record=0x%llx handle=0x%x engine=%u%s", work->wq,
		  work->page, desc->opcode, desc->flags, pasid_text(&work->who, pasid),
		  (unsigned long long)desc->src, (unsigned long long)desc->dst,
		  desc->xfer, (unsigned long long)desc->record, desc->handle,
		  work->engine->id, work->in_batch ? " member" : "");
}

static void trace_done(const struct work *work, const struct result *res)
{
	char pasid[12];

	emu_trace("done", "wq=%u opcode=0x%02x status=0x%02x bytes=%u pasid=%s result=%u "
		  "fault=0x%llx%s", work->wq, work->desc.opcode, res->status, res->bytes,
		  pasid_text(&work->who, pasid), res->result,
		  (unsigned long long)res->fault_addr, work->in_batch ? " member" : "");
}

static bool is_success(uint8_t status)
{
	return status == DSA_STATUS_SUCCESS || status == DSA_STATUS_FALSE ||
	       status == DSA_STATUS_BATCH_FAIL;
}

static void format_record(const struct work *work, const struct result *res,
			  uint8_t record[DSA_RECORD_SIZE])
{
	memset(record, 0, DSA_RECORD_SIZE);
	record[DSA_RECORD_STATUS] = res->status;
	record[DSA_RECORD_RESULT] = res->result;
	if (work->dev->profile.gencap & DSA_GENCAP_FAULT_INFO)
		record[DSA_RECORD_FAULT_INFO] = res->operand << 1;
	put32(record + DSA_RECORD_BYTES, res->bytes);
	put64(record + DSA_RECORD_FAULT_ADDR, res->fault_addr);
	memcpy(record + DSA_RECORD_OP, res->op, sizeof(res->op));
}

/* The status is what software polls: its qword goes last. */
static bool write_record(struct work *work, const uint8_t *record)
{
	uint64_t addr = work->desc.record;

	if (mem_write_record(work, addr + 8, record + 8, 24) != 24)
		return false;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return mem_write_record(work, addr, record, 8) == 8;
}

static uint32_t completion_info(const struct work *work, bool record)
{
	uint32_t info = 0;

	if (record)
		info |= INFO_RECORD;
	if (work->page >= DSA_PORTAL_UNLIMITED_IMS)
		info |= INFO_IMS;
	if (work->desc.flags & DSA_FLAG_INT_REQ)
		info |= INFO_INTERRUPT | work->desc.handle;
	return info;
}

/*
 * An error without a record to tell of it. Flags and faults carry what the
 * record would have said.
 */
static void report_status(struct work *work, const struct result *res)
{
	uint8_t code = res->status & DSA_STATUS_CODE;
	struct error err = { .code = code, .work = work, .addr = res->fault_addr,
			     .write = res->status & DSA_STATUS_FAULT_WRITE };

	if (code == DSA_STATUS_FLAGS) {
		err.info = get32(res->op);
		err.info_valid = true;
	} else if (res->operand) {
		err.info = (uint32_t)res->operand << INFO_OPERAND_SHIFT;
		err.info_valid = true;
	}
	err_report(work->dev, &err);
}

/* Of the entries that say so (SPEC table 5-9), whether this is its batch's first. */
static uint32_t first_in_batch(const struct work *work)
{
	bool first = work->log && work->evl && !work->log->begun;

	if (first)
		work->log->begun = true;
	return first ? INFO_FIRST_IN_BATCH : 0;
}

/* Told of besides the record (SPEC table 5-1). */
static void report_handle(struct work *work, const uint8_t *record, bool wrote)
{
	struct error err = { .code = DSA_STATUS_HANDLE, .work = work,
			     .info_valid = true, .record = record };

	err.info = completion_info(work, wrote) | first_in_batch(work);
	err_report(work->dev, &err);
}

/*
 * A completion that goes to the event log instead of to memory; software is to
 * write the record and to signal the interrupt.
 */
static void log_completion(struct work *work, uint8_t code, const uint8_t *record,
			   bool wants_record)
{
	struct error err = { .code = code, .work = work, .write = true,
			     .addr = work->desc.record, .info_valid = true,
			     .record = record };

	err.info = completion_info(work, wants_record);
	if (code == DSA_STATUS_RECORD_FAULT)
		err.info |= (uint32_t)OPERAND_RECORD << INFO_OPERAND_SHIFT |
			    first_in_batch(work);
	if (work->log && work->evl)
		work->log->has_record = true;
	err_report(work->dev, &err);
}

static void send_completion(struct work *work)
{
	struct emu_dev *dev = work->dev;
	bool ims = work->page >= DSA_PORTAL_UNLIMITED_IMS;
	int index;

	pthread_mutex_lock(&dev->lock);
	index = irq_handle_index_locked(dev, ims, work->desc.handle);
	if (index >= 0)
		irq_completion_locked(dev, ims, index);
	pthread_mutex_unlock(&dev->lock);
}

/*
 * With an event log and without page requests a drain's record goes to the log:
 * earlier records of the queue may be there, and software is to write them in
 * order (SPEC 5.9).
 */
static bool drain_is_logged(const struct work *work, const struct result *res)
{
	return work->desc.opcode == DSA_OP_DRAIN && work->evl && !work->pri &&
	       res->status == DSA_STATUS_SUCCESS;
}

/* A batch, of which a member's record is in the log, follows it there. */
static bool batch_is_logged(const struct work *work, bool record)
{
	return work->desc.opcode == DSA_OP_BATCH && work->log && work->log->has_record &&
	       (record || work->desc.flags & DSA_FLAG_INT_REQ);
}

static void complete(struct work *work, struct result *res)
{
	uint8_t code = res->status & DSA_STATUS_CODE;
	bool valid = work->desc.flags & DSA_FLAG_COMP_VALID;
	bool wants_record = valid && (work->desc.flags & DSA_FLAG_COMP_REQ ||
				      !is_success(code));
	uint8_t record[DSA_RECORD_SIZE];

	trace_done(work, res);
	if (code == DSA_STATUS_RECORD_ALIGN || code == DSA_STATUS_PRIV) {
		report_status(work, res);
		return;
	}
	format_record(work, res, record);
	if (wants_record && fault_hits(work->dev, FAULT_RECORD))
		memset(record, 0xff, sizeof(record));
	if (drain_is_logged(work, res)) {
		log_completion(work, DSA_EVL_DRAIN, record, wants_record);
		return;
	}
	if (batch_is_logged(work, wants_record)) {
		log_completion(work, DSA_EVL_BATCH, record, wants_record);
		return;
	}
	if (wants_record && (code == DSA_STATUS_RECORD_FAULT || !write_record(work, record))) {
		if (work_aborted(work))
			return;
		log_completion(work, DSA_STATUS_RECORD_FAULT, record, true);
		if (!work->evl)		/* nobody can make up for it */
			res->status = DSA_STATUS_RECORD_FAULT;
		return;
	}
	if (code == DSA_STATUS_HANDLE)
		report_handle(work, record, wants_record);
	else if (!valid && !is_success(code))
		report_status(work, res);
	if (work->desc.flags & DSA_FLAG_INT_REQ && work->irq_ok)
		send_completion(work);
}

static bool earlier_work(const struct emu_dev *dev, const struct work *work)
{
	bool dedicated = work->wq_mode & DSA_WQCFG_DEDICATED;

	for (unsigned int i = 0; i < dev->profile.nr_engines; i++) {
		const struct engine *other = &dev->engine[i];

		if (other != work->engine && other->active && other->wq == work->wq &&
		    other->seq < work->seq &&
		    (dedicated || other->who.pasid == work->who.pasid))
			return true;
	}
	return false;
}

/* Queues are first in, first out: what was earlier is done or in an engine. */
static void run_drain(struct work *work, struct result *res)
{
	struct emu_dev *dev = work->dev;

	pthread_mutex_lock(&dev->lock);
	while (!work_aborted(work) && earlier_work(dev, work))
		pthread_cond_wait(&dev->settled, &dev->lock);
	pthread_mutex_unlock(&dev->lock);
	res->status = DSA_STATUS_SUCCESS;
}

/* A slow engine: see dev_fault.c. */
static void dawdle(struct work *work)
{
	struct emu_dev *dev = work->dev;

	pthread_mutex_lock(&dev->lock);
	if (dev->faults.slow_ms)
		mem_sleep_locked(work, dev->faults.slow_ms);
	pthread_mutex_unlock(&dev->lock);
}

static bool run_member(const struct work *batch, const uint8_t *raw, unsigned int i)
{
	struct work member = *batch;
	struct result res = { 0 };

	member.in_batch = true;
	member.batch_index = i;
	desc_parse(&member.desc, raw);
	trace_desc(&member);
	dawdle(&member);
	res.status = desc_check(&member, &res);
	if (!res.status)
		ops_run(&member, &res);
	if (!work_aborted(&member))
		complete(&member, &res);
	return res.status == DSA_STATUS_SUCCESS;
}

/* A part of a batch's list, as far as it could be read. */
struct list {
	uint8_t raw[BATCH_CHUNK * DSA_DESC_SIZE];
	uint64_t addr;
	size_t got;
};

static void fetch_list(struct work *work, struct list *list, uint32_t first)
{
	uint32_t left = work->desc.xfer - first;

	list->addr = work->desc.src + (uint64_t)first * DSA_DESC_SIZE;
	list->got = mem_read_list(work, list->addr, list->raw,
			     (left < BATCH_CHUNK ? left : BATCH_CHUNK) * DSA_DESC_SIZE);
}

static void list_fault(const struct work *work, struct result *res,
		       const struct list *list)
{
	mem_fault(work, res, list->addr + list->got, OPERAND_SRC, false);
	if (work->ats)
		res->status = DSA_STATUS_LIST_FAULT;
}

/*
 * In order and one by one, so a fence has nothing to wait for; after a failure
 * it ends the batch.
 */
static void run_batch(struct work *work, struct result *res)
{
	bool failed = work->desc.flags & DSA_FLAG_BATCH_ERROR;
	struct list list;

	res->status = DSA_STATUS_SUCCESS;
	for (uint32_t i = 0; i < work->desc.xfer && !work_aborted(work); i++) {
		size_t off = i % BATCH_CHUNK * DSA_DESC_SIZE;

		if (off == 0)
			fetch_list(work, &list, i);
		if (list.got < off + DSA_DESC_SIZE) {
			list_fault(work, res, &list);
			break;
		}
		if (failed && list.raw[off + DSA_DESC_FLAGS] & DSA_FLAG_FENCE)
			break;
		failed |= !run_member(work, list.raw + off, i);
		res->bytes = i + 1;
	}
	if (failed && res->status == DSA_STATUS_SUCCESS)
		res->status = DSA_STATUS_BATCH_FAIL;
	if (work->dev->profile.gencap & DSA_GENCAP_BATCH_CONT)
		res->result = failed;
}

static void start_batch(struct work *work, struct batch_log *log)
{
	struct emu_dev *dev = work->dev;

	work->log = log;
	pthread_mutex_lock(&dev->lock);
	work->batch_id = dev->next_batch_id++;
	pthread_mutex_unlock(&dev->lock);
}

/* Abandoned work leaves no record and no interrupt (SPEC 3.15). */
static void run(struct work *work)
{
	struct result res = { 0 };
	struct batch_log log = { 0 };

	trace_desc(work);
	dawdle(work);
	if (work->desc.opcode == DSA_OP_BATCH)
		start_batch(work, &log);
	res.status = desc_check(work, &res);
	if (!res.status && work->desc.opcode == DSA_OP_BATCH)
		run_batch(work, &res);
	else if (!res.status && work->desc.opcode == DSA_OP_DRAIN)
		run_drain(work, &res);
	else if (!res.status)
		ops_run(work, &res);
	if (work_aborted(work))
		emu_trace("done", "wq=%u opcode=0x%02x abandoned", work->wq,
			  work->desc.opcode);
	else
		complete(work, &res);
}

void *engine_main(void *arg)
{
	struct engine *engine = arg;
	struct emu_dev *dev = engine->dev;
	struct work work;

	pthread_mutex_lock(&dev->lock);
	while (!dev->stop) {
		if (!wq_take_locked(dev, engine, &work)) {
			engine->idle = true;
			pthread_cond_wait(&engine->wake, &dev->lock);
			engine->idle = false;
			continue;
		}
		pthread_mutex_unlock(&dev->lock);
		run(&work);
		pthread_mutex_lock(&dev->lock);
		engine->active = false;
		pthread_cond_broadcast(&dev->settled);
	}
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}
