"""The talk files over real sockets: as they are, with every write split, and with writes joined.

tests/talk/play.c defines what a talk file means. Here the server and its clock are real: time
passes as the talk file says, or a little longer. Talk files that depend on exact times or take
more than some seconds are played by play.c only.
"""

import json
import pathlib
import random
import re
import select
import time

import pytest

from clients import TIMEOUT
from websocket_client import frame

TALKS = sorted((pathlib.Path(__file__).parents[1] / "talk").glob("*.talk"))
ARE_YOU_THERE, ANSWER = b"\xff\xf6", b"[Yes]\r\n"


def steps_of(path):
    for number, line in enumerate(path.read_text(errors="surrogateescape").splitlines(), 1):
        words = line.split(" ", 2)
        if len(words) > 1 and not line.startswith("#"):
            yield number, words[0], words[1], words[2] if len(words) > 2 else ""


CLOCK = r"\[\d\d:\d\d\]"
LONGEST = 6  # seconds
NEEDS_EXACT_TIME = {"rate", "pauses", "presence", "json-full", "manual-web"}


def seconds_of(duration):
    return float(duration[:-2]) / 1000 if duration.endswith("ms") else float(duration[:-1])


def is_short(path):
    passing = sum(seconds_of(what) for _, first, what, _ in steps_of(path) if first == "~")
    return passing <= LONGEST and path.stem not in NEEDS_EXACT_TIME


def unescaped(text):
    r"""C's escapes, and \{900}x for 900 times x."""
    known = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0", b"e": b"\x1b", b"\\": b"\\"}

    def byte(match):
        what = match[1]
        if what[:1] == b"{":
            return what[-1:] * int(what[1:-2])
        return bytes([int(what[1:], 16)]) if what[:1] == b"x" else known[what]
    data = text.encode(errors="surrogateescape")
    return re.sub(rb"\\(\{\d+\}.|x[0-9a-fA-F]{2}|.)", byte, data)


