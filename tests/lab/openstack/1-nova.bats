#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# docs/openstack.md on a compute node: Nova's driver for libvirt, unmodified, with stock libvirt.
# $LAB_OUT/stage is what make install PREFIX=/usr has made.
# lab: --init systemd --devices 2 --profile gnrd-cmdcap --append transparent_hugepage=never --timeout 2400

load common

setup_file() {
	rm -f build/dsactl	# in this boot alone
	cp -a "$LAB_OUT/stage/." /
	start_libvirt
	section 'Nova'
	ini | configure
	start_nova
}

@test "Nova has the devices with slices as parents, with the types that are enabled" {
	grep -h VERSION_ID /etc/os-release
	dpkg-query -W nova-compute python3-nova libvirt-daemon-system
	[ "$(ask parents)" = "{\"$dsa0\":{\"idxd-1dwq-v1\":4,\"idxd-2dwq-v1\":0},\"$dsa1\":{\"idxd-1dwq-v1\":0,\"idxd-2dwq-v1\":2}}" ]
	[ "$(ask vdevs)" = "{}" ]
}

@test "placement is told of the free slices of each device, as its resource class" {
	[ "$(ask inventory)" = "{\"$dsa0\":{\"CUSTOM_DSA_1WQ\":4},\"$dsa1\":{\"CUSTOM_DSA_2WQ\":2}}" ]
}

@test "for an instance Nova has libvirt make a vdev, which is foreign to dsactl and stays defined" {
	ask inventory
	uuid=$(allocate "$dsa0" CUSTOM_DSA_1WQ)
	echo "$uuid" >/root/vm1
	[ "$(listed '[.vdevs[] | [.uuid, .type, .device, .foreign, .name, .owner]]' | jq -c .)" = \
		"[[\"$uuid\",\"idxd-1dwq-v1\",\"dsa0\",true,null,null]]" ]
	[ "$(ask vdevs)" = "{\"$uuid\":[\"$dsa0\",\"idxd-1dwq-v1\"]}" ]
	run -0 virsh nodedev-info "$(node_of "$uuid" 8)"
	echo "$output"
	[[ $output == *"Persistent:"*"yes"*"Autostart:"*"yes"* ]]
	[ "$(ask inventory)" = "{\"$dsa0\":{\"CUSTOM_DSA_1WQ\":4},\"$dsa1\":{\"CUSTOM_DSA_2WQ\":2}}" ]
	run -0 dsactl destroy-vdev all
	[[ $output$stderr == *"left alone: 1 vdev"* ]]
	refused 5 "" unsplit-device dsa0
}

@test "a domain starts with what Nova writes of the vdev, and the next instance gets another" {
	ask hostdev "$(cat /root/vm1)" | jq -r . | tee /root/vm1-dsa.xml
	domain vm1 rest
	virsh attach-device vm1 /root/vm1-dsa.xml --config
	virsh start vm1 --paused
	refused 5 "has it open" destroy-vdev "$(cat /root/vm1)"
	allocate "$dsa0" CUSTOM_DSA_1WQ >/root/vm2
	[ "$(listed '.vdevs | length')" = 2 ]
	ask hostdev "$(cat /root/vm2)" | jq -r . >/root/vm2-dsa.xml
	domain vm2 rest
	virsh attach-device vm2 /root/vm2-dsa.xml --config
}

@test "a vdev that no domain has is given to the next instance, whoever made it and has it open" {
	mine=$(dsactl create-vdev dsa0 --name mine --owner alice)
	[ "$(ask inventory | jq ".$dsa0.CUSTOM_DSA_1WQ")" = 4 ]
	[ "$(allocate "$dsa0" CUSTOM_DSA_1WQ)" = "$mine" ]
	start_client holder hold "$mine"
	[ "$(allocate "$dsa0" CUSTOM_DSA_1WQ)" = "$mine" ]
	[ "$(listed '.vdevs | length')" = 3 ]
	domain vm3 rest
	virsh attach-device vm3 <(ask hostdev "$mine" | jq -r .) --config
	run -1 virsh start vm3 --paused
	echo "$output"
	virsh undefine vm3
}

@test "where all slices are taken the instance fails" {
	ask inventory
	run ask allocate "$dsa1" CUSTOM_DSA_2WQ 3
	echo "$output"
	[ "$(jq -r .error <<<"$output")" = ComputeResourcesUnavailable ]
	listed '.vdevs[] | [.uuid, .device]' | jq -c .
}

@test "a restart of nova-compute makes no vdev and destroys none, and starts those that are defined" {
	end_nova
	dsactl list
	listed '[.vdevs[].uuid] | sort | .[]' >/root/before
	virsh nodedev-destroy "$(node_of "$(cat /root/vm2)" 8)"
	start_client holder hold "$(vdev mine uuid)"
	configure <<-END
		[devices]
		enabled_mdev_types = idxd-1dwq-v1, idxd-2dwq-v1
		[mdev_idxd-1dwq-v1]
		device_addresses = $first
		mdev_class = CUSTOM_DSA_1WQ
		max_instances = 3
		[mdev_idxd-2dwq-v1]
		mdev_class = CUSTOM_DSA_2WQ
	END
	start_nova
	grep 'inactive mdev' /root/nova.log
	diff /root/before <(listed '[.vdevs[].uuid] | sort | .[]')
	end_client holder
	refused 5 "has it open" destroy-vdev "$(cat /root/vm1)"
	[ "$(vdev mine owner)" = alice ]
}

@test "max_instances below what a device has takes the device away; without addresses the class is VGPU" {
	ask inventory
	[ "$(ask inventory)" = "{\"$dsa1\":{\"VGPU\":2}}" ]
}

@test "what Nova has had made is told to come at boot" {
	end_nova
	listed '[.vdevs[] | select(.foreign) | .uuid] | sort' >/root/nova-vdevs
	[ "$(jq length /root/nova-vdevs)" = 4 ]
	ini | configure
	systemctl enable libvirtd.service	# the lab keeps it down; Debian does not
	printf '%s\n' kvm_amd lab_vectoring >/etc/modules-load.d/lab.conf
}
