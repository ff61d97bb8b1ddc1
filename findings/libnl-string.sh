#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does a netlink policy mean the same to libnl as to the kernel?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libnl-3-200=3.7.0-2 libnl-3-dev tcc libc6-dev
seen=$(CPATH=/usr/include/libnl3 run_c nl-3 <<'END'
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

/* How is an attribute parsed whose policy is NLA_STRING of at most 3? */
static void parse(const char *what, const char *data, int len)
{
	struct nla_policy policy[2] = { [1] = { .type = NLA_STRING, .maxlen = 3 } };
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *found[2];
	int rc;

	nlmsg_put(msg, 0, 0, NLMSG_MIN_TYPE, 0, 0);
	nla_put(msg, 1, len, data);
	rc = nlmsg_parse(nlmsg_hdr(msg), 0, found, 1, policy);
	printf("%s: %s\n", what, rc ? nl_geterror(rc) : "taken");
	nlmsg_free(msg);
}

int main(void)
{
	parse("\"wq0\" without a NUL", "wq0", 3);
	parse("\"wq0\" with a NUL", "wq0", 4);
	parse("\"wq\" with a NUL", "wq", 3);
	return 0;
}
END
)
expected "as in the kernel, NLA_STRING needs no NUL at the end, and the length is that of the text"
is_so "libnl's NLA_STRING needs the NUL and counts it: a kernel's policy cannot be copied" \
	'"wq0" without a NUL: Invalid input data or parameter
"wq0" with a NUL: Input data out of range
"wq" with a NUL: taken' "$seen"
