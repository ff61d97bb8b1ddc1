#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for others
# What dsactl prints with -o json is what the schema promises. (Documents with
# slices and vdevs in them are looked at in the lab.)

load host.bash
load valid.bash
bats_require_minimum_version 1.5.0

setup() {
	need_namespaces
	cd "$BATS_TEST_DIRNAME/../.." || return
}

one='mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled'

@test "each document that needs no module keeps to the schema" {
	on_host "$one"'
		echo 7 >/sys/bus/dsa/devices/wq0.0/occupancy' bash -c '
		"$1" list -o json
		"$1" list --wqs -o json
		"$1" check -o json 2>/dev/null
		"$1" split-device dsa0 -n -o json
		"$1" unsplit-device dsa0 -n -o json
		"$1" create-vdev -n -o json
		"$1" apply-profile "$2" -n -o json
		"$1" stat -o json' _ "$dsactl" profiles/slice-per-wq.json 2>/dev/null >"$BATS_TEST_TMPDIR/documents" || true
	valid list list check change change change change stat <"$BATS_TEST_TMPDIR/documents"
	jq -s '.[0]' "$BATS_TEST_TMPDIR/documents" | by_the_book list
	[ "$(jq -s '.[1].wqs[0].occupancy, .[1].wqs[1].occupancy' "$BATS_TEST_TMPDIR/documents" |
		paste -sd' ')" = "7 null" ]
	[ "$(jq -sc '.[6].steps' "$BATS_TEST_TMPDIR/documents")" = '[{"step":"configure","device":"dsa0","slices":8}]' ]
}

@test "each change of a profile says what was done to which, and without -o json nothing" {
	local verbs='"$1" save-profile a $2
		"$1" enable-profile a $2
		"$1" disable-profile a $2
		"$1" import-profile "$3" $2
		"$1" import-profile "$3" --name b $2
		"$1" delete-profile a $2'
	run -0 --separate-stderr on_host "$one" bash -e -c "$verbs" _ "$dsactl" "-o json" profiles/half-host.json
	[ -z "$stderr" ]
	valid profile_change <<<"$output"
	[ "$(jq -c '[.action, .profile]' <<<"$output" | paste -sd' ')" = \
		'["save","a"] ["enable","a"] ["disable","a"] ["import","half-host"] ["import","b"] ["delete","a"]' ]
	run -0 on_host "$one" bash -e -c "$verbs" _ "$dsactl" "" profiles/half-host.json
	[ -z "$output" ]
	run -0 --separate-stderr on_host "$one" "$dsactl" save-profile - -o json
	[ "$(jq .version <<<"$output")" = 1 ]
}

@test "a document is UTF-8, whatever bytes others named a work queue or a file with" {
	local name=$'gr\xfcn \xc3\xbc \xe2\x82 \xed\xa0\x80 \xf0\x9f\x98\x80'
	on_host "$one" bash -c 'echo "$2" >/sys/bus/dsa/devices/wq0.0/name; "$1" list --wqs -o json
		"$1" show-profile "./$2" -o json 2>&1' _ "$dsactl" "$name" >"$BATS_TEST_TMPDIR/documents" || true
	python3 -c 'import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
first, end = json.JSONDecoder().raw_decode(text)
wanted = "gr\ufffdn ü \ufffd\ufffd \ufffd\ufffd\ufffd 😀"
assert first["wqs"][0]["label"] == wanted, first["wqs"][0]
assert json.loads(text[end:])["error"]["object"] == "./" + wanted' "$BATS_TEST_TMPDIR/documents"
}

@test "without the module, list and stat say so to people, and to no script" {
	for verb in list stat; do
		run -0 --separate-stderr on_host "$one" "$dsactl" "$verb"
		[[ $stderr == *"the module is not loaded"* ]]
		run -0 --separate-stderr on_host "$one" "$dsactl" "$verb" -o json
		[ -z "$stderr" ]
	done
}

@test "the address of a hint has all of its 64 bits" {
	cat >"$BATS_TEST_TMPDIR/hint.c" <<-'END'
		#include "model/inventory.h"
		#include "json.h"
		static struct dsactl_vdev vdev = { .nr_hints = 1, .hint = { { 0xfffffffffffff000, 4096 } } };
		int main(void) { puts(json_object_to_json_string(json_vdev(&vdev))); }
	END
	# Flags are words by intent.
	# shellcheck disable=SC2046
	gcc -D_GNU_SOURCE -include stdio.h -Icli -Ilib -Ilib/include -Ikmod/uapi -o "$BATS_TEST_TMPDIR/hint" \
		"$BATS_TEST_TMPDIR/hint.c" cli/json.c cli/out.c cli/progress.c cli/text.c \
		-L"$build" -ldsactl -Wl,-rpath,"$build" $(pkg-config --cflags --libs json-c)
	"$BATS_TEST_TMPDIR/hint" | grep -F '"iova": 18446744073709547520, "length": 4096'
}

@test "each kind of error with -o json keeps to the schema" {
	on_host true bash -c '
		"$1" frob -o json
		"$1" list -o json
		"$1" show-vdev vm1 -o json
		"$1" split-device dsa0 -o json
		"$1" --help -o json >/dev/full' _ "$dsactl" 2>"$BATS_TEST_TMPDIR/errors" || true
	valid error <"$BATS_TEST_TMPDIR/errors"
	[ "$(jq .error.exit "$BATS_TEST_TMPDIR/errors" | paste -sd' ')" = "2 6 6 6 1" ]
}

# by_the_book NAME: by the usual validator, which knows all of JSON Schema.
by_the_book() {
	python3 -c 'import json, jsonschema, sys
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
schema.pop("anyOf")
jsonschema.validate(json.load(sys.stdin), {"$ref": "#/$defs/" + sys.argv[2], **schema})' "$output_schema" "$1"
}

@test "what is not as the schema says is noticed" {
	valid list <<<'{"version": 1, "module": true}'
	by_the_book list <<<'{"version": 1, "module": true}'
	for wrong in '{"version": 2, "module": true}' '{"version": 1}' '{"version": 1, "module": 7}' '[]' \
		'{"version": 1, "module": true, "devices": [{"name": "dsa0"}]}' \
		'{"version": 1, "module": true, "wqs": {}}'; do
		run -1 valid list <<<"$wrong"
		run -1 by_the_book list <<<"$wrong"
	done
	run -1 valid list <<<'{"version": 1, "module": true, "more": 1}'
	run -1 valid error <<<'{"version": 1, "error": {"object": "a", "cause": "b", "remedy": "c", "exit": 8}}'
	run -1 valid list </dev/null
}
