/*
 * Random load by a fixed seed: users log in, exceed the rate, read too slowly, quit, lose
 * their connection and are dropped, while a referee receives everything. Each user must
 * have received an unbroken part of what the referee received.
 */
#include "gateway_fixture.h"

enum { PEOPLE = 30 };

struct storm {
	struct fixture fixture;
	struct caller *people[PEOPLE]; /* NULL: not connected */
	uint64_t seed;
	int named, said;
};

/* The messages in what was received: the whole lines with a # in them. */
static void
speech_of(const struct caller *caller, struct strbuf *speech)
{
	for (struct text rest = strbuf_view(&caller->conn.received); rest.ptr;) {
		struct text line = text_line(&rest);
		size_t at = line.len;
		/* From its nick on: the half line that the user has typed may be in front of it. */
		while (at > 0 && line.ptr[at - 1] != ':')
			at--;
		bool said = rest.ptr && at > 0 && at + 1 < line.len && line.ptr[at + 1] == '#';
		while (at > 0 && line.ptr[at] != 'u')
			at--;
		if (said) {
			strbuf_add(speech, line.ptr + at, line.len - at);
			strbuf_puts(speech, "\n");
		}
	}
}

/* Disconnects the user, whose messages must occur in the referee's in one piece. */
static void
depart(struct storm *storm, int who, const struct caller *referee)
{
	struct strbuf heard = {0}, all = {0};
	struct caller *caller = storm->people[who];
	lose(caller);
	turn(&storm->fixture);
	speech_of(caller, &heard);
	speech_of(referee, &all);
	bool found = heard.len == 0;
	for (size_t i = 0; !found && i + heard.len <= all.len; i++)
		found = memcmp(all.ptr + i, heard.ptr, heard.len) == 0;
	if (!found)
		bytes_show("not a part of what the referee received", strbuf_view(&heard));
	assert_true(found);
	strbuf_clear(&heard);
	strbuf_clear(&all);
	storm->people[who] = NULL;
}

static void
speak(struct storm *storm, struct caller *caller)
{
	struct strbuf lines = {0};
	for (int n = (int)random_below(&storm->seed, 4); n >= 0; n--)
		strbuf_printf(&lines, "#%d\r\n%s", storm->said++, n == 2 ? "/who\r\n" : "");
	if (random_below(&storm->seed, 40) == 0)
		strbuf_puts(&lines, "/quit\r\n#never\r\n");
	size_t cut = random_below(&storm->seed, (uint32_t)lines.len + 1);
	arrive(caller, (struct text){lines.ptr, cut});
	if (random_below(&storm->seed, 2))
		turn(&storm->fixture);
	if (caller->conn.connection)
		arrive(caller, (struct text){lines.ptr + cut, lines.len - cut});
	strbuf_clear(&lines);
}

static void
step(struct storm *storm, const struct caller *referee)
{
	int who = (int)random_below(&storm->seed, PEOPLE);
	struct caller *caller = storm->people[who];
	/* A close may take effect at once or later: net decides each time. */
	storm->fixture.close_at_once = random_below(&storm->seed, 2);
	if (!caller) {
		char nick[16];
		snprintf(nick, sizeof nick, "u%d", storm->named++);
		storm->people[who] = enter(&storm->fixture, &storm->fixture.telnet, nick);
		return;
	}
	switch (caller->conn.connection && !caller->conn.closed ? random_below(&storm->seed, 40)
								: 0) {
	case 0:
		depart(storm, who, referee);
		break;
	case 1:
		caller->conn.broken = true;
		break;
	case 2:
	case 3:
	case 4:
		caller->conn.takes = 0;
		break;
	case 5:
	case 6:
	case 7:
		takes(caller, random_below(&storm->seed, 400));
		break;
	case 8:
	case 9:
		takes(caller, SIZE_MAX);
		break;
	case 10:
		storm->fixture.time += random_below(&storm->seed, 2000);
		break;
	default:
		speak(storm, caller);
	}
	if (random_below(&storm->seed, 3))
		turn(&storm->fixture);
}

static void
each_user_receives_an_unbroken_part_of_one_common_order(void **state)
{
	(void)state;
	static struct storm storm;
	int dropped = 0;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		storm = (struct storm){.seed = seed};
		fixture_build(&storm.fixture);
		storm.fixture.settings.send_queue = 3000;
		storm.fixture.settings.core.rate = 20;
		storm.fixture.settings.core.burst = 30;
		fixture_open(&storm.fixture);
		struct caller *referee = enter(&storm.fixture, &storm.fixture.telnet, "referee");
		while (storm.fixture.n < CALLERS_MAX - 1)
			step(&storm, referee);
		storm.fixture.close_at_once = false;
		for (int i = 0; i < PEOPLE; i++)
			if (storm.people[i])
				depart(&storm, i, referee);
		/* What some sent before they left is still processed, as fast as the rate allows. */
		pass(&storm.fixture, 60000);
		for (size_t i = 0; i < storm.fixture.n; i++)
			dropped += storm.fixture.callers[i]->conn.why == REASON_TOO_SLOW;
		/* All others have left, each announced once. */
		assert_int_equal(core_users(gateway_core(storm.fixture.gateway)), 1);
		assert_int_equal(times_heard(referee, "has left the room."), storm.named);
		assert_int_equal(times_heard(referee, "has entered the room."), storm.named);
		assert_int_equal(times_heard(referee, "#never"), 0);
		assert_in_range(times_heard(referee, ": #"), 1000, storm.said);
		fixture_close(&storm.fixture);
	}
	/* The load was high enough for clients to be dropped. */
	assert_true(dropped > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_user_receives_an_unbroken_part_of_one_common_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
