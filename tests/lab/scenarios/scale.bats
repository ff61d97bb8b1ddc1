#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# As many functions, work queues and interrupts as the device model has.
# lab: --devices 16 --profile scale
# kernel: newest

load common

@test "16 functions have 64 work queues each, and all are listed" {
	[ "$(listed '.devices | length')" -eq 16 ]
	[ "$(listed '[.devices[].nr_wqs] | add')" -eq 1024 ]
}

@test "all 64 work queues of a function are used by vdevs, each with its vector, and so are its neighbour's" {
	dsactl -q split-device dsa0 --slices 8 --wqs 8
	dsactl -q split-device dsa15 --slices 8 --wqs 8
	mapfile -t uuids < <(dsactl create-vdev --count 16)
	[ "${#uuids[@]}" -eq 16 ]
	[ "$(listed '[.slices[].pasid] | unique | length')" -eq 16 ]
	[ "$(listed '.devices[] | select(.name == "dsa15").ims_free')" -eq $((2048 - 64)) ]
	for uuid in $(listed '.vdevs[] | select(.device == "dsa15").uuid'); do
		run -0 vdev-client run "$uuid" --count 16 --max 4096 --irq-every 1
		[[ $output == *"interrupts=16 wqs=8" ]]
	done
	[ "$(trace 15 | sed -n 's/.* done .*wq=\([0-9]*\) .*/\1/p' | sort -u | wc -l)" -eq 64 ]
	[ "$(trace 15 | grep -o 'type=ims entry=[0-9]*' | sort -u | wc -l)" -eq 64 ]
	[ "$(listed '.devices[] | select(.name == "dsa15").ims_free')" -eq $((2048 - 64)) ]
	dsactl -q unsplit-device all --force
}
