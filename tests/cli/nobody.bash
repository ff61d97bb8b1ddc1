# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A user who is not root. The tree may be closed to that user (a clone in /root,
# a umask of 077), so it runs a copy that everybody can read, as an installed
# program would be. (A function, for inner shells too.)

built=$(cd "${BASH_SOURCE[0]%/*}/../.." && realpath "${BUILD:-build}")
export built

# nobody COMMAND [ARGUMENT]...: in PATH are dsactl, and COMMAND if it is a program of the tree
nobody() {
	local copy program status=0
	[ "$(id -u)" = 0 ] || { PATH=$built:$PATH "$@"; return; }
	copy=$(mktemp -d /tmp/dsactl-XXXXXX) && chmod 755 "$copy" || return
	for program in dsactl libdsactl.so.1 "${1##*/}"; do
		[ ! -f "$built/$program" ] || install -m 755 "$built/$program" "$copy"
	done
	PATH=$copy:$PATH setpriv --reuid 65534 --regid 65534 --clear-groups "$@" || status=$?
	rm -rf "$copy"
	return "$status"
}
export -f nobody
