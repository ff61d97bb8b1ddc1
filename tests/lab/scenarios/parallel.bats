#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Sixteen at once: no double use of anything.
# lab: --cpus 2 --devices 2 --profile gnrd

load common

setup_file() {
	begin_fresh
	modprobe dsa_vdev	# or the first would be told that it is not there
}

# sixteen COMMAND...: at once; output and status of each in N.out, N.status
sixteen() {
	local i pids=()
	for ((i = 0; i < 16; i++)); do
		one "$i" "$@" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	echo "statuses: $(statuses)"
	sort "$BATS_TEST_TMPDIR"/*.err | uniq -c
}

one() {
	local i=$1 status=0
	shift
	"$@" >"$BATS_TEST_TMPDIR/$i.out" 2>"$BATS_TEST_TMPDIR/$i.err" || status=$?
	echo "$status" >"$BATS_TEST_TMPDIR/$i.status"
}

statuses() { cat "$BATS_TEST_TMPDIR"/*.status | sort -n | uniq -c | awk '{ print $1 "x" $2 }' | paste -sd' '; }

@test "16 create-vdev on 8 slices: 8 get one each, 8 are told busy" {
	sixteen dsactl create-vdev --timeout 300
	[ "$(statuses)" = "8x0 8x5" ]
	[ "$(listed '[.vdevs[].slice] | unique | length')" -eq 8 ]
	[ "$(listed '[.vdevs[].pasid] | unique | length')" -eq 8 ]
	[ "$(listed '[.vdevs[].vectors[].irq | select(. != null)] | (unique | length) == length')" = true ]
	diff <(cat "$BATS_TEST_TMPDIR"/*.out | sort) <(listed '.vdevs[].uuid' | sort)
	[ "$(cat "$BATS_TEST_TMPDIR"/*.err | grep -c 'no free slice fits')" -eq 8 ]
}

@test "16 destroy-vdev of the same vdev: one does it, 15 do not find it" {
	sixteen dsactl destroy-vdev "$(listed '.vdevs[0].uuid')" --timeout 300
	[ "$(statuses)" = "1x0 15x4" ]
	[ "$(listed '.vdevs | length')" -eq 7 ]
}

@test "16 create-vdev of the same UUID: one does it, 15 are told busy" {
	sixteen dsactl create-vdev --uuid 11111111-2222-4333-8444-555555555555 --timeout 300
	[ "$(statuses)" = "1x0 15x5" ]
	[ "$(listed '.vdevs | length')" -eq 8 ]
}

@test "16 split and unsplit of the same device at once leave it one or the other" {
	dsactl unsplit-device all --force
	sixteen bash -c 'dsactl split-device dsa0 --timeout 300; dsactl unsplit-device dsa0 --timeout 300'
	[ "$(listed '"\(.slices | length) \([.wqs[] | select(.size > 0)] | length)"')" = "0 0" ]
}

# What sixteen do at once, for so long: "make mixed" gives them a minute on each kernel.
: "${MIXED_SECONDS:=5}"

# How each may end when others are faster, and what it does.
kinds=(
	"05 create-vdev"
	"05 create-vdev DEVICE"
	"05 create-vdev DEVICE --name NAME --persist"
	"05 create-vdev --wqs 2 --count 2"
	"04 destroy-vdev NAME"
	"04 destroy-vdev NAME --persist"
	"0 destroy-vdev all"
	"05 split-device DEVICE --slices 4"
	"05 split-device DEVICE --profile slice-per-engine"
	"05 unsplit-device DEVICE"
	"0 unsplit-device DEVICE --force"
	"05 apply-profile slice-per-wq"
	"0 apply-profile slice-per-wq --replace"
	"05 apply-profile saved"
	"0 apply-profile saved --replace"
	"0 save-profile saved"
	"0 enable-profile saved"
	"0 disable-profile saved"
	"035 restore"	# of two devices, one may be done
	"0 list"
	"0 list -o json"
	"04 show-vdev NAME"
	"0 stat"
	"0 check"
)

# What is told though all is well.
notes='it was split into [0-9]+ slices?|it comes back at the next boot: '

# judge KIND STATUS SAID: complain of an end that may not be, and of one that does not say why.
judge() {
	local line said
	[[ ${1%% *} == *$2* ]] || echo "$1 -> $2: $3"
	said=$(grep -vE "$notes" <<<"$3")
	[ "$2" != 0 ] || [ -z "$said" ] || echo "$1 -> $2, but says: $said"
	[ "$2" = 0 ] || [ -n "$3" ] || echo "$1 -> $2 without a word"
	while read -r line; do
		[[ -z $line || $line =~ ^dsactl:\ [^:]+:\ .+:\ .+ ]] || echo "$1 -> $2, unclear: $line"
	done <<<"$said"
}

# mixed N: one of the sixteen; in $BATS_TEST_TMPDIR/N.did what it did and how that ended.
mixed() {
	local kind args said status out=$BATS_TEST_TMPDIR/$1.out
	RANDOM=$1
	while ((SECONDS < end)); do
		kind=${kinds[RANDOM % ${#kinds[@]}]}
		args=${kind#* }
		args=${args/DEVICE/dsa$((RANDOM % 2))}
		read -ra args <<<"${args/NAME/vm$((RANDOM % 4))}"
		status=0
		said=$(timeout 300 dsactl "${args[@]}" --timeout 250 2>&1 >"$out") || status=$?
		echo "${kind#* } -> $status" >>"$BATS_TEST_TMPDIR/$1.did"
		judge "$kind" "$status" "$said"
		[[ ${args[*]} != *json ]] || jq -e .version "$out" >/dev/null || echo "no JSON: $(<"$out")"
	done
}

# The work queues that the kernel has bound to dsa_vdev, and those of the slices.
bound_wqs() { for wq in /sys/bus/dsa/drivers/dsa_vdev/wq*; do basename "$wq"; done | sort; }
slice_wqs() { listed '.slices[] | "wq" + (.device | ltrimstr("dsa")) + "." + (.wqs[] | tostring)' | sort; }

# What dsactl lists is so, and nothing is used twice.
agrees() {
	diff <(listed '.vdevs[].uuid' | sort) <(find /sys/bus/mdev/devices -mindepth 1 -printf '%f\n' | sort)
	diff <(listed '.vdevs[] | "\(.slice) \(.uuid)"' | sort) \
		<(listed '.slices[] | select(.vdev != null) | "\(.id) \(.vdev)"' | sort)
	diff <(slice_wqs) <(bound_wqs)
	[ "$(slice_wqs)" = "$(slice_wqs | uniq)" ]
	[ "$(listed '[.slices[].pasid] | (unique | length) == length')" = true ]
	[ "$(listed '[.vdevs[].vectors[].irq | select(. != null)] | (unique | length) == length')" = true ]
	[ "$(listed '[.slices[].state] - ["ready", "used"] | length')" -eq 0 ]
	[ ! -s /run/dsactl/journal ]
	[ -z "$(find /etc/dsactl -name '*.tmp')" ]
}

@test "16 of all kinds at once: each does it or says why not, and all that is there is whole" {
	rm -rf /etc/dsactl
	mkdir -p /etc/dsactl/profiles.d
	cp profiles/*.json /etc/dsactl/profiles.d
	dsactl save-profile saved
	inventory >"$BATS_TEST_TMPDIR/before"
	local end=$((SECONDS + MIXED_SECONDS)) pids=() uuid
	for ((i = 0; i < 16; i++)); do
		mixed "$i" >"$BATS_TEST_TMPDIR/$i.wrong" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	sort "$BATS_TEST_TMPDIR"/*.did | uniq -c
	cat "$BATS_TEST_TMPDIR"/*.wrong
	[ -z "$(cat "$BATS_TEST_TMPDIR"/*.wrong)" ]
	run -0 dsactl list
	[[ $output != *undone* ]]
	agrees
	for uuid in $(listed '.vdevs[].uuid'); do vdev-client run "$uuid" --count 4; done
	dsactl unsplit-device all --force
	rm -rf /etc/dsactl
	diff "$BATS_TEST_TMPDIR/before" <(inventory)
}
