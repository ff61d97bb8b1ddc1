#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes netlink_policy.h from the specification of the module's interface.

The kernel's generator (tools/net/ynl) makes policies for the kernel, and for user space
code of a library of its own; this makes libnl's struct nla_policy.

usage: netlink_policy.py dsa-vdev.yaml >netlink_policy.h
"""
import sys

import yaml

# The type of libnl, and the size of what has one. (libnl knows no size of signed types.)
NUMBERS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "s32": 4}
TYPES = {"string": "NLA_STRING", "nest": "NLA_NESTED"}


def c_name(*words):
    return "_".join(words).replace("-", "_").upper()


def value(limit, family):
    """A limit is a number or the name of a constant; a text has a NUL beside it."""
    return f"{limit} + 1" if isinstance(limit, int) else f"{c_name(family, limit)} + 1"


def policy(attribute, family):
    kind = attribute["type"]
    if kind in NUMBERS:
        fields = [f".type = NLA_{kind.upper()}", f".minlen = {NUMBERS[kind]}", f".maxlen = {NUMBERS[kind]}"]
    else:
        fields = [f".type = {TYPES[kind]}"]
    if "max-len" in attribute.get("checks", {}):
        fields.append(f".maxlen = {value(attribute['checks']['max-len'], family)}")
    return ", ".join(fields)


def main(path):
    with open(path, encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    family = spec["name"]
    print("/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */")
    print("/* What each attribute of the module's messages is. Made from the specification by netlink_policy.py. */")
    print("#ifndef DSACTL_BACKEND_NETLINK_POLICY_H\n#define DSACTL_BACKEND_NETLINK_POLICY_H\n")
    print(f"#include <linux/{c_name(family).lower()}.h>\n#include <netlink/attr.h>")
    for group in spec["attribute-sets"]:
        prefix = c_name(family, "a", group["name"])
        print(f"\nstatic const struct nla_policy {c_name(group['name']).lower()}_policy[{prefix}_MAX + 1] = {{")
        for attribute in group["attributes"]:
            print(f"\t[{c_name(prefix, attribute['name'])}] = {{ {policy(attribute, family)} }},")
        print("};")
    print("\n#endif /* DSACTL_BACKEND_NETLINK_POLICY_H */")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: netlink_policy.py dsa-vdev.yaml >netlink_policy.h")
    main(sys.argv[1])
