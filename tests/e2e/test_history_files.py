"""Files of the history that cannot be used, and copies of those that can."""

import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest

from clients import TIMEOUT
from server import Server, program, settings, wait_until

MOVE = "; move it away to begin a new history, or put a backup in its place"


def run(folder, *args, file="teahouse.db", wrapper=()):
    """Runs teahoused with these arguments; returns its status and its last line."""
    ini = folder / "teahouse.ini"
    ini.write_text(settings(history={"file": file}))
    done = subprocess.run([*wrapper, program(), "-c", str(ini), *map(str, args)], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=TIMEOUT, check=False)
    return done.returncode, done.stdout.rstrip("\n").split("\n")[-1]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and path.name != "teahouse.ini"}


def talk(folder, *texts):
    """Makes a history, or goes on with it."""
    with Server(folder, history={"file": "teahouse.db"}) as server:
        ann = server.json("ann")
        for text in texts:
            ann.send("chat", message=text)
            ann.until("chat", message=text)


def said(database):
    with sqlite3.connect(database) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [text for text, in db.execute("SELECT body FROM event WHERE kind = 1 ORDER BY id")]


def sql(database, *statements):
    db = sqlite3.connect(database, isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.close()


def killed_history(folder):
    """One that has its newest part in the file beside it, as after a crash."""
    with Server(folder, history={"file": "teahouse.db"}) as server:
        ann = server.json("ann")
        ann.send("chat", message="one")
        ann.until("chat")
        server.kill()
    assert (folder / "teahouse.db-wal").stat().st_size > 0


def garbage(database):
    database.write_bytes(b"This is no database, and must stay as it is.\n" * 100)


def truncated(database):
    talk(database.parent, *(f"{n} {'x' * 900}" for n in range(50)))
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 2)


def of_the_future(database):
    talk(database.parent, "one")
    sql(database, "PRAGMA user_version = 99")


def of_the_future_in_its_log(database):
    """The newer server has died: its version is in the file beside it only."""
    killed_history(database.parent)
    kept = contents(database.parent)
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("PRAGMA user_version = 99")
    changed = {name: (database.parent / name).read_bytes() for name in ("teahouse.db", "teahouse.db-wal")}
    db.close()
    assert changed["teahouse.db"] == kept["teahouse.db"]
    for name, data in changed.items():
        (database.parent / name).write_bytes(data)


def of_another_program(database):
    sql(database, "CREATE TABLE recipes (tea)")


def of_another_program_with_an_id(database):
    sql(database, "CREATE TABLE recipes (tea)", "PRAGMA application_id = 7")


NEWER = ("was written by a newer version of teahoused (99; this one knows 2); install that one, or put "
         "the copy from before it in its place")
OTHER = "is a database, but not a history of Teahouse's; choose another file (history.file)"


@pytest.mark.parametrize("make, sentence, told_by_test", [
    (garbage, f"file is not a database{MOVE}", True),
    (truncated, f"database disk image is malformed{MOVE}", False),
    (of_the_future, NEWER, True),
    (of_the_future_in_its_log, NEWER, False),
    (of_another_program, OTHER, False),
    (of_another_program_with_an_id, OTHER, True),
])
def test_a_file_that_is_refused_stays_as_it_is(tmp_path, make, sentence, told_by_test):
    database = tmp_path / "teahouse.db"
    make(database)
    before = contents(tmp_path)
    line = f"teahoused: history: {database}: {sentence}"
    assert run(tmp_path) == (1, line)
    assert run(tmp_path, "-t") == ((1, line) if told_by_test else
                                   (0, f"{tmp_path}/teahouse.ini: settings are valid"))
    after = contents(tmp_path)
    # What the readers of a log share is no part of it, nor is an empty log.
    after.pop("teahouse.db-shm", None)
    before.pop("teahouse.db-shm", None)
    assert after.pop("teahouse.db-wal", b"") == before.pop("teahouse.db-wal", b"")
    assert after == before


def test_a_file_that_is_in_use(tmp_path):
    with Server(tmp_path, history={"file": "teahouse.db"}) as server:
        ann = server.json("ann")
        other = tmp_path / "other"
        other.mkdir()
        assert run(other, file=tmp_path / "teahouse.db") == (
            1, f"teahoused: history: {tmp_path}/teahouse.db: is in use by another server; stop that one, "
               "or give this one another file (history.file)")
        assert run(other, "-t", file=tmp_path / "teahouse.db")[0] == 0
        ann.send("chat", message="goes on")
        ann.until("chat", message="goes on")


def test_paths_that_cannot_be_a_file(tmp_path):
    (tmp_path / "folder").mkdir()
    for args in ((), ("-t",)):
        assert run(tmp_path, *args, file="folder") == (
            1, f"teahoused: history: {tmp_path}/folder: is a folder; choose another name (history.file)")
        assert run(tmp_path, *args, file="no/teahouse.db") == (
            1, f"teahoused: history: {tmp_path}/no/teahouse.db: there is no folder {tmp_path}/no; make it, "
               "or choose another file (history.file)")
        assert run(tmp_path, *args, file="/dev/null") == (
            1, "teahoused: history: /dev/null: is not a file; choose another name (history.file)")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can be another")
