// SPDX-License-Identifier: GPL-2.0-only
/* Are other tools' files that are damaged refused, each with the place in it? */
#include "unit.h"

#include <dsactl/libdsactl.h>
#include <errno.h>

TEST("a file whose parts are of the wrong kind is refused with its place")
{
	static const struct {
		const char *text, *place;
		enum dsactl_format format;
	} table[] = {
		{ "[{\"0000:6a:01.0\":[1]}]", "0000:6a:01.0[0]", DSACTL_FORMAT_MDEVCTL },
		{ "[{\"0000:6a:01.0\":7}]", "0000:6a:01.0", DSACTL_FORMAT_MDEVCTL },
		{ "[3]", "[0]", DSACTL_FORMAT_ACCEL_CONFIG },
		{ "[{\"dev\":\"dsa0\",\"groups\":[5]}]", "[0]", DSACTL_FORMAT_ACCEL_CONFIG },
		{ "{}", "the document", DSACTL_FORMAT_MDEVCTL },
		{ "[{\"0000:6a:01.0\":[{\"123e4567-e89b-42d3-a456-4266141740001\":"
		  "{\"mdev_type\":\"idxd-1dwq-v1\"}}]}]", "too long", DSACTL_FORMAT_MDEVCTL },
		{ "[{\"0000:6a:01.0000000000000000000000000000000\":[]}]", "too long",
		  DSACTL_FORMAT_MDEVCTL },
		{ "[{\"dev\":\"dsa0\",\"ungrouped_workqueues\":[{\"dev\":\"wq0.0\","
		  "\"mode\":\"dedicated and more\"}]}]", "too long", DSACTL_FORMAT_ACCEL_CONFIG },
	};
	struct dsactl_profile *profile;
	struct dsactl_ctx *ctx;

	CHECK(!dsactl_new(&ctx));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		CHECK_EQ(dsactl_profile_import_text(ctx, "file", table[i].text,
						    strlen(table[i].text), table[i].format,
						    &profile), -EINVAL);
		CHECK(strstr(dsactl_get_message(ctx), table[i].place));
	}
	dsactl_unref(ctx);
}
