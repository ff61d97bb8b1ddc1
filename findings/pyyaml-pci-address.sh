#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Is the address of a PCI function a text to YAML?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# load PROGRAM: what PROGRAM in Python prints of the addresses, in text
load() { in_root python3 -c "text = '- 0000:59:01.0\\n- 0000:5a:01.0\\n- 0000:60:01.0\\n'; $1"; }

fetch_root trixie python3-yaml=6.0.2-1+b2 python3-ruamel.yaml=0.18.10+ds-1
seen="PyYAML: $(load 'import yaml; print(yaml.safe_load(text))')
ruamel.yaml: $(load 'import ruamel.yaml; print(ruamel.yaml.YAML(typ="safe").load(text))')"
expected "each address is a text, whichever digits it has, and whoever reads it"
is_so "PyYAML, by which Ansible reads, takes one that has no letters and no part above 59 as a number to the base of 60" \
	"PyYAML: [3541.0, '0000:5a:01.0', '0000:60:01.0']
ruamel.yaml: ['0000:59:01.0', '0000:5a:01.0', '0000:60:01.0']" "$seen"
