"""Connections that do not log in: the login timeout, and half HTTP requests."""

import contextlib
import select
import struct
import time

import pytest

from clients import TIMEOUT
from group import Group
from protocols import connect
from server import wait_until
from websocket_client import CLOSE, TEXT, frame, http_head, http_request, read_http_head

LATE = "You did not log in in time."

HALVES = {
    "telnet": b"login an", "json": b'\x00\x20{"type":"hel', "lobby": b"/join main\n/ni",
    "direct": b"#an", "web": http_head("GET", "/ws", {"Host": "x"})[:-9]}
HELLO_FRAME = frame(TEXT, b'{"type":"hello","nick":"ann"}' + b" " * 90)
SOON = 20  # seconds, less than those after which half a request is closed in any case
HALF_FRAME, FRAME_REST = HELLO_FRAME[:9], HELLO_FRAME[9:]


def read_until_closed(client, drip=b"", timeout=TIMEOUT):
    """Reads until the server closes the connection, sending a byte of drip ten times a second.

    Returns all that was read.
    """
    received, at = b"", 0
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not select.select([client.socket], [], [], 0.1)[0]:
            try:
                client.send_bytes(drip[at:at + 1])
            except OSError:
                return received
            at += 1
            continue
        try:
            piece = client.socket.recv(65536)
        except OSError:
            return received
        if not piece:
            return received
        received += piece
    raise AssertionError(f"not closed after {timeout} s, but sent {received!r}")


@pytest.mark.parametrize("drip", [False, True], ids=["silent", "a byte at a time"])
@pytest.mark.parametrize("listener", HALVES)
def test_without_a_nick_in_time_the_connection_is_closed(start_server, listener, drip):
    """Bytes that keep coming do not extend the time."""
    server = start_server(limits={"login_timeout": 1}, lobby={"pause": 5000}, direct={"pause": 5000})
    watch = server.json("watch")
    client = server.connect(listener)
    half = HALVES[listener]
    client.send_bytes(half[:6])
    received = read_until_closed(client, half[6:] + b"x" * 200 if drip else b"")
    assert LATE.encode() in received or listener == "web"
    watch.send("who", ref="w")
    assert len(watch.until("who", ref="w")["users"]) == 1


@pytest.mark.parametrize("drip", [False, True], ids=["silent", "a byte at a time"])
def test_without_a_nick_in_time_a_websocket_is_closed(start_server, drip):
    server = start_server(limits={"login_timeout": 1})
    client = server.web()
    client.send_bytes(HALF_FRAME)
    received = read_until_closed(client, FRAME_REST if drip else b"")
    assert LATE.encode() in received and received[-4:-2] == bytes([0x80 | CLOSE, 2])
    assert struct.unpack(">H", received[-2:]) == (1008,)


@pytest.mark.parametrize("beginning", [
    b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nCook", b"GET /ws HTTP/1.1\r\nHost: x\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"],
    ids=["nothing", "a letter", "half a header", "no end", "a body without end"])
def test_half_a_request_is_closed_in_time(start_server, beginning):
    server = start_server(limits={"login_timeout": 1})
    before = server.open_files()
    client = server.connect("web")
    client.send_bytes(beginning)
    read_until_closed(client, b"x" * 500 if b"POST" in beginning else b"")
    client.drop()
    server.json("ann")
    wait_until(lambda: server.open_files() <= before + 1)


HALF = b"GET / HTTP/1.1\r\nHost: x\r\nCook"


def is_closed(client, wait=0):
    if not select.select([client.socket], [], [], wait)[0]:
        return False
    with contextlib.suppress(OSError):
        assert client.socket.recv(1) == b""
    return True


def send_half_requests(server, n, source="127.0.0.1"):
    """Clients that have each sent half an HTTP request, oldest first."""
    clients = []
    for _ in range(n):
        clients.append(connect(server, "web", source))
        clients[-1].send_bytes(HALF)
    return clients


def is_answered(client):
    client.send_bytes(b"ies: no\r\n\r\n")
    return read_http_head(client)[0] == 200


def test_half_requests_leave_descriptors_for_sessions_and_the_page(start_server):
    """When there are too many, the oldest are closed: sessions need the descriptors."""
    server = start_server(limits={"sessions": 20}, wrapper=("prlimit", "--nofile=200:200"),
                          **Group.SETTINGS)
    clients = send_half_requests(server, 600)
    group = Group(server)
    assert http_request(server.address("web"))[0] == 200
    group.chat()
    assert all(is_closed(client, SOON) for client in clients[:400])
    assert not any(is_closed(client) for client in clients[-20:])
    assert all(is_answered(client) for client in clients[-20:])
    assert server.open_files() < 200
    assert not any("refused" in line for line in server.log)


def test_half_requests_of_an_address_do_not_affect_others(start_server):
    """Where sessions are limited by address, half requests are, too."""
    server = start_server(limits={"sessions_per_address": 3})
    (other,) = send_half_requests(server, 1, "127.0.0.2")
    clients = send_half_requests(server, 50)
    assert http_request(server.address("web"))[0] == 200
    assert all(is_closed(client, SOON) for client in clients[:35])
    assert not any(is_closed(client) for client in clients[-15:])
    assert is_answered(other) and all(is_answered(client) for client in clients[-15:])
    server.web("ann").until("names")


def test_at_most_a_thousand_half_requests_are_kept(start_server):
    """Each takes the memory of a request's head, however many descriptors there are."""
    server = start_server()
    clients = send_half_requests(server, 1100)
    assert http_request(server.address("web"))[0] == 200
    assert all(is_closed(client, SOON) for client in clients[:1100 - 1024])
    assert all(is_answered(client) for client in clients[-1000:])


def test_after_the_login_there_is_no_timeout(start_server):
    server = start_server(limits={"login_timeout": 1}, **Group.SETTINGS)
    group = Group(server)
    late = server.telnet()
    assert LATE.encode() in read_until_closed(late)
    group.chat()
