"""Direct messages in the terminal client: a window for each person."""

import re

ALT = "\x1b"


def test_a_conversation_from_the_first_message_to_the_last(server, start_client):
    ann = start_client("ann", columns=100, rows=14)
    kim = server.json("kim")
    ann.shows("kim has joined")
    kim.send("direct", to="ann", message="a secret")
    ann.status("kim: 1 new")
    ann.shows("^Direct messages", "^2 kim +1│")
    ann.until(lambda: ann.screen.bells == 1, "a bell")
    assert not any("a secret" in row for row in ann.rows()), "not in the room in front"
    # What is being typed belongs to the room, and is there again on the way back.
    ann.keys("half a thought" + ALT + "2")
    ann.shows(r"kim: a secret")
    ann.typed("ann>")
    assert re.match(r" kim │ direct messages", ann.rows()[0])
    ann.enter("tell nobody")
    kim.until("direct", to="kim", message="tell nobody")
    ann.shows("kim: a secret", "ann: tell nobody")
    ann.enter("/me winks")
    kim.until("direct", to="kim", message="[ann winks]")
    ann.enter("/topic Tea")
    ann.shows("That is only for rooms.")
    ann.keys(ALT + "1")
    ann.typed("ann> half a thought")
    ann.keys("\x15" + ALT + "2")
    kim.send("nick", nick="kimmy")
    ann.shows("kim is now known as kimmy")
    ann.shows("^2 kimmy")
    ann.enter("/leave")
    ann.status("ann │ main")
    ann.until(lambda: not any("kimmy" in row[:18] for row in ann.rows()), "no window")
    ann.enter("/msg kimmy")
    ann.status("ann │ kimmy")


def test_another_person_with_the_name_is_asked_about(server, start_client):
    ann = start_client("ann", columns=100, rows=14)
    kim = server.json("kim")
    ann.shows("kim has joined")
    ann.enter("/msg kim")
    ann.enter("hello")
    kim.until("direct", message="hello")
    kim.drop()
    ann.shows(r"\*\*\* kim is offline")
    ann.status("kim is offline")
    impostor = server.json("kim")
    ann.shows("kim is back, or another person has this name now")
    ann.enter("the code is 1234")
    ann.status("kim may be another person now. Enter: send. Ctrl-U: discard.")
    ann.typed("ann> the code is 1234")
    ann.keys("\x15")
    ann.enter("who are you?")
    ann.status("kim may be another person now")
    ann.keys("\r")
    assert impostor.until("direct")["message"] == "who are you?"
    ann.enter("so it is you")
    assert impostor.until("direct")["message"] == "so it is you"


def test_people_who_come_and_go_are_one_line(server, start_client):
    ann = start_client("ann", columns=80)
    people = [server.json(name) for name in ("bob", "kim", "zoe", "dan")]
    ann.shows(r"\*\*\* bob, kim and 2 others have joined the chat$")
    for person in people[1:]:
        person.drop()
    ann.shows(r"\*\*\* bob has joined the chat$")
    assert sum("has" in row for row in ann.rows()) == 2


def test_help_is_over_the_log_until_a_key_is_pressed(server, start_client):
    ann = start_client("ann", columns=80, rows=24)
    before = ann.rows()
    ann.keys("\x1bOP")
    ann.shows("^ Keys +Commands")
    ann.keys("x")
    ann.until(lambda: ann.rows() == before, "the log as it was, and no x")


def test_the_topic_is_at_the_top_and_names_are_in_a_column(server, start_client):
    ann = start_client("ann", columns=80, rows=14)
    long = server.json("marguerite-de-la-tour")
    long.send("topic", topic="tea " * 40)
    ann.until(lambda: re.match(" main │ tea tea .*…$", ann.rows()[0]), "the topic, cut")
    long.send("chat", message="one " * 30)
    ann.shows("^..:.. marguerite-…: one one .*one$", "^ {20}one one")
    ann.resize(14, 40)
    ann.shows("^..:.. marguerite-de-la-tour: one one one$", "^        one one")
