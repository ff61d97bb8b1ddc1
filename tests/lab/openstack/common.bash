# SPDX-License-Identifier: GPL-2.0-only
# What the boots of a compute node share: docs/openstack.md, whose commands and configuration they
# take, and Nova's driver.
# shellcheck shell=bash

load ../libvirt/common

# shellcheck disable=SC2034 # for section
page=docs/openstack.md
# shellcheck disable=SC2034 # for wait_for
wait_s=900	# Nova is a thousand files, for an emulated processor
dsa0=pci_0000_00_08_0 dsa1=pci_0000_00_09_0	# as libvirt and Nova call them
nova=/var/lib/nova/answers

# What the page has of nova.conf.
ini() { awk '/^```/ { inside = $1 == "```ini"; next } inside' $page; }

# nova.conf as Debian has it, without a message bus, and with what comes from standard input.
configure() {
	[ -e /root/nova.conf ] || cp -p /etc/nova/nova.conf /root/nova.conf
	{ cat /root/nova.conf; printf '[DEFAULT]\ntransport_url = fake://\n'; cat; } >/etc/nova/nova.conf
}

# As the service does: who runs it is in the group libvirt and nothing else.
start_nova() {
	rm -f $nova
	setpriv --reuid nova --regid nova --init-groups env HOME=/var/lib/nova tests/lab/openstack/compute $nova >/root/nova.log 2>&1 3>&- &
	echo $! >/root/nova.pid
	wait_for nova_ended_or_listens
	[ -S $nova ]
}
nova_ended_or_listens() { [ -S $nova ] || nova_ended; }
nova_ended() { ! kill -0 "$(cat /root/nova.pid)" 2>/dev/null; }

end_nova() {
	kill "$(cat /root/nova.pid)"
	wait_for nova_ended
}

# ask WORD...: Nova's driver; see compute.
ask() { echo "$*" | socat -t 300 - "UNIX-CONNECT:$nova" | jq -cS .; }

# allocate PARENT CLASS: the vdev that the next instance gets.
allocate() { ask allocate "$1" "$2" 1 | jq -r '.[]'; }

# node_of UUID SLOT: what libvirt calls a vdev.
node_of() { echo "mdev_${1//-/_}_0000_00_0$2_0"; }

# What Nova says of a test that failed.
teardown() {
	end_clients
	[ -n "${BATS_TEST_COMPLETED-}" ] || grep -v '^ ' /root/nova.log | tail -n 40
}
