"""The terminal client over the lobby protocol; and what it does alike over direct."""

import re

import pytest

from clients import LineClient
from scripted import ScriptedServer
from server import free_port
from terminal import F2, F3

LONG = " ".join(f"{i} of many words" for i in range(300))


@pytest.fixture
def lobby(server, terminal):
    """Starts a client of the lobby protocol: lobby("-r", "tea", "ann")."""
    def start(*args, **options):
        host, port = server.address("lobby")
        return terminal("-p", "lobby", *args, host, port, **options)
    return start


@pytest.fixture
def enter_room(lobby):
    """Starts a client in a room, and waits until it has the list of its members."""
    def start(nick="ann", room="tea", **options):
        client = lobby("-r", room, nick, **options)
        client.shows(f"is here: .*{nick}|are here: .*{nick}")
        return client
    return start


@pytest.fixture
def line_server():
    """A scripted server of the lobby protocol."""
    server = ScriptedServer(LineClient)
    yield server
    server.close()


def member(server, nick="bob", room="tea"):
    """A json client in a room."""
    connection = server.json(nick)
    connection.send("join", room=room)
    connection.until("names", room=room)
    return connection


def shows_no_codes(client):
    """The protocol's digits are translated, never shown."""
    assert not [row for row in client.rows() if re.search(r"^(\d\d:\d\d )?(\*\*\* )?\d*$", row)
                and row], "\n".join(client.rows())


# Entering a room.

def test_the_lobby_asks_for_a_room_and_a_name(server, lobby):
    bob = member(server)
    client = lobby("", rows=20)
    client.shows("Would you like to list the rooms, or to join one?")
    client.typed("list or join>")
    client.enter("hello")
    client.shows("Type list to see the rooms, join ROOM")
    client.enter("list")
    client.shows(r"\*\*\* Rooms:$", "^        main$", "^        tea$",
                 r"\*\*\* Which room would you like to join\?$")
    client.typed("room>")
    client.enter("tea")
    client.shows(r"\*\*\* What is your name\?$")
    client.typed("name>")
    client.enter("ann")
    client.shows(r"\*\*\* ann has joined the chat$", r"\*\*\* 2 people are here: ann, bob$")
    client.typed("ann>")
    client.status(r"^ ann │ tea │ 2 people .* connected$")
    bob.until("join", nick="ann", room="tea")
    shows_no_codes(client)


def test_refusals_of_a_room_or_a_name_are_sentences(server, lobby):
    member(server, "ann", "main")
    client = lobby("ann", rows=20, columns=99)
    client.enter("/join")
    client.shows(r"\*\*\* Which room\?$")
    client.enter("a b")
    client.shows(r'\*\*\* "a b" cannot be a room\'s name: 1 to 64 characters, no spaces')
    client.typed("list or join>")
    client.enter("/join tea")
    client.shows(r'\*\*\* The name "ann" is already in use. Type another name.$')
    client.typed("name>")
    client.enter("a:b")
    client.shows(r'\*\*\* The name "a:b" cannot be used: 1 to 32 characters, no spaces')
    client.enter("ANN")
    client.shows(r'\*\*\* The name "ANN" is already in use. Type another name.$')
    client.enter("anna")
    client.status(r"^ anna │ tea │ 1 person .* connected$")
    shows_no_codes(client)


def test_what_the_command_line_gives_is_not_asked_for(enter_room):
    client = enter_room("ann", "tea")
    client.status(r"^ ann │ tea │ 1 person .* connected$")
    assert "?" not in "".join(client.rows())


def test_a_refused_room_or_name_of_the_command_line_is_asked_for(server, lobby):
    client = lobby("-r", "a:b", "a:b", columns=99)
    client.shows(r'"a:b" cannot be a room')
    client.enter("join tea")
    client.shows(r'The name "a:b" cannot be used')
    client.enter("ann")
    client.status(r"^ ann │ tea ")


