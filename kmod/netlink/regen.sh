#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Makes netlink_gen.[ch] and ../uapi/linux/dsa_vdev.h from dsa-vdev.yaml with
# the generator of a kernel source tree (Debian: package linux-source).
#
# The generator wants its schemas beside the spec's folder, and looks for the
# file MAINTAINERS in every folder above it, for ever where there is none.
#
# usage: regen.sh KERNEL-SOURCE
set -eu

source=${1:?usage: regen.sh KERNEL-SOURCE}
here=$(cd "$(dirname "$0")" && pwd)
ynl=tools/net/ynl/pyynl/ynl_gen_c.py
[ -e "$source/$ynl" ] || { echo "regen.sh: $source has no $ynl: give the folder of a kernel source, 6.16 or later" >&2; exit 1; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/Documentation/netlink/specs" "$tmp/tools/net"
touch "$tmp/MAINTAINERS"
cp "$source"/Documentation/netlink/*.yaml "$tmp/Documentation/netlink/"
cp -r "$source/tools/net/ynl" "$tmp/tools/net/"
cp "$here/dsa-vdev.yaml" "$tmp/Documentation/netlink/specs/"

generate() {
	timeout 60 python3 "$tmp/$ynl" --spec "$tmp/Documentation/netlink/specs/dsa-vdev.yaml" --mode "$1" "$2" -o "$tmp/$3"
	sed -e 's|Documentation/netlink/specs/dsa-vdev.yaml|kmod/netlink/dsa-vdev.yaml|' \
	    -e 's|tools/net/ynl/ynl-regen.sh|kmod/netlink/regen.sh|' \
	    -e '/^static const struct genl_multicast_group/,/^};/d' "$tmp/$3" |
		sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' > "$here/$4"
}

generate uapi --header dsa_vdev.h ../uapi/linux/dsa_vdev.h
generate kernel --header netlink_gen.h netlink_gen.h
generate kernel --source netlink_gen.c netlink_gen.c
