# SPDX-License-Identifier: GPL-2.0-only
"""What lines of the module are in the functions that ran? See tests/bench/reached.

  reached.py FOLDER EMULATED BARE

FOLDER is where the module was built. EMULATED and BARE have an offset in its code on each line, in
a function that ran.
"""
import bisect
import os
import re
import subprocess
import sys

ROOMS = ("model", "vdev", "doors", "slice", "memory", "hw", "private", "core")
# What has a register access, and what a process's request, before it is an action on the host's device.
BEFORE = {
    "accesses of registers: model, vdev/emulated.c, doors/vfio.c": r"model/|vdev/emulated\.c|doors/vfio\.c",
    "requests of a process: vdev/bare.c, doors/vfio_bare.c": r"vdev/bare\.c|doors/vfio_bare\.c",
}


def functions(module, folder):
    """The offset of each function, and its lines as (file, line), files as below kmod."""
    said = subprocess.run(["objdump", "-dl", "-j", ".text", module], check=True, capture_output=True, text=True)
    source = re.compile(r"^/\S*?" + re.escape(folder) + r"/(\S+):(\d+)")
    starts, lines, at = [], [], None
    for text in said.stdout.splitlines():
        heading = re.match(r"^([0-9a-f]{16}) <", text)
        if heading:
            starts.append(int(heading[1], 16))
            lines.append(set())
            at = None
        elif text.startswith("/"):
            found = source.match(text)
            at = (os.path.normpath(found[1]), int(found[2])) if found else None
        elif at and re.match(r"^ *[0-9a-f]+:\t", text):
            lines[-1].add(at)
    return starts, lines


def reached(path, starts, lines):
    """How many functions ran, and their lines."""
    ran = set()
    with open(path, encoding="utf-8") as offsets:
        for offset in offsets:
            ran.add(bisect.bisect_right(starts, int(offset)) - 1)
    return len(ran), set().union(*(lines[i] for i in ran))


def row(what, emulated, bare):
    both = len(emulated & bare)
    print(f"{what:62} {len(emulated):8} {len(bare):8} {both:8} {len(bare) / len(emulated):8.2f}" if emulated else
          f"{what:62} {0:8} {len(bare):8} {both:8}        -")


def main():
    folder = sys.argv[1]
    starts, lines = functions(os.path.join(folder, "dsa_vdev.ko"), folder)
    if not set().union(*lines):
        sys.exit("the module has no lines of its sources")
    (nr_emulated, emulated), (nr_bare, bare) = (reached(path, starts, lines) for path in sys.argv[2:4])
    print(f"{'':62} emulated     bare     both  bare / emulated")
    print(f"{'functions of the module that ran':62} {nr_emulated:8} {nr_bare:8}")
    row("lines in them", emulated, bare)
    for room in ROOMS:
        in_room = [{at for at in way if at[0].startswith(room + "/")} for way in (emulated, bare)]
        row(f"  {room}/", *in_room)
    for what, pattern in BEFORE.items():
        row(what, *({at for at in way if re.match(pattern, at[0])} for way in (emulated, bare)))


if __name__ == "__main__":
    main()
