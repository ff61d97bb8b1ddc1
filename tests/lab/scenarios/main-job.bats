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
	[ "$(completed 0 | grep -c '^0x03 ')" -eq 1000 ]
	[ "$(completed 0 | grep '^0x03 ' | sort -u)" = "0x03 0x01 $pasid" ]
}

@test "each vector is an interrupt of the host, and it fires" {
	start_client c hold "$UUID" --irq-every 2 --max 65536
	irq=$(vdev "$UUID" 'vectors[1].irq')
	wait_for irq_passed "$irq" 0
	end_client c
	[ "$(vdev "$UUID" 'vectors[1].interrupts')" -gt 0 ]
}

# The trace has each access to a register. The storage is where OFFSETS, 0x60, has it.
@test "each write to the control word of an interrupt entry is read back" {
	awk '$2 != "reg" || ($3 != "read" && $3 != "write") { next }
		{ split($4, off, "="); split($6, val, "=") }
		off[2] == "0x60" && length(val[2]) > 14 { ims = strtonum(substr(val[2], 1, length(val[2]) - 12)) * 256 }
		!ims || strtonum(off[2]) < ims || off[2] !~ /c$/ { next }
		$3 == "write" { writes++; bad += off[2] in open; open[off[2]] }
		$3 == "read" { delete open[off[2]] }
		END { exit writes < 4 || bad || length(open) }' "$LAB_TRACE_DIR/trace.0"
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
