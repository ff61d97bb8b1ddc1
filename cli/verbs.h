/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs, for the table. Each is in a file cmd_*.c, parses nothing, asks the library, prints,
 * and returns an enum exit_code.
 */
#ifndef VERBS_H
#define VERBS_H

#include "table.h"

cmd_fn cmd_list, cmd_check, cmd_monitor, cmd_stat;
cmd_fn cmd_device_split, cmd_device_unsplit;
cmd_fn cmd_profile_save, cmd_profile_apply, cmd_profile_diff, cmd_profile_list, cmd_profile_show;
cmd_fn cmd_profile_delete, cmd_profile_import, cmd_profile_export, cmd_profile_enable;
cmd_fn cmd_profile_disable, cmd_profile_restore;
cmd_fn cmd_vdev_create, cmd_vdev_destroy, cmd_vdev_hint, cmd_vdev_show, cmd_vdev_serve;

/* What they show as tables, ended by one without a name. */
extern const struct table list_tables[], stat_tables[], profile_tables[];

#endif /* VERBS_H */
