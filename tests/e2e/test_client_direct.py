"""The terminal client over the direct protocol."""

import re

import pytest

from server import free_port
from terminal import run

LONG = " ".join(f"{i} of many words" for i in range(300))


@pytest.fixture
def direct(server, terminal):
    """Starts a client of the direct protocol, and waits until it is registered."""
    def start(nick="ann", **options):
        client = terminal("-p", "direct", nick, *server.address("direct"), **options)
        client.shows(r"\*\*\* You are connected from:", "saved as : " + nick)
        client.status("connected")
        return client
    return start


def test_direct_messages(server, direct):
    bob = server.json("bob")
    ann = direct()
    ann.enter("@bob:Hello, bob! It is: me")
    ann.enter("/msg bob psst")
    ann.enter("/message bob hey")
    for message in "Hello, bob! It is: me", "psst", "hey":
        assert bob.until("direct", nick="ann")["message"] == message
    bob.send("direct", to="ann", message="Your user detail saved as : eve")
    bob.send("direct", to="ann", message="one\ntwo")
    ann.shows("ann -> bob: Hello, bob! It is: me$", "ann -> bob: psst$", "ann -> bob: hey$",
              r"^\d\d:\d\d Your user detail saved as : eve$", r"^\d\d:\d\d one$",
              r"^\d\d:\d\d two$")
    ann.until(lambda: ann.screen.bells > 0, "a bell")
    ann.typed("ann>")


def test_direct_explains_how_to_address_a_message(server, direct):
    ann = direct(rows=30, columns=99)
    for line in "hello", "@bob", "@:x", "@bob:", "@bob: ", "#eve", "//msg bob x":
        ann.enter(line)
        ann.shows(r"\*\*\* Who is this for\? Type @NAME:TEXT, or /msg NAME TEXT.$")
        ann.enter("/help")
        ann.shows("^ +@NAME:TEXT ", r"^ +@\*:TEXT")
        ann.keys("\x0c")
    ann.keys("\x1bOP")
    ann.shows("^ Keys +Commands$", r" @NAME:TEXT +send TEXT to NAME$", r" @\*:TEXT")
    ann.shows(" /quit, /exit, /q +quit$", " /set +list or change the settings$")
    ann.keys("\x0c")
    ann.enter("/msg bob")
    ann.shows(r"\*\*\* Usage: /msg NAME TEXT$")
    ann.enter("@nobody:hi")
    ann.shows("ann -> nobody: hi$", r'\*\*\* "nobody" is not online.$')
    for command in "who", "me x", "join tea", "dance":
        ann.enter("/" + command)
        word = command.split()[0]
        ann.shows(rf"\*\*\* The direct protocol has no command /{word}. Type /help for a list.$")


def test_direct_messages_to_all(server, direct):
    bob = server.json("bob")
    ann = direct()
    ann.enter("@*:hello, all")
    bob.until("chat", nick="ann", message="hello, all")
    ann.shows("ann: hello, all$")


def test_direct_asks_for_another_name(server, terminal):
    server.json("ann")
    client = terminal("-p", "direct", "ann", *server.address("direct"))
    client.shows(r'\*\*\* The name "ann" is already in use. Type another')
    client.typed("name>")
    client.enter("hello there")
    client.shows(r'The name "hello there" cannot be used')
    client.enter("anna")
    client.shows("Your user detail saved as : anna$")
    client.typed("anna>")
    client.status(r"^ anna .* connected$")
    client.enter("/nick ann")
    client.shows(r'\*\*\* The name "ann" is already in use.$')
    client.enter("/nick annie")
    client.typed("annie>")


def test_direct_text_of_several_lines_and_long_text(server, direct):
    bob = server.json("bob")
    ann = direct(rows=60, term="xterm")
    ann.keys("\x1b[200~@bob:one\n\ntwo\x1b[201~\r")
    for message in "one", "two":
        assert bob.until("direct", nick="ann")["message"] == message
    ann.enter("@bob:" + LONG)
    heard = ""
    # The server takes blanks at the end of a string away.
    while len(heard.replace(" ", "")) < len(LONG.replace(" ", "")):
        heard += bob.until("direct", nick="ann")["message"]
    assert heard.replace(" ", "") == LONG.replace(" ", "")


def test_direct_completes_nicks(server, direct):
    server.json("boris")
    ann = direct()
    ann.enter("/msg boris hi")
    ann.shows("ann -> boris: hi$")
    ann.keys("@bo\t")
    ann.typed("ann> @boris:")
    ann.keys("hi")
    ann.typed("ann> @boris:hi")
    ann.keys("\x15/msg bo\tthere")
    ann.typed("ann> /msg boris there")
    ann.keys("\x15/m\t")
    ann.until(lambda: ann.rows()[-1].startswith("ann> /m"))


def test_direct_reconnects_by_the_same_name(start_server, terminal):
    listeners = {"direct": {"port": free_port()}}
    first = start_server(**listeners)
    ann = terminal("-p", "direct", "ann", *first.address("direct"))
    ann.status("connected$")
    first.stop()
    ann.shows("Connection lost")
    ann.enter("@bob:late")
    second = start_server(**listeners)
    bob = second.json("bob")
    ann.shows("Reconnected")
    ann.status(r"^ ann .* connected$")
    ann.enter("@bob:later")
    bob.until("direct", nick="ann", message="later")


def test_leaving_direct(server, direct):
    for leave in ("/logout\r", "/quit\r", "/q\r", "\x04"):
        ann = direct(term="xterm-256color")
        ann.keys(leave)
        assert ann.wait() == 0 and ann.restored()


def test_a_direct_script(server):
    bob = server.json("bob")
    status, out, err = run("-p", "direct", "bot", *server.address("direct"),
                           given="@bob:hi\n/msg bob bye\n@bot:to myself")
    assert (status, err) == (0, "")
    assert re.fullmatch(
        r"\*\*\* You are connected from:.*\n\*\*\* Your user detail saved as : bot\n"
        "bot -> bob: hi\nbot -> bob: bye\nbot -> bot: to myself\nto myself\n", out)
    for message in "hi", "bye":
        assert bob.until("direct", nick="bot")["message"] == message


def test_a_direct_script_with_mistakes(server):
    server.json("bob")
    status, out, err = run("-p", "direct", "bot", *server.address("direct"),
                           given="hello\n@nobody:hi\n@bob:hi\n")
    assert status == 1 and "bot -> bob: hi\n" in out
    assert err.splitlines() == [
        "teahouse: refused: Who is this for? Type @NAME:TEXT, or /msg NAME TEXT.",
        'teahouse: refused: "nobody" is not online.']
    status, out, err = run("-p", "direct", "bob", *server.address("direct"), given="@bob:hi\n")
    assert (status, err) == (0, "") and "bob2 -> bob: hi\n" in out
