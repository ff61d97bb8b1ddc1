#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does QEMU share memory with a vfio-user server that it keeps private?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie-backports qemu-system-x86=1:11.1.3+ds-1~bpo13+1 python3-minimal libpython3-stdlib

# A vfio-user server of a device without regions: it says whether the mapping
# of address 0 came with a descriptor, and writes a word through that.
cat >"$root/tmp/server.py" <<'END'
import array, mmap, socket, struct

VERSION, DMA_MAP, GET_INFO, GET_REGION, GET_IRQ, READ, WRITE = 1, 2, 4, 5, 7, 9, 10
CONFIG, REPLY = 7, 1
config = struct.pack("<HH4xI", 0x8086, 0x0b25, 0x08800000).ljust(256, b"\0")


def receive(size, descriptors):
    data = b""
    while len(data) < size:
        part, control, _, _ = connection.recvmsg(size - len(data), 64)
        if not part:
            raise SystemExit
        for _, _, content in control:
            descriptors.frombytes(content)
        data += part
    return data


def mapped(body, descriptors):
    _, _, offset, address, size = struct.unpack("<IIQQQ", body)
    if address == 0 and size == 64 << 20:
        print("descriptors:", len(descriptors), flush=True)
        for descriptor in descriptors:
            mmap.mmap(descriptor, size, offset=offset)[0x5000:0x5004] = b"DSA!"
    return b""


def answer(command, body, descriptors):
    if command == VERSION:
        return body[:4] + b"{}\0"
    if command == DMA_MAP:
        return mapped(body, descriptors)
    if command == GET_INFO:
        return struct.pack("<IIII", 16, 3, 9, 5)
    if command == GET_REGION:
        index = struct.unpack_from("<I", body, 8)[0]
        here = index == CONFIG
        return struct.pack("<IIIIQQ", 32, 3 * here, index, 0, 256 * here, 0)
    if command == GET_IRQ:
        return struct.pack("<IIII", 16, 0, struct.unpack_from("<I", body, 8)[0], 0)
    if command == READ:
        offset, _, count = struct.unpack("<QII", body)
        return body + config[offset:offset + count]
    return body[:16] if command == WRITE else b""


listener = socket.socket(socket.AF_UNIX)
listener.bind("/tmp/socket")
listener.listen()
connection = listener.accept()[0]
while True:
    descriptors = array.array("i")
    number, command, size, _, _ = struct.unpack("<HHIII", receive(16, descriptors))
    reply = answer(command, receive(size - 16, descriptors), descriptors)
    connection.sendall(struct.pack("<HHIII", number, command, 16 + len(reply), REPLY, 0) + reply)
END

# What the server got and what the machine sees, with memory of BACKEND
attach() {
	rm -f "$root"/tmp/{socket,ram}
	in_root python3 /tmp/server.py >"$root/tmp/said" &
	for _ in {1..200}; do
		[ ! -S "$root/tmp/socket" ] || break
		sleep 0.1
	done
	qemu_monitor 'xp /1wx 0x5000' -m 64M -object "$1,id=ram,size=64M" -machine memory-backend=ram \
		-device '{"driver":"vfio-user-pci","socket":{"type":"unix","path":"/tmp/socket"}}' >"$tmp/monitor"
	wait
	echo "$(<"$root/tmp/said"), memory has $(sed -n "s/^0*5000: //p" "$tmp/monitor")"
}

# Filled when it is made, so that each page is the guest's own, as one that it wrote.
file=memory-backend-file,mem-path=/tmp/ram,prealloc=on
seen="shared file: $(attach $file,share=on)
file: $(attach $file)
no file: $(attach memory-backend-ram)"
expected "QEMU refuses memory that the server cannot see, or maps it without a descriptor, so that messages carry the data"
is_so "memory of a file is private without share=on, and its descriptor is given all the same: what the device writes is lost" \
	'shared file: descriptors: 1, memory has 0x21415344
file: descriptors: 1, memory has 0x00000000
no file: descriptors: 0, memory has 0x00000000' "$seen"
