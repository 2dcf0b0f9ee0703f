"""A wrecked country is brought back from the past."""

from pytest_ddbmock import DDBMock

from atlas import editing, entries, recovery, sessions


def wreck(country: str) -> None:
    """Remove a country and everything in it."""
    vandal = sessions.sign_in("vandal")
    for entry in entries.country(country):
        editing.remove(vandal, entry)


def test_the_restored_copy_is_the_table_of_that_moment(ddbmock: DDBMock) -> None:
    before = ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)
    wreck("FR")
    ddbmock.clock.tick(minutes=10)

    recovery.restore(before, "atlas-rescued")

    assert ddbmock.table("atlas-rescued").items == ddbmock.table("atlas").at(before).items
    assert ddbmock.table("atlas-rescued").items != ddbmock.table("atlas").items


def test_a_wrecked_country_is_brought_back(ddbmock: DDBMock) -> None:
    france, before = entries.country("FR"), ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)
    wreck("FR")
    assert entries.country("FR") == []

    recovery.restore(before, "atlas-rescued")
    brought_back = recovery.bring_back("FR", "atlas-rescued")

    assert brought_back == [entry.code for entry in france]
    assert entries.country("FR") == france


def test_what_was_edited_since_is_not_overwritten(ddbmock: DDBMock, ada: str) -> None:
    before = ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)
    editing.rename(ada, entries.place("CH-GE"), "Geneva")
    editing.remove(ada, entries.place("CH-ZH"))

    recovery.restore(before, "atlas-rescued")

    assert recovery.bring_back("CH", "atlas-rescued") == ["CH-ZH"]
    assert entries.place("CH-GE").name == "Geneva"


def test_the_copy_can_be_searched_like_the_original(ddbmock: DDBMock) -> None:
    before = ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)

    recovery.restore(before, "atlas-rescued")

    description = ddbmock.client().describe_table(TableName="atlas-rescued")["Table"]
    assert {index["IndexName"] for index in description["GlobalSecondaryIndexes"]} == {"by-name", "by-parent"}
    assert description["ItemCount"] == len(ddbmock.table("atlas"))
