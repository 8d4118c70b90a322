"""What was said before, on the page: in a real browser, with a server that has stored 10,000 messages.

Each scene has rooms and names of its own in one server, and its tabs in one browser.
"""

import pytest

from server import Server

pytestmark = pytest.mark.xdist_group("browser")

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
def page(stored, browser, tabs):
    def at(nick=None, path="/"):
        host, port = stored.address("web")
        tabs.append(browser.tab(f"http://{host}:{port}{path}"))
        if nick:
            tabs[-1].enter(nick)
            tabs[-1].wait(lambda tab: tab.find("#input").is_displayed(), "the input")
        return tabs[-1]
    return at


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

    tab.front().set_script_timeout(120)
    broken, seen, moved, most_lines, elements = tab.driver.execute_async_script(SCROLL_UP)
    assert (broken, seen) == ("", MANY)
    assert moved < 2 and most_lines <= KEPT and elements < 12_000
    do(tab, "document.querySelector('#log').scrollTop = 0")
    tab.shows("This is where the history of #long begins.", "#intro")
