#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A device that idxd takes for an IAX one: it is seen, and left to the host.
# lab: --devices 1 --profile iax

load common

setup_file() {
	begin_fresh
	modprobe dsa_vdev
}

devices_there() { [ -e /sys/bus/dsa/devices/iax1 ] || [ -e /sys/bus/dsa/devices/iax0 ]; }

# ask_for_slice DEVICE: of its work queue 0, by a message of our own, as dsactl asks for none.
# Prints the error and what the module says of it.
ask_for_slice() {
	python3 - "$1" <<-'END'
		import socket, struct, sys

		def attr(kind, data):
		    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)

		def attrs(data):
		    while data:
		        size, kind = struct.unpack_from("=HH", data)
		        yield kind, data[4:size]
		        data = data[(size + 3) & ~3:]

		def ask(family, command, *of):
		    body = struct.pack("=BBxx", command, 1) + b"".join(of)
		    netlink.send(struct.pack("=IHHII", 16 + len(body), family, 5, 1, 0) + body)	# REQUEST, ACK
		    return netlink.recv(65536)

		netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)	# NETLINK_GENERIC
		netlink.setsockopt(270, 11, 1)	# SOL_NETLINK, NETLINK_EXT_ACK
		# GETFAMILY of the family that lists families
		known = dict(attrs(ask(16, 3, attr(2, b"dsa-vdev\0"))[20:]))
		netlink.recv(65536)
		family, = struct.unpack("=H", known[1])
		# SLICE_NEW with SLICE_DEVICE and SLICE_WQ_ID
		answer = ask(family, 2, attr(2, sys.argv[1].encode() + b"\0"), attr(4, struct.pack("=I", 0)))
		error, = struct.unpack_from("=i", answer, 16)
		size, = struct.unpack_from("=I", answer, 20)
		capped = struct.unpack_from("=H", answer, 6)[0] & 0x100
		words = dict(attrs(answer[36 if capped else 20 + size:])).get(1, b"")
		print(error, words.rstrip(b"\0").decode())
	END
}

@test "no slice and no vdev is made on an IAX device" {
	iax=$(listed '.devices[0].name')
	[ "$(listed '.devices[0].type')" = iax ]
	before=$(dsactl save-profile -)	# idxd may have set it up for the kernel's compression
	refused 6 "$iax: it is an IAX device, and slices are made of DSA devices" split-device "$iax"
	refused 6 "$iax: it is an IAX device" split-device all
	refused 6 "$iax: it is an IAX device" create-vdev "$iax"
	refused 6 "there is no DSA device" create-vdev
	refused 6 "it is an IAX device" apply-profile - <<<'{"version": 1, "devices": [{"match": {"any": true},
		"groups": [{"slices": [{"wqs": [{}]}]}]}]}'
	refused 6 "it is an IAX device" check
	[ "$(listed '.slices | length')" -eq 0 ]
	[ "$(dsactl save-profile -)" = "$before" ]
}

@test "its function offers no mdev types, which are names of DSA" {
	[ ! -e "/sys/class/mdev_bus/$(listed '.devices[0].pci')" ]
}

@test "the module refuses a slice of it, whoever asks" {
	iax=$(listed '.devices[0].name')
	run ask_for_slice "$iax"
	echo "$output"
	[ "$output" = "-95 $iax: an IAX device: slices are of DSA devices" ]	# EOPNOTSUPP
	[ "$(listed '.slices | length')" -eq 0 ]
}
