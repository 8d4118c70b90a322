"""Faults of connections, ports and files: they neither stop the server nor disturb other users."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from clients import TIMEOUT, WELCOME, arrival, packet
from group import Group
from server import PROTOCOLS, SANITIZED, Server, free_port, program, settings, wait_until
from websocket_client import TEXT, frame, http_head

def hello(nick):
    return b'{"type":"hello","nick":"%s","version":2}' % nick.encode()


def chat(text):
    return b'{"type":"chat","message":"%s"}' % text.encode()


HANDSHAKE = http_head("GET", "/ws", {
    "Host": "x", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AQIDBAUGBwgJCgsMDQ4PEA=="})

# What a client of each protocol sends: it logs in, says "tea", and stops within another message.
SCRIPTS = {
    "telnet": b"\xff\xfb\x1flogin flo\r\ntea\r\n\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0mo",
    "json": packet(hello("flo")) + packet(chat("tea")) + packet(chat("more"))[:9],
    "web": HANDSHAKE + frame(TEXT, hello("flo")) + frame(TEXT, chat("tea")) + frame(
        TEXT, chat("more"))[:9],
    "relay": b"tea\nmo",
    "lobby": b"/join main\n/nick flo\ntea\nmo",
    "direct": b"#flo\n@*:tea\n@*:mo"}
# The end of the input ends a line, so that of a name and of words the beginning may be all.
NICKS = {"relay": r"guest\d+", "json": "flo", "web": "flo"}
WORDS = ("t", "te", "tea", "m", "mo")


def send_in_pieces(client, listener, upto=None, step=None):
    """Sends the listener's script up to a byte, `step` bytes at a time; yields after each piece."""
    data = SCRIPTS[listener][:upto]
    step = step or len(data) or 1
    parts = [data]
    if listener == "web" and len(data) >= len(HANDSHAKE):
        # Before the answer to its handshake, a client may send nothing more (RFC 6455, 4.1).
        parts = [HANDSHAKE, data[len(HANDSHAKE):]]
    for part in parts:
        for i in range(0, len(part), step):
            client.send_bytes(part[i:i + step])
            yield i
        if part is HANDSHAKE:
            assert client.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")


def send_script(client, listener, upto=None):
    """Sends the listener's script, up to a byte."""
    for _ in send_in_pieces(client, listener, upto):
        pass


def without(messages, nick):
    """The messages without those that a script under this nick causes."""
    known = re.compile(rf"({nick} has (entered|left) the room\.|({nick}: )?(t|te|tea|m|mo)|"
                       rf"\*\*\* {nick} has (joined|left))")
    return [message for message in messages
            if not (known.fullmatch(message) if isinstance(message, str)
                    else re.fullmatch(nick, message.get("nick", "")))]


def joins_after_all_left(group, nick):
    """Waits until every user of that nick has left. Returns how many had joined.

    Each must join and leave once, and the group must be sent nothing else.
    """
    joined = left = 0
    while True:
        before = group.chat()
        for protocol, messages in before.items():
            assert without(messages, nick) == [], protocol
        joined += sum(message["type"] == "join" for message in before["json 2"])
        left += sum(message["type"] == "leave" for message in before["json 2"])
        group.clients["json 2"].send("who", ref="w")
        who = None
        while who is None:
            message = group.read("json 2")
            if message["type"] == "who":
                who = message
            else:
                joined += message["type"] == "join"
                left += message["type"] == "leave"
                assert message["type"] in ("join", "leave") or message["message"] in WORDS
        if joined == left and len(who["users"]) == len(group.clients):
            return joined


# Connections that break.

