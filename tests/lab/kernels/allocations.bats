#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation that the module makes for a command fails once: the command says why, or
# did without; the next try works; and what is left over is as before. On the kernel
# "debug". How many there were is told for each command.
# lab: --devices 1 --profile gnrd-cmdcap --timeout 1800
#
# VFIO gives back a group that it could not make without its IOMMU group, which it leaks.
# known: WARNING: CPU: .* at drivers/vfio/group\.c:[0-9]+ vfio_group_release

load ../scenarios/common

FAULTS=(/sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc)
UUID=5b5b3f6a-0d3c-4f9e-8a34-6d1d0c6f7e01

setup_file() {
	modprobe dsa_vdev	# its own machine is fresh
	choose_calls
}

# set_each FILE VALUE: of both kinds of allocation, slabs and pages.
set_each() {
	local fault
	for fault in "${FAULTS[@]}"; do
		[ ! -e "$fault/$1" ] || echo "$2" >"$fault/$1"
	done
}

# Calls that may sleep count, too, and pages of every order.
choose_calls() {
	set_each ignore-gfp-wait N
	set_each ignore-gfp-highmem N
	set_each min-order 0
	set_each verbose 0
}

# Only what is called below the addresses from BEGIN to END counts.
only_below() {
	set_each require-start "$1"
	set_each require-end "$2"
}

