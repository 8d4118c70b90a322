"""The terminal client over TLS, with servers whose certificates and manners differ."""

import socket
import ssl
import threading
import warnings

import pytest

from certificates import Authority, fingerprint, self_signed
from clients import TIMEOUT, PacketClient
from scripted import ScriptedServer
from server import free_port
from terminal import run


class TlsServer(ScriptedServer):
    """A scripted server that speaks TLS; `files` are its certificate and key."""

    def __init__(self, files, highest=None, lowest=None):
        super().__init__()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*files)
        self.names = []
        self.context.sni_callback = lambda connection, name, _: self.names.append(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if lowest:
                self.context.minimum_version = lowest
                self.context.set_ciphers("DEFAULT:@SECLEVEL=0")
            if highest:
                self.context.maximum_version = highest
        self.plain = self.listener
        self.listener = self.context.wrap_socket(self.plain, server_side=True)
        self.listener.settimeout(TIMEOUT)

    def refuses_one(self):
        """Accepts a connection in the background, whose handshake is expected to fail."""
        def accept():
            try:
                self.listener.accept()[0].recv(1)
            except OSError:
                pass
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        return thread


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ca")


@pytest.fixture(scope="module")
def valid(authority):
    return authority.sign("valid", "DNS:localhost,IP:127.0.0.1")


@pytest.fixture
def tls_server():
    started = []

    def start(files, **options):
        started.append(TlsServer(files, **options))
        return started[-1]
    yield start
    for server in started:
        server.close()


def refused(server, *args, host="localhost", **options):
    """The one sentence of a client that does not connect."""
    thread = server.refuses_one()
    code, out, err = run(*args, "ann", host, server.port, **options)
    thread.join(TIMEOUT)
    assert code == 1 and out == "", (code, out, err)
    assert err.count("\n") == 1, err
    prefix = f"teahouse: cannot connect to {host} port {server.port}: "
    assert err.startswith(prefix), err
    return err[len(prefix):-1]


def test_a_conversation(tls_server, valid, authority, terminal):
    server = tls_server(valid)
    ann = terminal("--tls", "--ca", authority.path, "ann", "localhost", server.port)
    connection, _ = server.accept_and_welcome()
    assert server.names == ["localhost"]
    assert connection.socket.version() == "TLSv1.3"
    ann.status("connected")
    ann.enter("hello")
    said = connection.until("chat", message="hello")
    connection.send("chat", nick="ann", room="main", message="hello", ref=said["ref"])
    ann.shows("ann: hello")
    # More than a record, and more records than the client reads at once.
    for i in range(300):
        connection.send("chat", nick="bob", room="main", message=f"{i} " + "x" * 1000)
    connection.send("chat", nick="bob", room="main", message="the last")
    ann.shows("bob: the last$")
    ann.enter("/q")
    # The goodbye is not cut off: close_notify comes.
    with pytest.raises(AssertionError, match="closed"):
        while True:
            connection.read()
    assert ann.wait() == 0


def test_an_address_instead_of_a_name(tls_server, valid, authority, terminal):
    server = tls_server(valid)
    ann = terminal("--ca", authority.path, "ann", "127.0.0.1", server.port)
    connection, _ = server.accept_and_welcome()
    assert server.names == [None], "an address is no name for SNI"
    ann.status("connected")
    connection.drop()
    ann.status("reconnecting")


def test_what_is_wrong_with_a_certificate_is_said(tls_server, valid, authority, tmp_path):
    expired = tls_server(authority.sign("expired", "DNS:localhost", days="expired"))
    said = refused(expired, "--ca", authority.path)
    assert said.startswith("its certificate expired on 20"), said
    other = tls_server(authority.sign("other", "DNS:chat.example.org,DNS:b,IP:10.0.0.1,DNS:c"))
    assert refused(other, "--ca", authority.path) == (
        "its certificate is for chat.example.org, b, 10.0.0.1 and others, not for localhost")
    named = tls_server(authority.sign("named", "DNS:localhost"))
    assert refused(named, "--ca", authority.path, host="127.0.0.1") == (
        "its certificate is for localhost, not for 127.0.0.1")
    hostile = tls_server(authority.sign("hostile", "DNS:a\x1b]0;x"))
    assert refused(hostile, "--ca", authority.path) == (
        "its certificate is for a?]0;x, not for localhost")


@pytest.mark.parametrize("own", [True, False])
def test_an_unknown_certificate_can_be_pinned(tls_server, valid, authority, tmp_path, own,
                                              terminal):
    files = self_signed(tmp_path / "self") if own else valid
    server = tls_server(files)
    pin = fingerprint(files[0])
    said = refused(server, "--tls")
    what = ("signed by itself, not by an authority" if own
            else "signed by an authority that is not trusted here")
    assert said == (
        f"its certificate is {what}; if its operator tells you the same SHA-256 fingerprint, "
        f"accept exactly this certificate by --pin {pin}")
    for given in pin, pin.replace(":", "").lower():
        ann = terminal("--pin", given, "ann", "localhost", server.port)
        connection, _ = server.accept_and_welcome()
        ann.status("connected")
        ann.process.kill()
        connection.drop()


def test_a_pin_accepts_nothing_else(tls_server, valid, authority, tmp_path):
    """Not even what the authority has signed."""
    server = tls_server(valid)
    pin = fingerprint(self_signed(tmp_path / "self")[0])
    assert refused(server, "--pin", pin) == (
        f"its certificate is not the one of --pin: its SHA-256 fingerprint is "
        f"{fingerprint(valid[0])}")


def answered(answer, *args):
    """What a client says to a server that has only this answer to the client's first bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            connection, _ = listener.accept()
            connection.recv(4096)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            try:
                connection.recv(4096)
            except ConnectionResetError:
                pass
            connection.close()
        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        code, out, err = run(*args, "ann", "127.0.0.1", port)
        thread.join(TIMEOUT)
    assert code == 1 and out == ""
    return err.replace(f"127.0.0.1 port {port}", "SERVER")


def test_ports_without_tls_and_old_versions(tls_server, valid, authority):
    old = tls_server(valid, highest=ssl.TLSVersion.TLSv1_1, lowest=ssl.TLSVersion.TLSv1)
    assert refused(old, "--ca", authority.path) == (
        "it has only old versions of TLS; 1.2 or 1.3 is needed")
    cannot = "teahouse: cannot connect to SERVER: "
    for answer, sentence in [
            (b"\0\x15{\"type\":\"error\"}", "there is no TLS on this port"),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", "there is no TLS on this port"),
            (b"", "it closed the connection instead of answering; there may be no TLS on this "
                  "port")]:
        assert answered(answer, "--tls") == f"{cannot}{sentence}\n"


def test_tls_where_none_was_asked_for():
    alert = b"\x15\x03\x01\x00\x02\x02\x46"
    assert answered(alert) == "teahouse: SERVER: this port is for TLS: connect with --tls\n"


def test_options_that_are_wrong(tmp_path):
    for args, sentence in [
            (["--ca", "/none.pem"], "--ca /none.pem: No such file or directory"),
            (["--ca", "/dev/null"], "--ca /dev/null: there is no certificate (PEM) in it"),
            (["--pin", "12:34"],
             "--pin 12:34: not a SHA-256 fingerprint, which has 64 hex digits"),
            (["--pin", "g" * 64],
             f"--pin {'g' * 64}: not a SHA-256 fingerprint, which has 64 hex digits"),
            (["--pin", "1" * 65],
             f"--pin {'1' * 65}: not a SHA-256 fingerprint, which has 64 hex digits"),
            (["--ca", "/dev/null", "--pin", "1" * 64],
             "--ca and --pin: only one of them can be given"),
            (["--tls", "-p", "direct"],
             "tls: this protocol has no usual port for it: give PORT")]:
        code, out, err = run(*args, "ann", "localhost")
        assert (code, out, err) == (2, "", f"teahouse: {sentence}\n")


def test_scripts_over_tls(tls_server, valid, authority):
    """Everything is sent before the connection is closed, however slowly it is read."""
    server = tls_server(valid)
    lines = [f"{i} " + "y" * 900 for i in range(2000)]
    heard = []

    def serve():
        connection, _ = server.accept_and_welcome()
        while True:
            packet = connection.read()
            if packet["type"] == "chat":
                heard.append(packet["message"])
                connection.send("chat", nick="ann", room="main", message=packet["message"],
                                ref=packet["ref"])
            elif packet["type"] == "ping":
                connection.send("pong", ref=packet["ref"])
                return
    thread = threading.Thread(target=serve)
    thread.start()
    code, out, err = run("--plain", "--ca", authority.path, "ann", "localhost", server.port,
                         given="".join(line + "\n" for line in lines))
    thread.join(TIMEOUT)
    assert (code, err) == (0, "")
    assert heard == lines
    assert [line.split("\t")[4] for line in out.splitlines() if "\tchat\t" in line] == lines


def test_the_connection_is_lost_and_comes_back(tls_server, valid, authority, terminal):
    """Cut off, and ended with a goodbye; and meanwhile the certificate is another one."""
    server = tls_server(valid)
    ann = terminal("--ca", authority.path, "ann", "localhost", server.port, columns=99)
    for how in ("disconnected by the server",
                "(the connection was cut off|Connection reset by peer)"):
        connection, _ = server.accept_and_welcome()
        ann.status("connected")
        if how.startswith("disc"):
            with pytest.raises(ssl.SSLError, match="AFTER_CLOSE_NOTIFY"):
                connection.socket.unwrap()
        connection.drop()
        ann.shows(f"Connection lost: {how}$")
    server.context.load_cert_chain(*authority.sign("another", "DNS:elsewhere"))
    server.refuses_one().join(TIMEOUT)
    ann.shows("Cannot connect: its certificate is for elsewhere, not for localhost$")
    ann.enter("said meanwhile")
    server.context.load_cert_chain(*valid)
    ann.enter("/reconnect")
    connection, _ = server.accept_and_welcome()
    connection.until("chat", message="said meanwhile")
    ann.status("connected")


def test_a_server_that_does_not_answer_holds_nothing_up(terminal, valid, authority, tls_server):
    """While the handshake waits, the screen is alive, and Ctrl-C quits."""
    port = free_port()
    silent = socket.create_server(("127.0.0.1", port))
    first = terminal("--ca", authority.path, "ann", "127.0.0.1", port)
    connection, _ = silent.accept()
    first.shows("connecting to 127.0.0.1 port .*, Ctrl-C quits")
    first.keys("\x03")
    assert first.wait() != 0
    silent.close()
    connection.close()

    server = tls_server(valid)
    ann = terminal("--ca", authority.path, "ann", "localhost", server.port)
    server.accept_and_welcome()[0].drop()
    ann.status("reconnecting")
    raw, _ = server.plain.accept() if server.plain.fileno() >= 0 else (None, None)
    if raw is None:
        raw, _ = socket.socket.accept(server.listener)
    ann.status("connecting$")
    ann.keys("typed meanwhile")
    ann.typed("ann> typed meanwhile")
    ann.keys("\x03\x03\x03")
    assert ann.wait() == 0
    raw.close()


def test_a_hello_in_pieces(authority, valid, terminal):
    """Every byte of the server comes by itself: the handshake, and what follows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*valid)
    listener = socket.create_server(("127.0.0.1", 0))
    ann = terminal("--ca", authority.path, "ann", "localhost", listener.getsockname()[1])
    raw, _ = listener.accept()
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    raw.settimeout(TIMEOUT)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)

    class Pieces:
        """What PacketClient needs of a socket."""
        def sendall(self, data):
            tls.write(data)
            self.flush()

        def flush(self):
            for byte in outgoing.read():
                raw.sendall(bytes([byte]))

        def step(self, call):
            while True:
                try:
                    return call()
                except ssl.SSLWantReadError:
                    self.flush()
                    incoming.write(raw.recv(4096))

        def recv(self, n):
            return self.step(lambda: tls.read(n))

    pieces = Pieces()
    pieces.step(tls.do_handshake)
    pieces.flush()
    connection = PacketClient.__new__(PacketClient)
    connection.socket, connection.buffer = pieces, b""
    connection.expect("hello", nick="ann")
    ScriptedServer.welcome(connection, "ann")
    connection.send("chat", nick="bob", room="main", message="byte by byte")
    ann.shows("bob: byte by byte")
    raw.close()
    listener.close()


