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

@test "list shows what is of a device, a type, a node or an owner, and these compose" {
	run -0 --separate-stderr with_module '
		shown() { dsactl list --wqs --devices --slices --vdevs --at-boot "$@" -o json | jq -c "[(.devices | map(.name)), (.wqs | length), (.slices | map(.device)), (.vdevs | map(.name)), (.boot | map(.name))]"; }
		dsactl split-device all --slices 2
		dsactl create-vdev dsa0 --name a --owner alice --persist >/dev/null
		dsactl create-vdev dsa1 --name b --owner bob >/dev/null
		dsactl create-vdev dsa1 --name c --owner alice >/dev/null
		shown --device dsa0
		shown --device 0000:01:05.0
		shown --owner alice
		shown --owner alice --device dsa1
		shown --owner nobody
		shown --type dsa --numa 1
		shown --type iax
		shown --type idxd-1dwq-v1 --owner alice
		shown --type idxd-2dwq-v1'
	diff - <(echo "$output") <<-'END'
		[["dsa0"],8,["dsa0","dsa0"],["a"],["a"]]
		[["dsa1"],8,["dsa1","dsa1"],["b","c"],[]]
		[[],0,["dsa0","dsa1"],["a","c"],["a"]]
		[[],0,["dsa1"],["c"],[]]
		[[],0,[],[],[]]
		[["dsa1"],8,["dsa1","dsa1"],["b","c"],[]]
		[[],0,[],[],[]]
		[[],0,["dsa0","dsa1"],["a","c"],[]]
		[[],0,[],[],[]]
	END
}
