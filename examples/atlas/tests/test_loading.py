"""The public record comes in through batch writes, into tables that are still empty."""

import pytest
from pytest_ddbmock import DDBMock

from atlas import entries, gazetteer, statistics


@pytest.fixture(scope="module")
def ddbmock_seed() -> dict[str, str]:
    return {}


def test_the_whole_record_goes_in(ddbmock: DDBMock) -> None:
    written = gazetteer.load(gazetteer.entries())

    assert written > 13_000
    assert len(ddbmock.table("atlas")) == written
    assert statistics.entries_by_kind() == {
        "COUNTRY": len(list(gazetteer.countries())),
        "SUBDIVISION": len(list(gazetteer.subdivisions())),
        "LANGUAGE": len(list(gazetteer.languages())),
    }


def test_loading_twice_changes_nothing(ddbmock: DDBMock) -> None:
    gazetteer.load(gazetteer.countries())
    before = ddbmock.table("atlas").items

    gazetteer.load(gazetteer.countries())

    assert ddbmock.table("atlas").items == before


def test_loading_gets_through_although_requests_are_throttled(ddbmock: DDBMock) -> None:
    with ddbmock.faults.throttle("BatchWriteItem", times=3) as throttle:
        written = gazetteer.load(gazetteer.countries())

    assert throttle.hits == 3
    assert len(ddbmock.table("atlas")) == written


def test_what_was_loaded_is_read_back_as_it_was(ddbmock: DDBMock) -> None:
    gazetteer.load(gazetteer.countries())

    assert set(entries.search("COUNTRY")) == set(gazetteer.countries())
