#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The main job: a vdev made by dsactl moves data under its own PASID and
# completes through its own vectors.
# lab: --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 2
	UUID=$(dsactl create-vdev dsa0)
	export UUID
}

@test "create-vdev prints the UUID of a mediated device that is there" {
	[[ $UUID =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]]
	[ -d "/sys/bus/mdev/devices/$UUID" ]
	[ "$(vdev "$UUID" state)" = closed ]
}

@test "1,000 copies of 64 B to 1 MB arrive whole, by record and by interrupt" {
	run -0 vdev-client run "$UUID" --count 1000 --irq-every 8
	[[ $output == moved=1000\ bytes=*\ interrupts=125\ wqs=* ]]
}

@test "each of them ran under the PASID of the slice" {
	pasid=$(vdev "$UUID" pasid)
	[ "$pasid" -gt 0 ]
	[ "$(completed 0 | grep '^0x03 ' | sort | uniq -c | xargs)" = "1000 0x03 0x01 $pasid" ]
}

@test "each vector is an interrupt of the host, and it fires" {
	start_client c hold "$UUID" --irq-every 2 --max 65536
	irq=$(vdev "$UUID" 'vectors[1].irq')
	wait_for irq_passed "$irq" "$(irq_count "$irq")"
	end_client c
	[ "$(vdev "$UUID" 'vectors[1].interrupts')" -gt 0 ]
}

@test "entry and handle of a vector are no number that a guest's own MSI-X vectors have" {
	[ "$(vdev "$UUID" 'vectors[1].ims')" -gt 8 ]
}

# The trace has each access to a register; OFFSETS, at 0x60, has where the entries are.
@test "each write to the control word of an interrupt entry is read back" {
	local offsets control
	offsets=$(trace 0 | sed -n 's/.* reg read off=0x64 size=4 val=//p' | head -n 1)
	control=$(printf '0x%x' $(((offsets >> 16) * 256 + 16 * $(vdev "$UUID" 'vectors[1].ims') + 12)))
	trace 0 | grep -E " reg (read|write) off=$control " | awk '
		$3 == "write" { writes++; bad += open; open = 1 }
		$3 == "read" { open = 0 }
		END { exit writes < 4 || bad || open }'
}

@test "a closed vdev holds no memory and its work queues are off" {
	[ "$(vdev "$UUID" pinned_pages)" -eq 0 ]
	[ "$(vdev "$UUID" mapped_bytes)" -eq 0 ]
	[ "$(vdev "$UUID" state)" = closed ]
}

@test "the next owner finds it as new" {
	run -0 vdev-client run "$UUID" --count 50 --max 4096
	run -0 vdev-client run "$UUID" --count 50 --max 4096 --irq-every 1
	[[ $output == *interrupts=50* ]]
}

# shown UUID: the PCI id in its config space.
shown() {
	start_client id hold "$1" --max 4096 || return
	end_client id
	client_says id | sed -n 's/.* pci=\(....\)8086 .*/8086:\1/p'
}

@test "a vdev shows the id that each idxd knows, and the host's where that is asked for" {
	[ "$(cat /sys/bus/pci/devices/*/device | grep -c 0x11fb)" -eq 1 ]
	[ "$(vdev "$UUID" pci_id) $(shown "$UUID")" = "8086:0b25 8086:0b25" ]
	fresh dsa0 --slices 2 --host-pci-id
	UUID=$(dsactl create-vdev dsa0)
	[ "$(vdev "$UUID" pci_id) $(shown "$UUID")" = "8086:11fb 8086:11fb" ]
	[ "$(listed '[.slices[].host_pci_id] | unique | @csv')" = true ]
	dsactl save-profile - | grep '"host_pci_id": *true'
}
