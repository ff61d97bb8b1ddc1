// SPDX-License-Identifier: GPL-2.0-only
/* What of a text may reach a terminal? */
#include <ctype.h>

#include "text.h"

bool text_is_ascii(const char *text)
{
	while (isascii((unsigned char)*text) && *text)
		text++;
	return !*text;
}

/* C0, DEL, and C1 as UTF-8 has it. */
char *text_clean(char *text)
{
	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
		else if (*c == '\xc2' && c[1] && (unsigned char)c[1] < 0xa0)
			c[0] = c[1] = '?';
	return text;
}
