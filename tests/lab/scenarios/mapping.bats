#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# How a vdev finds its owner's memory, and what it says where there is too little.
# lab: --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 4 --wqs 1 --engines 1
	A=$(dsactl create-vdev dsa0)
	B=$(dsactl create-vdev dsa0 --mapping hints)
	export A B PARAMETERS=/sys/module/dsa_vdev/parameters
}

teardown() {
	echo 50 >"$PARAMETERS/look_ms"	# the default, which some tests change
	end_clients
}

# unprivileged MEMLOCK-KIB COMMAND...: bound by RLIMIT_MEMLOCK, as a VM's process is
unprivileged() {
	setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock \
		prlimit --memlock=$(($1 * 1024)) "${@:2}"
}

# mapping UUID: how it finds memory, by what, and how far it came.
mapping() { dsactl show-vdev "$1" -o json | jq -r '.vdev | "\(.mapping) \(.mapping_sources) \(.mapping_state)"'; }

@test "a vdev says how it finds memory" {
	[ "$(mapping "$A")" = "auto mappings none" ]
	[ "$(mapping "$B")" = "hints null none" ]
}

@test "with hints alone, only what they name is reached" {
	run -1 vdev-client run "$B" --count 1 --timeout 1000
	[[ $output == *"status 0x83"* || $output == *"no completion"* ]]
	dsactl hint-vdev "$B" 0+1M,2M+64M
	run -0 vdev-client run "$B" --count 8
	run -0 vdev-client bad-iova "$B"
	[ "$(mapping "$B")" = "hints hints complete" ]
	[ "$(vdev "$B" wanted_bytes)" -eq $((65 << 20)) ]
	[ "$(vdev "$B" 'hints[1].iova')" -eq $((2 << 20)) ]
}

@test "so is nothing that its neighbour in the container reaches, which keeps nothing when it leaves" {
	run -0 vdev-client beside "$B" --peer "$A" --bad-iova 0x700000000
	[ "${lines[-2]} ${lines[-1]}" = "beside=0x03 alone=0x03" ]
	run -0 vdev-client beside "$A" --peer "$(dsactl create-vdev dsa0 --name peer)" --bad-iova 0x700000000
	[ "${lines[-2]} ${lines[-1]}" = "beside=0x01 alone=0x03" ]
	dsactl destroy-vdev peer
}

@test "memory that a hint names is reached at once by who has the vdev open" {
	echo 0 >"$PARAMETERS/look_ms"	# which would find it, too
	start_client late late "$A" --bad-iova 0x700000000
	dsactl hint-vdev "$A" 0x700000000+4K
	wait "$(client_pid late)"
	[[ $(client_says late) == *"reached late" ]]
	dsactl hint-vdev "$A" none
	[ "$(vdev "$A" 'hints | length')" -eq 0 ]
}

@test "with -o json hint-vdev prints the vdev as it is then, as show-vdev does" {
	run -0 dsactl hint-vdev "$A" 0+4K -o json
	[[ $(dsactl save-profile - 2>&1 >/dev/null) == *"$A: its hints are left out, since profiles have none"* ]]
	[ "$(jq -c '[.vdev.uuid, .vdev.hints]' <<<"$output")" = "[\"$A\",[{\"iova\":0,\"length\":4096}]]" ]
	[ "$(dsactl hint-vdev "$A" none -o json)" = "$(dsactl show-vdev "$A" -o json)" ]
}

@test "a wrong hint is refused with the reason and changes nothing" {
	local wrong
	while IFS=';' read -r wrong reason; do
		run -2 dsactl hint-vdev "$B" "$wrong"
		[[ $output == *"$reason"* ]]
	done <<-END
		0x800+4K;must be multiples of 4096
		0x1000+0;must not be 0
		0xfffffffffffff000+8K;beyond 2^64
		$(printf '0+4K,%.0s' {1..33})0+4K;nor up to 32 ranges
	END
	run dsactl hint-vdev "$B" 0x8000000000000000+4K
	[[ $status == 1 && $output == *"beyond the addresses that the IOMMU can map"* ]]
	[ "$(vdev "$B" 'hints | length')" -eq 2 ]
}

@test "page requests alone are refused where the device has none" {
	dsactl destroy-vdev "$B"
	run -6 dsactl create-vdev dsa0 --mapping prs
	[[ $output == *"page requests are not enabled"* ]]
	[ "$(listed '.slices[1].state')" = ready ]
}

