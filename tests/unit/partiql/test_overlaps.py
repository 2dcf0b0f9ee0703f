"""Which conditions on a sort key can hold for one item, where the values are no keys."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.expressions.key_condition import KeyTest
from pytest_ddbmock.partiql.overlaps import overlap

MAP, OTHER_MAP = ("M", {"x": ("S", "a")}), ("M", {"x": ("S", "b")})


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
