"""`Selection`: which items an export takes, and what of each.

Source: "Filtering a table export".
"""

from __future__ import annotations

from typing import NamedTuple

from pytest_ddbmock.expressions.condition import Condition
from pytest_ddbmock.expressions.projection import Projection
from pytest_ddbmock.values.item import Item


class Selection(NamedTuple):
    """A key condition, a filter and a projection; what is None leaves nothing out."""

    keys: Condition | None = None
    filter: Condition | None = None
    projection: Projection | None = None

    def reads(self, item: Item) -> bool:
        """Whether the export looks at an item, and so costs its bytes: a key condition keeps it from reading others."""
        return self.keys is None or self.keys.test(item)

    def takes(self, item: Item) -> bool:
        """Whether an item that was read is exported."""
        return self.filter is None or self.filter.test(item)

    def shown(self, item: Item) -> Item:
        """What is exported of an item: keys only when asked for."""
        return item if self.projection is None else Item(self.projection.apply(item))


EVERYTHING = Selection()
"""Without a filter."""
