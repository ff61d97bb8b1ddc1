// SPDX-License-Identifier: GPL-2.0-only
/* Are sets of operations read and written as idxd does? */
#include "../../lib/core/ops.h"
#include "unit.h"

#define ZEROS "00000000,00000000,00000000,00000000,00000000,00000000,"

static const struct {
	const char *text, *full;	/* NULL: it is none */
} table[] = {
	{ "0", ZEROS "00000000,00000000" },
	{ "3F", ZEROS "00000000,0000003f" },
	{ "1,003f03fd", ZEROS "00000001,003f03fd" },
	{ ZEROS "00000001,003f03fd", ZEROS "00000001,003f03fd" },
	{ "80000000," ZEROS "00000000", "80000000," ZEROS "00000000" },
	{ "", NULL }, { ",", NULL }, { ",1", NULL }, { "1,", NULL }, { "1,,1", NULL },
	{ "123456789", NULL }, { "0x1", NULL }, { "-1", NULL }, { " 1", NULL }, { "1 ", NULL },
	{ "g", NULL }, { "1," ZEROS "00000000,00000000", NULL },
};

TEST("a set is read with or without its leading groups, and written with all of them")
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ops ops, again;
		char text[OPS_SIZE];

		CHECK_EQ(ops_parse(table[i].text, &ops), !!table[i].full);
		if (!table[i].full)
			continue;
		ops_format(&ops, text);
		CHECK(!strcmp(text, table[i].full));
		CHECK(ops_parse(text, &again) && !memcmp(&ops, &again, sizeof(ops)));
	}
}

TEST("a set is within another if that has each of its operations")
{
	struct ops some, all;

	CHECK(ops_parse("1,78", &some) && ops_parse("1,7f", &all));
	CHECK(ops_within(&some, &all) && !ops_within(&all, &some) && ops_within(&all, &all));
	CHECK(ops_parse("80000000," ZEROS "0", &some));
	CHECK(!ops_within(&some, &all));
}
