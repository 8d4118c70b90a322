"""Small clients that speak the plain protocols as bytes: lines, and packets of JSON.

They know nothing of how a server is started; websocket.py has the client for the page's protocol.
"""

import json
import re
import socket
import struct

TIMEOUT = 50  # seconds to wait for what must come: the machine may be busy
# What a telnet listener sends on connecting, and after a login, unless it is strict.
WELCOME = "Welcome to Teahouse. Type: login NAME   (help: list of commands; text is UTF-8)"


def arrival(nick, others="; nobody else is here yet", room="main"):
    """The lines after a login."""
    line, hint = f"You are {nick}, in {room}{others}.", "Just type to talk; /help for more."
    return [f"{line} {hint}"] if len(line) + len(hint) < 80 else [line, hint]


class ConnectionClosed(AssertionError):
    """The server closed the connection; `code` is the WebSocket's close code, if one came."""

    def __init__(self, code=None, reason=""):
        super().__init__(f"closed ({code} {reason})" if code else "closed")
        self.code = code


class Client:
    """Bytes over TCP. receive=N: a receive buffer as small as N bytes, for slow readers.

    source: an address of the loopback to connect from. tls: makes a socket with TLS of a
    connected one. first: bytes that precede even TLS.
    """

    def __init__(self, address, receive=None, timeout=TIMEOUT, source=None, tls=None, first=b""):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        if receive:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        if source:
            connection.bind((source, 0))
        connection.settimeout(timeout)
        connection.connect(address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if first:
            connection.sendall(first)
        self.use(tls(connection) if tls else connection)

    def use(self, connection):
        """Takes over a connected socket."""
        self.socket = connection
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    @classmethod
    def accepted(cls, listener):
        """Accepts a connection from a listening socket: the same client at the server's end."""
        client = cls.__new__(cls)
        connection, _ = listener.accept()
        connection.settimeout(TIMEOUT)
        client.use(connection)
        return client

    def send_bytes(self, data):
        self.socket.sendall(data)

    def _receive(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            raise ConnectionClosed(reason="reset") from None
        if not piece:
            raise ConnectionClosed()
        self.buffer += piece

    def read_bytes(self, n):
        while len(self.buffer) < n:
            self._receive()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def read_until(self, end):
        """The bytes before `end`, which is read, too."""
        while end not in self.buffer:
            self._receive()
        data, self.buffer = self.buffer.split(end, 1)
        return data

    def read_rest(self):
        """Everything up to the end of the connection."""
        try:
            while True:
                self._receive()
        except ConnectionClosed:
            data, self.buffer = self.buffer, b""
            return data

    def half_close(self):
        """Announces that nothing more will be sent, and goes on reading."""
        self.socket.shutdown(socket.SHUT_WR)

    def drop(self):
        """Closes the socket, without a goodbye in the protocol."""
        self.socket.close()

    def reset(self):
        """Closes the connection so that the other end sees an error (RST)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def line_matches(line, wanted):
    """`wanted` is the line itself or a compiled pattern."""
    return bool(wanted.fullmatch(line)) if isinstance(wanted, re.Pattern) else line == wanted


class LineClient(Client):
    """Lines: telnet, and with end="\\n" relay, lobby and direct."""

    end = "\r\n"

    def __init__(self, address, end="\r\n", **options):
        super().__init__(address, **options)
        self.end = end

    def send(self, *lines):
        self.send_bytes("".join(line + self.end for line in lines).encode())

    def read(self):
        return self.read_until(b"\n").rstrip(b"\r").decode()

    def expect(self, *wanted):
        """The next lines must be exactly these, each a string or a compiled pattern."""
        for want in wanted:
            line = self.read()
            if not line_matches(line, want):
                raise AssertionError(f"{line!r} came, not {want!r}")

    def until(self, wanted):
        """Skips lines up to the wanted line; returns the skipped lines."""
        skipped = []
        while True:
            try:
                line = self.read()
            except (ConnectionClosed, socket.timeout) as why:
                raise AssertionError(f"no {wanted!r} after {skipped!r}: {why}") from None
            if line_matches(line, wanted):
                return skipped
            skipped.append(line)

    def expect_end(self):
        """The server closes the connection and sends nothing more."""
        rest = self.read_rest()
        if rest:
            raise AssertionError(f"{rest!r} came, not the end")


def packet_matches(packet, kind, fields):
    return (kind is None or packet.get("type") == kind) and all(
        packet.get(key) == value for key, value in fields.items())


class JsonClient(Client):
    """JSON objects; a subclass frames them by send_text and read_text."""

    def send(self, kind, **fields):
        self.send_object({"type": kind, **fields})

    def send_object(self, value):
        self.send_text(json.dumps(value, ensure_ascii=False))

    def read(self):
        return json.loads(self.read_text())

    def expect(self, kind=None, **fields):
        """The next packet must have this type and, among others, these fields. Returns it."""
        packet = self.read()
        if not packet_matches(packet, kind, fields):
            raise AssertionError(f"{packet} came, not {kind} {fields}")
        return packet

    def until(self, kind=None, **fields):
        """Skips packets up to the first that matches. Returns that packet."""
        skipped = []
        while True:
            try:
                packet = self.read()
            except (ConnectionClosed, socket.timeout) as why:
                raise AssertionError(f"no {kind} {fields} after {skipped}: {why}") from None
            if packet_matches(packet, kind, fields):
                return packet
            skipped.append(packet)

    def expect_end(self, code=None):
        """The server closes the connection and sends nothing more; a WebSocket with this code."""
        try:
            packet = self.read()
        except ConnectionClosed as closed:
            if closed.code != code:
                raise AssertionError(f"closed with {closed.code}, not {code}") from None
            return
        raise AssertionError(f"{packet} came, not the end")


def packet(text):
    """The framing of the json protocol: a big-endian length of 16 bits, and that many bytes."""
    return struct.pack(">H", len(text)) + text


class PacketClient(JsonClient):
    """JSON over TCP, a packet for each object."""

    def send_text(self, text):
        self.send_bytes(packet(text.encode()))

    def read_text(self):
        (size,) = struct.unpack(">H", self.read_bytes(2))
        return self.read_bytes(size).decode()


def drain(client):
    """Reads everything that the server has sent to a JSON client up to now."""
    client.send("ping", ref="drain")
    client.until("pong", ref="drain")


# What must not reach another user's screen: control characters, and those that turn the
# direction of text.
UNSAFE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def strings_in(value):
    """All strings in decoded JSON, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_in(inner)
