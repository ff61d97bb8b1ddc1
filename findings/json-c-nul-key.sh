#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does json-c keep a key with a NUL in it?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libjson-c5=0.18+ds-1 libjson-c-dev tcc libc6-dev
seen=$(run_c json-c <<'END'
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	const char *text = "{ \"wq\\u0000size\": 16, \"wq\": 4, \"name\": \"a\\u0000b\" }";
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, strlen(text));
	printf("%s -> %s\n", text, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
	return 0;
}
END
)
expected "valid JSON of three members has three after strict parsing: json-c keeps a NUL in a value"
is_so "a key ends at its NUL, so two members are one, without an error" \
	'{ "wq\u0000size": 16, "wq": 4, "name": "a\u0000b" } -> {"wq":4,"name":"a\u0000b"}' "$seen"
