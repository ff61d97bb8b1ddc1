#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Sixteen at once: no double use of anything.
# lab: --devices 2 --profile gnrd

load common

# sixteen COMMAND...: at once; output and status of each in N.out, N.status
sixteen() {
	local i pids=()
	for ((i = 0; i < 16; i++)); do
		one "$i" "$@" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	echo "statuses: $(statuses)"
	sort "$BATS_TEST_TMPDIR"/*.err | uniq -c
}

one() {
	local i=$1 status=0
	shift
	"$@" >"$BATS_TEST_TMPDIR/$i.out" 2>"$BATS_TEST_TMPDIR/$i.err" || status=$?
	echo "$status" >"$BATS_TEST_TMPDIR/$i.status"
}

statuses() { cat "$BATS_TEST_TMPDIR"/*.status | sort -n | uniq -c | awk '{ print $1 "x" $2 }' | paste -sd' '; }

@test "16 create-vdev on 8 slices: 8 get one each, 8 are told busy" {
	sixteen dsactl create-vdev --timeout 300
	[ "$(statuses)" = "8x0 8x5" ]
	[ "$(listed '[.vdevs[].slice] | unique | length')" -eq 8 ]
	[ "$(listed '[.vdevs[].pasid] | unique | length')" -eq 8 ]
	[ "$(listed '[.vdevs[].vectors[].irq | select(. != null)] | (unique | length) == length')" = true ]
	diff <(cat "$BATS_TEST_TMPDIR"/*.out | sort) <(listed '.vdevs[].uuid' | sort)
	[ "$(cat "$BATS_TEST_TMPDIR"/*.err | grep -c 'no free slice fits')" -eq 8 ]
}

@test "16 destroy-vdev of the same vdev: one does it, 15 do not find it" {
	sixteen dsactl destroy-vdev "$(listed '.vdevs[0].uuid')" --timeout 300
	[ "$(statuses)" = "1x0 15x4" ]
	[ "$(listed '.vdevs | length')" -eq 7 ]
}

@test "16 create-vdev of the same UUID: one does it, 15 are told busy" {
	sixteen dsactl create-vdev --uuid 11111111-2222-4333-8444-555555555555 --timeout 300
	[ "$(statuses)" = "1x0 15x5" ]
	[ "$(listed '.vdevs | length')" -eq 8 ]
}

@test "16 split and unsplit of the same device at once leave it one or the other" {
	dsactl unsplit-device all --force
	sixteen bash -c 'dsactl split-device dsa0 --timeout 300; dsactl unsplit-device dsa0 --timeout 300'
	[ "$(listed '"\(.slices | length) \([.wqs[] | select(.size > 0)] | length)"')" = "0 0" ]
}
