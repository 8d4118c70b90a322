"""Starts the program under test, each test with a server of its own.

    def test_tea(start_server):
        server = start_server(limits={"sessions": 2})
        ann, bob = server.telnet(), server.web()
        ann.send("login ann")
        bob.send("hello", nick="bob", version=2)
        ann.until("bob has entered the room.")

Nothing here sleeps for a fixed time: every call waits for what must come, TIMEOUT at most.
"""

import os
import pathlib
import re
import socket
import subprocess
import threading
import time
from signal import SIGKILL, SIGTERM

from clients import TIMEOUT, Client, LineClient, PacketClient
from tls_socket import TlsSocket
from websocket_client import WebSocketClient, http_request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOCOLS = ("telnet", "json", "web", "relay", "lobby", "direct")


def program(name="teahoused"):
    """The path of a program under test; TEAHOUSED and TEAHOUSE override it."""
    return os.path.abspath(os.environ.get(name.upper(), ROOT / "build" / name))


SANITIZED = "asan" in program()


def free_port():
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_until(condition):
    """For what no event announces, such as a closed descriptor: asks again until it holds."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def settings(**sections):
    """An ini file with a listener for every protocol on a free port, changed by `sections`.

    A section is a dict: server, limits, history, and each listener by its name. A listener's
    protocol is its name unless it has the key `protocol`. None leaves a listener out. A user whose
    connection is lost leaves at once, unless the limit `linger` is given.
    """
    wanted = {"server": {}, "limits": {}}
    wanted.update({name: {} for name in PROTOCOLS})
    wanted.update(sections)
    wanted["limits"] = {"linger": 0, **wanted["limits"]}
    text = []
    for name, keys in wanted.items():
        if keys is None:
            continue
        if name in ("server", "limits", "history", "tls", "accounts"):
            text.append(f"[{name}]")
        else:
            keys = {"protocol": name, "port": 0, **keys}
            if keys["protocol"] == "web":
                keys.setdefault("root", ROOT / "web")
            text.append(f"[listener:{name}]")
        text += [f"{key} = {value}" for key, value in keys.items()]
        text.append("")
    return "\n".join(text)


class Server:
    """A running server. At the end of its `with` it is stopped, and must exit with 0.

    `wrapper` is a command to run it under, such as strace; wait=False does not wait until it is
    ready, for servers that are not expected to start.
    """

    def __init__(self, folder, *, ini=None, args=(), env=None, wrapper=(), wait=True, **sections):
        self.ini = pathlib.Path(folder) / "teahouse.ini"
        self.ini.write_text(settings(**sections) if ini is None else ini)
        self.log = []
        self.log_changed = threading.Condition()
        self.log_ended = False
        self.clients = []
        self.listeners = {}
        self.encrypted = set(re.findall(r"^\[listener:([^]]+)\](?:\n(?!\[).*)*\ntls = yes$",
                                        self.ini.read_text(), re.M))
        self.killed = False
        self.process = subprocess.Popen(
            [*wrapper, program(), "-c", str(self.ini), *map(str, args)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self._read_log, daemon=True)
        self.reader.start()
        if wait:
            self.wait_until_ready()

    def _read_log(self):
        for line in self.process.stderr:
            with self.log_changed:
                self.log.append(line.decode(errors="replace").rstrip("\n"))
                self.log_changed.notify_all()
        with self.log_changed:
            self.log_ended = True
            self.log_changed.notify_all()

    def wait_for_log(self, pattern):
        """Waits for a line of the log; returns its match."""
        seen = 0
        with self.log_changed:
            while True:
                for line in self.log[seen:]:
                    match = re.search(pattern, line)
                    if match:
                        return match
                seen = len(self.log)
                if self.log_ended or not self.log_changed.wait(TIMEOUT):
                    raise AssertionError(f"no {pattern!r} in the log:\n" + "\n".join(self.log))

    def wait_until_ready(self):
        self.wait_for_log(r"^teahoused: ready$")
        for line in list(self.log):
            match = re.match(r"^teahoused: (\S+) on (\S+):(\d+)$", line)
            if match:
                host = match[2].strip("[]")
                self.listeners[match[1]] = (host, int(match[3]))

    def setting_location(self, listener, key):
        """FILE:LINE: SECTION.KEY of a setting, as error messages name it."""
        lines = self.ini.read_text().splitlines()
        start = lines.index(f"[listener:{listener}]")
        line = next(i for i in range(start, len(lines)) if lines[i].startswith(f"{key} ="))
        return f"{self.ini}:{line + 1}: listener:{listener}.{key}"

    def address(self, listener):
        """Where to connect to; a wildcard address is reached over the loopback."""
        host, port = self.listeners[listener]
        return {"*": "127.0.0.1", "::": "::1", "0.0.0.0": "127.0.0.1"}.get(host, host), port

    def port(self, listener):
        return self.listeners[listener][1]

    def _keep(self, client):
        self.clients.append(client)
        return client

    def _options(self, listener, options):
        """Connects with TLS where the listener has it, unless told otherwise."""
        return {"tls": TlsSocket if listener in self.encrypted else None, **options}

    def connect(self, listener, **options):
        """A client that sends and reads bytes, without any protocol."""
        return self._keep(Client(self.address(listener), **self._options(listener, options)))

    def line_client(self, listener="telnet", **options):
        return self._keep(LineClient(self.address(listener), **self._options(listener, options)))

    def telnet(self, nick=None, **options):
        """A telnet client. With a nick, it has just sent its login and has read nothing."""
        client = self.line_client("telnet", **options)
        if nick:
            client.send(f"login {nick}")
        return client

    def json(self, nick=None, version=2, listener="json", **options):
        """A json client. With a nick, its welcome (or in version 1 its own join) has been read."""
        client = self._keep(PacketClient(self.address(listener), **self._options(listener, options)))
        return _log_in(client, nick, version)

    def web(self, nick=None, listener="web", **options):
        """A WebSocket client. With a nick, its welcome has been read."""
        client = self._keep(WebSocketClient(self.address(listener), **self._options(listener, options)))
        return _log_in(client, nick, 2)

    def get(self, path="/", listener="web", **options):
        """An HTTP response: status, headers in lower case, body."""
        return http_request(self.address(listener), path, **self._options(listener, options))

    def memory(self, what="VmRSS"):
        """Memory in use, in KiB; VmHWM: its peak."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{what}:\s+(\d+) kB", status, re.M)[1])

    def open_files(self):
        """How many descriptors are open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_seconds(self):
        """The processor time used so far."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def signal(self, number=SIGTERM):
        self.process.send_signal(number)

    def wait(self):
        """Waits for the process to end; returns its exit status."""
        status = self.process.wait(TIMEOUT)
        self.reader.join(TIMEOUT)
        return status

    def stop(self, number=SIGTERM):
        if self.process.poll() is None:
            self.signal(number)
        return self.wait()

    def kill(self):
        """Ends it as a crash does: at once, without a chance to do anything."""
        self.killed = True
        self.process.kill()
        self.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for client in self.clients:
            client.drop()
        try:
            status = self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.wait()
            raise
        finally:
            self.process.stdout.close()
            if kind:
                print("\n".join(self.log))
        if kind is None and status != (-SIGKILL if self.killed else 0):
            raise AssertionError(f"exit status {status}:\n" + "\n".join(self.log))


def _log_in(client, nick, version):
    if nick:
        hello = {"nick": nick, "version": version} if version != 1 else {"nick": nick}
        client.send("hello", **hello)
        if version == 1:
            client.until("join", nick=nick)
        else:
            client.until("welcome", nick=nick)
    return client
