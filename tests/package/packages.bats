#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats
# The Debian packages: built, judged by lintian, installed and purged, with the
# module built by DKMS for each kernel that it is for. It changes the system that it
# runs in: only for the lab's root folder, or one of tests/package/debian, by make package-check.

bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_DIRNAME/../.." || return; }

setup_file() {
	export folder=$BATS_FILE_TMPDIR/build
	mkdir -p "$folder/tree"
	cd "$BATS_TEST_DIRNAME/../.." || return
	tar -c --exclude=./build --exclude=./.git . | tar -x -C "$folder/tree"
	# What Debian takes for granted, the root folder has but in part: no C++.
	env -C "$folder/tree" dpkg-buildpackage -us -uc --ignore-builtin-builddeps >"$folder/log" 2>&1 ||
		{ tail -n 40 "$folder/log"; return 1; }
	# A kernel that the module is not for, if there should be no other.
	mkdir -p /lib/modules/6.1.0-none/build/include
	printf 'CONFIG_%s=m\n' INTEL_IDXD VFIO_MDEV >/lib/modules/6.1.0-none/build/.config
	# The purge of a package with units takes empty ones away, whoever left them.
	find /etc/systemd/system -name '*.wants' -type d -empty -delete
	everything >"$folder/before"
}

teardown_file() { rm -rf /lib/modules/6.1.0-none; }

# All files and folders but those that dpkg, ldconfig and DKMS keep for themselves.
everything() {
	find / -xdev \( -path /tmp -o -path "$BATS_FILE_TMPDIR" -o -path "$PWD" -o -path '/var/cache/*' -o -path '/var/log/*' \
		-o -path '/var/lib/dpkg/*' -o -path '/var/lib/dkms/mok.*' \) -prune -o -print | LC_ALL=C sort
}

packages() { for deb in "$folder"/*.deb; do dpkg-deb -f "$deb" Package; done; }

# Those that are installed with idxd, as new as 6.12; and the others.
kernels() {
	local file
	for file in /lib/modules/*/kernel/drivers/dma/idxd/idxd.ko*; do
		cut -d/ -f4 <<<"$file"
	done | sort -V | awk -F. '$1 > 6 || ($1 == 6 && $2 >= 12)'
}
other_kernels() { (cd /lib/modules && ls) | grep -vxF "$(kernels)"; }

version() { dpkg-query -W -f '${Version}' dsactl-dkms; }

built_for() { dkms status -m dsa_vdev -v "$(version)" -k "$1" | grep -E ': (built|installed)'; }

@test "all of the library's interface is promised: tests/abi/interface --update, and read the difference" {
	tests/abi/interface | diff tests/abi/libdsactl.abi -
}

@test "there are the five packages, and the source" {
	[ "$(packages | grep -v dbgsym | sort | paste -sd' ')" = "dsactl dsactl-ansible dsactl-dkms libdsactl-dev libdsactl1" ]
	[ -s "$(echo "$folder"/dsactl_*.dsc)" ]
}

@test "the build warned of nothing" {
	run ! grep -iE '(^|[^-a-z])warning[: ]' "$folder/log"
}

@test "lintian finds no error and no warning" {
	# A policy may be newer than the lintian of an older release.
	run lintian --allow-root --suppress-tags newer-standards-version --fail-on error,warning "$folder"/*.changes
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the collection is where Ansible looks, and nothing else is in its package" {
	dpkg-deb -c "$folder"/dsactl-ansible_*.deb | sed -n 's|.* \./||p' | grep '[^/]$' >"$BATS_TEST_TMPDIR/files"
	grep -qx usr/share/ansible/collections/ansible_collections/dsactl/dsa/galaxy.yml "$BATS_TEST_TMPDIR/files"
	run -1 grep -vE '^usr/share/(ansible/collections/ansible_collections/dsactl/dsa|doc/dsactl-ansible|lintian/overrides)/' "$BATS_TEST_TMPDIR/files"
}

@test "they install, and DKMS builds the module for every kernel that it is for, and for no other" {
	# That of Ansible wants ansible-core, which hosts have not.
	mapfile -t debs < <(find "$folder" -name '*.deb' ! -name 'dsactl-ansible*')
	run dpkg -i "${debs[@]}"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -n "$(kernels)" ]
	for kernel in $(kernels); do
		built_for "$kernel"
		[ "$(modinfo -k "$kernel" -F vermagic dsa_vdev | cut -d' ' -f1)" = "$kernel" ]
	done
	for kernel in $(other_kernels); do
		run ! built_for "$kernel"
	done
}

@test "another kernel is none for the module: no failed build, and no end of its headers' installation" {
	for kernel in $(other_kernels); do
		run -77 dkms build -m dsa_vdev -v "$(version)" -k "$kernel"
		[[ $output == *"BUILD_EXCLUSIVE"* ]]
		run -0 dkms autoinstall -k "$kernel"
		run -0 /etc/kernel/header_postinst.d/dkms "$kernel"
		run ! built_for "$kernel"
	done
}

@test "DKMS builds the module by itself for a kernel that comes" {
	kernel=$(kernels | tail -n 1)
	dkms unbuild -m dsa_vdev -v "$(version)" -k "$kernel"
	run ! built_for "$kernel"
	run -0 dkms autoinstall -k "$kernel"
	built_for "$kernel"
}

@test "what is installed runs, and a program is built with it" {
	[ "$(dsactl --version)" = "dsactl $(dpkg-query -W -f '${Version}' dsactl)" ]
	printf '#include <dsactl/libdsactl.h>\nint main(void) { struct dsactl_ctx *c; return dsactl_new(&c); }\n' >"$BATS_TEST_TMPDIR/user.c"
	# Flags are words by intent.
	# shellcheck disable=SC2046
	gcc -o "$BATS_TEST_TMPDIR/user" "$BATS_TEST_TMPDIR/user.c" $(pkg-config --cflags --libs libdsactl)
	"$BATS_TEST_TMPDIR/user"
	getent passwd dsactl-serve
	# What writes metrics is for who asks for it.
	[ -f /usr/lib/systemd/system/dsactl-metrics.timer ]
	[ -z "$(find /etc/systemd/system -name 'dsactl-metrics*')" ]
}

@test "DKMS names the package that is missing for the build" {
	kernel=$(kernels | head -n 1)
	tool=$(command -v bpftool)
	dkms unbuild -m dsa_vdev -v "$(version)" -k "$kernel"
	mv "$tool" "$BATS_TEST_TMPDIR"
	run dkms build -m dsa_vdev -v "$(version)" -k "$kernel"
	mv "$BATS_TEST_TMPDIR/bpftool" "$tool"
	[ "$status" -ne 0 ]
	log=$(grep -oE '/[^ ]*/make\.log' <<<"$output" | head -n 1)
	grep 'dsa_vdev: bpftool is not here: install the package bpftool' "$log"
}

@test "purged, they leave nothing" {
	# Names are words by intent.
	# shellcheck disable=SC2046
	run -0 dpkg --purge $(packages)
	everything | diff "$folder/before" -
}

@test "DKMS takes the source that make install installs, and loses it with the rest" {
	version=$(sed -n 's/^VERSION *:= *//p' Makefile)
	make -C "$folder/tree" --no-print-directory PREFIX=/usr install
	run -0 dkms add -m dsa_vdev -v "$version"
	[ "$(dkms status -m dsa_vdev)" = "dsa_vdev/$version: added" ]
	make -C "$folder/tree" --no-print-directory PREFIX=/usr uninstall
	[ -z "$(dkms status -m dsa_vdev)" ]
	[ ! -e "/usr/src/dsa_vdev-$version" ]
}
