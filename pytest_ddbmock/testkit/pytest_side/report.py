"""What a failing test's report says: the calls that were made, the clock, and what differs in a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_ddbmock.engine.calls import CallEntry
from pytest_ddbmock.testkit.ddbmock import DDBMock
from pytest_ddbmock.testkit.handles.records import Record, differences, explain, image_differences
from pytest_ddbmock.testkit.handles.streams import Seen
from pytest_ddbmock.testkit.plain import PlainItem, PlainItems, same

MAX_CALLS = 50
"""Calls that a report shows, the last ones."""


def sections() -> list[tuple[str, str]]:
    """A section for each mock that the test has started, else for the one that it found active."""
    current = DDBMock.current()
    mocks = DDBMock.started or ([] if current is None else [current])
    return [("ddbmock calls", describe(mock)) for mock in mocks if mock.calls]


def describe(mock: DDBMock) -> str:
    """The last calls of a mock, a line for each, and its clock."""
    calls = mock.calls
    shown = calls[-MAX_CALLS:]
    rows = [describe_call(call, mock.region) for call in shown]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), *row[3:]]).rstrip()
        for row in rows
    ]
    if len(calls) > MAX_CALLS:
        lines.insert(0, f"... {len(calls) - MAX_CALLS} earlier calls")
    if any(call.error == "ResourceNotFoundException" for call in shown):
        lines.append(f"tables: {', '.join(mock.all_tables) or 'none'}")
    return "\n".join([*lines, f"clock: {mock.time.isoformat()}"])


def describe_call(call: CallEntry, region: str) -> tuple[str, ...]:
    """Where, operation, table; then what there is to say: a Region other than the mock's, items, capacity, error."""
    table = call.table or ""
    told = [
        "" if call.region == region else f"in {call.region}",
        "" if call.items is None else f"{call.items} item{'' if call.items == 1 else 's'}",
        f"{call.units:g} capacity unit{'' if call.units == 1 else 's'}" if call.units else "",
        "more left to read" if call.unread else "",
        f"{call.attempts} attempts" if call.attempts > 1 else "",
        call.error or "",
    ]
    where = f"{table}/{call.index}" if call.index else table
    return str(call.origin), call.operation, where, ", ".join(part for part in told if part)


# ---- comparisons


def explain_comparison(left: Any, right: Any) -> list[str] | None:
    """The lines of a failed `left == right`; None where the comparison is none of ours."""
    if not isinstance(left, PlainItem | PlainItems | Seen | Record) and isinstance(
        right, PlainItem | PlainItems | Seen | Record
    ):
        left, right = right, left
    if isinstance(left, PlainItems) and isinstance(right, list):
        return ["the items are not as expected", *_explain_items(left, right)]
    if isinstance(left, PlainItem) and isinstance(right, dict):
        return ["the item is not as expected", *image_differences(left, right)]
    if isinstance(left, Seen) and isinstance(right, Sequence):
        return ["stream records differ", *left.explain(list(right))]
    if isinstance(left, list) and isinstance(right, list) and any(isinstance(one, Record) for one in (*left, *right)):
        return ["stream records differ", *explain(left, right)]
    if isinstance(left, Record) and isinstance(right, Record):
        seen, expected = (right, left) if left.at is None else (left, right)
        return ["the record is not as expected", *differences(seen, expected)]
    return None


def _explain_items(stored: PlainItems, expected: list[Any]) -> list[str]:
    """By key where every expected item has one, else by position."""
    names = stored.key_names
    if not all(isinstance(item, dict) and all(name in item for name in names) for item in expected):
        return _explain_by_position(stored, expected)
    lines = []
    left = list(stored)
    for item in expected:
        key = {name: item[name] for name in names}
        found = next((one for one in left if all(same(one[name], value) for name, value in key.items())), None)
        if found is None:
            lines.append(f"missing: {item!r}")
            continue
        left = [one for one in left if one is not found]
        if found_differences := image_differences(found, item):
            lines.append(f"{key!r}")
            lines += [f"    {line}" for line in found_differences]
    lines += [f"unexpected: {item!r}" for item in left]
    return lines or ["the order differs: items stand in the order of their keys", f"is {list(stored)!r}"]


def _explain_by_position(stored: Sequence[Any], expected: Sequence[Any]) -> list[str]:
    lines = []
    for index, (item, wanted) in enumerate(zip(stored, expected, strict=False)):
        if not same(item, wanted):
            lines.append(f"[{index}] {item!r}")
            lines += [f"    {line}" for line in image_differences(item, wanted)]
    lines += [f"[{index}] unexpected: {stored[index]!r}" for index in range(len(expected), len(stored))]
    return lines + [f"[{index}] missing: {expected[index]!r}" for index in range(len(stored), len(expected))]
