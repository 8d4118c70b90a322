"""Real telnet clients, each on a pseudo-terminal.

The same tests are run with every client. CLIENTS has what differs between them, and
tests/README.md describes it.
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

from clients import TIMEOUT, WELCOME, arrival

CTRL_C, CTRL_D, CTRL_H, CTRL_U, ESCAPE, DELETE = "\x03", "\x04", "\x08", "\x15", "\x1d", "\x7f"


@dataclass(frozen=True)
class Program:
    """A client. A step is a text that it shows, and the keys to press then."""

    argv: str
    banner: str = ""  # its last own line before the server's first
    opens: frozenset = frozenset()  # the telnet commands that it sends unasked
    enter: bytes = b"\r\n"
    echo: bool = True  # typed lines stay visible in the conversation
    edits: bool = True  # backspace edits before the line is sent
    seven_bit: bool = False
    sizes: bool = False  # reports the size of the window
    interrupt: tuple = ()  # the steps back to the conversation after Ctrl-C
    interrupt_sends: tuple = ()
    half: str = ""  # what Ctrl-C leaves of "half"
    quit: tuple = ()  # the steps that quit it; none: Ctrl-C does
    logout: str = "/quit"  # what to type for the server to close
    left: tuple = ()  # the steps to its end after that


CLIENTS = {
    "inetutils-telnet": Program(
        "telnet {host} {port}", banner="Escape character is '^]'.",
        interrupt_sends=("IP", "DO TM"),
        quit=(("", ESCAPE), ("telnet>", "quit\r"))),
    "plink": Program(
        "plink -telnet -P {port} {host}", enter=b"\n", sizes=True,
        opens=frozenset({
            "WILL NAWS", "WILL TSPEED", "WILL TTYPE", "WILL NEW-ENVIRON", "DO ECHO", "WILL SGA",
            "DO SGA", "NAWS 80x24", "WILL OLD-ENVIRON", "TTYPE XTERM"})),
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
    """The name of a telnet command."""
    inside, option, alone = match.groups()
    if inside is not None:
        inside = inside.replace(b"\xff\xff", b"\xff")
        if OPTIONS[inside[0]] == "TTYPE":
            return f"TTYPE {inside[2:].decode()}"
        width, height = inside[1] << 8 | inside[2], inside[3] << 8 | inside[4]
        return f"{OPTIONS[inside[0]]} {width}x{height}"
    if option:
        return f"{NAMES[option[0]]} {OPTIONS[option[1]]}"
    return NAMES[alone[0]]


class Proxy:
    """Forwards between a client and the server, and records what each of them sends."""

    def __init__(self, server):
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.sent, self.received = b"", b""
        self.more = threading.Condition()
        threading.Thread(target=self._carry, daemon=True).start()

    def _carry(self):
        with self.listener:
            client = self.listener.accept()[0]
        server = socket.create_connection(self.server)
        back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
        back.start()
        self._pump(client, server, record=True)
        back.join()
        client.close()
        server.close()

    def _pump(self, source, target, record=False):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if record:
                    with self.more:
                        self.sent += data
                        self.more.notify_all()
                else:
                    self.received += data
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def text(self):
        return COMMAND.sub(b"", self.sent)

    def commands(self):
        return [named(match) for match in COMMAND.finditer(self.sent)]

    def until(self, condition):
        with self.more:
            good = self.more.wait_for(condition, TIMEOUT)
        assert good, f"{self.sent} was sent"


IUTF8 = 0o40000  # the kernel's line editing knows characters; Python 3.11 has no name for it


def set_modes(modern):
    """The modes of a terminal window. Tests may be run with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    modes = termios.tcgetattr(0)
    modes[0] = modes[0] | IUTF8 if modern else modes[0] & ~IUTF8
    termios.tcsetattr(0, termios.TCSANOW, modes)


