"""`ExpiryView`: the items of a table in order of their expiry time.

Source: "How it works: DynamoDB Time to Live (TTL)".
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import floor

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

    __slots__ = ("attribute",)

    def __init__(self, base: KeySchema, position: int, attribute: str) -> None:
        super().__init__(base, position)
        self.attribute = attribute
        base_place = self.place_of

        def place(item: Item) -> Place | None:
            expiry = expiry_of(item, attribute)
            if expiry is None:
                return None
            partition, sort = base_place(item)  # type: ignore[misc]  # every item has a place in its table
            return "", (expiry, partition, sort)

        self._place_by(place)

    def expired(self, since: int, now: int) -> Iterator[Item]:
        """The items whose expiry time lies between `since`, less five years, and `now`; earliest first.

        `since` is the moment of the last look, so that what was expired for five years then stays for ever, and what
        expired since then goes, however far the clock was moved. Moments in microseconds.
        """
        # Whole seconds around it: fast, and exact by the second look. A tuple of one sorts before all that begin so.
        bounds = Bounds(low=((since - FIVE_YEARS) // SECOND,), high=(-(-now // SECOND),), includes_high=False)
        for item in self._items.range("", bounds):
            if self.is_expired(item, since, now):
                yield item

    def is_expired(self, item: Item, since: int, now: int) -> bool:
        """Whether the expiry time of `item` lies between `since`, less five years, and `now`, both excluded."""
        expiry = expiry_of(item, self.attribute)
        return expiry is not None and seconds(since - FIVE_YEARS) < expiry < seconds(now)

    def due_at(self, item: Item) -> int:
        """The first microsecond at which an item of this view is expired."""
        expiry = expiry_of(item, self.attribute)
        assert expiry is not None, "the view holds only items with an expiry time"
        return floor(Fraction(expiry) * SECOND) + 1
