/* What JetStream is asked, and what is read from its answers. */
#include "unit.h"

#include "bus/nats_api.h"
#include "codec/json.h"

static const struct api_stream wanted = {"tea_log", "tea.log.*", 3, 17179869184};

#define CONFIG(subjects, storage, max_bytes, copies)                            \
	"\"config\":{\"name\":\"tea_log\",\"subjects\":[" subjects              \
	"],\"retention\":\"limits\",\"discard\":\"old\",\"storage\":\"" storage \
	"\",\"max_age\":604800000000000,\"max_bytes\":" max_bytes ",\"num_replicas\":" copies "}"
#define STATE   "\"state\":{\"messages\":3,\"first_seq\":5,\"last_seq\":7}"
#define CREATED "\"created\":\"2026-11-28T08:40:23.7Z\""
#define CLUSTER "\"cluster\":{\"name\":\"tea\",\"leader\":\"n1\"}"

static struct api_answer
read_stream(const char *answer)
{
	return api_read(text_of(answer), &wanted);
}

static void
streams_are_compared(void **state)
{
	(void)state;
	struct api_answer answer =
		read_stream("{\"type\":\"t\"," CREATED "," STATE "," CLUSTER
			    "," CONFIG("\"tea.log.*\"", "file", "17179869184", "3") "}");
	assert_int_equal(answer.code, API_OK);
	assert_string_equal(answer.state.created, "2026-11-28T08:40:23.7Z");
	assert_int_equal(answer.state.first, 5);
	assert_int_equal(answer.state.last, 7);
	assert_string_equal(answer.state.differs, "");
	assert_false(answer.state.unusable);

	/* A server that is alone keeps one copy. */
	answer = read_stream("{" CONFIG("\"tea.log.*\"", "file", "17179869184", "1") "}");
	assert_string_equal(answer.state.differs, "");

	answer = read_stream("{" CLUSTER "," CONFIG("\"tea.log.*\"", "memory", "1000", "1") "}");
	assert_string_equal(answer.state.differs,
		"it is not kept in files, how many bytes are kept, copies: 1 instead of 3");
	assert_false(answer.state.unusable);

	answer = read_stream("{" CONFIG("\"tea.log.*\",\"x\"", "file", "17179869184", "1") "}");
	assert_string_equal(answer.state.differs, "its subjects");
	assert_true(answer.state.unusable);
	answer = read_stream("{" CONFIG("\"tea.*\"", "file", "17179869184", "1") "}");
	assert_true(answer.state.unusable);
}

static void
errors_are_told(void **state)
{
	(void)state;
	struct api_answer answer = read_stream("{\"type\":\"io.nats\",\"error\":{\"code\":404,"
					       "\"err_code\":10059,\"description\":\"stream not "
					       "found\"}}");
	assert_int_equal(answer.code, API_NO_STREAM);
	assert_string_equal(answer.words, "stream not found");
	/* The answer to what is published has no type. */
	answer = api_read(text_of("{\"error\":{\"code\":503,\"err_code\":10077,\"description\":"
				  "\"maximum bytes exceeded\"},\"stream\":\"\",\"seq\":0}"),
		NULL);
	assert_int_equal(answer.code, 10077);
	assert_string_equal(answer.words, "maximum bytes exceeded");
	answer = api_read(text_of("{\"name\":\"Wq3\",\"stream_name\":\"tea_log\"}"), NULL);
	assert_int_equal(answer.code, API_OK);
	assert_string_equal(answer.name, "Wq3");
}