@test "a client that may lock too little keeps what fits and is told once what to raise" {
	for _ in 1 2; do
		run -0 unprivileged 8192 vdev-client bad-iova "$A"
	done
	[ "$(vdev "$A" 'mapping_state')" = memlock ]
	run -1 unprivileged 8192 vdev-client run "$A" --count 8 --timeout 1000
	wanted=$(($(vdev "$A" 'wanted_bytes') >> 20))
	told=$(dmesg | grep "$A: .*RLIMIT_MEMLOCK of vdev-client")
	[ "$(wc -l <<<"$told")" -eq 1 ]
	[[ $told =~ only\ ([0-9]+)\ of\ $wanted\ MiB.*is\ 8\ MiB:\ raise\ it\ by\ ([0-9]+)\ MiB ]]
	[ $((BASH_REMATCH[1] + BASH_REMATCH[2])) -eq "$wanted" ]
	run -0 unprivileged 65536 vdev-client run "$A" --count 8
	[ "$(vdev "$A" 'mapping_state')" = complete ]
}

@test "a client that may lock too little costs one line of VFIO's at most, however often it is tried" {
	local probing
	for probing in 0 1; do
		echo $probing >"$PARAMETERS/probe_mappings"
		dmesg -C
		run -0 unprivileged 8192 vdev-client enable-again "$A" --count 20
		[ "$(dmesg | grep -c 'RLIMIT_MEMLOCK (8388608) exceeded')" -eq $probing ]
		[ "$(vdev "$A" 'mapping_state')" = memlock ]
		run -0 unprivileged 65536 vdev-client run "$A" --count 8
	done
	echo 0 >"$PARAMETERS/probe_mappings"
}

@test "max_pinned_mib bounds what a vdev may have" {
	echo 6 > "$PARAMETERS/max_pinned_mib"
	run -0 vdev-client bad-iova "$A"
	echo 0 > "$PARAMETERS/max_pinned_mib"
	[ "$(vdev "$A" 'mapping_state')" = max-pinned ]
	run -0 vdev-client run "$A" --count 8
}

# said NAME KEY: what the client NAME said of it
said() { client_says "$1" | sed -n "s/.* $2=\([0-9]*\).*/\1/p"; }

# Much memory, so that its mapping can be watched: all of it at the enable.
start_vast() {
	echo 0 >"$PARAMETERS/look_ms"
	start_client vast vast "$A" --count 4
	echo 50 >"$PARAMETERS/look_ms"
}

is_mapping() { [ "$(vdev "$1" 'mapping_state')" = mapping ]; }
maps() { is_mapping "$A"; }
is_complete() { [ "$(vdev "$A" 'mapping_state')" = complete ]; }
is_closed() { [ "$(vdev "$A" 'state') $(vdev "$A" 'pinned_pages')" = "closed 0" ]; }

@test "while much memory is mapped, the vdev's registers and its neighbour's commands are answered" {
	local neighbour
	neighbour=$(dsactl create-vdev dsa0)
	start_vast
	run -0 vdev-client enable-again "$neighbour" --count 5 --max 4096
	maps	# so the neighbour did not wait for its end
	wait "$(client_pid vast)"
	client_says vast
	[ $((4 * $(said vast wrote_ms))) -lt "$(said vast after_ms)" ]
	[ $((4 * $(said vast slowest_ms))) -lt "$(said vast after_ms)" ]
	dsactl destroy-vdev "$neighbour"
}

@test "show-vdev and monitor tell how far the mapping is" {
	local events=$BATS_FILE_TMPDIR/far mapped
	start_monitor far --vdev "$A"
	start_vast
	wait_for grep -q '"mapping_state":"mapping"' "$events"
	maps
	mapped=$(vdev "$A" 'mapped_bytes')
	[ "$mapped" -gt 0 ]
	[ "$(vdev "$A" 'wanted_bytes')" -gt $((4 << 30)) ]
	[ "$mapped" -lt "$(vdev "$A" 'wanted_bytes')" ]
	wait "$(client_pid vast)"
	jq -se '[.[] | select(.mapping_state == "mapping")] | .[0].mapped_bytes > 0 and (.[0] | .mapped_bytes < .wanted_bytes)
		and map(.mapped_bytes) == (map(.mapped_bytes) | sort)' "$events"
	jq -se 'any(.[]; .mapping_state == "complete" and .mapped_bytes == .wanted_bytes)' "$events"
	end_client far || true
}