def test_answers_may_be_typed_ahead(server, lobby):
    member(server)
    client = lobby("")
    client.keys("list\rjoin tea\rann\rhello\r")
    client.shows(r"\*\*\* 2 people are here: ann, bob$")
    client.shows("ann: hello$")


def test_leaving_before_entering_a_room(lobby):
    for keys in ("/q\r", "\x04", "list\r/quit\r", "join tea\r/logout\r"):
        client = lobby("", term="xterm-256color")
        client.until(lambda c=client: b"Would you like" in c.raw)
        client.keys(keys)
        assert client.wait() == 0 and client.restored()


def test_tab_completes_rooms_before_entering(server, lobby):
    member(server, "bob", "teahouse")
    client = lobby("ann")
    client.enter("list")
    client.typed("room>")
    client.keys("te\t")
    client.typed("room> teahouse")
    client.enter("")
    client.status(r"^ ann │ teahouse ")


def test_names_that_look_like_codes(server, lobby):
    bob = member(server, "2", "1")
    client = lobby("", rows=20)
    client.enter("list")
    client.shows(r"\*\*\* Rooms:$", "^        main$", "^        1$")
    client.enter("1")
    client.shows("What is your name")
    client.enter("2")
    client.shows(r'The name "2" is already in use')
    client.enter("0")
    client.shows(r"\*\*\* 2 people are here: 0, 2$")
    bob.send("chat", room="1", message="1")
    client.shows("^.{6}2: 1$")
    client.enter("/who")
    client.shows(r"\*\*\* In 1: 2, 0$")
    client.enter("0")
    bob.until("chat", nick="0", message="0")


def test_strings_without_an_end(start_server, terminal):
    server = start_server(lobby={"ending": "none"})
    bob = member(server)
    client = terminal("-p", "lobby", "-r", "tea", "ann", *server.address("lobby"))
    client.status(r"^ ann │ tea .* connected$")
    bob.until("join", nick="ann")
    bob.send("chat", room="tea", message="still hot")
    client.shows("bob: still hot$")


def test_a_full_server(start_server, terminal):
    server = start_server(limits={"sessions": 1}, lobby={}, direct={})
    server.json("bob")
    for protocol in "lobby", "direct":
        client = terminal("-p", protocol, "ann", *server.address(protocol))
        assert client.wait() == 1
        assert b"teahouse: login: The server is full. Please try again later.\r\n" in client.raw


def test_a_login_that_takes_too_long_is_reported(start_server, terminal):
    server = start_server(limits={"login_timeout": 1}, lobby={})
    client = terminal("-p", "lobby", "ann", *server.address("lobby"))
    assert client.wait() == 1
    assert b"teahouse: login: You did not log in in time.\r\n" in client.raw


# In a room.

def test_events_in_the_room_are_shown(server, enter_room):
    ann = enter_room(rows=20)
    bob = member(server)
    ann.shows(r"^\d\d:\d\d \*\*\* bob has joined the chat$")
    bob.send("chat", room="tea", message="hows it going")
    bob.send("chat", room="tea", message="0")
    bob.send("chat", room="tea", message="*** eve has joined")
    bob.send("emote", room="tea", message="goes out: to sea")
    bob.send("direct", to="ann", message="hi")
    bob.send("topic", room="tea", topic="milk first")
    bob.send("nick", nick="bobby")
    bob.until("nick", new="bobby")
    bob.drop()
    ann.shows(
        r"^\d\d:\d\d bob: hows it going$",
        r"^\d\d:\d\d bob: 0$",
        r"^\d\d:\d\d bob: \*\*\* eve has joined$",
        r"^\d\d:\d\d \[bob goes out: to sea\]$",
        r"^\d\d:\d\d bob -> ann: hi$",
        r"^\d\d:\d\d \*\*\* bob set the topic: milk first$",
        r"^\d\d:\d\d \*\*\* bob is now known as bobby$",
        r"^\d\d:\d\d \*\*\* bobby has left the chat$")
    ann.status(r"│ 1 person ")


