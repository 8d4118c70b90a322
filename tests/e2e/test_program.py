"""How the server starts and stops: command line, settings, listeners, signals."""

import re
import signal
import subprocess
import time

import pytest

from clients import TIMEOUT, WELCOME, ConnectionClosed, LineClient, drain
from server import free_port, Server, program, settings


# The command line.

def run(*args, **options):
    return subprocess.run([program(), *map(str, args)], capture_output=True, text=True,
                          timeout=TIMEOUT, **options)


def test_version_and_help():
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "teahoused 0.1\n", "")
    done = run("--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: teahoused") and not done.stderr


@pytest.mark.parametrize("args", [
    ["--nonsense"], ["-x"], ["-c"], ["65536"], ["12x"], ["x"], ["-5"], ["1", "2"], [""]])
def test_a_wrong_command_line(args):
    done = run(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"teahoused: [^\n]+: [^\n]+\n", done.stderr)


def test_a_file_without_its_option():
    done = run("t.ini")
    assert (done.returncode, done.stderr) == (
        2, 'teahoused: port: "t.ini" is not a number (did you mean -c t.ini?); '
           "see teahoused --help\n")


def hints(server):
    """What the server prints, until the line about Ctrl-C."""
    lines = iter(server.process.stdout.readline, b"  Ctrl-C stops the server.\n")
    return [line.decode().strip() for line in lines]


def test_hints_name_the_addresses_in_use(start_server):
    server = start_server(args=["--hints"], telnet={"address": "127.0.0.2"})
    client = program().removesuffix("d")
    assert hints(server) == [
        "", f"In a browser:      http://localhost:{server.port('web')}/",
        f"By telnet:         telnet 127.0.0.2 {server.port('telnet')}",
        f"In a terminal:     {client} localhost:{server.port('json')}"]


def test_minus_t_tests_the_settings(tmp_path):
    good, bad = tmp_path / "good.ini", tmp_path / "bad.ini"
    good.write_text(settings())
    bad.write_text("[limits]\nsessions = many\nnonsense = 1\n")
    done = run("-t", "-c", good)
    assert (done.returncode, done.stdout) == (0, f"{good}: settings are valid\n")
    done = run("-t", "-c", bad)
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"teahoused: {bad}:") for line in lines)


def test_missing_settings(tmp_path):
    done = run("-c", tmp_path / "none.ini")
    assert done.returncode == 2 and "none.ini" in done.stderr


def test_the_port_argument(start_server):
    port = free_port()
    server = start_server(args=[port])
    assert server.port("json") == port


# Listeners.

def test_listener_lines(start_server):
    server = start_server(telnet6={"protocol": "telnet", "address": "::1"},
                          everywhere={"protocol": "telnet", "address": "*"})
    text = "\n".join(server.log)
    for name in ("telnet", "json", "web"):
        assert re.search(rf"^teahoused: {name} on 127\.0\.0\.1:[1-9]\d*$", text, re.M)
    assert re.search(r"^teahoused: telnet6 on \[::1\]:[1-9]\d*$", text, re.M)
    assert re.search(r"^teahoused: everywhere on \*:[1-9]\d*$", text, re.M)
    assert server.log[-1] == "teahoused: ready"
    for name in ("telnet", "telnet6", "everywhere"):
        server.line_client(name).expect(WELCOME)
    LineClient(("::1", server.port("everywhere"))).expect(WELCOME)


def test_log_lines_have_the_time_and_the_connection(start_server):
    server = start_server(args=["-v"])
    server.telnet("ann")
    server.wait_for_log(r"^teahoused: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ "
                        r"conn \d+ 127\.0\.0\.1: ann logged in by telnet$")


def test_the_journal_adds_the_time_itself(start_server):
    journal = 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"'
    server = start_server(args=["-v"], wrapper=["sh", "-c", journal, "sh"])
    server.telnet("ann")
    server.wait_for_log(r"^teahoused: conn \d+ 127\.0\.0\.1: ann logged in by telnet$")


def test_ports_of_another_server(server, tmp_path):
    other = Server(
        tmp_path, wait=False, json={"port": server.port("json")}, web={"port": server.port("web")})
    assert other.wait() == 2
    assert other.log == [
        f"teahoused: {other.setting_location(name, 'port')}: cannot listen on "
        f"127.0.0.1:{server.port(name)}: Address already in use; choose another port"
        for name in ("json", "web")]
    other.process.stdout.close()


def test_a_port_is_free_again_after_the_end(start_server):
    server = start_server()
    port = server.port("telnet")
    client = server.telnet()
    client.expect(WELCOME)
    assert server.stop() == 0
    client.drop()
    server = start_server(telnet={"port": port})
    server.telnet().expect(WELCOME)


def test_a_root_that_does_not_exist(tmp_path):
    server = Server(tmp_path, wait=False, web={"root": tmp_path / "nowhere"})
    assert server.wait() == 2
    assert "nowhere" in "\n".join(server.log)
    server.process.stdout.close()


# The end.

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_is_announced(server, number):
    ann, bob, chris = server.telnet("ann"), server.web("bob"), server.json("chris")
    drain(bob)
    drain(chris)
    server.signal(number)
    ann.until("*** The server is stopping.")
    assert ann.read_rest() == b""
    ann.drop()
    bob.until("notice", code="shutting-down", message="The server is stopping.")
    with pytest.raises(ConnectionClosed) as closed:
        bob.read()
    assert closed.value.code == 1001
    bob.drop()
    chris.until("notice", message="The server is stopping.")
    chris.expect_end()
    chris.drop()
    assert server.wait() == 0


def test_stopping_is_quick(start_server):
    def seconds_to_stop():
        server = start_server()
        client = server.json("ann")
        began = time.monotonic()
        server.signal()
        client.until("notice")
        client.expect_end()
        client.drop()
        assert server.wait() == 0
        return time.monotonic() - began

    # A busy machine may be slow now and then; what waits for clients waits 2 s every time.
    assert any(seconds_to_stop() < 1.5 for _ in range(5))


def test_stopping_does_not_wait_for_clients_that_do_not_read(start_server):
    server = start_server(limits={"rate": 0, "send_queue": 1 << 24})
    silent, idle = server.web(), server.connect("web")
    stuck = server.telnet("stuck", receive=2048)
    ann = server.json("ann")
    for i in range(1500):
        ann.send("chat", message="x" * 3900)
        ann.until("chat")
    assert server.stop() == 0
    del silent, idle, stuck


def test_a_second_signal_while_stopping(server):
    stuck = server.web()
    server.signal()
    server.wait_for_log("stopping")
    server.signal()
    assert server.wait() == 0
    del stuck
