#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A driver in a guest's user space that nobody here wrote. Its test takes minutes, and now and
# then waits no longer than a fast machine needs: by "make check-guest" alone, on the newest kernel.
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load ../scenarios/common

# With one engine, since it takes completions to come in order.
@test "DPDK's driver in a guest passes its own test of DMA devices on a vdev" {
	dsactl split-device dsa0 --slices 1 --engines 1
	run -0 "$BATS_TEST_DIRNAME/../guest" --memory 640 dpdk
	echo "$output"
	[[ $output == *"Test OK"* ]]
}
