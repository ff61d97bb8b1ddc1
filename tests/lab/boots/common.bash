# SPDX-License-Identifier: GPL-2.0-only
# What the boots share. Each file is one boot, in the order of their names, of a host
# that finds what the boots before have left; it begins with what that made of itself.
# shellcheck shell=bash

load ../scenarios/common

# udev, systemd and what they run take their turns: on a busy machine some events of a function
# that goes and comes take more than a minute.
# shellcheck disable=SC2034 # for wait_for
wait_s=$((180 * ${LAB_SLOW:-1}))

# What the host kept is what is to be seen.
setup_file() { :; }

# What must be the same after each boot. /root/before has it from the first.
seen() {
	dsactl list -o json | jq -S '[.devices[] | {name, pci}] as $d | [.vdevs[] | .device as $n |
		{uuid, name, owner, type, pci: ($d[] | select(.name == $n) | .pci)}] | sort_by(.uuid)'
}

# as_before [PCI]: the vdevs of before are there, or those on the function PCI.
as_before() {
	diff <(jq -S --arg pci "${1-}" 'map(select($pci == "" or .pci == $pci))' /root/before) \
		<(seen | jq --arg pci "${1-}" 'map(select($pci == "" or .pci == $pci))')
}

# Its PCI function. The second device is at the address after the first one's.
function_of() { basename "$(readlink -f "/sys/bus/dsa/devices/$1/..")"; }
# shellcheck disable=SC2034 # for the files of the boots
first=0000:00:08.0 second=0000:00:09.0

# unit PCI: how is its restore?
unit() { systemctl show -P ActiveState "dsactl-restore@$1.service"; }
unit_is() { [ "$(unit "$1")" = "$2" ]; }

# The vdev that its unit serves.
served=33333333-2222-4333-8444-555555555555
serve_is() { [ "$(systemctl show -P ActiveState "dsactl-serve@$served")" = "$1" ]; }

idxd() { echo "$2" >"/sys/bus/pci/drivers/idxd/$1"; }

# section HEADING: run the commands of that section of $page; what they print.
section() {
	awk -v heading="$1" '/^#/ { here = $0 ~ "^#+ " heading "$" } here' "$page" >"$BATS_FILE_TMPDIR/section.md"
	tests/cli/examples "$BATS_FILE_TMPDIR/section.md" >"$BATS_FILE_TMPDIR/script"
	[ -s "$BATS_FILE_TMPDIR/script" ] || { echo "no commands: $1"; return 1; }
	(cd /root && bash -eo pipefail "$BATS_FILE_TMPDIR/script" 2>&1)
}

# What the host says of a test that failed.
teardown() {
	[ -n "${BATS_TEST_COMPLETED-}" ] ||
		journalctl --boot --no-pager --output=short-monotonic --grep='dsactl|mdevctl|idxd|MDEV' --lines=60
}
