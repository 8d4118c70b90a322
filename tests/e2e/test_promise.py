"""SPEC 9, the promise of a gateway: what becomes of each event on each protocol.

Every event is made over every protocol that can cause it, and what all the others were shown of
it is compared with TABLE, a test for each cell: `emote-from-web-on-lobby`. Nothing may come
before or behind it: a bell that rings after each event has to be the next thing that is seen.
"""

import contextlib
import re

import pytest

from house import PROTOCOLS, Closed, House

pytestmark = pytest.mark.xdist_group("promise")

# The columns: each somebody who sits in the room. The listener's protocol and settings; json's
# two versions share one. Nobody is told again what it did itself.
COLUMNS = {
    "telnet": ("telnet", {}),
    "json 1": ("json", {}),
    "json 2": ("json", {}),
    "web": ("web", {}),
    "relay": ("relay", {}),
    "relay nicks": ("relay", {"nicks": "yes"}),
    "lobby": ("lobby", {}),
    "lobby quiet": ("lobby", {"announce": "no"}),
    "direct": ("direct", {}),
    "direct hear": ("direct", {"hear": "yes"}),
    "direct nicks": ("direct", {"nicks": "yes"}),
}
NOTHING = "-"

# What a packet is called here: its type, then its fields. All of them stand here, but for
# version 2's time, which each packet must have.
TABLE = {
    "said": {
        "telnet": "{nick}: {text}",
        "json 1": "chat nick={nick} message={text}",
        "json 2, web": "chat room={room} nick={nick} message={text}",
        "relay": "{text}",
        "relay nicks": "{nick}: {text}",
        "lobby, lobby quiet": "{nick}: {text}",
        "direct, direct nicks": NOTHING,
        "direct hear": "{nick}: {text}",
    },
    "said in lines": {
        "telnet": "{nick}: {one}\n{nick}: {two}",
        "json 1": "chat nick={nick} message={one}\nchat nick={nick} message={two}",
        "json 2, web": "chat room={room} nick={nick} message={one}\\n{two}",
        "relay": "{one}\n{two}",
        "relay nicks": "{nick}: {one}\n{nick}: {two}",
        "lobby, lobby quiet": "{nick}: {one}\n{nick}: {two}",
        "direct, direct nicks": NOTHING,
        "direct hear": "{nick}: {one}\n{nick}: {two}",
    },
    "emote": {
        "telnet": "[{nick} {text}]",
        "json 1": "chat nick={nick} message=[{nick} {text}]",
        "json 2, web": "emote room={room} nick={nick} message={text}",
        "relay, relay nicks": "[{nick} {text}]",
        "lobby, lobby quiet": "[{nick} {text}]",
        "direct, direct nicks": NOTHING,
        "direct hear": "[{nick} {text}]",
    },
    "direct": {
        "telnet": "{nick} -> {to}: {text}",
        "json 1": "chat nick={nick} message={nick} -> {to}: {text}",
        "json 2, web": "direct nick={nick} to={to} message={text}",
        "relay, relay nicks": "{nick} -> {to}: {text}",
        "lobby, lobby quiet": "{nick} -> {to}: {text}",
        "direct, direct hear": "{text}",
        "direct nicks": "{nick}: {text}",
    },
    "entered": {
        "telnet": "{nick} has entered the room.",
        "json 1": "join nick={nick}",
        "json 2, web": "join room={room} nick={nick}",
        "relay, relay nicks": NOTHING,
        "lobby": "*** {nick} has joined",
        "lobby quiet": NOTHING,
        "direct, direct hear, direct nicks": NOTHING,
    },
    "left": {
        "telnet": "{nick} has left the room.",
        "json 1": "leave nick={nick}",
        "json 2, web": "leave room={room} nick={nick}",
        "relay, relay nicks": NOTHING,
        "lobby": "*** {nick} has left",
        "lobby quiet": NOTHING,
        "direct, direct hear, direct nicks": NOTHING,
    },
    "renamed": {
        "telnet": "{nick} is now known as {new}.",
        "json 1": "leave nick={nick}\njoin nick={new}",
        "json 2, web": "nick nick={nick} new={new}",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": "*** {nick} is now known as {new}",
        "direct, direct hear, direct nicks": NOTHING,
    },
    "topic": {
        "telnet": "*** {nick} set the topic: {text}",
        "json 1": NOTHING,
        "json 2, web": "topic room={room} topic={text} nick={nick}",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": "*** {nick} set the topic: {text}",
        "direct, direct hear, direct nicks": NOTHING,
    },
    "topic removed": {
        "telnet": "*** {nick} took the topic away.",
        "json 1": NOTHING,
        "json 2, web": "topic room={room} topic= nick={nick}",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": "*** {nick} took the topic away",
        "direct, direct hear, direct nicks": NOTHING,
    },
    # The same in a room where telnet, json 2 and web also are, but another is telnet's current
    # one; the other columns are of that one alone.
    "said elsewhere": {
        "telnet": "[{room}] {nick}: {text}",
        "json 2, web": "chat room={room} nick={nick} message={text}",
        "json 1, relay, relay nicks, lobby, lobby quiet": NOTHING,
        "direct, direct hear, direct nicks": NOTHING,
    },
    "said in lines elsewhere": {
        "telnet": "[{room}] {nick}: {one}\n[{room}] {nick}: {two}",
        "json 2, web": "chat room={room} nick={nick} message={one}\\n{two}",
    },
    "emote elsewhere": {
        "telnet": "[{room}] [{nick} {text}]",
        "json 2, web": "emote room={room} nick={nick} message={text}",
    },
    "entered elsewhere": {
        "telnet": "[{room}] {nick} has entered the room.",
        "json 2, web": "join room={room} nick={nick}",
    },
    "left elsewhere": {
        "telnet": "[{room}] {nick} has left the room.",
        "json 2, web": "leave room={room} nick={nick}",
    },
    "topic elsewhere": {
        "telnet": "[{room}] *** {nick} set the topic: {text}",
        "json 2, web": "topic room={room} topic={text} nick={nick}",
    },
}

