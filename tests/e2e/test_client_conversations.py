"""Direct messages in the terminal client: a window for each person."""

import re

from scripted import ScriptedServer
from terminal import Terminal

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
    ann.shows("This is where the history begins")
    ann.settles()
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


def test_help_on_a_narrow_screen_comes_in_pages(server, start_client):
    ann = start_client("ann", columns=40, rows=16)
    ann.shows("This is where the history begins")
    ann.settles()
    before, seen = ann.rows(), ""
    ann.keys("\x1bOP")
    while True:
        ann.shows(r"Press any key (for more, Esc to close|to close)\.$")
        ann.settles()
        seen += "\n".join(ann.rows()[1:13])
        last = ann.rows()
        if "to close." in last[13] and "more" not in last[13]:
            break
        ann.keys(" ")
        ann.until(lambda: ann.rows() != last, "the next page")
    for word in ("Keys", "Alt-Enter", "Ctrl-L", "Commands", "/nick NAME", "/topic", "/logout", "/set"):
        assert word in seen, word
    assert "…" not in seen
    ann.keys("x")
    ann.until(lambda: ann.rows() == before, "the log as it was, and no x")
    ann.keys("\x1bOP")
    ann.shows("for more, Esc to close")
    ann.keys("\x1b")
    ann.until(lambda: ann.rows() == before, "the log again, from the first page")


def test_the_word_that_mentions_is_marked(server, start_client):
    ann = start_client("ann", columns=80)
    bob = server.json("bob")
    bob.send("chat", message="x-ann and Ann, look")
    cells = ann.shows("bob: x-ann and Ann, look$")
    row = "".join(cells[i].data for i in range(80))
    marked = "".join(cells[i].data for i in range(80) if cells[i].reverse)
    assert marked == "bobAnn", row
    bob.send("emote", message="hugs ann")
    cells = ann.shows(r"\[bob hugs ann\]$")
    assert "".join(cells[i].data for i in range(80) if cells[i].reverse) == "bobann"


def test_escape_ends_what_is_new(server, start_client):
    ann = start_client("ann", columns=60)
    ann.enter("/join tea")
    ann.shows("ann has joined")
    bob = server.json("bob")
    bob.send("chat", message="anyone?")
    ann.status("main: 1 new")
    ann.keys(ALT + "1")
    ann.shows("^-+ new -+$", "bob: anyone")
    ann.keys("\x1b")
    ann.until(lambda: not any(" new -" in row for row in ann.rows()), "no line above what is new")


def test_exit_leaves_as_quit_does(server, start_client):
    for word in ("/exit", "/quit", "/q", "/Logout"):
        ann = start_client("ann")
        ann.shows("ann has joined")
        ann.enter(word)
        assert ann.wait() == 0


def test_one_person_is_asked_about_when_one_left():
    server = ScriptedServer()
    ann = Terminal("ann", *server.address, columns=80)
    peer, _ = server.accept_and_welcome()
    for nick in ("kim", "zoe"):
        peer.send("join", nick=nick, room="main", time=1000)
        peer.send("direct", nick=nick, to="ann", message="hi", time=1000)
    peer.send("leave", nick="kim", room="main", time=1000)
    assert peer.until("who")["nick"] == "kim"
    peer.send("error", code="no-such-nick", subject="kim", about="who", message="-", ref="peer")
    ann.keys(ALT + "2")
    ann.shows(r"\*\*\* kim is offline$")
    peer.send("leave", nick="zoe", room="main", time=1000)
    assert peer.until("who")["nick"] == "zoe"
    peer.send("who", users=[{"nick": "zoe", "protocol": "json", "rooms": ["tea"]}], first=True, ref="peer")
    ann.keys(ALT + "3")
    ann.shows("zoe: hi")
    ann.status(r"^ ann │ zoe │")
    assert "offline" not in "".join(ann.rows())
    ann.close()
    server.close()
