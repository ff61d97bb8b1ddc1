/* SPDX-License-Identifier: GPL-2.0-only */
/* Each object of the library as JSON; tables are made from it, too. */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>

#include "cmd.h"

/* New objects, the caller's. */
json_object *json_device(struct dsactl_device *device);
json_object *json_wq(struct dsactl_device *device, struct dsactl_wq *wq);
json_object *json_slice(struct dsactl_slice *slice);
json_object *json_vdev(struct dsactl_vdev *vdev);
json_object *json_finding(struct dsactl_finding *finding);
json_object *json_step(struct dsactl_step *step);
/* {"version": 1}, the start of every document. */
json_object *json_document(void);

#endif /* JSON_H */
