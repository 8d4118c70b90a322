"""The WebSocket handshake: the rules of RFC 6455, sections 1 and 4."""

import json
import struct

import pytest

from websocket_client import CLOSE, PING, PONG, TEXT, frame, http_head, read_http_head

TRANSPORTS = ("tcp", "tls")

SAMPLE = "dGhlIHNhbXBsZSBub25jZQ=="
HEADERS = {"Host": "tea.example", "Upgrade": "websocket", "Connection": "Upgrade",
           "Sec-WebSocket-Key": SAMPLE, "Sec-WebSocket-Version": "13"}


def handshake(server, method="GET", version="HTTP/1.1", **changed):
    """The response's status and headers. None leaves a header out; _ stands for a hyphen."""
    headers = {**HEADERS, **{key.replace("_", "-"): value for key, value in changed.items()}}
    headers = {key: value for key, value in headers.items() if value is not None}
    client = server.connect("web")
    client.send_bytes(http_head(method, "/ws", headers).replace(b"HTTP/1.1", version.encode(), 1))
    status, answer, _ = read_http_head(client)
    client.drop()
    return status, answer


def test_1_3_sample_key(server):
    status, answer = handshake(server)
    assert status == 101
    assert answer["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert answer["upgrade"].lower() == "websocket"
    assert answer["connection"].lower() == "upgrade"


ACCEPTED = {
    "4.2.1-upgrade-in-capitals": {"Upgrade": "WebSocket"},
    "4.2.1-connection-in-small-letters": {"Connection": "upgrade"},
    "4.2.1-connection-lists-more": {"Connection": "keep-alive, Upgrade"},
    "4.2.1-other-headers": {"Cookie": "a=b", "Cache-Control": "no-cache"},
    "4.2.1-another-key": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA=="},
    "9.1-unknown-extension": {"Sec_WebSocket_Extensions": "x-tea; cups=2"}}


@pytest.mark.parametrize("changed", ACCEPTED.values(), ids=ACCEPTED)
def test_right_handshake(server, changed):
    status, answer = handshake(server, **changed)
    assert status == 101
    assert "sec-websocket-extensions" not in answer
    assert "sec-websocket-protocol" not in answer


REFUSED = {
    "4.2.1-http-1.0": ({"version": "HTTP/1.0"}, 400),
    "4.2.1-no-host": ({"Host": None}, 400),
    "4.2.1-no-key": ({"Sec_WebSocket_Key": None}, 400),
    "4.2.1-key-of-15-bytes": ({"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAA"}, 400),
    "4.2.1-key-of-18-bytes": ({"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAAAA"}, 400),
    "4.2.1-key-not-base64": ({"Sec_WebSocket_Key": "AAAAAAAAAA*AAAAAAAAAAA=="}, 400),
    "4.2.1-connection-does-not-say-upgrade": ({"Connection": "keep-alive"}, 400),
    "4.2.1-no-connection": ({"Connection": None}, 400),
    "4.2.1-no-upgrade": ({"Upgrade": None}, 426),
    "4.2.1-post": ({"method": "POST"}, 405),
    "4.4-no-version": ({"Sec_WebSocket_Version": None}, 426),
    "4.4-version-8": ({"Sec_WebSocket_Version": "8"}, 426),
    "4.4-version-14": ({"Sec_WebSocket_Version": "14"}, 426),
    "4.4-version-13x": ({"Sec_WebSocket_Version": "13x"}, 426)}


@pytest.mark.parametrize("changed, status", REFUSED.values(), ids=REFUSED)
def test_wrong_handshake(server, changed, status):
    got, answer = handshake(server, **changed)
    assert got == status
    if status == 426:
        assert answer["sec-websocket-version"] == "13"


def test_4_2_2_a_websocket_after_other_requests(server):
    """The connection may have served HTTP requests before."""
    client = server.connect("web")
    for _ in range(3):
        client.send_bytes(http_head("GET", "/healthz", {"Host": "tea.example"}))
        assert read_http_head(client)[0] == 200
        client.read_until(b"ok\n")
    client.send_bytes(http_head("GET", "/ws", HEADERS))
    assert read_http_head(client)[0] == 101
    greeting = client.read_bytes(2)
    assert json.loads(client.read_bytes(greeting[1]))["type"] == "greeting"
    client.send_bytes(frame(PING, b"here"))
    assert client.read_bytes(6) == bytes([0x80 | PONG, 4]) + b"here"
    client.drop()


def test_4_1_frames_wait_for_the_answer(server):
    """A client that sends a frame before the answer is closed with 1002."""
    client = server.connect("web")
    client.send_bytes(http_head("GET", "/ws", HEADERS) +
                      frame(TEXT, b'{"type":"hello","nick":"hasty","version":2}'))
    assert read_http_head(client)[0] == 101
    assert client.read_bytes(2)[0] == 0x80 | CLOSE
    assert client.read_bytes(2) == struct.pack(">H", 1002)
    client.drop()