def has(got, wanted):
    """Whether a packet has all the fields that are wanted."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(has(got.get(key), wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(has, got, wanted))
    return got == wanted


class User:
    """A user in a talk file: what is still to be sent, and what came and has not been read."""

    def __init__(self, protocol, client, writes):
        self.protocol, self.client, self.writes = protocol, client, writes
        self.port = client.socket.getsockname()[1]
        self.unsent = b""
        self.closed = False
        self.random = random.Random(7)

    def send(self, text):
        data = text.encode(errors="surrogateescape")
        if self.protocol == "json":
            data = len(data).to_bytes(2, "big") + data
        elif self.protocol == "web":
            data = frame(1, data)
        else:
            data += b"\r\n"
        self.send_bytes(data)

    def send_bytes(self, data):
        self.unsent += data
        if self.writes != "joined":
            self.flush()

    def flush(self):
        data, self.unsent = self.unsent, b""
        # Long data is split into fewer pieces, to save time.
        most = max(5, len(data) // 200)
        while data and not self.closed:
            n = self.random.randint(1, most) if self.writes == "split" else len(data)
            try:
                self.client.send_bytes(data[:n])
            except OSError:
                return
            data = data[n:]

    def collect(self):
        """Reads what has come by now, without waiting."""
        if self.closed:
            return
        self.client.socket.setblocking(False)
        try:
            while not self.closed:
                piece = self.client.socket.recv(1 << 20)
                self.client.buffer += piece
                self.closed = not piece
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True
        if not self.closed:
            self.client.socket.settimeout(TIMEOUT)

    def next(self):
        """The next message that came, without its framing; None if there is none."""
        held = self.client.buffer
        if self.protocol == "json":
            start, size = 2, int.from_bytes(held[:2], "big") if len(held) > 1 else 0
        elif self.protocol == "web":
            long = len(held) > 1 and held[1] == 126
            start = 4 if long else 2
            size = int.from_bytes(held[2:4], "big") if long else held[1] if len(held) > 1 else 0
            if held[:1] == b"\x88":
                return None
        else:
            start, size = 0, held.find(b"\n") + 1
        if not held or not size or len(held) < start + size:
            return None
        self.client.buffer = held[start + size:]
        return held[start:start + size].decode(errors="surrogateescape")

    def is_wanted(self, text, wanted):
        if wanted.startswith("{"):
            got, want = json.loads(text), json.loads(wanted)
            if "time" in want:
                # The clock is real.
                want["time"] = got.get("time") if isinstance(got.get("time"), int) else None
            return has(got, want)
        if re.search(CLOCK, wanted):
            text, wanted = re.sub(CLOCK, "[now]", text), re.sub(CLOCK, "[now]", wanted)
        return text in (wanted + "\r\n", wanted + "\n")


class Play:
    """A talk file, a server for it, and its users."""

    def __init__(self, start_server, path, writes):
        self.writes = writes
        self.users = {}
        limits, listeners, self.listener_of = {}, {}, {}
        for _, first, second, rest in steps_of(path):
            if first == "limit":
                limits[second] = rest
            elif first == "~":
                continue
            elif first not in self.listener_of:
                self.listener_of[first] = name = f"listener{len(listeners)}"
                options = [(word.split("=") + ["yes"])[:2] for word in rest.split()]
                listeners[name] = {"protocol": second, **dict(options)}
        usual = dict.fromkeys(("json", "web", "relay", "lobby", "direct"))
        if "sessions" in limits:
            limits["sessions"] = int(limits["sessions"]) + 1
        limits.pop("servers", None)
        if limits.pop("accounts", None):
            listeners["history"] = {"file": "teahouse.db"}
        self.server = start_server(limits=limits, **usual, **listeners)
        self.probe = self.server.telnet()
        self.probe.read_until(b"\r\n")

    def connect(self, name, protocol):
        address = self.server.address(self.listener_of[name])
        client = self.server.web(listener=self.listener_of[name]) if protocol == "web" else \
            self.server.connect(self.listener_of[name])
        assert client.socket.getpeername()[:2] == address
        self.users[name] = User(protocol, client, self.writes)

    def settle(self):
        """Waits until the server has handled what was sent, and has sent all that follows from it.

        On the loopback, data is at the other end at once, and the server sends at the end of each
        turn of its loop: an answer in the next turn comes after all of that.
        """
        for user in self.users.values():
            user.flush()
        for _ in range(2):
            self.probe.send_bytes(ARE_YOU_THERE)
            assert self.probe.read_until(b"\n") + b"\n" == ANSWER
        for user in self.users.values():
            user.collect()

    def wait_for(self, condition, what):
        """Since a lost connection is noticed some turns later."""
        end = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < end, what()
            open_ones = [user.client.socket for user in self.users.values() if not user.closed]
            select.select(open_ones, [], [], 0.05)
            self.settle()

    def receive(self, user, wanted, at_once):
        skipped = []

        def came():
            while (text := user.next()) is not None:
                if user.is_wanted(text, wanted):
                    return True
                skipped.append(text)
                assert not at_once, f"{text!r} came, not {wanted!r}"
            return False
        self.wait_for(came, lambda: f"no {wanted!r} after {skipped!r}")

    def receive_bytes(self, user, wanted):
        self.wait_for(lambda: len(user.client.buffer) >= len(wanted),
                      lambda: f"{user.client.buffer!r} came, not {wanted!r}")
        came, user.client.buffer = user.client.buffer[:len(wanted)], user.client.buffer[len(wanted):]
        assert came == wanted, f"{came!r} came, not {wanted!r}"

    def step(self, name, what, rest):
        user = self.users[name]
        # In play.c all connections come from this port.
        rest = rest.replace("40112", str(user.port))
        if what == ">":
            user.send(rest)
        elif what == ">>":
            user.send_bytes(unescaped(rest))
        elif what in ("<", "<<"):
            self.receive(user, rest, what == "<<")
        elif what == "<<<":
            self.receive_bytes(user, unescaped(rest))
        elif what == ".":
            assert not user.client.buffer, f"{user.client.buffer!r} came"
        elif what == "|":
            self.wait_for(lambda: user.closed or user.client.buffer[:1] == b"\x88",
                          lambda: "the connection was not closed")
        elif what == "!":
            user.client.drop()
            user.closed = True
        else:
            raise AssertionError(f"unknown step {what}")


@pytest.mark.parametrize("writes", ["whole", "split", "joined"])
@pytest.mark.parametrize("path", filter(is_short, TALKS), ids=lambda path: path.stem)
def test_talk(start_server, path, writes):
    play = Play(start_server, path, writes)
    last = None
    for number, first, second, rest in steps_of(path):
        if first == "limit":
            continue
        if first == "~":
            play.settle()
            time.sleep(seconds_of(second))
            last = None
            continue
        try:
            # Successive sends of a user may be joined. All other steps wait for what came before.
            if not (first == last and second[0] == ">"):
                play.settle()
            if first in play.users:
                play.step(first, second, rest)
            else:
                play.connect(first, second)
            last = first
        except AssertionError as wrong:
            raise AssertionError(f"{path.name}:{number}: {first} {second} {rest}: {wrong}") from None
