"""The page in a real browser: two tabs, a telnet user and a json user in one room."""

import gzip
import posixpath
import re
import socket
import subprocess
import time
import urllib.request

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from clients import TIMEOUT, WELCOME

pytestmark = pytest.mark.xdist_group("a third browser")


def lines(tab):
    """What is to be read in the conversation, a line each, without times."""
    return tab.front().execute_script("""return [...document.querySelectorAll("#messages .line")]
        .filter((line) => line.offsetParent).map((line) => [line.querySelector(".sender .nick"), line.querySelector(".text")]
            .map((at) => at?.textContent ?? "").filter(Boolean).join(" "))""")


def say(tab, text, *keys):
    tab.find("#input").send_keys(text, *(keys or (Keys.ENTER,)))


def hears(tab, text):
    tab.wait(lambda t: any(text in line for line in lines(t)), f"{text!r} in {lines(tab)}")


def people(tab):
    return tab.texts("#people .nick")


def test_four_users_on_three_protocols_in_one_room(page):
    ann, bob = page("Ann"), page("Bob")
    cat, dan = page.server.telnet("cat"), page.server.json("dan", version=1)
    cat.until("dan has entered the room.")
    hears(ann, "Bob, cat and dan joined.")
    assert sorted(people(ann)) == ["Ann", "Bob", "cat", "dan"]

    say(ann, "the kettle is on")
    for tab in (ann, bob):
        hears(tab, "the kettle is on")
    cat.until("Ann: the kettle is on")
    dan.until("chat", nick="Ann", message="the kettle is on")

    cat.send("/me pours")
    hears(bob, "* cat pours")
    dan.send("chat", message="lovely")
    hears(ann, "lovely")
    cat.until("dan: lovely")

    cat.send("/quit")
    hears(ann, "cat left.")
    assert sorted(people(ann)) == ["Ann", "Bob", "dan"]


def test_a_name_that_is_taken_is_refused_in_words_and_kept(page):
    page.server.telnet("ann").until(WELCOME)
    page.server.json("bob").until("names", nicks=["ann", "bob"])
    tab = page()
    tab.enter("Ann")
    tab.shows("already in use", "#login-problem")
    field = tab.find("#nick")
    assert field.get_attribute("value") == "Ann"
    assert tab.front().switch_to.active_element == field
    tab.enter("Anna")
    tab.wait(lambda t: t.find("#input").is_displayed(), "the input")


def test_markup_is_text_and_links_are_safe(page):
    ann = page("Ann")
    cat = page.server.telnet("cat")
    cat.send("<img src=x onerror=alert(1)><b>bold</b> https://example.org/a?b=1).")
    hears(ann, "<img src=x onerror=alert(1)><b>bold</b>")
    assert ann.front().find_elements(By.CSS_SELECTOR, "#messages img, #messages b") == []
    link = ann.find("#messages a")
    assert link.get_attribute("href") == "https://example.org/a?b=1"
    assert {"noopener", "noreferrer"} <= set(link.get_attribute("rel").split())


def test_enter_says_and_shift_enter_makes_a_line(page):
    ann = page("Ann")
    cat = page.server.telnet("cat")
    cat.until(WELCOME)
    say(ann, "one", Keys.SHIFT + Keys.ENTER)
    ann.find("#input").send_keys(Keys.NULL, "two", Keys.ENTER)
    cat.until("Ann: one")
    cat.expect("Ann: two")
    assert ann.find("#input").get_attribute("value") == ""


def test_rooms_are_joined_switched_and_left(page):
    ann = page("Ann")
    cat = page.server.json("cat")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    cat.send("chat", message="still in main")
    cat.until("chat", message="still in main")
    ann.wait(lambda t: "1" in "".join(t.texts("#rooms .count:not([hidden])")), "an unread count")
    ann.front().execute_script(
        "[...document.querySelectorAll('#rooms button.row')].find(b => b.innerText.includes('main')).click()")
    ann.shows("main", "#title")
    hears(ann, "still in main")
    assert ann.texts("#rooms .count:not([hidden])") == []
    say(ann, "/leave tea")
    ann.wait(lambda t: len(t.texts("#rooms li")) == 1, "one room")