def test_the_files_of_another_user(tmp_path):
    """Nobody can open what root keeps for itself, nor make files in its folder."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder != pathlib.Path("/tmp") and folder.owner() == "root" and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    open_folder, closed_folder = tmp_path / "open", tmp_path / "closed"
    for folder, mode in ((open_folder, 0o777), (closed_folder, 0o755)):
        folder.mkdir()
        folder.chmod(mode)
    talk(open_folder, "one")
    before = contents(open_folder)
    (open_folder / "teahouse.ini").chmod(0o644)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    belongs = "it must belong to the user that the server runs as"
    for args in ((), ("-t",)):
        assert run(open_folder, *args, wrapper=nobody) == (
            1, f"teahoused: history: {open_folder}/teahouse.db: cannot be opened for writing: Permission "
               f"denied; {belongs}")
        assert run(closed_folder, *args, wrapper=nobody) == (
            1, f"teahoused: history: {closed_folder}/teahouse.db: its folder {closed_folder} cannot be "
               f"written: Permission denied; {belongs}")
    assert contents(open_folder) == before
    assert contents(closed_folder) == {}


# Copies.

def test_a_copy_without_a_server(tmp_path):
    killed_history(tmp_path)
    copy = tmp_path / "copy.db"
    assert run(tmp_path, "--backup", copy) == (0, "")
    assert said(copy) == ["one"]
    assert copy.stat().st_mode & 0o777 == 0o600
    before = contents(tmp_path)
    assert run(tmp_path, "--backup", copy) == (
        1, f"teahoused: history: {copy}: exists already; remove it, or choose another name")
    assert run(tmp_path, "--backup", tmp_path / "no/copy") == (
        1, f"teahoused: history: {tmp_path}/no/copy.part: No such file or directory")
    assert contents(tmp_path) == before
    assert run(tmp_path, "--backup", tmp_path / "new", file="none.db") == (
        1, f"teahoused: history: {tmp_path}/none.db: No such file or directory")
    assert run(tmp_path, "--backup", tmp_path / "new", file="")[0] == 2
    # It is a history like any other.
    shutil.copy(copy, tmp_path / "teahouse.db")
    (tmp_path / "teahouse.db-wal").unlink()
    talk(tmp_path, "two")
    assert said(tmp_path / "teahouse.db") == ["one", "two"]


class Load(threading.Thread):
    """Says numbered messages until it is told to stop, a few unanswered at a time."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.ends, self.number, self.longest = client, False, 0, 0
        self.start()

    def run(self):
        while not self.ends:
            said_at = time.monotonic()
            for _ in range(5):
                self.number += 1
                self.client.send("chat", message=f"{'tea ' * 200}{self.number}")
            self.client.until("chat", message=f"{'tea ' * 200}{self.number}")
            self.longest = max(self.longest, time.monotonic() - said_at)


def fill(database, n):
    """Many pages, so that a copy takes a while."""
    sql(database, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        f"{n}) INSERT INTO event (id, time, kind, room, actor, body) "
        "SELECT -i, 0, 2, 1, 'ann', hex(randomblob(900)) FROM n")


def test_copies_under_load(tmp_path):
    """Whole, a part of the history up to some moment; and nobody waits for long."""
    talk(tmp_path, "one")
    fill(tmp_path / "teahouse.db", 20000)
    with Server(tmp_path, history={"file": "teahouse.db"}, limits={"rate": 0}) as server:
        load = Load(server.json("ann"))
        for n in range(3):
            wait_until(lambda: load.number > 100 * (n + 1))
            assert run_backup(tmp_path, tmp_path / f"copy{n}") == (0, "")
        assert (tmp_path / "copy0").stat().st_size > 30 << 20
        other = pathlib.Path("/dev/shm") / f"teahouse-{os.getpid()}"
        try:
            assert run_backup(tmp_path, other) == (0, "")
            copies = [said(copy) for copy in (*(tmp_path / f"copy{n}" for n in range(3)), other)]
        finally:
            other.unlink(missing_ok=True)
        load.ends = True
        load.join()
        assert load.longest < 2
    everything = said(tmp_path / "teahouse.db")
    assert len(everything) == load.number + 1
    for copy, following in zip(copies, [*copies[1:], everything]):
        assert len(copy) < len(following)
        assert everything[:len(copy)] == copy
    assert not [path for path in tmp_path.iterdir() if "part" in path.name or "backup" in path.name]


def run_backup(folder, copy):
    done = subprocess.run(backup_command(folder, copy), text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    return done.returncode, done.stdout.rstrip("\n")


def backup_command(folder, copy):
    return [program(), "-c", str(folder / "teahouse.ini"), "--backup", str(copy)]


def test_a_copy_that_is_interrupted(tmp_path):
    """Nothing is left of it, whether the command ends or the server."""
    talk(tmp_path, "one")
    fill(tmp_path / "teahouse.db", 20000)
    part = tmp_path / "teahouse.db.backup-part"
    with Server(tmp_path, history={"file": "teahouse.db"}) as server:
        with subprocess.Popen(backup_command(tmp_path, tmp_path / "copy"), stderr=subprocess.PIPE) as command:
            wait_until(part.exists)
            again = run_backup(tmp_path, tmp_path / "copy2")
            assert again == (1, f"teahoused: history: {tmp_path}/teahouse.db: another backup is under way")
            command.kill()
        wait_until(lambda: not part.exists() and not (tmp_path / "teahouse.db.backup").exists())
        assert not (tmp_path / "copy").exists()
        with subprocess.Popen(backup_command(tmp_path, tmp_path / "copy"), stderr=subprocess.PIPE,
                              text=True) as command:
            wait_until(part.exists)
            server.stop()
            assert command.wait(TIMEOUT) == 1
            assert re.search("the server (is stopping|has stopped)$", command.stderr.read().strip())
        assert not [path for path in tmp_path.iterdir() if "part" in path.name or "copy" in path.name]
