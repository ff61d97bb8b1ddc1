#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does lstopo show where the accelerators are?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# pci_function ADDRESS DEVICE-ID CLASS: of Intel, below the bridge of node 0
pci_function() {
	local folder=/sys/devices/pci0000:6a/$1
	attributes "$root$folder" "vendor=0x8086" "device=0x$2" "class=0x$3" numa_node=0
	# Vendor, device, command, status, revision, class: the first 12 bytes, little-endian.
	printf %b "\\x86\\x80\\x${2:2}\\x${2:0:2}\\x06\\0\\0\\0\\0\\x${3:4}\\x${3:2:2}\\x${3:0:2}" >"$root$folder/config"
	truncate -s 256 "$root$folder/config"
	mkdir -p "$root/sys/bus/pci/devices"
	ln -s "$folder" "$root/sys/bus/pci/devices/"
}

# The accelerators that lstopo shows with OPTIONS of the pretended host
shown() {
	HWLOC_FSROOT=/ HWLOC_THISSYSTEM=0 HWLOC_COMPONENTS=linux,stop \
		in_root lstopo-no-graphics --of console "$@" | grep -o 'PCI .*' | paste -sd, || echo none
}

fetch_root trixie hwloc-nox=2.12.0-4
pci_function 0000:6a:01.0 0b25 088000
pci_function 0000:6b:00.0 4940 0b4000
attributes "$root/sys/devices/system/cpu" online=0 possible=0 present=0
attributes "$root/sys/devices/system/cpu/cpu0/topology" physical_package_id=0 core_id=0 \
	thread_siblings=1 core_cpus=1 package_cpus=1 core_siblings=1
attributes "$root/sys/devices/system/node" online=0 possible=0
attributes "$root/sys/devices/system/node/node0" cpumap=1 'meminfo=Node 0 MemTotal: 1000000 kB'
seen="lstopo: $(shown)
lstopo --whole-io: $(shown --whole-io)"
expected "lstopo shows a DSA beside its memory as it shows a QAT, since where it is matters as much"
is_so "a QAT has the PCI class of a co-processor and is shown; a DSA is a \"system peripheral\" and is not" \
	'lstopo: PCI 6b:00.0 (Co-Processor)
lstopo --whole-io: PCI 6a:01.0 (SystemPeripheral),PCI 6b:00.0 (Co-Processor)' "$seen"
