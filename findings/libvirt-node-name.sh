#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does the description of a node device need a name, which its documentation says is ignored?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libvirt-common=11.3.0-3+deb13u3 libvirt-doc=11.3.0-3+deb13u3 libxml2-utils

# describe [NAME]: the mediated device that is to be made
describe() {
	cat <<-END
		<device>
		  ${1:+<name>$1</name>}
		  <parent>pci_0000_6a_01_0</parent>
		  <capability type='mdev'><type id='dsa-wq'/></capability>
		</device>
	END
}

is_valid() {
	cat >"$root/tmp/node.xml"
	status_of xmllint --noout --relaxng /usr/share/libvirt/schemas/nodedev.rng /tmp/node.xml
}

documented=$(sed 's/<[^>]*>//g' "$root/usr/share/doc/libvirt-doc/html/formatnode.html" | tr '\n' ' ' |
	grep -o 'If this element is set when defining a new device, it will be ignored' | head -n 1)
seen="formatnode: $documented
with a name: $(describe any | is_valid)
without: $(describe | is_valid)"
expected "a description of a mediated device is valid without a name, which is ignored"
is_so "the schema, by which nodedev-create and nodedev-define --validate go, wants one" \
	'formatnode: If this element is set when defining a new device, it will be ignored
with a name: exit status 0
without: exit status 3' "$seen"