def test_direct_messages_open_a_talk_by_a_click(page):
    ann = page("Ann")
    cat = page.server.telnet("cat")
    ann.wait(lambda t: "cat" in people(t), "cat among the people")
    ann.front().execute_script(
        "[...document.querySelectorAll('#people button')].find(b => b.innerText.includes('cat')).click()")
    ann.wait(lambda t: t.texts("#card h2") == ["cat"], "cat's card")
    ann.find("#card [data-action=message]").click()
    ann.shows("cat", "#title")
    say(ann, "psst")
    cat.until("Ann -> cat: psst")
    cat.send("/msg Ann yes?")
    hears(ann, "yes?")


def test_an_unknown_command_is_not_said(page):
    ann = page("Ann")
    cat = page.server.telnet("cat")
    say(ann, "/foo")
    ann.shows("Unknown command /foo.", "#hint")
    ann.find("#input").clear()
    say(ann, "after")
    assert not [line for line in cat.until("Ann: after") if "/foo" in line]


def test_help_is_the_servers_own_table(page):
    ann = page("Ann")
    say(ann, "/help")
    ann.shows("/msg NAME TEXT", "#answer")
    assert "/login" not in ann.find("#answer").text, "that was done already"


def test_the_page_comes_back_by_itself_with_what_was_said_meanwhile(page, start_server, tmp_path):
    server = start_server(web={"port": 0})
    port = server.port("web")
    ann = page("Ann", server=server)
    say(ann, "before")
    hears(ann, "before")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    server.stop()
    ann.wait(lambda t: "".join(t.texts("#status")).strip() != "", "a word about the connection")
    say(ann, "said while away")
    again = start_server(web={"port": port})
    dan = again.json("dan")
    dan.until("join", nick="Ann")
    dan.send("join", room="tea")
    hears(ann, "said while away")
    ann.wait(lambda t: t.texts("#pending .line") == [], "nothing waiting")
    assert "".join(lines(ann)).count("said while away") == 1
    assert len(ann.texts("#rooms li")) == 2


def test_a_scrolled_view_stays_where_it_is(page):
    ann = page("Ann")
    cat = page.server.json("cat")
    for number in range(30):
        cat.send("chat", message=f"line {number}")
    hears(ann, "line 29")
    ann.front().execute_script("document.querySelector('#log').scrollTop = 0")
    ann.wait(lambda t: t.front().execute_script("return document.querySelector('#log').scrollTop") == 0, "the top")
    cat.send("chat", message="one more")
    ann.wait(lambda t: t.find("#newer").is_displayed(), "the button")
    assert "1" in ann.find("#newer").text
    assert ann.front().execute_script("return document.querySelector('#log').scrollTop") == 0
    ann.find("#newer").click()
    ann.wait(lambda t: not t.find("#newer").is_displayed(), "no button")


def test_the_login_button_stays_where_it_is(page):
    """Also when the page learns who is there, just as it is being pressed."""
    page("Ann")
    tab = page()
    tab.wait(lambda tab: any(tab.texts("#login-present")), "who is there")
    place = "return document.querySelector('#enter').getBoundingClientRect().top"
    known = tab.front().execute_script(place)
    tab.front().execute_script("document.querySelector('#login-present').textContent = ''")
    assert tab.front().execute_script(place) == known


