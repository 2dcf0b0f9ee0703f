"""Query and Scan."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.index_keys import refuse_paths_into_keys
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.reading import (
    Page,
    decode_start,
    evaluated_key,
    read_page,
    require_start_in_range,
    require_start_in_segment,
    require_start_shape,
)
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import legacy
from pytest_ddbmock.expressions.condition import Condition
from pytest_ddbmock.expressions.key_condition import KeyCondition, KeyRange, KeyTest, key_range
from pytest_ddbmock.expressions.projection import Projection, compile_projection, of_attributes_to_get
from pytest_ddbmock.metering.units import read_units
from pytest_ddbmock.storage.schema import ALL
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


@operation("Query")
def query(call: Call) -> Answer:
    """Order: API_Query; "Key condition expressions"."""
    capacity = call.param("ReturnConsumedCapacity")
    limit = call.param("Limit")
    consistent = call.param("ConsistentRead", False)
    reverse = not call.param("ScanIndexForward", True)
    _refuse_mixing_in_query(call)
    old_filter = call.legacy_condition("QueryFilter", legacy.filters)
    old_conditions = call.param("KeyConditions")
    tests: tuple[KeyTest, ...] | None = None if old_conditions is None else legacy.key_conditions(old_conditions)
    old_names = call.param("AttributesToGet")
    projection = None if old_names is None else of_attributes_to_get(old_names)
    start = decode_start(call.param("ExclusiveStartKey"))
    placeholders = call.bind(["FilterExpression", "KeyConditionExpression", "ProjectionExpression"])
    condition = call.condition("FilterExpression", placeholders)
    text = call.param("ProjectionExpression")
    if text is not None:
        projection = compile_projection(text, placeholders)
    text = call.param("KeyConditionExpression")
    key_condition = None if text is None else KeyCondition(text, placeholders)
    placeholders.require_all_used()
    select = _require_select(call, errors.enveloped)
    if key_condition is not None:
        tests = key_condition.tests()
    if tests is None:
        raise errors.validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    source = _source(call, consistent)  # ---- below this line table and index are known
    schema = source.table.schema if source.index is None else source.index.schema
    if start is not None:
        require_start_shape(
            start, source.table.schema, None if source.index is None else source.index.schema, is_query=True
        )
    wanted = key_range(tests, hash_keys=schema.hash_keys, range_keys=schema.range_keys, types=schema.types)
    _refuse_filter_on_keys(condition, "Filter Expression", schema.names)
    _refuse_filter_on_keys(old_filter, "QueryFilter", schema.names)
    if start is not None:
        if source.index is None and _is_unique(wanted, schema.range_keys):
            raise errors.validation("The query can return at most one row and cannot be restarted")
        require_start_in_range(start, source.view, wanted, reverse=reverse)
    reader = Reader(source, select, projection, condition or old_filter)
    reader.require_projected()
    call.admit()
    items = source.view.query(wanted, after=start, reverse=reverse)
    return reader.answer(call, items, limit=limit, consistent=consistent, capacity=capacity)


@operation("Scan")
def scan(call: Call) -> Answer:
    """Order: API_Scan; "Parallel scan"."""
    capacity = call.param("ReturnConsumedCapacity")
    limit = call.param("Limit")
    consistent = call.param("ConsistentRead", False)
    call.refuse_mixing(
        ["ProjectionExpression", "FilterExpression"],
        with_legacy=["AttributesToGet", "ScanFilter", "ConditionalOperator"],
    )
    old_names = call.param("AttributesToGet")
    projection = None if old_names is None else of_attributes_to_get(old_names)
    old_filter = call.legacy_condition("ScanFilter", legacy.filters)
    start = decode_start(call.param("ExclusiveStartKey"))
    segment, segments = _segment(call)
    placeholders = call.bind(["FilterExpression", "ProjectionExpression"], names_bad_values=True)
    text = call.param("ProjectionExpression")
    if text is not None:
        projection = compile_projection(text, placeholders)
    condition = call.condition("FilterExpression", placeholders)
    placeholders.require_all_used()
    select = _require_select(call, errors.validation)
    source = _source(call, consistent)  # ---- below this line table and index are known
    if start is not None:
        require_start_shape(
            start, source.table.schema, None if source.index is None else source.index.schema, is_query=False
        )
        require_start_in_segment(start, source.view, segment, segments)
    reader = Reader(source, select, projection, condition or old_filter)
    reader.require_projected()
    call.admit()
    items = source.view.scan(after=start, segment=segment, segments=segments)
    return reader.answer(call, items, limit=limit, consistent=consistent, capacity=capacity)


# ---- what both have in common


class Source:
    """The table, and the index when one is read."""

    __slots__ = ("index", "table")

    def __init__(self, table: Table, index: Index | None) -> None:
        self.table = table
        self.index = index

    @property
    def view(self) -> View:
        """What is read."""
        return self.table.base if self.index is None else self.table.views[self.index.name]

    @property
    def visible(self) -> frozenset[str] | None:
        """Attributes that the source holds of every item; None for all."""
        if self.index is None or self.index.projection.kind == ALL:
            return None
        return frozenset(self.index.schema.names + self.table.schema.names + self.index.projection.non_key_attributes)


class Reader:
    """One page: filter, fetches from the table, projection, counts, capacity."""

    def __init__(
        self, source: Source, select: str | None, projection: Projection | None, condition: Condition | None
    ) -> None:
        self.source = source
        self.select = select
        self.projection = projection
        self.condition = condition
        self.visible = source.visible

    def require_projected(self) -> None:
        """Paths lead into no key, and a global index answers only with what it projects."""
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

    def _invisible(self, reader: Projection | Condition | None) -> list[str]:
        if reader is None or self.visible is None:
            return []
        return [name for name in reader.names if name not in self.visible]

    def answer(
        self, call: Call, items: Iterator[Item], *, limit: int | None, consistent: bool, capacity: str | None
    ) -> Answer:
        """What Query and Scan answer for one page of `items`."""
        page = self.read(call, items, limit=limit, consistent=consistent)
        call.entry.items = len(page.items)
        call.entry.unread = page.last is not None
        return call.answer(
            Items=None if self.select == COUNT else self.shown(page),
            Count=len(page.items),
            ScannedCount=page.scanned,
            LastEvaluatedKey=self.last_key(page),
            ConsumedCapacity=call.capacity(capacity),
        )

    def read(self, call: Call, items: Iterator[Item], *, limit: int | None, consistent: bool) -> Page:
        """One page of `items`, counted as consumed."""
        page = read_page(
            items,
            limit=limit,
            test=None if self.condition is None else self.condition.test,
            fetch=self._fetch if self._fetches() else None,
        )
        self._count(call, page, consistent)
        return page

    def shown(self, page: Page) -> list[Wire]:
        """The matching items of a page as the projection shows them."""
        if self.projection is None:
            return [attributes_to_wire(item) for item in page.items]
        project = self.projection.apply
        return [attributes_to_wire(project(item)) for item in page.items]

    def last_key(self, page: Page) -> Wire | None:
        """`LastEvaluatedKey` of a page; None when nothing can follow."""
        if page.last is None:
            return None
        index = self.source.index
        return evaluated_key(page.last, self.source.table.schema, None if index is None else index.schema)

    def _fetches(self) -> bool:
        """Whether a local index has to fetch from the table what it does not hold."""
        if self.visible is None or self.source.index is None or self.source.index.is_global:
            return False
        # Unsure: that a filter makes AWS fetch as a projection does.
        return self.select == ALL_ATTRIBUTES or bool(
            self._invisible(self.projection) or self._invisible(self.condition)
        )

    def _fetch(self, entry: Item) -> Item:
        item = self.source.table.get_at(self.source.table.schema.key_of(entry))
        assert item is not None, "a local index holds just what the table holds"
        return item

    def _count(self, call: Call, page: Page, consistent: bool) -> None:
        usage = call.usage(self.source.table)
        units = read_units(page.size, consistent=consistent)
        usage.read(units, None if self.source.index is None else self.source.index.name)
        for item in page.fetched:
            usage.read(read_units(item.size, consistent=consistent))


def _refuse_mixing_in_query(call: Call) -> None:
    legacy_names = ["AttributesToGet", "QueryFilter", "ConditionalOperator"]
    if call.param("KeyConditionExpression") is not None:
        # KeyConditions may stand beside the other expressions.
        legacy_names.append("KeyConditions")
    call.refuse_mixing(["ProjectionExpression", "FilterExpression", "KeyConditionExpression"], with_legacy=legacy_names)


def _require_select(call: Call, error: Callable[[str], DynamoDBError]) -> str | None:
    """`Select` must fit the projection that is asked for.

    Captured in us-east-1, 2026-08-22: of all its errors Query envelopes these three, Scan none.
    """
    select: str | None = call.param("Select")
    given = next((name for name in ("ProjectionExpression", "AttributesToGet") if call.param(name) is not None), None)
    if select == SPECIFIC and given is None:
        raise error(f"Must specify the AttributesToGet or ProjectionExpression when choosing to get {SPECIFIC}")
    if given is not None and select not in (None, SPECIFIC):
        what = "only the Count" if select == COUNT else select
        raise error(f"Cannot specify the {given} when choosing to get {what}")
    if select == ALL_PROJECTED and call.param("IndexName") is None:
        raise error(f"{ALL_PROJECTED} can be used only when Querying using an IndexName")
    return select


def _source(call: Call, consistent: bool) -> Source:
    """The table and the index that a request names."""
    table = call.table()
    name = call.param("IndexName")
    if name is None:
        return Source(table, None)
    index = table.settings.index(name)
    if index is None:
        raise errors.validation(f"The table does not have the specified index: {name}")
    call.entry.index = name
    if index.status == "CREATING" or index.backfilling:
        raise errors.validation(f"Cannot read from backfilling global secondary index: {name}")
    if index.is_global and consistent:
        raise errors.validation("Consistent reads are not supported on global secondary indexes")
    return Source(table, index)


def _refuse_filter_on_keys(condition: Condition | None, kind: str, keys: tuple[str, ...]) -> None:
    for name in () if condition is None else condition.names:
        if name in keys:
            raise errors.validation(
                f"{kind} can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def _is_unique(wanted: KeyRange, range_keys: tuple[str, ...]) -> bool:
    return len(wanted.equals) == len(range_keys)


def _segment(call: Call) -> tuple[int, int]:
    """Segment and TotalSegments of a parallel scan; (0, 1) for an ordinary one."""
    segment, segments = call.param("Segment"), call.param("TotalSegments")
    if segment is None and segments is None:
        return 0, 1
    if segments is None:
        raise errors.validation(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
            "present"
        )
    if segment is None:
        raise errors.validation(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
            "present"
        )
    if segment >= segments:
        raise _segment_too_high(segment, segments)
    return segment, segments


def _segment_too_high(segment: int, segments: int) -> DynamoDBError:
    return errors.validation(
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
        f"Segment: {segment} is not less than TotalSegments: {segments}"
    )
