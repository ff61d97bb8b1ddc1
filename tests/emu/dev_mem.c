// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes of an access to memory that cannot be translated? With ATS the
 * function asks first, and the descriptor stops with a page fault; with page
 * requests too, and where the access may block, it asks for the page and waits.
 * Without ATS it just sends the request: a read comes back as an error, and a
 * write, being posted, is lost without a word (SPEC 3.13.1 to 3.13.3).
 *
 * No page request leaves the model, since vfio-user has no message for it: the
 * trace tells of it, and the answer is the translation, which the walk finds
 * when it is made. There is a bound, as for hardware's retries, and a request
 * can be refused by the control socket.
 */
#include "dev.h"

#include <time.h>

#define RETRY_MAX_MS	32

struct access {
	uint64_t addr;
	uint8_t *buf;	/* NULL: find out whether it could be written */
	size_t len;
	bool write;
	bool block;	/* whatever the descriptor's flags say */
};

/*
 * What can be reached of it now, after @done bytes: nothing once the work was told
 * to stop, so that no request begins after a halt, which is also what the loss of
 * bus mastering sets off. What has begun by then ends; nobody waits for it.
 */
static size_t access_some(const struct work *work, const struct access *access,
			  size_t done)
{
	const struct emu_dev *dev = work->dev;
	uint64_t addr = access->addr + done;
	size_t len = access->len - done;

	if (work_aborted(work) || (len && fault_hits(work->dev, FAULT_ACCESS)))
		return 0;
	if (!access->buf)
		return dev->ops->dma_reach(dev->host, &work->who, addr, len);
	return access->write ?
		       dev->ops->dma_write(dev->host, &work->who, addr,
					   access->buf + done, len) :
		       dev->ops->dma_read(dev->host, &work->who, addr,
					  access->buf + done, len);
}

static struct timespec time_in(unsigned int ms)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += (at.tv_nsec + ms * 1000000LL) / 1000000000;
	at.tv_nsec = (at.tv_nsec + ms * 1000000LL) % 1000000000;
	return at;
}

static bool time_is_up(const struct timespec *end)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec > end->tv_sec ||
	       (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

void mem_sleep_locked(struct work *work, unsigned int ms)
{
	struct timespec end = time_in(ms);

	while (!work_aborted(work) && !time_is_up(&end))
		pthread_cond_timedwait(&work->dev->settled, &work->dev->lock, &end);
}

/* As many at once as PRSREQALLOC says. */
static void request_begin_locked(struct work *work)
{
	struct emu_dev *dev = work->dev;

	while (dev->nr_page_requests >= cfg_pri_alloc(dev) && !work_aborted(work))
		pthread_cond_wait(&dev->settled, &dev->lock);
	dev->nr_page_requests++;
}

static void request_end_locked(struct emu_dev *dev)
{
	dev->nr_page_requests--;
	pthread_cond_broadcast(&dev->settled);
}

/* Asks for the page after @done bytes: what can be reached then, 0 if nothing. */
static size_t request_page(struct work *work, const struct access *access, size_t done)
{
	struct emu_dev *dev = work->dev;
	struct timespec end;
	uint64_t refusals;
	size_t got = 0;

	emu_trace("prs", "request pasid=%u addr=0x%llx write=%u priv=%u", work->who.pasid,
		  (unsigned long long)(access->addr + done), access->write, work->who.priv);
	pthread_mutex_lock(&dev->lock);
	request_begin_locked(work);
	refusals = dev->page_refusals;
	end = time_in(dev->profile.page_wait_ms);
	for (unsigned int ms = 1; !got && !time_is_up(&end) && !work_aborted(work) &&
	     dev->page_refusals == refusals; ms = ms < RETRY_MAX_MS ? 2 * ms : ms) {
		mem_sleep_locked(work, ms);
		pthread_mutex_unlock(&dev->lock);
		got = access_some(work, access, done);
		pthread_mutex_lock(&dev->lock);
	}
	request_end_locked(dev);
	pthread_mutex_unlock(&dev->lock);
	emu_trace("prs", "%s addr=0x%llx", got ? "answered" : "refused",
		  (unsigned long long)(access->addr + done));
	return got;
}

static bool may_block(const struct work *work, const struct access *access)
{
	return work->pri && !work_aborted(work) &&
	       (access->block || work->desc.flags & DSA_FLAG_BOF);
}

static size_t access_all(struct work *work, const struct access *access)
{
	size_t done = access_some(work, access, 0), got = 1;

	while (done < access->len && got && may_block(work, access)) {
		got = request_page(work, access, done);
		done += got;
	}
	return done;
}

/* Page by page past what cannot be reached. */
static size_t write_posted(struct work *work, const struct access *access)
{
	size_t done = 0, lost;

	while (done < access->len) {
		done += access_some(work, access, done);
		work->end_lost = done < access->len;
		if (!work->end_lost || work_aborted(work))
			return done;
		lost = PAGE - (access->addr + done) % PAGE;
		emu_trace("err", "to=nobody lost write addr=0x%llx",
			  (unsigned long long)(access->addr + done));
		done += lost < access->len - done ? lost : access->len - done;
	}
	return access->len;
}

static size_t mem_access(struct work *work, const struct access *access)
{
	return access->write && !work->ats ? write_posted(work, access) :
					     access_all(work, access);
}

size_t mem_read(struct work *work, uint64_t addr, void *buf, size_t len)
{
	return mem_access(work, &(struct access){ .addr = addr, .buf = buf, .len = len });
}

size_t mem_write(struct work *work, uint64_t addr, const void *buf, size_t len)
{
	return mem_access(work, &(struct access){ .addr = addr, .buf = (uint8_t *)buf,
						  .len = len, .write = true });
}

size_t mem_reach(struct work *work, uint64_t addr, size_t len)
{
	const struct access access = { .addr = addr, .len = len, .write = true };

	return work->ats ? access_all(work, &access) : len;
}

bool mem_reach_record(struct work *work)
{
	const struct access access = { .addr = work->desc.record, .len = DSA_RECORD_SIZE,
				       .write = true, .block = true };

	return !work->ats || access_all(work, &access) == access.len;
}

size_t mem_read_list(struct work *work, uint64_t addr, void *buf, size_t len)
{
	return mem_access(work, &(struct access){ .addr = addr, .buf = buf, .len = len,
						  .block = true });
}

size_t mem_write_record(struct work *work, uint64_t addr, const void *buf, size_t len)
{
	return mem_access(work, &(struct access){ .addr = addr, .buf = (uint8_t *)buf,
						  .len = len, .write = true,
						  .block = true });
}

/* With block on fault, the page was asked for and refused. */
void mem_fault(const struct work *work, struct result *res, uint64_t addr,
	       uint8_t operand, bool write)
{
	if (!work->ats) {
		res->status = DSA_STATUS_HARDWARE_1;
		return;
	}
	res->status = work->desc.flags & DSA_FLAG_BOF && work->pri ?
		      DSA_STATUS_PRS_INVALID : DSA_STATUS_PAGE_FAULT;
	if (write)
		res->status |= DSA_STATUS_FAULT_WRITE;
	res->fault_addr = addr;
	res->operand = operand;
}