def test_everything_works_on_a_phone(page, browser):
    browser.driver.set_window_size(360, 640)
    try:
        ann = page("Ann")
        assert not ann.find("#people-pane").is_displayed()
        ann.find("#show-people").click()
        ann.wait(lambda t: t.find("#people-pane").is_displayed(), "the people")
        browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
        ann.wait(lambda t: not t.find("#people-pane").is_displayed(), "the people folded away")
        say(ann, "from my phone")
        hears(ann, "from my phone")
        width = "return document.documentElement.scrollWidth <= innerWidth"
        assert ann.front().execute_script(width)
    finally:
        browser.driver.set_window_size(1280, 800)


# Coming in.

def test_a_name_that_is_taken_comes_with_another_to_take(page):
    page.server.json("ann")
    tab = page()
    tab.enter("ann")
    tab.shows("“ann” is already in use", "#login-problem")
    assert tab.find("#suggestion").text == "Use “ann2”"
    tab.find("#suggestion").click()
    tab.wait(lambda t: t.find("#input").is_displayed(), "the input")
    assert tab.texts("#self") == ["ann2"]


def test_what_is_wrong_with_a_name_is_told_apart(page):
    page.server.json("scope")
    tab = page()
    tab.enter("ѕсоре")
    tab.shows("looks too much like", "#login-problem")
    tab.enter("a b")
    tab.shows("can’t be used as a name", "#login-problem")
    assert tab.find("#nick").get_attribute("value") == "a b"
    assert not tab.find("#suggestion").is_displayed()


def test_the_address_names_a_room(page):
    cat = page.server.json("cat")
    cat.send("join", room="tea")
    ann = page("Ann", path="/#room/tea")
    ann.shows("tea", "#title")
    ann.wait(lambda t: sorted(people(t)) == ["Ann", "cat"], "both")
    ann.front().execute_script("location.hash = '#room/' + encodeURIComponent('Grüner Tee'.replace(' ', '-'))")
    ann.shows("Grüner-Tee", "#title")


def test_the_language_follows_the_browser(page):
    ann = page()
    ann.command("Network.setUserAgentOverride", userAgent="test", acceptLanguage="de-AT,de")
    ann.front().refresh()
    ann.enter("Ann")
    ann.wait(lambda t: t.find("#input").is_displayed(), "the input")
    cat = page.server.telnet("cat")
    hears(ann, "cat ist beigetreten.")
    assert ann.front().execute_script("return document.documentElement.lang") == "de"
    assert ann.find("#send").get_attribute("title") == "Senden"
    cat.drop()
    ann.wait(lambda t: "cat" not in "".join(lines(t)), "nothing of cat")


def test_the_page_is_small(page):
    host, port = page.server.address("web")
    wanted, seen, size = ["/"], set(), 0
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        with urllib.request.urlopen(f"http://{host}:{port}{path}") as answer:
            text = answer.read()
        size += len(gzip.compress(text))
        folder = path.rsplit("/", 1)[0]
        for name in re.findall(r'(?:from |src=|href=|import )"(\.{0,2}/?[\w./-]+\.\w+)"', text.decode()):
            wanted.append(posixpath.normpath(f"{folder}/{name}"))
    assert len(seen) > 25, seen
    assert size < 140_000


def test_it_works_below_a_path_behind_nginx(page, tmp_path):
    host, port = page.server.address("web")
    with socket.create_server(("127.0.0.1", 0)) as free:
        outside = free.getsockname()[1]
    (tmp_path / "nginx.conf").write_text(f"""
        daemon off; pid {tmp_path}/pid; error_log stderr; worker_processes 1;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {tmp_path}/body; proxy_temp_path {tmp_path}/proxy;
            fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;
            server {{
                listen 127.0.0.1:{outside};
                location /chat/ {{
                    proxy_pass http://{host}:{port}/;
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection "upgrade";
                }}
            }}
        }}""")
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-p", tmp_path, "-c", tmp_path / "nginx.conf"])
    try:
        deadline = time.monotonic() + TIMEOUT
        while socket.socket().connect_ex(("127.0.0.1", outside)) != 0:
            assert nginx.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        tab = page(path=None, address=f"http://127.0.0.1:{outside}/chat/")
        tab.enter("Ann")
        tab.wait(lambda t: t.find("#input").is_displayed(), "the input")
        cat = page.server.telnet("cat")
        say(tab, "from below a path")
        cat.until("Ann: from below a path")
    finally:
        nginx.terminate()
        nginx.wait()


