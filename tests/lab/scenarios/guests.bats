#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Guests of each kernel that a supported distribution has, on hosts of both ids: they see the
# vdev without a word on QEMU's command line, and move data through it, with interrupts. Six guests
# take minutes, so the other kernel's host is for "make check-guest".
# kernel: newest
# lab: --devices 2 --profile spr-cmdcap,gnrd-cmdcap
# long

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 1 --allow-unsafe-portal
	dsactl split-device dsa1 --slices 1
}

teardown_file() {
	dsactl unsplit-device dsa0
	dsactl unsplit-device dsa1
}

# works KERNEL DEVICE HOST_ID
works() {
	local vdev
	[ "$(cat "/sys/bus/dsa/devices/$2/../device")" = "$3" ]
	vdev=$(dsactl create-vdev "$2")
	run -0 "$BATS_TEST_DIRNAME/../guest" --kernel "$1" --vdev "$vdev" bind list copy_1M unbind
	echo "$output"
	dsactl destroy-vdev "$vdev"
}

@test "a guest of Debian 12 (6.1) works on a host of 8086:0b25" { works 6.1 dsa0 0x0b25; }
@test "a guest of Debian 12 (6.1) works on a host of 8086:11fb" { works 6.1 dsa1 0x11fb; }
@test "a guest of Debian 13 (6.12) works on a host of 8086:0b25" { works 6.12 dsa0 0x0b25; }
@test "a guest of Debian 13 (6.12) works on a host of 8086:11fb" { works 6.12 dsa1 0x11fb; }
@test "a guest of the newest kernel works on a host of 8086:0b25" { works newest dsa0 0x0b25; }
@test "a guest of the newest kernel works on a host of 8086:11fb" { works newest dsa1 0x11fb; }
