#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # set by bats; scripts for inner shells
# Profiles as files: what is in them, and that none is ever lost or half-written.

load host.bash
load valid.bash
bats_require_minimum_version 1.5.0

setup() {
	need_namespaces
	PATH=${dsactl%/*}:$PATH
	tree=$BATS_TEST_DIRNAME/../..
	export PATH tree
}

one='mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled'

# keeps_to_schema FILE...: each, by the schema alone.
keeps_to_schema() {
	python3 - "$tree/schema/dsactl-profile.schema.json" "$@" <<-'END'
		import json, sys, jsonschema
		schema = json.load(open(sys.argv[1]))
		jsonschema.Draft202012Validator.check_schema(schema)
		for name in sys.argv[2:]:
		    jsonschema.validate(json.load(open(name)), schema)
	END
}

@test "each profile of the package keeps to the schema and fits a device" {
	keeps_to_schema "$tree"/profiles/*.json
	for file in "$tree"/profiles/*.json; do
		run --separate-stderr on_host "$one" dsactl apply-profile "$file" -n
		echo "$file: $output$stderr"
		[ "$status" -eq 0 ]
		[[ $output == *"would configure dsa0 with "* ]]
	done
}

# What one of the two takes and the other does not would be a mistake of either.
@test "the schema refuses what dsactl refuses, and takes what it writes" {
	local wrong=(
		'{"devices":[]}' '{"version":2,"devices":[]}' '{"version":1,"devices":[],"x":1}'
		'{"version":1,"devices":[],"description":"a\nb"}' '{"version":1,"devices":[],"description":"\u009b2J"}'
		'{"version":1,"devices":[{"match":{},"groups":[]}]}'
		'{"version":1,"devices":[{"match":{"any":true}}]}'
		'{"version":1,"devices":[{"match":{"pci":"1:2.3"},"groups":[]}]}'
		'{"version":1,"devices":[{"match":{"any":true},"groups":[{"engines":-1}]}]}'
		'{"version":1,"devices":[{"match":{"any":true},"groups":[{"slices":[{"wqs":[]}]}]}]}'
		'{"version":1,"devices":[{"match":{"any":true},"groups":[{"slices":[{"wqs":[{"mode":"shared"}]}]}]}]}'
		'{"version":1,"devices":[{"match":{"any":true},"groups":[{"slices":[{"wqs":[{}],"mapping":"all"}]}]}]}'
		'{"version":1,"devices":[{"match":{"any":true},"groups":[{"slices":[{"wqs":[{}],"vdev":{"mapping":"SWEEP"}}]}]}]}'
		'{"version":1,"devices":[{"match":{"any":true},"groups":[{"slices":[{"wqs":[{}],"vdev":{"name":"all"}}]}]}]}'
		'{"version":1,"devices":[{"match":{"any":true},"groups":[{"wqs":[{"size":70000}]}]}]}'
		'{"version":1,"devices":[{"match":{"any":true},"groups":[{"wqs":[{"type":"mdev"}]}]}]}'
	)
	for text in "${wrong[@]}"; do
		printf '%s\n' "$text" >"$BATS_TEST_TMPDIR/p.json"
		echo "$text"
		run ! keeps_to_schema "$BATS_TEST_TMPDIR/p.json"
		run ! dsactl show-profile "$BATS_TEST_TMPDIR/p.json"
	done
	on_host "${one/disabled/enabled 16}" dsactl save-profile - >"$BATS_TEST_TMPDIR/p.json"
	keeps_to_schema "$BATS_TEST_TMPDIR/p.json"
}

@test "a mistake is told with the file and its JSON path" {
	printf '{"version":1,"devices":[{"match":{"any":true},"groups":[{"wqs":[{"sise":1}]}]}]}' \
		>"$BATS_TEST_TMPDIR/p.json"
	run --separate-stderr dsactl show-profile "$BATS_TEST_TMPDIR/p.json"
	[ "$status" -eq 2 ]
	[[ $stderr == *"p.json: devices[0].groups[0].wqs[0].sise: there is no such key: known are count, id, type,"* ]]
}

@test "no control character of a profile or a file's name reaches a terminal" {
	printf '{"version":1,"devices":[],"\\u001b[2J":1}' >"$BATS_TEST_TMPDIR/"$'\e[2Jp.json'
	run --separate-stderr dsactl show-profile "$BATS_TEST_TMPDIR/"$'\e[2Jp.json'
	[ "$status" -eq 2 ]
	[[ $stderr == *"/?[2Jp.json: ?[2J: there is no such key"* && $stderr != *$'\e'* ]]
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		printf "{\"version\":1,\"devices\":[],\"\\u009b2J\":1}" >/etc/dsactl/profiles.d/a.json
		dsactl list-profiles; dsactl restore -n'
	echo "$output$stderr"
	[[ $output == *"??2J: there is no such key"* && $output != *$'\u009b'* ]]
}

@test "what was saved is what there is: nothing to do, no difference" {
	run --separate-stderr on_host "${one/disabled/disabled 16}" bash -c '
		dsactl save-profile a && dsactl apply-profile a && dsactl diff-profile a &&
		dsactl save-profile b && cmp /etc/dsactl/profiles.d/[ab].json'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

# random_device SEED: give dsa0 three groups with a work queue each, and all that idxd has of a
# device a value that is not its default. For the inner shell.
random_device() {
	local dsa=/sys/bus/dsa/devices i mode size names=(grün 日本語 "two words" "a,b=c")
	RANDOM=$1
	attributes $dsa/dsa0 state=enabled version=0x201 "read_buffer_limit=$((12 + RANDOM % 80))" \
		"event_log_size=$((65 + RANDOM))"
	for i in 0 1 2; do
		size=$((2 + RANDOM % 40)) mode=shared
		((RANDOM % 2 && i)) && mode=dedicated
		attributes $dsa/engine0.$i group_id=$i
		attributes $dsa/group0.$i read_buffers_reserved=$((1 + RANDOM % 8)) use_read_buffer_limit=1 \
			read_buffers_allowed=$((8 + RANDOM % 60)) traffic_class_a=$((2 + RANDOM % 6)) \
			traffic_class_b=$((2 + RANDOM % 6)) desc_progress_limit=$((1 + RANDOM % 3)) \
			batch_progress_limit=$((1 + RANDOM % 3))
		attributes $dsa/wq0.$i group_id=$i size=$size mode=$mode type=user driver_name=user \
			priority=$((1 + RANDOM % 9)) "name=${names[RANDOM % 4]} $i" threshold=$((1 + RANDOM % (size - 1))) \
			max_batch_size=$((2 << RANDOM % 9)) max_transfer_size=$((4096 << RANDOM % 10)) \
			enqcmds_retries=$((RANDOM % 32)) \
			"$(printf 'op_config=%s00000000,%08x' "00000000,00000000,00000000,00000000,00000000,00000000," $((0x3f0000 | RANDOM % 1024)))"
		if ((i)); then
			attributes $dsa/wq0.$i ats_disable=1 prs_disable=1
		else
			attributes $dsa/wq0.$i block_on_fault=1
		fi
		((i == 2)) || ln -s /sys/bus/dsa/drivers/user $dsa/wq0.$i/driver
	done
}

@test "all that idxd has of a device is saved, and what is saved is what there is, for random values" {
	for seed in {1..8}; do
		run --separate-stderr on_host "$one; $(declare -f random_device); random_device $seed" bash -c '
			set -e
			dsactl save-profile a
			dsactl apply-profile a
			dsactl diff-profile a
			dsactl save-profile b
			cmp /etc/dsactl/profiles.d/[ab].json
			. "$1"
			rm -r /sys/devices/* /sys/bus/dsa/devices
			pretend_device 0 0x11fb disabled
			echo 0x201 >/sys/bus/dsa/devices/dsa0/version
			dsactl diff-profile a >/run/differences
			for key in read_buffer_limit event_log_size read_buffers_reserved read_buffers_allowed \
				use_read_buffer_limit traffic_class_a traffic_class_b desc_progress_limit \
				batch_progress_limit size mode type driver priority name threshold max_batch_size \
				max_transfer_size op_config enqcmds_retries ats_disable prs_disable block_on_fault enabled; do
				grep -q "$key" /run/differences || echo "$key is not in it"
			done' _ "$BATS_TEST_DIRNAME/host.bash"
		echo "$seed: $output$stderr"
		[ "$status" -eq 0 ]
		[ -z "$output$stderr" ]
	done
}

@test "a work queue named in any script is saved, shown and enabled" {
	run --separate-stderr on_host "${one/disabled/disabled 16}" bash -c '
		for name in grün 日本語 "naïve 😀"; do
			echo "$name" >/sys/bus/dsa/devices/wq0.0/name
			dsactl save-profile a && dsactl enable-profile a && dsactl apply-profile a && dsactl diff-profile a &&
			dsactl show-profile a | jq -r ".devices[0].groups[0].wqs[0].name"
		done
		echo "{\"version\":1,\"description\":\"Größe\",\"devices\":[]}" | dsactl show-profile - | jq -r .description'
	echo "$output$stderr"
	[ "$output" = $'grün\n日本語\nnaïve 😀\nGröße' ]
	[ -z "$stderr" ]
}

@test "a name that no profile can hold is refused with its work queue, and nothing is written" {
	while IFS='|' read -r name fault; do
		run --separate-stderr on_host "${one/disabled/disabled 16}" bash -c '
			printf "$1" >/sys/bus/dsa/devices/wq0.0/name
			dsactl save-profile a; echo "$?"; dsactl save-profile -; echo "$?"; ls /etc/dsactl' _ "$name"
		echo "$output$stderr"
		[ "$output" = $'6\n6' ]
		[[ $stderr == *"wq0.0: its name $fault, and no profile can hold it: give it another name"* ]]
	done <<-END
		gr\\xfcn|is not UTF-8
		a\\tb|has a control character
		$(printf 'x%.0s' {1..128})|is longer than 127 bytes
	END
}

@test "what is no JSON is refused with its place, in profiles and imports" {
	while IFS='|' read -r text words; do
		for verb in "show-profile -" "import-profile - --name a" "import-profile - --from mdevctl --name a"; do
			run --separate-stderr on_host "$one" bash -c "dsactl $verb" <<<"$text"
			echo "$verb, $text: $output$stderr"
			[ "$status" -eq 2 ]
			[[ $stderr == *"standard input: byte $words"* ]]
		done
	done <<-'END'
		{"version":1,"devices":[],"version":1}|26: "version" is given twice
		{"version":1,"devices\u0000":[]}|21: there is a \u0000
		{"version":01,"devices":[]}|11: this is not JSON: a number begins
		{"version":1, // one|14: this is not JSON
		{"version":1,"devices":[],}|26: this is not JSON
		{'version':1,"devices":[]}|1: this is not JSON
		{"version":18446744073709551616,"devices":[]}|11: the number has more than 64 bits
	END
}

@test "a device takes the first entry that matches it, and each entry must match one" {
	run --separate-stderr on_host "$one; pretend_device 1 0x11fb disabled" bash -c '
		dsactl apply-profile - -n -q <<-END
			{"version": 1, "devices": [
			  {"match": {"numa": 1, "type": "dsa"}, "groups": [{"count": 3, "slices": [{"wqs": [{}]}]}]},
			  {"match": {"any": true}, "groups": [{"slices": [{"wqs": [{}]}]}]}]}
		END
		dsactl apply-profile - -n <<-END
			{"version": 1, "devices": [{"match": {"name": "dsa7"}, "groups": []}]}
		END'
	[ "$output" = $'would configure dsa0 with 1 slice\nwould configure dsa1 with 3 slices' ]
	[[ $stderr == *"devices[0].match: there is no such device"* ]]
}

@test "an address is one device to each verb, option and profile, however it is written" {
	local at_6a="$one"'
		mkdir /sys/devices/pci0000:6a
		mv /sys/devices/pci0000:00/0000:00:05.0 /sys/devices/pci0000:6a/0000:6a:01.0
		rm /sys/bus/dsa/devices/*
		cd /sys/devices/pci0000:6a/0000:6a:01.0/dsa0
		ln -s "$PWD" "$PWD"/*.* /sys/bus/dsa/devices/'
	for address in 0000:6a:01.0 0000:6A:01.0; do
		run --separate-stderr on_host "$at_6a" bash -e -c '
			profile="{\"version\":1,\"devices\":[{\"match\":{\"pci\":\"$1\"},\"groups\":[{\"slices\":[{\"wqs\":[{}]}]}]}]}"
			dsactl split-device "$1" --slices 1 -n
			dsactl unsplit-device "$1" -n
			dsactl create-vdev "$1" -n
			dsactl apply-profile - -n -q <<<"$profile"
			dsactl apply-profile - -n -q --device "$1" <<<"$profile"
			dsactl diff-profile - --device "$1" <<<"$profile" | tail -n 1
			dsactl restore --device "$1" -n' _ "$address"
		echo "$address: $output$stderr"
		[ "$status" -eq 0 ]
		[ "${output//[^$'\n']/}" = $'\n\n\n\n\n' ]
	done
	run --separate-stderr on_host "$at_6a" dsactl split-device 6a:01.0 -n
	[ "$status" -eq 4 ]
	[[ $stderr == *"6a:01.0: there is no such device: an address has its domain, such as 0000:6a:01.0"* ]]
}

# order MATCH...: a profile with an entry of that match each, planned for two devices on two nodes.
order() {
	local entries
	entries=$(printf ',{"match": {%s}, "enabled": false, "groups": []}' "$@")
	run --separate-stderr on_host "$one; pretend_device 1 0x11fb disabled" \
		dsactl apply-profile - -n <<<"{\"version\": 1, \"devices\": [${entries:1}]}"
	echo "$*: $status $output$stderr"
}

@test "an entry that one before it hides is refused; one whose devices special ones have taken is not" {
	any='"any": true' dsa0='"name": "dsa0"' dsa1='"pci": "0000:01:05.0"' dsa='"type": "dsa"' node1='"numa": 1'
	while IFS=';' read -ra matches; do
		order "${matches[@]}"
		[ "$status" -eq 2 ]
		[[ $stderr == *"devices[$((${#matches[@]} - 1))].match: devices["*"] is for the same devices and comes first: place it before that one"* ]]
	done <<-END
		$any;$dsa0
		$any;$node1
		$dsa;$dsa1
		$dsa0;$any;$dsa
		$dsa0;$dsa0
		$dsa;$dsa, $node1
	END
	while IFS=';' read -ra matches; do
		order "${matches[@]}"
		[ "$status" -eq 0 ]
	done <<-END
		$dsa0;$dsa1;$any
		$dsa0;$node1;$dsa
		$dsa;$any
		$dsa1;$dsa, $node1;$any
		"name": "dsa1";$dsa1;$any
	END
}

@test "a template passes over what cannot be configured; who names it is told" {
	run --separate-stderr on_host "$one; echo 0 >/sys/bus/dsa/devices/dsa0/configurable
		pretend_device 1 0x11fb disabled" bash -c '
		dsactl apply-profile "$tree/profiles/slice-per-wq.json" -n -q
		sed "s/\"type\": \"dsa\"/\"name\": \"dsa0\"/" "$tree/profiles/slice-per-wq.json" |
			dsactl apply-profile - -n'
	echo "$output$stderr"
	[ "$status" -eq 6 ]
	[ "$output" = "would configure dsa1 with 8 slices" ]
	[[ $stderr == *"dsa0: its configuration is fixed"* ]]
	run on_host "$one; echo 0 >/sys/bus/dsa/devices/dsa0/configurable" dsactl apply-profile "$tree/profiles/slice-per-wq.json" -n
	[ "$status" -eq 6 ]
	[[ $output == *"devices[0].match: it has dsa0 and no other to take: its configuration is fixed: dsactl list"* ]]
}

@test "what this host lacks is refused by the plan, for work queues of the host as for slices" {
	while IFS='|' read -r lack group want words; do
		run --separate-stderr on_host "$one; $lack" \
			dsactl apply-profile - -n -q <<<"{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":[{$group}]}]}"
		echo "$lack, $group: $status $output$stderr"
		[ "$status" -eq "$want" ]
		[[ $stderr == *"$words"* ]]
		[[ $want == 0 && $output == "would configure dsa0"* || -z $output ]]
	done <<-'END'
		true|"wqs":[{"block_on_fault":true}]|0|
		pretend_features 0 0 1|"wqs":[{}]|0|
		pretend_features 0 0 1|"wqs":[{"block_on_fault":true,"enabled":false}],"slices":[{"wqs":[{}]}]|0|
		pretend_features 0 0 1|"wqs":[{"block_on_fault":true}]|6|work queue 0: page requests are not enabled on the device
		pretend_features 0 0 1|"slices":[{"wqs":[{"block_on_fault":true}]}]|6|page requests are not enabled on it
		pretend_features 0 0 1|"slices":[{"wqs":[{}],"mapping":"prs"}]|6|mapping prs: page requests are not enabled on it
		pretend_features 0 1 0|"slices":[{"wqs":[{}]}]|6|no PASID can be attached to it
		pretend_features 0 1 0|"wqs":[{"type":"kernel"}]|0|
		echo 0 >/sys/bus/dsa/devices/dsa0/pasid_enabled|"wqs":[{}]|6|PASIDs of processes are not enabled on the device
		echo 0 >/sys/bus/dsa/devices/dsa0/pasid_enabled|"wqs":[{"type":"kernel"}]|0|
		pretend_cpu movdir64b|"wqs":[{"mode":"shared"}]|6|the CPU shows no ENQCMD
		pretend_cpu movdir64b|"wqs":[{"mode":"shared","enabled":false}],"slices":[{"wqs":[{}]}]|6|the CPU shows no ENQCMD
		pretend_cpu movdir64b|"slices":[{"wqs":[{}]}]},{"id":null,"wqs":[{"mode":"shared","enabled":false}]|0|
		true|"wqs":[{"mode":"shared"}]|0|
		true|"wqs":[{"driver":"crypto"}]|4|dsa0, work queue 0: its driver crypto is not registered
		true|"wqs":[{"driver":"crypto","enabled":false}],"slices":[{"wqs":[{}]}]|0|
		true|"wqs":[{"block_on_fault":true,"prs_disable":1}]|2|block_on_fault waits for pages, which prs_disable
	END
}

@test "one UUID for many devices is refused, with what to do" {
	run --separate-stderr on_host "$one; pretend_device 1 0x11fb disabled" bash -c '
		dsactl apply-profile - -n <<-END
			{"version": 1, "devices": [{"match": {"any": true}, "groups": [{"slices": [{"wqs": [{}],
			  "vdev": {"uuid": "11111111-2222-4333-8444-555555555555"}}]}]}]}
		END'
	[ "$status" -eq 2 ]
	[[ $stderr == *"more than one vdev: leave it out, or match one device only"* ]]
}

@test "a vdev that a profile gives to two devices is the first one's, also where each is restored by itself" {
	for vdev in '"uuid": "9F579710-0000-4000-8000-4ffa0fb1f3a5"' '"name": "vm1"'; do
		run --separate-stderr on_host "$one; pretend_device 1 0x11fb disabled" bash -c '
			mkdir /etc/dsactl/profiles.d
			groups="\"groups\": [{\"slices\": [{\"wqs\": [{}], \"vdev\": {$1}}]}]"
			echo "{\"version\": 1, \"devices\": [{\"match\": {\"name\": \"dsa0\"}, $groups},
				{\"match\": {\"name\": \"dsa1\"}, $groups}]}" >/etc/dsactl/profiles.d/two.json
			echo "enabled = two" >/etc/dsactl/dsactl.conf	# enable-profile refuses it
			dsactl restore -n; echo "$?"
			dsactl apply-profile two -n; echo "$?"' _ "$vdev"
		echo "$output$stderr"
		[ "$output" = $'would configure dsa0 with 1 slice\nwould create a vdev on a new slice of dsa0\n3\n2' ]
		[ "$(grep -c "for more than one vdev: leave it out, or match one device only" <<<"$stderr")" -eq 2 ]
	done
}

@test "a damaged profile is listed with its mistake, and stops no other from being restored" {
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		echo "{" >/etc/dsactl/profiles.d/bad.json
		cp "$tree/profiles/slice-per-wq.json" /etc/dsactl/profiles.d/good.json
		printf "# mine\nenabled = bad" >/etc/dsactl/dsactl.conf
		dsactl enable-profile good && cat /etc/dsactl/dsactl.conf
		dsactl list-profiles -o json | jq -c ".profiles[] | [.name, .enabled, .error]"
		dsactl restore -n
		dsactl disable-profile good; dsactl restore -n; echo "$?"
		cat /etc/dsactl/dsactl.conf'
	echo "$output$stderr"
	[[ $output == $'# mine\nenabled = bad good\n["bad",true,"byte '*$'["good",true,null]\nwould configure dsa0 with 8 slices\n2\n# mine\nenabled = bad' ]]
	[[ $stderr == *"bad.json: byte "*"it is passed over"* ]]
}

@test "whether a file could be enabled can be asked, and it has to be saved for that" {
	run --separate-stderr on_host "$one" bash -c '
		cp "$tree/profiles/slice-per-wq.json" /run/new.json
		dsactl enable-profile /run/new.json; echo "$?"
		dsactl enable-profile /run/new.json -n; echo "$?"
		dsactl enable-profile - -n -o json </run/new.json; echo "$?"
		echo "{" | dsactl enable-profile - -n; echo "$?"
		dsactl enable-profile new -n; echo "$?"
		ls /etc/dsactl
		dsactl import-profile /run/new.json && dsactl enable-profile new -n && dsactl list-profiles -o json |
			jq -c ".profiles[] | select(.name == \"new\") | .enabled"'
	echo "$output$stderr"
	[ "$(grep -v '[{}"]' <<<"$output")" = $'2\nwould enable profile /run/new.json\n0\n0\n2\n4\nwould enable profile new\nfalse' ]
	valid profile_change <<<"$(grep '[{}"]' <<<"$output")"
	[ "$(grep '[{}"]' <<<"$output" | jq -c '[.action, .profile, .dry_run]')" = '["enable","-",true]' ]
	[[ $stderr == *"/run/new.json: only a saved profile is enabled: save it with dsactl import-profile first"* ]]
}

@test "a damaged profile is not enabled, but can be disabled; a name that is nothing's is told" {
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		cp "$tree/profiles/slice-per-wq.json" /etc/dsactl/profiles.d/off.json
		echo "{" >/etc/dsactl/profiles.d/bad.json
		dsactl enable-profile bad; echo "$?"; ls /etc/dsactl
		echo "enabled = bad gone" >/etc/dsactl/dsactl.conf
		dsactl enable-profile bad; echo "$?"
		for name in bad gone off gone; do dsactl disable-profile "$name"; echo "$?"; done
		cat /etc/dsactl/dsactl.conf'
	echo "$output$stderr"
	[ "$output" = $'2\nprofiles.d\n2\n0\n0\n0\n4\nenabled = ' ]
	[[ $stderr == *"/bad.json: byte "*"gone: there is no such profile: dsactl list-profiles shows them" ]]
}

@test "an enabled profile that is not there is told as a damaged one is, and can be kept anew" {
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		cp "$tree/profiles/slice-per-wq.json" /etc/dsactl/profiles.d/good.json
		echo "enabled = persistent a/b good" >/etc/dsactl/dsactl.conf
		dsactl list-profiles -o json | jq -c ".profiles[] | select(.enabled) | [.name, .error]"
		dsactl restore -n
		dsactl disable-profile good; dsactl restore -n; echo "$?"
		dsactl create-vdev --persist -n
		dsactl disable-profile persistent; dsactl restore -n -q; echo "$?"
		echo "enabled = " >/etc/dsactl/dsactl.conf; dsactl restore -n'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $output == '["a/b","this is no name of a profile"]
["good",null]
["persistent","cannot be opened: No such file or directory"]
would configure dsa0 with 8 slices
2
would split dsa0 '*' restored at boot
2' ]]
	[[ $stderr == *"/persistent.json: cannot be opened: No such file or directory: it is passed over"* ]]
	[[ $stderr == *"dsactl disable-profile it"* ]]
}

@test "enabled profiles are tried in the order of the line, whatever their names; the list is by name" {
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		entry="{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":[{\"count\":%s,\"slices\":[{\"wqs\":[{}]}]}]}]}"
		printf "$entry" 3 >/etc/dsactl/profiles.d/zeta.json
		printf "$entry" 1 >/etc/dsactl/profiles.d/alpha.json
		dsactl enable-profile zeta && dsactl enable-profile alpha
		dsactl restore -n
		dsactl list-profiles | grep -oE "^(alpha|zeta) "
		echo "enabled = gone alpha zeta alpha" >/etc/dsactl/dsactl.conf
		dsactl restore -n -q'
	echo "$output$stderr"
	[ "$output" = $'would configure dsa0 with 3 slices\nalpha \nzeta \nwould configure dsa0 with 1 slice' ]
}

@test "a vdev that is kept changes the enabled profile that is tried first" {
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		for name in zeta alpha; do
			echo "{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":[{\"slices\":[{
				\"wqs\":[{}],\"vdev\":{\"name\":\"$name\"}}]}]}]}" >/etc/dsactl/profiles.d/$name.json
			dsactl enable-profile $name
		done
		dsactl destroy-vdev alpha --persist; echo "$?"
		dsactl destroy-vdev zeta --persist && grep -c pci /etc/dsactl/profiles.d/*.json'
	echo "$output$stderr"
	[ "$output" = $'4\n/etc/dsactl/profiles.d/alpha.json:0\n/etc/dsactl/profiles.d/zeta.json:1' ]
}

@test "a line of dsactl.conf that is none is told with its number, and the rest counts and stays" {
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		cp "$tree/profiles/slice-per-wq.json" /etc/dsactl/profiles.d/good.json
		cp "$tree/profiles/slice-per-wq.json" /etc/dsactl/profiles.d/more.json
		printf "\xef\xbb\xbf# mine\r\nenabeld = bad\r\nenabled = good # since May\r\nenabled = other\n" \
			>/etc/dsactl/dsactl.conf
		dsactl restore -n
		dsactl enable-profile more; echo "$?"
		tail -c +4 /etc/dsactl/dsactl.conf; head -c 3 /etc/dsactl/dsactl.conf | od -An -tx1
		dsactl disable-profile good -q; dsactl disable-profile more -q; sed -n 3p /etc/dsactl/dsactl.conf'
	echo "$output$stderr"
	[ "$output" = $'would configure dsa0 with 8 slices\n0\n# mine\r\nenabeld = bad\r\nenabled = good more # since May\r\nenabled = other\n ef bb bf\nenabled =  # since May\r' ]
	[ "$(grep -c passed <<<"$stderr")" -eq 4 ]
	[[ $stderr == *'dsactl.conf: line 2: "enabeld = bad" is neither a known key, "enabled" or "quota.OWNER", with a value nor a comment: it is passed over'* ]]
	[[ $stderr == *'dsactl.conf: line 4: "enabled = other" gives "enabled" again: it is passed over'* ]]
}

@test "a dsactl.conf that is no text is told, and not cut by a write" {
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		cp "$tree/profiles/slice-per-wq.json" /etc/dsactl/profiles.d/good.json
		printf "enabled = \nx\0y\n" >/etc/dsactl/dsactl.conf; cp /etc/dsactl/dsactl.conf /run/before
		dsactl restore -n; echo "$?"; dsactl enable-profile good; echo "$?"; cmp /etc/dsactl/dsactl.conf /run/before'
	echo "$output$stderr"
	[ "$output" = $'0\n2' ]
	[[ $stderr == *"dsactl.conf: it is no text: byte 12 is 0"* ]]
}

@test "what is a link below /etc/dsactl stays one, and what it links to is written" {
	run --separate-stderr on_host "$one" bash -e -c '
		mkdir -p /run/repository/profiles /etc/dsactl
		cp "$tree/profiles/slice-per-wq.json" /run/repository/a.json
		printf "# mine\n" >/run/repository/dsactl.conf
		touch /run/repository/.dsactl.conf.123.tmp /run/repository/.other.123.tmp
		ln -s ../../run/repository/dsactl.conf /etc/dsactl/
		ln -s /run/repository/profiles /etc/dsactl/profiles.d
		ln -s ../a.json /run/repository/profiles/a.json
		dsactl save-profile a; dsactl save-profile b; dsactl enable-profile a
		readlink /etc/dsactl/dsactl.conf /etc/dsactl/profiles.d /etc/dsactl/profiles.d/a.json
		cat /run/repository/dsactl.conf
		cmp /run/repository/a.json /run/repository/profiles/b.json
		ls -A /run/repository /run/repository/profiles | paste -sd" "
		rm /run/repository/dsactl.conf
		dsactl enable-profile b || echo "$?"'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = $'../../run/repository/dsactl.conf\n/run/repository/profiles\n../a.json\n# mine\nenabled = a\n/run/repository: .other.123.tmp a.json dsactl.conf profiles  /run/repository/profiles: a.json b.json\n4' ]
	[[ $stderr == *"/etc/dsactl/dsactl.conf: cannot be followed to what it links to: No such file or directory"* ]]
}

@test "a folder of profiles that cannot be read is told, and what is restored from it is not passed over" {
	run --separate-stderr on_host "$one" bash -c '
		echo "enabled = mine" >/etc/dsactl/dsactl.conf
		touch /etc/dsactl/profiles.d
		dsactl restore -n'
	echo "$output$stderr"
	[ "$status" -eq 2 ]
	[[ $stderr == *"/etc/dsactl/profiles.d: cannot be read: Not a directory"*"/mine.json: cannot be opened: Not a directory"* ]]
}

@test "devices that cannot be read are not taken for none" {
	run --separate-stderr on_host "$one; echo 16 >/sys/bus/dsa/devices/dsa0/max_work_queues" bash -c '
		mkdir -p /etc/dsactl/profiles.d
		echo "{\"version\":1,\"devices\":[{\"match\":{\"type\":\"dsa\"},\"groups\":[{\"slices\":[{\"wqs\":[{}]}]}]}]}" >/etc/dsactl/profiles.d/mine.json
		echo "enabled = mine" >/etc/dsactl/dsactl.conf
		for verb in restore "split-device all" "unsplit-device all" "save-profile -" "list --wqs"; do
			dsactl $verb; echo "$?"; done'
	echo "$output$stderr"
	[ "$output" = $'1\n1\n1\n1\n1' ]
	[[ $stderr == *"dsa0: its work queue 8 is not there: see whether it is still there"* ]]
}

@test "a device that goes while it is read is not taken for an empty one" {
	run --separate-stderr on_host "$one; rm -r /sys/bus/dsa/devices/dsa0/wq0.* /sys/bus/dsa/devices/wq0.*" bash -c '
		for verb in "save-profile -" "split-device dsa0"; do dsactl $verb; echo "$?"; done'
	echo "$output$stderr"
	[ "$output" = $'1\n1' ]
	[[ $stderr == *"dsa0: its work queue 0 is not there: see whether it is still there"* ]]
}

# ---- Files ----

@test "a save that is killed at any system call leaves the old text or the new, and the next one works" {
	run on_host "${one/disabled/disabled 16}" bash -c '
		file=/etc/dsactl/profiles.d/a.json
		dsactl save-profile a && cp "$file" /run/old
		echo 10 >/sys/bus/dsa/devices/wq0.0/priority
		dsactl save-profile - >/run/new
		! cmp -s /run/old /run/new || exit 1
		for call in flock pwrite64 write fchmod fsync rename; do
			for ((n = 1; ; n++)); do
				cp /run/old "$file"
				status=0
				strace -f -qq -o /dev/null -e "trace=$call" \
					-e "inject=$call:signal=SIGKILL:when=$n" dsactl save-profile a || status=$?
				cmp -s "$file" /run/old || cmp -s "$file" /run/new || { echo "$call $n: half"; exit 1; }
				[ "$status" != 0 ] || break
			done
			((n > 1)) || { echo "$call: was never reached"; exit 1; }
		done
		dsactl save-profile a && cmp "$file" /run/new
		[ "$(ls -A /etc/dsactl/profiles.d)" = a.json ]'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "on a full disk a save fails, says so, and leaves the old text" {
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		mount -t tmpfs -o size=8k none /etc/dsactl/profiles.d
		dsactl save-profile a && cp /etc/dsactl/profiles.d/a.json /run/old
		dd if=/dev/zero of=/etc/dsactl/profiles.d/fill bs=4k 2>/dev/null
		echo 1 >/sys/bus/dsa/devices/engine0.0/group_id
		dsactl save-profile a
		echo "$?"
		cmp /etc/dsactl/profiles.d/a.json /run/old && ls -A /etc/dsactl/profiles.d | paste -sd" "'
	echo "$output$stderr"
	[ "$output" = $'1\na.json fill' ]
	[[ $stderr == *"a.json: cannot be written: No space left on device: free some space there"* ]]
}

# unsynced COMMAND...: what a power loss could spoil of what it does in /etc/dsactl: a file that is
# written in its place or renamed before its text is on the disk, a change of a folder that is not.
unsynced() {
	strace -f -y -qq -s 0 -e trace=write,fsync,rename,unlink,mkdir -o /run/trace "$@" || return
	sed -E 's/^[0-9]+ +//' /run/trace | awk -F'[<>"]' '
		/^write/ && $2 ~ /^\/etc/ { dirty[$2] = 1; if ($2 !~ /\.tmp$/) print "written in its place: " $2 }
		/^fsync/ { delete dirty[$2] }
		/^rename/ { if ($2 in dirty) print "renamed before it is synced: " $2; dirty[folder($4)] = 1 }
		/^(unlink|mkdir)/ && $2 ~ /^\/etc/ && / = 0$/ { dirty[folder($2)] = 1 }
		function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
		END { for (path in dirty) print "not synced: " path }'
}

@test "what is saved, enabled or deleted is on the disk before its place is taken, and when the command ends" {
	export -f unsynced
	run --separate-stderr on_host "$one" bash -c '
		unsynced dsactl save-profile a; unsynced dsactl save-profile a
		unsynced dsactl enable-profile a; unsynced dsactl delete-profile a
		grep -q rename /run/trace
		echo "who does not sync:"
		unsynced python3 -c "
import os
open(\"/etc/dsactl/.b.tmp\", \"w\").write(\"text\")
os.rename(\"/etc/dsactl/.b.tmp\", \"/etc/dsactl/b\")"'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$(sort <<<"$output")" = "not synced: /etc/dsactl
not synced: /etc/dsactl/.b.tmp
renamed before it is synced: /etc/dsactl/.b.tmp
who does not sync:" ]
	[[ $output == who* ]]
}

@test "a pipe that is named is read to its end, however slow its writer is; one in the store is not waited for" {
	any='{"version":1,"devices":[]}'
	cd "$BATS_TEST_TMPDIR"
	mkfifo pipe
	[ "$(dsactl show-profile <(sleep 0.2; printf %s "${any:0:9}"; sleep 0.2; echo "${any:9}") | jq -c .)" = "$any" ]
	(sleep 0.2; echo "$any" >pipe) &
	[ "$(dsactl show-profile ./pipe | jq -c .)" = "$any" ]
	run --separate-stderr on_host "$one" bash -c '
		mkdir /etc/dsactl/profiles.d
		mkfifo /etc/dsactl/profiles.d/a.json
		echo "enabled = a" >/etc/dsactl/dsactl.conf
		timeout 5 dsactl restore -n; echo "$?"
		exec 9<>/etc/dsactl/profiles.d/a.json; timeout 5 dsactl restore -n; echo "$?"'
	echo "$output$stderr"
	[[ $output == [127]$'\n'[127] ]]
}

@test "a signal ends the waiting for a profile" {
	mkfifo "$BATS_TEST_TMPDIR"/{silent,pipe}
	for word in - "$BATS_TEST_TMPDIR/pipe"; do
		run --separate-stderr "$BATS_TEST_DIRNAME/signalled" INT dsactl show-profile "$word" <>"$BATS_TEST_TMPDIR/silent"
		[ "$status" -eq 1 ]
		[[ $stderr == *": interrupted" ]]
	done
}

@test "who writes the profile to standard input may be a writer itself: the lock is taken afterwards" {
	run --separate-stderr on_host "$one" bash -c '
		{ sleep 0.3; dsactl save-profile a --timeout 1; cat /etc/dsactl/profiles.d/a.json; } | dsactl apply-profile -'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
}

@test "a profile from standard input is for each of several devices" {
	run --separate-stderr on_host "$one; pretend_device 1 0x11fb disabled" bash -c '
		dsactl split-device all --profile - -n <"$tree/profiles/slice-per-engine.json"'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = $'would split dsa0 into 4 slices\nwould split dsa1 into 4 slices' ]
}

# ---- Other tools' files ----

# imported FILE JQ: what of it becomes a profile
imported() {
	run --separate-stderr on_host "$one" bash -c '
		dsactl import-profile "$1" --name a && dsactl show-profile a | jq -c "$2"' _ "$1" "$2"
	echo "$1: $output$stderr"
	[ "$status" -eq 0 ]
}

@test "each form of accel-config's file is taken, and fits the device" {
	for file in "$BATS_TEST_DIRNAME"/accel-config/*.json; do
		imported "$file" .version
		run --separate-stderr on_host "$one" bash -c '
			dsactl import-profile "$1" --name a && dsactl apply-profile a -n' _ "$file"
		echo "$file: $output$stderr"
		[ "$status" -eq 0 ]
		[[ $output == *"would configure dsa0"* ]]
	done
	imported "$BATS_TEST_DIRNAME/accel-config/old.json" '.devices[0] | [.read_buffer_limit,
		.groups[0].read_buffers_reserved, .groups[0].traffic_class_a, .groups[0].wqs[0].ats_disable,
		.groups[0].wqs[0].driver, .groups[0].engines, (.groups | length)]'
	[ "$output" = '[20,8,null,null,null,[0,1],1]' ]
}

@test "what accel-config lists of a first-generation part fits one, which lacks what that is said to have" {
	run --separate-stderr on_host "$one
		rm /sys/bus/dsa/devices/wq0.*/{ats_disable,prs_disable,op_config} /sys/bus/dsa/devices/dsa0/event_log_size" bash -c '
		dsactl import-profile "$1" --name a && dsactl apply-profile a -n -q &&
			dsactl show-profile a | jq -c ".devices[0].groups[0].wqs[0] | [.type, .size, .max_batch_size, .op_config]"' \
		_ "$BATS_TEST_DIRNAME/accel-config/list.json"
	echo "$output$stderr"
	[ "$output" = $'would configure dsa0 with 0 slices\n["user",64,512,null]' ]
}

@test "the members of accel-config's file are taken in any order" {
	local file=$BATS_TEST_DIRNAME/accel-config/old.json expected
	imported "$file" .devices
	expected=$output
	jq --sort-keys . "$file" >"$BATS_TEST_TMPDIR/sorted.json"
	! cmp -s <(jq . "$file") "$BATS_TEST_TMPDIR/sorted.json" || false
	imported "$BATS_TEST_TMPDIR/sorted.json" .devices
	[ "$output" = "$expected" ]
}

@test "a NUL in another tool's file is refused, since the text would end at it" {
	echo '[{"dev":"dsa0","groups":[{"dev":"group0.0","grouped_workqueues":[
		{"dev":"wq0.0","name":"a\u0000b"}]}]}]' >"$BATS_TEST_TMPDIR/nul.json"
	run --separate-stderr on_host "$one" bash -c 'dsactl import-profile "$1" --name a' _ "$BATS_TEST_TMPDIR/nul.json"
	echo "$output$stderr"
	[ "$status" -eq 2 ]
	[[ $stderr == *"byte 92: there is a \u0000 in the text: correct it there"* ]]
}

