# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the findings share: Debian packages of pinned versions, unpacked with
# what they depend on into a root folder below a temporary one; a way into
# it; and the lines that say what was found. Nothing outside it changes.
set -euo pipefail
export LC_ALL=C.UTF-8
unset TMPDIR APT_CONFIG

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
indexes=${FINDINGS_INDEXES:-$tmp/indexes}	# findings/run has one for all

# --- the packages ----------------------------------------------------------------

cannot() {
	echo "cannot be had: $*"
	exit 77
}

# COMMAND of apt with one suite only, and this host's settings of how to fetch.
of_suite() {
	local suite=$1
	shift
	APT_CONFIG=$indexes/$suite/apt.conf "$@"
}

configure_suite() {
	local folder=$indexes/$1
	mkdir -p "$folder"/{state,cache}
	: >"$folder/status"
	cat >"$folder/apt.conf" <<-END
		Dir::State "$folder/state";
		Dir::State::Status "$folder/status";
		Dir::Cache "$folder/cache";
		Dir::Etc::SourceList "$folder/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		APT::Install-Recommends "false";
		APT::Default-Release "$1";
		APT::Sandbox::User "";
	END
}

# The archives that this host's apt would fetch from.
mirrors() { apt-get update --print-uris 2>/dev/null | sed -nE "s|^'(.*[^/])/+dists/.*|\1|p" | sort -u; }

# The index of a suite, from the first of this host's mirrors that has it.
fetch_index() {
	local suite=$1 folder=$indexes/$1 mirror part
	[ ! -e "$folder/complete" ] || return 0
	configure_suite "$suite"
	for mirror in $(mirrors); do
		for part in "$suite" "${suite%-backports}"; do
			echo "deb $mirror $part main"
		done | sort -u >"$folder/sources.list"
		if of_suite "$suite" apt-get -qq -o APT::Update::Error-Mode=any update 2>/dev/null; then
			touch "$folder/complete"
			return
		fi
	done
	cannot "$suite, from no mirror of this host's apt"
}

# Name the packages whose version is given; end where a mirror has others now.
name_pinned() {
	local suite=$1 package
	shift
	for package; do
		[[ $package = *=* ]] || continue
		of_suite "$suite" apt-cache show "$package" >/dev/null 2>&1 ||
			cannot "$package in $suite any more, only" \
				"$(of_suite "$suite" apt-cache madison "${package%%=*}" | cut -d'|' -f2 | xargs)"
		echo "version:  ${package/=/ } ($suite)"
	done
}

# Into $root, whose /bin, /sbin and /lib stay symbolic links.
unpack() { dpkg-deb --fsys-tarfile "$1" | tar -x --no-same-owner --keep-directory-symlink -C "$root"; }

# fetch_root SUITE PACKAGE[=VERSION]...: a root folder with them, in $root
fetch_root() {
	local suite=$1 name names install=(apt-get -qq --yes install)
	shift
	fetch_index "$suite"
	name_pinned "$suite" "$@"
	root=$(mktemp -d "$tmp/root.XXX")
	mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{dev,etc,proc,run,sys,tmp,var}
	ln -s usr/{bin,sbin,lib,lib64} "$root"
	ln -s ../run "$root/var/run"
	of_suite "$suite" "${install[@]}" --download-only "$@" >"$tmp/log" 2>&1 ||
		cannot "$(tail -n 3 "$tmp/log")"
	# Of all that were ever fetched, those of this root: as if none had been.
	names=$(of_suite "$suite" "${install[@]}" --print-uris -o Dir::Cache::Archives=/dev/null "$@" | cut -d' ' -f2)
	for name in $names; do
		unpack "$indexes/$suite/cache/archives/$name"
	done
}

# --- running them ------------------------------------------------------------------

# in_root COMMAND...: in the root folder, whose /sys is plain files
in_root() {
	local namespaces=-Urm
	[ "$(id -u)" != 0 ] || namespaces=-m
	# The script is for the inner shell.
	# shellcheck disable=SC2016
	timeout 120 unshare $namespaces --propagation private bash -euc '
		for device in null zero random urandom; do
			touch "$0/dev/$device"
			mount --bind "/dev/$device" "$0/dev/$device"
		done
		mount --rbind /proc "$0/proc"
		export HOME=/tmp LC_ALL=C PATH=/usr/sbin:/usr/bin
		exec chroot "$0" "$@"' "$root" "$@"
}

# The exit status of COMMAND in the root folder, which runs quietly
status_of() {
	local status=0
	in_root "$@" >/dev/null 2>&1 || status=$?
	echo "exit status $status"
}

# run_c LIBRARY...: run the C program on standard input in the root folder
run_c() {
	cat >"$root/tmp/program.c"
	in_root tcc "${@/#/-l}" -run /tmp/program.c
}

