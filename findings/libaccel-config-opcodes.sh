#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which word of accfg_device_get_op_cap() has the first operations?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libaccel-config1=4.1.8-1 libaccel-config-dev uuid-dev tcc libc6-dev
pretend_dsa
expected "bit N of bits[0] to bits[7], counted from bits[0], is opcode N"
seen=$(run_accel <<'END'
	struct accfg_op_cap cap;
	accfg_device_get_op_cap(device, &cap);
	printf("bits[0] %08x, bits[7] %08x\n", cap.bits[0], cap.bits[7]);
END
)
is_so "the words are as sysfs prints them, the highest first: opcodes 0 to 31 are in bits[7]" \
	"bits[0] 00000000, bits[7] 003f03ff" "$seen"
