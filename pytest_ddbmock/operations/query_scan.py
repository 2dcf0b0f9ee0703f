"""Query and Scan."""

from __future__ import annotations

from collections.abc import Callable

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.paging import (
    Page,
    decode_start,
    require_start_in_range,
    require_start_in_segment,
    require_start_shape,
)
from pytest_ddbmock.engine.reading import ALL_PROJECTED, COUNT, SPECIFIC, Reader, Source, find_source
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import legacy
from pytest_ddbmock.expressions.condition import Condition
from pytest_ddbmock.expressions.key_condition import KeyCondition, KeyTest, key_range
from pytest_ddbmock.expressions.projection import compile_projection, of_attributes_to_get
from pytest_ddbmock.values.faults import Layer


@operation("Query")
def query(call: Call) -> Answer:
    """Order: API_Query; "Key condition expressions"."""
    capacity = call.param("ReturnConsumedCapacity")
    limit = call.param("Limit")
    consistent = call.param("ConsistentRead", False)
    reverse = not call.param("ScanIndexForward", True)
    _refuse_mixing_in_query(call)
    old_filter = call.legacy_condition("QueryFilter", legacy.query_filter)
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
    schema = source.schema
    if start is not None:
        require_start_shape(start, source.table.schema, source.index_schema, is_query=True)
    wanted = key_range(tests, hash_keys=schema.hash_keys, range_keys=schema.range_keys, types=schema.types)
    _refuse_filter_on_keys(condition, "Filter Expression", schema.names)
    _refuse_filter_on_keys(old_filter, "QueryFilter", schema.names)
    if start is not None:
        require_start_in_range(start, source.view, wanted, is_single=source.is_single(wanted))
    reader = Reader(source, select, projection, condition or old_filter, consistent=consistent)
    reader.require_projected()
    call.admit(source.touch(wanted))
    page = reader.query(call, wanted, after=start, reverse=reverse, limit=limit)
    if page.last is not None and source.is_single(wanted):
        page = page._replace(last=None)  # nothing can follow
    return _answer(call, reader, page, capacity)


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
    old_filter = call.legacy_condition("ScanFilter", legacy.scan_filter)
    start = decode_start(call.param("ExclusiveStartKey"), Layer.OLD)
    segment, segments = _segment(call)
    placeholders = call.bind(["FilterExpression", "ProjectionExpression"], layer=Layer.OLD)
    text = call.param("ProjectionExpression")
    if text is not None:
        projection = compile_projection(text, placeholders)
    condition = call.condition("FilterExpression", placeholders)
    placeholders.require_all_used()
    select = _require_select(call, errors.validation)
    source = _source(call, consistent)  # ---- below this line table and index are known
    if start is not None:
        require_start_shape(start, source.table.schema, source.index_schema, is_query=False)
        require_start_in_segment(start, source.view, segment, segments)
    reader = Reader(source, select, projection, condition or old_filter, consistent=consistent)
    reader.require_projected()
    call.admit(source.touch(None))
    page = reader.scan(call, after=start, segment=segment, segments=segments, limit=limit)
    return _answer(call, reader, page, capacity)


# ---- shared


def _answer(call: Call, reader: Reader, page: Page, capacity: str | None) -> Answer:
    call.entry.unread = page.last is not None
    return call.answer(
        Items=None if reader.select == COUNT else reader.shown(page),
        Count=len(page.items),
        ScannedCount=page.scanned,
        LastEvaluatedKey=reader.last_key(page),
        ConsumedCapacity=call.capacity(capacity),
    )


def _refuse_mixing_in_query(call: Call) -> None:
    legacy_names = ["AttributesToGet", "QueryFilter", "ConditionalOperator"]
    if call.param("KeyConditionExpression") is not None:
        # Without it, KeyConditions may be combined with the other expressions.
        legacy_names.append("KeyConditions")
    call.refuse_mixing(["ProjectionExpression", "FilterExpression", "KeyConditionExpression"], with_legacy=legacy_names)


def _require_select(call: Call, error: Callable[[str], DynamoDBError]) -> str | None:
    """Raise if `Select` contradicts the requested projection, else return it.

    Captured in us-east-1, 2026-08-22: Query puts its envelope around these three errors only, Scan around none.
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
    """Return the table or index that a request names."""
    table = call.table()
    name = call.param("IndexName")
    return find_source(
        call,
        table,
        name,
        consistent=consistent,
        missing=f"The table does not have the specified index: {name}",
        inconsistent="Consistent reads are not supported on global secondary indexes",
    )


def _refuse_filter_on_keys(condition: Condition | None, kind: str, keys: tuple[str, ...]) -> None:
    for name in () if condition is None else condition.names:
        if name in keys:
            raise errors.validation(
                f"{kind} can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def _segment(call: Call) -> tuple[int, int]:
    """Return Segment and TotalSegments; (0, 1) unless the scan is parallel."""
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
        raise errors.validation(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {segments}"
        )
    return segment, segments
