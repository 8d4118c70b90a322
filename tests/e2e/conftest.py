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


def pytest_collection_modifyitems(items):
    """What one worker has to do alone comes first, so that nobody waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
