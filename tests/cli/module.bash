# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A pretended host that has the module, too: slices and vdevs come and go on it. module.c
# answers in the kernel's place; what it answers is what the tests of the lab see of the
# module itself.

module_tests=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
module_memory=/run/module

# module_build FOLDER: the library that answers, as FOLDER/module.so.
module_build() {
	# Flags are words by intent.
	# shellcheck disable=SC2046
	"${CC:-gcc}" -O1 -Wall -Wextra -Werror -Wno-format-truncation -D_GNU_SOURCE -shared -fPIC -o "$1/module.so" \
		"$module_tests/module.c" -I"$module_tests/../../kmod/uapi" $(pkg-config --cflags --libs libnl-genl-3.0)
}

# pretend_module: the module is loaded, and each device that is there is a parent of mdevs.
pretend_module() {
	local device parent shape
	mkdir -p /sys/bus/dsa/drivers/{idxd,dsa_vdev} /sys/bus/mdev/devices /sys/bus/pci/devices /sys/module/dsa_vdev "$module_memory"
	echo live >/sys/module/dsa_vdev/initstate
	touch "$module_memory"/{slices,vdevs} /sys/bus/dsa/drivers/{idxd,dsa_vdev,user,dmaengine}/{bind,unbind}
	for device in /sys/bus/dsa/devices/dsa*; do
		parent=$(realpath "$device/..")
		for shape in {1,2,4,8}dwq{,-bare}; do
			file "/sys/class/mdev_bus/${parent##*/}/mdev_supported_types/idxd-$shape-v1/create" ""
		done
		file "$parent/uevent" ""
		[ -e "/sys/bus/pci/devices/${parent##*/}" ] || ln -s "$parent" /sys/bus/pci/devices/
	done
}

# module_vdev UUID COLUMN=VALUE...: what the module shall say of it; a column by its number.
module_vdev() {
	local uuid=$1 pair
	shift
	for pair; do
		awk -v uuid="$uuid" -v at="${pair%%=*}" -v to="${pair#*=}" \
			'$1 == uuid { $at = to } 1' "$module_memory/vdevs" >"$module_memory/new"
		mv "$module_memory/new" "$module_memory/vdevs"
	done
}
