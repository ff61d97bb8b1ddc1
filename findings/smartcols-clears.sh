#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How much memory does libsmartcols clear to print a small table where the output is no terminal?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libsmartcols1=2.41.5-0+deb13u1 util-linux=2.41.5-0+deb13u1 tcc libc6-dev
cat >"$root/tmp/count.c" <<-'END'
	/* memset() for the program below, which adds up what is cleared. */
	#include <stdio.h>
	#include <stdlib.h>

	static size_t cleared;

	static void tell(void)
	{
		fprintf(stderr, "%zu\n", cleared);
	}

	void *memset(void *at, int byte, size_t len)
	{
		volatile unsigned char *to = at;

		if (!cleared)
			atexit(tell);
		cleared += len;
		while (len--)
			*to++ = byte;
		return at;
	}
END
in_root tcc -shared -o /tmp/count.so /tmp/count.c
echo /tmp/count.so >"$root/etc/ld.so.preload"

# cleared COLUMNS: what prlimit(1) clears to print sixteen lines of these columns, in KiB for a line.
cleared() { echo "$1: $(($(in_root prlimit --output "$1" 2>&1 >/dev/null) / 1024 / 16)) KiB for a line"; }

seen=$(cleared UNITS; cleared UNITS,UNITS,UNITS,UNITS)
expected "a cell costs as much as it has text: here some bytes"
is_so "for each cell libsmartcols clears a buffer of 8 KiB twice, where the output is no terminal" \
	'UNITS: 17 KiB for a line
UNITS,UNITS,UNITS,UNITS: 66 KiB for a line' "$seen"
