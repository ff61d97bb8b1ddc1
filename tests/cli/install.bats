#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats
# What make install leaves, and whether it works from there.

load host.bash
bats_require_minimum_version 1.5.0

setup_file() {
	export stage=$BATS_FILE_TMPDIR/stage
	make_ install
}

# make_ TARGET VARIABLE=VALUE...: into the stage.
make_() { make --no-print-directory -C "$BATS_TEST_DIRNAME/../.." DESTDIR="$stage" PREFIX=/usr "$@"; }

setup() { cd "$BATS_TEST_DIRNAME/../.." || return; }

staged() { find "$stage" ! -type d; }

version() { sed -n 's/^VERSION *:= *//p' Makefile; }

# flags PKG-CONFIG-OPTION...: for the library in the stage.
flags() { PKG_CONFIG_SYSROOT_DIR=$stage PKG_CONFIG_PATH=$stage/usr/lib/pkgconfig pkg-config "$@" libdsactl; }

@test "every page, completion, rule, unit, profile, schema and what is for Prometheus is installed" {
	for file in man/*.[1-8] completions/* udev/* systemd/* profiles/* schema/* fleet/prometheus/*; do
		[ -f "$file" ] || continue
		name=$(basename "$file" .in)
		[[ $file == *.bash ]] && name=${name%.bash}
		staged | grep -qF "/$name" || { echo "$file"; false; }
	done
}

@test "the module's sources are installed whole, in their folders, where DKMS looks" {
	diff -r kmod "$stage/usr/src/dsa_vdev-$(version)"
}

@test "the collection of Ansible is installed whole, where Ansible looks" {
	diff -r fleet/ansible "$stage/usr/share/ansible/collections/ansible_collections/dsactl/dsa"
	[ "$(sed -n 's/^version: //p' fleet/ansible/galaxy.yml)" = "$(version)" ]
}

@test "make install keeps to its PREFIX, and the profiles below /usr/local are found" {
	local=$BATS_TEST_TMPDIR/local
	make_ install DESTDIR="$local" PREFIX=/usr/local
	[ "$(ls "$local")" = usr ]
	[ "$(ls "$local/usr")" = local ]
	# shellcheck disable=SC2016 # for the inner shell
	run -0 unshare -m --propagation private bash -c '
		mount -t tmpfs none /usr/local && cp -a "$1/." / && "$2" list-profiles -o json' _ "$local" "$dsactl"
	[ "$(jq -r '.profiles[] | select(.from == "vendor").path' <<<"$output")" = \
		"$(printf '%s\n' profiles/*.json | sed 's|^|/usr/local/lib/dsactl/|')" ]
}

@test "the unit that restores a device is confined: systemd rates its exposure below 4" {
	run -0 systemd-analyze security --offline=true --threshold=40 --no-pager \
		"$stage/usr/lib/systemd/system/dsactl-restore@.service"
	[[ ${lines[-1]} == *"Overall exposure level"* ]]
}

@test "the unit that writes metrics is confined more closely, runs what is installed, and no timer is enabled" {
	run -0 systemd-analyze security --offline=true --threshold=25 --no-pager \
		"$stage/usr/lib/systemd/system/dsactl-metrics.service"
	[[ ${lines[-1]} == *"Overall exposure level"* ]]
	command=$(sed -n 's/^ExecStart=//p' "$stage/usr/lib/systemd/system/dsactl-metrics.service")
	[ "${command%% \$*}" = "/usr/lib/dsactl/textfile /usr/bin/dsactl" ]
	[ -x "$stage/usr/lib/dsactl/textfile" ]
	[ -f "$stage/usr/lib/systemd/system/dsactl-metrics.timer" ]
	[ -z "$(find "$stage" -path '*.wants/*.timer')" ]
}

@test "the unit that serves users is confined as that which restores, and its socket is for a group, enabled by no one" {
	unit=$stage/usr/lib/systemd/system/dsactl-request@.service
	run -0 systemd-analyze security --offline=true --threshold=40 --no-pager "$unit"
	[[ ${lines[-1]} == *"Overall exposure level"* ]]
	[ "$(sed -n 's/^ExecStart=//p' "$unit")" = "/usr/bin/dsactl __serve" ]
	path=$(sed -n 's/^#define FRAMES_SOCKET "\(.*\)"/\1/p' cli/frames.h)
	grep -qx "ListenStream=$path" "${unit%@.service}.socket"
	grep -qx SocketMode=0660 "${unit%@.service}.socket"
	# Confined in as many ways as the one that restores: none of its switches is missing.
	diff <(sed -n 's/^\([A-Za-z]*=yes\)$/\1/p' "${unit/request@/restore@}" | grep -v RemainAfterExit | sort) \
		<(sed -n 's/^\([A-Za-z]*=yes\)$/\1/p' "$unit" | sort)
}

@test "the unit that restores waits for those of other devices, and systemd waits longer" {
	unit=$stage/usr/lib/systemd/system/dsactl-restore@.service
	wait_s=$(sed -n 's/^ExecStart=.* --timeout \([0-9]*\)$/\1/p' "$unit")
	start_us=$(systemd-analyze timespan "$(sed -n 's/^TimeoutStartSec=//p' "$unit")" | sed -n 's/.*s: //p')
	[ "$wait_s" -gt 30 ]
	[ "$((start_us / 1000000))" -gt "$wait_s" ]
}

@test "the unit for which libvirt waits is confined, and wanted by both of its daemons, which need it for nothing" {
	units=$stage/usr/lib/systemd/system
	run -0 systemd-analyze security --offline=true --threshold=25 --no-pager "$units/dsactl-wait-restored.service"
	[[ ${lines[-1]} == *"Overall exposure level"* ]]
	for daemon in libvirtd virtqemud; do
		cmp "$units/$daemon.service.wants/dsactl-wait-restored.service" "$units/dsactl-wait-restored.service"
		grep -q "^Before=.*$daemon.service" "$units/dsactl-wait-restored.service"
	done
	[ "$(find "$stage" -path '*.wants/*' | wc -l)" = 2 ]
	run ! grep '^ExecStart=[^-]' "$units/dsactl-wait-restored.service"
}

@test "no text that is installed has a folder left to fill in" {
	run ! grep -rnE '@[a-z]+@' "$stage"
}

@test "the installed command finds the library where that is installed" {
	readelf -d "$stage/usr/bin/dsactl" >"$BATS_TEST_TMPDIR/dynamic"
	run ! grep -E 'R(UN)?PATH' "$BATS_TEST_TMPDIR/dynamic"
	run -0 env LD_LIBRARY_PATH="$stage/usr/lib" "$stage/usr/bin/dsactl" --version
	[ "$output" = "dsactl $(version)" ]
}

@test "a program is built by pkg-config, with the shared and with the static library, and runs" {
	cat >"$BATS_TEST_TMPDIR/client.c" <<-'END'
		#include <dsactl/libdsactl.h>
		#include <stdio.h>
		int main(void)
		{
			struct dsactl_ctx *ctx;
			if (dsactl_new(&ctx))
				return 1;
			dsactl_device_find(ctx, "dsa99");
			puts(dsactl_get_message(ctx));
			dsactl_unref(ctx);
		}
	END
	cd "$BATS_TEST_TMPDIR"
	# Flags are words by intent.
	# shellcheck disable=SC2046
	gcc -Wall -Wextra -Werror -o shared client.c $(flags --cflags --libs)
	LD_LIBRARY_PATH=$stage/usr/lib ./shared >shared.says
	# shellcheck disable=SC2046
	gcc -Wall -Wextra -Werror -o static client.c $(flags --cflags) \
		"$stage/usr/lib/libdsactl.a" $(flags --static --libs | sed 's/-ldsactl//')
	./static >static.says
	[ -s shared.says ]
	cmp shared.says static.says
	ldd shared | grep -q libdsactl.so.1
	run ! grep -q libdsactl <(ldd static)
}

@test "the version is the same wherever it stands" {
	[ "$(flags --modversion)" = "$(version)" ]
	[ "$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' kmod/dkms.conf)" = "$(version)" ]
	[ "$(dpkg-parsechangelog -S Version)" = "$(version)" ]
	[[ $(grep -m 1 '^## ' CHANGELOG.md) == "## $(version) - "* ]]
}

@test "uninstall leaves no file and no folder of ours, and what others put there" {
	: >"$stage/usr/bin/other"
	make_ uninstall
	[ "$(staged)" = "$stage/usr/bin/other" ]
	run ! grep -E 'dsactl|dsa_vdev' <(find "$stage" -type d | sed "s|^$stage||")
}
