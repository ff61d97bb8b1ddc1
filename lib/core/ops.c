// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which operations may a work queue carry out? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops.h"

/* The last group of @text[0..@len] into @word; what is left, or SIZE_MAX where it is none. */
static size_t parse_last(const char *text, size_t len, uint32_t *word)
{
	size_t begin = len;
	char digits[9];

	while (begin && text[begin - 1] != ',')
		begin--;
	if (begin == len || len - begin > 8 ||
	    strspn(text + begin, "0123456789abcdefABCDEF") < len - begin)
		return SIZE_MAX;
	snprintf(digits, sizeof(digits), "%.*s", (int)(len - begin), text + begin);
	*word = strtoul(digits, NULL, 16);
	/* A comma has a group before it. */
	return begin == 1 ? SIZE_MAX : begin ? begin - 1 : 0;
}

bool ops_parse(const char *text, struct ops *ops)
{
	size_t left = strlen(text);
	unsigned int nr = 0;

	*ops = (struct ops){ 0 };
	do {
		if (nr == OPS_WORDS)
			return false;
		left = parse_last(text, left, &ops->word[nr++]);
		if (left == SIZE_MAX)
			return false;
	} while (left);
	return true;
}

void ops_format(const struct ops *ops, char text[OPS_SIZE])
{
	size_t used = 0;

	for (unsigned int i = OPS_WORDS; i--; )
		used += snprintf(text + used, OPS_SIZE - used, "%08x%s", ops->word[i], i ? "," : "");
}

bool ops_within(const struct ops *ops, const struct ops *all)
{
	for (unsigned int i = 0; i < OPS_WORDS; i++)
		if (ops->word[i] & ~all->word[i])
			return false;
	return true;
}