def test_own_messages_are_sent_and_shown(server, enter_room):
    bob = member(server)
    ann = enter_room()
    ann.enter("hello")
    ann.enter("/say so")
    ann.shows("ann: hello$", "ann: so$")
    for message in "hello", "so":
        assert bob.until("chat", nick="ann")["message"] == message


def test_pasted_lines_are_sent_one_by_one_or_not_at_all(server, enter_room):
    bob = member(server)
    ann = enter_room(term="xterm")
    ann.keys("\x1b[200~one\n /logout\ntwo\x1b[201~\r")
    ann.until(lambda: b"cannot" in ann.raw)
    ann.keys("\x1b[200~three\n\nfour\x1b[201~\r")
    for message in "three", "four":
        assert bob.until("chat", nick="ann")["message"] == message


def test_a_long_text_is_cut_between_characters_and_never_into_commands(server, enter_room):
    bob = member(server)
    ann = enter_room(rows=40, columns=300)
    ann.keys(F2 + F3)
    text = LONG + " " + "é" * 700 + "/logout" * 200
    ann.enter(text)
    heard = ""
    while len(heard) < len(text):
        heard += bob.until("chat", nick="ann")["message"]
    assert heard == text
    ann.enter("still here")
    bob.until("chat", nick="ann", message="still here")
    ann.shows("ann: still here$")
    assert sum("ann: 0 of" in row for row in ann.rows()) == 1


def test_an_echo_is_not_shown_twice(start_server, terminal):
    server = start_server(lobby={"echo": "yes"})
    bob = member(server)
    ann = terminal("-p", "lobby", "-r", "tea", "ann", *server.address("lobby"))
    ann.status(r"2 people .* connected$")
    ann.enter("hello")
    bob.until("chat", nick="ann", message="hello")
    bob.send("chat", room="tea", message="hi")
    ann.shows("ann: hello$", "bob: hi$")


def test_commands_in_the_room(server, enter_room):
    member(server)
    ann = enter_room(rows=40, columns=99)
    for command in "who", "look", "names":
        ann.enter("/" + command)
        ann.shows(r"\*\*\* In tea: bob, ann$")
    ann.enter("/help")
    ann.shows("^ +/who, /look, /names ", "^ +/say TEXT ")
    for command in "rooms", "join cellar", "nick anna", "me waves", "topic", "msg bob x", "dance":
        ann.enter("/" + command)
        word = command.split()[0]
        ann.shows(rf"\*\*\* The lobby protocol has no command /{word}. Type /help for a list.$")
    ann.enter("//who")
    ann.shows(r"\*\*\* The lobby protocol cannot send a line that begins with a slash.$")
    ann.status(r"^ ann │ tea │ 2 people ")
    shows_no_codes(ann)


def test_many_lists_of_people_at_once(server, enter_room):
    member(server)
    ann = enter_room(rows=20)
    ann.keys("/who\r" * 3)
    ann.shows(*[r"\*\*\* In tea: bob, ann$"] * 3)
    ann.enter("done")
    ann.shows("ann: done$")


def test_tab_completes_nicks_and_commands(server, enter_room):
    member(server, "boris")
    ann = enter_room()
    ann.keys("bo\t")
    ann.typed("ann> boris:")
    ann.keys("\x15/log\t")
    ann.typed("ann> /logout")
    ann.enter("")
    assert ann.wait() == 0


def test_leaving_the_room(server, enter_room):
    bob = member(server)
    for leave in ("/logout\r", "/quit\r", "/q\r", "\x04"):
        ann = enter_room(term="xterm-256color")
        bob.until("join", nick="ann")
        ann.keys(leave)
        assert ann.wait() == 0 and ann.restored()
        bob.until("leave", nick="ann")


def test_logout_is_sent_but_q_is_not(line_server, terminal):
    for command, words in ("/logout", ["/logout"]), ("/q", []):
        client = terminal("-p", "lobby", "-r", "tea", "ann", *line_server.address)
        connection = line_server.accept()
        connection.expect("/join tea")
        connection.send("0")
        connection.expect("/nick ann")
        connection.send("0")
        connection.expect("/who")
        client.status("connected")
        client.enter(command)
        connection.expect(*words)
        connection.expect_end()
        connection.drop()
        assert client.wait() == 0


