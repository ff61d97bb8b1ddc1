#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does a rule of Coccinelle reach a function that takes a lock by scoped_guard()?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# find_kfree LINES: how a rule for kfree() ends on a function that has LINES before it
find_kfree() {
	local status=0
	cat >"$root/tmp/rule.cocci" <<-'END'
		@@
		expression E;
		@@
		* kfree(E);
	END
	cat >"$root/tmp/example.c" <<-END
		static void drop(struct queue *queue)
		{
		$1
			kfree(queue);
		}
	END
	in_root spatch --very-quiet --sp-file /tmp/rule.cocci /tmp/example.c >"$tmp/found" 2>"$tmp/said" || status=$?
	echo "found $(grep -c '^-.*kfree(queue)' "$tmp/found" || :), exit status $status, said $(wc -l <"$tmp/said") lines"
}

fetch_root trixie coccinelle=1.3.0.deb-1+b2 dash diffutils
ln -sf dash "$root/usr/bin/sh"
seen="mutex_lock(): $(find_kfree '	mutex_lock(&queue->lock); queue->used = 0; mutex_unlock(&queue->lock);')
guard(): $(find_kfree '	guard(mutex)(&queue->lock); queue->used = 0;')
scoped_guard(): $(find_kfree '	scoped_guard(mutex, &queue->lock) { queue->used = 0; }')"
expected "a rule that finds a call finds it in each function, or spatch says which it could not read"
is_so "a function that has the kernel's scoped_guard() is left out as a whole, with success and without a word" \
	'mutex_lock(): found 1, exit status 0, said 0 lines
guard(): found 1, exit status 0, said 0 lines
scoped_guard(): found 0, exit status 0, said 0 lines' "$seen"
