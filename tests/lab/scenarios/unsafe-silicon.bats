#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# 8086:0b25 is under INTEL-SA-01084: no portal without the administrator's word.
# lab: --devices 1 --profile spr-cmdcap --intremap off

load common

@test "without the administrator's word no vdev is created, and the reason is given" {
	fresh dsa0 --slices 2
	run -6 dsactl create-vdev dsa0
	[[ $output == *INTEL-SA-01084*--allow-unsafe-portal* ]]
	[ "$(listed '.vdevs | length')" -eq 0 ]
}

@test "a vdev that was created behind its back has no portal" {
	fresh dsa0 --slices 2
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
