#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Profiles on devices: what is saved comes back, as a whole or not at all.
# lab: --devices 2 --profile gnrd

load common

store=/etc/dsactl/profiles.d
uuid=11111111-2222-4333-8444-555555555555

saved() { dsactl save-profile -; }

teardown() {
	end_clients
	clear_all
}

# A layout of both devices that fits, by number: slices alone and in groups, work
# queues of the host enabled and not, vdevs with names, owners, or neither, and what else
# idxd has of such a device. Its version has no progress limits, idxd writes no traffic
# classes to it, and no processor of the lab has shared work queues; tests/cli pretends
# devices that have them.
random_layout() {
	RANDOM=$1
	local device group members nr sep=""
	printf '{"version": 1, "devices": ['
	for device in dsa0 dsa1; do
		printf '%s{"match": {"name": "%s"}, "event_log_size": %d, "read_buffer_limit": %d, "groups": [' \
			"$sep" "$device" $((64 + RANDOM % 100)) $((12 + RANDOM % 80))
		sep=""
		for ((group = 1, nr = 1 + RANDOM % 3; group <= nr; group++)); do
			members=$((1 + RANDOM % 3))
			printf '%s{"engines": 1, "read_buffers_reserved": %d, "read_buffers_allowed": %d, "use_read_buffer_limit": %d' \
				"$sep" $((RANDOM % 8)) $((8 + RANDOM % 40)) $((RANDOM % 2))
			((members & 1)) && random_slice "$device$group"
			((members & 2)) && random_wq "$device$group"
			printf '}'
			sep=', '
		done
		printf ']}'
	done
	printf ']}\n'
}

random_slice() {
	local attrs vdev=""
	random_attrs
	printf ', "slices": [{"wqs": [{"count": %d, "size": %d, "priority": %d%s}]' \
		$((1 + RANDOM % (${1: -1} < 3 ? 2 : 1))) $((1 + RANDOM % 16)) $((1 + RANDOM % 15)) "$attrs"
	((RANDOM % 2)) && vdev=", \"vdev\": {\"owner\": \"o$1\"}"
	((RANDOM % 2)) && vdev=${vdev/%\}/, \"name\": \"n$1\"\}}
	printf '%s}]' "$vdev"
}

random_wq() {
	local attrs kinds=('"type": "kernel"' '"type": "user"' '"type": "user", "enabled": false'
		'"type": "none", "enabled": false')
	random_attrs
	printf ', "wqs": [{%s, "name": "größe 日本 %s", "size": %d, "max_batch_size": %d%s}]' \
		"${kinds[RANDOM % 4]}" "$1" $((1 + RANDOM % 8)) $((2 << RANDOM % 10)) "$attrs"
}

# Into $attrs, each now and then; no subshell, which has random numbers of its own. The operations
# have those that a copy and a drain need.
random_attrs() {
	attrs=""
	((RANDOM % 2)) && printf -v attrs ', "op_config": "1,%08x"' $((0x3f0000 | 0x1d | RANDOM % 2 << 5))
	((RANDOM % 2)) && attrs+=', "ats_disable": 1'
	((RANDOM % 2)) && attrs+=', "prs_disable": 1'
	((RANDOM % 2)) && attrs+=", \"max_transfer_size\": $((4096 << RANDOM % 10))"
	true
}

# Nothing on any device, whosever it is.
clear_all() {
	dsactl -q destroy-vdev all --force
	dsactl -q apply-profile - --replace <<<'{"version": 1, "devices": [{"match": {"any": true},
		"enabled": false, "groups": []}]}'
}

@test "what was saved comes back byte for byte, for random layouts" {
	for ((seed = 1; seed <= ${LAYOUTS:-2}; seed++)); do
		random_layout "$seed" >"$BATS_TEST_TMPDIR/layout.json"
		dsactl -q apply-profile "$BATS_TEST_TMPDIR/layout.json" --replace
		dsactl save-profile before
		clear_all
		[ "$(listed '"\(.slices | length) \([.wqs[] | select(.size > 0)] | length)"')" = "0 0" ]
		dsactl -q apply-profile before
		dsactl save-profile after
		cmp $store/before.json $store/after.json || { cat "$BATS_TEST_TMPDIR/layout.json"; false; }
		run -0 dsactl apply-profile after
		[ -z "$output" ]
		clear_all
	done
}

