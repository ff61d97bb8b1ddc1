#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for inner shells
# Users who are not root have vdevs of their own made by the service, and nothing else. On a
# pretended host systemd-socket-activate stands for the unit of the socket.

load host.bash
load module.bash
bats_require_minimum_version 1.5.0

setup_file() { module_build "$BATS_FILE_TMPDIR"; }

setup() {
	need_namespaces
	[ "$(id -u)" = 0 ] || skip "it takes several users, so root"
	[ -x "$(command -v systemd-socket-activate)" ] || skip "systemd-socket-activate is not installed"
}

two='. "${0%/*}/module.bash"; mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled; pretend_device 1 0x11fb disabled; pretend_module'

# For the inner shell. as USER WORD...: dsactl of that user, who is in the group. The programs are
# copies that everybody may read. serve: have the service running.
inner='
	programs=$(mktemp -d /tmp/dsactl-XXXXXX); chmod 755 "$programs"
	trap "kill \$server 2>/dev/null; rm -rf $programs" EXIT
	install -m 755 "$built/dsactl" "$built/libdsactl.so.1" "$BATS_FILE_TMPDIR/module.so" "$programs"
	PATH=$programs:$PATH
	socket=/run/dsactl-request.socket
	serve() {
		systemd-socket-activate --accept --inetd -E "LD_PRELOAD=$programs/module.so" -l $socket \
			"$programs/dsactl" __serve >/run/served 2>&1 &
		server=$!
		until [ -S $socket ]; do sleep 0.05; done
		chmod 660 $socket; chgrp 1 $socket
	}
	as() { local user=$1; shift; setpriv --reuid "$user" --regid 1 --clear-groups dsactl "$@"; }
	root() { LD_PRELOAD=$programs/module.so dsactl "$@"; }
	vdevs() { root list --vdevs -o json | jq -c "[.vdevs[] | [.name, .owner]]"; }
	ends() { local status=0; "$@" || status=$?; echo "$status"; }
	root split-device dsa0 --slices 4
	'

# with_service 'SCRIPT' [ARGUMENT]...: on a host of two devices, of which dsa0 is split.
with_service() {
	local script=$1
	shift
	on_host "$two" env BATS_FILE_TMPDIR="$BATS_FILE_TMPDIR" bash -ec "$inner $script" "$@"
}

@test "a user creates, hints and destroys vdevs, whose owner is that user" {
	run -0 --separate-stderr with_service 'serve
		as daemon create-vdev --name mine
		as daemon create-vdev dsa0 1dwq-v1 --owner daemon -o qemu
		as bin create-vdev -o json | jq -r ".steps[0].step"
		vdevs
		ends as daemon destroy-vdev mine
		ends as daemon destroy-vdev all
		vdevs
		grep -c "uid 1): create-vdev --name mine: 0" /run/served'
	echo "$output$stderr"
	[[ ${lines[0]} =~ ^[0-9a-f-]{36}$ && ${lines[1]} =~ ^-device\ vfio-pci,sysfsdev=/sys/bus/mdev/devices/[0-9a-f-]{36}$ ]]
	[ "$(sed 1,2d <<<"$output")" = $'create\n[["mine","daemon"],[null,"daemon"],[null,"bin"]]\n0\n0\n[[null,"bin"]]\n1' ]
	[ -z "$stderr" ]
}

@test "a user takes nothing that is others': each refusal ends with 7, and nothing is changed" {
	run -0 --separate-stderr with_service 'serve
		root create-vdev --name theirs --owner root >/dev/null
		root create-vdev --name nobodys >/dev/null
		as bin create-vdev --name bins >/dev/null
		before=$(vdevs)
		for vdev in theirs nobodys bins; do
			ends as daemon destroy-vdev $vdev
			ends as daemon hint-vdev $vdev 0+2G
		done
		ends as daemon destroy-vdev bins --owner bin
		ends as daemon create-vdev --owner bin
		ends as daemon destroy-vdev bins --force
		ends as daemon destroy-vdev all --persist
		ends as daemon create-vdev --persist
		ends as daemon create-vdev --timeout 9
		ends as daemon split-device dsa1
		ends as daemon unsplit-device dsa0
		ends as daemon destroy-vdev all
		[ "$(vdevs)" = "$before" ]'
	echo "$output$stderr"
	[ "$(paste -sd' ' <<<"$output")" = "7 7 7 7 7 7 7 7 7 7 7 7 7 7 0" ]
	[[ $stderr == *"theirs: it is not a vdev of daemon"*"nobodys: it is not a vdev of daemon"*"bin: your vdevs are those of daemon"*"--force: only root may say this"*"--persist: only root"*"permission: only root may change devices"* ]]
}

