"""Hostile bytes: floods, other protocols, telnet commands, malformed JSON. They do not reach other
users or the log, and do not disturb either."""

import random
import re
import select
import time

import pytest

from clients import TIMEOUT, UNSAFE, WELCOME, ConnectionClosed, drain, packet, strings_in
from group import Group, check_log
from server import PROTOCOLS, SANITIZED
from websocket_client import TEXT, frame, http_head


def send_and_discard(client, data, seconds):
    """Sends the data and discards the input, until all is sent, the connection ends or time is up.

    Returns whether it ended in time.
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
    client.socket.settimeout(TIMEOUT)
    return time.monotonic() < end


MEBIBYTE = 1 << 20
FLOODS = {
    "newlines": lambda n: b"\n" * n,
    "zeros": lambda n: b"\0" * n,
    "0xff": lambda n: b"\xff" * n,
    "random": lambda n: random.Random(1).randbytes(n)}


@pytest.mark.pairs("listener", "flood")
@pytest.mark.parametrize("rate, seconds", [(10, 0.5), (0, 240)], ids=["at its rate", "unlimited"])
@pytest.mark.parametrize("flood", FLOODS)
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_ten_mebibytes_of_nonsense_do_not_disturb_others(start_server, listener, flood, rate, seconds):
    """Others go on chatting and get clean text only; the memory is bounded."""
    # With the sanitizers the memory is not measured, and each piece is treated like the others.
    size, limits = (1 if SANITIZED and not rate else 10) * MEBIBYTE, {"rate": rate}
    delivered = listener == "relay" and flood == "random"
    if delivered and not rate:
        # Each line of it is a message, which the others have yet to read.
        size, limits["send_queue"] = MEBIBYTE, 1 << 26
    server = start_server(limits=limits, **Group.SETTINGS)
    group = Group(server)
    before = server.memory("VmHWM")
    client = server.connect(listener)
    # At that rate, most of it is not even read.
    assert send_and_discard(client, FLOODS[flood](size), seconds) or rate
    group.chat()
    assert SANITIZED or delivered or server.memory("VmHWM") - before < 16 * 1024
    client.reset()
    group.chat()


HTTP = {"Host": "127.0.0.1", "Origin": "http://evil.example"}
BODY = b"login evil\r\nsay evil words\r\n/join main\n/nick evil\nevil words\n#evil\n@*:evil words\n"
BODY += packet(b'{"type":"hello","nick":"evil"}')
BODY += packet(b'{"type":"chat","message":"evil words"}')
LONG = {"Host": "127.0.0.1", "Content-Type": "text/plain", "Content-Length": len(BODY)}
OPENINGS = {
    "TLS": bytes.fromhex("1603010200010001fc0303") + bytes(range(256)) * 2,
    "HTTP GET": http_head("GET", "/", HTTP),
    "HTTP POST": http_head("POST", "/", LONG) + BODY,
    "HTTP PUT": http_head("PUT", "/", LONG) + BODY,
    "HTTP 1.0": b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY,
    "HTTP with bare LF": (http_head("POST", "/", LONG)).replace(b"\r\n", b"\n") + BODY,
    "HTTP with a long path": http_head("POST", "/" + "x" * 9000, LONG) + BODY,
    "HTTP to another": http_head("POST", "http://127.0.0.1/", LONG) + BODY,
    "SSH": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n" + bytes(range(256)),
    "PROXY 1": b"PROXY TCP4 192.0.2.1 127.0.0.1 40000 5005\r\n",
    "PROXY 2": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\x7f\0\0\1\x9c\x40\x13\x8d",
    "Redis": b"*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n",
    "SMTP": b"EHLO evil.example\r\nMAIL FROM:<>\r\nDATA\r\n.\r\nQUIT\r\n",
    "RDP": bytes.fromhex("030000130ee000000000000100080003000000"),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(30)}


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_another_protocols_opening_does_no_harm(start_server, listener, opening):
    """In particular, a web page cannot make a browser send a message to a room."""
    server = start_server(limits={"rate": 0}, args=["-v", "-v"], **Group.SETTINGS)
    group = Group(server)
    client = server.connect(listener)
    client.send_bytes(OPENINGS[opening])
    client.half_close()
    response = client.read_rest()
    client.drop()
    http = opening.startswith("HTTP")
    if http and listener != "web":
        port = server.port("web")
        assert b"HTTP/1.1 400 Bad Request\r\n" in response
        assert f"The page is at http://127.0.0.1:{port}/".encode() in response
    group.clients["json 2"].send("who", ref="w")
    received = []
    while not received or received[-1]["type"] != "who":
        received.append(group.read("json 2"))
    assert "evil" not in [user["nick"] for user in received[-1]["users"]]
    received += group.chat()["json 2"]
    if http:
        assert [message for message in received if message["type"] == "chat"] == []
    check_log(server)


# Telnet.

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
TAKEN = {31: DO, 24: DO, 34: DO, 42: DO}


def answers(client):
    """The telnet commands, and the text, that come up to the answer to an \"are you there\"."""
    client.send_bytes(bytes([IAC, 246]))
    response = client.read_until(b"[Yes]\r\n")
    commands = re.findall(rb"\xff([\xfb-\xfe].|\xfa.*?\xff\xf0)", response, re.S)
    return commands, re.sub(rb"\xff([\xfb-\xfe].|\xfa.*?\xff\xf0)", b"", response, flags=re.S)