@pytest.mark.parametrize("end", ["reset", "drop", "half_close"])
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_a_connection_may_break_after_any_byte(start_server, listener, end):
    """A user who was in the room leaves it once, at whichever byte the connection broke."""
    server = start_server(limits={"rate": 0}, **Group.SETTINGS)
    group = Group(server)
    before = server.open_files()
    script = SCRIPTS[listener]
    step = 7 if listener == "web" else 1
    cuts = sorted({*range(0, len(script), step), *range(len(script) - 8, len(script) + 1)})
    clients = []
    for cut in cuts:
        client = server.connect(listener)
        send_script(client, listener, cut)
        getattr(client, end)()
        clients.append(client)
    if end == "half_close":
        for client in clients:
            client.read_rest()
            client.drop()
    joined = joins_after_all_left(group, NICKS.get(listener, "(?:f|fl|flo)"))
    assert joined > 0 or end != "half_close"
    wait_until(lambda: server.open_files() <= before)
    if end == "half_close" and listener == "relay":
        assert joined == len(cuts)


@pytest.mark.parametrize("end", ["reset", "drop"])
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_a_connection_may_break_while_data_is_sent_to_it(start_server, listener, end):
    """With a full socket and more queued; the others get all of it, in order."""
    server = start_server(limits={"rate": 0, "send_queue": 1 << 22}, direct={"hear": "yes"})
    watch, speaker = server.telnet("watch"), server.json("speaker")
    watch.until("speaker has entered the room.")
    for turn in range(3):
        client = server.connect(listener, receive=2048)
        send_script(client, listener)
        nick = f"guest{turn + 1}" if listener == "relay" else "flo"
        watch.until(re.compile(rf"({nick}: )?tea"))
        for i in range(300):
            speaker.send("chat", message=f"{i} " + "x" * 3000)
            if i == 200:
                getattr(client, end)()
            if i % 50 == 49:
                speaker.until("chat", message=f"{i} " + "x" * 3000)
        passed = [line for line in watch.until(f"{nick} has left the room.")
                  if not line.startswith("speaker: ")]
        # After a pause, half a line counts as a line on some protocols.
        assert passed in ([], [f"{nick}: mo"])
    speaker.send("chat", message="after all")
    watch.until("speaker: after all")


def keepalive(server, listener, client):
    """Whether a keepalive timer runs for the server's end of a connection."""
    mine = f":{server.port(listener):04X}"
    other = f":{client.socket.getsockname()[1]:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        for row in map(str.split, list(table)[1:]):
            if row[1].endswith(mine) and row[2].endswith(other):
                return row[5].startswith("02:")
    return False


@pytest.mark.parametrize("listener", PROTOCOLS)
def test_keepalive_is_on_for_every_connection(start_server, listener):
    server = start_server()
    client = server.connect(listener)
    wait_until(lambda: keepalive(server, listener, client))


A_MINUTE = pytest.mark.skipif(SANITIZED, reason="it takes a minute, mostly of waiting")
PLAIN = [listener for listener in PROTOCOLS if listener != "web"]


@A_MINUTE
@pytest.mark.xdist_group("a minute of dead peers")
def test_a_peer_that_acknowledges_nothing_for_a_minute_is_dropped(start_server):
    """By TCP_USER_TIMEOUT. WebSockets are pinged, which is faster."""
    server = start_server(limits={"rate": 0}, **Group.SETTINGS)
    watch = server.json("watch", timeout=100)
    dead = {}
    for listener in PLAIN:
        client = dead[listener] = server.connect(listener, receive=2048)
        client.send_bytes(SCRIPTS[listener][:-2].replace(b"flo", listener[:3].encode()))
    nicks = {"guest1" if listener == "relay" else listener[:3] for listener in PLAIN}
    joined = set()
    while not nicks <= joined:
        joined.add(watch.until("join")["nick"])
    before = server.open_files()
    began = time.monotonic()
    # More than the sockets take, and less than send_queue allows.
    for _ in range(100):
        watch.send("chat", message="x" * 3900)
    gone = [watch.until("leave")["nick"] for _ in PLAIN]
    assert set(gone) == nicks and 55 < time.monotonic() - began < 90
    watch.send("chat", message="after it")
    watch.until("chat", message="after it")
    wait_until(lambda: server.open_files() == before - len(PLAIN))


