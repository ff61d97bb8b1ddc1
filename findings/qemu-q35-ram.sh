#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What does one MiB more do to the memory of a q35 machine?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie-backports qemu-system-x86=1:11.1.3+ds-1~bpo13+1

# MiB of RAM from 4 GiB on, in a machine of SIZE MiB
high() {
	qemu_monitor 'info mtree -f' -m "$1M" |
		sed -n 's/^ *000000010*\(0\{8\}\)-0*\([0-9a-f]*\) (.*pc\.ram.*/0x\2/p' | sort -u |
		while read -r last; do echo $(((last + 1 - (4 << 30)) >> 20)); done | grep . || echo 0
}

seen="2815 MiB: $(high 2815) from 4 GiB on
2816 MiB: $(high 2816) from 4 GiB on"
expected "RAM fills the space below 4 GiB up to the PCI hole; what does not fit goes above"
is_so "up to 2815 MiB are one piece; from 2816 on 2 GiB stay below, and the rest is moved above" \
	'2815 MiB: 0 from 4 GiB on
2816 MiB: 768 from 4 GiB on' "$seen"
