#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which stages has QEMU's intel-iommu with fsts=on?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie-backports qemu-system-x86=1:11.1.3+ds-1~bpo13+1
seen=
for options in scalable-mode=on scalable-mode=on,fsts=on; do
	ecap=$(qemu_monitor 'xp /1gx 0xfed90010' -device "intel-iommu,$options" |
		sed -n 's/^0*fed90010: //p')
	seen+="$options: first stage $((ecap >> 47 & 1)), second stage $((ecap >> 46 & 1))
"
done
expected "fsts=on adds first-stage translation to the second stage that scalable mode has, as silicon has both"
is_so "it takes its place: of the two, an IOMMU has one" \
	'scalable-mode=on: first stage 0, second stage 1
scalable-mode=on,fsts=on: first stage 1, second stage 0' "${seen%$'\n'}"
