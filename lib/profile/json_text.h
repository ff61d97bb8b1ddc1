/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A text as JSON, read strictly. */
#ifndef DSACTL_PROFILE_JSON_TEXT_H
#define DSACTL_PROFILE_JSON_TEXT_H

#include <json-c/json.h>
#include <stdbool.h>

#include "../core/problem.h"

/*
 * -@problem->err, with place and cause, where @text is not a JSON object or array. @commas: a comma
 * may stand before a closing bracket, as in files that accel-config takes and Intel publishes.
 */
int json_check_text(const char *text, size_t len, bool commas, struct problem *problem);
/* The same, and returns the object or array, which the caller puts. */
int json_parse_text(const char *text, size_t len, bool commas, json_object **document,
		    struct problem *problem);

bool text_is_utf8(const char *text);

#endif /* DSACTL_PROFILE_JSON_TEXT_H */
