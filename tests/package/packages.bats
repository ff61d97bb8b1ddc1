#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats
# The Debian packages: built, judged by lintian, installed and purged, with the
# module built by DKMS for each kernel. It changes the system that it runs in:
# only for the lab's root folder, by make package-check.

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
	everything >"$folder/before"
}

# All files and folders but those that dpkg, ldconfig and DKMS keep for themselves.
everything() {
	find / -xdev \( -path /tmp -o -path "$BATS_FILE_TMPDIR" -o -path "$PWD" -o -path '/var/cache/*' -o -path '/var/log/*' \
		-o -path '/var/lib/dpkg/*' -o -path '/var/lib/dkms/mok.*' \) -prune -o -print | LC_ALL=C sort
}

packages() { for deb in "$folder"/*.deb; do dpkg-deb -f "$deb" Package; done; }

kernels() { (cd /lib/modules && ls); }

@test "all of the library's interface is promised: tests/abi/interface --update, and read the difference" {
	tests/abi/interface | diff tests/abi/libdsactl.abi -
}

@test "there are the four packages, and the source" {
	[ "$(packages | grep -v dbgsym | sort | paste -sd' ')" = "dsactl dsactl-dkms libdsactl-dev libdsactl1" ]
	[ -s "$(echo "$folder"/dsactl_*.dsc)" ]
}

@test "the build warned of nothing" {
	run ! grep -iE '(^|[^-a-z])warning[: ]' "$folder/log"
}

@test "lintian finds no error and no warning" {
	run -0 lintian --allow-root --fail-on error,warning "$folder"/*.changes
}

@test "they install, and DKMS builds the module for every kernel" {
	run -0 dpkg -i "$folder"/*.deb
	for kernel in $(kernels); do
		grep "^dsa_vdev/.*, $kernel, .*: installed" <(dkms status)
		[ "$(modinfo -k "$kernel" -F vermagic dsa_vdev | cut -d' ' -f1)" = "$kernel" ]
	done
}

@test "what is installed runs, and a program is built with it" {
	[ "$(dsactl --version)" = "dsactl $(dpkg-query -W -f '${Version}' dsactl)" ]
	printf '#include <dsactl/libdsactl.h>\nint main(void) { struct dsactl_ctx *c; return dsactl_new(&c); }\n' >"$BATS_TEST_TMPDIR/user.c"
	# Flags are words by intent.
	# shellcheck disable=SC2046
	gcc -o "$BATS_TEST_TMPDIR/user" "$BATS_TEST_TMPDIR/user.c" $(pkg-config --cflags --libs libdsactl)
	"$BATS_TEST_TMPDIR/user"
}

@test "DKMS names the package that is missing for the build" {
	kernel=$(kernels | head -n 1)
	version=$(dpkg-query -W -f '${Version}' dsactl-dkms)
	tool=$(command -v bpftool)
	dkms remove -m dsa_vdev -v "$version" -k "$kernel"
	mv "$tool" "$BATS_TEST_TMPDIR"
	run dkms build -m dsa_vdev -v "$version" -k "$kernel"
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