only_below_module() {
	local begin end
	read -r begin end < <(awk '$4 == "[dsa_vdev]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort | sed -n '1p;$p' | xargs)
	only_below "0x$begin" "$(printf '0x%x' $((0x$end + 4096)))"
}

# fails_each NAME DONE UNDO COMMAND...: has the first, the second, ... allocation of COMMAND
# fail until it has no more. What it refuses it does when it is tried again, and what it
# did without is DONE; then UNDO.
fails_each() {
	local name=$1 done=$2 undo=$3 nth=0 status said refused=0
	shift 3
	while true; do
		nth=$((nth + 1)) status=0
		dmesg -C
		said=$(fail-nth $nth "$@" 2>&1 >/dev/null) || status=$?
		[ $status != 77 ] || break
		echo "$name, allocation $nth: status $status${said:+: $said}"
		((status < 125)) || return 1
		if [ $status != 0 ]; then
			refused=$((refused + 1))
			[ -n "$said" ] || return 1
			"$@" >/dev/null || return 1
		fi
		$done || return 1
		$undo || return 1
	done
	$done && $undo || return 1
	echo "# $name: $((nth - 1)) allocations failed once, $refused of them ended the command" >&3
	[ $nth -gt 1 ]
}

split() { dsactl -q split-device dsa0 --slices 2; }
unsplit() { dsactl -q unsplit-device dsa0 --force; }
slices_are() { [ "$(listed '.slices | length')" = "$1" ]; }
is_split() { slices_are 2; }
is_whole() { slices_are 0; }
is_there() { [ -e /sys/bus/mdev/devices/$UUID ]; }
is_gone() { ! is_there; }

@test "splitting a device" {
	only_below_module
	before=$(inventory)
	fails_each split-device is_split unsplit dsactl split-device dsa0 --slices 2
	[ "$(inventory)" = "$before" ]
}

# In the kernel alone, which is quick: of dsactl and its libraries nothing is counted.
create_file() { echo /sys/bus/pci/devices/*/mdev_supported_types/idxd-1dwq-v1/create; }
make_vdev() { echo $UUID >"$(create_file)"; }
remove_vdev() { echo 1 >/sys/bus/mdev/devices/$UUID/remove; }

@test "creating a vdev and destroying it" {
	only_below_module
	split
	before=$(inventory)
	fails_each "creating a vdev" is_there remove_vdev sh -c "echo $UUID >$(create_file)"
	make_vdev
	fails_each "destroying it" is_gone make_vdev sh -c "echo 1 >/sys/bus/mdev/devices/$UUID/remove"
	remove_vdev
	[ "$(inventory)" = "$before" ]
}

@test "reserving a slice for a vdev" {
	only_below_module
	before=$(inventory)
	fails_each create-vdev is_there remove_vdev dsactl create-vdev dsa0 --uuid $UUID --name alloc
	[ "$(inventory)" = "$before" ]
}

# The client is root, whose memory has no limit.
limit_is_named() { dmesg | grep RLIMIT_MEMLOCK; }
no_limit_is_named() { ! limit_is_named; }

@test "a vdev at work: its opening, interrupts, commands, memory and end" {
	only_below_module
	make_vdev
	before=$(inventory)
	fails_each "a vdev at work" no_limit_is_named true vdev-client run $UUID --count 4 --max 65536 --irq-every 2
	[ "$(inventory)" = "$before" ]
}

@test "listing and showing all of it, and hints" {
	only_below_module
	before=$(inventory)
	fails_each list true true dsactl list -o json
	fails_each show-vdev true true dsactl show-vdev $UUID
	fails_each hint-vdev true true dsactl -q hint-vdev $UUID 0x200000+0x200000
	dsactl -q hint-vdev $UUID none
	[ "$(inventory)" = "$before" ]
}

@test "an event that cannot be told is told to be lost" {
	only_below_module
	start_monitor m
	fails_each "destroying it with a listener" is_gone make_vdev sh -c "echo 1 >/sys/bus/mdev/devices/$UUID/remove"
	wait_for grep -q '"lost"' "$BATS_FILE_TMPDIR/m"
	end_client m
	remove_vdev
}

@test "making a device whole again" {
	only_below_module
	fails_each unsplit-device is_whole split dsactl -q unsplit-device dsa0 --force
	unsplit
}

# From a place in memory: what the files of the root folder need is not the module's.
insert() { "$DIR/busybox" insmod "$DIR/dsa_vdev.ko" && only_below_module; }
remove() { "$DIR/busybox" rmmod dsa_vdev; }
is_used() { ls -d /sys/bus/pci/devices/*/mdev_supported_types >/dev/null 2>&1; }
is_used_or_told() { is_used || dmesg | grep -q 'dsa_vdev: function not used: error -12: load the module again'; }

@test "loading the module and unloading it" {
	rmmod dsa_vdev
	before=$(inventory)
	DIR=$(mktemp -d /dev/shm/load.XXXX)
	cp "$(modinfo -n dsa_vdev)" /bin/busybox "$DIR"
	only_below 0xffffffffa0000000 0xffffffffff000000	# all modules: where it will be is not known
	fails_each "loading the module" is_used_or_told remove "$DIR/busybox" insmod "$DIR/dsa_vdev.ko"
	insert
	fails_each "unloading it" true insert "$DIR/busybox" rmmod dsa_vdev
	remove
	rm -r "$DIR"
	[ "$(inventory)" = "$before" ]
}

# Also those of the module's own work, which no command waits for.
fail_at_random() {
	set_each interval 1
	set_each times "${1:--1}"
	set_each probability "$2"
}

@test "allocations that fail at random in any task end what they are for, and nothing later" {
	local end n=0
	modprobe dsa_vdev
	only_below_module
	fresh dsa0 --slices 2
	make_vdev
	before=$(inventory)
	fail_at_random -1 10
	end=$((SECONDS + 60 * ${LAB_SLOW:-1} / 4))
	while ((SECONDS < end)); do
		n=$((n + 1))
		vdev-client run $UUID --count 4 --max 65536 --irq-every 2 --timeout 1000 || true
		dsactl -q hint-vdev $UUID 0x200000+0x200000 || true
		! ((n % 4)) || continue
		remove_vdev || true
		make_vdev || true
	done >/dev/null 2>&1
	fail_at_random 0 0
	echo "# $n rounds" >&3
	is_there || make_vdev
	dsactl -q hint-vdev $UUID none
	vdev-client run $UUID --count 16 --max 65536 --irq-every 2
	[ "$(inventory)" = "$before" ]
}
