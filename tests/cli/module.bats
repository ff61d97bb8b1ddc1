#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for inner shells
# The pretended module: what other tests here count on. Whether the true one does the same
# is what the lab tests.

load host.bash
load module.bash
bats_require_minimum_version 1.5.0

setup_file() { module_build "$BATS_FILE_TMPDIR"; }

setup() { need_namespaces; }

two='. "${0%/*}/module.bash"; mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled; pretend_device 1 0x11fb disabled; pretend_module'

# with_module 'SCRIPT' [ARGUMENT]...: on a host of two devices; dsactl is in PATH.
with_module() {
	on_host "$two" env LD_PRELOAD="$BATS_FILE_TMPDIR/module.so" PATH="${dsactl%/*}:$PATH" bash -ec "$@"
}

@test "a device is split, has a vdev, and is whole again, and all of it is as before" {
	run -0 --separate-stderr with_module '
		state() { dsactl list -o json | jq -cS "del(.boot)"; }
		before=$(state)
		dsactl split-device dsa0 --slices 2
		dsactl create-vdev dsa0 --name vm1 --owner alice >/dev/null
		dsactl list -o json | jq -c "[.slices[].state], [.vdevs[] | [.name, .owner, .device, .foreign]]"
		! dsactl create-vdev dsa0 --name vm1 || exit 1
		! dsactl unsplit-device dsa0 || exit 1
		dsactl destroy-vdev vm1 --owner alice
		dsactl unsplit-device dsa0
		[ "$(state)" = "$before" ]'
	[ "$output" = $'["used","ready"]\n[["vm1","alice","dsa0",false]]' ]
	[[ $stderr == *"a vdev of this name exists"*"is on it"* ]]
}

