"""The page around the conversation: what is loaded, the login form, the settings, no connection."""

import re
import shutil

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from server import ROOT, free_port

pytestmark = pytest.mark.xdist_group("browser")


def choose(tab, setting, value):
    tab.front().execute_script("""const field = document.querySelector(`#set-${arguments[0]}`);
        field.value = arguments[1]; field.dispatchEvent(new Event("change"));""", setting, value)


def opened_settings(tab):
    tab.find("#show-settings").click()
    tab.wait(lambda t: t.find("#settings").is_displayed(), "the settings")


# Loading.

LOADED = """return [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map(({ name, encodedBodySize, decodedBodySize, startTime }) => ({ name, encodedBodySize, decodedBodySize, startTime }))"""


def test_the_first_load_is_small_and_nothing_waits_for_a_chain(page):
    """A new visitor loads the login form, and the rest, all at once, with the first letter of the name."""
    tab = page(worker=True)
    tab.wait(lambda t: "in main" in t.find("#login-present").text, "the greeting")
    first = tab.front().execute_script(LOADED)
    assert not any(entry["name"].endswith("main.js") for entry in first)
    assert sum(entry["encodedBodySize"] for entry in first) < 30_000
    assert sum(entry["decodedBodySize"] for entry in first) > 50_000, "it was compressed"
    tab.find("#nick").send_keys("a")
    tab.wait(lambda t: t.find("#enter").get_attribute("aria-busy") == "false", "the rest")
    assert tab.find("#nick").get_attribute("value") == "a"
    loaded = tab.front().execute_script(LOADED)
    rest = [entry for entry in loaded if entry not in first and entry["name"].endswith(".js")]
    assert len(rest) > 30
    listed = re.findall(r'"modulepreload" href="([^"]+)"', (ROOT / "web/index.html").read_text())
    assert {entry["name"].removeprefix(tab.front().current_url.partition("#")[0]) for entry in rest} <= set(listed)
    assert sum(entry["encodedBodySize"] for entry in loaded) < 140_000
    tab.find("#nick").send_keys("nn", Keys.ENTER)
    tab.inside()
    assert tab.texts("#self") == ["ann"]


@pytest.mark.parametrize("language, words", [
    ("en", ["Your name", "Join", "A place to chat"]), ("de", ["Dein Name", "Eintreten", "Hier wird geplaudert"])])
def test_the_first_picture_needs_no_module(page, language, words):
    """As if the modules were still on their way."""
    def before(tab):
        tab.command("Network.enable")
        tab.command("Network.setBlockedURLs", urls=["*/start.js", "*/healthz"])
        tab.command("Network.setUserAgentOverride", userAgent="test", acceptLanguage=language)
    tab = page(before=before)
    form = tab.find("#login").text
    assert all(word in form for word in words), form
    assert form.count("Teahouse") == 1 and len(form) < 150, "one language only"
    tab.find("#nick").send_keys("ann", Keys.ENTER)
    assert tab.find("#nick").get_attribute("value") == "ann"
    tab.front().get_log("browser")


# The login form.

def test_the_form_says_what_this_place_is_and_who_is_there(page, start_server):
    server = start_server(server={"name": "Garden"})
    server.telnet("bob").until("You are bob, in main; nobody else is here yet.")
    server.json("cat")
    tab = page(server=server)
    tab.wait(lambda t: t.find("#login-present").text == "2 people in main now", "how many")
    assert tab.texts("#login-title") == ["Garden"]
    tab.enter("ann")
    tab.inside()


def test_a_tab_left_at_the_form_makes_no_noise(page, start_server):
    """The server ends a connection without a login; the form goes on, and connects when it is sent."""
    server = start_server(limits={"login_timeout": 1})
    tab = page(server=server)
    tab.wait(lambda t: t.find("#login-present").text == "Nobody is in main now", "the greeting")
    for letters in ("", "a"):
        tab.find("#nick").send_keys(letters)
        # Longer than the server waits for a login.
        tab.front().execute_async_script("setTimeout(arguments[0], 1500)")
        assert tab.find("#status").text == "" and tab.find("#login-problem").text == ""
    tab.enter("ann")
    tab.inside()


