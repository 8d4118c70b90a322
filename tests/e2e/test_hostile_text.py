"""Texts and names that attack their reader do not reach other users' screens or the log."""

import re

import pytest

from clients import UNSAFE, drain, strings_in
from group import Group, check_log
from server import PROTOCOLS


ATTACKS = {
    "a colour": "red\x1b[31malert",
    "a cleared screen": "\x1b[2J\x1b[Hgone",
    "a title": "\x1b]0;owned\x07title",
    "the clipboard": "\x1b]52;c;ZXZpbA==\x07clip",
    "the clipboard in C1": "\x9d52;c;ZXZpbA==\x9cclip",
    "CSI in C1": "\x9b31mred",
    "a device's answer": "\x1bP$q\"p\x1b\\ \x1b[6n \x1bZ \x05 what",
    "a bell": "ding\x07dong",
    "a backspace": "ann\x08\x08\x08bob",
    "a delete": "ann\x7f\x7f\x7fbob",
    "a shift out": "line\x0edrawing\x0f",
    "a next line": "one\x85two",
    "a tabulator of C1": "one\x88\x8d\x8etwo",
    "an override": "\u202eevil\u202c txt",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "embeddings": "\u202aa\u202bb\u202cc\u202dd",
    "NUL": "a\0b",
    "form feeds": "a\x0b\x0c\x1ab\x1c\x1d\x1e\x1f"}


def log_in_and_say(server, protocol, text):
    """Says the text over a protocol, with as much of it as the protocol can carry."""
    data = text.encode()
    if protocol in ("json", "web"):
        client = getattr(server, protocol)("eve")
        client.send("chat", message=text)
        return client
    client = server.connect(protocol)
    commands = {"telnet": b"login eve\r\nsay %s\r\n", "relay": b"%s\n",
                "lobby": b"/join main\n/nick eve\n%s\n", "direct": b"#eve\n@*:%s\n"}[protocol]
    client.send_bytes(commands.replace(b"%s", data))
    return client


def text_of(message):
    """The text of a message, without the nick in front."""
    text = message if isinstance(message, str) else message.get("message", "")
    return re.sub(r"^(eve|guest\d+): ", "", text)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_terminal_controls_are_not_delivered(start_server, protocol, attack):
    """Over no protocol, whether in a text, an emote, a topic, a direct message or a refusal."""
    server = start_server(limits={"rate": 0}, args=["-v", "-v"], **Group.SETTINGS)
    group = Group(server)
    text = ATTACKS[attack]
    client = log_in_and_say(server, protocol, text)
    clean = UNSAFE.sub("", text)
    if protocol == "telnet":
        # Backspace and delete edit the line before it is sent.
        clean = UNSAFE.sub("", edited(text))
    for name in group.clients:
        text_received = ""
        while text_received != clean:
            text_received = text_of(group.read(name))
    if protocol in ("json", "web"):
        client.send("emote", message=text)
        client.send("topic", topic=text)
        for to in ("tess", "jane", "jack", "wendy", "guest1", "lou", "dora"):
            client.send("direct", to=to, message=text)
        client.send("direct", to=text, message="x")
        client.send("chat", message="x", room=text)
        client.send("nick", nick=text)
        client.send("join", room=text)
        client.send(text)
        client.send("command", line="/" + text)
        drain(client)
    group.chat()
    client.drop()
    group.chat()
    check_log(server)


def edited(text):
    """What backspaces and deletes leave of a line."""
    line = ""
    for character in text:
        line = line[:-1] if character in "\b\x7f" else line + character
    return line


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"], ids=["CR", "LF", "CR LF"])
@pytest.mark.parametrize("protocol", ["json", "web"])
def test_a_line_end_in_a_text_fakes_no_line(start_server, protocol, end):
    """Where lines start with a nick, each line of a message starts with its author's."""
    server = start_server(**Group.SETTINGS)
    group = Group(server)
    client = getattr(server, protocol)("eve")
    client.send("chat", message=f"hi{end}*** tess has left{end}server: send your password")
    client.send("emote", message=f"waves{end}tess: yes")
    client.send("topic", topic=f"tea{end}*** The server is stopping.")
    received = group.chat()
    said = ["eve: hi", "eve: *** tess has left", "eve: server: send your password", "[eve waves]",
            "[eve tess: yes]"]
    topic = "*** eve set the topic: tea *** The server is stopping."
    assert received["telnet"] == ["eve has entered the room.", *said, topic]
    assert received["lobby"] == ["*** eve has joined", *said, topic]
    assert received["direct"] == said
    assert [message["nick"] for message in received["json 1"]] == ["eve"] * 6
    assert all("\n" not in text for message in received["json 1"] for text in strings_in(message))


