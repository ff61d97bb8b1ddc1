#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for inner shells
# The metrics of stat, and what is done with them: the textfile and the alerts.

load host.bash
load module.bash
bats_require_minimum_version 1.5.0

setup_file() { module_build "$BATS_FILE_TMPDIR"; }

setup() {
	need_namespaces
	cd "$BATS_TEST_DIRNAME/../.." || return
}

two='. "${0%/*}/module.bash"; mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled; pretend_device 1 0x11fb disabled; pretend_module'

# Devices with slices, vdevs of two owners and of none, and counters.
busy='. "$1/module.bash"
	dsactl split-device all --slices 3
	a=$(dsactl create-vdev dsa0 --owner alice) b=$(dsactl create-vdev dsa1 --owner alice)
	c=$(dsactl create-vdev dsa1 --owner "b\"o\\b") d=$(dsactl create-vdev dsa1)
	module_vdev "$a" 3=2 5=17 6=2 7=1 8=2097152 9=512 11=5 12=6 13=99
	module_vdev "$b" 3=3 8=4096 9=1
	sed -i "s/^3 \(.*\) 0$/3 \1 1/" /run/module/slices
	echo 3 >/sys/bus/dsa/devices/wq0.0/occupancy
	'

# with_module 'SCRIPT': on a host of two devices; dsactl is in PATH, $1 is the folder of tests.
with_module() {
	on_host "$two" env LD_PRELOAD="$BATS_FILE_TMPDIR/module.so" PATH="${dsactl%/*}:$PATH" bash -ec "$1" _ "$BATS_TEST_DIRNAME"
}

# metrics FORMAT: of the busy host.
metrics() { with_module "$busy dsactl stat -o $1"; }

samples() { grep -v '^#'; }

