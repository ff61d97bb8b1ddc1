#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A dsactl that is killed at any of its steps leaves nothing half-made: the next
# one undoes it, and says so.
# lab: --devices 1 --profile gnrd-cmdcap

load common

state() { dsactl list -o json | jq -cS .; }

# undone CALL N NEXT...: create-vdev with a split, killed there: the dsactl NEXT
# says that it undoes it, and all is as before.
undone() {
	killed_at "$1" "$2" dsactl create-vdev dsa0 --wq-size 128 || { echo "$*: was not reached"; return 1; }
	run -0 dsactl "${@:3}"
	echo "$*: $output"
	[[ ${lines[0]} == *"did not finish its change: it was undone" ]] || return
	[ "$(state)" = "$before" ] || { diff <(jq . <<<"$before") <(state | jq .); return 1; }
}

setup() {
	modprobe dsa_vdev
	dsactl -q unsplit-device dsa0 --force
	before=$(state)
}

# Of its 20 writes the first is a note; the last prints the UUID.
@test "create-vdev with its split, killed at a write, is undone by the next dsactl" {
	undone write 3 unsplit-device dsa0	# the first engine's group
	undone write 12 destroy-vdev all	# in the middle of the work queue
	undone write 16 unsplit-device dsa0	# enabling the device
	undone write 17 destroy-vdev all	# enabling the work queue
	undone write 19 unsplit-device dsa0	# creating the mediated device
}

# Of its 11 messages the first 7 read.
@test "create-vdev with its split, killed at a message, is undone by the next dsactl" {
	undone sendmsg 8 destroy-vdev all	# making the slice
	undone sendmsg 10 unsplit-device dsa0	# reserving it
}

@test "who only reads leaves what a killed create-vdev left, and so does who finds /sys read-only" {
	killed_at write 12 dsactl create-vdev dsa0
	cp /run/dsactl/journal "$BATS_TEST_TMPDIR/notes"
	half=$(listed '.devices[0].engines')
	for verb in list stat "save-profile -"; do
		# shellcheck disable=SC2086 # words by intent
		run -0 dsactl $verb
		[[ $output == *"left its change unfinished"* ]]
	done
	for verb in list "unsplit-device dsa0" "destroy-vdev all"; do
		run unshare -m bash -c "mount -o remount,ro,bind /sys; dsactl $verb"
		echo "$verb: $status $output"
		[[ $verb == list || ($status != 0 && $output == *"cannot be undone now, so nothing is changed"*) ]]
		cmp /run/dsactl/journal "$BATS_TEST_TMPDIR/notes"
	done
	[ "$(listed '.devices[0].engines')" = "$half" ]
	run -0 dsactl unsplit-device dsa0
	[[ $output == *"it was undone" ]]
	[ "$(state)" = "$before" ]
}

@test "a note that was not written in full is not acted on" {
	killed_at write 1 dsactl create-vdev dsa0
	printf '{"device":"dsa0","pci":"' >>/run/dsactl/journal
	run -0 dsactl unsplit-device dsa0
	[ -z "$output" ]
	[ "$(state)" = "$before" ]
}

@test "unsplit-device, killed at a write, is finished by the next dsactl" {
	for nth in 3 4 5; do	# disable the work queue, the device; clean up
		dsactl split-device dsa0 --slices 1
		killed_at write "$nth" dsactl unsplit-device dsa0
		run -0 dsactl destroy-vdev all
		[[ $output == *"did not finish its change: it was undone" ]]
		[ "$(state)" = "$before" ]
	done
}

# Of its writes the first is the note, then both vdevs go, then the work queues are disabled.
@test "unsplit-device --force that comes to no end gives the vdevs and slices back" {
	dsactl split-device dsa0 --slices 2
	dsactl create-vdev dsa0 --name vm1 --owner alice
	dsactl create-vdev dsa0 --name vm2
	saved=$(dsactl save-profile -)
	for action in error=EIO:when=4 error=EIO:when=7 signal=SIGTERM:when=3; do
		run -1 traced write "$action" dsactl unsplit-device dsa0 --force
		echo "$action: $output"
		diff <(echo "$saved") <(dsactl save-profile -)
	done
	for nth in 4 7; do
		killed_at write "$nth" dsactl unsplit-device dsa0 --force
		recover
		diff <(echo "$saved") <(dsactl save-profile -)
	done
}

@test "a signal that can be caught has the change undone at once" {
	traced write "signal=SIGTERM:when=12" dsactl split-device dsa0 --slices 4 2>"$BATS_TEST_TMPDIR/said" || status=$?
	[ "$status" -eq 1 ]
	[[ $(cat "$BATS_TEST_TMPDIR/said") == "dsactl: dsa0: interrupted"* ]]
	[ "$(state)" = "$before" ]
	run -0 dsactl unsplit-device dsa0
	[ -z "$output" ]
}

# Of its writes the 2nd is the first note, the 3rd destroys the vdev, then the device is cleared.
@test "a signal while slices and vdevs are replaced gives them back, and so does one while that is undone" {
	dsactl split-device dsa0 --slices 2
	dsactl create-vdev dsa0 --name vm1
	saved=$(dsactl save-profile -)
	printf '{"version":1,"devices":[{"match":{"name":"dsa0"},"groups":[{"slices":[{"wqs":[{}]}]}]}]}' \
		>"$BATS_TEST_TMPDIR/other.json"
	replace=(dsactl -q apply-profile "$BATS_TEST_TMPDIR/other.json" --replace)
	for nth in 3 5; do
		run -1 traced write "signal=SIGTERM:when=$nth" "${replace[@]}"
		[ "$output" = "dsactl: dsa0: interrupted" ]
		diff <(echo "$saved") <(dsactl save-profile -)
	done
	killed_at write 7 "${replace[@]}"
	run -1 traced write "signal=SIGTERM:when=4" dsactl create-vdev dsa0
	[[ $output == *"it was undone"*"dsa0: interrupted" ]]
	diff <(echo "$saved") <(dsactl save-profile -)
}

@test "split-device --force, killed at a write, gives back the read buffers of a group, too" {
	accel-config config-engine dsa0/engine0.1 -g 2
	accel-config config-wq dsa0/wq0.3 -g 2 -m dedicated -y user -n app -s 24 -p 7 -d user
	echo 32 >/sys/bus/dsa/devices/group0.2/read_buffers_allowed
	echo 8 >/sys/bus/dsa/devices/group0.2/read_buffers_reserved
	before=$(dsactl save-profile -)
	[[ $before == *'"read_buffers_reserved": 8'* ]]
	killed_at write 9 dsactl split-device dsa0 --force --slices 1
	[ "$(dsactl -q save-profile -)" != "$before" ]
	recover
	diff <(echo "$before") <(dsactl save-profile -)
}

@test "split-device --force, failing at a write, gives back what someone prepared" {
	accel-config config-engine dsa0/engine0.1 -g 2
	accel-config config-wq dsa0/wq0.3 -g 2 -m dedicated -y user -n app -s 24 -p 7 -d user
	before=$(state)
	for nth in 1 9 19; do
		run ! traced write "error=EIO:when=$nth" dsactl split-device dsa0 --force --slices 1
		echo "$nth: $output"
		[ "$(state)" = "$before" ] || { diff <(jq . <<<"$before") <(state | jq .); false; }
	done
}
