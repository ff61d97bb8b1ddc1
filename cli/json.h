/* SPDX-License-Identifier: GPL-2.0-only */
/* Each object of the library as JSON; tables are made from it, too. */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>

#include "cmd.h"

/* New objects, the caller's. @whole: also with what takes long to read and is in few tables. */
json_object *json_device(struct dsactl_device *device, bool whole);
json_object *json_wq(struct dsactl_device *device, struct dsactl_wq *wq, bool whole);
json_object *json_slice(struct dsactl_slice *slice);
json_object *json_vdev(struct dsactl_vdev *vdev);
/* One that the next boot brings. */
json_object *json_kept(const struct dsactl_kept *kept);
json_object *json_quota(const struct dsactl_quota *quota);
json_object *json_finding(struct dsactl_finding *finding);
/* With the devices that are restored from it. */
json_object *json_profile(struct dsactl_ctx *ctx, struct dsactl_profile *profile);
json_object *json_difference(struct dsactl_difference *difference);
json_object *json_step(struct dsactl_step *step);
/* An event, which is a document by itself. */
json_object *json_event(const struct dsactl_event *event);
/* How busy one vector is, and the work queue (or NULL) that signals through it. */
json_object *json_stat(struct dsactl_vdev *vdev, struct dsactl_vector *vector,
		       struct dsactl_wq *wq);
/* {"version": 1}, the start of every document. */
json_object *json_document(void);
/* The same with the time, for streams of them. */
json_object *json_document_now(void);

#endif /* JSON_H */