@test "what is in the way is not replaced unasked, and owners are asked for" {
	dsactl split-device dsa0 --slices 2
	dsactl create-vdev dsa0 --name vm1 --owner alice
	dsactl save-profile here
	before=$(saved)
	refused 5 "dsa0: it is split into 2 slices" apply-profile "$LAB_TREE/profiles/slice-per-wq.json"
	refused 7 "vm1: it belongs to alice" apply-profile "$LAB_TREE/profiles/slice-per-wq.json" --replace
	[ "$(saved)" = "$before" ]
	run -0 dsactl apply-profile "$LAB_TREE/profiles/slice-per-wq.json" --replace --owner alice
	[ "$(listed '[.slices[].state] | unique | join(" ")') $(listed '.slices | length')" = "ready 16" ]
	dsactl -q apply-profile here --replace
	[ "$(saved)" = "$before" ]
}

# with_vm1 NR OWNER: a vdev behind NR slices, whose work queue and so UUID depends on them
with_vm1() {
	jq -nc --argjson nr "$1" --arg owner "$2" '{version: 1, devices: [{match: {name: "dsa0"}, groups: [{engines: "max",
		slices: [{count: $nr, wqs: [{size: 8}]}, {wqs: [{size: 8}], vdev: {name: "vm1", owner: $owner}}]}]}]}'
}

@test "a vdev is replaced by that of the same name and owner, and by no other" {
	with_vm1 2 alice | dsactl -q apply-profile -
	refused 7 "vm1: it belongs to alice" apply-profile - --replace < <(with_vm1 1 bob)
	refused 7 "vm1: it belongs to alice" apply-profile - --replace < <(with_vm1 2 bob)
	start_client open hold "$(listed '.vdevs[].uuid')"
	refused 5 vdev-client apply-profile - --replace < <(with_vm1 1 alice)
	end_client open
	with_vm1 1 alice | dsactl -q apply-profile - --replace
	[ "$(listed '[.vdevs[] | [.name, .owner]] | tojson')" = '[["vm1","alice"]]' ]
	[ "$(listed '.slices | length')" = 2 ]
}

@test "a slice whose work queue is disabled is not as the profile has it" {
	dsactl split-device dsa0 --slices 2 --wqs 2
	dsactl create-vdev dsa0 --name vm1
	dsactl save-profile here
	wq=dsa0/wq0.$(listed '.slices[0].wqs[1]')
	accel-config disable-wq "$wq"
	run -0 dsactl diff-profile here
	[[ $output == "~ dsa0.groups["*"].slices["*"].wqs[${wq#*.}].enabled: false -> true" ]]
	run -0 dsactl apply-profile here -n
	[[ $output == *"would enable the work queues that slices of dsa0 have lost" ]]
	run -0 dsactl apply-profile here
	[ "$(listed '[.slices[].state] | join(" ")')" = "used ready" ]
	run -0 dsactl diff-profile here
	[ -z "$output" ]
	saved | cmp - $store/here.json
}

@test "a vdev of any UUID that the kernel takes is saved and comes back, that of zeros too" {
	local zeros=00000000-0000-0000-0000-000000000000
	dsactl split-device dsa0 --slices 3
	# As Proxmox makes them: the number of the entry, and last the VM's id, which a clone keeps.
	dsactl create-vdev dsa0 --uuid 00000000-0000-0000-0000-000000000100
	dsactl create-vdev dsa0 --uuid 00000001-0000-0000-0000-000000000100
	refused 5 "a mediated device of this UUID exists: choose another UUID" \
		create-vdev dsa0 --uuid 00000000-0000-0000-0000-000000000100
	echo $zeros >"/sys/class/mdev_bus/$(listed '.devices[0].pci')/mdev_supported_types/idxd-1dwq-v1/create"
	dsactl save-profile here
	dsactl destroy-vdev $zeros
	run -0 dsactl apply-profile here
	saved | cmp - $store/here.json
	dsactl destroy-vdev $zeros
	[ "$(dsactl create-vdev dsa0 --uuid $zeros)" = $zeros ]
}

