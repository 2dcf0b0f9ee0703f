"""The one place that reads items for an answer: picks what a read may see, counts it, notes it in the record.

Conditions of writes are no reads for an answer: they always see the newest item (`Call.stored`).
Source: "Read consistency", "DynamoDB read and write operations", "Query", "Scan" (API reference).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.engine.admission import Access, Touch
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.index_keys import refuse_paths_into_keys
from pytest_ddbmock.engine.paging import Page, evaluated_key, read_page
from pytest_ddbmock.expressions.condition import Condition
from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.expressions.projection import Projection
from pytest_ddbmock.metering.units import read_units
from pytest_ddbmock.storage.schema import ALL, Key, KeySchema
from pytest_ddbmock.storage.settings import Index
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.storage.view import View
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.item import Item

ALL_ATTRIBUTES, ALL_PROJECTED, SPECIFIC, COUNT = (
    "ALL_ATTRIBUTES",
    "ALL_PROJECTED_ATTRIBUTES",
    "SPECIFIC_ATTRIBUTES",
    "COUNT",
)
"""Values of `Select`."""


# ---- items


def visible_item(table: Table, key: Key, *, consistent: bool) -> Item | None:
    """Return the version of an item that a read may see, None for none; nothing is counted."""
    return table.get_at(key)


def count_item(call: Call, table: Table, item: Item | None, *, consistent: bool) -> None:
    """Count the read of an item; a missing one costs as much as the smallest."""
    size = 0 if item is None else item.size
    call.usage(table).read(read_units(size, consistent=consistent), size)


def read_item(call: Call, table: Table, key: Key, *, consistent: bool) -> Item | None:
    """Return the item that a read sees at `key`, None for none."""
    item = visible_item(table, key, consistent=consistent)
    count_item(call, table, item, consistent=consistent)
    return item


# ---- ranges


class Source:
    """The table, and the index when one is read."""

    __slots__ = ("index", "table")

    def __init__(self, table: Table, index: Index | None) -> None:
        self.table = table
        self.index = index

    @property
    def view(self) -> View:
        """The view that is read."""
        return self.table.base if self.index is None else self.table.views[self.index.name]

    @property
    def schema(self) -> KeySchema:
        """The key of the table or index that is read."""
        return self.view.schema

    @property
    def index_schema(self) -> KeySchema | None:
        """The key of the index, None for a table."""
        return None if self.index is None else self.index.schema

    @property
    def visible(self) -> frozenset[str] | None:
        """Attributes that the source projects; None for all."""
        if self.index is None or self.index.projection.kind == ALL:
            return None
        return frozenset(self.index.schema.names + self.table.schema.names + self.index.projection.non_key_attributes)

    def is_single(self, key_range: KeyRange) -> bool:
        """Return whether a key range can hold one item at most: it fixes the whole key of the table."""
        return self.index is None and len(key_range.equals) == len(self.table.schema.range_keys)

    def touch(self, key_range: KeyRange | None) -> Touch:
        """Return what reading a range of it touches; None for all of it."""
        key: Any = None
        if key_range is not None:
            payloads = [payload for _, payload in key_range.partition]
            key = payloads[0] if len(payloads) == 1 else tuple(payloads), None
        return Touch(self.table, key, Access.READ, None if self.index is None else self.index.name)


def find_source(
    call: Call, table: Table, name: str | None, *, consistent: bool, missing: str, inconsistent: str
) -> Source:
    """Return the table, or its index `name`.

    Errors: `ValidationException`, with the text `missing` for an unknown index and `inconsistent` for a consistent read
    of a global one; and for an index that is being filled.
    """
    if name is None:
        return Source(table, None)
    index = table.settings.index(name)
    if index is None:
        raise errors.validation(missing)
    call.entry.index = name
    if index.status == "CREATING" or index.backfilling:
        raise errors.validation(f"Cannot read from backfilling global secondary index: {name}")
    if index.is_global and consistent:
        raise errors.validation(inconsistent)
    return Source(table, index)


class Reader:
    """Pages of one source: filter, fetches from the table, projection, counts, capacity."""

    def __init__(
        self,
        source: Source,
        select: str | None,
        projection: Projection | None,
        condition: Condition | None,
        *,
        consistent: bool,
    ) -> None:
        self.source = source
        self.select = select
        self.projection = projection
        self.condition = condition
        self.consistent = consistent
        self.visible = source.visible

    def require_projected(self) -> None:
        """Raise for paths into keys, and for attributes that a global index does not project.

        Errors: `ValidationException`.
        """
        for reader in (self.condition, self.projection):
            if reader is not None:
                refuse_paths_into_keys(self.source.table, reader.paths)
        index = self.source.index
        if index is None or not index.is_global or self.visible is None:
            return
        if self.select == ALL_ATTRIBUTES:
            raise errors.invalid_parameters(
                f"Select type {ALL_ATTRIBUTES} is not supported for global secondary index {index.name} "
                "because its projection type is not ALL"
            )
        missing = self._invisible(self.projection)
        if missing:
            raise errors.invalid_parameters(
                f"Global secondary index {index.name} does not project [{', '.join(missing)}]"
            )
        missing = self._invisible(self.condition)
        if missing:
            # Unsure: the text is documented for PartiQL.
            raise errors.invalid_parameters(
                f"Secondary index {index.name} does not project one or more filter attributes: [{', '.join(missing)}]"
            )

    def query(
        self, call: Call, key_range: KeyRange, *, after: Item | None, reverse: bool = False, limit: int | None
    ) -> Page:
        """Return one page of a key range; `after` is an exclusive start key."""
        return self._page(call, self._visible_view().query(key_range, after=after, reverse=reverse), limit)

    def scan(self, call: Call, *, after: Item | None, segment: int = 0, segments: int = 1, limit: int | None) -> Page:
        """Return one page of everything, or of a segment; `after` is an exclusive start key."""
        return self._page(call, self._visible_view().scan(after=after, segment=segment, segments=segments), limit)

    def shown(self, page: Page) -> list[Wire]:
        """Return the matching items of a page as the projection shows them.

        Without a projection an index shows what it projects, also when the filter fetched more (API_Query, Select).
        """
        if self.projection is not None:
            project = self.projection.apply
            return [attributes_to_wire(project(item)) for item in page.items]
        if page.fetched and self.select != ALL_ATTRIBUTES:
            entry = self.source.view.entry
            return [attributes_to_wire(entry(item)) for item in page.items]
        return [attributes_to_wire(item) for item in page.items]

    def last_key(self, page: Page) -> Wire | None:
        """Return the `LastEvaluatedKey` of a page; None when nothing can follow."""
        if page.last is None:
            return None
        return evaluated_key(page.last, self.source.table.schema, self.source.index_schema)

    def _visible_view(self) -> View:
        """Return the state of the source that this read may see."""
        return self.source.view

    def _page(self, call: Call, items: Iterator[Item], limit: int | None) -> Page:
        page = read_page(
            items,
            limit=limit,
            max_bytes=call.engine.rules.pages.page_bytes,
            test=None if self.condition is None else self.condition.test,
            fetch=self._fetch if self._fetches() else None,
        )
        usage = call.usage(self.source.table)
        units = read_units(page.size, consistent=self.consistent)
        usage.read(units, page.size, None if self.source.index is None else self.source.index.name)
        for item in page.fetched:
            usage.read(read_units(item.size, consistent=self.consistent), item.size)
        call.entry.items = (call.entry.items or 0) + len(page.items)
        return page

    def _invisible(self, reader: Projection | Condition | None) -> list[str]:
        if reader is None or self.visible is None:
            return []
        return [name for name in reader.names if name not in self.visible]

    def _fetches(self) -> bool:
        """Return whether a local index must fetch attributes it does not project."""
        if self.visible is None or self.source.index is None or self.source.index.is_global:
            return False
        # Unsure: that a filter makes AWS fetch as a projection does.
        return self.select == ALL_ATTRIBUTES or bool(
            self._invisible(self.projection) or self._invisible(self.condition)
        )

    def _fetch(self, entry: Item) -> Item:
        table = self.source.table
        item = visible_item(table, table.schema.key_of(entry), consistent=self.consistent)
        assert item is not None, "a local index has the items of its table"
        return item
