#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which texts are true in a boolean column of libsmartcols?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libsmartcols1=2.41.5-0+deb13u1 bsdextrautils=2.41.5-0+deb13u1
# column(1) hands the second word to the library as it is.
seen=$(for text in true 1 false off disabled no 0; do echo "$text $text"; done |
	in_root column --json --table --table-column name=text --table-column name=value,json=boolean |
	sed -n 's/.*"text": "\(.*\)",/\1:/p; s/.*"value": //p' | paste -d' ' - -)
expected "a column that is declared to be boolean has false where the text is \"false\""
is_so "a text is true unless it begins with 0, n or N, so \"false\" is true, and so are \"off\" and \"disabled\"" \
	'true: true
1: true
false: true
off: true
disabled: true
no: false
0: false' "$seen"
