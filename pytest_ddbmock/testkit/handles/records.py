"""`Insert`, `Modify`, `Remove`: what a stream says of one change; the same classes state what a test expects."""

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
    """One change of one item. As an expectation it states either whole images or some attributes."""

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
        """Attributes that an expectation names; None where it states whole images."""
        self.by_ttl = by_ttl
        """Whether the service removed the item because it had expired."""
        self.at: datetime.datetime | None = None
        """When the change was made (aware, UTC); None for an expectation."""
        self._to_wire: Callable[[], dict[str, Any]] | None = None

    @property
    def wire(self) -> dict[str, Any]:
        """The record as `GetRecords` answers it, DynamoDB JSON under the stream's view type.

        Errors: `UsageError` for an expectation.
        """
        if self._to_wire is None:
            raise UsageError("only what a stream tells has a wire form, not what a test expects")
        return self._to_wire()

    @property
    def image(self) -> Any:
        """The image that partial expectations speak of: the new one, of a removal the old one."""
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
    """An item came to be: `Insert({...})` is the whole item, `Insert(status="NEW")` some of its attributes."""

    event = "INSERT"
    __slots__ = ()

    def __init__(self, new: Any = _MISSING, /, **attributes: Any) -> None:
        _refuse_both("Insert", new is not _MISSING, attributes)
        whole = new is not _MISSING
        super().__init__(None, new if whole else None, None if whole else attributes)

    def _images(self) -> tuple[Any, ...]:
        return (self.new,)


class Modify(Record):
    """An item was changed: `Modify(old, new)` are the whole items, `Modify(status="NEW")` attributes it then had."""

    event = "MODIFY"
    __slots__ = ()

    def __init__(self, old: Any = _MISSING, new: Any = _MISSING, /, **attributes: Any) -> None:
        _refuse_both("Modify", old is not _MISSING, attributes)
        if (old is _MISSING) != (new is _MISSING):
            raise UsageError("write Modify(old, new) with both items, or Modify(name=value, ...) for some attributes")
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
        raise UsageError(f"write {name} with whole items or with attributes by name, not with both")


def of_change(change: Change, to_wire: Callable[[Change], dict[str, Any]] | None = None) -> Record | None:
    """What a stream says of a change, `to_wire` as its readers get it; None for one that changed nothing."""
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
    """What tells a record from an expectation, a line for each attribute; nothing where they agree."""
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
    """A line for each attribute in which an item is not as expected."""
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
        return [f"{name}: is {stored!r}, not expected"]
    return [] if same(stored, expected) else [f"{name}: is {stored!r}, expected {expected!r}"]


def _article(record: Record) -> str:
    name = type(record).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def explain(seen: Sequence[Record], expected: Sequence[Any]) -> list[str]:
    """The lines of a failed comparison in order: which records differ and in what."""
    lines = []
    for index, (record, wanted) in enumerate(zip(seen, expected, strict=False)):
        if record != wanted:
            found = differences(record, wanted) if isinstance(wanted, Record) else [f"expected {wanted!r}"]
            lines.append(f"[{index}] {record!r}")
            lines += [f"    {line}" for line in found]
    lines += [f"[{index}] not expected: {seen[index]!r}" for index in range(len(expected), len(seen))]
    lines += [f"[{index}] missing: {expected[index]!r}" for index in range(len(seen), len(expected))]
    return lines


def unmatched(seen: Sequence[Record], expected: Sequence[Any]) -> tuple[list[Record], list[Any]]:
    """What remains of both when as many records as possible are matched with expectations, in whatever order."""
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
