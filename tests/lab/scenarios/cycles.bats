#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Make, use, kill, destroy, again and again: nothing may be left over.
# lab: --devices 1 --profile gnrd-cmdcap

load common

# All that a cycle could leak, one line each.
inventory() {
	printf 'irqs %s\n' "$(find /proc/irq -mindepth 1 -maxdepth 1 -type d | wc -l)"
	awk '$1 == "nr_foll_pin_acquired" { a = $2 } $1 == "nr_foll_pin_released" { r = $2 }
	     END { print "pins", a - r }' /proc/vmstat
	printf 'mdevs %s\n' "$(find /sys/bus/mdev/devices -mindepth 1 | wc -l)"
	dsactl list -o json | jq -r '"slices \(.slices | length)",
		"pasids \([.slices[].pasid] | sort)", "vdevs \(.vdevs | length)",
		"ims_free \([.devices[].ims_free])"'
}

@test "200 times split, create, kill in mid-flight, destroy, unsplit: nothing leaks" {
	"$BATS_TEST_DIRNAME/churn" 1
	fresh dsa0 --slices 2
	before=$(inventory)
	dsactl -q unsplit-device dsa0
	"$BATS_TEST_DIRNAME/churn" 200
	fresh dsa0 --slices 2
	diff <(echo "$before") <(inventory)
}
