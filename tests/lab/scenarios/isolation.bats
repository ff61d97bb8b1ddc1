#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a vdev must not be able to do.
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common
load ../../cli/nobody.bash

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2
	A=$(dsactl create-vdev dsa0)
	B=$(dsactl create-vdev dsa0)
	PARAMETERS=/sys/module/dsa_vdev/parameters
	export A B PARAMETERS
	echo 0 >"$PARAMETERS/error_limit"	# or a storm is halted before it has begun; see errors.bats
	echo 10000 >"$PARAMETERS/command_limit_ms"	# the same; see commands.bats
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

# In the entry it is pending, and the entry is unmasked for who comes next.
@test "an interrupt that nobody listened to does not come to the next owner" {
	vdev-client deaf "$A"
	vdev-client silent "$A"
}

@test "each operation that a vdev does not have is refused by the device" {
	run -0 vdev-client hidden-op "$A"
	echo "$output"
	[[ $output =~ refused=([0-9]+) && ${BASH_REMATCH[1]} -gt 200 ]]
}

@test "two slices have two PASIDs" {
	[ "$(vdev "$A" pasid)" -ne "$(vdev "$B" pasid)" ]
}

@test "the neighbour was never disturbed" {
	run -0 vdev-client run "$B" --count 50 --max 65536
}

# Seconds that the storm lasts: a minute by "make hostile".
: "${HOSTILE_SECONDS:=5}"

# settled BEFORE: the inventory is as it was
settled() { [ "$1" = "$(inventory)" ]; }

works() { vdev-client run "$1" --count 50 --max 65536; }

@test "hostile: the neighbour of a storm loses no byte and no interrupt, and hears none of another's" {
	works "$A" && works "$B"
	before=$(inventory)
	start_client b hold "$B" --iova 0x40000000 --max 65536 --irq-every 4 --timeout 20000
	run hostile-tenant "$A" "$HOSTILE_SECONDS" 0x40000000
	echo "$output"
	[ "$status" -eq 0 ]
	end_client b
	said=$(client_says b)
	echo "$said"
	[[ $said =~ moved=([0-9]+).*interrupts=([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -gt 0 ]
	[ "${BASH_REMATCH[2]}" -eq $(((BASH_REMATCH[1] + 3) / 4)) ]
	wait_for settled "$before" || diff <(echo "$before") <(inventory)
}

# moved: jobs of a client of the neighbour in 3 seconds.
moved() { vdev-client run "$B" --seconds 3 --max 4096 --irq-every 4 | sed -n 's/^moved=\([0-9]*\).*/\1/p'; }

# With engines so slow that they, and not this machine, decide.
@test "hostile: the neighbour of a storm keeps its engines" {
	tests/lab/inject 0 slow 20
	alone=$(moved)
	hostile-tenant "$A" 5 0x40000000 3>&- &
	storm=$!
	beside=$(moved)
	wait "$storm"
	tests/lab/inject 0 release
	echo "$alone jobs alone, $beside beside the storm"
	[ "$alone" -gt 0 ]
	[ $((beside * 2)) -ge "$alone" ]
}

@test "hostile: after the storm the vdev is as good as new" {
	[ "$(vdev "$A" state)" = closed ]
	[ "$(vdev "$A" pinned_pages)" -eq 0 ]
	works "$A"
	works "$B"
}

# without CAPABILITY COMMAND...
without() { setpriv --bounding-set "-$1" --inh-caps "-$1" "${@:2}"; }

# not_permitted CAPABILITY ARGUMENT...: that is the module's answer to slice-call without it.
not_permitted() { without "$1" slice-call "${@:2}" 2>&1 | grep "not permitted"; }

@test "who may administer a network alone makes, deletes and reserves no slice, and gives no hint" {
	local before cap slice
	before=$(dsactl list -o json | jq 'del(.devices[].ims_free)')
	slice=$(listed '.slices[0].id')
	for cap in sys_admin net_admin; do
		not_permitted $cap new dsa0 7
		not_permitted $cap del "$slice"
		not_permitted $cap reserve "$slice"
	done
	run -1 slice-call reserve "$slice"
	[[ $output == *"busy"* ]]
	diff <(echo "$before") <(dsactl list -o json | jq 'del(.devices[].ims_free)')
	run -7 without sys_admin dsactl hint-vdev "$A" 0+1M
	[[ $output == *"CAP_SYS_ADMIN"* ]]
	[ "$(vdev "$A" 'hints | length')" -eq 0 ]
	run -7 without net_admin dsactl hint-vdev "$A" 0+1M
	dsactl hint-vdev "$A" 0+1M
	dsactl hint-vdev "$A" none
}

@test "hostile: netlink messages of an ordinary user change nothing, however malformed" {
	before=$(dsactl list -o json | jq 'del(.devices[].ims_free)')
	run -0 nobody hostile-netlink 2000
	echo "$output"
	[[ $output =~ denied=([0-9]+) && ${BASH_REMATCH[1]} -gt 0 ]]
	diff <(echo "$before") <(dsactl list -o json | jq 'del(.devices[].ims_free)')
}

@test "hostile: netlink messages of root, however malformed, leave a module that works" {
	run -0 hostile-netlink 2000
	echo "$output"
	[[ $output =~ denied=0$ ]]
	fresh dsa0 --slices 2
	works "$(dsactl create-vdev dsa0)"
}
