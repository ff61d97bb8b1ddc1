# SPDX-License-Identifier: GPL-2.0-only
# What the boots of a host with libvirt share: docs/libvirt.md, whose commands they run.
# shellcheck shell=bash

load ../boots/common

# shellcheck disable=SC2034 # for section
page=docs/libvirt.md

# shellcheck disable=SC2034 # for the boots
own=22222222-2222-4333-8444-555555555555	# libvirt's
# shellcheck disable=SC2034
node=mdev_22222222_2222_4333_8444_555555555555_0000_00_08_0
# shellcheck disable=SC2034 # for wait_for
wait_s=300	# one processor for the host, QEMU and what it runs

# It asks each QEMU that it finds what it can, which takes long on an emulated host, and ends
# when nobody has asked it anything for two minutes.
start_libvirt() {
	rm -f /usr/bin/qemu-system-i386
	modprobe -a kvm_amd lab_vectoring vfio_iommu_type1
	systemctl start virtlogd.socket libvirtd.service
	virsh version
}

images=/var/lib/libvirt/images

# steps NAME STEP...: what the guest of that domain is to do when it boots.
steps() {
	truncate -s 0 "$images/$1"
	truncate -s 4096 "$images/$1"
	echo "${*:2}" 1<>"$images/$1"
}

# domain NAME STEP...: define it.
domain() {
	[ -e $images/vmlinux ] || tests/lab/guest --make $images "${@:2}"
	steps "$@"
	sed "s/@name@/$1/" tests/lab/libvirt/domain.xml >"/root/$1.xml"
	virsh define "/root/$1.xml" --validate
}

# guest_is NAME STEP [NTH]: its guest has come to that step, the NTH time since it was started.
guest_is() { [ "$(grep -c "^guest: step $2"$'\r*$' "/root/$1.log")" -ge "${3:-1}" ]; }

# guest_comes NAME STEP [NTH]: wait for it, and no longer than until the guest fails.
guest_comes() {
	wait_for guest_ended_or_is "$@"
	guest_is "$@"
}
guest_ended_or_is() { guest_is "$@" || grep -qE '^guest: (.* failed|all done)' "/root/$1.log"; }

# The most that the QEMU of a domain may lock, in bytes.
locked_limit() { prlimit --pid "$(cat "/run/libvirt/qemu/$1.pid")" --memlock --noheadings --raw --output SOFT; }