class RunningClient:
    """A client on a pseudo-terminal. Rows are those of its screen, without blanks at the end."""

    def __init__(self, name, address, home, modern=True):
        self.program = CLIENTS[name]
        self.proxy = Proxy(address)
        self.place = dict(zip(("host", "port"), self.proxy.address))
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        env = {"PATH": os.environ["PATH"] + ":/usr/games", "HOME": str(home), "LANG": "C.UTF-8",
               "TERM": "xterm-256color", "TZ": "UTC"}
        self.process = pexpect.spawn(
            self.program.argv.format(**self.place), dimensions=(24, 80), env=env,
            preexec_fn=lambda: set_modes(modern))
        self.process.delaybeforesend = None
        self.process.ptyproc.delayafterclose = 0

    def _read(self):
        """Whether any output came; none does once the client has ended."""
        try:
            data = self.process.read_nonblocking(65536, TIMEOUT)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += data
        self.stream.feed(data)
        return True

    def rows(self):
        lines, columns = range(self.screen.lines), range(self.screen.columns)
        cells = self.screen.buffer
        return ["".join(cells[y][x].data for x in columns).rstrip() for y in lines]

    def conversation(self):
        """The rows from the server's first on; tf draws a line below them."""
        rows = self.rows()
        at = rows.index(WELCOME) if WELCOME in rows else len(rows)
        end = next((i for i, row in enumerate(rows) if row.startswith("____")), len(rows))
        return [row for row in rows[at:end] if row]

    def until(self, condition):
        while not condition():
            assert self._read(), "the screen does not become what is expected:\n" + "\n".join(self.rows())

    def sees(self, *wanted):
        """Waits until these rows are shown one below the other."""
        size = len(wanted)
        self.until(lambda: any(
            self.rows()[i:i + size] == list(wanted) for i in range(self.screen.lines)))

    def sees_only(self, *wanted):
        """Waits until exactly these rows follow the server's first."""
        self.until(lambda: self.conversation() == [WELCOME, *wanted])

    def wait_until_idle(self):
        """Waits until the client sleeps; before that, busybox misses Ctrl-C."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat")
        end = time.monotonic() + TIMEOUT
        while stat.read_text().rpartition(")")[2].split()[0] != "S":
            assert time.monotonic() < end, "it never sleeps"
            time.sleep(0.01)

    def press(self, keys):
        self.process.send(keys)

    def type(self, line):
        self.press(line + "\r")

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def follow(self, steps):
        for shown, typed in steps:
            shown = shown.expandtabs()
            self.until(lambda: any(shown in row for row in self.rows()))
            self.press(typed)

    def expect_end(self):
        while self._read():
            pass
        assert self.process.eof(), "it does not end:\n" + "\n".join(self.rows())
        self.process.wait()

    def leave(self):
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
        self.process.close()


@pytest.fixture
def start(server, tmp_path):
    """Starts a client; start(name, nick) logs in, too."""
    clients = []

    def start_one(name, nick=None, **options):
        clients.append(RunningClient(name, server.address("telnet"), tmp_path, **options))
        clients[-1].sees(WELCOME)
        if nick:
            clients[-1].type(f"login {nick}")
        return clients[-1]

    start_one.server = server
    yield start_one
    for client in clients:
        client.leave()


def start_with_cat(start, name, **options):
    """Starts ann's client. ann.cat is a json client in the same room, which gets every event."""
    cat = start.server.json("cat")
    cat.until("names")
    ann = start(name, "ann", **options)
    ann.cat = cat
    ann.login = ["login ann"][:ann.program.echo] + arrival("ann", " with cat")
    cat.expect("join", nick="ann")
    ann.sees(ann.login[-1])
    ann.proxy.until(lambda: ann.program.opens <= set(ann.proxy.commands()))
    ann.wait_until_idle()
    return ann


@pytest.fixture(params=CLIENTS)
def ann(request, start):
    """Each client in turn."""
    return start_with_cat(start, request.param)


def says(client, typed, heard=None):
    """Types a line, which all users get. Returns the rows that it adds to the conversation."""
    heard = typed if heard is None else heard
    client.type(typed)
    client.cat.expect("chat", nick="ann", message=heard)
    return [typed, f"ann: {heard}"] if client.program.echo else [f"ann: {heard}"]


def hears(client, line):
    """Cat says a line. Returns the rows that it adds to the conversation."""
    client.cat.send("chat", message=line)
    client.cat.expect("chat", nick="cat", message=line)
    return ["cat: " + (in_seven_bits(line) if client.program.seven_bit else line)]


