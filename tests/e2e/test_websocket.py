"""The rules of RFC 6455 for frames and messages; the section is in each test's name or id.

The handshake is tested in test_websocket_handshake.py, slow readers in test_net.py.
"""

import itertools
import json
import struct
import threading

import pytest

from server import Server, program
from websocket_client import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

TRANSPORTS = ("tcp", "tls")

NICKS = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server for the whole file: it must survive everything that the tests send."""
    others = dict.fromkeys(("relay", "lobby", "direct", "telnet"))
    with Server(tmp_path_factory.mktemp("server"), limits={"rate": 0}, **others) as running:
        yield running


@pytest.fixture
def bob(server):
    """Another user in the room."""
    client = server.json(f"bob{next(NICKS)}")
    yield client
    client.drop()


@pytest.fixture
def ann(server, bob):
    """The client under test. Bob has seen it join, and it has read all that was sent to it."""
    nick = f"ann{next(NICKS)}"
    client = server.web(nick)
    client.nick = nick
    bob.until("join", nick=nick)
    client.send("ping", ref="here")
    client.until("pong", ref="here")
    yield client
    client.drop()


def said(text):
    """The packet that says a text."""
    return json.dumps({"type": "chat", "message": text}, ensure_ascii=False).encode()


def close(code, reason=b""):
    return struct.pack(">H", code) + reason


def long_frame(opcode, size, payload=b"", form="Q", masked=True):
    """A frame whose length is encoded in two bytes (H) or in eight (Q), needed or not."""
    head = bytes([0x80 | opcode, (0x80 if masked else 0) | (126 if form == "H" else 127)])
    return head + struct.pack(">" + form, size) + b"\0\0\0\0" * masked + payload


def rows(*table):
    """Each row: its id, then the test's parameters."""
    return [pytest.param(*row, id=name) for name, *row in table]


def bob_receives(bob, ann, *texts):
    """Bob gets exactly these texts from ann, who is still connected afterwards."""
    ann.send("chat", message="the end")
    for text in (*texts, "the end"):
        packet = bob.until("chat", nick=ann.nick)
        assert packet["message"] == text


def is_closed(bob, ann, code):
    """Ann gets a close frame with this code and nothing after it; bob got no text from her."""
    opcode, payload = ann.read_frame()
    assert opcode == CLOSE, f"opcode {opcode}: {payload!r}"
    assert payload[:2] == (b"" if code is None else close(code))
    payload[2:].decode()
    assert ann.read_rest() == b""
    assert bob.read()["type"] == "leave"


# 5.1, 5.2 and 5.3: a frame's head and its mask.

BARE = {"mask": b""}


@pytest.mark.parametrize("data", rows(
    ("5.1-unmasked-text", frame(TEXT, said("no"), **BARE)),
    ("5.1-unmasked-long-text", frame(TEXT, said("x" * 200), **BARE)),
    ("5.1-unmasked-longest-text", long_frame(TEXT, 65536, masked=False)),
    ("5.1-unmasked-empty-text", frame(TEXT, b"", **BARE)),
    ("5.1-unmasked-ping", frame(PING, b"?", **BARE)),
    ("5.1-unmasked-pong", frame(PONG, b"?", **BARE)),
    ("5.1-unmasked-close", frame(CLOSE, close(1000), **BARE)),
    ("5.1-unmasked-continuation", frame(TEXT, b"{", fin=False) + frame(CONTINUATION, b"}", **BARE)),
    ("5.1-unmasked-before-its-payload", b"\x81\x10"),
))
def test_unmasked(ann, bob, data):
    ann.send_bytes(data)
    is_closed(bob, ann, 1002)


@pytest.mark.parametrize("opcode", [TEXT, BINARY, CLOSE, PING, PONG],
                         ids=lambda opcode: f"5.2-opcode-{opcode}")
@pytest.mark.parametrize("rsv", [1, 2, 4, 7], ids=lambda rsv: f"rsv-{rsv}")
def test_reserved_bits(ann, bob, opcode, rsv):
    ann.send_frame(opcode, close(1000) if opcode == CLOSE else said("no"), rsv=rsv)
    is_closed(bob, ann, 1002)


