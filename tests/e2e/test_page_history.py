"""What was said before, on the page: in a real browser, with a server that has stored 10,000 messages.

Each scene has rooms and names of its own in one server, and its tabs in one browser.
"""

import pytest
from selenium.webdriver.common.keys import Keys

from server import Server

pytestmark = pytest.mark.xdist_group("a third browser")

MANY = 10_000
KEPT = 1000

# The numbers of the messages in the document, in order.
NUMBERS = r"""return [...document.querySelectorAll("#messages .line .text")]
    .map((at) => /^message (\d+)/.exec(at.textContent)?.[1]).filter(Boolean).map(Number)"""


def fill(client, room, count, text="message {}", start=1):
    """Says so many messages in a room, as fast as the server takes them."""
    client.send("join", room=room)
    for i in range(start, start + count):
        client.send("chat", room=room, message=text.format(i))
        if i % 500 == 0:
            client.send("ping", ref=f"p{i}")
            client.until("pong", ref=f"p{i}")
    client.send("ping", ref="filled")
    client.until("pong", ref="filled")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A server whose history has many messages in the room `long`."""
    folder = tmp_path_factory.mktemp("stored")
    with Server(folder, limits={"rate": 0, "linger": 0}, history={"file": "teahouse.db"}) as server:
        server.bob = server.json("bob")
        fill(server.bob, "long", MANY)
        yield server


@pytest.fixture
def page(page, stored):
    page.server = stored
    return page


def do(tab, script, *args):
    return tab.front().execute_script(script, *args)


def numbers(tab):
    return do(tab, NUMBERS)


# Scrolls up to the first message. At each step: what is loaded has no hole and no double, and what is in view
# stays where it is. Returns [numbers seen, largest move in pixels, most lines, most elements].
SCROLL_UP = """
    const done = arguments[0];
    const log = document.querySelector("#log");
    const messages = document.querySelector("#messages");
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const numbers = () => [...messages.querySelectorAll(".line .text")]
        .map((at) => /^message (\\d+)/.exec(at.textContent)?.[1]).filter(Boolean).map(Number);
    const inView = () => [...messages.querySelectorAll(".line")].find((at) => at.getBoundingClientRect().top >= log.getBoundingClientRect().top);
    const seen = new Set(numbers());
    let [moved, lines, elements, broken] = [0, 0, 0, ""];
    (async () => {
        while (!seen.has(1) && !broken) {
            const first = numbers()[0];
            log.scrollTop = 0;
            const anchor = inView();
            const top = anchor.getBoundingClientRect().top;
            for (let frames = 0; numbers()[0] === first; frames++) {
                if (frames > 600)
                    broken = `nothing came before ${first}`;
                if (broken)
                    break;
                await frame();
            }
            await frame();
            moved = Math.max(moved, Math.abs(anchor.getBoundingClientRect().top - top));
            const now = numbers();
            if (now.some((number, i) => number !== now[0] + i))
                broken = `after ${first}: ${now}`;
            now.forEach((number) => seen.add(number));
            lines = Math.max(lines, messages.querySelectorAll(".line").length);
            elements = Math.max(elements, messages.querySelectorAll("*").length);
        }
        done([broken, seen.size, moved, lines, elements]);
    })();"""


def test_the_whole_history_is_reached_by_scrolling_up(page, stored):
    tab = page("ann", "/#room/long")
    tab.wait(lambda t: numbers(t)[-1:] == [MANY], "the newest")
    first = numbers(tab)
    assert first == list(range(first[0], MANY + 1)) and len(first) >= 50
    assert not tab.find("#newer").is_displayed() and do(tab, "return document.title") == "long - Teahouse"

    broken, seen, moved, most_lines, elements = tab.front().execute_async_script(SCROLL_UP)
    assert (broken, seen) == ("", MANY)
    assert moved < 2 and most_lines <= KEPT and elements < 12_000
    do(tab, "document.querySelector('#log').scrollTop = 0")
    tab.shows("This is where the history of #long begins.", "#intro")


# What a screen reader is told: what is added in a live region, at the moment when it is.
LISTENING = """
    window.announced = [];
    new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
            for (const node of addedNodes) {
                const at = node.nodeType === 1 ? node : node.parentElement;
                const live = at?.closest("#log [aria-live], #log");
                if (live?.getAttribute("aria-live") === "polite")
                    announced.push(node.textContent);
            }
    }).observe(document, { childList: true, subtree: true });"""


def test_what_is_read_out_is_what_is_new_and_going_back_counts_it(page, stored):
    tab = page("eve", "/#room/long", script=LISTENING)
    tab.wait(lambda t: numbers(t)[-1:] == [MANY], "the newest")
    fill(stored.bob, "long", 1, "live {}")
    tab.shows("live 1", "#messages")
    told = [text for text in do(tab, "return announced") if "message" in text or "live" in text]
    assert len(told) == 1 and "live 1" in told[0]

    tab.find("#log").send_keys(Keys.HOME)
    for _ in range(12):
        first = numbers(tab)[0]
        tab.find("#log").send_keys(Keys.HOME)
        tab.wait(lambda t, first=first: numbers(t)[0] < first, "older ones by the keyboard")
    assert len(numbers(tab)) == KEPT and not tab.texts("#messages .line")[-1].startswith("live")
    tab.wait(lambda t: t.find("#newer").text == "Jump to the newest", "the way back")
    fill(stored.bob, "long", 3, "late {}")
    tab.wait(lambda t: t.find("#newer").text == "Jump to the newest (3 new)", "how many came")
    assert do(tab, "return document.title") == "long - Teahouse", "they are no alert"

    # Down again: what follows is loaded, and at last it is live again.
    last = numbers(tab)[-1]
    tab.find("#log").send_keys(Keys.END)
    tab.wait(lambda t: numbers(t)[-1] > last, "newer ones")
    tab.find("#newer").click()
    tab.wait(lambda t: tab.texts("#messages .text")[-3:] == ["late 1", "late 2", "late 3"], "the newest")
    tab.wait(lambda t: not t.find("#newer").is_displayed(), "nothing below")
    now = numbers(tab)
    assert now == list(range(now[0], MANY + 1)) and len(now) >= 40
    fill(stored.bob, "long", 1, "at last {}")
    tab.shows("at last 1", "#messages")
    assert sum("message" in text for text in do(tab, "return announced")) == 0


def test_a_link_opens_the_room_around_its_message(page, stored):
    fill(stored.bob, "cups", 300, "cup {}")
    stored.bob.send("history", room="cups", limit=200, ref="cups")
    events = stored.bob.until("history", ref="cups")["events"]
    wanted, number = events[20]["id"], events[20]["message"]
    tab = page("fay", f"/#room/cups/{wanted}")
    tab.wait(lambda t: do(t, "return document.activeElement.querySelector?.('.text')?.textContent") == number, "the focus")
    marked = tab.find("#messages .marked")
    top, bottom = do(tab, "const at = arguments[0].getBoundingClientRect(); return [at.top, at.bottom]", marked)
    assert top > 100 and bottom < 700
    tab.wait(lambda t: do(t, "return location.hash") == "#room/cups", "the address of the room")
    assert tab.faults("light", "dark") == []

    # From another room, by a link in a message; first the link is copied by the keyboard.
    do(tab, "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.taken = text; } }, configurable: true })")
    marked.send_keys(Keys.SHIFT, Keys.F10)
    tab.wait(lambda t: t.texts("#menu [role=menuitem]") == ["Copy link", "Copy text"], "the menu")
    assert tab.faults() == []
    tab.driver.switch_to.active_element.send_keys(Keys.ENTER)
    tab.wait(lambda t: do(t, "return window.taken") is not None, "a copy")
    link = do(tab, "return taken")
    assert link.endswith(f"/#room/cups/{wanted}")
    tab.shows("Copied", "#toast")
    assert do(tab, "return document.activeElement.id") == "line-menu"
    tab.driver.switch_to.active_element.send_keys(Keys.ARROW_UP)
    before = events[19]["message"]
    assert do(tab, "return document.activeElement.closest('.line').querySelector('.text').textContent") == before

    tab.find("#log").send_keys(Keys.ARROW_RIGHT)
    assert do(tab, "return document.activeElement.id") == "line-menu", "without a name in view"

    tab.find("#input").send_keys("/join saucers", Keys.ENTER)
    tab.wait(lambda t: t.texts("#title") == ["saucers"], "another room")
    gone = link.replace(str(wanted), str(events[-1]["id"] + 100_000))
    tab.find("#input").send_keys(f"{link} or {gone}", Keys.ENTER)
    tab.wait(lambda t: len(t.texts("#messages a")) == 2, "the links")
    tab.find("#messages a").click()
    tab.wait(lambda t: t.texts("#title") == ["cups"] and t.texts("#messages .marked .text") == [number], "the message")
    tab.front().back()
    tab.wait(lambda t: t.texts("#title") == ["saucers"] and len(t.texts("#messages a")) == 2, "the room before")
    do(tab, "document.querySelectorAll('#messages a')[1].click()")
    tab.shows("That message is not there any more.", "#toast")
    assert tab.texts("#title") == ["cups"] and len(tab.texts("#messages .line")) >= 50
