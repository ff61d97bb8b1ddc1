// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is the configuration of a device on which nothing is configured? */
#include <stdlib.h>
#include <string.h>

#include "config.h"

bool device_config_init(struct device_config *config, unsigned int nr_wqs,
			unsigned int nr_engines, unsigned int nr_groups)
{
	*config = (struct device_config){
		.nr_wqs = nr_wqs, .nr_engines = nr_engines, .nr_groups = nr_groups,
	};
	config->wq = calloc(nr_wqs + 1, sizeof(*config->wq));
	config->engine_group = calloc(nr_engines + 1, sizeof(*config->engine_group));
	config->group = calloc(nr_groups + 1, sizeof(*config->group));
	if (!config->wq || !config->engine_group || !config->group) {
		device_config_free(config);
		return false;
	}
	for (unsigned int i = 0; i < nr_engines; i++)
		config->engine_group[i] = -1;
	memset(config->group, 0xff, nr_groups * sizeof(*config->group));
	for (unsigned int i = 0; i < nr_wqs; i++) {
		config->wq[i].group = config->wq[i].ats_disable = config->wq[i].prs_disable = -1;
		config->wq[i].enqcmds_retries = -1;
		strcpy(config->wq[i].type, "none");
	}
	return true;
}

void device_config_free(struct device_config *config)
{
	free(config->wq);
	free(config->engine_group);
	free(config->group);
	*config = (struct device_config){ 0 };
}
