/* Tells an event to many: said once in each voice, and a reference in each outbox. */
#include "gateway/house.h"

enum { OPEN_BYTES = 16384 }; /* most that is said into one buffer */

/* What one event is in every voice. */
struct said {
	const struct event *event;
	uint64_t voices; /* a bit for each voice it was said in */
	struct slice in[VOICES_MAX];
};

/* Ended by its own doing, a session is told nothing more of others. */
static bool
connection_is_deaf(const struct connection *connection)
{
	return connection->ending != REASON_FINE || connection->lost || connection->doomed;
}

static unsigned
connection_voice(const struct connection *connection, const struct event *event)
{
	const struct talk *talk = &connection->talk;
	bool elsewhere =
		connection->elsewhere && event->place && event->place != talk->session.current;
	return connection->voices + talk->voice + (elsewhere ? 1 : 0);
}

static void
event_say(const struct connection *connection, const struct event *event, unsigned voice)
{
	struct strbuf *buf = &connection->gateway->buf;
	buf->len = 0;
	connection->talk.listener->adapter->say(voice - connection->voices, event, buf);
}

/*
 * Puts what was said behind what was said in that voice earlier in this turn, so that
 * whoever hears all of it has one piece to send. A new buffer is as large as
 * seems to be needed.
 */
static struct slice
voice_add(struct voice *voice, struct text said)
{
	if (!voice->open || !buffer_add(voice->open, said)) {
		size_t cap = voice->before > 2 * voice->now ? voice->before : 2 * voice->now;
		if (cap > OPEN_BYTES)
			cap = OPEN_BYTES;
		if (voice->open)
			buffer_drop(voice->open);
		voice->open = buffer_open(cap > said.len ? cap : said.len);
		buffer_add(voice->open, said);
	}
	voice->now += said.len;
	uint32_t end = voice->open->len;
	return (struct slice){voice->open, end - (uint32_t)said.len, end};
}

static void
said_add(struct said *said, const struct connection *connection, unsigned voice)
{
	struct gateway *gateway = connection->gateway;
	event_say(connection, said->event, voice);
	said->in[voice] = voice_add(&gateway->voices[voice], strbuf_view(&gateway->buf));
	said->voices |= UINT64_C(1) << voice;
}

static inline struct slice
said_in(struct said *said, const struct connection *connection)
{
	unsigned voice = connection_voice(connection, said->event);
	if (!(said->voices >> voice & 1))
		said_add(said, connection, voice);
	return said->in[voice];
}

void
gateway_fall_silent(struct gateway *gateway)
{
	for (size_t i = 0; i < VOICES_MAX; i++) {
		struct voice *voice = &gateway->voices[i];
		if (voice->open)
			buffer_drop(voice->open);
		*voice = (struct voice){.before = voice->now};
	}
}

static bool
event_is_speech(const struct event *event)
{
	return event->kind == EVENT_SAID || event->kind == EVENT_EMOTE ||
	       event->kind == EVENT_DIRECT;
}

/*
 * The copy of who caused it, if it wants one: whoever gave the request a name waits for
 * its answer, and who speaks to itself for a word.
 */
static void
tell_own(struct said *said, struct connection *connection, const struct event *event)
{
	bool wanted = connection->talk.listener->echo || event->ref.len > 0 ||
		      text_is(event->actor, event->target);
	if (event_is_speech(event) && !wanted)
		return;
	/* What people say is the same for themselves, but for the name they gave it. */
	if (event_is_speech(event) && !event->ref.ptr) {
		connection_push(connection, said_in(said, connection));
		return;
	}
	struct event mine = *event;
	mine.own = true;
	event_say(connection, &mine, connection_voice(connection, event));
	struct buffer *buffer = buffer_make(strbuf_view(&connection->gateway->buf));
	connection_push(connection, (struct slice){buffer, 0, buffer->len});
	buffer_drop(buffer);
}

void
gateway_tell(void *gateway, const struct event *event, struct session *const to[], size_t n)
{
	(void)gateway;
	struct event others = *event;
	others.ref = TEXT_NONE;
	struct said said;
	said.event = &others;
	said.voices = 0;
	struct connection *own = NULL;
	for (size_t i = 0; i < n; i++) {
		struct connection *connection = (struct connection *)to[i];
		if (!connection || connection_is_deaf(connection))
			continue;
		if (to[i] == event->by)
			own = connection;
		else
			connection_push(connection, said_in(&said, connection));
	}
	if (own)
		tell_own(&said, own, event);
}
