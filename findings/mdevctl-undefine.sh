#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which definition does undefine take when a UUID has two?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie mdevctl=1.4.0-2+b1
pretend_parent 0000:6a:01.0
pretend_parent 0000:6f:01.0
uuid=11111111-2222-4333-8444-555555555555
for parent in 0000:6a:01.0 0000:6f:01.0; do
	in_root mdevctl define --uuid $uuid --parent $parent --type dsa-wq
done
seen="start: $(status_of mdevctl start --uuid $uuid)
undefine: $(status_of mdevctl undefine --uuid $uuid), $(in_root mdevctl list --defined | wc -l) of 2 are left"
expected "undefine asks for the parent, as start does, where two parents have a definition of that UUID"
is_so "undefine takes both" \
	'start: exit status 1
undefine: exit status 0, 0 of 2 are left' "$seen"
