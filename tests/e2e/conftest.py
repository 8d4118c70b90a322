"""What the tests with real programs share."""

import contextlib

import pytest

from house import House


@pytest.fixture
def house(tmp_path):
    """Starts servers: house(**sections) as in house.settings; each is stopped at the end."""
    with contextlib.ExitStack() as stack:
        count = 0

        def start(**options):
            nonlocal count
            count += 1
            folder = tmp_path / f"house{count}"
            folder.mkdir()
            return stack.enter_context(House(folder, **options))

        yield start


@pytest.fixture(scope="module")
def browser():
    """A browser is slow to start, and each tab is a person of its own: one serves a whole file."""
    from browser import Browser

    shared = Browser()
    yield shared
    shared.close()


@pytest.fixture
def tabs(browser):
    """Those that a test has opened are closed; whatever the console complains of fails the test."""
    opened = []
    yield opened
    assert browser.complaints() == []
    for tab in opened:
        tab.front().close()
    browser.driver.switch_to.window(browser.driver.window_handles[0])


def pytest_collection_modifyitems(items):
    """What one worker has to do alone comes first, so that nobody waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
