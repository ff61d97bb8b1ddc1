#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The client that a vdev is made for: the stock driver in a stock guest.
# lab: --devices 1 --profile gnrd-cmdcap

load common

@test "stock idxd in a stock guest moves data through a vdev, also after it is loaded anew" {
	run -0 "$BATS_TEST_DIRNAME/../guest" bind list copy_64 unbind reload bind copy_1M unbind
	echo "$output"
	dsactl unsplit-device dsa0
}
