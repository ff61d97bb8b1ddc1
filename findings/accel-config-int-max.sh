#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Is each number that config-wq takes written?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie accel-config=4.1.8-1
pretend_dsa
seen=
for bytes in 2147483646 2147483647 2147483648; do
	attributes "$dsa/wq0.0" max_transfer_size=
	status=$(status_of accel-config config-wq dsa0/wq0.0 --max-transfer-size=$bytes)
	seen+="$bytes: $status, written \"$(<"$dsa/wq0.0/max_transfer_size")\"
"
done
expected "config-wq writes --max-transfer-size to the work queue, or fails"
is_so "2147483647 is what it has for \"not given\": that number alone is not written, with success" \
	'2147483646: exit status 0, written "2147483646"
2147483647: exit status 0, written ""
2147483648: exit status 0, written "2147483648"' "${seen%$'\n'}"
