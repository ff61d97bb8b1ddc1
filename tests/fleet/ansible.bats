#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and common.bash; scripts for inner shells
# The modules and the role of the collection, which run the true dsactl on a pretended host.
# Wants ansible-core: see tests/fleet/run.

load common.bash
bats_require_minimum_version 1.5.0

devices='mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled; pretend_device 1 0x11fb disabled'
pretended="$devices; pretend_module"
# One that check is content with.
able="$devices; "'file /sys/class/iommu/dmar0/intel-iommu/ecap 80000f0505e; pretend_features 0 1 1; pretend_features 1 1 1
	mkdir -p /sys/module/{mdev,vfio,vfio_iommu_type1}; pretend_cpu movdir64b; pretend_module'

setup() {
	fleet_begin "$BATS_TEST_TMPDIR"
	fleet_host a "$pretended"
}

# Slices for dsa0, with a vdev; dsa1 is left alone.
small='{"version": 1, "devices": [{"match": {"name": "dsa0"}, "groups": [{"engines": "max", "slices": [
	{"count": 2, "wqs": [{"size": 8}]}, {"wqs": [{"size": 8}], "vdev": {"name": "vm1", "owner": "alice"}}]}]}]}'
# The same device, laid out otherwise.
other='{"version": 1, "devices": [{"match": {"name": "dsa0"}, "groups": [{"engines": "max", "slices": [{"wqs": [{"size": 64}]}]}]}]}'

# module NAME 'JSON OF ARGUMENTS' [check|diff]...: what it returns, as JSON.
module() {
	local name=$1 arguments=$2 mode
	shift 2
	for mode; do
		arguments=$(jq -c ". + {\"_ansible_${mode/#check/check_mode}\": true}" <<<"$arguments")
	done
	jq -c --arg path "$fleet/a/dsactl" '{ANSIBLE_MODULE_ARGS: (. + {executable: $path})}' <<<"$arguments" |
		(cd "$fleet" && PYTHONPATH=$fleet python3 -m "ansible_collections.dsactl.dsa.plugins.modules.dsactl_$name")
}

# profile 'JSON OF ARGUMENTS' [check|diff]...
profile() { module profile "$@"; }

# All that a change could alter: devices, vdevs and files.
state() {
	fleet_dsactl a list -o json | jq -cS 'del(.boot)'
	fleet_dsactl a list-profiles -o json | jq -cS '[.profiles[] | select(.from != "vendor")]'
	fleet_on a find /etc/dsactl -type f -exec cksum {} +
}

# is FILTER: of $output, and shows it where that is not so.
is() { jq -e "$1" <<<"$output" >/dev/null || { jq . <<<"$output"; false; }; }

@test "dsactl_profile applies, saves and enables; the second time nothing is changed" {
	arguments=$(jq -n --argjson content "$small" '{name: "vms", state: "applied", enabled: true, content: $content}')
	run -0 profile "$arguments"
	is '.changed and .saved and .enabled and (.steps | map(.step) == ["configure", "create"])'
	[ "$(fleet_dsactl a list -o json | jq -c '[(.slices | length), .vdevs[0].name, .boot[0].name]')" = '[3,"vm1","vm1"]' ]
	[ "$(fleet_dsactl a list-profiles -o json | jq -c '.profiles[] | select(.name == "vms") | [.enabled, .restores]')" = '[true,["dsa0"]]' ]
	before=$(state)
	for _ in 1 2; do
		run -0 profile "$arguments" diff
		is '(.changed or .saved | not) and .enabled and .steps == [] and .differences == [] and .diff == []'
	done
	[ "$(state)" = "$before" ]
}

@test "check mode says what would be done, and changes nothing" {
	before=$(state)
	run -0 profile "$(jq -n --argjson content "$small" '{name: "vms", state: "applied", enabled: true, content: $content}')" check diff
	is '.changed and .saved and (.steps | length == 2)'
	is '.diff | map(.before_header) == ["devices", "profile vms", "profile vms at boot"]'
	is '.diff[0].before | fromjson | ."dsa0.enabled" == false'
	[ "$(state)" = "$before" ]
	run -0 module vdev '{"name": "vm1", "owner": "alice"}' check diff
	is '.changed and (.steps | map(.step) == ["split", "create"]) and (.diff.after | fromjson | .owner == "alice")'
	[ "$(state)" = "$before" ]
	fleet_dsactl a create-vdev dsa0 --name vm1 >/dev/null 2>&1
	before=$(state)
	run -0 module vdev '{"name": "vm1", "state": "absent"}' check
	is '.changed and (.steps | map(.step) == ["destroy"])'
	[ "$(state)" = "$before" ]
}

