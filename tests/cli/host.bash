# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# A pretended host for the command: a /sys made of plain files, in a mount
# namespace of its own, so that dsactl needs no switch that only tests use.
# It serves reading and refusing; what changes devices is tested in the lab.

# shellcheck source-path=SCRIPTDIR source=nobody.bash
. "${BASH_SOURCE[0]%/*}/nobody.bash"

# What is tested stands in BUILD, as for make.
build=$built
dsactl=$build/dsactl

# file PATH TEXT
file() { mkdir -p "${1%/*}" && printf '%s\n' "$2" >"$1"; }

# attributes FOLDER ATTRIBUTE=VALUE...
attributes() {
	local folder=$1 pair
	shift
	for pair; do
		echo "${pair#*=}" >"$folder/${pair%%=*}"
	done
}

# pretend_device NUMBER PCI-ID STATE [SIZE-OF-WQ-0]: as idxd shows it
pretend_device() {
	local ops=00000000,00000000,00000000,00000000,00000000,00000000,00000001,003f03ff
	local pci=/sys/devices/pci0000:00/0000:0$1:05.0 device i size=${4:-0} group=-1
	device=$pci/dsa$1
	mkdir -p /sys/bus/dsa/devices /sys/bus/dsa/drivers/{user,dmaengine} "$device"/{group,engine}"$1".{0..3} "$device/wq$1."{0..7}
	attributes "$pci" "device=$2"
	attributes "$device" version=0x100 max_groups=4 max_work_queues=8 max_engines=4 \
		max_work_queues_size=128 "numa_node=$1" max_batch_size=1024 \
		max_transfer_size=2147483648 gen_cap=0x40915f0107 configurable=1 pasid_enabled=1 "op_cap=$ops" \
		max_read_buffers=96 read_buffer_limit=0 event_log_size=64 cdev_major=234 \
		clients=0 cmd_status=0x0 "state=$3"
	for i in 0 1 2 3; do
		attributes "$device/group$1.$i" engines= work_queues= traffic_class_a=1 traffic_class_b=1 \
			read_buffers_reserved=0 read_buffers_allowed=96 use_read_buffer_limit=0 \
			desc_progress_limit=0 batch_progress_limit=0
		attributes "$device/engine$1.$i" group_id=-1
	done
	for i in 0 1 2 3 4 5 6 7; do
		[ "$size" = 0 ] || group=0
		attributes "$device/wq$1.$i" group_id=$group "size=$size" priority=0 \
			block_on_fault=0 mode=shared state=disabled type=none name= driver_name= \
			threshold=0 max_batch_size=32 max_transfer_size=2097152 clients=0 \
			ats_disable=0 prs_disable=0 "op_config=$ops" enqcmds_retries=32
		size=0 group=-1
	done
	ln -s "$device" "$device"/*.* /sys/bus/dsa/devices/
}

# pretend_cpu FLAG...: as /proc/cpuinfo shows it
pretend_cpu() {
	printf 'processor\t: 0\nflags\t\t: fpu %s\n' "$*" >/run/cpuinfo
	mount --bind /run/cpuinfo /proc/cpuinfo
}

# pretend_features NUMBER PAGE-REQUESTS PASID: whether config space of dsa NUMBER says that each
# is enabled, 1 or 0.
pretend_features() {
	local config=/sys/devices/pci0000:00/0000:0$1:05.0/config
	{
		head -c 256 /dev/zero
		printf '%b' "\\x13\\0\\x01\\x11\\x0$2\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
		printf '%b' "\\x1b\\0\\x01\\0\\0\\0\\x0$3\\0"
	} >"$config"
	mkdir -p /sys/bus/pci/devices
	ln -s "${config%/config}" /sys/bus/pci/devices/
}

# Bind work queue NUMBER of dsa0 to idxd's own driver for user space.
pretend_busy() {
	mkdir -p /sys/bus/dsa/drivers/user
	ln -s /sys/bus/dsa/drivers/user "/sys/bus/dsa/devices/wq0.$1/driver"
}

# The namespaces for it: root needs one, others two, and some may not.
namespaces() {
	if [ "$(id -u)" = 0 ]; then echo -m; else echo -Urm; fi
}

# What of this machine that host has not, be dsactl installed here or not.
hidden=(/sys /run /etc/dsactl /lib/modules /usr/lib/dsactl /usr/local/lib/dsactl)

# on_host 'SCRIPT THAT PRETENDS' COMMAND...: run COMMAND on that host
on_host() {
	local script=$1 made=no status=0
	shift
	# It must be there to be hidden.
	[ -d /etc/dsactl ] || ! mkdir /etc/dsactl 2>/dev/null || made=yes
	# The script is for the inner shell.
	# shellcheck disable=SC2016
	unshare "$(namespaces)" --propagation private bash -c '
		set -e
		. "$0"
		for dir in "${hidden[@]}"; do
			[ ! -d "$dir" ] || mount -t tmpfs none "$dir"
		done
		pretend_cpu movdir64b enqcmd
		eval "$1"
		shift
		exec "$@"' "$BATS_TEST_DIRNAME/host.bash" "$script" "$@" || status=$?
	[ $made = no ] || rmdir /etc/dsactl
	return $status
}

need_namespaces() {
	unshare "$(namespaces)" true 2>/dev/null || skip "no namespaces are allowed here"
}
