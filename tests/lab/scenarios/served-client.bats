#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A served vdev without a guest: the test client by vfio-user, one client after the other, and
# the end of the process that serves.
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

setup_file() {
	begin_fresh
	dsactl split-device dsa0 --slices 1
	PCI=$(listed '.devices[0].pci')
	VDEV=$(dsactl create-vdev dsa0 --served)
	SOCKET=$BATS_FILE_TMPDIR/served
	export PCI VDEV SOCKET
}

# A process serves in each test.
setup() { start_server server "$VDEV" "$SOCKET"; }

teardown_file() {
	dsactl destroy-vdev "$VDEV"
	dsactl unsplit-device dsa0
}

is_clean() { [ "$(vdev "$VDEV" state) $(vdev "$VDEV" pinned_pages)" = "closed 0" ]; }
says() { client_says "$1" | grep -q "$2"; }

@test "copies of 64 B to 1 MB by vfio-user arrive whole, by record and by interrupt, under the PASID of the slice" {
	pasid=$(vdev "$VDEV" pasid)
	run -0 vdev-client run "$VDEV" --socket "$SOCKET" --count 300 --irq-every 4
	[[ $output == moved=300\ bytes=*\ interrupts=75\ wqs=* ]]
	[ "$(completed 0 | sort | uniq -c | xargs)" = "300 0x03 0x01 $pasid" ]
	is_clean
	end_client server
}

@test "one client after the other finds the vdev as new" {
	run -0 vdev-client run "$VDEV" --socket "$SOCKET" --count 50 --max 4096
	[[ $output == *interrupts=7* ]]
	run -0 vdev-client run "$VDEV" --socket "$SOCKET" --count 50 --max 4096 --irq-every 1
	[[ $output == *interrupts=50* ]]
	vdev-client deaf "$VDEV" --socket "$SOCKET"
	vdev-client silent "$VDEV" --socket "$SOCKET"
	is_clean
}

@test "a second client at once is sent away, and the first one loses nothing" {
	start_client c hold "$VDEV" --socket "$SOCKET" --irq-every 2 --max 65536
	run -1 vdev-client run "$VDEV" --socket "$SOCKET" --count 1
	[ "$output" = "client: $SOCKET: the server sends us away" ]
	end_client c
	[[ "$(client_says c)" =~ moved=([0-9]+).*interrupts=([0-9]+) ]]
	[ "${BASH_REMATCH[2]}" -eq $(((BASH_REMATCH[1] + 1) / 2)) ]
	run -0 vdev-client run "$VDEV" --socket "$SOCKET" --count 8 --max 4096
}

@test "memory that was not mapped, or is no more, is not reached, and an unknown handle or operation fails" {
	run -0 vdev-client bad-iova "$VDEV" --socket "$SOCKET"
	[[ ${lines[0]} == "write status=0x83"* ]]
	[[ ${lines[1]} == "read status=0x03"* ]]
	run -0 vdev-client scattered "$VDEV" --socket "$SOCKET"
	[ "$output" = "reached=4" ]
	run -0 vdev-client late "$VDEV" --socket "$SOCKET"
	[[ $output == *"reached late" ]]
	run -0 vdev-client bad-handle "$VDEV" --socket "$SOCKET" --bad-handle 65535
	run -0 vdev-client hidden-op "$VDEV" --socket "$SOCKET"
	is_clean
}

@test "accesses of registers at random harm neither the process nor, after a reset, the device" {
	run -0 vdev-client scribble "$VDEV" --socket "$SOCKET" --count 4000 --max 65536
	is_clean
	run -0 vdev-client run "$VDEV" --socket "$SOCKET" --count 8 --max 4096
}

@test "a reset of the host's function under load halts the device, and a reset by the client mends it" {
	start_client c survive "$VDEV" --socket "$SOCKET" --max 65536 --irq-every 4
	echo 1 >"/sys/bus/pci/devices/$PCI/reset"
	wait_for says c '^recovered'
	end_client c
	[ "$(client_says c | grep -c '^halted')" -eq 1 ]
	says c '^moved='
}

@test "a vdev that is removed is asked for of the client, and the process ends when that has left" {
	start_client c let-go "$VDEV" --socket "$SOCKET" --count 1 --max 4096
	echo 1 >"/sys/bus/mdev/devices/$VDEV/remove"
	wait "$(client_pid c)"
	says c '^asked=1'
	wait "$(client_pid server)"
	[ "$(dsactl create-vdev dsa0 --served --uuid "$VDEV")" = "$VDEV" ]
}

@test "a process killed under load leaves the client a dead device, a clean slice, and a vdev that is served anew" {
	start_client c hold "$VDEV" --socket "$SOCKET" --irq-every 4
	end_client server KILL || [ $? -eq 137 ]
	wait_for says c '^dead'
	wait_for is_clean
	start_server server "$VDEV" "$SOCKET"
	# While the first client stores to the portals that it still has mapped.
	run -0 vdev-client run "$VDEV" --socket "$SOCKET" --count 100 --irq-every 4
	[[ $output == *interrupts=25* ]]
	end_client c
	is_clean
}
