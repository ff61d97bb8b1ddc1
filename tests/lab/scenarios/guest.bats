#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The client that a vdev is made for: the stock driver in a stock guest, from its first
# start to the loss of the device. It takes minutes, so "make check-guest" has the other three
# pairs of kernels.
# kernel: 6.12
# lab: --devices 1 --profile gnrd-cmdcap
# long

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 1
	PCI=$(listed '.devices[0].pci')
	export PCI
	export wait_s
	export -f reset_under_load interrupts is_busy listed wait_for
}

teardown_file() { dsactl unsplit-device dsa0; }

interrupts() { listed '[.vdevs[].vectors[].interrupts] | add'; }
is_busy() { [ "$(interrupts)" -gt "$1" ]; }

reset_under_load() {
	wait_for is_busy $(($(interrupts) + 20))
	echo 1 >"/sys/bus/pci/devices/$PCI/reset"
}

@test "stock idxd in a stock guest moves data through a vdev, also to memory that comes later, loaded anew, after a reboot and a reset under load" {
	run -0 "$BATS_TEST_DIRNAME/../guest" ${GUEST_KERNEL:+--kernel "$GUEST_KERNEL"} --on lose reset_under_load \
		bind list copy_64 unbind reload bind grow unbind again bind lose bind copy_1M unbind
	echo "$output"
	[[ $output == *"pages of the new memory"* && $output == *"timed out"* ]]
}