def test_the_real_server(start_server, valid, authority, terminal, tmp_path):
    """People with TLS and without it talk; each is told of the other kind of port."""
    server = start_server(tls={"certificate": valid[0], "key": valid[1]},
                          limits={"rate": 10000, "burst": 10000},
                          history={"file": tmp_path / "kept.db"},
                          safe={"protocol": "json", "tls": "yes"})
    host, port = server.address("safe")
    ann = terminal("--ca", authority.path, "ann", host, port, rows=24, columns=80)
    ann.status("connected")
    bob = server.json("bob")
    for i in range(400):
        bob.send("chat", message=f"line {i}")
    ann.shows("bob: line 399$")
    ann.enter("hello")
    bob.until("chat", nick="ann", message="hello")
    code, out, err = run("--plain", "--ca", authority.path, "cat", host, port,
                         given="".join(f"{i}\n" for i in range(500)))
    assert (code, err) == (0, "")
    assert [line.split("\t")[4] for line in out.splitlines()
            if "\tchat\tcat\t" in line] == [str(i) for i in range(500)]
    code, out, err = run("dan", host, port)
    assert (code, out) == (1, "") and err.endswith("(TLS) only. Connect with --tls.\n"), err
    code, out, err = run("--tls", "dan", *server.address("json"))
    assert (code, out) == (1, "") and err.endswith(": there is no TLS on this port\n"), err
    server.stop()
    ann.status("reconnecting in")
    ann.shows("Connection lost: disconnected by the server$")