def test_5_2_reserved_bits_in_a_continuation(ann, bob):
    ann.send_frame(TEXT, said("no")[:5], fin=False)
    ann.send_frame(CONTINUATION, said("no")[5:], rsv=4)
    is_closed(bob, ann, 1002)


@pytest.mark.parametrize("fin", [True, False], ids=["whole", "fragment"])
@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15],
                         ids=lambda opcode: f"5.2-opcode-{opcode}")
def test_reserved_opcodes(ann, bob, opcode, fin):
    ann.send_frame(opcode, said("no"), fin=fin)
    is_closed(bob, ann, 1002)


@pytest.mark.parametrize("data", rows(
    ("5.2-0-in-two-bytes", long_frame(TEXT, 0, form="H")),
    ("5.2-125-in-two-bytes", long_frame(TEXT, 125, b" " * 125, form="H")),
    ("5.2-0-in-eight-bytes", long_frame(TEXT, 0)),
    ("5.2-125-in-eight-bytes", long_frame(TEXT, 125, b" " * 125)),
    ("5.2-126-in-eight-bytes", long_frame(TEXT, 126, b" " * 126)),
    ("5.2-65535-in-eight-bytes", long_frame(TEXT, 65535)),
    ("5.2-top-bit", long_frame(TEXT, 1 << 63)),
    ("5.2-top-bit-and-5", long_frame(TEXT, (1 << 63) + 5, b"12345")),
    ("5.2-all-bits", long_frame(TEXT, (1 << 64) - 1)),
    ("5.2-top-bit-of-a-continuation",
     frame(TEXT, b"{", fin=False) + long_frame(CONTINUATION, 1 << 63)),
))
def test_wrong_lengths(ann, bob, data):
    ann.send_bytes(data)
    is_closed(bob, ann, 1002)


@pytest.mark.parametrize("size", [125, 126, 127, 128, 255, 256, 65534, 65535],
                         ids=lambda size: f"5.2-{size}")
def test_right_lengths(ann, size):
    body = b'{"type":"ping","ref":"%d","x":"' % size
    ann.send_frame(TEXT, body + b"x" * (size - len(body) - 2) + b'"}')
    ann.until("pong", ref=str(size))


@pytest.mark.parametrize("size", [65536, 1 << 20, 1 << 32, (1 << 63) - 1],
                         ids=lambda size: f"10.4-{size}")
def test_too_long_is_known_by_its_head(ann, bob, size):
    ann.send_bytes(long_frame(TEXT, size))
    is_closed(bob, ann, 1009)


@pytest.mark.parametrize("mask", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\0\0\0", b"\0\0\0\x80",
                                  b"tea!"], ids=lambda mask: f"5.3-{mask.hex()}")
def test_masks(ann, bob, mask):
    for text in ("a", "ab", "abc", "Grüße 🫖", "x" * 300):
        ann.send_frame(TEXT, said(text), mask=mask)
        ann.send_frame(TEXT, said(text)[:7], fin=False, mask=mask)
        ann.send_frame(CONTINUATION, said(text)[7:], mask=b"\x0f\xf0\x55\xaa")
    bob_receives(bob, ann, *(text for text in ("a", "ab", "abc", "Grüße 🫖", "x" * 300)
                             for _ in range(2)))


# 5.4 and 6.2: messages in fragments, and a stream in pieces.

def in_pieces(data, *cuts):
    """The frames of a message, cut at these places."""
    edges = [0, *cuts, len(data)]
    parts = [data[a:b] for a, b in zip(edges, edges[1:])]
    return b"".join(frame(CONTINUATION if i else TEXT, part, fin=i + 1 == len(parts))
                    for i, part in enumerate(parts))


WORDS = said("tea is ready")