@test "no profile has a name that would be taken for a file" {
	run --separate-stderr on_host "$one" bash -c '
		dsactl import-profile "$tree/profiles/half-host.json" --name x.json; echo "$?"
		dsactl save-profile x.json; echo "$?"; ls /etc/dsactl'
	echo "$output$stderr"
	[ "$output" = $'2\n2' ]
	[[ $stderr == *"x.json: this is the name of a file, not of a profile: leave out the end .json"* ]]
}

@test "import-profile replaces a profile only if its name is given" {
	run --separate-stderr on_host "$one" bash -c '
		echo "{\"version\":1,\"devices\":[]}" >/run/mine.json
		dsactl save-profile mine && cp /etc/dsactl/profiles.d/mine.json /run/old
		dsactl import-profile /run/mine.json; echo "$?"
		cmp /etc/dsactl/profiles.d/mine.json /run/old
		dsactl import-profile /run/mine.json --name mine; echo "$?"
		dsactl show-profile mine | jq -c .devices'
	echo "$output$stderr"
	[ "$output" = $'5\n0\n[]' ]
	[ "$stderr" = "dsactl: mine: there is such a profile: give import-profile another --name, or this one to replace it" ]
}

@test "what is exported to accel-config is taken back as the same" {
	run --separate-stderr on_host "$one" bash -c '
		dsactl export-profile "$tree/profiles/half-host.json" --to accel-config >/run/a.json &&
		dsactl import-profile /run/a.json && dsactl export-profile a --to accel-config | cmp - /run/a.json'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
}

