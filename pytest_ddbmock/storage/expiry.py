"""`ExpiryView`: the items of a table in order of their expiry time.

Source: "How it works: DynamoDB Time to Live (TTL)".
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_ddbmock.storage.keyed import Bounds
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.storage.view import Place, View
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.ordering import SortKey, sort_key

SECOND = 1_000_000
FIVE_YEARS = 5 * 365 * 86_400
"""Seconds. Unsure: whether leap days count; items expired for longer than this are never deleted."""


def expiry_of(item: Item, attribute: str) -> SortKey | None:
    """The expiry time of an item in epoch seconds: a top-level number; anything else never expires."""
    value = item.get(attribute)
    return None if value is None or value[0] != "N" else sort_key(value)


def is_expired(item: Item, attribute: str, now: int) -> bool:
    """Whether TTL may delete `item` at `now` in microseconds."""
    expiry = expiry_of(item, attribute)
    return expiry is not None and now - FIVE_YEARS * SECOND < expiry * SECOND < now  # type: ignore[operator]


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

    def expired(self, now: int) -> Iterator[Item]:
        """The items that TTL may delete at `now` in microseconds, earliest first."""
        low = now // SECOND - FIVE_YEARS
        bounds = Bounds(low=(low,), high=(-(-now // SECOND),), includes_high=False)
        for item in self._items.range("", bounds):
            if is_expired(item, self.attribute, now):
                yield item
