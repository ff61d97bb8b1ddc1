#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Make, use, kill, destroy, again and again: nothing may be left over.
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

# How often: a thousand times by "make cycles".
: "${CYCLES:=15}"

# The objects in each of the kernel's caches, without those that it only keeps: freed
# areas of its address space, for one, are in use until a module that goes has them purged.
slabs() {
	local cache
	modprobe dummy
	modprobe -r dummy
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*/shrink; do echo 1 >"$cache"; done
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo | sort
}

# grown N BEFORE BETWEEN AFTER: the caches that had at least N objects more each time. What
# has to do with something else comes and goes; a leak does so in each half.
grown() { join "$2" <(join "$3" "$4") | awk -v n="$1" '$3 - $2 >= n && $4 - $3 >= n'; }

@test "create, open, run or be killed, close, destroy, again and again: nothing leaks" {
	cd "$BATS_TEST_TMPDIR"
	"$BATS_TEST_DIRNAME/churn" 5
	inventory >left.before
	slabs >slabs.before
	"$BATS_TEST_DIRNAME/churn" $((CYCLES / 2))
	slabs >slabs.between
	"$BATS_TEST_DIRNAME/churn" $((CYCLES - CYCLES / 2))
	diff left.before <(inventory)
	slabs >slabs.after
	# One object for each time that the device is split anew gives a tenth of the cycles
	# in each half. A few cycles do not stand out from the rest.
	((CYCLES < 1000)) || run -0 grown $((CYCLES / 15)) slabs.before slabs.between slabs.after
	echo "${output-}"
	[ -z "${output-}" ]
}
