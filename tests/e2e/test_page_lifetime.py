"""What a browser does to the page, in a real one before the real server: Back and Forward, reloads,
copies of a tab, a dead network, refused connections, missing storage and notifications.
"""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from relay import Relay
from server import wait_until
from test_page import say

pytestmark = pytest.mark.xdist_group("browser")


ELSEWHERE = "data:text/html,<title>Elsewhere</title>"


def online(server):
    """Who is logged in, as another user is told."""
    client = server.json(f"asks{len(server.clients)}")
    client.send("who")
    users = client.until("who")["users"]
    client.drop()
    return sorted(user["nick"] for user in users if not user["nick"].startswith("asks"))


def notices(tab):
    return tab.texts("#messages .notice .text")


# Back and Forward.

def test_a_page_that_is_left_is_no_ghost_and_back_brings_it_back_at_once(page):
    ann = page("ann")
    bob = page.server.json("bob")
    say(ann, "before")
    bob.until("chat", message="before")
    ann.front().execute_script("document.querySelector('#input').value = 'half a thou'; document.querySelector('#input').dispatchEvent(new Event('input'))")
    ann.front().get(ELSEWHERE)
    bob.until("leave", nick="ann")
    assert online(page.server) == ["bob"]
    ann.front().back()
    ann.inside()
    assert online(page.server) == ["ann", "bob"]
    ann.shows("before", "#messages")
    assert ann.find("#input").get_attribute("value") == "half a thou"
    assert notices(ann) == []


def test_coming_back_the_topic_is_not_told_again(page):
    bob = page.server.json("bob")
    bob.send("topic", topic="green tea")
    bob.until("topic")
    ann = page("ann")
    ann.shows("green tea", "#topic")
    told = lambda: [text for text in ann.texts("#messages .line") if "green tea" in text]
    before = told()
    for _ in range(2):
        ann.front().get(ELSEWHERE)
        ann.front().back()
        ann.inside()
    ann.shows("green tea", "#topic")
    assert told() in (before, []), "only that it is back"


# Reloads.

def test_a_reload_comes_back_without_asking_in_the_same_rooms(page):
    ann = page("ann")
    bob = page.server.json("bob")
    bob.send("join", room="tea")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    bob.until("join", nick="ann", room="tea")
    bob.send("direct", to="ann", message="psst")
    ann.wait(lambda t: t.texts("#dms .name") == ["bob"], "the conversation")
    ann.find("#dms .row").click()
    ann.shows("bob", "#title")
    ann.find("#input").send_keys("half a thou")
    ann.front().refresh()
    ann.inside()
    assert not ann.find("#login").is_displayed()
    assert (ann.texts("#rooms .name"), ann.texts("#dms .name")) == (["main", "tea"], ["bob"])
    assert ann.texts("#title") == ["bob"]
    assert ann.find("#input").get_attribute("value") == "half a thou"
    assert online(page.server) == ["ann", "bob"]
    bob.until("join", nick="ann", room="tea")
    ann.find("#rooms li:nth-child(2) .row").click()
    say(ann, "still in tea")
    bob.until("chat", message="still in tea", room="tea")


def test_logging_out_is_forgotten_too(page):
    ann = page("ann")
    ann.find("#input").send_keys("half a thou")
    ann.find("#log-out").click()
    ann.find("#confirm-yes").click()
    ann.wait(lambda t: t.find("#login").is_displayed(), "the login form")
    ann.front().refresh()
    ann.wait(lambda t: t.find("#nick").is_displayed(), "the login form")
    assert online(page.server) == []
    ann.enter("ann")
    ann.inside()
    assert ann.find("#input").get_attribute("value") == ""


@pytest.mark.parametrize("stored", ["{", "null", "[]", '{"nick":5}', '{"nick":"ann","conversations":[{}]}'])
def test_what_storage_should_not_hold_does_no_harm(page, stored):
    ann = page(script=f"sessionStorage.setItem('teahouse.session', {stored!r}); localStorage.setItem('teahouse.settings', {stored!r})")
    ann.wait(lambda t: t.find("#nick").is_displayed(), "the login form")
    ann.enter("ann")
    ann.inside()


