#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What takes a vdev, its slice or its host away, two at a time: each ends as it should, who
# has the vdev open survives it, and the host is usable and has nothing left over afterwards.
# "make check-debug" has all pairs and more rounds, and a machine for each tag.
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

# How often each pair is tried; 0: half of the pairs once, the others on the other kernel.
: "${MATRIX_ROUNDS:=0}"

OPS=(rmmod unbind reset slice-del create remove open close guest-reset)
OTHER=6d617472-6978-4000-8000-000000000002	# the vdev that "create" makes

setup_file() {
	begin_fresh
	modprobe dsa_vdev
	PCI=$(listed '.devices[0].pci')
	dsactl -q split-device dsa0 --slices 2
	works "$(dsactl create-vdev dsa0)"	# a vector has its folder below /proc/irq from its first use on
	# See let_go_of_module.
	CDEV=$([ ! -e /dev/vfio/devices ] || echo yes)
	FIRST=$(inventory)
	export PCI CDEV FIRST
}

# --- what happens at the same time -----------------------------------------------------

do_rmmod() { rmmod dsa_vdev; }
do_unbind() { echo "$PCI" >/sys/bus/pci/drivers/idxd/unbind; }
do_reset() { echo 1 >"/sys/bus/pci/devices/$PCI/reset"; }

# The slice that has no vdev, once its work queue is no longer bound.
do_slice-del() {
	echo "wq0.$spare_wq" >/sys/bus/dsa/drivers/dsa_vdev/unbind || true
	slice-call del "$spare"
}

do_create() { echo $OTHER >"/sys/bus/pci/devices/$PCI/mdev_supported_types/idxd-1dwq-v1/create"; }
do_remove() { echo 1 >"/sys/bus/mdev/devices/$uuid/remove"; }
do_close() { kill -TERM "$(client_pid c)"; }

# It waits for who has the vdev open, and for a function that is being reset.
do_open() {
	local end=$((SECONDS + ${wait_s:?}))
	until vdev-client run "$uuid" --count 4 --max 4096 --timeout 1000; do
		[ -e "/sys/bus/mdev/devices/$uuid" ] && ((SECONDS < end)) || return 1
		sleep 0.05
	done
}

# may OP BESIDE: how OP may end beside the other: 0, or 1 where it is refused or has nothing
# to act on any more.
may() {
	case "$*" in
	"rmmod guest-reset") echo 1 ;;
	"rmmod rmmod" | "rmmod create" | "rmmod remove" | "rmmod open" | "rmmod close") echo 01 ;;
	"unbind unbind") echo 01 ;;
	"slice-del rmmod" | "slice-del unbind" | "slice-del reset" | "slice-del slice-del" | "slice-del create") echo 01 ;;
	"create rmmod" | "create unbind" | "create reset" | "create slice-del" | "create create") echo 01 ;;
	"remove rmmod" | "remove unbind" | "remove remove") echo 01 ;;
	"open rmmod" | "open unbind" | "open remove") echo 01 ;;
	*) echo 0 ;;
	esac
}

# Of two that do the same, one does it.
is_once() { [[ $1 == @(rmmod|unbind|slice-del|create|remove) ]]; }

# --- a round ---------------------------------------------------------------------------

is_in() { [[ " ${*:2} " == *" $1 "* ]]; }

works() { vdev-client run "$1" --count 4 --max 4096; }

# As it was at first: the function bound, the module there, two slices and a vdev on one of
# them that works. A function that was reset may still be on its way back.
ready() {
	[ -e "/sys/bus/pci/drivers/idxd/$PCI" ] || echo "$PCI" >/sys/bus/pci/drivers/idxd/bind
	wait_for devices_there
	modprobe dsa_vdev
	wait_for fresh dsa0 --slices 2
	uuid=$(dsactl create-vdev dsa0)
	read -r spare spare_wq < <(listed '.slices[] | select(.vdev == null) | "\(.id) \(.wqs[0])"')
	works "$uuid"
}

# Who has the vdev open from the start.
open_for() {
	if is_in guest-reset "$@"; then
		start_client c reset-again "$uuid" --max 4096 --timeout 1000
	elif is_in close "$@"; then
		start_client c hold "$uuid" --max 4096 --irq-every 4 --timeout 1000
	elif [ -n "$CDEV" ] && is_in rmmod "$@" && ! is_in remove "$@" && ! is_in open "$@"; then
		dsactl -q destroy-vdev "$uuid"
	fi
}

