#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# The second boot: all is there again; then devices come late, go, change their names.
# lab: --init systemd --devices 2 --profile gnrd

load common

own=22222222-2222-4333-8444-555555555555	# mdevctl's

@test "after a boot the same vdevs are there, with their UUIDs, names and owners, and nothing has failed" {
	wait_for unit_is "$first" active
	wait_for unit_is "$second" active
	wait_for as_before
	wait_for serve_is active
	wait_for systemctl is-system-running
	run -0 dsactl diff-profile device1
	[ -z "$output" ]
	vdev-client run "$(vdev vm1 uuid)" --count 20 --max 4096
}

@test "restoring again changes nothing" {
	run -0 dsactl restore --dry-run
	[ -z "$output" ]
	systemctl restart "dsactl-restore@$first.service"
	as_before
}

@test "what a create-vdev --persist that was killed has written is undone by the unit" {
	files() { cat /etc/dsactl/dsactl.conf /etc/dsactl/profiles.d/*; }
	before=$(files)
	killed_at ftruncate 1 dsactl create-vdev dsa1 --persist	# when all is done but to forget the notes
	[ "$(files)" != "$before" ]
	systemctl restart "dsactl-restore@$second.service"
	diff <(echo "$before") <(files)
	as_before
	run -0 dsactl -q list
	[ -z "$(cat /run/dsactl/journal)" ]
}

@test "a device that idxd takes late has its vdevs then, and mdevctl's start by itself" {
	idxd unbind "$first"
	wait_for unit_is "$first" inactive
	[ "$(seen | jq 'map(.pci) | unique | length')" -eq 1 ]
	idxd bind "$first"
	wait_for as_before
	mdevctl list -u $own
}

@test "a served vdev is served again when its device is back" {
	wait_for serve_is active
	idxd unbind "$first"
	wait_for serve_is inactive
	idxd bind "$first"
	wait_for serve_is active
	[ -S "/run/dsactl/served/$served" ]
	wait_for as_before
}

@test "a function that is gone leaves the others alone, and has its vdevs when it is back" {
	echo 1 >"/sys/bus/pci/devices/$second/remove"
	wait_for unit_is "$second" inactive
	as_before "$first"
	unit_is "$first" active
	echo 1 >/sys/bus/pci/rescan
	wait_for as_before
}

@test "functions that changed names have their own vdevs" {
	idxd unbind "$first"
	idxd unbind "$second"
	wait_for unit_is "$first" inactive
	wait_for unit_is "$second" inactive
	idxd bind "$second"
	idxd bind "$first"
	wait_for as_before
	[ "$(function_of dsa0) $(function_of dsa1)" = "$second $first" ]
	[ "$(vdev vm3 device)" = dsa0 ]
	wait_for unit_is "$first" active
	wait_for unit_is "$second" active
}

@test "functions that go and come under each other's names within a moment have their own vdevs" {
	idxd unbind "$first"
	idxd unbind "$second"
	idxd bind "$first"
	idxd bind "$second"
	idxd unbind "$first"
	idxd unbind "$second"
	idxd bind "$second"
	idxd bind "$first"
	wait_for as_before
	wait_for unit_is "$first" active
	wait_for unit_is "$second" active
	# A restore that ends because its function went has not failed.
	run -1 journalctl --boot --quiet --unit 'dsactl-restore@*' --grep "Failed with result 'signal'"
}

@test "a profile that is damaged is refused with its name, visibly, and the others are restored" {
	cp /etc/dsactl/profiles.d/device1.json /root/device1.json
	truncate -s 200 /etc/dsactl/profiles.d/device1.json
	idxd unbind "$first"
	idxd unbind "$second"
	wait_for unit_is "$first" inactive
	wait_for unit_is "$second" inactive
	idxd bind "$first"
	idxd bind "$second"
	wait_for as_before "$first"
	wait_for unit_is "$second" failed
	[ "$(function_of dsa1)" = "$second" ]
	[ "$(systemctl is-system-running)" = degraded ]
	systemctl status "dsactl-restore@$second.service" | grep -F /etc/dsactl/profiles.d/device1.json
	[ "$(listed '[.slices[] | select(.device == "dsa1")] | length')" -eq 0 ]
}

@test "once it is mended, a restart of the unit restores it" {
	cp /root/device1.json /etc/dsactl/profiles.d/device1.json
	systemctl restart "dsactl-restore@$second.service"
	as_before
	[ "$(systemctl is-system-running)" = running ]
}
