"""Projections: what is refused, and what they give of an item."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import compile_projection, of_attributes_to_get
from pytest_ddbmock.values.attribute import attributes_to_wire
from pytest_ddbmock.values.item import decode_item

ITEM = decode_item(
    {
        "pk": {"S": "1"},
        "a": {"S": "x"},
        "mp": {"M": {"k": {"S": "v"}, "n": {"M": {"o": {"N": "1"}, "p": {"N": "2"}}}}},
        "lst": {"L": [{"S": "l0"}, {"M": {"x": {"N": "1"}, "y": {"N": "2"}, "z": {"N": "3"}}}, {"L": [{"S": "n0"}]}]},
        "x.y": {"S": "dots"},
    }
)
NAMES = {"#xy": "x.y", "#a": "a", "#b": "b"}


@pytest.mark.parametrize(
    "text, result",
    [
        ("a", {"a": {"S": "x"}}),
        ("a, gone", {"a": {"S": "x"}}),
        ("gone", {}),
        ("#xy", {"x.y": {"S": "dots"}}),
        ("mp.k", {"mp": {"M": {"k": {"S": "v"}}}}),
        ("mp.n.p, a, mp.k", {"a": {"S": "x"}, "mp": {"M": {"k": {"S": "v"}, "n": {"M": {"p": {"N": "2"}}}}}}),
        ("lst[2], lst[0]", {"lst": {"L": [{"S": "l0"}, {"L": [{"S": "n0"}]}]}}),
        ("lst[1].x, lst[1].y", {"lst": {"L": [{"M": {"x": {"N": "1"}, "y": {"N": "2"}}}]}}),
        ("lst[2][0], lst[1].gone, lst[7]", {"lst": {"L": [{"L": [{"S": "n0"}]}]}}),
        ("mp[0], lst.x, a.b", {}),
        ("a[0], mp.gone, mp.n.gone", {}),
    ],
)
def test_a_projection_gives_what_its_paths_find(text: str, result: dict[str, Any]) -> None:
    given = Placeholders(NAMES)
    assert attributes_to_wire(dict(compile_projection(text, given).apply(ITEM))) == result


@pytest.mark.parametrize(
    "text, message",
    [
        ("a, a.b", "overlap with each other; {}path one: [a], path two: [a, b]"),
        ("a.b, a", "overlap with each other; {}path one: [a, b], path two: [a]"),
        ("a, b, a", "overlap with each other; {}path one: [a], path two: [a]"),
        ("a, #a.#b", "overlap with each other; {}path one: [a], path two: [a, b]"),
        ("a[1].x, c, a[1]", "overlap with each other; {}path one: [a, [1], x], path two: [a, [1]]"),
        ("a[1], a.b", "conflict with each other; {}path one: [a, [1]], path two: [a, b]"),
    ],
)
def test_paths_that_do_not_go_together_are_refused(text: str, message: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        compile_projection(text, Placeholders(NAMES))
    assert refused.value.message == "Invalid ProjectionExpression: Two document paths " + message.format(
        "must remove or rewrite one of these paths; "
    )


def test_a_projection_tells_its_paths_and_each_top_level_name_once() -> None:
    projection = compile_projection("b.c, a, b.d[1]", Placeholders())
    assert projection.paths == (("b", "c"), ("a",), ("b", "d", 1))
    assert projection.names == ("b", "a")


def test_a_long_projection_is_checked_quickly() -> None:
    projection = compile_projection(",".join(f"a{number}" for number in range(700)), Placeholders())
    assert len(projection.names) == 700


def test_attributes_to_get_are_whole_top_level_attributes() -> None:
    projection = of_attributes_to_get(["x.y", "mp", "gone"])
    assert projection.apply(ITEM) == {"x.y": ITEM["x.y"], "mp": ITEM["mp"]}
    assert projection.names == ("x.y", "mp", "gone")


def test_a_name_twice_in_attributes_to_get_is_refused() -> None:
    with pytest.raises(DynamoDBError) as refused:
        of_attributes_to_get(["a", "b", "a"])
    assert refused.value.message == "One or more parameter values were invalid: Duplicate value in attribute name: a"