@test "what other tools changed is found and mended" {
	arguments=$(jq -n --argjson content "$small" '{name: "vms", state: "applied", content: $content}')
	run -0 profile "$arguments"
	# As accel-config disable-wq.
	fleet_on a rm /sys/bus/dsa/devices/wq0.1/driver
	run -0 profile "$arguments" check
	is '.changed and (.saved | not) and (.steps | map(.step) == ["repair"])'
	run -0 profile "$arguments"
	is '.changed'
	run -0 profile "$arguments"
	is '.changed | not'
}

@test "a changed profile is applied only where what is there may go" {
	run -0 profile "$(jq -n --argjson content "$small" '{name: "vms", state: "applied", content: $content}')"
	before=$(state)
	arguments=$(jq -n --argjson content "$other" '{name: "vms", state: "applied", content: $content}')
	run -1 profile "$arguments"
	is '.failed and .rc == 5 and (.msg | test("dsa0"))'
	# What could not be applied is not saved, either.
	[ "$(state)" = "$before" ]
	run -1 profile "$(jq '.replace = true' <<<"$arguments")"
	is '.rc == 7 and (.msg | test("alice"))'
	run -0 profile "$(jq '.replace = true | .owner = "alice"' <<<"$arguments")"
	is '.changed and .saved'
	[ "$(fleet_dsactl a list -o json | jq -c '[(.slices | length), (.vdevs | length)]')" = '[1,0]' ]
}

@test "a vdev that is open is not touched, and reported" {
	run -0 profile "$(jq -n --argjson content "$small" '{name: "vms", state: "applied", content: $content}')"
	fleet_on a sed -i 's/^\([^ ]* [0-9]*\) [0-9]*/\1 2/' /run/module/vdevs
	before=$(state)
	run -1 profile "$(jq -n --argjson content "$other" '{name: "vms", state: "applied", content: $content, replace: true, owner: "alice"}')"
	is '.rc == 5 and (.msg | test("open|in use"))'
	run -1 module vdev '{"name": "vm1", "owner": "alice", "state": "absent"}'
	is '.rc == 5'
	[ "$(state)" = "$before" ]
}

@test "a profile is saved without touching devices, disabled, and deleted" {
	run -0 profile "$(jq -n --argjson content "$small" '{name: "vms", content: $content}')"
	is '.changed and .saved and (.enabled | not)'
	# Only what it says counts, not how it is written.
	run -0 profile "$(jq -n --arg content "$(jq -cS . <<<"$small")" '{name: "vms", content: $content}')"
	is '.changed | not'
	[ "$(fleet_dsactl a list -o json | jq '.slices | length')" = 0 ]
	run -0 profile '{"name": "vms", "enabled": true}'
	is '.changed and .enabled'
	run -0 profile '{"name": "vms", "enabled": false}'
	is '.changed and (.enabled | not)'
	run -0 profile '{"name": "vms", "state": "absent"}' check diff
	is '.changed and (.diff[0].before | fromjson | .version == 1) and .diff[0].after == ""'
	run -0 profile '{"name": "vms", "state": "absent"}'
	is '.changed'
	run -0 profile '{"name": "vms", "state": "absent"}'
	is '.changed | not'
}

@test "a profile whose file is broken is saved anew, and one whose file is gone can be disabled and deleted" {
	file=/etc/dsactl/profiles.d/vms.json
	arguments=$(jq -n --argjson content "$small" '{name: "vms", content: $content, enabled: true}')
	run -0 profile "$arguments"
	fleet_on a sh -c "echo '{' >$file"
	run -0 profile "$arguments" check diff
	is '.changed and .saved and (.diff[0].before | fromjson | .error | test("JSON"))'
	run -0 profile "$arguments"
	is '.changed and .saved and .enabled'
	for gone in '{"enabled": false}' '{"state": "absent"}'; do
		run -0 profile "$arguments"
		fleet_on a rm $file
		gone=$(jq '.name = "vms"' <<<"$gone")
		for mode in check ''; do
			run -0 profile "$gone" $mode
			is '.changed and (.enabled | not)'
		done
		run -0 profile "$gone"
		is '.changed | not'
	done
}

