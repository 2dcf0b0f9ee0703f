"""`View`: order, ranges, sparseness and projections, one by one; `tests/random/test_table.py` has the rest."""

from __future__ import annotations

import pytest

from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.schema import KeySchema, Projection
from pytest_ddbmock.storage.view import View
from pytest_ddbmock.values.item import Item

BASE = KeySchema(("pk",), ("sk",), {"pk": "S", "sk": "S"})
HASH_ONLY = KeySchema(("pk",), (), {"pk": "S"})
BY_AGE = KeySchema(("city",), ("age",), {"city": "S", "age": "N"})


def item(pk, sk=None, **more):
    sort = {} if sk is None else {"sk": ("S", sk)}
    return Item({"pk": ("S", pk), **sort, **more})


def view_of(schema, items, **more):
    view = View(schema, 0, **more)
    view.fill(iter(items), 1)
    return view


def sorts(found):
    return [one["sk"][1] for one in found]


def begins_with(view, prefix):
    return sorts(view.query(KeyRange((("S", "a"),), (), "begins_with", (("S", prefix),))))


def test_sort_keys_are_in_order_of_their_bytes():
    view = view_of(BASE, [item("a", sk) for sk in ("b", "a", "Z", "\u00e9", "\uffff", "\U00010000", "aa")])
    assert sorts(view.query(KeyRange((("S", "a"),)))) == ["Z", "a", "aa", "b", "\u00e9", "\uffff", "\U00010000"]


def test_begins_with_holds_to_the_last_possible_character():
    view = view_of(BASE, [item("a", sk) for sk in ("a", "a\U0010ffff", "a\U0010ffff\U0010ffff", "b", "\U0010ffff")])
    assert begins_with(view, "a") == ["a", "a\U0010ffff", "a\U0010ffff\U0010ffff"]
    assert begins_with(view, "a\U0010ffff") == ["a\U0010ffff", "a\U0010ffff\U0010ffff"]
    assert begins_with(view, "\U0010ffff") == ["\U0010ffff"]


def test_behind_the_only_item_of_a_partition_there_is_nothing():
    view = view_of(HASH_ONLY, [item("a"), item("b")])
    assert list(view.query(KeyRange((("S", "a"),)), after=item("a"))) == []
    assert list(view.query(KeyRange((("S", "a"),)), after=item("a"), reverse=True)) == []


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"city": ("S", "x")},
        {"age": ("N", "1")},
        {"city": ("N", "1"), "age": ("N", "1")},
        {"city": ("S", "x"), "age": ("S", "1")},
        {"city": ("S", ""), "age": ("N", "1")},
        {"city": ("S", "x" * 2049), "age": ("N", "1")},
    ],
)
def test_an_index_leaves_out_what_cannot_be_its_key(more):
    view = view_of(BY_AGE, [item("a", "1", **more)], base=BASE, projection=Projection())
    assert len(view) == 0
    assert list(view.scan()) == []


def test_an_index_shows_what_it_projects():
    stored = item("a", "1", city=("S", "x"), age=("N", "1"), name=("S", "ada"), mail=("S", "m"))
    for projection, names in (
        (Projection("ALL"), {"pk", "sk", "city", "age", "name", "mail"}),
        (Projection("KEYS_ONLY"), {"pk", "sk", "city", "age"}),
        (Projection("INCLUDE", ("mail", "nothing")), {"pk", "sk", "city", "age", "mail"}),
    ):
        [entry] = view_of(BY_AGE, [stored], base=BASE, projection=projection)
        assert entry.keys() == names
        assert entry.size == Item(entry).size


PROJECTIONS = {
    "ALL": Projection("ALL"),
    "KEYS_ONLY": Projection("KEYS_ONLY"),
    "INCLUDE": Projection("INCLUDE", ("mail",)),
}
STORED = {"city": ("S", "x"), "age": ("N", "1"), "name": ("S", "ada"), "mail": ("S", "m")}


@pytest.mark.parametrize(
    "changed, keeping",
    [
        ({}, {"ALL", "KEYS_ONLY", "INCLUDE"}),
        ({"name": ("S", "eve")}, {"KEYS_ONLY", "INCLUDE"}),
        ({"name": None}, {"KEYS_ONLY", "INCLUDE"}),
        ({"new": ("S", "n")}, {"KEYS_ONLY", "INCLUDE"}),
        ({"mail": ("S", "n")}, {"KEYS_ONLY"}),
        ({"mail": ("N", "1")}, {"KEYS_ONLY"}),
        ({"mail": None}, {"KEYS_ONLY"}),
        ({"age": ("N", "2")}, set()),
        ({"city": ("S", "y")}, set()),
        ({"age": None}, set()),
    ],
)
@pytest.mark.parametrize("kind", PROJECTIONS)
def test_an_index_keeps_an_entry_whose_projected_attributes_do_not_change(kind, changed, keeping):
    old = item("a", "1", **STORED)
    new = item("a", "1", **{name: value for name, value in {**STORED, **changed}.items() if value is not None})
    view = view_of(BY_AGE, [old], base=BASE, projection=PROJECTIONS[kind])
    [before] = view
    assert view.keeps_entry(old, new) == view.keeps_entry(new, old) == (kind in keeping)
    view.apply(Change(2, 0, old, new, Actor.USER))
    assert view.position == 2
    assert list(view.scan()) == list(view_of(BY_AGE, [new], base=BASE, projection=PROJECTIONS[kind]))
    if kind in keeping and kind != "ALL":
        assert next(iter(view)) is before
    view.undo(old, new)
    assert list(view) == [before]
    view.check()


def test_items_with_equal_index_keys_keep_one_order_whichever_way_they_came():
    items = [item(str(number), "s", city=("S", "x"), age=("N", "1")) for number in range(50)]
    one = view_of(BY_AGE, items, base=BASE, projection=Projection())
    other = view_of(BY_AGE, reversed(items), base=BASE, projection=Projection())
    key_range = KeyRange((("S", "x"),), (("N", "1"),))
    assert list(one.query(key_range)) == list(other.query(key_range))
    assert list(one.query(key_range, reverse=True)) == list(other.query(key_range))[::-1]


def test_a_scan_goes_on_where_the_item_it_stopped_at_was_deleted():
    items = [item(pk, sk) for pk in "abcdef" for sk in "12"]
    whole = list(view_of(BASE, items).scan())
    for place, gone in enumerate(whole):
        left = view_of(BASE, [one for one in items if one is not gone])
        assert list(left.scan(after=gone)) == whole[place + 1 :]
