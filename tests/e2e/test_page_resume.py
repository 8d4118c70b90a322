"""The page comes back without a hole: cut connections, a server that dies, reloads, copies of a tab, and
names that are in use meanwhile. In Chromium, before servers that keep a history.
"""

import random
import threading
import time

import pytest
from clients import drain
from relay import Relay
from server import Server, free_port, wait_until
from test_page import say
from test_page_lifetime import ELSEWHERE, online

pytestmark = pytest.mark.xdist_group("browser")

# The page's patience is a tenth, so as not to wait for it.
HURRIED = """
    const late = window.setTimeout;
    window.setTimeout = (run, wait, ...more) => late(run, wait >= 900 ? wait / 10 : wait, ...more);"""
SHOWN = "return [...document.querySelectorAll('#messages .line:not(.presence) .text')].map(line => line.textContent)"


class Site:
    """A server on a port that stays the same when it is started again, and tabs on it."""

    def __init__(self, folder, browser, tabs, linger=60):
        self.folder, self.browser, self.tabs = folder, browser, tabs
        self.sections = {
            "limits": {"linger": linger, "rate": 0}, "history": {"file": "teahouse.db"},
            "web": {"port": free_port()}, "json": {"port": free_port()},
        }
        self.start()

    def start(self):
        self.server = Server(self.folder, **self.sections)
        self.address = "http://127.0.0.1:%d/" % self.server.port("web")

    def page(self, nick=None, address=None, script=None):
        tab = self.browser.tab(address or self.address, script and (lambda tab: tab.runs_first(script)))
        self.tabs.append(tab)
        if nick:
            tab.enter(nick)
            tab.inside()
        return tab

    def copy(self, tab):
        """Another tab with a copy of what this one has stored, as browsers make it by "Duplicate"."""
        stored = tab.front().execute_script("return JSON.stringify(sessionStorage)")
        return self.page(address=tab.front().current_url,
                         script=f"if (window.name !== 'copy') {{ Object.assign(sessionStorage, {stored}); window.name = 'copy'; }}")

    def close(self, tab):
        tab.front().close()
        self.tabs.remove(tab)
        self.browser.driver.switch_to.window(self.browser.driver.window_handles[0])


@pytest.fixture
def site(tmp_path, browser, tabs):
    made = Site(tmp_path, browser, tabs)
    yield made
    made.server.__exit__(None)


def shown(tab):
    return tab.front().execute_script(SHOWN)


def comings_and_goings(client, nick):
    """What a client has been told of when a person joined and left, up to now."""
    client.send("ping", ref="now")
    told = []
    while (packet := client.read()).get("ref") != "now":
        if packet["type"] in ("join", "leave") and packet.get("nick") == nick:
            told.append(packet["type"])
    return told


def test_connections_that_are_cut_anywhere_lose_nothing(site):
    """Each message once, in order, and nobody is told of it, while three hundred messages are said."""
    random.seed(7)
    cutting = True
    relay = Relay(site.server.address("web"), cut=lambda: random.randint(600, 6000) if cutting else None)
    bob = site.server.json("bob")
    try:
        ann = site.page("ann", address=relay.address, script=HURRIED)
        drain(bob)

        def talk():
            for number in range(300):
                bob.send("chat", message=f"bob {number}")
                time.sleep(0.03)

        talking = threading.Thread(target=talk)
        talking.start()
        for number in range(20):
            say(ann, f"ann {number}")
            time.sleep(0.3)
        talking.join()
        cutting = False
        ann.wait(lambda t: "bob 299" in shown(t) and "ann 19" in shown(t) and not t.texts("#pending .line"), "all messages")
        ann.inside()
        lines = shown(ann)
        assert [line for line in lines if line.startswith("bob")] == [f"bob {number}" for number in range(300)]
        assert [line for line in lines if line.startswith("ann")] == [f"ann {number}" for number in range(20)]
        assert len(lines) == 320, [line for line in lines if line[:3] not in ("bob", "ann")]
        assert relay.cuts > 8
        told, moved = [], []
        bob.send("ping", ref="now")
        while (packet := bob.read()).get("ref") != "now":
            if packet["type"] == "chat":
                told.append(packet["message"])
            elif packet["type"] in ("join", "leave"):
                moved.append(packet)
        assert told == lines, "and in the same order as for others"
        assert moved == []
    finally:
        cutting = False
        relay.close()


