// SPDX-License-Identifier: GPL-2.0-only
/* Is all of JSON taken, and what is none, or what readers take in different ways, refused with its place? */
#include <errno.h>

#include "../../lib/profile/json_text.h"
#include "unit.h"

static struct problem problem;

static int check(const char *text, bool commas)
{
	memset(&problem, 0, sizeof(problem));
	return json_check_text(text, strlen(text), commas, &problem);
}

TEST("what the standard has is taken, and json-c makes the same of it again")
{
	static const char *const texts[] = {
		"{}", "[]", " [ ] ", "\t\r\n{\n}\n", "[[[[]]],{\"a\":{}}]",
		"{\"a\":1,\"b\":[true,false,null]}", "{\"\":0}", "[\"\"]",
		"[0,-0,1,-1,10,1.5,-0.5,1e5,1E+5,1e-5,0.0e0]",
		"[9223372036854775807,-9223372036854775808,18446744073709551615]",
		"[1000000000000000000000.0]",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fc\\ud83d\\ude00\"]",
		"[\"Größe\",\"ü\",\"日本語\",\"\xf0\x9f\x98\x80\",\"\xef\xbf\xbf\",\"\xf4\x8f\xbf\xbf\",\"\x7f\"]",
		"{\"Größe\":1,\"größe\":2}", "{\"a\":{\"a\":1},\"b\":{\"a\":1}}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_object *document = NULL, *again = NULL;
		const char *plain;

		if (json_parse_text(texts[i], strlen(texts[i]), false, &document, &problem)) {
			printf("# %s: %s\n", texts[i], problem.cause);
			CHECK(false);
			continue;
		}
		plain = json_object_to_json_string(document);
		CHECK(!json_parse_text(plain, strlen(plain), false, &again, &problem));
		CHECK(json_object_equal(document, again));
		json_object_put(document);
		json_object_put(again);
	}
}

/* A text, and what its message begins with. */
static const struct {
	const char *text, *words;
} refusals[] = {
	{ "", "byte 0: this is not JSON: the text ends too early" },
	{ "  ", "byte 2: this is not JSON: the text ends too early" },
	{ "12", "byte 0: this is not JSON: a file begins with { or [" },
	{ "\"a\"", "byte 0: this is not JSON: a file begins with { or [" },
	{ "\xef\xbb\xbf{}", "byte 0: this is not JSON: it begins with a byte order mark" },
	{ "{} {}", "byte 3: this is not JSON: the text goes on" },
	{ "[", "byte 1: this is not JSON: the text ends too early" },
	{ "[1", "byte 2: this is not JSON: a comma or the end" },
	{ "[1,]", "byte 3: this is not JSON: a value is missing" },
	{ "[,1]", "byte 1: this is not JSON: a value is missing" },
	{ "[1 2]", "byte 3: this is not JSON: a comma or the end" },
	{ "[1}", "byte 2: this is not JSON: a comma or the end" },
	{ "{\"a\":1,}", "byte 7: this is not JSON: a \" is missing" },
	{ "{\"a\"}", "byte 4: this is not JSON: a : is missing" },
	{ "{\"a\":}", "byte 5: this is not JSON: a value is missing" },
	{ "{a:1}", "byte 1: this is not JSON: a \" is missing" },
	{ "{'a':1}", "byte 1: this is not JSON: a \" is missing" },
	{ "['a']", "byte 1: this is not JSON: a value is missing" },
	{ "[1] // one", "byte 4: this is not JSON: the text goes on" },
	{ "[/* one */ 1]", "byte 1: this is not JSON: a value is missing" },
	{ "[016]", "byte 1: this is not JSON: a number begins with" },
	{ "[-016]", "byte 1: this is not JSON: a number begins with" },
	{ "[+1]", "byte 1: this is not JSON: a value is missing" },
	{ "[-]", "byte 1: this is not JSON: a number begins with" },
	{ "[.5]", "byte 1: this is not JSON: a value is missing" },
	{ "[1.]", "byte 3: this is not JSON: a digit is missing" },
	{ "[1e]", "byte 3: this is not JSON: a digit is missing" },
	{ "[1e+]", "byte 4: this is not JSON: a digit is missing" },
	{ "[0x10]", "byte 2: this is not JSON: a comma or the end" },
	{ "[NaN]", "byte 1: this is not JSON: a value is missing" },
	{ "[-Infinity]", "byte 1: this is not JSON: a number begins with" },
	{ "[True]", "byte 1: this is not JSON: a value is missing" },
	{ "[tru]", "byte 1: this is not JSON: a value is missing" },
	{ "[18446744073709551616]", "byte 1: the number has more than 64 bits" },
	{ "[-9223372036854775809]", "byte 1: the number has more than 64 bits" },
	{ "[99999999999999999999999999999999999999999]", "byte 1: the number has more than 64 bits" },
	{ "[\"a", "byte 1: this is not JSON: this text has no end" },
	{ "[\"a\\", "byte 4: this is not JSON: there is no such escape" },
	{ "[\"a\nb\"]", "byte 3: this is not JSON: a control character" },
	{ "[\"\\x41\"]", "byte 3: this is not JSON: there is no such escape" },
	{ "[\"\\u12g4\"]", "byte 6: this is not JSON: \\u takes four hexadecimal digits" },
	{ "[\"\\u0000\"]", "byte 2: there is a \\u0000" },
	{ "{\"size\\u0000more\":1}", "byte 6: there is a \\u0000" },
	{ "[\"\\ud800\"]", "byte 2: there is half of a surrogate pair" },
	{ "[\"\\ud800\\u0041\"]", "byte 2: there is half of a surrogate pair" },
	{ "[\"\\udc00\\ud800\"]", "byte 2: there is half of a surrogate pair" },
	{ "[\"\xfc\"]", "byte 2: this is not JSON: the text is not UTF-8" },
	{ "[\"\xc3\"]", "byte 2: this is not JSON: the text is not UTF-8" },
	{ "[\"\xc0\xaf\"]", "byte 2: this is not JSON: the text is not UTF-8" },
	{ "[\"\xe0\x80\xaf\"]", "byte 2: this is not JSON: the text is not UTF-8" },
	{ "[\"\xed\xa0\x80\"]", "byte 2: this is not JSON: the text is not UTF-8" },
	{ "[\"\xf4\x90\x80\x80\"]", "byte 2: this is not JSON: the text is not UTF-8" },
	{ "[\"\xf8\x88\x80\x80\x80\"]", "byte 2: this is not JSON: the text is not UTF-8" },
	{ "[\"\x80\"]", "byte 2: this is not JSON: the text is not UTF-8" },
	{ "{\"size\":16,\"size\":32}", "byte 11: \"size\" is given twice in one object" },
	{ "{\"size\":16,\"\\u0073ize\":32}", "byte 11: \"size\" is given twice in one object" },
	{ "[{\"a\":{\"b\":1,\"c\":2,\"b\":1}}]", "byte 19: \"b\" is given twice in one object" },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "byte 32: objects and arrays are nested more than 32 deep" },
};

