#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The host takes things away while a client has the vdev open.
# lab: --cpus 2 --devices 1 --profile gnrd-cmdcap

load common

setup() {
	modprobe dsa_vdev
	fresh dsa0 --slices 2
	uuid=$(dsactl create-vdev dsa0)
	wq=$(listed ".slices[] | select(.vdev == \"$uuid\") | .wqs[0]")
	pci=$(listed '.devices[0].pci')
	start_client c hold "$uuid" --max 65536 --irq-every 4 --timeout 5000
}

teardown() {
	tests/lab/inject 0 release
	end_clients
}

client_is_dead() { client_says c | grep -q '^dead'; }

# It was told nothing bad, only that nothing comes any more.
client_survived() {
	wait_for client_is_dead
	sleep 0.3
	end_client c
}

works() { vdev-client run "$1" --count 20 --max 65536; }

client_said() { client_says c | grep -q "^$1"; }

vdev_is() { [ "$(vdev "$uuid" state)" = "$1" ]; }

free_slices() { [ "$(listed '[.slices[] | select(.state == "ready")] | length')" -eq "$1" ]; }

# reset_function: as an administrator does it.
reset_function() { echo 1 >"/sys/bus/pci/devices/$pci/reset"; }

# recovered N: the client has reset its halted device N times and works again.
recovered() { [ "$(client_says c | grep -c '^recovered')" -ge "$1" ]; }

# start_survivor: a client that resets the device when that halts.
start_survivor() {
	end_client c
	start_client c survive "$uuid" --max 65536 --irq-every 4 --timeout 20000
}

# device_is_back: idxd has enabled the device since it last halted or was reset.
device_is_back() {
	tac "$LAB_TRACE_DIR/trace.0" |
		awk '/reset=flr|state device=halt/ { exit } / cmd=enable-device .*status=0x00/ { back = 1 } END { exit !back }'
}

# unbind_wq N: without a look at its clients, as accel-config has it.
unbind_wq() { echo "wq0.$1" >/sys/bus/dsa/drivers/dsa_vdev/unbind; }

wq_is() { [ "$(<"/sys/bus/dsa/devices/wq0.$1/state")" = "$2" ]; }

# hangs_since SIZE: a command hangs by what the device's trace had after it had this size.
hangs_since() { tail -c +$(($1 + 1)) "$LAB_TRACE_DIR/trace.0" | grep -q ' cmd hangs '; }

