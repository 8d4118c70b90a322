"""The terminal client without a screen: in pipes, in scripts, and with --plain."""

import re
import subprocess

import pytest

from clients import TIMEOUT
from server import program
from terminal import run


def test_plain_prints_an_event_a_line(server):
    bob = server.json("bob")
    bob.send("topic", topic="Tea")
    bob.until("topic")
    bob.send("join", room="tea")
    given = ("hello \\\\ there\n/me waves\n/msg bob psst\n/nope\n/topic\n"
             "/join tea\n/topic\n/leave\n")
    status, out, _ = run("--plain", "ann", *server.address("json"), given=given)
    lines = [line.split("\t") for line in out.splitlines()]
    assert status == 1
    assert all(len(line) == 5 and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line[0]) for line in lines)
    events = [line[1:] for line in lines]
    for event in (
            ["main", "moved", "ann", "has joined the chat"],
            ["main", "notice", "", "The topic is: Tea (set by bob)"],
            ["main", "chat", "ann", "hello \\\\\\\\ there"],
            ["main", "emote", "ann", "waves"],
            ["@bob", "direct", "ann", "psst"],
            ["main", "error", "", "Unknown command /nope. /help lists the commands."],
            ["tea", "notice", "", "There is no topic."],
            ["main", "local", "", "You have left tea"]):
        assert event in events, event


def test_plain_on_a_terminal_draws_nothing(server, terminal):
    ann = terminal("--plain", "ann", *server.address("json"), term="xterm-256color")
    ann.until(lambda: b"\tmoved\tann\thas joined the chat" in ann.raw, "an event")
    bob = server.json("bob")
    ann.enter("hello")
    bob.until("chat", nick="ann", message="hello")
    bob.send("chat", message="one\ntwo")
    ann.until(lambda: b"\tchat\tbob\tone\\ntwo\r\n" in ann.raw, "lines in one")
    assert b"\x1b" not in ann.raw


def test_a_line_is_piped_in(server):
    bob = server.json("bob")
    status, out, err = run("bot", *server.address("json"), given="hi\n")
    assert (status, err) == (0, "")
    assert "bot: hi\n" in out and "\x1b" not in out
    bob.until("chat", nick="bot", message="hi")
    bob.expect("leave", nick="bot")


def test_the_last_line_needs_no_newline(server):
    status, out, _ = run("bot", *server.address("json"), given="one\ntwo")
    assert status == 0 and out.endswith("bot: one\nbot: two\n")


def test_commands_are_run_in_order(server):
    status, out, err = run("bot", *server.address("json"), given=(
        "/me waves\n/join tea\nin tea\n/join main\n//in main\n/look\n/q\nnever said\n"))
    assert (status, err) == (0, "")
    lines = [line for line in out.splitlines() if "here" not in line and "joined" not in line]
    assert lines == ["[bot waves]", "bot: in tea", "bot: /in main", "*** In main: bot"]


def test_a_refusal_goes_to_standard_error(server):
    status, out, err = run("bot", *server.address("json"), given="/msg nobody hi\nstill here\n")
    assert status == 1 and "bot: still here\n" in out
    assert err == 'teahouse: refused: "nobody" is not online.\n'


def test_a_refused_name(server):
    everyone = [server.json("ann"), *(server.json(f"ann{i}") for i in range(2, 10))]
    status, out, err = run("ann", *server.address("json"), given="hi\n")
    assert (status, out) == (1, "")
    assert err == 'teahouse: login: The name "ann9" is already in use.\n'
    del everyone
    status, out, err = run("a b", *server.address("json"), given="hi\n")
    assert (status, out) == (1, "") and err.startswith('teahouse: login: The name "a b" cannot be used')


def test_all_lines_piped_in_are_sent_in_order(start_server):
    server = start_server(limits={"rate": 0}, relay=None, lobby=None, direct=None)
    bob = server.json("bob")
    lines = [f"{i} of many" for i in range(2000)]
    status, out, err = run("bot", *server.address("json"), given="\n".join(lines))
    assert (status, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("bot: ")] == [
        f"bot: {line}" for line in lines]
    for line in lines:
        bob.until("chat", nick="bot", message=line)


def test_a_long_message_over_the_limit(server):
    status, out, err = run("bot", *server.address("json"), given="x" * 5000 + "\n" + "y" * 9000)
    assert status == 1 and "bot: " not in out
    assert len(err.splitlines()) == 2 and all(
        line.startswith("teahouse: refused: ") for line in err.splitlines())


