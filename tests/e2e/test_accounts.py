"""Accounts on a real server: names, sessions and messages to the absent, over kills and restarts."""

import pathlib
import re
import time

import pytest

from clients import ConnectionClosed, drain
from server import SANITIZED, Server

SECTIONS = {"history": {"file": "teahouse.db"}, "limits": {"rate": 0, "linger": 1}}
PASSWORD = "tea for two, please"
CLOCK = r"\[(\d{4}-\d\d-\d\d )?\d\d:\d\d\] "


def register(server, nick, password=PASSWORD):
    client = server.json(nick)
    client.send("register", password=password, ref="r")
    client.until("account", ref="r", registered=True)
    return client


def log_in(server, nick, password=PASSWORD, **fields):
    client = server.json()
    client.send("hello", version=2, nick=nick, password=password, **fields)
    return client, client.until("welcome")


def test_a_name_outlives_a_kill(tmp_path):
    with Server(tmp_path, **SECTIONS) as server:
        ann = register(server, "ann")
        ann.send("join", room="tea")
        ann.until("join", room="tea")
        server.kill()
    with Server(tmp_path, **SECTIONS) as server:
        guest = server.json()
        guest.send("hello", version=2, nick="Ann")
        assert guest.until("error")["code"] == "password-needed"
        guest.send("hello", version=2, nick="ann", password="tea for one, please")
        assert guest.until("error")["code"] == "password-wrong"
        _, welcome = log_in(server, "ann")
        assert welcome["room"] == "tea"
        assert [item["room"] for item in welcome["rooms"]] == ["main", "tea"]


def test_each_direct_message_reaches_the_absent_once(tmp_path):
    """Kills in between: what was told is not told again, and nothing is missing."""
    sent = []
    for round_ in range(4):
        with Server(tmp_path, **SECTIONS) as server:
            if round_ == 0:
                register(server, "ann").send("command", line="/logout")
            bob = server.json("bob")
            told = []
            if round_ % 2:
                ann, _ = log_in(server, "ann")
                for _ in sent:
                    packet = ann.until("direct")
                    assert packet["past"]
                    told.append(packet["message"])
                assert told == sent
                # Else a session without markers would be told them once more.
                ann.send("read", id=packet["id"], **{"with": "bob"})
                sent = []
                drain(ann)
                ann.send("command", line="/logout")
                # The marker is saved a little later than the messages are shown.
                time.sleep(1)
            for number in range(5):
                text = f"round {round_}, message {number}"
                bob.send("direct", to="ann", message=text, ref=str(number))
                bob.until("direct", ref=str(number))
                sent.append(text)
            server.kill()
    with Server(tmp_path, **SECTIONS) as server:
        ann = server.telnet(f"ann {PASSWORD}")
        ann.until("*** While you were away:")
        ann.expect(*(re.compile(rf"{CLOCK}bob -> ann: {text}") for text in sent))
        ann.send("/history with bob 3")
        ann.expect(re.compile(r"\*\*\* For older messages: .*"),
                   *(re.compile(rf"{CLOCK}bob -> ann: {text}") for text in sent[-3:]),
                   "*** End of history.")


def test_what_telnet_was_shown_is_read(tmp_path):
    with Server(tmp_path, **SECTIONS) as server:
        ann = register(server, "ann")
        drain(ann)
        tel = server.telnet(f"ann {PASSWORD}")
        tel.until(re.compile("You are ann, .*"))
        bob = server.json("bob")
        bob.send("chat", message="tea?")
        said = ann.until("chat", nick="bob")
        assert ann.until("read", room="main")["id"] == said["id"]
        tel.drop()
        ann.send("command", line="/logout")
    with Server(tmp_path, **SECTIONS) as server:
        bob = server.json("bob")
        for number in range(25):
            bob.send("chat", message=f"line {number}")
        drain(bob)
        tel = server.telnet(f"ann {PASSWORD}")
        tel.until(re.compile(r"\*\*\* 25 new in main since .*:"))
        tel.expect(*(re.compile(rf"{CLOCK}bob: line {number}") for number in range(5, 25)))
        bob.send("chat", message="live")
        tel.until("bob: live")


@pytest.mark.skipif(SANITIZED, reason="LeakSanitizer and strace both use ptrace")
def test_the_loop_waits_for_no_thread_that_hashes(tmp_path):
    """While one takes its 64 MiB, calls by which the memory of the process is changed have to wait.

    Locking a password into memory is such a call, so that no thread but those does it.
    """
    trace = tmp_path / "trace"
    calls = "trace=mlock,mlock2,munlock,madvise,mprotect"
    with Server(tmp_path, wrapper=["strace", "-D", "-o", trace, "-e", calls], **SECTIONS) as server:
        client = server.json()
        seen = []
        for number in range(4):
            client.send("hello", version=2, nick="nobody", password="tea for one", ref=str(number))
            client.until("error", ref=str(number), code="password-wrong")
            seen.append(len(trace.read_text().splitlines()))
    assert seen[-1] - seen[0] <= 1 and "mlock" not in trace.read_text(), trace.read_text()


