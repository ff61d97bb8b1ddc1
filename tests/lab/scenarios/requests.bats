#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Page requests: what a device asks for is mapped, or refused. They come from a
# test module, as QEMU lets no device model make any.
# lab: --devices 1 --profile gnrd-cmdcap --iommu requests

load common

setup_file() {
	begin_fresh
	modprobe lab_requests
	dsactl split-device dsa0 --slices 2
	echo 0 >/sys/module/dsa_vdev/parameters/look_ms	# else what is mapped late is there before it is asked for
	A=$(dsactl create-vdev dsa0)
	PCI=$(listed '.devices[0].pci')
	export A PCI PARAMETERS=/sys/module/lab_requests/parameters
}

# request IOVA r|w [COUNT]: of the slice of A
request() { echo "$PCI $(vdev "$A" pasid) $*" > "$PARAMETERS/inject"; }

# count valid|invalid: of the answers so far.
count() { cat "$PARAMETERS/$1"; }

answered() { echo "$(count valid) $(count invalid)"; }

# all_answered N: of the requests since the module was loaded.
all_answered() { [ $(($(count valid) + $(count invalid))) -eq "$1" ]; }

@test "a page that is mapped late is reached once it was requested" {
	start_client late late "$A" --bad-iova 0x700000000
	request 0x700000000 r
	wait "$(client_pid late)"
	[[ $(client_says late) == *"reached late" ]]
	[ "$(answered)" = "1 0" ]
}

@test "an address that the owner did not map, or not for writing, is answered as invalid" {
	start_client hold hold "$A" --max 4096
	request 0x700000000 r
	request 0x200000 w
	wait_for all_answered 3
	end_client hold
	[ "$(answered)" = "2 1" ]
	[ "$(vdev "$A" requests_served) $(vdev "$A" requests_refused)" = "1 1" ]
}

@test "a client that is killed in a flood of requests leaves nothing behind" {
	start_client hold hold "$A" --max 4096
	for iova in 0x200000 0x700000000; do
		request $iova r 2000 &
	done
	run end_client hold KILL
	wait
	wait_for all_answered 4003
	[ "$(vdev "$A" pinned_pages)" -eq 0 ]
	run -0 vdev-client run "$A" --count 20 --max 4096
}

@test "a vdev may have page requests alone, or none" {
	[ "$(vdev "$A" mapping_sources)" = mappings,page-requests ]
	for mapping in prs,page-requests sweep,mappings; do
		B=$(dsactl create-vdev dsa0 --mapping "${mapping%,*}")
		[ "$(vdev "$B" mapping_sources)" = "${mapping#*,}" ]
		dsactl -q destroy-vdev "$B"
	done
}

# kernel_bytes GROUP: what the kernel has allocated for that control group, but for page tables.
kernel_bytes() { awk '$1 == "slab_unreclaimable" { print $2 }' "/run/groups/$1/memory.stat"; }
has_more() { [ "$(kernel_bytes "$1")" -ge "$2" ]; }

# The client works in the first of the 2 MiB that it has mapped; the second is reached by a request or
# a hint. For that the module allocates an array of 8 KiB, and some more.
@test "what the kernel allocates for a request, or a hint, is charged to the client's control group" {
	mkdir /run/groups
	mount -t cgroup2 groups /run/groups
	echo +memory >/run/groups/cgroup.subtree_control
	B=$(dsactl create-vdev dsa0 --mapping prs)
	for way in request hint; do
		mkdir "/run/groups/$way"
		dsactl hint-vdev "$B" 2M+1M
		start_client "$way" hold "$B" --max 4096
		client_pid "$way" >"/run/groups/$way/cgroup.procs"
		before=$(kernel_bytes "$way")
		case $way in
		request) echo "$PCI $(vdev "$B" pasid) 0x300000 r" >"$PARAMETERS/inject" ;;
		hint) dsactl hint-vdev "$B" 2M+2M ;;
		esac
		wait_for has_more "$way" $((before + 8192))
		end_client "$way"
	done
	dsactl -q destroy-vdev "$B"
	rmdir /run/groups/{request,hint}
	umount /run/groups
}

@test "nobody's requests are answered as invalid" {
	before=$(count invalid)
	request 0x200000 r
	wait_for all_answered 4005
	[ "$(count invalid)" -eq $((before + 1)) ]
}

# The test module has the memory of a process in hand.
stalled() { grep -qx lab_stall /proc/[0-9]*/comm 2>/dev/null; }
gone() { ! stalled; }

# The kernel frees what is not answered when idxd lets go of the function.
@test "unbinding idxd does not wait for who has a page that is requested, and the request is over" {
	start_client late late "$A" --bad-iova 0x700000000
	before=$(count invalid)
	echo "$(client_pid late) 8000" >"$PARAMETERS/stall"
	wait_for stalled
	request 0x700000000 r 3
	sleep 1
	[ "$(count invalid)" -eq "$before" ]
	echo "$PCI" >/sys/bus/pci/drivers/idxd/unbind
	[ "$(count invalid)" -eq $((before + 3)) ]
	stalled
	wait_for gone
	end_client late KILL || true
	echo "$PCI" >/sys/bus/pci/drivers/idxd/bind
	wait_for devices_there
	fresh dsa0 --slices 2
	A=$(dsactl create-vdev dsa0)
	run -0 vdev-client run "$A" --count 20 --max 4096
}
