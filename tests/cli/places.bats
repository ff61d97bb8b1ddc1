#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for inner shells
# Every verb where something is read-only, full, closed or out of sight: it reads all the same,
# or fails with the cause.

load host.bash
load places.bash

setup() {
	need_namespaces
	PATH=${dsactl%/*}:$PATH
}

# right PLACE: each verb ends there as the table says.
right() {
	local place verb status words said wrong=0
	while read -r place verb status words; do
		[ "$place" = "$1" ] || continue
		said=$(ended "$place" "$verb")
		[[ $said == "$status $words"* && (-n $words || $said == "$status ") ]] && continue
		printf '%s: %s\n     not: %s %s\n' "$verb" "$said" "$status" "$words"
		wrong=1
	done < <(places_rows)
	return $wrong
}

@test "the table has each verb in each place once" {
	diff <(for place in "${!places[@]}"; do dsactl __complete '' | cut -f1 | sed "s/^/$place /"; done | sort) \
		<(places_rows | cut -d' ' -f1,2 | sort)
}

@test "each verb with /sys read-only" { right sys-read-only; }

@test "each verb with /etc read-only" { right etc-read-only; }

@test "each verb with /run full" { right run-full; }

@test "each verb in another network namespace" { right other-netns; }

@test "each verb with umask 077" { right umask-077; }

@test "each verb with standard output closed" { right closed; }

@test "with umask 077 profiles are for everyone to read" {
	run on_host "$places_host rm -r /etc/dsactl/*" bash -c 'umask 077; dsactl save-profile new && dsactl enable-profile new
		cd /etc/dsactl && stat -c "%a %n" * */*'
	[ "$output" = "$(printf '%s\n' "644 dsactl.conf" "755 profiles.d" "644 profiles.d/new.json")" ]
}

@test "/run that takes no file at all is no other writer" {
	run on_host 'mkdir -p /sys/bus/dsa/drivers/idxd; mount -t tmpfs -o nr_inodes=1 none /run' dsactl destroy-vdev all
	[ "$status" -eq 1 ]
	[ "$output" = "dsactl: /run/dsactl: cannot be made: No space left on device: free some space there" ]
}

@test "profiles that may not be read are not taken for none" {
	[ "$(id -u)" = 0 ] || skip "who is root in the namespace alone cannot be another"
	for closed in profiles.d ''; do
		for verb in "show-profile a" "list-profiles"; do
			run on_host "$places_host chmod 700 /etc/dsactl/$closed" bash -c 'chmod -R a+rX /sys
				nobody dsactl $1' _ "$verb"
			echo "$verb: $output"
			[ "$status" -eq 7 ]
			[[ $output == *"Permission denied: run dsactl as root" ]]
		done
	done
}
