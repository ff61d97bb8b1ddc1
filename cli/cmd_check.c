// SPDX-License-Identifier: GPL-2.0-only
/* check: can this host do it? */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "out.h"
#include "verbs.h"

static void print_findings(struct dsactl_ctx *ctx)
{
	struct dsactl_finding *finding;

	dsactl_finding_foreach(ctx, finding) {
		const char *remedy = dsactl_finding_get_remedy(finding);
		const char *verdict = dsactl_finding_get_verdict_name(finding);

		out_word(verdict);
		printf("%*s %-5s %s\n", (int)(8 - strlen(verdict)), "",
		       dsactl_finding_get_object(finding), dsactl_finding_get_cause(finding));
		if (remedy[0])
			printf("%14s -> %s\n", "", remedy);
	}
}

static json_object *build(struct dsactl_ctx *ctx, int err)
{
	json_object *document = json_document(), *findings = json_object_new_array();
	struct dsactl_finding *finding;

	dsactl_finding_foreach(ctx, finding)
		json_object_array_add(findings, json_finding(finding));
	json_object_object_add(document, "able", json_object_new_boolean(!err));
	json_object_object_add(document, "findings", findings);
	return document;
}

int cmd_check(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	int err = dsactl_check(ctx);

	if (line->output == OUT_JSON)
		out_json(build(ctx, err));
	else
		print_findings(ctx);
	fflush(stdout);
	return err ? out_error(ctx, err) : EXIT_DONE;
}
