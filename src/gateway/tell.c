/* Tells an event to many: said once in each voice, and a reference in each outbox. */
#include "gateway/house.h"

/* What one event is in every voice; NULL: not said yet. */
struct said {
	const struct event *event;
	struct buffer *in[VOICES_MAX];
};

/* Ended by its own doing, a session is told nothing more of others. */
static bool
connection_is_deaf(const struct connection *connection)
{
	return connection->ending != REASON_FINE || connection->lost || connection->doomed;
}

static struct buffer *
said_in(struct said *said, const struct connection *connection)
{
	const struct talk *talk = &connection->talk;
	const struct adapter *adapter = talk->listener->adapter;
	const struct event *event = said->event;
	unsigned voice = talk->voice;
	if (adapter->elsewhere && event->place && event->place != talk->session.current)
		voice++;
	struct buffer **in = &said->in[connection->voices + voice];
	if (*in)
		return *in;
	struct ink *ink = &connection->gateway->ink;
	ink->len = 0;
	adapter->say(voice, event, ink);
	*in = buffer_make(ink_read(ink));
	return *in;
}

static void
said_clear(struct said *said)
{
	for (size_t i = 0; i < sizeof said->in / sizeof said->in[0]; i++)
		if (said->in[i])
			buffer_drop(said->in[i]);
}

static bool
event_is_speech(const struct event *event)
{
	return event->kind == EVENT_SAID || event->kind == EVENT_EMOTE ||
	       event->kind == EVENT_DIRECT;
}

/* The copy of who caused it: with the request that it answers. */
static void
tell_own(struct connection *connection, const struct event *event)
{
	/* Whoever gave the request a name waits for its answer, and who speaks to itself for a word. */
	bool wanted = connection->talk.listener->echo || event->ref.len > 0 ||
		      text_is(event->actor, event->target);
	if (event_is_speech(event) && !wanted)
		return;
	struct event mine = *event;
	mine.own = true;
	struct said said = {.event = &mine};
	connection_push(connection, said_in(&said, connection));
	said_clear(&said);
}

void
gateway_tell(void *gateway, const struct event *event, struct session *const to[], size_t n)
{
	(void)gateway;
	struct event others = *event;
	others.ref = (struct text){NULL, 0};
	struct said said = {.event = &others};
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
	said_clear(&said);
	if (own)
		tell_own(own, event);
}
