# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Hosts for Ansible: each is a folder with what the host keeps, and is shown as /sys, /run
# and /etc/dsactl in namespaces of its own whenever a module runs dsactl on it.

fleet_tests=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
fleet_tree=$(cd "$fleet_tests/../.." && pwd)
# shellcheck source-path=SCRIPTDIR/../cli source=module.bash
. "$fleet_tree/tests/cli/module.bash"

# fleet_begin FOLDER: the collection where Ansible finds it, and what hosts are made of.
fleet_begin() {
	fleet=$1
	mkdir -p "$fleet/ansible_collections/dsactl" "$fleet/home"
	cp -r "$fleet_tree/fleet/ansible" "$fleet/ansible_collections/dsactl/dsa"
	module_build "$fleet"
	export fleet ANSIBLE_COLLECTIONS_PATH=$fleet HOME=$fleet/home ANSIBLE_NOCOWS=1 LC_ALL=C.UTF-8
	export ANSIBLE_RETRY_FILES_ENABLED=0 ANSIBLE_STDOUT_CALLBACK=default ANSIBLE_FORCE_COLOR=0
}

# fleet_host NAME 'SCRIPT THAT PRETENDS': make it. $fleet/NAME/dsactl is its dsactl.
fleet_host() {
	local host=$fleet/$1
	mkdir -p "$host"/{sys,run,etc}
	cat >"$host/dsactl" <<-END
		#!/bin/sh
		exec "$fleet_tests/on-host" "$host" env LD_PRELOAD=$fleet/module.so "${BUILD:-$fleet_tree/build}/dsactl" "\$@"
	END
	chmod +x "$host/dsactl"
	# For the inner shell.
	# shellcheck disable=SC2016
	"$fleet_tests/on-host" "$host" bash -ec '. "$1/tests/cli/host.bash"; . "$1/tests/cli/module.bash"; eval "$2"' _ "$fleet_tree" "$2"
}

# fleet_on NAME COMMAND...: on that host.
fleet_on() {
	local host=$fleet/$1
	shift
	"$fleet_tests/on-host" "$host" "$@"
}

# fleet_dsactl NAME ARGUMENT...
fleet_dsactl() {
	local host=$fleet/$1
	shift
	"$host/dsactl" "$@"
}
