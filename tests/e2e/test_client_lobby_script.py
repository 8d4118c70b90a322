"""Scripts that use the terminal client over the lobby protocol; and what is alike over direct."""

import re
import subprocess

import pytest

from clients import TIMEOUT
from server import program
from terminal import run
from test_client_lobby import member


def test_a_script_in_the_lobby(server):
    bob = member(server)
    status, out, err = run("-p", "lobby", "-r", "tea", "bot", *server.address("lobby"),
                           given="hi\n/who\nbye")
    assert (status, err) == (0, "")
    assert sorted(out.splitlines()) == [
        "*** 2 people are here: bob, bot", "*** In tea: bob, bot", "*** bot has joined the chat",
        "bot: bye", "bot: hi"]
    for message in "hi", "bye":
        assert bob.until("chat", nick="bot")["message"] == message
    bob.until("leave", nick="bot")


def test_all_lines_of_a_script_are_sent_in_order(start_server):
    server = start_server(limits={"rate": 0}, lobby={})
    bob = member(server)
    lines = [f"{i} of many" for i in range(2000)]
    status, out, err = run("-p", "lobby", "-r", "tea", "bot", *server.address("lobby"),
                           given="\n".join(lines) + "\n/logout\nnever said\n")
    assert (status, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("bot: ")] == [
        f"bot: {line}" for line in lines]
    for line in lines:
        assert bob.until("chat", nick="bot")["message"] == line
    bob.until("leave", nick="bot")


def test_a_script_waits_for_a_server_that_reads_slowly(start_server):
    server = start_server(limits={"rate": 50, "burst": 5}, lobby={})
    bob = member(server)
    lines = [f"{i} of many" for i in range(50)]
    status, _, err = run("-p", "lobby", "-r", "tea", "bot", *server.address("lobby"),
                         given="\n".join(lines))
    assert (status, err) == (0, "")
    for line in lines:
        assert bob.until("chat", nick="bot")["message"] == line


def test_a_script_receives_messages_meanwhile(server):
    process = subprocess.Popen(
        [program("teahouse"), "-p", "lobby", "-r", "tea", "bot", *map(str, server.address("lobby"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "*** bot has joined the chat\n"
    bob = member(server)
    bob.send("chat", room="tea", message="is it on?")
    while process.stdout.readline() != "bob: is it on?\n":
        pass
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0


@pytest.mark.parametrize("args, env, why", [
    (["-p", "lobby", "bot"], {}, "room: without a terminal to ask on, this protocol needs --room"),
    (["-p", "lobby", "-r", "", "bot"], {}, "room: without a terminal to ask on"),
    (["-p", "lobby", "-r", "tea"], {"USER": ""}, "name: not given, and $USER is not set"),
    (["-p", "direct"], {"USER": ""}, "name: not given, and $USER is not set"),
    (["-p", "direct", "-r", "tea", "bot"], {}, "room tea: this protocol has no rooms"),
])
def test_what_is_missing_without_a_terminal_to_ask_on(args, env, why):
    status, out, err = run(*args, env=env)
    assert (status, out) == (2, "")
    assert re.fullmatch(f"teahouse: {re.escape(why)}.*\n", err)


def test_a_script_whose_name_or_room_is_refused(server):
    member(server)
    for args, why in (
            (["-r", "tea", "a:b"], 'The name "a:b" cannot be used: .*'),
            (["-r", "a b", "bot"], '"a b" cannot be a room\'s name: .*'),
            (["-r", "tea", "x" * 3000], 'The name "x+.*')):
        status, out, err = run("-p", "lobby", *args, *server.address("lobby"), given="hi\n")
        assert (status, out) == (1, "")
        assert re.fullmatch(f"teahouse: login: {why}\n", err)


def test_a_script_whose_name_is_taken_gets_the_next_one(server):
    member(server)
    status, out, err = run("-p", "lobby", "-r", "tea", "bob", *server.address("lobby"), given="hi\n")
    # The list of people may be answered before the line is sent, or after it.
    assert (status, err) == (0, "") and "bob2: hi" in out.splitlines()


def test_a_script_with_an_unknown_command(server):
    status, out, err = run("-p", "lobby", "-r", "tea", "bot", *server.address("lobby"),
                           given="/topic x\nstill here\n")
    assert status == 1 and "bot: still here\n" in out
    assert err == "teahouse: refused: The lobby protocol has no command /topic. Type /help for a list.\n"


@pytest.mark.parametrize("port, args", [
    (5220, ["-p", "lobby", "-r", "tea"]), (12345, ["-p", "direct"])])
def test_each_protocol_has_its_default_port(port, args):
    # Connecting to the broadcast address fails at once.
    status, _, err = run(*args, "bot", "255.255.255.255")
    assert status == 1 and err.startswith(f"teahouse: cannot connect to 255.255.255.255 port {port}: ")
