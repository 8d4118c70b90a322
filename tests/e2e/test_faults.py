"""Whatever becomes of a peer, a port or a file, the house stands and everybody else talks on."""

import contextlib
import os
import re
import signal
import socket
import struct
import subprocess
import time

import pytest

from house import (PATIENCE, PROTOCOLS, TEXT, Company, House, frame, head_of, program,
                   settings)

ASAN = "asan" in program()
FEW = {"relay": None, "lobby": None, "direct": None}


def packet(text):
    return struct.pack(">H", len(text)) + text


def hello(nick):
    return b'{"type":"hello","nick":"%s","version":2}' % nick.encode()


def chat(text):
    return b'{"type":"chat","message":"%s"}' % text.encode()


HANDSHAKE = head_of("GET", "/ws", {
    "Host": "x", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AQIDBAUGBwgJCgsMDQ4PEA=="})

# All that somebody sends who comes, says "tea", begins to say more, and goes no further.
LIVES = {
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


def live(client, listener, upto=None, step=None):
    """Sends that, up to some byte; a piece at a time, each of which is then yielded to."""
    data = LIVES[listener][:upto]
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


def lived(client, listener, upto=None):
    for _ in live(client, listener, upto):
        pass


def without(things, nick):
    """What is left of what somebody heard without that nick's coming, words and going."""
    nick = f"(?:{nick})"
    known = re.compile(rf"({nick} has (entered|left) the room\.|({nick}: )?({'|'.join(WORDS)})|"
                       rf"\*\*\* {nick} has (joined|left))")
    return [thing for thing in things
            if not (known.fullmatch(thing) if isinstance(thing, str)
                    else re.fullmatch(nick, thing.get("nick", "")))]


def settle(company, n, nick):
    """Until the last of n has left: each is told to have come and left once. What else was
    heard must be nothing."""
    came = left = 0
    while True:
        before = company.chat()
        for protocol, things in before.items():
            assert without(things, nick) == [], protocol
        came += sum(thing["type"] == "join" for thing in before["json 2"])
        left += sum(thing["type"] == "leave" for thing in before["json 2"])
        company.people["json 2"].send("who", ref="w")
        who = None
        while who is None:
            thing = company.one("json 2")
            if thing["type"] == "who":
                who = thing
            else:
                came += thing["type"] == "join"
                left += thing["type"] == "leave"
                assert thing["type"] in ("join", "leave") or thing["message"] in WORDS
        if came == left and len(who["users"]) == len(company.people):
            return came


# Peers that break.

@pytest.mark.parametrize("end", ["reset", "drop", "finish"])
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_a_peer_may_break_off_after_any_byte(house, listener, end):
    """Who was in the room has left it once, by whatever byte the connection broke."""
    home = house(limits={"rate": 0}, **Company.SETTINGS)
    company = Company(home)
    before = home.files()
    life = LIVES[listener]
    step = 7 if listener == "web" else 1
    cuts = sorted({*range(0, len(life), step), *range(len(life) - 8, len(life) + 1)})
    clients = []
    for cut in cuts:
        client = home.plain(listener)
        lived(client, listener, cut)
        getattr(client, end)()
        clients.append(client)
    if end == "finish":
        for client in clients:
            client.read_rest()
            client.drop()
    came = settle(company, len(cuts), NICKS.get(listener, "f|fl|flo"))
    assert came > 0 or end != "finish"
    until(lambda: home.files() <= before)
    if end == "finish" and listener == "relay":
        assert came == len(cuts)


def until(holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("end", ["reset", "drop"])
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_a_peer_may_break_off_while_it_is_sent_to(house, listener, end):
    """With a full socket and more behind it; the others hear all of it, in order."""
    home = house(limits={"rate": 0, "send_queue": 1 << 22}, direct={"hear": "yes"})
    watch, speaker = home.telnet("watch"), home.json("speaker")
    watch.until("speaker has entered the room.")
    for turn in range(3):
        client = home.plain(listener, receive=2048)
        lived(client, listener)
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
        # Half a line is one after a pause, on the protocols that know pauses.
        assert passed in ([], [f"{nick}: mo"])
    speaker.send("chat", message="behind it all")
    watch.until("speaker: behind it all")


def keepalive(home, listener, client):
    """Whether the kernel has a keepalive timer running for the server's end."""
    mine = f":{home.port(listener):04X}"
    other = f":{client.socket.getsockname()[1]:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        for row in map(str.split, list(table)[1:]):
            if row[1].endswith(mine) and row[2].endswith(other):
                return row[5].startswith("02:")
    return False


@pytest.mark.parametrize("listener", PROTOCOLS)
def test_the_kernel_asks_whether_a_silent_peer_lives(house, listener):
    home = house()
    client = home.plain(listener)
    until(lambda: keepalive(home, listener, client))


A_MINUTE = pytest.mark.skipif(ASAN, reason="it takes a minute, mostly of waiting")
PLAIN = [listener for listener in PROTOCOLS if listener != "web"]


@A_MINUTE
@pytest.mark.xdist_group("a minute of dead peers")
def test_a_peer_that_takes_nothing_for_a_minute_is_given_up(house):
    """By the kernel, for what it could not send; a WebSocket is pinged, which is shorter."""
    home = house(limits={"rate": 0}, **Company.SETTINGS)
    watch = home.json("watch", timeout=100)
    dead = {}
    for listener in PLAIN:
        client = dead[listener] = home.plain(listener, receive=2048)
        client.send_bytes(LIVES[listener][:-2].replace(b"flo", listener[:3].encode()))
    nicks = {"guest1" if listener == "relay" else listener[:3] for listener in PLAIN}
    came = set()
    while not nicks <= came:
        came.add(watch.until("join")["nick"])
    before = home.files()
    began = time.monotonic()
    # More than the sockets take, and less than what is said to wait too long (send_queue).
    for _ in range(100):
        watch.send("chat", message="x" * 3900)
    gone = [watch.until("leave")["nick"] for _ in PLAIN]
    assert set(gone) == nicks and 55 < time.monotonic() - began < 90
    watch.send("chat", message="behind it")
    watch.until("chat", message="behind it")
    until(lambda: home.files() == before - len(PLAIN))


@pytest.mark.parametrize("listener", PROTOCOLS)
def test_a_byte_at_a_time_is_the_same_as_all_at_once(house, listener):
    """And between any two bytes, others say what they have to say."""
    slow = {"pause": 9999}
    home = house(limits={"rate": 0}, relay=slow, lobby=slow, direct={**slow, "hear": "yes"})
    company = Company(home)
    client = home.plain(listener)
    heard = []
    for i in live(client, listener, step=1):
        if i % 40 == 39:
            heard += company.chat()["json 2"]
    while True:
        texts = [thing["message"] for thing in heard if thing["type"] == "chat"]
        if texts:
            break
        heard.append(company.one("json 2"))
    assert texts == ["tea"]


# Many who come and go.

def come_and_go(home, i):
    """Somebody of that number: by one protocol after the other, gone after any byte."""
    listener = PROTOCOLS[i % 6]
    client = home.plain(listener)
    home.clients.pop()
    cut = i * 7 % (len(LIVES[listener]) + 1)
    with contextlib.suppress(OSError):
        lived(client, listener, cut)
        if i % 3:
            client.reset()
    client.drop()


@pytest.mark.parametrize("limit", [0, 40], ids=["let in", "refused"])
def test_thousands_who_come_and_go_leave_nothing_behind(house, limit):
    """Neither memory nor descriptors, whichever way they go."""
    home = house(limits={"rate": 0, **({"sessions_per_address": limit} if limit else {})},
                 **Company.SETTINGS)
    company = Company(home)
    held = [home.telnet() for _ in range(limit - len(company.people))]
    for client in held:
        client.expect("Welcome to Teahouse")
    before = home.files()

    def storm(n):
        for i in range(n):
            come_and_go(home, i)
            if i % 100 == 99:
                company.chat()
        company.chat()
        until(lambda: home.files() <= before)

    storm(1000)
    settled = home.memory()
    storm(5000)
    assert ASAN or home.memory() - settled < 1024
    company.chat()
    del held


@A_MINUTE
@pytest.mark.xdist_group("a minute of storm")
def test_five_hundred_a_second_who_come_and_go_for_a_minute(house):
    """Memory and descriptors stay as they were after the first seconds, and people chat."""
    home = house(limits={"rate": 0}, **Company.SETTINGS)
    company = Company(home)
    files, most, settled = home.files(), 0, 0
    began = time.monotonic()
    for i in range(500 * 60):
        come_and_go(home, i)
        ahead = i / 500 - (time.monotonic() - began)
        if ahead > 0:
            time.sleep(ahead)
        if i % 250 == 249:
            company.chat()
            most = max(most, home.files())
        if i == 500 * 10:
            settled = home.memory()
    company.chat()
    until(lambda: home.files() <= files)
    # One at a time comes; what the others left is gone before there are many.
    assert most < files + 100
    assert home.memory() - settled < 512


# The end.

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_under_load_it_delivers_what_is_queued(house, number):
    """Each hears what was said up to the end without a gap, the same as all others, and is told."""
    home = house(limits={"rate": 0, "send_queue": 1 << 24}, direct={"hear": "yes"})
    company = Company(home)
    speaker = home.json("speaker")
    said = 1200
    for i in range(said):
        speaker.send("chat", message=f"{i} " + "x" * 900)
        if i % 100 == 99:
            speaker.until("chat", message=f"{i} " + "x" * 900)
    # These may be heard or not, but by all or nobody, and nothing is heard of a half.
    speaker.send_bytes(b"".join(packet(chat(f"{i} " + "x" * 900)) for i in range(said, said + 50)))
    home.signal(number)
    counts = {}
    for protocol, client in company.people.items():
        count = 0
        try:
            while True:
                thing = company.one(protocol)
                text = thing if isinstance(thing, str) else thing.get("message", "")
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
    assert home.wait() == 0


def test_stopped_while_many_come_and_go_it_ends_well(house):
    home = house(limits={"rate": 0})
    for i in range(120):
        client = home.plain(PROTOCOLS[i % 6])
        lived(client, PROTOCOLS[i % 6], i)
        if i % 5 == 0:
            client.reset()
    home.signal()
    for client in home.clients:
        client.drop()
    assert home.wait() == 0


# Files and ports.

@pytest.mark.parametrize("closed", ["0", "1", "2", "01", "02", "12", "012"])
def test_whichever_standard_files_are_closed_it_serves(tmp_path, closed):
    """And no connection is taken for one of them: nobody is sent the log."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ini = tmp_path / "teahouse.ini"
    ini.write_text(settings(**FEW | {"telnet": {"port": port}}))
    shut = " ".join(f"{fd}{'<' if fd == '0' else '>'}&-" for fd in closed)
    process = subprocess.Popen(
        ["sh", "-c", f"exec {program()} -v -v -c {ini} {shut}"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = None
        deadline = time.monotonic() + PATIENCE
        while client is None:
            assert process.poll() is None and time.monotonic() < deadline
            try:
                client = socket.create_connection(("127.0.0.1", port), PATIENCE)
            except ConnectionRefusedError:
                time.sleep(0.01)
        for fd in closed:
            assert os.readlink(f"/proc/{process.pid}/fd/{fd}") == "/dev/null"
        client.sendall(b"login ann\r\nsay hello\r\nlogout\r\n")
        told = b""
        while piece := client.recv(4096):
            told += piece
        assert told == b"Welcome to Teahouse\r\nann: hello\r\n"
        client.close()
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def test_a_log_that_nobody_takes_any_more_kills_nothing(tmp_path):
    ini = tmp_path / "teahouse.ini"
    ini.write_text(settings(**FEW))
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
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
                client.sendall(b"login ann\r\nlogout\r\n")
                assert client.recv(4096).startswith(b"Welcome")
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("listener", PROTOCOLS)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "*"])
def test_a_port_that_is_taken_is_told_and_nothing_opens(tmp_path, listener, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    host = "127.0.0.1" if address == "*" else address
    with socket.create_server((host, 0), family=family) as taken:
        port = taken.getsockname()[1]
        home = House(tmp_path, wait=False, **{listener: {"port": port, "address": address}})
        status = home.wait()
        home.process.stdout.close()
    where = f"[{address}]" if ":" in address else address
    assert home.lines == [
        f"teahoused: {home.place(listener, 'port')}: {where}:{port}: Address already in use; "
        "right is a port that is free, and may be taken"]
    assert status == 2


@pytest.mark.skipif(ASAN, reason="the sanitizer needs descriptors of its own")
def test_what_is_no_fault_of_the_settings_is_worth_another_try(tmp_path):
    home = House(tmp_path, wait=False, under=["prlimit", "--nofile=8:8"])
    status = home.wait()
    home.process.stdout.close()
    assert status == 1, home.lines


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_an_address_that_is_not_here_is_told_and_nothing_opens(tmp_path, address):
    home = House(tmp_path, wait=False, **{
        "telnet": {"address": address}, "json": {"address": address}})
    status = home.wait()
    home.process.stdout.close()
    where = f"[{address}]" if ":" in address else address
    assert home.lines == [
        f"teahoused: {home.place(listener, 'address')}: {where}:0: Cannot assign requested "
        "address; right is an address of this host, or *" for listener in ("telnet", "json")]
    assert status == 2
