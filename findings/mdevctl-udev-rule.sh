#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Can the udev rule of mdevctl start a device?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie mdevctl=1.4.0-2+b1 udev=257.13-1~deb13u1
rule=/usr/lib/udev/rules.d/60-mdevctl.rules
program=$(grep -o '/[a-z/]*/mdevctl start-parent-mdevs' "$root$rule" | sort -u)
program=${program% *}
seen="the rule runs $program: $([ -e "$root$program" ] && echo there || echo not there)
the package has: $(cd "$root" && echo usr/*bin/mdevctl)
udevadm verify $rule: $(status_of udevadm verify $rule)"
expected "the rule runs the program of its own package, and udevadm verify would notice if it did not"
is_so "no device that is defined with --auto starts by itself, and the rule is verified as good" \
	"the rule runs /usr/sbin/mdevctl: not there
the package has: usr/bin/mdevctl
udevadm verify $rule: exit status 0" "$seen"
