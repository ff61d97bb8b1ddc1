#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats
# What --persist keeps over a boot. The boot itself is that of tests/lab/boots: here
# devices are made whole, and restored as at boot.
# lab: --devices 2 --profile gnrd

load common

setup() {
	dsactl -q unsplit-device all --force
	rm -rf /etc/dsactl
}

teardown_file() {
	dsactl -q unsplit-device all --force
	rm -rf /etc/dsactl
}

vdevs() { listed '[.vdevs[] | .uuid + " " + (.name // "") + " " + (.owner // "") + " " + .device + " " + .mapping] | sort | .[]'; }

# boot: the vdevs that are there after it.
boot() {
	dsactl -q unsplit-device all --force
	dsactl restore
	vdevs
}

files() { cat /etc/dsactl/dsactl.conf /etc/dsactl/profiles.d/* 2>/dev/null || true; }

@test "a vdev that is created with --persist is there after a boot, and no other" {
	dsactl create-vdev dsa0 --name vm1 --owner alice --mapping hints --persist
	kept=$(vdevs)
	dsactl create-vdev dsa0 --name vm2
	dsactl create-vdev dsa0 --name vm3 --persist
	kept+=$'\n'$(vdevs | grep vm3)
	[ "$(boot)" = "$(sort <<<"$kept")" ]
	dsactl destroy-vdev vm1 --owner alice
	[ "$(boot)" = "$(sort <<<"$kept")" ]
}

@test "who destroys a vdev that comes back is told so" {
	dsactl create-vdev dsa0 --name vm1 --persist
	dsactl create-vdev dsa0 --name vm2
	run -0 --separate-stderr dsactl destroy-vdev vm1
	[ "$stderr" = "dsactl: vm1: it comes back at the next boot: destroy-vdev --persist forgets it, too" ]
	run -0 --separate-stderr dsactl destroy-vdev vm2
	[ -z "$stderr" ]
	[ "$(boot | cut -d' ' -f2)" = vm1 ]
	run -0 --separate-stderr dsactl destroy-vdev vm1 --persist
	[ -z "$stderr" ]
}

@test "a vdev that is destroyed with --persist is forgotten, also where it is not there" {
	dsactl create-vdev dsa0 --name vm1 --persist
	dsactl create-vdev dsa0 --name vm2 --persist
	dsactl create-vdev dsa1 --name vm3 --persist
	dsactl destroy-vdev vm1 --persist
	dsactl destroy-vdev vm2
	dsactl destroy-vdev vm2 --persist
	[ "$(boot | cut -d' ' -f2)" = vm3 ]
	run -4 dsactl destroy-vdev vm1 --persist
}

@test "the profile from which a device is restored is the one that changes" {
	mkdir -p /etc/dsactl/profiles.d
	cp profiles/slice-per-engine.json /etc/dsactl/profiles.d/mine.json
	dsactl enable-profile mine
	dsactl restore
	dsactl create-vdev dsa1 --name vm1 --persist
	[ "$(ls /etc/dsactl/profiles.d)" = mine.json ]
	[ "$(jq -c '[.devices[].match | keys[]]' /etc/dsactl/profiles.d/mine.json)" = '["pci","type"]' ]
	[ "$(boot | cut -d' ' -f2,4)" = "vm1 dsa1" ]
	[ "$(listed '[.slices[] | select(.device == "dsa0")] | length')" -eq 4 ]
}

@test "where the profile cannot be written there is no vdev, and no split" {
	mkdir -p /etc/dsactl/profiles.d
	mount -t tmpfs -o ro none /etc/dsactl/profiles.d
	before=$(dsactl list -o json | jq -cS .)
	run dsactl create-vdev dsa0 --persist
	umount /etc/dsactl/profiles.d
	[ "$status" -eq 7 ]
	[ "$(dsactl list -o json | jq -cS .)" = "$before" ]
	[ -z "$(files)" ]
}

@test "where the profile cannot be written a vdev is not destroyed, if it is to be forgotten" {
	dsactl create-vdev dsa0 --name vm1 --persist
	before=$(files) vdevs=$(vdevs)
	mount --bind /etc/dsactl /etc/dsactl
	mount -o remount,bind,ro /etc/dsactl
	run dsactl destroy-vdev vm1 --persist
	umount /etc/dsactl
	[ "$status" -eq 7 ]
	[ "$(vdevs)" = "$vdevs" ]
	[ "$(files)" = "$before" ]
}

@test "what is destroyed to be forgotten, and fails or is killed at a write, is as before" {
	destroy=(dsactl destroy-vdev vm1 --persist)
	create=(dsactl -q create-vdev dsa0 --name vm1 --uuid 11111111-2222-4333-8444-555555555555 --persist)
	"${create[@]}"
	nr=$(taskset -c 0 strace -f -qq -e trace=write "${destroy[@]}" 2>&1 >/dev/null | grep -c 'write(')
	"${create[@]}"
	before=$(files) vdevs=$(vdevs)
	for ((nth = 2; nth <= nr; nth++)); do
		killed_at write "$nth" "${destroy[@]}" || { echo "$nth: not reached"; false; }
		recover
		echo "$nth"
		[ "$(vdevs)" = "$vdevs" ]
		[ "$(files)" = "$before" ]
	done 2>/dev/null
	run -1 traced write "error=EIO:when=$nr" "${destroy[@]}"
	[ "$(vdevs)" = "$vdevs" ]
	[ "$(files)" = "$before" ]
}

# The undo has to make the device anew, for that work queue's sake, and may not: vm2 is open.
@test "an undo that cannot be made for an open vdev leaves the others on its device" {
	destroy=(dsactl destroy-vdev vm3 --persist)
	dsactl split-device dsa0 --slices 3
	for vm in vm1 vm2; do dsactl create-vdev dsa0 --name $vm; done
	dsactl create-vdev dsa0 --name vm3 --persist
	nr=$(taskset -c 0 strace -f -qq -e trace=write "${destroy[@]}" 2>&1 >/dev/null | grep -c 'write(')
	dsactl create-vdev dsa0 --name vm3 --persist
	start_client c hold "$(vdev vm2 uuid)" --max 4096
	accel-config disable-wq "dsa0/wq0.$(listed '.slices[0].wqs[0]')"
	vdevs=$(vdevs)
	run -1 traced write "error=EIO:when=$nr" "${destroy[@]}"
	echo "$output"
	now=$(vdevs)
	end_client c
	[ "$now" = "$vdevs" ]
}

# Its last writes: notes of two files, the profile, and what it prints.
@test "killed at a write of it, the files are as before, and the vdev is gone" {
	dsactl create-vdev dsa0 --name vm1 --persist
	before=$(files) vdevs=$(vdevs)
	nr=$(taskset -c 0 strace -f -qq -e trace=write dsactl create-vdev dsa0 --name vm2 --persist 2>&1 >/dev/null | grep -c 'write(')
	dsactl destroy-vdev vm2 --persist
	for ((nth = nr - 4; nth < nr; nth++)); do
		killed_at write "$nth" dsactl create-vdev dsa0 --name vm2 --persist || { echo "$nth: not reached"; false; }
		recover
		echo "$nth"
		[ "$(vdevs)" = "$vdevs" ]
		[ "$(files)" = "$before" ]
	done 2>/dev/null
	[ "$nth" -eq "$nr" ]
}
