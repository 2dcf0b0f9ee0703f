from __future__ import annotations

from decimal import Decimal
from unittest.mock import ANY

import pytest

from pytest_ddbmock import Insert, Modify, Remove, UsageError
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.testkit.handles.records import differences, of_change
from pytest_ddbmock.testkit.handles.streams import Seen
from pytest_ddbmock.testkit.plain import item_to_wire
from pytest_ddbmock.values.item import decode_item


def record(old, new, actor=Actor.USER):
    """What the stream says of a change between two plain items."""
    images = [None if item is None else decode_item(item_to_wire(item)) for item in (old, new)]
    return of_change(Change(1, 0, images[0], images[1], actor))


NEW = record(None, {"pk": "a", "status": "NEW", "total": Decimal("0.1")})
PAID = record({"pk": "a", "status": "NEW"}, {"pk": "a", "status": "PAID"})
GONE = record({"pk": "a", "status": "PAID"}, None)
EXPIRED = record({"pk": "a", "status": "PAID"}, None, Actor.TTL)


def test_a_write_that_changes_nothing_has_no_record():
    assert record({"pk": "a"}, {"pk": "a"}) is None


@pytest.mark.parametrize(
    "seen, expected",
    [
        (NEW, Insert()),
        (NEW, Insert(ANY)),
        (NEW, Insert({"pk": "a", "status": "NEW", "total": 0.1})),
        (NEW, Insert({"pk": ANY, "status": "NEW", "total": ANY})),
        (NEW, Insert(status="NEW")),
        (NEW, Insert(total=0.1, pk=ANY)),
        (PAID, Modify()),
        (PAID, Modify({"pk": "a", "status": "NEW"}, {"pk": "a", "status": "PAID"})),
        (PAID, Modify(ANY, {"pk": "a", "status": "PAID"})),
        (PAID, Modify(status="PAID")),
        (GONE, Remove()),
        (GONE, Remove({"pk": "a", "status": "PAID"})),
        (GONE, Remove(status="PAID")),
        (GONE, Remove(by_ttl=ANY)),
        (EXPIRED, Remove({"pk": "a", "status": "PAID"}, by_ttl=True)),
        (EXPIRED, Remove(by_ttl=True)),
        (EXPIRED, ANY),
    ],
)
def test_a_record_is_as_expected(seen, expected):
    assert seen == expected
    assert expected == seen


@pytest.mark.parametrize(
    "seen, expected, said",
    [
        (NEW, Modify(), ["is an Insert, expected a Modify"]),
        (NEW, Insert(status="PAID"), ["status: is 'NEW', expected 'PAID'"]),
        (NEW, Insert(colour=ANY), ["colour: missing, expected <ANY>"]),
        (
            NEW,
            Insert({"pk": "a", "status": "NEW"}),
            ["total: is Decimal('0.1'), unexpected"],
        ),
        (PAID, Modify(status="NEW"), ["status: is 'PAID', expected 'NEW'"]),
        (
            PAID,
            Modify({"pk": "a", "status": "PAID"}, {"pk": "a", "status": "NEW"}),
            ["old status: is 'NEW', expected 'PAID'", "new status: is 'PAID', expected 'NEW'"],
        ),
        (GONE, Remove(by_ttl=True), ["removed by a call, expected by TTL"]),
        (EXPIRED, Remove(), ["removed by TTL, expected by a call"]),
    ],
)
def test_a_difference_is_told_attribute_by_attribute(seen, expected, said):
    assert seen != expected
    assert differences(seen, expected) == said


def test_records_tell_both_images_and_the_moment():
    assert (PAID.old, PAID.new) == ({"pk": "a", "status": "NEW"}, {"pk": "a", "status": "PAID"})
    assert PAID.at.isoformat() == "1970-01-01T00:00:00+00:00"
    assert EXPIRED.by_ttl
    assert not GONE.by_ttl


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Insert({"pk": "a"}, status="NEW"),
        lambda: Modify({"pk": "a"}),
        lambda: Modify({"pk": "a"}, {"pk": "a"}, status="NEW"),
        lambda: Remove({"pk": "a"}, status="NEW"),
    ],
)
def test_an_expectation_is_either_whole_or_in_part(wrong):
    with pytest.raises(UsageError):
        wrong()


def test_an_expectation_shows_itself_as_it_is_written():
    assert repr(Insert(status="NEW")) == "Insert(status='NEW')"
    assert repr(Insert({"pk": "a"})) == "Insert({'pk': 'a'})"
    assert repr(Modify({"pk": "a"}, {"pk": "b"})) == "Modify({'pk': 'a'}, {'pk': 'b'})"
    assert repr(Remove({"pk": "a"}, by_ttl=True)) == "Remove({'pk': 'a'}, by_ttl=True)"


def seen(*records):
    return Seen(lambda: list(records))


def test_what_was_seen_equals_a_list_in_order():
    assert seen(NEW, PAID) == [Insert(), Modify()]
    assert seen(NEW, PAID) != [Modify(), Insert()]
    assert seen(NEW) != [Insert(), Insert()]
    assert seen() == []
    assert [Insert()] == seen(NEW)


def test_assert_only_takes_any_order():
    seen(NEW, PAID, GONE).assert_only(Remove(), Insert(), Modify())


def test_assert_only_finds_a_match_even_if_the_first_choice_was_too_greedy():
    other = record(None, {"pk": "b"})
    seen(NEW, other).assert_only(Insert(), Insert(status="NEW"))
    seen(other, NEW).assert_only(Insert(), Insert(status="NEW"))


def test_assert_only_tells_what_differs():
    with pytest.raises(AssertionError) as failure:
        seen(NEW, GONE).assert_only(Insert(status="PAID"))
    assert str(failure.value).splitlines() == [
        "stream records differ",
        "missing: Insert(status='PAID')",
        f"  most similar: {NEW!r}",
        "    status: is 'NEW', expected 'PAID'",
        f"unexpected: {GONE!r}",
    ]


def test_assert_in_ignores_other_records():
    seen(NEW, PAID).assert_in(Modify(status="PAID"))
    with pytest.raises(AssertionError, match=r"^expected stream records are missing\nmissing: Remove"):
        seen(NEW, PAID).assert_in(Remove())
