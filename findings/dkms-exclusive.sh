#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Is BUILD_EXCLUSIVE_KERNEL_MIN enough to keep a module from an old kernel?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Whether the dkms of SUITE builds for 6.1 a module whose dkms.conf has LINE
build() {
	attributes "$root/usr/src/example-1" "dkms.conf=PACKAGE_NAME=example
PACKAGE_VERSION=1
BUILT_MODULE_NAME[0]=example
DEST_MODULE_LOCATION[0]=/updates
AUTOINSTALL=yes
MAKE[0]='touch example.ko'
CLEAN=true
$1"
	rm -rf "$root/var/lib/dkms/example"
	in_root bash -c 'dkms add example/1 && dkms build example/1 -k 6.1.0-0-amd64' >"$tmp/log" 2>&1 || :
	if grep -q 'BUILD_EXCLUSIVE directive' "$tmp/log"; then
		echo excluded
	elif find "$root/var/lib/dkms" -name 'example.ko*' | grep -q .; then
		echo built
	else
		tail "$tmp/log"
	fi
}

# dkms VERSION of SUITE without the compiler that it depends on, and a kernel's headers
fetch_dkms() {
	fetch_root "$1" bash coreutils findutils gawk grep kmod sed tar
	name_pinned "$1" "dkms=$2"
	(cd "$tmp" && of_suite "$1" apt-get -qq download "dkms=$2")
	unpack "$tmp/dkms_$2_all.deb"
	attributes "$root/lib/modules/6.1.0-0-amd64/build/include/config" auto.conf=
	attributes "$root/lib/modules/6.1.0-0-amd64/build" .config= Makefile=
	mkdir -p "$root/var/lib/dkms"
	ln -s /proc/self/fd "$root/dev/fd"
}

minimum='BUILD_EXCLUSIVE_KERNEL_MIN=6.12'
pattern="BUILD_EXCLUSIVE_KERNEL='^(6\.(1[2-9]|[2-9][0-9])|[7-9]\.)'"
fetch_dkms bookworm 3.0.10-8+deb12u1
seen="3.0.10: minimum 6.12 $(build "$minimum"), pattern $(build "$pattern")"
fetch_dkms trixie 3.2.2-1~deb13u1
seen+="
3.2.2: minimum 6.12 $(build "$minimum"), pattern $(build "$pattern")"
expected "with a minimum of 6.12, no dkms builds a module for 6.1, or it says that it does not know the setting"
is_so "3.0.10 does not know the setting and builds, without a word; a pattern keeps both from it" \
	'3.0.10: minimum 6.12 built, pattern excluded
3.2.2: minimum 6.12 excluded, pattern excluded' "$seen"
