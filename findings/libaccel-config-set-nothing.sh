#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What does a setter return for a device that cannot be configured?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libaccel-config1=4.1.8-1 libaccel-config-dev uuid-dev tcc libc6-dev
pretend_dsa
attributes "$dsa" configurable=0
expected "setters of a device whose configuration is fixed return an error"
seen=$(run_accel <<'END'
	wq = accfg_wq_get_first(device);
	errno = 0;
	printf("set_str_mode returned %d\n", accfg_wq_set_str_mode(wq, "dedicated"));
	errno = 0;
	printf("set_threshold returned %d\n", accfg_wq_set_threshold(wq, 8));
	errno = EAGAIN;
	printf("with an old errno it returned %d\n", accfg_wq_set_threshold(wq, 8));
END
)
seen+=", mode is $(<"$dsa/wq0.0/mode"), threshold $(<"$dsa/wq0.0/threshold")"
is_so "they write nothing and return the negative errno of what failed before, 0 if nothing did; only their log says why" \
	'set_str_mode returned 0
set_threshold returned 0
with an old errno it returned -11, mode is shared, threshold 16' "$seen"