@pytest.mark.parametrize("data", rows(
    ("5.4-two-fragments", in_pieces(WORDS, 10)),
    ("5.4-three-fragments", in_pieces(WORDS, 10, 20)),
    ("5.4-a-byte-each", in_pieces(WORDS, *range(1, len(WORDS)))),
    ("5.4-first-is-empty", in_pieces(WORDS, 0)),
    ("5.4-last-is-empty", in_pieces(WORDS, len(WORDS))),
    ("5.4-empty-ones-within", in_pieces(WORDS, 0, 0, 10, 10, 10, len(WORDS), len(WORDS))),
    ("5.4-ping-within", frame(TEXT, WORDS[:9], fin=False) + frame(PING, b"\xff") +
     frame(CONTINUATION, WORDS[9:])),
    ("5.4-pong-within", frame(TEXT, WORDS[:9], fin=False) + frame(PONG, b"\xff") +
     frame(CONTINUATION, WORDS[9:])),
    ("5.4-two-pongs-between-each", frame(TEXT, b"", fin=False) + b"".join(
        frame(PONG) + frame(CONTINUATION, WORDS[i:i + 1], fin=False) + frame(PONG, b"}")
        for i in range(len(WORDS))) + frame(CONTINUATION)),
))
def test_fragments(ann, bob, data):
    ann.send_bytes(data)
    bob_receives(bob, ann, "tea is ready")


@pytest.mark.parametrize("data", rows(
    ("5.4-continuation-of-nothing", frame(CONTINUATION, WORDS)),
    ("5.4-fragment-of-nothing", frame(CONTINUATION, WORDS, fin=False)),
    ("5.4-empty-continuation-of-nothing", frame(CONTINUATION)),
    ("5.4-continuation-after-a-pong", frame(PONG) + frame(CONTINUATION, WORDS)),
    ("5.4-text-within", frame(TEXT, WORDS[:9], fin=False) + frame(TEXT, WORDS[9:])),
    ("5.4-text-fragment-within",
     frame(TEXT, WORDS[:9], fin=False) + frame(TEXT, WORDS[9:], fin=False)),
    ("5.4-binary-within", frame(TEXT, WORDS[:9], fin=False) + frame(BINARY, WORDS[9:])),
    ("5.4-text-within-after-a-pong",
     frame(TEXT, b"", fin=False) + frame(PONG) + frame(TEXT, WORDS)),
))
def test_wrong_fragments(ann, bob, data):
    ann.send_bytes(data)
    is_closed(bob, ann, 1002)


def test_5_4_a_message_is_over_once(ann, bob):
    ann.send_bytes(in_pieces(WORDS, 9))
    assert bob.until("chat", nick=ann.nick)["message"] == "tea is ready"
    ann.until("chat")
    ann.send_frame(CONTINUATION, WORDS)
    is_closed(bob, ann, 1002)


STREAM = (frame(TEXT, said("one")) + frame(PING, b"1") + in_pieces(said("zwölf 🫖"), 33, 35) +
          frame(PONG, b"\xff" * 125) + frame(TEXT, said("y" * 300)) + frame(PING, b"2" * 125) +
          frame(TEXT, said("three")))


@pytest.mark.parametrize("step", [1, 2, 3, 7, 130, len(STREAM)], ids=lambda step: f"6.2-by-{step}")
def test_a_stream_cut_into_pieces(ann, bob, step):
    for i in range(0, len(STREAM), step):
        ann.send_bytes(STREAM[i:i + step])
    bob_receives(bob, ann, "one", "zwölf 🫖", "y" * 300, "three")
    ann.until("chat", message="the end")
    assert ann.pongs[-1] == b"2" * 125


# 5.5: control frames.

