/* JSON objects: which bytes are one, what can be read from it, and how one is written. */
#include "unit.h"

#include "codec/json.h"
#include "codec/json_writer.h"

static void
packet_must_be(struct text packet, bool fine, const char *file, int line)
{
	struct json *json = json_read(packet);
	if (!json == fine) {
		bytes_show(fine ? "should be read" : "should not be read", packet);
		_fail(file, line);
	}
	if (json)
		json_close(json);
}

#define assert_read(packet)     packet_must_be(BYTES(packet), true, __FILE__, __LINE__)
#define assert_not_read(packet) packet_must_be(BYTES(packet), false, __FILE__, __LINE__)

static void
an_object_with_a_type_is_read(void **state)
{
	(void)state;
	assert_read("{\"type\":\"\"}");
	assert_read(" \r\n{ \"type\" : \"chat\" , \"x\" : [ null , true , 1.5e3 ] } \n");
	struct json *json = json_read(BYTES("{\"type\":\"ch\\u0061t\",\"n\":-7}"));
	assert_non_null(json);
	assert_text(json_text(json, "type"), BYTES("chat"));
	assert_int_equal(json_number(json, "n"), -7);
	json_close(json);
}

static void
what_is_not_json_is_not_read(void **state)
{
	(void)state;
	assert_not_read("");
	assert_not_read("hello");
	assert_not_read("{\"type\":\"chat\"");
	assert_not_read("{\"type\":\"chat\"}}");
	assert_not_read("{\"type\":\"chat\"}{\"type\":\"chat\"}");
	assert_not_read("{\"type\":\"chat\",}");
	assert_not_read("{'type':'chat'}");
	assert_not_read("{\"type\":\"a\nb\"}");
	assert_not_read("\xef\xbb\xbf{\"type\":\"chat\"}");
	assert_not_read("{\"type\":\"chat\"}\0");
	assert_null(json_read(TEXT_NONE));
}

static void
what_is_no_object_is_not_read(void **state)
{
	(void)state;
	assert_not_read("[\"type\",\"chat\"]");
	assert_not_read("[{\"type\":\"chat\"}]");
	assert_not_read("\"type\"");
	assert_not_read("null");
	assert_not_read("7");
}

static void
without_a_type_that_is_a_string_it_is_not_read(void **state)
{
	(void)state;
	assert_not_read("{}");
	assert_not_read("{\"Type\":\"chat\"}");
	assert_not_read("{\"type\":7}");
	assert_not_read("{\"type\":null}");
	assert_not_read("{\"type\":[\"chat\"]}");
	assert_not_read("{\"x\":{\"type\":\"chat\"}}");
}

static void
a_key_that_comes_twice_is_not_read(void **state)
{
	(void)state;
	assert_not_read("{\"type\":\"chat\",\"type\":\"chat\"}");
	assert_not_read("{\"type\":\"chat\",\"x\":1,\"\\u0078\":2}");
	assert_not_read("{\"type\":\"chat\",\"x\":{\"a\":1,\"a\":1}}");
	assert_read("{\"type\":\"chat\",\"x\":{\"type\":1},\"y\":{\"type\":2}}");
}

static void
sixteen_levels_are_read_and_seventeen_are_not(void **state)
{
	(void)state;
	for (int depth = 2; depth <= 20; depth++) {
		for (int kind = 0; kind < 2; kind++) {
			struct strbuf packet = {0};
			strbuf_puts(&packet, "{\"type\":\"chat\",\"x\":");
			for (int i = 1; i < depth; i++)
				strbuf_puts(&packet, kind ? "{\"y\":" : "[");
			strbuf_puts(&packet, "0");
			for (int i = 1; i < depth; i++)
				strbuf_puts(&packet, kind ? "}" : "]");
			strbuf_puts(&packet, "}");
			packet_must_be(
				strbuf_view(&packet), depth <= JSON_DEPTH, __FILE__, __LINE__);
			strbuf_clear(&packet);
		}
	}
}

static void
brackets_in_a_string_are_no_levels(void **state)
{
	(void)state;
	assert_read("{\"type\":\"[[[[[[[[[[[[[[[[[[[[{{{{{{{{{{{{{{{{{{{{\"}");
	assert_read("{\"type\":\"\\\"[[[[[[[[[[[[[[[[[[[[\\\\\",\"x\":[[]]}");
	/* A quote that is escaped does not end one, an escaped backslash before it does. */
	assert_not_read("{\"type\":\"\\\\\",\"x\":[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]}");
}