def test_no_secret_is_anywhere(tmp_path):
    """Neither in the log, nor in the file, nor in what anybody is told, nor in the arguments."""
    with Server(tmp_path, args=["-v", "-v"], **SECTIONS) as server:
        bob = server.json("bob")
        ann = register(server, "ann")
        tab, welcome = log_in(server, "ann", stay=True)
        secret = welcome["login"]
        for line in (f"/password {PASSWORD} not-as-long", f"/password wrong {PASSWORD}",
                     f"/login ann {PASSWORD}", f"/unregister {PASSWORD}x"):
            ann.send("command", line=line, ref=line[:9])
            ann.until(ref=line[:9])
        tel = server.telnet()
        tel.send(f"/login ann {PASSWORD}", "/who", "/sessions", "/history 50")
        seen = [*tel.until("*** End of history.")]
        bob.send("who", ref="who")
        seen.append(str(bob.until("who", ref="who")))
        bob.send("search", text="tea", ref="s")
        seen.append(str(bob.until("search", ref="s")))
        again = server.json()
        again.send("hello", version=2, login=secret)
        seen.append(str(again.until("welcome", nick="ann")))
        arguments = pathlib.Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
        drain(tab)
        server.stop()
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
        for word in (PASSWORD, secret):
            assert word not in "\n".join(server.log)
            assert word not in "\n".join(seen)
            assert word.encode() not in files
            assert word.encode() not in arguments
        assert b"$argon2id$" in files


def test_many_who_log_in_hold_nobody_back(tmp_path):
    """The queue has an end, memory a bound, and what is said goes on."""
    sections = {**SECTIONS, "limits": {"rate": 0, "linger": 0, "sessions": 700}}
    with Server(tmp_path, **sections) as server:
        register(server, "ann").send("command", line="/logout")
        bob, cat = server.json("bob"), server.json("cat")
        before = server.memory("VmHWM")
        crowd = [server.json() for _ in range(300)]
        for client in crowd:
            client.send("hello", version=2, nick="ann", password=PASSWORD)
        for number in range(50):
            bob.send("chat", message=f"line {number}")
            cat.until("chat", message=f"line {number}")
        answers = {"welcome": 0, "busy": 0, "sessions-full": 0}
        for client in crowd:
            packet = client.until()
            answers[packet.get("code", packet["type"])] += 1
        assert answers["welcome"] == 16
        assert answers["busy"] > 0
        assert sum(answers.values()) == 300
        # Two hashes at once, of 64 MiB each.
        assert server.memory("VmHWM") - before < 200_000


def test_the_last_session_to_go_is_told_once(tmp_path):
    with Server(tmp_path, **SECTIONS) as server:
        bob = server.json("bob")
        one = register(server, "ann")
        two, _ = log_in(server, "ann")
        bob.until("join", nick="ann")
        one.drop()
        drain(bob)
        two.drop()
        bob.expect("leave", nick="ann")
        three, _ = log_in(server, "ann")
        bob.expect("join", nick="ann")
        three.send("command", line="/logout")
        bob.expect("leave", nick="ann")


def test_a_session_is_ended_from_another(tmp_path):
    with Server(tmp_path, **SECTIONS) as server:
        one = register(server, "ann")
        two, welcome = log_in(server, "ann", stay=True)
        one.send("sessions", ref="s")
        sessions = one.until("sessions", ref="s")["sessions"]
        assert [item["protocol"] for item in sessions] == ["json", "json", "stay"]
        one.send("sessions", end=sessions[1]["number"], ref="e")
        assert len(one.until("sessions", ref="e")["sessions"]) == 1
        assert two.until("error")["code"] == "session-ended"
        try:
            while two.read():
                pass
        except ConnectionClosed:
            pass
        back = server.json()
        back.send("hello", version=2, login=welcome["login"])
        assert back.until("error")["code"] == "login-failed"


def test_without_a_file_there_are_no_accounts(tmp_path):
    with Server(tmp_path) as server:
        ann = server.json()
        ann.send("hello", version=2, nick="ann")
        assert "accounts" not in ann.until("welcome")
        ann.send("register", password=PASSWORD, ref="r")
        assert ann.until("error", ref="r")["code"] == "no-accounts"


def test_the_operator_may_close_registration(tmp_path):
    with Server(tmp_path, accounts={"register": "no"}, **SECTIONS) as server:
        ann = server.json()
        ann.send("hello", version=2, nick="ann")
        assert ann.until("welcome")["accounts"] == "closed"
        ann.send("register", password=PASSWORD, ref="r")
        assert ann.until("error", ref="r")["code"] == "register-closed"