# Why an event does not come from a protocol. A notice and the end come from the server alone.
NO_PACKET = "version 1 has hello and chat"
ONLY_TEXT = "all that is sent is said"
NO_WORD = "in a room, it has /who and /logout"
LINES = "a line is a message"
GIVEN = "it is given a nick"
IMPOSSIBLE = {
    ("emote", "json 1"): NO_PACKET,
    ("emote", "relay"): ONLY_TEXT,
    ("emote", "lobby"): NO_WORD,
    ("emote", "direct"): "it has no form for it",
    ("direct", "json 1"): NO_PACKET,
    ("direct", "relay"): ONLY_TEXT,
    ("direct", "lobby"): NO_WORD,
    ("renamed", "json 1"): NO_PACKET,
    ("renamed", "relay"): ONLY_TEXT,
    ("renamed", "lobby"): "once in a room, /nick is none of its words",
    ("topic", "json 1"): NO_PACKET,
    ("topic", "relay"): ONLY_TEXT,
    ("topic", "lobby"): NO_WORD,
    ("topic", "direct"): "it has no form for it",
    ("topic removed", "telnet"): "without a text, /topic asks for it",
    ("topic removed", "json 1"): NO_PACKET,
    ("topic removed", "relay"): ONLY_TEXT,
    ("topic removed", "lobby"): NO_WORD,
    ("topic removed", "direct"): "it has no form for it",
    ("said in lines", "telnet"): LINES,
    ("said in lines", "relay"): LINES,
    ("said in lines", "lobby"): LINES,
    ("said in lines", "direct"): LINES,
    ("unknown", "relay"): ONLY_TEXT,
    ("nobody", "json 1"): NO_PACKET,
    ("nobody", "relay"): ONLY_TEXT,
    ("nobody", "lobby"): NO_WORD,
    ("taken", "relay"): GIVEN,
}

# What is refused is shown to the one who asked for it, and to nobody else.
LONG = "That is too long: 100 bytes and 40 lines at most."
NOBODY = 'There is nobody called "nobody".'
TAKEN = 'The name "bell" is taken.'
REFUSED = {
    "too long": {
        "telnet": LONG,
        "json 1": f"error code=text-too-long message={LONG} about=chat",
        "json 2, web": f"error code=text-too-long message={LONG} about=chat",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": f"*** {LONG}",
        "direct, direct hear, direct nicks": f"Error: {LONG}",
    },
    "unknown": {
        "telnet": 'There is no command "/dance"; /help lists them.',
        "json 1": 'error code=unknown-type message=There is no packet of the type "dance". '
                  "about=dance",
        "json 2, web": 'error code=unknown-type message=There is no packet of the type "dance". '
                       "about=dance",
        "lobby, lobby quiet": "1",
        "direct, direct hear, direct nicks":
            "Error: Usage: #nick, @nick:text, @*:text or exit",
    },
    "nobody": {
        "telnet": NOBODY,
        "json 2, web": f"error code=no-such-nick message={NOBODY} about=direct",
        "direct, direct hear, direct nicks": f"Error: {NOBODY}",
    },
    # At the door, and then what one is shown who comes in.
    "taken": {
        "telnet": f"{TAKEN}\nPlease try again.",
        "json 1": f"error code=nick-taken message={TAKEN} about=hello\njoin nick={{nick}}",
        "json 2, web": f"error code=nick-taken message={TAKEN} about=hello\n"
                       "welcome ..\njoin room=main nick={nick}\nnames ..",
        "lobby, lobby quiet": "2\n0",
        "direct, direct hear, direct nicks":
            f"Error: {TAKEN}\nYour user detail saved as : {{nick}}",
    },
}

