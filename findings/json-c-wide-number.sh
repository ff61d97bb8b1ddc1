#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What does json-c make of an integer that is wider than 64 bits?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# How JSON_TOKENER_STRICT takes 2^64, and a number that a double cannot hold
parse() {
	run_c json-c <<'END'
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static void parse(const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, strlen(text));
	printf("%s %s -> %s\n", json_c_version(), text, object ?
	       json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN) :
	       json_tokener_error_desc(json_tokener_get_error(tokener)));
}

int main(void)
{
	parse("[18446744073709551616]");
	parse("[1e400]");
	return 0;
}
END
}

fetch_root bookworm libjson-c5=0.16-2 libjson-c-dev tcc libc6-dev
seen=$(parse)
fetch_root trixie libjson-c5=0.18+ds-1 libjson-c-dev tcc libc6-dev
seen+="
$(parse)"
expected "a number that JSON allows and json-c cannot hold is a range error, in strict mode at least"
is_so "0.16 makes it another number, without an error; 0.18 says that it is no number; a wide exponent both keep" \
	'0.16 [18446744073709551616] -> [18446744073709551615]
0.16 [1e400] -> [1e400]
0.18 [18446744073709551616] -> number expected
0.18 [1e400] -> [1e400]' "$seen"
