"""Which conditions on a sort key can hold for the same item."""

from __future__ import annotations

from typing import Any, NamedTuple

from pytest_ddbmock.expressions.key_condition import KeyTest
from pytest_ddbmock.values.attribute import SCALAR_KEY_TAGS
from pytest_ddbmock.values.keys import MAX_RANGE_SIZE
from pytest_ddbmock.values.ordering import sort_key


class _Range(NamedTuple):
    """Sort keys between `low` and `high`, None for an open end."""

    tag: str
    low: Any = None
    high: Any = None
    includes_low: bool = True
    includes_high: bool = True

    def ends_before(self, other: _Range) -> bool:
        if self.high is None or other.low is None:
            return False
        return bool(
            self.high < other.low or (self.high == other.low and not (self.includes_high and other.includes_low))
        )


def overlap(one: KeyTest | None, two: KeyTest | None) -> bool:
    """Return True if a sort key can meet both conditions; None stands for any sort key.

    >>> overlap(KeyTest("sk", "<", (("N", "5"),)), KeyTest("sk", "=", (("N", "5"),)))
    False
    """
    if one is None or two is None:
        return True
    if not {one.operands[0][0], two.operands[0][0]} <= {*SCALAR_KEY_TAGS}:
        return one.operands == two.operands  # two equalities; other operators refuse such values
    first, second = _range(one), _range(two)
    if first is None or second is None or first.tag != second.tag:
        return False
    return not (first.ends_before(second) or second.ends_before(first))


def _range(test: KeyTest) -> _Range | None:
    """Return the sort keys that meet a condition, None if its operands will be refused."""
    tag = test.operands[0][0]
    low = sort_key(test.operands[0])
    if test.operator == "BETWEEN":
        return _Range(tag, low, sort_key(test.operands[1])) if test.operands[1][0] == tag else None
    if test.operator == "begins_with":
        if not isinstance(low, str | bytes):
            return None
        longest: Any = "\U0010ffff" * MAX_RANGE_SIZE if isinstance(low, str) else b"\xff" * MAX_RANGE_SIZE
        return _Range(tag, low, low + longest)
    if test.operator == "=":
        return _Range(tag, low, low)
    if test.operator.startswith("<"):
        return _Range(tag, None, low, includes_high=test.operator == "<=")
    return _Range(tag, low, None, includes_low=test.operator == ">=")