@pytest.mark.parametrize("listener", PROTOCOLS)
def test_one_byte_at_a_time_is_the_same_as_all_at_once(start_server, listener):
    """The others' messages between two bytes make no difference."""
    slow = {"pause": 9999}
    server = start_server(limits={"rate": 0}, relay=slow, lobby=slow, direct={**slow, "hear": "yes"})
    group = Group(server)
    client = server.connect(listener)
    received = []
    for i in send_in_pieces(client, listener, step=1):
        if i % 40 == 39:
            received += group.chat()["json 2"]
    while True:
        texts = [message["message"] for message in received if message["type"] == "chat"]
        if texts:
            break
        received.append(group.read("json 2"))
    assert texts == ["tea"]


# Many short connections.

def short_connection(server, i):
    """The number chooses the protocol, the byte after which it ends, and how it ends."""
    listener = PROTOCOLS[i % 6]
    client = server.connect(listener)
    server.clients.pop()
    cut = i * 7 % (len(SCRIPTS[listener]) + 1)
    with contextlib.suppress(OSError):
        send_script(client, listener, cut)
        if i % 3:
            client.reset()
    client.drop()


@pytest.mark.parametrize("limit", [0, 40], ids=["admitted", "refused"])
def test_thousands_of_short_connections_leave_nothing_behind(start_server, limit):
    """Neither memory nor descriptors, however they end."""
    server = start_server(limits={"rate": 0, **({"sessions_per_address": limit} if limit else {})},
                          **Group.SETTINGS)
    group = Group(server)
    held = [server.telnet() for _ in range(limit - len(group.clients))]
    for client in held:
        client.expect(WELCOME)
    before = server.open_files()

    def run(n):
        for i in range(n):
            short_connection(server, i)
            if i % 100 == 99:
                group.chat()
        group.chat()
        wait_until(lambda: server.open_files() <= before)

    run(1000)
    settled = server.memory()
    run(5000)
    assert SANITIZED or server.memory() - settled < 1024
    group.chat()
    del held


@A_MINUTE
@pytest.mark.xdist_group("a minute of connections")
def test_five_hundred_short_connections_a_second_for_a_minute(start_server):
    """Memory and descriptors stay as they were after the first seconds, and the group chats."""
    server = start_server(limits={"rate": 0}, **Group.SETTINGS)
    group = Group(server)
    files, most, settled = server.open_files(), 0, 0
    began = time.monotonic()
    for i in range(500 * 60):
        short_connection(server, i)
        ahead = i / 500 - (time.monotonic() - began)
        if ahead > 0:
            time.sleep(ahead)
        if i % 250 == 249:
            group.chat()
            most = max(most, server.open_files())
        if i == 500 * 10:
            settled = server.memory()
    group.chat()
    wait_until(lambda: server.open_files() <= files)
    # Only one is open at a time; the server must close the others before there are many.
    assert most < files + 100
    assert server.memory() - settled < 512


# The end.

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_under_load_the_server_delivers_what_is_queued(start_server, number):
    """All get the same messages, without a gap, and the notice that the server stops."""
    server = start_server(limits={"rate": 0, "send_queue": 1 << 24}, direct={"hear": "yes"})
    group = Group(server)
    speaker = server.json("speaker")
    said = 1200
    for i in range(said):
        speaker.send("chat", message=f"{i} " + "x" * 900)
        if i % 100 == 99:
            speaker.until("chat", message=f"{i} " + "x" * 900)
    # These may be delivered or not, but to all clients alike, and each only as a whole.
    speaker.send_bytes(b"".join(packet(chat(f"{i} " + "x" * 900)) for i in range(said, said + 50)))
    server.signal(number)
    counts = {}
    for protocol, client in group.clients.items():
        count = 0
        try:
            while True:
                message = group.read(protocol)
                text = message if isinstance(message, str) else message.get("message", "")
                if "x" * 900 in text:
                    assert text.removeprefix("speaker: ") == f"{count} " + "x" * 900
                    count += 1
                last = text
        except AssertionError as closed:
            assert str(closed).startswith("closed"), closed
        counts[protocol] = count
        if protocol in ("telnet", "lobby"):
            assert last == "*** The server is stopping."
        elif protocol in ("json 2", "web"):
            assert last == "The server is stopping."
        client.drop()
    assert len(set(counts.values())) == 1 and counts["web"] >= said
    speaker.drop()
    assert server.wait() == 0


