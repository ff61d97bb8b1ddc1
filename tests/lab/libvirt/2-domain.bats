#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# docs/libvirt.md on a host with stock libvirt: domains with vdevs, whose guests are a stock
# kernel and its idxd. The boot before has installed dsactl.
# lab: --init systemd --devices 1 --profile gnrd-cmdcap --append transparent_hugepage=never

load common

setup_file() {
	rm -f build/dsactl	# in this boot alone
	start_libvirt
	domain vm1 bind list copy_64 gone come bind copy_64 again bind copy_on bind copy_64 rest
}

# What the guest said, where a test failed.
teardown() { [ -n "${BATS_TEST_COMPLETED-}" ] || tail -n 40 /root/vm*.log /var/log/libvirt/qemu/vm*.log; }

interrupts() { listed '[.vdevs[].vectors[].interrupts] | add'; }
is_busy() { [ "$(interrupts)" -gt "$1" ]; }
state_is() { [ "$(vdev "$1" state)" = "$2" ]; }
has_no_hostdev() { ! virsh dumpxml "$1" | grep '<hostdev'; }

@test "a domain takes what dsactl prints, starts with it, and its guest copies" {
	run -0 section 'A domain with a vdev'
	echo "$output"
	[[ $output == *"vm1.xml validates"* ]]
	guest_comes vm1 gone
	grep 'summary 25 tests, 0 failures' /root/vm1.log
	state_is vm1 enabled
	[ "$(interrupts)" -gt 0 ]
}

@test "libvirt lets its QEMU, which is not root, lock the memory of the domain and 1 GiB" {
	[ "$(stat -c %U "/proc/$(cat /run/libvirt/qemu/vm1.pid)")" = libvirt-qemu ]
	[ "$(locked_limit vm1)" -eq $(((384 + 1024) << 20)) ]
	[ "$(vdev vm1 mapping_state)" = complete ]
}

@test "what a running domain has neither dsactl nor another domain gets, and it is not saved" {
	refused 5 "qemu-system-x86 (pid $(cat /run/libvirt/qemu/vm1.pid)) has it open" destroy-vdev vm1
	domain vm2 rest
	virsh attach-device vm2 /root/vm1-dsa.xml --config
	run -1 virsh start vm2
	echo "$output"
	[[ $output == *"is in use by driver QEMU, domain vm1"* ]]
	virsh detach-device vm2 /root/vm1-dsa.xml --config
	run -1 virsh managedsave vm1
	echo "$output"
	[[ $output == *"migration is not supported"* ]]
}

@test "it is taken from a running domain, given back, and the guest copies again" {
	run -0 section 'Take it from a running domain'
	echo "$output"
	wait_for has_no_hostdev vm1
	state_is vm1 closed
	[ "$(vdev vm1 pinned_pages)" = 0 ]
	guest_comes vm1 come
	run -0 section 'Give it to a running domain'
	echo "$output"
	guest_comes vm1 copy_on
	[ "$(grep -c 'summary 25 tests, 0 failures' /root/vm1.log)" = 4 ]
}

# It rebooted by itself ahead of that.
@test "a guest that is reset in the midst of its copies boots, and copies again" {
	wait_for is_busy $(($(interrupts) + 20))
	virsh reset vm1
	guest_comes vm1 rest
	[ "$(grep -c 'summary 25 tests, 0 failures' /root/vm1.log)" = 6 ]
	[ "$(virsh domstate vm1)" = running ]
}

@test "a domain that is destroyed leaves the vdev, and does not start without it" {
	virsh destroy vm1
	state_is vm1 closed
	[ "$(vdev vm1 pinned_pages)" = 0 ]
	dsactl destroy-vdev vm1
	run -1 virsh start vm1
	echo "$output"
	[[ $output == *"mediated device '"*"' not found"* ]]
	dsactl restore
	state_is vm1 closed
}

@test "a domain that was started without may lock as much once it is given one" {
	virsh start vm2 --paused
	[ "$(locked_limit vm2)" -lt $((384 << 20)) ]
	virsh attach-device vm2 /root/vm1-dsa.xml --live
	[ "$(locked_limit vm2)" -eq $(((384 + 1024) << 20)) ]
	virsh destroy vm2
}

@test "vdevs of dsactl and of libvirt, and domains with them, are told to come at boot" {
	virsh nodedev-define /root/node.xml --validate
	virsh nodedev-autostart "$node"
	virsh nodedev-start "$node"
	dsactl show-vdev "$own" -o libvirt >/root/vm2-dsa.xml
	virsh attach-device vm2 /root/vm2-dsa.xml --config
	steps vm1 bind copy_64 rest
	steps vm2 bind copy_64 rest
	virsh autostart vm2
	run -0 section 'At boot'
	echo "$output"
	seen >/root/before
	rm /root/vm?.log
	systemctl enable libvirtd.service	# the lab keeps it down; Debian does not
	printf '%s\n' kvm_amd lab_vectoring >/etc/modules-load.d/lab.conf
}
