"""Pages and start keys, without a table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_ddbmock.engine.paging import decode_start, evaluated_key, read_page
from pytest_ddbmock.engine.rules import Pages
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.values.item import Item

MAX_BYTES = Pages().page_bytes


def items(*sizes: int) -> Iterator[Item]:
    for number, size in enumerate(sizes):
        yield Item({"n": ("N", str(number + 1)), "v": ("S", "x" * (size - 4))})


def numbers(found: list[Item]) -> list[int]:
    return [int(item["n"][1]) for item in found]


def test_a_page_without_limit_holds_everything_and_has_no_last_item() -> None:
    page = read_page(items(10, 20, 30), max_bytes=MAX_BYTES, limit=None, test=None)
    assert (numbers(page.items), page.scanned, page.size, page.last) == ([1, 2, 3], 3, 60, None)


def test_a_page_that_is_filled_by_its_limit_has_a_last_item_even_if_nothing_follows() -> None:
    page = read_page(items(10, 20, 30), max_bytes=MAX_BYTES, limit=3, test=lambda item: item["n"] == ("N", "1"))
    assert (numbers(page.items), page.scanned) == ([1], 3)
    assert page.last is not None and page.last["n"] == ("N", "3")


def test_a_page_does_not_look_behind_its_limit() -> None:
    source = items(10, 20, 30)
    read_page(source, max_bytes=MAX_BYTES, limit=2, test=None)
    assert numbers(list(source)) == [3]


def test_a_page_ends_with_the_item_that_fills_a_megabyte() -> None:
    half = MAX_BYTES // 2
    assert read_page(items(half, half, 10), max_bytes=MAX_BYTES, limit=None, test=None).scanned == 2
    assert read_page(items(half, half - 1, 10, 10), max_bytes=MAX_BYTES, limit=None, test=None).scanned == 3
    assert read_page(items(half, half - 1), max_bytes=MAX_BYTES, limit=None, test=None).last is None


def test_fetched_items_fill_a_page_but_are_not_its_size() -> None:
    whole = Item({"n": ("N", "1"), "v": ("S", "x" * (MAX_BYTES // 2))})
    page = read_page(items(10, 10, 10), max_bytes=MAX_BYTES, limit=None, test=None, fetch=lambda entry: whole)
    assert (page.scanned, page.size, list(page.fetched)) == (2, 20, [whole, whole])
    assert page.items == [whole, whole]


def test_a_filter_sees_what_was_fetched() -> None:
    whole = Item({"n": ("N", "7")})
    page = read_page(
        items(10),
        max_bytes=MAX_BYTES,
        limit=None,
        test=lambda item: item["n"] == ("N", "7"),
        fetch=lambda entry: whole,
    )
    assert page.items == [whole]


def test_the_evaluated_key_has_each_key_attribute_once() -> None:
    table = KeySchema(("pk",), ("sk",), {"pk": "S", "sk": "N"})
    index = KeySchema(("g",), ("pk",), {"g": "S", "pk": "S"})
    item = Item({"pk": ("S", "p"), "sk": ("N", "1"), "g": ("S", "g"), "v": ("S", "v")})
    assert evaluated_key(item, table, None) == {"pk": {"S": "p"}, "sk": {"N": "1"}}
    assert evaluated_key(item, table, index) == {"g": {"S": "g"}, "pk": {"S": "p"}, "sk": {"N": "1"}}


@pytest.mark.parametrize(
    "value, message",
    [
        ({"S": "x", "N": "1"}, "The provided starting key is invalid: Supplied AttributeValue has more than one"),
        ({"SS": []}, "The provided starting key is invalid: One or more parameter values were invalid: An string set"),
        ({"NS": []}, "One or more parameter values were invalid: An number set  may not be empty"),
        ({"SS": ["a", "a"]}, 'One or more parameter values were invalid: Input collection ["a", "a"] contains dup'),
        ({"N": ""}, "The parameter cannot be converted to a numeric value"),
        ({"N": "1E200"}, "Number overflow. Attempting to store a number"),
    ],
)
def test_faults_of_a_start_key_are_told_as_its_own_except_those_of_numbers_and_duplicates(
    value: object, message: str
) -> None:
    with pytest.raises(DynamoDBError) as caught:
        decode_start({"pk": value})
    assert str(caught.value.message).startswith(message)
