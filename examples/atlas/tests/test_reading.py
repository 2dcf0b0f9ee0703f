"""Looking things up: by code, by name, by where they lie."""

from collections.abc import Iterable

import pytest
from pytest_ddbmock import DDBMock

from atlas import entries, gazetteer, statistics

pytestmark = pytest.mark.usefixtures("ddbmock")


def names(found: Iterable[entries.Entry]) -> list[str]:
    return [entry.name for entry in found]


def test_every_test_starts_from_the_public_record(ddbmock: DDBMock) -> None:
    assert len(ddbmock.table("atlas")) == sum(1 for _ in gazetteer.entries())
    assert len(ddbmock.table("atlas-journal")) == 0


def test_a_place_is_found_by_its_code() -> None:
    assert entries.place("FR").name == "France"
    assert entries.place("FR-75C").name == "Paris"


def test_a_language_is_found_by_its_code() -> None:
    assert entries.language("lat") == entries.Entry("LANGUAGE", "lat", "Latin", "historical")


def test_a_code_that_does_not_exist_is_refused() -> None:
    with pytest.raises(entries.UnknownEntryError, match="XX-1"):
        entries.place("XX-1")


def test_a_country_comes_with_its_subdivisions_in_one_request(ddbmock: DDBMock) -> None:
    country, *subdivisions = entries.country("CH")

    assert country.name == "Switzerland"
    assert len(subdivisions) == 26
    assert [call.operation for call in ddbmock.calls] == ["Query"]


def test_many_places_are_fetched_at_once_and_unknown_ones_left_out() -> None:
    codes = [entry.code for entry in gazetteer.subdivisions()][:250]

    found = entries.places([*codes, "XX-1"])

    assert sorted(found) == sorted(codes)


def test_places_are_listed_by_name_within_their_parent() -> None:
    assert names(entries.inside("BE").entries) == ["Bruxelles-Capitale, Région de", "Vlaams Gewest", "wallonne, Région"]
    assert names(entries.inside("BE-WAL").entries) == ["Brabant wallon", "Hainaut", "Liège", "Luxembourg", "Namur"]


def test_long_lists_come_page_by_page() -> None:
    everything = names(entries.inside("GB-ENG", limit=1000).entries)

    page = entries.inside("GB-ENG", limit=40)
    collected = names(page.entries)
    pages = 1
    while page.cursor:
        page = entries.inside("GB-ENG", limit=40, cursor=page.cursor)
        collected += names(page.entries)
        pages += 1

    assert collected == everything
    assert pages == len(everything) // 40 + 1


@pytest.mark.parametrize(
    "typed, found",
    [
        ("Évo", ["Évora"]),
        ("evo", ["Évora"]),
        ("ZÜRI", ["Zürich"]),
        ("no such place", []),
    ],
)
def test_search_ignores_case_and_accents(typed: str, found: list[str]) -> None:
    assert names(entries.search("SUBDIVISION", typed)) == found


def test_search_keeps_to_its_kind() -> None:
    assert names(entries.search("COUNTRY", "lat")) == ["Latvia"]
    assert "Latin" in names(entries.search("LANGUAGE", "lat"))


def test_entries_are_counted_by_several_threads() -> None:
    counts = statistics.entries_by_kind(segments=8)

    assert counts["COUNTRY"] == len(list(gazetteer.countries()))
    assert sum(counts.values()) == sum(1 for _ in gazetteer.entries())
