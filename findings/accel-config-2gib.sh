#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does list show a device's largest transfer?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# The largest transfer that the list has of a device that can do BYTES
listed() {
	attributes "$dsa" "max_transfer_size=$1" state=enabled
	attributes "$dsa/wq0.0" state=enabled
	in_root accel-config list | sed -n 's|^    "max_transfer_size":\(.*\),|\1|p' | grep . || echo not listed
}

fetch_root bookworm accel-config=3.5.3-1
pretend_dsa
seen="3.5.3, 2147483648: $(listed 2147483648)"
fetch_root trixie accel-config=4.1.8-1
pretend_dsa
seen+="
4.1.8, 2147483647: $(listed 2147483647)
4.1.8, 2147483648: $(listed 2147483648)"
expected "list shows the largest transfer of a DSA, which is 2 GiB on Sapphire Rapids, in each version"
is_so "4.1.8 leaves it out from 2 GiB on" \
	'3.5.3, 2147483648: 2147483648
4.1.8, 2147483647: 2147483647
4.1.8, 2147483648: not listed' "$seen"