def test_a_server_that_dies_leaves_no_hole(site):
    """The page stands where it was scrolled to, with what was being typed; and the rooms are the same."""
    bob = site.server.json("bob")
    bob.send("join", room="tea")
    ann = site.page("ann", script=HURRIED)
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    for number in range(60):
        bob.send("chat", room="tea", message=f"before {number}")
    bob.send("topic", room="tea", topic="oolong")
    ann.wait(lambda t: "before 59" in shown(t), "the messages")
    ann.front().execute_script("document.querySelector('#log').scrollTop = 200")
    ann.find("#input").send_keys("half a thou")
    place = "const at = document.querySelector('#messages .line:nth-child(12)').getBoundingClientRect(); return at.top"
    before, lines = ann.front().execute_script(place), shown(ann)
    site.server.kill()
    ann.shows("Connection lost.", "#status")
    site.server.__exit__(None)
    site.start()
    cat = site.server.json("cat")
    cat.send("join", room="tea")
    for number in range(5):
        cat.send("chat", room="tea", message=f"meanwhile {number}")
    drain(cat)
    ann.inside()
    ann.wait(lambda t: shown(t)[-1:] == ["meanwhile 4"], "what was said meanwhile")
    cat.send("chat", room="tea", message="afterwards")
    ann.wait(lambda t: shown(t)[-1:] == ["afterwards"], "what is live")
    assert shown(ann) == [*lines, *[f"meanwhile {number}" for number in range(5)], "afterwards"]
    assert abs(ann.front().execute_script(place) - before) < 2
    assert ann.find("#input").get_attribute("value") == "half a thou"
    assert ann.texts("#rooms .name") == ["main", "tea"]
    assert not any("missing" in text or "not shown" in text for text in ann.texts("#messages .line"))


def test_a_reload_is_noticed_by_nobody(site):
    """In again in the same rooms, in the same order, with what was said, and what came meanwhile is unread."""
    bob = site.server.json("bob")
    ann = site.page("ann")
    for room in ("tea", "den"):
        say(ann, f"/join {room}")
        ann.shows(room, "#title")
        bob.send("join", room=room)
        bob.until("names", room=room)
    bob.send("chat", room="tea", message="the kettle is on")
    bob.send("direct", to="ann", message="psst")
    ann.wait(lambda t: t.texts("#dms .name") == ["bob"], "the conversation")
    ann.find("#rooms li:nth-child(2) .row").click()
    ann.shows("the kettle is on", "#messages")
    ann.find("#input").send_keys("half a thou")
    drain(bob)
    for _ in range(3):
        ann.front().refresh()
        ann.inside()
        assert not ann.find("#login").is_displayed()
        assert (ann.texts("#rooms .name"), ann.texts("#title")) == (["main", "tea", "den"], ["tea"])
        assert ann.find("#input").get_attribute("value") == "half a thou"
        ann.shows("the kettle is on", "#messages")
    ann.front().get(ELSEWHERE)
    bob.send("chat", room="den", message="ann, are you there?")
    bob.send("direct", to="ann", message="still there?")
    bob.send("chat", room="tea", message="it boils")
    drain(bob)
    ann.front().back()
    ann.inside()
    ann.shows("it boils", "#messages")
    wait_until(lambda: ann.texts("#rooms .count:not([hidden])") == ["1"])
    ann.find("#dms .row").click()
    ann.shows("still there?", "#messages")
    assert [text for text in shown(ann) if "joined" not in text] == ["psst", "still there?"]
    assert comings_and_goings(bob, "ann") == []
    say(ann, "here")
    bob.until("direct", nick="ann", message="here")


def test_a_page_of_which_a_part_is_missing_is_loaded_again(site):
    """As while the server is being restarted."""
    ann = site.page("ann")
    say(ann, "before")
    ann.shows("before", "#messages")
    ann.command("Network.enable")
    ann.command("Network.setBypassServiceWorker", bypass=True)
    for part in ("model/catch_up.js", "start.js"):
        ann.command("Network.setBlockedURLs", urls=[f"*/{part}"])
        ann.front().refresh()
        ann.wait(lambda t: t.find("#incomplete").is_displayed(), "the words")
        assert ann.texts("#incomplete p") == ["The server can’t be reached. Trying again …"]
        assert ann.faults() == []
        ann.command("Network.setBlockedURLs", urls=[])
        ann.inside()
        ann.shows("before", "#messages")
    site.browser.complaints()