# What the server itself does, when it stops.
STOPPING = "The server is stopping."
SERVER = {
    "notice": {
        "telnet": f"*** {STOPPING}",
        "json 1": NOTHING,
        "json 2, web": f"notice message={STOPPING}",
        "relay, relay nicks": NOTHING,
        "lobby, lobby quiet": f"*** {STOPPING}",
        "direct, direct hear, direct nicks": NOTHING,
    },
    "stopping": {
        "telnet, json 1, json 2, relay, relay nicks, lobby, lobby quiet": "closed",
        "direct, direct hear, direct nicks": "closed",
        "web": "closed 1001",
    },
}


def cells(row):
    """A row's cells, one column each."""
    return {column: cell for columns, cell in row.items() for column in columns.split(", ")}


# Who sits at each protocol, and how it does what it can.

class Person:
    """Somebody over one protocol. A method for each event that it can cause."""

    def __init__(self, client, room):
        self.client, self.room = client, room
        self.nick = None

    def reads(self):
        """The next thing that is shown to it, as TABLE calls it."""
        return self.client.read()

    def left(self):
        self.client.drop()


class Telnet(Person):
    def __init__(self, client, room):
        super().__init__(client, room)
        client.expect("Welcome to Teahouse")

    def login(self, nick):
        self.client.send(f"login {nick}")

    def said(self, text):
        self.client.send(text)

    def emote(self, text):
        self.client.send(f"/me {text}")

    def direct(self, to, text):
        self.client.send(f"/msg {to} {text}")

    def renamed(self, nick):
        self.client.send(f"/nick {nick}")

    def topic(self, text):
        self.client.send(f"/topic {text}")

    def left(self):
        self.client.send("/quit")
        self.client.read_rest()

    def unknown(self):
        self.client.send("/dance")

    def joins(self, room):
        self.client.send(f"/join {room}")


class Json1(Person):
    version = 1

    def reads(self):
        packet = self.client.read()
        if self.version == 2:
            assert isinstance(packet.pop("time"), int)
        kind = packet.pop("type")
        if kind in ("welcome", "names"):
            return f"{kind} .."
        fields = (f"{key}={value}" for key, value in packet.items())
        return " ".join((kind, *fields)).replace("\n", "\\n")

    def login(self, nick):
        self.client.send("hello", nick=nick)

    def said(self, text):
        self.client.send("chat", message=text)

    def said_in_lines(self, text):
        self.said(text)

    def unknown(self):
        self.client.send("dance")


class Json2(Json1):
    version = 2

    def login(self, nick):
        self.client.send("hello", nick=nick, version=2)

    def emote(self, text):
        self.client.send("emote", message=text)

    def direct(self, to, text):
        self.client.send("direct", to=to, message=text)

    def renamed(self, nick):
        self.client.send("nick", nick=nick)

    def topic(self, text):
        self.client.send("topic", topic=text)

    def topic_removed(self):
        self.topic("")

    def joins(self, room):
        self.client.send("join", room=room)


class Relay(Person):
    def login(self, nick):
        """It is given a nick when it comes."""

    def said(self, text):
        self.client.send(text)


class Lobby(Person):
    def __init__(self, client, room):
        super().__init__(client, room)
        client.send(f"/join {room}")
        client.expect("0")

    def login(self, nick):
        self.client.send(f"/nick {nick}")

    def said(self, text):
        self.client.send(text)

    def left(self):
        self.client.send("/logout")
        self.client.read_rest()

    def unknown(self):
        self.client.send("/dance")


class Direct(Person):
    def __init__(self, client, room):
        super().__init__(client, room)
        client.expect(re.compile(r"You are connected from:\('127\.0\.0\.1', \d+\)"))

    def login(self, nick):
        self.client.send(f"#{nick}")

    def said(self, text):
        self.client.send(f"@*:{text}")

    def direct(self, to, text):
        self.client.send(f"@{to}:{text}")

    def renamed(self, nick):
        self.client.send(f"#{nick}")

    def left(self):
        self.client.send("exit")
        self.client.read_rest()

    def unknown(self):
        self.client.send("dance")


