// SPDX-License-Identifier: GPL-2.0-only
/* Are other tools' files that are damaged refused, each with the place in it, and is what is lost told? */
#include "unit.h"

#include <dsactl/libdsactl.h>
#include <errno.h>

#define ACCEL_WQ(text)                                                         \
	"[{\"dev\":\"dsa0\",\"groups\":[{\"dev\":\"group0.0\",\"grouped_workqueues\":[" \
	"{\"dev\":\"wq0.0\"," text "}]}]}]"

#define MDEV(first)                                                            \
	"{\"" first "-0000-4000-8000-4ffa0fb1f3a5\":{\"mdev_type\":\"idxd-1dwq-v1\"}}"

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
		{ "[{\"0000:6a:01.0\":[{\"123e4567-e89b-42d3-a456-426614174000\":"
		  "{\"mdev_type\":\"idxd-1dwq-v1\",\"attrs\":[4]}}]}]", "\"attrs\"", DSACTL_FORMAT_MDEVCTL },
		{ "[]", "there is no device in it: accel-config save-config writes what is enabled",
		  DSACTL_FORMAT_ANY },
		{ "[]", "there is no device in it: define mdevs first", DSACTL_FORMAT_MDEVCTL },
		{ "[{\"0000:6a:01.0\":[]},{\"0000:6f:01.0\":[{}]}]", "there is no device in it", DSACTL_FORMAT_ANY },
		{ "[{\"0000:6a:01.0\":[" MDEV("9f57971a") "],\"0000:6f:01.0\":[" MDEV("8f57971a") "," MDEV("9F57971A") "]}]",
		  "[0]: 9F57971A-0000-4000-8000-4ffa0fb1f3a5: 0000:6a:01.0 has this UUID, too", DSACTL_FORMAT_ANY },
		{ ACCEL_WQ("\"size\":16,\"size\":32"), "byte 90: \"size\" is given twice", DSACTL_FORMAT_ANY },
		{ ACCEL_WQ("\"size\":016"), "this is not JSON", DSACTL_FORMAT_ANY },
		{ "[{\"dev\":\"dsa0\",},'", "this is not JSON", DSACTL_FORMAT_ANY },
		{ "[{\"0000:6a:01.0\":[" MDEV("9f57971a") ",]}]", "this is not JSON", DSACTL_FORMAT_ANY },
		{ "{\"version\":1,\"devices\":[],}", "this is not JSON", DSACTL_FORMAT_ANY },
		{ ACCEL_WQ("\"size\":1.5"), "[0]: the value of \"size\" is not of its kind",
		  DSACTL_FORMAT_ACCEL_CONFIG },
		{ ACCEL_WQ("\"size\":\"16\""), "\"size\"", DSACTL_FORMAT_ACCEL_CONFIG },
		{ ACCEL_WQ("\"type\":1"), "\"type\"", DSACTL_FORMAT_ACCEL_CONFIG },
		{ ACCEL_WQ("\"group_id\":true"), "\"group_id\"", DSACTL_FORMAT_ACCEL_CONFIG },
		{ ACCEL_WQ("\"type\":\"mdev\",\"mode\":\"shared\",\"size\":8"),
		  "[0]: wq0.0 is a shared work queue of type mdev", DSACTL_FORMAT_ACCEL_CONFIG },
		{ "[{\"dev\":\"dsa0\",\"groups\":{}}]", "\"groups\"", DSACTL_FORMAT_ACCEL_CONFIG },
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

#define NO_FORMAT	((enum dsactl_format)99)

TEST("a format that is none is refused, to and from it")
{
	static const char text[] = "{\"version\":1,\"devices\":[]}";
	struct dsactl_profile *profile;
	struct dsactl_ctx *ctx;
	char *to;

	CHECK(!dsactl_new(&ctx));
	CHECK_EQ(dsactl_profile_import_text(ctx, "file", text, strlen(text), NO_FORMAT, &profile),
		 -EINVAL);
	CHECK(strstr(dsactl_get_message(ctx), "file: 99 is no format"));
	CHECK(!dsactl_profile_import_text(ctx, "file", text, strlen(text), DSACTL_FORMAT_DSACTL, &profile));
	CHECK_EQ(dsactl_profile_export(profile, NO_FORMAT, &to), -EINVAL);
	dsactl_profile_free(profile);
	dsactl_unref(ctx);
}

/* @text as a profile, without blanks; to be freed. */
static char *imported(struct dsactl_ctx *ctx, const char *text)
{
	struct dsactl_profile *profile;
	char *plain, *to;

	if (dsactl_profile_import_text(ctx, "file", text, strlen(text), DSACTL_FORMAT_ANY, &profile))
		return strdup(dsactl_get_message(ctx));
	plain = to = dsactl_profile_get_text(profile);
	for (const char *c = plain; *c; c++)
		if (!strchr(" \n", *c))
			*to++ = *c;
	*to = '\0';
	dsactl_profile_free(profile);
	return plain;
}

