#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does numactl take a PCI device as its manual page writes it?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie numactl=2.0.19-1 libnuma-dev tcc libc6-dev
pci=/sys/devices/pci0000:6a/0000:6a:01.0
attributes "$root$pci" numa_node=0
attributes "$root/sys/devices/system/node" online=0 possible=0
attributes "$root/sys/devices/system/node/node0" cpumap=1
mkdir -p "$root/sys/bus/pci/devices" "$root/sys/devices/system/cpu"
ln -s "$pci" "$root/sys/bus/pci/devices/"

documented=$(in_root numactl --help 2>&1 | grep -o 'pci:\[seg:\][^ ]*' || :)
seen="numactl --help: $documented
$(run_c numa 2>/dev/null <<'END'
#include <numa.h>
#include <stdio.h>

int main(void)
{
	const char *texts[] = { "pci:0000:6a:01:0", "pci:0000:6a:01:7", "pci:6a:01:0", "pci:6a:01.0", "pci:0000:6a:01.7" };

	for (int i = 0; i < 5; i++) {
		struct bitmask *nodes = numa_parse_nodestring(texts[i]);

		printf("%s: %s\n", texts[i], nodes && numa_bitmask_isbitset(nodes, 0) ? "node 0" : "none");
	}
	return 0;
}
END
)"
expected "function 0, which is there, has a node, and function 7, which is not, has none, when written so"
is_so "only a point goes before a function: after a colon it is not looked at, or all is taken for another address" \
	"numactl --help: pci:[seg:]bus:dev[:func]
pci:0000:6a:01:0: node 0
pci:0000:6a:01:7: node 0
pci:6a:01:0: none
pci:6a:01.0: node 0
pci:0000:6a:01.7: none" "$seen"
