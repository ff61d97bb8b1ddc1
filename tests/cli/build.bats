#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats
# Where can this be built, and what is said where it cannot?

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export BUILD=$BATS_TEST_TMPDIR/build
}

# refused 'WORDS' ARGUMENT...: make says them, and has made nothing
refused() {
	run make --no-print-directory "${@:2}"
	echo "make ${*:2} -> $status: $output"
	[ "$status" -eq 2 ]
	[[ $output == *"$1"* ]]
	[ -z "$(find "$BATS_TEST_TMPDIR" -name '*.o')" ]
}

@test "the library and the command are built in a tree whose path has a blank and a letter beyond ASCII" {
	tree="$BATS_TEST_TMPDIR/a tree of Jörg"
	mkdir "$tree"
	cp -r Makefile install.mk cli lib kmod "$tree"
	env -u BUILD make -C "$tree" -j2 --no-print-directory CFLAGS=-O0
	[[ $("$tree/build/dsactl" --version) == "dsactl "* ]]
	run -2 env -u BUILD make -C "$tree" --no-print-directory kmod
	[[ $output == *"cannot be built in \"$tree/build/kmod/"*"give another folder as OUT, or as BUILD"* ]]
}

@test "a folder with a blank is refused where make would take it for two" {
	refused 'BUILD=a b: make takes no folder with a blank' BUILD="a b"
	refused 'DESTDIR=/tmp/a b: make takes no folder with a blank' uninstall DESTDIR="/tmp/a b"
	refused 'PREFIX=/usr/a b: make takes no folder with a blank' install PREFIX="/usr/a b"
}

@test "the module is not built where a kernel's build would stumble" {
	refused "no blank and no colon" -C kmod OUT="$BATS_TEST_TMPDIR/a b"
	refused "no blank and no colon" -C kmod OUT="$BATS_TEST_TMPDIR/a:b"
}

@test "a library that is missing or too old is named before anything is compiled" {
	refused "libaccel-config" lib PKG_CONFIG_LIBDIR="$BATS_TEST_TMPDIR"
	[[ $output == *"json-c"* && $output == *"install the development packages (-dev, -devel) of these libraries"* ]]
	pkg-config --variable=pcfiledir libaccel-config >"$BATS_TEST_TMPDIR/folder"
	mkdir "$BATS_TEST_TMPDIR/old"
	sed 's/^Version:.*/Version: 3.4.5/' "$(<"$BATS_TEST_TMPDIR/folder")/libaccel-config.pc" \
		>"$BATS_TEST_TMPDIR/old/libaccel-config.pc"
	export PKG_CONFIG_PATH=$BATS_TEST_TMPDIR/old
	refused "libaccel-config >= 3.4.6" lib
	[[ $output == *"'3.4.5'"* ]]
}

@test "how the library checks the module's messages is made from their specification" {
	python3 lib/backend/netlink_policy.py kmod/netlink/dsa-vdev.yaml | diff lib/backend/netlink_policy.h -
}
