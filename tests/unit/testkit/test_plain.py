from __future__ import annotations

import datetime
from decimal import Decimal
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ddbmock import UsageError
from pytest_ddbmock.testkit.plain import PlainItem, PlainItems, item_to_wire, same, to_plain, to_wire
from pytest_ddbmock.values.attribute import decode

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6)
scalars = st.none() | st.booleans() | st.text() | st.binary() | numbers
sets = st.sets(st.text(), min_size=1) | st.sets(st.binary(), min_size=1) | st.sets(numbers, min_size=1)
values = st.recursive(
    scalars | sets, lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner), max_leaves=10
)


@given(values)
def test_what_is_written_is_read_back(value):
    assert same(to_plain(decode(to_wire(value))), value)


@pytest.mark.parametrize(
    "value, wire",
    [
        ("a", {"S": "a"}),
        (1, {"N": "1"}),
        (True, {"BOOL": True}),
        (0.1, {"N": "0.1"}),
        (1e100, {"N": "1e+100"}),
        (Decimal("1.50"), {"N": "1.50"}),
        (None, {"NULL": True}),
        (b"x", {"B": b"x"}),
        (bytearray(b"x"), {"B": b"x"}),
        ([1, "a"], {"L": [{"N": "1"}, {"S": "a"}]}),
        ((1,), {"L": [{"N": "1"}]}),
        ({"a": {}}, {"M": {"a": {"M": {}}}}),
        ({1}, {"NS": ["1"]}),
        (frozenset({b"x"}), {"BS": [b"x"]}),
    ],
)
def test_python_types_have_their_dynamodb_type(value, wire):
    assert to_wire(value) == wire


def test_binary_of_boto3_is_binary():
    types = pytest.importorskip("boto3.dynamodb.types")
    assert to_wire(types.Binary(b"x")) == {"B": b"x"}


@pytest.mark.parametrize(
    "value, reason",
    [
        (set(), "no empty set"),
        ({1, "a"}, "only texts, only numbers or only bytes"),
        ({True}, "only texts, only numbers or only bytes"),
        (datetime.datetime(2026, 1, 1), "isoformat"),
        (object(), "no type for"),
        ({1: "a"}, "use a string"),
    ],
)
def test_what_dynamodb_has_no_type_for_is_refused(value, reason):
    with pytest.raises(UsageError, match=reason):
        to_wire(value)


def test_a_refusal_names_the_attribute():
    with pytest.raises(UsageError, match=r"^a: b: DynamoDB has no empty set"):
        item_to_wire({"a": {"b": set()}})


@pytest.mark.parametrize(
    "stored, expected",
    [
        (Decimal("0.1"), 0.1),
        (Decimal(3), 3),
        ([Decimal(1)], (1,)),
        ({Decimal("0.5")}, {0.5}),
        ({"a": [Decimal("0.1")]}, {"a": [0.1]}),
        ({"a": {"b": "x"}}, {"a": ANY}),
        ("x", ANY),
        (None, None),
    ],
)
def test_equal(stored, expected):
    assert same(stored, expected)


@pytest.mark.parametrize(
    "stored, expected",
    [
        (Decimal(1), True),
        (True, 1),
        (False, 0),
        (True, False),
        (None, False),
        ("1", 1),
        ({"a": 1}, {"a": Decimal(1), "b": ANY}),
        ({"a": Decimal(1), "b": Decimal(2)}, {"a": 1}),
        ([Decimal(1)], [1, 2]),
        ("ab", ["a", "b"]),
        ({"a"}, ["a"]),
    ],
)
def test_not_equal(stored, expected):
    assert not same(stored, expected)


def test_items_are_compared_from_both_sides():
    item = PlainItem({"pk": "a", "price": Decimal("0.1")})
    items = PlainItems([item], ("pk",))
    assert item == {"pk": "a", "price": 0.1}
    assert item == {"pk": "a", "price": 0.1}
    assert items == [{"pk": "a", "price": 0.1}]
    assert items == [{"pk": "a", "price": 0.1}]
    assert item == ANY
    assert items == [ANY]
    assert item != {"pk": "a"}
    assert items != []
    assert item != "a"
