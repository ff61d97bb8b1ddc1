#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# With an IOMMU that knows no PASIDs a vdev could not be kept apart from others.
# lab: --devices 1 --profile gnrd --iommu legacy

load common

@test "check says that scalable mode is missing and what to do" {
	run -6 dsactl check
	[[ $output == *"no scalable mode"* ]]
	[[ $output == *"PASID is not enabled"* ]]
}

@test "split-device is not supported here, names the reason, and leaves the device alone" {
	before=$(dsactl list --wqs -o json)
	run -6 dsactl split-device dsa0
	[[ $output == *"dsa0: no PASID can be attached to it"*"sm_on"* ]]
	run -6 dsactl create-vdev
	[ "$(dsactl list --wqs -o json | jq -S .wqs)" = "$(jq -S .wqs <<<"$before")" ]
}
