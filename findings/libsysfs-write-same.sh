#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does libsysfs write what is to be written?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

fetch_root trixie libsysfs2=2.1.1-7 libsysfs-dev=2.1.1-7 tcc libc6-dev
pretend_dsa
# As after a command that failed: idxd clears it whatever is written.
attributes "$dsa" cmd_status=0x12
documented=$(zcat "$root/usr/share/doc/libsysfs-dev/libsysfs.txt.gz" | grep -A4 '^Description:.*Writes to the supplied attribute' |
	tr -s '\n\t ' ' ' | grep -o 'writes the new value to the attribute' || :)
seen="libsysfs.txt: $documented
$(run_c sysfs <<'END'
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysfs/libsysfs.h>
#include <utime.h>

#define FILE_NAME "/sys/bus/dsa/devices/dsa0/cmd_status"

static void write_text(const char *what, const char *text)
{
	struct sysfs_attribute *attribute = sysfs_open_attribute(FILE_NAME);
	struct utimbuf before = { 1, 1 };
	struct stat stat_of;
	int rc;

	utime(FILE_NAME, &before);
	rc = sysfs_write_attribute(attribute, text, strlen(text));
	stat(FILE_NAME, &stat_of);
	printf("%s: returns %d, %s\n", what, rc, stat_of.st_mtime == 1 ? "not written" : "written");
	sysfs_close_attribute(attribute);
}

int main(void)
{
	write_text("0x12 without a newline", "0x12");
	write_text("0x12 with a newline, as it is read", "0x12\n");
	return 0;
}
END
)"
expected "each write reaches the driver, for which it may mean more than the text"
is_so "a text that is the same as what is read is not written, with success" \
	'libsysfs.txt: writes the new value to the attribute
0x12 without a newline: returns 0, written
0x12 with a newline, as it is read: returns 0, not written' "$seen"