@test "what another tool disabled is enabled again, and no vdev notices but the one that lost it" {
	dsactl split-device dsa0 --slices 2
	for vm in vm1 vm2; do dsactl create-vdev dsa0 --name $vm; done
	dsactl save-profile here
	dsactl enable-profile here
	start_client c hold "$(vdev vm1 uuid)" --max 4096
	before=$(saved)
	for verb in restore "apply-profile here" "apply-profile here --replace"; do
		accel-config disable-wq "dsa0/wq0.$(listed ".slices[] | select(.vdev == \"$(vdev vm2 uuid)\") | .wqs[0]")"
		[ "$(listed '[.slices[].state] | sort | join(" ")')" = "halted used" ]
		# shellcheck disable=SC2086 # words by intent
		run -0 dsactl $verb
		[ "$(listed '[.slices[].state] | join(" ")')" = "used used" ]
		[ "$(vdev vm1 state)" != closed ]
		kill -0 "$(client_pid c)"
		[ "$(saved)" = "$before" ]
	done
	end_client c
	dsactl delete-profile here
}

@test "restore brings a device back that another tool disabled, if nothing on it is lost by that" {
	dsactl split-device dsa0 --slices 2
	dsactl create-vdev dsa0 --name vm1 --owner alice
	dsactl save-profile here
	dsactl enable-profile here
	before=$(saved)
	accel-config disable-device -f dsa0
	run -0 dsactl restore
	[ "$(saved)" = "$before" ]
	accel-config disable-device -f dsa0
	# The vdev would be no one's.
	jq 'del(.. | .owner?)' $store/here.json >$store/ownerless.json
	dsactl disable-profile here
	dsactl enable-profile ownerless
	refused 5 "apply-profile --replace has it so" restore --device dsa0
	dsactl delete-profile ownerless
	dsactl enable-profile here
	run -0 dsactl restore
	[ "$(saved)" = "$before" ]
	dsactl create-vdev dsa0 --name vm2
	accel-config disable-device -f dsa0
	# vm2 is not in the profile, and would be lost.
	refused 5 "apply-profile --replace has it so" restore --device dsa0
	[ "$(listed '.vdevs | length')" -eq 2 ]
	dsactl delete-profile here
}

@test "how memory is found is a part of it, of a vdev and of a slice for which no one says it" {
	apply() {
		printf '{"version":1,"devices":[{"match":{"name":"dsa0"},"groups":[{"slices":[
			{"mapping":"hints","wqs":[{}],"vdev":{"name":"vm1"}},
			{"mapping":"hints","wqs":[{}],"vdev":{"name":"vm2","mapping":"%s"}}]}]}]}' "$1" |
			dsactl apply-profile - "${@:2}"
	}
	refused 6 "mapping prs: page requests are not enabled on it" apply-profile - < <(
		printf '{"version":1,"devices":[{"match":{"name":"dsa0"},"groups":[{"slices":[
			{"mapping":"prs","wqs":[{}]}]}]}]}')
	apply sweep
	[ "$(vdev vm1 mapping) $(vdev vm2 mapping)" = "hints sweep" ]
	[ "$(saved | jq -c '[.devices[0].groups[].slices[] | .mapping, .vdev.mapping]')" = '["hints",null,"hints","sweep"]' ]
	run -0 apply sweep
	[ -z "$output" ]
	run -5 apply hints
	[[ $output == *"vm2: this vdev is not so in the profile"* ]]
	run -0 apply hints --replace
	[[ $output == *'.vdev.mapping: "sweep"'* ]]
	[ "$(vdev vm2 mapping)" = hints ]
}

@test "vdevs come and go while another of the same device is open" {
	dsactl split-device dsa0 --slices 3
	one=$(dsactl create-vdev dsa0)
	dsactl save-profile one
	two=$(dsactl create-vdev dsa0)
	dsactl save-profile two
	start_client c hold "$one" --max 4096
	run -0 dsactl apply-profile one --replace
	[[ $output == *"$two"* ]]
	run -0 dsactl apply-profile two
	[ "$(listed '.vdevs | length')" -eq 2 ]
	refused 5 "vdev-client (pid" apply-profile "$LAB_TREE/profiles/slice-per-wq.json" --replace
	end_client c
}

