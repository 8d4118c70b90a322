"""The terminal client: on a terminal that a test looks at, in pipes, and against bad servers."""

import os
import re
import signal
import socket
import subprocess

import pytest

from house import PATIENCE, Packets, program
from terminal import F1, F2, F3, PASTE, PASTED, free_port, run, terminal  # noqa: F401

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"


@pytest.fixture
def home(house):
    return house(relay=None, lobby=None, direct=None)


@pytest.fixture
def sit(home, terminal):
    """Starts a client in the house, and waits until it is in."""
    def start(nick="ann", *args, **options):
        client = terminal(*args, nick, *home.address("json"), **options)
        client.status("connected")
        client.shows(f"is here: .*{nick}|are here: .*{nick}")
        return client
    return start


class Host:
    """A server that does what a test says: it accepts, and speaks packets."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]

    def accept(self):
        guest = Packets.__new__(Packets)
        guest.socket, _ = self.listener.accept()
        guest.socket.settimeout(PATIENCE)
        guest.held = b""
        return guest

    def welcome(self):
        """Accepts one who says hello, and lets it in."""
        guest = self.accept()
        hello = guest.expect("hello", version=2)
        self.let_in(guest, hello["nick"], hello.get("room", "main"))
        return guest, hello

    @staticmethod
    def let_in(guest, nick, room="main"):
        guest.send("welcome", server="Mock", nick=nick, room=room, version=2, time=1000)
        guest.send("join", nick=nick, room=room, time=1000)
        guest.send("names", room=room, nicks=[nick], first=True, time=1000)

    def close(self):
        self.listener.close()


@pytest.fixture
def host():
    server = Host()
    yield server
    server.close()


# The command line.

@pytest.mark.parametrize("args, why", [
    (["-x"], "option -x: unknown"),
    (["--frobnicate"], "option --frobnicate: unknown"),
    (["-r"], "option -r: needs a value"),
    (["--room"], "option --room: needs a value"),
    (["-p", "gopher"], "protocol gopher: unknown; there is json"),
    (["ann", "localhost", "0"], "port 0: not a number from 1 to 65535"),
    (["ann", "localhost", "65536"], "port 65536: not a number from 1 to 65535"),
    (["ann", "localhost", "3490x"], "port 3490x: not a number from 1 to 65535"),
    (["ann", "localhost", "3490", "tea"], "argument tea: one too many"),
])
def test_a_wrong_command_line_is_told_in_a_sentence(args, why):
    status, out, err = run(*args)
    assert (status, out) == (2, "")
    assert re.fullmatch(f"teahouse: {re.escape(why)}.*\n", err)


def test_without_a_name():
    status, _, err = run(env={"USER": ""})
    assert status == 2 and re.fullmatch(r"teahouse: nick: .*USER\n", err)


def test_where_user_is_not_set_one_has_a_name_all_the_same(monkeypatch):
    """As in many a container. Whether anybody listens on the usual port is not known here."""
    monkeypatch.delenv("USER", raising=False)
    status, _, err = run()
    assert status in (0, 1) and "nick: there is none" not in err


def test_help_and_version():
    status, out, err = run("--help")
    assert (status, err) == (0, "") and out.startswith("usage: teahouse ")
    status, out, err = run("--version")
    assert (status, err) == (0, "") and re.fullmatch(r"teahouse \S+\n", out)


def test_an_unreachable_server():
    port = free_port()
    status, out, err = run("ann", "127.0.0.1", port)
    assert (status, out) == (1, "")
    assert err == f"teahouse: 127.0.0.1 port {port}: Connection refused\n"


def test_an_unreachable_server_leaves_the_terminal_alone(terminal):
    port = free_port()
    client = terminal("ann", "127.0.0.1", port, term="xterm-256color")
    assert client.wait() == 1
    assert client.raw == f"teahouse: 127.0.0.1 port {port}: Connection refused\r\n".encode()
    assert client.restored()


@pytest.mark.parametrize("term, rows, columns, why", [
    ("xterm-256color", 3, 80, "80 columns and 3 rows are too small; 20 and 4 are needed"),
    ("xterm-256color", 24, 10, "10 columns and 24 rows are too small; 20 and 4 are needed"),
    ("no-such-kind", 24, 80, 'nothing is known of the kind "no-such-kind" (TERM)'),
    ("dumb", 24, 80, 'one of the kind "dumb" (TERM) has no screen'),
])
def test_a_terminal_that_will_not_do(home, terminal, term, rows, columns, why):
    client = terminal("ann", *home.address("json"), term=term, rows=rows, columns=columns)
    assert client.wait() == 1
    assert client.raw == f"teahouse: terminal: {why}\r\n".encode()
    assert client.restored()


# What is shown.

def test_what_happens_is_shown_with_its_time(home, sit):
    ann = sit("ann")
    bob = home.json("bob")
    ann.shows(r"^\d\d:\d\d \*\*\* bob has joined the chat$")
    bob.send("chat", message="hows it going")
    bob.send("emote", message="goes out")
    bob.send("direct", to="ann", message="hi")
    bob.send("nick", nick="bobby")
    bob.until("nick", new="bobby")
    bob.drop()
    ann.shows(
        r"^\d\d:\d\d bob: hows it going$",
        r"^\d\d:\d\d \[bob goes out\]$",
        r"^\d\d:\d\d bob -> ann: hi$",
        r"^\d\d:\d\d \*\*\* bob is now known as bobby$",
        r"^\d\d:\d\d \*\*\* bobby has left the chat$")


def test_what_one_does_is_shown_and_heard(home, sit):
    bob = home.json("bob")
    ann = sit("ann")
    ann.enter("hello")
    ann.enter("/me waves")
    ann.enter("//help is a command")
    ann.enter("/say /who")
    ann.enter("/msg bob psst")
    bob.until("chat", nick="ann", message="hello")
    bob.expect("emote", nick="ann", message="waves")
    bob.expect("chat", nick="ann", message="/help is a command")
    bob.expect("chat", nick="ann", message="/who")
    bob.expect("direct", nick="ann", to="bob", message="psst")
    ann.shows("ann: hello$", r"\[ann waves\]$", "ann: /help is a command$", "ann: /who$",
              "ann -> bob: psst$")


def test_the_status_line(home, sit):
    home.json("bob")
    ann = sit("ann")
    ann.status(r"^ ann \| main \| 2 people .* connected$")
    ann.enter("/nick anna")
    ann.typed("anna>")
    ann.status(r"^ anna \| main ")


def test_answers(home, sit):
    home.json("bob")
    ann = sit("ann", rows=40, columns=80)
    ann.enter("/help")
    ann.shows(r"\*\*\* /login NICK", "^        /nick NICK")
    ann.enter("/who")
    ann.shows(r"\*\*\* Logged in:$", "^        bob, by json, in main$", "^        ann, by json")
    ann.enter("/look")
    ann.shows(r"\*\*\* In main: bob, ann$")
    ann.enter("/topic the kettle is on")
    ann.shows(r"\*\*\* ann set the topic: the kettle is on$")
    ann.enter("/rooms")
    ann.shows(r"\*\*\* Rooms:$", "^        main, 2 people: the kettle is on$")
    ann.enter("/dance")
    ann.shows(r"\*\*\* There is no command ./dance.")


def test_long_lines_are_wrapped_between_words(home, sit):
    ann = sit("ann", columns=40)
    bob = home.json("bob")
    bob.send("chat", message=LONG)
    ann.shows(
        r"^\d\d:\d\d bob: one two three four five six$",
        "^        seven eight nine ten eleven$",
        "^        twelve thirteen fourteen$")
    bob.send("chat", message="see https://example.org/" + "x" * 30)
    ann.shows(r"^\d\d:\d\d bob: see https://example.org/x{5}$", "^        x{25}$")
    bob.send("chat", message="one\ntwo")
    ann.shows(r"^\d\d:\d\d bob: one$", "^        two$")


def test_wide_and_joined_characters_keep_the_layout(home, sit):
    ann = sit("ann", columns=40)
    bob = home.json("bob")
    bob.send("chat", message="日本語の長い文は折り返されるべきです。そうですね。")
    # A wide character has an empty cell behind it.
    ann.shows(r"^\d\d:\d\d bob: 日本語", "^        [^ ]")
    bob.send("chat", message="👩\u200d💻 👍🏽 ❤\ufe0f e\u0301 end")
    line = ann.shows(r"bob: .* end$")
    assert [line[x].data for x in range(11, 27)] == [
        "👩", "", "💻", "", " ", "👍", "", " ", "❤", " ", "é", " ", "e", "n", "d", " "]


def test_resizing_lays_the_lines_out_anew(home, sit):
    ann = sit("ann", columns=60)
    home.json("bob").send("chat", message=LONG)
    ann.shows("bob: one .* ten$", "^        eleven")
    ann.keys("half a line")
    ann.typed("ann> half a line")
    ann.resize(10, 40)
    ann.shows("bob: one .* six$", "^        seven", "^        twelve")
    ann.typed("ann> half a line")
    ann.resize(20, 99)
    ann.shows("bob: one .* fourteen$")
    ann.typed("ann> half a line")
    ann.resize(3, 15)
    ann.shows("Too small")
    ann.resize(12, 60)
    ann.shows("bob: one .* ten$", "^        eleven")
    ann.typed("ann> half a line")


def test_a_nick_has_a_colour_of_its_own(home, sit):
    ann = sit("ann")
    bob, eve = home.json("bob"), home.json("eve")

    bob.send("chat", message="first")
    first = ann.shows("bob: first")[6].fg
    eve.send("chat", message="other")
    ann.shows("eve: other")
    bob.send("chat", message="second")
    second = ann.shows("bob: second")
    assert first != "default" and second[6].fg == first and second[12].fg == "default"


def test_no_color(home, sit):
    ann = sit("ann", env={"NO_COLOR": "1"})
    home.json("bob").send("chat", message="hello ann")
    ann.shows("bob: hello ann")
    cells = [cell for row in ann.screen.buffer.values() for cell in row.values()]
    assert {cell.fg for cell in cells} == {"default"}


def test_a_message_that_names_one_stands_out_and_rings(home, sit):
    ann = sit("ann")
    bob = home.json("bob")
    bob.send("chat", message="annual plans")
    bob.send("chat", message="what do you think, Ann?")
    called = ann.shows("bob: what do")
    ann.until(lambda: ann.screen.bells == 1, "a bell")
    assert called[12].bold and not ann.shows("bob: annual")[12].bold


# What is typed.

def test_what_arrives_leaves_what_is_typed_alone(home, sit):
    ann = sit("ann")
    bob = home.json("bob")
    ann.keys("half a\x02")  # and the cursor a character back
    ann.typed("ann> half a")
    for i in range(30):
        bob.send("chat", message=f"line {i}")
    ann.shows("bob: line 28$", "bob: line 29$")
    ann.typed("ann> half a")
    assert (ann.screen.cursor.x, ann.screen.cursor.y) == (len("ann> half "), 11)
    ann.keys("not ")
    ann.typed("ann> half not a")


def test_readline_edits(home, sit):
    ann = sit("ann")
    ann.keys("one two three\x17\x17\x19")  # kill two words, yank them back
    ann.typed("ann> one two three")
    ann.keys("\x15")
    ann.typed("ann>")
    ann.keys("\x1f")  # undo
    ann.typed("ann> one two three")
    ann.enter("")
    ann.shows("ann: one two three$")
    ann.keys("\x1b[A")  # the line before
    ann.typed("ann> one two three")
    ann.keys("\x15é日本\x7f\x7f!")
    ann.typed("ann> é!")
    ann.enter("")
    ann.keys("\x12two")  # search backwards
    ann.typed("(reverse-i-search)`two': one two three")


def test_an_inputrc_of_ones_own(home, sit, tmp_path):
    inputrc = tmp_path / "inputrc"
    inputrc.write_text('"\\C-t": "tea, please"\n$if teahouse\n"\\C-o": teahouse-next-room\n$endif\n')
    ann = sit("ann", env={"INPUTRC": str(inputrc)})
    ann.keys("\x14")
    ann.typed("ann> tea, please")
    ann.enter("\x15/join tea")
    ann.status(r"\| tea \|")
    ann.keys("\x0f")
    ann.status(r"\| main \|")


def test_pasted_lines_are_one_message(home, sit):
    bob = home.json("bob")
    ann = sit("ann", term="xterm", rows=20)
    assert b"\x1b[?2004h" in ann.raw
    ann.keys("\x1b[200~one\ntwo\x1b[201~\r")
    bob.until("chat", nick="ann", message="one\ntwo")


def test_a_long_line_scrolls_sideways(home, sit):
    ann = sit("ann", columns=40)
    ann.keys(LONG)
    ann.until(lambda: ann.rows()[-1].endswith("thirteen fourteen"), "its end")
    ann.keys("\x01")
    ann.until(lambda: ann.rows()[-1].startswith("ann> one two"), "its beginning")


def test_completion(home, sit):
    home.json("Bob"), home.json("boris")
    ann = sit("ann")
    ann.enter("/join tea")
    ann.status(r"\| tea \|")
    ann.enter("/join main")
    ann.status(r"\| main \|")
    ann.until(lambda: b"boris" in ann.raw, "people")
    ann.keys("/he\t")
    ann.until(lambda: ann.rows()[-1].startswith("ann> /help"), "the command")
    ann.keys("\x15bor\t")
    ann.typed("ann> boris:")
    ann.keys("hi bob\t")
    ann.typed("ann> boris: hi Bob")
    ann.keys("\x15/msg bo\tr\t")
    ann.typed("ann> /msg boris")
    ann.keys("\x15/join te\t")
    ann.typed("ann> /join tea")
    # What there is to choose from is told, and then gone round, either way.
    ann.keys("\x15/l\t")
    ann.shows(r"\*\*\* /leave  /list  /login  /logout  /look$")
    ann.typed("ann> /l")
    ann.keys("\t")
    ann.typed("ann> /leave")
    ann.keys("\t\t")
    ann.typed("ann> /login")
    ann.keys("\x1b[Z")
    ann.typed("ann> /list")


def test_rooms(home, sit):
    ann = sit("ann")
    bob = home.json("bob")
    bob.send("join", room="tea")
    ann.enter("/join tea")
    ann.shows("people are here: ann, bob")
    ann.status(r"\| tea \| 2 people \| main ")
    bob.send("chat", room="main", message="anybody?")
    bob.send("chat", room="main", message="ann?")
    ann.status(r"\| main: 2 new!")
    ann.enter("in the tea room")
    bob.until("chat", room="tea", nick="ann", message="in the tea room")
    ann.enter("/join main")
    ann.shows("bob: anybody", "bob: ann")
    ann.status(r"\| main \| 2 people \| tea ")
    ann.enter("/leave tea")
    ann.shows("You have left tea")
    ann.enter("/leave")
    ann.shows(r"\*\*\* You are always in at least one room")


def test_rooms_and_people_stand_beside_the_talk(home, sit):
    ann = sit("ann", columns=100, rows=12)
    bob = home.json("bob")
    ann.shows("^1 main +│.*│ ann$", "^ +│.*│ bob$")
    ann.enter("/join tea")
    ann.shows("^1 main +│.*│ ann$", "^2 tea +│")
    bob.send("chat", message="ann, where are you?")
    ann.shows("^1 main +1! *│")
    ann.keys(F3)
    ann.until(lambda: not any("│ ann" in row for row in ann.rows()), "people that are hidden")
    ann.keys(F2)
    ann.until(lambda: not any("│" in row for row in ann.rows()), "rooms that are hidden")
    ann.keys(F2 + F3)
    ann.shows("^1 main +1! *│")
    # On a narrow screen there is no room for them.
    ann.resize(12, 60)
    ann.until(lambda: not any("│" in row for row in ann.rows()), "neither")


def test_more_people_than_there_are_rows(home, terminal):
    crowd = [home.json(f"n{i:02}") for i in range(20)]
    crowd[-1].until("names")
    ann = terminal("ann", *home.address("json"), columns=100, rows=12)
    ann.shows("│ n07$", "│ and 12 more$")


def test_a_large_room_is_told_in_numbers(house, terminal):
    home = house(limits={"presence": 3})
    crowd = [home.json(f"n{i}") for i in range(4)]
    crowd[-1].until("names")
    ann = terminal("ann", *home.address("json"), columns=100)
    ann.status("main . 5 people")
    ann.shows("│ and 1 more$")
    crowd[0].drop()
    ann.shows(r"\*\*\* (. ha\w+ entered and )?1 has left")
    ann.status("main . 4 people")
    # Once it is small enough to be told by name, the people are known again.
    crowd[1].drop()
    ann.shows("has left")
    crowd[2].drop()
    ann.status("main . 2 people")
    ann.shows("│ ann$", "│ n3$")
    ann.until(lambda: not any("n2" in row[80:] or "n1" in row[80:] for row in ann.rows()), "who left")


def test_the_greeting_of_a_large_room_counts_everybody(host, terminal):
    ann = terminal("ann", "127.0.0.1", str(host.port), columns=100)
    guest = host.accept()
    guest.expect("hello")
    guest.send("welcome", server="Mock", nick="ann", room="main", version=2, time=1000)
    guest.send("join", nick="ann", room="main", time=1000)
    guest.send("names", room="main", nicks=["b", "c"], users=4000, first=True, time=1000)
    ann.shows(r"\*\*\* 4000 people are here ")
    ann.shows("│ and 3997 more$")
    ann.enter("/names")
    guest.send("names", room="main", nicks=["b", "c"], users=4000, first=True, time=1000,
               ref=guest.until("names")["ref"])
    ann.shows(r"\*\*\* In main: b, c and 3997 more ")


def test_of_more_rooms_than_rows_the_one_in_front_is_shown(home, sit):
    ann = sit("ann", rows=8, columns=100)
    for i in range(2, 12):
        ann.enter(f"/join room{i}")
        ann.status(rf"ann \| room{i} ")
    ann.shows("^6 room6 ", "^7 room7 ", "^8 room8 ", "^9 room9 ", "^10 room10 ", "^11 room11 ")
    ann.keys("\x1b1")
    ann.shows("^1 main ", "^2 room2 ")


def test_a_key_turns_a_side_until_one_leaves_and_a_setting_for_good(home, sit, tmp_path):
    ini = tmp_path / "real.ini"
    ini.write_text("[client]\nbell = yes\n")
    (tmp_path / "teahouse").mkdir()
    (tmp_path / "teahouse/client.ini").symlink_to(ini)
    ann = sit("ann", columns=100, env={"XDG_CONFIG_HOME": str(tmp_path)})
    ann.shows("│ ann$")
    ann.keys("\x1bOR")
    ann.until(lambda: not any(row.endswith("│ ann") for row in ann.rows()), "no people")
    ann.enter("/set bell no")
    ann.shows("bell = no")
    assert "people = yes" in ini.read_text() and "bell = no" in ini.read_text()
    assert (tmp_path / "teahouse/client.ini").is_symlink()
    assert not any(row.endswith("│ ann") for row in ann.rows()), "still turned off"


def test_keys_from_room_to_room(home, sit):
    ann = sit("ann", rows=16, columns=90)
    bob = home.json("bob")
    for room in ("tea", "milk"):
        ann.enter(f"/join {room}")
        ann.status(f"ann . {room}")
    bob.send("join", room="tea")
    ann.keys("\x1b1")
    ann.status("ann . main")
    ann.keys("\x0e")
    ann.status("ann . tea")
    ann.keys("\x10\x10")
    ann.status("ann . milk")
    bob.send("chat", room="main", message="hello")
    bob.send("chat", room="tea", message="ann!")
    ann.status("tea: 1 new!")
    ann.keys("\x1ba")  # who names one comes first
    ann.status("ann . tea")
    ann.keys("\x1ba")
    ann.status("ann . main")
    ann.keys("\x1b9")
    ann.status("ann . main")


def test_a_line_is_drawn_before_what_is_new(home, sit):
    ann = sit("ann")
    bob = home.json("bob")
    ann.shows("bob has joined")
    ann.enter("/join tea")
    ann.status("ann . tea")
    for text in ("one", "two"):
        bob.send("chat", message=text)
    ann.status("main: 2 new")
    ann.keys("\x1b1")
    ann.shows("^-+ new -+$", "bob: one$", "bob: two$")
    ann.keys("\x1b2\x1b1")
    ann.until(lambda: not any(" new -" in row for row in ann.rows()), "no line, for it has been seen")


def test_what_is_pasted_is_no_command_and_asks_when_it_is_long(home, sit):
    ann = sit("ann", rows=24)
    bob = home.json("bob")
    ann.shows("bob has joined")
    ann.keys(f"{PASTE}/quit{PASTED}\r")
    bob.until("chat", nick="ann", message="/quit")
    ann.keys(f"{PASTE}/one\n/two{PASTED}\r")
    bob.until("chat", nick="ann", message="/one\n/two")
    ann.keys(f"{PASTE}\n/nick pwned{PASTED}\r")
    bob.until("chat", nick="ann", message="/nick pwned")
    # What was pasted and taken away makes no secret public.
    ann.keys(f"{PASTE}some words{PASTED}\x15")
    ann.typed("ann>")
    ann.enter("/msg bob a secret")
    bob.until("direct", nick="ann", message="a secret")
    text = "\n".join(f"line {i}" for i in range(11))
    ann.keys(f"{PASTE}{text}{PASTED}\r")
    ann.shows("These are 11 lines")
    ann.until(lambda: "line 10" in ann.rows()[-1], "the line, drawn anew")
    ann.keys("\x15")
    ann.typed("ann>")
    ann.keys(f"{PASTE}{text}{PASTED}\r")
    ann.until(lambda: sum("These are 11 lines" in row for row in ann.rows()) == 2, "to be asked again")
    ann.keys("\r")
    bob.until("chat", nick="ann", message=text)


def test_what_was_pasted_is_no_command_when_it_comes_back_either(home, sit):
    """Called back by Up, or yanked after it was killed; what was typed is a command all the same."""
    ann = sit("ann")
    bob = home.json("bob")
    ann.shows("bob has joined")
    ann.keys(f"{PASTE}/nick evil{PASTED}\r")
    bob.until("chat", nick="ann", message="/nick evil")
    ann.keys("\x1b[A\r")
    bob.until("chat", nick="ann", message="/nick evil")
    # Killed whole, a word at a time and back as one, or by undoing.
    for nick, kill, back in (("eve", "\x15", "\x19"), ("eva", "\x17\x17", "\x19"), ("evi", "\x15", "\x1f")):
        ann.keys(f"{PASTE}/nick {nick}{PASTED}{kill}")
        ann.typed("ann>")
        ann.keys(f"{back}\r")
        bob.until("chat", nick="ann", message=f"/nick {nick}")
    # A secret that was typed, killed and yanked is none the less a secret.
    ann.keys("/msg bob secret\x15")
    ann.typed("ann>")
    ann.keys("\x19\r")
    bob.until("direct", nick="ann", message="secret")
    ann.keys("\x1b[A\r")
    bob.until("direct", nick="ann", message="secret")
    ann.enter("/nick eva")
    bob.until("nick", nick="ann", new="eva")


def test_a_terminal_in_front_is_not_rung(home, sit):
    ann = sit("ann")
    bob = home.json("bob")
    assert b"\x1b[?1004h" in ann.raw
    ann.keys("\x1b[I")
    bob.send("chat", message="ann: one")
    ann.shows("bob: ann: one")
    ann.keys("\x1b[O")
    bob.send("chat", message="ann: two")
    ann.until(lambda: ann.screen.bells == 1, "one bell")
    ann.typed("ann>")


def test_help_tells_keys_and_commands(home, sit):
    ann = sit("ann", rows=30, columns=90)
    ann.keys(F1)
    ann.shows("Keys: Tab completes")
    ann.shows("/msg NICK TEXT")


def test_settings_are_kept(home, terminal, tmp_path):
    place = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    address = home.address("json")
    ann = terminal("ann", *address, columns=100, rows=16, env=place)
    ann.shows("│ ann$")
    ann.enter("/set")
    for name in ("rooms", "people", "bell", "colour"):
        ann.shows(f"{name} = yes: ")
    ann.keys("/set pe\t")
    ann.typed("ann> /set people")
    ann.enter("n\t")
    ann.until(lambda: not any("│ ann" in row for row in ann.rows()), "no people")
    ann.enter("/set people maybe")
    ann.shows("Usage: /set people yes, or no")
    ann.enter("/set tea yes")
    ann.shows('There is no setting "tea"')
    ann.enter("/q")
    assert ann.wait() == 0
    kept = tmp_path / "config/teahouse/client.ini"
    assert "people = no" in kept.read_text() and list(kept.parent.iterdir()) == [kept]
    again = terminal("ann", *address, columns=100, env=place)
    again.shows("^1 main +│")
    again.status("1 person")
    assert not any("│ ann" in row for row in again.rows())


def test_mistakes_in_the_settings_are_told_and_harm_nothing(home, terminal, tmp_path):
    (tmp_path / "teahouse").mkdir()
    (tmp_path / "teahouse/client.ini").write_text("[client]\npeople = perhaps\ntea = yes\nbell = no\n")
    ann = terminal("ann", *home.address("json"), rows=16, env={"XDG_CONFIG_HOME": str(tmp_path)})
    ann.shows("client.ini: people is yes or no, not perhaps", "client.ini: there is no setting client.tea")
    ann.status("connected")
    home.json("bob").send("chat", message="ann: psst")
    ann.shows("bob: ann: psst")
    assert ann.screen.bells == 0


def test_settings_that_cannot_be_kept(home, terminal, tmp_path):
    (tmp_path / "file").write_text("")
    ann = terminal("ann", *home.address("json"), env={"XDG_CONFIG_HOME": str(tmp_path / "file")})
    ann.status("connected")
    ann.enter("/set bell no")
    ann.shows("It is not kept: Not a directory")


def test_what_was_refused_is_seen(home, sit):
    ann = sit("ann")
    ann.enter("/msg nobody psst")
    ann.shows('There is nobody called "nobody"', "Not said: /msg nobody psst")


def test_plain_is_an_event_a_line(home):
    bob = home.json("bob")
    bob.send("topic", topic="Tea")
    bob.until("topic")
    bob.send("join", room="tea")
    given = ("hello \\\\ there\n/me waves\n/msg bob psst\n/nope\n/topic\n"
             "/join tea\n/topic\n/leave\n")
    status, out, _ = run("--plain", "ann", *home.address("json"), given=given)
    lines = [line.split("\t") for line in out.splitlines()]
    assert status == 1
    assert all(len(line) == 5 and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line[0]) for line in lines)
    told = [line[1:] for line in lines]
    for event in (
            ["main", "moved", "ann", "has joined the chat"],
            ["main", "notice", "bob", "set the topic: Tea"],
            ["main", "chat", "ann", "hello \\\\\\\\ there"],
            ["main", "emote", "ann", "waves"],
            ["@bob", "direct", "ann", "psst"],
            ["main", "error", "", 'There is no command "/nope"; /help lists them.'],
            ["tea", "notice", "", "There is no topic."],
            ["main", "local", "", "You have left tea"]):
        assert event in told, event


def test_plain_on_a_terminal_draws_nothing(home, terminal):
    ann = terminal("--plain", "ann", *home.address("json"), term="xterm-256color")
    ann.until(lambda: b"\tmoved\tann\thas joined the chat" in ann.raw, "an event")
    bob = home.json("bob")
    ann.enter("hello")
    bob.until("chat", nick="ann", message="hello")
    bob.send("chat", message="one\ntwo")
    ann.until(lambda: b"\tchat\tbob\tone\\ntwo\r\n" in ann.raw, "lines in one")
    assert b"\x1b" not in ann.raw


@pytest.mark.parametrize("term", ["vt100", "xterm", "xterm-256color", "xterm-direct", "screen", "linux"])
def test_kinds_of_terminals(home, sit, term):
    ann = sit("ann", term=term)
    home.json("bob").send("chat", message="hello")
    ann.shows("bob: hello")
    ann.keys("\x03")
    assert ann.wait() == 0 and ann.restored()


def test_another_program_s_words_on_the_screen_are_drawn_over(home, sit):
    ann = sit("ann")
    found = ann.rows()
    ann.stream.feed(b"\x1b[2;1Hsomebody wrote a message\x1b[12;9H")
    assert ann.rows() != found
    ann.keys("\x0c")
    ann.until(lambda: ann.rows() == found, "the screen as it was")


def test_tmux_goes_away_and_comes_back(home, terminal, tmp_path):
    """At another size, and with what was said meanwhile."""
    tmux = ["tmux", "-L", "teahouse", "-f", "/dev/null"]
    env = {**os.environ, "TMUX_TMPDIR": str(tmp_path), "LANG": "C.UTF-8", "TERM": "xterm", "TZ": "UTC"}
    host, port = home.address("json")
    bob = home.json("bob")
    subprocess.run([*tmux, "new-session", "-d", "-x", "60", "-y", "12",
                    f"{program('teahouse')} ann {host} {port}"], env=env, check=True)
    try:
        bob.until("join", nick="ann")
        for rows, columns in ((12, 60), (16, 90), (10, 40)):
            seat = terminal(argv=[*tmux, "attach"], rows=rows, columns=columns, term="linux",
                            env={"TMUX_TMPDIR": str(tmp_path)})
            bob.send("chat", message=f"at {columns}")
            seat.shows(f"bob: at {columns}$")
            seat.keys("half")
            seat.until(lambda: any(row.endswith("half") for row in seat.rows()), "what is typed")
            seat.keys("\x15")
            seat.until(lambda: any(row == "ann>" for row in seat.rows()), "nothing typed")
            subprocess.run([*tmux, "detach-client"], env=env, check=True)
            assert seat.wait() == 0
            bob.send("chat", message="while nobody looked")
    finally:
        subprocess.run([*tmux, "kill-server"], env=env, check=False)


def test_very_small_it_says_so_and_goes_on(home, sit):
    ann = sit("ann", rows=10, columns=40)
    bob = home.json("bob")
    ann.shows("bob has joined")
    ann.resize(3, 10)
    ann.shows("^Too small.$")
    bob.send("chat", message="while it was small")
    bob.until("chat", message="while it was small")
    for rows, columns in [(1, 1), (50, 200), (2, 30), (10, 40)] * 10:
        ann.resize(rows, columns)
    ann.shows("bob: while it was small")
    ann.enter("still here")
    bob.until("chat", nick="ann", message="still here")


def test_a_room_on_the_command_line(home, sit):
    ann = sit("ann", "-r", "tea")
    ann.status(r"\| tea \|")


def test_reading_above_while_more_comes(home, sit):
    ann = sit("ann")
    bob = home.json("bob")
    for i in range(40):
        bob.send("chat", message=f"line {i}")
    ann.shows("bob: line 39$")
    ann.keys("\x1b[5~")
    ann.status("scrolled up")
    before = ann.rows()[:10]
    for i in range(3):
        bob.send("chat", message=f"more {i}")
    ann.status("3 new below")
    assert ann.rows()[:10] == before
    ann.keys("\x1b[6~\x1b[6~")
    ann.shows("bob: more 2$")
    ann.until(lambda: "below" not in ann.rows()[-2] and "scrolled" not in ann.rows()[-2])
    ann.keys("\x1b[5~" * 9)
    ann.shows("/help tells the commands")
    ann.enter("down again")
    ann.shows("ann: down again$")


# Getting in, staying in, getting out.

def test_a_taken_name_can_be_chosen_anew(home, terminal):
    home.json("ann")
    client = terminal("ann", *home.address("json"))
    client.shows(r'The name "ann" is taken')
    client.typed("name>")
    client.enter("a b")
    client.shows(r'The name "a b" cannot be used')
    client.enter("/who")
    client.shows("First please type a name")
    client.enter("/nick anna")
    client.typed("anna>")
    client.status(r"^ anna \| main .* connected$")


def test_leaving(sit):
    for leave in ("/q\r", "/quit\r", "\x04"):
        ann = sit("ann", term="xterm-256color")
        ann.keys(leave)
        assert ann.wait() == 0
        assert ann.restored() and b"\x1b[?1049l" in ann.raw and b"\x1b[?2004l" in ann.raw


def test_q_sends_nothing(host, terminal):
    client = terminal("ann", "127.0.0.1", host.port)
    guest, _ = host.welcome()
    guest.expect("command", line="/help")
    guest.expect("rooms")
    client.shows("1 person is here")
    client.enter("/q")
    guest.expect_end()
    guest.drop()
    assert client.wait() == 0


@pytest.mark.parametrize("number, status", [
    (signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 1),
    (signal.SIGSEGV, -signal.SIGSEGV), (signal.SIGABRT, -signal.SIGABRT),
    (signal.SIGQUIT, -signal.SIGQUIT), (signal.SIGFPE, -signal.SIGFPE),
    (signal.SIGUSR1, -signal.SIGUSR1), (signal.SIGALRM, -signal.SIGALRM)])
def test_signals_leave_the_terminal_as_it_was(sit, number, status):
    # A sanitizer would take the crash for its own.
    handlers = "handle_segv=0:handle_abort=0:handle_sigfpe=0"
    ann = sit("ann", term="xterm-256color", env={"ASAN_OPTIONS": handlers})
    assert not ann.restored()
    ann.keys("half a line")
    ann.until(lambda: b"half a line" in ann.raw)
    ann.process.send_signal(number)
    assert ann.wait() == status
    assert ann.restored()
    assert b"\x1b[?1049l" in ann.raw and b"\x1b[?2004l" in ann.raw
    assert ann.raw.rstrip().endswith((b"\x1b[?25h", b"\x1b[?1049l", b"\x1b>", b"\x1b[23;0;0t"))


def test_a_broken_pipe_is_nothing(home, sit):
    ann = sit("ann")
    ann.process.send_signal(signal.SIGPIPE)
    bob = home.json("bob")
    ann.enter("still here")
    bob.until("chat", nick="ann", message="still here")


def test_ctrl_c_leaves(sit):
    ann = sit("ann")
    ann.keys("\x03")
    assert ann.wait() == 0 and ann.restored()


def test_stopping_and_going_on(home, terminal):
    shell = terminal(argv=["bash", "--norc", "-i"], env={"PS1": "shell$ "})
    shell.shows(r"^shell\$$")
    shell.enter(" ".join([program("teahouse"), "ann", *map(str, home.address("json"))]))
    shell.status("connected")
    shell.keys("half")
    shell.typed("ann> half")
    shell.keys("\x1a")
    shell.shows(r"^shell\$$")
    shell.enter("stty -a | grep -ow '.icanon\\|icanon'")
    shell.shows("^icanon")
    home.json("bob").send("chat", message="meanwhile")
    shell.enter("fg")
    shell.shows("bob: meanwhile")
    shell.typed("ann> half")


def test_a_lost_terminal_ends_it(home, sit):
    ann = sit("ann")
    master, ann.master = ann.master, os.open("/dev/null", os.O_RDONLY)
    os.close(master)
    assert ann.process.wait(PATIENCE) == 1


def test_the_server_comes_back(house, terminal):
    port = free_port()
    listeners = {"json": {"port": port}, "relay": None, "lobby": None, "direct": None}
    first = house(**listeners)
    ann = terminal("ann", "127.0.0.1", port)
    ann.status("connected")
    ann.enter("/join tea")
    ann.status(r"\| tea \|")
    ann.keys("half")
    first.stop()
    ann.shows("The connection is lost")
    ann.status("lost, trying again in [12] s")
    ann.typed("ann> half")
    ann.enter(" a line")
    ann.shows("sent when the connection is back")
    second = house(**listeners)
    bob = second.json("bob", timeout=PATIENCE)
    bob.send("join", room="tea")
    ann.shows("Connected again")
    ann.shows("ann: half a line$")
    ann.status(r"^ ann \| tea \| .* main.* connected")
    bob.send("chat", room="main", message="here, too")
    ann.status("main: 1 new")
    ann.enter("over")
    said = []
    while not said or said[-1] != "over":
        packet = bob.until("chat", nick="ann")
        said.append(packet["message"])
    assert said in (["half a line", "over"], ["over"])


def test_what_is_typed_meanwhile_is_sent_once(host, terminal):
    ann = terminal("ann", "127.0.0.1", host.port)
    guest, _ = host.welcome()
    ann.status("connected")
    guest.drop()
    ann.shows("The connection is lost")
    ann.enter("first")
    ann.enter("second")
    guest, hello = host.welcome()
    assert hello["nick"] == "ann" and hello["room"] == "main"
    for message in ("first", "second"):
        said = guest.until("chat", room="main", message=message)
        guest.send("chat", room="main", nick="ann", message=message, ref=said["ref"], time=1000)
    ann.shows("ann: first$", "ann: second$")
    guest.drop()
    guest, _ = host.welcome()
    ann.enter("third")
    assert guest.until("chat")["message"] == "third"


def test_what_may_have_been_said_is_told_and_not_repeated(host, terminal):
    ann = terminal("ann", "127.0.0.1", host.port)
    guest, _ = host.welcome()
    ann.status("connected")
    ann.enter("perhaps")
    guest.until("chat", message="perhaps")
    guest.drop()
    ann.shows("This may not have been said: perhaps")
    guest, _ = host.welcome()
    ann.shows("Connected again")
    ann.enter("surely")
    assert guest.until("chat")["message"] == "surely"


def test_the_nick_is_waited_for_after_a_lost_connection(host, terminal):
    ann = terminal("ann", "127.0.0.1", host.port)
    guest, _ = host.welcome()
    ann.status("connected")
    guest.drop()
    guest = host.accept()
    for _ in range(2):
        guest.expect("hello", nick="ann")
        guest.send("error", about="hello", code="nick-taken", message="The name is taken.")
        ann.status("waiting for the name ann")
    guest.expect("hello", nick="ann")
    host.let_in(guest, "ann")
    ann.status("connected")
    ann.typed("ann>")


def test_no_byte_of_anothers_reaches_the_terminal_raw(host, terminal):
    ann = terminal("ann", "127.0.0.1", host.port, term="xterm-256color")
    guest, _ = host.welcome()
    ann.until(lambda: b"connected" in ann.raw)
    evil = "\x1b]0;owned\x07\x1b[31mred\x9b2J\u202egone"
    guest.send("chat", room="main", nick=evil, message=evil, time=1000)
    guest.send("topic", room="main", nick=evil, topic=evil, time=1000)
    guest.send("join", room="main", nick=evil, time=1000)
    guest.send("notice", message=evil, time=1000)
    guest.send("who", users=[{"nick": evil, "protocol": evil, "rooms": [evil], "idle": 1}],
               first=True, time=1000)
    guest.send("rooms", rooms=[{"name": evil, "users": 1, "topic": evil}], first=True, time=1000)
    guest.send("names", room="main", nicks=[evil], first=True, time=1000, ref="look")
    guest.send("chat", room="main", nick="bob", message="last", time=1000)
    ann.until(lambda: b"last" in ann.raw)
    for bytes_ in (b"\x1b]0;", b"\x07", b"\x1b[31mred", b"\x9b2J", b"\xc2\x9b", "\u202e".encode()):
        assert bytes_ not in ann.raw


@pytest.mark.parametrize("bad", [
    b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x02[]", b"\x00\x00", b"\x00\x10{\"type\":\"welcome"])
def test_a_server_that_is_none(host, bad):
    process = subprocess.Popen(
        [program("teahouse"), "ann", "127.0.0.1", str(host.port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    guest = host.accept()
    guest.expect("hello")
    guest.send_bytes(bad)
    guest.drop()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and out == b""
    assert err.startswith(f"teahouse: 127.0.0.1 port {host.port}: ".encode())


# Without a screen.

def test_echo_into_the_client(home):
    bob = home.json("bob")
    status, out, err = run("bot", *home.address("json"), given="hi\n")
    assert (status, err) == (0, "")
    assert "bot: hi\n" in out and "\x1b" not in out
    bob.until("chat", nick="bot", message="hi")
    bob.expect("leave", nick="bot")


def test_a_last_line_without_an_end(home):
    status, out, _ = run("bot", *home.address("json"), given="one\ntwo")
    assert status == 0 and out.endswith("bot: one\nbot: two\n")


def test_commands_and_rooms_in_order(home):
    status, out, err = run("bot", *home.address("json"), given=(
        "/me waves\n/join tea\nin tea\n/join main\n//in main\n/look\n/q\nnever said\n"))
    assert (status, err) == (0, "")
    lines = [line for line in out.splitlines() if "here" not in line and "joined" not in line]
    assert lines == ["[bot waves]", "bot: in tea", "bot: /in main", "*** In main: bot"]


def test_a_refusal_goes_to_standard_error(home):
    status, out, err = run("bot", *home.address("json"), given="/msg nobody hi\nstill here\n")
    assert status == 1 and "bot: still here\n" in out
    assert err == 'teahouse: refused: There is nobody called "nobody".\n'


def test_a_refused_name(home):
    home.json("ann")
    status, out, err = run("ann", *home.address("json"), given="hi\n")
    assert (status, out) == (1, "")
    assert err == 'teahouse: login: The name "ann" is taken.\n'


def test_everything_piped_in_is_said_in_order(house):
    home = house(limits={"rate": 0}, relay=None, lobby=None, direct=None)
    bob = home.json("bob")
    lines = [f"{i} of many" for i in range(2000)]
    status, out, err = run("bot", *home.address("json"), given="\n".join(lines))
    assert (status, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("bot: ")] == [
        f"bot: {line}" for line in lines]
    for line in lines:
        bob.until("chat", nick="bot", message=line)


def test_a_long_message_over_the_limit(home):
    status, out, err = run("bot", *home.address("json"), given="x" * 5000 + "\n" + "y" * 9000)
    assert status == 1 and "bot: " not in out
    assert len(err.splitlines()) == 2 and all(
        line.startswith("teahouse: refused: ") for line in err.splitlines())


def test_text_of_several_lines_says_whose_each_is(home):
    process = subprocess.Popen(
        [program("teahouse"), "bot", *map(str, home.address("json"))], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "*** bot has joined the chat\n"
    bob = home.json("bob")
    bob.send("chat", message="one\ntwo")
    bob.send("emote", message="three\nfour")
    out, _ = process.communicate(timeout=PATIENCE)
    assert "bob: one\nbob: two\n[bob three]\n[bob four]\n" in out or process.returncode == 0


def test_nobody_reads_the_output(home):
    process = subprocess.Popen(
        [program("teahouse"), "bot", *map(str, home.address("json"))], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    home.json("bob").send("chat", message="hello?")
    assert process.wait(PATIENCE) == 1
    assert process.stderr.read() == b""
    process.stdin.close()
    process.stderr.close()


def test_a_connection_lost_before_all_was_said(host):
    process = subprocess.Popen(
        [program("teahouse"), "bot", "127.0.0.1", str(host.port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    guest, _ = host.welcome()
    process.stdin.write(b"hello\n")
    process.stdin.close()
    guest.until("chat", message="hello")
    guest.drop()
    assert process.wait(PATIENCE) == 1
    assert process.stderr.read().splitlines() == [
        b"teahouse: refused: This may not have been said: hello",
        b"teahouse: connection: lost before all was said"]
    process.stdout.close()
    process.stderr.close()


def test_a_bot_stays_through_a_restart(host):
    process = subprocess.Popen(
        [program("teahouse"), "bot", "127.0.0.1", str(host.port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, bufsize=0)
    guest, _ = host.welcome()
    guest.drop()
    while b"The connection is lost" not in process.stdout.readline():
        pass
    process.stdin.write(b"hello\n")
    guest, _ = host.welcome()
    said = guest.until("chat", message="hello")
    guest.send("chat", nick="bot", room="main", message="hello", ref=said["ref"], time=1000)
    process.stdin.close()
    ping = guest.until("ping")
    guest.send("pong", ref=ping["ref"], time=1000)
    assert process.wait(PATIENCE) == 0
    assert process.stdout.read().endswith(b"bot: hello\n")
    process.stdout.close()


def test_words_that_never_come_back_are_told(host):
    process = subprocess.Popen(
        [program("teahouse"), "bot", "127.0.0.1", str(host.port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    guest, _ = host.welcome()
    process.stdin.write(b"hello\n")
    process.stdin.close()
    ping = guest.until("ping")
    guest.send("pong", ref=ping["ref"], time=1000)
    assert process.wait(PATIENCE) == 1
    assert process.stderr.read() == b"teahouse: refused: This may not have been said: hello\n"
    process.stdout.close()
    process.stderr.close()


@pytest.mark.parametrize("how", ["pipe", "file"])
def test_a_connection_lost_before_all_was_even_read(host, how, tmp_path):
    """With more lines than may wait, nothing of them is lost in trying for ever."""
    script = tmp_path / "script"
    script.write_text("".join(f"line {i}\n" for i in range(5000)))
    with script.open() as file:
        process = subprocess.Popen(
            [program("teahouse"), "bot", "127.0.0.1", str(host.port)], stderr=subprocess.PIPE,
            stdin=file if how == "file" else subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    if how == "pipe":
        process.stdin.write(script.read_text())
    guest, _ = host.welcome()
    guest.until("chat", message="line 200")
    if how == "pipe":
        process.stdin.close()
    guest.drop()
    assert process.wait(PATIENCE) == 1
    assert process.stderr.read().endswith("teahouse: connection: lost before all was said\n")
    process.stderr.close()