def test_logging_out_leaves_at_once_and_closing_the_tab_a_minute_later(site):
    bob = site.server.json("bob")
    ann = site.page("ann")
    cat = site.page("cat")
    drain(bob)
    site.close(cat)
    wait_until(lambda: json_of(site.server, "cat").get("away") is True)
    ann.inside()
    ann.front().execute_script("document.querySelector('#input').focus()")
    say(ann, "/who")
    ann.shows("away", "#answer")
    ann.find("#log-out").click()
    ann.find("#confirm-yes").click()
    bob.until("leave", nick="ann")
    assert comings_and_goings(bob, "cat") == []
    # The same person opens the page again, and is there with the same name.
    cat = site.page("cat")
    assert comings_and_goings(bob, "cat") == []
    say(cat, "back")
    bob.until("chat", nick="cat", message="back")


def json_of(server, nick):
    client = server.json(f"asks{len(server.clients)}")
    client.send("who", nick=nick)
    users = client.until("who")["users"]
    client.drop()
    return users[0]


def goes_on_elsewhere(tab):
    tab.wait(lambda t: t.find("#elsewhere").is_displayed(), "that it goes on elsewhere")
    assert "This conversation goes on in another tab." in tab.find("#elsewhere").text
    assert not tab.find("#composer").is_displayed()


def test_copies_of_a_tab_take_turns_and_never_fight(site):
    bob = site.server.json("bob")
    first = site.page("ann")
    say(first, "/join tea")
    first.shows("tea", "#title")
    say(first, "from the first")
    first.shows("from the first", "#messages")
    drain(bob)
    second = site.copy(first)
    second.inside()
    assert (second.texts("#rooms .name"), second.texts("#title")) == (["main", "tea"], ["tea"])
    goes_on_elsewhere(first)
    assert first.faults() == []
    for turn in range(2):
        say(second, f"second {turn}")
        second.shows(f"second {turn}", "#messages")
        first.find("#elsewhere-take").click()
        first.inside()
        first.shows(f"second {turn}", "#messages")
        goes_on_elsewhere(second)
        say(first, f"first {turn}")
        second.find("#elsewhere-take").click()
        second.inside()
        second.shows(f"first {turn}", "#messages")
        goes_on_elsewhere(first)
    assert [text for text in shown(first) if "second" in text] == [f"second {turn}" for turn in range(2)]
    # A reload of the one that rests does not take it; when the other is closed, it can be had.
    first.front().refresh()
    goes_on_elsewhere(first)
    assert second.find("#composer").is_displayed()
    site.close(second)
    first.find("#elsewhere-take").click()
    first.inside()
    say(first, "last")
    first.shows("last", "#messages")
    assert comings_and_goings(bob, "ann") == []
    assert online(site.server) == ["ann", "bob"]


def test_without_lingering_copies_hand_the_name_over(tmp_path, browser, tabs):
    site = Site(tmp_path, browser, tabs, linger=0)
    try:
        first = site.page("ann", script=HURRIED)
        second = site.copy(first)
        goes_on_elsewhere(second)
        second.find("#elsewhere-take").click()
        second.inside()
        goes_on_elsewhere(first)
        assert online(site.server) == ["ann"]
    finally:
        site.server.__exit__(None)


def test_a_session_that_has_ended_begins_anew_or_asks_for_a_name(tmp_path, browser, tabs):
    site = Site(tmp_path, browser, tabs, linger=1)
    try:
        bob = site.server.json("bob")
        ann = site.page("ann")
        say(ann, "/join tea")
        ann.shows("tea", "#title")
        ann.front().get(ELSEWHERE)
        bob.until("leave", nick="ann")
        ann.front().back()
        ann.inside()
        bob.until("join", nick="ann")
        assert (ann.texts("#rooms .name"), ann.texts("#title")) == (["main", "tea"], ["tea"])
        ann.front().get(ELSEWHERE)
        bob.until("leave", nick="ann")
        bob.send("nick", nick="ann")
        bob.until("nick", new="ann")
        ann.front().back()
        ann.wait(lambda t: t.find("#login").is_displayed(), "the login form")
        ann.shows("The name “ann” is already in use", "#login-problem")
        assert ann.find("#nick").get_attribute("value") == "ann"
        ann.find("#suggestion").click()
        ann.inside()
        assert online(site.server) == ["ann", "ann2"]
    finally:
        site.server.__exit__(None)
