#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats and by host.bash
# What dsactl reads and refuses on hosts that lack something.

load host.bash
bats_require_minimum_version 1.5.0

setup() { need_namespaces; }

# refused STATUS 'WORDS' 'HOST' ARGUMENT...
refused() {
	local want=$1 words=$2 host=$3
	shift 3
	run --separate-stderr on_host "$host" "$dsactl" "$@"
	echo "dsactl $* -> $status: $stderr"
	[ "$status" -eq "$want" ]
	[[ $stderr == *"$words"* ]]
}

idxd='mkdir -p /sys/bus/dsa/drivers/idxd'
one="$idxd; pretend_device 0 0x11fb disabled"

@test "without idxd every verb is not supported, and says so" {
	refused 6 "idxd" true list
	refused 6 "host: there is no IOMMU" true check
	refused 6 "idxd" true split-device dsa0
	refused 6 "idxd" true unsplit-device dsa0
	refused 6 "idxd" true create-vdev
	refused 6 "idxd" true destroy-vdev all
	refused 6 "idxd" true show-vdev vm1
}

@test "check names each thing that is missing and what to do about it" {
	run --separate-stderr on_host true "$dsactl" check -o json
	[ "$status" -eq 6 ]
	[ "$(jq .able <<<"$output")" = false ]
	for topic in iommu idxd mdev vfio dsa_vdev; do
		[ "$(jq -r ".findings[] | select(.topic == \"$topic\") | .verdict" <<<"$output")" = fail ]
		[ -n "$(jq -r ".findings[] | select(.topic == \"$topic\") | .remedy" <<<"$output")" ]
	done
	[ "$(jq -r .error.exit <<<"$stderr")" = 6 ]
}

@test "a module that is loaded and does not answer is an error, not a host without slices" {
	local host="$one; mkdir -p /sys/module/dsa_vdev"
	for verb in list "list --slices" "list -o wide" stat monitor "show-vdev vm1" "hint-vdev vm1 none" \
		"destroy-vdev all" "destroy-vdev vm1" "unsplit-device all" "unsplit-device dsa0" "split-device dsa0" \
		"create-vdev dsa0" create-vdev "save-profile -" "save-profile a" export-profile; do
		# shellcheck disable=SC2086 # words by intent
		refused 6 "dsa_vdev: the module is loaded and does not answer: run it in the network namespace" "$host" $verb
	done
	run on_host "$host; mkdir -p /etc/dsactl/profiles.d" "$dsactl" check
	[[ $output == *"fail"*"the module is loaded and does not answer"* ]]
	# While it comes or goes it is as if it were not loaded.
	for state in coming going; do
		run -0 on_host "$host; echo $state >/sys/module/dsa_vdev/initstate" "$dsactl" list
	done
}

# dsa_vdev for this kernel, as a file that can be looked up.
# shellcheck disable=SC2016
module='mkdir -p /lib/modules/$(uname -r)
	echo "const char info[] __attribute__((section(\".modinfo\"))) = \"name=dsa_vdev\";" >/run/m.c
	cc -c -o /lib/modules/$(uname -r)/dsa_vdev.ko /run/m.c
	touch /lib/modules/$(uname -r)/modules.{order,builtin}; depmod'

@test "check says for which newer kernel the module is installed" {
	local other="mv /lib/modules/\$(uname -r) /lib/modules/999.12.9 && cp -r /lib/modules/999.12.9 /lib/modules/999.12.10 &&
		mkdir /lib/modules/999.13.0 && depmod 999.12.9 && depmod 999.12.10"
	run --separate-stderr on_host "$one; $module; $other" "$dsactl" check -o json
	[ "$(jq -c '.findings[] | select(.topic == "kernel" or .topic == "dsa_vdev") | [.verdict, .cause, .remedy]' <<<"$output")" = \
		'["fail","module dsa_vdev, for slices and vdevs, is not installed for this kernel","install dsactl-dkms and the headers of this kernel (from the sources: make dkms-install)"]'$'\n'"[\"fail\",\"kernel $(uname -r) runs, and dsa_vdev is installed for 999.12.10\",\"boot that kernel\"]" ]
	# Neither where it is for this one, nor for an older one alone, which a reboot would not bring.
	for other in : "mv /lib/modules/\$(uname -r) /lib/modules/1.2.3; depmod 1.2.3"; do
		run --separate-stderr on_host "$one; $module; $other" "$dsactl" check -o json
		[ "$(jq -c '[.findings[] | select(.topic == "kernel")]' <<<"$output")" = '[]' ]
	done
}

# signature HOST: what check finds of it.
signature() {
	on_host "$1" "$dsactl" check -o json 2>/dev/null |
		jq -r '.findings[] | select(.topic == "signature") | .verdict + ": " + .cause + " -> " + .remedy'
}

@test "check says that a module cannot be loaded for its signature, and how its key is enrolled" {
	enforced='file /sys/module/module/parameters/sig_enforce Y'
	[[ $(signature "$one; $module; $enforced") == "fail: dsa_vdev is not signed, and only signed modules can be loaded: module.sig_enforce is on -> "*"mokutil --import"* ]]
	[[ $(signature "$one; $module; file /sys/kernel/security/lockdown 'none [integrity] confidentiality'") == *"the kernel is locked down"* ]]
	[ -z "$(signature "$one; $module; file /sys/kernel/security/lockdown '[none] integrity confidentiality'; file /sys/module/module/parameters/sig_enforce N")" ]
	[ -z "$(signature "$one; $module; $enforced; mkdir -p /sys/module/dsa_vdev; echo live >/sys/module/dsa_vdev/initstate")" ]
	# As the kernel's sign-file does: a message, its length behind a type, and a mark.
	append='import struct, sys; s = open("/run/s", "rb").read()
open(sys.argv[1], "ab").write(s + struct.pack(">8BI", 0, 0, 2, 0, 0, 0, 0, 0, len(s)) + b"~Module signature appended~\n")'
	signed="$enforced; openssl req -x509 -newkey rsa:2048 -nodes -subj '/CN=DKMS test key' -keyout /run/k -out /run/c 2>/dev/null
		ko=/lib/modules/\$(uname -r)/dsa_vdev.ko
		openssl cms -sign -binary -noattr -nocerts -md sha256 -outform DER -signer /run/c -inkey /run/k -in \$ko -out /run/s
		python3 -c '$append' \$ko"
	key='1 I------ 1 perm 1f010000 0 0 asymmetri'
	[[ $(signature "$one; $module; $signed; echo '$key Some CA: 00: X509.rsa 00 []' >/run/keys; mount --bind /run/keys /proc/keys") == \
		"fail: dsa_vdev is signed by DKMS test key, whose key the kernel has not: "*"mokutil --import"* ]]
	[[ $(signature "$one; $module; $signed; echo '$key DKMS test key: 00: X509.rsa 00 []' >/run/keys; mount --bind /run/keys /proc/keys") == \
		"ok: dsa_vdev is signed by DKMS test key, whose key the kernel has -> " ]]
	[[ $(signature "$one; $module; $signed; : >/run/keys; mount --bind /run/keys /proc/keys") == "info: "*"cannot be seen"* ]]
}

@test "check tells an IOMMU without scalable mode from one with it" {
	local unit='file /sys/class/iommu/dmar0/intel-iommu/ecap'
	run --separate-stderr on_host "$unit 700000f0505e" "$dsactl" check -o json
	[ "$(jq -r '.findings[] | select(.topic == "iommu") | .verdict' <<<"$output")" = fail ]
	[[ $output == *"no scalable mode"* ]]
	run --separate-stderr on_host "$unit 80000f0505e" "$dsactl" check -o json
	[ "$(jq -r '.findings[] | select(.topic == "iommu") | .verdict' <<<"$output")" = ok ]
}

@test "check warns of silicon under INTEL-SA-01084 and of no other" {
	local host="$idxd; pretend_device 0 0x0b25 disabled; pretend_device 1 0x11fb disabled"
	run --separate-stderr on_host "$host" "$dsactl" check -o json
	[ "$(jq -r '.findings[] | select(.topic == "portal") | .object + .verdict' <<<"$output" |
		paste -sd' ')" = "dsa0warning dsa1ok" ]
	[[ $output == *"--allow-unsafe-portal"* ]]
}

@test "an unknown device or vdev is not found" {
	refused 4 "dsa9: there is no such device" "$one" split-device dsa9
	refused 4 "dsa9: there is no such device" "$one" unsplit-device dsa9
	refused 4 "dsa9: there is no such device" "$one" create-vdev dsa9
	refused 4 "all: there is no such device" "$idxd" split-device all
	refused 4 "vm1: there is no vdev" "$one" destroy-vdev vm1
	refused 4 "vm1: there is no vdev" "$one" show-vdev vm1
}

@test "a device that is not split is unsplit with nothing to do" {
	refused 0 "" "$one" unsplit-device dsa0
	refused 0 "" "$one" unsplit-device all
}

@test "who is not root may read and not change" {
	for change in "split-device dsa0" "unsplit-device dsa0" create-vdev "destroy-vdev all"; do
		# In a user namespace of one's own, one is root; so outside it.
		# shellcheck disable=SC2086
		run --separate-stderr nobody dsactl $change
		[ "$status" -eq 7 ]
		[[ $stderr == "dsactl: permission: "*root* ]]
	done
	[ "$(id -u)" = 0 ] || return 0
	run --separate-stderr on_host "$one; chmod -R a+rX /sys" bash -c 'nobody dsactl list --devices'
	[ "$status" -eq 0 ]
	[[ $output == *dsa0* ]]
}

@test "requests beyond the device are usage errors that show both numbers" {
	refused 2 "1 x 129 entries for work queues are wanted, the device has 128" "$one" split-device dsa0 --wq-size 129
	refused 2 "the device has 4" "$one" split-device dsa0 --slices 5
	refused 2 "cannot have 3 work queues" "$one" split-device dsa0 --wqs 3
	refused 2 "the device has 4 engines" "$one" split-device dsa0 --slices 2 --engines 3
	refused 2 "up to 1024" "$one" split-device dsa0 --max-batch-size 2048
	refused 2 "transfers of 4294967296 bytes" "$one" split-device dsa0 --max-transfer-size 4G
}

@test "no vdev has the name that stands for every vdev" {
	refused 2 "all: this word stands for every vdev" "$one" create-vdev --name all --dry-run
}

@test "a device without message storage cannot be split" {
	refused 6 "interrupt message storage" \
		"$one; echo 0x40815f0107 >/sys/bus/dsa/devices/dsa0/gen_cap" split-device dsa0
}

@test "more vectors than the message storage has are a usage error with both numbers" {
	refused 2 "512 vectors are needed, one for each work queue; the device has 256 entries" "$one
		cd /sys/bus/dsa/devices/dsa0
		echo 64 | tee max_groups max_engines
		echo 512 >max_work_queues; echo 1024 >max_work_queues_size
		for i in {4..63}; do cp -r group0.0 group0.\$i; cp -r engine0.0 engine0.\$i; done
		for i in {8..511}; do cp -r wq0.0 wq0.\$i; done
		ln -sfn \"\$(pwd -P)\"/*.* /sys/bus/dsa/devices/
		echo 0x40835f0107 >gen_cap" split-device dsa0 --slices 64 --wqs 8
}

@test "what a split leaves unused is told, unless someone asked for so much" {
	run -0 --separate-stderr on_host "$one" "$dsactl" split-device dsa0 --slices 3 -n
	[ "$stderr" = "dsactl: dsa0: 3 slices of one shape leave 1 of its 4 engines and 2 of its 128 entries unused" ]
	run -0 --separate-stderr on_host "$one" "$dsactl" split-device dsa0 --slices 3 --engines 1 --wq-size 42 -n
	[ -z "$stderr" ]
	for slices in 1 2 4; do
		run -0 --separate-stderr on_host "$one" "$dsactl" split-device dsa0 --slices $slices -n
		[ -z "$stderr" ]
	done
}

@test "a device of which the kernel tells no node is on node 0" {
	# shellcheck disable=SC2016
	run -0 --separate-stderr on_host "$one; pretend_device 1 0x11fb disabled; echo -1 >/sys/bus/dsa/devices/dsa0/numa_node" \
		bash -c '"$1" list --devices --numa 0 -o json; "$1" list --devices --numa 1 -o json' _ "$dsactl"
	[ "$(jq -c '[.devices[] | [.name, .numa]]' <<<"$output" | paste -sd' ')" = '[["dsa0",null]] [["dsa1",1]]' ]
}

@test "monitor says that it waits for what is not there, and does not wait for what cannot be" {
	run --separate-stderr on_host "$one" "$BATS_TEST_DIRNAME/signalled" TERM "$dsactl" monitor --device dsa9 --vdev vm1
	echo "$stderr"
	[ "$stderr" = "$(printf 'dsactl: %s yet: waiting for it\n' "dsa9: there is no such device" "vm1: there is no such vdev")" ]
	run --separate-stderr on_host "$one" "$BATS_TEST_DIRNAME/signalled" TERM "$dsactl" monitor --device dsa0
	[ -z "$stderr" ]
	for name in das0 dsa dsa0x dsa0.1 0000:6a:01.0g; do
		refused 2 "--device: \"$name\" is no name of a device" "$one" monitor --device $name
	done
}

@test "a device that the host uses is busy, named or not" {
	local host="$idxd; pretend_device 0 0x11fb enabled 16; pretend_busy 0"
	refused 5 "wq0.0 (user)" "$host" split-device dsa0
	refused 5 "wq0.0 (user)" "$host" split-device dsa0 --force
	refused 5 "wq0.0 (user)" "$host" create-vdev
	refused 5 "wq0.0 (user)" "$host" create-vdev dsa0
}

@test "a configuration that someone prepared is not replaced without --force" {
	local host="$idxd; pretend_device 0 0x11fb disabled 16"
	refused 5 "--force" "$host" split-device dsa0
	run --separate-stderr on_host "$host" "$dsactl" split-device dsa0 --force --dry-run
	[ "$status" -eq 0 ]
}

@test "without the module a split is not supported, and nothing was written" {
	refused 6 "dsa_vdev: there is no such module" "$one" split-device dsa0
	refused 6 "dsa_vdev: there is no such module" "$one" create-vdev
	# shellcheck disable=SC2016
	run --separate-stderr on_host "$one" bash -c '
		"$1" split-device dsa0
		cat /sys/bus/dsa/devices/wq0.0/size /sys/bus/dsa/devices/engine0.0/group_id
		stat -c %s /run/dsactl/journal' _ "$dsactl"
	[ "$output" = $'0\n-1\n0' ]
}

@test "who only reads does not wait for who writes, nor fails for what cannot be undone" {
	local left='mkdir -p /run/dsactl; touch /run/dsactl/lock; echo "{\"vdev\":\"x\",\"pid\":1}" >/run/dsactl/journal'
	# As if a writer had come between the look at what is left and the lock.
	# shellcheck disable=SC2016
	run --separate-stderr on_host "$one; $left; exec 9</run/dsactl/lock; flock -s 9" \
		bash -c '"$1" list --devices; echo "$?"' _ "$dsactl"
	echo "$output$stderr"
	[[ $output == DEVICE*$'\n0' ]]
	run --separate-stderr on_host "$one; mkdir -p /run/dsactl; ln -s /etc/passwd /run/dsactl/lock" \
		"$dsactl" split-device dsa0
	[ "$status" -eq 1 ]
	[[ $stderr == *"/run/dsactl/lock: cannot be opened: Too many levels of symbolic links" ]]
}

@test "who only reads undoes nothing, and notes go when all of them is undone" {
	local left='mkdir -p /run/dsactl; touch /run/dsactl/lock; file /etc/dsactl/b new
		echo "{\"file\":\"/etc/dsactl/a\",\"text\":\"old\",\"pid\":4711}
		{\"vdev\":\"11111111-2222-4333-8444-555555555555\",\"pid\":4711}
		{\"file\":\"/etc/dsactl/b\",\"text\":null,\"pid\":4711}" >/run/dsactl/journal'
	# shellcheck disable=SC2016
	run on_host "$one; $left; mkdir -p /etc/dsactl/profiles.d" bash -c '
		cp /run/dsactl/journal /run/before
		for verb in list stat "show-vdev x" "list-profiles" "save-profile -" "split-device dsa0 -n"; do
			"$1" $verb 2>&1 | grep -c "left its change unfinished"
			cmp /run/before /run/dsactl/journal
		done
		"$1" check 2>/dev/null | grep "left a change unfinished"
		mount -o remount,ro /etc/dsactl
		for verb in "destroy-vdev all" "save-profile c" "delete-profile c" "split-device dsa0"; do
			"$1" $verb; echo "$?"
			cmp /run/before /run/dsactl/journal
		done 2>&1 | grep -v "^dsactl: /etc/dsactl/.*: Read-only"
		mount -o remount,rw /etc/dsactl
		"$1" destroy-vdev all; echo "$?"
		ls /etc/dsactl/?; cat /etc/dsactl/a; stat -c %s /run/dsactl/journal' _ "$dsactl"
	echo "$output"
	diff <(printf '%s\n' "$output") - <<-'END'
		1
		1
		1
		1
		1
		1
		warning  host  a dsactl that was killed left a change unfinished
		dsactl: /run/dsactl/journal: what process 4711 left unfinished cannot be undone now, so nothing is changed: mend what the warnings name, or remove this file to leave all as it is
		7
		dsactl: /run/dsactl/journal: what process 4711 left unfinished cannot be undone now, so nothing is changed: mend what the warnings name, or remove this file to leave all as it is
		7
		dsactl: /run/dsactl/journal: what process 4711 left unfinished cannot be undone now, so nothing is changed: mend what the warnings name, or remove this file to leave all as it is
		7
		dsactl: /run/dsactl/journal: what process 4711 left unfinished cannot be undone now, so nothing is changed: mend what the warnings name, or remove this file to leave all as it is
		7
		dsactl: process 4711 did not finish its change: it was undone
		0
		/etc/dsactl/a
		old0
	END
}

@test "what is noted of something that is gone is settled, and told once" {
	# shellcheck disable=SC2016
	run on_host "$one; mkdir -p /run/dsactl; touch /run/dsactl/lock
		echo '{\"device\":\"dsa7\",\"pci\":\"0000:07:00.0\",\"entry\":{\"match\":{\"pci\":\"0000:07:00.0\"},\"enabled\":false,\"groups\":[]},\"pid\":4711}' >/run/dsactl/journal" \
		bash -c '"$1" destroy-vdev all; echo "$?"; "$1" destroy-vdev all; echo "$?"' _ "$dsactl"
	echo "$output"
	[ "${lines[0]}" = "dsactl: dsa7: the device is not there" ]
	[ "${lines[1]}" = "dsactl: process 4711 did not finish its change, and a part of it could not be undone" ]
	[ "${lines[2]} ${lines[3]}" = "0 0" ]
}

@test "a remedy names the verb whose option it is" {
	local host="$idxd; pretend_device 0 0x11fb disabled 16
		file /etc/dsactl/profiles.d/a.json '{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":[{\"slices\":[{\"wqs\":[{}]}]}]}]}'
		file /etc/dsactl/dsactl.conf 'enabled = a'"
	refused 5 "apply-profile --replace has it so" "$host" restore --device dsa0 -n
	refused 5 "split-device --force replaces that" "$host" create-vdev dsa0
}

@test "silicon under INTEL-SA-01084 is not split for a vdev unasked" {
	refused 6 "INTEL-SA-01084" "$idxd; pretend_device 0 0x0b25 disabled" create-vdev
	refused 6 "--allow-unsafe-portal" "$idxd; pretend_device 0 0x0b25 disabled" create-vdev dsa0
	for how in "-n" "2dwq-v1 -n" "--profile $BATS_TEST_DIRNAME/../../profiles/slice-per-wq.json -n"; do
		# shellcheck disable=SC2086 # words by intent
		refused 6 "dsa0: its silicon is under INTEL-SA-01084: no vdev could be created on its slices" \
			"$idxd; pretend_device 0 0x0b25 disabled" split-device dsa0 $how
	done
	run -0 on_host "$idxd; pretend_device 0 0x0b25 disabled" "$dsactl" split-device dsa0 --allow-unsafe-portal -n
}

@test "a dry run shows the plan and needs neither root nor the module" {
	run --separate-stderr on_host "$one" "$dsactl" split-device dsa0 --dry-run
	[ "$status" -eq 0 ]
	[ "$output" = "would split dsa0 into 4 slices of 1 work queue with 32 entries and 1 engine" ]
	run --separate-stderr on_host "$one" "$dsactl" split-device dsa0 --slices 1 --wqs 2 -n -o json
	[ "$status" -eq 0 ]
	[ "$(jq -c '[.version, .dry_run, .steps[0].slices, .steps[0].wqs, .steps[0].wq_size,
		.steps[0].engines]' <<<"$output")" = "[1,true,1,2,64,4]" ]
	run --separate-stderr on_host "$one" "$dsactl" create-vdev --count 2 --dry-run
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "a dry run of several vdevs knows which slices its own ones take" {
	run --separate-stderr on_host "$one" "$dsactl" create-vdev --wqs 2 --count 6 --continue --dry-run
	echo "$output$stderr"
	[ "$status" -eq 3 ]
	[ "$(grep -c "^would split dsa0" <<<"$output")" -eq 1 ]
	[ "$(grep -c "^would create" <<<"$output")" -eq 4 ]
	[[ $stderr == *"no free slice fits"* ]]
	run --separate-stderr on_host "$one" "$dsactl" create-vdev --wqs 2 --count 4 --continue --dry-run
	[ "$status" -eq 0 ]
	[ "$(grep -c "^would create" <<<"$output")" -eq 4 ]
	refused 5 "wq0.0 (user)" "$idxd; pretend_device 0 0x11fb enabled 16; pretend_busy 0" \
		create-vdev --count 2 --continue --dry-run
}

# For the inner shell: dsa0 is an IAX device.
iax0='mv /sys/bus/dsa/devices/dsa0 /sys/bus/dsa/devices/iax0'
no_iax="it is an IAX device, and slices are made of DSA devices: choose a DSA device"

# profile_of MATCH: for the inner shell: the profile p has a slice and a vdev for each device that it matches.
profile_of() {
	printf "file /etc/dsactl/profiles.d/p.json '%s'" "{\"version\": 1, \"devices\": [{\"match\": $1,
		\"groups\": [{\"slices\": [{\"wqs\": [{}], \"vdev\": {}}]}]}]}"
}

@test "no verb makes slices or vdevs on an IAX device, however it is named" {
	local iax="$idxd; pretend_device 0 0x0cfe disabled; $iax0" entry profile
	refused 6 "there is no DSA device: dsactl check says" "$iax" create-vdev -n
	for how in "split-device iax0" "split-device all" "split-device 0000:00:05.0 --allow-unsafe-portal" \
		"create-vdev iax0" "create-vdev iax0 --wqs 2 --persist" "create-vdev 0000:00:05.0 --count 2"; do
		# shellcheck disable=SC2086 # words by intent
		refused 6 "iax" "$iax" $how -n
	done
	refused 6 "iax0: $no_iax" "$iax" split-device all -n
	refused 6 "iax0: $no_iax" "$iax" create-vdev iax0 -n
	for entry in '{"name": "iax0"}' '{"pci": "0000:00:05.0"}' '{"type": "iax"}'; do
		profile="$iax; $(profile_of "$entry")"
		for verb in "apply-profile p" "diff-profile p" "enable-profile p" "split-device iax0 --force --profile p"; do
			# shellcheck disable=SC2086 # words by intent
			refused 6 "it is an IAX device, and slices are made of DSA devices" "$profile" $verb
		done
	done
	for verb in apply-profile diff-profile; do
		refused 6 "p: devices[0].match: it has iax0 and no other to take: it is an IAX device" \
			"$iax; $(profile_of '{"any": true}')" $verb p
	done
	refused 6 "iax0: $no_iax" "$iax; $(profile_of '{"any": true}')" split-device iax0 --profile p
}

@test "beside an IAX device DSA devices are split, and the host's work queues of IAX are left to profiles" {
	local both="$one; $iax0; pretend_device 1 0x11fb disabled; mkdir /sys/bus/dsa/drivers/crypto"
	run -0 --separate-stderr on_host "$both" "$dsactl" create-vdev -n
	[[ $output == "would split dsa1 "* ]]
	# The node of an IAX device has nothing for a vdev.
	refused 4 "create-vdev: no DSA device is on node 0; there is dsa1 on node 1" "$both" create-vdev --numa 0 -n
	run -0 --separate-stderr on_host "$both" "$dsactl" split-device all -n
	[[ $output == "would split dsa1 into "* && ${#lines[@]} -eq 1 ]]
	run -0 on_host "$both" "$dsactl" unsplit-device all -n
	run -0 --separate-stderr on_host "$both; $(profile_of '{"any": true}')" "$dsactl" apply-profile p -n -q
	[[ $output == "would configure dsa1 with 1 slice"*dsa1 && $output != *iax* ]]
	run -0 on_host "$both; $(profile_of '{"any": true}'); file /etc/dsactl/dsactl.conf 'enabled = p'" \
		"$dsactl" restore --device iax0
	[ -z "$output" ]
	run -0 --separate-stderr on_host "$both" "$dsactl" apply-profile - -n -q <<-'END'
		{"version": 1, "devices": [{"match": {"type": "iax"}, "groups": [{"wqs": [{"type": "kernel", "driver": "crypto"}]}]}]}
	END
	[ "$output" = "would configure iax0 with 0 slices" ]
	run --separate-stderr on_host "$both" "$dsactl" check -o json
	[ "$(jq -c '[.findings[] | select(.object == "iax0") | .topic]' <<<"$output")" = '["type"]' ]
}

@test "create-vdev takes no other NUMA node than the one that was asked for" {
	local host="$one; pretend_device 1 0x11fb disabled" no_node="echo -1 >/sys/bus/dsa/devices/dsa0/numa_node"
	run -0 on_host "$host" "$dsactl" create-vdev --numa 1 --dry-run
	[ "${lines[1]}" = "would create a vdev on a new slice of dsa1: no free slice fits, so dsa1 is split for it" ]
	refused 4 "create-vdev: no DSA device is on node 5; there is dsa0 on node 0, dsa1 on node 1" "$host" \
		create-vdev --numa 5 -n
	refused 2 "dsa0: it is on node 0, not 1" "$host" create-vdev dsa0 --numa 1 -n
	refused 2 "dsa1: it is on node 1, not 0" "$host" create-vdev 0000:01:05.0 --numa 0 -n
	# What has no node is on node 0, as in list.
	run -0 on_host "$host; $no_node" "$dsactl" create-vdev --numa 0 -n
	[[ ${lines[0]} == "would split dsa0 "* ]]
	refused 5 "dsa0: it is enabled" "$idxd; pretend_device 0 0x11fb enabled 16; pretend_busy 0; pretend_device 1 0x11fb disabled" \
		create-vdev --numa 0 -n
}

@test "list shows devices and work queues in order, and filters compose" {
	local host="$idxd; pretend_device 0 0x11fb enabled; pretend_device 1 0x0b25 disabled"
	run --separate-stderr on_host "$host" "$dsactl" list -o json
	[ "$status" -eq 0 ]
	[ "$(jq -c '[.version, .module, (.devices | length), (.wqs | length)]' <<<"$output")" = "[1,false,2,16]" ]
	[ "$(jq -c '.devices[1] | [.name, .pci, .pci_id, .numa, .state, .wq_entries, .ims_size,
		.max_transfer_size, (.engines | length)]' <<<"$output")" = \
		'["dsa1","0000:01:05.0","8086:0b25",1,"disabled",128,2048,2147483648,4]' ]
	run --separate-stderr on_host "$host" "$dsactl" list --wqs --numa 1 -o json
	[ "$(jq -c '[keys, (.wqs | length)]' <<<"$output")" = '[["module","version","wqs"],8]' ]
	run --separate-stderr on_host "$host" "$dsactl" list --devices --state disabled
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[1]} == dsa1* ]]
	[[ $stderr == *"dsa_vdev"* ]]
	run --separate-stderr on_host "$host" "$dsactl" list -o wide
	[ "$(grep -cE '^[0-3] +dsa[01] ' <<<"$output")" -eq 16 ] # groups and engines
	[ "$(grep -cE '^wq' <<<"$output")" -eq 16 ]
}

@test "columns are those that were asked for, in that order, of each table that has one" {
	local host="$idxd; pretend_device 0 0x11fb enabled 16; pretend_device 1 0x0b25 disabled"
	run -0 --separate-stderr on_host "$host" "$dsactl" list --devices -q -O state,DEVICE
	[ "$output" = "$(printf '%s\n' 'STATE     DEVICE' 'enabled   dsa0' 'disabled  dsa1')" ]
	run -0 --separate-stderr on_host "$host" "$dsactl" list --devices -q -O +id,Unsafe
	[ "${lines[0]}" = "DEVICE  PCI           NUMA  STATE     ENGINES  WQS  ENTRIES  SLICES  VECTORS  ID         UNSAFE" ]
	[ "${lines[2]}" = "dsa1    0000:01:05.0  1     disabled  4        8    128      0       2048     8086:0b25  yes" ]
	run -0 --separate-stderr on_host "$host" "$dsactl" list --wqs -q -u -O wq,size,transfer
	[ "${lines[1]}" = "wq0.0  16    2.0M" ]
	# Tables within devices are shown with -o wide, and of all tables those that have one.
	run -0 --separate-stderr on_host "$host" "$dsactl" list -q -o wide -O engine,wq
	[ "$(paste -sd' ' <<<"$output")" = "WQ $(echo wq{0,1}.{0..7})  ENGINE 0 1 2 3 0 1 2 3" ]
	run -0 --separate-stderr on_host "$host" "$dsactl" list -q -O pasid
	[ -z "$output" ]
	run -0 --separate-stderr on_host "$host" "$dsactl" list --slices -q -O pasid,slice
	[ "$output" = "PASID  SLICE" ]
}

@test "a table's columns stand in line, whatever a name is written in, in any locale and on any terminal" {
	local host="$one; printf 'j\303\266rg\342\202\254\346\274\242' >/sys/bus/dsa/devices/wq0.1/name
		printf 'a\233b\033c\302\233d' >/sys/bus/dsa/devices/wq0.2/name"
	for locale in C POSIX C.UTF-8 tr_TR.UTF-8; do
		run -0 --separate-stderr on_host "$host" env LC_ALL=$locale "$dsactl" list --wqs -q -O name,wq
		# Eight cells: two of them have the last letter.
		[ "${lines[0]}" = "NAME      WQ" ]
		[ "${lines[1]}" = "-         wq0.0" ]
		[ "${lines[2]}" = $'j\303\266rg\342\202\254\346\274\242   wq0.1' ]
		[ "${lines[3]}" = $'a\357\277\275b?c??d  wq0.2' ]
	done
	# Nothing is cut on a terminal, and no column is turned into a line.
	run -0 on_host "$host" script -qc "stty cols 20; '$dsactl' list -q -o wide --color never" /dev/null
	diff <(tr -d '\r' <<<"$output") <(on_host "$host" "$dsactl" list -q -o wide)
	[ "$(wc -L <<<"$output")" -gt 80 ]
}

@test "who only reads writes nothing, cmd_status least of all" {
	# shellcheck disable=SC2016
	run on_host "$one; pretend_device 1 0x11fb enabled 16; echo 0x80000013 >/sys/bus/dsa/devices/dsa1/cmd_status
		mkdir -p /etc/dsactl/profiles.d" bash -c '
		state() { find /sys -type f -print0 | sort -z | xargs -0 md5sum; }
		state >/run/before
		for verb in list "list -o wide" "list -o json" check stat "show-vdev vm1" "save-profile -" export-profile \
				"diff-profile $2" "list-profiles" "split-device dsa0 -n" "create-vdev -n" "unsplit-device all -n" \
				"apply-profile $2 -n" "restore -n" "destroy-vdev all" "__complete split-device d"; do
			"$1" $verb >/dev/null 2>&1
			state | cmp - /run/before || echo "$verb"
		done
		cat /sys/bus/dsa/devices/dsa1/cmd_status' _ "$dsactl" "$BATS_TEST_DIRNAME/../../profiles/half-host.json"
	[ "$output" = 0x80000013 ]
}

@test "a writer that holds the lock is named, on a terminal while waiting and then in the error" {
	# shellcheck disable=SC2016
	run on_host "$one" bash -c '
		mkdir -p /run/dsactl && echo 4711 >/run/dsactl/lock
		exec 9</run/dsactl/lock && flock 9
		"$1" split-device dsa0 --timeout 0
		echo "status $?"
		TERM=xterm script -qc "$1 split-device dsa0 --timeout 2" /dev/null' _ "$dsactl"
	echo "$output"
	[[ ${lines[0]} == "dsactl: "*"process 4711"* ]]
	[ "${lines[1]}" = "status 5" ]
	[[ ${lines[2]} == *$'\r\e[Kdsactl: /run/dsactl/lock: wait for process 4711\r\e[K'* ]]
}

@test "colours are for terminals, and for who asks for them" {
	list="'$dsactl' list --devices -q"
	run on_host "$one" script -qc "$list; NO_COLOR=1 $list; $list --color never; $list --color always | cat" /dev/null
	colored=0
	for line in "${lines[@]}"; do
		[[ $line != *$'\e[1mDEVICE\e[0m'* ]] || colored=$((colored + 1))
	done
	[ "${#lines[@]}" -eq 8 ]
	[ "$colored" -eq 2 ]
	run on_host "$one" "$dsactl" list --devices -q
	[[ $output != *$'\e'* ]]
}

@test "split-device --profile splits as the profile says, and nothing else may say it" {
	tree=$BATS_TEST_DIRNAME/../..
	run -0 --separate-stderr on_host "$one" "$dsactl" split-device all --profile "$tree/profiles/slice-per-engine.json" -n
	[ "$output" = "would split dsa0 into 4 slices" ]
	refused 2 "and so does another option" "$one" split-device dsa0 --profile "$tree/profiles/half-host.json" --slices 2
	refused 2 "and so does another option" "$one" split-device dsa0 2dwq-v1 --profile "$tree/profiles/half-host.json"
	refused 4 "none: there is no such profile" "$one" split-device dsa0 --profile none
	file "$BATS_TEST_TMPDIR/other.json" '{"version":1,"devices":[{"match":{"name":"dsa1"},"groups":[{"slices":[{"wqs":[{}]}]}]}]}'
	refused 4 "no entry of it is for dsa0" "$one" split-device dsa0 --profile "$BATS_TEST_TMPDIR/other.json"
	file "$BATS_TEST_TMPDIR/host.json" '{"version":1,"devices":[{"match":{"any":true},"groups":[{"wqs":[{"size":16}]}]}]}'
	refused 2 "it has no slices for dsa0" "$one" split-device dsa0 --profile "$BATS_TEST_TMPDIR/host.json"
	host="$idxd; pretend_device 0 0x11fb disabled 16"
	refused 5 "someone has prepared" "$host" split-device dsa0 --profile "$tree/profiles/half-host.json"
	run -0 on_host "$host" "$dsactl" split-device dsa0 --profile "$tree/profiles/half-host.json" --force -n
}

@test "--persist says what it would keep, and what cannot be kept or forgotten is refused first" {
	run -0 --separate-stderr on_host "$one" "$dsactl" create-vdev --uuid 11111111-2222-4333-8444-555555555555 --persist -n
	[ "${lines[2]}" = "would have vdev 11111111-2222-4333-8444-555555555555 restored at boot" ]
	host="$one; file /etc/dsactl/profiles.d/persistent.json '{'"
	refused 2 "/etc/dsactl/profiles.d/persistent.json: " "$host" create-vdev --persist -n
	host="$one; file /etc/dsactl/profiles.d/a.json '{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":[{\"slices\":[{
		\"wqs\":[{}],\"vdev\":{\"name\":\"vm1\",\"owner\":\"alice\"}}]}]}]}'; file /etc/dsactl/dsactl.conf 'enabled = a'"
	run -0 on_host "$host" "$dsactl" destroy-vdev vm1 --persist --owner alice -n
	[[ $output == "would no longer have vdev "*" restored at boot" ]]
	refused 7 "it belongs to alice" "$host" destroy-vdev vm1 --persist -n
	refused 4 "nor one that is restored at boot" "$host" destroy-vdev vm2 --persist -n
	refused 4 "there is no vdev" "$host" destroy-vdev vm1 -n
}

@test "destroy-vdev all --persist forgets those that are not here, too, or those of one owner" {
	host="$one; pretend_device 1 0x11fb disabled; file /etc/dsactl/dsactl.conf 'enabled = a b'
		for name in a b; do
			file /etc/dsactl/profiles.d/\$name.json '{\"version\":1,\"devices\":[{\"match\":{\"numa\":NODE},\"groups\":[
				{\"slices\":[{\"wqs\":[{}],\"vdev\":{\"name\":\"NAME\",\"owner\":\"alice\"}},{\"wqs\":[{}],\"vdev\":{}}]}]}]}'
		done
		sed -i 's/NODE/0/; s/NAME/vm1/' /etc/dsactl/profiles.d/a.json
		sed -i 's/NODE/1/; s/NAME/vm2/; s/alice/bob/' /etc/dsactl/profiles.d/b.json"
	# shellcheck disable=SC2016
	run -0 --separate-stderr on_host "$host" bash -c '
		"$1" destroy-vdev all -n
		"$1" destroy-vdev all --persist --owner alice -n | wc -l
		"$1" destroy-vdev all --persist; echo "$?"
		for name in a b; do "$1" show-profile $name | jq -c "[.devices[] | .match, .groups[0].slices[].vdev.name]"; done
		"$1" destroy-vdev all --persist --force; echo "$?"
		"$1" destroy-vdev all --persist -n
		"$1" show-profile a | jq -c "[.devices[0].groups[0].slices[].vdev]"' _ "$dsactl"
	echo "$output$stderr"
	[ "$output" = "$(printf '%s\n' 1 3 '[{"pci":"0000:00:05.0"},"vm1",null,{"numa":0},"vm1",null]' \
		'[{"pci":"0000:01:05.0"},"vm2",null,{"numa":1},"vm2",null]' 0 '[null,null]')" ]
}

@test "to forget a vdev needs no look at its device; where the module cannot be read that is told" {
	host="$one; file /etc/dsactl/profiles.d/a.json '{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":[{\"slices\":[{
		\"wqs\":[{}],\"vdev\":{\"name\":\"vm1\"}}]}]}]}'; file /etc/dsactl/dsactl.conf 'enabled = a'"
	run -0 on_host "$host; rm -r /sys/bus/dsa/devices/dsa0/wq0.* /sys/bus/dsa/devices/wq0.*" "$dsactl" destroy-vdev vm1 --persist -n
	[[ $output == "would no longer have vdev "* ]]
	# A family that is there and takes none of our commands.
	echo 'int genl_ctrl_resolve(void *sock, const char *name) { (void)sock; (void)name; return 16; }' >"$BATS_TEST_TMPDIR/no.c"
	cc -shared -fPIC -o "$BATS_TEST_TMPDIR/no.so" "$BATS_TEST_TMPDIR/no.c"
	for vdev in vm1 all; do
		run --separate-stderr on_host "$host; mkdir -p /sys/module/dsa_vdev" env LD_PRELOAD="$BATS_TEST_TMPDIR/no.so" "$dsactl" destroy-vdev "$vdev" --persist -n
		echo "$vdev: $status $output$stderr"
		[[ $status != 0 && $stderr == *"the module did not answer"* ]]
	done
}

@test "an entry that does not fit its device restores nothing" {
	run -0 --separate-stderr on_host "$one; file /etc/dsactl/profiles.d/a.json '{\"version\":1,\"devices\":[{\"match\":{\"any\":true},
		\"groups\":[{\"slices\":[{\"count\":99,\"wqs\":[{}],\"vdev\":{}}]}]}]}'; file /etc/dsactl/dsactl.conf 'enabled = a'" \
		"$dsactl" destroy-vdev all --persist -n
	[ -z "$output$stderr" ]
}

@test "--persist does not enable what was disabled, and has entries for other devices" {
	kept='{"version":1,"devices":[{"match":{"name":"dsa7"},"groups":[{"slices":[{"wqs":[{}],"vdev":{"name":"old"}}]}]}]}'
	host="$one; file /etc/dsactl/profiles.d/persistent.json '$kept'"
	refused 5 "persistent: it is disabled and has entries, which would be restored, too: dsactl enable-profile it, or" \
		"$host" create-vdev --persist -n
	run -0 on_host "$host; file /etc/dsactl/dsactl.conf 'enabled = persistent'" "$dsactl" create-vdev --persist -n
	host="$one; file /etc/dsactl/profiles.d/persistent.json '{\"version\":1,\"devices\":[]}'"
	run -0 on_host "$host" "$dsactl" create-vdev --persist -n
}

# entry MATCH 'VDEV' ['SLICE']: of a profile, one slice with a vdev.
entry() { printf '{"match":%s,"groups":[{"slices":[{"wqs":[{}],"vdev":%s%s}]}]}' "$1" "$2" "${3-}"; }

# profile NAME ENTRY...: a line for the host that writes it
profile() {
	local IFS=, name=$1
	shift
	printf "file /etc/dsactl/profiles.d/%s.json '{\"version\":1,\"devices\":[%s]}'\n" "$name" "$*"
}

two="$one; pretend_device 1 0x11fb disabled"
uuid=11111111-2222-4333-8444-555555555555

@test "a name or UUID that another device has restored is not kept, whether that is here or not" {
	local vdev='{"name":"vm1","uuid":"'$uuid'"}' match host
	for match in '{"name":"dsa1"}' '{"pci":"0000:99:01.0"}'; do
		host="$two; $(profile a "$(entry "$match" "$vdev")"); file /etc/dsactl/dsactl.conf 'enabled = a'"
		refused 5 "vm1: a vdev of this name is restored at boot on" "$host" create-vdev dsa0 --name vm1 --persist -n
		refused 5 "$uuid: a vdev of this UUID is restored at boot on" "$host" create-vdev dsa0 --uuid "${uuid^^}" --persist -n
		run -0 on_host "$host" "$dsactl" create-vdev dsa0 --name vm2 --persist -n
		run -0 on_host "$host" "$dsactl" create-vdev dsa0 --name vm1 -n
	done
	# On its own device the name is taken, too, but not for itself.
	host="$two; $(profile a "$(entry '{"name":"dsa0"}' "$vdev")"); file /etc/dsactl/dsactl.conf 'enabled = a'"
	refused 5 "vm1: a vdev of this name is restored" "$host" create-vdev dsa0 --name vm1 --persist -n
	run -0 on_host "$host" "$dsactl" create-vdev dsa0 --name vm1 --uuid $uuid --persist -n
}

@test "what could never be restored here is not enabled, and the reason is given" {
	local a b host dry
	a=$(profile a "$(entry '{"name":"dsa1"}' '{"name":"vm1"}')") b=$(profile b "$(entry '{"name":"dsa0"}' '{"name":"vm1"}')")
	host="$two; $a; $b; file /etc/dsactl/dsactl.conf 'enabled = a'"
	for dry in "" -n; do
		refused 5 "vm1: a vdev of this name would be restored at boot on dsa0 by profile b and on dsa1 by profile a" \
			"$host" enable-profile b $dry
	done
	# Where a is not enabled, or b comes second for the same device, there is no such case.
	run -0 on_host "$two; $a; $b" "$dsactl" enable-profile b
	run -0 on_host "$two; $a; $(profile b "$(entry '{"name":"dsa1"}' '{"name":"vm1"}')"); file /etc/dsactl/dsactl.conf 'enabled = a'" \
		"$dsactl" enable-profile b
	host="$two; $(profile c '{"match":{"any":true},"groups":[{"slices":[{"count":99,"wqs":[{}]}]}]}')"
	refused 2 "for dsa0:" "$host" enable-profile c
	host="$idxd; pretend_device 0 0x0b25 disabled; $(profile d "$(entry '{"any":true}' '{}')")"
	refused 6 "INTEL-SA-01084" "$host" enable-profile d
	refused 6 "INTEL-SA-01084" "$host" enable-profile /etc/dsactl/profiles.d/d.json --dry-run
	host="$idxd; pretend_device 0 0x0b25 disabled; $(profile d "$(entry '{"any":true}' '{}' ',"allow_unsafe_portal":true')")"
	run -0 on_host "$host" "$dsactl" enable-profile d
	run -0 on_host "$(profile c '{"match":{"any":true},"groups":[{"slices":[{"count":99,"wqs":[{}]}]}]}')" "$dsactl" enable-profile c
}

@test "list-profiles shows which of several enabled ones counts for a device" {
	local host
	host="$two; $(profile a "$(entry '{"name":"dsa1"}' '{}')"); $(profile b "$(entry '{"any":true}' '{}')")
		$(profile c "$(entry '{"any":true}' '{}')"); file /etc/dsactl/dsactl.conf 'enabled = a b c'"
	run -0 --separate-stderr on_host "$host" "$dsactl" list-profiles -o json
	[ "$(jq -c '[.profiles[] | [.name, .restores]]' <<<"$output")" = '[["a",["dsa1"]],["b",["dsa0"]],["c",[]]]' ]
	run -0 on_host "$host" "$dsactl" list-profiles
	[[ ${lines[0]} == *"ENABLED  ENTRIES  RESTORES"* ]]
}

@test "list shows what the next boot brings, and a file that cannot be read stops it not" {
	local host
	host="$two; $(profile a "$(entry '{"name":"dsa1"}' '{"name":"vm1","owner":"alice","uuid":"'$uuid'"}')"); file /etc/dsactl/dsactl.conf 'enabled = a'"
	run -0 --separate-stderr on_host "$host" "$dsactl" list -o json
	[ "$(jq -c .boot <<<"$output")" = '[{"uuid":"'$uuid'","name":"vm1","owner":"alice","device":"dsa1","here":false}]' ]
	run -0 --separate-stderr on_host "$host" "$dsactl" list --at-boot
	[ "${lines[1]}" = "$uuid  vm1   alice  dsa1    no" ]
	run -0 --separate-stderr on_host "$two" "$dsactl" list
	[[ $output != *BOOT* ]]
	run -0 --separate-stderr on_host "$two; mkdir /etc/dsactl/dsactl.conf" "$dsactl" list
	[[ $output == *dsa0* && $stderr == *"/etc/dsactl/dsactl.conf: cannot be read"* ]]
}

@test "what --persist changes of a device comes before the template that was first for it" {
	# shellcheck disable=SC2016
	run -0 --separate-stderr on_host "$one; file /etc/dsactl/dsactl.conf 'enabled = a'" bash -c '
		mkdir /etc/dsactl/profiles.d
		cat >/etc/dsactl/profiles.d/a.json <<-END
			{"version": 1, "devices": [
			  {"match": {"any": true}, "groups": [{"slices": [{"wqs": [{}], "vdev": {"name": "vm1"}}]}]},
			  {"match": {"pci": "0000:00:05.0"}, "groups": [{"wqs": [{}]}]}]}
		END
		"$1" destroy-vdev vm1 --persist
		"$1" show-profile a | jq -c "[.devices[] | [.match, .groups[0].slices[0].vdev]]"' _ "$dsactl"
	[ "$output" = '[[{"pci":"0000:00:05.0"},null],[{"any":true},{"name":"vm1"}]]' ]
}

@test "monitor hears the kernel, of idxd's bus and of its modules, where no udev runs, and nobody else" {
	# A monitor that is ready tells of the first event that is sent again and again.
	# shellcheck disable=SC2016 # for the inner shell
	run -0 on_host "$one" timeout 60 unshare -n bash -c '
		"$1" monitor -q >/run/events &
		until grep -qs wq0.1 /run/events; do "$2" kernel change dsa /devices/x/dsa0/wq0.1; done
		"$2" group add dsa /devices/x/dsa7
		"$2" kernel add net /devices/x/dsa8
		"$2" kernel remove module /module/loop
		"$2" kernel add dsa /devices/x/dsa9
		"$2" kernel remove module /module/idxd
		until grep -q "module remove" /run/events; do sleep 0.1; done
		kill $! && wait
		cut -d" " -f2- /run/events | uniq' _ "$dsactl" "$BATS_TEST_DIRNAME/uevent"
	echo "$output"
	[ "$output" = "$(printf '%s\n' "wq change wq0.1 device=dsa0" "device add dsa9 device=dsa9" "module remove idxd")" ]
}

@test "monitor and stat end at a signal that comes while they begin" {
	# The lock is looked at after signals are caught, and before the verb runs.
	for verb in monitor "monitor --device dsa0" "stat 1"; do
		echo "$verb"
		# shellcheck disable=SC2086 # words by intent
		run -0 on_host "$one" timeout 20 strace -f -qq -o /dev/null -P /run/dsactl/lock \
			-e inject=all:signal=SIGTERM:when=1 "$dsactl" $verb
	done
}