# As kernels leave an mdev that was to be removed while it was made.
@test "an mdev that the kernel cannot remove any more is said to be so, with what removes it" {
	run -0 --separate-stderr with_module '
		dsactl split-device dsa0 --slices 1
		uuid=$(dsactl create-vdev dsa0)
		rm "/sys/bus/mdev/devices/$uuid/remove"
		dsactl destroy-vdev "$uuid" || echo "destroy-vdev $?"
		dsactl unsplit-device dsa0 --force || echo "unsplit-device $?"
		dsactl list -o json | jq -c "[.vdevs[].uuid] == [\"$uuid\"]"'
	[ "$output" = $'destroy-vdev 5\nunsplit-device 5\ntrue' ]
	[ "$(grep -c "it was to be removed while it was made: unbind idxd from the device's PCI function, and bind it again" <<<"$stderr")" -eq 2 ]
}

@test "a dump that ends with an error is no list, and nothing is changed by it" {
	run -0 --separate-stderr with_module '
		dsactl split-device dsa0 --slices 2
		echo 5 >/run/module/dump
		for verb in "list" "create-vdev dsa0" "unsplit-device dsa0 --force" "save-profile -"; do
			! dsactl $verb || exit 1
		done
		rm /run/module/dump
		dsactl list -o json | jq -c "[.slices[].state], .vdevs"'
	[ "$output" = $'["ready","ready"]\n[]' ]
	[ "$(grep -c 'dsa_vdev: the module did not answer: Input/output error' <<<"$stderr")" -eq 4 ]
}

@test "a profile that was applied is what the devices are like" {
	run -0 with_module '
		dsactl apply-profile profiles/slice-per-wq.json -o json | jq -c "[.steps[].step]"
		dsactl apply-profile profiles/slice-per-wq.json -o json | jq -c "[.steps[].step]"
		dsactl diff-profile profiles/slice-per-wq.json'
	[ "$output" = $'["configure","configure"]\n[]' ]
}

@test "a slice shows how its vdevs find memory, and a vdev may have another way" {
	run -0 with_module '
		dsactl apply-profile - >/dev/null <<-END
			{"version": 1, "devices": [{"match": {"name": "dsa0"}, "groups": [{"slices": [
			  {"wqs": [{}], "mapping": "hints", "vdev": {"name": "a"}}, {"wqs": [{}], "mapping": "hints", "vdev": {"name": "b", "mapping": "sweep"}},
			  {"wqs": [{}]}]}]}]}
		END
		dsactl list -o json | jq -c "[.slices[].mapping], [.vdevs[] | [.name, .mapping]]"'
	[ "$output" = $'["hints","hints","auto"]\n[["a","hints"],["b","sweep"]]' ]
}

@test "list shows what is of a device, a type, a node or an owner, and these compose" {
	run -0 --separate-stderr with_module '
		shown() { dsactl list --wqs --devices --slices --vdevs --at-boot "$@" -o json | jq -c "[(.devices | map(.name)), (.wqs | length), (.slices | map(.device)), (.vdevs | map(.name)), (.boot | map(.name))]"; }
		dsactl split-device all --slices 2
		dsactl create-vdev dsa0 --name a --owner alice --persist >/dev/null
		dsactl create-vdev dsa1 --name b --owner bob >/dev/null
		dsactl create-vdev dsa1 --name c --owner alice >/dev/null
		shown --device dsa0
		shown --device 0000:01:05.0
		shown --owner alice
		shown --owner alice --device dsa1
		shown --owner nobody
		shown --type dsa --numa 1
		shown --type iax
		shown --type idxd-1dwq-v1 --owner alice
		shown --type idxd-2dwq-v1'
	diff - <(echo "$output") <<-'END'
		[["dsa0"],8,["dsa0","dsa0"],["a"],["a"]]
		[["dsa1"],8,["dsa1","dsa1"],["b","c"],[]]
		[[],0,["dsa0","dsa1"],["a","c"],["a"]]
		[[],0,["dsa1"],["c"],[]]
		[[],0,[],[],[]]
		[["dsa1"],8,["dsa1","dsa1"],["b","c"],[]]
		[[],0,[],[],[]]
		[[],0,["dsa0","dsa1"],["a","c"],[]]
		[[],0,[],[],[]]
	END
}

# Two devices: dsa0 with two slices of a work queue each, dsa1 with four smaller ones, on node 1.
split='dsactl split-device dsa0 --slices 2; dsactl split-device dsa1 --slices 4
	places() { dsactl create-vdev -o json "$@" | jq -r "[.steps[].device] | join(\" \")"; }'

@test "vdevs are spread over devices or packed onto them, also those of one command, and a dry run says why" {
	run -0 with_module "$split"'
		places -n --count 5
		places -n --count 5 --spread
		places -n --count 5 --pack
		places -n --count 3 --pack --numa 1
		dsactl create-vdev --count 2 --spread >/dev/null
		dsactl create-vdev -n --count 2 --spread
		dsactl create-vdev -n --pack
		dsactl create-vdev -n --pack -o json | jq -r ".steps[0].reason"
		dsactl create-vdev -n --numa 1
		dsactl create-vdev -n'
	diff - <(echo "$output") <<-'END'
		dsa1 dsa1 dsa1 dsa1 dsa0
		dsa1 dsa1 dsa0 dsa1 dsa0
		dsa0 dsa0 dsa1 dsa1 dsa1
		dsa1 dsa1 dsa1
		would create a vdev on slice 1 of dsa0: no device with a slice that fits has more free slices than dsa0: 2
		would create a vdev on slice 5 of dsa1: no device with a slice that fits has more free slices than dsa1: 2
		would create a vdev on slice 5 of dsa1: no device with a slice that fits has fewer free slices than dsa1: 2
		no device with a slice that fits has fewer free slices than dsa1: 2
		would create a vdev on slice 5 of dsa1: the smallest of 2 free slices on node 1 that fit
		would create a vdev on slice 5 of dsa1: the smallest of 4 free slices that fit
	END
}

@test "where a node has no free slice, nothing is created, and the message says what others have" {
	run --separate-stderr with_module "$split"'
		dsactl create-vdev --numa 0 --count 2 >/dev/null
		dsactl create-vdev --numa 0'
	[ "$status" -eq 5 ]
	[ -z "$output" ]
	[[ $stderr == "dsactl: create-vdev: no free slice on node 0 fits: slice 1 of dsa0: a vdev is on it; slice 2 of dsa0: a vdev is on it; elsewhere would fit 4 on node 1: "* ]]
	# What is on other nodes counts only if it fits.
	run --separate-stderr with_module "$split"'
		dsactl create-vdev --numa 0 --wqs 2'
	[ "$status" -eq 5 ]
	[[ $stderr == *"no free slice on node 0 fits: slice 1 of dsa0: its number of work queues is 1, not 2"* && $stderr != *elsewhere* && $stderr != *dsa1* ]]
}

@test "create-vdev --served makes a vdev of the bare type on the same slices, and all shows it by that" {
	run --separate-stderr with_module 'dsactl split-device dsa0 2dwq-v1; dsactl split-device dsa1
		dsactl create-vdev --served 2dwq >/dev/null
		dsactl create-vdev --type idxd-1dwq-bare-v1 --name b >/dev/null
		dsactl create-vdev --served --type idxd-1dwq-bare-v1 >/dev/null
		dsactl create-vdev --served --type dsa --count 2 >/dev/null
		dsactl create-vdev >/dev/null
		dsactl list --vdevs -o json | jq -r ".vdevs[].type"
		dsactl show-vdev b -o json | jq -r .vdev.type
		dsactl show-vdev b | grep bare
		dsactl list --vdevs --type idxd-1dwq-bare-v1 -o json | jq ".vdevs | length"
		! dsactl create-vdev --served --type idxd-2dwq-v1 || exit 1'
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	diff - <(sed 's/^ *type *//; s/^type: *//' <<<"$output") <<-'END'
		idxd-2dwq-bare-v1
		idxd-1dwq-bare-v1
		idxd-1dwq-bare-v1
		idxd-1dwq-bare-v1
		idxd-1dwq-bare-v1
		idxd-2dwq-v1
		idxd-1dwq-bare-v1
		idxd-1dwq-bare-v1
		4
	END
	[[ $stderr == *"idxd-2dwq-v1: vdevs of this type are not served"* ]]
}

@test "serve-vdev waits for a vdev that the kernel has announced and the module does not tell of yet" {
	uuid=11111111-2222-3333-4444-555555555555
	run --separate-stderr with_module 'dsactl split-device dsa0 --slices 2
		dsactl create-vdev dsa0 --served --uuid "$1" >/dev/null
		mv /run/module/vdevs /run/module/later
		touch /run/module/vdevs
		dsactl serve-vdev "$1" --socket /tmp/s &
		sleep 1
		kill -0 $!
		mv /run/module/later /run/module/vdevs
		wait $! || echo "$?"' - "$uuid"
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[ "$output" = 4 ]
	[[ $stderr == *"$uuid: opening its VFIO group: No such file or directory: "* ]]
}

@test "serve-vdev refuses a vdev of the module's own, one that is not there, and one that it cannot open" {
	run --separate-stderr with_module 'dsactl split-device dsa0 --slices 2
		dsactl create-vdev --name own >/dev/null
		dsactl create-vdev --served --name served >/dev/null
		ended() { "$@" || echo "$?"; }
		ended dsactl serve-vdev own --socket /tmp/s
		ended dsactl serve-vdev none --socket /tmp/s
		ended dsactl serve-vdev served --socket /tmp/s
		ended dsactl show-vdev served -o qemu
		ended dsactl show-vdev served -o libvirt
		ended dsactl show-vdev own -o qemu
		[ ! -e /tmp/s ]'
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[ "$(grep -v vfio-pci <<<"$output" | xargs)" = "6 4 4 6 6" ]
	[ "$(grep -c vfio-pci <<<"$output")" -eq 1 ]
	[[ ${stderr_lines[0]} == *"own: its PCI device is emulated by the module: give it to vfio-pci, or create one with create-vdev --served" ]]
	[[ ${stderr_lines[2]} == *"served: opening its VFIO group: No such file or directory: "* ]]
	[[ ${stderr_lines[3]} == *"served: a process serves it, at a socket of its own: "* ]]
}

@test "a vdev that is served stays so in a profile and in mdevctl's list, and a profile changes it" {
	run --separate-stderr with_module 'dsactl split-device dsa0 --slices 2
		uuid=$(dsactl create-vdev --served --name s) && dsactl create-vdev --name t >/dev/null
		types() { dsactl list --vdevs -o json | jq -r ".vdevs[] | \"\(.name) \(.type)\"" | sort; }
		dsactl export-profile | jq -c "[.devices[].groups[]?.slices[]?.vdev.served]"
		dsactl export-profile --to mdevctl | jq -r ".[][][][].mdev_type"
		dsactl export-profile >/run/p.json && dsactl export-profile --to mdevctl >/run/m.json
		dsactl import-profile /run/m.json --name m && dsactl export-profile m | jq -c "[.devices[].groups[].slices[].vdev.served]"
		dsactl unsplit-device dsa0 --force && types && dsactl apply-profile /run/p.json >/dev/null && types
		jq "del(.. | .served?)" /run/p.json >/run/q.json && dsactl apply-profile /run/q.json --replace >/dev/null && types'
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	diff - <(echo "$output") <<-'END'
		[true,null]
		idxd-1dwq-bare-v1
		idxd-1dwq-v1
		[true,null]
		s idxd-1dwq-bare-v1
		t idxd-1dwq-v1
		s idxd-1dwq-v1
		t idxd-1dwq-v1
	END
}

@test "create-vdev takes a type of mdev or of device" {
	run --separate-stderr with_module 'dsactl split-device dsa0 2dwq-v1; dsactl split-device dsa1
		vdev=$(dsactl create-vdev --type idxd-2dwq-v1)
		dsactl list --vdevs -o json | jq -r ".vdevs[] | .type, .device"
		dsactl create-vdev -n --type dsa
		dsactl create-vdev -n --type idxd-1dwq-v1 1dwq
		! dsactl create-vdev -n --type idxd-4dwq-v1 || exit 1
		! dsactl create-vdev -n --type idxd-1dwq-v1 2dwq || exit 1
		! dsactl create-vdev -n --type iax || exit 1'
	[ "$status" -eq 0 ]
	diff - <(echo "$output") <<-'END'
		idxd-2dwq-v1
		dsa0
		would create a vdev on slice 5 of dsa1: the smallest of 7 free slices that fit
		would create a vdev on slice 5 of dsa1: the smallest of 4 free slices that fit
	END
	[[ $stderr == *"its number of work queues is 2, not 4"*"idxd-1dwq-v1: its number of work queues is 1, not 2"*"iax: no vdev is made on an IAX device"* ]]
}

@test "an answer of the module that its interface does not allow is refused, and says what to do" {
	name=$(printf 'n%.0s' {1..63})
	run -0 --separate-stderr with_module '. "$2/module.bash"
		uuid=$(dsactl create-vdev dsa0 -q)
		module_vdev "$uuid" "16=$1"
		dsactl list --vdevs -q -o json | jq -r ".vdevs[].name"
		module_vdev "$uuid" "16=${1}n"
		dsactl list && exit 9
		echo "$?"' _ "$name" "$BATS_TEST_DIRNAME"
	echo "$output $stderr"
	[ "$output" = "$name"$'\n1' ]
	[ "$stderr" = "dsactl: dsa_vdev: the module's answer does not have the form that its interface defines: use dsactl and dsa_vdev of one version" ]
}

@test "a change that finds nothing to change leaves cmd_status as it is" {
	run -0 with_module '
		status=/sys/bus/dsa/devices/dsa1/cmd_status
		dsactl apply-profile profiles/slice-per-wq.json
		echo 0x80000013 >$status
		dsactl apply-profile profiles/slice-per-wq.json
		dsactl split-device dsa1 -n 2>/dev/null || true
		dsactl destroy-vdev all
		dsactl restore
		cat $status'
	[ "${lines[-1]}" = 0x80000013 ]
}

# For the inner shell: quotas LINE... are what dsactl.conf says.
quotas='quotas() { mkdir -p /etc/dsactl; printf "%s\\n" "$@" >/etc/dsactl/dsactl.conf; }
	make() { dsactl create-vdev "$@" >/dev/null && echo made || echo "$?"; }
	dsactl split-device all --slices 4
	'

@test "an owner gets no more vdevs than its quota, by its own line or that of all others" {
	run -0 --separate-stderr with_module "$quotas"'
		quotas "quota.alice = 2 # by May" "quota.* = 1"
		make --owner alice --count 3
		make --owner alice --count 2
		make --owner alice
		make --owner alice -n
		make --owner bob --name b
		make --owner bob
		make --owner carol --count 2 --continue
		make
		dsactl destroy-vdev b --owner bob; make --owner bob
		quotas "quota.alice = 1"
		make --owner alice
		make --owner bob
		dsactl list --owner alice --vdevs -o json | jq ".vdevs | length"'
	[ "$(paste -sd' ' <<<"$output")" = "7 made 7 7 made 7 3 made made 7 made 2" ]
	[ "${stderr_lines[0]}" = "dsactl: alice: it has 0 vdevs and asks for 3 more, and quota.alice in /etc/dsactl/dsactl.conf is 2: destroy one of its vdevs (destroy-vdev --persist for one that a boot brings), or raise the quota" ]
	[[ ${stderr_lines[3]} == "dsactl: bob: it has 1 vdev and asks for 1 more, and quota.* in "* ]]
}

@test "what the next boot brings counts against a quota, and is made all the same" {
	run -0 --separate-stderr with_module "$quotas"'
		used() { dsactl list --quotas -o json | jq -c "[.quotas[] | [.owner, .limit, .used]]"; }
		quotas "quota.alice = 2"
		make --owner alice --persist --name a
		uuid=$(dsactl list --vdevs -o json | jq -r ".vdevs[0].uuid")
		make --owner alice --name b
		used
		dsactl destroy-vdev a --owner alice -q
		used
		make --owner alice
		make --owner alice --name a --uuid "$uuid"
		dsactl destroy-vdev a --owner alice -q
		sed -i s/.alice.*/.alice=1/ /etc/dsactl/dsactl.conf
		make --owner alice
		dsactl restore
		used
		dsactl save-profile now
		dsactl destroy-vdev b --owner alice
		dsactl apply-profile now -n | grep -c "create a vdev"
		dsactl destroy-vdev a --owner alice --persist
		used'
	diff - <(echo "$output") <<-'END'
		made
		made
		[["alice",2,2]]
		[["alice",2,2]]
		7
		made
		7
		[["alice",1,2]]
		1
		[["alice",1,0]]
	END
	[[ $stderr == *"alice: it has 2 vdevs (1 of them only from the next boot on) and asks for 1 more"* ]]
	[ "$(grep -c "alice: it has 2 vdevs with those of the profile, and quota.alice in /etc/dsactl/dsactl.conf is 1: they are made all the same" <<<"$stderr")" -eq 2 ]
}

@test "a line of dsactl.conf that gives no quota keeps nothing from being restored, and one without a number is 0" {
	run -0 --separate-stderr with_module "$quotas"'
		quotas "quota.alice = many" "quota.alice = 3" "quota. = 1" "quota.b b = 1" "quota.c" "quota.d==e=7 #x" \
			"quota.f=12345678" "quotas.g = 1" "quota.h = -1" "quota.j$(printf j%.0s {1..63}) = 1" "enabled = p"
		cp profiles/slice-per-wq.json /etc/dsactl/profiles.d/p.json 2>/dev/null || install -D profiles/slice-per-wq.json /etc/dsactl/profiles.d/p.json
		dsactl unsplit-device all
		dsactl restore -n
		dsactl list --quotas
		make --owner alice -n -q
		make --owner d==e -n -q
		dsactl disable-profile p -q
		sed -n 10,11p /etc/dsactl/dsactl.conf | cut -c 1-9'
	diff - <(echo "$output") <<-'END'
		would configure dsa0 with 8 slices
		would configure dsa1 with 8 slices
		OWNER  QUOTA  USED
		alice  0      0
		d==e   7      0
		f      0      0
		h      0      0
		7
		made
		quota.jjj
		enabled =
	END
	grep -qF 'dsactl.conf: line 1: "quota.alice = many" gives no number up to 999999: it counts as 0' <<<"$stderr"
	grep -qF 'line 2: "quota.alice = 3" gives a quota again: it is passed over' <<<"$stderr"
	for nr in 3 4 5 8 10; do
		grep -qE "line $nr: .* is neither a known key, \"enabled\" or \"quota.OWNER\", with a value nor a comment: it is passed over" <<<"$stderr"
	done
}

@test "metrics have the quotas of owners, and list leaves them out where devices are chosen" {
	run -0 --separate-stderr with_module "$quotas"'
		quotas "quota.* = 3" "quota.zoe = 1"
		make --owner alice --count 2; make; make --owner "a\"b"
		dsactl stat -o prometheus | grep "^dsactl_owner_\(vdevs\|quota\)"
		dsactl list -o json | jq -c ".quotas"
		dsactl list --numa 0 -o json | jq -c ".quotas"
		dsactl list --quotas --owner zoe -o json | jq -c "[.quotas[].owner]"
		dsactl list --quotas --device dsa0 -o json | jq -c ".quotas"
		dsactl list | grep -A9 OWNER.*QUOTA'
	diff - <(echo "$output") <<-'END'
		made
		made
		made
		dsactl_owner_vdevs{owner=""} 1
		dsactl_owner_vdevs{owner="a\"b"} 1
		dsactl_owner_vdevs{owner="alice"} 2
		dsactl_owner_quota{owner="zoe"} 1
		dsactl_owner_quota{owner="alice"} 3
		dsactl_owner_quota{owner="a\"b"} 3
		dsactl_owner_quota_used{owner="zoe"} 0
		dsactl_owner_quota_used{owner="alice"} 2
		dsactl_owner_quota_used{owner="a\"b"} 1
		[{"owner":"zoe","limit":1,"used":0},{"owner":"alice","limit":3,"used":2},{"owner":"a\"b","limit":3,"used":1}]
		[]
		["zoe"]
		[]
		OWNER  QUOTA  USED
		zoe    1      0
		alice  3      2
		a"b    3      1
	END
	[ -z "$stderr" ]
}

@test "the commands of the guides for KubeVirt and OpenStack run" {
	for page in kubevirt openstack; do
		tests/cli/examples "docs/$page.md" >"$BATS_TEST_TMPDIR/$page"
		[ "$(grep -c "^dsactl " "$BATS_TEST_TMPDIR/$page")" -ge 4 ]
		run -0 --separate-stderr with_module 'bash -eo pipefail "$0"' "$BATS_TEST_TMPDIR/$page"
		echo "$output$stderr"
		[ -z "$stderr" ]
	done
	[ "$output" = $'dsa0 0000:00:05.0\ndsa1 0000:01:05.0' ]
}

@test "a library that is opened late and is missing is named with its package, and only by who needs it" {
	# shellcheck disable=SC2016
	run on_host "$two"'
		export PATH=$PATH:/sbin
		for name in accel-config kmod smartcols udev; do
			ldconfig -p | sed -n "s/.*lib$name\.so\.[0-9]* .* => //p" | while read -r file; do
				mount --bind /dev/null "$(realpath "$file")"
			done
		done' env LD_PRELOAD="$BATS_FILE_TMPDIR/module.so" PATH="${dsactl%/*}:$PATH" bash -c '
		dsactl list -o json | jq -c "[.devices[].name]"
		dsactl create-vdev dsa0 -n
		dsactl list; echo $?
		dsactl monitor; echo $?
		dsactl split-device dsa0; echo $?
		! [ -s /run/dsactl/journal ] || echo a journal
		rm -r /sys/bus/dsa/drivers/idxd
		dsactl split-device dsa0; echo $?'
	echo "$output"
	missing() { echo "dsactl: lib$1: this library is not installed, or is too old: install it (Debian: $2)"; }
	[ "${lines[0]}" = '["dsa0","dsa1"]' ]
	[[ ${lines[1]} == "would split dsa0"* ]]
	[ "${lines[3]}" = "$(missing smartcols.so.1 libsmartcols1), or use -o json" ]
	[ "${lines[4]} ${lines[5]} ${lines[6]}" = "6 $(missing udev.so.1 libudev1) 6" ]
	[ "${lines[7]} ${lines[8]}" = "$(missing accel-config.so.1 libaccel-config1) 6" ]
	[ "${lines[9]} ${lines[10]}" = "$(missing kmod.so.2 libkmod2) 6" ]
	[ ${#lines[@]} = 11 ]
}
