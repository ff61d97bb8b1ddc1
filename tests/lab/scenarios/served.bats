#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A vdev whose PCI device a process emulates, for stock QEMU (vfio-user-pci) and a stock
# guest's idxd: what guest.bats has of the module's own, what the process may do, and its end.
# kernel: newest
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap
# long

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 1
	PCI=$(listed '.devices[0].pci')
	VDEV=$(dsactl create-vdev dsa0 --served)
	export PCI VDEV
	export wait_s
	export -f reset_under_load kill_under_load say_rights interrupts is_busy is_clean vdev listed wait_for
}

teardown_file() {
	dsactl destroy-vdev "$VDEV"
	dsactl unsplit-device dsa0
}

interrupts() { listed '[.vdevs[].vectors[].interrupts] | add'; }
is_busy() { [ "$(interrupts)" -gt "$1" ]; }
is_clean() { [ "$(vdev "$VDEV" state) $(vdev "$VDEV" pinned_pages)" = "closed 0" ]; }

# say_rights PID: what the kernel says of the process that serves, while it does.
say_rights() {
	awk '/^(Uid|CapPrm|CapEff|CapBnd|NoNewPrivs|Seccomp|Threads|VmRSS):/ { print "server:", $1, $2 }' "/proc/$1/status"
	echo "server: files $(find "/proc/$1/fd" -mindepth 1 -printf '%l\n' |
		sed 's/:\[[0-9]*\]$//' | sort -u | xargs)"
}

reset_under_load() {
	say_rights "$1"
	wait_for is_busy $(($(interrupts) + 20))
	echo 1 >"/sys/bus/pci/devices/$PCI/reset"
}

# kill_under_load: the slice is clean while the VMM still runs, and served again at once.
kill_under_load() {
	wait_for is_busy $(($(interrupts) + 20))
	kill_server
	wait_for is_clean && echo "host: clean"
	pgrep -f '^qemu-system-x86_64' >/dev/null && echo "host: the VMM runs"
	timeout --preserve-status 5 dsactl serve-vdev "$VDEV" --socket "$BATS_FILE_TMPDIR/next" && echo "host: served anew"
}

@test "stock idxd in a stock guest moves data through a served vdev, also to memory that comes later, loaded anew, after a reboot and a reset under load" {
	# The process is known where it runs.
	# shellcheck disable=SC2016
	run -0 "$BATS_TEST_DIRNAME/../guest" --served --vdev "$VDEV" ${GUEST_KERNEL:+--kernel "$GUEST_KERNEL"} \
		--on lose 'reset_under_load "$server"' \
		bind list copy_64 unbind reload bind grow unbind again bind lose bind copy_1M unbind
	echo "$output"
	[[ $output == *"pages of the new memory"* && $output == *"timed out"* ]]
	for line in "Uid: 65534" "CapPrm: 0000000000000000" "CapEff: 0000000000000000" \
		"CapBnd: 0000000000000000" "NoNewPrivs: 1" "Seccomp: 2" "Threads: 1"; do
		[[ $output == *"server: $line"$'\n'* ]]
	done
	is_clean
}

@test "a process that is killed leaves a guest with a dead device, a clean slice, and a vdev that is served again" {
	run -0 "$BATS_TEST_DIRNAME/../guest" --served --vdev "$VDEV" --on dead kill_under_load bind dead
	echo "$output"
	[[ $output == *"timed out"* ]]
	[[ $output == *"host: clean"* && $output == *"host: the VMM runs"* && $output == *"host: served anew"* ]]
	run -0 "$BATS_TEST_DIRNAME/../guest" --served --vdev "$VDEV" bind copy_1M unbind
	echo "$output"
	is_clean
}
