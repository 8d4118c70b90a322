"""The page over HTTP: files, headers, WebSocket handshakes, origins."""

import re
import time

import pytest

from clients import drain
from websocket_client import HandshakeRefused, http_head, read_http_head

TRANSPORTS = ("tcp", "tls")

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
          "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
          "frame-ancestors 'none'")


def example_root(tmp_path):
    """A root folder with many kinds of files."""
    root = tmp_path / "root"
    (root / "inner").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>tea</title>")
    (root / "inner" / "index.html").write_text("inner")
    for name in ("a.css", "b.js", "c.mjs", "d.svg", "e.json", "f.webmanifest", "g.png", "h.ico",
                 "i.txt", "j.strange", ".hidden"):
        (root / name).write_text(f"this is {name}")
    (root / "big.txt").write_bytes(bytes(range(256)) * 4096 * 12)
    (tmp_path / "secret.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    return root


# The page.

def has_common_headers(headers):
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_files_and_their_types(start_server, tmp_path):
    server = start_server(web={"root": example_root(tmp_path)})
    status, headers, body = server.get("/")
    assert (status, body) == (200, b"<!doctype html><title>tea</title>")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
    assert int(headers["content-length"]) == len(body)
    has_common_headers(headers)
    assert server.get("/index.html")[2] == body
    assert server.get("/?a=b")[2] == body
    assert server.get("/inner/")[2] == b"inner"
    for name, kind in {
            "a.css": "text/css; charset=utf-8", "b.js": "text/javascript; charset=utf-8",
            "c.mjs": "text/javascript; charset=utf-8", "d.svg": "image/svg+xml",
            "e.json": "application/json", "f.webmanifest": "application/manifest+json",
            "g.png": "image/png", "h.ico": "image/x-icon", "i.txt": "text/plain; charset=utf-8",
            "j.strange": "application/octet-stream"}.items():
        status, headers, body = server.get(f"/{name}")
        assert (status, headers["content-type"], body) == (200, kind, f"this is {name}".encode())


def test_the_shipped_page(server):
    status, _, body = server.get("/")
    assert status == 200 and b"<!doctype html>" in body.lower()


def test_etag(start_server, tmp_path):
    server = start_server(web={"root": example_root(tmp_path)})
    _, headers, _ = server.get("/a.css")
    etag = headers["etag"]
    assert re.fullmatch(r'"[^"]+"', etag)
    assert server.get("/b.js")[1]["etag"] != etag
    for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        status, headers, body = server.get("/a.css", headers={"If-None-Match": known})
        assert (status, body) == (304, b"")
        assert headers["etag"] == etag
        has_common_headers(headers)
    assert server.get("/a.css", headers={"If-None-Match": '"x"'})[0] == 200


def test_head(start_server, tmp_path):
    server = start_server(web={"root": example_root(tmp_path)})
    status, headers, body = server.get("/i.txt", method="HEAD")
    assert (status, headers["content-length"], body) == (200, "13", b"")
    status, _, body = server.get("/nothing", method="HEAD")
    assert (status, body) == (404, b"")


def test_healthz(server):
    status, headers, body = server.get("/healthz")
    assert (status, body.strip()) == (200, b"ok")
    has_common_headers(headers)


def test_not_found(start_server, tmp_path):
    server = start_server(web={"root": example_root(tmp_path)})
    for path in ("/nothing", "/.hidden", "/link.txt", "/inner", "/a.css/", "//a.css/x"):
        status, headers, body = server.get(path)
        assert status == 404, path
        assert body and headers["content-type"].startswith("text/")
        has_common_headers(headers)


@pytest.mark.parametrize("path", [
    "/../secret.txt", "/inner/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
    "/.%2e/secret.txt", "/inner/%2e%2e/%2e%2e/secret.txt", "/..\\secret.txt", "/..%5csecret.txt",
    "/%252e%252e/secret.txt", "//../secret.txt", "/./../secret.txt", "/..;/secret.txt",
    "/....//secret.txt", "/%c0%ae%c0%ae/secret.txt", "/secret.txt%00.txt", "/i.txt%00"])
def test_no_path_leads_out_of_the_root(start_server, tmp_path, path):
    server = start_server(web={"root": example_root(tmp_path)})
    client = server.connect("web")
    client.send_bytes(http_head("GET", path, {"Host": "x", "Connection": "close"}))
    answer = client.read_rest()
    assert b"secret" not in answer.replace(b"secret.txt", b"")
    assert not answer.startswith(b"HTTP/1.1 200")


def test_other_methods_are_not_allowed(server):
    for method in ("POST", "PUT", "DELETE"):
        status, headers, _ = server.get("/", method=method, body=b"x" * 1000)
        assert (status, headers["allow"]) == (405, "GET, HEAD")
        has_common_headers(headers)


def test_error_responses_have_the_headers(server):
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    for path, headers in (("/ws", {}), ("/ws", upgrade), ("/nothing", upgrade),
                          ("/", {"Connection": "Upgrade", "Upgrade": "tea"})):
        status, answered, _ = server.get(path, headers=headers)
        assert status >= 400
        has_common_headers(answered)


def test_http2_is_declined(server):
    status, _, body = server.get("/healthz", headers={
        "Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c",
        "HTTP2-Settings": "AAMAAABkAAQAAP__"})
    assert (status, body.strip()) == (200, b"ok")


def test_keep_alive_and_pipelining(start_server, tmp_path):
    server = start_server(web={"root": example_root(tmp_path)})
    client = server.connect("web")
    ask = http_head("GET", "/i.txt", {"Host": "x"})
    for _ in range(3):
        client.send_bytes(ask)
        status, headers, _ = read_http_head(client)
        assert status == 200
        assert client.read_bytes(int(headers["content-length"])) == b"this is i.txt"
    client.send_bytes(ask * 5)
    for _ in range(5):
        status, headers, _ = read_http_head(client)
        assert status == 200
        assert client.read_bytes(int(headers["content-length"])) == b"this is i.txt"


def test_slow_reader_of_a_big_page(start_server, tmp_path):
    """A file larger than the socket's buffer, with the next request already sent."""
    server = start_server(web={"root": example_root(tmp_path)})
    client = server.connect("web", receive=4096)
    client.send_bytes(http_head("GET", "/big.txt", {"Host": "x"}) * 2)
    size = 256 * 4096 * 12
    before = server.cpu_seconds()
    server.json("ann")
    assert server.get("/healthz")[0] == 200
    time.sleep(1)
    assert server.cpu_seconds() - before < 0.3, "it must not spin while it waits"
    for _ in range(2):
        status, headers, _ = read_http_head(client)
        assert (status, int(headers["content-length"])) == (200, size)
        assert client.read_bytes(size) == bytes(range(256)) * 4096 * 12


# WebSocket handshakes. The rules of RFC 6455 are tested in test_websocket.py.

def test_the_subprotocol(server):
    assert server.web(protocols=["teahouse.v2"]).protocol == "teahouse.v2"
    assert server.web(protocols=["other", "teahouse.v2"]).protocol == "teahouse.v2"
    assert server.web().protocol is None
    with pytest.raises(HandshakeRefused) as refused:
        server.web(protocols=["plain connection"])
    assert refused.value.status == 400
    with pytest.raises(HandshakeRefused) as refused:
        server.web(protocols=["other"])
    assert refused.value.status == 400


def test_websockets_only_at_ws(server):
    for path in ("/", "/index.html", "/ws/", "/wsx", "/healthz"):
        with pytest.raises(HandshakeRefused) as refused:
            server.web(path=path)
        assert refused.value.status == 404
        has_common_headers(refused.value.headers)
    server.web(path="/ws?x=y")


def test_compression_is_not_negotiated(server):
    client = server.web("ann", headers={"Sec-WebSocket-Extensions": "permessage-deflate"})
    assert "sec-websocket-extensions" not in client.headers
    drain(client)


def test_wrong_handshakes(server):
    for headers, status in (({"Sec-WebSocket-Version": "12"}, 426),
                            ({"Sec-WebSocket-Version": ""}, 426),
                            ({"Sec-WebSocket-Key": ""}, 400)):
        with pytest.raises(HandshakeRefused) as refused:
            server.web(headers=headers)
        assert refused.value.status == status
        has_common_headers(refused.value.headers)


def test_origins(start_server):
    server = start_server(web={"origins": "https://a.example http://b.example:8000"})
    host, port = server.address("web")
    own = f"http://{host}:{port}"
    for origin in (None, own, own.upper(), "https://a.example", "http://b.example:8000",
                   "HTTPS://A.EXAMPLE"):
        server.web(origin=origin)
    for origin in ("http://evil.example", f"http://{host}", f"http://{host}:{port + 1}",
                   "https://b.example:8000", "http://b.example", "http://a.example", "null", "x",
                   f"http://{host}:{port}.evil.example", f"http://evil.example/{own}",
                   "https://a.example.evil.example", "https://xa.example", f"file://{host}:{port}",
                   "http://" + "x" * 2000):
        with pytest.raises(HandshakeRefused) as refused:
            server.web(origin=origin)
        assert refused.value.status == 403, origin
        has_common_headers(refused.value.headers)
    # Behind a proxy, the Host is the public one, and the ports may be left out.
    server.web(origin="https://tea.example", headers={"Host": "tea.example"})
    server.web(origin="https://tea.example", headers={"Host": "tea.example:443"})
    server.web(origin="http://tea.example", headers={"Host": "tea.example:80"})
