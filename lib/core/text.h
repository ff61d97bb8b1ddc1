/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of a fixed size. */
#ifndef DSACTL_CORE_TEXT_H
#define DSACTL_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Copy text that fits or is cut; always ends in a NUL. */
void copy_text(char *to, size_t size, const char *from);
#define COPY_TEXT(to, from) copy_text(to, sizeof(to), from)

/* Whether @text ends in @end and is more than that. */
bool text_ends_with(const char *text, const char *end);

#endif /* DSACTL_CORE_TEXT_H */
