#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by common.bash
# docs/prometheus.md on an emulated host: from a device that halts to the alert in Prometheus, by
# Debian's node_exporter and Prometheus, our timer and our rules.
# $LAB_OUT/stage is what make install PREFIX=/usr has made.
# lab: --init systemd --devices 2 --profile gnrd

load ../boots/common

page=docs/prometheus.md
# shellcheck disable=SC2034 # for wait_for
wait_s=600	# an emulated processor, and what a halt takes to be told

setup_file() {
	rm -f build/dsactl	# in this boot alone
	cp -a "$LAB_OUT/stage/." /
	dsactl split-device dsa0 --slices 2
	dsactl split-device dsa1 --slices 3
	dsactl create-vdev dsa0 --name vm1
}

api() { busybox wget -qO- "http://localhost:9090/api/v1/$1"; }

# value METRIC: what Prometheus has of it, as "VALUE" lines.
value() { api "query?query=$1" | jq -r '.data.result[].value[1]' | sort; }
has_value() { [ "$(value "$1")" = "$2" ]; }

# alerts: of ours, "NAME STATE DEVICE" lines.
alerts() {
	api alerts | jq -r '.data.alerts[] | select(.labels.alertname | startswith("Dsactl")) |
		"\(.labels.alertname) \(.state) \(.labels.device)"' | sort
}
alerts_are() { [ "$(alerts)" = "$1" ]; }
halted() { [ "$(listed '[.slices[] | select(.state == "halted")] | length')" = "$1" ]; }

@test "Prometheus has the host's metrics, by the timer and node_exporter, and no alert" {
	run -0 section 'On each host'
	echo "$output"
	run -0 section 'Where Prometheus runs'
	echo "$output"
	[[ $output == *"SUCCESS"*"rules found"* ]]
	wait_for has_value 'sum(dsactl_device_slices)by(device)' $'2\n3'
	[ "$(systemctl show -P Result dsactl-metrics.service)" = success ]
	[ "$(api rules | jq '[.data.groups[].rules[] | select(.health == "err")] | length')" = 0 ]
	alerts_are ""
}

file=/var/lib/prometheus/node-exporter/dsactl.prom
halted_metric='dsactl_device_slices{device="dsa1",state="halted"}'
prometheus_has() { promtool query instant http://localhost:9090 "$halted_metric" | grep -q "=> $1 "; }

# The module ends it in less time than the metrics take to be written: so they are made what they are when
# it is met.
@test "a halt that the module ends fires no alert, though the metrics have it" {
	start_monitor events --device dsa1
	tests/lab/inject 1 halt flr
	wait_for grep -q '"state":"halted"' "$BATS_FILE_TMPDIR/events"
	end_client events || true
	wait_for halted 0
	systemctl stop dsactl-metrics.timer
	systemctl start dsactl-metrics.service
	sed -i -e '/^dsactl_device_slices{device="dsa1",state="halted"}/s/ .*/ 3/' $file
	wait_for prometheus_has 3
	systemctl start dsactl-metrics.timer
	end=$((SECONDS + wait_s))
	until prometheus_has 0; do
		alerts_are ""
		((SECONDS < end))
		sleep 5
	done
	alerts_are ""
}

@test "a device that halts and stays so fires our alert, which names it" {
	tests/lab/inject 0 halt cold
	wait_for alerts_are "DsactlDeviceHalted firing dsa0"
	api alerts | jq -c '.data.alerts[]'
	[ "$(api alerts | jq -r '.data.alerts[0] | [.labels.severity, .labels.instance, .annotations.summary] | join(" ")')" = \
		"critical localhost:9100 dsa0 on localhost:9100 halted" ]
	run -0 section 'What an alert says'
	echo "$output"
	line=$(sed -n 's/^\(ALERTS{.*}\) => 1$/\1/p' $page)
	[[ $output == *"$line => 1"* ]]
}

@test "once the device is mended the alert ends" {
	echo "$first" >/sys/bus/pci/drivers/idxd/unbind
	echo 1 >"/sys/bus/pci/devices/$first/reset"
	echo "$first" >/sys/bus/pci/drivers/idxd/bind
	dsactl -q unsplit-device dsa0 --force
	dsactl split-device dsa0 --slices 2
	wait_for alerts_are ""
}
