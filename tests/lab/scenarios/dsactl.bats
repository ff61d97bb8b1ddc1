#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# dsactl from split to unsplit: what it makes, refuses and leaves behind.
# lab: --devices 2 --profile gnrd

load common
load ../../cli/valid.bash

# All that a change could alter, as idxd and the module see it.
state() { dsactl list -o json | jq -cS 'del(.module, .devices[].ims_free)'; }

setup_file() {
	begin_fresh
	UUID=11111111-2222-4333-8444-555555555555
	export UUID
	state >"$BATS_FILE_TMPDIR/fresh"
}

teardown() {
	end_clients
	dsactl -q unsplit-device all --force
}

@test "check says that this host can" {
	run -0 dsactl check
	[[ $output != *fail* ]]
	[ "$(dsactl check -o json | jq .able)" = true ]
}

@test "a dry run changes nothing" {
	before=$(state)
	run -0 dsactl split-device all --dry-run
	[ "${#lines[@]}" -eq 2 ]
	run -0 dsactl create-vdev --dry-run
	[[ $output == "would split"*"would create"* ]]
	[ "$(state)" = "$before" ]
}

@test "vdevs that cannot be read are not taken for none" {
	dsactl create-vdev dsa0
	for verb in "destroy-vdev all" stat; do
		# shellcheck disable=SC2086 # words by intent
		run -1 traced sendmsg error=EIO:when=4 dsactl $verb
		[[ $output == "dsactl: dsa_vdev: the module did not answer: Input/output error"* ]]
	done
	[ "$(listed '.vdevs | length')" -eq 1 ]
	# Devices, slices and vdevs are read, by the messages 2 to 4.
	for verb in "unsplit-device all" "unsplit-device dsa0 --force" "split-device dsa0" "save-profile -"; do
		# shellcheck disable=SC2086 # words by intent
		run -1 traced sendmsg error=EIO:when=3 dsactl $verb
		[[ $output == "dsactl: dsa_vdev: the module did not answer: Input/output error"* ]]
	done
	[ "$(listed '[.slices[], .vdevs[]] | length')" -eq 5 ]
}

@test "in another network namespace nothing is taken for none" {
	dsactl create-vdev dsa0
	before=$(state)
	for verb in list stat monitor "destroy-vdev all" "unsplit-device all --force" "create-vdev dsa0" "save-profile -"; do
		# shellcheck disable=SC2086 # words by intent
		run -6 unshare -n dsactl $verb
		[[ $output == "dsactl: dsa_vdev: the module is loaded and does not answer"* ]]
	done
	run -6 unshare -n dsactl check
	[ "$(state)" = "$before" ]
}

@test "split makes what was asked for; unsplit takes all of it back" {
	run -0 --separate-stderr dsactl split-device dsa0 --slices 3 --wqs 2 --wq-size 8 --engines 1 --priority 5 \
		--max-batch-size 64 --max-transfer-size 1M -v
	[ -z "$output" ]
	for write in "engine0.2: group_id = 2" "wq0.5: size = 8" "dsa0: enable" "wq0.5: enable"; do
		# shellcheck disable=SC2154 # set by bats
		grep -qF "dsactl: $write" <<<"$stderr"
	done
	state=$(state)
	[ "$(jq -c '[.slices[] | [.state, .wqs, .wq_sizes, .engines, .vectors, .type]]' <<<"$state")" = \
		'[["ready",[0,1],[8,8],1,2,"idxd-2dwq-v1"],["ready",[2,3],[8,8],1,2,"idxd-2dwq-v1"],["ready",[4,5],[8,8],1,2,"idxd-2dwq-v1"]]' ]
	[ "$(jq -c '[.slices[].pasid] | unique | length' <<<"$state")" -eq 3 ]
	[ "$(jq -c '.wqs[3] | [.group, .type, .mode, .priority, .max_batch_size, .max_transfer_size,
		.block_on_fault, .driver]' <<<"$state")" = \
		'[1,"user","dedicated",5,64,1048576,false,"dsa_vdev"]' ]
	refused 5 "split into 3 slices already" split-device dsa0
	run -0 dsactl unsplit-device dsa0
	[ "$(state)" = "$(cat "$BATS_FILE_TMPDIR/fresh")" ]
}