@test "a user gets free slices within the quota, and no device is split or name taken from the next boot" {
	run -0 --separate-stderr with_service 'serve
		mkdir -p /etc/dsactl; echo "quota.* = 2" >/etc/dsactl/dsactl.conf
		ends as daemon create-vdev --count 3
		ends as daemon create-vdev --count 2 -o json >/dev/null
		ends as daemon create-vdev
		ends as bin create-vdev dsa1
		ends as bin create-vdev --wqs 2
		root create-vdev --name kept --owner root --persist >/dev/null
		root destroy-vdev kept --owner root -q
		ends as bin create-vdev --name kept
		ends as bin create-vdev --name other >/dev/null
		root list --devices -o json | jq -c "[.devices[].nr_slices]"'
	echo "$output$stderr"
	[ "$(paste -sd' ' <<<"$output")" = "7 7 5 5 5 [4,0]" ]
	[[ $stderr == *"daemon: it has 0 vdevs and asks for 3 more"*"daemon: it has 2 vdevs and asks for 1 more"*"dsa1: no device is split"*"kept: a vdev of this UUID or name is restored at boot for another owner"* ]]
}

@test "who is not in the group is told so, and where there is no service only root changes devices" {
	run -0 --separate-stderr with_service '
		ends as daemon create-vdev
		serve
		ends setpriv --reuid bin --regid 2 --clear-groups dsactl create-vdev
		[ "$(vdevs)" = "[]" ]'
	[ "$output" = $'7\n7' ]
	[[ $stderr == *"permission: only root may change devices: run dsactl as root"*"dsactl-request.socket: this user is not in the group that may ask for changes"* ]]
}

@test "a vdev of which the user cannot be told is not created" {
	run -0 --separate-stderr with_service 'serve
		full() { as daemon create-vdev "$@" >/dev/full; }
		ends full
		vdevs
		ends full -o json
		vdevs'
	[ "$output" = $'1\n[]\n1\n[]' ]
	[ "$(grep -c "it cannot be written, so the change was undone" <<<"$stderr")" -eq 2 ]
}

# What a client of one's own may send: each is a list of frames, and what comes back.
@test "what is no request is none: nothing is done, and the service ends" {
	cat >"$BATS_TEST_TMPDIR/client" <<-'END'
		import os, socket, struct, sys, time
		os.setgid(1); os.setgroups([]); os.setuid(1)
		def talk(data, end=True):
		    s = socket.socket(socket.AF_UNIX); s.settimeout(20)
		    s.connect("/run/dsactl-request.socket")
		    try:
		        s.sendall(data)
		        if end: s.shutdown(socket.SHUT_WR)
		        got = b""
		        while True:
		            part = s.recv(65536)
		            if not part: return got
		            got += part
		    except (BrokenPipeError, ConnectionResetError): return b""
		def frame(kind, data): return struct.pack("II", kind, len(data)) + data
		words = lambda *w: b"".join(x.encode() + b"\0" for x in w)
		assert talk(b"") == b""
		assert talk(b"\0" * 7) == b""
		assert talk(frame(1, b"")) == b""
		assert talk(frame(1, b"create-vdev")) == b""
		assert talk(frame(2, words("create-vdev"))) == b""
		assert talk(struct.pack("II", 1, 0xffffffff) + b"x" * 9000) == b""
		assert talk(frame(1, words(*["x"] * 64))) == b""
		# Words for others than create-vdev and the like are refused behind the socket, too.
		for line in (["split-device", "dsa1"], ["unsplit-device", "dsa0", "--force"], ["restore"], ["list"], ["__serve"],
		             ["save-profile", "x"], ["create-vdev", "--profile", "/etc/shadow"], ["destroy-vdev", "all", "-f"],
		             ["create-vdev", "--", "--persist"], ["-n", "create-vdev"], ["--help"], [""]):
		    # It says why in a frame that this client does not answer.
		    got = talk(frame(1, words(*line)))
		    kind, size = struct.unpack("II", got[:8])
		    assert kind == 3, (line, got)
		# Who says nothing is not waited for longer than 5 s; who prints nothing neither.
		begun = time.monotonic()
		assert talk(struct.pack("I", 1), end=False) == b""
		assert 4 < time.monotonic() - begun < 15
		begun = time.monotonic()
		got = talk(frame(1, words("create-vdev")), end=False)
		assert struct.unpack("I", got[:4])[0] == 2, got
		assert 4 < time.monotonic() - begun < 15
		print("fine")
	END
	run -0 --separate-stderr with_service 'serve
		python3 "$0"
		vdevs
		root list --devices -o json | jq -c "[.devices[].nr_slices]"' "$BATS_TEST_TMPDIR/client"
	echo "$output$stderr"
	[ "$output" = $'fine\n[]\n[4,0]' ]
}
