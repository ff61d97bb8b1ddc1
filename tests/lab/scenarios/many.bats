#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Many vdevs at once, on devices that report no interrupt-handle command.
# lab: --cpus 2 --devices 2 --profile gnrd

load common

# all_at_once UUID...: a client on each; every one must verify all its data.
all_at_once() {
	local uuid pid pids=()
	for uuid; do
		vdev-client run "$uuid" --count 100 --max 65536 --irq-every 4 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || return
	done
}

@test "two vdevs on one device move data at once" {
	fresh dsa0 --slices 2
	mapfile -t uuids < <(dsactl create-vdev dsa0 --count 2)
	[ "${#uuids[@]}" -eq 2 ]
	run -0 all_at_once "${uuids[@]}"
	[ "$(grep -c '^moved=100 ' <<<"$output")" -eq 2 ]
}

@test "eight vdevs on two devices move data at once" {
	fresh dsa0 --slices 4
	fresh dsa1 --slices 4
	mapfile -t uuids < <(dsactl create-vdev --count 8)
	[ "${#uuids[@]}" -eq 8 ]
	[ "$(listed '[.slices[].pasid] | unique | length')" -eq 8 ]
	run -0 all_at_once "${uuids[@]}"
	[ "$(grep -c '^moved=100 ' <<<"$output")" -eq 8 ]
}

@test "a vdev with several work queues uses them all" {
	fresh dsa0 --slices 1 --wqs 4
	uuid=$(dsactl create-vdev dsa0)
	run -0 vdev-client run "$uuid" --count 200 --max 65536 --irq-every 3
	[[ $output == *wqs=4* ]]
	[ "$(vdev "$uuid" 'vectors[1:] | map(select(.interrupts > 0)) | length')" -eq 4 ]
}
