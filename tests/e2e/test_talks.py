"""The talk files over real sockets: whole, with every write split, and with writes glued together.

The player of tests/talk/play.c is the measure of what a talk file means. Here a server is real
and its clock cannot be wound, so talks in which time passes are left to that one.
"""

import itertools
import json
import pathlib
import random
import re

import pytest

from house import PING, Closed, frame

TALKS = sorted((pathlib.Path(__file__).parents[1] / "talk").glob("*.talk"))
AYT, YES = b"\xff\xf6", "[Yes]"


def acts_of(path):
    for number, line in enumerate(path.read_text(errors="surrogateescape").splitlines(), 1):
        words = line.split(" ", 2)
        if len(words) > 1 and not line.startswith("#"):
            yield number, words[0], words[1], words[2] if len(words) > 2 else ""


def is_timeless(path):
    return not any(first == "~" for _, first, _, _ in acts_of(path))


def unescaped(text):
    known = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "e": b"\x1b", "\\": b"\\"}

    def byte(match):
        return bytes([int(match[1][1:], 16)]) if match[1][0] == ord("x") else known[match[1].decode()]
    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", byte, text.encode(errors="surrogateescape"))


def has(got, wanted):
    """Whether all that was wanted stands in what was got."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(has(got.get(key), wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(has, got, wanted))
    return got == wanted


class Person:
    """Somebody in a talk: what is still to be sent, and what was heard but not looked at."""

    def __init__(self, kind, client, manner):
        self.kind, self.client, self.manner = kind, client, manner
        self.unsent, self.heard = b"", []
        self.closed = False
        self.random = random.Random(7)

    def say(self, text):
        data = text.encode(errors="surrogateescape")
        if self.kind == "telnet":
            data += b"\r\n"
        elif self.kind == "json":
            data = len(data).to_bytes(2, "big") + data
        else:
            data = frame(1, data)
        self.say_bytes(data)

    def say_bytes(self, data):
        self.unsent += data
        if self.manner != "glued":
            self.flush()

    def flush(self):
        data, self.unsent = self.unsent, b""
        while data:
            n = self.random.randint(1, 5) if self.manner == "split" else len(data)
            try:
                self.client.send_bytes(data[:n])
            except OSError:
                return
            data = data[n:]

    def next(self):
        if self.kind == "telnet":
            return self.client.read_until(b"\r\n").decode(errors="surrogateescape")
        return self.client.read_text()

    def settle(self):
        """Waits until all that was sent has been heard and answered."""
        self.flush()
        try:
            if self.kind == "telnet":
                self.client.send_bytes(AYT)
                self.hear_to(lambda text: text == YES)
            elif self.kind == "json":
                self.say('{"type":"ping","ref":"settle"}')
                self.flush()
                self.hear_to(lambda text: '"pong"' in text or '"about":"ping"' in text)
            else:
                self.client.send_bytes(frame(PING, b"settle"))
                self.client.send_bytes(frame(1, b'{"type":"ping","ref":"settle"}'))
                self.hear_to(lambda text: '"pong"' in text or '"about":"ping"' in text)
        except (Closed, OSError):
            self.closed = True

    def hear_to(self, is_last):
        while True:
            text = self.next()
            if is_last(text):
                return
            self.heard.append(text)

    def is_wanted(self, text, wanted):
        return has(json.loads(text), json.loads(wanted)) if wanted.startswith("{") else text == wanted

    def expect(self, wanted, at_once):
        passed = []
        try:
            while True:
                # A connection's loss is heard of some time later, so there may be more to wait for.
                text = self.heard.pop(0) if self.heard else self.next()
                if self.is_wanted(text, wanted):
                    return
                passed.append(text)
                assert not at_once, f"{text!r} came, not {wanted!r}"
        except (Closed, OSError) as why:
            raise AssertionError(f"no {wanted!r} after {passed!r}: {why}") from None


def sections_of(path):
    """The settings that the talk wants: limits, and a listener for each manner of coming."""
    limits, listeners, by_person = {}, {}, {}
    people = set()
    for _, first, second, rest in acts_of(path):
        if first == "limit":
            limits[second] = rest
        elif first not in people:
            people.add(first)
            name = f"l{len(listeners)}"
            options = [(word.split("=") + ["yes"])[:2] for word in rest.split()]
            listeners[name] = {"protocol": second, **dict(options)}
            by_person[first] = name
    return {"limits": limits, **listeners}, by_person


def come(home, by_person, first, kind, manner):
    listener = by_person[first]
    client = {"telnet": home.line, "json": home.json, "web": home.web}[kind](listener=listener)
    return Person(kind, client, manner)


def act(person, second, rest):
    if second == ">":
        person.say(rest)
    elif second == ">>":
        person.say_bytes(unescaped(rest))
    elif second in ("<", "<<"):
        person.expect(rest, second == "<<")
    elif second == ".":
        assert not person.heard, f"{person.heard[0]!r} came"
    elif second == "|":
        while not person.closed:
            person.settle()
    elif second == "!":
        person.client.drop()
        person.closed = True


@pytest.mark.parametrize("manner", ["whole", "split", "glued"])
@pytest.mark.parametrize("path", filter(is_timeless, TALKS), ids=lambda path: path.stem)
def test_talk(house, path, manner):
    sections, by_person = sections_of(path)
    home = house(**{"telnet": None, "json": None, "web": None, **sections})
    people, last = {}, None
    for number, first, second, rest in acts_of(path):
        if first == "limit":
            continue
        try:
            if first not in people:
                if last and not last.closed:
                    last.settle()
                people[first] = last = come(home, by_person, first, second, manner)
                last.settle()
                continue
            person = people[first]
            # Whoever acts, the one before has been heard first; who listens has heard all of it.
            for one in dict.fromkeys((last, person)):
                if not one.closed and not (one is person and second[0] == ">"):
                    one.settle()
            act(person, second, rest)
            last = person
        except AssertionError as wrong:
            raise AssertionError(f"{path.name}:{number}: {first} {second} {rest}: {wrong}") from None
