#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats and by host.bash
# What dsactl prints with -o json is what the schema promises. (Documents with
# slices and vdevs in them are looked at in the lab.)

load host.bash
bats_require_minimum_version 1.5.0

setup() { need_namespaces; }

valid() { "$BATS_TEST_DIRNAME/valid" "$@"; }

@test "each document that needs no module keeps to the schema" {
	# shellcheck disable=SC2016
	on_host 'mkdir -p /sys/bus/dsa/drivers/idxd
		pretend_device 0 0x11fb disabled
		echo 7 >/sys/bus/dsa/devices/wq0.0/occupancy' bash -c '
		"$1" list -o json
		"$1" list --wqs -o json
		"$1" check -o json 2>/dev/null
		"$1" split-device dsa0 -n -o json
		"$1" unsplit-device dsa0 -n -o json
		"$1" create-vdev -n -o json
		"$1" stat -o json' _ "$dsactl" 2>/dev/null >"$BATS_TEST_TMPDIR/documents" || true
	valid list list check change change change stat <"$BATS_TEST_TMPDIR/documents"
	[ "$(jq -s '.[1].wqs[0].occupancy, .[1].wqs[1].occupancy' "$BATS_TEST_TMPDIR/documents" |
		paste -sd' ')" = "7 null" ]
}

@test "each kind of error with -o json keeps to the schema" {
	# shellcheck disable=SC2016
	on_host true bash -c '
		"$1" frob -o json
		"$1" list -o json
		"$1" show-vdev vm1 -o json
		"$1" split-device dsa0 -o json
		"$1" --help -o json >/dev/full' _ "$dsactl" 2>"$BATS_TEST_TMPDIR/errors" || true
	valid error <"$BATS_TEST_TMPDIR/errors"
	[ "$(jq .error.exit "$BATS_TEST_TMPDIR/errors" | paste -sd' ')" = "2 6 6 6 1" ]
}

@test "what the schema does not know is noticed" {
	run -1 valid list <<<'{"version": 1, "module": true, "more": 1}'
	run -1 valid list <<<'{"version": 2, "module": true}'
	run -0 valid list <<<'{"version": 1, "module": true}'
}
