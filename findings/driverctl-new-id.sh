#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Is an override of driverctl for one device?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie driverctl=0.115-2 bash coreutils
pretend_dsa
function=$root/sys/devices/pci0000:6a/0000:6a:01.0
driver=$root/sys/bus/pci/drivers/vfio-pci
attributes "$function" 'driver_override=(null)'
# The module is loaded, as far as sysfs tells.
ln -s ../bin/true "$root/usr/sbin/modprobe"
mkdir -p "$driver" "$root/sys/module/vfio_pci/drivers"
ln -s /sys/bus/pci/drivers/vfio-pci "$root/sys/module/vfio_pci/drivers/pci:vfio-pci"

# What was written into the files of sysfs
written() { echo "$1: driver_override \"$(cat "$function/driver_override")\", new_id \"$(cat "$driver/new_id")\""; }

in_root driverctl --noprobe set-override 0000:6a:01.0 vfio-pci
seen=$(written set)
in_root driverctl --noprobe unset-override 0000:6a:01.0
seen+="
$(written unset)"
expected "the driver is overridden for the device that is named, and no longer when that is unset"
is_so "vfio-pci also gets the ids of the device, by which it takes all such devices that have no driver, and keeps them" \
	'set: driver_override "vfio-pci", new_id "0x8086 0x0b25"
unset: driver_override "", new_id "0x8086 0x0b25"' "$seen"
