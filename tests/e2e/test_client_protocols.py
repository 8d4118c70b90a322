"""The terminal client over the classroom protocols, lobby and direct."""

import re
import socket
import subprocess

import pytest

from house import PATIENCE, Line, program
from terminal import F2, F3, free_port, run, terminal  # noqa: F401

LONG = " ".join(f"{i} of many words" for i in range(300))


@pytest.fixture
def home(house):
    return house(lobby={}, direct={})


@pytest.fixture
def lobby(home, terminal):
    """Starts a client at the door of the lobby: lobby("-r", "tea", "ann")."""
    def start(*args, **options):
        host, port = home.address("lobby")
        return terminal("-p", "lobby", *args, host, port, **options)
    return start


@pytest.fixture
def sit(lobby):
    """Starts a client in a room, and waits until it knows who else is there."""
    def start(nick="ann", room="tea", **options):
        client = lobby("-r", room, nick, **options)
        client.shows(f"is here: .*{nick}|are here: .*{nick}")
        return client
    return start


@pytest.fixture
def direct(home, terminal):
    """Starts a client of the direct protocol, and waits until it is registered."""
    def start(nick="ann", **options):
        client = terminal("-p", "direct", nick, *home.address("direct"), **options)
        client.shows(r"\*\*\* You are connected from:", "saved as : " + nick)
        client.status("connected")
        return client
    return start


def member(home, nick="bob", room="tea"):
    """Somebody in a room, by json."""
    guest = home.json(nick)
    guest.send("join", room=room)
    guest.until("names", room=room)
    return guest


def no_codes(client):
    assert not [row for row in client.rows() if re.search(r"^(\d\d:\d\d )?(\*\*\* )?\d*$", row)
                and row], "\n".join(client.rows())


