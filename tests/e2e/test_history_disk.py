"""A disk that fails: what waits is neither told nor lost, everything else goes on."""

import errno
import os
import re
import sqlite3
import subprocess
import threading
import time

import pytest

from clients import TIMEOUT
from disk import Disk
from server import SANITIZED, Server, wait_until

FULL = "Nothing can be said just now: the server cannot store it."
SECTIONS = {"limits": {"rate": 0}, "relay": {"nicks": "yes"}}

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitizer has to be loaded before the disk")


def start(folder, env=None, file="teahouse.db", **history):
    return Server(folder, env=env, history={"file": file, **history}, **SECTIONS)


def enter(server):
    ann, bob, cid = server.json("ann"), server.web("bob"), server.telnet("cid")
    ann.until("join", nick="cid")
    bob.until("join", nick="cid")
    cid.until(re.compile("You are cid, .*/help for more."))
    return ann, bob, cid


def messages(client):
    client.send("history", limit=200)
    return [event["message"] for event in client.until("history")["events"]]


def rest(client):
    """What comes until the connection ends."""
    try:
        while True:
            yield client.read()
    except (AssertionError, OSError):
        return


def failures(server):
    return [line for line in server.log if re.search("cannot store|stores again|are free", line)]


def assert_goes_on(server, ann, bob, cid):
    """Reading, names, pings, refusals, logins and the page; also for those who wait for something."""
    for client in (ann, bob):
        client.send("ping")
        client.expect("pong")
        client.send("names", room="main")
        assert client.expect("names")["nicks"] == ["ann", "bob", "cid"]
        assert messages(client) == ["stored"]
        client.send("chat", message="refused")
        client.expect("error", code="store-failed", message=FULL)
    cid.send("refused", "/history 1")
    cid.expect(f"!!! {FULL}", re.compile(r"\[..:..\] ann: stored"), "*** End of history.")
    dora = server.json("dora")
    assert messages(dora) == ["stored"]
    dora.drop()
    assert server.get("/")[0] == 200


def test_what_goes_on_while_nothing_can_be_stored(tmp_path):
    disk = Disk(tmp_path)
    with start(tmp_path, disk.env) as server:
        ann, bob, cid = enter(server)
        ann.send("chat", message="stored")
        for client in (ann, bob):
            client.expect("chat", message="stored")
        cid.expect("ann: stored")
        disk.set(write_fails=errno.ENOSPC)
        ann.send("chat", message="waits")
        server.wait_for_log("cannot store: database or disk is full; messages are refused until it can")
        assert_goes_on(server, ann, bob, cid)
        disk.well()
        for client in (ann, bob):
            waited = client.expect("chat", message="waits")
            joined = client.expect("join", nick="dora")
            assert client.expect("leave", nick="dora")["id"] > joined["id"] > waited["id"]
        cid.expect("ann: waits", "dora has entered the room.", "dora has left the room.")
        ann.send("chat", message="after")
        ann.expect("chat", message="after")
        assert len(failures(server)) == 2
    with start(tmp_path) as server:
        assert messages(server.json("eve")) == ["stored", "waits", "after"]


class Talker(threading.Thread):
    """Keeps what it is told; `say` says numbered messages."""

    def __init__(self, client, name):
        super().__init__(daemon=True)
        self.client, self.name = client, name
        self.told, self.refused, self.sent = [], set(), 0
        self.start()

    def say(self):
        self.sent += 1
        self.client.send("chat", message=f"{self.name} {self.sent}", ref=str(self.sent))

    def run(self):
        for packet in rest(self.client):
            if packet["type"] == "chat":
                self.told.append((packet["id"], packet["message"]))
            elif packet["type"] == "error":
                assert packet["code"] == "store-failed"
                self.refused.add(packet["ref"])
            if packet.get("message") == "the end":
                return


def fail(disk, database, kind):
    """A disk that fails, until what is returned is called."""
    if kind != "locked":
        call, number = kind
        disk.set(**{call: number})
        return disk.well
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other.close


