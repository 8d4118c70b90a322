"""Limits hold, are told in each protocol's own words, and cost nobody else anything."""

import contextlib
import select
import socket
import struct
import subprocess
import time

import pytest

from house import (CLOSE, PATIENCE, PROTOCOLS, TEXT, Closed, Company, Line, frame, head_of,
                   program, read_head, request)

ASAN = "asan" in program()
FULL = "The server is full; please try again later."
CROWDED = "There are too many connections from your address."
LATE = "You did not log in in time."


def refusal(home, listener, address=None):
    """All that a newcomer is told who is not let in; it must have been hung up then."""
    client = start(home, listener, address)
    if listener == "web":
        told = client.until("error")
        with pytest.raises(Closed) as closed:
            client.read()
        assert closed.value.code == 1013
    elif listener == "json":
        told = client.expect("error")
        client.expect_end()
    else:
        rest = client.read_rest().decode()
        client.drop()
        return rest
    client.drop()
    assert told["code"] == "server-full"
    return told["message"]


def start(home, listener, address=None):
    """Somebody at a listener, by its protocol or as bytes; perhaps from an address of its own."""
    if address:
        client = Bound(home.address(listener), address)
        home.clients.append(client)
        return client
    if listener in ("json", "web"):
        return getattr(home, listener)()
    return home.line(listener)


class Bound(Line):
    """Comes from one of the many addresses of the loopback."""

    def __init__(self, address, own):
        self.socket = socket.create_connection(address, PATIENCE, source_address=(own, 0))
        self.held = b""
        self.end = "\r\n"


REFUSALS = {
    "telnet": "Welcome to Teahouse\r\n%\r\n", "json": "%", "web": "%", "relay": "%\n",
    "lobby": "*** %\n", "direct": "%Error: %\n"}


def is_refusal(listener, told, sentence):
    if listener == "direct":
        greeting, told = told.split("\n", 1)
        assert greeting.startswith("You are connected from:")
        return told == f"Error: {sentence}\n"
    return told == REFUSALS[listener].replace("%", sentence)


# How many.

@pytest.mark.parametrize("listener", PROTOCOLS)
def test_over_sessions_one_is_told_so_in_ones_own_protocol(house, listener):
    home = house(limits={"sessions": 2})
    home.json("ann")
    bob = home.json("bob")
    assert is_refusal(listener, refusal(home, listener), FULL)
    bob.send("chat", message="undisturbed")
    assert bob.expect("join", nick="bob") and bob.expect("names")
    bob.expect("chat", message="undisturbed")


@pytest.mark.parametrize("listener", PROTOCOLS)
def test_over_sessions_per_address_one_is_told_so_in_ones_own_protocol(house, listener):
    home = house(limits={"sessions_per_address": 2})
    home.json("ann")
    home.json("bob")
    assert is_refusal(listener, refusal(home, listener), CROWDED)
    # Somebody else's address has places of its own.
    start(home, "telnet", "127.0.0.2").expect("Welcome to Teahouse")


def test_one_address_is_the_same_over_all_listeners(house):
    """IPv4 that comes by a listener of IPv6 is the same address, too."""
    home = house(limits={"sessions_per_address": 2}, any={"protocol": "telnet", "address": "*"},
                 six={"protocol": "telnet", "address": "::1"})
    home.json("ann")
    home.line("any").expect("Welcome to Teahouse")
    assert CROWDED in refusal(home, "any") and CROWDED in refusal(home, "telnet")
    home.line("six").expect("Welcome to Teahouse")


def test_who_leaves_makes_room_for_one_more_each_time(house):
    home = house(limits={"sessions": 2})
    watch = home.json("watch")
    for end in ("drop", "reset", "finish"):
        ann = home.telnet("ann")
        watch.until("join", nick="ann")
        assert FULL in refusal(home, "telnet")
        getattr(ann, end)()
        watch.until("leave", nick="ann")
    home.telnet("bob")
    watch.until("join", nick="bob")


def test_who_is_refused_and_stays_takes_up_no_place(house):
    """They need not hang up, and neither read nor send anything, and cost others nothing."""
    home = house(limits={"sessions": 2})
    watch, ann = home.json("watch"), home.telnet("ann")
    watch.until("join", nick="ann")
    knocking = [home.plain(PROTOCOLS[i % 6]) for i in range(60)]
    watch.send("chat", message="undisturbed")
    watch.until("chat", message="undisturbed")
    ann.drop()
    watch.until("leave", nick="ann")
    home.telnet("bob")
    watch.until("join", nick="bob")
    for client in knocking:
        client.drop()