static void
anything_may_come(void **state)
{
	(void)state;
	static const char *const answers[] = {"", "{", "[]", "null", "}", "{}{}", "\"x\"",
		"{\"error\":{}}", "{\"error\":{\"err_code\":\"10059\"}}",
		"{\"error\":{\"err_code\":-1}}", "{\"error\":{\"err_code\":99999999999}}", "\xff"};
	for (size_t i = 0; i < COUNT(answers); i++)
		assert_int_equal(read_stream(answers[i]).code, API_UNREADABLE);
	/* What cannot be read whole is no error of JetStream. */
	assert_int_equal(read_stream("{\"error\":1}").code, API_OK);
	assert_true(read_stream("{\"config\":{}}").state.unusable);
	struct strbuf deep = {0};
	for (size_t i = 0; i < 10000; i++)
		strbuf_puts(&deep, "[");
	assert_int_equal(api_read(strbuf_view(&deep), &wanted).code, API_UNREADABLE);
	strbuf_clear(&deep);
	/* Names that are longer than any of ours are cut off. */
	struct strbuf name = {0};
	strbuf_puts(&name, "{\"name\":\"");
	for (size_t i = 0; i < 1000; i++)
		strbuf_puts(&name, "x");
	strbuf_puts(&name, "\"}");
	assert_int_equal(strlen(api_read(strbuf_view(&name), NULL).name), API_NAME_BYTES - 1);
	strbuf_clear(&name);
}

static void
assert_position(const char *reply, uint64_t stream, uint64_t consumer, uint64_t pending)
{
	struct api_position position;
	assert_true(api_position(reply, &position));
	assert_int_equal(position.stream, stream);
	assert_int_equal(position.consumer, consumer);
	assert_int_equal(position.pending, pending);
}

static void
positions_are_read(void **state)
{
	(void)state;
	assert_position("$JS.ACK.tea_log.Wq3.1.70001.12.1700000000000000000.34", 70001, 12, 34);
	assert_position("$JS.ACK.hub.ACC.tea_log.Wq3.1.18446744073709551615.12.17.0.xyz",
		UINT64_MAX, 12, 0);
	static const char *const others[] = {"", "$JS", "$JS.ACK.", "$JS.FC.tea_log.Wq3.xyz",
		"$JS.ACK.tea_log.Wq3.1.70001.12.17", "$JS.ACK.tea_log.Wq3.1.x.12.17.3",
		"$JS.ACK.tea_log.Wq3.1.7.0.17.3", "tea.inbox.1"};
	struct api_position position;
	assert_false(api_position(NULL, &position));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(api_position(others[i], &position));
}

static void
requests_are_written(void **state)
{
	struct strbuf json = {0};
	(void)state;
	api_write_stream(&json, &wanted);
	assert_text(strbuf_view(&json),
		text_of("{\"name\":\"tea_log\",\"subjects\":[\"tea.log.*\"],"
			"\"retention\":\"limits\",\"storage\":\"file\",\"discard\":\"old\","
			"\"max_consumers\":-1,\"max_msgs\":-1,\"max_msgs_per_subject\":-1,"
			"\"max_bytes\":17179869184,\"max_age\":604800000000000,"
			"\"max_msg_size\":-1,\"duplicate_window\":100000000,"
			"\"num_replicas\":3}"));
	strbuf_clear(&json);
	api_write_consumer(&json, "tea_log", "tea.inbox.1.log.1", 42);
	assert_text(strbuf_view(&json),
		text_of("{\"stream_name\":\"tea_log\",\"config\":{\"deliver_subject\":"
			"\"tea.inbox.1.log.1\",\"deliver_policy\":\"by_start_sequence\","
			"\"opt_start_seq\":42,\"ack_policy\":\"none\",\"replay_policy\":"
			"\"instant\",\"max_deliver\":1,\"flow_control\":true,"
			"\"idle_heartbeat\":2000000000,\"inactive_threshold\":5000000000,"
			"\"num_replicas\":1,\"mem_storage\":true}}"));
	strbuf_clear(&json);
}

int
main(void)
{
	json_open();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_compared),
		cmocka_unit_test(errors_are_told),
		cmocka_unit_test(anything_may_come),
		cmocka_unit_test(positions_are_read),
		cmocka_unit_test(requests_are_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