@test "--block-on-fault is set where the device has page requests, else refused" {
	run dsactl split-device dsa0 --slices 1 --block-on-fault
	if [ "$status" -eq 0 ]; then
		[ "$(listed '.wqs[0].block_on_fault')" = true ]
	else
		[ "$status" -eq 6 ]
		[[ $output == *"page requests are not enabled"* ]]
		[ "$(state)" = "$(cat "$BATS_FILE_TMPDIR/fresh")" ]
	fi
}

@test "create-vdev splits a device for want of a slice and takes the UUID and name given" {
	run -0 --separate-stderr dsactl create-vdev --uuid "$UUID" --name vm1 --owner alice --wqs 1
	[ "$output" = "$UUID" ]
	[ "$stderr" = "dsactl: dsa0: it was split into 4 slices of 1 work queue for this" ]
	[ -e "/sys/bus/mdev/devices/$UUID" ]
	[ "$(vdev vm1 'uuid + " " + .vdev.name + " " + .vdev.owner')" = "$UUID vm1 alice" ]
	[ "$(listed '[.slices[].state] | sort | join(" ")')" = "ready ready ready used" ]
	refused 5 "a mediated device of this UUID exists" create-vdev --uuid "$UUID"
	refused 5 "a vdev of this name exists" create-vdev --name vm1
	refused 5 "vdev $UUID is on it" unsplit-device dsa0
	refused 7 "it belongs to alice" destroy-vdev vm1
	refused 7 "it belongs to alice" destroy-vdev vm1 --owner bob
	[ "$(dsactl show-vdev vm1 -o qemu)" = "-device vfio-pci,sysfsdev=/sys/bus/mdev/devices/$UUID" ]
	run -0 dsactl destroy-vdev vm1 --owner alice
	[ ! -e "/sys/bus/mdev/devices/$UUID" ]
	refused 4 "there is no vdev" destroy-vdev vm1
}

@test "a count of vdevs is created as a whole or not at all" {
	run -0 dsactl create-vdev dsa0 --count 3 -o libvirt
	[ "$(grep -c "<address uuid=" <<<"$output")" -eq 3 ]
	before=$(state)
	refused 5 "no free slice fits" create-vdev dsa0 --count 2
	[ "$(state)" = "$before" ]
	run --separate-stderr dsactl create-vdev dsa0 --count 2 --continue
	[ "$status" -eq 3 ]
	[ "$(listed '.vdevs | length')" -eq 4 ]
	run -0 dsactl destroy-vdev all
	[ "$(listed '.vdevs | length')" -eq 0 ]
}

