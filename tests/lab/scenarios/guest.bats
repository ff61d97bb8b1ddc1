#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The client that a vdev is made for: the stock driver in a stock guest, from its first
# start to the loss of the device. It takes minutes, so "make check-guest" has the other three
# pairs of kernels.
# kernel: 6.12
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 1
	PCI=$(listed '.devices[0].pci')
	export PCI
	export wait_s
	export -f reset_under_load say_cpus interrupts is_busy listed wait_for
}

teardown_file() { dsactl unsplit-device dsa0; }

interrupts() { listed '[.vdevs[].vectors[].interrupts] | add'; }
is_busy() { [ "$(interrupts)" -gt "$1" ]; }

# The processors on which a thread of the guest may run.
say_cpus() {
	local pid
	pid=$(pgrep -f '^qemu-system-x86_64')
	echo "the guest's processors: $(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$pid"/task/*/status | sort -u | xargs)"
}

reset_under_load() {
	say_cpus
	wait_for is_busy $(($(interrupts) + 20))
	echo 1 >"/sys/bus/pci/devices/$PCI/reset"
}

@test "stock idxd in a stock guest moves data through a vdev, also to memory that comes later, loaded anew, after a reboot and a reset under load" {
	run -0 "$BATS_TEST_DIRNAME/../guest" ${GUEST_KERNEL:+--kernel "$GUEST_KERNEL"} --on lose reset_under_load \
		bind list copy_64 unbind reload bind grow unbind again bind lose bind copy_1M unbind
	echo "$output"
	[[ $output == *"pages of the new memory"* && $output == *"timed out"* ]]
	# Not on processor 0, of whose SVM the emulator loses state.
	[[ $output == *"the guest's processors: 1"$'\n'* ]]
}
