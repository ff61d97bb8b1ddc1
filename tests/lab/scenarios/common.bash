# SPDX-License-Identifier: GPL-2.0-only
# What the scenarios share. They run as root on the emulated host; $LAB_TRACE_DIR
# has the trace of each device model, written as it runs.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

# A file bare-NAME.bats is a link to NAME.bats: the same with bare vdevs.
if [[ ${BATS_TEST_FILENAME-} == */bare-* ]]; then
	dsactl() {
		if [ "$1" = create-vdev ]; then
			command dsactl "$@" --served
		else
			command dsactl "$@"
		fi
	}
fi

# Files share a machine: each begins on a host that nothing was done to. A file
# with a setup_file of its own says so there.
setup_file() { begin_fresh; }

# Or the clients of a test that fails hold their vdevs, and the files after it fail, too.
teardown() { end_clients; }

begin_fresh() {
	local trace
	if [ -e /sys/module/dsa_vdev ]; then
		dsactl -q unsplit-device all --force
		rmmod dsa_vdev
	fi
	rmmod idxd
	modprobe idxd
	wait_for devices_there
	for trace in "$LAB_TRACE_DIR"/trace.*; do
		stat -c %s "$trace" >"$BATS_FILE_TMPDIR/${trace##*/}"
	done
}

devices_there() { [ "$(find /sys/bus/dsa/devices/ -name 'dsa*' | wc -l)" -eq "$LAB_DEVICES" ]; }

# let_go_of_module: where vdevs have character devices, they keep the module, and are destroyed.
let_go_of_module() {
	[ -e /dev/vfio/devices ] || return 0	# as long as there is one
	! rmmod dsa_vdev || return 1
	dsactl -q destroy-vdev all
}

# The trace of device N since the file began, by its size then: it may be long.
trace() { tail -c +$(($(<"$BATS_FILE_TMPDIR/trace.$1") + 1)) "$LAB_TRACE_DIR/trace.$1"; }

# vdev UUID FIELD: one fact of a vdev, such as pasid.
vdev() { dsactl show-vdev "$1" -o json | jq -r ".vdev.$2"; }

# listed FILTER: what `dsactl list` has, through jq.
listed() { dsactl list -o json | jq -r "$1"; }

