"""The change feed reads the stream and keeps the journal."""

import pytest
from pytest_ddbmock import DDBMock, Modify

from atlas import editing, entries, sessions
from atlas.changes import ChangeFeed, history


@pytest.fixture
def feed(ddbmock: DDBMock) -> ChangeFeed:
    """A feed that has read all there was."""
    feed = ChangeFeed()
    feed.poll()
    return feed


def test_a_rename_is_one_change_in_the_stream(ddbmock: DDBMock, ada: str) -> None:
    with ddbmock.streams["atlas"].watch() as seen:
        editing.rename(ada, entries.place("CH-GE"), "Geneva")

    [change] = seen
    assert isinstance(change, Modify)
    assert (change.old["name"], change.new["name"]) == ("Genève", "Geneva")


def test_edits_are_journaled_in_their_order(feed: ChangeFeed, ada: str) -> None:
    geneva = editing.rename(ada, entries.place("CH-GE"), "Geneva")
    editing.remove(ada, geneva)
    editing.add(ada, entries.Entry("SUBDIVISION", "CH-GE", "Genf", "Canton", parent="CH"))

    feed.poll()

    assert [(entry["what"], entry["before"], entry["after"]) for entry in history("CH-GE")] == [
        ("changed", "Genève", "Geneva"),
        ("removed", "Geneva", None),
        ("added", None, "Genf"),
    ]


def test_the_feed_tells_how_much_it_saw_and_then_waits(feed: ChangeFeed, ada: str) -> None:
    editing.rename(ada, entries.place("CH-GE"), "Geneva")

    assert feed.poll() == 2  # the sign-in and the rename
    assert feed.poll() == 0


def test_sessions_leave_no_trace_in_the_journal(ddbmock: DDBMock, feed: ChangeFeed, ada: str) -> None:
    ddbmock.clock.tick(hours=2)

    assert feed.poll() == 2  # signed in, expired
    assert not [item for item in ddbmock.table("atlas-journal").items if item["pk"].startswith("ENTRY#")]


def test_another_feed_goes_on_where_the_last_one_stopped(feed: ChangeFeed, ada: str) -> None:
    geneva = editing.rename(ada, entries.place("CH-GE"), "Geneva")
    feed.poll()
    editing.rename(ada, geneva, "Genf")

    assert ChangeFeed().poll() == 1
    assert [entry["after"] for entry in history("CH-GE")] == ["Geneva", "Genf"]


def test_the_feed_goes_on_after_its_iterator_has_expired(ddbmock: DDBMock, feed: ChangeFeed, ada: str) -> None:
    editing.rename(ada, entries.place("CH-GE"), "Geneva")
    feed.poll()
    ddbmock.clock.tick(minutes=30)
    editing.rename(ada, entries.place("CH-ZH"), "Zurich")

    assert feed.poll() == 1
    assert [entry["after"] for entry in history("CH-ZH")] == ["Zurich"]


def test_what_a_day_old_feed_missed_is_gone_and_it_goes_on(ddbmock: DDBMock, feed: ChangeFeed, ada: str) -> None:
    editing.rename(ada, entries.place("CH-GE"), "Geneva")
    feed.poll()
    ddbmock.clock.tick(days=3)
    editing.rename(sessions.sign_in("ada"), entries.place("CH-ZH"), "Zurich")

    feed.poll()

    assert [entry["after"] for entry in history("CH-ZH")] == ["Zurich"]
