"""What was sent before the sender went is still heard: at the end of the input, after a close,
and while the server does not read because the sender is too fast."""

import fcntl
import json
import struct
import termios

import pytest

from clients import ConnectionClosed
from server import wait_until
from websocket_client import TEXT, frame

TRANSPORTS = ("tcp", "tls")

MESSAGES = 100
# Slow enough that most must wait, and still short.
LIMITS = {"rate": 100, "burst": 10}
ENDS = ("drop", "half_close")


def packet(kind, **fields):
    data = json.dumps({"type": kind, **fields}).encode()
    return len(data).to_bytes(2, "big") + data


def web_frame(kind, **fields):
    return frame(TEXT, json.dumps({"type": kind, **fields}).encode())


def stream(protocol, texts):
    """All that a user of the protocol sends: who they are, and each text."""
    if protocol == "telnet":
        return "".join(line + "\r\n" for line in ("login kim", *texts)).encode()
    if protocol == "json":
        return packet("hello", nick="kim") + b"".join(packet("chat", message=t) for t in texts)
    if protocol == "web":
        return web_frame("hello", nick="kim", version=2) + b"".join(
            web_frame("chat", message=t) for t in texts)
    if protocol == "lobby":
        return "".join(line + "\n" for line in ("/join main", "/nick kim", *texts)).encode()
    if protocol == "direct":
        return "".join(["#kim\n", *(f"@ann:{t}\n" for t in texts)]).encode()
    return "".join(t + "\n" for t in texts).encode()


def connect(server, protocol):
    return server.web() if protocol == "web" else server.connect(protocol)


def not_acknowledged(client):
    """Bytes that were sent, and that the kernel of the other end does not have yet."""
    return struct.unpack("i", fcntl.ioctl(client.socket, termios.TIOCOUTQ, bytes(4)))[0]


def hears_all(ann, protocol, texts):
    """Ann hears each, in order, and only then that the sender has left."""
    kind = "direct" if protocol == "direct" else "chat"
    heard = []
    while len(heard) < len(texts):
        said = ann.read()
        assert said["type"] not in ("leave", "presence"), f"{said} after {len(heard)}"
        if said["type"] == kind:
            heard.append(said["message"])
    assert heard == texts
    ann.until("leave")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("protocol", ["telnet", "json", "web", "relay", "lobby", "direct"])
def test_all_that_was_sent_before_the_end_is_heard(start_server, protocol, end):
    server = start_server(limits=LIMITS)
    ann = server.json("ann")
    texts = [f"message {i}" for i in range(MESSAGES)]
    client = connect(server, protocol)
    client.send_bytes(stream(protocol, texts))
    getattr(client, end)()
    hears_all(ann, protocol, texts)


@pytest.mark.parametrize("protocol", ["telnet", "json", "web", "relay", "lobby", "direct"])
def test_much_more_than_is_read_at_once_is_heard_after_a_close(start_server, protocol):
    """The rest is still in the kernel when the sender's reset comes: the server has paused reading.

    What the kernel keeps for the sender goes with a reset: first, it has taken all for the server.
    """
    server = start_server(limits={"rate": 100, "burst": 10})
    ann = server.json("ann")
    texts = [f"{i} " + "x" * 900 for i in range(MESSAGES)]
    client = connect(server, protocol)
    client.send_bytes(stream(protocol, texts))
    wait_until(lambda: not_acknowledged(client) == 0)
    client.drop()
    hears_all(ann, protocol, texts)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("protocol, last, kind, text", [
    ("relay", b"hi", "chat", "hi"),
    ("lobby", b"/join main\n/nick kim\nhi", "chat", "hi"),
    ("direct", b"#kim\n@ann:last words", "direct", "last words"),
])
def test_the_end_of_the_input_ends_a_message(start_server, protocol, last, kind, text, end):
    server = start_server()
    ann = server.json("ann")
    client = server.connect(protocol)
    client.send_bytes(last)
    getattr(client, end)()
    assert ann.until(kind)["message"] == text
    ann.until("leave")


@pytest.mark.parametrize("protocol", ["telnet", "json", "web"])
def test_a_half_closed_client_reads_all_answers(start_server, protocol):
    server = start_server(limits=LIMITS)
    texts = [f"message {i}" for i in range(MESSAGES)]
    client = connect(server, protocol)
    client.send_bytes(stream(protocol, texts))
    client.half_close()
    if protocol == "telnet":
        answers = client.read_rest().decode()
    elif protocol == "web":
        answers = ""
        with pytest.raises(ConnectionClosed):
            while True:
                answers += client.read_text()
    else:
        answers = client.read_rest().decode()
    at = -1
    for text in texts:
        at = answers.find(text, at + 1)
        assert at >= 0, f"{text!r} was not echoed"


def test_a_reset_leaves_nobody_behind(start_server):
    """Nothing waits, so that a connection that is reset is gone at once, also while it is sent to."""
    server = start_server(limits={"rate": 0})
    ann = server.json("ann")
    for protocol in ("telnet", "json", "web"):
        client = connect(server, protocol)
        client.send_bytes(stream(protocol, ["hello"]))
        ann.until("chat", message="hello")
        ann.send("chat", message="to the one who goes")
        client.reset()
        ann.until("leave", nick="kim")


def test_one_that_hung_up_costs_no_processor(start_server):
    """Its descriptor stays open until its messages are heard, and must not be polled meanwhile."""
    server = start_server(limits={"rate": 10, "burst": 5})
    ann = server.json("ann")
    texts = [f"{i} " + "x" * 300 for i in range(400)]
    clients = []
    for protocol in ("telnet", "json", "web"):
        client = connect(server, protocol)
        client.send_bytes(stream(protocol, texts).replace(b"kim", protocol.encode()))
        clients.append(client)
    ann.until("chat", message=texts[10])
    for client in clients:
        client.reset()
    before = server.cpu_seconds()
    for i in range(11, 40):
        ann.until("chat", message=texts[i])
    assert server.cpu_seconds() - before < 0.5