@pytest.mark.parametrize("verb", [WILL, WONT, DO, DONT], ids=["WILL", "WONT", "DO", "DONT"])
def test_each_option_is_answered_at_most_once(start_server, verb):
    server = start_server(limits={"rate": 0}, **Group.SETTINGS)
    group = Group(server)
    client = server.connect("telnet")
    client.send_bytes(b"".join(bytes([IAC, verb, option]) for option in range(256)))
    commands, text = answers(client)
    assert text == f"{WELCOME}\r\n".encode()
    answered = [tuple(command) for command in commands if command[0] != SB]
    if verb == WILL:
        assert answered == [(TAKEN.get(option, DONT), option) for option in range(256)]
    elif verb == DO:
        assert answered == [
            (WILL if option == 42 else WONT, option) for option in range(256)]
    else:
        assert answered == []
    client.send_bytes(b"login ann\r\nstill here\r\n")
    group.clients["telnet"].until("ann: still here")


@pytest.mark.parametrize("verb, option, first", [
    (WILL, 31, 1), (WILL, 34, 2), (WONT, 31, 0), (DONT, 1, 0)],
    ids=["WILL NAWS", "WILL LINEMODE", "WONT NAWS", "DONT ECHO"])
def test_a_repeated_option_changes_nothing_and_is_not_answered(start_server, verb, option, first):
    server = start_server()
    client = server.connect("telnet")
    client.send_bytes(bytes([IAC, verb, option]) * 10000)
    commands, _ = answers(client)
    assert len(commands) == first


@pytest.mark.parametrize("flood", {
    "WILL and WONT in turn": bytes([IAC, WILL, 31, IAC, WONT, 31]),
    "refused": bytes([IAC, WILL, 1, IAC, DO, 1]),
    "timing marks": bytes([IAC, DO, 6]),
    "are you there": bytes([IAC, 246]),
    "subnegotiations": bytes([IAC, SB, 31, 0, 80, 0, 24, IAC, SE]),
    "an unfinished subnegotiation": bytes([IAC, SB, 31]) + b"x" * 5,
    "character sets": bytes([IAC, SB, 42, 1]) + b";latin1\xff\xf0\xff\xfa\x2a\x01;ascii\xff\xf0",
    "terminal types": bytes([IAC, SB, 24, 0]) + b"xterm\xff\xf0",
    "compression": bytes([IAC, SB, 86, IAC, SE]),
    "erasing": bytes([IAC, 247, IAC, 248, 8, 127, 21]),
    "IAC IAC": bytes([IAC, IAC]),
    "IAC alone": bytes([IAC, 200])}.items(), ids=lambda item: item[0])
def test_a_flood_of_telnet_commands_is_bounded(start_server, flood):
    """From a client that never reads: the memory is bounded, and others are not disturbed."""
    server = start_server(**Group.SETTINGS)
    group = Group(server)
    before = server.memory("VmHWM")
    client = server.connect("telnet", receive=2048)
    data = flood[1] * (2 * MEBIBYTE // len(flood[1]))
    sent = 0
    client.socket.setblocking(False)
    while sent < len(data) and select.select([], [client.socket], [], 0.3)[1]:
        try:
            sent += client.socket.send(data[sent:sent + 65536])
        except OSError:
            break
    group.chat()
    assert SANITIZED or server.memory("VmHWM") - before < 16 * 1024
    client.reset()
    group.chat()


def test_a_subnegotiation_never_becomes_text(start_server):
    server = start_server()
    ann, bob = server.connect("telnet"), server.json("bob")
    ann.send_bytes(b"login ann\r\none \xff\xfa\x18\0evil\r\nsay evil\r\n\xff\xff\xff\xf0two\r\n")
    bob.until("chat", message="one two")


# JSON.

def expect_bad_packet(client, first=b""):
    """first: the byte that the packet began with."""
    code = "not-utf8" if first > b"\x7f" else "bad-packet"
    assert client.expect("error")["code"] == code


def test_every_packet_of_up_to_three_bytes_is_refused(start_server):
    """Each length with each first byte; the framing stays intact."""
    server = start_server(limits={"rate": 0})
    client = server.json()
    client.send_bytes(packet(b""))
    expect_bad_packet(client)
    for size in (1, 2, 3):
        client.send_bytes(b"".join(
            packet(bytes([first]) + b"}" * (size - 1)) for first in range(256)))
        for first in range(256):
            expect_bad_packet(client, bytes([first]))
    client.send("hello", nick="ann", version=2)
    client.expect("welcome", nick="ann")


# JSON that is no valid packet, and the error code that answers it.
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
    "a number under 64 bits": (b'{"type":"nonsense","a":-123456789012345678901234567890}',
                            "unknown-type"),
    "a number over a double": (b'{"type":"who","a":1e999}', "bad-packet"),
    "a number of 60,000 digits": (b'{"type":"who","a":' + b"9" * 60000 + b"}", "bad-packet"),
    "not a number": (b'{"type":"who","a":NaN}', "bad-packet"),
    "a high surrogate alone": (b'{"type":"chat","message":"\\ud800"}', "bad-packet"),
    "a low surrogate alone": (b'{"type":"chat","message":"\\udc00x"}', "bad-packet"),
    "two high surrogates": (b'{"type":"chat","message":"\\ud800\\ud800"}', "bad-packet"),
    "NUL in a type": (b'{"type":"chat\\u0000","message":"x"}', "unknown-type"),
    "NUL in a key": (b'{"type":"nonsense","a\\u0000":"x"}', "bad-packet"),
    "NUL in a nick": (b'{"type":"nick","nick":"ann\\u0000"}', "nick-invalid"),
    "NUL in a room": (b'{"type":"join","room":"main\\u0000"}', "room-invalid"),
    "NUL between tokens": (b'{"type":\0"who"}', "bad-packet"),
    "NUL at the end": (b'{"type":"who"}\0', "bad-packet"),
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
    "only spaces": (b" " * 60000, "bad-packet"),
    "a byte order mark": (b'\xef\xbb\xbf{"type":"who"}', "bad-packet")}