def test_load_through_a_disk_that_fails(tmp_path):
    """Of what was said and not refused, all is told once, to all in one order, and is kept so."""
    disk = Disk(tmp_path)
    kinds = [("write_fails", errno.ENOSPC), ("write_fails", errno.EIO), ("write_fails", errno.EROFS),
             ("flush_fails", errno.EIO), ("flush_fails", errno.ENOSPC), "locked"]
    with start(tmp_path, disk.env, sync="full", keep=0) as server:
        talkers = [Talker(server.json("ann"), "ann"), Talker(server.web("bob"), "bob")]

        def talk_until(condition):
            while not condition():
                for talker in talkers:
                    talker.say()
                time.sleep(0.001)

        for n, kind in enumerate(kinds):
            talk_until(lambda: all(len(talker.told) > 20 * (n + 1) for talker in talkers))
            end = fail(disk, tmp_path / "teahouse.db", kind)
            talk_until(lambda: len(failures(server)) == 2 * n + 1)
            refused = [len(talker.refused) for talker in talkers]
            talk_until(lambda: all(len(talker.refused) > before
                                   for talker, before in zip(talkers, refused)))
            end()
            talk_until(lambda: len(failures(server)) == 2 * n + 2)
        talkers[0].client.send("chat", message="the end")
        for talker in talkers:
            talker.join(TIMEOUT)
    told = talkers[0].told
    since = talkers[1].told[0][0]
    assert talkers[1].told == [each for each in told if each[0] >= since]
    assert [id for id, _ in told] == sorted({id for id, _ in told})
    for talker in talkers:
        said = [f"{talker.name} {n}" for n in range(1, talker.sent + 1) if str(n) not in talker.refused]
        assert [text for _, text in told if text.startswith(talker.name)] == said
    assert told[-1][1] == "the end"
    rows = sqlite3.connect(tmp_path / "teahouse.db").execute(
        "SELECT id, body FROM event WHERE kind = 1 ORDER BY id").fetchall()
    assert rows == told


def test_stopping_while_nothing_can_be_stored(tmp_path):
    disk = Disk(tmp_path)
    with start(tmp_path, disk.env) as server:
        ann = server.json("ann")
        disk.set(write_fails=errno.EIO)
        ann.send("chat", message="one")
        server.wait_for_log(r"cannot store: disk I/O error \(SQLite's code \d+\)")
        server.signal()
        ann.until("notice")
        assert server.wait() == 0
        assert "chat" not in [packet.get("type") for packet in rest(ann)]
        server.wait_for_log("history: .*: the last 1 of what happened in rooms is not stored, and "
                            "nobody was told it")
    with start(tmp_path) as server:
        assert messages(server.json("bob")) == []


def test_a_slow_disk_delays_what_is_said_and_nothing_else(tmp_path):
    disk = Disk(tmp_path)
    with start(tmp_path, disk.env, sync="full") as server:
        ann, bob, cid = enter(server)
        disk.set(flush_ms=1500)
        ann.send("chat", message="late")
        assert server.get("/")[0] == 200
        for client in (ann, bob):
            client.expect("chat", message="late")
        cid.expect("ann: late")
        server.wait_for_log(r"history: .*: storing took 1\.\d s: the disk is slow")
        disk.well()
        assert failures(server) == []


def test_those_who_speak_wait_when_too_much_does(tmp_path):
    """Memory is bounded, and nothing is lost or refused."""
    disk = Disk(tmp_path)
    with start(tmp_path, disk.env, sync="full") as server:
        ann, bob = server.json("ann"), server.web("bob")
        disk.set(flush_ms=1000)
        before, text = server.memory(), "x" * 3900
        talker = threading.Thread(target=lambda: [
            ann.send("chat", message=f"{n} {text}") for n in range(2000)], daemon=True)
        talker.start()
        Talker(ann, "ann")
        bob.until("chat")
        bob.send("ping")
        bob.until("pong")
        assert talker.is_alive()
        assert server.memory() - before < 8 << 10
        disk.well()
        numbers = [int(bob.until("chat")["message"].split()[0]) for _ in range(1900)]
        assert numbers == list(range(numbers[0], numbers[0] + 1900))
        talker.join()


def test_a_damaged_file_ends_the_server(tmp_path):
    with start(tmp_path) as server:
        ann = server.json("ann")
        for n in range(50):
            ann.send("chat", message=f"{n}")
        ann.until("chat", message="49")
    server = start(tmp_path)
    database = tmp_path / "teahouse.db"
    with database.open("r+b") as file:
        file.write(b"x" * database.stat().st_size)
    ann = server.telnet("ann")
    assert server.wait() == 1
    server.process.stdout.close()
    server.wait_for_log("history: .*teahouse.db: the file is damaged; stopping: move it away "
                        "to begin a new history, or put a backup in its place")
    assert not any("You are ann" in line for line in rest(ann))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_disk_that_is_full(tmp_path):
    """A real one, of memory."""
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", small], check=False).returncode:
        pytest.skip("cannot mount here")
    try:
        with start(tmp_path, file=small / "teahouse.db") as server:
            ann = server.json("ann")
            ann.send("chat", message="one")
            ann.until("chat", message="one")
            fill = small / "fill"
            with fill.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, 30 << 20)
            server.wait_for_log(r"history: .*: only \d+ MiB are free on the disk; messages are refused")
            ann.send("chat", message="refused")
            ann.until("error", code="store-failed")
            fill.unlink()
            server.wait_for_log("stores again")
            free = os.statvfs(small)
            with fill.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
            for n in range(100):
                ann.send("chat", message=f"{n} {'x' * 3000}", ref=str(n))
            wait_until(lambda: len(failures(server)) == 3)
            fill.unlink()
            wait_until(lambda: len(failures(server)) == 4)
            ann.send("chat", message="after")
            ann.until("chat", message="after")
    finally:
        subprocess.run(["umount", "-l", small], check=True)
