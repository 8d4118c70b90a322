"""The terminal client when the connection is lost, and before servers that misbehave."""

import subprocess
import time

import pytest

from clients import TIMEOUT
from server import free_port, program


def test_reconnecting_after_a_restart_of_the_server(start_server, terminal):
    port = free_port()
    listeners = {"json": {"port": port}, "relay": None, "lobby": None, "direct": None}
    first = start_server(**listeners)
    ann = terminal("ann", "127.0.0.1", port)
    ann.status("connected")
    ann.enter("/join tea")
    ann.status(r"│ tea │")
    ann.enter("/topic gone with the server")
    ann.until(lambda: ann.rows()[0] == " tea │ gone with the server", "the topic")
    ann.keys("half")
    first.stop()
    ann.shows("Connection lost")
    ann.status("reconnecting in [12] s")
    ann.typed("ann> half")
    ann.enter(" a line")
    ann.shows("ann: half a line$")
    ann.status("1 to send, ")
    second = start_server(**listeners)
    bob = second.json("bob", timeout=TIMEOUT)
    bob.send("join", room="tea")
    ann.shows("Reconnected")
    ann.shows("ann: half a line$")
    ann.status(r"^ ann │ tea │ .* main.* connected")
    ann.until(lambda: ann.rows()[0] == " tea", "no topic")
    bob.send("chat", room="main", message="here, too")
    ann.status("main: 1 new")
    ann.enter("over")
    said = []
    while not said or said[-1] != "over":
        packet = bob.until("chat", nick="ann")
        said.append(packet["message"])
    assert said in (["half a line", "over"], ["over"])


def test_messages_typed_while_disconnected_are_sent_once(scripted_server, terminal):
    ann = terminal("ann", "127.0.0.1", scripted_server.port)
    connection, _ = scripted_server.accept_and_welcome()
    ann.status("connected")
    connection.drop()
    ann.shows("Connection lost")
    ann.enter("first")
    ann.enter("second")
    connection, hello = scripted_server.accept_and_welcome()
    assert hello["nick"] == "ann" and hello["room"] == "main"
    for message in ("first", "second"):
        said = connection.until("chat", room="main", message=message)
        connection.send("chat", room="main", nick="ann", message=message, ref=said["ref"], time=1000)
    ann.shows("ann: first$", "ann: second$")
    connection.drop()
    connection, _ = scripted_server.accept_and_welcome()
    ann.enter("third")
    assert connection.until("chat")["message"] == "third"


def test_an_unconfirmed_message_is_reported_and_not_repeated(scripted_server, terminal):
    ann = terminal("ann", "127.0.0.1", scripted_server.port)
    connection, _ = scripted_server.accept_and_welcome()
    ann.status("connected")
    ann.enter("perhaps")
    connection.until("chat", message="perhaps")
    connection.drop()
    ann.shows("This message may not have been delivered: perhaps")
    connection, _ = scripted_server.accept_and_welcome()
    ann.shows("Reconnected")
    ann.enter("surely")
    assert connection.until("chat")["message"] == "surely"


def test_the_nick_is_tried_again_until_it_is_free(scripted_server, terminal):
    ann = terminal("ann", "127.0.0.1", scripted_server.port)
    connection, _ = scripted_server.accept_and_welcome()
    ann.status("connected")
    connection.drop()
    connection = scripted_server.accept()
    for _ in range(2):
        connection.expect("hello", nick="ann")
        connection.send("error", about="hello", code="nick-taken", message="The name is taken.")
        ann.status('waiting for the name "ann"')
    connection.expect("hello", nick="ann")
    scripted_server.welcome(connection, "ann")
    ann.status("connected")
    ann.typed("ann>")


def test_control_characters_do_not_reach_the_terminal(scripted_server, terminal):
    ann = terminal("ann", "127.0.0.1", scripted_server.port, term="xterm-256color")
    connection, _ = scripted_server.accept_and_welcome()
    ann.until(lambda: b"connected" in ann.raw)
    evil = "\x1b]0;owned\x07\x1b[31mred\x9b2J\u202egone"
    connection.send("chat", room="main", nick=evil, message=evil, time=1000)
    connection.send("topic", room="main", nick=evil, topic=evil, time=1000)
    connection.send("join", room="main", nick=evil, time=1000)
    connection.send("notice", message=evil, time=1000)
    connection.send("who", users=[{"nick": evil, "protocol": evil, "rooms": [evil], "idle": 1}],
                    first=True, time=1000)
    connection.send("rooms", rooms=[{"name": evil, "users": 1, "topic": evil}], first=True, time=1000)
    connection.send("names", room="main", nicks=[evil], first=True, time=1000, ref="look")
    connection.send("chat", room="main", nick="bob", message="last", time=1000)
    ann.until(lambda: b"last" in ann.raw)
    for bytes_ in (b"\x1b]0;", b"\x07", b"\x1b[31mred", b"\x9b2J", b"\xc2\x9b", "\u202e".encode()):
        assert bytes_ not in ann.raw


@pytest.mark.parametrize("bad", [
    b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x02[]", b"\x00\x00", b"\x00\x10{\"type\":\"welcome"])
def test_a_server_that_speaks_something_else(scripted_server, bad):
    process = subprocess.Popen(
        [program("teahouse"), "ann", "127.0.0.1", str(scripted_server.port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    connection = scripted_server.accept()
    connection.expect("hello")
    connection.send_bytes(bad)
    connection.drop()
    out, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1 and out == b""
    assert err.startswith(f"teahouse: 127.0.0.1 port {scripted_server.port}: ".encode())


def test_a_line_without_an_answer_has_the_connection_examined(scripted_server, terminal):
    """As after a change of the network: 10 s, not a minute, until the server is asked."""
    ann = terminal("ann", "127.0.0.1", scripted_server.port)
    connection, _ = scripted_server.accept_and_welcome()
    ann.status("connected")
    ann.enter("perhaps")
    connection.until("chat", message="perhaps")
    begun = time.monotonic()
    connection.until("ping")
    assert 8 < time.monotonic() - begun < 50


def test_what_is_typed_is_shown_at_once_and_stays_in_its_place(scripted_server, terminal):
    ann = terminal("ann", "127.0.0.1", scripted_server.port, columns=80)
    connection, _ = scripted_server.accept_and_welcome()
    ann.status("connected")
    now = int(time.time() * 1000)
    for line in ("hello", "/me waves", "//slash", "/msg bob psst", "/who"):
        ann.enter(line)
    ann.shows("ann: hello$", r"\[ann waves\]$", "ann: /slash$", "ann -> bob: psst$")
    assert "ann -> bob: psst" in ann.rows()[-3], "at the end of the log, and nothing of /who"
    said = connection.until("chat", message="hello")
    connection.send("chat", room="main", nick="bob", message="meanwhile", time=now)
    ann.shows("bob: meanwhile$", "ann: hello$", r"\[ann waves\]$")
    connection.send("chat", room="main", nick="ann", message="hello", ref=said["ref"], time=now)
    emote = connection.until("emote")
    connection.send("error", message="No waving.", code="refused", about="emote", ref=emote["ref"])
    ann.shows("bob: meanwhile$", "ann: hello$", r"\*\*\* No waving.$", "Not sent: /me waves", "ann: /slash$")
    assert not any("[ann waves]" in row for row in ann.rows())
    # In another room it is not shown.
    connection.send("join", room="tea", nick="ann", time=now)
    ann.keys("\x0e")
    ann.status("tea")
    ann.until(lambda: not any("slash" in row for row in ann.rows()), "what waits is in main")
