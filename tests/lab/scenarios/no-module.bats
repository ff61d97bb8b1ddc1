#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What dsactl does where idxd or dsa_vdev is not there, and who may use it.
# lab: --devices 1 --profile gnrd-cmdcap

load common
load ../../cli/nobody.bash

@test "the module is loaded when a split needs it" {
	[ ! -e /sys/module/dsa_vdev ]
	run --separate-stderr dsactl list
	[ "$status" -eq 0 ]
	[ ! -e /sys/module/dsa_vdev ]
	run -0 dsactl split-device dsa0 --slices 1
	[ -e /sys/module/dsa_vdev ]
	run -0 dsactl unsplit-device dsa0
	rmmod dsa_vdev
}

@test "who is not root may list and not change" {
	run -0 --separate-stderr nobody dsactl list
	for verb in "split-device dsa0" "unsplit-device dsa0" "create-vdev" "destroy-vdev all"; do
		# shellcheck disable=SC2086
		run -7 nobody dsactl $verb
		[[ $output == "dsactl: permission: "* ]]
	done
}

@test "without idxd it is loaded for a change, and list says that it is missing" {
	rmmod idxd
	run -6 dsactl list
	[[ $output == *"idxd: "*"not loaded"* ]]
	run -0 dsactl split-device dsa0 --slices 1
	run -0 dsactl unsplit-device dsa0
	rmmod dsa_vdev
}

@test "a module that is not installed is not supported, and nothing is changed" {
	before=$(listed .wqs)
	mount -t tmpfs none "/lib/modules/$(uname -r)"
	run -6 dsactl split-device dsa0
	[[ $output == *"dsa_vdev: there is no such module for kernel $(uname -r)"* ]]
	run -6 dsactl check
	[ "$(listed .wqs)" = "$before" ]
	umount "/lib/modules/$(uname -r)"
}
