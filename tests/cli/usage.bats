#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and by host.bash; scripts for inner shells
# What dsactl makes of its command line, before it looks at any device.

load host.bash
bats_require_minimum_version 1.5.0

# usage_error 'WORDS OF THE MESSAGE' ARGUMENT...
usage_error() {
	local words=$1
	shift
	run --separate-stderr "$dsactl" "$@"
	echo "dsactl $* -> $status: $stderr"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ $stderr == "dsactl: "*"$words"* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "each mistake in the command line is a usage error that names it" {
	usage_error "a verb is missing"
	usage_error "frob: there is no such verb" frob
	usage_error "--frob: there is no such option" list --frob
	usage_error "-z: there is no such option" list -z
	usage_error "--count: there is no such option" list --count 2
	usage_error "its value N is missing" split-device dsa0 --slices
	usage_error "it takes no value" split-device dsa0 --force=yes
	usage_error "it is given twice" split-device dsa0 --slices 1 --slices 2
	usage_error "DEV|all is missing" split-device
	usage_error "dsa1: one word too many" unsplit-device dsa0 dsa1
	usage_error '"dsa1" is none of 1dwq-v1' split-device dsa0 dsa1
	usage_error '1swq: a slice has dedicated work queues only' split-device dsa0 1swq
	usage_error '1swq-v1: a slice has dedicated work queues only' create-vdev 1swq-v1
	usage_error 'idxd-1swq-v1: a slice has dedicated work queues only' create-vdev dsa0 idxd-1swq-v1
	usage_error '"3dwq" is none of 1dwq-v1' create-vdev dsa0 3dwq
	usage_error '"1dwq-v2" is none of 1dwq-v1' create-vdev dsa0 1dwq-v2
	usage_error "2dwq-v1 and --wqs 4 contradict each other" split-device dsa0 2dwq-v1 --wqs 4
	usage_error "2dwq-v1 and --wqs 4 contradict each other" create-vdev 2dwq-v1 --wqs 4
	usage_error "DEV|all: the word for it is empty" split-device ""
	usage_error "--spread and --pack contradict each other" create-vdev --spread --pack
	usage_error "dsa0: --spread is for any device" create-vdev dsa0 --spread
	usage_error "dsa0: --pack is for any device" create-vdev --pack dsa0 2dwq-v1
	usage_error '--type: "idxd-3dwq-v1" is none of its values' create-vdev --type idxd-3dwq-v1
	usage_error "a VMM does not open a vdev that is served" create-vdev --served -o qemu
	usage_error "a VMM does not open a vdev that is served" create-vdev --type idxd-2dwq-bare-v1 -o libvirt
	usage_error "2 vdevs cannot share a UUID or name" create-vdev --count 2 --continue --name vm1
	usage_error "2 vdevs cannot share a UUID or name" create-vdev --count 2 --continue \
		--uuid 11111111-2222-4333-8444-555555555555
	usage_error '"blue" is none of its values' list --color blue
	usage_error '"broken" is none of its values' list --state broken
	usage_error "-z: there is no such option" split-device dsa0 -nz
	usage_error "UUID|NAME|all is missing" destroy-vdev
	usage_error "--socket PATH is missing" serve-vdev vm1
	usage_error "UUID|NAME is missing" serve-vdev --socket /tmp/s
	usage_error "its value PATH is missing" serve-vdev vm1 --socket
	usage_error "--max-memory: " serve-vdev vm1 --socket /tmp/s --max-memory much
	usage_error "vm2: one word too many" serve-vdev vm1 vm2
	usage_error '"xml" is none of its values' list -o xml
	usage_error '"qemu" is not a format' list -o qemu
}

@test "a column that no shown table has is a usage error that names those that they have" {
	usage_error '--columns: "FROB" is none of DEVICE, PCI, ' list -O device,FROB
	usage_error '--columns: "MODE" is none of SLICE, DEVICE, STATE, GROUP, WQS, SIZES, ENGINES, VECTORS, PASID, NUMA, TYPE, VDEV:' \
		list --slices -O state,MODE
	usage_error '--columns: "IRQ" is none of' list --vdevs -O IRQ
	usage_error '--columns: "" is none of' list -O DEVICE,
	usage_error '--columns: "" is none of' list -O +
	usage_error '--columns: "IRQ" is none of VDEV, NAME, VECTOR, INTERRUPTS, WQ, SIZE, OCCUPANCY, COMMANDS, ERRORS:' stat -O IRQ
	usage_error '--columns: "PCI" is none of PROFILE, ' list-profiles --columns PCI
	usage_error "--columns: the value is empty" list -O ""
	usage_error "--columns: there is no such option" check --columns PCI
	usage_error "--columns: --output openmetrics has no columns" stat -O WQ -o openmetrics
	run -2 --separate-stderr "$dsactl" list -O PCI -o json
	[ "$(jq -r .error.cause <<<"$stderr")" = "--columns: --output json has no columns" ]
	# The message has them all, however many.
	long=$(printf 'x%.0s' {1..5000})
	usage_error "DEVICE" list -O "$long"
	run "$dsactl" list -O frob
	[[ $output == *", BOOT, HERE, QUOTA, USED: see dsactl list --help" ]]
}

@test "sizes that are 0, too large or no number are usage errors" {
	usage_error "--wq-size: 0 is out of range" split-device dsa0 --wq-size 0
	usage_error "--slices: 0 is out of range" split-device dsa0 --slices 0
	usage_error "--wqs: 9 is out of range" create-vdev --wqs 9
	usage_error "--engines: 0 is out of range" create-vdev --engines 0
	usage_error "--count: 1000000 is out of range" create-vdev --count 1000000
	usage_error "--priority: 16 is out of range" split-device dsa0 --priority 16
	usage_error '"-1" is not a number' split-device dsa0 --wq-size -1
	usage_error '"1.5" is not a number' split-device dsa0 --wq-size 1.5
	usage_error '"16x" is not a number' split-device dsa0 --wq-size 16x
	usage_error '"99999999999999999999" is not a number' split-device dsa0 --wq-size 99999999999999999999
	usage_error '"99999999999T" is not a number' split-device dsa0 --max-transfer-size 99999999999T
}

@test "numbers are decimal, also with zeros before them, or hexadecimal with 0x" {
	usage_error "--wqs: 010 is out of range (1 to 8)" create-vdev --wqs 010
	usage_error "--wqs: 09 is out of range (1 to 8)" create-vdev --wqs 09
	usage_error "--wqs: 0x9 is out of range (1 to 8)" create-vdev --wqs 0x9
	usage_error '"0x" is not a number' create-vdev --wqs 0x
	usage_error '"0xK" is not a number' create-vdev --wqs 0xK
}

@test "a malformed UUID or an empty name is a usage error" {
	usage_error '"123" is not a UUID' create-vdev --uuid 123
	usage_error "is not a UUID" create-vdev --uuid 123e4567-e89b-42d3-a456-42661417400g
	usage_error "is not a UUID" create-vdev --uuid 123e4567-e89b-42d3-a456-4266141740000
	usage_error "--name: the value is empty" create-vdev --name ""
}

@test "with -o json a usage error is JSON" {
	for place in "-o json frob" "frob -o json" "frob --output=json" "-ojson frob" "-qo json frob" "-qvojson frob" \
		"frob -qo json" "-no json frob"; do
		# shellcheck disable=SC2086
		run --separate-stderr "$dsactl" $place
		[ "$status" -eq 2 ]
		[ "$(jq -r .error.exit <<<"$stderr")" = 2 ]
		[ "$(jq -r .error.cause <<<"$stderr")" = "frob: there is no such verb" ]
	done
}

@test "an error of a verb is JSON, too, where its format is asked for among other letters" {
	for place in "-qo json show-profile nobody" "show-profile nobody -qo json" "show-profile nobody -qojson"; do
		# shellcheck disable=SC2086
		run --separate-stderr "$dsactl" $place
		[ "$status" -eq 4 ]
		[ "$(jq -r .error.object <<<"$stderr")" = nobody ]
	done
	run --separate-stderr "$dsactl" show-profile -- -ojson
	[[ $stderr == "dsactl: "* ]]
}

@test "--help and --version print to standard output and end with 0" {
	run --separate-stderr "$dsactl" --version
	[ "$status" -eq 0 ]
	[[ $output =~ ^dsactl\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	run --separate-stderr "$dsactl" --help
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	for verb in list check split-device unsplit-device create-vdev destroy-vdev show-vdev; do
		[[ $output == *"$verb"* ]]
		[[ $("$dsactl" "$verb" --help) == "usage: dsactl $verb"* ]]
	done
}

@test "a closed stream takes nothing, and no file takes its place" {
	run bash -c '"$1" --help 2>&1 >&-' _ "$dsactl"
	[ "$status" -eq 1 ]
	[ "$output" = "dsactl: standard output: it cannot be written" ]
	run bash -c '"$1" --frob 2>&- >&-' _ "$dsactl"
	[ "$status" -eq 2 ]
	run bash -c '"$1" show-profile - <&-' _ "$dsactl"
	[ "$status" -eq 1 ]
	[[ $output == "dsactl: standard input: cannot be "* ]]
	need_namespaces
	# The lock is the first file of a change that stays open.
	# shellcheck disable=SC2016
	run on_host 'mkdir -p /sys/bus/dsa/drivers/idxd /etc/dsactl/profiles.d; pretend_device 0 0x11fb disabled' bash -c '
		"$1" apply-profile - <<<"{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":[{\"wqs\":[{\"type\":\"kernel\"}]}]}]}" 2>&1 >&-
		echo "$?"; wc -c </run/dsactl/journal; cat /sys/bus/dsa/devices/wq0.0/size' _ "$dsactl"
	echo "$output"
	[ "$output" = "$(printf '%s\n' "dsactl: standard output: it cannot be written, so nothing was changed" 1 0 0)" ]
}

@test "output that cannot be written is a failure" {
	[ -c /dev/full ] || skip "there is no /dev/full"
	run bash -c '"$1" --help >/dev/full' _ "$dsactl"
	[ "$status" -eq 1 ]
	[[ $output == *"standard output"* ]]
}

@test "a shape is the mdev type, or accel-config's former word for it" {
	need_namespaces
	for shape in 2dwq 2dwq-v1 idxd-2dwq-v1; do
		run --separate-stderr on_host 'mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled' \
			bash -c '"$1" split-device dsa0 "$2" -n && "$1" create-vdev "$2" -n' _ "$dsactl" "$shape"
		[ "$status" -eq 0 ]
		[ "${lines[0]}" = "would split dsa0 into 4 slices of 2 work queues with 16 entries and 1 engine" ]
		[ "${#lines[@]}" -eq 3 ]
	done
}
