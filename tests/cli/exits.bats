#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for inner shells
# Every verb with every exit status that it can end with.

load host.bash
load exits.bash

setup() {
	need_namespaces
	PATH=${dsactl%/*}:$PATH
}

# right PLACE 'SCRIPT THAT PRETENDS': each row of PLACE ends as the table says.
right() {
	run on_host "$2" bash -c '. "$0"; exits_wrong "$1"' "$BATS_TEST_DIRNAME/exits.bash" "$1"
	echo "$output"
	[ -z "$output" ]
}

one='mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled'

@test "the table of exit statuses is what --help says, verb by verb" {
	diff <(for verb in $(dsactl __complete '' | cut -f1); do
			dsactl "$verb" --help | sed -n 's/^Exit status://p' | grep -oE '[0-9]+' | sed "s/^/$verb /"
		done | sort) <(exits_rows | cut -d' ' -f1,2 | sort)
}

@test "each verb ends as it should where idxd is not there" { right bare true; }

@test "each verb ends as it should on one device" { right one "$one"; }

@test "each verb ends as it should beside the host's own use" {
	right busy 'mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb enabled 16; pretend_busy 0
		pretend_device 1 0x11fb disabled'
}

@test "each verb ends as it should beside another writer" {
	right locked "$one; mkdir /run/dsactl; exec 9>/run/dsactl/lock; flock 9"
}

@test "each verb ends as it should where the module is loaded and does not answer" {
	right deaf "$one; mkdir -p /sys/module/dsa_vdev"
}

@test "each verb ends as it should for who is not root" {
	run exits_wrong nobody nobody
	echo "$output"
	[ -z "$output" ]
}