# Settings.

def test_settings_change_the_page_at_once_and_stay(page):
    tab = page("ann", before=lambda tab: tab.media("light"))
    light = tab.style("body", "backgroundColor")
    opened_settings(tab)
    choose(tab, "theme", "dark")
    dark = tab.style("body", "backgroundColor")
    assert light != dark
    assert tab.front().execute_script("return [...document.querySelectorAll('meta[name=theme-color]')].map(m => m.content)")[0] != "#f5f0e8"
    size = tab.style(".row", "fontSize")
    choose(tab, "textSize", "larger")
    assert float(tab.style(".row", "fontSize")[:-2]) > float(size[:-2])
    choose(tab, "density", "compact")
    choose(tab, "hours", "24")
    assert tab.front().execute_script("return document.documentElement.dataset.density") == "compact"
    tab.wait(lambda t: re.fullmatch(r"\d\d:\d\d", t.texts("#messages .time")[0]), "the times of lines that were there")
    tab.front().refresh()
    tab.inside()
    assert tab.style("body", "backgroundColor") == dark
    opened_settings(tab)
    choose(tab, "theme", "light")
    tab.media("dark")
    assert tab.style("body", "backgroundColor") == light
    tab.front().execute_script("localStorage.clear()")


def test_another_language_is_there_after_a_reload_that_loses_nothing(page):
    tab = page("ann")
    tab.find("#input").send_keys("half a thou")
    opened_settings(tab)
    assert not tab.find("#reload-note").is_displayed()
    choose(tab, "language", "de")
    tab.shows("You stay logged in.", "#reload-note")
    tab.find("#reload").click()
    tab.wait(lambda t: t.front().execute_script("return document.documentElement.lang") == "de", "German")
    tab.inside()
    assert tab.find("#input").get_attribute("value") == "half a thou"
    assert tab.texts("#connection-state") == ["Verbunden"]
    tab.front().execute_script("localStorage.clear()")


@pytest.mark.parametrize("stored", ['{"theme":"pink","density":5,"textSize":null,"hours":{},"rooms":"x","presence":"no"}',
                                    '{"rooms":{"__proto__":"all","main":7}}', "[]", "7"])
def test_settings_of_another_kind_are_the_defaults(page, stored):
    tab = page("ann", script=f"localStorage.setItem('teahouse.settings', {stored!r})")
    opened_settings(tab)
    chosen = tab.front().execute_script("return [...document.querySelectorAll('#settings select')].map(field => field.value)")
    assert chosen == ["system", "cosy", "normal", "system", "system", "mentions"]
    assert tab.find("#set-presence").is_selected()
    tab.front().execute_script("localStorage.clear()")


SHOWS = """
    window.notes = [];
    window.Notification = class {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor(title, { body }) { notes.push(body); }
    };
    localStorage.setItem("teahouse.settings", '{"notify":true}');"""


@pytest.mark.parametrize("alerts, told", [("mentions", ["ann: two"]), ("all", ["one", "ann: two"]), ("nothing", [])])
def test_each_room_alerts_as_wished(page, alerts, told):
    tab = page("ann", script=SHOWS)
    bob = page.server.json("bob")
    opened_settings(tab)
    assert "main" in tab.find("#room-alerts").text
    choose(tab, "room-alerts", alerts)
    tab.find("#settings-close").click()
    tab.find("#input").send_keys("/join tea", Keys.ENTER)
    tab.shows("tea", "#title")
    bob.send("chat", message="one")
    bob.send("chat", message="ann: two")
    bob.send("direct", to="ann", message="psst")
    tab.wait(lambda t: t.front().execute_script("return notes.at(-1)") == "psst", "the direct message")
    assert tab.front().execute_script("return notes") == [*told, "psst"]
    tab.front().execute_script("localStorage.clear()")


