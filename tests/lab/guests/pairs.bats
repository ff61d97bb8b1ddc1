#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Guests of either kernel, from their first start to the loss of the device: the
# driver loaded anew, the guest rebooted, the function reset under its load.
# lab: --devices 1 --profile gnrd-cmdcap

load ../scenarios/common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 1
	PCI=$(listed '.devices[0].pci')
	export PCI
}

reset_soon() {
	sleep 2
	echo 1 >"/sys/bus/pci/devices/$PCI/reset"
}

# lives KERNEL: a guest of this kernel passes all of it.
lives() {
	export -f reset_soon
	run -0 "$BATS_TEST_DIRNAME/../guest" --kernel "$1" --on lose reset_soon \
		bind list copy_64 unbind reload bind copy_1M unbind again bind lose bind copy_1M unbind
	echo "$output"
	[[ $output == *"timed out"* ]]
}

@test "a guest with kernel 6.12" { lives 6.12; }

@test "a guest with the newest kernel" { lives newest; }
