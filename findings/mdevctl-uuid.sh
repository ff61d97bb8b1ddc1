#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Is what mdevctl takes as a UUID one for libuuid, too?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie mdevctl=1.4.0-2+b1 uuid-runtime=2.41.5-0+deb13u1
pretend_parent 0000:6a:01.0
seen=
for uuid in 11111111-2222-4333-8444-AAAAAAAAAAAA 11111111222243338444bbbbbbbbbbbb \
	'{11111111-2222-4333-8444-cccccccccccc}' urn:uuid:11111111-2222-4333-8444-dddddddddddd; do
	seen+="$uuid: mdevctl $(status_of mdevctl define --uuid "$uuid" --parent 0000:6a:01.0 --type dsa-wq),"
	seen+=" libuuid $(in_root uuidparse --noheadings --output VARIANT "$uuid")
"
done
seen+=$(in_root mdevctl list --defined | cut -d' ' -f1)
expected "the two take the same texts as a UUID"
is_so "mdevctl takes three forms more, and writes the one that sysfs has; libuuid takes 36 characters only" \
	'11111111-2222-4333-8444-AAAAAAAAAAAA: mdevctl exit status 0, libuuid DCE
11111111222243338444bbbbbbbbbbbb: mdevctl exit status 0, libuuid invalid
{11111111-2222-4333-8444-cccccccccccc}: mdevctl exit status 0, libuuid invalid
urn:uuid:11111111-2222-4333-8444-dddddddddddd: mdevctl exit status 0, libuuid invalid
11111111-2222-4333-8444-aaaaaaaaaaaa
11111111-2222-4333-8444-bbbbbbbbbbbb
11111111-2222-4333-8444-cccccccccccc
11111111-2222-4333-8444-dddddddddddd' "$seen"
