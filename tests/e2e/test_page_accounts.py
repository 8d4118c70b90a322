"""Accounts on the page: logging in with a password and staying logged in, registering, sessions. In
Chromium, before servers that keep accounts.
"""

import pytest
from selenium.webdriver.common.keys import Keys
from test_page import say

pytestmark = pytest.mark.xdist_group("another browser")

PASSWORD = "tea for two"
STORED = "return JSON.stringify([{...localStorage}, {...sessionStorage}])"


@pytest.fixture
def keeper(start_server):
    """A server with accounts."""
    return start_server(limits={"linger": 60, "rate": 0}, history={"file": "teahouse.db"})


def registered(server, nick="ann"):
    """Makes an account, whose owner is gone again."""
    client = server.web(nick)
    client.until("names")
    client.send("register", password=PASSWORD)
    client.until("account", registered=True)
    client.send("command", line="/logout")
    client.read_rest()


def asked(tab):
    """Until the form asks for the password, with the focus in its field."""
    tab.wait(lambda t: t.find("#password").is_displayed()
             and t.front().execute_script("return document.activeElement.id") == "password", "the password's field")


def log_in(tab, password=PASSWORD, stay=False):
    asked(tab)
    tab.find("#password").send_keys(password)
    if stay:
        tab.find("#stay").click()
    tab.find("#password").send_keys(Keys.ENTER)


def html(tab):
    return tab.front().execute_script(
        "return document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(e => e.value)")


def open_account(tab, what):
    tab.find("#show-settings").click()
    tab.find(f"[data-account={what}]").click()
    tab.wait(lambda t: t.find("#account").is_displayed(), "the dialog")


def test_a_registered_name_asks_for_its_password_in_the_same_place(page, keeper):
    registered(keeper)
    tab = page(server=keeper)
    place = tab.front().execute_script("return document.querySelector('#nick').getBoundingClientRect().top")
    tab.enter("ann")
    asked(tab)
    assert not tab.find("#nick").is_displayed()
    moved = tab.front().execute_script("return document.querySelector('#password').getBoundingClientRect().top") - place
    assert abs(moved) < 40
    assert "registered" in tab.find("#login-room").text
    assert tab.faults("light", "dark") == []
    # The password manager of a browser is shown one form with both.
    form = tab.front().execute_script("""
        const fields = [...document.querySelectorAll("#login-form input")].filter(({ type }) => type !== "checkbox");
        return fields.map(({ name, type, autocomplete, value }) => [name, type, autocomplete, value]);""")
    assert form == [["username", "text", "username", "ann"], ["password", "password", "current-password", ""]]
    tab.front().execute_script("""
        document.addEventListener("submit", ({ target }) => { window.submitted = [...new FormData(target)]; });""")
    log_in(tab, "not this one")
    tab.shows("wrong", "#login-problem")
    assert tab.find("#password").get_attribute("aria-invalid") == "true"
    asked(tab)
    tab.find("#password").send_keys(Keys.CONTROL, "a")
    log_in(tab)
    tab.inside()
    submitted = dict(tab.front().execute_script("return window.submitted"))
    assert submitted == {"username": "ann", "password": PASSWORD}
    assert PASSWORD not in html(tab)
    assert PASSWORD not in tab.front().execute_script(STORED)


def test_another_name_can_be_chosen_instead(page, keeper):
    registered(keeper)
    tab = page(server=keeper)
    tab.enter("ann")
    asked(tab)
    tab.find("#other-name").click()
    tab.wait(lambda t: t.find("#nick").is_displayed(), "the name's field")
    assert not tab.find("#password").is_displayed()
    tab.enter("bob")
    tab.inside()
    assert tab.texts("#self") == ["bob"]


def test_who_stays_logged_in_is_in_again_until_logging_out(page, keeper):
    registered(keeper)
    tab = page(server=keeper)
    tab.enter("ann")
    log_in(tab, stay=True)
    tab.inside()
    address = tab.front().current_url.split("#")[0]
    later = page(address=address)
    later.inside()
    assert later.texts("#self") == ["ann"]
    say(later, "from the other tab")
    tab.shows("from the other tab", "#messages")
    for one in (tab, later):
        assert not one.find("#elsewhere").is_displayed()
    later.find("#log-out").click()
    later.find("#confirm-yes").click()
    later.wait(lambda t: t.find("#nick").is_displayed(), "the form")
    assert "teahouse.login" not in later.front().execute_script(STORED)
    again = page(address=address)
    again.wait(lambda t: t.find("#nick").get_attribute("value") == "ann", "the form")


