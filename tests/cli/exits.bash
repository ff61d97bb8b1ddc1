# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Runs the rows of the table of exit statuses; dsactl is found in PATH.

exits_table=${BASH_SOURCE[0]%/*}/exits

# A profile for any device, for the rows: one group and nothing in it.
export ANY='{"version":1,"devices":[{"match":{"any":true},"groups":[{"wqs":[{"type":"kernel"}]}]}]}'
export STORE=/etc/dsactl/profiles.d
SIGNALLED=$(realpath "${BASH_SOURCE[0]%/*}/signalled")
export SIGNALLED

exits_rows() { grep -vE '^(#|$)' "$exits_table"; }

# exits_wrong PLACE [COMMAND]: run its rows, by COMMAND, and tell each that ends otherwise.
exits_wrong() {
	local _ want command said status
	while read -r _ want command; do
		status=0
		said=$(${2-} bash -mc "$command" 2>&1 </dev/null) || status=$?
		[ "$status" = "$want" ] || printf '%s: %s, not %s: %s\n' "$command" "$status" "$want" "$said"
	done < <(exits_rows | awk -v place="$1" '$3 == place { sub(" " place, ""); print }')
}
