# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# What the benches share: machines, figures of several rounds, promises, and what the tracer saw.

# on_kernels OPTIONS COMMAND [KERNEL]...: build, and run COMMAND on an emulated host of each kernel
# (6.12 and newest, if none is named), which OPTIONS of tests/lab/run describe.
on_kernels() {
	local options command kernel status=0
	read -ra options <<<"$1"
	read -ra command <<<"$2"
	shift 2
	tests/lab/enter make --no-print-directory lab-parts build/bench-client
	[ $# -gt 0 ] || set -- 6.12 newest
	for kernel; do
		echo "host kernel $kernel"
		tests/lab/run --kernel "$kernel" "${options[@]}" -- "${command[@]}" || status=$?
	done
	return $status
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# medians: of each column of the lines on standard input
medians() {
	awk '{ for (i = 1; i <= NF; i++) v[i, NR] = $i }
	END { for (i = 1; i <= NF; i++) {
		for (j = 1; j <= NR; j++) for (k = j + 1; k <= NR; k++)
			if (v[i, k] < v[i, j]) { t = v[i, j]; v[i, j] = v[i, k]; v[i, k] = t }
		printf "%s ", v[i, int((NR + 1) / 2)] } }'
}

ratio() { awk -v a="$1" -v b="$2" -v digits="${3:-2}" 'BEGIN { printf "%.*f", digits, a / b }'; }

missed=0

# promise LIMIT A B WHAT: A / B is at most LIMIT
promise() {
	awk -v limit="$1" -v a="$2" -v b="$3" -v what="$4" 'BEGIN {
		kept = a / b <= limit
		printf "  %s  %s: %.3f, at most %s\n", kept ? "kept  " : "MISSED", what, a / b, limit
		exit !kept }' || missed=1
}

# What a command says is of interest only if it fails.
quietly() {
	local said
	said=$("$@" 2>&1) || { echo "$*: $said" >&2; return 1; }
}

tracing=/sys/kernel/tracing

# traced COMMAND...: what it did as one line an event in $events, after the tracer
# was told what to see.
traced() {
	events=$(mktemp)
	echo >$tracing/trace
	echo 1 >$tracing/tracing_on
	"$@" >/dev/null || return
	echo 0 >$tracing/tracing_on
	grep -v '^#' $tracing/trace >"$events"
	if grep -q 'LOST' "$events"; then echo "events were lost"; return 1; fi
}

# trace_entries COMM...: see from now on each system call and fault of such processes, and the
# interrupts of the device.
trace_entries() {
	local filter="" comm
	for comm; do filter+="${filter:+ || }comm == \"$comm\""; done
	echo "$filter" | tee $tracing/events/raw_syscalls/sys_enter/filter \
		>$tracing/events/exceptions/page_fault_user/filter
	echo 'name ~ "*dsa*" || name ~ "*idxd*"' >$tracing/events/irq/irq_handler_entry/filter
	echo 1 | tee $tracing/events/{raw_syscalls/sys_enter,exceptions/page_fault_user,irq/irq_handler_entry}/enable >/dev/null
}

# --- processes that serve vdevs ------------------------------------------------------------------

servers=()

socket_of() { echo "/run/bench-$1"; }

# serve UUID: in the background, at its socket.
serve() {
	local path
	path=$(socket_of "$1")
	dsactl serve-vdev "$1" --socket "$path" &
	servers+=($!)
	until grep -q " 00010000 .* $path$" /proc/net/unix; do	# flags of who listens
		kill -0 $!
		sleep 0.1
	done
}

end_servers() {
	local pid
	for pid in "${servers[@]}"; do kill "$pid"; wait "$pid"; done
	servers=()
}
