#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# docs/libvirt.md on a host with stock libvirt: the node devices of slices and vdevs.
# $LAB_OUT/stage is what make install PREFIX=/usr has made.
# lab: --init systemd --devices 1 --profile gnrd-cmdcap --append transparent_hugepage=never

load common

setup_file() {
	rm -f build/dsactl	# in this boot alone
	cp -a "$LAB_OUT/stage/." /
	start_libvirt
	section 'Vdevs under libvirt'
}

@test "libvirt sees the device, and its types with the slices that are free" {
	dsactl create-vdev dsa0 --name first
	run -0 section 'What libvirt sees'
	echo "$output"
	[[ $output == *"pci_0000_00_08_0"* ]]
	[[ $output == *"<type id='idxd-1dwq-v1'>"*"work queue</name>"*"<availableInstances>2</availableInstances>"* ]]
	[[ $output == *"<type id='idxd-1dwq-bare-v1'>"*"<name>Bare DSA vdev"*"<availableInstances>2</availableInstances>"* ]]
	[ "$(grep -c '<type id=' <<<"$output")" -eq 8 ]
	[ "$(grep -c '<availableInstances>0' <<<"$output")" -eq 6 ]
	[[ $output == *"mdev_$(vdev first uuid | tr - _)_0000_00_08_0"* ]]
}

@test "libvirt makes vdevs by itself, which dsactl shows, prints for domains and leaves alone" {
	virsh nodedev-event --event lifecycle --loop >/root/events 3>&- &
	run -0 section 'Vdevs that libvirt makes'
	echo "$output"
	[[ $output == *"node.xml validates"* ]]
	[[ $output == *"<driver>"*"<name>dsa_vdev</name>"* ]]
	[[ $output == *"<address uuid='$own'/>"* ]]
	[[ $output == *"left alone: 1 vdev"* ]]
	[ "$(listed '[.vdevs[] | [.uuid, .foreign, .name, .owner]]' | jq -c .)" = "[[\"$own\",true,null,null]]" ]
	wait_for grep "$node: Created" /root/events
	kill $!
	grep "$node: Deleted" /root/events
}

@test "a node device that is open is refused by libvirt, at once" {
	start_client open hold "$own"
	run -1 timeout 120 virsh nodedev-destroy "$node"
	echo "$output"
	[[ $output == *"device in use"* ]]
	refused 5 "has it open" destroy-vdev "$own"
	end_client open
}

@test "a node device that is undefined while it is there is destroyed once and for all" {
	virsh nodedev-undefine "$node"
	[ "$(vdev "$own" state)" = closed ]
	virsh nodedev-destroy "$node"
	run -4 dsactl show-vdev "$own"
	run -1 virsh nodedev-info "$node"
}

@test "a node device needs a name for the schema only" {
	grep -v '<name>' /root/node.xml >/root/nameless.xml
	run -1 virsh nodedev-create /root/nameless.xml --validate
	[[ $output == *"Expecting an element name"* ]]
	virsh nodedev-create /root/nameless.xml
	virsh nodedev-destroy "$node"
}
