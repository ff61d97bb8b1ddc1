/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts that are not of dsactl itself. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>

bool text_is_ascii(const char *text);
/*
 * Texts of files and devices may hold control characters, which a terminal obeys: each byte
 * of them becomes '?'. Returns @text.
 */
char *text_clean(char *text);

#endif /* TEXT_H */
