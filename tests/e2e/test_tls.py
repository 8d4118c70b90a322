"""TLS on every protocol, with openssl s_client and with clients that hold the protocol badly."""

import re
import socket
import ssl
import subprocess
import threading
import time

import pytest

from clients import TIMEOUT, WELCOME
from tls_socket import TlsSocket, trusting

HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32)
LISTENERS = {name: {"tls": "yes"} for name in ("telnet", "json", "web", "relay", "lobby", "direct")}


@pytest.fixture
def start_tls(start_server, certificate):
    """Starts a server whose listeners all have TLS, but for those that are given."""
    def start(files=certificate, **options):
        tls = {"certificate": files[0], "key": files[1]}
        return start_server(tls=tls, **{**LISTENERS, **options})
    return start


@pytest.fixture
def tls_server(start_tls):
    return start_tls()


def s_client(server, listener, said, *args, ends=r"$^"):
    """What openssl s_client shows of a connection on which this is said."""
    host, port = server.address(listener)
    process = subprocess.Popen(
        ["openssl", "s_client", "-connect", f"{host}:{port}", "-servername", "localhost", *args],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    process.stdin.write(said)
    process.stdin.flush()
    out = b""
    timer = threading.Timer(TIMEOUT, process.kill)
    timer.start()
    while not re.search(ends.encode(), out) and (piece := process.stdout.read1(65536)):
        out += piece
    timer.cancel()
    process.kill()
    process.communicate()
    return out.decode(errors="replace")


@pytest.mark.parametrize("listener, said, shown", [
    ("telnet", b"login ann\n", "You are ann, in main"),
    ("json", b"\x00\x1f" + b'{"type":"hello","nick":"annie"}', '"type":"join","nick":"annie"'),
    ("web", b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "\r\n\r\nok\n"),
    ("lobby", b"/list\n", "verify return:1\n1\n"),
    ("direct", b"#Ann\n", "Your user detail saved as : Ann"),
], ids=["telnet", "json", "web", "lobby", "direct"])
def test_openssl_is_a_client_of_each_protocol(tls_server, authority, listener, said, shown):
    out = s_client(tls_server, listener, said, "-quiet", "-CAfile", str(authority.path),
                   ends=re.escape(shown))
    assert shown in out and "verify return:1" in out, out


@pytest.mark.parametrize("option, accepted", [
    ("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)])
def test_versions(tls_server, option, accepted):
    """Even a client that would take everything gets no TLS 1.0 or 1.1."""
    out = s_client(tls_server, "telnet", b"", option, "-cipher", "ALL:@SECLEVEL=0",
                   ends="Welcome|Cipher is \\(NONE\\)")
    assert (WELCOME[:10] in out) == accepted, out
    assert ("no protocols" in out or "alert protocol version" in out) != accepted, out


@pytest.mark.parametrize("offered, chosen", [
    ((), "TLS_AES_128_GCM_SHA256"),
    (("-ciphersuites", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"), "TLS_AES_128_GCM_SHA256"),
    (("-ciphersuites", "TLS_AES_256_GCM_SHA384"), "TLS_AES_256_GCM_SHA384"),
    (("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"),
     "TLS_CHACHA20_POLY1305_SHA256"),
    (("-tls1_2",), "ECDHE-ECDSA-AES128-GCM-SHA256"),
    (("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA"), "ECDHE-ECDSA-AES256-SHA"),
], ids=["all", "both", "256", "chacha first", "1.2", "an old one"])
def test_the_cheapest_good_cipher_is_chosen(tls_server, offered, chosen):
    out = s_client(tls_server, "telnet", b"", *offered, ends="Cipher is .*")
    assert f"Cipher is {chosen}\n" in out, out


def test_renegotiation_is_refused(tls_server):
    out = s_client(tls_server, "telnet", b"R\n", "-tls1_2", ends="no renegotiation|RENEGOTIATING.*rror")
    assert "RENEGOTIATING" in out and "Verify return code" in out
    assert re.search("no renegotiation|unexpected message|handshake failure", out), out


def test_a_session_is_resumed_by_its_ticket(tls_server):
    context = trusting(maximum_version=ssl.TLSVersion.TLSv1_2)
    first = tls_server.line_client("telnet", tls=lambda plain: TlsSocket(plain, context))
    first.expect(WELCOME)
    session = first.socket.tls.session
    again = tls_server.line_client(
        "telnet", tls=lambda plain: TlsSocket(plain, context, session=session))
    again.expect(WELCOME)
    assert not first.socket.tls.session_reused and again.socket.tls.session_reused


def test_the_web_speaks_http_1_1_to_those_who_ask(tls_server):
    for offered, chosen in ((["h2", "http/1.1"], "http/1.1"), ([], None)):
        context = trusting()
        if offered:
            context.set_alpn_protocols(offered)
        client = tls_server.connect("web", tls=lambda plain: TlsSocket(plain, context))
        assert client.socket.tls.selected_alpn_protocol() == chosen
        client.send_bytes(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert client.read_rest().endswith(b"\r\n\r\nok\n")


@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize("sent", [b"", HELLO[:1], HELLO], ids=["nothing", "a byte", "half"])
def test_half_a_handshake_ends(start_tls, listener, sent):
    server = start_tls(limits={"login_timeout": 1})
    client = server.connect(listener, tls=None)
    client.send_bytes(sent)
    start = time.monotonic()
    assert client.read_rest() == b""
    assert time.monotonic() - start > 0.5


@pytest.mark.parametrize("listener, said, told", [
    ("telnet", b"login ann\r\n", b"!!! This port takes encrypted connections (TLS) only.\r\n"),
    ("json", b'\0\x1f{"type":"hello","nick":"annie"}', b'"This port takes encrypted'),
    ("relay", b"hello\n", b""),
    ("lobby", b"/nick ann\n", b"This port takes encrypted connections (TLS) only.\n"),
    ("direct", b"#ann\n", b""),
    ("web", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"https://"),
])
def test_a_client_without_tls_is_told_so(tls_server, listener, said, told):
    client = tls_server.connect(listener, tls=None)
    client.send_bytes(said)
    rest = client.read_rest()
    assert told in rest, rest
    if listener == "web":
        assert rest.startswith(b"HTTP/1.1 400 ") and b"content-security-policy" in rest.lower()


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_client_with_tls_on_a_port_without_is_closed(server, listener):
    client = server.connect(listener)
    client.send_bytes(HELLO)
    rest = client.read_rest()
    if listener in ("telnet", "json", "lobby"):
        assert b"This port takes no encrypted connections (TLS)." in rest
    assert rest.startswith(b"HTTP/1.1 400 ") == (listener == "web")


def test_an_end_of_tls_is_a_half_close(tls_server):
    """What was sent before is still answered, though TCP is not closed; then TLS ends, and TCP."""
    client = tls_server.line_client("telnet")
    client.send("login ann", "hello", "/who")
    client.half_close()
    lines = client.read_rest().decode().splitlines()
    assert "ann: hello" in lines
    with pytest.raises(ssl.SSLZeroReturnError):
        client.socket.tls.read(1)
    assert client.socket.connection.recv(1) == b""


def test_an_end_of_tls_in_the_same_packet_as_the_last_words(tls_server):
    client = tls_server.json("ann")
    client.send("chat", message="tea?", ref="1")
    with pytest.raises(ssl.SSLWantReadError):
        client.socket.tls.unwrap()
    client.socket._flush()
    client.until("chat", message="tea?")
    client.expect_end()


def test_a_connection_that_is_cut_off_is_lost(tls_server):
    """Without an end of TLS: anybody on the way may have closed it."""
    ann, bob = tls_server.telnet("ann"), tls_server.telnet("bob")
    ann.until("bob has entered the room.")
    bob.socket.connection.shutdown(socket.SHUT_WR)
    ann.until("bob has left the room.")


def test_what_is_no_tls_later_on_ends_the_connection(tls_server):
    ann, bob = tls_server.telnet("ann"), tls_server.telnet("bob")
    ann.until("bob has entered the room.")
    bob.socket.connection.sendall(b"login eve\r\n" * 3)
    ann.until("bob has left the room.")


def test_records_cut_at_each_byte(tls_server):
    """A client all of whose bytes come one by one, from the handshake on."""
    class Dribbling(TlsSocket):
        def _flush(self):
            for byte in self.outgoing.read():
                self.connection.sendall(bytes([byte]))

    bob = tls_server.json("bob")
    for listener in ("telnet", "json", "web"):
        maker = {"telnet": tls_server.telnet, "json": tls_server.json, "web": tls_server.web}
        client = maker[listener](f"{listener}er", tls=Dribbling)
        bob.until("join", nick=f"{listener}er")
        for i in range(3):
            if listener == "telnet":
                client.send(f"message {i}")
            else:
                client.send("chat", message=f"message {i}")
            bob.until("chat", nick=f"{listener}er", message=f"message {i}")
        client.drop()


def test_many_messages_in_one_packet_of_records(tls_server):
    """Of records that come together none is forgotten: epoll would not tell of it."""
    ann, bob = tls_server.json("ann"), tls_server.json("bob")
    for i in range(30):
        ann.socket.tls.write(ann_packet(i))
    ann.socket._flush()
    for i in range(30):
        bob.until("chat", message=f"{i}")


def ann_packet(i):
    text = b'{"type":"chat","message":"%d"}' % i
    return len(text).to_bytes(2, "big") + text


def test_a_slow_reader(start_tls):
    """Gets all in the end, in order; meanwhile the server keeps what is encrypted, and waits."""
    server = start_tls(limits={"rate": 0, "send_queue": 8 << 20})
    ann, bob = server.json("ann"), server.json("bob", receive=4096)
    for i in range(1000):
        ann.send("chat", message=f"{i} " + "x" * 3000)
    ann.send("ping", ref="all")
    ann.until("pong", ref="all")
    for i in range(1000):
        assert bob.until("chat")["message"].startswith(f"{i} ")


def test_a_turn_is_one_record(tls_server):
    """Messages of one turn come as one record, not as one each."""
    ann, bob = tls_server.json("ann"), tls_server.json("bob")
    bob.until("names")
    text = b"".join(ann_packet(i) for i in range(20))
    ann.send_bytes(text)
    records = b""
    while len(bob.buffer) < 1 or b'"19"' not in bob.buffer:
        piece = bob.socket.connection.recv(65536)
        records += piece
        bob.socket.incoming.write(piece)
        try:
            bob.buffer += bob.socket.tls.read(65536)
        except ssl.SSLWantReadError:
            pass
    heads, at = 0, 0
    while at < len(records):
        heads += 1
        at += 5 + int.from_bytes(records[at + 3:at + 5], "big")
    assert heads <= 3, heads


def test_the_page_over_tls_is_the_page(tls_server, server):
    status, headers, body = tls_server.get("/")
    plain = server.get("/")
    for known in (headers, plain[1]):
        known.pop("date", None)
    assert (status, headers, body) == plain and status == 200
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("origin, accepted", [
    ("https://localhost:{port}", True), ("https://localhost", False), ("https://else", False)])
def test_origins(tls_server, origin, accepted):
    host = {"Host": f"localhost:{tls_server.port('web')}"}
    origin = origin.format(port=tls_server.port("web"))
    try:
        tls_server.web("ann", origin=origin, headers=host)
    except AssertionError as why:
        assert not accepted, why
    else:
        assert accepted


def test_the_default_port_of_https_may_be_left_out(tls_server):
    tls_server.web("ann", origin="https://chat.example", headers={"Host": "chat.example:443"})
    tls_server.web("bob", origin="https://chat.example:443", headers={"Host": "chat.example"})
