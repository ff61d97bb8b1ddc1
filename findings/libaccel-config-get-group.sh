#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which group does accfg_wq_get_group() name?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libaccel-config1=4.1.8-1 libaccel-config-dev uuid-dev tcc libc6-dev
pretend_dsa
expected "accfg_wq_get_group() and accfg_engine_get_group() are the group that the work queue or engine is in"
seen=$(run_accel <<'END'
	wq = accfg_wq_get_first(device);
	printf("%s: group_id %d, get_group %s\n", accfg_wq_get_devname(wq),
	       accfg_wq_get_group_id(wq), accfg_group_get_devname(accfg_wq_get_group(wq)));
	engine = accfg_engine_get_first(device);
	printf("%s: group_id %d, get_group %s\n", accfg_engine_get_devname(engine),
	       accfg_engine_get_group_id(engine),
	       accfg_group_get_devname(accfg_engine_get_group(engine)));
END
)
is_so "they are the last group of the device, whatever is in it; the id is right" \
	'wq0.0: group_id 0, get_group group0.3
engine0.0: group_id 0, get_group group0.3' "$seen"
