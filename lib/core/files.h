/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files and links of /sys and /proc. What is absent reads as "". */
#ifndef DSACTL_CORE_FILES_H
#define DSACTL_CORE_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Read the file, up to @size - 1 bytes. False where there is nothing. */
bool file_read(const char *path, char *text, size_t size);
/* The same, up to the first newline. */
void file_read_line(const char *path, char *text, size_t size);
/* The last part of what the link points to, and the one before it. */
void link_read_name(const char *path, char *name, size_t size);
void link_read_parent(const char *path, char *name, size_t size);
/* The same for a path that starts at the folder @dir, if it is none of the root's. */
void file_read_line_at(int dir, const char *path, char *text, size_t size);
void link_read_name_at(int dir, const char *path, char *name, size_t size);

#endif /* DSACTL_CORE_FILES_H */