# How long a text.

def lines_of(n):
    return "\n".join(f"line {i}" for i in range(n))


@pytest.mark.parametrize("text, fits", [
    ("x" * 200, True), ("x" * 201, False), ("\xe9" * 100, True), ("\xe9" * 100 + "x", False),
    (" " * 100 + "x" * 101, False), ("\n" * 300 + "x" * 200 + "\n" * 300, True),
    ("\x1b" * 300 + "x" * 200, True), (lines_of(24), True), ("a\n" * 39 + "a", True),
    ("a\n" * 40 + "a", False)],
    ids=["200", "201", "umlauts", "umlauts and one", "spaces count", "blank lines do not",
         "what is taken out does not", "24 lines", "40 lines", "41 lines"])
def test_a_text_over_the_limit_is_refused_whole(house, text, fits):
    home = house(limits={"message": 200})
    ann, bob = home.json("ann"), home.json("bob")
    ann.until("join", nick="bob")
    ann.send("chat", message=text, ref="it")
    ann.send("chat", message="behind it")
    bob.until("names")
    if fits:
        assert ann.expect("chat", ref="it")["message"] == bob.expect("chat", nick="ann")["message"]
    else:
        assert ann.expect("error", ref="it")["code"] == "text-too-long"
    ann.expect("chat", message="behind it")
    bob.expect("chat", message="behind it")


@pytest.mark.parametrize("listener, answer", [
    ("telnet", "%\r\n"), ("json", '"text-too-long"'), ("web", '"text-too-long"'), ("relay", None),
    ("lobby", "*** %\n"), ("direct", "Error: %\n")])
def test_a_text_over_the_limit_is_refused_on_every_protocol(house, listener, answer):
    home = house(limits={"message": 200}, direct={"hear": "yes"})
    watch = home.json("watch")
    client = home.web() if listener == "web" else home.plain(listener)
    client.send_bytes(spoken(listener, "ann", ["x" * 201, "y" * 200]))
    watch.until("join", nick="guest1" if listener == "relay" else "ann")
    watch.expect("chat", message="y" * 200)
    if answer:
        sentence = "That is too long: 200 bytes and 40 lines at most."
        client.read_until(answer.replace("%", sentence).encode())


@pytest.mark.parametrize("listener, most, answer", [
    ("telnet", 8192, "That is too long: 8192 bytes a line at most."),
    ("lobby", 1024, "*** That is too long: 1024 bytes at most."),
    ("direct", 2048, "Error: That is too long: 2048 bytes at most."), ("relay", 8192, None)])
def test_a_line_over_the_protocols_own_limit_is_refused_once(house, listener, most, answer):
    """A hundred times as long, it is still one refusal, and nobody hears a word of it."""
    home = house(limits={"message": 10000}, relay={"echo": "yes"}, direct={"hear": "yes"})
    watch = home.json("watch")
    client = home.line(listener)
    login(client, listener, "ann")
    for size in (most + 1, 100 * most):
        client.send("x" * size)
        if answer:
            client.until(answer)
    say(client, listener, "behind it")
    watch.until("join", nick="guest1" if listener == "relay" else "ann")
    watch.expect("chat", message="behind it")


def login(client, listener, nick):
    if listener == "telnet":
        client.send(f"login {nick}")
    elif listener == "lobby":
        client.send("/join main", f"/nick {nick}")
    elif listener == "direct":
        client.send(f"#{nick}")
    elif listener in ("json", "web"):
        client.send("hello", nick=nick, version=2)


def say(client, listener, text):
    if listener in ("json", "web"):
        client.send("chat", message=text)
    else:
        client.send(f"@*:{text}" if listener == "direct" else text)


# How fast.

def spoken(listener, nick, texts):
    """The bytes with which somebody comes and says all of that at once."""
    class Paper:
        end = "\n"
        written = b""

        def send(self, *things, **fields):
            if listener not in ("json", "web"):
                self.written += "".join(thing + self.end for thing in things).encode()
                return
            text = (b'{"type":"%s",' % things[0].encode()
                    + b",".join(b'"%s":%s' % (key.encode(), b"2" if value == 2 else
                                              b'"%s"' % value.encode())
                                for key, value in fields.items()) + b"}")
            self.written += (frame(TEXT, text) if listener == "web"
                             else struct.pack(">H", len(text)) + text)
    paper = Paper()
    login(paper, listener, nick)
    for text in texts:
        say(paper, listener, text)
    return paper.written


