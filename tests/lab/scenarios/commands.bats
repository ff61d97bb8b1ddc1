#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# All slices of a device share its command register: how long does one keep it from others?
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2 --max-batch-size 32	# as for guests that are not trusted
	A=$(dsactl create-vdev dsa0)
	B=$(dsactl create-vdev dsa0)
	export A B
	echo 50 >/sys/module/dsa_vdev/parameters/command_limit_ms
}

# Seconds that the neighbour is there: a minute by "make hostile".
: "${HOSTILE_SECONDS:=5}"

works() { vdev-client run "$1" --count 20 --max 65536; }

# slowest: of the commands of B, in ms
slowest() {
	vdev-client enable-again "$B" --iova 0x40000000 --max 4096 --seconds "$HOSTILE_SECONDS" | tee -a "$BATS_FILE_TMPDIR/said" |
		sed -n 's/^times=.* slowest_disable_ms=\([0-9]*\) slowest_enable_ms=\([0-9]*\)$/\1 \2/p' |
		tr ' ' '\n' | sort -n | tail -1
}

log_lines() { dmesg | wc -l; }

slice_is() { [ "$(listed ".slices[] | select(.vdev == \"$1\") | .state")" = "$2" ]; }

# The engines are as busy in both cases: they are threads of this machine.
@test "hostile: a guest with the longest commands delays its neighbour's by 100 ms at most" {
	local alone beside lines
	start_client a hold "$A" --max 1048576 --irq-every 0
	alone=$(slowest)
	end_client a
	lines=$(log_lines)
	start_client a hog "$A" --max 1048576
	beside=$(slowest)
	lines=$(($(log_lines) - lines))
	end_client a
	dmesg | tail -n "$lines"
	cat "$BATS_FILE_TMPDIR/said"
	echo "slowest command: $alone ms beside one that works, $beside ms beside $(client_says a | tail -1); $lines lines in the log"
	[ -n "$alone" ]
	[ "$beside" -le $((alone + 100)) ]
	[ "$lines" -le 10 ]
}

@test "a guest that was halted for its commands works again, once it is reset" {
	wait_for slice_is "$A" used
	works "$A"
	works "$B"
}
