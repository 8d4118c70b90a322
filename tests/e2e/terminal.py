"""The terminal client: on a pseudo-terminal whose screen is read, and as a script runs it.

    def test_tea(server, terminal):
        client = terminal("ann", *server.address("json"))
        client.shows("ann has joined")
        client.enter("hello")
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

from clients import TIMEOUT
from server import program

F1, F2, F3 = "\x1bOP", "\x1bOQ", "\x1bOR"
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"


class Screen(pyte.Screen):
    def __init__(self, columns, rows):
        super().__init__(columns, rows)
        self.bells = 0

    def bell(self, *_):
        self.bells += 1

    def set_margins(self, *args, private=False):
        """With `?`, the sequence restores modes, which pyte does not know."""
        if not private:
            super().set_margins(*args)


def set_controlling_terminal():
    """What a shell does before it runs a program. Tests may be run with these signals ignored."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """The client on a pseudo-terminal. Rows are those of its screen, without blanks at the end."""

    def __init__(self, *args, rows=12, columns=60, term="linux", env=None, argv=None):
        self.master, self.slave = pty.openpty()
        self.screen = Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.resize(rows, columns)
        self.initial_modes = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            argv or [program("teahouse"), *map(str, args)],
            stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            preexec_fn=set_controlling_terminal,
            env={"PATH": os.environ["PATH"], "TERM": term, "LANG": "C.UTF-8", "TZ": "UTC",
                 "INPUTRC": "/dev/null", "USER": "nobody", **(env or {})})

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read(self, timeout):
        """Whether any output came."""
        if not select.select([self.master], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def rows(self):
        return [row.rstrip() for row in self.screen.display]

    def until(self, condition, what="what was waited for"):
        end = time.monotonic() + TIMEOUT
        while not condition():
            if time.monotonic() > end or (self.process.poll() is not None and not self.read(0)):
                raise AssertionError(f"not there: {what}:\n" + "\n".join(self.rows()))
            self.read(0.1)

    def settles(self):
        """Waits until nothing has been drawn for a moment: a page may come in several pieces."""
        while self.read(0.3):
            pass

    def settles_soon(self):
        """The same, for what comes at once."""
        while self.read(0.05):
            pass

    def shows(self, *patterns):
        """Waits until successive rows match the patterns; returns the cells of the first row."""
        found = []

        def matches():
            rows = self.rows()
            for i in range(len(rows) - len(patterns) + 1):
                if all(re.search(p, row) for p, row in zip(patterns, rows[i:])):
                    found.append(self.screen.buffer[i])
                    return True
            return False
        self.until(matches, repr(patterns))
        return found[0]

    def typed(self, line):
        """Waits until the last row, where the input is edited, is exactly this."""
        self.until(lambda: self.rows()[-1] == line, repr(line))

    def status(self, pattern):
        """Waits until the status line, the row above the input, matches."""
        self.until(lambda: re.search(pattern, self.rows()[-2]), repr(pattern))

    def keys(self, text):
        os.write(self.master, text.encode())

    def enter(self, line):
        self.keys(line + "\r")

    def wait(self):
        """Reads all output; returns the exit status."""
        end = time.monotonic() + TIMEOUT
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.wait(1)

    def restored(self):
        """Whether the terminal's modes are those from before the client ran."""
        return termios.tcgetattr(self.slave) == self.initial_modes

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


def run(*args, given="", env=None, **options):
    """Runs the client without a terminal: exit status, output, errors."""
    done = subprocess.run(
        [program("teahouse"), *map(str, args)], input=given.encode(), capture_output=True,
        timeout=TIMEOUT * 3, env={**os.environ, "TZ": "UTC", **(env or {})}, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
