#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# All slices of a device share its command register: how long does one keep it from others?
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2
	A=$(dsactl create-vdev dsa0)
	B=$(dsactl create-vdev dsa0)
	export A B
	echo 50 >/sys/module/dsa_vdev/parameters/command_limit_ms
	echo 1 >/sys/kernel/tracing/events/dsa_vdev/vdsa_command/enable
}

teardown_file() { echo 0 >/sys/kernel/tracing/events/dsa_vdev/vdsa_command/enable; }

# Of a test that fails: the host's last commands that did not end well.
teardown() {
	end_clients
	grep ' vdsa_command: ' /sys/kernel/tracing/trace | grep -vE 'err=0 cmdsts=0x([0-9a-f]+00|0)$' | tail -n 20
}

# Seconds that the neighbour is there: a minute by "make hostile".
: "${HOSTILE_SECONDS:=5}"

works() { vdev-client run "$1" --count 20 --max 65536; }

# most: in which time 99 of 100 commands of B end, in ms
most() {
	vdev-client enable-again "$B" --iova 0x40000000 --max 4096 --seconds "$HOSTILE_SECONDS" | tee -a "$BATS_FILE_TMPDIR/said" |
		sed -n 's/^times=.* most_ms=\([0-9]*\) .*/\1/p'
}

log_lines() { dmesg | wc -l; }

slice_is() { [ "$(listed ".slices[] | select(.vdev == \"$1\") | .state")" = "$2" ]; }

# The engines are as busy in both cases: they are threads of this machine. Single commands
# take longer where that is loaded.
@test "hostile: a guest with the longest commands delays its neighbour's by 100 ms at most" {
	local alone beside lines
	start_client a hold "$A" --max 1048576 --irq-every 0
	alone=$(most)
	end_client a
	lines=$(log_lines)
	start_client a hog "$A" --max 1048576
	beside=$(most)
	lines=$(($(log_lines) - lines))
	end_client a
	dmesg | tail -n "$lines"
	cat "$BATS_FILE_TMPDIR/said"
	echo "99 of 100 commands: $alone ms beside one that works, $beside ms beside $(client_says a | tail -1); $lines lines in the log"
	[ -n "$alone" ]
	[ "$beside" -le $((alone + 100)) ]
	[ "$lines" -le 20 ]
}

# Where the device did not end a command within 2 s, as on a machine that is busy, it was stuck: then
# the neighbour was halted as well, until that has ended.
@test "a guest that was halted for its commands works again, once it is reset" {
	wait_for slice_is "$A" used
	wait_for slice_is "$B" used
	works "$A"
	works "$B"
}
