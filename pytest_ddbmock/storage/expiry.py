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
    """The expiry time of an item in epoch seconds: a top-level number; anything else never expires."""
    value = item.get(attribute)
    return None if value is None or value[0] != "N" else sort_key(value)  # type: ignore[return-value]  # a number


def seconds(moment: int) -> Decimal:
    """A moment in microseconds as epoch seconds, exact whatever decimal context the application has set.

    >>> seconds(1_500_000)
    Decimal('1.500000')
    """
    return Decimal(f"{moment}E-6")


class ExpiryView(View):
    """Sparse, in one partition, kept up like an index; so rollback and restore cannot bring it out of step."""

    __slots__ = ("_quiet", "attribute")

    def __init__(self, base: KeySchema, position: int, attribute: str) -> None:
        super().__init__(base, position)
        self.attribute = attribute
        self._quiet: tuple[int, int, float] = (-1, 0, 0)
        """At which position, looking back since when, nothing expires before when."""
        base_place = self.place_of

        def place(item: Item) -> Place | None:
            expiry = expiry_of(item, attribute)
            if expiry is None:
                return None
            partition, sort = base_place(item)  # type: ignore[misc]  # every item has a place in its table
            return "", (expiry, partition, sort)

        self._place_by(place, lambda item: expiry_of(item, attribute) is not None, (attribute,))

    def has_expired(self, since: int, now: int) -> bool:
        """Whether `expired` would give anything. Asked with every call, so it remembers while nothing changes."""
        position, back_to, until = self._quiet
        if position == self.position and back_to <= since and now < until:
            return False
        first = next(self._from(since), None)
        until = inf if first is None else self.due_at(first)
        self._quiet = (self.position, since, until)
        return now >= until

    def expired(self, since: int, now: int) -> Iterator[Item]:
        """The items whose expiry time lies between `since`, less five years, and `now`; earliest first.

        `since` is the moment of the last look, so that what was expired for five years then stays for ever, and what
        expired since then goes, however far the clock was moved. Moments in microseconds.
        """
        end = seconds(now)
        for item in self._from(since):
            if self._expiry(item) >= end:
                return
            yield item

    def _from(self, since: int) -> Iterator[Item]:
        """The items whose expiry time lies behind `since` less five years, earliest first."""
        start = since - FIVE_YEARS
        # From the whole second on: fast, and exact by the second look. A tuple of one sorts before all that begin so.
        for item in self._items.range("", Bounds(low=(start // SECOND,))):
            if self._expiry(item) > seconds(start):
                yield item

    def _expiry(self, item: Item) -> int | Decimal:
        expiry = expiry_of(item, self.attribute)
        assert expiry is not None, "the view holds only items with an expiry time"
        return expiry

    def due_at(self, item: Item) -> int:
        """The first microsecond at which an item of this view is expired."""
        number, parts = self._expiry(item).as_integer_ratio()
        return number * SECOND // parts + 1
