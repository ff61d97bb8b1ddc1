#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A dsactl that is killed at any of its steps leaves nothing half-made: the next
# one that changes something undoes it, and says so.
# lab: --devices 1 --profile gnrd

load common

state() { dsactl list -o json | jq -cS .; }

# killed_at N COMMAND...: kill it as it enters its Nth write or message; false
# once it has fewer than N and ends by itself.
killed_at() {
	local nth=$1
	shift
	! strace -f -qq -o /dev/null -e trace=write,sendmsg \
		-e "inject=write,sendmsg:signal=SIGKILL:when=$nth" "$@" >/dev/null 2>&1
}

# COMMAND, killed at each STRIDEth of its writes: the next change must find all
# as it was before.
killed_everywhere() {
	local stride=$1 nth said
	shift
	before=$(state)
	for ((nth = 1; nth < 400; nth += stride)); do
		killed_at "$nth" "$@" || break
		said=$(dsactl unsplit-device dsa0 --force 2>&1) || { echo "$nth: $said"; return 1; }
		[[ -z $said || $said == *"did not finish its change: it was undone"* ]] ||
			{ echo "$nth: $said"; return 1; }
		[ -z "$said" ] || reported=$((reported + 1))
		[ "$(state)" = "$before" ] || { echo "after $nth:"; diff <(jq . <<<"$before") <(state | jq .); return 1; }
	done
	echo "$nth steps, $reported undone"
}

setup() {
	modprobe dsa_vdev
	dsactl -q unsplit-device dsa0 --force
	reported=0
}

@test "create-vdev with its split, killed at any write, is undone by the next change" {
	killed_everywhere 3 dsactl create-vdev dsa0 --wq-size 128
	[ "$reported" -gt 5 ]
}

@test "unsplit-device, killed at any write, is finished by the next change" {
	empty=$(state)
	for ((nth = 1; nth < 400; nth += 4)); do
		dsactl split-device dsa0 --slices 1
		killed_at "$nth" dsactl unsplit-device dsa0 || break
		dsactl unsplit-device dsa0 2>/dev/null
		[ "$(state)" = "$empty" ]
	done
	[ "$nth" -gt 5 ]
}

@test "split-device --force, failing at each write, gives back what someone prepared" {
	accel-config config-engine dsa0/engine0.1 -g 2
	accel-config config-wq dsa0/wq0.3 -g 2 -m dedicated -y user -n app -s 24 -p 7 -d user
	before=$(state)
	for ((nth = 1; nth < 400; nth += 7)); do
		strace -f -qq -o /dev/null -e trace=write \
			-e "inject=write:error=EIO:when=$nth" \
			dsactl split-device dsa0 --force --slices 1 2>/dev/null && break
		[ "$(state)" = "$before" ] || { echo "after $nth:"; diff <(jq . <<<"$before") <(state | jq .); false; }
	done
	[ "$nth" -gt 20 ]
	dsactl unsplit-device dsa0
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
