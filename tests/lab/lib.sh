# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# What the programs of the lab share: messages, places, namespaces.

lab_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
lab_tree=$(cd "$lab_dir/../.." && pwd -P)
lab_cache=${DSACTL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dsactl}

# The status of a failure of the lab itself, as against the command's own.
lab_failed=125

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

# Runs a command in namespaces of its own and returns its status. All of it
# ends when this shell ends, however that comes about: unshare dies with its
# parent, and the kernel kills a PID namespace with its first process.
# (A shell starts background commands with SIGINT ignored, hence env.)
lab_isolate() {
	local child
	setpriv --pdeathsig KILL env --default-signal=INT,QUIT \
		unshare "${lab_namespaces[@]}" "$@" <&0 &
	child=$!
	trap 'kill -KILL $child; exit 130' INT
	trap 'kill -KILL $child; exit 143' TERM HUP
	wait "$child"
}

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
	head -c $((setup + offset + length - 4)) "$image" | tail -c +$((setup + offset + 1)) |
		zstd -dcq > "$2"
}
