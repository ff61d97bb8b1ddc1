#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# 8086:0b25 is under INTEL-SA-01084: no portal without the administrator's word.
# lab: --devices 1 --profile spr-cmdcap --intremap off

load common

# Slices without the word, as only a profile makes them.
unworded() {
	dsactl -q unsplit-device dsa0 --force
	dsactl "$@" apply-profile - <<<'{"version":1,"devices":[{"match":{"name":"dsa0"},"groups":[
		{"count":2,"engines":1,"slices":[{"wqs":[{}]}]}]}]}'
}

@test "without the administrator's word a device is not split, and the reason is given" {
	for how in "--slices 2" "--profile $LAB_TREE/profiles/slice-per-engine.json"; do
		# shellcheck disable=SC2086 # words by intent
		refused 6 "INTEL-SA-01084" split-device dsa0 $how
	done
	[ "$(listed '.slices | length')" -eq 0 ]
}

@test "without the administrator's word no vdev is created, and the reason is given" {
	run -0 unworded
	[[ $output == *"no vdev can be created on them"* ]]
	run -6 dsactl create-vdev dsa0
	[[ $output == *INTEL-SA-01084*--allow-unsafe-portal* ]]
	[ "$(listed '.vdevs | length')" -eq 0 ]
}

@test "who may not reach the hardware itself cannot allow it" {
	dsactl -q unsplit-device dsa0 --force
	run -7 setpriv --bounding-set -sys_rawio --inh-caps -sys_rawio \
		dsactl split-device dsa0 --slices 2 --allow-unsafe-portal
	[[ $output == *"CAP_SYS_RAWIO"* ]]
	[ "$(listed '.slices | length')" -eq 0 ]
}

@test "a vdev that was created behind its back has no portal" {
	unworded -q
	uuid=$(cat /proc/sys/kernel/random/uuid)
	pci=$(listed '.devices[0].pci')
	echo "$uuid" >"/sys/class/mdev_bus/$pci/mdev_supported_types/$(listed '.slices[0].type')/create"
	run -1 vdev-client run "$uuid" --count 1
	[[ $output == *"mapping the portal"* ]]
	echo 1 >"/sys/bus/mdev/devices/$uuid/remove"
}

@test "with the administrator's word the vdev works" {
	fresh dsa0 --slices 2 --allow-unsafe-portal
	uuid=$(dsactl create-vdev dsa0)
	run -0 vdev-client run "$uuid" --count 50 --max 65536
}

@test "check explains it" {
	run dsactl check
	[[ $output == *INTEL-SA-01084* ]]
}
