"""Clients behind proxies: whom a proxy speaks for is believed only if the settings name the proxy.

The server is told apart by its log, by its limits by address, and by what direct's greeting says.
"""

import socket
import struct
import subprocess
import time

import pytest

from clients import TIMEOUT, WELCOME, ConnectionClosed
from server import free_port, wait_until
from tls_socket import TlsSocket
from websocket_client import HandshakeRefused

PROXY = {"server": {"proxies": "127.0.0.1 ::1 127.0.9.0/24"}}
V2 = b"\r\n\r\n\0\r\nQUIT\n"


def v1(address="192.0.2.7", port=40112):
    family = "TCP6" if ":" in address else "TCP4"
    here = "::1" if ":" in address else "127.0.0.1"
    return f"PROXY {family} {address} {here} {port} 5005\r\n".encode()


def v2(address="192.0.2.7", port=40112, extras=b""):
    body = socket.inet_aton(address) + socket.inet_aton("127.0.0.1") + struct.pack(
        ">HH", port, 5005) + extras
    return V2 + b"\x21\x11" + struct.pack(">H", len(body)) + body


LOCAL = V2 + b"\x20\0\0\0"
ENCRYPTED = b"\x20\0\x05\x01\0\0\0\0"


@pytest.fixture
def behind(start_server):
    """A server all of whose TCP listeners are behind a proxy."""
    return start_server(**PROXY, args=["-v"], telnet={"proxy": "yes"}, json={"proxy": "yes"},
                        direct={"proxy": "yes"}, web={"proxy": "yes"},
                        limits={"sessions_per_address": 2, "login_timeout": 5})


@pytest.mark.parametrize("header, seen", [
    (v1(), "192.0.2.7', 40112"), (v1("2001:db8::7"), "2001:db8::7', 40112"),
    (v2(), "192.0.2.7', 40112"), (v2(extras=ENCRYPTED), "192.0.2.7', 40112"),
    (LOCAL, "127.0.0.1', "), (b"PROXY UNKNOWN\r\n", "'"), (b"PROXY UNKNOWN 1 2\r\n", "'"),
], ids=["v1", "v1 ipv6", "v2", "v2 tls", "local", "unknown", "unknown more"])
def test_the_header_names_the_client(behind, header, seen):
    client = behind.line_client("direct", first=header)
    assert client.read().startswith(f"You are connected from:('{seen}")


def test_a_header_in_single_bytes(behind):
    for header in (v1(), v2(extras=ENCRYPTED)):
        client = behind.connect("direct")
        for byte in header + b"#Ann\n":
            client.send_bytes(bytes([byte]))
        assert b"192.0.2.7" in client.read_until(b"\n")
        client.drop()


def test_what_follows_the_header_at_once_is_the_client_s(behind):
    client = behind.line_client("telnet", first=v2() + b"login ann\r\n")
    client.expect(WELCOME)
    client.until("You are ann, in main; nobody else is here yet.")
    behind.wait_for_log(r"conn \d+ 192\.0\.2\.7: ann logged in by telnet")


def test_limits_count_the_real_addresses(behind):
    kept = [behind.line_client("telnet", first=v1(address))
            for address in ("192.0.2.7", "192.0.2.7", "192.0.2.8", "192.0.2.8", "192.0.2.9")]
    for client in kept:
        client.expect(WELCOME)
    late = behind.line_client("telnet", first=v1("192.0.2.7"))
    late.until("!!! Too many connections from your address.")
    late.expect_end()


@pytest.mark.parametrize("sent", [
    b"login ann\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"PROXY TCP4 localhost 127.0.0.1 1 1\r\n",
    V2 + b"\x21\x12\0\x0c" + bytes(12), b"PROXY TCP4 192.0.2.7 127.0.0.1 1 1 \r\n" + b"x" * 200])
@pytest.mark.parametrize("listener", ["telnet", "web"])
def test_what_is_no_header_is_closed(behind, listener, sent):
    client = behind.connect(listener, first=sent)
    assert client.read_rest() == b""
    behind.wait_for_log(rf"conn \d+ 127\.0\.0\.1: closed: {listener}: no header of the PROXY")


@pytest.mark.parametrize("sent", [b"", b"PROXY TCP4 192", V2 + b"\x21\x11\0\x0c\0"])
def test_a_header_that_does_not_come_in_time(start_server, sent):
    server = start_server(**PROXY, telnet={"proxy": "yes"}, limits={"login_timeout": 1})
    client = server.connect("telnet", first=sent)
    start = time.monotonic()
    assert client.read_rest() == b""
    assert time.monotonic() - start > 0.5
    # One that goes away in the middle is forgotten at once.
    files = server.open_files()
    server.connect("telnet", first=sent or b"P").drop()
    wait_until(lambda: server.open_files() <= files)


def test_only_proxies_may_come_to_a_listener_for_them(start_server):
    server = start_server(server={"proxies": "127.0.0.5 127.0.9.0/24"}, telnet={"proxy": "yes"})
    stranger = server.connect("telnet", first=v1())
    assert stranger.read_rest() == b""
    server.wait_for_log(r"conn \d+ 127\.0\.0\.1: closed: telnet is for server\.proxies only")
    for source in ("127.0.0.5", "127.0.9.200"):
        server.line_client("telnet", first=v1(), source=source).expect(WELCOME)


