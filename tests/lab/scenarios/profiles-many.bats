#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# One profile for many devices.
# lab: --devices 8 --profile gnrd

load common

@test "64 vdevs on 8 devices are applied as one change, and saved they are the same" {
	printf '{"version":1,"devices":[{"match":{"type":"dsa"},"groups":[{"slices":[{"count":"max","wqs":[{}],
		"vdev":{}}]}]}]}' >"$BATS_TEST_TMPDIR/p.json"
	run -0 dsactl -q apply-profile "$BATS_TEST_TMPDIR/p.json"
	[ "$(listed '[.vdevs[].uuid] | unique | length')" -eq 64 ]
	[ "$(listed '[.vdevs[].pasid] | unique | length')" -eq 64 ]
	dsactl save-profile all
	run -0 dsactl apply-profile "$BATS_TEST_TMPDIR/p.json"
	[ -z "$output" ]
	run -0 dsactl apply-profile all
	[ -z "$output" ]
	dsactl unsplit-device all --force
}