SOURCES = {"telnet": Telnet, "json 1": Json1, "json 2": Json2, "web": Json2, "relay": Relay,
           "lobby": Lobby, "direct": Direct}
TEXT = "the kettle is on"
# By which packet the witness knows that it has happened.
PACKETS = {"said": "chat", "said in lines": "chat", "emote": "emote", "direct": "direct",
           "left": "leave", "renamed": "nick", "topic": "topic", "topic removed": "topic"}


def listener_of(column, room):
    protocol, _ = COLUMNS[column]
    return f"{protocol if protocol == 'json' else column.replace(' ', '-')}-{room}"


@contextlib.contextmanager
def stage_in(folder):
    """A server with a listener for each column in each of two rooms."""
    listeners = dict.fromkeys(PROTOCOLS)
    for column, (protocol, keys) in COLUMNS.items():
        for room in ("main", "tea"):
            listeners[listener_of(column, room)] = {
                "protocol": protocol, "room": room, "echo": "no", **keys}
    with House(folder, limits={"rate": 0, "message": 100}, **listeners) as home:
        yield Stage(home)


class Stage:
    """A server with somebody in every column, a witness to all that happens, and a bell."""

    def __init__(self, home):
        self.home = home
        self.count = 0
        self.acts = {}
        self.broken = {}
        self.witness = self.home.json("witness", listener="json-main")
        self.witness.nick = "witness"
        self.witness.send("join", room="tea")
        self.bell = self.home.json("bell", listener="json-main")
        self.people = {column: self.come(column, "main") for column in COLUMNS}
        for column in ("telnet", "json 2", "web"):
            person = self.people[column]
            person.joins("tea")
            person.joins("main")
            person.said("back")
            self.witness.until("chat", nick=person.nick, room="main")

    def enter(self, column, room):
        """Somebody new at the door."""
        protocol, _ = COLUMNS[column]
        kind = SOURCES[column if protocol == "json" else protocol]
        connect = {"json": self.home.json, "web": self.home.web}.get(protocol, self.home.line)
        return kind(connect(listener=listener_of(column, room)), room)

    def come(self, column, room):
        person = self.enter(column, room)
        self.login(person, room)
        return person

    def login(self, person, room):
        self.count += 1
        nick = f"p{self.count}"
        person.login(nick)
        if isinstance(person, Relay):
            person.nick = self.witness.until("join", room=room)["nick"]
            assert re.fullmatch(r"guest\d+", person.nick)
        else:
            person.nick = nick
            self.witness.until("join", nick=nick, room=room)

    def ring(self, column=None, newcomer=None):
        """What each column, and a newcomer to one, was shown since the last time.

        That is an exception where it cannot be known.
        """
        self.count += 1
        last = f"ring {self.count}"
        listening = [(column, column, person) for column, person in self.people.items()]
        if newcomer:
            listening.append(("newcomer", column, newcomer))
        self.bell.send("chat", message=last)
        for _, column, person in listening:
            # Who does not hear the room is told alone.
            if column in ("direct", "direct nicks"):
                self.bell.send("direct", to=person.nick, message=last)
        return {key: self.hear(key, person, last) for key, _, person in listening}

    def hear(self, key, person, last):
        """What is shown up to the bell. Who fell silent once is not waited for again."""
        seen = []
        if key in self.broken:
            return self.broken[key]
        try:
            while not (thing := person.reads()).endswith(last):
                seen.append(thing)
        except (AssertionError, OSError) as why:
            silent = AssertionError(f"{key} has not heard the bell after {seen}: {why}")
            if key != "newcomer":
                self.broken[key] = silent
            return silent
        return "\n".join(seen) or NOTHING

    def seen(self, event, source):
        """What each column was shown of it, and the words to put into TABLE's cells.

        It happens once; an exception is what came of it for all the cells.
        """
        key = event, source
        if key not in self.acts:
            try:
                self.acts[key] = self.act(event, source)
            except (AssertionError, OSError) as why:
                self.acts[key] = why
        if isinstance(self.acts[key], Exception):
            raise self.acts[key]
        return self.acts[key]

    def act(self, event, source):
        room = "tea" if event.endswith(" elsewhere") else "main"
        event = event.removesuffix(" elsewhere")
        person = None if event == "entered" else self.come(source, room)
        if event == "topic removed":
            self.witness.send("topic", topic=TEXT, room=room)
            self.witness.until("topic", topic=TEXT)
        self.ring()
        person = person or self.come(source, room)
        words = {"text": TEXT, "one": "one", "two": "two words", "new": f"{person.nick}-new"}
        if event == "direct":
            for to in (*self.people.values(), self.witness):
                person.direct(to.nick, TEXT)
        elif event != "entered":
            method = getattr(person, event.replace(" ", "_"))
            given = {"said in lines": "{one}\n{two}", "renamed": "{new}", "left": None,
                     "topic removed": None}
            text = given.get(event, "{text}")
            method(*[text.format(**words)] if text else [])
        if event != "entered":
            self.witness.until(PACKETS[event], nick=person.nick)
        seen = self.ring()
        if event == "topic":
            self.witness.send("topic", topic="", room=room)
            self.witness.until("topic", topic="")
        if event != "left":
            person.left()
            self.witness.until("leave", room=room)
        return seen, {**words, "nick": person.nick, "room": room}

    def refused(self, how, column):
        """What everybody is shown when somebody new to the column asks for what cannot be done.

        What happens afterwards, so that all have seen it, is said; or, at the door, entered.
        """
        person = self.enter(column, "main")
        if how == "taken":
            self.ring()
            person.login("bell")
            self.login(person, "main")
        else:
            self.login(person, "main")
            self.ring(column, person)
            if how == "too long":
                person.said("x" * 101)
            elif how == "nobody":
                person.direct("nobody", TEXT)
            else:
                person.unknown()
            person.said(TEXT)
            self.witness.until("chat", nick=person.nick)
        seen = self.ring(column, person)
        person.left()
        self.witness.until("leave", nick=person.nick)
        return seen, {"nick": person.nick, "room": "main", "text": TEXT}

    def stop(self):
        """What each column is shown when the server stops, and how that ends."""
        self.ring()
        self.home.signal()
        shown = {}
        for column, person in self.people.items():
            seen = []
            try:
                while True:
                    seen.append(person.reads())
            except Closed as end:
                last = f"closed {end.code}" if end.code else "closed"
                shown[column] = {"notice": "\n".join(seen) or NOTHING, "stopping": last}
        for client in self.home.clients:
            client.drop()
        assert self.home.wait() == 0
        return shown


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with stage_in(tmp_path_factory.mktemp("promise")) as made:
        yield made


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    with stage_in(tmp_path_factory.mktemp("stopping")) as made:
        return made.stop()