static void
a_packet_full_of_brackets_is_refused_and_costs_nothing(void **state)
{
	(void)state;
	struct strbuf packet = {0};
	memset(strbuf_reserve(&packet, 65535), '[', 65535);
	packet.len = 65535;
	packet_must_be(strbuf_view(&packet), false, __FILE__, __LINE__);
	strbuf_clear(&packet);
}

static void
an_escaped_nul_is_a_character_of_its_string(void **state)
{
	(void)state;
	struct json *json = json_read(BYTES("{\"type\":\"chat\",\"message\":\"a\\u0000b\"}"));
	assert_non_null(json);
	assert_text(json_text(json, "message"), BYTES("a\0b"));
	json_close(json);
	assert_not_read("{\"type\":\"chat\",\"a\\u0000b\":1}");
}

static void
half_a_surrogate_pair_is_not_read(void **state)
{
	(void)state;
	assert_not_read("{\"type\":\"\\ud83d\"}");
	assert_not_read("{\"type\":\"\\ude00\"}");
	assert_not_read("{\"type\":\"\\ud83dx\"}");
	assert_not_read("{\"type\":\"\\ud83d\\ud83d\"}");
	assert_not_read("{\"type\":\"\xed\xa0\xbd\"}");
	struct json *json = json_read(BYTES("{\"type\":\"\\ud83d\\ude00\"}"));
	assert_non_null(json);
	assert_text(json_text(json, "type"), BYTES("\xf0\x9f\x98\x80"));
	json_close(json);
}

static void
what_is_not_utf8_is_not_read(void **state)
{
	(void)state;
	assert_not_read("{\"type\":\"\xff\"}");
	assert_not_read("{\"type\":\"\xc0\xaf\"}");
	assert_not_read("{\"type\":\"chat\",\"\xff\":1}");
}

static void
numbers_are_read_as_far_as_64_bits_go(void **state)
{
	(void)state;
	struct json *json = json_read(BYTES("{\"type\":\"x\",\"big\":9223372036854775807,"
					    "\"real\":2.0,\"text\":\"2\"}"));
	assert_non_null(json);
	assert_true(json_number(json, "big") == INT64_MAX);
	assert_int_equal(json_kind(json, "big"), FIELD_NUMBER);
	assert_int_equal(json_kind(json, "real"), FIELD_OTHER);
	assert_int_equal(json_number(json, "real"), 0);
	assert_int_equal(json_number(json, "text"), 0);
	assert_int_equal(json_number(json, "none"), 0);
	json_close(json);
}

static void
each_field_has_its_kind(void **state)
{
	(void)state;
	struct json *json = json_read(BYTES("{\"type\":\"x\",\"t\":\"\",\"n\":0,\"b\":true,"
					    "\"z\":null,\"a\":[],\"o\":{}}"));
	assert_non_null(json);
	assert_int_equal(json_kind(json, "t"), FIELD_TEXT);
	assert_int_equal(json_kind(json, "n"), FIELD_NUMBER);
	assert_int_equal(json_kind(json, "b"), FIELD_FLAG);
	assert_int_equal(json_kind(json, "z"), FIELD_OTHER);
	assert_int_equal(json_kind(json, "a"), FIELD_OTHER);
	assert_int_equal(json_kind(json, "o"), FIELD_OTHER);
	assert_int_equal(json_kind(json, "missing"), FIELD_MISSING);
	assert_non_null(json_text(json, "t").ptr);
	assert_null(json_text(json, "n").ptr);
	assert_null(json_text(json, "missing").ptr);
	assert_true(json_flag(json, "b"));
	assert_false(json_flag(json, "n"));
	assert_false(json_flag(json, "missing"));
	json_close(json);
}

static void
arrays_are_read_by_their_members(void **state)
{
	(void)state;
	struct json *json =
		json_read(BYTES("{\"type\":\"x\",\"a\":[\"one\",2,{\"nick\":\"ann\"}]}"));
	assert_non_null(json);
	assert_int_equal(json_length(json, "a"), 3);
	assert_text(json_item(json, "a", 0), BYTES("one"));
	assert_null(json_item(json, "a", 1).ptr);
	assert_text(json_text(json_item_object(json, "a", 2), "nick"), BYTES("ann"));
	assert_null(json_item(json, "a", 3).ptr);
	assert_int_equal(json_length(json, "type"), 0);
	assert_int_equal(json_length(json, "missing"), 0);
	json_close(json);
}

/* Ends the object. */
static void
written_must_be(struct json_writer *json, struct text wanted)
{
	json_close_object(json);
	assert_text(strbuf_view(json->out), wanted);
	strbuf_clear(json->out);
}