# run_accel: run statements in C on the first device of libaccel-config
run_accel() {
	{
		cat <<-END
			#include <accel-config/libaccel_config.h>
			#include <errno.h>
			#include <stdio.h>

			int main(void)
			{
				struct accfg_ctx *ctx;
				struct accfg_device *device;
				struct accfg_engine *engine;
				struct accfg_wq *wq;

				accfg_new(&ctx);
				device = accfg_device_get_first(ctx);
		END
		cat
		echo 'return 0; }'
	} | run_c accel-config
}

# qemu_monitor COMMAND OPTION...: what the monitor of a q35 machine that does not run says
qemu_monitor() {
	local command=$1
	shift
	printf '%s\nquit\n' "$command" | in_root qemu-system-x86_64 -S -nodefaults -display none \
		-machine q35 -monitor stdio "$@" 2>&1 | tr -d '\r'
}

# --- what was found ------------------------------------------------------------------

expected() { echo "expected: $*"; }

# is_so SENTENCE WANTED SEEN: the finding, and that it is still so
is_so() {
	if [ "$2" = "$3" ]; then
		printf 'is so:    %s\nseen:     %s\n' "$1" "${3//$'\n'/$'\n'          }"
	else
		printf 'CHANGED:  no longer so: %s\nwanted:   %s\nseen:     %s\n' "$1" \
			"${2//$'\n'/$'\n'          }" "${3//$'\n'/$'\n'          }"
		exit 1
	fi
}

# --- a pretended host ------------------------------------------------------------------

# attributes FOLDER NAME=VALUE...: files of sysfs
attributes() {
	local folder=$1 pair
	mkdir -p "$folder"
	shift
	for pair; do
		printf '%s\n' "${pair#*=}" >"$folder/${pair%%=*}"
	done
}

# A DSA as idxd of 6.12 shows it, at $dsa: off, with one engine and two work
# queues in group 0, the numbers of a Sapphire Rapids.
pretend_dsa() {
	local pci=/sys/devices/pci0000:6a/0000:6a:01.0 i part
	dsa=$root$pci/dsa0
	mkdir -p "$root"/sys/bus/dsa/{devices,drivers/idxd} "$root"/sys/bus/pci/devices "$root"/sys/module/idxd
	attributes "$root$pci" vendor=0x8086 device=0x0b25 class=0x088000 numa_node=0
	attributes "$dsa" version=0x100 max_groups=4 max_engines=4 max_work_queues=8 \
		max_work_queues_size=128 numa_node=0 max_batch_size=1024 \
		max_transfer_size=2147483648 gen_cap=0x40915f0107 configurable=1 pasid_enabled=1 \
		op_cap=00000000,00000000,00000000,00000000,00000000,00000000,00000001,003f03ff \
		max_read_buffers=96 read_buffer_limit=0 event_log_size=64 cdev_major=234 \
		clients=0 cmd_status=0x0 errors=00000000,00000000,00000000,00000000,00000000,00000000,00000000,00000000 \
		state=disabled
	for i in 0 1 2 3; do
		attributes "$dsa/group0.$i" engines= work_queues= traffic_class_a=1 \
			traffic_class_b=1 read_buffers_reserved=0 read_buffers_allowed=96 \
			use_read_buffer_limit=0 desc_progress_limit=0 batch_progress_limit=0
		attributes "$dsa/engine0.$i" group_id=-1
	done
	for i in 0 1 2 3 4 5 6 7; do
		attributes "$dsa/wq0.$i" group_id=-1 size=0 priority=0 block_on_fault=0 \
			mode=shared state=disabled type=none name= driver_name= cdev_minor=0 \
			threshold=0 max_batch_size=32 max_transfer_size=2097152 clients=0 \
			ats_disable=0 prs_disable=0 occupancy=0
	done
	attributes "$dsa/group0.0" engines=engine0.0 'work_queues=wq0.0 wq0.1'
	attributes "$dsa/engine0.0" group_id=0
	attributes "$dsa/wq0.0" group_id=0 size=16 type=user name=app driver_name=user threshold=16
	attributes "$dsa/wq0.1" group_id=0 size=16 mode=dedicated type=user name=batch driver_name=user
	for part in "$dsa" "$dsa"/*.*; do
		ln -s "${part#"$root"}" "$root/sys/bus/dsa/devices/"
	done
	ln -s "$pci" "$root/sys/bus/pci/devices/"
}

# The PCI function of it as a parent of mediated devices, as mdevctl sees it.
pretend_parent() {
	local pci=/sys/devices/pci0000:6a/$1
	attributes "$root$pci/mdev_supported_types/dsa-wq" available_instances=2 device_api=vfio-pci
	mkdir -p "$root"/sys/class/mdev_bus "$root"/sys/bus/mdev/devices \
		"$root"/etc/mdevctl.d "$root"/usr/lib/mdevctl/scripts.d/{callouts,notifiers}
	ln -s "$pci" "$root/sys/class/mdev_bus/"
}
