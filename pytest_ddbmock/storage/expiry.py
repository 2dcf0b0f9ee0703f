"""`ExpiryView`: the items of a table in order of their expiry time.

Source: "How it works: DynamoDB Time to Live (TTL)".
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import inf

from pytest_ddbmock.clock import SECOND
from pytest_ddbmock.storage.keyed import Bounds
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.storage.view import Place, View
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.ordering import sort_key

FIVE_YEARS = 5 * 365 * 86_400 * SECOND
"""Unsure: whether leap days count; items that have been expired for longer than this are never deleted."""


def expiry_of(item: Item, attribute: str) -> int | Decimal | None:
    """Return the expiry time of an item in epoch seconds; None if the attribute is missing or not a number."""
    value = item.get(attribute)
    return None if value is None or value[0] != "N" else sort_key(value)  # type: ignore[return-value]  # a number


def seconds(moment: int) -> Decimal:
    """Return a time in microseconds as epoch seconds, exact in every decimal context of the application.

    >>> seconds(1_500_000)
    Decimal('1.500000')
    """
    return Decimal(f"{moment}E-6")


class ExpiryView(View):
    """Items ordered by expiry time, in one partition. Sparse; updated like an index, by rollback and restore too."""

    __slots__ = ("_quiet", "attribute")

    def __init__(self, base: KeySchema, position: int, attribute: str) -> None:
        super().__init__(base, position)
        self.attribute = attribute
        self._quiet: tuple[int, int, float] = (-1, 0, 0)
        """(position, since, until): at this position `has_expired` is false for any later `since` and earlier `now`."""
        base_place = self.place_of

        def place(item: Item) -> Place | None:
            expiry = expiry_of(item, attribute)
            if expiry is None:
                return None
            partition, sort = base_place(item)  # type: ignore[misc]  # every item has a place in its table
            return "", (expiry, partition, sort)

        self._place_by(place, lambda item: expiry_of(item, attribute) is not None, (attribute,))

    def has_expired(self, since: int, now: int) -> bool:
        """Return whether `expired` would yield anything. Called by every operation, so the answer is cached."""
        position, back_to, until = self._quiet
        if position == self.position and back_to <= since and now < until:
            return False
        first = next(self._from(since), None)
        until = inf if first is None else self.due_at(first)
        self._quiet = (self.position, since, until)
        return now >= until

    def expired(self, since: int, now: int) -> Iterator[Item]:
        """Yield the items whose expiry time is between `since` minus five years and `now`, earliest first.

        `since` is the time of the previous sweep. Items that had been expired for five years by then stay for ever;
        items that expired later are deleted, however far the clock was moved. Times in microseconds.
        """
        end = seconds(now)
        for item in self._from(since):
            if self._expiry(item) >= end:
                return
            yield item

    def _from(self, since: int) -> Iterator[Item]:
        """Yield the items that expire after `since` minus five years, earliest first."""
        start = since - FIVE_YEARS
        # The range starts at a whole second, the comparison is exact. A tuple sorts before all longer ones it begins.
        for item in self._items.range("", Bounds(low=(start // SECOND,))):
            if self._expiry(item) > seconds(start):
                yield item

    def _expiry(self, item: Item) -> int | Decimal:
        expiry = expiry_of(item, self.attribute)
        assert expiry is not None, "the view holds only items with an expiry time"
        return expiry

    def due_at(self, item: Item) -> int:
        """Return the first microsecond at which an item of this view is expired."""
        number, parts = self._expiry(item).as_integer_ratio()
        return number * SECOND // parts + 1
