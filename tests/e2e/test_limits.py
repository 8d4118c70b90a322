"""Limits on sessions, texts, rate and queues: each is kept, reported in the form of the protocol,
and does not affect other users."""

import select

import pytest

from clients import TIMEOUT, WELCOME, packet
from group import Group
from protocols import SERVER_FULL, connect, is_refusal, login, login_and_texts, refusal, say
from server import PROTOCOLS, SANITIZED
from websocket_client import TEXT, frame

CROWDED = "Too many connections from your address."


# How many.

@pytest.mark.parametrize("listener", PROTOCOLS)
def test_over_sessions_a_client_is_refused_in_its_protocol(start_server, listener):
    server = start_server(limits={"sessions": 2})
    server.json("ann")
    bob = server.json("bob")
    assert is_refusal(listener, refusal(server, listener), SERVER_FULL)
    bob.send("chat", message="undisturbed")
    assert bob.expect("join", nick="bob") and bob.expect("names")
    bob.expect("chat", message="undisturbed")


@pytest.mark.parametrize("listener", PROTOCOLS)
def test_over_sessions_per_address_a_client_is_refused_in_its_protocol(start_server, listener):
    server = start_server(limits={"sessions_per_address": 2})
    server.json("ann")
    server.json("bob")
    assert is_refusal(listener, refusal(server, listener), CROWDED)
    # Another address has its own quota.
    connect(server, "telnet", "127.0.0.2").expect(WELCOME)


def test_sessions_of_an_address_count_over_all_listeners(start_server):
    """An IPv4 address is the same one on an IPv6 listener, too."""
    server = start_server(limits={"sessions_per_address": 2},
                          any={"protocol": "telnet", "address": "*"},
                          six={"protocol": "telnet", "address": "::1"})
    server.json("ann")
    server.line_client("any").expect(WELCOME)
    assert CROWDED in refusal(server, "any") and CROWDED in refusal(server, "telnet")
    server.line_client("six").expect(WELCOME)


def test_a_session_that_ends_makes_place_for_another(start_server):
    server = start_server(limits={"sessions": 2})
    watch = server.json("watch")
    for end in ("drop", "reset", "half_close"):
        ann = server.telnet("ann")
        watch.until("join", nick="ann")
        assert SERVER_FULL in refusal(server, "telnet")
        getattr(ann, end)()
        watch.until("leave", nick="ann")
    server.telnet("bob")
    watch.until("join", nick="bob")


def test_refused_connections_that_stay_open_take_no_place(start_server):
    """Clients that are refused and neither close, read nor send do not affect others."""
    server = start_server(limits={"sessions": 2})
    watch, ann = server.json("watch"), server.telnet("ann")
    watch.until("join", nick="ann")
    refused = [server.connect(PROTOCOLS[i % 6]) for i in range(60)]
    watch.send("chat", message="undisturbed")
    watch.until("chat", message="undisturbed")
    ann.drop()
    watch.until("leave", nick="ann")
    server.telnet("bob")
    watch.until("join", nick="bob")
    for client in refused:
        client.drop()


# How long a text.

def lines_of(n):
    return "\n".join(f"line {i}" for i in range(n))


@pytest.mark.parametrize("text, fits", [
    ("x" * 200, True), ("x" * 201, False), ("\xe9" * 100, True), ("\xe9" * 100 + "x", False),
    (" " * 100 + "x" * 101, False), ("\n" * 300 + "x" * 200 + "\n" * 300, True),
    ("\x1b" * 300 + "x" * 200, True), (lines_of(24), True), ("a\n" * 39 + "a", True),
    ("a\n" * 40 + "a", False)],
    ids=["200", "201", "umlauts", "umlauts and an x", "spaces count", "blank lines do not",
         "removed characters do not", "24 lines", "40 lines", "41 lines"])
def test_a_text_over_the_limit_is_refused_whole(start_server, text, fits):
    server = start_server(limits={"message": 200})
    ann, bob = server.json("ann"), server.json("bob")
    ann.until("join", nick="bob")
    ann.send("chat", message=text, ref="it")
    ann.send("chat", message="after it")
    bob.until("names")
    if fits:
        assert ann.expect("chat", ref="it")["message"] == bob.expect("chat", nick="ann")["message"]
    else:
        assert ann.expect("error", ref="it")["code"] == "text-too-long"
    ann.expect("chat", message="after it")
    bob.expect("chat", message="after it")


@pytest.mark.parametrize("listener, answer", [
    ("telnet", "%\r\n"), ("json", '"text-too-long"'), ("web", '"text-too-long"'), ("relay", None),
    ("lobby", "*** %\n"), ("direct", "Error: %\n")])
def test_a_text_over_the_limit_is_refused_on_every_protocol(start_server, listener, answer):
    server = start_server(limits={"message": 200}, direct={"hear": "yes"})
    watch = server.json("watch")
    client = server.web() if listener == "web" else server.connect(listener)
    client.send_bytes(login_and_texts(listener, "ann", ["x" * 201, "y" * 200]))
    watch.until("join", nick="guest1" if listener == "relay" else "ann")
    watch.expect("chat", message="y" * 200)
    if answer:
        sentence = "Too long: the limit is 200 bytes and 40 lines."
        client.read_until(answer.replace("%", sentence).encode())


