/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_CLEANUP_H
#define UNIT_LINUX_CLEANUP_H

#define DEFINE_CLASS(name, type, end, begin, args...)				\
	typedef type class_##name;						\
	static inline void class_##name##_end(class_##name *p) { type _T = *p; end; }	\
	static inline class_##name class_##name##_begin(args) { return begin; }

#define CLASS(name, var)							\
	__attribute__((cleanup(class_##name##_end))) class_##name var = class_##name##_begin

#endif /* UNIT_LINUX_CLEANUP_H */
