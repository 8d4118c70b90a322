"""What was said stays: nothing that anybody was shown is missing after the server has died."""

import os
import random
import re
import threading
import time

import pytest

from clients import ConnectionClosed
from server import Server

KILLS = int(os.environ.get("KILLS", "20"))
TEXT = re.compile(r"(\w+): (r\d+ \d+)$")


class Talker(threading.Thread):
    """Says numbered messages until the connection ends, and keeps what it is shown."""

    def __init__(self, name, client, say):
        super().__init__(daemon=True)
        self.name, self.client, self.say = name, client, say
        self.shown = []

    def run(self):
        try:
            while True:
                self.shown.append(self.client.read())
        except (ConnectionClosed, OSError):
            pass


def lines_shown(talker):
    """The messages that were shown as text, in order."""
    return [match.groups() for line in talker.shown if (match := TEXT.match(line))]


def packets_shown(talker):
    return [packet for packet in talker.shown if packet["type"] == "chat"]


def join(server, turn):
    """A user on each of four protocols."""
    telnet = server.telnet(f"tel{turn}")
    telnet.until(re.compile(rf"You are tel{turn}.*"))
    relay = server.line_client("relay")
    json, web = server.json(f"json{turn}"), server.web(f"web{turn}")
    return [
        Talker("telnet", telnet, telnet.send),
        Talker("relay", relay, relay.send),
        Talker("json", json, lambda text: json.send("chat", message=text)),
        Talker("web", web, lambda text: web.send("chat", message=text)),
    ]


def talk_until_killed(server, turn, seconds):
    talkers = join(server, turn)
    for talker in talkers:
        talker.start()
    killer = threading.Timer(seconds, server.kill)
    killer.start()
    number = 0
    while server.process.poll() is None:
        for talker in talkers:
            number += 1
            try:
                talker.say(f"r{turn} {number}")
            except OSError:
                pass
        time.sleep(0.001)
    killer.join()
    for talker in talkers:
        talker.join()
    return talkers


def read_all(client):
    """The whole history of the room, page by page: {id: event}."""
    events, before = {}, None
    while True:
        client.send("history", limit=200, **({"before": before} if before else {}))
        page = client.until("history")
        for event in page["events"]:
            assert event["id"] not in events
            events[event["id"]] = event
        if not page["more"]:
            return events
        before = page["first"]


def in_this_order(wanted, all_of_them):
    rest = iter(all_of_them)
    return all(any(each == one for one in rest) for each in wanted)


@pytest.mark.parametrize("sync", ["normal", "full"])
def test_nothing_that_was_shown_is_lost(tmp_path, sync):
    folder = tmp_path / "server"
    folder.mkdir()
    sections = {
        "limits": {"rate": 0}, "history": {"file": "teahouse.db", "sync": sync},
        "relay": {"nicks": "yes"},
    }
    packets, texts, highest = {}, [], 0
    for turn in range(KILLS):
        with Server(folder, **sections) as server:
            talkers = talk_until_killed(server, turn, random.uniform(0.02, 0.3))
        for talker in talkers:
            if talker.name in ("telnet", "relay"):
                texts.append(lines_shown(talker))
                continue
            ids = [packet["id"] for packet in packets_shown(talker)]
            assert ids == sorted(set(ids)) and all(each > highest for each in ids)
            for packet in packets_shown(talker):
                packet.pop("ref", None)
                assert packets.setdefault(packet["id"], packet) == packet
        highest = max([highest, *packets])
    with Server(folder, **sections) as server:
        events = read_all(server.json("reader"))
    print(f"sync = {sync}: {KILLS} kills, {len(packets)} messages shown, "
          f"{len([number for number in packets if number not in events])} missing")
    assert packets
    for number, packet in packets.items():
        assert events[number] == packet
    said = [(event["nick"], event["message"]) for _, event in sorted(events.items())]
    assert len(said) == len(set(said))
    for shown in texts:
        assert in_this_order(shown, said)