def test_at_most_eight_marks_on_a_letter(start_server):
    server = start_server(**Group.SETTINGS)
    group = Group(server)
    eve = server.json("eve")
    for between in ("", "\u200d", "\u202e", "\x1b", "\u034f"):
        eve.send("chat", message="Z" + ("\u0301" + between) * 500 + "!")
    received = group.chat()
    for name, messages in received.items():
        words = [text_of(message) for message in messages if "Z" in text_of(message)]
        assert len(words) == 5, name
        for text in words:
            marks = sum(character in "\u0301\u034f" for character in text)
            assert marks == 8 and text.startswith("Z")


# With Cyrillic letters, mathematical letters, and an invisible variation selector.
TAKEN_NAMES = {
    "tess": ["tess", "TESS", "te\u0455s", "t\u0435ss", "tess\ufe0f"],
    "jack": ["Jack", "j\u0430ck", "\u0458ack"],
    "server": [
        "server", "SERVER", "s\u0435rver", "\u0455erver", "s\u0435rv\u0435r", "server\ufe00",
        "\U0001d42c\U0001d41e\U0001d42b\U0001d42f\U0001d41e\U0001d42b"]}
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
NO_NAMES = [
    "", " ", "a b", "a\tb", "ann\nserver: hi", "ann\rbob", "\x1b[31mred", "a\x9bb", "a\u202eb",
    "a\u200bb", "a\u200db", "a\u2066b", "\u0301a", "q" + "\u0301" * 9, "a\u2028b", "a\xa0b",
    "a\u3164b", "\u2800", "a\ufeffb", "a\0b", "#a", "@a", "a:b", "a,b", "*", "a!", "/a", 'a"b',
    "<b>", "x" * 33, "\xe9" * 33, FAMILY * 6, "\ufffd", "a\ufffeb", "a\u0378b", "a\U000e0041b"]


@pytest.mark.parametrize("taken", TAKEN_NAMES)
def test_no_nick_can_be_mistaken_for_another_or_the_server(start_server, taken):
    server = start_server(limits={"rate": 0}, **Group.SETTINGS)
    group = Group(server)
    client = server.json()
    codes = ("nick-taken", "nick-alike")
    for nick in TAKEN_NAMES[taken]:
        client.send("hello", nick=nick, version=2)
        code = client.expect("error")["code"]
        # What differs in case alone is the same name; what only looks the same is alike.
        assert code in codes and (code == "nick-taken" or not nick.isascii()), nick
    client.send("hello", nick="eve", version=2)
    client.until("names")
    for nick in TAKEN_NAMES[taken]:
        client.send("nick", nick=nick)
        assert client.expect("error")["code"] in codes, nick
    received = group.chat()["json 2"]
    assert [(message["type"], message["nick"]) for message in received] == [("join", "eve")]


def test_no_name_can_be_a_line_a_command_or_invisible(start_server):
    """Neither at the login nor later; and the log has no line with such a name."""
    server = start_server(limits={"rate": 0}, args=["-v", "-v"], **Group.SETTINGS)
    group = Group(server)
    client = server.json()
    for nick in NO_NAMES:
        client.send("hello", nick=nick, version=2)
        response = client.expect("error")
        assert response["code"] == "nick-invalid", (nick, response)
        assert not any(map(UNSAFE.search, strings_in(response)))
    client.send("hello", nick="eve", version=2)
    client.until("names")
    for nick in NO_NAMES:
        client.send("nick", nick=nick)
        client.expect("error", code="nick-invalid")
        if len(nick) == 33:
            continue
        client.send("join", room=nick)
        client.expect("error", code="room-invalid")
    client.drop()
    group.clients["json 2"].until("leave", nick="eve")
    check_log(server)
    assert sum("eve" in line for line in server.log) == 2


@pytest.mark.parametrize("listener", ["telnet", "lobby", "direct"])
def test_a_name_with_controls_is_refused_in_clean_text(start_server, listener):
    server = start_server(args=["-v", "-v"], **Group.SETTINGS)
    group = Group(server)
    client = server.connect(listener)
    names = [b"\x1b[31mred", b"a\xc2\x9b31mb", b"a\xe2\x80\xaeb", b"a\xffb", b"a\xc3", b"a\0b"]
    for name in names:
        # IAC is doubled in the text of telnet.
        name = name.replace(b"\xff", b"\xff\xff") if listener == "telnet" else name
        client.send_bytes({"telnet": b"login %s\r\n", "lobby": b"/nick %s\n",
                           "direct": b"#%s\n"}[listener].replace(b"%s", name))
    client.half_close()
    response = client.read_rest().decode()
    assert not UNSAFE.search(response.replace("\r\n", "\n"))
    before = group.chat()
    assert before["json 2"] == []
    check_log(server)
