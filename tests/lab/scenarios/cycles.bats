#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Make, use, kill, destroy, again and again: nothing may be left over.
# lab: --devices 1 --profile gnrd-cmdcap

load common

# How often: a thousand times by "make cycles".
: "${CYCLES:=25}"

# The objects in each of the kernel's caches, without those that it only keeps.
slabs() {
	local cache
	for cache in /sys/kernel/slab/*/shrink; do echo 1 >"$cache"; done
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo | sort
}

# grown N BEFORE AFTER: the caches that have at least N objects more.
grown() { join "$2" "$3" | awk -v n="$1" '$3 - $2 >= n'; }

@test "create, open, run or be killed, close, destroy, again and again: nothing leaks" {
	cd "$BATS_TEST_TMPDIR"
	"$BATS_TEST_DIRNAME/churn" 5
	inventory >left.before
	slabs >slabs.before
	"$BATS_TEST_DIRNAME/churn" "$CYCLES"
	diff left.before <(inventory)
	# Some hundreds come and go with other things, so only many cycles tell.
	((CYCLES < 1000)) || run -0 grown "$CYCLES" slabs.before <(slabs)
	echo "${output-}"
	[ -z "${output-}" ]
}