static void
fields_are_written_in_the_order_they_were_put(void **state)
{
	(void)state;
	struct strbuf out = {0};
	struct json_writer json = json_begin(&out, "zebra");
	json_put_text(&json, "b", BYTES("2"));
	json_put_bool(&json, "c", true);
	json_open_object(&json, "o");
	json_put_number(&json, "n", 1);
	json_close_object(&json);
	json_open_array(&json, "l");
	json_put_text(&json, NULL, BYTES("x"));
	json_open_object(&json, NULL);
	json_put_text(&json, "y", BYTES(""));
	json_close_object(&json);
	json_put_number(&json, NULL, 2);
	json_close_array(&json);
	json_open_array(&json, "none");
	json_close_array(&json);
	written_must_be(&json, BYTES("{\"type\":\"zebra\",\"b\":\"2\",\"c\":true,\"o\":{\"n\":1},"
				     "\"l\":[\"x\",{\"y\":\"\"},2],\"none\":[]}"));
}

static void
numbers_are_written_to_the_last_digit(void **state)
{
	(void)state;
	static const int64_t numbers[] = {0, 9, 10, -1, -9007199254740993, INT64_MAX, INT64_MIN};
	struct strbuf out = {0};
	struct json_writer json = json_begin(&out, "x");
	json_open_array(&json, "n");
	for (size_t i = 0; i < COUNT(numbers); i++)
		json_put_number(&json, NULL, numbers[i]);
	json_close_array(&json);
	written_must_be(&json, BYTES("{\"type\":\"x\",\"n\":[0,9,10,-1,-9007199254740993,"
				     "9223372036854775807,-9223372036854775808]}"));
}

static void
what_would_end_a_string_or_a_line_is_escaped(void **state)
{
	(void)state;
	struct strbuf out = {0};
	struct json_writer json = json_begin(&out, "x");
	json_put_text(&json, "m", BYTES("\"\\\b\f\n\r\t\0\x1f/</script>\x7f"));
	written_must_be(
		&json, BYTES("{\"type\":\"x\",\"m\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001F/"
			     "</script>\x7f\"}"));
}

static void
what_is_not_utf8_is_written_clean(void **state)
{
	(void)state;
	struct strbuf out = {0};
	struct json_writer json = json_begin(&out, "x");
	json_put_text(&json, "m",
		BYTES("a\xff\x1b"
		      "b"));
	json_put_text(&json, "none", TEXT_NONE);
	written_must_be(&json, BYTES("{\"type\":\"x\",\"m\":\"a\xef\xbf\xbd"
				     "b\",\"none\":\"\"}"));
}

/* Whatever is written is read again as what it was. */
static void
every_byte_comes_back(void **state)
{
	(void)state;
	struct strbuf out = {0}, all = {0};
	for (int c = 0; c < 0x80; c++)
		strbuf_add(&all, (char[]){(char)c}, 1);
	strbuf_puts(&all, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8d\xb5\xe2\x80\xa8");
	struct json_writer writer = json_begin(&out, "x");
	json_put_text(&writer, "m", strbuf_view(&all));
	json_close_object(&writer);
	struct json *json = json_read(strbuf_view(&out));
	assert_non_null(json);
	assert_text(json_text(json, "m"), strbuf_view(&all));
	json_close(json);
	strbuf_clear(&out);
	strbuf_clear(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_with_a_type_is_read),
		cmocka_unit_test(what_is_not_json_is_not_read),
		cmocka_unit_test(what_is_no_object_is_not_read),
		cmocka_unit_test(without_a_type_that_is_a_string_it_is_not_read),
		cmocka_unit_test(a_key_that_comes_twice_is_not_read),
		cmocka_unit_test(sixteen_levels_are_read_and_seventeen_are_not),
		cmocka_unit_test(brackets_in_a_string_are_no_levels),
		cmocka_unit_test(a_packet_full_of_brackets_is_refused_and_costs_nothing),
		cmocka_unit_test(an_escaped_nul_is_a_character_of_its_string),
		cmocka_unit_test(half_a_surrogate_pair_is_not_read),
		cmocka_unit_test(what_is_not_utf8_is_not_read),
		cmocka_unit_test(numbers_are_read_as_far_as_64_bits_go),
		cmocka_unit_test(each_field_has_its_kind),
		cmocka_unit_test(arrays_are_read_by_their_members),
		cmocka_unit_test(fields_are_written_in_the_order_they_were_put),
		cmocka_unit_test(numbers_are_written_to_the_last_digit),
		cmocka_unit_test(what_would_end_a_string_or_a_line_is_escaped),
		cmocka_unit_test(what_is_not_utf8_is_written_clean),
		cmocka_unit_test(every_byte_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
