#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does load-config read a configuration whose members are in another order?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie accel-config=4.1.8-1 jq
pretend_dsa

# The queues' block_on_fault and the group's buffers, after loading FILE
load() {
	attributes "$dsa/wq0.0" block_on_fault=0
	attributes "$dsa/wq0.1" block_on_fault=0
	attributes "$dsa/group0.0" read_buffers_allowed=96
	echo "$(status_of accel-config load-config -c "$1")," \
		"wq0.0 $(<"$dsa/wq0.0/block_on_fault"), wq0.1 $(<"$dsa/wq0.1/block_on_fault")," \
		"group $(<"$dsa/group0.0/read_buffers_allowed")"
}

cat >"$root/tmp/as-saved.json" <<'END'
[ { "dev": "dsa0", "groups": [ { "dev": "group0.0", "read_buffers_allowed": 48,
    "grouped_workqueues": [
      { "dev": "wq0.0", "mode": "shared", "size": 16, "group_id": 0, "priority": 10,
        "block_on_fault": 0, "type": "user", "name": "app", "threshold": 15 },
      { "dev": "wq0.1", "mode": "dedicated", "size": 16, "group_id": 0, "priority": 10,
        "block_on_fault": 1, "type": "user", "name": "batch" } ],
    "grouped_engines": [ { "dev": "engine0.0", "group_id": 0 } ] } ] } ]
END
in_root jq --sort-keys . /tmp/as-saved.json >"$root/tmp/sorted.json"
seen="as saved: $(load /tmp/as-saved.json)
sorted:   $(load /tmp/sorted.json)"
expected "JSON objects have no order: the file after jq --sort-keys means the same to load-config"
is_so "\"dev\" has to be first: what comes before it is given to the object before, or lost, with success" \
	'as saved: exit status 0, wq0.0 0, wq0.1 1, group 48
sorted:   exit status 0, wq0.0 1, wq0.1 0, group 96' "$seen"
