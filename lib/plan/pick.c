// SPDX-License-Identifier: LGPL-2.1-or-later
/* The choice of the slice that a vdev gets. */
#include <limits.h>
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

static bool is_on_node(const struct candidate *slice, const struct wish *wish)
{
	return wish->numa < 0 || slice->numa == wish->numa;
}

/* Whether the wish is for another device or, where it is strict, another node. */
static bool is_elsewhere(const struct candidate *slice, const struct wish *wish)
{
	return (wish->device && strcmp(slice->device, wish->device)) ||
	       (wish->numa_strict && !is_on_node(slice, wish));
}

static bool fits(const struct candidate *slice, const struct wish *wish)
{
	char why[160];

	return !is_elsewhere(slice, wish) && !misfit(slice, wish, why, sizeof(why));
}

void load_add(const struct candidate *slice)
{
	slice->load->nr_free += !slice->why_not;
	slice->load->nr_vdevs += slice->used;
}

void candidate_take(struct candidate *slice)
{
	slice->taken = true;
	if (!slice->load)
		return;
	slice->load->nr_free--;
	slice->load->nr_vdevs++;
}

/* Below 0: @a comes first; above 0: @b does. */
static int compare(unsigned int a, unsigned int b)
{
	return (a > b) - (a < b);
}

/* Spread: most free slices first, then fewest vdevs. Pack: the other way round. */
static int compare_devices(const struct candidate *a, const struct candidate *b,
			   const struct wish *wish)
{
	int order;

	if (wish->placement == DSACTL_PLACE_SMALLEST || a->load == b->load)
		return 0;
	order = compare(b->load->nr_free, a->load->nr_free) ?:
		compare(a->load->nr_vdevs, b->load->nr_vdevs);
	return (wish->placement == DSACTL_PLACE_PACK ? -order : order) ?:
	       strverscmp(a->device, b->device);
}

static bool is_better(const struct candidate *a, const struct candidate *b,
		      const struct wish *wish)
{
	int order = is_on_node(b, wish) - is_on_node(a, wish);

	order = order ?: compare_devices(a, b, wish);
	order = order ?: compare(a->wqs, b->wqs);
	order = order ?: compare(a->wq_size, b->wq_size);
	order = order ?: compare(a->engines, b->engines);
	return (order ?: compare(a->id, b->id)) < 0;
}

struct candidate *candidate_pick(struct candidate *slices, size_t nr,
				 const struct wish *wish)
{
	struct candidate *best = NULL;

	for (struct candidate *slice = slices; slice < slices + nr; slice++)
		if (fits(slice, wish) && (!best || is_better(slice, best, wish)))
			best = slice;
	return best;
}

/* How many slices fit, on the node of @choice. */
static size_t count_fitting(const struct candidate *choice, const struct candidate *slices, size_t nr,
			    const struct wish *wish)
{
	size_t found = 0;

	for (const struct candidate *slice = slices; slice < slices + nr; slice++)
		found += fits(slice, wish) && is_on_node(slice, wish) == is_on_node(choice, wish);
	return found;
}

void candidate_justify(const struct candidate *choice, const struct candidate *slices, size_t nr,
		       const struct wish *wish, char *why, size_t size)
{
	size_t found = count_fitting(choice, slices, nr, wish);
	char node[32] = "";

	if (wish->numa >= 0 && is_on_node(choice, wish))
		snprintf(node, sizeof(node), " on node %d", wish->numa);
	else if (wish->numa >= 0)
		snprintf(node, sizeof(node), " on other nodes than %d", wish->numa);
	if (wish->placement != DSACTL_PLACE_SMALLEST)
		snprintf(why, size, "no device%s with a slice that fits has %s free slices than %s: %u",
			 node, wish->placement == DSACTL_PLACE_SPREAD ? "more" : "fewer",
			 choice->device, choice->load->nr_free);
	else if (found == 1)
		snprintf(why, size, "the only free slice%s that fits", node);
	else
		snprintf(why, size, "the smallest of %zu free slices%s that fit", found, node);
}

/* How many slices of @node fit but for being on it. */
static unsigned int count_on(int node, const struct candidate *slices, size_t nr,
			     const struct wish *wish)
{
	struct wish there = *wish;
	unsigned int found = 0;

	there.numa = node;
	for (const struct candidate *slice = slices; slice < slices + nr; slice++)
		found += fits(slice, &there);
	return found;
}

/* The lowest node above @node that a slice is on; INT_MAX: there is none. */
static int next_node(int node, const struct candidate *slices, size_t nr)
{
	int next = INT_MAX;

	for (const struct candidate *slice = slices; slice < slices + nr; slice++)
		if (slice->numa > node && slice->numa < next)
			next = slice->numa;
	return next;
}

bool candidate_elsewhere(const struct candidate *slices, size_t nr, const struct wish *wish,
			 char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	if (!wish->numa_strict || wish->numa < 0)
		return false;
	for (int node = next_node(-1, slices, nr); node != INT_MAX && used < size;
	     node = next_node(node, slices, nr)) {
		unsigned int found = count_on(node, slices, nr, wish);

		if (found)
			used += snprintf(text + used, size - used, "%s%u on node %d",
					 used ? ", " : "", found, node);
	}
	return used;
}

void candidate_explain(const struct candidate *slices, size_t nr,
		       const struct wish *wish, struct problem *problem)
{
	char why[160], node[32] = "";
	size_t used = 0, found = 0;

	if (wish->numa_strict)
		snprintf(node, sizeof(node), " on node %d", wish->numa);
	problem_set(problem, ENOSPC, "destroy a vdev, split another device, or ask for less",
		    "no free slice%s fits", node);
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
