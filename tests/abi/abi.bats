#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats
# Is the interface of libdsactl what libdsactl.abi promises? A structure with its
# size in it, and an enumeration, may grow at the end; all else may only be added.

bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_DIRNAME/../.." || return; }

# kept PROMISE: each line of that file is still in the interface, grown or not.
kept() {
	tests/abi/interface | awk '
		NR == FNR { now[$0]; next }
		{
			promised = /{/ ? substr($0, 1, length($0) - 4) : $0
			for (line in now) if (index(line, promised) == 1) next
			print "no longer there: " $0
			status = 1
		}
		END { exit status }' - "$1"
}

@test "all that was promised is still there" {
	kept tests/abi/libdsactl.abi
}

# A hint is an item of arrays, and an address with a length needs no more.
@test "objects are opaque; a structure that is filled in begins with its size" {
	run ! grep -E '^(struct|union) [a-z_]+ \{ ' \
		<(tests/abi/interface | grep -v -e '{ size_t size;' -e '^struct dsactl_hint {')
}

@test "a promise that is broken is found" {
	cp tests/abi/libdsactl.abi "$BATS_TEST_TMPDIR/abi"
	echo 'int dsactl_gone(struct dsactl_ctx *ctx);' >>"$BATS_TEST_TMPDIR/abi"
	run -1 kept "$BATS_TEST_TMPDIR/abi"
	[ "$output" = 'no longer there: int dsactl_gone(struct dsactl_ctx *ctx);' ]
}