@test "a failure after a change says what was changed" {
	fleet_on a mkdir -p /etc/dsactl/profiles.d/vms.json
	run -1 profile "$(jq -n --argjson content "$small" '{name: "vms", state: "applied", enabled: true, content: $content}')"
	is '.failed and .changed and (.steps | length == 2) and (.msg | test("vms.json"))'
}

@test "what could not be restored is refused before anything is changed, in check mode, too" {
	local arguments before
	run -0 profile "$(jq -n --argjson content "$small" '{name: "vms", state: "applied", enabled: true, content: $content}')"
	# The name of a vdev that dsa0 has restored, for the other device; saved or not.
	fleet_dsactl a import-profile - --name saved <<<"${small/dsa0/dsa1}"
	before=$(state)
	for arguments in '{name: "second", content: $content, enabled: true}' '{name: "saved", enabled: true}' \
		'{name: "second", state: "applied", content: $content, enabled: true}'; do
		arguments=$(jq -n --argjson content "${small/dsa0/dsa1}" "$arguments")
		run -1 profile "$arguments" check
		is '.rc == 5 and (.changed | not) and (.msg | startswith("vm1: a vdev of this name would be restored at boot on dsa0 by profile vms and on dsa1"))'
		run -1 profile "$arguments"
		is '.rc == 5 and (.changed | not) and (.msg | startswith("vm1: a vdev of this name would be restored at boot on dsa0 by profile vms and on dsa1"))'
	done
	[ "$(state)" = "$before" ]
	run -0 profile "$(jq -n --argjson content "${small/dsa0/dsa1}" '{name: "second", content: $content, enabled: false}')"
	is '.changed and .saved'
}

@test "a failure has dsactl's message and its exit status" {
	run -1 profile '{"name": "vms", "state": "applied"}'
	is '.rc == 4 and .error.object == "vms" and (.msg | startswith("vms: there is no such profile: dsactl list-profiles"))'
	run -1 profile '{"name": "vms", "content": {"version": 1, "devices": [{"match": {"any": true}, "frob": 1}]}}'
	is '.rc == 2 and (.msg | test("frob"))'
	run -1 module vdev '{"name": "vm1", "device": "dsa9"}'
	is '.rc == 4 and (.msg | startswith("dsa9: there is no such device"))'
	run -1 module vdev '{"name": "two words"}'
	is '.rc == 2 and (.msg | test("blank"))'
	run -1 module vdev '{"state": "absent"}'
	is '.msg | test("one of the following is required: name, uuid")'
}

# task MODULE LINE...: with arguments that Ansible reads from YAML.
task() {
	printf -- '- hosts: all\n  gather_facts: false\n  tasks:\n    - dsactl.dsa.dsactl_%s:\n' "$1" >"$fleet/task.yml"
	printf '        %s\n' "executable: $fleet/a/dsactl" "${@:2}" >>"$fleet/task.yml"
	ansible-playbook -i a, -c local -e ansible_python_interpreter=/usr/bin/python3 "$fleet/task.yml"
}

@test "a PCI address that YAML takes as a number is refused, and in quotes it is none" {
	before=$(state)
	run -2 task vdev 'name: vm1' 'device: 0000:00:05.0'
	[[ $output == *"device: it is the number 5.0, "*"in quotes, such as '0000:00:05.0'"* ]]
	run -2 task profile 'name: slice-per-engine' 'state: applied' 'device: 0001:59:31.7'
	[[ $output == *"device: it is the number 7171.7, "*"in quotes, such as '0001:59:31.7'"* ]]
	[ "$(state)" = "$before" ]
	run -0 task vdev 'name: vm1' 'device: "0000:00:05.0"'
	[ "$(fleet_dsactl a list -o json | jq -c '.vdevs | map([.name, .device])')" = '[["vm1","dsa0"]]' ]
	run -1 profile '{"name": "vms", "content": {"version": 1, "devices": [{"match": {"pci": 5.0}}]}}'
	is '.rc == 2 and (.msg | test("pci"))'
}

