# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# What the programs of the lab share: messages, places, namespaces, limits of time.

lab_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
lab_tree=$(cd "$lab_dir/../.." && pwd -P)
# Where the root folder and the emulated host show the tree and $LAB_OUT, wherever
# these are outside: no other folder's mode, and no letter of a path, gets in the way.
lab_shown_tree=/lab/tree
lab_shown_out=/lab/out
lab_shown_ccache=/lab/ccache
lab_cache=${DSACTL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dsactl}

# The status of a failure of the lab itself, as against the command's own, and of a
# machine that stood still.
lab_failed=125
lab_lost=123

lab_say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
lab_fail() { lab_say "$@"; exit "$lab_failed"; }

# The namespaces that this user needs. A user who is not root becomes root of
# a user namespace, own files staying own.
lab_namespaces=(--mount --pid --fork --kill-child --propagation private)
[ "$(id -u)" = 0 ] || lab_namespaces+=(--user --map-root-user --map-auto)

lab_need_namespaces() {
	command -v unshare setpriv >/dev/null ||
		lab_fail "unshare or setpriv is missing: install util-linux"
	unshare "${lab_namespaces[@]}" true 2>/dev/null && return
	[ "$(id -u)" = 0 ] &&
		lab_fail "no mount and PID namespaces here: give this container CAP_SYS_ADMIN, or run outside it"
	lab_fail "neither root nor user namespaces: run as root, or install uidmap, add this user to /etc/subuid and /etc/subgid, and allow unprivileged user namespaces"
}

# The tree must take what is built, and let it run.
lab_need_tree() {
	local try=$lab_tree/build/.try.$BASHPID
	{ mkdir -p "$lab_tree/build" && printf '#!/bin/sh\n' > "$try"; } 2>/dev/null ||
		lab_fail "cannot write to $lab_tree/build: make it writable, or clone into another folder"
	chmod +x "$try"
	"$try" 2>/dev/null || { rm -f "$try"; lab_fail "programs in $lab_tree cannot run (mounted noexec?): clone into another folder"; }
	rm -f "$try"
}

# lab_isolate SECONDS COMMAND...: runs a command in namespaces of its own and returns
# its status, which is 137 where it was killed after SECONDS (0: never). All of it
# ends when this shell ends, however that comes about: timeout and unshare die with
# their parents, and the kernel kills a PID namespace with its first process.
# (A shell starts background commands with SIGINT ignored, hence env.)
lab_isolate() {
	local child limit=$1
	shift
	setpriv --pdeathsig KILL timeout --foreground --signal KILL "$limit" \
		setpriv --pdeathsig KILL env --default-signal=INT,QUIT \
		unshare "${lab_namespaces[@]}" "$@" <&0 &
	child=$!
	trap 'kill -KILL $child; exit 130' INT
	trap 'kill -KILL $child; exit 143' TERM HUP
	wait "$child"
}

# What is being done ("starting dsaemu 0") is noted in a file without a name that all
# have open, so that who ends it can tell what stood still.
lab_stage_open() {
	local file
	file=$(mktemp)
	exec 8> "$file"
	exec 7< "$file"
	rm -f "$file"
}
lab_stage() { ! { true >&8; } 2>/dev/null || echo "$*" >&8; }
lab_stage_last() { tail -n 1 <&7 | grep . || echo "entering the root folder"; }

# lab_port NAME: the device of this virtio port, on the emulated host.
lab_port() {
	local file
	for file in /sys/class/virtio-ports/*/name; do
		[ "$(< "$file")" != "$1" ] || { file=${file%/name}; echo "/dev/${file##*/}"; }
	done
}

# lab_unpack_kernel RELEASE FILE: a kernel without its wrapping, which QEMU
# starts by the PVH entry: to unpack it in an emulated processor takes longer
# than all the rest of a boot.
lab_unpack_kernel() {
	local image=/boot/vmlinuz-$1 setup offset length
	field() { od -An -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '; }
	setup=$(( ($(field 0x1f1 1) + 1) * 512 ))
	offset=$(field 0x248 4) length=$(field 0x24c 4)
	head -c $((setup + offset + length - 4)) "$image" | tail -c +$((setup + offset + 1)) > "$2.packed"
	case $(od -An -t x1 -N 4 "$2.packed") in
	' 28 b5 2f fd') zstd -dcq "$2.packed" ;;
	' fd 37 7a 58') xz -dcq "$2.packed" ;;
	*) lab_fail "$image: it is packed neither by zstd nor by xz" ;;
	esac > "$2"
	rm "$2.packed"
}
