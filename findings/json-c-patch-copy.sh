#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Are the two that "copy" of a JSON patch leaves two, in json-c?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libjson-c5=0.18+ds-1 libjson-c-dev tcc libc6-dev
seen=$(run_c json-c <<'END'
#include <json-c/json.h>
#include <json-c/json_patch.h>
#include <stdio.h>

static void patch(const char *text, const char *operations)
{
	json_object *document = json_tokener_parse(text);
	int rc = json_patch_apply(NULL, json_tokener_parse(operations), &document, NULL);

	printf("%s: %d, %s\n", operations, rc, json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN));
}

int main(void)
{
	const char *text = "{\"wq0\":{\"size\":16}}";

	patch(text, "[{\"op\":\"copy\",\"from\":\"/wq0\",\"path\":\"/wq1\"},"
		    "{\"op\":\"replace\",\"path\":\"/wq1/size\",\"value\":4}]");
	patch(text, "[{\"op\":\"add\",\"path\":\"/wq1\",\"value\":{\"size\":16}},"
		    "{\"op\":\"replace\",\"path\":\"/wq1/size\",\"value\":4}]");
	return 0;
}
END
)
expected "what changes the copy afterwards leaves what it was copied from as it was (RFC 6902, 4.5)"
is_so "both names have one and the same object, so that both are changed, with success" \
	'[{"op":"copy","from":"/wq0","path":"/wq1"},{"op":"replace","path":"/wq1/size","value":4}]: 0, {"wq0":{"size":4},"wq1":{"size":4}}
[{"op":"add","path":"/wq1","value":{"size":16}},{"op":"replace","path":"/wq1/size","value":4}]: 0, {"wq0":{"size":16},"wq1":{"size":4}}' "$seen"
