// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is a plan made of? */
#include "../core/ctx.h"
#include "../profile/schema.h"
#include "plan.h"

struct dsactl_plan *plan_new(struct dsactl_ctx *ctx)
{
	struct dsactl_plan *plan = calloc(1, sizeof(*plan));

	if (plan) {
		plan->ctx = ctx;
		plan->tail = &plan->steps;
	}
	return plan;
}

struct dsactl_step *plan_add(struct dsactl_plan *plan, enum dsactl_step_kind kind,
			     const char *device)
{
	struct dsactl_step *step = calloc(1, sizeof(*step));

	if (!step)
		return NULL;
	step->kind = kind;
	step->ctx = plan->ctx;
	step->slice = -1;
	COPY_TEXT(step->device, device);
	*plan->tail = step;
	plan->tail = &step->next;
	return step;
}

void dsactl_plan_free(struct dsactl_plan *plan)
{
	while (plan && plan->steps) {
		struct dsactl_step *step = plan->steps;

		plan->steps = step->next;
		free(step->slices);
		profile_device_free(&step->want);
		free(step);
	}
	free(plan);
}

int plan_refuse(struct dsactl_ctx *ctx, const char *object,
		const struct problem *problem)
{
	return ctx_fail(ctx, problem->err, object, problem->remedy, "%s", problem->cause);
}

struct dsactl_step *dsactl_step_get_first(struct dsactl_plan *plan)
{
	return plan->steps;
}

struct dsactl_step *dsactl_step_get_next(struct dsactl_step *step)
{
	return step->next;
}

enum dsactl_step_kind dsactl_step_get_kind(const struct dsactl_step *step)
{
	return step->kind;
}

const char *dsactl_step_get_device_name(const struct dsactl_step *step)
{
	return step->device;
}

const char *dsactl_step_get_uuid(const struct dsactl_step *step)
{
	return step->uuid;
}

int dsactl_step_get_slice_id(const struct dsactl_step *step)
{
	if (step->slice < 0 && step->split && step->split->slices)
		return step->split->slices[step->split_slice].id;
	return step->slice;
}

const char *dsactl_step_get_reason(const struct dsactl_step *step)
{
	return step->reason;
}

unsigned int dsactl_step_get_nr_slices(const struct dsactl_step *step)
{
	return step->shape.slices;
}

unsigned int dsactl_step_get_nr_wqs(const struct dsactl_step *step)
{
	return step->shape.wqs;
}

unsigned int dsactl_step_get_wq_size(const struct dsactl_step *step)
{
	return step->shape.wq_size;
}

unsigned int dsactl_step_get_nr_engines(const struct dsactl_step *step)
{
	return step->shape.engines;
}