# answered_meanwhile: dsactl shows a vdev and its slice and takes a hint, and sysfs how many are free, before
# the module gives up a drain of the vdev's, which does not end; it waits 10 s for that.
answered_meanwhile() {
	local before drain answered=no
	before=$(stat -c %s "$LAB_TRACE_DIR/trace.0")
	tests/lab/inject 0 hang drain-wq
	: >/sys/kernel/tracing/trace
	vdev-client drain "$uuid" 3>&- &
	drain=$!
	if wait_for hangs_since "$before" && slice_is "$uuid" used && vdev_is enabled &&
		dsactl hint-vdev "$uuid" 0+4K &&
		grep -qx "[0-9]*" /sys/class/mdev_bus/*/mdev_supported_types/idxd-1dwq-v1/available_instances &&
		! grep -q 'command=8 ' /sys/kernel/tracing/trace; then
		answered=yes
	fi
	tests/lab/inject 0 release
	wait "$drain" || true
	wait_for vdev_is closed
	wait_for slice_is "$uuid" used
	[ $answered = yes ]
}

slices_are_back() {
	wait_for device_is_back
	wait_for slice_is "$uuid" used
}

@test "rmmod is refused while a client is there, and the client works on" {
	run ! rmmod dsa_vdev
	sleep 0.5
	end_client c
	run ! client_is_dead
}

@test "rmmod with idle vdevs leaves nothing, and after modprobe all works" {
	end_client c
	let_go_of_module
	rmmod dsa_vdev
	[ ! -e "/sys/bus/mdev/devices/$uuid" ]
	[ "$(<"/sys/bus/dsa/devices/dsa0/state")" = disabled ]
	echo "$pci" >/sys/bus/pci/drivers/idxd/unbind	# which idxd does not do in order to one that is enabled
	echo "$pci" >/sys/bus/pci/drivers/idxd/bind
	wait_for devices_there
	modprobe dsa_vdev
	fresh dsa0 --slices 2
	works "$(dsactl create-vdev dsa0)"
}

clients() { cat "/sys/bus/dsa/devices/wq0.$wq/clients"; }

has_clients() { [ "$(clients)" -eq "$1" ]; }

@test "who has a vdev open is a client of its work queues, and accel-config does not disable those" {
	local conf=$BATS_TEST_TMPDIR/conf
	accel-config save-config -s "$conf"
	has_clients 1
	run ! accel-config disable-wq "dsa0/wq0.$wq"
	run ! accel-config disable-device dsa0
	run -0 accel-config load-config -c "$conf"	# it skips a device that is active
	wq_is "$wq" enabled
	slice_is "$uuid" used
	end_client c
	run ! client_is_dead
	has_clients 0
	accel-config disable-device dsa0
}

@test "a work queue that comes back below an open vdev has its client again" {
	start_survivor
	reset_function
	wait_for recovered 1
	wait_for has_clients 1
	end_client c KILL || true
	wait_for has_clients 0
}

@test "a work queue that is unbound gives a dead portal; enable-wq brings the same vdev back" {
	unbind_wq "$wq"
	client_survived
	accel-config enable-wq "dsa0/wq0.$wq"
	works "$uuid"
}

@test "a work queue that comes back other than its vdev has it is refused, until it is the same" {
	local limit=/sys/bus/dsa/devices/wq0.$wq/max_batch_size was
	was=$(<"$limit")
	unbind_wq "$wq"
	wait_for client_is_dead
	echo $((was / 2)) >"$limit"
	run ! accel-config enable-wq "dsa0/wq0.$wq"
	slice_is "$uuid" halted
	dmesg | grep "wq $wq is not bound: vdev $uuid has it with .* max_batch_size $was, .*: configure it so, or destroy the vdev"
	echo "$was" >"$limit"
	accel-config enable-wq "dsa0/wq0.$wq"
	slice_is "$uuid" used
	end_client c
	works "$uuid"
}

@test "a work queue that no vdev has may come back other than it was" {
	local limit=/sys/bus/dsa/devices/wq0.$wq/max_batch_size op_config=/sys/bus/dsa/devices/wq0.$wq/op_config
	[[ $(client_says c) != *" opcap=0xb" ]]
	end_client c
	dsactl -q destroy-vdev "$uuid"
	accel-config disable-wq "dsa0/wq0.$wq"
	echo 16 >"$limit"
	echo 0000000f >"$op_config"	# no-op, batch, drain, memmove
	accel-config enable-wq "dsa0/wq0.$wq"
	[ "$(<"$limit")" -eq 16 ]
	narrow=$(dsactl create-vdev dsa0)
	start_client d hold "$narrow" --max 4096
	[[ $(client_says d) == *" opcap=0xb" ]]	# a drain's record would go to the host's log
	end_client d
	works "$narrow"
}

@test "a device that is unbound gives a dead portal; split anew, all works" {
	echo dsa0 >/sys/bus/dsa/drivers/idxd/unbind
	client_survived
	fresh dsa0 --slices 2
	works "$(dsactl create-vdev dsa0)"
}

@test "unbinding idxd gives a dead portal; after bind and split all works" {
	echo "$pci" >/sys/bus/pci/drivers/idxd/unbind 3>&- &
	unbind=$!
	client_survived
	wait "$unbind"
	[ ! -e "/sys/bus/mdev/devices/$uuid" ]
	echo "$pci" >/sys/bus/pci/drivers/idxd/bind
	fresh dsa0 --slices 2
	works "$(dsactl create-vdev dsa0)"
}

@test "a function-level reset halts the vdev; its client resets it and goes on, twice" {
	local pasid n
	pasid=$(vdev "$uuid" pasid)
	start_survivor
	for n in 1 2; do
		reset_function
		wait_for recovered "$n"
		sleep 0.3
	done
	end_client c
	client_says c | grep '^moved='
	slice_is "$uuid" used
	[ "$(vdev "$uuid" pasid)" = "$pasid" ]
}

@test "a function-level reset gives a client that does nothing about it a dead portal" {
	reset_function
	client_survived
	slices_are_back
	works "$uuid"
}

@test "after a function-level reset with no client the same vdevs work" {
	end_client c
	reset_function
	slices_are_back
	works "$uuid"
	works "$(dsactl create-vdev dsa0)"
}

@test "a function-level reset brings back the work queues that it took, and not one that was disabled before" {
	local pair wqs
	end_client c
	fresh dsa0 --slices 1 --wqs 2
	pair=$(dsactl create-vdev dsa0)
	mapfile -t wqs < <(listed '.slices[0].wqs[]')
	accel-config disable-wq "dsa0/wq0.${wqs[0]}"
	reset_function
	wait_for device_is_back
	wait_for wq_is "${wqs[1]}" enabled
	wq_is "${wqs[0]}" disabled
	[ "$(listed '.slices[0].state')" = halted ]
	accel-config enable-wq "dsa0/wq0.${wqs[0]}"
	[ "$(listed '.slices[0].state')" = used ]
	works "$pair"
}

@test "a halt that a function-level reset ends, or the reset command, halts the vdev until its client resets it" {
	start_survivor
	tests/lab/inject 0 halt flr
	wait_for recovered 1
	tests/lab/inject 0 halt software
	wait_for recovered 2
	sleep 0.3
	end_client c
	works "$uuid"
}

@test "after a halt with no client the same vdevs work" {
	end_client c
	tests/lab/inject 0 halt software
	slices_are_back
	works "$uuid"
}

@test "a device that halted without slices is split once it is reset, as split-device says" {
	end_client c
	dsactl unsplit-device dsa0 --force
	dsactl apply-profile - <<-'END'
		{"version": 1, "devices": [{"match": {"name": "dsa0"}, "groups": [
			{"engines": 1, "wqs": [{"type": "user", "name": "app", "size": 8, "enabled": false}]}]}]}
	END
	tests/lab/inject 0 halt software
	wait_for grep -qv enabled /sys/bus/dsa/devices/dsa0/state
	run -1 dsactl split-device dsa0 --slices 2
	[[ $output == *"write 1 to /sys/bus/pci/devices/$pci/reset"* ]]
	reset_function
	dsactl split-device dsa0 --slices 2
	works "$(dsactl create-vdev dsa0)"
}

@test "a halt that only a power cycle ends gives a dead portal, and unbind and reset mend it" {
	tests/lab/inject 0 halt cold
	client_survived
	slice_is "$uuid" halted
	echo "$pci" >/sys/bus/pci/drivers/idxd/unbind
	reset_function
	echo "$pci" >/sys/bus/pci/drivers/idxd/bind
	fresh dsa0 --slices 2
	works "$(dsactl create-vdev dsa0)"
}

@test "a command that never ends fails for the guest, and all works once it has ended" {
	end_client c
	tests/lab/inject 0 hang enable-wq
	run -1 vdev-client run "$uuid" --count 1
	[[ $output == *"command 6, operand 0x0: status 0x03"* ]]
	tests/lab/inject 0 release
	wait_for slice_is "$uuid" used
	works "$uuid"
}

@test "a work queue is not enabled while a command never ends, and is once it has ended" {
	end_client c
	tests/lab/inject 0 hang enable-wq
	run -1 vdev-client run "$uuid" --count 1
	accel-config disable-wq "dsa0/wq0.$wq"
	run ! accel-config enable-wq "dsa0/wq0.$wq"
	tests/lab/inject 0 release
	accel-config enable-wq "dsa0/wq0.$wq"
	wait_for slice_is "$uuid" used
	works "$uuid"
}

@test "a work queue that the device does not disable when it is bound is reset, and bound all the same" {
	end_client c
	accel-config disable-wq "dsa0/wq0.$wq"
	tests/lab/inject 0 fail disable-wq
	accel-config enable-wq "dsa0/wq0.$wq"
	tests/lab/inject 0 release
	slice_is "$uuid" used
	works "$uuid"
}

@test "a work queue that the device leaves enabled is not bound, which the log says once, until it is disabled" {
	local n
	end_client c
	accel-config disable-wq "dsa0/wq0.$wq"
	dmesg -C
	tests/lab/inject 0 fail disable-wq
	tests/lab/inject 0 fail reset-wq
	for n in 1 2; do
		run ! accel-config enable-wq "dsa0/wq0.$wq"
	done
	slice_is "$uuid" halted
	wq_is "$wq" disabled
	[ "$(dmesg | grep -c "dsa_vdev: wq $wq is not bound: the device does not disable it")" -eq 1 ]
	tests/lab/inject 0 release
	accel-config enable-wq "dsa0/wq0.$wq"
	slice_is "$uuid" used
	works "$uuid"
}

told_undisabled() { dmesg | grep -q "dsa_vdev: wq $wq is not bound: the device does not disable it"; }

@test "a work queue that the device leaves enabled after a reset is bound once it obeys" {
	end_client c
	dmesg -C
	tests/lab/inject 0 fail disable-wq
	tests/lab/inject 0 fail reset-wq
	reset_function
	wait_for told_undisabled
	sleep 0.5
	slice_is "$uuid" halted
	tests/lab/inject 0 release
	wait_for slice_is "$uuid" used
	works "$uuid"
}

# What it waits for may be the client's memory, which is taken away then.
@test "a drain that never ends halts the vdev that asked for it, and no other" {
	local other
	end_client c
	other=$(dsactl create-vdev dsa0)
	tests/lab/inject 0 hang drain-wq
	run -1 vdev-client drain "$uuid"
	[[ $output == *"status 0x03"* ]]
	slice_is "$uuid" halted
	slice_is "$other" used
	tests/lab/inject 0 release
	wait_for slice_is "$uuid" used
	works "$uuid"
	works "$other"
}

@test "a reset that the device does not obey halts the vdev, until it obeys again" {
	end_client c
	start_client c reset "$uuid" --timeout 30000
	tests/lab/inject 0 hang any
	kill -TERM "$(client_pid c)"
	wait_for client_said halted
	vdev_is halted
	slice_is "$uuid" halted
	tests/lab/inject 0 release
	wait "$(client_pid c)"
	client_said recovered
}

# resets_since SIZE: the work queues for which the device was asked for a reset since its trace had this size.
resets_since() {
	tail -c +$(($1 + 1)) "$LAB_TRACE_DIR/trace.0" | sed -n 's/.* cmd cmd=reset-wq operand=\(0x[0-9a-f]*\) .*/\1/p' | sort -u
}

