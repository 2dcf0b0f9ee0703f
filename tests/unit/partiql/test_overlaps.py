"""Two conditions on a sort key overlap exactly if some sort key meets both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ddbmock.expressions.key_condition import KeyTest
from pytest_ddbmock.partiql.overlaps import overlap

OPERATORS = ["=", "<", "<=", ">", ">=", "BETWEEN"]
MAP, OTHER_MAP = ("M", {"x": ("S", "a")}), ("M", {"x": ("S", "b")})
HIGHEST = "\U0010ffff"


def payload(value: Any) -> tuple[str, str]:
    return ("S", value) if isinstance(value, str) else ("N", str(value))


def holds(operator: str, operands: tuple[Any, ...], candidate: Any) -> bool:
    first = operands[0]
    return {
        "=": lambda: candidate == first,
        "<": lambda: candidate < first,
        "<=": lambda: candidate <= first,
        ">": lambda: candidate > first,
        ">=": lambda: candidate >= first,
        "BETWEEN": lambda: first <= candidate <= operands[1],
        "begins_with": lambda: candidate.startswith(first),
    }[operator]()  # type: ignore[no-any-return]


@st.composite
def conditions(draw: Any, values: Any, operators: list[str]) -> tuple[str, tuple[Any, ...]]:
    operator = draw(st.sampled_from(operators))
    operands = (draw(values), draw(values)) if operator == "BETWEEN" else (draw(values),)
    return operator, tuple(sorted(operands))


def check(one: tuple[str, tuple[Any, ...]], two: tuple[str, tuple[Any, ...]], candidates: list[Any]) -> None:
    tests = [KeyTest("sk", operator, tuple(map(payload, operands))) for operator, operands in (one, two)]
    expected = any(holds(*one, candidate) and holds(*two, candidate) for candidate in candidates)
    assert overlap(*tests) is overlap(*reversed(tests)) is expected
    assert overlap(tests[0], None) and overlap(None, tests[1])


numbers = st.integers(0, 4)
texts = st.text("ab", min_size=1, max_size=3)


@given(conditions(numbers, OPERATORS), conditions(numbers, OPERATORS))
def test_conditions_on_numbers_overlap_if_a_number_meets_both(one: Any, two: Any) -> None:
    check(one, two, [Decimal(halves) / 2 for halves in range(-1, 11)])


@given(conditions(texts, [*OPERATORS, "begins_with"]), conditions(texts, [*OPERATORS, "begins_with"]))
def test_conditions_on_strings_overlap_if_a_string_meets_both(one: Any, two: Any) -> None:
    operands = [*one[1], *two[1]]
    near = [text + end for text in operands for end in ("", "\0", HIGHEST)]
    below = [text[:-1] + chr(ord(text[-1]) - 1) + HIGHEST for text in operands]
    check(one, two, ["\0", HIGHEST, *near, *below])


def test_values_of_different_types_never_overlap() -> None:
    assert not overlap(KeyTest("sk", ">", (("N", "1"),)), KeyTest("sk", ">", (("S", "1"),)))


def test_binary_prefixes_overlap_with_what_begins_with_them() -> None:
    prefix = KeyTest("sk", "begins_with", (("B", b"\xff"),))
    assert overlap(prefix, KeyTest("sk", ">=", (("B", b"\xff\xff"),)))
    assert not overlap(prefix, KeyTest("sk", "<", (("B", b"\xff"),)))


@pytest.mark.parametrize(
    "one, two, meet",
    [
        (MAP, MAP, True),
        (MAP, OTHER_MAP, False),
        (("L", ()), ("L", (("N", "1"),)), False),
        (("NULL", True), ("NULL", True), True),
        (("BOOL", True), ("BOOL", False), False),
        (("BOOL", True), ("N", "1"), False),
        (MAP, ("S", "a"), False),
    ],
)
def test_values_without_an_order_meet_only_their_like(one: Any, two: Any, meet: bool) -> None:
    assert overlap(KeyTest("sk", "=", (one,)), KeyTest("sk", "=", (two,))) is meet
    assert overlap(KeyTest("sk", "=", (two,)), KeyTest("sk", "=", (one,))) is meet
