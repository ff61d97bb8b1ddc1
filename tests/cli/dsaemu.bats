#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats
# What the device model makes of its command line and of its socket.

bats_require_minimum_version 1.5.0

load host.bash

setup() {
	dsaemu=$build/dsaemu
	socket=$BATS_TEST_TMPDIR/socket
	truncate -s 1M "$BATS_TEST_TMPDIR/ram"
}

# refuses 'WORDS OF THE MESSAGE' ARGUMENT...
refuses() {
	local words=$1
	shift
	run --separate-stderr timeout 5 "$dsaemu" "$@"
	echo "dsaemu $* -> $status: $stderr"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ $stderr == "dsaemu: "*"$words"* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

# refuses_with_socket 'WORDS' ARGUMENT...: nothing is left of the socket
refuses_with_socket() {
	local words=$1
	shift
	refuses "$words" --socket "$socket" "$@"
	[ ! -e "$socket" ]
}

# start OPTION...: in the background, as $model; returns once it closed --ready-fd.
start() {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	"$dsaemu" --socket "$socket" "$@" --ready-fd 7 7>"$BATS_TEST_TMPDIR/ready" 3>&- &
	model=$!
	timeout 20 cat "$BATS_TEST_TMPDIR/ready"
}

@test "each mistake in the options is told in one line" {
	refuses "--socket PATH is missing"
	refuses "--socket: no such option, or its value is missing" --socket
	refuses "at most 107 bytes" --socket "$(printf '%0120d' 0)"
	refuses "No such file" --socket /nonexistent/socket
	refuses_with_socket "--frob: no such option" --frob
	refuses_with_socket "junk: what is this?" junk
	refuses_with_socket "--profile xyz: there is none" --profile xyz
	refuses_with_socket "--wqs 0: give a number from 1 to 255" --wqs 0
	refuses_with_socket "--wqs 256: give a number" --wqs 256
	refuses_with_socket "--wqs 1x: give a number" --wqs 1x
	refuses_with_socket "--engines -1: give a number" --engines -1
	refuses_with_socket "--ims 100: give a multiple of 256" --ims 100
	refuses_with_socket "--ims 18446744073709551616: give a number" --ims 18446744073709551616
	refuses_with_socket "--trace /nonexistent/trace: No such file" --trace /nonexistent/trace
	refuses_with_socket "--control /nonexistent/control: No such file" --control /nonexistent/control
	refuses "--ready-fd 99: Bad file descriptor" --socket "$socket" --ready-fd 99
}

@test "what is needed to find a PASID's memory goes together, and must be usable" {
	local ram=$BATS_TEST_TMPDIR/ram
	refuses_with_socket "go together" --ram "$ram"
	refuses_with_socket "go together" --qmp "$ram" --bdf 00:10.0
	refuses_with_socket "--ram /nonexistent: No such file" --ram /nonexistent --qmp q --bdf 00:10.0
	refuses_with_socket "--ram /dev/null: give the file" --ram /dev/null --qmp q --bdf 00:10.0
	for bdf in 00:20.0 00:10.8 00:10 00:10.0x 0x00:10.0 100:1.0 ''; do
		refuses_with_socket "--bdf $bdf: give bus:device.function" --ram "$ram" --qmp q --bdf "$bdf"
	done
}

@test "it says when it listens, and takes its socket away when it is ended" {
	start
	[ -S "$socket" ]
	refuses "it exists" --socket "$socket"
	[ -S "$socket" ]
	kill "$model"
	wait "$model" || [ $? -eq 143 ]
	[ ! -e "$socket" ]
}

@test "what is at the place of its socket is not touched" {
	echo precious > "$socket"
	refuses "it exists" --socket "$socket"
	[ "$(cat "$socket")" = precious ]
}

@test "the control socket takes requests, also before QEMU is there" {
	start --control "$socket.control"
	run python3 - "$socket.control" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.connect(sys.argv[1])
		f = s.makefile("rw")
		for line in "halt flr", "frob":
		    print(line, file=f, flush=True)
		    print(f.readline().strip())
	END
	kill "$model"
	wait "$model" || true
	[ "${lines[0]}" = ok ]
	[[ ${lines[1]} == "error: there is no such verb"* ]]
	[ ! -e "$socket.control" ]
}

@test "help names every option and profile" {
	run "$dsaemu" --help
	[ "$status" -eq 0 ]
	for word in socket profile name ram qmp bdf trace control halt flr hang slow lose-irqs garble-records fault-at refuse-pages release ready-fd wqs engines groups wq-size ims gnrd spr gnrd-cmdcap spr-cmdcap iax scale; do
		[[ $output == *"$word"* ]]
	done
}
