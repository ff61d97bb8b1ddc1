// SPDX-License-Identifier: GPL-2.0-only
/* The version message: see vfu_version.h. */
#include "vfu_version.h"
#include "vfu_msg.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#define MAJOR		0
#define MINOR_MAX	1	/* the answer never exceeds what was asked */
#define JSON_DEPTH	8

struct version { uint16_t major, minor; };

/* What this server has. An answer names only what the client proposed. */
static const struct capability {
	const char *name;
	enum json_type type;
	int64_t value;
} capabilities[] = {
	{ "max_msg_fds", json_type_int, VFU_MAX_FDS },
	{ "max_data_xfer_size", json_type_int, VFU_MAX_XFER },
	{ "max_dma_maps", json_type_int, 65535 },
	{ "pgsizes", json_type_int, 4096 },
	{ "write_multiple", json_type_boolean, true },
};

/* The client's JSON, an object; NULL if it is not one. The caller puts it. */
static struct json_object *parse(const uint8_t *text, size_t len)
{
	struct json_tokener *tokener;
	struct json_object *root;

	if (!len)
		return json_object_new_object();
	if (text[len - 1])
		return NULL;
	tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!tokener)
		return NULL;
	root = json_tokener_parse_ex(tokener, (const char *)text, (int)len);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    !json_object_is_type(root, json_type_object)) {
		json_object_put(root);
		root = NULL;
	}
	json_tokener_free(tokener);
	return root;
}

/* -EINVAL if a capability that we know has another type. */
static int agree(struct json_object *theirs, struct json_object *ours)
{
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities); i++) {
		const struct capability *cap = &capabilities[i];
		struct json_object *val;

		if (!json_object_object_get_ex(theirs, cap->name, &val))
			continue;
		if (!json_object_is_type(val, cap->type))
			return -EINVAL;
		json_object_object_add(ours, cap->name,
			cap->type == json_type_int ?
				json_object_new_int64(cap->value) :
				json_object_new_boolean(cap->value));
	}
	return 0;
}

static int answer_json(struct json_object *root, struct json_object *answer)
{
	struct json_object *theirs = NULL, *ours = json_object_new_object();

	json_object_object_add(answer, "capabilities", ours);
	if (!json_object_object_get_ex(root, "capabilities", &theirs))
		return 0;
	if (!json_object_is_type(theirs, json_type_object))
		return -EINVAL;
	return agree(theirs, ours);
}

static ssize_t answer_write(uint16_t minor, struct json_object *json,
			    uint8_t *answer, size_t room)
{
	struct version version = { MAJOR, minor < MINOR_MAX ? minor : MINOR_MAX };
	const char *text = json_object_to_json_string_ext(json,
							  JSON_C_TO_STRING_PLAIN);
	size_t len = strlen(text) + 1;

	if (len > room - sizeof(version))
		return -EMSGSIZE;
	memcpy(answer, &version, sizeof(version));
	memcpy(answer + sizeof(version), text, len);
	return (ssize_t)(sizeof(version) + len);
}

ssize_t vfu_version_answer(const uint8_t *asked, size_t len, uint8_t *answer,
			   size_t room)
{
	struct json_object *root, *json;
	struct version version;
	ssize_t ret;

	if (len < sizeof(version))
		return -EINVAL;
	memcpy(&version, asked, sizeof(version));
	if (version.major != MAJOR)
		return -ENOTSUP;
	root = parse(asked + sizeof(version), len - sizeof(version));
	if (!root)
		return -EINVAL;
	json = json_object_new_object();
	ret = answer_json(root, json);
	if (!ret)
		ret = answer_write(version.minor, json, answer, room);
	json_object_put(json);
	json_object_put(root);
	return ret;
}

void vfu_version_prepare(void)
{
	static const char asked[] = "\0\0\0\0{\"capabilities\":{\"max_msg_fds\":1}}";
	uint8_t answer[256];

	vfu_version_answer((const uint8_t *)asked, sizeof(asked), answer, sizeof(answer));
}
