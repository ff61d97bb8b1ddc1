#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does DPDK look at the mode of a work queue?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie librte-dma-idxd25=24.11.8-0+deb13u1 librte-bus-vdev25 tcc libc6-dev
pretend_dsa
attributes "$dsa" state=enabled
attributes "$dsa/wq0.0" name=dpdk_app state=enabled
mkdir -p "$root"/dev/dsa "$root"/dev/hugepages "$root"/sys/devices/system/{cpu/cpu0/topology,node/node0/cpu0}
echo 0 >"$root/sys/devices/system/cpu/cpu0/topology/core_id"
truncate -s 4096 "$root/dev/dsa/wq0.0"
cat >"$root/tmp/program.c" <<'END'
#include <stdint.h>
#include <stdio.h>

int rte_eal_init(int argc, char **argv);
uint16_t rte_dma_count_avail(void);

int main(int argc, char **argv)
{
	if (rte_eal_init(argc, argv) < 0)
		return 1;
	printf("%d\n", rte_dma_count_avail());
	return 0;
}
END
libraries=/usr/lib/x86_64-linux-gnu
seen="mode $(<"$dsa/wq0.0/mode"), devices $(in_root tcc $libraries/librte_eal.so.25 $libraries/librte_dmadev.so.25 -run /tmp/program.c \
	--no-huge --no-pci --no-telemetry -m 64 -l 0 -d $libraries/librte_dma_idxd.so.25 2>&1 | tail -n 1)"
expected "DPDK submits with MOVDIR64B, which is for dedicated work queues, so it takes none that is shared"
is_so "the name \"dpdk_...\" and the type \"user\" are what counts: a shared one is a DMA device that is ready" \
	'mode shared, devices 1' "$seen"