@test "dsactl_vdev creates once, and destroys once" {
	uuid=11111111-2222-4333-8444-555555555555
	arguments='{"name": "vm1", "uuid": "'$uuid'", "owner": "alice", "wqs": 1, "device": "0000:00:05.0", "persist": true}'
	run -0 module vdev "$arguments" diff
	is '.changed and .uuid == "'$uuid'" and .vdev.owner == "alice" and .diff.before == "" and (.diff.after | fromjson | .device == "dsa0")'
	before=$(state)
	run -0 module vdev "$arguments"
	is '(.changed | not) and .vdev.name == "vm1"'
	[ "$(state)" = "$before" ]
	run -1 module vdev '{"name": "vm1", "state": "absent"}'
	is '.rc == 7 and (.msg | test("it belongs to alice"))'
	# That it comes back is a warning of dsactl's.
	run -0 module vdev '{"name": "vm1", "owner": "alice", "state": "absent"}'
	is '.changed and .uuid == "'$uuid'" and (.warnings | tostring | test("it comes back at the next boot"))'
	run -0 module vdev '{"name": "vm1", "owner": "alice", "persist": true, "state": "absent"}'
	is '.changed and .uuid == "'$uuid'"'
	run -0 module vdev '{"name": "vm1", "owner": "alice", "persist": true, "state": "absent"}'
	is '.changed | not'
	[ "$(fleet_dsactl a list -o json | jq -c '[.vdevs, .boot]')" = '[[],[]]' ]
}

@test "dsactl_vdev makes one now that the next boot brings, with its UUID" {
	for persist in true false; do
		run -0 module vdev '{"name": "vm1", "persist": true}'
		uuid=$(jq -r .uuid <<<"$output")
		fleet_dsactl a -q destroy-vdev vm1
		run -0 module vdev '{"name": "vm1", "persist": '$persist'}' check
		is '.changed'
		run -0 module vdev '{"name": "vm1", "persist": '$persist'}'
		is '.changed and .uuid == "'"$uuid"'"'
		run -0 module vdev '{"name": "vm1", "persist": '$persist'}'
		is '.changed | not'
		[ "$(fleet_dsactl a list -o json | jq -c '[[.vdevs[].uuid], [.boot[].uuid]]')" = "[[\"$uuid\"],[\"$uuid\"]]" ]
		run -0 module vdev '{"name": "vm1", "persist": true, "state": "absent"}'
	done
}

@test "dsactl_vdev makes none that the next boot would bring otherwise, and takes its name and owner from there" {
	run -0 module vdev '{"name": "vm1", "owner": "alice", "device": "dsa0", "persist": true}'
	uuid=$(jq -r .uuid <<<"$output")
	fleet_dsactl a -q destroy-vdev vm1 --owner alice
	before=$(state)
	for asked in '{"owner": "bob"}' '{"device": "dsa1"}'; do
		run -1 module vdev "$(jq '.name = "vm1"' <<<"$asked")"
		is '.msg | test("^vm1: the next boot brings it, but its owner is alice|^vm1: the next boot brings it, but it is on dsa0")'
	done
	[ "$(state)" = "$before" ]
	run -0 module vdev '{"uuid": "'"$uuid"'"}'
	is '.changed and .vdev.name == "vm1" and .vdev.owner == "alice" and .vdev.device == "dsa0"'
}

@test "what a name looks like to a shell does not matter" {
	run -0 module vdev '{"name": "~"}'
	is '.changed and .vdev.name == "~"'
	run -0 module vdev '{"name": "~"}'
	is '.changed | not'
}