def test_the_keys_are_a_question_mark_away(page):
    tab = page("ann")
    tab.find("#log").click()
    ActionChains(tab.front()).send_keys("?").perform()
    tab.wait(lambda t: t.find("#keys-dialog").is_displayed(), "the keys")
    assert "Recall your last message" in tab.find("#keys").text
    ActionChains(tab.front()).send_keys(Keys.ESCAPE).perform()
    tab.wait(lambda t: not t.find("#keys-dialog").is_displayed(), "no keys")
    tab.find("#input").send_keys("really?")
    assert tab.find("#input").get_attribute("value") == "really?"
    assert not tab.find("#keys-dialog").is_displayed()


@pytest.mark.parametrize("dialog", ["settings", "keys-dialog"])
def test_dialogs_fit_and_axe_finds_nothing(page, dialog):
    tab = page("ann", before=lambda tab: tab.media(still=True))
    tab.front().execute_script("document.querySelector('#show-settings').click()")
    choose(tab, "language", "de")
    if dialog == "keys-dialog":
        tab.front().execute_script("document.querySelector('#show-keys').click()")
    for width in (1280, 320):
        tab.resize(width, 640)
        for theme in ("light", "dark"):
            choose(tab, "theme", theme)
            wide, high = tab.front().execute_script(f"""const card = document.querySelector("#{dialog} .card");
                const box = card.getBoundingClientRect();
                return [card.scrollWidth <= card.clientWidth && box.left >= 0 && box.right <= innerWidth, box.bottom <= innerHeight];""")
            assert wide and high
            assert tab.faults("light") == [], (width, theme)
    tab.front().execute_script("localStorage.clear()")


# No connection.

def test_without_a_connection_the_page_itself_is_there_and_comes_back(page, start_server):
    server = start_server(web={"port": free_port()})
    tab = page("ann", server=server, worker=True)
    tab.front().execute_async_script("navigator.serviceWorker.ready.then(arguments[0])")
    port = server.port("web")
    server.stop()
    tab.shows("Connection lost.", "#status")
    tab.front().refresh()
    tab.wait(lambda t: t.find("#connection").is_displayed() and "Trying again in" in t.find("#countdown").text, "the page")
    assert tab.texts("#rooms .name") == ["main"] and tab.texts("#connection-state") == ["Not connected"]
    again = start_server(web={"port": port})
    tab.front().execute_script("document.querySelector('#retry').click()")
    tab.inside()
    again.json("bob").until("names", nicks=["ann", "bob"])


def test_a_page_of_the_worker_is_never_older_than_the_servers(page, start_server, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(ROOT / "web", root)
    server = start_server(web={"port": free_port(), "root": root})
    tab = page(server=server, worker=True)
    tab.find("#nick").send_keys("ann")
    tab.front().execute_async_script("navigator.serviceWorker.ready.then(arguments[0])")
    tab.front().refresh()
    assert tab.front().execute_script("return navigator.serviceWorker.controller !== null")
    port = server.port("web")
    tab.front().execute_script("window.stop()")
    server.stop()
    (root / "index.html").write_text((root / "index.html").read_text().replace("A place to chat", "A newer place"))
    start_server(web={"port": port, "root": root})
    tab.front().refresh()
    tab.shows("A newer place", "#login")


def test_being_offline_is_said_in_words(page):
    tab = page("ann", worker=True)
    tab.front().execute_async_script("navigator.serviceWorker.ready.then(arguments[0])")
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    tab.command("Network.enable")
    tab.command("Network.emulateNetworkConditions", **offline)
    page.server.stop()
    tab.shows("You are offline.", "#status")
    tab.command("Network.emulateNetworkConditions", **{**offline, "offline": False})


# Paper.

def test_only_the_messages_are_printed(page):
    tab = page("ann")
    tab.find("#input").send_keys("for the record", Keys.ENTER)
    tab.shows("for the record", "#messages")
    tab.media(medium="print")
    for hidden in ("#rooms-pane", "#people-pane", "#composer", "#show-people"):
        assert not tab.find(hidden).is_displayed(), hidden
    assert tab.find("#messages .chat").is_displayed() and tab.find("#title").is_displayed()
    assert tab.style("#log", "overflowY") == "visible"