def test_the_header_comes_before_tls(start_server, certificate):
    server = start_server(**PROXY, args=["-v"], telnet={"proxy": "yes", "tls": "yes"},
                          web={"proxy": "yes", "tls": "yes"}, json={"proxy": "yes", "tls": "yes"},
                          tls={"certificate": certificate[0], "key": certificate[1]})
    ann = server.line_client("telnet", first=v2())
    ann.expect(WELCOME)
    ann.send("login ann")
    server.wait_for_log(r"conn \d+ 192\.0\.2\.7: ann logged in by telnet")
    bob = server.web("bob", first=v1("192.0.2.8"))
    server.wait_for_log(r"conn \d+ 192\.0\.2\.8: bob logged in by web")
    ann.until("bob has entered the room.")
    assert server.get("/healthz", first=v1())[2] == b"ok\n"
    bob.drop()


# HTTP: the header X-Forwarded-For.

def test_x_forwarded_for_is_believed_from_a_proxy(start_server):
    server = start_server(**PROXY, args=["-v"], limits={"sessions_per_address": 1})
    for number, forwarded in enumerate(
            ["192.0.2.7", "198.51.100.1, 192.0.2.8", "192.0.2.9, 127.0.9.3", "2001:db8::7"]):
        server.web(f"ann{number}", headers={"X-Forwarded-For": forwarded})
        seen = ("192.0.2.7", "192.0.2.8", "192.0.2.9", "2001:db8::")[number]
        server.wait_for_log(rf"conn \d+ {seen}: ann{number} logged in by web")
    late = server.web(headers={"X-Forwarded-For": "192.0.2.7"})
    late.until("error", code="address-full")


def test_x_forwarded_for_is_not_believed_from_anybody_else(start_server):
    server = start_server(server={"proxies": "127.0.0.5"}, args=["-v"],
                          limits={"sessions_per_address": 1})
    server.web("ann", headers={"X-Forwarded-For": "192.0.2.7"})
    server.wait_for_log(r"conn \d+ 127\.0\.0\.1: ann logged in by web")
    server.web(headers={"X-Forwarded-For": "192.0.2.8"}).until("error", code="address-full")
    server.web("bob", headers={"X-Forwarded-For": "192.0.2.8"}, source="127.0.0.5")
    server.wait_for_log(r"conn \d+ 192\.0\.2\.8: bob logged in by web")


def test_a_proxy_s_connections_are_not_limited_as_one_address(start_server):
    """A browser's six connections a person would soon be over the limit of one address."""
    server = start_server(**PROXY, limits={"sessions_per_address": 1})
    kept = [server.connect("web") for _ in range(40)]
    for client in kept:
        client.send_bytes(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
    for client in kept:
        assert client.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_each_request_of_a_proxy_s_connection_may_be_another_s(start_server):
    server = start_server(**PROXY, args=["-v"])
    client = server.connect("web")
    client.send_bytes(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
    client.read_until(b"ok\n")
    client.send_bytes(b"GET /ws HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.8\r\n"
                      b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://b\r\n\r\n")
    assert client.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 403")
    server.wait_for_log(r"conn \d+ 192\.0\.2\.8: origin https://b refused")


# The programs that people use.

@pytest.fixture
def runs():
    """Starts a program that listens on a port; stops it at the end."""
    started = []

    def start(port, *command):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        started.append(process)
        deadline = time.monotonic() + TIMEOUT
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield start
    for process in started:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("send", ["send-proxy", "send-proxy-v2", "send-proxy-v2-ssl"])
@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_haproxy_in_front_of_telnet(start_server, runs, tmp_path, certificate, send, tls):
    """HAProxy takes TLS off, or passes it on; the client comes from 127.0.0.77."""
    server = start_server(
        **PROXY, args=["-v"], telnet={"proxy": "yes", **({"tls": "yes"} if tls else {})},
        tls={"certificate": certificate[0], "key": certificate[1]})
    outside = free_port()
    both = tmp_path / "both.pem"
    both.write_text(certificate[0].read_text() + certificate[1].read_text())
    listen = "" if tls else f"ssl crt {both}"
    host, port = server.address("telnet")
    (tmp_path / "haproxy.cfg").write_text(f"""
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen telnet
    bind 127.0.0.1:{outside} {listen}
    server teahouse {host}:{port} {send}
""")
    runs(outside, "/usr/sbin/haproxy", "-f", str(tmp_path / "haproxy.cfg"))
    server.listeners["outside"] = ("127.0.0.1", outside)
    ann = server.line_client("outside", tls=TlsSocket, source="127.0.0.77")
    ann.expect(WELCOME)
    ann.send("login ann")
    server.wait_for_log(r"conn \d+ 127\.0\.0\.77: ann logged in by telnet")


def test_nginx_in_front_of_the_page(start_server, runs, tmp_path, certificate):
    """TLS ends at nginx; the client's own X-Forwarded-For is not what counts."""
    server = start_server(**PROXY, args=["-v"])
    host, port = server.address("web")
    outside = free_port()
    (tmp_path / "nginx.conf").write_text(f"""
        daemon off; pid {tmp_path}/pid; error_log stderr; worker_processes 1;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {tmp_path}/body; proxy_temp_path {tmp_path}/proxy;
            fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;
            server {{
                listen 127.0.0.1:{outside} ssl;
                ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};
                location / {{
                    proxy_pass http://{host}:{port};
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection "upgrade";
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header X-Forwarded-Proto $scheme;
                }}
            }}
        }}""")
    runs(outside, "/usr/sbin/nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"))
    server.listeners["outside"] = ("127.0.0.1", outside)
    options = {"listener": "outside", "tls": TlsSocket, "source": "127.0.0.77"}
    server.web("ann", headers={"X-Forwarded-For": "198.51.100.1"},
               origin=f"https://127.0.0.1:{outside}", **options)
    server.wait_for_log(r"conn \d+ 127\.0\.0\.77: ann logged in by web")
    with pytest.raises((HandshakeRefused, ConnectionClosed)):
        server.web("eve", origin="https://elsewhere.example", **options)