@test "a reset, a close or a kill while memory is mapped ends that at once" {
	local full begin
	full=$(said vast after_ms)	# of the test before
	start_vast
	maps
	end_client vast
	client_says vast
	[[ $(client_says vast) == *stopped* ]]
	[ $((4 * $(said vast reset_ms))) -lt "$full" ]
	[ $((2 * $(said vast close_ms))) -lt "$full" ]
	is_closed
	start_vast
	maps
	begin=$(date +%s%3N)
	end_client vast KILL || true
	wait_for is_closed
	echo "killed: $(($(date +%s%3N) - begin)) ms, mapped in $full ms"
	[ $((2 * ($(date +%s%3N) - begin))) -lt "$full" ]
	run -0 vdev-client run "$A" --count 8
}

@test "what is mapped once the guest is bus master is reached when it enables a work queue" {
	start_client master master "$A"
	wait_for is_complete
	[ "$(vdev "$A" 'mapped_bytes')" -eq "$(vdev "$A" 'wanted_bytes')" ]
	[ "$(vdev "$A" 'state')" = disabled ]
	end_client master
}

# A page behind 4 GiB goes while those are mapped. The next look at what is mapped comes long after
# that, and sees what the one before saw.
goes_and_comes_back() { # UUID
	echo 0 >"$PARAMETERS/look_ms"
	start_client remap remap "$1" --count 4
	echo 2000 >"$PARAMETERS/look_ms"
	is_mapping "$1"
	kill -TERM "$(client_pid remap)"
	wait "$(client_pid remap)"
	[[ $(client_says remap) == *"reached late" ]]
}

@test "memory that goes while the rest is mapped, and comes back when that is over, is reached" {
	goes_and_comes_back "$A"
}

@test "so is memory that hints name" {
	local hinted
	hinted=$(dsactl create-vdev dsa0 --mapping hints)
	dsactl hint-vdev "$hinted" 0x200000+64M,0x7000000000+4G,0x7200000000+4K
	goes_and_comes_back "$hinted"
	dsactl destroy-vdev "$hinted"
}

# movable_block: takes a block of free memory from the kernel for pages that can be migrated, which
# programs get first; says which one.
movable_block() {
	local block
	for block in $(printf '%s\n' /sys/devices/system/memory/memory* | sort -rV); do
		echo offline >"$block/state" || continue
		echo online_movable >"$block/state" && echo "$block" && return
	done 2>/dev/null
	return 1
}

@test "a page that cannot be migrated keeps out no other, and is reached when it can" {
	local block
	block=$(movable_block)
	run -0 vdev-client busy "$A"
	echo offline >"$block/state"
	echo online >"$block/state"
	[ "$output" = "reached late" ]
}

mapped_mib() { dsactl show-vdev "$1" -o json | jq '.vdev.mapped_bytes / 1048576'; }
has_mapped_mib() { [ "$(mapped_mib "$1")" = "$2" ]; }

@test "memory is found after the process that mapped the first has ended, of which some was swapped out" {
	local pid
	modprobe zram
	echo 64M >/sys/block/zram0/disksize
	mkswap /dev/zram0
	swapon /dev/zram0
	start_client orphan orphan "$A" --max 4096
	pid=$(client_says orphan | sed -n 's/^running //p')
	wait_for has_mapped_mib "$A" 3	# 2 of the process that has ended
	kill "$pid"
	wait_for is_closed
	swapoff /dev/zram0
	run ! grep "VFIO's structures are not as expected" <(dmesg)
}

# Seconds that the mapper works: ten minutes by "make mapper".
: "${MAPPER_SECONDS:=10}"

nothing_pinned() { [ "$1" = "$(inventory | grep '^pins ')" ]; }

@test "memory of all kinds, mapped and unmapped at random, is reached as promised, beside a vdev that works" {
	local pins beside siblings
	# Alone, as by "make mapper", it finds the vdev that earlier tests have destroyed.
	! dsactl show-vdev "$B" >/dev/null 2>&1 || dsactl -q destroy-vdev "$B"
	beside=$(dsactl create-vdev dsa0)
	mapfile -t siblings < <(dsactl create-vdev dsa0 --count 2)
	pins=$(inventory | grep '^pins ')
	start_client beside hold "$beside" --max 65536
	run hostile-mapper "$A,${siblings[0]},${siblings[1]}" "$MAPPER_SECONDS" "$RANDOM"
	echo "$output"
	[ "$status" -eq 0 ]
	end_client beside
	[[ $(client_says beside) =~ moved=[1-9] ]]
	[[ $output =~ opened=[1-9] ]]
	is_closed
	wait_for nothing_pinned "$pins"
	for beside in "$beside" "${siblings[@]}"; do dsactl destroy-vdev "$beside"; done
}