@test "each work queue of a vdev is reset, also where the device refuses that for another" {
	local before both
	end_client c
	fresh dsa0 --slices 1 --wqs 2
	both=$(dsactl create-vdev dsa0)
	start_client c hold "$both" --max 65536 --irq-every 4 --timeout 5000
	before=$(stat -c %s "$LAB_TRACE_DIR/trace.0")
	tests/lab/inject 0 fail reset-wq
	end_client c
	resets_since "$before"
	[ "$(resets_since "$before" | wc -l)" -eq 2 ]
	tests/lab/inject 0 release
	wait_for slice_is "$both" used
	works "$both"
}

@test "list, show, hint and sysfs answer while the device runs a command" {
	local events=/sys/kernel/tracing/events/dsa_vdev/vdsa_command/enable
	end_client c
	echo 1 >$events
	answered_meanwhile || answered_meanwhile || answered_meanwhile
	grep 'command=8 .* err=0' /sys/kernel/tracing/trace
	echo 0 >$events
}

@test "a client that is killed while no command ends holds no memory, and all works once they end" {
	tests/lab/inject 0 hang any
	end_client c KILL || true
	wait_for vdev_is closed
	[ "$(vdev "$uuid" pinned_pages)" -eq 0 ]
	tests/lab/inject 0 release
	wait_for slice_is "$uuid" used
	works "$uuid"
}