class Host:
    """A server that does what a test says, in strings."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.address = self.listener.getsockname()

    def accept(self):
        guest = Line.__new__(Line)
        guest.socket, _ = self.listener.accept()
        guest.socket.settimeout(PATIENCE)
        guest.held, guest.end = b"", "\n"
        return guest


@pytest.fixture
def host():
    server = Host()
    yield server
    server.listener.close()


# lobby: the way in.

def test_the_lobby_asks_its_way_to_a_room_and_a_name(home, lobby):
    bob = member(home)
    client = lobby("", rows=20)
    client.shows("Would you like to list the rooms, or to join one?")
    client.typed("list or join>")
    client.enter("hello")
    client.shows("Please type list to see the rooms, join ROOM")
    client.enter("list")
    client.shows(r"\*\*\* Rooms:$", "^        main$", "^        tea$",
                 r"\*\*\* Which room would you like to join\?$")
    client.typed("room>")
    client.enter("tea")
    client.shows(r"\*\*\* What is your name\?$")
    client.typed("name>")
    client.enter("ann")
    client.shows(r"\*\*\* ann has joined the chat$", r"\*\*\* 2 people are here: ann, bob$")
    client.typed("ann>")
    client.status(r"^ ann \| tea \| 2 people .* connected$")
    bob.until("join", nick="ann", room="tea")
    no_codes(client)


def test_the_lobby_asks_for_another_name_in_sentences(home, lobby):
    member(home, "ann", "main")
    client = lobby("ann", rows=20, columns=99)
    client.enter("/join")
    client.shows(r"\*\*\* Which room\?$")
    client.enter("a b")
    client.shows(r'\*\*\* "a b" cannot be a room\'s name: 1 to 64 characters, no spaces')
    client.typed("list or join>")
    client.enter("/join tea")
    client.shows(r'\*\*\* The name "ann" is taken. Another one\?$')
    client.typed("name>")
    client.enter("a:b")
    client.shows(r'\*\*\* The name "a:b" cannot be used: 1 to 32 characters, no spaces')
    client.enter("ANN")
    client.shows(r'\*\*\* The name "ANN" is taken. Another one\?$')
    client.enter("anna")
    client.status(r"^ anna \| tea \| 1 person .* connected$")
    no_codes(client)


def test_what_the_command_line_tells_is_not_asked(sit):
    client = sit("ann", "tea")
    client.status(r"^ ann \| tea \| 1 person .* connected$")
    assert "?" not in "".join(client.rows())


def test_a_refused_room_or_name_of_the_command_line_is_asked_for(home, lobby):
    client = lobby("-r", "a:b", "a:b", columns=99)
    client.shows(r'"a:b" cannot be a room')
    client.enter("join tea")
    client.shows(r'The name "a:b" cannot be used')
    client.enter("ann")
    client.status(r"^ ann \| tea ")


def test_answers_may_be_typed_ahead(home, lobby):
    member(home)
    client = lobby("")
    client.keys("list\rjoin tea\rann\rhello\r")
    client.shows(r"\*\*\* 2 people are here: ann, bob$")
    client.shows("ann: hello$")


def test_leaving_before_one_is_in(lobby):
    for keys in ("/q\r", "\x04", "list\r/quit\r", "join tea\r/logout\r"):
        client = lobby("", term="xterm-256color")
        client.until(lambda c=client: b"Would you like" in c.raw)
        client.keys(keys)
        assert client.wait() == 0 and client.restored()


def test_tab_completes_rooms_at_the_door(home, lobby):
    member(home, "bob", "teahouse")
    client = lobby("ann")
    client.enter("list")
    client.typed("room>")
    client.keys("te\t")
    client.typed("room> teahouse")
    client.enter("")
    client.status(r"^ ann \| teahouse ")


def test_names_that_look_like_codes(home, lobby):
    bob = member(home, "2", "1")
    client = lobby("", rows=20)
    client.enter("list")
    client.shows(r"\*\*\* Rooms:$", "^        main$", "^        1$")
    client.enter("1")
    client.shows("What is your name")
    client.enter("2")
    client.shows(r'The name "2" is taken')
    client.enter("0")
    client.shows(r"\*\*\* 2 people are here: 0, 2$")
    bob.send("chat", room="1", message="1")
    client.shows("^.{6}2: 1$")
    client.enter("/who")
    client.shows(r"\*\*\* In 1: 2, 0$")
    client.enter("0")
    bob.until("chat", nick="0", message="0")


def test_strings_without_an_end(house, terminal):
    home = house(lobby={"ending": "none"})
    bob = member(home)
    client = terminal("-p", "lobby", "-r", "tea", "ann", *home.address("lobby"))
    client.status(r"^ ann \| tea .* connected$")
    bob.until("join", nick="ann")
    bob.send("chat", room="tea", message="still hot")
    client.shows("bob: still hot$")


def test_a_full_server(house, terminal):
    home = house(limits={"sessions": 1}, lobby={}, direct={})
    home.json("bob")
    for protocol in "lobby", "direct":
        client = terminal("-p", protocol, "ann", *home.address(protocol))
        assert client.wait() == 1
        assert b"teahouse: login: The server is full; please try again later.\r\n" in client.raw


def test_one_who_takes_too_long_is_told(house, terminal):
    home = house(limits={"login_timeout": 1}, lobby={})
    client = terminal("-p", "lobby", "ann", *home.address("lobby"))
    assert client.wait() == 1
    assert b"teahouse: login: You did not log in in time.\r\n" in client.raw


# lobby: in the room.

def test_what_happens_in_the_room_is_shown(home, sit):
    ann = sit(rows=20)
    bob = member(home)
    ann.shows(r"^\d\d:\d\d \*\*\* bob has joined the chat$")
    bob.send("chat", room="tea", message="hows it going")
    bob.send("chat", room="tea", message="0")
    bob.send("chat", room="tea", message="*** eve has joined")
    bob.send("emote", room="tea", message="goes out: to sea")
    bob.send("direct", to="ann", message="hi")
    bob.send("topic", room="tea", topic="milk first")
    bob.send("nick", nick="bobby")
    bob.until("nick", new="bobby")
    bob.drop()
    ann.shows(
        r"^\d\d:\d\d bob: hows it going$",
        r"^\d\d:\d\d bob: 0$",
        r"^\d\d:\d\d bob: \*\*\* eve has joined$",
        r"^\d\d:\d\d \[bob goes out: to sea\]$",
        r"^\d\d:\d\d bob -> ann: hi$",
        r"^\d\d:\d\d \*\*\* bob set the topic: milk first$",
        r"^\d\d:\d\d \*\*\* bob is now known as bobby$",
        r"^\d\d:\d\d \*\*\* bobby has left the chat$")
    ann.status(r"\| 1 person ")


def test_what_one_says_is_shown_and_heard(home, sit):
    bob = member(home)
    ann = sit()
    ann.enter("hello")
    ann.enter("/say so")
    ann.shows("ann: hello$", "ann: so$")
    for message in "hello", "so":
        assert bob.until("chat", nick="ann")["message"] == message


def test_pasted_lines_are_said_one_by_one_or_not_at_all(home, sit):
    bob = member(home)
    ann = sit(term="xterm")
    ann.keys("\x1b[200~one\n /logout\ntwo\x1b[201~\r")
    ann.until(lambda: b"cannot" in ann.raw)
    ann.keys("\x1b[200~three\n\nfour\x1b[201~\r")
    for message in "three", "four":
        assert bob.until("chat", nick="ann")["message"] == message


def test_a_long_text_is_cut_between_characters_and_never_into_commands(home, sit):
    bob = member(home)
    ann = sit(rows=40, columns=300)
    ann.keys(F2 + F3)
    text = LONG + " " + "é" * 700 + "/logout" * 200
    ann.enter(text)
    heard = ""
    while len(heard) < len(text):
        heard += bob.until("chat", nick="ann")["message"]
    assert heard == text
    ann.enter("still here")
    bob.until("chat", nick="ann", message="still here")
    ann.shows("ann: still here$")
    assert sum("ann: 0 of" in row for row in ann.rows()) == 1


def test_what_one_hears_of_oneself_is_shown_once(house, terminal):
    home = house(lobby={"echo": "yes"})
    bob = member(home)
    ann = terminal("-p", "lobby", "-r", "tea", "ann", *home.address("lobby"))
    ann.status(r"2 people .* connected$")
    ann.enter("hello")
    bob.until("chat", nick="ann", message="hello")
    bob.send("chat", room="tea", message="hi")
    ann.shows("ann: hello$", "bob: hi$")


def test_commands_in_the_room(home, sit):
    member(home)
    ann = sit(rows=40, columns=99)
    for command in "who", "look", "names":
        ann.enter("/" + command)
        ann.shows(r"\*\*\* In tea: bob, ann$")
    ann.enter("/help")
    ann.shows("^        /who, /look, /names ", "^        /say TEXT ")
    for command in "rooms", "join cellar", "nick anna", "me waves", "topic", "msg bob x", "dance":
        ann.enter("/" + command)
        word = command.split()[0]
        ann.shows(rf"\*\*\* The lobby protocol has no /{word}; /help lists what it has.$")
    ann.enter("//who")
    ann.shows(r"\*\*\* The lobby protocol cannot say a line that begins with a slash.$")
    ann.status(r"^ ann \| tea \| 2 people ")
    no_codes(ann)


def test_many_lists_of_people_at_once(home, sit):
    member(home)
    ann = sit(rows=20)
    ann.keys("/who\r" * 3)
    ann.shows(*[r"\*\*\* In tea: bob, ann$"] * 3)
    ann.enter("anybody")
    ann.shows("ann: anybody$")


def test_tab_completes_nicks_and_commands(home, sit):
    member(home, "boris")
    ann = sit()
    ann.keys("bo\t")
    ann.typed("ann> boris:")
    ann.keys("\x15/log\t")
    ann.typed("ann> /logout")
    ann.enter("")
    assert ann.wait() == 0


def test_leaving_the_room(home, sit):
    bob = member(home)
    for leave in ("/logout\r", "/quit\r", "/q\r", "\x04"):
        ann = sit(term="xterm-256color")
        bob.until("join", nick="ann")
        ann.keys(leave)
        assert ann.wait() == 0 and ann.restored()
        bob.until("leave", nick="ann")


def test_the_lobby_says_goodbye_but_for_q(host, terminal):
    for command, words in ("/logout", ["/logout"]), ("/q", []):
        client = terminal("-p", "lobby", "-r", "tea", "ann", *host.address)
        guest = host.accept()
        guest.expect("/join tea")
        guest.send("0")
        guest.expect("/nick ann")
        guest.send("0")
        guest.expect("/who")
        client.status("connected")
        client.enter(command)
        guest.expect(*words)
        guest.expect_end()
        guest.drop()
        assert client.wait() == 0


def test_a_room_and_a_name_are_taken_up_again(house, terminal):
    listeners = {"lobby": {"port": free_port()}}
    first = house(**listeners)
    ann = terminal("-p", "lobby", "", *first.address("lobby"))
    for line in "join tea", "ann":
        ann.until(lambda: "?" in "".join(ann.rows()))
        ann.enter(line)
    ann.status(r"^ ann \| tea \| 1 person .* connected$")
    ann.keys("half")
    first.stop()
    ann.shows(r"\*\*\* The server is stopping.$")
    ann.shows("The connection is lost")
    ann.enter(" a line")
    ann.shows("sent when the connection is back")
    second = house(**listeners)
    bob = member(second)
    ann.shows("Connected again")
    ann.shows("ann: half a line$")
    ann.status(r"^ ann \| tea \| 2 people .* connected$")
    bob.send("chat", room="tea", message="ann?")
    ann.shows("bob: ann[?]$")


def test_the_name_is_waited_for_after_a_lost_connection(host, terminal):
    ann = terminal("-p", "lobby", "-r", "tea", "ann", *host.address)
    for answers in (["0", "0"], ["0", "2", "2", "0"]):
        guest = host.accept()
        guest.expect("/join tea")
        for answer in answers[:-1]:
            guest.send(answer)
            if answer == "2":
                ann.status("waiting for the name ann")
            guest.expect("/nick ann")
        guest.send(answers[-1])
        guest.expect("/who")
        ann.status("connected$")
        guest.drop()
    ann.enter("/q")
    assert ann.wait() == 0


def test_no_byte_of_anothers_reaches_the_terminal_raw(host, terminal):
    evil = "\x1b]0;owned\x07\x1b[31mred\x9b2J\u202egone"
    ann = terminal("-p", "lobby", "ann", *host.address, term="xterm-256color")
    guest = host.accept()
    ann.enter("list")
    guest.expect("/list")
    guest.send("1", evil, evil, "*** " + evil)
    ann.enter("join tea")
    guest.expect("/join tea")
    guest.send("0")
    guest.expect("/nick ann")
    guest.send("0", evil, f"{evil}: {evil}", f"[{evil} {evil}]", f"{evil} -> ann: {evil}",
               f"*** {evil} has joined", f"*** {evil} is now known as {evil}", "bob: last")
    ann.until(lambda: b"last" in ann.raw)
    for bytes_ in (b"\x1b]0;", b"\x1b[31mred", b"\x9b2J", b"\xc2\x9b", "\u202e".encode()):
        assert bytes_ not in ann.raw


@pytest.mark.parametrize("strings", [
    "\n", " \n", ": \n", "[\n", "[]\n", "[ ]\n", "*** \n", "***\n", "->\n", "a ->\n", "a -> b\n",
    "a -> :\n", "a: \n", " -> a: \n", "*** ann has left\n", "*** a is now known as \n",
    "x" * 9000 + "\n", "\0\n", "9999999999999999999999\n", "-1\n"])
def test_strings_of_no_sense(host, terminal, strings):
    ann = terminal("-p", "lobby", "ann", *host.address)
    guest = host.accept()
    ann.enter("list")
    guest.expect("/list")
    guest.send_bytes(strings.encode() + b"1\ntea\n")
    ann.enter("join tea")
    guest.expect("/join tea")
    guest.send_bytes(strings.encode() + b"0\n")
    guest.expect("/nick ann")
    guest.send_bytes(strings.encode() + b"0\n")
    guest.expect("/who")
    guest.send_bytes(strings.encode() + b"ann\nbob\n" + strings.encode() + b"bob: last\n")
    ann.shows("bob: last$")
    ann.status(r"^ ann \| tea ")


# lobby: without a screen.

def test_a_script_in_the_lobby(home):
    bob = member(home)
    status, out, err = run("-p", "lobby", "-r", "tea", "bot", *home.address("lobby"),
                           given="hi\n/who\nbye")
    assert (status, err) == (0, "")
    assert sorted(out.splitlines()) == [
        "*** 2 people are here: bob, bot", "*** In tea: bob, bot", "*** bot has joined the chat",
        "bot: bye", "bot: hi"]
    for message in "hi", "bye":
        assert bob.until("chat", nick="bot")["message"] == message
    bob.until("leave", nick="bot")


def test_all_of_a_script_is_said_in_order(house):
    home = house(limits={"rate": 0}, lobby={})
    bob = member(home)
    lines = [f"{i} of many" for i in range(2000)]
    status, out, err = run("-p", "lobby", "-r", "tea", "bot", *home.address("lobby"),
                           given="\n".join(lines) + "\n/logout\nnever said\n")
    assert (status, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("bot: ")] == [
        f"bot: {line}" for line in lines]
    for line in lines:
        assert bob.until("chat", nick="bot")["message"] == line
    bob.until("leave", nick="bot")


def test_a_script_is_patient_with_a_server_that_is_slow_to_read(house):
    home = house(limits={"rate": 50, "burst": 5}, lobby={})
    bob = member(home)
    lines = [f"{i} of many" for i in range(50)]
    status, _, err = run("-p", "lobby", "-r", "tea", "bot", *home.address("lobby"),
                         given="\n".join(lines))
    assert (status, err) == (0, "")
    for line in lines:
        assert bob.until("chat", nick="bot")["message"] == line


def test_a_script_hears_what_is_said_meanwhile(home):
    process = subprocess.Popen(
        [program("teahouse"), "-p", "lobby", "-r", "tea", "bot", *map(str, home.address("lobby"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "*** bot has joined the chat\n"
    bob = member(home)
    bob.send("chat", room="tea", message="anybody?")
    while process.stdout.readline() != "bob: anybody?\n":
        pass
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


@pytest.mark.parametrize("args, env, why", [
    (["-p", "lobby", "bot"], {}, "room: without a terminal to ask on, this protocol needs --room"),
    (["-p", "lobby", "-r", "", "bot"], {}, "room: without a terminal to ask on"),
    (["-p", "lobby", "-r", "tea"], {"USER": ""}, "nick: there is none on the command line"),
    (["-p", "direct"], {"USER": ""}, "nick: there is none on the command line"),
    (["-p", "direct", "-r", "tea", "bot"], {}, "room tea: this protocol has no rooms"),
])
def test_what_nobody_can_be_asked(args, env, why):
    status, out, err = run(*args, env=env)
    assert (status, out) == (2, "")
    assert re.fullmatch(f"teahouse: {re.escape(why)}.*\n", err)


def test_a_script_whose_name_or_room_is_refused(home):
    member(home)
    for args, why in (
            (["-r", "tea", "bob"], 'The name "bob" is taken.'),
            (["-r", "tea", "a:b"], 'The name "a:b" cannot be used: .*'),
            (["-r", "a b", "bot"], '"a b" cannot be a room\'s name: .*'),
            (["-r", "tea", "x" * 3000], 'The name "x+.*')):
        status, out, err = run("-p", "lobby", *args, *home.address("lobby"), given="hi\n")
        assert (status, out) == (1, "")
        assert re.fullmatch(f"teahouse: login: {why}\n", err)


def test_a_script_with_a_command_that_there_is_not(home):
    status, out, err = run("-p", "lobby", "-r", "tea", "bot", *home.address("lobby"),
                           given="/topic x\nstill here\n")
    assert status == 1 and "bot: still here\n" in out
    assert err == "teahouse: refused: The lobby protocol has no /topic; /help lists what it has.\n"


@pytest.mark.parametrize("port, args", [
    (5220, ["-p", "lobby", "-r", "tea"]), (12345, ["-p", "direct"])])
def test_a_default_port_of_its_own(port, args):
    # Nobody answers for everybody.
    status, _, err = run(*args, "bot", "255.255.255.255")
    assert status == 1 and err.startswith(f"teahouse: 255.255.255.255 port {port}: ")


# direct.

def test_direct_messages(home, direct):
    bob = home.json("bob")
    ann = direct()
    ann.enter("@bob:Hello, bob! It is: me")
    ann.enter("/msg bob psst")
    ann.enter("/message bob hey")
    for message in "Hello, bob! It is: me", "psst", "hey":
        assert bob.until("direct", nick="ann")["message"] == message
    bob.send("direct", to="ann", message="Your user detail saved as : eve")
    bob.send("direct", to="ann", message="one\ntwo")
    ann.shows("ann -> bob: Hello, bob! It is: me$", "ann -> bob: psst$", "ann -> bob: hey$",
              r"^\d\d:\d\d Your user detail saved as : eve$", r"^\d\d:\d\d one$",
              r"^\d\d:\d\d two$")
    ann.until(lambda: ann.screen.bells > 0, "a bell")
    ann.typed("ann>")


def test_direct_says_how_to_address_somebody(home, direct):
    ann = direct(rows=30, columns=99)
    for line in "hello", "@bob", "@:x", "@bob:", "@bob: ", "#eve", "//msg bob x":
        ann.enter(line)
        ann.shows(r"\*\*\* Whom is that for\? Please type @NICK:TEXT, or /msg NICK TEXT.$")
        ann.enter("/help")
        ann.shows("^        @NICK:TEXT ", r"^        @\*:TEXT")
        ann.keys("\x0c")
    ann.enter("/msg bob")
    ann.shows(r"\*\*\* Usage: /msg NICK TEXT$")
    ann.enter("@nobody:hi")
    ann.shows("ann -> nobody: hi$", r'\*\*\* There is nobody called "nobody".$')
    for command in "who", "me x", "join tea", "dance":
        ann.enter("/" + command)
        word = command.split()[0]
        ann.shows(rf"\*\*\* The direct protocol has no /{word}; /help lists what it has.$")


def test_direct_to_everybody(home, direct):
    bob = home.json("bob")
    ann = direct()
    ann.enter("@*:hello, all")
    bob.until("chat", nick="ann", message="hello, all")
    ann.shows("ann: hello, all$")


def test_direct_asks_for_another_name(home, terminal):
    home.json("ann")
    client = terminal("-p", "direct", "ann", *home.address("direct"))
    client.shows(r'\*\*\* The name "ann" is taken. Another one\?$')
    client.typed("name>")
    client.enter("hello there")
    client.shows(r'The name "hello there" cannot be used')
    client.enter("anna")
    client.shows("Your user detail saved as : anna$")
    client.typed("anna>")
    client.status(r"^ anna .* connected$")
    client.enter("/nick ann")
    client.shows(r'\*\*\* The name "ann" is taken.$')
    client.enter("/nick annie")
    client.typed("annie>")


def test_direct_text_of_several_lines_and_long_text(home, direct):
    bob = home.json("bob")
    ann = direct(rows=60, term="xterm")
    ann.keys("\x1b[200~@bob:one\n\ntwo\x1b[201~\r")
    for message in "one", "two":
        assert bob.until("direct", nick="ann")["message"] == message
    ann.enter("@bob:" + LONG)
    heard = ""
    # A blank at the end of a string is no part of it.
    while len(heard.replace(" ", "")) < len(LONG.replace(" ", "")):
        heard += bob.until("direct", nick="ann")["message"]
    assert heard.replace(" ", "") == LONG.replace(" ", "")


def test_direct_completes_nicks(home, direct):
    home.json("boris")
    ann = direct()
    ann.enter("/msg boris hi")
    ann.shows("ann -> boris: hi$")
    ann.keys("@bo\t")
    ann.typed("ann> @boris:")
    ann.keys("hi")
    ann.typed("ann> @boris:hi")
    ann.keys("\x15/msg bo\tthere")
    ann.typed("ann> /msg boris there")
    ann.keys("\x15/m\t")
    ann.until(lambda: ann.rows()[-1].startswith("ann> /m"))


def test_direct_takes_up_the_name_again(house, terminal):
    listeners = {"direct": {"port": free_port()}}
    first = house(**listeners)
    ann = terminal("-p", "direct", "ann", *first.address("direct"))
    ann.status("connected$")
    first.stop()
    ann.shows("The connection is lost")
    ann.enter("@bob:late")
    second = house(**listeners)
    bob = second.json("bob")
    ann.shows("Connected again")
    ann.status(r"^ ann .* connected$")
    ann.enter("@bob:later")
    bob.until("direct", nick="ann", message="later")


def test_leaving_direct(home, direct):
    for leave in ("/logout\r", "/quit\r", "/q\r", "\x04"):
        ann = direct(term="xterm-256color")
        ann.keys(leave)
        assert ann.wait() == 0 and ann.restored()


def test_a_direct_script(home):
    bob = home.json("bob")
    status, out, err = run("-p", "direct", "bot", *home.address("direct"),
                           given="@bob:hi\n/msg bob bye\n@bot:to myself")
    assert (status, err) == (0, "")
    assert re.fullmatch(
        r"\*\*\* You are connected from:.*\n\*\*\* Your user detail saved as : bot\n"
        "bot -> bob: hi\nbot -> bob: bye\nbot -> bot: to myself\nto myself\n", out)
    for message in "hi", "bye":
        assert bob.until("direct", nick="bot")["message"] == message


def test_a_direct_script_with_mistakes(home):
    home.json("bob")
    status, out, err = run("-p", "direct", "bot", *home.address("direct"),
                           given="hello\n@nobody:hi\n@bob:hi\n")
    assert status == 1 and "bot -> bob: hi\n" in out
    assert err.splitlines() == [
        "teahouse: refused: Whom is that for? Please type @NICK:TEXT, or /msg NICK TEXT.",
        'teahouse: refused: There is nobody called "nobody".']
    status, out, err = run("-p", "direct", "bob", *home.address("direct"), given="@bob:hi\n")
    assert status == 1 and err == 'teahouse: login: The name "bob" is taken.\n'
