"""Passwords are taken over connections in which nobody can listen in: what a proxy says counts.

A client that comes from another host is one whose address a PROXY header names.
"""

import pytest

from test_proxies import ENCRYPTED, LOCAL, PROXY, v1, v2
from websocket_client import WebSocketClient

FORWARDED = {"X-Forwarded-For": "192.0.2.7"}
STORED = {"history": {"file": "teahouse.db"}}
PASSWORD = "tea for two"


def is_taken(client):
    """Whether a password is: it is wrong then, since nobody has registered."""
    client.send("hello", version=2, nick="nobody", password=PASSWORD, ref="login")
    code = client.until("error", ref="login")["code"]
    assert code in ("password-wrong", "password-insecure")
    return code == "password-wrong"


@pytest.mark.parametrize("proto, taken", [
    (None, False), ("http", False), ("https", True), ("HTTPS", True), ("httpsx", False), ("", False),
    ("wss", False), ("https, http", False), ("http, https", True), ("https,", False),
])
def test_a_proxy_says_by_a_header_whether_the_client_is_encrypted(start_server, proto, taken):
    """Of several, the last is the nearest proxy's."""
    server = start_server(**PROXY, **STORED)
    headers = FORWARDED if proto is None else {**FORWARDED, "X-Forwarded-Proto": proto}
    assert is_taken(server.web(headers=headers)) == taken


def test_nobody_else_is_believed(start_server):
    """Neither a client that adds the headers itself, nor one that names itself a proxy in them."""
    server = start_server(server={"proxies": "127.0.0.1 192.0.2.200"}, **STORED,
                          web={"proxy": "yes"})
    believed = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https"}
    assert not is_taken(server.web(headers=believed, first=v1("192.0.2.7")))
    assert not is_taken(server.web(headers=believed, first=v1("198.51.100.1")))
    chained = {"X-Forwarded-For": "192.0.2.200", "X-Forwarded-Proto": "https"}
    assert not is_taken(server.web(headers=chained, first=v2("192.0.2.7")))
    # A proxy behind the balancer is, and what the balancer itself says of TLS.
    assert is_taken(server.web(headers=believed, first=v2("192.0.2.200")))
    assert is_taken(server.web(headers=believed, first=v2("192.0.2.7", extras=ENCRYPTED)))


def test_each_request_says_it_anew(start_server):
    """A proxy's connection carries requests of several clients: none has another's TLS or address."""
    server = start_server(server={"proxies": "127.0.0.1 192.0.2.200"}, **STORED, args=["-v"],
                          web={"proxy": "yes"})
    for said, taken, address in (("", False, "192.0.2.200"),
                                 ("X-Forwarded-Proto: https\r\n", False, "192.0.2.200"),
                                 ("X-Forwarded-For: 192.0.2.8\r\n", False, "192.0.2.8"),
                                 ("X-Forwarded-For: 192.0.2.8\r\nX-Forwarded-Proto: https\r\n",
                                  True, "192.0.2.8")):
        client = server.connect("web", first=v1("192.0.2.200"))
        client.send_bytes(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n"
                          b"X-Forwarded-Proto: https\r\n\r\n")
        client.read_until(b"ok\n")
        client.send_bytes(b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                          b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + said.encode() + b"\r\n")
        assert client.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 101")
        web = WebSocketClient.__new__(WebSocketClient)
        web.__dict__.update(client.__dict__, pongs=[])
        assert is_taken(web) == taken, said
        web.send("hello", version=2, nick="ann")
        web.until("welcome")
        server.wait_for_log(rf"conn \d+ {address}: ann logged in by web")
        server.log.clear()
        web.drop()


@pytest.mark.parametrize("header, taken", [
    (v1(), False), (v2(), False), (v2(extras=ENCRYPTED), True), (LOCAL, True),
    # Only the bit of the client's own TLS counts; other extras are not it.
    (v2(extras=b"\x20\0\x05\x00\0\0\0\0"), False), (v2(extras=b"\x20\0\x05\x06\0\0\0\0"), False),
    (v2(extras=b"\x21\0\x05\x01\0\0\0\0"), False), (v2(extras=b"\x04\0\0" + ENCRYPTED), True),
    (v2(extras=ENCRYPTED + b"\x20\0\x05\x00\0\0\0\0"), False),
], ids=["v1", "v2", "v2 tls", "local", "no client", "certificates only", "other", "second", "last"])
def test_the_proxy_protocol_says_whether_the_client_is_encrypted(start_server, header, taken):
    server = start_server(**PROXY, **STORED, json={"proxy": "yes"})
    assert is_taken(server.json(first=header)) == taken


def test_tls_to_the_server_itself_needs_nobody_s_word(start_server, certificate):
    server = start_server(**PROXY, **STORED, json={"proxy": "yes", "tls": "yes"},
                          tls={"certificate": certificate[0], "key": certificate[1]})
    assert is_taken(server.json(first=v1()))


def test_a_client_of_another_host_is_asked_for_no_password(start_server):
    server = start_server(**PROXY, **STORED, telnet={"proxy": "yes"}, limits={"linger": 0})
    owner = server.line_client("telnet", first=v2(extras=ENCRYPTED))
    owner.send("login ann", f"/register {PASSWORD}", "/logout")
    owner.until("*** The name \"ann\" is yours now. Log in with it and the password, from anywhere.")
    late = server.line_client("telnet", first=v1())
    late.send("login ann")
    late.until("!!! This connection is not encrypted: no password is taken over it.")
