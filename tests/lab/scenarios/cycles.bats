#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Make, use, kill, destroy, again and again: nothing may be left over.
# lab: --devices 1 --profile gnrd-cmdcap

load common

@test "200 times split, create, kill in mid-flight, destroy, unsplit: nothing leaks" {
	"$BATS_TEST_DIRNAME/churn" 1
	fresh dsa0 --slices 2
	before=$(inventory)
	dsactl -q unsplit-device dsa0
	"$BATS_TEST_DIRNAME/churn" 200
	fresh dsa0 --slices 2
	diff <(echo "$before") <(inventory)
}