# begin N OP: in the background; N.said and in the end N.status are of it.
begin() {
	local at=$BATS_FILE_TMPDIR/$1
	rm -f "$at.status"
	{
		status=0
		[ "$2" = guest-reset ] || "do_$2" || status=$?
		echo $status >"$at.tmp"
		mv "$at.tmp" "$at.status"
	} >"$at.said" 2>&1 3>&- &
}

is_over() { [ -e "$BATS_FILE_TMPDIR/$1.status" ]; }
status_of() { cat "$BATS_FILE_TMPDIR/$1.status"; }
client_is_over() { ! grep -q '^State:.[^ZX]' "/proc/$(client_pid c)/status"; } 2>/dev/null

# The client that resets its device goes once the other is over, or where that waits for it.
end_guest() {
	local n=1
	[ "$1" != guest-reset ] || n=2
	if is_in remove "$@" || is_in open "$@"; then
		sleep 0.5
	else
		wait_for is_over $n
	fi
	is_in close "$@" || kill -TERM "$(client_pid c)"
}

ends_well() {
	local n=$1 op=$2 beside=$3 status
	status=$(status_of "$n")
	[[ $(may "$op" "$beside") == *$status* ]] && return
	echo "$op beside $beside ended with $status: $(cat "$BATS_FILE_TMPDIR/$n.said")"
	return 1
}

# judge OP OP: both ended as they may, and so did the client.
judge() {
	ends_well 1 "$1" "$2" && ends_well 2 "$2" "$1" || return
	if [ "$1" = "$2" ] && is_once "$1" && [ "$(status_of 1)" = "$(status_of 2)" ]; then
		echo "$1 twice: both ended with $(status_of 1)"
		return 1
	fi
	is_in close "$@" || is_in guest-reset "$@" || return 0
	wait_for client_is_over
	wait "$(client_pid c)"
}

# at_once OP OP: one round.
at_once() {
	local pause
	ready
	open_for "$@"
	pause=0.0$((RANDOM % 8))
	begin 1 "$1"
	sleep $pause
	begin 2 "$2"
	! is_in guest-reset "$@" || end_guest "$@"
	wait_for is_over 1
	wait_for is_over 2
	echo "$1, after $pause s $2: $(status_of 1) $(status_of 2)"
	judge "$@"
}

# is_left_out N: pair N is tried on the other kernel.
is_left_out() { ((MATRIX_ROUNDS == 0)) && [[ $(uname -r) == 6.12* && $(($1 % 2)) = 0 || $(uname -r) != 6.12* && $(($1 % 2)) = 1 ]]; }

# row OP...: each of them beside the first, either one first.
row() {
	local op n nr=0 pairs=0
	RANDOM=$((MATRIX_ROUNDS + 1))
	for op; do
		nr=$((nr + 1))
		! is_left_out $nr || continue
		for ((n = 0; n < MATRIX_ROUNDS || n == 0; n++)); do
			if ((RANDOM % 2)); then at_once "$1" "$op"; else at_once "$op" "$1"; fi
		done
		pairs=$((pairs + 1))
	done
	ready
	diff <(echo "$FIRST") <(inventory)
	echo "# $1: $pairs pairs, $n rounds each" >&3
}

# bats test_tags=host
@test "rmmod beside each" { row "${OPS[@]}"; }
# bats test_tags=host
@test "unbinding the function beside each" { row "${OPS[@]:1}"; }
# bats test_tags=host
@test "a reset of the function beside each" { row "${OPS[@]:2}"; }
# bats test_tags=vdev
@test "slice-del beside each" { row "${OPS[@]:3}"; }
# bats test_tags=vdev
@test "creating an mdev beside each" { row "${OPS[@]:4}"; }
# bats test_tags=vdev
@test "removing an mdev beside each" { row "${OPS[@]:5}"; }
# bats test_tags=vdev
@test "opening a vdev beside each" { row "${OPS[@]:6}"; }
# bats test_tags=vdev
@test "closing a vdev beside its reset" { at_once close guest-reset; }