@test "a vdev that no one could be told of is not there" {
	dsactl split-device dsa0 --slices 2
	before=$(state)
	for format in table json qemu; do
		for to in '>/dev/full' '>&-'; do
			run -1 bash -c "dsactl create-vdev dsa0 -o $format $to"
			[[ $output == *"it cannot be written, so the change was undone"* ]]
			[ "$(state)" = "$before" ]
		done
	done
	run bash -c '(sleep 0.5; dsactl create-vdev dsa0; echo "status $?" >&2) | :'
	[[ $output == *"so the change was undone"*"status 1" ]]
	[ "$(state)" = "$before" ]
	run -1 bash -c 'dsactl create-vdev dsa0 --count 2 --continue -o json 2>&1 >/dev/full'
	[ "$(grep -o '[0-9a-f-]\{36\}' <<<"$output" | sort)" = "$(listed '.vdevs[].uuid' | sort)" ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "no slice that fits is busy, and each slice's reason is given" {
	dsactl split-device dsa0 --slices 2 --wqs 1 --wq-size 16
	dsactl split-device dsa1 --slices 1
	dsactl create-vdev dsa0
	refused 5 "a vdev is on it" create-vdev dsa0 --count 2
	refused 5 "its work queues have 16 entries, not 17" create-vdev dsa0 --wq-size 17
	refused 5 "its number of work queues is 1, not 2" create-vdev --wqs 2
}

@test "a device with host work queues is busy, and they go on" {
	accel-config config-engine dsa1/engine1.0 -g 0
	accel-config config-wq dsa1/wq1.0 -g 0 -m dedicated -y kernel -n dma -s 16 -p 10 -d dmaengine
	accel-config enable-device dsa1
	accel-config enable-wq dsa1/wq1.0
	before=$(state)
	refused 5 "wq1.0 (dmaengine)" split-device dsa1
	refused 5 "wq1.0 (dmaengine)" split-device dsa1 --force
	refused 5 "wq1.0 (dmaengine)" create-vdev dsa1
	run -0 dsactl create-vdev --numa 0
	[ "$(listed '.vdevs[0].device')" = dsa0 ]
	dsactl unsplit-device all --force
	[ "$(state)" = "$before" ]
	accel-config disable-device dsa1
}

@test "a user's work queue that accel-config enables needs no PASID" {
	accel-config config-engine dsa1/engine1.0 -g 0
	accel-config config-wq dsa1/wq1.0 -g 0 -m dedicated -y user -n app -s 16 -p 10 -d user
	accel-config enable-device dsa1
	accel-config enable-wq dsa1/wq1.0
	trace 1 | grep 'state wq=0 enabled mode=dedicated pasid_en=0'
	run ! grep VIOLATION <(trace 1)
	accel-config disable-device dsa1
}

@test "--force replaces what someone prepared, and nothing less does" {
	accel-config config-engine dsa0/engine0.1 -g 2
	accel-config config-wq dsa0/wq0.3 -g 2 -m dedicated -y user -n app -s 24 -p 7 -d user
	before=$(state)
	refused 5 "someone has prepared" split-device dsa0
	[ "$(state)" = "$before" ]
	run -0 dsactl split-device dsa0 --force --slices 1
	[ "$(listed '.slices | length')" -eq 1 ]
}

@test "an open vdev is busy whatever is asked, and its holder is named" {
	uuid=$(dsactl create-vdev dsa0)
	start_client c hold "$uuid" --max 4096
	refused 5 "vdev-client (pid" destroy-vdev "$uuid"
	refused 5 "vdev-client (pid" destroy-vdev "$uuid" --force
	refused 5 "vdev-client (pid" unsplit-device dsa0 --force
	end_client c
	run -0 dsactl destroy-vdev "$uuid"
}

@test "check names a slice that is halted, and the open vdev on it" {
	dsactl split-device dsa0 --slices 2
	uuid=$(dsactl create-vdev dsa0 --name vm1)
	start_client c hold "$uuid" --max 4096
	echo "wq0.$(listed ".slices[] | select(.vdev == \"$uuid\") | .wqs[0]")" >/sys/bus/dsa/drivers/dsa_vdev/unbind
	run -0 dsactl check
	[[ $output == *"warning"*"under vdev vm1, which is open: its guest can do nothing"* ]]
	end_client c || true
	run -0 dsactl check
	[[ $output == *"under vdev vm1"* && $output != *"which is open"* ]]
}

@test "mdevctl can create on a slice and remove, with no knowledge of dsactl" {
	dsactl split-device dsa0 --slices 1
	mdevctl start -u "$UUID" -p "$(listed '.devices[0].pci')" -t idxd-1dwq-v1
	[ "$(vdev "$UUID" 'state + " " + (.vdev.foreign | tostring)')" = "closed true" ]
	mdevctl stop -u "$UUID"
	[ "$(listed '.slices[0].state')" = ready ]
}

@test "the name of an mdev type says that it is of DSA" {
	local types
	dsactl split-device dsa0 --slices 1
	types=/sys/class/mdev_bus/$(listed '.devices[0].pci')/mdev_supported_types
	run cat "$types"/idxd-{1,8}dwq-v1/name
	[ "$output" = $'DSA vdev, 1 dedicated work queue\nDSA vdev, 8 dedicated work queues' ]
}

@test "what others made is destroyed by its name or by force, not with all" {
	dsactl split-device dsa0 --slices 3
	mdevctl start -u "$UUID" -p "$(listed '.devices[0].pci')" -t idxd-1dwq-v1
	dsactl create-vdev dsa0
	[ "$(listed '[.vdevs[].foreign] | sort | join(" ")')" = "false true" ]
	run -0 dsactl destroy-vdev all
	[[ $output == "dsactl: all: left alone: 1 vdev that others made"* ]]
	run -0 dsactl destroy-vdev all --owner alice
	[ -z "$output" ]
	[ "$(listed '.vdevs[].uuid')" = "$UUID" ]
	printf '{"version":1,"devices":[{"match":{"name":"dsa0"},"enabled":false,"groups":[]}]}' >"$BATS_TEST_TMPDIR/none.json"
	refused 7 "others made it" apply-profile "$BATS_TEST_TMPDIR/none.json" --replace
	run -0 dsactl destroy-vdev all --force
	mdevctl start -u "$UUID" -p "$(listed '.devices[0].pci')" -t idxd-1dwq-v1
	run -0 dsactl destroy-vdev "$UUID"
	[ "$(listed '.vdevs | length')" -eq 0 ]
}

@test "sizes and vectors beyond the device are usage errors, whatever its state" {
	before=$(state)
	refused 2 "the device has 128" split-device dsa0 --wq-size 129
	refused 2 "the device has 4" split-device dsa0 --slices 5
	refused 2 "out of range" split-device dsa0 --wq-size 0
	refused 4 "dsa9: there is no such device" split-device dsa9
	[ "$(state)" = "$before" ]
}

# monitored NAME 'EXPRESSION': whether a line that NAME's monitor printed has it.
monitored() { grep -q "$2" "$BATS_FILE_TMPDIR/$1"; }

# events NAME: what NAME's monitor printed, in short.
events() { jq -r '.object + " " + .action + " " + .state' "$BATS_FILE_TMPDIR/$1" | paste -sd,; }

@test "monitor tells what happens, also after the module came back, and its filters compose" {
	rmmod dsa_vdev 2>/dev/null || true
	start_monitor all
	start_monitor one --device dsa0 --vdev "$UUID"
	dsactl split-device dsa0 --slices 1
	dsactl split-device dsa1 --slices 1
	dsactl create-vdev dsa0 --uuid "$UUID" --name vm1
	dsactl create-vdev dsa1
	dsactl destroy-vdev vm1
	dsactl unsplit-device all --force
	wait_for monitored all '"slice","action":"remove".*"device":"dsa1"'
	monitored all '"module","action":"add","name":"dsa_vdev"'
	monitored all '"wq","action":"bind","name":"wq1.0".*"device":"dsa1"'
	monitored all '"slice","action":"change".*"state":"ready"'
	end_client all
	end_client one
	valid event <"$BATS_FILE_TMPDIR/all"
	[ "$(jq -r "select(.vdev == \"$UUID\") | .object + \" \" + .action + \" \" + .state" "$BATS_FILE_TMPDIR/one" |
		paste -sd,)" = "slice change reserved,slice change used,vdev add closed,vdev remove closed" ]
	[ "$(jq -r .device "$BATS_FILE_TMPDIR/one" | sort -u)" = dsa0 ]
}

@test "monitor knows a vdev by its name, whatever case its UUID is in, and a device by its address" {
	dsactl split-device dsa0 --slices 2
	dsactl split-device dsa1 --slices 1
	dsactl create-vdev dsa0 --uuid "$UUID" --name vm1
	dsactl create-vdev dsa0 --name vm2
	start_monitor named --vdev vm1
	start_monitor later --vdev vm3
	start_monitor upper --vdev "${UUID^^}"
	start_monitor placed --device "$(listed '.devices[1].pci')"
	wq=$(listed ".slices[] | select(.vdev == \"$UUID\") | .wqs[0]")
	echo "wq0.$wq" >/sys/bus/dsa/drivers/dsa_vdev/unbind
	dsactl destroy-vdev vm1
	dsactl create-vdev dsa1 --name vm3
	echo "wq1.0" >/sys/bus/dsa/drivers/dsa_vdev/unbind
	dsactl destroy-vdev all
	for name in named upper later placed; do
		wait_for monitored $name '"vdev","action":"remove"'
		end_client $name
	done
	for name in named upper; do
		[ "$(events $name)" = "slice change halted,vdev remove closed" ]
	done
	[ "$(events later)" = "vdev add closed,slice change halted,vdev remove closed" ]
	[[ $(events placed) == "slice change reserved,slice change used,vdev add closed,slice change halted,wq unbind "* ]]
}

interrupted() { [ "$(vdev "$1" 'vectors[1].interrupts')" -gt 0 ]; }

@test "stat tells totals, then what came since, and ends after COUNT" {
	uuid=$(dsactl create-vdev dsa0 --name vm1)
	start_client c hold "$uuid" --max 4096
	wait_for interrupted vm1
	dsactl stat vm1 1 2 -o json >"$BATS_TEST_TMPDIR/stat"
	valid stat <"$BATS_TEST_TMPDIR/stat"
	[ "$(jq -c '[.seconds, (.vectors | length), .vectors[1].wq, .vectors[1].interrupts > 0]' \
		"$BATS_TEST_TMPDIR/stat" | paste -sd' ')" = '[0,2,"wq0.0",true] [1,2,"wq0.0",true]' ]
	[ "$(jq -s '.[0].vectors[0].commands > 0 and .[1].vectors[0].commands == 0' "$BATS_TEST_TMPDIR/stat")" = true ]
	run -4 dsactl stat nobody
	end_client c
}

@test "documents with slices and vdevs in them keep to the schema" {
	{
		dsactl create-vdev dsa0 --name vm1 -o json
		dsactl list -o json
		dsactl show-vdev vm1 -o json
		dsactl unsplit-device dsa0 --force -o json
	} >"$BATS_TEST_TMPDIR/documents"
	valid change list show change <"$BATS_TEST_TMPDIR/documents"
}

# examples DOCUMENT: run its commands as one script; what they print is in $said.
examples() {
	said=$BATS_TEST_TMPDIR/said
	tests/cli/examples "$1" >"$BATS_TEST_TMPDIR/script"
	(cd "$BATS_TEST_TMPDIR" && bash -xeo pipefail script >"$said" 2>&1) && return
	cat "$said"
	return 1
}

@test "the examples of the manual pages run" {
	install -D -m 644 -t /usr/lib/dsactl/profiles profiles/*.json
	for page in man/dsactl*.1; do
		echo "$page"
		examples "$page"
		teardown
		rm -rf /etc/dsactl
	done
}

@test "the guide to DSA in a VM runs" { examples docs/dsa-in-a-vm.md; }

@test "the guide for scripts runs" {
	examples docs/scripting.md
	[ "$(grep -cx -e add -e remove "$said")" -eq 2 ]
}

# As the unit of the socket does.
@test "a user who is not root has vdevs of the module made by the service, and no others" {
	install -D -m 755 -t /run/programs build/dsactl build/libdsactl.so.1
	as_daemon() { setpriv --reuid daemon --regid daemon --clear-groups /run/programs/dsactl "$@"; }
	dsactl split-device dsa0 --slices 2
	dsactl create-vdev dsa0 --name roots >/dev/null
	run -7 as_daemon create-vdev
	systemd-socket-activate --accept --inetd -l /run/dsactl-request.socket /run/programs/dsactl __serve 3>&- &
	service=$!
	wait_for test -S /run/dsactl-request.socket
	chgrp daemon /run/dsactl-request.socket
	chmod 660 /run/dsactl-request.socket
	run -0 as_daemon create-vdev --name mine
	[ "$(listed '.vdevs[] | select(.name == "mine") | .uuid + .owner')" = "${output}daemon" ]
	as_daemon hint-vdev mine 0+2G
	[ "$(dsactl show-vdev mine -o json | jq .vdev.hints[0].length)" = 2147483648 ]
	run -5 as_daemon create-vdev	# and no other device is split for it
	run -7 as_daemon destroy-vdev roots
	run -7 as_daemon hint-vdev roots 0+2G
	as_daemon destroy-vdev mine
	kill "$service"
	rm /run/dsactl-request.socket
	[ "$(listed '.vdevs[].name')" = roots ]
}

@test "each verb ends as the table of exit statuses says" {
	load ../../cli/nobody.bash
	load ../../cli/exits.bash
	run exits_wrong lab
	echo "$output"
	[ -z "$output" ]
}
