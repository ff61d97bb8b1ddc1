#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation that the module makes for a command fails once: the command says why, or
# did without; the next try works; and what is left over is as before. On the kernel
# "debug". How many there were is told for each command. Each test runs alone, too: "make
# check-debug" has a machine for each tag.
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
# fail until it has no more, or each that STRIDE leads to. What it refuses it does when it
# is tried again, and what it did without is DONE; then UNDO.
STRIDE=1
fails_each() {
	local name=$1 done=$2 undo=$3 nth status said refused=0 failed=0
	shift 3
	for ((nth = 1; ; nth += STRIDE)); do
		status=0
		dmesg -C
		said=$(fail-nth $nth "$@" 2>&1 >/dev/null) || status=$?
		[ $status != 77 ] || break
		failed=$((failed + 1))
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
	echo "# $name: $failed allocations failed once, $refused of them ended the command" >&3
	[ $failed -gt 0 ]
}

split() { dsactl -q split-device dsa0 --slices 2; }
unsplit() { dsactl -q unsplit-device dsa0 --force; }
slices_are() { [ "$(listed '.slices | length')" = "$1" ]; }
is_split() { slices_are 2; }
is_whole() { slices_are 0; }
is_there() { [ -e /sys/bus/mdev/devices/$UUID ]; }
is_gone() { ! is_there; }

is_as_before() { diff <(echo "$before") <(inventory); }

# What a test begins with.
with_slices() { modprobe dsa_vdev && { slices_are 2 || split; }; }
with_vdev() { with_slices && { is_there || make_vdev; }; }
# A vector has its folder below /proc/irq from its first use on.
with_used_vdev() { with_vdev && vdev-client run $UUID --count 4 --max 4096; }
without_vdev() { with_slices && { is_gone || remove_vdev; }; }
with_nothing() { modprobe dsa_vdev && { is_whole || unsplit; }; }

# Each allocation is met in the kernel alone, step by step (slices), which is quicker.
# bats test_tags=split
@test "splitting a device and making it whole again" {
	STRIDE=12
	with_nothing
	only_below_module
	before=$(inventory)
	fails_each split-device is_split unsplit dsactl split-device dsa0 --slices 2
	is_as_before
	split
	fails_each unsplit-device is_whole split dsactl -q unsplit-device dsa0 --force
	unsplit
	is_as_before
}

# With one slice, which has the first id; whether it is there is told by the call that undoes it.
make_slice() { slice-call new dsa0 "$wq"; }
delete_slice() { slice-call del 0; }
BINDINGS=/sys/bus/dsa/drivers/dsa_vdev
is_bound() { [ -e $BINDINGS/wq0."$wq" ]; }
is_unbound() { ! is_bound; }
bind_wq() { echo wq0."$wq" >$BINDINGS/bind; }
unbind_wq() { echo wq0."$wq" >$BINDINGS/unbind; }

# bats test_tags=slice
@test "making a slice, binding its work queue, unbinding it, deleting the slice" {
	with_nothing
	dsactl -q split-device dsa0 --slices 1
	wq=$(listed '.slices[0].wqs[0]')
	[ "$(listed '.slices[0].id')" = 0 ]
	only_below_module
	before=$(inventory)
	fails_each "unbinding a work queue" is_unbound bind_wq sh -c "echo wq0.$wq >$BINDINGS/unbind"
	unbind_wq
	fails_each "binding it" is_bound unbind_wq sh -c "echo wq0.$wq >$BINDINGS/bind"
	fails_each "deleting a slice" true make_slice slice-call del 0
	delete_slice
	fails_each "making it" true delete_slice slice-call new dsa0 "$wq"
	make_slice
	bind_wq
	is_as_before
	unsplit
}

