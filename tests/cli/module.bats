#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for inner shells
# The pretended module: what other tests here count on. Whether the true one does the same
# is what the lab tests.

load host.bash
load module.bash
bats_require_minimum_version 1.5.0

setup_file() { module_build "$BATS_FILE_TMPDIR"; }

setup() { need_namespaces; }

two='. "${0%/*}/module.bash"; mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled; pretend_device 1 0x11fb disabled; pretend_module'

# with_module 'SCRIPT' [ARGUMENT]...: on a host of two devices; dsactl is in PATH.
with_module() {
	on_host "$two" env LD_PRELOAD="$BATS_FILE_TMPDIR/module.so" PATH="${dsactl%/*}:$PATH" bash -ec "$@"
}

@test "a device is split, has a vdev, and is whole again, and all of it is as before" {
	run -0 --separate-stderr with_module '
		state() { dsactl list -o json | jq -cS "del(.boot)"; }
		before=$(state)
		dsactl split-device dsa0 --slices 2
		dsactl create-vdev dsa0 --name vm1 --owner alice >/dev/null
		dsactl list -o json | jq -c "[.slices[].state], [.vdevs[] | [.name, .owner, .device, .foreign]]"
		! dsactl create-vdev dsa0 --name vm1 || exit 1
		! dsactl unsplit-device dsa0 || exit 1
		dsactl destroy-vdev vm1 --owner alice
		dsactl unsplit-device dsa0
		[ "$(state)" = "$before" ]'
	[ "$output" = $'["used","ready"]\n[["vm1","alice","dsa0",false]]' ]
	[[ $stderr == *"a vdev of this name exists"*"is on it"* ]]
}

@test "a profile that was applied is what the devices are like" {
	run -0 with_module '
		dsactl apply-profile profiles/slice-per-wq.json -o json | jq -c "[.steps[].step]"
		dsactl apply-profile profiles/slice-per-wq.json -o json | jq -c "[.steps[].step]"
		dsactl diff-profile profiles/slice-per-wq.json'
	[ "$output" = $'["configure","configure"]\n[]' ]
}
