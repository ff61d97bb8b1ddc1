#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Has a packed union the same size in a header that is made from type information?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie bpftool=7.5.0+6.12.117-1 pahole=1.30-1 gcc libc6-dev

types='union pattern { unsigned int value; char bytes[5]; } __attribute__((packed));
struct record { char status; union pattern pattern; };'

# sizes FILE: by the types in FILE of the root folder
sizes() {
	cat "$root$1" - >"$root/tmp/sizes.c" <<-'END'
		extern int printf(const char *, ...);
		int main(void) { printf("union %zu, structure %zu\n", sizeof(union pattern), sizeof(struct record)); }
	END
	in_root gcc -w -o /tmp/sizes /tmp/sizes.c
	in_root /tmp/sizes
}

printf '%s\nstruct record record;\n' "$types" >"$root/tmp/types.c"
in_root gcc -g -c -o /tmp/types.o /tmp/types.c
in_root pahole --btf_encode_detached /tmp/types.btf /tmp/types.o
in_root bpftool btf dump file /tmp/types.btf format c >"$root/tmp/bpftool.h"
in_root pahole --compile /tmp/types.o >"$root/tmp/pahole.h"
seen="source: $(sizes /tmp/types.c)
BTF: $(in_root bpftool btf dump file /tmp/types.btf format raw | sed -nE "s/.*(UNION|STRUCT) '.*(size=[0-9]+).*/\1 \2/p" | paste -sd, | sed 's/,/, /')
header of bpftool: $(sizes /tmp/bpftool.h)
header of pahole: $(sizes /tmp/pahole.h)"
expected "a header that is made to be compiled gives each type the size that it has"
is_so "neither header says that the union is packed, so it grows, and a structure that has it grows, too" \
	'source: union 5, structure 6
BTF: UNION size=5, STRUCT size=6
header of bpftool: union 8, structure 12
header of pahole: union 8, structure 9' "$seen"