def test_reconnecting_to_the_room_by_the_same_name(start_server, terminal):
    listeners = {"lobby": {"port": free_port()}}
    first = start_server(**listeners)
    ann = terminal("-p", "lobby", "", *first.address("lobby"))
    for line in "join tea", "ann":
        ann.until(lambda: "?" in "".join(ann.rows()))
        ann.enter(line)
    ann.status(r"^ ann │ tea │ 1 person .* connected$")
    ann.keys("half")
    first.stop()
    ann.shows(r"\*\*\* The server is stopping.$")
    ann.shows("Connection lost")
    ann.enter(" a line")
    ann.status("1 to send, ")
    second = start_server(**listeners)
    bob = member(second)
    ann.shows("Reconnected")
    ann.shows("ann: half a line$")
    ann.status(r"^ ann │ tea │ 2 people .* connected$")
    bob.send("chat", room="tea", message="ann?")
    ann.shows("bob: ann[?]$")


def test_the_name_is_tried_again_until_it_is_free(line_server, terminal):
    ann = terminal("-p", "lobby", "-r", "tea", "ann", *line_server.address)
    for answers in (["0", "0"], ["0", "2", "2", "0"]):
        connection = line_server.accept()
        connection.expect("/join tea")
        for answer in answers[:-1]:
            connection.send(answer)
            if answer == "2":
                ann.status('waiting for the name "ann"')
            connection.expect("/nick ann")
        connection.send(answers[-1])
        connection.expect("/who")
        ann.status("connected$")
        connection.drop()
    ann.enter("/q")
    assert ann.wait() == 0


def test_control_characters_do_not_reach_the_terminal(line_server, terminal):
    evil = "\x1b]0;owned\x07\x1b[31mred\x9b2J\u202egone"
    ann = terminal("-p", "lobby", "ann", *line_server.address, term="xterm-256color")
    connection = line_server.accept()
    ann.enter("list")
    connection.expect("/list")
    connection.send("1", evil, evil, "*** " + evil)
    ann.enter("join tea")
    connection.expect("/join tea")
    connection.send("0")
    connection.expect("/nick ann")
    connection.send("0", evil, f"{evil}: {evil}", f"[{evil} {evil}]", f"{evil} -> ann: {evil}",
                    f"*** {evil} has joined", f"*** {evil} is now known as {evil}", "bob: last")
    ann.until(lambda: b"last" in ann.raw)
    for bytes_ in (b"\x1b]0;", b"\x1b[31mred", b"\x9b2J", b"\xc2\x9b", "\u202e".encode()):
        assert bytes_ not in ann.raw


@pytest.mark.parametrize("strings", [
    "\n", " \n", ": \n", "[\n", "[]\n", "[ ]\n", "*** \n", "***\n", "->\n", "a ->\n", "a -> b\n",
    "a -> :\n", "a: \n", " -> a: \n", "*** ann has left\n", "*** a is now known as \n",
    "x" * 9000 + "\n", "\0\n", "9999999999999999999999\n", "-1\n"])
def test_unexpected_strings(line_server, terminal, strings):
    ann = terminal("-p", "lobby", "ann", *line_server.address)
    connection = line_server.accept()
    ann.enter("list")
    connection.expect("/list")
    connection.send_bytes(strings.encode() + b"1\ntea\n")
    ann.enter("join tea")
    connection.expect("/join tea")
    connection.send_bytes(strings.encode() + b"0\n")
    connection.expect("/nick ann")
    connection.send_bytes(strings.encode() + b"0\n")
    connection.expect("/who")
    connection.send_bytes(strings.encode() + b"ann\nbob\n" + strings.encode() + b"bob: last\n")
    ann.shows("bob: last$")
    ann.status(r"^ ann │ tea ")
