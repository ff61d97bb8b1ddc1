#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a guest's errors do to the host that logs them. The kernel checks what it allocates (slub_debug).
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap --append slub_debug=FZPU

load common
load ../../cli/valid.bash

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2
	A=$(dsactl create-vdev dsa0)
	B=$(dsactl create-vdev dsa0)
	LIMIT=/sys/module/dsa_vdev/parameters/error_limit
	export A B LIMIT
}

works() { vdev-client run "$1" --count 20 --max 65536; }

batches_marked() { cat /sys/module/lab_evl/parameters/batch_fail; }

@test "batches whose records cannot be written leave no memory with the host" {
	before=$(log_objects)
	echo 0 >"$LIMIT"
	run vdev-client bad-records "$A" --count 4000
	echo 100 >"$LIMIT"
	[ "$status" -eq 0 ]
	echo "$output, $before objects before, $(log_objects) after, $(trace 0 | grep -c 'to=swerr code=0x54') times the log was full"
	[[ $output == *batches=4000* ]]
	[ "$(log_objects)" -eq "$before" ]
	works "$A"
}

first_record_failed() { trace 0 | tail -c +"$1" | grep -q ' err to=evl code=0x1a'; }

@test "a batch that is stopped half-way leaves no mark for the next that has its number" {
	modprobe lab_evl
	[ "$(batches_marked)" -eq 0 ]
	begun=$(trace 0 | wc -c)
	tests/lab/inject 0 slow 2000
	start_client c bad-records "$A" --count 1000000
	wait_for first_record_failed "$begun"
	sleep 0.2
	end_client c KILL || true
	tests/lab/inject 0 release
	[ "$(batches_marked)" -eq 0 ]
	rmmod lab_evl
	works "$A"
}

state_is() { [ "$(listed ".vdevs[] | select(.uuid == \"$A\") | .state")" = "$1" ]; }

heard_of_halt() { grep '"slice","action":"change".*"state":"halted"' "$BATS_FILE_TMPDIR/monitor" | grep -q "$A"; }

# More than the limit may be there when it is found that they are too many: it is looked 50 times a second.
@test "hostile: a guest that floods the host's log is halted for a while, and the log has few lines" {
	start_monitor monitor
	start_client b hold "$B" --iova 0x40000000 --max 65536 --irq-every 4
	dmesg -C
	start_client c bad-records "$A" --count 1000000 --timeout 20000
	wait_for state_is halted
	[ "$(vdev "$A" errors)" -gt 100 ]
	wait_for heard_of_halt
	sleep 1
	logged=$(dmesg | wc -l)
	echo "$logged lines: $(dmesg | cut -d] -f2- | sort | uniq -c | sort -rn | head -n 5)"
	[ "$logged" -gt 1 ]
	[ "$logged" -lt 1000 ]
	[ "$(dmesg | grep -c "causes more errors than error_limit: vdev $A is halted")" -eq 1 ]
	wait "$(client_pid c)"
	client_says c | grep 'halted=1'
	end_client b
	client_says b | grep '^moved=[1-9]'
	end_client monitor || true
	works "$A"
}

halts() { dmesg | sed -n "s/.*error_limit: vdev $A is halted for \([0-9]*\) s$/\1/p" | paste -sd' '; }

floods() {
	wait_for slice_is "$A" used
	vdev-client bad-records "$A" --count 1000000 --timeout 20000 | grep 'halted=1'
}

@test "who floods the log again is halted for twice as long, until the vdev is destroyed" {
	dmesg -C
	works "$A"
	floods
	dsactl -q destroy-vdev "$A"
	wait_for dsactl -q create-vdev dsa0 --uuid "$A"
	floods
	echo "halted for $(halts) s"
	[ "$(halts)" = "20 10" ]
	wait_for slice_is "$A" used
}

erred() { jq -c 'select(.object == "vdev" and .action == "change" and .errors > 0) | .errors' "$BATS_FILE_TMPDIR/told"; }

erred_thrice() { [ "$(erred | wc -l)" -ge 3 ]; }

@test "completion records that cannot be written are counted and told, once a second at most" {
	echo 0 >"$LIMIT"
	start_monitor told --vdev "$A"
	start=$SECONDS
	start_client c bad-records "$A" --count 1000000
	wait_for erred_thrice
	nr=$(erred | wc -l) took=$((SECONDS - start))
	shown=$(vdev "$A" errors)
	end_client c KILL || true
	end_client told
	echo 100 >"$LIMIT"
	valid event <"$BATS_FILE_TMPDIR/told"
	echo "errors told: $(erred | paste -sd' '), $took s, shown $shown"
	[ "$(erred)" = "$(erred | sort -nu)" ]
	((nr <= took + 2))
	[ "$shown" -ge "$(erred | head -n 3 | tail -n 1)" ]
	works "$A"
}

@test "errors below the limit halt nobody" {
	run -0 vdev-client bad-records "$A" --count 16
	[[ $output == *"batches=16 halted=0" ]]
}

@test "when idxd is unloaded nothing of it is left" {
	dmesg -C
	begin_fresh
	run ! grep -E "still has objects|Objects remaining" <(dmesg)
}
