"""A teahoused of one's own, and small clients that speak its protocols as plain bytes.

    def test_tea(house):
        home = house(limits={"sessions": 2})
        ann, bob = home.telnet(), home.web()
        ann.send("login ann")
        bob.send("hello", nick="bob", version=2)
        ann.until("bob has entered the room.")

Nothing here sleeps: everything waits for what must come, ten seconds at most.
"""

import base64
import hashlib
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import threading
from signal import SIGTERM

PATIENCE = 10
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOCOLS = ("telnet", "json", "web", "relay", "lobby", "direct")


def program(name="teahoused"):
    """The path of a program under test; TEAHOUSED and TEAHOUSE override it."""
    return os.path.abspath(os.environ.get(name.upper(), ROOT / "build" / name))


def settings(**sections):
    """An ini with every protocol on a free port, and what is asked for over that.

    A section is a dict: server, limits, and by name each listener, whose protocol is
    its name unless it says so. None leaves a listener out.
    """
    wanted = {"server": {}, "limits": {}}
    wanted.update({name: {} for name in PROTOCOLS})
    wanted.update(sections)
    text = []
    for name, keys in wanted.items():
        if keys is None:
            continue
        if name in ("server", "limits"):
            text.append(f"[{name}]")
        else:
            keys = {"protocol": name, "port": 0, **keys}
            if keys["protocol"] == "web":
                keys.setdefault("root", ROOT / "web")
            text.append(f"[listener:{name}]")
        text += [f"{key} = {value}" for key, value in keys.items()]
        text.append("")
    return "\n".join(text)