@test "dsactl_vdev takes the type, and the device with most or fewest free slices" {
	fleet_dsactl a split-device dsa0 --slices 2
	fleet_dsactl a split-device dsa1 --wqs 2 --slices 4 --engines 1
	for placed in 'spread 1 dsa1' 'pack 2 dsa0' 'spread 3 dsa1' 'pack 4 dsa0'; do
		read -r placement nr device <<<"$placed"
		arguments="{\"name\": \"vm$nr\", \"placement\": \"$placement\"}"
		run -0 module vdev "$arguments" check
		is ".steps[0].device == \"$device\""
		run -0 module vdev "$arguments"
		is ".changed and .vdev.device == \"$device\""
		run -0 module vdev "$arguments"
		is '.changed | not'
	done
	run -0 module vdev '{"name": "vm5", "type": "idxd-2dwq-v1"}'
	is '.changed and .vdev.type == "idxd-2dwq-v1"'
	run -0 module vdev '{"name": "vm5", "type": "idxd-2dwq-v1"}'
	is '.changed | not'
	run -1 module vdev '{"name": "vm6", "type": "idxd-2dwq-v1", "wqs": 2}'
	is '.msg | test("mutually exclusive: wqs.type")'
	run -1 module vdev '{"name": "vm6", "type": "idxd-4dwq-v1"}'
	is '.rc == 5 and (.msg | test("no free slice fits"))'
}

@test "a vdev that is other than asked for is left as it is, and the module fails" {
	run -0 module vdev '{"name": "vm1", "owner": "alice", "wqs": 1, "device": "dsa0"}'
	before=$(state)
	for asked in '{"owner": "bob"}' '{"wqs": 2}' '{"type": "idxd-2dwq-v1"}' '{"device": "dsa1"}' '{"mapping": "hints"}' '{"persist": true}'; do
		run -1 module vdev "$(jq --argjson asked "$asked" '. + $asked' <<<'{"name": "vm1"}')"
		is '.msg | test("^vm1: it is there, but .*: destroy it first")'
	done
	[ "$(state)" = "$before" ]
}

@test "dsactl_info tells all, also where idxd is not loaded" {
	fleet_dsactl a create-vdev dsa0 --name vm1 >/dev/null 2>&1
	run -0 profile "$(jq -n --argjson content "$other" '{name: "vms", content: $content}')"
	run -0 module info '{}'
	is '(.changed | not) and .idxd and (.devices | map(.name) == ["dsa0", "dsa1"]) and .vdevs[0].name == "vm1"'
	is '.able == false and (.findings | length > 3) and (.profiles | map(.name) == ["vms"])'
	fleet_host a true
	fleet_on a rm -r /sys/bus/dsa
	run -0 module info '{"gather": ["list"]}' check
	is '.idxd == false and .devices == [] and (has("able") | not)'
}

# slow: what dsactl says on host a comes late, with what it does in $1 after that.
slow() {
	mv "$fleet/a/dsactl" "$fleet/a/true"
	printf '#!/bin/sh\nsleep 1.1\n"%s" "$@" %s\n' "$fleet/a/true" "$1" >"$fleet/a/dsactl"
	chmod +x "$fleet/a/dsactl"
}

@test "what dsactl says is whole, however long it takes, errors too" {
	slow
	for _ in 1 2 3 4; do
		run -0 module info '{"gather": ["list"]}'
		is '.devices | length == 2'
	done
	run -0 module vdev '{"name": "vm1"}'
	is '.changed and .vdev.name == "vm1"'
	run -1 module vdev '{"name": "vm2", "device": "dsa7"}'
	is '.rc == 4 and .error.object == "dsa7"'
}

@test "a dsactl that prints nothing is told" {
	slow '>/dev/null'
	run -1 module info '{"gather": ["list"]}'
	is '.rc == 0 and (.msg | test("printed nothing"))'
}

# play 'VARIABLES' [OPTION]...: the role on host a, without packages and kernel.
play() {
	local variables=$1
	shift
	cat >"$fleet/play.yml" <<-'END'
		- hosts: all
		  gather_facts: false
		  roles:
		    - dsactl.dsa.host
	END
	mkdir -p "$fleet/bin"
	ln -sf "$fleet/a/dsactl" "$fleet/bin/dsactl"
	PATH=$fleet/bin:$PATH ansible-playbook -i a, -c local -e ansible_python_interpreter=/usr/bin/python3 \
		-e '{"host_packages": []}' -e "$variables" "$@" "$fleet/play.yml"
}

# pretend_grub: update-grub, which fails as long as there is $fleet/full.
pretend_grub() {
	mkdir -p "$fleet/bin"
	cat >"$fleet/bin/update-grub" <<-END
		#!/bin/sh
		echo called >>$fleet/called
		[ ! -e $fleet/full ] && . $fleet/dsactl.cfg && echo "linux /vmlinuz \$GRUB_CMDLINE_LINUX" >$fleet/grub.cfg
	END
	chmod +x "$fleet/bin/update-grub"
}

