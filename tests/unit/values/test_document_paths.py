"""Finding, picking and editing by document path, sharing what does not change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.values import paths
from pytest_ddbmock.values.attribute import NESTED_TOO_DEEP, Value, attributes_to_wire, decode
from pytest_ddbmock.values.item import Item, decode_item
from pytest_ddbmock.values.paths import Path

ITEM = decode_item(
    {
        "name": {"S": "ada"},
        "tags": {"L": [{"S": "a"}, {"S": "b"}, {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}]},
        "address": {"M": {"city": {"S": "London"}, "zip": {"S": "N1"}, "lines": {"L": [{"S": "1"}]}}},
        "other": {"M": {}},
        "set": {"SS": ["p", "q"]},
    }
)


def replaced(item: Item, path: Path, value: Value) -> dict[str, Value]:
    return paths.edited(item, paths.tree([(path, lambda stored, arguments: value)]))


def removed(item: Item, path: Path) -> dict[str, Value]:
    return paths.edited(item, paths.tree([(path, lambda stored, arguments: None)]))


@pytest.mark.parametrize(
    "path, value",
    [
        (("name",), ("S", "ada")),
        (("tags", 1), ("S", "b")),
        (("tags", 2, "y"), ("N", "2")),
        (("address", "city"), ("S", "London")),
        (("address", "lines", 0), ("S", "1")),
        (("other",), ("M", {})),
        (("missing",), None),
        (("missing", "a"), None),
        (("tags", 3), None),
        (("tags", 4294967294), None),
        (("tags", "x"), None),
        (("address", 0), None),
        (("name", 0), None),
        (("name", "x"), None),
        (("set", 0), None),
        (("tags", 9, "x", 1), None),
    ],
)
def test_find(path: Path, value: Value | None) -> None:
    assert paths.find(ITEM, path) == value


@pytest.mark.parametrize(
    "wanted, found",
    [
        ([("name",)], {"name": {"S": "ada"}}),
        ([("address", "city")], {"address": {"M": {"city": {"S": "London"}}}}),
        (
            [("address", "city"), ("address", "lines", 0)],
            {"address": {"M": {"city": {"S": "London"}, "lines": {"L": [{"S": "1"}]}}}},
        ),
        ([("tags", 2, "x"), ("tags", 0)], {"tags": {"L": [{"S": "a"}, {"M": {"x": {"N": "1"}}}]}}),
        ([("tags", 7), ("missing", "a"), ("name", "x"), ("address", 1), ("other", "x")], {}),
        ([("tags", "x")], {}),
    ],
)
def test_pick_keeps_parents_and_closes_ranks(wanted: list[Path], found: Any) -> None:
    assert attributes_to_wire(paths.picked(ITEM, paths.tree((path, True) for path in wanted))) == found


def test_replace_shares_everything_off_the_path() -> None:
    changed = replaced(ITEM, ("address", "city"), ("S", "Paris"))
    assert paths.find(changed, ("address", "city")) == ("S", "Paris")
    assert paths.find(changed, ("address", "zip")) is paths.find(ITEM, ("address", "zip"))
    assert changed["tags"] is ITEM["tags"]
    assert paths.find(ITEM, ("address", "city")) == ("S", "London")


def test_replace_beyond_the_end_of_a_list_appends() -> None:
    changed = replaced(ITEM, ("address", "lines", 4294967294), ("S", "2"))
    assert paths.find(changed, ("address", "lines")) == ("L", (("S", "1"), ("S", "2")))


def test_remove_of_a_list_element_moves_the_rest_up() -> None:
    changed = removed(ITEM, ("tags", 0))
    assert paths.find(changed, ("tags", 0)) == ("S", "b")
    assert paths.find(ITEM, ("tags", 0)) == ("S", "a")


@pytest.mark.parametrize("path", [("missing",), ("address", "missing"), ("tags", 17)])
def test_remove_of_what_is_not_there_changes_nothing(path: Path) -> None:
    assert removed(ITEM, path) == ITEM


@pytest.mark.parametrize(
    "path", [("missing", "a"), ("missing", 0), ("name", "a"), ("name", 0), ("tags", "a"), ("address", 0), ("set", 0)]
)
def test_a_parent_that_is_missing_or_of_another_kind_is_an_error(path: Path) -> None:
    for edit in (lambda: replaced(ITEM, path, ("S", "x")), lambda: removed(ITEM, path)):
        with pytest.raises(DynamoDBError) as refused:
            edit()
        assert refused.value.message == "The document path provided in the update expression is invalid for update"


def test_several_edits_see_the_indexes_of_the_list_as_it_was() -> None:
    def put(text: str) -> Any:
        return lambda stored, arguments: ("S", text)

    def drop(stored: Value | None, arguments: Sequence[Value]) -> None:
        return None

    edits = paths.tree([(("tags", 9), put("y")), (("tags", 0), drop), (("tags", 5), put("x")), (("tags", 1), put("B"))])
    changed = paths.edited(ITEM, edits)
    assert [element[1] for element in changed["tags"][1] if element[0] == "S"] == ["B", "x", "y"]


def test_a_value_put_too_deep_is_refused() -> None:
    value = decode({"S": "x"})
    for _ in range(30):
        value = ("L", (value,))
    assert paths.levels(value) == 31
    assert replaced(ITEM, ("address", "deep"), value)
    with pytest.raises(DynamoDBError) as refused:
        replaced(ITEM, ("tags", 2, "deep"), value)
    assert refused.value.message == NESTED_TOO_DEEP


def test_an_item_that_is_too_deep_is_refused() -> None:
    value: Value = ("M", {})
    for _ in range(31):
        value = ("M", {"a": value})
    paths.require_levels({"a": value, "b": ("S", "x")})
    with pytest.raises(DynamoDBError) as refused:
        paths.require_levels({"a": ("S", "x"), "b": ("L", (value,))})
    assert refused.value.message == NESTED_TOO_DEEP


def test_paths_are_printed_as_aws_prints_them() -> None:
    assert paths.render(("a", 0, "b")) == "[a, [0], b]"
