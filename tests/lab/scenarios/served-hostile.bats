#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A served vdev whose client does everything wrong: the process that serves, and a neighbour on
# the same device. "make hostile" has more time for it.
# kernel: newest
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

: "${HOSTILE_SECONDS:=5}"

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2
	A=$(dsactl create-vdev dsa0 --served)
	B=$(dsactl create-vdev dsa0)
	SOCKET=$BATS_FILE_TMPDIR/served
	export A B SOCKET
}

teardown_file() { dsactl unsplit-device dsa0 --force; }

is_clean() { [ "$(vdev "$A" state) $(vdev "$A" pinned_pages)" = "closed 0" ]; }

# What the kernel says of the process PID: its rights and its descriptors.
rights() {
	grep -E '^(Uid|Gid|Groups|Cap[A-Za-z]*|NoNewPrivs|Seccomp|Threads):' "/proc/$1/status"
	find "/proc/$1/fd" -mindepth 1 -printf '%l\n' | sed 's/:\[[0-9]*\]$//' | sort
}

resident_kib() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; }

@test "hostile: whatever a vfio-user client sends, the process serves on as before, and a neighbour loses nothing" {
	local pid rights kib pins
	start_server server "$A" "$SOCKET"
	start_client b hold "$B" --irq-every 2 --max 65536
	pid=$(client_pid server)
	vdev-client run "$A" --socket "$SOCKET" --count 20 --max 4096
	wait_for is_clean
	rights=$(rights "$pid") kib=$(resident_kib "$pid") pins=$(pins)
	run hostile-vfio-user "$SOCKET" "$HOSTILE_SECONDS" "$RANDOM"
	echo "# $output" >&3
	[ "$status" -eq 0 ]
	[[ $output =~ replies=([0-9]+)\ refusals=([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -gt "${BASH_REMATCH[2]}" ]
	[ "${BASH_REMATCH[2]}" -gt 0 ]
	run -0 vdev-client run "$A" --socket "$SOCKET" --count 50 --max 65536 --irq-every 1
	[[ $output == *interrupts=50* ]]
	wait_for is_clean
	diff <(echo "$rights") <(rights "$pid")
	[ "$(pins)" -eq "$pins" ]
	echo "the process: $kib KiB resident before, $(resident_kib "$pid") after"
	[ $(($(resident_kib "$pid") - kib)) -lt 4096 ]
	end_client b
	[[ "$(client_says b)" =~ moved=([0-9]+).*interrupts=([0-9]+) ]]
	[ "${BASH_REMATCH[2]}" -eq $(((BASH_REMATCH[1] + 1) / 2)) ]
	end_client server
}