create_file() { echo /sys/bus/pci/devices/*/mdev_supported_types/idxd-1dwq-v1/create; }
make_vdev() { echo $UUID >"$(create_file)"; }
remove_vdev() { echo 1 >/sys/bus/mdev/devices/$UUID/remove; }

# bats test_tags=vdev
@test "creating a vdev and destroying it" {
	without_vdev
	only_below_module
	before=$(inventory)
	fails_each "creating a vdev" is_there remove_vdev sh -c "echo $UUID >$(create_file)"
	make_vdev
	fails_each "destroying it" is_gone make_vdev sh -c "echo 1 >/sys/bus/mdev/devices/$UUID/remove"
	remove_vdev
	is_as_before
}

# bats test_tags=vdev
@test "reserving a slice for a vdev" {
	without_vdev
	only_below_module
	before=$(inventory)
	fails_each create-vdev is_there remove_vdev dsactl create-vdev dsa0 --uuid $UUID --name alloc
	is_as_before
}

# The client is root, whose memory has no limit.
limit_is_named() { dmesg | grep RLIMIT_MEMLOCK; }
no_limit_is_named() { ! limit_is_named; }

# bats test_tags=work
@test "a vdev at work: its opening, interrupts, commands, memory and end" {
	with_used_vdev
	only_below_module
	before=$(inventory)
	fails_each "a vdev at work" no_limit_is_named true vdev-client run $UUID --count 4 --max 65536 --irq-every 2
	is_as_before
}

# bats test_tags=list
@test "listing and showing all of it, and hints" {
	with_vdev
	only_below_module
	before=$(inventory)
	fails_each list true true dsactl list -o json
	fails_each show-vdev true true dsactl show-vdev $UUID
	fails_each hint-vdev true true dsactl -q hint-vdev $UUID 0x200000+0x200000
	dsactl -q hint-vdev $UUID none
	is_as_before
}

# bats test_tags=vdev
@test "an event that cannot be told is told to be lost" {
	with_vdev
	only_below_module
	start_monitor m
	fails_each "destroying it with a listener" is_gone make_vdev sh -c "echo 1 >/sys/bus/mdev/devices/$UUID/remove"
	wait_for grep -q '"lost"' "$BATS_FILE_TMPDIR/m"
	end_client m
	remove_vdev
}

# From a place in memory: what the files of the root folder need is not the module's.
insert() { "$DIR/busybox" insmod "$DIR/dsa_vdev.ko" && only_below_module; }
remove() { "$DIR/busybox" rmmod dsa_vdev; }
is_used() { ls -d /sys/bus/pci/devices/*/mdev_supported_types >/dev/null 2>&1; }
is_used_or_told() { is_used || dmesg | grep -q 'dsa_vdev: function not used: error -12: load the module again'; }

# bats test_tags=load
@test "loading the module and unloading it" {
	with_nothing
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
	is_as_before
}

# Also those of the module's own work, which no command waits for.
fail_at_random() {
	set_each interval 1
	set_each times "${1:--1}"
	set_each probability "$2"
}

# Only what is called below this function of the module counts.
only_below_function() {
	local begin end
	read -r begin end < <(awk '$4 == "[dsa_vdev]" && $2 ~ /[tT]/ { print "0x" $1, $3 }' /proc/kallsyms | sort |
		awk -v name="$1" 'begin { print begin, $1; exit } $2 == name { begin = $1 }')
	only_below "$begin" "$end"
}

mapping_is() { [ "$(vdev $UUID mapping_state)" = "$1" ]; }

# bats test_tags=random
@test "memory for which the kernel has none to map it with is mapped when there is some" {
	with_used_vdev
	only_below_function vdsa_share_take
	fail_at_random -1 100
	start_client ahead master $UUID
	wait_for mapping_is failed
	fail_at_random 0 0
	wait_for mapping_is complete
	[ "$(vdev $UUID mapped_bytes)" -eq "$(vdev $UUID wanted_bytes)" ]
	end_client ahead
}

# bats test_tags=random
@test "allocations that fail at random in any task end what they are for, and nothing later" {
	local end n=0
	with_used_vdev
	only_below_module
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
	is_as_before
}
