"""People at real telnet clients, each under a terminal of its own.

What is asked of every client is asked by the same tests; where clients differ stands in
CLIENTS. tests/README.md tells what was seen of each.
"""

import contextlib
import os
import pathlib
import re
import signal
import socket
import termios
import threading
import time
from dataclasses import dataclass

import pexpect
import pyte
import pytest

from house import PATIENCE

CTRL_C, CTRL_D, CTRL_H, CTRL_U, ESCAPE, DELETE = "\x03", "\x04", "\x08", "\x15", "\x1d", "\x7f"
WELCOME = "Welcome to Teahouse"


@dataclass(frozen=True)
class Program:
    """A client. A step is what it shows, and then what is typed at that."""

    argv: str
    banner: str = ""  # its own line just before the server's first
    opens: frozenset = frozenset()  # the telnet commands it sends without having been asked
    enter: bytes = b"\r\n"
    echo: bool = True  # what is typed is shown in the talk
    edits: bool = True  # backspace works before anything is sent
    seven_bit: bool = False
    sizes: bool = False  # tells the server how big the window is
    interrupt: tuple = ()  # the steps back to the talk after Ctrl-C
    interrupt_sends: tuple = ()
    half: str = ""  # what Ctrl-C leaves of "half"
    quit: tuple = ()  # the steps by which it is quit; none: by Ctrl-C
    logout: str = "/quit"  # what is typed for the server to hang up
    left: tuple = ()  # the steps to its end once the server has


CLIENTS = {
    "inetutils-telnet": Program(
        "telnet {host} {port}", banner="Escape character is '^]'.",
        interrupt_sends=("IP", "DO TM"),
        quit=(("", ESCAPE), ("telnet>", "quit\r"))),
    "plink": Program(
        "plink -telnet -P {port} {host}", enter=b"\n", sizes=True,
        opens=frozenset({
            "WILL NAWS", "WILL TSPEED", "WILL TTYPE", "WILL NEW-ENVIRON", "DO ECHO", "WILL SGA",
            "DO SGA", "NAWS 80x24", "WILL OLD-ENVIRON"})),
    "tt++": Program(
        "tt++ -G -e '#session tea {host} {port}'",
        banner="#SESSION 'tea' CONNECTED TO '{host}' PORT '{port}'",
        quit=(("", "#end\r"),), left=(("#SESSION 'tea' DIED.", "#end\r"),)),
    "tf5": Program(
        "tf5 {host} {port}", banner="% Connected to (unnamed1).", echo=False, seven_bit=True,
        interrupt=(("C) continue tf; X) exit; T) disable triggers; P) kill processes", "c"),),
        half="half", quit=(("", "/quit\r"),), logout="/send /quit",
        left=(("% Connection to (unnamed1) closed", "/quit\r"),)),
    "busybox": Program(
        "busybox telnet {host} {port}", banner="Connected to {host}",
        interrupt=((" e\texit telnet", "l"), ("continuing...", "")),
        quit=(("", CTRL_C), (" e\texit telnet", "e"))),
    "nc": Program("nc {host} {port}", enter=b"\n", left=(("", CTRL_D),)),
    "socat": Program(
        "socat -,raw,echo=0,escape=0x1d TCP:{host}:{port}", enter=b"\r", echo=False, edits=False,
        half="half", quit=(("", ESCAPE),)),
}

COMMAND = re.compile(rb"\xff(?:\xfa(.*?)\xff\xf0|([\xfb-\xfe].)|([\xec-\xf9]))", re.S)
NAMES = {
    236: "EOF", 237: "SUSP", 243: "BREAK", 244: "IP", 245: "AO",
    251: "WILL", 252: "WONT", 253: "DO", 254: "DONT"}
OPTIONS = {
    1: "ECHO", 3: "SGA", 6: "TM", 24: "TTYPE", 31: "NAWS", 32: "TSPEED", 36: "OLD-ENVIRON",
    39: "NEW-ENVIRON"}


def named(match):
    """A telnet command in words."""
    inside, option, alone = match.groups()
    if inside is not None:
        inside = inside.replace(b"\xff\xff", b"\xff")
        width, height = inside[1] << 8 | inside[2], inside[3] << 8 | inside[4]
        return f"{OPTIONS[inside[0]]} {width}x{height}"
    if option:
        return f"{NAMES[option[0]]} {OPTIONS[option[1]]}"
    return NAMES[alone[0]]