@pytest.mark.parametrize("data", rows(
    ("5.5-ping-in-fragments", frame(PING, b"a", fin=False) + frame(CONTINUATION, b"b")),
    ("5.5-pong-in-fragments", frame(PONG, b"a", fin=False)),
    ("5.5-close-in-fragments", frame(CLOSE, close(1000), fin=False)),
    ("5.5-empty-ping-fragment", frame(PING, b"", fin=False)),
    ("5.5-ping-of-126", frame(PING, b"x" * 126)),
    ("5.5-pong-of-126", frame(PONG, b"x" * 126)),
    ("5.5-close-of-126", frame(CLOSE, close(1000, b"x" * 124))),
    ("5.5-ping-of-65536", long_frame(PING, 65536)),
    ("5.5-ping-of-5-in-two-bytes", long_frame(PING, 5, b"12345", form="H")),
    ("5.5-ping-of-5-in-eight-bytes", long_frame(PING, 5, b"12345")),
    ("5.5-pong-within-a-message-in-fragments",
     frame(TEXT, b"{", fin=False) + frame(PONG, b"", fin=False)),
    ("5.5-only-the-first-byte", bytes([PING])),
))
def test_wrong_control_frames(ann, bob, data):
    ann.send_bytes(data)
    is_closed(bob, ann, 1002)


@pytest.mark.parametrize("payload", [b"", b"a", b"\0\xff\xfe", "🫖".encode(), b"x" * 125],
                         ids=lambda payload: f"5.5.2-{payload[:3].hex() or 'empty'}")
def test_ping(ann, bob, payload):
    ann.send_frame(PING, payload)
    assert ann.read_frame() == (PONG, payload)
    bob_receives(bob, ann)


def test_5_5_2_each_ping_is_answered_in_order(ann, bob):
    """Also those that come in one segment (10: the conformance suite's case 2.10)."""
    for count in (10, 1000):
        ann.send_bytes(b"".join(frame(PING, b"%d" % i) for i in range(count)))
        for i in range(count):
            assert ann.read_frame() == (PONG, b"%d" % i)
    bob_receives(bob, ann)