# Each line of standard input that breaks a rule of OpenMetrics that is about text alone.
against_the_rules() {
	awk '
		ended { print "after the end: " $0 }
		/^# EOF$/ { ended = 1; next }
		/^# TYPE / { if ($3 in type) print "twice: " $0; type[$3] = $4; family = $3; suffix = ""
			if ($4 == "counter") suffix = "_total"; else if ($4 == "info") suffix = "_info"; else if ($4 != "gauge") print "type: " $0
			if ($3 ~ /(_total|_info|_count|_sum|_bucket|_created)$/) print "name: " $0; next }
		/^# UNIT / { if ($3 != family || $3 !~ "_" $4 "$") print "unit: " $0; next }
		/^# HELP / { if ($3 != family || NF < 4) print "help: " $0; next }
		!/^[a-z][a-z0-9_]*(\{[a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*\})? [0-9]+$/ { print "form: " $0; next }
		{ name = $1; sub(/\{.*/, "", name); if (name != family suffix) print "family: " $0
		  series = $0; sub(/ [0-9]+$/, "", series); if (series in seen) print "twice: " $0; seen[series] = 1 }
		END { if (!ended) print "no end" }'
}

@test "stat -o openmetrics keeps to the rules of the format" {
	metrics openmetrics >"$BATS_TEST_TMPDIR/text"
	[ "$(samples <"$BATS_TEST_TMPDIR/text" | wc -l)" -gt 60 ]
	run against_the_rules <"$BATS_TEST_TMPDIR/text"
	echo "$output"
	[ -z "$output" ]
	# And so it is where there is nothing.
	run -0 on_host 'mkdir -p /sys/bus/dsa/drivers/idxd' "$dsactl" stat -o openmetrics
	[ -z "$(against_the_rules <<<"$output")" ]
	[ "$(samples <<<"$output")" = $'dsactl_build_info{version="'"$(sed -n 's/^VERSION *:= *//p' Makefile)"$'"} 1\ndsactl_module_loaded 0\ndsactl_profiles_unreadable 0' ]
	# What breaks one is noticed.
	for wrong in 's/_total{/{/' 's/^# EOF//' 's/ 99$/ 9.9e1/' 's/device="[^"]*",//' 's/^# UNIT .* bytes/&s/'; do
		[ -n "$(sed "$wrong" "$BATS_TEST_TMPDIR/text" | against_the_rules)" ]
	done
}

@test "the parser of Prometheus' client takes it, counters as counters" {
	python3 -c 'import prometheus_client' 2>/dev/null || skip "python3-prometheus-client is not installed"
	metrics openmetrics >"$BATS_TEST_TMPDIR/text"
	run -0 python3 -c 'import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(open(sys.argv[1]).read()):
    print(family.name, family.type, len(family.samples))' "$BATS_TEST_TMPDIR/text"
	grep -qx 'dsactl_vdev_errors counter 4' <<<"$output"
	grep -qx 'dsactl_device info 2' <<<"$output"
}

@test "promtool finds nothing to say about stat -o prometheus" {
	command -v promtool >/dev/null || skip "promtool is not installed"
	metrics prometheus >"$BATS_TEST_TMPDIR/text"
	run -0 promtool check metrics <"$BATS_TEST_TMPDIR/text"
	[ -z "$output" ]
}

@test "both formats have the same samples" {
	diff <(metrics openmetrics | samples) <(metrics prometheus | samples)
}

@test "metrics are what list and show-vdev tell, summed up by owner" {
	metrics prometheus >"$BATS_TEST_TMPDIR/text"
	while read -r line; do
		grep -qxF -- "$line" "$BATS_TEST_TMPDIR/text" || { echo "$line"; cat "$BATS_TEST_TMPDIR/text"; false; }
	done <<-'END'
		dsactl_module_loaded 1
		dsactl_device_info{device="dsa1",pci="0000:01:05.0",type="dsa"} 1
		dsactl_device_enabled{device="dsa0"} 1
		dsactl_device_ims_entries{device="dsa0"} 2048
		dsactl_device_ims_entries_free{device="dsa0"} 2045
		dsactl_device_slices{device="dsa0",state="used"} 1
		dsactl_device_slices{device="dsa0",state="ready"} 1
		dsactl_device_slices{device="dsa0",state="halted"} 1
		dsactl_device_slices{device="dsa1",state="used"} 3
		dsactl_device_vdevs{device="dsa0",state="enabled"} 1
		dsactl_device_vdevs{device="dsa1",state="halted"} 1
		dsactl_device_vdevs{device="dsa1",state="closed"} 2
		dsactl_device_vdev_mappings{device="dsa1",state="none"} 3
		dsactl_device_boot_vdevs{device="dsa0"} 0
		dsactl_slice_entries{device="dsa0",slice="1"} 42
		dsactl_slice_entries_occupied{device="dsa0",slice="1"} 3
		dsactl_vdev_interrupts_total{device="dsa0",slice="1",owner="alice"} 99
		dsactl_vdev_commands_total{device="dsa0",slice="1",owner="alice"} 17
		dsactl_vdev_resets_total{device="dsa0",slice="1",owner="alice"} 2
		dsactl_vdev_errors_total{device="dsa0",slice="1",owner="alice"} 1
		dsactl_vdev_page_requests_served_total{device="dsa0",slice="1",owner="alice"} 5
		dsactl_vdev_page_requests_refused_total{device="dsa0",slice="1",owner="alice"} 6
		dsactl_vdev_errors_total{device="dsa1",slice="5",owner="b\"o\\b"} 0
		dsactl_owner_vdevs{owner="alice"} 2
		dsactl_owner_vdevs{owner=""} 1
		dsactl_owner_pinned_pages{owner="alice"} 513
		dsactl_owner_pinned_bytes{owner="alice"} 2101248
		dsactl_owner_mapped_bytes{owner="alice"} 2101248
	END
	# Where the device does not tell, there is no number.
	run ! grep 'entries_occupied{device="dsa1"' "$BATS_TEST_TMPDIR/text"
	# Nothing was restored, so nothing is said of it.
	run ! grep 'restores_total{' "$BATS_TEST_TMPDIR/text"
}

@test "owners that are shown alike are one owner, whatever bytes they are of" {
	run -0 --separate-stderr with_module "$busy"'printf "%s" "$(cat /run/module/vdevs)" | LC_ALL=C sed "1s/alice$/x\x01y/; 2s/alice$/x\x02y/; 3s/ [^ ]*$/ \xff/" >/run/new
		mv /run/new /run/module/vdevs
		dsactl stat -o openmetrics'
	echo "$output" | against_the_rules
	[ -z "$(against_the_rules <<<"$output")" ]
	grep -qxF 'dsactl_owner_vdevs{owner="x?y"} 2' <<<"$output"
	grep -qxF $'dsactl_owner_vdevs{owner="\ufffd"} 1' <<<"$output"
}

@test "metrics are of one moment and of all vdevs" {
	for words in vm1 1 "vm1 1"; do
		# shellcheck disable=SC2086 # words by intent
		run -2 "$dsactl" stat $words -o openmetrics
		[[ $output == *"of one moment: leave it out"* ]]
	done
	run -2 "$dsactl" show-vdev vm1 -o openmetrics
}

@test "reading metrics opens nothing of a device for writing, and needs no root" {
	run -0 --separate-stderr with_module "$busy"'
		strace -f -qq -o /run/trace -e trace=open,openat,write,ioctl dsactl stat -o prometheus >/run/text
		grep -E "\"/sys[^\"]*\", [^)]*O_(WRONLY|RDWR)" /run/trace && exit 1
		install -m 755 "$LD_PRELOAD" /run/module.so
		. "$1/nobody.bash"
		LD_PRELOAD=/run/module.so nobody dsactl stat -o prometheus >/run/other
		cmp /run/text /run/other && echo alike'
	[ "$output" = alike ]
}

@test "how a restore of a device ended is in the metrics, for everybody, and that of a dry run is not" {
	run -0 --separate-stderr with_module '
		shown() { dsactl stat -o prometheus | grep -E "^dsactl_device_(restores|restore_failures|last_restore_failed)" || true; }
		umask 077
		dsactl restore --device dsa0 -n
		dsactl restore
		shown
		dsactl restore --device 0000:00:05.0
		shown
		mkdir -p /etc/dsactl/profiles.d
		echo "enabled = a" >/etc/dsactl/dsactl.conf
		echo "{" >/etc/dsactl/profiles.d/a.json
		! dsactl restore --device dsa0 || exit 1
		shown
		. "$1/nobody.bash"
		! nobody dsactl restore --device dsa0 || exit 1
		stat -c "%a %n" /run/dsactl/restored /run/dsactl/restored/*
		dsactl stat -o prometheus 2>/dev/null | grep -c "last_restore_timestamp_seconds{device=\"dsa0\"} $(date +%s | cut -c1-7)"'
	diff - <(echo "$output") <<-'END'
		dsactl_device_restores_total{device="dsa0"} 1
		dsactl_device_restore_failures_total{device="dsa0"} 0
		dsactl_device_last_restore_failed{device="dsa0"} 0
		dsactl_device_restores_total{device="dsa0"} 2
		dsactl_device_restore_failures_total{device="dsa0"} 1
		dsactl_device_last_restore_failed{device="dsa0"} 1
		755 /run/dsactl/restored
		644 /run/dsactl/restored/0000:00:05.0
		1
	END
}

@test "vdevs that the next boot brings are counted, and those of them that are not here" {
	run -0 --separate-stderr with_module '
		dsactl create-vdev dsa0 --name vm1 --persist >/dev/null
		dsactl create-vdev dsa0 --name vm2 --persist >/dev/null
		dsactl destroy-vdev vm2 2>/dev/null
		dsactl stat -o prometheus | grep "^dsactl_device_boot"'
	[ "$output" = 'dsactl_device_boot_vdevs{device="dsa0"} 2
dsactl_device_boot_vdevs{device="dsa1"} 0
dsactl_device_boot_vdevs_missing{device="dsa0"} 1
dsactl_device_boot_vdevs_missing{device="dsa1"} 0' ]
}

@test "an enabled profile that cannot be used is counted, and what the next boot brings is not known then" {
	run -0 --separate-stderr with_module '
		shown() { dsactl stat -q -o prometheus | grep -E "^dsactl_(device_boot|profiles)" || true; }
		mkdir -p /etc/dsactl/profiles.d
		echo "{" >/etc/dsactl/profiles.d/a.json
		shown
		echo "enabled = a" >/etc/dsactl/dsactl.conf
		shown'
	[ "$output" = 'dsactl_profiles_unreadable 0
dsactl_device_boot_vdevs{device="dsa0"} 0
dsactl_device_boot_vdevs{device="dsa1"} 0
dsactl_device_boot_vdevs_missing{device="dsa0"} 0
dsactl_device_boot_vdevs_missing{device="dsa1"} 0
dsactl_profiles_unreadable 1' ]
}

# --- the textfile ---

@test "the textfile is written whole or not at all, and everybody may read it" {
	folder=$BATS_TEST_TMPDIR/folder
	mkdir "$folder"
	cat >"$BATS_TEST_TMPDIR/dsactl" <<-'END'
		#!/bin/sh
		echo "$*"
		ls -A "$FOLDER" | grep -c 'prom$' >&2
		exit "$WANT"
	END
	chmod +x "$BATS_TEST_TMPDIR/dsactl"
	(umask 077; FOLDER=$folder WANT=0 fleet/prometheus/textfile "$BATS_TEST_TMPDIR/dsactl" "$folder" 2>"$BATS_TEST_TMPDIR/seen")
	[ "$(cat "$folder/dsactl.prom")" = "stat -q -o prometheus" ]
	[ "$(stat -c %a "$folder/dsactl.prom")" = 644 ]
	[ "$(cat "$BATS_TEST_TMPDIR/seen")" = 0 ]
	echo old >"$folder/dsactl.prom"
	FOLDER=$folder WANT=6 run -6 fleet/prometheus/textfile "$BATS_TEST_TMPDIR/dsactl" "$folder"
	[ "$(cat "$folder/dsactl.prom")" = old ]
	[ "$(ls -A "$folder")" = dsactl.prom ]
	run -1 fleet/prometheus/textfile "$BATS_TEST_TMPDIR/dsactl" "$folder/none"
	[[ $output == *"there is no such folder"* ]]
}

@test "a textfile whose writer is stopped leaves nothing behind" {
	folder=$BATS_TEST_TMPDIR/folder
	mkdir "$folder"
	printf '#!/bin/sh\nkill -TERM $PPID\n' >"$BATS_TEST_TMPDIR/dsactl"
	chmod +x "$BATS_TEST_TMPDIR/dsactl"
	run -1 fleet/prometheus/textfile "$BATS_TEST_TMPDIR/dsactl" "$folder"
	[ -z "$(ls -A "$folder")" ]
}

# --- the alerts ---

@test "promtool takes the alerts, and each fires when it should" {
	command -v promtool >/dev/null || skip "promtool is not installed"
	promtool check rules fleet/prometheus/dsactl.rules.yml
	promtool test rules fleet/prometheus/dsactl.rules.test.yml
}

@test "alerts name metrics that there are, and each alert has a test" {
	rules=fleet/prometheus/dsactl.rules.yml
	metrics prometheus | sed -n 's/^# TYPE \([^ ]*\).*/\1/p' | sort >"$BATS_TEST_TMPDIR/known"
	[ -z "$(grep -oE '\bdsactl_[a-z_]+' $rules | sort -u | comm -23 - "$BATS_TEST_TMPDIR/known")" ]
	sed -n 's/.*- alert: //p' $rules | while read -r alert; do
		grep -q "alertname: $alert$" fleet/prometheus/dsactl.rules.test.yml || { echo "$alert"; exit 1; }
	done
}
