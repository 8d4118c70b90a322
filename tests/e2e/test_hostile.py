"""Bytes and text that mean harm reach nobody: not another's screen, not the log, not the house."""

import random
import re
import select
import struct
import time

import pytest

from house import (PATIENCE, PROTOCOLS, TEXT, UNCLEAN, Closed, Company, frame, head_of, program,
                   texts)

ASAN = "asan" in program()


def packet(text):
    return struct.pack(">H", len(text)) + text


# Bytes that are no conversation.

def pour(client, data, seconds):
    """Sends it all, reading on, until it is taken, the server hangs up, or the time is over.

    Whether it did not take all that time.
    """
    at = 0
    client.socket.setblocking(False)
    view, end = memoryview(data), time.monotonic() + seconds
    while at < len(data) and (left := end - time.monotonic()) > 0:
        readable, writable, _ = select.select([client.socket], [client.socket], [], left)
        try:
            if readable:
                if not client.socket.recv(1 << 18):
                    break
            if writable:
                at += client.socket.send(view[at:at + (1 << 18)])
        except OSError:
            break
    client.socket.settimeout(PATIENCE)
    return time.monotonic() < end


MEBIBYTE = 1 << 20
FLOODS = {
    "newlines": lambda n: b"\n" * n,
    "zeros": lambda n: b"\0" * n,
    "0xff": lambda n: b"\xff" * n,
    "random": lambda n: random.Random(1).randbytes(n)}


@pytest.mark.parametrize("rate, seconds", [(10, 0.5), (0, 240)], ids=["at its rate", "unlimited"])
@pytest.mark.parametrize("flood", FLOODS)
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_ten_mebibytes_of_nonsense_disturb_nobody(house, listener, flood, rate, seconds):
    """The others talk on, and hear clean text alone; what it costs is bounded."""
    size, limits = 10 * MEBIBYTE, {"rate": rate}
    aloud = listener == "relay" and flood == "random"
    if aloud and not rate:
        # Each line of it is said there, and the others have yet to read it.
        size, limits["send_queue"] = MEBIBYTE, 1 << 26
    home = house(limits=limits, **Company.SETTINGS)
    company = Company(home)
    before = home.memory("VmHWM")
    client = home.plain(listener)
    # At its rate, most of it is not even read.
    assert pour(client, FLOODS[flood](size), seconds) or rate
    company.chat()
    assert ASAN or aloud or home.memory("VmHWM") - before < 16 * 1024
    client.reset()
    company.chat()


HTTP = {"Host": "127.0.0.1", "Origin": "http://evil.example"}
BODY = b"login evil\r\nsay evil words\r\n/join main\n/nick evil\nevil words\n#evil\n@*:evil words\n"
BODY += packet(b'{"type":"hello","nick":"evil"}')
BODY += packet(b'{"type":"chat","message":"evil words"}')
LONG = {"Host": "127.0.0.1", "Content-Type": "text/plain", "Content-Length": len(BODY)}
OPENINGS = {
    "TLS": bytes.fromhex("1603010200010001fc0303") + bytes(range(256)) * 2,
    "HTTP GET": head_of("GET", "/", HTTP),
    "HTTP POST": head_of("POST", "/", LONG) + BODY,
    "HTTP PUT": head_of("PUT", "/", LONG) + BODY,
    "HTTP 1.0": b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY,
    "HTTP with bare LF": (head_of("POST", "/", LONG)).replace(b"\r\n", b"\n") + BODY,
    "HTTP with a long path": head_of("POST", "/" + "x" * 9000, LONG) + BODY,
    "HTTP to another": head_of("POST", "http://127.0.0.1/", LONG) + BODY,
    "SSH": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n" + bytes(range(256)),
    "PROXY 1": b"PROXY TCP4 192.0.2.1 127.0.0.1 40000 5005\r\n",
    "PROXY 2": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\x7f\0\0\1\x9c\x40\x13\x8d",
    "Redis": b"*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n",
    "SMTP": b"EHLO evil.example\r\nMAIL FROM:<>\r\nDATA\r\n.\r\nQUIT\r\n",
    "RDP": bytes.fromhex("030000130ee000000000000100080003000000"),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(30)}


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_another_protocols_opening_is_no_harm(house, listener, opening):
    """And what a page of the web can make a browser send is nobody's word in a room."""
    home = house(limits={"rate": 0}, args=["-v", "-v"], **Company.SETTINGS)
    company = Company(home)
    client = home.plain(listener)
    client.send_bytes(OPENINGS[opening])
    client.finish()
    told = client.read_rest()
    client.drop()
    http = opening.startswith("HTTP")
    if http and listener != "web":
        port = home.port("web")
        assert b"HTTP/1.1 400 Bad Request\r\n" in told
        assert f"The page is at http://127.0.0.1:{port}/".encode() in told
    company.people["json 2"].send("who", ref="w")
    heard = []
    while not heard or heard[-1]["type"] != "who":
        heard.append(company.one("json 2"))
    assert "evil" not in [user["nick"] for user in heard[-1]["users"]]
    heard += company.chat()["json 2"]
    if http:
        assert [thing for thing in heard if thing["type"] == "chat"] == []
    clean_log(home)