class Wire:
    """Lies between a client and the server, and keeps what the client sends."""

    def __init__(self, server):
        self.server = server
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = self.door.getsockname()
        self.sent = b""
        self.more = threading.Condition()
        threading.Thread(target=self._carry, daemon=True).start()

    def _carry(self):
        with self.door:
            client = self.door.accept()[0]
        server = socket.create_connection(self.server)
        back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
        back.start()
        self._pump(client, server, keep=True)
        back.join()
        client.close()
        server.close()

    def _pump(self, source, target, keep=False):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if keep:
                    with self.more:
                        self.sent += data
                        self.more.notify_all()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def text(self):
        return COMMAND.sub(b"", self.sent)

    def commands(self):
        return [named(match) for match in COMMAND.finditer(self.sent)]

    def until(self, condition):
        with self.more:
            good = self.more.wait_for(condition, PATIENCE)
        assert good, f"{self.sent} was sent"


IUTF8 = 0o40000  # the kernel's line editing knows characters; Python 3.11 has no name for it


def sit_down(modern):
    """As terminal windows do, before the client runs; Ctrl-C may be ignored where tests start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    modes = termios.tcgetattr(0)
    modes[0] = modes[0] | IUTF8 if modern else modes[0] & ~IUTF8
    termios.tcsetattr(0, termios.TCSANOW, modes)


class Seat:
    """Somebody at a client. Rows are as a person sees them, without blanks at the end."""

    def __init__(self, name, address, home, modern=True):
        self.program = CLIENTS[name]
        self.wire = Wire(address)
        self.place = dict(zip(("host", "port"), self.wire.address))
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        env = {"PATH": os.environ["PATH"] + ":/usr/games", "HOME": str(home), "LANG": "C.UTF-8",
               "TERM": "xterm-256color", "TZ": "UTC"}
        self.process = pexpect.spawn(
            self.program.argv.format(**self.place), dimensions=(24, 80), env=env,
            preexec_fn=lambda: sit_down(modern))
        self.process.delaybeforesend = None
        self.process.ptyproc.delayafterclose = 0

    def _read(self):
        """Whether something came; nothing does once the client has ended."""
        try:
            data = self.process.read_nonblocking(65536, PATIENCE)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += data
        self.stream.feed(data)
        return True

    def rows(self):
        lines, columns = range(self.screen.lines), range(self.screen.columns)
        cells = self.screen.buffer
        return ["".join(cells[y][x].data for x in columns).rstrip() for y in lines]

    def talk(self):
        """The rows from the server's first on; tf draws a line below."""
        rows = self.rows()
        at = rows.index(WELCOME) if WELCOME in rows else len(rows)
        end = next((i for i, row in enumerate(rows) if row.startswith("____")), len(rows))
        return [row for row in rows[at:end] if row]

    def until(self, condition):
        while not condition():
            assert self._read(), "this is not it:\n" + "\n".join(self.rows())

    def sees(self, *wanted):
        """Waits until these rows stand one below the other."""
        size = len(wanted)
        self.until(lambda: any(
            self.rows()[i:i + size] == list(wanted) for i in range(self.screen.lines)))

    def sees_talk(self, *wanted):
        """Waits until these rows, and no others, are all that there is since the server's first."""
        self.until(lambda: self.talk() == [WELCOME, *wanted])

    def rests(self):
        """Waits until the client sleeps; busybox misses Ctrl-C when it comes just before."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat")
        end = time.monotonic() + PATIENCE
        while stat.read_text().rpartition(")")[2].split()[0] != "S":
            assert time.monotonic() < end, "it never rests"
            time.sleep(0.01)

    def press(self, keys):
        self.process.send(keys)

    def type(self, line):
        self.press(line + "\r")

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def do(self, steps):
        for shown, typed in steps:
            shown = shown.expandtabs()
            self.until(lambda: any(shown in row for row in self.rows()))
            self.press(typed)

    def ends(self):
        while self._read():
            pass
        assert self.process.eof(), "it goes on:\n" + "\n".join(self.rows())
        self.process.wait()

    def leave(self):
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
        self.process.close()


@pytest.fixture
def sit(house, tmp_path):
    """Sits somebody down at a client; sit(name, nick) logs in, too."""
    home = house()
    seats = []

    def at(name, nick=None, **options):
        seats.append(Seat(name, home.address("telnet"), tmp_path, **options))
        seats[-1].sees(WELCOME)
        if nick:
            seats[-1].type(f"login {nick}")
        return seats[-1]

    at.home = home
    yield at
    for seat in seats:
        seat.leave()


def sit_with_cat(sit, name, **options):
    """Sits ann down. ann.cat hears everything, and is asked for one event after the other."""
    cat = sit.home.json("cat")
    cat.until("names")
    ann = sit(name, "ann", **options)
    ann.cat = cat
    cat.expect("join", nick="ann")
    ann.wire.until(lambda: ann.program.opens <= set(ann.wire.commands()))
    ann.rests()
    return ann


@pytest.fixture(params=CLIENTS)
def ann(request, sit):
    """At each client in turn."""
    return sit_with_cat(sit, request.param)


def says(seat, typed, heard=None):
    """Types a line; the others, and whoever typed it, get this. Gives what is new in the talk."""
    heard = typed if heard is None else heard
    seat.type(typed)
    seat.cat.expect("chat", nick="ann", message=heard)
    return [typed, f"ann: {heard}"] if seat.program.echo else [f"ann: {heard}"]


def hears(seat, line):
    """Somebody else says a line. Gives what is new in the talk."""
    seat.cat.send("chat", message=line)
    seat.cat.expect("chat", nick="cat", message=line)
    return ["cat: " + (in_seven_bits(line) if seat.program.seven_bit else line)]


def in_seven_bits(text):
    """What tf shows of UTF-8: 0x80 ends the line."""
    whole = text.encode().split(b"\x80")[0]
    return "".join(chr(c & 127) for c in whole if c & 127 >= 32)


def test_a_client_logs_in_and_its_opening_is_no_text(ann):
    typed = ann.program.echo
    ann.sees_talk(*["login ann"][:typed])
    rows = ann.rows()
    above = [row for row in rows[:rows.index(WELCOME)] if row]
    assert (above or [""])[-1] == ann.program.banner.format(**ann.place)
    ann.type("look")
    ann.sees_talk(*["login ann", "look"][:2 * typed], "The following are in this room:", "cat",
                  "ann")
    assert set(ann.wire.commands()) == ann.program.opens
    assert ann.wire.text() == b"login ann" + ann.program.enter + b"look" + ann.program.enter
    assert b"\xff" not in ann.raw


LINES = [
    "Grüß Gott 🫖 zum Tee",
    "Ã, Ï, Ú und Ü 🏠 sind Buchstaben",
    "日本のお茶 ist grün 🍵",
    "„curly quotes“ – für Äpfel 🍏",
    "naïve café: ça coûte 2 € ☕",
]


def test_five_lines_each_way(ann):
    talk = ["login ann"] if ann.program.echo else []
    for line in LINES:
        mine = line.encode("ascii", "ignore").decode().strip() if ann.program.seven_bit else line
        talk += says(ann, mine)
        talk += hears(ann, line)
        ann.sees_talk(*talk)


def test_a_character_is_taken_back(ann):
    tries = ["tex"] if ann.program.seven_bit else ["tex", "teü", "te🍵"]
    talk = ["login ann"] if ann.program.echo else []
    for text in tries:
        says(ann, text + DELETE + "a", "tea")
        # An emoji is two columns wide; the kernel takes one of them off the screen.
        if text != "te🍵":
            talk += ["tea", "ann: tea"] if ann.program.echo else ["ann: tea"]
            ann.sees_talk(*talk)
    sent = ["tea"] * len(tries) if ann.program.edits else [text + DELETE + "a" for text in tries]
    lines = ann.wire.text().split(ann.program.enter)[1:-1]
    assert lines == [line.encode() for line in sent]
    # The other key that terminals have for it, and the one for all that was typed.
    says(ann, "tex" + CTRL_H + "a", "tea")
    says(ann, "wrong" + CTRL_U + "right", "right")
    ann.sees("ann: right")


def test_a_resize_leaves_the_talk_whole(ann):
    ann.press("half")
    ann.resize(30, 255)
    if ann.program.sizes:
        ann.wire.until(lambda: "NAWS 255x30" in ann.wire.commands())
    ann.type("way there")
    ann.cat.expect("chat", nick="ann", message="halfway there")
    ann.sees("ann: halfway there")
    ann.resize(20, 40)
    says(ann, "and on")
    hears(ann, "all the way")
    ann.sees("cat: all the way")
    ann.sees("ann: and on")
    told = {"NAWS 255x30", "NAWS 40x20"} if ann.program.sizes else set()
    assert set(ann.wire.commands()) == ann.program.opens | told


def test_an_interrupt(ann):
    program = ann.program
    ann.press("half")
    if program.edits:
        ann.until(lambda: any(row.endswith("half") for row in ann.rows()))
    else:
        ann.wire.until(lambda: ann.wire.text().endswith(b"half"))
    ann.press(CTRL_C)
    if not program.quit:
        ann.ends()
        assert ann.process.signalstatus == signal.SIGINT
        ann.cat.expect("leave", nick="ann")
        return
    ann.do(program.interrupt)
    says(ann, "still here", program.half + "still here")
    ann.sees(f"ann: {program.half}still here")
    hears(ann, "so I see")
    ann.sees("cat: so I see")
    assert tuple(ann.wire.commands()) == program.interrupt_sends


def test_quitting_the_client_own_way(ann):
    ann.do(ann.program.quit or (("", CTRL_C),))
    ann.ends()
    ann.cat.expect("leave", nick="ann")


def test_quitting_by_the_server(ann):
    ann.type(ann.program.logout)
    ann.cat.expect("leave", nick="ann")
    ann.do(ann.program.left)
    ann.ends()


def test_the_tea_party_is_typed_by_hand(sit):
    magnus = sit("inetutils-telnet", "magnus")
    magnus.sees_talk("login magnus")
    seat = sit("inetutils-telnet")
    talk = []
    for typed, *answers in [
            ("anything at all", "Please log in", 'Use "login <nick>"'),
            ("login", "Please enter a name"),
            ("login magnus", 'The name "magnus" is taken.', "Please try again."),
            ("login dilbert",),
            ("look", "The following are in this room:", "magnus", "dilbert"),
            ("say Hi, magnus!", "dilbert: Hi, magnus!"),
            ("Nice weather", "dilbert: Nice weather")]:
        seat.type(typed)
        talk += [typed, *answers]
        seat.sees_talk(*talk)
    seat.type("logout")
    seat.ends()
    seat.sees_talk(*talk, "logout", "Connection closed by foreign host.")
    magnus.sees_talk(
        "login magnus", "dilbert has entered the room.", "dilbert: Hi, magnus!",
        "dilbert: Nice weather", "dilbert has left the room.")


def test_bytes_that_telnet_takes_for_keys(sit):
    """It looks for its keys in seven bits, and so in the middle of characters."""
    ann = sit_with_cat(sit, "inetutils-telnet")
    for letter, sent in {"Ã": "IP", "Ï": "AO", "Ú": "SUSP", "Ü": "BREAK"}.items():
        ann.wire.sent = b""
        ann.sees(*says(ann, f"half {letter} whole"))
        assert ann.wire.commands() == [sent, "DO TM"]
    # Of some it sends nothing, and nobody can know what they were.
    ann.sees(*says(ann, "half Å whole", "half \ufffd whole"))
    ann.type("half Ý")
    ann.do([("telnet>", "\r")])
    ann.sees(*says(ann, " whole", "half \ufffd whole"))
    ann.sees(*says(ann, "and on"))


def test_busybox_is_talked_out_of_character_mode(sit):
    ann = sit_with_cat(sit, "busybox")
    ann.press(CTRL_C)
    ann.do([(" c\tgo to character mode", "c"), ("Entering line mode", "")])
    wanted = ["DO ECHO", "DO SGA", "DONT ECHO", "DONT SGA"]
    ann.wire.until(lambda: ann.wire.commands() == wanted)
    ann.sees(*says(ann, "tex" + DELETE + "a", "tea")[1:])


def test_half_a_character_taken_back(sit):
    """On a terminal that knows nothing of UTF-8, backspace takes a byte."""
    ann = sit_with_cat(sit, "inetutils-telnet", modern=False)
    says(ann, "teü" + DELETE + "a", "te\ufffda")
    says(ann, "teü" + DELETE + DELETE + "a", "tea")
    ann.sees("ann: tea")


def test_characters_that_tf_takes_for_keys(sit):
    """It cannot send them; it sends what is left, and goes on."""
    ann = sit_with_cat(sit, "tf5")
    says(ann, "Über Tee", "Cber Tee")
    # An emoji ends the line, and has the next key pressed five times.
    says(ann, "Tee 🍵", "Tee ")
    says(ann, "x", "xxxxx")
    says(ann, "and on")
    ann.sees("ann: and on")


def test_nc_sees_clean_text(sit):
    ann = sit_with_cat(sit, "nc")
    ann.cat.send("chat", message="one\ntwo")
    ann.sees("cat: one", "cat: two")
    ann.type("/me nods")
    ann.sees("[ann nods]")
    # The terminal turns each LF into CR LF, whether a CR came before it or not.
    assert ann.raw.decode().split("\r\n") == [
        f"{WELCOME}\r", "login ann", "cat: one\r", "cat: two\r", "/me nods", "[ann nods]\r", ""]
