#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# The first boot: dsactl is installed and used by hand, and told to keep that.
# $LAB_OUT/stage is what make install PREFIX=/usr has made: under emulation that is slow.
# kernel: newest
# lab: --init systemd --devices 2 --profile gnrd

load common

@test "udev and systemd have run, and nothing has failed" {
	wait_for systemctl is-system-running
	[ -e /run/udev/control ]
}

@test "what make install has made is found by systemd, udev and the shell" {
	rm build/dsactl	# in this boot alone
	cp -a "$LAB_OUT/stage/." /
	systemd-sysusers dsactl-serve.conf
	systemctl cat "dsactl-restore@$first.service"
	udevadm test "/sys/bus/pci/devices/$first" 2>&1 | grep -F "dsactl-restore@$first.service"
	[ "$(type -P dsactl)" = /usr/bin/dsactl ]
	dsactl check
}

@test "nothing is restored where no profile is enabled" {
	udevadm trigger --action=add "/sys/bus/pci/devices/$first"
	udevadm settle
	[ "$(systemctl show -P ConditionResult "dsactl-restore@$first.service")" = no ]
}

@test "mdevctl keeps a vdev of its own, with no knowledge of dsactl" {
	dsactl split-device dsa0 --slices 4
	mdevctl define -u 22222222-2222-4333-8444-555555555555 -p "$first" -t idxd-1dwq-v1 --auto
	mdevctl start -u 22222222-2222-4333-8444-555555555555
	[ "$(vdev 22222222-2222-4333-8444-555555555555 state)" = closed ]
	mdevctl stop -u 22222222-2222-4333-8444-555555555555
	[ "$(listed '.vdevs | length')" -eq 0 ]
}

@test "the unit of a served vdev serves it, without privileges, and is not begun again without it" {
	dsactl create-vdev dsa0 --served --uuid "$served"
	systemctl start "dsactl-serve@$served"
	pid=$(systemctl show -P MainPID "dsactl-serve@$served")
	wait_for grep -q '^Seccomp:.*2$' "/proc/$pid/status"
	[ "$(stat -c %F:%U:%G:%a "/run/dsactl/served/$served")" = socket:dsactl-serve:dsactl-serve:660 ]
	grep "^Uid:.$(id -u dsactl-serve)\b" "/proc/$pid/status"
	grep '^CapEff:.*0000000000000000$' "/proc/$pid/status"
	[ "$(vdev "$served" state)" = closed ]
	dsactl destroy-vdev "$served"
	wait_for serve_is inactive
	[ "$(systemctl show -P Result "dsactl-serve@$served")" = success ]
	systemctl start "dsactl-serve@$served"
	wait_for systemctl is-failed "dsactl-serve@$served"
	[ "$(systemctl show -P ExecMainStatus "dsactl-serve@$served")" = 4 ]
	[ "$(systemctl show -P NRestarts "dsactl-serve@$served")" = 0 ]
	systemctl reset-failed "dsactl-serve@$served"
}

@test "a layout that was made by hand is kept in two profiles, and enabled" {
	dsactl create-vdev dsa0 --name vm1 --owner alice
	dsactl create-vdev dsa0 --name vm2
	dsactl create-vdev dsa0 --name vm4 --served --uuid "$served"
	systemctl enable --now "dsactl-serve@$served"
	[ "$(systemctl is-active "dsactl-serve@$served")" = active ]
	dsactl split-device dsa1 2dwq-v1 --slices 2 --allow-unsafe-portal	# the unit needs what that needs
	dsactl create-vdev dsa1 --name vm3
	dsactl save-profile - >/root/all
	mkdir -p /etc/dsactl/profiles.d
	for nr in 0 1; do
		jq ".devices |= [.[$nr]]" /root/all >/etc/dsactl/profiles.d/device$nr.json
		dsactl enable-profile device$nr
	done
	[ "$(dsactl list-profiles -o json | jq -c '[.profiles[] | select(.enabled).name]')" = '["device0","device1"]' ]
	mdevctl start -u 22222222-2222-4333-8444-555555555555
	seen >/root/before
	[ "$(jq length /root/before)" -eq 5 ]
}