# The connection.

def test_the_time_to_the_next_try_is_counted_down(page, start_server):
    server = start_server()
    ann = page("Ann", server=server)
    server.stop()
    ann.shows("Connection lost.", "#status")
    ann.wait(lambda t: re.search(r"Trying again in \d+\ss\.", "".join(t.texts("#countdown"))), "a countdown")
    ann.wait(lambda t: t.find("#retry").text == "Now", "the button, between two attempts")
    assert ann.find("#countdown").get_attribute("aria-hidden") == "true"


def test_what_is_refused_can_be_tried_again(page):
    ann = page("Ann")
    say(ann, "/msg bob psst")
    ann.wait(lambda t: t.texts("#messages .failed"), "what failed")
    bob = page.server.telnet("bob")
    bob.until(WELCOME)
    hears(ann, "bob joined.")
    ann.find("#messages .failed [data-action=retry]").click()
    bob.until("Ann -> bob: psst")
    ann.wait(lambda t: not t.texts("#messages .failed"), "nothing that failed")


# Reading.

def test_comings_and_goings_are_folded_and_can_be_switched_off(page):
    ann = page("Ann")
    for nick in ("bo", "cy", "di", "ed", "fi"):
        page.server.json(nick).drop()
    ann.wait(lambda t: len(people(t)) == 1, "they are gone again")
    assert lines(ann) == ["You joined."], "nothing is left of those who came and went"
    page.server.json("gil")
    hears(ann, "gil joined.")
    ann.find("#show-settings").click()
    ann.find("#set-presence").click()
    assert ann.texts("#messages .presence") == [] or not ann.find("#messages .presence").is_displayed()
    ann.front().refresh()
    ann.wait(lambda t: t.find("#input").is_displayed(), "the input")
    page.server.json("hal")
    ann.wait(lambda t: "hal" in people(t), "hal")
    assert "hal joined." not in lines(ann)
    ann.front().execute_script("localStorage.clear()")


def test_a_large_room_is_told_in_numbers_and_named_in_pieces(page, start_server):
    server = start_server(limits={"presence": 3})
    crowd = [server.json(f"n{i}") for i in range(5)]
    crowd[-1].until("names")
    ann = page("Ann", server=server)
    ann.wait(lambda t: t.texts("#people-title") == ["People (6)"], "six people")
    assert len(people(ann)) == 4 and "and 2 more" in ann.find("#people-more").text
    ann.find("#people-next").click()
    ann.wait(lambda t: len(people(t)) == 6, "all of them")
    assert not ann.find("#people-more").is_displayed()
    crowd[0].drop()
    hears(ann, "1 left.")


def test_several_messages_are_copied_with_their_times(page):
    ann = page("Ann")
    cat = page.server.json("cat")
    for text in ("one", "two"):
        cat.send("chat", message=text)
    cat.send("emote", message="waves")
    hears(ann, "* cat waves")
    assert [re.sub(r"\d\d:\d\d", "12:04", line) for line in ann.copied().splitlines()[-3:]] == [
        "[12:04] cat: one", "[12:04] cat: two", "[12:04] * cat waves"]


def test_ten_thousand_messages_do_not_pile_up(page, start_server):
    server = start_server(limits={"rate": 0})
    ann = page("Ann", server=server)
    cat = server.json("cat", version=1)
    for number in range(10_000):
        cat.send("chat", message=f"message {number}")
    hears(ann, "message 9999")
    assert len(ann.texts("#messages .line")) <= 1000
    assert ann.front().execute_script("return document.querySelectorAll('*').length") < 8000


