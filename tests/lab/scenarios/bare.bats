#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Bare vdevs, whose PCI device a process emulates: each line of vdev-bare is a promise of
# theirs. Files bare-NAME.bats are NAME.bats with bare vdevs.
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2 --wqs 2
	PCI=$(listed '.devices[0].pci')
	# Not the first, so that its numbers are not the host's.
	BESIDE=$(dsactl create-vdev dsa0)
	VDEV=$(dsactl create-vdev dsa0 --served)
	export PCI BESIDE VDEV
	# Or who makes as many errors and commands as vdev-bare does is halted; see errors.bats and commands.bats.
	echo 0 >/sys/module/dsa_vdev/parameters/error_limit
	echo 10000 >/sys/module/dsa_vdev/parameters/command_limit_ms
}

vdev_is() { [ "$(vdev "$VDEV" state)" = "$1" ]; }

works() { vdev-client run "$1" --count 20 --max 65536 --irq-every 4; }

@test "it is of the bare type, on a slice as any other, and shown by that" {
	[ "$(vdev "$VDEV" type)" = idxd-2dwq-bare-v1 ]
	[ "$(vdev "$BESIDE" type)" = idxd-2dwq-v1 ]
	[ "$(listed '.slices[1].type')" = idxd-2dwq-v1 ]
	[ "$(listed '.slices[1].vdev')" = "$VDEV" ]
	[ "$(<"/sys/bus/mdev/devices/$VDEV/mdev_type/name")" = "Bare DSA vdev, 2 dedicated work queues" ]
	[ "$(<"/sys/class/mdev_bus/$PCI/mdev_supported_types/idxd-2dwq-bare-v1/available_instances")" -eq 0 ]
	dsactl -q destroy-vdev "$VDEV"
	[ "$(cat "/sys/class/mdev_bus/$PCI/mdev_supported_types/idxd-2dwq"{,-bare}-v1/available_instances | xargs)" = "1 1" ]
	dsactl create-vdev dsa0 --served --uuid "$VDEV"
}

@test "every promise of a bare vdev is kept, and its neighbour works meanwhile" {
	start_client b survive "$BESIDE" --iova 0x40000000 --max 65536 --irq-every 4 --timeout 20000
	run vdev-bare
	echo "$output"
	[ "$status" -eq 0 ]
	end_client b
	client_says b
	client_says b | grep '^moved='
}

@test "after all that nothing is pinned, and the vdev works" {
	vdev_is closed
	[ "$(vdev "$VDEV" pinned_pages)" -eq 0 ]
	works "$VDEV"
	works "$BESIDE"
}

@test "it shows whether a work queue is enabled, its actions, handles, interrupts and memory" {
	vdev_is closed
	start_client c hold "$VDEV" --max 65536 --irq-every 3	# odd: of each of its two work queues
	vdev_is enabled
	[ "$(vdev "$VDEV" pinned_pages)" -gt 0 ]
	[ "$(vdev "$VDEV" commands)" -ge 5 ]
	[ "$(vdev "$VDEV" 'vectors[2].handle')" -gt 8 ]
	for vector in 1 2; do
		irq=$(vdev "$VDEV" "vectors[$vector].irq")
		wait_for irq_passed "$irq" $(($(irq_count "$irq") + 10))
	done
	end_client c
	[[ $(client_says c) == *moved=* ]]
	vdev_is closed
	[ "$(vdev "$VDEV" commands)" -eq 0 ]
}

@test "its memory is found, pinned, counted and let go of as that of any vdev" {
	fresh dsa0 --slices 2
	a=$(dsactl create-vdev dsa0)
	b=$(dsactl create-vdev dsa0 --served)
	VDEV=$b VDEV2=$a run vdev-door memory
	echo "$output"
	[ "$status" -eq 0 ]
	VDEV=$a VDEV2=$b run vdev-door "they share"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(vdev "$b" pinned_pages)" -eq 0 ]
}

@test "a neighbour's handle, memory that was not mapped, and an interrupt of who was before reach nothing" {
	a=$(listed '.vdevs[0].uuid') b=$(listed '.vdevs[1].uuid')
	[ "$(vdev "$b" type)" = idxd-1dwq-bare-v1 ]
	start_client n hold "$a" --iova 0x40000000 --irq-every 0 --max 65536 --timeout 20000
	handle=$(client_says n | sed -n 's/^running handle=\([0-9]*\).*/\1/p')
	vdev-client bad-handle "$b" --bad-handle "$handle"
	vdev-client bad-iova "$b" --bad-iova 0x40000000
	client_says n
	end_client n
	vdev-client deaf "$b"
	vdev-client silent "$b"
	works "$a"
	works "$b"
}

@test "it is kept for the next boot, and brought back as what it was" {
	fresh dsa0 --slices 2
	uuid=$(dsactl create-vdev dsa0 --served --persist --name kept)
	dsactl -q unsplit-device dsa0 --force
	[ "$(listed '.vdevs | length')" -eq 0 ]
	dsactl restore
	[ "$(vdev "$uuid" type)" = idxd-1dwq-bare-v1 ]
	[ "$(vdev kept uuid)" = "$uuid" ]
	works "$uuid"
	dsactl -q destroy-vdev "$uuid" --persist
}
