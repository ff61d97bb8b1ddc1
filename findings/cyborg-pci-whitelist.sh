#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does Cyborg's driver for whole PCI functions work where its configuration names some to hand out?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie python3-cyborg=14.0.0-3+deb13u1 python3 pciutils
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"	# as it is when installed
pci=/sys/devices/pci0000:6a/0000:6a:01.0
attributes "$root$pci" vendor=0x8086 device=0x0b25 class=0x088000 irq=0 resource=
{ printf '\x86\x80\x25\x0b\0\0\0\0\0\0\x80\x08'; head -c 52 /dev/zero; } >"$root$pci/config"
mkdir -p "$root/sys/bus/pci/devices"
ln -s "../../..${pci#/sys}" "$root/sys/bus/pci/devices"

cat >"$root/tmp/discover" <<'END'
import sys

import cyborg.cmd
from cyborg.accelerator.drivers.pci.pci.driver import PCIDriver
from cyborg.common import service
import cyborg.privsep

service.prepare_service(["cyborg-agent", "--config-file", sys.argv[1]])
cyborg.privsep.sys_admin_pctxt.set_client_mode(False)  # this process has the privileges itself
try:
    print(len(PCIDriver().discover()), "devices")
except Exception as error:
    print(type(error).__name__)
END

# discover [ENTRY]: with that entry of the list of functions to hand out
discover() {
	printf '%s\n' '[DEFAULT]' 'transport_url = fake://' '[pci]' ${1:+"passthrough_whitelist = $1"} >"$root/tmp/conf"
	in_root python3 /tmp/discover /tmp/conf 2>/dev/null | tail -n 1
}

seen="lspci: $(in_root lspci -D -n)
without a list: $(discover)
with one: $(discover '{"vendor_id": "8086", "product_id": "0b25"}')"
expected "a function that the list names is reported, to be handed out"
is_so "the driver fails as soon as there is a list, whatever it names" \
	'lspci: 0000:6a:01.0 0880: 8086:0b25
without a list: 0 devices
with one: TypeError' "$seen"
