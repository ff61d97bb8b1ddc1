#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does accel-config fail when it does nothing?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie accel-config=4.1.8-1
pretend_dsa

# The exit status of a command of accel-config, and the first line it prints
try() {
	local status=0 output
	output=$(in_root accel-config "$@" 2>&1) || status=$?
	echo "$1: exit status $status, \"${output%%$'\n'*}\""
}

seen="$(try config-wq dsa0/wq0.9 --wq-size=4)
$(try enable-wq dsa0/wq0.9)
$(try load-config -c /tmp/none)
$(try config-user-default -c /tmp/none)"
expected "a command that cannot do what it is asked, and says so, fails"
is_so "config-wq and config-user-default end with success, enable-wq and load-config fail" \
	'config-wq: exit status 0, "dsa0/wq0.9 workqueue not found"
enable-wq: exit status 1, "dsa0/wq0.9 workqueue not found"
load-config: exit status 1, "config-file: /tmp/none cannot be opened: No such file or directory"
config-user-default: exit status 0, "config-file: /tmp/none cannot be opened: No such file or directory"' "$seen"