def clean_log(home):
    """Every line of the log is one of ours, and no terminal would do anything but show it."""
    for client in home.clients:
        client.drop()
    home.stop()
    for line in home.lines:
        assert line.startswith("teahoused: "), line
        assert not UNCLEAN.search(line) and "\ufffd" not in line, line


# Telnet.

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
TAKEN = {31: DO, 24: DO, 34: DO}


def answers(client):
    """The telnet commands in all that it is told up to the answer to its question, and the text."""
    client.send_bytes(bytes([IAC, 246]))
    told = client.read_until(b"[Yes]\r\n")
    commands = re.findall(rb"\xff([\xfb-\xfe].|\xfa.*?\xff\xf0)", told, re.S)
    return commands, re.sub(rb"\xff([\xfb-\xfe].|\xfa.*?\xff\xf0)", b"", told, flags=re.S)


@pytest.mark.parametrize("verb", [WILL, WONT, DO, DONT], ids=["WILL", "WONT", "DO", "DONT"])
def test_each_of_all_options_is_answered_at_most_once(house, verb):
    home = house(limits={"rate": 0}, **Company.SETTINGS)
    company = Company(home)
    client = home.plain("telnet")
    client.send_bytes(b"".join(bytes([IAC, verb, option]) for option in range(256)))
    commands, text = answers(client)
    assert text == b"Welcome to Teahouse\r\n"
    answered = [tuple(command) for command in commands if command[0] != SB]
    if verb == WILL:
        assert answered == [(TAKEN.get(option, DONT), option) for option in range(256)]
    elif verb == DO:
        assert answered == [(WONT, option) for option in range(256)]
    else:
        assert answered == []
    client.send_bytes(b"login ann\r\nstill here\r\n")
    company.people["telnet"].until("ann: still here")


@pytest.mark.parametrize("verb, option, first", [
    (WILL, 31, 1), (WILL, 34, 2), (WONT, 31, 0), (DONT, 1, 0)],
    ids=["WILL NAWS", "WILL LINEMODE", "WONT NAWS", "DONT ECHO"])
def test_a_repeated_option_changes_nothing_and_is_not_answered(house, verb, option, first):
    home = house()
    client = home.plain("telnet")
    client.send_bytes(bytes([IAC, verb, option]) * 10000)
    commands, _ = answers(client)
    assert len(commands) == first


