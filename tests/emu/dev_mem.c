// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes of an access to memory that cannot be translated? With ATS the
 * function asks first, and the descriptor stops with a page fault; with page
 * requests too, and block on fault, it asks for the page. Without ATS it just
 * sends the request: a read comes back as an error, and a write, being posted,
 * is lost without a word (SPEC 3.13.1, 3.13.3).
 */
#include "dev.h"

size_t mem_read(const struct work *work, uint64_t addr, void *buf, size_t len)
{
	return work->dev->ops->dma_read(work->dev->host, &work->who, addr, buf, len);
}

static size_t write_some(const struct work *work, uint64_t addr, const void *buf,
			 size_t len)
{
	return work->dev->ops->dma_write(work->dev->host, &work->who, addr, buf, len);
}

/* Page by page past what cannot be reached. */
static size_t write_posted(struct work *work, uint64_t addr, const uint8_t *buf,
			   size_t len)
{
	size_t done = 0, put, lost;

	while (done < len) {
		put = write_some(work, addr + done, buf + done, len - done);
		done += put;
		work->end_lost = done < len;
		if (!work->end_lost)
			break;
		lost = PAGE - (addr + done) % PAGE;
		emu_trace("err", "to=nobody lost write addr=0x%llx",
			  (unsigned long long)(addr + done));
		done += lost < len - done ? lost : len - done;
	}
	return len;
}

size_t mem_write(struct work *work, uint64_t addr, const void *buf, size_t len)
{
	return work->ats ? write_some(work, addr, buf, len) :
			   write_posted(work, addr, buf, len);
}

/*
 * With block on fault a page request would be made; there is nobody to make it
 * to, which is the answer "invalid request" (04).
 */
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
