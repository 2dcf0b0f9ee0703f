"""`Insert`, `Modify`, `Remove`: the record of one change, and what a test expects of one."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from pytest_ddbmock.clock import to_datetime
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.plain import Plain, item_to_plain, same

__tracebackhide__ = options.__tracebackhide__

_MISSING = object()


class Record:
    """One change of one item. An expectation has either whole images or some attributes."""

    event: ClassVar[str]
    """`INSERT`, `MODIFY` or `REMOVE`."""

    __slots__ = ("_to_wire", "at", "by_ttl", "new", "old", "partial")
    __hash__ = None  # type: ignore[assignment]  # expectations may hold ANY, which equals everything

    def __init__(self, old: Any, new: Any, partial: dict[str, Any] | None, by_ttl: Any = False) -> None:
        self.old = old
        """The item before the change, as plain Python; None for an insert."""
        self.new = new
        """The item after the change, as plain Python; None for a removal."""
        self.partial = partial
        """The attributes of a partial expectation; None for one with whole images."""
        self.by_ttl = by_ttl
        """Whether the service removed the item because it had expired."""
        self.at: datetime.datetime | None = None
        """When the change was made (aware, UTC); None for an expectation."""
        self._to_wire: Callable[[], dict[str, Any]] | None = None

    @property
    def wire(self) -> dict[str, Any]:
        """The record as `GetRecords` returns it: DynamoDB JSON under the stream's view type.

        Errors: `UsageError` for an expectation.
        """
        if self._to_wire is None:
            raise UsageError("an expectation has no wire form: only records of a stream have one")
        return self._to_wire()

    @property
    def image(self) -> Any:
        """The image that partial expectations are compared with: the new one, or the old one of a removal."""
        return self.old if self.event == "REMOVE" else self.new

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record):
            return NotImplemented
        return not differences(self, other) if other.at is None else not differences(other, self)

    def __repr__(self) -> str:
        if self.partial is not None:
            inner = [f"{name}={value!r}" for name, value in self.partial.items()]
        else:
            inner = [repr(image) for image in self._images()]
        if self.by_ttl is not False:
            inner.append(f"by_ttl={self.by_ttl!r}")
        return f"{type(self).__name__}({', '.join(inner)})"

    def _images(self) -> tuple[Any, ...]:
        raise NotImplementedError


class Insert(Record):
    """An item was created: `Insert({...})` is the whole item, `Insert(status="NEW")` some of its attributes."""

    event = "INSERT"
    __slots__ = ()

    def __init__(self, new: Any = _MISSING, /, **attributes: Any) -> None:
        _refuse_both("Insert", new is not _MISSING, attributes)
        whole = new is not _MISSING
        super().__init__(None, new if whole else None, None if whole else attributes)

    def _images(self) -> tuple[Any, ...]:
        return (self.new,)


class Modify(Record):
    """An item was changed: `Modify(old, new)` is both items, `Modify(status="NEW")` some of its new attributes."""

    event = "MODIFY"
    __slots__ = ()

    def __init__(self, old: Any = _MISSING, new: Any = _MISSING, /, **attributes: Any) -> None:
        _refuse_both("Modify", old is not _MISSING, attributes)
        if (old is _MISSING) != (new is _MISSING):
            raise UsageError("use Modify(old, new) with both items, or Modify(name=value, ...) for some attributes")
        whole = new is not _MISSING
        super().__init__(old if whole else None, new if whole else None, None if whole else attributes)

    def _images(self) -> tuple[Any, ...]:
        return (self.old, self.new)


class Remove(Record):
    """An item was removed, by the application or, with `by_ttl=True`, by the service because it had expired.

    `Remove({...})` is the whole item, `Remove(status="NEW")` some of the attributes it had.
    """

    event = "REMOVE"
    __slots__ = ()

    def __init__(self, old: Any = _MISSING, /, *, by_ttl: Any = False, **attributes: Any) -> None:
        _refuse_both("Remove", old is not _MISSING, attributes)
        whole = old is not _MISSING
        super().__init__(old if whole else None, None, None if whole else attributes, by_ttl)

    def _images(self) -> tuple[Any, ...]:
        return (self.old,)


def _refuse_both(name: str, has_images: bool, attributes: dict[str, Any]) -> None:
    if has_images and attributes:
        raise UsageError(f"pass {name} whole items or attributes by name, not both")


def of_change(change: Change, to_wire: Callable[[Change], dict[str, Any]] | None = None) -> Record | None:
    """Return the record of a change; None for one that changed nothing. `to_wire` renders it as in `GetRecords`."""
    if change.old == change.new:
        return None
    record: Record
    if change.new is None:
        assert change.old is not None
        record = Remove(item_to_plain(change.old), by_ttl=change.actor is Actor.TTL)
    elif change.old is None:
        record = Insert(item_to_plain(change.new))
    else:
        record = Modify(item_to_plain(change.old), item_to_plain(change.new))
    record.at = to_datetime(change.at)
    if to_wire is not None:
        record._to_wire = partial(to_wire, change)
    return record


# ---- comparing


def differences(seen: Record, expected: Record) -> list[str]:
    """Return the differences between a record and an expectation, one line per attribute; empty if they agree."""
    if seen.event != expected.event:
        return [f"is {_article(seen)}, expected {_article(expected)}"]
    lines = []
    if not same(seen.by_ttl, expected.by_ttl):
        lines.append("removed by TTL, expected by a call" if seen.by_ttl else "removed by a call, expected by TTL")
    if expected.partial is not None:
        image = seen.image if isinstance(seen.image, dict) else {}
        for name, value in expected.partial.items():
            lines += _attribute_difference(name, image.get(name, _MISSING), value)
        return lines
    if seen.partial is not None:
        return lines if same(seen.partial, expected.partial) else [f"{seen!r} is not {expected!r}"]
    two = seen.event == "MODIFY"
    for label, stored, image in (("old ", seen.old, expected.old), ("new ", seen.new, expected.new)):
        if image is not None or stored is not None:
            lines += [(label if two else "") + line for line in image_differences(stored, image)]
    return lines


def image_differences(stored: Plain, expected: Any) -> list[str]:
    """Return one line for each attribute that differs from the expected item."""
    if same(stored, expected):
        return []
    if not isinstance(expected, dict) or not isinstance(stored, dict):
        return [f"item is {stored!r}, expected {expected!r}"]
    lines = []
    for name in [*expected, *(name for name in stored if name not in expected)]:
        lines += _attribute_difference(name, stored.get(name, _MISSING), expected.get(name, _MISSING))
    return lines


def _attribute_difference(name: str, stored: Any, expected: Any) -> list[str]:
    if stored is _MISSING:
        return [] if expected is _MISSING else [f"{name}: missing, expected {expected!r}"]
    if expected is _MISSING:
        return [f"{name}: is {stored!r}, unexpected"]
    return [] if same(stored, expected) else [f"{name}: is {stored!r}, expected {expected!r}"]


def _article(record: Record) -> str:
    name = type(record).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def explain(seen: Sequence[Record], expected: Sequence[Any]) -> list[str]:
    """Return the lines that explain a failed comparison in order: which records differ, and how."""
    lines = []
    for index, (record, wanted) in enumerate(zip(seen, expected, strict=False)):
        if record != wanted:
            found = differences(record, wanted) if isinstance(wanted, Record) else [f"expected {wanted!r}"]
            lines.append(f"[{index}] {record!r}")
            lines += [f"    {line}" for line in found]
    lines += [f"[{index}] unexpected: {seen[index]!r}" for index in range(len(expected), len(seen))]
    lines += [f"[{index}] missing: {expected[index]!r}" for index in range(len(seen), len(expected))]
    return lines


def unmatched(seen: Sequence[Record], expected: Sequence[Any]) -> tuple[list[Record], list[Any]]:
    """Return the records and the expectations that are left after matching as many as possible, in any order."""
    taken: dict[int, int] = {}  # index of a record -> index of its expectation

    def place(wanted: int, tried: set[int]) -> bool:
        for index, record in enumerate(seen):
            if index not in tried and record == expected[wanted]:
                tried.add(index)
                if index not in taken or place(taken[index], tried):
                    taken[index] = wanted
                    return True
        return False

    missing = [expected[wanted] for wanted in range(len(expected)) if not place(wanted, set())]
    return [record for index, record in enumerate(seen) if index not in taken], missing