def name(text):
    return text.replace(" ", "-")


def params(rows):
    for values, words in rows:
        yield pytest.param(*values, id="-".join(map(name, words)))


def event_cells():
    for event, row in TABLE.items():
        for source in SOURCES:
            if (event.removesuffix(" elsewhere"), source) not in IMPOSSIBLE:
                for column, cell in cells(row).items():
                    yield (event, source, column, cell), (event, "from", source, "on", column)


def own_cells(table):
    for row_name, row in table.items():
        for column, cell in cells(row).items():
            yield (row_name, column, cell), (row_name, "on", column)


def compare(seen, cell, words):
    if isinstance(seen, Exception):
        raise seen
    assert seen == cell.format(**words)


@pytest.mark.parametrize("event, source, column, cell", params(event_cells()))
def test_event(stage, event, source, column, cell):
    seen, words = stage.seen(event, source)
    compare(seen[column], cell, {**words, "to": stage.people[column].nick})


@pytest.mark.parametrize("how, column, cell", params(own_cells(REFUSED)))
def test_refused(stage, how, column, cell):
    seen, words = stage.refused(how, column)
    compare(seen["newcomer"], cell, words)
    others = TABLE["entered" if how == "taken" else "said"]
    for other, its_cell in cells(others).items():
        compare(seen[other], its_cell, words)


@pytest.mark.parametrize("event, column, cell", params(own_cells(SERVER)))
def test_server(stopped, event, column, cell):
    assert stopped[column][event] == cell


@pytest.mark.parametrize("event", TABLE)
def test_no_source_is_missing(event):
    """Every event comes from every protocol or it is said why not; it has all the columns."""
    event, elsewhere = event.removesuffix(" elsewhere"), event.endswith(" elsewhere")
    assert elsewhere or set(cells(TABLE[event])) == set(COLUMNS)
    for source, person in SOURCES.items():
        can = event == "entered" or hasattr(person, event.replace(" ", "_"))
        assert can != ((event, source) in IMPOSSIBLE)


@pytest.mark.parametrize("how", REFUSED)
def test_no_refusal_is_missing(how):
    for column, (protocol, _) in COLUMNS.items():
        source = column if protocol == "json" else protocol
        assert (column in cells(REFUSED[how])) != ((how, source) in IMPOSSIBLE)