# The last that each is told on coming, while nobody says anything.
ARRIVED = {"telnet": b"Teahouse\r\n", "json": b'"names"', "web": b'"names"', "lobby": b"0\n0\n",
           "direct": b"ann\n"}


@pytest.mark.parametrize("end", ["stay", "finish", "drop"])
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_over_the_rate_nothing_is_lost(house, listener, end):
    """Neither when the speaker has hung up long before its last word may be heard."""
    home = house(limits={"rate": 100, "burst": 5},
                 **{name: {"echo": "no"} for name in PROTOCOLS})
    watch = home.json("watch")
    client = home.web() if listener == "web" else home.plain(listener)
    texts = [f"text {i}" for i in range(50)]
    client.send_bytes(spoken(listener, "ann", texts))
    if end == "finish":
        client.finish()
    elif end == "drop":
        # With something unread, it would be a reset.
        if listener in ARRIVED:
            client.read_until(ARRIVED[listener])
        client.drop()
    heard = [watch.until("chat")["message"] for _ in texts]
    assert heard == texts


def test_who_is_too_fast_keeps_nobody_waiting(house):
    home = house(limits={"rate": 1, "burst": 2}, **Company.SETTINGS)
    flood = home.plain("telnet")
    flood.send_bytes(b"login flood\r\n" + b"say more\r\n" * 5000)
    ann, bob = home.json("ann"), home.web("bob")
    ann.send("chat", message="in between")
    bob.until("chat", message="in between")


def test_refused_requests_count_as_said_ones(house):
    """At one a second, a hundred mistakes are not answered before somebody has come and gone."""
    home = house(limits={"rate": 1, "burst": 5})
    ann = home.json()
    for i in range(100):
        ann.send("nonsense", ref=str(i))
    home.json("bob").drop()
    answered = 0
    while select.select([ann.socket], [], [], 0)[0]:
        ann.expect("error")
        answered += 1
    assert answered < 50


# How long one may take to log in.

HALVES = {
    "telnet": b"login an", "json": b'\x00\x20{"type":"hel', "lobby": b"/join main\n/ni",
    "direct": b"#an", "web": head_of("GET", "/ws", {"Host": "x"})[:-9]}
SOCKET = frame(TEXT, b'{"type":"hello","nick":"ann"}' + b" " * 90)
SOCKET, SOCKET_REST = SOCKET[:9], SOCKET[9:]


def gone(client, drip=b"", patience=6):
    """Waits until the server has hung up, sending a byte of drip ten times a second meanwhile.

    Gives all that it said.
    """
    told, at = b"", 0
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not select.select([client.socket], [], [], 0.1)[0]:
            try:
                client.send_bytes(drip[at:at + 1])
            except OSError:
                return told
            at += 1
            continue
        try:
            piece = client.socket.recv(65536)
        except OSError:
            return told
        if not piece:
            return told
        told += piece
    raise AssertionError(f"not hung up after {patience} s, but told {told!r}")


@pytest.mark.parametrize("drip", [False, True], ids=["silent", "a byte at a time"])
@pytest.mark.parametrize("listener", HALVES)
def test_who_has_no_nick_in_time_is_shown_out(house, listener, drip):
    """By the clock alone: whoever goes on sending a byte now and then gets no more time."""
    home = house(limits={"login_timeout": 1}, lobby={"pause": 5000}, direct={"pause": 5000})
    watch = home.json("watch")
    client = home.plain(listener)
    half = HALVES[listener]
    client.send_bytes(half[:6])
    told = gone(client, half[6:] + b"x" * 200 if drip else b"")
    assert LATE.encode() in told or listener == "web"
    watch.send("who", ref="w")
    assert len(watch.until("who", ref="w")["users"]) == 1


@pytest.mark.parametrize("drip", [False, True], ids=["silent", "a byte at a time"])
def test_a_socket_without_a_nick_in_time_is_closed(house, drip):
    home = house(limits={"login_timeout": 1})
    client = home.web()
    client.send_bytes(SOCKET)
    told = gone(client, SOCKET_REST if drip else b"")
    assert LATE.encode() in told and told[-4:-2] == bytes([0x80 | CLOSE, 2])
    assert struct.unpack(">H", told[-2:]) == (1008,)


