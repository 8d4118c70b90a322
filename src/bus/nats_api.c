/* Requests by json_writer, answers by json. */
#include "bus/nats_api.h"

#include <inttypes.h>
#include <stdlib.h>

#include "codec/json.h"
#include "codec/json_writer.h"

#define SECOND INT64_C(1000000000) /* ns, as all of JetStream's times */

static const int64_t MAX_AGE = SECOND * 3600 * 24 * 7;
static const int64_t DUPLICATE_WINDOW = SECOND / 10; /* the least that is allowed: none is needed */
static const int64_t HEARTBEAT = 2 * SECOND;
static const int64_t INACTIVE = 5 * SECOND; /* until a consumer without a subscriber is removed */

static void
put(struct json_writer *writer, const char *key, const char *value)
{
	json_put_text(writer, key, text_of(value));
}

void
api_write_stream(struct strbuf *out, const struct api_stream *stream)
{
	struct json_writer json = {.out = out};
	json_open_object(&json, NULL);
	put(&json, "name", stream->name);
	json_open_array(&json, "subjects");
	put(&json, NULL, stream->subjects);
	json_close_array(&json);
	put(&json, "retention", "limits");
	put(&json, "storage", "file");
	put(&json, "discard", "old");
	json_put_number(&json, "max_consumers", -1);
	json_put_number(&json, "max_msgs", -1);
	json_put_number(&json, "max_msgs_per_subject", -1);
	json_put_number(&json, "max_bytes", stream->max_bytes);
	json_put_number(&json, "max_age", MAX_AGE);
	json_put_number(&json, "max_msg_size", -1);
	json_put_number(&json, "duplicate_window", DUPLICATE_WINDOW);
	json_put_number(&json, "num_replicas", stream->replicas);
	json_close_object(&json);
}

void
api_write_consumer(struct strbuf *out, const char *stream, const char *deliver, uint64_t from)
{
	struct json_writer json = {.out = out};
	json_open_object(&json, NULL);
	put(&json, "stream_name", stream);
	json_open_object(&json, "config");
	put(&json, "deliver_subject", deliver);
	put(&json, "deliver_policy", "by_start_sequence");
	json_put_number(&json, "opt_start_seq", (int64_t)from);
	put(&json, "ack_policy", "none");
	put(&json, "replay_policy", "instant");
	json_put_number(&json, "max_deliver", 1);
	json_put_bool(&json, "flow_control", true);
	json_put_number(&json, "idle_heartbeat", HEARTBEAT);
	json_put_number(&json, "inactive_threshold", INACTIVE);
	json_put_number(&json, "num_replicas", 1);
	json_put_bool(&json, "mem_storage", true);
	json_close_object(&json);
	json_close_object(&json);
}

static void
differs(struct api_stream_state *state, bool unusable, const char *what)
{
	size_t len = strlen(state->differs);
	snprintf(state->differs + len, sizeof state->differs - len, "%s%s", len > 0 ? ", " : "",
		what);
	state->unusable |= unusable;
}

static bool
is(const struct json *config, const char *key, const char *value)
{
	return text_is(json_text(config, key), text_of(value));
}

static void
compare(struct api_stream_state *state, const struct json *config, const struct api_stream *wanted)
{
	char what[80];
	if (json_length(config, "subjects") != 1 ||
		!text_is(json_item(config, "subjects", 0), text_of(wanted->subjects)))
		differs(state, true, "its subjects");
	if (!is(config, "retention", "limits"))
		differs(state, true, "its retention");
	if (!is(config, "discard", "old"))
		differs(state, true, "what it discards");
	if (!is(config, "storage", "file"))
		differs(state, false, "it is not kept in files");
	if (json_number(config, "max_age") != MAX_AGE)
		differs(state, false, "how long messages are kept");
	if (json_number(config, "max_bytes") != wanted->max_bytes)
		differs(state, false, "how many bytes are kept");
	int64_t copies = json_number(config, "num_replicas");
	if (copies != (state->clustered ? (int64_t)wanted->replicas : 1)) {
		snprintf(what, sizeof what, "copies: %" PRId64 " instead of %u", copies,
			wanted->replicas);
		differs(state, false, what);
	}
}

/* An answer to what is published has no type; as a member of an object with one it can be read. */
static struct json *
answer_read(struct text answer, const struct json **json)
{
	struct strbuf typed = {0};
	strbuf_puts(&typed, "{\"type\":\"\",\"answer\":");
	strbuf_add_text(&typed, answer);
	strbuf_puts(&typed, "}");
	struct json *whole = json_read(strbuf_view(&typed));
	strbuf_clear(&typed);
	*json = whole ? json_member_object(whole, "answer") : NULL;
	return whole;
}

static void
state_read(const struct json *json, const struct api_stream *wanted, struct api_stream_state *state)
{
	const struct json *counts = json_member_object(json, "state"),
			  *config = json_member_object(json, "config");
	*state =
		(struct api_stream_state){.clustered = json_member_object(json, "cluster") != NULL};
	if (counts) {
		state->first = (uint64_t)json_number(counts, "first_seq");
		state->last = (uint64_t)json_number(counts, "last_seq");
	}
	snprintf(state->created, sizeof state->created, "%.*s",
		TEXT_ARGS(json_text(json, "created")));
	if (config)
		compare(state, config, wanted);
}

struct api_answer
api_read(struct text bytes, const struct api_stream *wanted)
{
	struct api_answer answer = {.code = API_UNREADABLE, .words = "the answer cannot be read"};
	const struct json *json;
	struct json *whole = answer_read(bytes, &json);
	const struct json *error = json ? json_member_object(json, "error") : NULL;
	if (error) {
		int64_t code = json_number(error, "err_code");
		answer.code = code > 0 && code < INT32_MAX ? (int)code : API_UNREADABLE;
		snprintf(answer.words, sizeof answer.words, "%.*s",
			TEXT_ARGS(json_text(error, "description")));
	} else if (json) {
		answer.code = API_OK;
		snprintf(answer.name, sizeof answer.name, "%.*s",
			TEXT_ARGS(json_text(json, "name")));
		if (wanted)
			state_read(json, wanted, &answer.state);
	}
	if (whole)
		json_close(whole);
	return answer;
}

/*
 * $JS.ACK.STREAM.CONSUMER.DELIVERED.STREAM_SEQ.CONSUMER_SEQ.TIME.PENDING; newer servers may put
 * DOMAIN.ACCOUNT before STREAM and something after PENDING (NATS ADR-15).
 */
bool
api_position(const char *reply, struct api_position *position)
{
	enum { TOKENS = 12 };
	const char *tokens[TOKENS];
	size_t n = 0;
	if (!reply || strncmp(reply, "$JS.ACK.", 8) != 0)
		return false;
	for (const char *at = reply; at && n < TOKENS; n++) {
		tokens[n] = at;
		at = strchr(at, '.');
		at = at ? at + 1 : NULL;
	}
	if (n != 9 && n < 11)
		return false;
	size_t first = n == 9 ? 5 : 7;
	*position = (struct api_position){
		.stream = strtoull(tokens[first], NULL, 10),
		.consumer = strtoull(tokens[first + 1], NULL, 10),
		.pending = strtoull(tokens[first + 3], NULL, 10),
	};
	return position->stream > 0 && position->consumer > 0;
}
