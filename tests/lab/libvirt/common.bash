# SPDX-License-Identifier: GPL-2.0-only
# What the boots of a host with libvirt share: docs/libvirt.md, whose commands they run.
# shellcheck shell=bash

load ../boots/common

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

# section HEADING: run the commands of that section of the page; what they print.
section() {
	awk -v heading="$1" '/^#/ { here = $0 ~ "^#+ " heading "$" } here' docs/libvirt.md >"$BATS_FILE_TMPDIR/section.md"
	tests/cli/examples "$BATS_FILE_TMPDIR/section.md" >"$BATS_FILE_TMPDIR/script"
	[ -s "$BATS_FILE_TMPDIR/script" ] || { echo "no commands: $1"; return 1; }
	(cd /root && bash -eo pipefail "$BATS_FILE_TMPDIR/script" 2>&1)
}
