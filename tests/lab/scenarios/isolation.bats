#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a vdev must not be able to do.
# lab: --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2
	A=$(dsactl create-vdev dsa0)
	B=$(dsactl create-vdev dsa0)
	PARAMETERS=/sys/module/dsa_vdev/parameters
	export A B PARAMETERS
}

@test "a descriptor to or from memory that was not mapped faults and reaches nothing" {
	run -0 vdev-client bad-iova "$A"
	[[ ${lines[0]} == "write status=0x83"* ]]
	[[ ${lines[1]} == "read status=0x03"* ]]
}

@test "single pages far apart are all reached, and not once they are unmapped" {
	run -0 vdev-client scattered "$A"
	[ "$output" = "reached=4" ]
	[ "$(vdev "$A" pinned_pages)" -eq 0 ]
}

@test "memory is found, too, where mappings are not read but probed for" {
	echo 1 > "$PARAMETERS/probe_mappings"
	run vdev-client run "$A" --count 8 --max 4096 --iova 0x7fe00000
	echo 0 > "$PARAMETERS/probe_mappings"
	[[ $status == 0 && $output == moved=8* ]]
}

@test "an address that only the neighbour mapped faults" {
	start_client b hold "$B" --iova 0x40000000 --max 65536
	run vdev-client bad-iova "$A" --bad-iova 0x40000000
	end_client b
	[ "$status" -eq 0 ]
}

@test "the neighbour's interrupt handle gives status 0x19 and no interrupt" {
	start_client b hold "$B" --irq-every 0 --max 65536
	handle=$(client_says b | sed -n 's/^running handle=\([0-9]*\).*/\1/p')
	irq=$(vdev "$B" 'vectors[1].irq')
	before=$(irq_count "$irq")
	run vdev-client bad-handle "$A" --bad-handle "$handle"
	after=$(irq_count "$irq")
	end_client b
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$after" -eq "$before" ]
}

@test "a handle that nobody has gives status 0x19" {
	run -0 vdev-client bad-handle "$A" --bad-handle 65535
}

@test "two slices have two PASIDs" {
	[ "$(vdev "$A" pasid)" -ne "$(vdev "$B" pasid)" ]
}

@test "the neighbour was never disturbed" {
	run -0 vdev-client run "$B" --count 50 --max 65536
}
