#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does accfg_wq_is_enabled() tell whether a work queue is enabled?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libaccel-config1=4.1.8-1 libaccel-config-dev uuid-dev tcc libc6-dev
pretend_dsa
expected "accfg_wq_is_enabled() is 0 for a work queue that is disabled"
seen=$(run_accel <<'END'
	wq = accfg_wq_get_first(device);
	printf("%s: is_enabled %d, get_state %d\n", accfg_wq_get_devname(wq),
	       accfg_wq_is_enabled(wq), accfg_wq_get_state(wq));
END
)
is_so "it is 1 for each, since it looks whether the file \"mode\" is there; get_state tells" \
	"wq0.0: is_enabled 1, get_state 0" "$seen"
