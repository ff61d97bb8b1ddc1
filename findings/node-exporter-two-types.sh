#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What becomes of a metric that two .prom files declare with two types?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie prometheus-node-exporter=1.9.0-1+b4 bash coreutils grep sed

# scrape TYPE: what is served of two files with a sample each, the second declared as TYPE
scrape() {
	mkdir -p "$root/tmp/metrics"
	printf '# TYPE dsa_errors gauge\ndsa_errors{device="dsa0"} 1\n' >"$root/tmp/metrics/a.prom"
	printf '# TYPE dsa_errors %s\ndsa_errors{device="dsa1"} 2\n' "$1" >"$root/tmp/metrics/b.prom"
	# The script is for the inner shell.
	# shellcheck disable=SC2016
	in_root bash -c '
		: >/tmp/log
		prometheus-node-exporter --collector.disable-defaults --collector.textfile \
			--collector.textfile.directory=/tmp/metrics --web.listen-address=127.0.0.1:0 2>>/tmp/log &
		until port=$(sed -n "s/.*Listening on.*address=127.0.0.1://p" /tmp/log) && [ -n "$port" ]; do sleep 0.1; done
		exec 3<>"/dev/tcp/127.0.0.1/$port"
		printf "GET /metrics HTTP/1.0\r\n\r\n" >&3
		tr -d "\r" <&3
		kill $!' | grep -E '^(HTTP|dsa_errors|node_textfile_scrape_error)'
}

seen="gauge and gauge:
$(scrape gauge)
gauge and counter:
$(scrape counter)"
expected "both samples are served, or the collector says by node_textfile_scrape_error that it could not read both files"
is_so "the sample of the second file is left out: only the log tells" \
	'gauge and gauge:
HTTP/1.0 200 OK
dsa_errors{device="dsa0"} 1
dsa_errors{device="dsa1"} 2
node_textfile_scrape_error 0
gauge and counter:
HTTP/1.0 200 OK
dsa_errors{device="dsa0"} 1
node_textfile_scrape_error 0' "$seen"
