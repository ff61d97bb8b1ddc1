#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # set by bats and host.bash; scripts for inner shells
# For which kernels is the module, and what is said where it cannot be built? (DKMS
# itself and real kernels: tests/package.)

load host.bash
bats_require_minimum_version 1.5.0

setup() {
	need_namespaces
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# As DKMS 3.0.10 reads dkms.conf for "dkms autoinstall -k KERNEL": in a function, where kernelver is another.
reading='
	source_it() { . kmod/dkms.conf; }
	read_conf() { local kernelver=$1; source_it; }
	for kernelver in "$@"; do
		read_conf ""
		[[ $kernelver =~ $BUILD_EXCLUSIVE_KERNEL ]] && fits=yes || fits=no
		echo "$kernelver: $fits ${AUTOINSTALL:-no}"
	done'

@test "the module is for kernels from 6.12, and asks DKMS for no other" {
	run -0 on_host true bash -c "$reading" _ 5.15.0-1-amd64 6.1.0-56-amd64 6.2.0 6.11.0-9-generic 6.12.117+deb13-amd64 \
		6.12 6.20.1 7.0.0-rc1 7.3.4 10.1.2 26.1.0
	[ "$output" = "$(printf '%s\n' '5.15.0-1-amd64: no no' '6.1.0-56-amd64: no no' '6.2.0: no no' '6.11.0-9-generic: no no' \
		'6.12.117+deb13-amd64: yes yes' '6.12: yes yes' '6.20.1: yes yes' '7.0.0-rc1: yes yes' '7.3.4: yes yes' \
		'10.1.2: yes yes' '26.1.0: yes yes')" ]
}

@test "a kernel whose configuration has no idxd is none that the module is for" {
	run -0 on_host 'for k in 6.12.1 6.12.1-cloud; do mkdir -p /lib/modules/$k/build; done
		printf "%s\n" CONFIG_INTEL_IDXD=m CONFIG_VFIO_MDEV=y >/lib/modules/6.12.1/build/.config
		printf "%s\n" CONFIG_VFIO_MDEV=m "# CONFIG_INTEL_IDXD is not set" >/lib/modules/6.12.1-cloud/build/.config' \
		bash -c "$reading" _ 6.12.1 6.12.1-cloud
	[ "$output" = $'6.12.1: yes yes\n6.12.1-cloud: yes no' ]
}

@test "where dkms.conf is read for no kernel, the module is to be installed by itself" {
	[ "$(bash -c 'AUTOINSTALL=; . kmod/dkms.conf; echo $AUTOINSTALL')" = yes ]
}

# unbuildable 'SCRIPT THAT PRETENDS': what is said of kernel 6.99 with headers in /run
unbuildable() {
	run on_host "mkdir -p /run/headers; printf '#!/bin/sh\n' >/run/bpftool; chmod +x /run/bpftool; PATH=/run:\$PATH; $1" \
		kmod/private/module-btf.sh idxd 6.99 /run/headers idxd_device
	echo "$output"
	[ "$status" -eq 1 ]
}

@test "what is missing for the build is named, and no package that is there" {
	unbuildable true
	[ "$output" = "dsa_vdev: the headers of kernel 6.99 have no vmlinux, whose BTF tells its types: boot that kernel and build there" ]
	unbuildable 'printf "#!/bin/sh\necho 6.99\n" >/run/uname; chmod +x /run/uname'
	[ "$output" = "dsa_vdev: kernel 6.99 was built without BTF (CONFIG_DEBUG_INFO_BTF), which tells its types" ]
	unbuildable 'echo >/run/headers/vmlinux; mkdir -p /lib/modules/6.99/build'
	[ "$output" = "dsa_vdev: of kernel 6.99 only the headers are here: install linux-image-6.99" ]
	unbuildable 'echo >/run/headers/vmlinux; mkdir -p /lib/modules/6.99/kernel/drivers'
	[[ $output == "dsa_vdev: kernel 6.99 has no idxd.ko: it was built without it, or another package has it"* ]]
}
