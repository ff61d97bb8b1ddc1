# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# Runs each verb in places that lack something; host.bash pretends the host.

places_table=${BASH_SOURCE[0]%/*}/places
places_signalled=$(printf %q "$(realpath "${BASH_SOURCE[0]%/*}/signalled")")

# One device, the profile "a" that is for it and enabled, "b" that is not, and the folders as a
# first use leaves them. Files take no configuration, so what changes devices fails there at last.
places_host='mkdir -p /sys/bus/dsa/drivers/idxd /run/dsactl; pretend_device 0 0x11fb disabled
	install -m 600 /dev/null /run/dsactl/lock; install -m 600 /dev/null /run/dsactl/journal
	file /etc/dsactl/profiles.d/a.json "{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":[{\"wqs\":[{\"type\":\"kernel\"}]}]}]}"
	cp /etc/dsactl/profiles.d/a.json /etc/dsactl/profiles.d/b.json
	file /etc/dsactl/dsactl.conf "enabled = a"; '

declare -gA places=(
	[sys-read-only]='mount -o remount,ro /sys'
	[etc-read-only]='mount -o remount,ro /etc/dsactl'
	[run-full]='head -c 8M /dev/zero >/run/fill 2>/dev/null || true'
	[other-netns]='mkdir -p /sys/module/dsa_vdev'
	[umask-077]='umask 077'
	[closed]='exec >&-'
)

declare -gA place_commands=(
	[split-device]='split-device dsa0' [unsplit-device]='unsplit-device dsa0' [create-vdev]='create-vdev dsa0'
	[destroy-vdev]='destroy-vdev all' [hint-vdev]='hint-vdev vm1 none' [show-vdev]='show-vdev vm1'
	[serve-vdev]='serve-vdev vm1 --socket /run/served'
	[save-profile]='save-profile new' [apply-profile]='apply-profile a' [diff-profile]='diff-profile a'
	[show-profile]='show-profile a' [delete-profile]='delete-profile a' [enable-profile]='enable-profile b'
	[disable-profile]='disable-profile a' [export-profile]='export-profile a'
	[import-profile]='import-profile /etc/dsactl/profiles.d/a.json --name new'
)

places_rows() { grep -vE '^(#|$)' "$places_table"; }

# ended PLACE VERB: "STATUS MESSAGE", the message without the program's name.
ended() {
	local said status=0 command=dsactl
	[ "$2" != monitor ] || command="$places_signalled TERM dsactl"
	said=$(on_host "mount -o remount,size=4M /run; $places_host" bash -c "${places[$1]}; exec $command ${place_commands[$2]:-$2} -q" \
		2>&1 >/dev/null) || status=$?
	said=${said%%$'\n'*}
	echo "$status ${said#dsactl: }"
}
