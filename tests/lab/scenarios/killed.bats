#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A dsactl that is killed at any of its steps leaves nothing half-made: the next
# one that changes something undoes it, and says so.
# lab: --devices 1 --profile gnrd

load common

state() { dsactl list -o json | jq -cS .; }

# killed_at CALL N COMMAND...: kill it as it enters its Nth system call CALL;
# false once it has fewer than N and ends by itself.
killed_at() {
	local call=$1 nth=$2
	shift 2
	! strace -f -qq -o /dev/null -e "trace=$call" \
		-e "inject=$call:signal=SIGKILL:when=$nth" "$@" >/dev/null 2>&1
} 2>/dev/null

# COMMAND, killed at every fifth of its writes, then of its messages: the next
# change must find all as it was before.
killed_everywhere() {
	local call nth said
	before=$(state)
	for call in write sendmsg; do
		for ((nth = 2; nth < 400; nth += 5)); do
			killed_at "$call" "$nth" "$@" || break
			said=$(dsactl unsplit-device dsa0 --force 2>&1) || { echo "$call $nth: $said"; return 1; }
			[[ -z $said || $said == *"did not finish its change: it was undone"* ]] ||
				{ echo "$call $nth: $said"; return 1; }
			[ -z "$said" ] || reported=$((reported + 1))
			[ "$(state)" = "$before" ] ||
				{ echo "after $call $nth:"; diff <(jq . <<<"$before") <(state | jq .); return 1; }
		done
		echo "$call: $nth, $reported undone"
		[ "$nth" -gt 8 ]
		dsactl -q unsplit-device dsa0 --force
	done
}

setup() {
	modprobe dsa_vdev
	dsactl -q unsplit-device dsa0 --force
	reported=0
}

@test "create-vdev with its split, killed at any write, is undone by the next change" {
	killed_everywhere dsactl create-vdev dsa0 --wq-size 128
	[ "$reported" -gt 3 ]
}

@test "unsplit-device, killed at any write, is finished by the next change" {
	empty=$(state)
	for ((nth = 3; nth < 400; nth += 3)); do
		dsactl split-device dsa0 --slices 1
		killed_at write "$nth" dsactl unsplit-device dsa0 || break
		dsactl unsplit-device dsa0 2>/dev/null
		[ "$(state)" = "$empty" ]
	done
	[ "$nth" -gt 5 ]
}

@test "split-device --force, failing at a write, gives back what someone prepared" {
	accel-config config-engine dsa0/engine0.1 -g 2
	accel-config config-wq dsa0/wq0.3 -g 2 -m dedicated -y user -n app -s 24 -p 7 -d user
	before=$(state)
	for nth in 2 9 19; do
		run ! strace -f -qq -o /dev/null -e trace=write -e "inject=write:error=EIO:when=$nth" \
			dsactl split-device dsa0 --force --slices 1
		echo "$nth: $output"
		[ "$(state)" = "$before" ] || { diff <(jq . <<<"$before") <(state | jq .); false; }
	done
}

@test "a signal that can be caught has the change undone at once" {
	before=$(state)
	dsactl split-device dsa0 --slices 4 3>&- &
	pid=$!
	sleep 0.3
	kill -TERM "$pid" || true
	wait "$pid" || status=$?
	if [ "${status-0}" -eq 0 ]; then
		[ "$(listed '.slices | length')" -eq 4 ]
	else
		[ "$(state)" = "$before" ]
	fi
}