@pytest.mark.parametrize("how", ["throw new DOMException('no', 'SecurityError')", "return null"])
def test_without_storage_everything_works_but_remembering(page, how):
    ann = page("ann", script=f"""for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, {{ get() {{ {how}; }} }});""")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    ann.find("#input").send_keys("a draft")
    ann.find("#show-settings").click()
    ann.find("#set-presence").click()
    ann.find("#settings-close").click()
    ann.front().refresh()
    ann.wait(lambda t: t.find("#nick").is_displayed(), "the login form")


def test_full_storage_is_no_reason_to_fail(page):
    ann = page("ann", script="Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };")
    say(ann, "hello")
    ann.shows("hello", "#messages")


# The network.

@pytest.fixture
def relay(page):
    relay = Relay(page.server.address("web"))
    yield relay
    relay.close()


HURRIED = """
    const late = window.setTimeout;
    window.setTimeout = (run, wait, ...more) => late(run, wait >= 8000 ? wait / 20 : wait, ...more);"""


@pytest.mark.parametrize("what", ["the network has changed", "nothing answers"])
def test_a_dead_connection_does_not_look_alive(page, relay, what):
    """With the page's patience a twentieth, so as not to wait for it."""
    ann = page("ann", address=f"http://127.0.0.1:{relay.port}/", script=HURRIED)
    relay.stalled = True
    if what == "nothing answers":
        say(ann, "hello?")
    else:
        ann.front().execute_script("dispatchEvent(new Event('online'))")
    ann.shows("Connection lost.", "#status")


def test_a_page_whose_connection_the_server_refuses_says_so(page):
    """The page comes by a name that the server does not know as its own, as behind a proxy."""
    host, port = page.server.address("web")
    proxy = Relay((host, port), lambda data: data.replace(f"Host: 127.0.0.1:{proxy.port}".encode(), f"Host: inside:{port}".encode()))
    try:
        tab = page(address=f"http://127.0.0.1:{proxy.port}/")
        tab.enter("ann")
        tab.shows(f"The server answers, but refuses the connection from http://127.0.0.1:{proxy.port}", "#status")
        assert "“origins”" in tab.find("#status").text
    finally:
        proxy.close()


# Notifications.

THROWS = """
    window.Notification = class {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor() { throw new TypeError("Illegal constructor"); }
    };
    window.shown = [];
    navigator.serviceWorker.getRegistration = async () => ({ showNotification: async (title, options) => shown.push([title, options]) });
    localStorage.setItem("teahouse.settings", '{"notify":true}');"""


def test_where_notifications_throw_the_service_worker_shows_them(page):
    """As in Chrome for Android. What came with the mention is shown in any case."""
    ann = page("ann", script=THROWS)
    bob = page.server.json("bob")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    for text in ("ann, are you there?", "ann?"):
        bob.send("chat", message=text)
    ann.wait(lambda t: len(t.front().execute_script("return shown")) == 2, "both notifications")
    [[title, options], [_, second]] = ann.front().execute_script("return shown")
    assert (title, options["body"], second["body"]) == ("bob (#main)", "ann, are you there?", "ann?")
    assert options["tag"] == second["tag"] and second["renotify"] is True
    ann.find("#rooms .row").click()
    ann.shows("are you there?", "#messages")


def test_a_window_beside_the_one_in_use_still_calls(page):
    """It is visible, and so what comes is read, but the user types elsewhere."""
    ann = page("ann", script=THROWS + "document.hasFocus = () => window.focused;")
    bob = page.server.json("bob")
    bob.send("chat", message="ann: one")
    ann.shows("ann: one", "#messages")
    ann.wait(lambda t: len(t.front().execute_script("return shown")) == 1, "a notification")
    assert ann.texts("#rooms .count:not([hidden])") == []
    ann.front().execute_script("window.focused = true; dispatchEvent(new Event('focus'))")
    bob.send("chat", message="ann: two")
    ann.shows("ann: two", "#messages")
    assert len(ann.front().execute_script("return shown")) == 1


# Clocks.

def test_times_follow_a_change_of_zone(page, browser):
    """As on a journey: the computer wakes in another zone."""
    ann = page("ann")
    zone = lambda name: browser.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": name})
    times = lambda: ann.front().execute_script("return [...document.querySelectorAll('#messages time')].map(at => at.textContent)")
    zone("Asia/Tokyo")
    ann.front().execute_script("dispatchEvent(new Event('online'))")
    page.server.json("bob").send("chat", message="hello")
    ann.shows("hello", "#messages")
    before = times()
    zone("America/New_York")
    ann.front().execute_script("dispatchEvent(new Event('online'))")
    ann.wait(lambda t: times() and times()[0] != before[0], "other times")
    assert len(set(times())) <= 2, "all in the same zone"
    zone("")


