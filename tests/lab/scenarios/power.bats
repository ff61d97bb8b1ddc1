#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What is in /etc/dsactl when the power fails. Its disk remembers its writes (tests/lab/disk),
# and is cut at each flush: with all that was written by then, and with a part of it.
# lab: --devices 2 --profile gnrd
# kernel: newest

load common

setup() {
	disk=$BATS_TEST_TMPDIR/disk
	mkdir "$disk.cuts" "$disk.mnt"
	truncate -s 8M "$disk.image"
	mkfs.ext4 -q -b 4096 "$disk.image"
	modprobe -a nbd loop
	"$LAB_TREE/tests/lab/disk" serve /dev/nbd0 "$disk.image" "$disk.log" 3>&- &
	server=$!
	wait_for grep -qx "$((8 << 11))" /sys/block/nbd0/size
	mkdir -p /etc/dsactl
	# Files are not written out early for programs that do not ask for it.
	mount -o noatime,noauto_da_alloc /dev/nbd0 /etc/dsactl
	step true
}

teardown() {
	umount "$disk.mnt" /etc/dsactl 2>/dev/null || true
	kill "$server" && wait "$server"
	dsactl -q unsplit-device all --force
}

# The disk was told so much so far.
told() { stat -c %s "$disk.log"; }

# sums FOLDER: a line "SUM SIZE ./PATH" for each file that is meant to be there.
sums() { (cd "$1" && find . -type f ! -path './lost+found*' ! -name '.*.tmp' -exec cksum {} +); }

# step COMMAND...: do it, and remember when, and what is there then: was[N PATH] is its sum and size.
begin=() end=()
declare -gA was=() known=()
step() {
	local sum size path
	begin+=("$(told)")
	"$@" >/dev/null
	end+=("$(told)")
	while read -r sum size path; do
		was[$((${#end[@]} - 1)) $path]="$sum $size" known[$path]=yes
	done < <(sums /etc/dsactl)
}

# judge CUT FROM TO: each file of it that is as after none of the steps that it may be from. The
# disk has all that it was told before FROM, and some of what came before TO: so it is from the
# last step that had ended to the last that had begun.
judge() {
	local -A is=()
	local n first=0 path sum size
	while read -r sum size path; do
		is[$path]="$sum $size" known[$path]=yes
	done < <(sums "$disk.mnt")
	for n in "${!end[@]}"; do ((end[n] > $2)) || first=$n; done
	for path in "${!known[@]}"; do
		for ((n = first; n == first || (n < ${#begin[@]} && begin[n] < $3); n++)); do
			[ "${was[$n $path]-}" != "${is[$path]-}" ] || continue 2
		done
		echo "$1: $path: it has sum and size ${is[$path]:-none}"
	done
}

# spoilt: what is wrong with every fourth cut, with EVERY=1 with each.
spoilt() {
	local cut name at=0 nr=0
	"$LAB_TREE/tests/lab/disk" cut "$disk.image" "$disk.log" "$disk.cuts"
	for cut in "$disk.cuts"/*; do
		((at++ % ${EVERY:-4} == 0)) || continue
		name=${cut##*/}
		mount -o loop "$cut" "$disk.mnt" || return
		judge "$name" "${name%%-*}" "${name##*-}"
		umount "$disk.mnt"
		nr=$((nr + 1))
	done
	echo "# $nr cuts of ${#end[@]} steps" >&3
	((nr > 5))
}

@test "no power loss leaves a profile or setting empty or half-written, and what was done stays" {
	step dsactl save-profile a
	dsactl split-device dsa0 --slices 2
	step dsactl save-profile a
	step dsactl enable-profile a
	step dsactl create-vdev dsa0 --name vm1 --persist
	step dsactl create-vdev dsa1 --name vm2 --persist
	step dsactl destroy-vdev vm1 --persist
	step dsactl save-profile a
	step dsactl disable-profile a
	step dsactl delete-profile a
	run -0 spoilt
	[ -z "$output" ]
}

@test "a program that renames what it did not sync would be found out" {
	careless() {
		head -c 9000 /dev/zero | tr '\0' "$1" >/etc/dsactl/.b.tmp
		mv /etc/dsactl/.b.tmp /etc/dsactl/b.json
	}
	step careless 1
	step dsactl save-profile a
	step careless 2
	step dsactl save-profile a
	EVERY=1 run -0 spoilt
	[[ $output == *": ./b.json: "* ]]
}
