"""Connections: slow, half-closed and lost ones, many at once, and WebSocket pings."""

import json
import resource
import struct
import time

import pytest

from clients import ConnectionClosed, drain
from server import SANITIZED
from websocket_client import CLOSE, CONTINUATION, PING, PONG, TEXT, frame


@pytest.mark.parametrize("pieces", [1, 2, 100])
def test_longest_message(server, pieces):
    ann = server.web("ann")

    def send(size):
        body = b'{"type":"ping","ref":"' + b"x" * 40 + b'","a":"'
        body += b"y" * (size - len(body) - 2) + b'"}'
        step = -(-size // pieces)
        parts = [body[i:i + step] for i in range(0, size, step)]
        for i, part in enumerate(parts):
            ann.send_frame(CONTINUATION if i else TEXT, part, fin=i + 1 == len(parts))

    send(65535)
    ann.until("pong", ref="x" * 40)
    try:
        send(65536)
    except OSError:
        pass
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            ann.read_text()
    assert closed.value.code == 1009


def test_invalid_utf8_ends_the_session_at_once(server):
    """The others see the leave even if the close frame is never answered."""
    def leaves_at_once():
        ann = server.web("ann")
        bob.until("join", nick="ann")
        began = time.monotonic()
        ann.send_frame(TEXT, b"\xff")
        bob.until("leave", nick="ann")
        return ann if time.monotonic() - began < 1 else None

    bob = server.json("bob")
    # A busy machine may be slow now and then; who waits for the answer waits 2 s every time.
    ann = next(filter(None, (leaves_at_once() for _ in range(5))))
    bob.send("chat", message="to the rest")
    opcode = None
    while opcode != CLOSE:
        opcode, payload = ann.read_frame()
    assert payload[:2] == struct.pack(">H", 1007)
    ann.send_frame(CLOSE, payload[:2])
    assert ann.read_rest() == b"", "nothing may follow the close"


def test_a_lost_connection_is_one_leave(server):
    bob = server.telnet("bob")
    for end in ("drop", "reset", "half_close"):
        for start in (server.web, server.json):
            ann = start("ann")
            bob.until("ann has entered the room.")
            getattr(ann, end)()
            assert "ann has left the room." not in bob.until("ann has left the room.")
    bob.send("/who")
    assert "ann has left the room." not in bob.until("Online:")


def test_a_slow_websocket_gets_whole_frames(start_server):
    """Data, pongs and the rest of a partly sent frame are not mixed."""
    server = start_server(limits={"rate": 0, "message": 4000, "send_queue": 1 << 24})
    slow = server.web("slow", receive=2048)
    ann = server.json("ann")
    texts = [f"{i} " + "é" * (i * 37 % 1900) for i in range(1500)]
    sent = 0
    for i, text in enumerate(texts):
        ann.send("chat", message=text)
        if i % 10 == 0:
            slow.send_frame(PING, b"%d" % i)
        if i % 50 == 49:
            ann.until("chat", message=text)
            # Reads a little now and then, so that frames are cut in many places.
            while sent < i // 4:
                packet = slow.read()
                if packet["type"] == "chat" and packet["nick"] == "ann":
                    assert packet["message"] == texts[sent]
                    sent += 1
    while sent < len(texts):
        packet = slow.read()
        if packet["type"] == "chat" and packet["nick"] == "ann":
            assert packet["message"] == texts[sent]
            sent += 1
    assert slow.pongs, "no ping was answered in between"
    drain(slow)
    assert slow.close() == 1000


def test_a_slow_websocket_gets_the_close_frame(start_server):
    """A close frame waits for the rest of a partly sent frame, too."""
    server = start_server(limits={"rate": 0, "send_queue": 1 << 24})
    slow = server.web("slow", receive=2048)
    ann = server.json("ann")
    for i in range(2000):
        ann.send("chat", message=f"{i} " + "x" * 3000)
        if i % 50 == 49:
            ann.until("chat", message=f"{i} " + "x" * 3000)
    server.signal()
    with pytest.raises(ConnectionClosed) as closed:
        count = 0
        while True:
            packet = slow.read()
            if packet["type"] == "chat":
                assert packet["message"].startswith(f"{count} ")
                count += 1
    assert closed.value.code == 1001
    assert count == 2000
    assert server.wait() == 0


def test_a_slow_telnet_client_gets_every_line(start_server):
    server = start_server(limits={"rate": 0, "send_queue": 1 << 24})
    slow = server.telnet("slow", receive=2048)
    slow.send("look")
    slow.until("slow")
    ann = server.json("ann")
    texts = [f"{i} " + "x" * (i * 37 % 3900) for i in range(2000)]
    for i, text in enumerate(texts):
        ann.send("chat", message=text)
        if i % 50 == 49:
            ann.until("chat", message=text)
    for text in texts:
        slow.until("ann: " + text)


def test_a_client_that_never_reads_disturbs_no_other(start_server):
    server = start_server(limits={"rate": 0, "send_queue": 65536})
    stuck = server.telnet("stuck", receive=2048)
    stuck_websocket = server.web("stuck2", receive=2048)
    bob, ann = server.telnet("bob"), server.json("ann")
    gone = set()
    i = 0
    while gone != {"stuck", "stuck2"}:
        ann.send("chat", message=f"{i} " + "x" * 3900)
        while ann.read()["type"] != "chat":
            pass
        i += 1
        assert i < 5000
        line = ""
        while not line.startswith(f"ann: {i - 1} "):
            line = bob.read()
            if line.endswith(" has left the room."):
                gone.add(line.split()[0])
    del stuck, stuck_websocket


def test_a_half_closed_connection_is_still_answered(server):
    """As by `printf .. | nc -N`."""
    client = server.telnet()
    client.send("login ann", "who", "say hello")
    client.half_close()
    text = client.read_rest().decode()
    assert "The following are logged in:\r\nann\r\n" in text
    assert "ann: hello\r\n" in text


def test_half_messages_are_dropped(server):
    whole = server.json("ann")
    for start, half in ((server.json, b'\x00\x20{"type"'), (server.telnet, b"login bo"),
                        (server.web, frame(TEXT, b'{"type":"hello","nick":"bob"}')[:9])):
        client = start()
        client.send_bytes(half)
        client.reset()  # a clean end would be the end of the line
    client = server.connect("web")
    client.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\nCook")
    client.drop()
    whole.send("who", ref="w")
    assert [user["nick"] for user in whole.until("who", ref="w")["users"]] == ["ann"]


def test_a_refusal_is_delivered_despite_unread_input(start_server):
    """Unread input would make the kernel send RST, which discards what was sent."""
    server = start_server(limits={"sessions": 1})
    server.json("ann")
    for _ in range(20):
        client = server.telnet()
        client.send_bytes(b"login ann\r\n" * 2000)
        assert "The server is full" in client.read_rest().decode()
        client.drop()


def test_logout_closes_cleanly(server):
    ann = server.web("ann")
    drain(ann)
    ann.send("command", line="/logout")
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            ann.read()
    assert closed.value.code == 1000
    bob = server.telnet("bob")
    bob.send("logout")
    bob.read_rest()


def test_the_rate_holds_a_websocket_back(start_server):
    server = start_server(limits={"rate": 50, "burst": 5})
    ann = server.web("ann")
    bob = server.web("bob")
    ann.send_bytes(b"".join(
        frame(TEXT, json.dumps({"type": "chat", "message": str(i)}).encode()) for i in range(40)))
    for i in range(40):
        bob.until("chat", nick="ann", message=str(i))


def test_many_connections(start_server):
    """More than the soft limit of descriptors that a shell usually gives."""
    wanted = 1500
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], 1024), limit[1]))
    server = start_server(limits={"sessions": 2000, "rate": 0})
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], 4096), limit[1]))
    lines, objects = [], []
    for i in range(wanted):
        if i % 3 == 0:
            lines.append(server.telnet(f"n{i}"))
        else:
            objects.append(server.json(f"n{i}") if i % 3 == 1 else server.web(f"n{i}"))
    objects[-1].send("chat", message="to all")
    for client in objects:
        client.until("chat", message="to all")
    for client in lines:
        client.until(f"n{wanted - 1}: to all")
    # All are lost at once. That is reported by digests, and by name when few are left.
    last = objects.pop()
    for client in lines + objects:
        client.drop()
    left = wanted - 1
    while left > 0:
        packet = last.read()
        left -= packet["left"] if packet["type"] == "presence" else packet["type"] == "leave"
    assert left == 0


@pytest.mark.xdist_group("a minute of pings")
@pytest.mark.skipif(SANITIZED, reason="it takes a minute, mostly of waiting")
def test_websockets_are_pinged(server):
    lively, dead = server.web("lively", timeout=100), server.web("dead", timeout=100)
    began = time.monotonic()
    while dead.read_frame()[0] != PING:
        pass
    opcode = None
    while opcode != PING:
        opcode, payload = lively.read_frame()
    lively.send_frame(PONG, payload)
    assert 28 < time.monotonic() - began < 55
    with pytest.raises(ConnectionClosed):
        while True:
            assert dead.read_frame()[0] != PING
    assert 58 < time.monotonic() - began < 85
    lively.until("leave", nick="dead")
    drain(lively)
