// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is a text JSON as RFC 8259 has it, and the same to every reader? Pure: no I/O, no context.
 *
 * json-c takes more than JSON, which more depends on its release, and in its strict mode 0.18
 * takes no text beyond ASCII. So it makes objects only of what passed here. Readers differ on a
 * name that is twice in one object, on \u0000, on half of a surrogate pair and on integers beyond
 * 64 bits: these are refused, too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/list.h"
#include "json_text.h"

#define DEPTH_MAX 32

struct scan {
	const unsigned char *text;
	size_t len, at;
	bool commas;		/* one may stand before a closing bracket */
	unsigned int depth;
	struct problem *problem;
};

#define REFUSE(scan, place, format, ...)                                       \
	problem_set((scan)->problem, EINVAL, "correct it there", "byte %zu: " format, \
		    place, ##__VA_ARGS__)
#define NOT_JSON(scan, place, why) REFUSE(scan, place, "this is not JSON: " why)

/* The next byte, or -1 at the end. */
static int peek(const struct scan *scan)
{
	return scan->at < scan->len ? scan->text[scan->at] : -1;
}

/* Consume the next byte if it is @byte; whether it was. */
static bool take(struct scan *scan, int byte)
{
	if (peek(scan) != byte)
		return false;
	scan->at++;
	return true;
}

static void skip_blanks(struct scan *scan)
{
	while (scan->at < scan->len && strchr(" \t\r\n", scan->text[scan->at]) && scan->text[scan->at])
		scan->at++;
}

/* ---- Numbers ---- */

static bool is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

/* How many digits are next, and *@value by them; SIZE_MAX and UINT64_MAX where that does not hold them. */
static size_t scan_digits(struct scan *scan, uint64_t *value)
{
	size_t begin = scan->at;
	bool beyond = false;

	for (*value = 0; is_digit(peek(scan)); scan->at++) {
		beyond |= __builtin_mul_overflow(*value, 10, value);
		beyond |= __builtin_add_overflow(*value, peek(scan) - '0', value);
	}
	if (beyond)
		*value = UINT64_MAX;
	return beyond ? SIZE_MAX : scan->at - begin;
}

static int scan_number(struct scan *scan)
{
	size_t begin = scan->at, digits;
	bool negative = take(scan, '-'), integer = true, zero = peek(scan) == '0';
	uint64_t value, ignored;

	digits = scan_digits(scan, &value);
	if (!digits || (zero && digits > 1))
		return NOT_JSON(scan, begin, "a number begins with one digit of 1 to 9, or is 0");
	if (take(scan, '.')) {
		integer = false;
		if (!scan_digits(scan, &ignored))
			return NOT_JSON(scan, scan->at, "a digit is missing");
	}
	if (take(scan, 'e') || take(scan, 'E')) {
		integer = false;
		if (!take(scan, '+'))
			take(scan, '-');
		if (!scan_digits(scan, &ignored))
			return NOT_JSON(scan, scan->at, "a digit is missing");
	}
	if (integer && (digits == SIZE_MAX || (negative && value > (uint64_t)INT64_MAX + 1)))
		return REFUSE(scan, begin, "the number has more than 64 bits");
	return 0;
}

/* ---- Texts ---- */

/* The four digits of "\u...." into *@unit. */
static int scan_unit(struct scan *scan, unsigned int *unit)
{
	char digits[5] = "";
	size_t nr = 0;

	while (nr < 4 && peek(scan) > 0 && strchr("0123456789abcdefABCDEF", peek(scan)))
		digits[nr++] = scan->text[scan->at++];
	if (nr < 4)
		return NOT_JSON(scan, scan->at, "\\u takes four hexadecimal digits");
	*unit = strtoul(digits, NULL, 16);
	return *unit ? 0 : REFUSE(scan, scan->at - 6, "there is a \\u0000 in the text");
}

static int scan_code(struct scan *scan)
{
	size_t begin = scan->at - 2;
	unsigned int unit, low = 0;
	int err = scan_unit(scan, &unit);

	if (err || unit < 0xd800 || unit > 0xdfff)
		return err;
	if (unit < 0xdc00 && take(scan, '\\') && take(scan, 'u'))
		err = scan_unit(scan, &low);
	if (err || (low >= 0xdc00 && low <= 0xdfff))
		return err;
	return REFUSE(scan, begin, "there is half of a surrogate pair in the text");
}

static int scan_escape(struct scan *scan)
{
	int byte = peek(scan);

	scan->at++;
	if (byte == 'u')
		return scan_code(scan);
	if (byte > 0 && strchr("\"\\/bfnrt", byte))
		return 0;
	return NOT_JSON(scan, scan->at - 1, "there is no such escape");
}

/* One character of UTF-8 beyond ASCII, in its shortest form, and none of UTF-16's surrogates. */
static int scan_utf8(struct scan *scan)
{
	static const unsigned int least[] = { 0, 0x80, 0x800, 0x10000 };
	size_t begin = scan->at, left;
	unsigned int byte = scan->text[scan->at++], code, nr;

	left = nr = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
	code = byte & (0x3f >> nr);
	for (; left && (peek(scan) & ~0x3f) == 0x80; left--)
		code = code << 6 | (scan->text[scan->at++] & 0x3f);
	if (left || byte < 0xc0 || byte > 0xf7 || code < least[nr] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return NOT_JSON(scan, begin, "the text is not UTF-8");
	return 0;
}

static int scan_text(struct scan *scan)
{
	size_t begin = scan->at;
	int err = 0;

	if (!take(scan, '"'))
		return NOT_JSON(scan, scan->at, "a \" is missing");
	while (!err && peek(scan) != '"') {
		if (peek(scan) < 0)
			return NOT_JSON(scan, begin, "this text has no end");
		if (peek(scan) < 0x20)
			return NOT_JSON(scan, scan->at, "a control character in a text is written as an escape");
		if (peek(scan) >= 0x80)
			err = scan_utf8(scan);
		else if (scan->text[scan->at++] == '\\')
			err = scan_escape(scan);
	}
	scan->at += !err;
	return err;
}

/* ---- Objects and arrays ---- */

static int scan_value(struct scan *scan);

/* The text from @begin on, by json-c, which unescapes it; NULL for lack of memory. */
static json_object *text_at(const struct scan *scan, size_t begin)
{
	json_tokener *tokener = json_tokener_new();
	json_object *text = NULL;

	if (tokener)
		text = json_tokener_parse_ex(tokener, (const char *)scan->text + begin, scan->at - begin);
	if (tokener)
		json_tokener_free(tokener);
	return text;
}

/* @names: those of the object so far. */
static int scan_name(struct scan *scan, json_object *names)
{
	json_object *text;
	const char *name;
	size_t begin;
	int err;

	skip_blanks(scan);
	begin = scan->at;
	err = scan_text(scan);
	text = err ? NULL : text_at(scan, begin);
	name = json_object_get_string(text);
	if (!err && !name)
		err = problem_set(scan->problem, ENOMEM, NULL, "there is not enough memory");
	else if (!err && json_object_object_get_ex(names, name, NULL))
		err = REFUSE(scan, begin, "\"%.40s\" is given twice in one object", name);
	else if (!err)
		json_object_object_add(names, name, NULL);
	json_object_put(text);
	skip_blanks(scan);
	return err || take(scan, ':') ? err : NOT_JSON(scan, scan->at, "a : is missing");
}

/* Whether another item comes; else the list is over, or *@err says what is wrong. */
static bool has_next(struct scan *scan, char end, bool first, int *err)
{
	bool comma;

	skip_blanks(scan);
	comma = !first && take(scan, ',');
	skip_blanks(scan);
	if ((!comma || scan->commas) && take(scan, end))
		return false;
	if (first || comma)
		return true;
	*err = NOT_JSON(scan, scan->at, "a comma or the end of a list is missing");
	return false;
}

static int scan_items(struct scan *scan, char end, json_object *names)
{
	int err = 0;

	for (bool first = true; has_next(scan, end, first, &err); first = false) {
		err = names ? scan_name(scan, names) : 0;
		err = err ?: scan_value(scan);
		if (err)
			return err;
	}
	return err;
}

static int scan_list(struct scan *scan)
{
	bool object = scan->text[scan->at] == '{';
	json_object *names = object ? json_object_new_object() : NULL;
	int err;

	if (scan->depth == DEPTH_MAX)
		err = REFUSE(scan, scan->at, "objects and arrays are nested more than %d deep", DEPTH_MAX);
	else if (object && !names)
		err = problem_set(scan->problem, ENOMEM, NULL, "there is not enough memory");
	else {
		scan->at++;
		scan->depth++;
		err = scan_items(scan, object ? '}' : ']', names);
		scan->depth--;
	}
	json_object_put(names);
	return err;
}

/* ---- All of it ---- */

bool text_is_utf8(const char *text)
{
	struct problem ignored;
	struct scan scan = {
		.text = (const unsigned char *)text, .len = strlen(text), .problem = &ignored,
	};
	int err = 0;

	while (!err && peek(&scan) >= 0)
		if (peek(&scan) < 0x80)
			scan.at++;
		else
			err = scan_utf8(&scan);
	return !err;
}

static int scan_word(struct scan *scan)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);

		if (scan->len - scan->at < len || memcmp(scan->text + scan->at, words[i], len))
			continue;
		scan->at += len;
		return 0;
	}
	return peek(scan) < 0 ? NOT_JSON(scan, scan->at, "the text ends too early") :
				NOT_JSON(scan, scan->at, "a value is missing");
}

