#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# More vectors than the interrupt message storage has: GENCAP counts entries by
# 256 and a device has at most 255 work queues, so that it is one with none.
# lab: --devices 1 --profile gnrd --ims 0

load common

@test "a device without interrupt message storage is not split, and is left alone" {
	before=$(dsactl list --wqs -o json)
	run -6 dsactl split-device dsa0
	[[ $output == *"dsa0: "*"no interrupt message storage"* ]]
	run -6 dsactl create-vdev
	[ "$(dsactl list --wqs -o json | jq -S .wqs)" = "$(jq -S .wqs <<<"$before")" ]
}

@test "list shows that it has none" {
	[ "$(listed '.devices[0].ims_size')" = 0 ]
}
