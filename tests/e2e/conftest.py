"""Fixtures of the tests with real programs."""

import collections
import contextlib

import pytest

from certificates import Authority
from scripted import ScriptedServer
from server import PROTOCOLS, SANITIZED, Server
from terminal import Terminal


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ca")


@pytest.fixture(scope="session")
def certificate(authority):
    """The paths of a certificate for this machine, and of its key."""
    return authority.sign("valid", "DNS:localhost,IP:127.0.0.1")


@pytest.fixture
def transport():
    """Files with TRANSPORTS = ("tcp", "tls") have each of their tests over both."""
    return "tcp"


def pytest_generate_tests(metafunc):
    transports = getattr(metafunc.module, "TRANSPORTS", ())
    if transports and "transport" in metafunc.fixturenames:
        metafunc.parametrize("transport", transports)


def encrypted(options, files):
    """The sections, with TLS for all listeners."""
    listeners = {name: {} for name in PROTOCOLS}
    listeners.update({name: keys for name, keys in options.items() if isinstance(keys, dict)
                      and name not in ("server", "limits", "history", "tls", "env")})
    options.update({name: {"tls": "yes", **keys} for name, keys in listeners.items()
                    if options.get(name, {}) is not None})
    return {"tls": {"certificate": files[0], "key": files[1]}, **options}


@pytest.fixture
def start_server(tmp_path, transport, request):
    """Starts servers: start_server(**sections), as in server.settings. Stops them at the end."""
    with contextlib.ExitStack() as stack:
        count = 0

        def start(**options):
            nonlocal count
            if transport == "tls":
                options = encrypted(options, request.getfixturevalue("certificate"))
            count += 1
            folder = tmp_path / f"server{count}"
            folder.mkdir()
            return stack.enter_context(Server(folder, **options))

        yield start


@pytest.fixture
def server(start_server):
    """A server with a listener for each protocol."""
    return start_server()


@pytest.fixture
def scripted_server():
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def terminal():
    """Starts terminal clients: terminal(nick, host, port, ..)."""
    started = []

    def start(*args, **options):
        started.append(Terminal(*args, **options))
        return started[-1]

    yield start
    for client in started:
        client.close()


@pytest.fixture
def start_client(server, terminal):
    """Starts a terminal client on the server's json listener, and waits until it is logged in."""
    def start(nick="ann", *args, **options):
        client = terminal(*args, nick, *server.address("json"), **options)
        client.status("connected")
        client.shows(f"is here: .*{nick}|are here: .*{nick}")
        return client
    return start


@pytest.fixture(scope="session")
def browser():
    """A browser for a whole worker, since it is slow to start; each tab is another user."""
    from browser import Browser

    shared = Browser()
    yield shared
    shared.close()


@pytest.fixture
def tabs(browser):
    """The tabs that a test has opened, to be closed; an error on the console fails the test."""
    opened = []
    yield opened
    assert browser.complaints() == []
    for tab in opened:
        tab.front().close()
    browser.driver.switch_to.window(browser.driver.window_handles[0])


@pytest.fixture
def page(start_server, browser, tabs):
    """Opens tabs on a server of the test's own, or another; with a nick, they are logged in.

    `before` is called with the tab before the page is loaded; `script` runs before the page's own.
    Without `worker` the page has no service worker.
    """
    def at(nick=None, path="/", server=None, address=None, before=None, script=None, worker=False):
        def prepare(tab):
            if script:
                tab.runs_first(script)
            if before:
                before(tab)
        host, port = (server or at.server).address("web")
        tabs.append(browser.tab(address or f"http://{host}:{port}{path}", prepare, worker=worker))
        if nick:
            tabs[-1].enter(nick)
            tabs[-1].inside()
        return tabs[-1]

    at.server = start_server()
    return at


def order(item):
    """What only waits comes first, to wait beside all others; then the other groups.

    One worker runs a group alone: the pages are in three that take about as long, so that no
    worker is left with one when the others have nothing to do.
    """
    group = item.get_closest_marker("xdist_group")
    return 2 if group is None else 0 if group.args[0].startswith("a minute") else 1


def covering(items):
    """Of the combinations of a test's parameters enough for each value of each parameter to occur.

    Where what matters is how two parameters meet, the marker `pairs` names them.
    """
    def values(item):
        given = {name: id(value) for name, value in item.callspec.params.items()}
        pairs = item.get_closest_marker("pairs")
        return {*given.items(), *([tuple(given[name] for name in pairs.args)] if pairs else [])}

    wanted = {item: values(item) for item in items}
    missing, kept, used = set().union(*wanted.values()), set(), collections.Counter()
    while missing:
        best = max(items, key=lambda item: (
            len(wanted[item] & missing), -sum(used[value] for value in wanted[item])))
        kept.add(best)
        missing -= wanted[best]
        used.update(wanted[best])
    return kept


def thin_out(items):
    """A sanitizer finds what a path in the C code does wrong by taking it: how all values meet is for
    the release build. Returns what is left out."""
    tests = {}
    for item in items:
        if hasattr(item, "callspec"):
            tests.setdefault((item.fspath, item.originalname), []).append(item)
    return {item for combined in tests.values() for item in set(combined) - covering(combined)}


def pytest_configure(config):
    config.addinivalue_line("markers", "pairs(names): all combinations of these, with sanitizers, too")


def pytest_collection_modifyitems(config, items):
    if SANITIZED:
        left_out = thin_out(items)
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=order)