def in_seven_bits(text):
    """What tf shows of UTF-8; the byte 0x80 ends the line."""
    whole = text.encode().split(b"\x80")[0]
    return "".join(chr(c & 127) for c in whole if c & 127 >= 32)


def test_logging_in_and_the_opening_is_no_text(ann):
    typed = ann.program.echo
    ann.sees_only(*ann.login)
    rows = ann.rows()
    above = [row for row in rows[:rows.index(WELCOME)] if row]
    assert (above or [""])[-1] == ann.program.banner.format(**ann.place)
    ann.type("look")
    ann.sees_only(*ann.login, *["look"][:typed], "The following are in this room:", "cat", "ann")
    assert set(ann.proxy.commands()) == ann.program.opens
    assert ann.proxy.text() == b"login ann" + ann.program.enter + b"look" + ann.program.enter
    assert b"\xff" not in ann.raw


LINES = [
    "Grüß Gott 🫖 zum Tee",
    "Ã, Ï, Ú und Ü 🏠 sind Buchstaben",
    "日本のお茶 ist grün 🍵",
    "„curly quotes“ – für Äpfel 🍏",
    "naïve café: ça coûte 2 € ☕",
]


def test_five_lines_in_each_direction(ann):
    rows = list(ann.login)
    for line in LINES:
        mine = line.encode("ascii", "ignore").decode().strip() if ann.program.seven_bit else line
        rows += says(ann, mine)
        rows += hears(ann, line)
        ann.sees_only(*rows)


def test_erasing_a_character(ann):
    tries = ["tex"] if ann.program.seven_bit else ["tex", "teü", "te🍵"]
    rows = list(ann.login)
    for text in tries:
        says(ann, text + DELETE + "a", "tea")
        # An emoji is two columns wide, but the kernel erases only one.
        if text != "te🍵":
            rows += ["tea", "ann: tea"] if ann.program.echo else ["ann: tea"]
            ann.sees_only(*rows)
    sent = ["tea"] * len(tries) if ann.program.edits else [text + DELETE + "a" for text in tries]
    lines = ann.proxy.text().split(ann.program.enter)[1:-1]
    assert lines == [line.encode() for line in sent]
    # The other key for erasing, and the key that erases the whole line.
    says(ann, "tex" + CTRL_H + "a", "tea")
    says(ann, "wrong" + CTRL_U + "right", "right")
    ann.sees("ann: right")


def test_resizing_keeps_the_conversation(ann):
    ann.press("half")
    ann.resize(30, 255)
    if ann.program.sizes:
        ann.proxy.until(lambda: "NAWS 255x30" in ann.proxy.commands())
    ann.type("way there")
    ann.cat.expect("chat", nick="ann", message="halfway there")
    ann.sees("ann: halfway there")
    ann.resize(20, 40)
    says(ann, "and on")
    hears(ann, "all the way")
    ann.sees("cat: all the way")
    ann.sees("ann: and on")
    told = {"NAWS 255x30", "NAWS 40x20"} if ann.program.sizes else set()
    assert set(ann.proxy.commands()) == ann.program.opens | told


def test_interrupting(ann):
    program = ann.program
    ann.press("half")
    if program.edits:
        ann.until(lambda: any(row.endswith("half") for row in ann.rows()))
    else:
        ann.proxy.until(lambda: ann.proxy.text().endswith(b"half"))
    ann.press(CTRL_C)
    if not program.quit:
        ann.expect_end()
        assert ann.process.signalstatus == signal.SIGINT
        ann.cat.expect("leave", nick="ann")
        return
    ann.follow(program.interrupt)
    says(ann, "still here", program.half + "still here")
    ann.sees(f"ann: {program.half}still here")
    hears(ann, "so I see")
    ann.sees("cat: so I see")
    assert tuple(ann.proxy.commands()) == program.interrupt_sends


def test_quitting_the_client(ann):
    ann.follow(ann.program.quit or (("", CTRL_C),))
    ann.expect_end()
    ann.cat.expect("leave", nick="ann")


