#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does modify change only what is defined?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie mdevctl=1.4.0-2+b1
pretend_parent 0000:6a:01.0
uuid=11111111-2222-4333-8444-555555555555
echo '{ "mdev_type": "dsa-wq", "start": "auto", "attrs": [] }' >"$root/tmp/device.json"
seen="--manual: $(status_of mdevctl modify --uuid $uuid --parent 0000:6a:01.0 --manual)
--jsonfile: $(status_of mdevctl modify --uuid $uuid --parent 0000:6a:01.0 --jsonfile /tmp/device.json)
defined: $(in_root mdevctl list --defined)"
expected "modify fails for a device that is not defined"
is_so "modify --jsonfile defines it, here to start by itself; other options of modify do fail" \
	"--manual: exit status 1
--jsonfile: exit status 0
defined: $uuid 0000:6a:01.0 dsa-wq auto" "$seen"
