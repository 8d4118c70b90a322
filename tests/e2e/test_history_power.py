"""The power fails: of what was written and not flushed, the disk has some sectors and others not."""

import random
import sqlite3

import pytest

from disk import Disk, lose_power
from server import SANITIZED, Server
from test_history import KILLS, packets_shown, talk_until_killed

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitizer has to be loaded before the disk")


def stored(database):
    """{id: text} of a file that must be whole."""
    db = sqlite3.connect(database)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = dict(db.execute("SELECT id, body FROM event"))
    db.close()
    return found


@pytest.mark.parametrize("sync", ["full", "normal"])
def test_the_power_fails(tmp_path, sync):
    """With full nothing that was shown is missing; else the newest is, and nothing before it."""
    sections = {
        "limits": {"rate": 0, "linger": 0}, "history": {"file": "teahouse.db", "sync": sync},
        "relay": {"nicks": "yes"},
    }
    database, shown, lost = tmp_path / "teahouse.db", {}, 0
    for turn in range(max(KILLS // 4, 3)):
        disk = Disk(tmp_path, forgets=True)
        with Server(tmp_path, env=disk.env, **sections) as server:
            talkers = talk_until_killed(server, turn, random.uniform(0.02, 0.4))
        lose_power(database)
        for talker in talkers[2:]:
            shown.update({packet["id"]: packet["message"] for packet in packets_shown(talker)})
        there = stored(database)
        missing = {number for number in shown if number not in there}
        assert all(there[number] == text for number, text in shown.items() if number in there)
        if sync == "full":
            assert not missing
        assert all(number > max(there, default=0) for number in missing)
        lost += len(missing)
        for number in missing:
            del shown[number]
    assert len(shown) + lost > 0
    print(f"sync = {sync}: {turn + 1} power failures, {len(shown)} shown, {lost} of the newest lost")