@pytest.mark.parametrize("flood", {
    "WILL and WONT in turn": bytes([IAC, WILL, 31, IAC, WONT, 31]),
    "refused": bytes([IAC, WILL, 1, IAC, DO, 1]),
    "timing marks": bytes([IAC, DO, 6]),
    "are you there": bytes([IAC, 246]),
    "subnegotiations": bytes([IAC, SB, 31, 0, 80, 0, 24, IAC, SE]),
    "one without end": bytes([IAC, SB, 31]) + b"x" * 5,
    "compression": bytes([IAC, SB, 86, IAC, SE]),
    "erasing": bytes([IAC, 247, IAC, 248, 8, 127, 21]),
    "IAC IAC": bytes([IAC, IAC]),
    "IAC alone": bytes([IAC, 200])}.items(), ids=lambda item: item[0])
def test_a_flood_of_telnet_commands_is_bounded(house, flood):
    """By one who never reads: at most one answer each, no memory to speak of, nobody disturbed."""
    home = house(**Company.SETTINGS)
    company = Company(home)
    before = home.memory("VmHWM")
    client = home.plain("telnet", receive=2048)
    data = flood[1] * (2 * MEBIBYTE // len(flood[1]))
    sent = 0
    client.socket.setblocking(False)
    while sent < len(data) and select.select([], [client.socket], [], 0.3)[1]:
        try:
            sent += client.socket.send(data[sent:sent + 65536])
        except OSError:
            break
    company.chat()
    assert ASAN or home.memory("VmHWM") - before < 16 * 1024
    client.reset()
    company.chat()


def test_a_subnegotiation_never_becomes_text(house):
    home = house()
    ann, bob = home.plain("telnet"), home.json("bob")
    ann.send_bytes(b"login ann\r\none \xff\xfa\x18\0evil\r\nsay evil\r\n\xff\xff\xff\xf0two\r\n")
    bob.until("chat", message="one two")


# JSON.

def bad(client, n=1):
    for _ in range(n):
        assert client.expect("error")["code"] == "bad-packet"


def test_every_packet_of_up_to_three_bytes_is_refused(house):
    """Each length with each first byte; the framing goes on behind it."""
    home = house(limits={"rate": 0})
    client = home.json()
    client.send_bytes(packet(b""))
    bad(client)
    for size in (1, 2, 3):
        client.send_bytes(b"".join(
            packet(bytes([first]) + b"}" * (size - 1)) for first in range(256)))
        bad(client, 256)
    client.send("hello", nick="ann", version=2)
    client.expect("welcome", nick="ann")


# JSON that is no packet of ours: what is said of it.
ODD = {
    "an array": (b"[]", "bad-packet"),
    "a string": (b'"hello"', "bad-packet"),
    "two objects": (b'{"type":"who"}{"type":"who"}', "bad-packet"),
    "a comma too many": (b'{"type":"who",}', "bad-packet"),
    "no type": (b"{}", "bad-packet"),
    "a type that is a number": (b'{"type":1}', "bad-packet"),
    "a type that is a list": (b'{"type":["who"]}', "bad-packet"),
    "two types": (b'{"type":"who","type":"chat","message":"x"}', "bad-packet"),
    "two messages": (b'{"type":"chat","message":"x","message":"y"}', "bad-packet"),
    "duplicates inside": (b'{"type":"who","a":{"b":1,"b":1}}', "bad-packet"),
    "duplicates by escapes": (b'{"type":"who","t\\u0079pe":"chat"}', "bad-packet"),
    "16 deep": (b'{"type":"nonsense","a":' + b"[" * 15 + b"]" * 15 + b"}", "unknown-type"),
    "17 deep": (b'{"type":"nonsense","a":' + b"[" * 16 + b"]" * 16 + b"}", "bad-packet"),
    "30,000 deep": (b"[" * 30000 + b"]" * 30000, "bad-packet"),
    "30,000 deep and unclosed": (b'{"a":' * 10000, "bad-packet"),
    "brackets in a string": (b'{"type":"nonsense","a":"' + b"[{" * 99 + b'"}', "unknown-type"),
    "a number over 64 bits": (b'{"type":"nonsense","a":123456789012345678901234567890}',
                              "unknown-type"),
    "a number under them": (b'{"type":"nonsense","a":-123456789012345678901234567890}',
                            "unknown-type"),
    "a number over all": (b'{"type":"who","a":1e999}', "bad-packet"),
    "a number of 60,000 digits": (b'{"type":"who","a":' + b"9" * 60000 + b"}", "bad-packet"),
    "not a number": (b'{"type":"who","a":NaN}', "bad-packet"),
    "a high surrogate alone": (b'{"type":"chat","message":"\\ud800"}', "bad-packet"),
    "a low surrogate alone": (b'{"type":"chat","message":"\\udc00x"}', "bad-packet"),
    "two high ones": (b'{"type":"chat","message":"\\ud800\\ud800"}', "bad-packet"),
    "NUL in a type": (b'{"type":"chat\\u0000","message":"x"}', "unknown-type"),
    "NUL in a key": (b'{"type":"nonsense","a\\u0000":"x"}', "bad-packet"),
    "NUL in a nick": (b'{"type":"nick","nick":"ann\\u0000"}', "nick-invalid"),
    "NUL in a room": (b'{"type":"join","room":"main\\u0000"}', "room-invalid"),
    "NUL between tokens": (b'{"type":\0"who"}', "bad-packet"),
    "NUL behind it": (b'{"type":"who"}\0', "bad-packet"),
    "a type of 60,000 bytes": (b'{"type":"' + b"x" * 60000 + b'"}', "unknown-type"),
    "a type of 60,000 controls": (b'{"type":"' + b"\\u001b" * 10000 + b'"}', "unknown-type"),
    "a key of 60,000 bytes": (b'{"type":"nonsense","' + b"x" * 60000 + b'":1}', "unknown-type"),
    "9,000 keys": (b'{"type":"nonsense"' + b"".join(b',"%d":1' % i for i in range(6000)) + b"}",
                   "unknown-type"),
    "a message that is an object": (b'{"type":"chat","message":{}}', "bad-field"),
    "a message that is null": (b'{"type":"chat","message":null}', "bad-field"),
    "a room that is a number": (b'{"type":"chat","message":"x","room":1}', "bad-field"),
    "a ref of 65 bytes": (b'{"type":"chat","message":"x","ref":"' + b"x" * 65 + b'"}', "bad-field"),
    "a ref that is a list": (b'{"type":"chat","message":"x","ref":[]}', "bad-field"),
    "nothing but spaces": (b" " * 60000, "bad-packet"),
    "a byte order mark": (b'\xef\xbb\xbf{"type":"who"}', "bad-packet")}
NOT_UTF8 = {
    "a byte alone": b'{"type":"chat","message":"\xff"}',
    "half a character": b'{"type":"chat","message":"\xc3"}',
    "an overlong one": b'{"type":"chat","message":"\xc0\xaf"}',
    "a surrogate in bytes": b'{"type":"chat","message":"\xed\xa0\x80"}',
    "UTF-16": '{"type":"who"}'.encode("utf-16")}


def send_json(client, listener, text):
    client.send_bytes(frame(TEXT, text) if listener == "web" else packet(text))


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("listener", ["json", "web"])
def test_odd_json_gets_one_answer_and_no_more(house, listener, odd):
    home = house(limits={"rate": 0}, **Company.SETTINGS)
    company = Company(home)
    client = getattr(home, listener)("ann")
    client.send("ping", ref="first")
    client.until("pong", ref="first")
    text, code = ODD[odd]
    send_json(client, listener, text)
    told = client.expect("error", code=code)
    assert all(not UNCLEAN.search(string) and len(string) < 1000 for string in texts(told))
    client.send("ping", ref="it goes on")
    client.expect("pong", ref="it goes on")
    client.drop()
    heard = company.chat()["json 2"]
    while not heard or heard[-1]["type"] != "leave":
        heard.append(company.one("json 2"))
    assert [(thing["type"], thing["nick"]) for thing in heard] == [
        ("join", "ann"), ("leave", "ann")]


@pytest.mark.parametrize("odd", NOT_UTF8)
@pytest.mark.parametrize("listener", ["json", "web"])
def test_json_that_is_not_utf8_is_heard_by_nobody(house, listener, odd):
    home = house(**Company.SETTINGS)
    company = Company(home)
    client = getattr(home, listener)("ann")
    client.send("ping", ref="first")
    client.until("pong", ref="first")
    send_json(client, listener, NOT_UTF8[odd])
    if listener == "json":
        client.expect("error", code="bad-packet")
    else:
        with pytest.raises(Closed) as closed:
            client.read()
        assert closed.value.code == 1007
    client.drop()
    heard = company.chat()["json 2"]
    while not heard or heard[-1]["type"] != "leave":
        heard.append(company.one("json 2"))
    assert [thing["type"] for thing in heard] == ["join", "leave"]


VERSIONS = [b"0", b"3", b"-1", b"2.0", b"2e0", b'"2"', b"null", b"true", b"[2]", b"4294967298",
            b"18446744073709551618", b"1e400"]


@pytest.mark.parametrize("version", VERSIONS, ids=bytes.decode)
def test_a_version_that_is_none_is_refused_and_another_may_be_tried(house, version):
    home = house()
    client = home.json()
    client.send_bytes(packet(b'{"type":"hello","nick":"ann","version":' + version + b"}"))
    assert client.expect("error")["code"] in ("bad-field", "bad-packet")
    client.send("hello", nick="ann", version=2)
    client.expect("welcome")


def test_packets_that_are_announced_and_do_not_come_take_no_memory(house):
    home = house(limits={"rate": 0}, **Company.SETTINGS)
    company = Company(home)
    before = home.memory()
    crowd = [home.json() for _ in range(400)]
    for client in crowd:
        client.send_bytes(b"\xff\xff{")
    company.chat()
    assert ASAN or home.memory() - before < 400 * 16
    del crowd


# Text that attacks its reader.

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


def speak(home, protocol, text):
    """Somebody of that protocol comes and says it, with as much of it as the protocol can carry."""
    data = text.encode()
    if protocol in ("json", "web"):
        client = getattr(home, protocol)("eve")
        client.send("chat", message=text)
        return client
    client = home.plain(protocol)
    says = {"telnet": b"login eve\r\nsay %s\r\n", "relay": b"%s\n",
            "lobby": b"/join main\n/nick eve\n%s\n", "direct": b"#eve\n@*:%s\n"}[protocol]
    client.send_bytes(says.replace(b"%s", data))
    return client


def word(thing):
    """What one was told was said, without the nick in front."""
    text = thing if isinstance(thing, str) else thing.get("message", "")
    return re.sub(r"^(eve|guest\d+): ", "", text)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_that_commands_a_terminal_reaches_anybody(house, protocol, attack):
    """On any protocol, in a text, an emote, a topic, a direct message or a refusal."""
    home = house(limits={"rate": 0}, args=["-v", "-v"], **Company.SETTINGS)
    company = Company(home)
    text = ATTACKS[attack]
    client = speak(home, protocol, text)
    clean = UNCLEAN.sub("", text)
    if protocol == "telnet":
        # These two edit what is typed, and so never were said.
        clean = UNCLEAN.sub("", edited(text))
    for name in company.people:
        heard = ""
        while heard != clean:
            heard = word(company.one(name))
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
        client.send("ping", ref="all of it")
        client.until("pong", ref="all of it")
    company.chat()
    client.drop()
    company.chat()
    clean_log(home)


def edited(text):
    """What is left of a line in which one typed backspaces and deletes."""
    line = ""
    for character in text:
        line = line[:-1] if character in "\b\x7f" else line + character
    return line


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"], ids=["CR", "LF", "CR LF"])
@pytest.mark.parametrize("protocol", ["json", "web"])
def test_a_line_end_in_a_text_fakes_no_line_of_another(house, protocol, end):
    """Each line of it bears the nick of who said it, wherever lines bear nicks."""
    home = house(**Company.SETTINGS)
    company = Company(home)
    client = getattr(home, protocol)("eve")
    client.send("chat", message=f"hi{end}*** tess has left{end}server: send your password")
    client.send("emote", message=f"waves{end}tess: yes")
    client.send("topic", topic=f"tea{end}*** The server is stopping.")
    heard = company.chat()
    said = ["eve: hi", "eve: *** tess has left", "eve: server: send your password", "[eve waves]",
            "[eve tess: yes]"]
    topic = "*** eve set the topic: tea *** The server is stopping."
    assert heard["telnet"] == ["eve has entered the room.", *said, topic]
    assert heard["lobby"] == ["*** eve has joined", *said, topic]
    assert heard["direct"] == said
    assert [thing["nick"] for thing in heard["json 1"]] == ["eve"] * 6
    assert all("\n" not in text for thing in heard["json 1"] for text in texts(thing))


def test_marks_are_no_more_than_eight_on_a_letter(house):
    home = house(**Company.SETTINGS)
    company = Company(home)
    eve = home.json("eve")
    for between in ("", "\u200d", "\u202e", "\x1b", "\u034f"):
        eve.send("chat", message="Z" + ("\u0301" + between) * 500 + "!")
    heard = company.chat()
    for name, things in heard.items():
        words = [word(thing) for thing in things if "Z" in word(thing)]
        assert len(words) == 5, name
        for text in words:
            marks = sum(character in "\u0301\u034f" for character in text)
            assert marks == 8 and text.startswith("Z")


# Cyrillic letters, mathematical ones, and a selector that shows nothing.
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
def test_nobody_can_be_taken_for_another_or_for_the_server(house, taken):
    home = house(limits={"rate": 0}, **Company.SETTINGS)
    company = Company(home)
    client = home.json()
    for nick in TAKEN_NAMES[taken]:
        client.send("hello", nick=nick, version=2)
        assert client.expect("error")["code"] == "nick-taken", nick
    client.send("hello", nick="eve", version=2)
    client.until("names")
    for nick in TAKEN_NAMES[taken]:
        client.send("nick", nick=nick)
        assert client.expect("error")["code"] == "nick-taken", nick
    heard = company.chat()["json 2"]
    assert [(thing["type"], thing["nick"]) for thing in heard] == [("join", "eve")]


def test_no_name_can_be_a_line_a_command_or_nothing_to_see(house):
    """Neither before one has a nick nor after; and the log bears no line of theirs."""
    home = house(limits={"rate": 0}, args=["-v", "-v"], **Company.SETTINGS)
    company = Company(home)
    client = home.json()
    for nick in NO_NAMES:
        client.send("hello", nick=nick, version=2)
        told = client.expect("error")
        assert told["code"] == "nick-invalid", (nick, told)
        assert not any(map(UNCLEAN.search, texts(told)))
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
    company.people["json 2"].until("leave", nick="eve")
    clean_log(home)
    assert sum("eve" in line for line in home.lines) == 2


@pytest.mark.parametrize("listener", ["telnet", "lobby", "direct"])
def test_a_name_typed_with_controls_is_refused_in_clean_text(house, listener):
    home = house(args=["-v", "-v"], **Company.SETTINGS)
    company = Company(home)
    client = home.plain(listener)
    names = [b"\x1b[31mred", b"a\xc2\x9b31mb", b"a\xe2\x80\xaeb", b"a\xffb", b"a\xc3", b"a\0b"]
    for name in names:
        # Telnet's own byte is doubled in its text.
        name = name.replace(b"\xff", b"\xff\xff") if listener == "telnet" else name
        client.send_bytes({"telnet": b"login %s\r\n", "lobby": b"/nick %s\n",
                           "direct": b"#%s\n"}[listener].replace(b"%s", name))
    client.finish()
    told = client.read_rest().decode()
    assert not UNCLEAN.search(told.replace("\r\n", "\n"))
    before = company.chat()
    assert before["json 2"] == []
    clean_log(home)
