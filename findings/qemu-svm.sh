#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Can an operating system use SVA on QEMU's intel-iommu with svm=on?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie-backports qemu-system-x86=1:11.1.3+ds-1~bpo13+1
# The extended capability register, at its offset of the unit's page
ecap=$(qemu_monitor 'xp /1gx 0xfed90010' \
	-device intel-iommu,scalable-mode=on,fsts=on,svm=on,device-iotlb=on,pasid-bits=20 |
	sed -n 's/^0*fed90010: //p')
seen="ECAP: PRS $((ecap >> 29 & 1)), PASID $((ecap >> 40 & 1)), SMTS $((ecap >> 43 & 1)),"
seen+=" FSTS $((ecap >> 47 & 1)), SMPWC $((ecap >> 48 & 1))"
expected "with svm=on the IOMMU says all that sharing a process's page tables takes"
is_so "all but one: SMPWC is 0, so its page walks need not see what is in the caches of a CPU" \
	'ECAP: PRS 1, PASID 1, SMTS 1, FSTS 1, SMPWC 0' "$seen"