@test "restore brings the enabled profiles back, the same vdevs, and twice is once" {
	dsactl split-device dsa0 --slices 1
	dsactl create-vdev dsa0 --name vm1 --uuid $uuid
	for name in damaged boot; do
		dsactl save-profile $name
		dsactl enable-profile $name
	done
	dsactl unsplit-device all --force
	echo "{" >$store/damaged.json
	run -0 --separate-stderr dsactl restore --device dsa1
	# shellcheck disable=SC2154 # set by bats
	[[ $stderr == *"damaged.json"*"passed over"* ]]
	[ "$(listed '.slices | length')" -eq 0 ]
	run -0 dsactl -q restore
	[ "$(vdev vm1 uuid)" = "$uuid" ]
	run -0 dsactl -q restore
	[ -z "$output" ]
	dsactl -q delete-profile damaged
	saved | cmp - $store/boot.json
	dsactl delete-profile boot
	[ "$(cat /etc/dsactl/dsactl.conf)" = "enabled = " ]
}

@test "accel-config loads what is exported, and its own file comes back as the same" {
	printf '{"version":1,"devices":[{"match":{"name":"dsa0"},"groups":[{"engines":2,"wqs":[
		{"type":"kernel","name":"dma","size":16},{"type":"kernel","name":"other","size":8,"priority":3}]}]}]}' |
		dsactl -q apply-profile -
	dsactl save-profile host
	dsactl export-profile host --to accel-config >"$BATS_TEST_TMPDIR/a.json"
	accel-config save-config -s "$BATS_TEST_TMPDIR/b.json"
	accel-config disable-device dsa0
	run -0 accel-config load-config -c "$BATS_TEST_TMPDIR/a.json" -e
	saved | cmp - $store/host.json
	dsactl import-profile "$BATS_TEST_TMPDIR/b.json" --name theirs
	run -0 dsactl apply-profile theirs
	[ -z "$output" ]
	accel-config disable-device dsa0
}

# whole_at CALL COMMAND...: begin_again and the command, killed at some of its calls, with
# EVERY=1 at each: the next dsactl brings back what was before, or what it has done is all.
whole_at() {
	local call=$1 n=1 nr=0 now late before
	shift
	begin_again
	before=$(saved) late=""
	while killed_at "$call" "$n" "$@"; do
		recover 2>"$BATS_TEST_TMPDIR/said"
		now=$(saved)
		if grep -v 'it was undone$' "$BATS_TEST_TMPDIR/said"; then
			echo "$call $n: that is all but undone"
			return 1
		fi
		if [ "$now" != "$before" ]; then
			late=${late:-$now}
			[ "$now" = "$late" ] || break
			begin_again
		fi
		nr=$((nr + 1))
		n=$((n * (EVERY ? 1 : 2) + 1))
	done
	now=$(saved)
	[ "$now" != "$before" ]
	if [ -n "$late" ] && [ "$now" != "$late" ]; then
		echo "$call $n: half of it is left"
		diff <(echo "$late") <(echo "$now")
		return 1
	fi
	((nr > 1)) || { echo "$call: killed only $nr times"; return 1; }
	echo "# $call: killed $nr times" >&3
}

@test "apply-profile, killed anywhere, is undone with slices and vdevs by the next dsactl" {
	printf '{"version":1,"devices":[{"match":{"name":"dsa0"},"groups":[{"engines":1,
		"slices":[{"wqs":[{}],"vdev":{}}]}]}]}' >"$BATS_TEST_TMPDIR/p.json"
	begin_again() {
		dsactl -q unsplit-device all --force
		dsactl -q split-device dsa0 --slices 2 --wqs 2
		dsactl create-vdev dsa0 --name vm1 --uuid $uuid --mapping hints
	}
	for call in write ${EVERY:+sendmsg}; do
		whole_at "$call" dsactl apply-profile "$BATS_TEST_TMPDIR/p.json" --replace
	done
}

@test "restore, killed anywhere, leaves nothing half-made" {
	dsactl split-device dsa0 --slices 1
	dsactl create-vdev dsa0 --name vm1
	dsactl save-profile boot
	dsactl enable-profile boot
	begin_again() { dsactl -q unsplit-device all --force; }
	for call in write ${EVERY:+sendmsg}; do
		whole_at "$call" dsactl restore
	done
	dsactl delete-profile boot
}