NOT_UTF8 = {
    "a byte alone": b'{"type":"chat","message":"\xff"}',
    "half a character": b'{"type":"chat","message":"\xc3"}',
    "an overlong character": b'{"type":"chat","message":"\xc0\xaf"}',
    "a surrogate in bytes": b'{"type":"chat","message":"\xed\xa0\x80"}',
    "UTF-16": '{"type":"who"}'.encode("utf-16")}


def send_json(client, listener, text):
    client.send_bytes(frame(TEXT, text) if listener == "web" else packet(text))


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("listener", ["json", "web"])
def test_odd_json_gets_exactly_one_answer(start_server, listener, odd):
    server = start_server(limits={"rate": 0}, **Group.SETTINGS)
    group = Group(server)
    client = getattr(server, listener)("ann")
    drain(client)
    text, code = ODD[odd]
    send_json(client, listener, text)
    response = client.expect("error", code=code)
    assert all(not UNSAFE.search(string) and len(string) < 1000 for string in strings_in(response))
    client.send("ping", ref="it goes on")
    client.expect("pong", ref="it goes on")
    client.drop()
    received = group.chat()["json 2"]
    while not received or received[-1]["type"] != "leave":
        received.append(group.read("json 2"))
    assert [(message["type"], message["nick"]) for message in received] == [
        ("join", "ann"), ("leave", "ann")]


@pytest.mark.parametrize("odd", NOT_UTF8)
@pytest.mark.parametrize("listener", ["json", "web"])
def test_json_that_is_not_utf8_is_not_delivered(start_server, listener, odd):
    server = start_server(**Group.SETTINGS)
    group = Group(server)
    client = getattr(server, listener)("ann")
    drain(client)
    send_json(client, listener, NOT_UTF8[odd])
    if listener == "json":
        client.expect("error", code="not-utf8")
    else:
        with pytest.raises(ConnectionClosed) as closed:
            client.read()
        assert closed.value.code == 1007
    client.drop()
    received = group.chat()["json 2"]
    while not received or received[-1]["type"] != "leave":
        received.append(group.read("json 2"))
    assert [message["type"] for message in received] == ["join", "leave"]


VERSIONS = [b"0", b"3", b"-1", b"2.0", b"2e0", b'"2"', b"null", b"true", b"[2]", b"4294967298",
            b"18446744073709551618", b"1e400"]


@pytest.mark.parametrize("version", VERSIONS, ids=bytes.decode)
def test_an_invalid_version_is_refused_and_another_may_be_tried(start_server, version):
    server = start_server()
    client = server.json()
    client.send_bytes(packet(b'{"type":"hello","nick":"ann","version":' + version + b"}"))
    assert client.expect("error")["code"] in ("bad-field", "bad-packet")
    client.send("hello", nick="ann", version=2)
    client.expect("welcome")


def test_announced_packets_that_do_not_come_take_no_memory(start_server):
    server = start_server(limits={"rate": 0}, **Group.SETTINGS)
    group = Group(server)
    before = server.memory()
    clients = [server.json() for _ in range(400)]
    for client in clients:
        client.send_bytes(b"\xff\xff{")
    group.chat()
    assert SANITIZED or server.memory() - before < 400 * 16
    del clients