static void check_imported(const char *text, const char *groups)
{
	struct dsactl_ctx *ctx;
	char *is;

	CHECK(!dsactl_new(&ctx));
	is = imported(ctx, text);
	if (!strstr(is, groups)) {
		printf("# %s\n# %s\n", text, is);
		CHECK(false);
	}
	free(is);
	dsactl_unref(ctx);
}

TEST("a parent of mdevctl without mdevs is passed over beside one with some")
{
	check_imported("[{\"0000:6a:01.0\":[]},{\"0000:6f:01.0\":[" MDEV("9f57971a") "]}]",
		       "\"devices\":[{\"match\":{\"pci\":\"0000:6f:01.0\"}");
}

TEST("work queues of the former type mdev are slices, one each, beside what else the group has")
{
	static const char text[] =
		"[{\"dev\":\"dsa0\",\"groups\":[{\"dev\":\"group0.0\",\"grouped_workqueues\":["
		"{\"dev\":\"wq0.0\",\"mode\":\"dedicated\",\"type\":\"mdev\",\"size\":16,\"name\":\"g\"},"
		"{\"dev\":\"wq0.1\",\"mode\":\"dedicated\",\"type\":\"kernel\",\"size\":8},"
		"{\"dev\":\"wq0.2\",\"type\":\"mdev\",\"size\":4}],"
		"\"grouped_engines\":[{\"dev\":\"engine0.1\"}]}],"
		"\"ungrouped_workqueues\":[{\"dev\":\"wq0.3\",\"mode\":\"dedicated\",\"type\":\"mdev\",\"size\":0}]}]";

	check_imported(text, "\"engines\":[1],\"slices\":[{\"wqs\":[{\"id\":0,\"name\":\"g\",\"size\":16}]},"
			     "{\"wqs\":[{\"id\":2,\"size\":4}]}],"
			     "\"wqs\":[{\"id\":1,\"type\":\"kernel\",\"mode\":\"dedicated\",\"size\":8}]}");
	check_imported(text, "\"type\":\"user\",\"mode\":\"dedicated\",\"size\":0,\"enabled\":false}");
}

static void keep(void *data, int priority, const char *text)
{
	char *said = data;

	(void)priority;
	strcat(strcat(said, text), "\n");
}

TEST("attributes of mdevctl and its \"manual\" are told as left out, of the mdevs that have them")
{
	static const char text[] =
		"[{\"0000:6a:01.0\":[{\"123e4567-e89b-42d3-a456-426614174000\":{\"mdev_type\":\"idxd-1dwq-v1\","
		"\"start\":\"auto\",\"attrs\":[]}},{\"223e4567-e89b-42d3-a456-426614174000\":{\"mdev_type\":\"idxd-1dwq-v1\","
		"\"start\":\"manual\",\"attrs\":[{\"block_on_fault\":0},{\"priority\":\"4\"}]}}]}]";
	char said[1024] = "";
	struct dsactl_ctx *ctx;

	CHECK(!dsactl_new(&ctx));
	dsactl_set_log(ctx, keep, said);
	free(imported(ctx, text));
	CHECK(!strcmp(said, "file: 223e4567-e89b-42d3-a456-426614174000: its attributes are left out, "
			    "since profiles have none: block_on_fault, priority\n"
			    "file: 223e4567-e89b-42d3-a456-426614174000: mdevctl starts it by hand (\"manual\"), "
			    "but apply-profile and restore will create it\n"));
	dsactl_unref(ctx);
}

TEST("block on fault beside prs_disable is left out, as accel-config's order of writing has it")
{
	check_imported(ACCEL_WQ("\"mode\":\"dedicated\",\"type\":\"user\",\"size\":8,"
				"\"block_on_fault\":1,\"prs_disable\":1"),
		       "\"size\":8,\"prs_disable\":1}");
	check_imported(ACCEL_WQ("\"mode\":\"dedicated\",\"type\":\"user\",\"size\":8,"
				"\"block_on_fault\":1,\"prs_disable\":0"),
		       "\"size\":8,\"block_on_fault\":true,\"prs_disable\":0}");
}

TEST("the operations of work queues and the size of the event log are kept")
{
	check_imported("[{\"dev\":\"dsa1\",\"event_log_size\":128,\"groups\":[{\"dev\":\"group1.0\","
		       "\"grouped_workqueues\":[{\"dev\":\"wq1.0\",\"mode\":\"dedicated\",\"type\":\"user\","
		       "\"op_config\":\"00000000,00000078\"}]}]}]",
		       "\"event_log_size\":128,\"groups\":[{\"id\":0,\"wqs\":[{\"id\":0,\"type\":\"user\","
		       "\"mode\":\"dedicated\",\"op_config\":\"00000000,00000078\"}]}]");
}
