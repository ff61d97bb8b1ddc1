#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A vdev beside a whole function of its owner's, in one container.
# lab: --devices 2 --profile gnrd

load common

setup_file() {
	begin_fresh
	peer=$(listed '.devices[] | select(.name == "dsa1").pci')
	modprobe vfio-pci
	echo "$peer" >"/sys/bus/pci/devices/$peer/driver/unbind"
	echo vfio-pci >"/sys/bus/pci/devices/$peer/driver_override"
	echo "$peer" >/sys/bus/pci/drivers_probe
	export peer
}

teardown_file() {
	dsactl -q unsplit-device all --force
	echo "$peer" >/sys/bus/pci/drivers/vfio-pci/unbind
	echo >"/sys/bus/pci/devices/$peer/driver_override"
	echo "$peer" >/sys/bus/pci/drivers_probe
	wait_for devices_there
}

@test "a portal cannot be mapped for another function, which could write to it later" {
	uuid=$(dsactl create-vdev dsa0)
	run -0 vdev-client portal "$uuid" --peer "$peer"
	[ "$output" = "refused: Bad address" ]
	run -0 vdev-client run "$uuid" --count 20 --max 4096
}
