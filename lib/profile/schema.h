/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A profile to and from JSON. */
#ifndef DSACTL_PROFILE_SCHEMA_H
#define DSACTL_PROFILE_SCHEMA_H

#include <json-c/json.h>

#include "../core/problem.h"
#include "profile.h"

/* Check all of @from. On -@problem->err the cause starts with the JSON path. */
int profile_from_json(json_object *from, struct profile *profile,
		      struct problem *problem);
int profile_parse(const char *text, size_t len, struct profile *profile,
		  struct problem *problem);
/* One entry of "devices", as the journal notes it. */
int profile_device_from_json(json_object *from, struct profile_device *device,
			     struct problem *problem);
/* New objects; NULL for lack of memory. */
json_object *profile_to_json(const struct profile *profile);
json_object *profile_device_to_json(const struct profile_device *device);
/* The text of a file: indented, with a newline at its end; freed by the caller. */
char *profile_to_text(json_object *document);
void profile_free(struct profile *profile);
void profile_device_free(struct profile_device *device);
/* What is wrong with @label as the name of a work queue in a profile; "": nothing. */
const char *profile_label_fault(const char *label);
/* Set all members to their defaults. */
void profile_wq_init(struct profile_wq *wq);
void profile_slice_init(struct profile_slice *slice);
void profile_group_init(struct profile_group *group);
void profile_device_init(struct profile_device *device);

#endif /* DSACTL_PROFILE_SCHEMA_H */
