#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A host without interrupt remapping: there a vector's message changes with its
# affinity.
# lab: --cpus 2 --devices 1 --profile spr-cmdcap --intremap off

load common

@test "a vector fires without interrupt remapping, on whichever CPU it is moved to" {
	fresh dsa0 --slices 2 --allow-unsafe-portal
	uuid=$(dsactl create-vdev dsa0)
	start_client c hold "$uuid" --irq-every 2 --max 4096
	irq=$(vdev "$uuid" 'vectors[1].irq')
	for cpu in 0 1 0; do
		echo "$cpu" >"/proc/irq/$irq/smp_affinity_list"
		wait_for irq_passed "$irq" $(($(irq_count "$irq") + 10))
	done
	end_client c
	[[ $(client_says c) == *moved=* && $(client_says c) != *dead* ]]
}

@test "without interrupt remapping, too, a vector outlives the processor that takes it" {
	fresh dsa0 --slices 2 --allow-unsafe-portal
	uuid=$(dsactl create-vdev dsa0)
	start_client c hold "$uuid" --irq-every 2 --max 4096
	irq=$(vdev "$uuid" 'vectors[1].irq')
	echo 1 >"/proc/irq/$irq/smp_affinity_list"
	wait_for irq_passed "$irq" $(($(irq_count "$irq") + 10))
	for state in 0 1; do
		echo $state >/sys/devices/system/cpu/cpu1/online
		[ "$(cat "/proc/irq/$irq/effective_affinity_list")" = 0 ]
		wait_for irq_passed "$irq" $(($(irq_count "$irq") + 10))
	done
	end_client c
	[[ $(client_says c) == *moved=* && $(client_says c) != *dead* ]]
}
