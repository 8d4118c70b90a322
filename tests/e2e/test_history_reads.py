"""What is in memory is not read from the disk: the threads that read are not even woken."""

import pathlib

from server import Server

RECENT = 60


def wakes(server):
    """How often the threads that read the history have slept and been woken."""
    count, threads = 0, 0
    for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
        if (task / "comm").read_text().strip() == "history-read":
            status = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
            count += int(status["voluntary_ctxt_switches"])
            threads += 1
    assert threads > 0
    return count


def enter(server, name, limit):
    """Comes in and asks for what was said last, as the page does; leaves again."""
    client = server.web(name)
    client.send("join", room="tea")
    client.until("names", room="tea")
    client.send("history", room="tea", limit=limit)
    page = client.until("history")
    client.drop()
    return [event["message"] for event in page["events"]]


def test_entering_reads_no_disk(tmp_path):
    sections = {"limits": {"rate": 0}, "history": {"file": "teahouse.db", "recent": RECENT}}
    texts = [f"message {i}" for i in range(200)]
    with Server(tmp_path, **sections) as server:
        ann = server.json("ann")
        ann.send("join", room="tea")
        for text in texts:
            ann.send("chat", room="tea", message=text)
        ann.until("chat", message=texts[-1])
        before = wakes(server)
        for i in range(20):
            assert enter(server, f"guest{i}", RECENT - 1) == texts[1 - RECENT:]
        assert wakes(server) == before
        # More than there is in memory is read.
        assert enter(server, "bob", RECENT + 1) == texts[-1 - RECENT:]
        assert wakes(server) > before
    with Server(tmp_path, **sections) as server:
        # After a start, the first to come in has it read; then it is in memory.
        before = wakes(server)
        assert enter(server, "cat", RECENT - 1) == texts[1 - RECENT:]
        between = wakes(server)
        assert between > before
        for i in range(5):
            assert enter(server, f"dan{i}", RECENT - 2) == texts[2 - RECENT:]
        assert wakes(server) == between