class House:
    """A running server. Leaving its `with` stops it and demands that it ended well."""

    def __init__(self, folder, *, ini=None, args=(), env=None, under=(), wait=True, **sections):
        self.ini = pathlib.Path(folder) / "teahouse.ini"
        self.ini.write_text(settings(**sections) if ini is None else ini)
        self.lines = []
        self.heard = threading.Condition()
        self.ended = False
        self.clients = []
        self.process = subprocess.Popen(
            [*under, program(), "-c", str(self.ini), *map(str, args)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.listeners = {}
        if wait:
            self.ready()

    def _read(self):
        for line in self.process.stderr:
            with self.heard:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self.heard.notify_all()
        with self.heard:
            self.ended = True
            self.heard.notify_all()

    def logged(self, pattern):
        """Waits for a line of the log; gives its match."""
        seen = 0
        with self.heard:
            while True:
                for line in self.lines[seen:]:
                    match = re.search(pattern, line)
                    if match:
                        return match
                seen = len(self.lines)
                if self.ended or not self.heard.wait(PATIENCE):
                    raise AssertionError(f"no {pattern!r} in the log:\n" + "\n".join(self.lines))

    def ready(self):
        self.logged(r"^teahoused: ready$")
        for line in list(self.lines):
            match = re.match(r"^teahoused: (\S+) on (\S+):(\d+)$", line)
            if match:
                host = match[2].strip("[]")
                self.listeners[match[1]] = (host, int(match[3]))

    def place(self, listener, key):
        """FILE:LINE: SECTION.KEY of a setting, as mistakes are told."""
        lines = self.ini.read_text().splitlines()
        start = lines.index(f"[listener:{listener}]")
        line = next(i for i in range(start, len(lines)) if lines[i].startswith(f"{key} ="))
        return f"{self.ini}:{line + 1}: listener:{listener}.{key}"

    def address(self, listener):
        """Where to connect to; an address for all of them stands for the loopback."""
        host, port = self.listeners[listener]
        return {"*": "127.0.0.1", "::": "::1", "0.0.0.0": "127.0.0.1"}.get(host, host), port

    def port(self, listener):
        return self.listeners[listener][1]

    def _keep(self, client):
        self.clients.append(client)
        return client

    def plain(self, listener, **options):
        """Bytes, without any protocol."""
        return self._keep(Client(self.address(listener), **options))

    def line(self, listener="telnet", **options):
        return self._keep(Line(self.address(listener), **options))

    def telnet(self, nick=None, **options):
        """A telnet user; with a nick, one who has just logged in (and has read nothing)."""
        client = self.line("telnet", **options)
        if nick:
            client.send(f"login {nick}")
        return client

    def json(self, nick=None, version=2, listener="json", **options):
        """A json user; with a nick, one whose welcome (or own join) has been read."""
        client = self._keep(Packets(self.address(listener), **options))
        return _greeted(client, nick, version)

    def web(self, nick=None, listener="web", **options):
        """A WebSocket user; with a nick, one whose welcome has been read."""
        client = self._keep(Socket(self.address(listener), **options))
        return _greeted(client, nick, 2)

    def get(self, path="/", listener="web", **options):
        """An HTTP answer: status, headers in small letters, body."""
        return request(self.address(listener), path, **options)

    def memory(self, what="VmRSS"):
        """KiB that it has; VmHWM: the most that it ever had."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{what}:\s+(\d+) kB", status, re.M)[1])

    def files(self):
        """How many descriptors it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu(self):
        """Seconds of a processor's time that it took so far."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def signal(self, number=SIGTERM):
        self.process.send_signal(number)

    def wait(self):
        """The exit status, once it has ended."""
        status = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return status

    def stop(self, number=SIGTERM):
        if self.process.poll() is None:
            self.signal(number)
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for client in self.clients:
            client.drop()
        try:
            status = self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.wait()
            raise
        finally:
            self.process.stdout.close()
            if kind:
                print("\n".join(self.lines))
        if kind is None and status != 0:
            raise AssertionError(f"exit status {status}:\n" + "\n".join(self.lines))


class Closed(AssertionError):
    """The other end hung up; `code` is the WebSocket's, if one came."""

    def __init__(self, code=None, why=""):
        super().__init__(f"closed ({code} {why})" if code else "closed")
        self.code = code


class Refused(AssertionError):
    """The answer to a WebSocket's handshake was not 101."""

    def __init__(self, status, headers, body):
        super().__init__(f"refused with {status}")
        self.status, self.headers, self.body = status, headers, body


class Client:
    """Bytes over TCP. receive=N: as small a receive buffer as N bytes, for slow readers."""

    def __init__(self, address, receive=None, timeout=PATIENCE):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = b""

    def send_bytes(self, data):
        self.socket.sendall(data)

    def _more(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            raise Closed(why="reset") from None
        if not piece:
            raise Closed()
        self.held += piece

    def read_bytes(self, n):
        while len(self.held) < n:
            self._more()
        data, self.held = self.held[:n], self.held[n:]
        return data

    def read_until(self, end):
        while end not in self.held:
            self._more()
        data, self.held = self.held.split(end, 1)
        return data

    def read_rest(self):
        """Everything up to the end of the connection."""
        try:
            while True:
                self._more()
        except Closed:
            data, self.held = self.held, b""
            return data

    def finish(self):
        """Says that nothing more will be sent, and goes on reading."""
        self.socket.shutdown(socket.SHUT_WR)

    def drop(self):
        """Hangs up without a word."""
        self.socket.close()

    def reset(self):
        """Hangs up so that the other end sees an error."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def matches(line, wanted):
    return bool(wanted.fullmatch(line)) if isinstance(wanted, re.Pattern) else line == wanted


class Line(Client):
    """Lines: telnet, relay, and with end="\\n" the classroom protocols."""

    def __init__(self, address, end="\r\n", **options):
        super().__init__(address, **options)
        self.end = end

    def send(self, *lines):
        self.send_bytes("".join(line + self.end for line in lines).encode())

    def read(self):
        return self.read_until(b"\n").rstrip(b"\r").decode()

    def expect(self, *wanted):
        """The next lines: exactly these, each a string or a compiled pattern."""
        for want in wanted:
            line = self.read()
            if not matches(line, want):
                raise AssertionError(f"{line!r} came, not {want!r}")

    def until(self, wanted):
        """Passes over lines to one; gives those passed over."""
        passed = []
        while True:
            try:
                line = self.read()
            except (Closed, socket.timeout) as why:
                raise AssertionError(f"no {wanted!r} after {passed!r}: {why}") from None
            if matches(line, wanted):
                return passed
            passed.append(line)

    def expect_end(self):
        """The server hangs up, without another word."""
        rest = self.read_rest()
        if rest:
            raise AssertionError(f"{rest!r} came, not the end")


def fits(packet, kind, fields):
    return (kind is None or packet.get("type") == kind) and all(
        packet.get(key) == value for key, value in fields.items())


class Objects(Client):
    """JSON objects, however they are framed."""

    def send(self, kind, **fields):
        self.send_object({"type": kind, **fields})

    def send_object(self, thing):
        self.send_text(json.dumps(thing, ensure_ascii=False))

    def read(self):
        return json.loads(self.read_text())

    def expect(self, kind=None, **fields):
        """The next object: of this type, with these fields among others. Gives it."""
        packet = self.read()
        if not fits(packet, kind, fields):
            raise AssertionError(f"{packet} came, not {kind} {fields}")
        return packet

    def until(self, kind=None, **fields):
        """Passes over objects to one that fits. Gives it."""
        passed = []
        while True:
            try:
                packet = self.read()
            except (Closed, socket.timeout) as why:
                raise AssertionError(f"no {kind} {fields} after {passed}: {why}") from None
            if fits(packet, kind, fields):
                return packet
            passed.append(packet)

    def expect_end(self, code=None):
        """The server hangs up, without another word; a WebSocket with this code."""
        try:
            packet = self.read()
        except Closed as closed:
            if closed.code != code:
                raise AssertionError(f"closed with {closed.code}, not {code}") from None
            return
        raise AssertionError(f"{packet} came, not the end")


def _greeted(client, nick, version):
    if nick:
        hello = {"nick": nick, "version": version} if version != 1 else {"nick": nick}
        client.send("hello", **hello)
        if version == 1:
            client.until("join", nick=nick)
        else:
            client.until("welcome", nick=nick)
    return client


class Packets(Objects):
    """Length-prefixed JSON."""

    def send_text(self, text):
        data = text.encode()
        self.send_bytes(struct.pack(">H", len(data)) + data)

    def read_text(self):
        (size,) = struct.unpack(">H", self.read_bytes(2))
        return self.read_bytes(size).decode()


# What nobody may send to another's screen: controls, and what turns the direction of text.
UNCLEAN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Company:
    """A user of each protocol in one room, who read every byte they are sent and check it.

    The house needs `hear = yes` for direct (Company.SETTINGS).
    """

    SETTINGS = {"direct": {"hear": "yes"}}

    def __init__(self, home):
        self.people = {
            "telnet": home.telnet("tess"),
            "json 1": home.json("jane", version=1),
            "json 2": home.json("jack"),
            "web": home.web("wendy"),
            "relay": home.line("relay", end="\n"),
            "lobby": home.line("lobby", end="\n"),
            "direct": home.line("direct", end="\n"),
        }
        self.people["lobby"].send("/join main", "/nick lou")
        self.people["direct"].send("#dora")
        self.told = 0
        self.people["lobby"].until("0")
        self.people["lobby"].until("0")
        self.people["direct"].until("Your user detail saved as : dora")
        # A guest is told nothing on entering, but the others are.
        self.people["json 2"].until("join", nick="guest1")
        self.chat()

    def one(self, protocol):
        """The next that somebody is told: a line, or a packet; bytes that are not clean fail."""
        client = self.people[protocol]
        if isinstance(client, Objects):
            thing = client.read()
            for text in texts(thing):
                assert not UNCLEAN.search(text), f"{protocol}: {thing}"
            return thing
        line = client.read_until(b"\n").decode()
        if protocol == "telnet":
            assert line.endswith("\r"), f"{line!r} does not end in CR LF"
            line = line[:-1]
        assert not UNCLEAN.search(line) and "\n" not in line, f"{protocol}: {line!r}"
        return line

    def chat(self):
        """Each says something that all others hear next, but for what is given: by protocol,
        what they heard before."""
        before = {protocol: [] for protocol in self.people}
        for speaker, nick in (("telnet", "tess"), ("web", "wendy"), ("json 1", "jane")):
            self.told += 1
            text = f"this is {nick}, {self.told} times heard"
            if speaker == "telnet":
                self.people[speaker].send(text)
            else:
                self.people[speaker].send("chat", message=text)
            for protocol in self.people:
                wanted = text if protocol == "relay" else f"{nick}: {text}"
                while True:
                    thing = self.one(protocol)
                    if isinstance(thing, dict):
                        if fits(thing, "chat", {"nick": nick, "message": text}):
                            break
                    elif thing == wanted:
                        break
                    before[protocol].append(thing)
        return before


def texts(thing):
    """All strings in what JSON was, keys included."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for key, value in thing.items():
            yield key
            yield from texts(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from texts(value)


CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode, payload=b"", fin=True, mask=b"\x37\xfa\x21\x3d", rsv=0):
    """A WebSocket frame as a client sends it."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    masked = 0x80 if mask else 0
    if len(payload) < 126:
        head += bytes([masked | len(payload)])
    elif len(payload) < 65536:
        head += bytes([masked | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([masked | 127]) + struct.pack(">Q", len(payload))
    if not mask:
        return head + payload
    stretched = (mask * (len(payload) // 4 + 1))[:len(payload)]
    hidden = int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")
    return head + mask + hidden.to_bytes(len(payload), "big")


class Socket(Objects):
    """A WebSocket. Answers pings; `pongs` are the payloads that came back to its own."""

    def __init__(self, address, path="/ws", origin=None, protocols=None, headers=None, **options):
        super().__init__(address, **options)
        self.pongs = []
        self.pings = 0
        key = base64.b64encode(os.urandom(16)).decode()
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        asked = {
            "Host": f"{host}:{address[1]}", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
        if origin is not None:
            asked["Origin"] = origin
        if protocols:
            asked["Sec-WebSocket-Protocol"] = ", ".join(protocols)
        asked.update(headers or {})
        self.send_bytes(head_of("GET", path, asked))
        status, self.headers, _ = read_head(self)
        if status != 101:
            size = int(self.headers.get("content-length", 0))
            raise Refused(status, self.headers, self.read_bytes(size))
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        assert self.headers["sec-websocket-accept"] == base64.b64encode(digest).decode()
        self.protocol = self.headers.get("sec-websocket-protocol")

    def send_text(self, text):
        self.send_frame(TEXT, text.encode())

    def send_frame(self, opcode, payload=b"", **options):
        self.send_bytes(frame(opcode, payload, **options))

    def read_frame(self):
        """The next frame, whatever it is: its first byte's flags must be those of a whole one."""
        first, size = self.read_bytes(2)
        assert size < 128, "a server does not mask"
        assert first & 0x80 and not first & 0x70, f"first byte {first:#x}"
        if size == 126:
            (size,) = struct.unpack(">H", self.read_bytes(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self.read_bytes(8))
        return first & 15, self.read_bytes(size)

    def read_text(self):
        while True:
            opcode, payload = self.read_frame()
            if opcode == TEXT:
                return payload.decode()
            if opcode == PING:
                self.pings += 1
                self.send_frame(PONG, payload)
            elif opcode == PONG:
                self.pongs.append(payload)
            elif opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if payload else None
                try:
                    self.send_frame(CLOSE, payload[:2])
                except OSError:
                    pass
                raise Closed(code, payload[2:].decode())
            else:
                raise AssertionError(f"a frame of opcode {opcode}")

    def close(self, code=1000):
        """Says goodbye, and waits until the server has, too."""
        self.send_frame(CLOSE, struct.pack(">H", code))
        while True:
            opcode, payload = self.read_frame()
            if opcode == CLOSE:
                break
        rest = self.read_rest()
        assert not rest, f"{rest!r} after the close"
        self.drop()
        return struct.unpack(">H", payload[:2])[0] if payload else None


def head_of(method, path, headers):
    lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_head(client):
    """Status, headers in small letters, and the status line."""
    lines = client.read_until(b"\r\n\r\n").decode().split("\r\n")
    headers = {}
    for line in lines[1:]:
        key, value = line.split(":", 1)
        headers[key.strip().lower()] = value.strip()
    return int(lines[0].split()[1]), headers, lines[0]


def request(address, path="/", method="GET", headers=None, body=b""):
    """One HTTP request on a connection of its own: status, headers, body."""
    client = Client(address)
    asked = {"Host": f"{address[0]}:{address[1]}", "Connection": "close", **(headers or {})}
    if body:
        asked["Content-Length"] = len(body)
    client.send_bytes(head_of(method, path, asked) + body)
    status, answered, _ = read_head(client)
    rest = client.read_rest()
    client.drop()
    return status, answered, rest
