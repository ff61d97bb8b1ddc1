#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Two guests on one device: one works, the other does all that a guest can do to it. By
# "make hostile", since it takes minutes. bare-neighbours.bats is a link: vdevs that processes serve.
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load ../scenarios/common

# Seconds that the storm lasts.
export HOSTILE_SECONDS=${HOSTILE_SECONDS:-60}

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2
	A=$(dsactl create-vdev dsa0)
	B=$(dsactl create-vdev dsa0)
	echo 0 >/sys/module/dsa_vdev/parameters/error_limit	# a guest that is halted does nothing more
	echo 10000 >/sys/module/dsa_vdev/parameters/command_limit_ms	# the same
	export A B
	export -f when
}

teardown_file() { dsactl unsplit-device dsa0 --force; }

# when BEGUN FILE: at a step that rests, say that it has BEGUN; it ends when there is FILE.
when() {
	: >"$BATS_FILE_TMPDIR/$1"
	until [ -e "$BATS_FILE_TMPDIR/$2" ]; do sleep 0.5; done
	go_on
}

# start_guest NAME OPTION...: in the background; its pid: guest[NAME].
declare -gA guest=()
start_guest() {
	local name=$1 served=""
	shift
	[[ $BATS_TEST_FILENAME != */bare-* ]] || served=--served
	"$BATS_TEST_DIRNAME/../guest" $served "$@" >"$BATS_FILE_TMPDIR/$name.log" 2>&1 3>&- &
	guest[$name]=$!
}

# begins NAME WORD: a guest has come so far, or ended before.
begins() { [ -e "$BATS_FILE_TMPDIR/$2" ] || ! kill -0 "${guest[$1]}"; }

# How many copies of the neighbour the device has done.
copied() { completed 0 | awk -v pasid="$(vdev "$B" pasid)" '$3 == pasid { n++ } END { print n + 0 }'; }

@test "hostile: a guest loses no byte and hears no interrupt of another's, whatever that does" {
	start_guest b --vdev "$B" --on copy_on "when copying enough" bind copy_on
	start_guest a --vdev "$A" --memory 320 --append "mem=256M HOSTILE_SECONDS=$HOSTILE_SECONDS" \
		--on rest "when resting storming" rest storm
	wait_s=300 wait_for begins b copying
	wait_s=300 wait_for begins a resting
	first=$(copied) alone=$SECONDS
	sleep 10
	second=$(copied) alone=$((SECONDS - alone)) beside=$SECONDS
	: >"$BATS_FILE_TMPDIR/storming"
	status_a=0
	wait "${guest[a]}" || status_a=$?
	third=$(copied) beside=$((SECONDS - beside))
	: >"$BATS_FILE_TMPDIR/enough"
	status_b=0
	wait "${guest[b]}" || status_b=$?
	cat "$BATS_FILE_TMPDIR"/*.log
	echo "# copies in $alone s alone: $((second - first)); in $beside s beside the storm: $((third - second))" >&3
	[ "$status_a $status_b" = "0 0" ]
	[[ $(<"$BATS_FILE_TMPDIR/b.log") =~ ([0-9]+)\ interrupts\ of\ copies ]]
	[ "${BASH_REMATCH[1]}" -le "$(copied)" ]
	[ "$((second - first))" -gt 0 ]
	[ "$((third - second))" -gt 0 ]
}

@test "hostile: after the storm both vdevs are as good as new" {
	for uuid in "$A" "$B"; do
		[ "$(vdev "$uuid" state)" = closed ]
		vdev-client run "$uuid" --count 50 --max 65536
	done
}