def test_a_secret_that_is_void_leads_to_the_form(page, keeper):
    registered(keeper)
    stale = '{"nick":"ann","secret":"' + "ab" * 32 + '"}'
    tab = page(server=keeper, script=f"localStorage.setItem('teahouse.login', '{stale}')")
    asked(tab)
    assert tab.find("#nick").get_attribute("value") == "ann"
    tab.shows("logged out on this device", "#login-problem")
    log_in(tab)
    tab.inside()


def test_a_name_is_kept_its_password_changed_and_given_up(page, keeper):
    tab = page("ann", server=keeper)
    tab.inside()
    open_account(tab, "register")
    assert tab.faults("light", "dark") == []
    tab.find("#new-password").send_keys("short", Keys.ENTER)
    tab.shows("8 to 256 characters", "#account-problem")
    # What is typed next replaces what was refused, which cannot be seen.
    tab.find("#new-password").send_keys(PASSWORD)
    assert tab.find("#new-password").get_attribute("autocomplete") == "new-password"
    tab.find("#account-form .check input").click()
    assert tab.find("#new-password").get_attribute("type") == "text"
    tab.find("#new-password").send_keys(Keys.ENTER)
    tab.shows("is yours now", "#toast")
    assert not tab.find("#account").is_displayed()
    assert PASSWORD not in html(tab)

    open_account(tab, "password")
    assert tab.faults("light", "dark") == []
    tab.find("#old-password").send_keys("not this one")
    tab.find("#new-password").send_keys("tea for three", Keys.ENTER)
    tab.shows("not your password", "#account-problem")
    tab.find("#old-password").send_keys(PASSWORD, Keys.ENTER)
    tab.shows("is changed", "#toast")

    open_account(tab, "unregister")
    assert "direct messages are deleted" in tab.find("#account-form").text
    assert tab.faults("light", "dark") == []
    tab.find("#old-password").send_keys("tea for three", Keys.ENTER)
    tab.shows("given the name", "#toast")
    tab.find("#show-settings").click()
    assert tab.find("[data-account=register]").is_displayed()


def test_sessions_are_seen_and_ended_and_do_not_come_back(page, keeper):
    registered(keeper)
    first, second = page(server=keeper), page(server=keeper)
    for tab in (first, second):
        tab.enter("ann")
        log_in(tab, stay=tab is second)
        tab.inside()
    open_account(first, "sessions")
    first.wait(lambda t: len(t.texts("#session-list li")) == 3, "both, and the secret")
    rows = first.texts("#session-list li")
    assert sum("this one" in row for row in rows) == 1, rows
    assert sum("stays logged in" in row.lower() for row in rows) == 1, rows
    assert first.faults("light", "dark") == []
    first.find("#account .primary").click()
    first.wait(lambda t: len(t.texts("#session-list li")) == 1, "this one alone")
    second.shows("was ended from another one", "#login-problem")
    assert second.find("#nick").get_attribute("value") == "ann"
    assert "teahouse.login" not in second.front().execute_script(STORED)
    second.front().refresh()
    second.wait(lambda t: t.find("#nick").is_displayed(), "the form")


def test_a_typed_password_is_kept_nowhere(page, keeper):
    tab = page("ann", server=keeper)
    tab.inside()
    field = tab.find("#input")
    field.send_keys(f"/register {PASSWORD}")
    assert PASSWORD not in tab.front().execute_script(STORED)
    field.send_keys(Keys.ENTER)
    tab.shows("yours now", "#messages")
    assert field.get_attribute("value") == ""
    field.send_keys(Keys.ARROW_UP)
    assert field.get_attribute("value") == ""
    assert PASSWORD not in html(tab)
    assert PASSWORD not in tab.front().execute_script(STORED)
    field.send_keys("/sessions", Keys.ENTER)
    tab.wait(lambda t: len(t.texts("#session-list li")) == 1, "the list")


@pytest.mark.parametrize("width", [1280, 320])
def test_the_forms_fit(page, keeper, width):
    registered(keeper)
    tab = page(server=keeper)
    tab.resize(width, 640)
    tab.media(still=True)
    tab.enter("ann")
    asked(tab)
    fits = "return document.documentElement.scrollWidth <= innerWidth"
    assert tab.front().execute_script(fits)
    log_in(tab)
    tab.inside()
    for what in ("password", "unregister", "sessions"):
        if not tab.find("#show-settings").is_displayed():
            tab.find("#show-rooms").click()
        open_account(tab, what)
        assert tab.front().execute_script(fits)
        box = tab.front().execute_script(
            "const { left, right } = document.querySelector('#account .card').getBoundingClientRect(); return [left, right]")
        assert box[0] >= 0 and box[1] <= width
        tab.find("#account-close").click()