@pytest.mark.parametrize("start_of_it", [
    b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nCook", b"GET /ws HTTP/1.1\r\nHost: x\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"],
    ids=["nothing", "a letter", "half a header", "no end", "a body without end"])
def test_half_a_request_takes_up_no_descriptor_for_long(house, start_of_it):
    home = house(limits={"login_timeout": 1})
    before = home.files()
    client = home.plain("web")
    client.send_bytes(start_of_it)
    gone(client, b"x" * 500 if b"POST" in start_of_it else b"")
    client.drop()
    home.json("ann")
    assert home.files() <= before + 1


HALF = b"GET / HTTP/1.1\r\nHost: x\r\nCook"


def hung_up(client, wait=0):
    if not select.select([client.socket], [], [], wait)[0]:
        return False
    with contextlib.suppress(OSError):
        assert client.socket.recv(1) == b""
    return True


def visitors(home, n, address="127.0.0.1"):
    """That many who have sent half a request each, in the order in which they came."""
    came = []
    for _ in range(n):
        came.append(Bound(home.address("web"), address))
        home.clients.append(came[-1])
        came[-1].send_bytes(HALF)
    return came


def is_answered(client):
    client.send_bytes(b"ies: no\r\n\r\n")
    return read_head(client)[0] == 200


def test_half_requests_leave_room_for_sessions_and_for_the_page(house):
    """Of too many, who has waited longest goes: descriptors are there for sessions first."""
    home = house(limits={"sessions": 20}, under=("prlimit", "--nofile=200:200"),
                 **Company.SETTINGS)
    came = visitors(home, 600)
    company = Company(home)
    assert request(home.address("web"))[0] == 200
    company.chat()
    assert all(hung_up(client, PATIENCE) for client in came[:400])
    assert not any(hung_up(client) for client in came[-20:])
    assert all(is_answered(client) for client in came[-20:])
    assert home.files() < 200
    assert not any("refused" in line for line in home.lines)


def test_half_requests_of_one_address_take_nothing_from_another(house):
    """Where sessions count by address, so do those who have not even asked for one."""
    home = house(limits={"sessions_per_address": 3})
    (other,) = visitors(home, 1, "127.0.0.2")
    came = visitors(home, 50)
    assert request(home.address("web"))[0] == 200
    assert all(hung_up(client, PATIENCE) for client in came[:35])
    assert not any(hung_up(client) for client in came[-15:])
    assert is_answered(other) and all(is_answered(client) for client in came[-15:])
    home.web("ann").until("names")


def test_at_most_a_thousand_half_requests_are_kept(house):
    """A head's memory each, however many descriptors there are."""
    home = house()
    came = visitors(home, 1100)
    assert request(home.address("web"))[0] == 200
    assert all(hung_up(client, PATIENCE) for client in came[:1100 - 1024])
    assert all(is_answered(client) for client in came[-1000:])


def test_who_has_logged_in_has_all_the_time_there_is(house):
    home = house(limits={"login_timeout": 1}, **Company.SETTINGS)
    company = Company(home)
    late = home.telnet()
    assert LATE.encode() in gone(late)
    company.chat()


# How much may wait.

def stuck_reader(home, listener):
    """Logs in, and reads nothing ever after."""
    if listener == "web":
        client = home.web(receive=2048)
    elif listener == "json":
        client = home.json(receive=2048)
    else:
        client = home.line(listener, receive=2048)
    login(client, listener, "stuck")
    return client


@pytest.mark.parametrize("listener", PROTOCOLS)
def test_who_never_reads_is_dropped_and_told_to_have_left_once(house, listener):
    home = house(limits={"rate": 0, "send_queue": 65536}, **Company.SETTINGS)
    watch = home.json("watch")
    stuck = stuck_reader(home, listener)
    nick = "guest1" if listener == "relay" else "stuck"
    watch.until("join", nick=nick)
    before = home.memory()
    left = []
    for i in range(5000):
        watch.send("chat", message=f"{i} " + "x" * 3900)
        packet = {}
        while packet.get("type") != "chat":
            packet = watch.read()
            if packet["type"] == "leave":
                left.append(packet["nick"])
        # Nobody else waits for it: what is said is heard in the same breath.
        assert packet["message"].startswith(f"{i} ")
        if left:
            break
    assert left == [nick]
    assert ASAN or home.memory() - before < 8192
    watch.send("chat", message="behind it")
    watch.expect("chat", message="behind it")
    stuck.drop()


@pytest.mark.parametrize("listener", ["telnet", "json", "web", "lobby"])
def test_who_asks_and_never_reads_is_not_read_from(house, listener):
    """Its answers do not pile up: it waits, in bounded memory, and harms nobody."""
    home = house(limits={"rate": 0}, **Company.SETTINGS)
    company = Company(home)
    stuck = stuck_reader(home, listener)
    before = home.memory("VmHWM")
    ask = {
        "telnet": b"/help\r\n", "lobby": b"/who\n", "json": packet(HELP),
        "web": frame(TEXT, HELP)}[listener]
    pour(stuck, ask * ((4 << 20) // len(ask)))
    company.chat()
    assert ASAN or home.memory("VmHWM") - before < 16384
    stuck.reset()
    company.chat()


def pour(client, data, patience=0.3):
    """Sends until all is sent, or for a while nothing more is taken; how much that was."""
    sent = 0
    client.socket.setblocking(False)
    view = memoryview(data)
    while sent < len(data) and select.select([], [client.socket], [], patience)[1]:
        try:
            sent += client.socket.send(view[sent:sent + 65536])
        except OSError:
            break
    client.socket.settimeout(PATIENCE)
    return sent


HELP = b'{"type":"command","line":"/help"}'


def packet(text):
    return struct.pack(">H", len(text)) + text


# Descriptors.

def set_files(home, soft, hard=None):
    subprocess.run(["prlimit", f"--nofile={soft}:{hard or soft}", "--pid",
                    str(home.process.pid)], check=True)


def test_without_descriptors_those_inside_go_on_and_those_outside_are_told(house):
    """On every listener; and each lets people in again when there is room."""
    home = house(limits={"sessions": 1000}, **Company.SETTINGS)
    company = Company(home)
    set_files(home, home.files() + 10)
    crowd = [home.plain("telnet") for i in range(30)]
    home.logged("accept: Too many open files")
    company.chat()
    for listener in PROTOCOLS:
        if listener != "web":
            assert is_refusal(listener, refusal(home, listener), FULL)
            continue
        told = home.plain("web").read_rest().decode()
        assert told.startswith("HTTP/1.1 503 ") and told.endswith(f"\r\n\r\n{FULL}\n")
    company.chat()
    for client in crowd:
        client.reset()
    company.chat()
    for listener in PROTOCOLS:
        client = start(home, listener)
        login(client, listener, f"late-{listener}")
        say(client, listener, f"late at {listener}")
        before = company.chat()
        heard = [thing for thing in before["json 2"] if thing["type"] == "chat"]
        while not heard:
            thing = company.one("json 2")
            heard = [thing] if thing["type"] == "chat" else []
        assert heard[0]["message"] == f"late at {listener}"
        client.drop()


def test_without_descriptors_it_does_not_spin(house):
    home = house(limits={"sessions": 1000})
    set_files(home, home.files() + 5)
    ann = home.telnet("ann")
    ann.expect("Welcome to Teahouse")
    crowd = [home.plain("telnet") for _ in range(30)]
    home.logged("accept: Too many open files")
    before = home.cpu()
    # From one attempt to let somebody in to the one after the next is time enough to see it.
    for _ in range(3):
        assert FULL in refusal(home, "telnet")
    assert home.cpu() - before < 0.3
    assert sum("accept:" in line for line in home.lines) < 20
    del crowd


def test_started_with_few_descriptors_it_says_so_and_serves_so_many(house):
    home = house(under=["prlimit", "--nofile=40:40"], limits={"sessions": 1000})
    home.logged("open files: 1000 sessions need 1100, but 40 is the limit")
    crowd = [home.plain("telnet") for _ in range(60)]
    home.logged("accept: Too many open files")
    assert crowd[0].read_until(b"\r\n") == b"Welcome to Teahouse"
    assert FULL in refusal(home, "telnet")
    for client in crowd:
        client.drop()
    home.telnet("ann").expect("Welcome to Teahouse")


def test_descriptors_that_are_given_later_are_safe_to_use(house):
    """More than there were at the start: whoever comes is served or shut out, and nothing leaks."""
    home = house(under=["prlimit", "--nofile=64:4096"], limits={"sessions": 20, "login_timeout": 1})
    before = home.files()
    set_files(home, 4096)
    crowd = [home.plain("telnet") for _ in range(300)]
    for client in crowd:
        client.read_rest()
        client.drop()
    until(lambda: home.files() <= before)
    home.telnet("ann").expect("Welcome to Teahouse")


def until(holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