def test_a_computer_that_slept_looks_after_its_connection(page, relay):
    """No event tells of sleep: only the clock has jumped."""
    ann = page("ann", address=f"http://127.0.0.1:{relay.port}/", script=HURRIED + """
        const real = Date.now, every = window.setInterval;
        window.slept = 0;
        Date.now = () => real() + slept;
        window.setInterval = (run, wait) => every(run, wait / 20);""")
    relay.stalled = True
    ann.front().execute_script("window.slept = 3600_000")
    ann.shows("Connection lost.", "#status")


# Plain http.

def test_over_plain_http_only_what_browsers_forbid_is_missing(page):
    """No service worker, no clipboard, no notifications: each said, none needed."""
    ann = page("ann", script="""
        delete Navigator.prototype.serviceWorker;
        delete Navigator.prototype.clipboard;
        Object.defineProperty(window, "isSecureContext", { value: false });
        window.Notification = class { static permission = "denied"; static requestPermission = async () => "denied"; };""")
    say(ann, "hello")
    ann.shows("hello", "#messages")
    ann.find("#show-settings").click()
    ann.find("#set-notify").click()
    ann.shows("only on pages that come by https", "#settings-problem")
    assert not ann.find("#set-notify").is_selected()


# Keyboards.

def test_shortcuts_work_on_keyboards_of_other_alphabets(page):
    ann = page("ann")
    press = """document.body.dispatchEvent(new KeyboardEvent("keydown",
        { key: arguments[0], code: arguments[1], ctrlKey: true, bubbles: true, cancelable: true }))"""
    ann.front().execute_script(press, "л", "KeyK")
    ann.wait(lambda t: t.find("#switcher").is_displayed(), "the switcher")
    ann.front().switch_to.active_element.send_keys(Keys.ESCAPE)
    ann.front().execute_script(press, "t", "KeyK")  # Dvorak: the letter counts, not the place
    assert not ann.find("#switcher").is_displayed()


# Languages.

def test_a_german_page_is_german_throughout(page, browser):
    """Also times in a browser whose own language is another, refusals and the help."""
    ann = page("ann", script="localStorage.setItem('teahouse.settings', '{\"language\":\"de\"}')")
    bob = page.server.json("bob")
    bob.send("chat", message="hallo")
    ann.shows("hallo", "#messages")
    times = ann.front().execute_script("return [...document.querySelectorAll('#messages .time')].map(at => at.textContent)")
    assert times and not any("M" in time for time in times), times
    say(ann, "/msg niemand hallo")
    ann.shows("Niemand namens „niemand“ ist online.", "#messages")
    say(ann, "/help")
    ann.shows("eine private Nachricht senden", "#answer")
    say(ann, "/hlep")
    ann.shows("Unbekannter Befehl /hlep. Meintest du /help?", "#hint")
    assert ann.front().execute_script("return document.documentElement.lang") == "de"
    assert ann.texts("#open-switcher kbd") == ["Strg K"]
    assert not ann.front().find_elements(By.CSS_SELECTOR, "#messages .failed .text:not([dir])")
    wait_until(lambda: online(page.server) == ["ann", "bob"])


def test_a_server_that_stops_says_so_in_the_pages_language(page):
    """While it stops it may still answer by HTTP, and is not said to refuse the page. The words do not
    cover a message that is shown beside them."""
    ann = page("ann", script="localStorage.setItem('teahouse.settings', '{\"language\":\"de\"}')")
    page.server.json("bob").send("direct", to="ann", message="psst")
    ann.shows("psst", "#aside")
    page.server.stop()
    ann.shows("Der Server wird beendet.", "#messages")
    ann.shows("Verbindung verloren.", "#status")
    ann.wait(lambda t: t.find("#connection").get_attribute("class") == "troubled", "the loss")
    bottom, top = ann.front().execute_script(
        "return [document.querySelector('#connection').getBoundingClientRect().bottom, document.querySelector('#aside').getBoundingClientRect().top]")
    assert bottom < top
