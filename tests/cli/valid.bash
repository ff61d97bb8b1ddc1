# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What dsactl prints with -o json, held against the schema.

cli_tests=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
output_schema=$cli_tests/../../schema/dsactl-output.schema.json

# valid NAME...: the documents on standard input; tells what is wrong with them.
valid() {
	local wrong
	wrong=$("$cli_tests/valid" --slurpfile schema "$output_schema" --args "$@") && [ -z "$wrong" ] && return
	echo "$wrong"
	return 1
}
