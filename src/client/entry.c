/*
 * Getting in: what is chosen on the way, what somebody is asked for, and what
 * becomes of a refusal. The part of a visit that ends when one is let in.
 */
#include <stdlib.h>

#include "client/visit.h"

enum {
	TAKEN_MS = 1000,   /* between attempts at a nick */
	REFUSED_MS = 5000, /* between attempts when all is refused */
	PEOPLE_NAMED = 12,
};

void
visit_choose_room(struct visit *visit, struct text room)
{
	char *copy = word_copy(room);
	free(visit->room);
	visit->room = copy;
	visit->roomless = false;
}

struct text
visit_room(const struct visit *visit)
{
	struct text room = text_of(visit->been_in ? model_here(visit->model)->name : visit->room);
	return visit->roomless || room.len == 0 ? TEXT_NONE : room;
}

void
visit_welcome(struct visit *visit, struct text nick)
{
	if (visit->been_in)
		visit_note(visit, LINE_LOCAL, "Connected again.", NULL);
	model_call(visit->model, nick);
	visit->state = VISIT_IN;
	visit->been_in = true;
	visit->roomless = false;
	visit->delay = 0;
}

static void
visit_answer_name(struct visit *visit, struct text line)
{
	struct text command = TEXT_NONE;
	bool is_command = visit_command(&line, &command);
	bool names = text_is(command, text_of("nick")) || text_is(command, text_of("login"));
	line = text_trim(line);
	if (line.len == 0 || (is_command && !names)) {
		visit_note(visit, LINE_LOCAL, "First please type a name, or /q to leave.", NULL);
		return;
	}
	model_call(visit->model, line);
	visit_greet(visit);
}

const struct question question_name = {"name", "choose a name", false, visit_answer_name};

void
visit_ask(struct visit *visit, const struct question *question, const char *sentence)
{
	if (!visit->asks) {
		visit_fail(visit, "login",
			visit->sentence.len > 0 ? visit->sentence.ptr : "there is nobody to ask");
		return;
	}
	visit->state = VISIT_CHOOSING;
	visit->question = question;
	visit_note(visit, LINE_LOCAL, sentence, NULL);
	if (visit->been_in || visit->n_sayings == 0)
		return;
	/* Whoever knew the question has answered it ahead. */
	char *line = word_copy(text_of(visit->sayings[0].line));
	visit_forget_saying(visit, 0);
	question->answer(visit, text_of(line));
	free(line);
}

static void
visit_remember(struct visit *visit, struct text sentence)
{
	visit->sentence.len = 0;
	strbuf_add_text(&visit->sentence, sentence);
	strbuf_add(&visit->sentence, "", 1);
}

void
visit_warn(struct visit *visit, struct text sentence)
{
	visit_remember(visit, sentence);
	visit_note(visit, LINE_REFUSED, visit->sentence.ptr, NULL);
}

static void
visit_refuse_nick(struct visit *visit)
{
	if (!visit->asks) {
		visit_fail(visit, "login", visit->sentence.ptr);
		return;
	}
	visit->state = VISIT_CHOOSING;
	visit->question = &question_name;
	struct strbuf buf = {0};
	strbuf_printf(&buf, "%s Another one?", visit->sentence.ptr);
	strbuf_add(&buf, "", 1);
	visit_note(visit, LINE_REFUSED, buf.ptr, NULL);
	strbuf_clear(&buf);
}

void
visit_refuse(struct visit *visit, enum refusal refusal, struct text sentence)
{
	visit_remember(visit, sentence);
	if (refusal == REFUSED_ROOM && !visit->roomless && (visit->asks || visit->been_in)) {
		visit_note(visit, LINE_REFUSED, visit->sentence.ptr, NULL);
		visit->roomless = true;
		visit_greet(visit);
	} else if (visit->been_in) {
		if (!visit->told)
			visit_note(visit, LINE_REFUSED, visit->sentence.ptr, NULL);
		visit->told = true;
		visit->state = VISIT_WAITING;
		visit->next = visit_now() + (refusal == REFUSED_TAKEN ? TAKEN_MS : REFUSED_MS);
	} else if (refusal == REFUSED_NICK || refusal == REFUSED_TAKEN) {
		visit_refuse_nick(visit);
	} else {
		visit_fail(visit, "login", visit->sentence.ptr);
	}
}

bool
visit_type_answer(struct visit *visit, struct text line, struct text command)
{
	bool names = text_is(command, text_of("nick")) || text_is(command, text_of("login"));
	if (visit->state == VISIT_CHOOSING)
		visit->question->answer(visit, line);
	else if (visit->state == VISIT_WAITING && names)
		visit_answer_name(visit, line);
	else
		return false;
	return true;
}

void
visit_tell_people(struct visit *visit, struct text name)
{
	const struct room *room = model_room(visit->model, name);
	if (!room)
		return;
	struct strbuf buf = {0};
	size_t n = room->users;
	strbuf_printf(&buf, n == 1 ? "%zu person is here" : "%zu people are here", n);
	for (size_t i = 0; i < room->people.n && n <= PEOPLE_NAMED; i++)
		strbuf_printf(&buf, "%s%s", i ? ", " : ": ", room->people.at[i]);
	model_note(visit->model, LINE_LOCAL, name, strbuf_view(&buf), visit_time());
	strbuf_clear(&buf);
}
