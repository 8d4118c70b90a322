"""The talk files over real sockets: whole, with every write split, and with writes glued together.

The player of tests/talk/play.c is the measure of what a talk file means. Here the server is
real and its clock cannot be wound: time passes as the talk says, or a little longer. Talks in
which that matters, or takes more than some seconds, are left to that one.
"""

import json
import pathlib
import random
import re
import time

import pytest

from house import PATIENCE, frame

TALKS = sorted((pathlib.Path(__file__).parents[1] / "talk").glob("*.talk"))
AYT, YES = b"\xff\xf6", b"[Yes]\r\n"


def acts_of(path):
    for number, line in enumerate(path.read_text(errors="surrogateescape").splitlines(), 1):
        words = line.split(" ", 2)
        if len(words) > 1 and not line.startswith("#"):
            yield number, words[0], words[1], words[2] if len(words) > 2 else ""


SHORT = 6  # seconds
EXACT = {"rate", "pauses", "presence", "json-full", "manual-web"}


def seconds_of(duration):
    return float(duration[:-2]) / 1000 if duration.endswith("ms") else float(duration[:-1])


def is_short(path):
    passing = sum(seconds_of(what) for _, first, what, _ in acts_of(path) if first == "~")
    return passing <= SHORT and path.stem not in EXACT


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
    """Whether all that was wanted stands in what was got."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(has(got.get(key), wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(has, got, wanted))
    return got == wanted


class Person:
    """Somebody in a talk: what is still to be sent, and what came but was not looked at."""

    def __init__(self, protocol, client, manner):
        self.protocol, self.client, self.manner = protocol, client, manner
        self.port = client.socket.getsockname()[1]
        self.unsent = b""
        self.closed = False
        self.random = random.Random(7)

    def say(self, text):
        data = text.encode(errors="surrogateescape")
        if self.protocol == "json":
            data = len(data).to_bytes(2, "big") + data
        elif self.protocol == "web":
            data = frame(1, data)
        else:
            data += b"\r\n"
        self.say_bytes(data)

    def say_bytes(self, data):
        self.unsent += data
        if self.manner != "glued":
            self.flush()

    def flush(self):
        data, self.unsent = self.unsent, b""
        # Much at once is split into fewer pieces: the talk should end some time.
        most = max(5, len(data) // 200)
        while data and not self.closed:
            n = self.random.randint(1, most) if self.manner == "split" else len(data)
            try:
                self.client.send_bytes(data[:n])
            except OSError:
                return
            data = data[n:]

    def collect(self):
        """Takes in what has come by now."""
        if self.closed:
            return
        self.client.socket.setblocking(False)
        try:
            while not self.closed:
                piece = self.client.socket.recv(1 << 20)
                self.client.held += piece
                self.closed = not piece
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True
        if not self.closed:
            self.client.socket.settimeout(PATIENCE)

    def next(self):
        """The next message that came, without its framing; None: there is none."""
        held = self.client.held
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
        self.client.held = held[start + size:]
        return held[start:start + size].decode(errors="surrogateescape")

    def is_wanted(self, text, wanted):
        if wanted.startswith("{"):
            got, want = json.loads(text), json.loads(wanted)
            if "time" in want:
                # Here the clock is real.
                want["time"] = got.get("time") if isinstance(got.get("time"), int) else None
            return has(got, want)
        return text in (wanted + "\r\n", wanted + "\n")


class Play:
    """A talk file, a server for it, and the people in it."""

    def __init__(self, house, path, manner):
        self.manner = manner
        self.people = {}
        limits, listeners, self.listener_of = {}, {}, {}
        for _, first, second, rest in acts_of(path):
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
        self.home = house(limits=limits, **usual, **listeners)
        self.probe = self.home.telnet()
        self.probe.read_until(b"\r\n")

    def come(self, name, protocol):
        address = self.home.address(self.listener_of[name])
        client = self.home.web(listener=self.listener_of[name]) if protocol == "web" else \
            self.home.plain(self.listener_of[name])
        assert client.socket.getpeername()[:2] == address
        self.people[name] = Person(protocol, client, self.manner)

    def settle(self):
        """Until the server has heard what was sent, and everybody has what it told.

        On the loopback what was sent is at the other end at once, and the server tells at the
        end of each turn; an answer in the turn after that comes when all of it is told.
        """
        for person in self.people.values():
            person.flush()
        for _ in range(2):
            self.probe.send_bytes(AYT)
            assert self.probe.read_until(b"\n") + b"\n" == YES
        for person in self.people.values():
            person.collect()

    def wait_for(self, condition, what):
        """A lost connection is noticed some turns later."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, what()
            self.settle()

    def hear(self, person, wanted, at_once):
        passed = []

        def came():
            while (text := person.next()) is not None:
                if person.is_wanted(text, wanted):
                    return True
                passed.append(text)
                assert not at_once, f"{text!r} came, not {wanted!r}"
            return False
        self.wait_for(came, lambda: f"no {wanted!r} after {passed!r}")

    def hear_bytes(self, person, wanted):
        self.wait_for(lambda: len(person.client.held) >= len(wanted),
                      lambda: f"{person.client.held!r} came, not {wanted!r}")
        came, person.client.held = person.client.held[:len(wanted)], person.client.held[len(wanted):]
        assert came == wanted, f"{came!r} came, not {wanted!r}"

    def act(self, name, what, rest):
        person = self.people[name]
        # In the player of talk files everybody comes from this port.
        rest = rest.replace("40112", str(person.port))
        if what == ">":
            person.say(rest)
        elif what == ">>":
            person.say_bytes(unescaped(rest))
        elif what in ("<", "<<"):
            self.hear(person, rest, what == "<<")
        elif what == "<<<":
            self.hear_bytes(person, unescaped(rest))
        elif what == ".":
            assert not person.client.held, f"{person.client.held!r} came"
        elif what == "|":
            self.wait_for(lambda: person.closed or person.client.held[:1] == b"\x88",
                          lambda: "not shown out")
        elif what == "!":
            person.client.drop()
            person.closed = True
        else:
            raise AssertionError(f"{what} is no act")


@pytest.mark.parametrize("manner", ["whole", "split", "glued"])
@pytest.mark.parametrize("path", filter(is_short, TALKS), ids=lambda path: path.stem)
def test_talk(house, path, manner):
    play = Play(house, path, manner)
    last = None
    for number, first, second, rest in acts_of(path):
        if first == "limit":
            continue
        if first == "~":
            play.settle()
            time.sleep(seconds_of(second))
            last = None
            continue
        try:
            # What one sends without a pause may be glued; all else waits for what was before.
            if not (first == last and second[0] == ">"):
                play.settle()
            if first in play.people:
                play.act(first, second, rest)
            else:
                play.come(first, second)
            last = first
        except AssertionError as wrong:
            raise AssertionError(f"{path.name}:{number}: {first} {second} {rest}: {wrong}") from None
