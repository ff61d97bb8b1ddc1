#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# docs/libvirt.md on a host with stock libvirt that was booted: domains and their vdevs come by
# themselves.
# lab: --init systemd --devices 1 --profile gnrd-cmdcap --append transparent_hugepage=never

load common

setup_file() { rm -f build/dsactl; }	# in this boot alone

teardown() {
	[ -n "${BATS_TEST_COMPLETED-}" ] && return
	tail -n 20 /root/vm*.log
	journalctl --boot --no-pager --output=short-monotonic --grep='libvirt|dsactl|mdevctl|MDEV' --lines=60
}

running() { [ "$(virsh list --name --state-running | grep . | sort | xargs)" = "$1" ]; }

@test "libvirt starts domains when their vdevs are there, dsactl's and its own" {
	wait_for systemctl is-system-running
	wait_for as_before
	wait_for running "vm1 vm2"
	run ! journalctl --boot --quiet --unit libvirtd --grep 'autostart'
	[ "$(systemctl show -P ActiveEnterTimestampMonotonic dsactl-wait-restored.service)" -lt \
		"$(systemctl show -P ActiveEnterTimestampMonotonic libvirtd.service)" ]
}

@test "the guests of both copy" {
	guest_comes vm1 rest
	guest_comes vm2 rest
	[ "$(cat /root/vm?.log | grep -c 'summary 25 tests, 0 failures')" = 4 ]
	[ "$(listed '[.vdevs[].state] | unique | join(" ")')" = enabled ]
}

@test "a restart of libvirt leaves the domains and vdevs as they are" {
	systemctl restart libvirtd.service
	wait_for running "vm1 vm2"
	[ "$(listed '[.vdevs[].state] | unique | join(" ")')" = enabled ]
	refused 5 "has it open" destroy-vdev vm1
}
