#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# The third boot: a device was taken out, and its profile is damaged besides.
# lab: --init systemd --devices 1 --profile gnrd

load common

@test "a device that is gone at a boot takes nothing from the others, and is no failure" {
	wait_for as_before "$first"
	wait_for unit_is "$first" active
	wait_for serve_is active
	wait_for systemctl is-system-running
	[ "$(seen | jq length)" -eq 4 ]
}
