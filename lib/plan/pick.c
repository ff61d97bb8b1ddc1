// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which slice does a vdev get? */
#include <stdio.h>
#include <string.h>

#include "pick.h"

#define MAX_EXPLAINED 4	/* slices that a message names one by one */

/* Say in @why what does not fit. False where the slice fits. */
static bool misfit(const struct candidate *slice, const struct wish *wish,
		   char *why, size_t size)
{
	if (slice->taken)
		snprintf(why, size, "it is for another vdev of this request");
	else if (slice->why_not)
		snprintf(why, size, "%s", slice->why_not);
	else if (wish->wqs && slice->wqs != wish->wqs)
		snprintf(why, size, "its number of work queues is %u, not %u", slice->wqs, wish->wqs);
	else if (slice->wq_size < wish->wq_size)
		snprintf(why, size, "its work queues have %u entries, not %u",
			 slice->wq_size, wish->wq_size);
	else if (slice->engines < wish->engines)
		snprintf(why, size, "its number of engines is %u, not %u", slice->engines,
			 wish->engines);
	else
		return false;
	return true;
}

static bool is_elsewhere(const struct candidate *slice, const struct wish *wish)
{
	return wish->device && strcmp(slice->device, wish->device);
}

/* Order of preference: node, work queues, their size, engines, id. */
static bool is_better(const struct candidate *a, const struct candidate *b,
		      const struct wish *wish)
{
	bool a_near = wish->numa < 0 || a->numa == wish->numa;
	bool b_near = wish->numa < 0 || b->numa == wish->numa;

	if (a_near != b_near)
		return a_near;
	if (a->wqs != b->wqs)
		return a->wqs < b->wqs;
	if (a->wq_size != b->wq_size)
		return a->wq_size < b->wq_size;
	if (a->engines != b->engines)
		return a->engines < b->engines;
	return a->id < b->id;
}

struct candidate *candidate_pick(struct candidate *slices, size_t nr,
				 const struct wish *wish)
{
	struct candidate *best = NULL;
	char why[160];

	for (struct candidate *slice = slices; slice < slices + nr; slice++) {
		if (is_elsewhere(slice, wish) || misfit(slice, wish, why, sizeof(why)))
			continue;
		if (!best || is_better(slice, best, wish))
			best = slice;
	}
	return best;
}

void candidate_explain(const struct candidate *slices, size_t nr,
		       const struct wish *wish, struct problem *problem)
{
	size_t used = 0, found = 0;
	char why[160];

	problem_set(problem, ENOSPC, "destroy a vdev, split another device, or ask for less",
	       "no free slice fits");
	used = strlen(problem->cause);
	for (const struct candidate *slice = slices; slice < slices + nr; slice++) {
		if (is_elsewhere(slice, wish) || !misfit(slice, wish, why, sizeof(why)))
			continue;
		if (++found > MAX_EXPLAINED)
			continue;
		used += snprintf(problem->cause + used, sizeof(problem->cause) - used,
				 "%s slice %u of %s: %s", found > 1 ? ";" : ":",
				 slice->id, slice->device, why);
		if (used >= sizeof(problem->cause))
			return;
	}
	if (found > MAX_EXPLAINED)
		snprintf(problem->cause + used, sizeof(problem->cause) - used,
			 "; and %zu more", found - MAX_EXPLAINED);
}