# slice_is UUID STATE: that of this vdev.
slice_is() { [ "$(listed ".slices[] | select(.vdev == \"$1\") | .state")" = "$2" ]; }

# fresh DEVICE OPTION...: destroy all vdevs and split DEVICE anew.
fresh() {
	dsactl -q unsplit-device "$1" --force || return
	dsactl -q split-device "$@"
}

# start_client NAME COMMAND UUID OPTION...: in the background, output in
# $BATS_FILE_TMPDIR/NAME; returns once it says that it runs. Its pid: client[NAME].
declare -gA client=()
start_client() {
	local name=$1 log=$BATS_FILE_TMPDIR/$1
	shift
	: >"$log"	# or what an earlier client said may be read
	vdev-client "$@" >"$log" 2>&1 3>&- &
	client[$name]=$!
	wait_for grep -q '^running' "$log"
}

# start_monitor NAME OPTION...: dsactl monitor in the background, events as JSON lines
# in $BATS_FILE_TMPDIR/NAME; returns once it listens. To be ended with end_client.
start_monitor() {
	local name=$1
	shift
	"$(type -P dsactl)" monitor -o json "$@" >"$BATS_FILE_TMPDIR/$name" 3>&- &	# not the function above: its pid counts
	client[$name]=$!
	wait_for grep -q '^SigBlk:.*4003$' "/proc/$!/status"
}

# start_server NAME UUID SOCKET: a process that serves the vdev there, as start_client; returns
# once it listens, which the kernel's flags of a socket tell.
start_server() {
	"$(type -P dsactl)" serve-vdev "$2" --socket "$3" 3>&- &	# its pid counts
	client[$1]=$!
	wait_for grep -q " 00010000 .* $3$" /proc/net/unix
}

# start_files NAME PATH: a file of which nobody delivers a byte, as start_client.
start_files() {
	hostile-files "$2" >"$BATS_FILE_TMPDIR/$1" 2>&1 3>&- &
	client[$1]=$!
	wait_for grep -qx running "$BATS_FILE_TMPDIR/$1"
}

client_pid() { echo "${client[$1]}"; }

# end_client NAME [SIGNAL]: and return its status.
end_client() {
	kill -"${2:-TERM}" "${client[$1]}"
	wait "${client[$1]}"
}

# end_clients: those that this test started and that still run.
end_clients() {
	local pid
	for pid in "${client[@]}"; do
		jobs -pr | grep -qx "$pid" || continue
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null || true
	done
}

client_says() { cat "$BATS_FILE_TMPDIR/$1"; }

# Each processor counts for itself at first, and what they have is added up one after the other.
pins_now() {
	cat /proc/sys/vm/stat_refresh
	awk '$1 == "nr_foll_pin_acquired" { a = $2 } $1 == "nr_foll_pin_released" { r = $2 } END { print a - r }' /proc/vmstat
}

# Pages that are pinned, once it stays so: the kernel pins some for a moment, of which only the end
# may be in the sum.
pins() {
	local was is=""
	for _ in {1..20}; do
		was=$is is=$(pins_now)
		[ "$was" != "$is" ] || break
		sleep 0.1
	done
	echo "$is"
}

# Objects that idxd has for what is in the event log of each device that has one, those of a
# processor's own list not counted.
log_objects() {
	local slab
	for slab in /sys/kernel/slab/dsa[0-9]*; do
		[ -e "$slab" ] || continue
		echo 1 >"$slab/shrink"
		cut -d' ' -f1 "$slab/objects"
	done | xargs
}

# All that could be left over, one line each.
inventory() {
	printf 'irqs %s\n' "$(find /proc/irq -mindepth 1 -maxdepth 1 -type d | wc -l)"
	printf 'pins %s\n' "$(pins)"
	printf 'log objects %s\n' "$(log_objects)"
	printf 'mdevs %s\n' "$(find /sys/bus/mdev/devices -mindepth 1 | wc -l)"
	dsactl list -o json | jq -r '"slices \(.slices | length)",
		"pasids \([.slices[].pasid] | sort)", "vdevs \(.vdevs | length)",
		"ims_free \([.devices[].ims_free])"'
}

# wait_for COMMAND...: until it succeeds, $wait_s seconds at most: the machine is busy, and
# by LAB_SLOW times slower than others.
wait_s=$((60 * ${LAB_SLOW:-1}))
wait_for() {
	local end=$((SECONDS + wait_s))
	while ((SECONDS <= end)); do
		"$@" && return
		sleep 0.1
	done
	echo "waited $wait_s s in vain for: $*"
	return 1
}

# traced CALL ACTION COMMAND...: what strace does at CALL. It stays on one processor:
# a stop that wakes another takes long in the lab.
traced() {
	taskset -c 0 strace -f -qq -o /dev/null -e "trace=$1" -e "inject=$1:$2" "${@:3}"
}

# killed_at CALL N COMMAND...: kill it as it enters its Nth system call CALL;
# false where it has fewer than N and ends by itself.
killed_at() {
	local call=$1 nth=$2
	shift 2
	! traced "$call" "signal=SIGKILL:when=$nth" "$@" >/dev/null 2>&1
} 2>/dev/null

# recover: have what a killed dsactl left undone, as each change does first; what that says.
recover() {
	local said
	said=$(dsactl destroy-vdev nobody 2>&1) || [ $? = 4 ] || return
	grep -v '^dsactl: nobody: ' <<<"$said" >&2 || true
}

# refused STATUS 'WORDS' ARGUMENT...: dsactl ends with the status, and says why.
refused() {
	local want=$1 words=$2
	shift 2
	run --separate-stderr dsactl "$@"
	# bats sets stderr:
	# shellcheck disable=SC2154
	echo "dsactl $* -> $status: $stderr"
	[ "$status" -eq "$want" ]
	[[ $stderr == "dsactl: "*"$words"* ]]
}

# How often the host took interrupt IRQ.
irq_count() { awk -v irq="$1:" '$1 == irq { for (i = 2; i <= 3; i++) n += $i } END { print n + 0 }' /proc/interrupts; }

# irq_passed IRQ N: it was taken more than N times.
irq_passed() { [ "$(irq_count "$1")" -gt "$2" ]; }

# Completed descriptors in the trace of device N, as "OPCODE STATUS PASID" lines.
completed() {
	trace "$1" | awk '$2 == "done" && !/abandoned/ {
		for (i = 3; i <= NF; i++) { split($i, kv, "="); v[kv[1]] = kv[2] }
		print v["opcode"], v["status"], v["pasid"] }'
}
