"""What becomes of each event on each protocol.

Every event is caused over every protocol that can cause it. What all the others are shown is
compared with TABLE, a test for each cell: `emote-from-web-on-lobby`. Nothing else may be shown.
"""

import pytest

from event_stage import SOURCES, stage_in
from event_table import COLUMNS, IMPOSSIBLE, OTHER_ROOM, REFUSED, SERVER, TABLE, cells

pytestmark = pytest.mark.xdist_group("events")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with stage_in(tmp_path_factory.mktemp("events")) as made:
        yield made


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    with stage_in(tmp_path_factory.mktemp("stopping")) as made:
        return made.stop()


def name(text):
    return text.replace(" ", "-")


def params(rows):
    for values, words in rows:
        yield pytest.param(*values, id="-".join(map(name, words)))


def event_cells():
    for event, row in TABLE.items():
        for source in SOURCES:
            if (event.removesuffix(OTHER_ROOM), source) not in IMPOSSIBLE:
                for column, cell in cells(row).items():
                    yield (event, source, column, cell), (event, "from", source, "on", column)


def own_cells(table):
    for row_name, row in table.items():
        for column, cell in cells(row).items():
            yield (row_name, column, cell), (row_name, "on", column)


def compare(seen, cell, words):
    if isinstance(seen, Exception):
        raise seen
    assert seen == cell.format(**words)


@pytest.mark.pairs("event", "source", "column")
@pytest.mark.parametrize("event, source, column, cell", params(event_cells()))
def test_event(stage, event, source, column, cell):
    seen, words = stage.event(event, source)
    compare(seen[column], cell, {**words, "to": stage.users[column].nick})


@pytest.mark.pairs("how", "column")
@pytest.mark.parametrize("how, column, cell", params(own_cells(REFUSED)))
def test_refused(stage, how, column, cell):
    seen, words = stage.refused(how, column)
    compare(seen["newcomer"], cell, words)
    others = TABLE["entered" if how == "taken" else "said"]
    for other, its_cell in cells(others).items():
        compare(seen[other], its_cell, words)


@pytest.mark.pairs("event", "column")
@pytest.mark.parametrize("event, column, cell", params(own_cells(SERVER)))
def test_server(stopped, event, column, cell):
    assert stopped[column][event] == cell


@pytest.mark.parametrize("event", TABLE)
def test_no_source_is_missing(event):
    """Every event comes from every protocol, or IMPOSSIBLE says why not; it has all the columns."""
    event, in_other = event.removesuffix(OTHER_ROOM), event.endswith(OTHER_ROOM)
    assert in_other or set(cells(TABLE[event])) == set(COLUMNS)
    for source, user in SOURCES.items():
        can = event == "entered" or hasattr(user, event.replace(" ", "_"))
        assert can != ((event, source) in IMPOSSIBLE)


@pytest.mark.parametrize("how", REFUSED)
def test_no_refusal_is_missing(how):
    for column, (protocol, _) in COLUMNS.items():
        source = column if protocol == "json" else protocol
        assert (column in cells(REFUSED[how])) != ((how, source) in IMPOSSIBLE)
