"""The terminal client as a person sees it, and as a script does.

    def test_tea(house, terminal):
        client = terminal("ann", *house().address("json"))
        client.shows("ann has joined")
        client.enter("hello")
"""

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time

import pyte
import pytest

from house import PATIENCE, program


F1, F2, F3 = "\x1bOP", "\x1bOQ", "\x1bOR"
PASTE, PASTED = "\x1b[200~", "\x1b[201~"


class Screen(pyte.Screen):
    def __init__(self, columns, rows):
        super().__init__(columns, rows)
        self.bells = 0

    def bell(self, *_):
        self.bells += 1


def take_terminal():
    """As a shell does, before the client runs; these may be ignored where tests start."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """A pty with the client on it. Rows are as a person sees them, without blanks at the end."""

    def __init__(self, *args, rows=12, columns=60, term="linux", env=None, argv=None):
        self.master, self.slave = pty.openpty()
        self.screen = Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.resize(rows, columns)
        self.found = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            argv or [program("teahouse"), *map(str, args)],
            stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            preexec_fn=take_terminal,
            env={"PATH": os.environ["PATH"], "TERM": term, "LANG": "C.UTF-8", "TZ": "UTC",
                 "INPUTRC": "/dev/null", "USER": "nobody", **(env or {})})

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read(self, patience):
        """Whether something came."""
        if not select.select([self.master], [], [], patience)[0]:
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

    def until(self, condition, what="that"):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end or (self.process.poll() is not None and not self.read(0)):
                raise AssertionError(f"never {what}:\n" + "\n".join(self.rows()))
            self.read(0.1)

    def shows(self, *patterns):
        """Waits until rows, one below the other, match; gives the cells of the first."""
        found = []

        def there():
            rows = self.rows()
            for i in range(len(rows) - len(patterns) + 1):
                if all(re.search(p, row) for p, row in zip(patterns, rows[i:])):
                    found.append(self.screen.buffer[i])
                    return True
            return False
        self.until(there, repr(patterns))
        return found[0]

    def typed(self, line):
        """Waits until the last row is just this."""
        self.until(lambda: self.rows()[-1] == line, repr(line))

    def status(self, pattern):
        self.until(lambda: re.search(pattern, self.rows()[-2]), repr(pattern))

    def keys(self, text):
        os.write(self.master, text.encode())

    def enter(self, line):
        self.keys(line + "\r")

    def wait(self):
        """The exit status, with all output read."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.wait(1)

    def restored(self):
        return termios.tcgetattr(self.slave) == self.found

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal():
    """Starts clients: terminal(nick, host, port, ..)."""
    started = []

    def start(*args, **options):
        started.append(Terminal(*args, **options))
        return started[-1]
    yield start
    for one in started:
        one.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def run(*args, given="", env=None, **options):
    """The client without a terminal: status, output, errors."""
    done = subprocess.run(
        [program("teahouse"), *map(str, args)], input=given.encode(), capture_output=True,
        timeout=PATIENCE * 3, env={**os.environ, "TZ": "UTC", **(env or {})}, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
