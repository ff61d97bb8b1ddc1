#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The VFIO face of a vdev: each line of vdev-door is a promise of it.
# lab: --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2
	# Not the first, so that its numbers are not the host's.
	VDEV2=$(dsactl create-vdev dsa0)
	VDEV=$(dsactl create-vdev dsa0)
	export VDEV VDEV2
	modprobe lab_bypass
}

@test "every promise of the VFIO interface is kept" {
	run vdev-door
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "after all that nothing is pinned, and the vdev works" {
	[ "$(vdev "$VDEV" pinned_pages)" -eq 0 ]
	[ "$(vdev "$VDEV" state)" = closed ]
	run -0 vdev-client run "$VDEV" --count 20 --max 65536
}

@test "the limit of locked memory is told once, clearly, and ends no one else's work" {
	dmesg -C
	run setpriv --bounding-set=-ipc_lock prlimit --memlock=262144 \
		vdev-client run "$VDEV" --count 8 --max 65536 --timeout 1000
	[ "$status" -eq 1 ]
	[ "$(dmesg | grep -c "$VDEV: .*RLIMIT_MEMLOCK of vdev-client.*: raise it by")" -ge 1 ]
	[ "$(dmesg | grep -c "raise it by")" -le 3 ]
	run -0 vdev-client run "$VDEV" --count 20 --max 65536
}
