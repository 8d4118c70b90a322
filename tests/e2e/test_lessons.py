"""Students' own clients (tests/lessons) with a real server: what they show, line for line.

None of them knows where a message ends, so after each message the test waits until the others
have shown it. An empty line is a line ending that the student's program has printed as well, and
is skipped.
"""

import pathlib
import queue
import re
import socket
import subprocess
import sys
import threading

import pytest

from clients import TIMEOUT, WELCOME, line_matches

LESSONS = pathlib.Path(__file__).parents[1] / "lessons"


class Student:
    """A running student's program: its input and its output."""

    def __init__(self, lesson, *args):
        self.process = subprocess.Popen(
            [sys.executable, "-S", LESSONS / f"{lesson}.py", *map(str, args)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.shown = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            if line.strip():
                self.shown.put(line.rstrip("\r\n"))
        self.shown.put(None)

    def types(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def sees(self, *wanted):
        """The next lines: exactly these, each a string or a compiled pattern."""
        for want in wanted:
            try:
                line = self.shown.get(timeout=TIMEOUT)
            except queue.Empty:
                raise AssertionError(f"nothing came, not {want!r}") from None
            assert line == want or line and line_matches(line, want), f"{line!r} came, not {want!r}"

    def ends(self, *last):
        """Closes the input. The program must show these lines and exit with 0."""
        self.process.stdin.close()
        self.sees(*last, None)
        assert self.process.wait(TIMEOUT) == 0

    def drop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(TIMEOUT)
        self.reader.join(TIMEOUT)
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.stdout.close()


class Proxy:
    """A proxy between a student's program and the server that splits or joins what passes it."""

    def __init__(self, address, manner):
        self.manner = manner
        self.held = b""
        self.more = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.server = socket.create_connection(address, TIMEOUT)
        self.student = None
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self):
        self.student, _ = self.listener.accept()
        for end in (self.server, self.student):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        down = threading.Thread(target=self._pump, args=(self.server, self.student), daemon=True)
        down.start()
        self._pump(self.student, self.server)

    def _pump(self, source, target):
        """Forwards byte by byte; or, towards the server, only on release()."""
        try:
            while data := source.recv(65536):
                if self.manner == "bytes":
                    for byte in data:
                        target.sendall(bytes([byte]))
                elif target is self.server:
                    with self.more:
                        self.held += data
                        self.more.notify_all()
                else:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def release(self, last):
        """Sends everything held in one piece, once these bytes are in it."""
        with self.more:
            assert self.more.wait_for(lambda: last in self.held, TIMEOUT), self.held
            data, self.held = self.held, b""
        self.server.sendall(data)

    def drop(self):
        for end in filter(None, (self.listener, self.server, self.student)):
            end.close()


@pytest.fixture
def keep():
    """Drops students and proxies at the end: keep(Student(..))."""
    kept = []

    def add(value):
        kept.append(value)
        return value

    yield add
    for value in kept:
        value.drop()


@pytest.fixture
def start(keep):
    """Starts a lesson's program: start(server, lesson, arguments before the address)."""
    def start_lesson(server, lesson, *words, listener=None):
        return keep(Student(lesson, *words, *server.address(listener or lesson)))
    return start_lesson


# The tea party.

def test_the_tea_party(start_server, start):
    server = start_server(party={"protocol": "telnet", "strict": "yes"})
    magnus, dilbert = start(server, "party"), start(server, "party")
    magnus.sees("Welcome to Teahouse")
    magnus.types("login magnus")
    magnus.types("look")
    magnus.sees("The following are in this room:", "magnus")
    dilbert.sees("Welcome to Teahouse")
    for typed, *answers in (
            ("anything at all", "Please log in", 'Use "login <nick>"'),
            ("look", "Please log in", 'Use "login <nick>"'),
            ("login", "Please enter a name"),
            ("login magnus", 'The name "magnus" is taken.', "Please try again.")):
        dilbert.types(typed)
        dilbert.sees(*answers)
    dilbert.types("login dilbert")
    magnus.sees("dilbert has entered the room.")
    for typed, *answers in (
            ("look", "The following are in this room:", "magnus", "dilbert"),
            ("who", "The following are logged in:", "magnus", "dilbert"),
            ("say Hi, magnus!", "dilbert: Hi, magnus!"),
            ("Nice weather", "Unknown command: Nice"),
            ("/me waves", "Unknown command: /me"),
            ("say /me waves", "dilbert: /me waves")):
        dilbert.types(typed)
        dilbert.sees(*answers)
    magnus.sees("dilbert: Hi, magnus!", "dilbert: /me waves")
    dilbert.types("logout")
    dilbert.ends("Connection closed")
    magnus.sees("dilbert has left the room.")
    magnus.types("logout")
    magnus.ends("Connection closed")


def test_a_tea_party_typed_ahead(start_server, start):
    server = start_server(party={"protocol": "telnet", "strict": "yes"})
    ann = start(server, "party")
    ann.types("login ann\nsay one\nsay two\nlook\nsay three\nlogout")
    ann.ends("Welcome to Teahouse", "ann: one", "ann: two", "The following are in this room:",
             "ann", "ann: three", "Connection closed")


# Packets: hello, chat, join and leave.

@pytest.mark.parametrize("manner", ["whole", "bytes"])
def test_packets(start_server, start, keep, manner):
    server = start_server()
    address = server.address("json")
    if manner == "bytes":
        address = keep(Proxy(address, manner)).address
    ann = keep(Student("packets", "ann", *address))
    ann.sees("*** ann has joined the chat")
    bob = start(server, "packets", "bob", listener="json")
    bob.sees("*** bob has joined the chat")
    ann.sees("*** bob has joined the chat")
    for nick, person in (("ann", ann), ("bob", bob)):
        for text in ("hows it going", "", "{\"type\": \"leave\"}", "tea at 5?"):
            person.types(text)
            if text:
                ann.sees(f"{nick}: {text}")
                bob.sees(f"{nick}: {text}")
            else:
                # An empty text is refused by an error, a type of packet that the lesson does not know.
                person.sees(re.compile(r"unknown packet! \{'type': 'error', .*"))
    ann.types("/q")
    ann.ends()
    bob.sees("*** ann has left the chat")


def test_many_packets_in_one_segment(start_server, start, keep):
    server = start_server()
    bob = start(server, "packets", "bob", listener="json")
    bob.sees("*** bob has joined the chat")
    proxy = keep(Proxy(server.address("json"), "glued"))
    ann = keep(Student("packets", "ann", *proxy.address))
    said = [f"number {n}" for n in range(30)]
    ann.types("\n".join(said))
    proxy.release(b"number 29")
    for person in (ann, bob):
        person.sees("*** ann has joined the chat", *(f"ann: {text}" for text in said))
    ann.types("again")
    ann.types("and again")
    proxy.release(b"and again")
    for person in (ann, bob):
        person.sees("ann: again", "ann: and again")


# The relay.

def relay_round(people, word):
    """Each says something. The others see it, and nothing else."""
    for i, person in enumerate(people):
        person.types(f"{word} from {i}")
        for other in people:
            if other is not person:
                other.sees(f"{word} from {i}")


@pytest.mark.parametrize("n", [3, 4, 5])
def test_the_relay(start_server, start, n):
    server = start_server()
    # The relay does not report joins and leaves; a json client is told.
    witness = server.json("witness")
    people = []
    for i in range(n):
        people.append(start(server, "relay"))
        witness.until("join", nick=f"guest{i + 1}")
    relay_round(people, "hello")
    people[0].ends()
    witness.until("leave", nick="guest1")
    relay_round(people[1:], "gone")
    people[0] = start(server, "relay")
    witness.until("join", nick=f"guest{n + 1}")
    relay_round(people, "back")
    people[0].types("/nick who am i?")
    for other in people[1:]:
        other.sees("/nick who am i?")
    witness.until("chat", nick=f"guest{n + 1}", message="/nick who am i?")


# The lobby.

BAD_ROOM = "That was not formatted correctly"
BAD_NICK, TAKEN = "Not a good nickname, try again", "Nickname taken, try again"


def enter_lobby(person, room, nick):
    person.sees("Type /list or /join and a room")
    person.types(f"/join {room}")
    person.sees("Choose a nickname")
    person.types(nick)
    person.sees("You are in")


@pytest.mark.parametrize("ending", ["lf", "crlf", "none"])
def test_the_lobby(start_server, start, ending):
    server = start_server(lobby={"ending": ending})
    cat = server.json("cat")
    ann, bob = start(server, "lobby"), start(server, "lobby")
    ann.sees("Type /list or /join and a room")
    for room in ("/join", "/join te a", "/nick ann", "/who", "hello", "tea"):
        ann.types(room)
        ann.sees(BAD_ROOM)
    ann.types("/join tea")
    ann.sees("Choose a nickname")
    for nick, answer in (("c@t", BAD_NICK), ("two words", BAD_NICK), ("cat", TAKEN),
                         ("CAT", TAKEN), ("", BAD_NICK)):
        ann.types(nick)
        ann.sees(answer)
    ann.types("ann")
    ann.sees("You are in")
    enter_lobby(bob, "tea", "bob")
    ann.sees("*** bob has joined")
    cat.send("join", room="tea")
    ann.sees("*** cat has joined")
    bob.sees("*** cat has joined")
    ann.types("hello there")
    bob.sees("ann: hello there")
    bob.types("hello yourself")
    ann.sees("bob: hello yourself")
    cat.send("chat", room="tea", message="miaow")
    ann.sees("cat: miaow")
    bob.sees("cat: miaow")
    # Commands that the lobby does not have in a room.
    bob.types("/join main")
    bob.sees("1")
    bob.types("/list")
    bob.sees("1")
    bob.types("/logout")
    bob.ends("You left the room")
    ann.sees("*** bob has left")
    cat.send("direct", to="ann", message="psst")
    ann.sees("cat -> ann: psst")
    ann.types("/logout")
    ann.ends("You left the room")
    cat.until("leave", nick="ann", room="tea")


def test_listings_in_the_lobby(start_server, start):
    server = start_server()
    ann, bob = start(server, "lobby"), start(server, "lobby")
    ann.sees("Type /list or /join and a room")
    ann.types("/list")
    ann.sees("Rooms: 1", "main")
    ann.types("/join tea")
    ann.sees("Choose a nickname")
    ann.types("ann")
    ann.sees("You are in")
    bob.sees("Type /list or /join and a room")
    bob.types("/list")
    bob.sees("Rooms: 2", "main", "tea")
    bob.types("/join tea")
    bob.sees("Choose a nickname")
    bob.types("bob")
    bob.sees("You are in")
    ann.sees("*** bob has joined")
    for person in (ann, bob):
        person.types("/who")
        person.sees("ann", "bob")
    ann.types("/logout")
    ann.ends("You left the room")
    bob.sees("*** ann has left")
    bob.types("/who")
    bob.sees("bob")


def test_the_lobby_cuts_texts_to_the_length_of_a_string(start_server, start):
    server = start_server()
    ann, bob = start(server, "lobby"), start(server, "lobby")
    enter_lobby(ann, "tea", "ann")
    enter_lobby(bob, "tea", "bob")
    ann.sees("*** bob has joined")
    bob.types("x" * 1018)
    ann.sees("bob: " + "x" * 1018)
    bob.types("x" * 1018 + "yz")
    ann.sees("bob: " + "x" * 1018, "bob: yz")
    bob.types("x" * 1025)
    bob.sees("*** Too long: the limit is 1024 bytes.")
    ann.types("what was that?")
    bob.sees("ann: what was that?")
    bob.types("nothing")
    ann.sees("bob: nothing")


# Direct messages.

NAMES = ("Ali", "Ahmad", "Bea", "Chen", "Dana", "Emre", "Femi", "Gina", "Hugo", "Ines")
CONNECTED = re.compile(r"You are connected from:\('127\.0\.0\.1', \d+\)")


def register(person, name):
    person.sees(CONNECTED)
    person.types(f"#{name}")
    person.sees(f"Your user detail saved as : {name}")


@pytest.mark.parametrize("ending", ["lf", "crlf", "none"])
def test_ten_clients_write_to_each_other(start_server, start, ending):
    server = start_server(direct={"ending": ending})
    people = [start(server, "direct") for _ in NAMES]
    for person, name in zip(people, NAMES):
        register(person, name)
    n = len(people)
    for step in range(1, n):
        for i, person in enumerate(people):
            to = NAMES[(i + step) % n]
            person.types(f"@{to}:Hello, {to}! This is {NAMES[i]}")
        for i, person in enumerate(people):
            person.sees(f"Hello, {NAMES[i]}! This is {NAMES[(i - step) % n]}")
    for person in people:
        person.types("exit")
        person.ends("The server has closed")


def test_refusals_of_direct(start_server, start):
    server = start_server()
    ali, ahmad = start(server, "direct"), start(server, "direct")
    register(ali, "Ali")
    ahmad.sees(CONNECTED)
    for typed, answer in (
            ("@Ali:Hello", "Error: Please log in first."),
            ("#Ali", 'Error: The name "Ali" is already in use.'),
            ("#two words", re.compile(r'Error: The name "two words" cannot be used: .*'))):
        ahmad.types(typed)
        ahmad.sees(answer)
    ahmad.types("#Ahmad")
    ahmad.sees("Your user detail saved as : Ahmad")
    for typed, answer in (
            ("@nobody:hi", 'Error: "nobody" is not online.'),
            ("@Ali", "Error: Usage: @nick:text"),
            ("hello?", "Error: Usage: #nick, @nick:text, @*:text or exit")):
        ahmad.types(typed)
        ahmad.sees(answer)
    ahmad.types("@Ali:one: two")
    ali.sees("one: two")


# All lessons together.

class User:
    """A user in the room over any protocol. echo: it is shown its own messages."""

    def __init__(self, nick, echo, said, entered, left, types, sees, *, spoken="{text}"):
        self.nick, self.echo = nick, echo
        self.said, self.entered, self.left = said, entered, left
        self.types, self.sees, self.spoken = types, sees, spoken

    def says(self, text):
        self.types(self.spoken.format(text=text))


def test_all_lessons_in_one_room(start_server, start):
    server = start_server(party={"protocol": "telnet", "strict": "yes"}, direct={"hear": "yes"})
    users = []
    named = "{nick}: {text}"
    telnet = (named, "{nick} has entered the room.", "{nick} has left the room.")
    chat = (named, "*** {nick} has joined the chat", "*** {nick} has left the chat")
    stars = (named, "*** {nick} has joined", "*** {nick} has left")

    def enter(user):
        for other in users:
            if other.entered:
                other.sees(other.entered.format(nick=user.nick))
        users.append(user)

    student = start(server, "party")
    student.sees("Welcome to Teahouse")
    student.types("login pia")
    student.types("look")
    student.sees("The following are in this room:", "pia")
    enter(User("pia", True, *telnet, student.types, student.sees, spoken="say {text}"))

    student = start(server, "packets", "jo", listener="json")
    student.sees("*** jo has joined the chat")
    enter(User("jo", True, *chat, student.types, student.sees))

    student = start(server, "relay")
    enter(User("guest1", False, "{text}", None, None, student.types, student.sees))

    student = start(server, "lobby")
    enter_lobby(student, "main", "lou")
    enter(User("lou", False, *stars, student.types, student.sees))

    student = start(server, "direct")
    register(student, "Dee")
    enter(User("Dee", False, named, None, None, student.types, student.sees, spoken="@*:{text}"))

    user = server.telnet("tim")
    user.expect(WELCOME)
    user.until(re.compile("You are tim, in main with .*"))
    user.expect("Just type to talk; /help for more.")
    enter(User("tim", True, *telnet, user.send, user.expect))

    page = server.web("wen")
    page.until("names")

    def page_sees(line):
        packet = page.read()
        texts = {"chat": "{nick}: {message}", "join": "+ {nick}", "leave": "- {nick}"}
        assert texts[packet["type"]].format(**packet) == line
        assert packet["room"] == "main"

    enter(User("wen", True, named, "+ {nick}", "- {nick}",
               lambda text: page.send("chat", message=text), page_sees))

    for text in ("hello", "a second cup?", "/me or not"):
        for speaker in users:
            # There, a slash begins a command.
            if text.startswith("/") and speaker.nick in ("lou", "tim"):
                continue
            speaker.says(text)
            for user in users:
                if user is not speaker or user.echo:
                    user.sees(user.said.format(nick=speaker.nick, text=text))

    for nick, farewell in (("Dee", "exit"), ("pia", "logout"), ("lou", "/logout")):
        leaver = next(user for user in users if user.nick == nick)
        users.remove(leaver)
        leaver.types(farewell)
        for user in users:
            if user.left:
                user.sees(user.left.format(nick=nick))