def test_names_and_texts_keep_to_themselves(page):
    ann = page("Ann")
    cat = page.server.json("אבא")
    cat.send("chat", message="שלום abc")
    cat.send("chat", message="x" * 900)
    cat.send("chat", message="\n".join(f"line {i}" for i in range(40)))
    hears(ann, "line 39")
    assert ann.front().execute_script("return [...document.querySelectorAll('#messages .nick')].every(at => at.firstElementChild.tagName === 'BDI')")
    assert ann.front().execute_script("return [...document.querySelectorAll('#messages .text')].every(at => at.dir === 'auto')")
    assert ann.front().execute_script("const log = document.querySelector('#log'); return log.scrollWidth <= log.clientWidth")


# Writing.

def test_people_and_commands_are_suggested_while_one_types(page):
    ann = page("Ann")
    cat = page.server.telnet("cat")
    hears(ann, "cat joined.")
    field = ann.find("#input")
    field.send_keys("/m")
    ann.wait(lambda t: "/me ACTION" in "".join(t.texts("#suggestions li"))
             and "send an action" in "".join(t.texts("#suggestions li")), "the commands")
    field.send_keys(Keys.BACKSPACE * 2, "hello @c")
    ann.wait(lambda t: t.texts("#suggestions li") == ["@cat"], "the people")
    field.send_keys(Keys.TAB, "!", Keys.ENTER)
    cat.until("Ann: hello @cat !")
    assert not ann.find("#suggestions").is_displayed()


def test_the_length_is_counted_as_the_server_counts(page, start_server):
    server = start_server(limits={"message": 20})
    ann = page("Ann", server=server)
    field = ann.find("#input")
    field.send_keys("ünd so weiter")
    assert ann.find("#counter").text == ""
    field.send_keys(" und ab")
    assert ann.find("#counter").text == "Too long by 1 byte (limit 20)."
    field.send_keys(Keys.ENTER)
    ann.shows("Too long by 1 byte (limit 20).", "#hint")
    field.send_keys(Keys.BACKSPACE, Keys.ENTER)
    hears(ann, "ünd so weiter und a")


def test_a_draft_survives_a_reload(page):
    ann = page("Ann")
    ann.find("#input").send_keys("half a thou")
    ann.front().refresh()
    ann.wait(lambda t: t.find("#input").is_displayed(), "the input")
    assert ann.find("#input").get_attribute("value") == "half a thou"
    ann.front().execute_script("sessionStorage.clear()")


# Attention and keys.

def test_what_is_unread_stands_in_the_title_and_the_icon(page):
    ann = page("Ann")
    cat = page.server.json("cat")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    icon = lambda: ann.find("#icon").get_attribute("href").rsplit("/", 1)[1]
    cat.send("chat", message="hello")
    ann.wait(lambda t: t.front().title.startswith("(1) tea"), "a count")
    assert icon() == "icon-unread.svg"
    cat.send("chat", message="ann, are you there?")
    ann.wait(lambda t: t.front().title.startswith("(2) tea"), "a mention")
    assert icon() == "icon-mention.svg" and ann.texts("#rooms .count.mention:not([hidden])") == ["2"]
    ActionChains(ann.front()).key_down(Keys.ALT).send_keys(Keys.ARROW_UP).key_up(Keys.ALT).perform()
    ann.shows("main", "#title")
    ann.wait(lambda t: t.front().title == "main - Teahouse", "nothing unread")
    assert icon() == "icon.svg"


CALLS = """
    window.calls = { notes: [], tones: 0 };
    window.Notification = class {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor(title, { body }) { calls.notes.push(`${title}: ${body}`); }
    };
    window.OscillatorNode = class extends OscillatorNode {
        constructor(...all) { super(...all); calls.tones++; }
    };"""


