/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public getters of plain fields: one line each. */
#ifndef DSACTL_MODEL_FIELDS_H
#define DSACTL_MODEL_FIELDS_H

#define GET(noun, type, name, field)                                           \
	type dsactl_##noun##_get_##name(const struct dsactl_##noun *noun)      \
	{                                                                      \
		return noun->field;                                            \
	}
#define IS(noun, name)                                                         \
	bool dsactl_##noun##_is_##name(const struct dsactl_##noun *noun)       \
	{                                                                      \
		return noun->name;                                             \
	}
#define NEXT(noun)                                                             \
	struct dsactl_##noun *dsactl_##noun##_get_next(struct dsactl_##noun *noun) \
	{                                                                      \
		return noun->next;                                             \
	}

#endif /* DSACTL_MODEL_FIELDS_H */
