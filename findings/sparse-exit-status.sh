#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does sparse say by its exit status that it could not read a file?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# read_as TYPE: what sparse says of a variable that is declared so, and its exit status.
read_as() {
	local status=0
	cat >"$root/tmp/example.c" <<-END
		int next(const int *value);
		int next(const int *value)
		{
			$1 copy = *value;

			return copy + 1;
		}
	END
	in_root sparse /tmp/example.c >"$tmp/said" 2>&1 || status=$?
	echo "$(grep -c 'error:' "$tmp/said" || :) errors, exit status $status"
}

fetch_root trixie sparse=0.6.4-5
seen="__typeof__: $(read_as '__typeof__(*value)')
__typeof_unqual__: $(read_as '__typeof_unqual__(*value)')"
expected "a checker that prints errors ends with a status that is not 0, as a compiler does"
is_so "it does not know __typeof_unqual__, which Linux 7.3 uses and gcc 14 knows, prints errors, checks no more of the function, and ends with 0" \
	'__typeof__: 0 errors, exit status 0
__typeof_unqual__: 4 errors, exit status 0' "$seen"