def test_5_5_2_pings_in_pieces_and_between_messages(ann, bob):
    """The suite's cases 2.11 and 5.19: byte by byte, and between fragments."""
    data = b"".join(frame(PING, b"%d" % i) for i in range(10))
    for i in range(len(data)):
        ann.send_bytes(data[i:i + 1])
    for i in range(10):
        assert ann.read_frame() == (PONG, b"%d" % i)
    text = said("in five fragments")
    cuts = range(0, len(text), -(-len(text) // 5))
    ann.send_bytes(b"".join(
        frame(CONTINUATION if at else TEXT, text[at:at + cuts.step],
              fin=at + cuts.step >= len(text)) + frame(PING, b"after %d" % at) for at in cuts))
    for at in cuts:
        assert ann.read_frame() == (PONG, b"after %d" % at)
    bob_receives(bob, ann, "in five fragments")


def refs(client, n):
    """The next n frames: the ref of a pong packet, or the payload of a PONG frame."""
    found = []
    while len(found) < n:
        opcode, payload = client.read_frame()
        if opcode == PONG:
            found.append(payload.decode())
        else:
            assert opcode == TEXT
            packet = json.loads(payload)
            if packet["type"] == "pong":
                found.append(packet["ref"])
    return found


FAULTS = {
    "rsv": (frame(TEXT, b"{}", rsv=4), 1002), "opcode": (frame(5), 1002),
    "unmasked": (frame(TEXT, b"{}", mask=b""), 1002), "lone-continuation": (
        frame(CONTINUATION, b"{}"), 1002), "binary": (frame(BINARY, b"{}"), 1003),
    "utf8": (frame(TEXT, b"\xff"), 1007), "close": (frame(CLOSE, close(1000)), 1000),
    "wrong-close": (frame(CLOSE, close(999)), 1002)}


@pytest.mark.parametrize("data, code", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("cut", [False, True], ids=["at-once", "in-pieces"])
def test_what_comes_whole_before_the_end_is_heard_and_answered(ann, bob, data, code, cut):
    """In one segment: two messages and a ping (the suite's cases 3.2, 4.1.3 and 5.15)."""
    data = (frame(TEXT, said("one")) + frame(PING, b"p") +
            frame(TEXT, b'{"type":"ping","ref":"r"}') + data + frame(TEXT, said("late")))
    if cut:
        for i in range(0, len(data), 7):
            ann.send_bytes(data[i:i + 7])
    else:
        ann.send_bytes(data)
    assert sorted(refs(ann, 2)) == ["p", "r"]
    opcode, payload = ann.read_frame()
    assert (opcode, payload[:2]) == (CLOSE, close(code))
    assert ann.read_rest() == b""
    assert bob.until("chat", nick=ann.nick)["message"] == "one"
    assert bob.read()["type"] == "leave"


def test_5_15_fragments_that_begin_without_a_beginning(ann, bob):
    """The suite's case 5.15: a whole message in two fragments, then a fault."""
    text = said("one")
    ann.send_bytes(frame(TEXT, text[:9], fin=False) + frame(CONTINUATION, text[9:]) +
                   frame(CONTINUATION, b"late", fin=False) + frame(TEXT, b"late"))
    assert bob.until("chat", nick=ann.nick)["message"] == "one"
    assert bob.read()["type"] == "leave"
    opcode, payload = ann.read_frame()
    while opcode == TEXT:
        assert json.loads(payload)["message"] == "one"
        opcode, payload = ann.read_frame()
    assert (opcode, payload[:2]) == (CLOSE, close(1002))
    assert ann.read_rest() == b""


def test_a_rate_delays_the_answer_to_a_close_until_all_is_heard(start_server):
    others = dict.fromkeys(("relay", "lobby", "direct", "telnet"))
    slow = start_server(limits={"rate": 50, "burst": 5}, **others)
    ann, bob = slow.web("ann"), slow.json("bob")
    ann.send_bytes(b"".join(frame(TEXT, said(str(i))) for i in range(40)) +
                   frame(CLOSE, close(4000)))
    for i in range(40):
        assert bob.until("chat")["message"] == str(i)
    assert bob.read()["type"] == "leave"
    opcode = TEXT
    while opcode == TEXT:
        opcode, payload = ann.read_frame()
    assert (opcode, payload) == (CLOSE, close(4000))
    assert ann.read_rest() == b""


def test_5_5_2_pings_are_answered_in_their_order(ann):
    for i in range(20):
        ann.send_frame(PING, b"%d" % i)
        assert ann.read_frame() == (PONG, b"%d" % i)


def test_5_5_2_a_ping_within_a_message_is_not_kept_waiting(ann, bob):
    ann.send_frame(TEXT, WORDS[:9], fin=False)
    ann.send_frame(PING, b"now")
    assert ann.read_frame() == (PONG, b"now")
    ann.send_bytes(frame(CONTINUATION, WORDS[9:])[:8])
    ann.send_bytes(frame(CONTINUATION, WORDS[9:])[8:])
    bob_receives(bob, ann, "tea is ready")


def test_5_5_2_no_pong_after_a_close(ann, bob):
    ann.send_bytes(frame(CLOSE, close(1000)) + frame(PING, b"late"))
    is_closed(bob, ann, 1000)


@pytest.mark.parametrize("payload", [b"", b"unasked", b"\xff\xfe", b"x" * 125],
                         ids=lambda payload: f"5.5.3-{payload[:3].hex() or 'empty'}")
def test_an_unsolicited_pong(ann, bob, payload):
    ann.send_bytes(frame(PONG, payload) * 3)
    bob_receives(bob, ann)


# 5.5.1 and 7: the close.

@pytest.mark.parametrize("payload, code", rows(
    ("5.5.1-empty", b"", None),
    ("5.5.1-with-a-reason", close(1000, b"tea time"), 1000),
    ("5.5.1-with-a-long-reason", close(1000, b"x" * 123), 1000),
    ("5.5.1-with-a-reason-in-utf8", close(1000, "Teepause 🫖".encode()), 1000),
    *((f"7.4-{code}", close(code), code) for code in (
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
        4999)),
))
def test_close_is_answered(ann, bob, payload, code):
    ann.send_frame(CLOSE, payload)
    is_closed(bob, ann, code)


@pytest.mark.parametrize("payload, code", rows(
    ("5.5.1-one-byte", b"\x03", 1002),
    ("8.1-reason-not-utf8", close(1000, b"\xff"), 1007),
    ("8.1-reason-cut", close(1000, b"tea \xc3"), 1007),
    ("8.1-reason-with-a-surrogate", close(1000, b"\xed\xa0\x80"), 1007),
    *((f"7.4-{code}", close(code), 1002) for code in (
        0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)),
))
def test_wrong_close(ann, bob, payload, code):
    ann.send_frame(CLOSE, payload)
    is_closed(bob, ann, code)


@pytest.mark.parametrize("more", rows(
    ("5.5.1-a-message", frame(TEXT, said("late"))),
    ("5.5.1-a-second-close", frame(CLOSE, close(1001))),
    ("5.5.1-nonsense", b"\xff" * 1000),
    ("5.5.1-much", frame(TEXT, said("late")) * 5000),
))
def test_nothing_counts_after_a_close(ann, bob, more):
    ann.send_bytes(frame(CLOSE, close(1000)) + more)
    is_closed(bob, ann, 1000)


def test_5_5_1_a_close_within_a_message(ann, bob):
    ann.send_bytes(frame(TEXT, WORDS[:9], fin=False) + frame(CLOSE, close(1001)) +
                   frame(CONTINUATION, WORDS[9:]))
    is_closed(bob, ann, 1001)


def test_5_5_1_messages_before_a_close_count(ann, bob):
    ann.send_bytes(frame(TEXT, said("goodbye")) + frame(CLOSE, close(1000)))
    assert bob.until("chat", nick=ann.nick)["message"] == "goodbye"
    bob.until("leave", nick=ann.nick)


def test_7_1_1_the_server_closes_first(ann, bob):
    """Even if the other end goes on sending; but the connection is not reset at once."""
    ann.send_frame(CLOSE, close(1000))
    is_closed(bob, ann, 1000)
    ann.send_bytes(b"x")


def test_7_1_7_nothing_counts_after_a_failure(ann, bob):
    ann.send_bytes(frame(TEXT, said("no"), rsv=1) + frame(TEXT, said("late")) * 1000)
    is_closed(bob, ann, 1002)


def test_7_1_4_a_close_by_the_server_is_answered(ann, bob):
    """The server sends a close frame; once the client has sent its own, the connection ends."""
    ann.send("command", line="/logout")
    opcode = None
    while opcode != CLOSE:
        opcode, payload = ann.read_frame()
    assert payload[:2] == close(1000)
    bob.until("leave", nick=ann.nick)
    ann.send_frame(TEXT, said("late"))
    ann.send_frame(CLOSE, payload[:2])
    assert ann.read_rest() == b""


# 5.6 and 8.1: what a message may be.

@pytest.mark.parametrize("data", rows(
    ("5.6-binary", frame(BINARY, WORDS)),
    ("5.6-empty-binary", frame(BINARY)),
    ("5.6-binary-in-fragments",
     frame(BINARY, WORDS[:9], fin=False) + frame(CONTINUATION, WORDS[9:])),
    ("5.6-long-binary", long_frame(BINARY, 1 << 40)),
))
def test_binary(ann, bob, data):
    ann.send_bytes(data)
    is_closed(bob, ann, 1003)


CHARACTERS = {
    "two": "ü", "three": "€", "four": "🫖", "lowest-two": "\u0080", "lowest-three": "\u0800",
    "before-surrogates": "\ud7ff", "after-surrogates": "\ue000", "lowest-four": "\U00010000",
    "highest": "\U0010ffff", "no-character": "\ufffe"}


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=[f"8.1-{k}" for k in CHARACTERS])
def test_utf8_cut_at_every_byte(ann, character):
    """With nothing, an empty fragment, a ping, or a pong that looks like part of it, at the cut."""
    data = b'{"type":"ping","ref":"x","a":"%s"}' % character.encode()
    start = data.index(character.encode())
    for at in range(start, start + len(character.encode()) + 1):
        for between in (b"", frame(CONTINUATION, fin=False), frame(PING, b"\xff"),
                        frame(PONG, b"\xbf"), frame(PONG, b"abc")):
            ann.send_bytes(frame(TEXT, data[:at], fin=False) + between +
                           frame(CONTINUATION, data[at:]))
            ann.until("pong", ref="x")


BROKEN = {
    "lone-continuation": b"\x80", "lone-last-continuation": b"\xbf", "cut-two": b"\xc3",
    "cut-three": b"\xe2\x82", "cut-four": b"\xf0\x9f\xab", "overlong-two": b"\xc1\xbf",
    "overlong-three": b"\xe0\x9f\xbf", "overlong-four": b"\xf0\x8f\xbf\xbf",
    "first-surrogate": b"\xed\xa0\x80", "last-surrogate": b"\xed\xbf\xbf",
    "past-the-end": b"\xf4\x90\x80\x80", "f5": b"\xf5\x80\x80\x80",
    "five-bytes": b"\xf8\x88\x80\x80\x80", "fe": b"\xfe", "ff": b"\xff",
    "letter-within": b"\xe2\x28\xa1", "one-too-many": b"\xc3\xbc\xbc"}


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "in-fragments"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=[f"8.1-{k}" for k in BROKEN])
def test_broken_utf8(ann, bob, broken, whole):
    data = b'{"type":"chat","message":"%s"}' % broken
    start = data.index(broken)
    cuts = [] if whole else range(start, start + len(broken) + 1)
    ann.send_bytes(in_pieces(data, *cuts))
    is_closed(bob, ann, 1007)


@pytest.mark.parametrize("cut", ["ü", "€", "🫖"], ids=lambda cut: f"8.1-{len(cut.encode())}-bytes")
def test_a_message_that_ends_within_a_character(ann, bob, cut):
    ann.send_bytes(in_pieces(b'"' + cut.encode()[:-1], 1, 2))
    is_closed(bob, ann, 1007)


def test_8_1_broken_utf8_is_known_at_once(ann, bob):
    """Before the frame or the message is complete."""
    ann.send_bytes(frame(TEXT, b'"\xff' + b"x" * 1000, fin=False)[:20])
    is_closed(bob, ann, 1007)


def test_8_1_the_next_message_starts_afresh(ann, bob):
    for text in ("ü", "🫖", "a"):
        ann.send_bytes(in_pieces(said(text), 27) + frame(PING, b"\xc3") + frame(PONG, b"\xf0"))
    bob_receives(bob, ann, "ü", "🫖", "a")


# Not in any section, but a consequence.

@pytest.mark.parametrize("last", [frame(TEXT, b"\xff"), frame(CLOSE, close(1000))],
                         ids=["refused", "closed"])
def test_a_nick_is_free_after_the_close(server, bob, last):
    """Once a client has got the close frame, its nick is free."""
    nick = f"ann{next(NICKS)}"
    for _ in range(50):
        client = server.web(nick)
        client.send_bytes(last)
        while client.read_frame()[0] != CLOSE:
            pass
        client.drop()
        bob.until("leave", nick=nick)


def test_pongs_that_are_not_read_are_not_hoarded(server, bob):
    """The server does not read more pings than it can answer, and answers each in the end."""
    stuck = server.web(receive=2048)
    stuck.expect("greeting")
    before, count = server.memory("VmHWM"), 100000
    data = b"".join(frame(PING, b"%125d" % i) for i in range(count))
    writer = threading.Thread(target=stuck.send_bytes, args=(data,), daemon=True)
    stuck.socket.settimeout(60)
    writer.start()
    bob.send("ping", ref="here")
    bob.until("pong", ref="here")
    writer.join(1)
    assert writer.is_alive(), "the server reads without end"
    # A sanitizer keeps freed memory for a while.
    assert "asan" in program() or server.memory("VmHWM") - before < 1024
    for i in range(count):
        assert stuck.read_frame() == (PONG, b"%125d" % i)
    writer.join()
    stuck.drop()
