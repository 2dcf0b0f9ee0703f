"""Conditional writes: nobody edits unseen, nobody overwrites anybody."""

import pytest
from pytest_ddbmock import DDBMock

from atlas import editing, entries, sessions

ATLANTIS = entries.Entry("SUBDIVISION", "GR-ATL", "Atlantis", "Island", parent="GR")


def test_a_rename_is_seen_by_readers_and_searches(ada: str) -> None:
    geneva = entries.place("CH-GE")

    renamed = editing.rename(ada, geneva, "Geneva")

    assert renamed == entries.place("CH-GE")
    assert (renamed.name, renamed.version, renamed.edited_by) == ("Geneva", 2, "ada")
    assert renamed in entries.search("SUBDIVISION", "geneva")
    assert geneva not in entries.search("SUBDIVISION", geneva.name)


def test_the_second_of_two_editors_is_told_what_the_first_one_did(ada: str) -> None:
    seen_by_both = entries.place("CH-GE")
    by_ada = editing.rename(ada, seen_by_both, "Geneva")

    with pytest.raises(editing.EditConflictError) as conflict:
        editing.rename(sessions.sign_in("grace"), seen_by_both, "Genf")

    assert conflict.value.current == by_ada
    assert entries.place("CH-GE").name == "Geneva"


def test_a_place_that_was_removed_cannot_be_renamed(ada: str) -> None:
    geneva = entries.place("CH-GE")
    editing.remove(ada, geneva)

    with pytest.raises(editing.EditConflictError) as conflict:
        editing.rename(ada, geneva, "Geneva")

    assert conflict.value.current is None


def test_a_new_place_lies_in_its_country(ada: str) -> None:
    editing.add(ada, ATLANTIS)

    assert "Atlantis" in [entry.name for entry in entries.inside("GR", limit=100).entries]


def test_a_place_is_not_added_twice(ddbmock: DDBMock, ada: str) -> None:
    editing.add(ada, ATLANTIS)
    before = ddbmock.table("atlas").items

    with pytest.raises(editing.AlreadyThereError, match="GR-ATL"):
        editing.add(ada, ATLANTIS)

    assert ddbmock.table("atlas").items == before


def test_only_who_is_signed_in_may_edit(ddbmock: DDBMock) -> None:
    before = ddbmock.table("atlas").items

    with pytest.raises(sessions.NotSignedInError):
        editing.rename("forged", entries.place("CH-GE"), "Mine")

    assert ddbmock.table("atlas").items == before


def test_an_edit_survives_throttling(ddbmock: DDBMock, ada: str) -> None:
    with ddbmock.faults.throttle("UpdateItem", times=2) as throttle:
        renamed = editing.rename(ada, entries.place("CH-GE"), "Geneva")

    assert throttle.hits == 2
    assert renamed.version == 2  # once, although it was sent three times
