"""Requests that cannot be served: each gets an answer with a sentence, never an empty close."""

import re
import socket
import time

import pytest

from websocket_client import HandshakeRefused, frame, http_head, read_http_head

TRANSPORTS = ("tcp", "tls")

FEW = {"relay": None, "lobby": None, "direct": None, "telnet": None}
HOST = b"Host: x\r\n"


def ask(server, data, finish=False):
    """Status, headers and body of the answer to these bytes; the server must close after it."""
    client = server.connect("web")
    try:
        client.send_bytes(data)
        if finish:
            client.half_close()
    except OSError:
        pass
    status, headers, _ = read_http_head(client)
    body = client.read_rest()
    assert len(body) == int(headers["content-length"])
    client.drop()
    return status, headers, body.decode()


def rows(*table):
    return [pytest.param(*row, id=name) for name, *row in table]


def get(path, more=b""):
    return b"GET " + path + b" HTTP/1.1\r\n" + HOST + more + b"\r\n"


REFUSED = rows(
    ("cookie-of-20000", get(b"/", b"Cookie: a=" + b"a" * 20000 + b"\r\n"), 431, "cookies"),
    ("cookie-of-200000", get(b"/", b"Cookie: a=" + b"a" * 200000 + b"\r\n"), 431, "cookies"),
    ("many-cookies", get(b"/", b"Cookie: a=b\r\n" * 78), 200, None),
    ("too-many-headers", get(b"/", b"X: y\r\n" * 80), 431, "too large"),
    ("headers-without-end", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 3000, 431, "too large"),
    ("long-uri", get(b"/" + b"a" * 9000), 414, "too long"),
    ("long-query", get(b"/?" + b"a" * 9000), 414, "too long"),
    ("long-uri-without-end", b"GET /" + b"a" * 20000, 414, "too long"),
    ("http-0.9", b"GET /\r\n", 505, "HTTP/1.1"),
    ("http-2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/1.1"),
    ("http-1.2", b"GET / HTTP/1.2\r\n" + HOST + b"\r\n", 505, "HTTP/1.1"),
    ("no-host", b"GET / HTTP/1.1\r\n\r\n", 400, "Host"),
    ("two-hosts", get(b"/", HOST), 400, "Host"),
    ("no-host-in-1.0", b"GET / HTTP/1.0\r\n\r\n", 200, None),
    ("space-before-colon", get(b"/", b"A : b\r\n"), 400, "not a request"),
    ("no-colon", get(b"/", b"nonsense\r\n"), 400, "not a request"),
    ("folded", get(b"/", b"A: b\r\n c\r\n"), 400, "not a request"),
    ("control-in-a-header", get(b"/", b"A: b\x01\r\n"), 400, "not a request"),
    ("nul-in-a-header", get(b"/", b"A: b\0c\r\n"), 400, "not a request"),
    ("bare-line-feeds", b"GET / HTTP/1.1\nHost: x\n\n", 400, "not a request"),
    ("tls", b"\x16\x03\x01\x02\x00\x01\x00", 400, "not a request"),
    ("telnet", b"login ann\r\n", 505, "HTTP/1.1"),
    ("unknown-method", b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n", 405, "only be read"),
    ("options", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 405, "only be read"),
    ("connect", b"CONNECT x:80 HTTP/1.1\r\n" + HOST + b"\r\n", 405, "only be read"),
    ("trace", b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n", 405, "only be read"),
    ("no-slash", get(b"index.html"), 400, "not a request"),
)


@pytest.mark.parametrize("data, status, words", REFUSED)
def test_what_cannot_be_served_is_answered(start_server, data, status, words):
    server = start_server(**FEW)
    if status == 200:
        data = data.replace(HOST, HOST + b"Connection: close\r\n")
    got, headers, body = ask(server, data)
    assert got == status
    if words:
        assert words in body and body.endswith(".\n")
        assert headers["content-type"].startswith("text/plain")
        assert "content-security-policy" in headers


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_head_in_pieces(start_server, step):
    server = start_server(**FEW)
    for data, status in ((get(b"/healthz", b"Connection: close\r\n"), 200),
                         (get(b"/\x01"), 400), (get(b"/", b"C: " + b"a" * 17000), 431)):
        client = server.connect("web")
        try:
            for i in range(0, len(data), max(step, len(data) // 500)):
                client.send_bytes(data[i:i + max(step, len(data) // 500)])
        except OSError:
            pass
        assert read_http_head(client)[0] == status
        client.drop()


def test_half_a_request_that_ends_is_answered(start_server):
    server = start_server(**FEW)
    assert ask(server, b"GET / HTTP/1.1\r\nHo", finish=True)[0] == 400


PATHS = [b"/%00", b"/%0d%0a", b"/%0a", b"/%01", b"/%1f", b"/%7f", b"/index.html%00", b"/%00index.html",
         b"/%", b"/%2", b"/%zz", b"/%-1", b"/%%", b"/a%0d%0aSet-Cookie:%20a=b", b"/\x01", b"/\x7f",
         b"/%2e%2e", b"/%2e%2e/", b"/%2e", b"/.%2e/index.html", b"/%2e%2e/index.html",
         b"/a/../index.html", b"/..", b"/.", b"/./", b"/%2e%2e%2findex.html", b"/%2f%2e%2e%2f"]


@pytest.mark.parametrize("path", PATHS, ids=repr)
def test_a_path_with_controls_or_dots_is_never_the_page(start_server, path):
    server = start_server(**FEW)
    client = server.connect("web")
    client.send_bytes(get(path, b"Connection: close\r\n"))
    status, _, _ = read_http_head(client)
    assert status in (400, 404)
    assert b"<html" not in client.read_rest()
    client.drop()


def test_ordinary_requests_are_served(start_server):
    server = start_server(**FEW)
    for path in ("/", "/index.html", "/?a=%20b", "/?", "/%69ndex.html", "/healthz"):
        assert server.get(path)[0] == 200, path
    assert server.get("/", headers={"Cookie": "a=" + "b" * 15000})[0] == 200
    assert server.get("/%C3%BC")[0] == 404


def test_idle_connections_are_closed_without_a_word(start_server):
    """Nothing was asked, so that nothing is answered."""
    server = start_server(**FEW, limits={"login_timeout": 1})
    client = server.connect("web")
    assert client.read_rest() == b""
    client = server.connect("web")
    client.send_bytes(get(b"/healthz"))
    assert read_http_head(client)[0] == 200
    client.read_until(b"ok\n")
    assert client.read_rest() == b""


def test_refused_origins_are_logged_once_a_minute(start_server):
    server = start_server(**FEW)
    for origin in ("http://x.example", "http://x.example", "http://y.example", "http://x.example"):
        with pytest.raises(HandshakeRefused) as refused:
            server.web(origin=origin)
        assert refused.value.status == 403
    server.wait_for_log(r"origin http://y\.example refused")
    lines = [line for line in server.log if "refused" in line]
    assert len(lines) == 2
    assert re.fullmatch(r"teahoused: \S+Z conn \d+ 127\.0\.0\.1: origin http://x\.example refused; "
                        r"if it is this server behind a proxy, set origins or pass the Host "
                        r"header on", lines[0])


def test_a_forged_origin_forges_no_line_and_floods_no_log(start_server):
    server = start_server(**FEW)
    for i in range(100):
        with pytest.raises(HandshakeRefused):
            server.web(origin=f"http://{i}.example")
    with pytest.raises(HandshakeRefused):
        server.web(origin="http://\xc2\x85x\u2028y")
    server.get("/healthz")
    lines = [line for line in server.log if "refused" in line]
    assert 1 <= len(lines) <= 16
    assert all(re.match(r"teahoused: \S+Z conn \d+ ", line) for line in server.log if "refused" in line)