def test_quitting_by_a_command(ann):
    ann.type(ann.program.logout)
    ann.cat.expect("leave", nick="ann")
    ann.follow(ann.program.left)
    ann.expect_end()


def test_the_tea_party(start):
    magnus = start("inetutils-telnet", "magnus")
    magnus_sees = ["login magnus", *arrival("magnus")]
    magnus.sees_only(*magnus_sees)
    client = start("inetutils-telnet")
    rows = []
    for typed, *answers in [
            ("anything at all", "Please log in", 'Use "login <nick>"'),
            ("login", "Please enter a name"),
            ("login magnus", 'The name "magnus" is already in use.', "Please try again."),
            ("login dilbert", *arrival("dilbert", " with magnus")),
            ("look", "The following are in this room:", "magnus", "dilbert"),
            ("say Hi, magnus!", "dilbert: Hi, magnus!"),
            ("Nice weather", "dilbert: Nice weather")]:
        client.type(typed)
        rows += [typed, *answers]
        client.sees_only(*rows)
    client.type("logout")
    client.expect_end()
    client.sees_only(*rows, "logout", "Bye.", "Connection closed by foreign host.")
    magnus.sees_only(
        *magnus_sees, "dilbert has entered the room.", "dilbert: Hi, magnus!",
        "dilbert: Nice weather", "dilbert has left the room.")


def test_bytes_that_telnet_takes_for_keys(start):
    """It compares the lower seven bits with its keys, even within characters."""
    ann = start_with_cat(start, "inetutils-telnet")
    for letter, sent in {"Ã": "IP", "Ï": "AO", "Ú": "SUSP", "Ü": "BREAK"}.items():
        ann.proxy.sent = b""
        ann.sees(*says(ann, f"half {letter} whole"))
        assert ann.proxy.commands() == [sent, "DO TM"]
    # Some it does not send at all, so their characters cannot be restored.
    says(ann, "half Å whole", "half \ufffd whole")
    ann.sees("*** That was not UTF-8, so that some characters are lost. If your terminal uses",
             "    another set, type /charset latin1 (or cp437, ascii).", "ann: half \ufffd whole")
    ann.type("half Ý")
    ann.follow([("telnet>", "\r")])
    ann.sees(*says(ann, " whole", "half \ufffd whole"))
    ann.sees(*says(ann, "and on"))


def test_busybox_is_refused_character_mode(start):
    ann = start_with_cat(start, "busybox")
    ann.press(CTRL_C)
    ann.follow([(" c\tgo to character mode", "c"), ("Entering line mode", "")])
    wanted = ["DO ECHO", "DO SGA", "DONT ECHO", "DONT SGA"]
    ann.proxy.until(lambda: ann.proxy.commands() == wanted)
    ann.sees(*says(ann, "tex" + DELETE + "a", "tea")[1:])


def test_erasing_half_a_character(start):
    """On a terminal without UTF-8, backspace erases a byte."""
    ann = start_with_cat(start, "inetutils-telnet", modern=False)
    says(ann, "teü" + DELETE + "a", "te\ufffda")
    says(ann, "teü" + DELETE + DELETE + "a", "tea")
    ann.sees("ann: tea")


def test_characters_that_tf_takes_for_keys(start):
    """It cannot send them, but sends the rest of the line."""
    ann = start_with_cat(start, "tf5")
    says(ann, "Über Tee", "Cber Tee")
    # An emoji ends the line, and repeats the next key five times.
    says(ann, "Tee 🍵", "Tee ")
    says(ann, "x", "xxxxx")
    says(ann, "and on")
    ann.sees("ann: and on")


def test_nc_gets_clean_text(start):
    ann = start_with_cat(start, "nc")
    ann.cat.send("chat", message="one\ntwo")
    ann.sees("cat: one", "cat: two")
    ann.type("/me nods")
    ann.sees("[ann nods]")
    # The terminal turns each LF into CR LF, whether a CR came before it or not.
    assert ann.raw.decode().split("\r\n") == [
        f"{WELCOME}\r", "login ann", *(f"{line}\r" for line in arrival("ann", " with cat")), "cat: one\r", "cat: two\r", "/me nods", "[ann nods]\r", ""]
