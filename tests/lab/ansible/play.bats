#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats; expanded on the hosts
# Ansible brings three emulated hosts up and keeps them so: see run, which starts them.

bats_require_minimum_version 1.5.0
folder=$PWD/build/ansible

setup_file() {
	local collections=$BATS_FILE_TMPDIR/collections
	mkdir -p "$collections/ansible_collections/dsactl"
	cp -r fleet/ansible "$collections/ansible_collections/dsactl/dsa"
	cp "$folder/key" "$BATS_FILE_TMPDIR/"
	chmod 600 "$BATS_FILE_TMPDIR/key"
	export ANSIBLE_COLLECTIONS_PATH=$collections ANSIBLE_HOST_KEY_CHECKING=0 ANSIBLE_PIPELINING=1
	export ANSIBLE_TIMEOUT=60 ANSIBLE_NOCOWS=1 ANSIBLE_FORCE_COLOR=0 HOME=$BATS_FILE_TMPDIR LC_ALL=C.UTF-8
	export ANSIBLE_SSH_ARGS='-o ControlMaster=auto -o ControlPersist=300 -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
		-o ServerAliveInterval=10 -o ServerAliveCountMax=6'
	{
		cat "$folder/hosts"
		echo "[all:vars]"
		echo "ansible_host=127.0.0.1"
		echo "ansible_user=root"
		echo "ansible_ssh_private_key_file=$BATS_FILE_TMPDIR/key"
		echo "ansible_python_interpreter=/usr/bin/python3"
	} >"$BATS_FILE_TMPDIR/inventory"
}

# play [OPTION]...: its output and status.
play() { timeout 900 ansible-playbook -i "$BATS_FILE_TMPDIR/inventory" "$@" tests/lab/ansible/site.yml; }

# on HOST COMMAND...: its output.
on() {
	timeout 300 ansible -i "$BATS_FILE_TMPDIR/inventory" "$1" -m ansible.builtin.shell -a "${*:2}" | sed 1d
}

# listed HOST FILTER: of dsactl list there.
listed() { on "$1" dsactl list -o json | jq -c "$2"; }

# recap HOST KEY: how many of its tasks ended so in the play whose output is $output.
recap() { sed -n "/^PLAY RECAP/,\$s/^$1 .*[ ]$2=\([0-9]*\).*/\1/p" <<<"$output"; }

# ended HOST CHANGED FAILED UNREACHABLE
ended() {
	local is
	is="$(recap "$1" changed) $(recap "$1" failed) $(recap "$1" unreachable)"
	[ "$is" = "$2 $3 $4" ] || { echo "$1: changed, failed, unreachable: $is, not $2 $3 $4"; echo "$output"; return 1; }
}

slices='[.slices | group_by(.device)[] | length]'
# What work does not change.
lasting='[[.slices[] | {id, pasid, wqs, state, vdev}], [.vdevs[] | {uuid, name, pasid, state}]]'

@test "one play brings three hosts of different kinds up" {
	run -0 play
	# The profile, and the timer of metrics.
	for host in a b c; do ended $host 2 0 0; done
	[ "$(listed a "$slices")" = '[3,8]' ]
	[ "$(listed b "$slices")" = '[3]' ]
	[ "$(listed c "$slices")" = '[3]' ]
	[ "$(listed b '[.vdevs[] | [.name, .owner]]')" = '[["vm1","fleet"]]' ]
	[ "$(listed c '[.boot[] | [.name, .device, .here]]')" = '[["vm1","dsa0",true]]' ]
	[ "$(on a systemctl is-active dsactl-metrics.timer)" = active ]
}

@test "the second run changes nothing" {
	run -0 play
	for host in a b c; do ended $host 0 0 0; done
}

@test "what accel-config did to a device is seen by a dry run, and mended" {
	on b 'dsactl destroy-vdev all; accel-config disable-device dsa0; accel-config config-wq dsa0/wq0.1 --wq-size=1; true'
	before=$(listed b .)
	run -0 play --check --diff
	ended b 1 0 0
	for host in a c; do ended $host 0 0 0; done
	[ "$(listed b .)" = "$before" ]
	run -0 play
	ended b 1 0 0
	[ "$(listed b "$slices")" = '[3]' ]
	[ "$(listed b '[.vdevs[].name]')" = '["vm1"]' ]
	run -0 play
	for host in a b c; do ended $host 0 0 0; done
}

@test "a change goes host by host, and a host whose vdev is in use refuses, says why and stays as it was" {
	# The host has one processor. A client that takes all of it keeps khugepaged from running, which
	# may hold an RCU read lock: the kernel then reports a stall.
	for host in a c; do
		on $host 'systemd-run --unit=guest --property=CPUQuota=20% /lab/tree/build/vdev-client hold $(dsactl list -o json | jq -r ".vdevs[0].uuid")'
	done
	before=$(listed c "$lasting")
	run -2 play -e batch=1 -e changed=true
	ended a 1 0 0	# its vdev is on the device that stays as it is
	ended b 0 0 0
	ended c 0 1 0
	[[ $output == *'fatal: [c]'*vdev-client*'"rc": 5'* ]]
	[ "$(listed a "$slices")" = '[3,2]' ]
	[ "$(listed a '[.vdevs[].state]')" = '["enabled"]' ]
	[ "$(listed c "$lasting")" = "$before" ]
	for host in a c; do on $host systemctl stop guest; done
	run -0 play -e changed=true
	ended c 1 0 0
	for host in a b; do ended $host 0 0 0; done
}

@test "a host that dies in the middle of a play costs the others nothing, and the next play has it back" {
	: >"$folder/b/again"
	run -4 play -e changed=true -e dies=b
	[ "$(recap b unreachable)" = 1 ]
	for host in a c; do ended $host 0 0 0; done
	end=$((SECONDS + 600))
	until [ -e "$folder/b/ready" ] && [ ! -e "$folder/b/again" ]; do ((SECONDS < end)); sleep 1; done
	run -0 play -e changed=true
	ended b 2 0 0
	for host in a c; do ended $host 0 0 0; done
	[ "$(listed b "$slices")" = '[3]' ]
}