@test "each object that is exported to accel-config begins with dev, as load-config needs it" {
	run on_host "$one" bash -c 'dsactl export-profile "$tree/profiles/half-host.json" --to accel-config |
		jq -c "[.. | objects | keys_unsorted[0]] | unique"'
	[ "$output" = '["dev"]' ]
}

@test "a device without work queues is left out of what accel-config is to load, and told" {
	run --separate-stderr on_host "${one/disabled/disabled 16}; pretend_device 1 0x11fb disabled" \
		dsactl export-profile --to accel-config
	[ "$(jq -c '[.[].dev]' <<<"$output")" = '["dsa0"]' ]
	[ "$stderr" = "dsactl: dsa1: it is left out, since no group of it has work queues" ]
}

@test "mdevctl's list becomes slices with the same vdevs, and goes back" {
	cat >"$BATS_TEST_TMPDIR/m.json" <<-'END'
		[{"0000:00:05.0": [
		  {"11111111-2222-4333-8444-555555555555": {"mdev_type": "idxd-1dwq-v1", "start": "auto", "attrs": []}},
		  {"21111111-2222-4333-8444-555555555555": {"mdev_type": "idxd-2dwq-v1", "start": "manual"}}]}]
	END
	imported "$BATS_TEST_TMPDIR/m.json" '[.devices[0].groups[0].slices[] | [.vdev.uuid, .wqs[0].count]]'
	[ "$output" = '[["11111111-2222-4333-8444-555555555555",1],["21111111-2222-4333-8444-555555555555",2]]' ]
	run --separate-stderr on_host "$one" bash -c 'dsactl import-profile "$1" --name a && dsactl export-profile a --to mdevctl |
		jq -c ".[0][\"0000:00:05.0\"][1][]"' _ "$BATS_TEST_TMPDIR/m.json"
	[ "$output" = '{"mdev_type":"idxd-2dwq-v1","start":"auto","attrs":[]}' ]
}
