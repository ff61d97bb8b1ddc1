#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does list only look?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie accel-config=4.1.8-1
pretend_dsa
attributes "$dsa" cmd_status=9
seen="before: $(<"$dsa/cmd_status")"
in_root accel-config list --idle >/dev/null
seen+=", after: $(<"$dsa/cmd_status")"
expected "list leaves the attributes of a device as they are"
is_so "it writes 1 to cmd_status, by which idxd forgets why the last command failed (here a plain file)" \
	'before: 9, after: 1' "$seen"
