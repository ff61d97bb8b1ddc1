#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# docs/openstack.md on a compute node that was booted: vdevs that Nova has had made come by
# themselves, and what nova-compute does where they cannot. Cyborg's drivers, unmodified, find none.
# lab: --init systemd --devices 2 --profile gnrd-cmdcap --append transparent_hugepage=never --timeout 2400

load common

setup_file() { rm -f build/dsactl; }	# in this boot alone

others=44444444-2222-4333-8444-555555555555
nova_vdevs_there() { [ "$(listed '[.vdevs[] | select(.foreign) | .uuid] | sort')" = "$(cat /root/nova-vdevs)" ]; }

@test "vdevs of Nova come at boot, and others' do not; libvirt waits for them, and nova-compute for libvirt" {
	wait_for nova_vdevs_there
	[ "$(listed '.vdevs | length')" = 4 ]
	wait_for systemctl is-active libvirtd.service
	systemctl show -P After nova-compute.service | grep -w libvirtd.service
	[ "$(systemctl show -P ActiveEnterTimestampMonotonic dsactl-wait-restored.service)" -lt \
		"$(systemctl show -P ActiveEnterTimestampMonotonic libvirtd.service)" ]
}

# found DRIVER...: what Cyborg's drivers report with the configuration on standard input.
found() {
	{ printf '[DEFAULT]\ntransport_url = fake://\nhost = node\n'; cat; } >/root/cyborg.conf
	tests/lab/openstack/accelerators /root/cyborg.conf /root/found "$@" >/root/cyborg.log 2>&1 || { tail -n 40 /root/cyborg.log; return 1; }
	jq -cS . /root/found
}

@test "no driver of Cyborg reports a device or a vdev by itself" {
	dpkg-query -W python3-cyborg
	run -0 found nvidia_gpu_driver pci_driver intel_qat_driver intel_fpga_driver intel_nic_driver <<-END
		[gpu_devices]
		enabled_vgpu_types = idxd-1dwq-v1
		[vgpu_idxd-1dwq-v1]
		device_addresses = $first
	END
	echo "$output"
	[ "$output" = '{"intel_fpga_driver":[],"intel_nic_driver":[],"intel_qat_driver":[],"nvidia_gpu_driver":[],"pci_driver":[]}' ]
}

@test "pci_driver of Cyborg fails as soon as it is told what it may hand out" {
	run -0 found pci_driver <<-'END'
		[pci]
		passthrough_whitelist = {"vendor_id": "8086", "address": "0000:00:08.0"}
	END
	echo "$output"
	[[ $(jq -r .pci_driver <<<"$output") == "TypeError: "* ]]
}

@test "nova-compute starts what is defined and is not there, whoever has defined it" {
	mdevctl define --uuid $others --parent "$first" --type idxd-1dwq-v1
	wait_for virsh nodedev-info "$(node_of $others 8)"
	start_nova
	[ "$(grep -c 'Starting inactive mdev' /root/nova.log)" = 1 ]
	[ "$(vdev $others state)" = closed ]
	[ "$(ask inventory)" = "{\"$dsa0\":{\"CUSTOM_DSA_1WQ\":4},\"$dsa1\":{\"CUSTOM_DSA_2WQ\":2}}" ]
	virsh nodedev-destroy "$(node_of $others 8)"
	virsh nodedev-undefine "$(node_of $others 8)"
	nova_vdevs_there
}

@test "nova-compute does not start while a vdev of Nova has no slice" {
	end_nova
	dsactl unsplit-device dsa1 --force
	run ! start_nova
	grep libvirtError /root/nova.log
	systemctl restart "dsactl-restore@$second.service"
	wait_for nova_vdevs_there
}
