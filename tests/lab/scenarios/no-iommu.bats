#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Without an IOMMU nothing could isolate a vdev: nothing is made.
# lab: --devices 1 --profile gnrd --iommu off

load common

@test "check says that the IOMMU is missing and what to do" {
	run -6 dsactl check
	[[ $output == *"no IOMMU"*"intel_iommu=on,sm_on"* ]]
	[[ $output == *"PASID is not enabled"* ]]
}

@test "split-device is not supported here, names the reason, and leaves the device alone" {
	before=$(dsactl list --wqs -o json)
	run -6 dsactl split-device dsa0
	[[ $output == *"dsa0: no PASID can be attached to it"*"intel_iommu=on,sm_on"* ]]
	run -6 dsactl create-vdev
	[ "$(dsactl list --wqs -o json | jq -S .wqs)" = "$(jq -S .wqs <<<"$before")" ]
}

@test "list works" {
	run -0 dsactl list
	[[ $output == *dsa0* ]]
}