@pytest.mark.parametrize("listener, most, answer", [
    ("telnet", 8192, "!!! Too long: the limit is 8192 bytes."),
    ("lobby", 1024, "*** Too long: the limit is 1024 bytes."),
    ("direct", 2048, "Error: Too long: the limit is 2048 bytes."), ("relay", 8192, None)])
def test_a_line_over_the_protocols_own_limit_is_refused_once(start_server, listener, most, answer):
    """However long it is, there is a single refusal, and no other client gets any of it."""
    server = start_server(limits={"message": 10000}, relay={"echo": "yes"}, direct={"hear": "yes"})
    watch = server.json("watch")
    client = server.line_client(listener)
    login(client, listener, "ann")
    for size in (most + 1, 100 * most):
        client.send("x" * size)
        if answer:
            client.until(answer)
    say(client, listener, "after it")
    watch.until("join", nick="guest1" if listener == "relay" else "ann")
    watch.expect("chat", message="after it")


# How fast.

# The last bytes that a client gets after its login in a quiet room.
ARRIVED = {"telnet": b"/help for more.\r\n", "json": b'"names"', "web": b'"names"', "lobby": b"0\n0\n",
           "direct": b"ann\n"}


@pytest.mark.parametrize("end", ["stay", "half_close", "drop"])
@pytest.mark.parametrize("listener", PROTOCOLS)
def test_over_the_rate_nothing_is_lost(start_server, listener, end):
    """Even if the client closes long before its last message may be delivered."""
    server = start_server(limits={"rate": 100, "burst": 5},
                          **{name: {"echo": "no"} for name in PROTOCOLS})
    watch = server.json("watch")
    client = server.web() if listener == "web" else server.connect(listener)
    texts = [f"text {i}" for i in range(50)]
    client.send_bytes(login_and_texts(listener, "ann", texts))
    if end == "half_close":
        client.half_close()
    elif end == "drop":
        # With unread input, closing would be a reset.
        if listener in ARRIVED:
            client.read_until(ARRIVED[listener])
        client.drop()
    heard = [watch.until("chat")["message"] for _ in texts]
    assert heard == texts


def test_a_client_over_the_rate_does_not_delay_others(start_server):
    server = start_server(limits={"rate": 1, "burst": 2}, **Group.SETTINGS)
    flood = server.connect("telnet")
    flood.send_bytes(b"login flood\r\n" + b"say more\r\n" * 5000)
    ann, bob = server.json("ann"), server.web("bob")
    ann.send("chat", message="in between")
    bob.until("chat", message="in between")


def test_refused_requests_count_for_the_rate(start_server):
    """At one a second, a hundred errors are not all answered at once."""
    server = start_server(limits={"rate": 1, "burst": 5})
    ann = server.json()
    for i in range(100):
        ann.send("nonsense", ref=str(i))
    server.json("bob").drop()
    answered = 0
    while select.select([ann.socket], [], [], 0)[0]:
        ann.expect("error")
        answered += 1
    assert answered < 50


# How much may be queued.

def stuck_reader(server, listener):
    """A client that logs in and never reads."""
    if listener == "web":
        client = server.web(receive=2048)
    elif listener == "json":
        client = server.json(receive=2048)
    else:
        client = server.line_client(listener, receive=2048)
    login(client, listener, "stuck")
    return client


@pytest.mark.parametrize("listener", PROTOCOLS)
def test_a_client_that_never_reads_is_dropped_and_leaves_once(start_server, listener):
    server = start_server(limits={"rate": 0, "send_queue": 65536}, **Group.SETTINGS)
    watch = server.json("watch")
    stuck = stuck_reader(server, listener)
    nick = "guest1" if listener == "relay" else "stuck"
    watch.until("join", nick=nick)
    before = server.memory()
    left = []
    for i in range(5000):
        watch.send("chat", message=f"{i} " + "x" * 3900)
        packet = {}
        while packet.get("type") != "chat":
            packet = watch.read()
            if packet["type"] == "leave":
                left.append(packet["nick"])
        # Others do not wait for it: they get each message at once.
        assert packet["message"].startswith(f"{i} ")
        if left:
            break
    assert left == [nick]
    assert SANITIZED or server.memory() - before < 8192
    watch.send("chat", message="after it")
    watch.expect("chat", message="after it")
    stuck.drop()


@pytest.mark.parametrize("listener", ["telnet", "json", "web", "lobby"])
def test_a_client_that_asks_and_never_reads_is_not_read_from(start_server, listener):
    """Its answers do not pile up in memory, and others are not affected."""
    server = start_server(limits={"rate": 0}, **Group.SETTINGS)
    group = Group(server)
    stuck = stuck_reader(server, listener)
    before = server.memory("VmHWM")
    ask = {
        "telnet": b"/help\r\n", "lobby": b"/who\n", "json": packet(HELP),
        "web": frame(TEXT, HELP)}[listener]
    send_until_blocked(stuck, ask * ((4 << 20) // len(ask)))
    group.chat()
    assert SANITIZED or server.memory("VmHWM") - before < 16384
    stuck.reset()
    group.chat()


def send_until_blocked(client, data, pause=0.3):
    """Sends until all is sent, or nothing more is taken for a while."""
    sent = 0
    client.socket.setblocking(False)
    view = memoryview(data)
    while sent < len(data) and select.select([], [client.socket], [], pause)[1]:
        try:
            sent += client.socket.send(view[sent:sent + 65536])
        except OSError:
            break
    client.socket.settimeout(TIMEOUT)


HELP = b'{"type":"command","line":"/help"}'