static int scan_value(struct scan *scan)
{
	skip_blanks(scan);
	switch (peek(scan)) {
	case '{':
	case '[':
		return scan_list(scan);
	case '"':
		return scan_text(scan);
	case '-':
	case '0' ... '9':
		return scan_number(scan);
	default:
		return scan_word(scan);
	}
}

int json_check_text(const char *text, size_t len, bool commas, struct problem *problem)
{
	struct scan scan = {
		.text = (const unsigned char *)text, .len = len, .commas = commas, .problem = problem,
	};
	int err;

	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return NOT_JSON(&scan, (size_t)0, "it begins with a byte order mark");
	skip_blanks(&scan);
	if (peek(&scan) >= 0 && peek(&scan) != '{' && peek(&scan) != '[')
		return NOT_JSON(&scan, scan.at, "a file begins with { or [");
	err = scan_value(&scan);
	skip_blanks(&scan);
	return err || scan.at == len ? err : NOT_JSON(&scan, scan.at, "the text goes on after its end");
}

int json_parse_text(const char *text, size_t len, bool commas, json_object **document,
		    struct problem *problem)
{
	json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX + 2);
	int err = tokener ? json_check_text(text, len, commas, problem)
			  : problem_set(problem, ENOMEM, NULL, "there is not enough memory");

	*document = err ? NULL : json_tokener_parse_ex(tokener, text, len);
	if (!err && !*document)
		err = problem_set(problem, ENOMEM, NULL, "json-c: %s",
				  json_tokener_error_desc(json_tokener_get_error(tokener)));
	if (tokener)
		json_tokener_free(tokener);
	return err;
}