# grub WORDS...: variables of the role for these
grub() {
	jq -nc --arg fleet "$fleet" '{host_grub_file: "\($fleet)/dsactl.cfg", host_grub_config: "\($fleet)/grub.cfg",
		host_kernel_options: $ARGS.positional, host_profile_name: "vms"}' --args "$@"
}

@test "the role says that a reboot is needed, does not reboot unasked, and goes no further" {
	pretend_grub
	run -0 play "$(grub lab.none=1)" --check
	[[ $output == *"runs without lab.none=1"* && ! -e $fleet/dsactl.cfg && ! -e $fleet/called ]]
	run -0 play "$(grub lab.none=1)"
	[[ $output == *"runs without lab.none=1: reboot it and run the role again"* ]]
	[[ $output == *"changed=2 "*"failed=0"* ]]
	grep -qx 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX lab.none=1"' "$fleet/dsactl.cfg"
	[ "$(cat "$fleet/called")" = called ]
	run -0 play "$(grub lab.none=1)"
	[[ $output == *"changed=0 "* ]]
	[ "$(cat "$fleet/called")" = called ]
}

@test "the role says that the module is for a newer kernel than runs, and goes no further" {
	fleet_on a bash -e -c 'rm -r /sys/module/dsa_vdev
		mkdir -p /lib/modules/999.0.1; cd /lib/modules/999.0.1
		echo "const char info[] __attribute__((section(\".modinfo\"))) = \"name=dsa_vdev\";" >/run/m.c
		cc -c -o dsa_vdev.ko /run/m.c; touch modules.{order,builtin}; depmod 999.0.1'
	for mode in "" --check; do
		run -0 play '{"host_kernel_options": [], "host_profile_name": "vms"}' $mode
		[[ $output == *"a: kernel $(uname -r) runs, and dsa_vdev is installed for 999.0.1: reboot it and run the role again"* ]]
		[[ $output == *"changed=0 "*"failed=0"* ]]
	done
}

@test "the role makes up for an update-grub that failed" {
	pretend_grub
	: >"$fleet/full"
	run -2 play "$(grub lab.none=1)"
	rm "$fleet/full"
	run -0 play "$(grub lab.none=1)"
	[[ $output == *"changed=1 "* ]]
	grep -q lab.none=1 "$fleet/grub.cfg"
}

@test "the role takes several words of the kernel's in one, and none with a quote" {
	pretend_grub
	read -ra here < <(tr ' ' '\n' </proc/cmdline | grep -xE '[A-Za-z0-9_.,:;=/+@%-]+' | xargs)
	[ "${#here[@]}" -ge 2 ]
	run ! play "$(grub "${here[*]:0:2}")"
	[[ $output != *"runs without"* && $output == *"no vdev can work"* ]]
	rm "$fleet/dsactl.cfg" "$fleet/called"
	run -2 play "$(grub 'dyndbg="file idxd.c +p"')"
	[[ $output == *"host_kernel_options: quotes"* ]]
	[[ ! -e $fleet/dsactl.cfg && ! -e $fleet/called ]]
}

@test "the role stops where no vdev can work, with the causes and what helps" {
	run -2 play '{"host_kernel_options": [], "host_profile_name": "vms"}'
	[[ $output == *"no vdev can work: "*"host: there is no IOMMU"* ]]
	[[ $output == *"failed=1"* ]]
}

@test "the role takes a host that can to an applied profile that each boot restores, once" {
	rm -r "$fleet/a"
	fleet_host a "$able"
	variables=$(jq -nc --argjson content "$small" '{host_kernel_options: [], host_profile_name: "vms", host_profile_content: $content}')
	run -0 play "$variables" --check
	[[ $output == *"changed=1 "*"failed=0"* ]]
	[ "$(fleet_dsactl a list -o json | jq '.slices | length')" = 0 ]
	run -0 play "$variables"
	[[ $output == *"changed=1 "*"failed=0"* ]]
	[ "$(fleet_dsactl a list -o json | jq -c '[(.slices | length), .vdevs[0].name, .boot[0].here]')" = '[3,"vm1",true]' ]
	run -0 play "$variables"
	[[ $output == *"changed=0 "*"failed=0"* ]]
}