def test_notifications_of_mentions_in_another_room(page):
    ann = page("Ann")
    ann.front().execute_script(CALLS)
    calls = lambda: ann.front().execute_script("return calls")
    cat = page.server.json("cat")
    say(ann, "/join tea")
    ann.shows("tea", "#title")
    cat.send("chat", message="Ann?")
    ann.wait(lambda t: t.texts("#rooms .count.mention") == ["1"], "a mention")
    assert calls() == {"notes": [], "tones": 0}
    ann.find("#show-settings").click()
    ann.find("#set-sound").click()
    ann.find("#set-notify").click()
    ann.wait(lambda t: t.find("#set-notify").is_selected(), "the setting")
    ann.find("#settings-close").click()
    cat.send("chat", message="nothing for anybody")
    cat.send("chat", message="Ann, tea?")
    ann.wait(lambda t: calls()["notes"] == ["cat (#main): Ann, tea?"], "a notification")
    assert calls()["tones"] == 2
    cat.send("join", room="tea")
    cat.send("chat", message="Ann!")
    hears(ann, "Ann!")
    assert len(calls()["notes"]) == 1, "not for the room in view"
    ann.front().execute_script("localStorage.clear()")


def test_everything_is_a_few_keys_away(page):
    ann = page("Ann")
    page.server.json("cat").send("join", room="kitchen")
    control = lambda key: ActionChains(ann.front()).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()
    control("k")
    ann.wait(lambda t: "kitchen" in "".join(t.texts("#switcher-list .name")), "the rooms")
    ann.front().switch_to.active_element.send_keys("kit", Keys.ENTER)
    ann.shows("kitchen", "#title")
    control("k")
    ann.front().switch_to.active_element.send_keys("cat", Keys.ENTER)
    ann.wait(lambda t: t.texts("#title") == ["cat"], "a talk with cat")
    control("/")
    ann.wait(lambda t: t.find("#keys-dialog").is_displayed(), "the keys")
    assert "Ctrl K" in ann.find("#keys").text
    ann.front().switch_to.active_element.send_keys(Keys.ESCAPE)
    ann.find("#log").click()
    ActionChains(ann.front()).send_keys(Keys.ESCAPE).perform()
    assert ann.front().switch_to.active_element == ann.find("#input")


# Accessibility.

VIEWS = {
    "door": lambda ann: None,
    "room": lambda ann: None,
    "go": lambda ann: ann.find("#open-switcher").click(),
    "settings": lambda ann: ann.find("#show-settings").click(),
}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(page, view):
    ann = page(None if view == "door" else "Ann", before=lambda tab: tab.media(still=True))
    if view != "door":
        cat = page.server.telnet("cat")
        cat.send("Ann: see https://example.org/")
        cat.send("/me waves")
        cat.send("/msg Ann psst")
        ann.shows("psst", "#aside")
        say(ann, "/msg nobody x")
        ann.wait(lambda t: t.texts("#messages .failed"), "what failed")
    VIEWS[view](ann)
    assert ann.faults("light", "dark") == []


@pytest.mark.parametrize("width, height", [(320, 640), (640, 400), (1280, 800)])
def test_no_width_loses_anything(page, width, height):
    """640 by 400 is what 200 % leaves of 1280 by 800."""
    ann = page("Ann")
    ann.resize(width, height)
    cat = page.server.telnet("cat")
    cat.send("x" * 300)
    hears(ann, "x" * 300)
    for at in ("#input", "#send", "#title"):
        box = ann.find(at).rect
        assert 0 <= box["x"] and box["x"] + box["width"] <= width, at
        assert 0 <= box["y"] and box["y"] + box["height"] <= height, at
    assert ann.front().execute_script("return document.documentElement.scrollWidth") <= width
    if width < 700:
        sizes = ann.front().execute_script("""return [...document.querySelectorAll("#head button, #send, .row")]
            .filter(at => at.offsetParent).map(at => Math.min(at.offsetWidth, at.offsetHeight))""")
        assert min(sizes) >= 44
