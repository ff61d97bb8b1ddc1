// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which word stands for which number of the interface, and is a text a PCI address? */
#include <ctype.h>
#include <linux/dsa_vdev.h>
#include <stdio.h>
#include <string.h>

#include "list.h"
#include "names.h"

static const char *const mappings[] = {
	[DSA_VDEV_MAPPING_AUTO] = "auto",
	[DSA_VDEV_MAPPING_SWEEP] = "sweep",
	[DSA_VDEV_MAPPING_HINTS] = "hints",
	[DSA_VDEV_MAPPING_PRS] = "prs",
};

int mapping_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(mappings); i++)
		if (!strcmp(mappings[i], name))
			return i;
	return -1;
}

const char *mapping_name(uint32_t mapping)
{
	return mapping < ARRAY_SIZE(mappings) ? mappings[mapping] : "unknown";
}

const char *slice_state_name(uint32_t state)
{
	static const char *const names[] = {
		[DSA_VDEV_SLICE_STATE_DEFINED] = "defined",
		[DSA_VDEV_SLICE_STATE_READY] = "ready",
		[DSA_VDEV_SLICE_STATE_RESERVED] = "reserved",
		[DSA_VDEV_SLICE_STATE_USED] = "used",
		[DSA_VDEV_SLICE_STATE_HALTED] = "halted",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

const char *vdev_state_name(uint32_t state)
{
	static const char *const names[] = {
		[DSA_VDEV_VDEV_STATE_CLOSED] = "closed",
		[DSA_VDEV_VDEV_STATE_DISABLED] = "disabled",
		[DSA_VDEV_VDEV_STATE_ENABLED] = "enabled",
		[DSA_VDEV_VDEV_STATE_HALTED] = "halted",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

const char *mapping_state_name(uint32_t state)
{
	static const char *const names[] = {
		[DSA_VDEV_MAPPING_STATE_NONE] = "none",
		[DSA_VDEV_MAPPING_STATE_COMPLETE] = "complete",
		[DSA_VDEV_MAPPING_STATE_MEMLOCK] = "memlock",
		[DSA_VDEV_MAPPING_STATE_MAX_PINNED] = "max-pinned",
		[DSA_VDEV_MAPPING_STATE_FAILED] = "failed",
		[DSA_VDEV_MAPPING_STATE_MAPPING] = "mapping",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

unsigned int mdev_type_wqs(const char *type)
{
	char known[NAME_SIZE];

	for (unsigned int wqs = 1; wqs <= DSA_VDEV_MAX_WQS; wqs *= 2)
		for (unsigned int served = 0; served < 2; served++) {
			mdev_type_name(known, wqs, served);
			if (!strcmp(known, type))
				return wqs;
		}
	return 0;
}

bool mdev_type_is_served(const char *type)
{
	return mdev_type_wqs(type) && strstr(type, "-bare-");
}

void mdev_type_name(char to[NAME_SIZE], unsigned int wqs, bool served)
{
	snprintf(to, NAME_SIZE, "idxd-%udwq%s-v1", wqs, served ? "-bare" : "");
}

int numa_node(int node)
{
	return node < 0 ? 0 : node;
}

static bool has_form(const char *text, const char *form)
{
	for (; *form && *text; form++, text++)
		if (*form == 'h' ? !isxdigit((unsigned char)*text)
		    : *form == 'o' ? *text < '0' || *text > '7' : *text != *form)
			return false;
	return !*form && !*text;
}

bool pci_is_address(const char *text)
{
	size_t digits = strspn(text, "0123456789abcdefABCDEF");

	/* A domain may have more than four digits. */
	return digits >= 4 && has_form(text + digits - 4, "hhhh:hh:hh.o");
}

bool pci_id_is_unsafe(unsigned int pci_id)
{
	return pci_id == 0x0b25 || pci_id == 0x0cfe;
}

bool pci_lacks_domain(const char *text)
{
	return has_form(text, "hh:hh.o");
}