TEST("what is no JSON, and what readers take in different ways, is refused with its place")
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		CHECK_EQ(check(refusals[i].text, false), -EINVAL);
		if (strncmp(problem.cause, refusals[i].words, strlen(refusals[i].words))) {
			printf("# %s: %s\n", refusals[i].text, problem.cause);
			CHECK(false);
		}
	}
}

TEST("a NUL in the text is not taken for its end")
{
	static const char text[] = "{}\0{}", inside[] = "[\"a\0b\"]", blank[] = "[\0]";

	CHECK_EQ(json_check_text(text, sizeof(text) - 1, false, &problem), -EINVAL);
	CHECK(strstr(problem.cause, "byte 2: "));
	CHECK_EQ(json_check_text(inside, sizeof(inside) - 1, false, &problem), -EINVAL);
	CHECK(strstr(problem.cause, "byte 3: "));
	CHECK_EQ(json_check_text(blank, sizeof(blank) - 1, false, &problem), -EINVAL);
	CHECK(strstr(problem.cause, "byte 1: "));
}

TEST("a comma before a closing bracket is taken where it is asked for, and only one")
{
	CHECK_EQ(check("[{\"a\":[1,2,],\"b\":1,},]", true), 0);
	CHECK_EQ(check("[,]", true), -EINVAL);
	CHECK_EQ(check("{,}", true), -EINVAL);
	CHECK_EQ(check("[1,,]", true), -EINVAL);
	CHECK_EQ(check("[016,]", true), -EINVAL);
}

TEST("a text that ends anywhere is refused, as is one without its end")
{
	static const char text[] = "{\"a\":[1,-2.5e3,\"\\u00fc\xc3\xbc\",true,null],\"b\":{}}";

	for (size_t len = 0; len < sizeof(text) - 1; len++)
		CHECK_EQ(json_check_text(text, len, false, &problem), -EINVAL);
	CHECK_EQ(json_check_text(text, sizeof(text) - 1, false, &problem), 0);
}