def test_each_line_of_a_message_names_its_author(server):
    process = subprocess.Popen(
        [program("teahouse"), "bot", *map(str, server.address("json"))], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "*** bot has joined the chat\n"
    bob = server.json("bob")
    bob.send("chat", message="one\ntwo")
    bob.send("emote", message="three\nfour")
    out, _ = process.communicate(timeout=TIMEOUT)
    assert "bob: one\nbob: two\n[bob three]\n[bob four]\n" in out or process.returncode == 0


def test_a_closed_output_pipe_ends_the_client(server):
    process = subprocess.Popen(
        [program("teahouse"), "bot", *map(str, server.address("json"))], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    server.json("bob").send("chat", message="hello?")
    assert process.wait(TIMEOUT) == 1
    assert process.stderr.read() == b""
    process.stdin.close()
    process.stderr.close()


def test_the_connection_is_lost_before_a_message_is_confirmed(scripted_server):
    process = subprocess.Popen(
        [program("teahouse"), "bot", "127.0.0.1", str(scripted_server.port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    connection, _ = scripted_server.accept_and_welcome()
    process.stdin.write(b"hello\n")
    process.stdin.close()
    connection.until("chat", message="hello")
    connection.drop()
    assert process.wait(TIMEOUT) == 1
    assert process.stderr.read().splitlines() == [
        b"teahouse: refused: This message may not have been delivered: hello",
        b"teahouse: connection lost: not all lines were sent"]
    process.stdout.close()
    process.stderr.close()


def test_a_script_reconnects_after_a_restart(scripted_server):
    process = subprocess.Popen(
        [program("teahouse"), "bot", "127.0.0.1", str(scripted_server.port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, bufsize=0)
    connection, _ = scripted_server.accept_and_welcome()
    connection.drop()
    while b"Connection lost" not in process.stdout.readline():
        pass
    process.stdin.write(b"hello\n")
    connection, _ = scripted_server.accept_and_welcome()
    said = connection.until("chat", message="hello")
    connection.send("chat", nick="bot", room="main", message="hello", ref=said["ref"], time=1000)
    process.stdin.close()
    ping = connection.until("ping")
    connection.send("pong", ref=ping["ref"], time=1000)
    assert process.wait(TIMEOUT) == 0
    assert process.stdout.read().endswith(b"bot: hello\n")
    process.stdout.close()


def test_a_message_that_is_never_confirmed_is_reported(scripted_server):
    process = subprocess.Popen(
        [program("teahouse"), "bot", "127.0.0.1", str(scripted_server.port)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    connection, _ = scripted_server.accept_and_welcome()
    process.stdin.write(b"hello\n")
    process.stdin.close()
    ping = connection.until("ping")
    connection.send("pong", ref=ping["ref"], time=1000)
    assert process.wait(TIMEOUT) == 1
    assert process.stderr.read() == b"teahouse: refused: This message may not have been delivered: hello\n"
    process.stdout.close()
    process.stderr.close()


@pytest.mark.parametrize("how", ["pipe", "file"])
def test_the_connection_is_lost_before_all_input_is_read(scripted_server, how, tmp_path):
    """With more lines than are queued, it gives up rather than trying to reconnect for ever."""
    script = tmp_path / "script"
    script.write_text("".join(f"line {i}\n" for i in range(5000)))
    with script.open() as file:
        process = subprocess.Popen(
            [program("teahouse"), "bot", "127.0.0.1", str(scripted_server.port)], stderr=subprocess.PIPE,
            stdin=file if how == "file" else subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    if how == "pipe":
        process.stdin.write(script.read_text())
    connection, _ = scripted_server.accept_and_welcome()
    connection.until("chat", message="line 200")
    if how == "pipe":
        process.stdin.close()
    connection.drop()
    assert process.wait(TIMEOUT) == 1
    assert process.stderr.read().endswith("teahouse: connection lost: not all lines were sent\n")
    process.stderr.close()


def test_a_script_whose_name_is_taken_gets_the_next_one(server):
    """As two that run at once: nothing is lost."""
    bob = server.json("bob")
    first = subprocess.Popen([program("teahouse"), "backup", *map(str, server.address("json"))],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    bob.until("join", nick="backup")
    for name in ("backup2", "backup2"):
        assert run("backup", *server.address("json"), given="done\n")[0::2] == (0, "")
        bob.until("chat", nick=name, message="done")
        bob.until("leave", nick=name)
    server.json("backup2")
    status, out, err = run("--plain", "backup", *server.address("json"), given="done, too\n")
    assert (status, err) == (0, "") and "\tbackup3\tdone, too\n" in out
    assert first.communicate(b"mine\n", timeout=TIMEOUT)[0].endswith(b"backup: mine\n")


DATA = ["/etc/passwd", "/q", " /nick evil", "//x", "/", "  indented", "\t/msg bob psst"]


def test_literal_lines_are_no_commands(server):
    bob = server.json("bob")
    status, _, err = run("--literal", "bot", *server.address("json"), given="\n".join(DATA))
    assert (status, err) == (0, "")
    bob.until("join", nick="bot")
    for line in DATA:
        assert bob.until("chat", nick="bot")["message"] == (line if line[0] == line[1:2] == " " else line.strip())


def test_lines_that_are_no_commands(server):
    """The path of a file; and a command may have blanks before it, so that no secret is said."""
    bob = server.json("bob")
    given = "/etc/passwd\n  //two\n  /msg bob one\n\t/msg bob two\n\u3000/msg bob three\n\xa0/me waves\n"
    status, out, err = run("bot", *server.address("json"), given=given)
    assert (status, err) == (0, "")
    assert [bob.until("chat")["message"] for _ in range(2)] == ["/etc/passwd", "/two"]
    assert [bob.until("direct")["message"] for _ in range(3)] == ["one", "two", "three"]
    bob.until("emote", message="waves")


def test_the_control_sequences_of_terminals_are_dropped(server):
    bob = server.json("bob")
    given = "\x1b[31mFAILED\x1b[0m \x1b]8;;http://x\x1b\\tests\x1b]8;;\x1b\\\n\x1b[1m/me\x1b[0m waves\n"
    assert run("bot", *server.address("json"), given=given)[0] == 0
    assert bob.until("chat", nick="bot")["message"] == "FAILED tests"
    bob.until("emote", nick="bot", message="waves")