@test "removing an mdev asks its client to let go, again and again, and waits for it" {
	end_client c
	start_client c let-go "$uuid" --count 2 --timeout 20000
	echo 1 >"/sys/bus/mdev/devices/$uuid/remove"
	wait "$(client_pid c)"
	client_says c | grep -x 'asked=2'
	[ ! -e "/sys/bus/mdev/devices/$uuid" ]
	wait_for free_slices 2
}

@test "unbinding idxd asks the client to let go, and does not wait for it" {
	end_client c
	start_client c let-go "$uuid" --count 1 --timeout 20000
	echo "$pci" >/sys/bus/pci/drivers/idxd/unbind
	wait "$(client_pid c)"
	echo "$pci" >/sys/bus/pci/drivers/idxd/bind
}

@test "unbinding idxd without a client takes the vdev along" {
	end_client c
	echo "$pci" >/sys/bus/pci/drivers/idxd/unbind
	[ ! -e "/sys/bus/mdev/devices/$uuid" ]
	[ "$(listed '.slices | length')" -eq 0 ]
	echo "$pci" >/sys/bus/pci/drivers/idxd/bind
}

# The function goes while the module waits for its commands, and the module while the function goes.
@test "rmmod and unbinding idxd at once leave nothing, whichever is first" {
	local first
	end_client c
	for first in rmmod unbind; do
		let_go_of_module
		tests/lab/inject 0 hang any
		if [ $first = rmmod ]; then rmmod dsa_vdev & else echo "$pci" >/sys/bus/pci/drivers/idxd/unbind & fi 3>&-
		sleep 0.5
		if [ $first = rmmod ]; then echo "$pci" >/sys/bus/pci/drivers/idxd/unbind & else rmmod dsa_vdev & fi 3>&-
		sleep 0.5
		tests/lab/inject 0 release
		wait
		[ ! -e /sys/module/dsa_vdev ]
		[ "$(find /sys/bus/mdev/devices -mindepth 1 | wc -l)" -eq 0 ]
		echo "$pci" >/sys/bus/pci/drivers/idxd/bind
		wait_for devices_there
		modprobe dsa_vdev
		fresh dsa0 --slices 2
		works "$(dsactl create-vdev dsa0)"
	done
}