def test_stopped_during_many_short_connections(start_server):
    server = start_server(limits={"rate": 0})
    for i in range(120):
        client = server.connect(PROTOCOLS[i % 6])
        send_script(client, PROTOCOLS[i % 6], i)
        if i % 5 == 0:
            client.reset()
    server.signal()
    for client in server.clients:
        client.drop()
    assert server.wait() == 0


# Files and ports.

@pytest.mark.parametrize("closed", ["0", "1", "2", "01", "02", "12", "012"])
def test_any_standard_file_may_be_closed(tmp_path, closed):
    """No connection gets the number of a standard file, and so no client is sent the log."""
    port = free_port()
    ini = tmp_path / "teahouse.ini"
    ini.write_text(settings(telnet={"port": port}))
    shut = " ".join(f"{fd}{'<' if fd == '0' else '>'}&-" for fd in closed)
    process = subprocess.Popen(
        ["sh", "-c", f"exec {program()} -v -v -c {ini} {shut}"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = None
        deadline = time.monotonic() + TIMEOUT
        while client is None:
            assert process.poll() is None and time.monotonic() < deadline
            try:
                client = socket.create_connection(("127.0.0.1", port), TIMEOUT)
            except ConnectionRefusedError:
                time.sleep(0.01)
        for fd in closed:
            assert os.readlink(f"/proc/{process.pid}/fd/{fd}") == "/dev/null"
        client.sendall(b"login ann\r\nsay hello\r\nlogout\r\n")
        received = b""
        while piece := client.recv(4096):
            received += piece
        assert received == "".join(
            f"{line}\r\n" for line in (WELCOME, *arrival("ann"), "ann: hello", "Bye.")).encode()
        client.close()
        process.terminate()
        assert process.wait(TIMEOUT) == 0
    finally:
        process.kill()
        process.wait()


def test_a_closed_log_pipe_does_not_end_the_server(tmp_path):
    ini = tmp_path / "teahouse.ini"
    ini.write_text(settings())
    process = subprocess.Popen([program(), "-v", "-v", "-c", str(ini)], stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    try:
        line = b""
        while not line.startswith(b"teahoused: ready"):
            line = process.stderr.readline()
            if match := re.match(rb"teahoused: telnet on 127\.0\.0\.1:(\d+)", line):
                port = int(match[1])
        process.stderr.close()
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), TIMEOUT) as client:
                client.sendall(b"login ann\r\nlogout\r\n")
                assert client.recv(4096).startswith(b"Welcome")
        process.terminate()
        assert process.wait(TIMEOUT) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("listener", PROTOCOLS)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "*"])
def test_a_port_in_use_is_reported_and_nothing_opens(tmp_path, listener, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    host = "127.0.0.1" if address == "*" else address
    with socket.create_server((host, 0), family=family) as taken:
        port = taken.getsockname()[1]
        server = Server(tmp_path, wait=False, **{listener: {"port": port, "address": address}})
        status = server.wait()
        server.process.stdout.close()
    where = f"[{address}]" if ":" in address else address
    assert server.log == [
        f"teahoused: {server.setting_location(listener, 'port')}: cannot listen on "
        f"{where}:{port}: Address already in use; choose another port"]
    assert status == 2


@pytest.mark.skipif(SANITIZED, reason="the sanitizer needs descriptors of its own")
def test_a_failure_that_is_not_the_settings_exits_with_1(tmp_path):
    server = Server(tmp_path, wait=False, wrapper=["prlimit", "--nofile=8:8"])
    status = server.wait()
    server.process.stdout.close()
    assert status == 1, server.log


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_a_foreign_address_is_reported_and_nothing_opens(tmp_path, address):
    server = Server(tmp_path, wait=False, **{
        "telnet": {"address": address}, "json": {"address": address}})
    status = server.wait()
    server.process.stdout.close()
    where = f"[{address}]" if ":" in address else address
    assert server.log == [
        f"teahoused: {server.setting_location(listener, 'address')}: cannot listen on "
        f"{where}:0: Cannot assign requested address; choose an address of this host, or *"
        for listener in ("telnet", "json")]
    assert status == 2
