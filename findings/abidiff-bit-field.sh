#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does abidiff notice that a bit field became narrower?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie abigail-tools=2.6-2 gcc

# build NAME FIELDS: a shared library with a function that takes a structure of FIELDS
build() {
	echo "struct descriptor { $2 }; int submit(struct descriptor *d) { return d->pasid; }" >"$root/tmp/$1.c"
	in_root gcc -g -shared -fPIC -nostdlib -Wl,-soname,example.so.1 -o "/tmp/$1.so" "/tmp/$1.c"
}

# compare FIELDS: abidiff on the library with these, after that with a PASID of 20 bits
compare() {
	local status=0
	build new "$1"
	in_root abidiff --harmless /tmp/old.so /tmp/new.so >"$tmp/report" || status=$?
	echo "exit status $status, said $(wc -l <"$tmp/report") lines$(sed -nE "s/^ +('unsigned.*)/: \1/p" "$tmp/report")"
}

build old 'unsigned int pasid:20; unsigned int :11; unsigned int priv:1;'
seen="16 bits wide: $(compare 'unsigned int pasid:16; unsigned int :15; unsigned int priv:1;')
the next one moved: $(compare 'unsigned int pasid:20; unsigned int :10; unsigned int priv:1;')"
expected "a PASID of 16 bits where programs put one of 20 is a change of the ABI"
is_so "the width of a bit field is not compared, only where it begins" \
	"16 bits wide: exit status 0, said 0 lines
the next one moved: exit status 4, said 12 lines: 'unsigned int priv' offset changed from 31 to 30 (in bits) (by -1 bits)" "$seen"