# Enables dsa0 and its slices' work queues again and again, as long as idxd has the function. By
# hand: accel-config looks at groups, which idxd answers from work queues that it has freed.
enable_until_gone() {
	local wq
	while [ -e "/sys/bus/pci/drivers/idxd/$pci" ]; do
		echo dsa0 >/sys/bus/dsa/drivers/idxd/bind || true
		for wq in "$@"; do echo "$wq" >/sys/bus/dsa/drivers/dsa_vdev/bind || true; done
	done 2>/dev/null
}

@test "unbinding idxd while an administrator enables what it had leaves nothing" {
	local -a wqs
	mapfile -t wqs < <(cd /sys/bus/dsa/drivers/dsa_vdev && printf '%s\n' wq*)
	[ ${#wqs[@]} -ge 2 ]
	enable_until_gone "${wqs[@]}" 3>&- &
	enable_until_gone "${wqs[@]}" 3>&- &
	echo "$pci" >/sys/bus/pci/drivers/idxd/unbind
	end_client c KILL || true
	wait
	[ "$(listed '.slices | length')" -eq 0 ]
	echo "$pci" >/sys/bus/pci/drivers/idxd/bind
	wait_for devices_there
	fresh dsa0 --slices 2
	works "$(dsactl create-vdev dsa0)"
}

@test "rmmod idxd is refused while it has a slice" {
	run ! rmmod idxd
	end_client c
	run ! rmmod idxd
	works "$uuid"
}

@test "interrupts go on when the processor that takes them goes offline and comes back" {
	local irq online=/sys/devices/system/cpu/cpu1/online
	irq=$(vdev "$uuid" 'vectors[1].irq')
	echo 1 >"/proc/irq/$irq/smp_affinity_list"
	wait_for irq_passed "$irq" $(($(irq_count "$irq") + 10))
	for state in 0 1; do
		echo $state >$online
		[ "$(cat "/proc/irq/$irq/effective_affinity_list")" = 0 ]
		wait_for irq_passed "$irq" $(($(irq_count "$irq") + 10))
	done
	end_client c
	[[ $(client_says c) == *moved=* && $(client_says c) != *dead* ]]
}

@test "an interrupt entry that had another PASID has only its new one" {
	local before
	end_client c
	before=$(listed '[.slices[].pasid] | @csv')
	fresh dsa0 --slices 1 --wqs 2
	[[ ,$before, == *",$(listed '.slices[0].pasid'),"* ]]
	run -0 vdev-client run "$(dsactl create-vdev dsa0)" --count 20 --irq-every 1 --max 4096
	[[ $output == *"interrupts=20 wqs=2"* ]]
}

@test "a client that is killed leaves nothing behind" {
	end_client c KILL || true
	wait_for vdev_is closed
	[ "$(vdev "$uuid" pinned_pages)" -eq 0 ]
	works "$uuid"
}
