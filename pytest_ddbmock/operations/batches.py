"""BatchGetItem and BatchWriteItem."""

from __future__ import annotations

from copy import copy
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.engine.admission import Access, Touch
from pytest_ddbmock.engine.call import Call, bind, refuse_mixing
from pytest_ddbmock.engine.index_keys import refuse_paths_into_keys, require_index_keys
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.reading import count_item, visible_item
from pytest_ddbmock.expressions.projection import Projection, compile_projection, of_attributes_to_get
from pytest_ddbmock.metering.collections import metrics_by_table
from pytest_ddbmock.operations.items import require_item_size
from pytest_ddbmock.storage.schema import KEY_MISMATCH
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import Item, decode_item

MAX_KEYS = 100
MAX_WRITES = 25

DUPLICATES = "Provided list of item keys contains duplicates"


class _Wanted:
    """The request of BatchGetItem to one table, after the checks that need no table."""

    def __init__(self, name: str, raw: dict[str, Any]) -> None:
        self.name = name
        self.raw = raw
        self.consistent: bool = raw.get("ConsistentRead") or False
        self.keys = [decode_item(key) for key in raw["Keys"]]
        names, text = raw.get("AttributesToGet"), raw.get("ProjectionExpression")
        self.projection: Projection | None = None if names is None else of_attributes_to_get(names)
        placeholders = bind(raw, ["ProjectionExpression"], raw.get("ExpressionAttributeNames"))
        if text is not None:
            self.projection = compile_projection(text, placeholders)
        placeholders.require_all_used()

    def refuse_duplicates(self) -> None:
        """Raise `ValidationException` if two keys are equal."""
        if len({_identity(key) for key in self.keys}) < len(self.keys):
            raise errors.validation(DUPLICATES)

    def left(self, keys: list[Item]) -> Wire:
        """Return an entry of `UnprocessedKeys` for `keys`."""
        options = {name: copy(value) for name, value in self.raw.items() if name != "Keys" and value is not None}
        return {"Keys": [attributes_to_wire(key) for key in keys], **options}


_KEYS_AND_ATTRIBUTES = (
    "Keys",
    "AttributesToGet",
    "ConsistentRead",
    "ProjectionExpression",
    "ExpressionAttributeNames",
)


def _request_items(call: Call) -> dict[str, Any]:
    """Return the requests by table, as named in the request."""
    raw: dict[str, Any] | None = call.param("RequestItems")
    if not raw:  # Unsure: for BatchWriteItem, five of 33 Regions report a violation at 'RequestItems'
        raise errors.validation(f"The requestItems parameter is required for {call.operation}")
    return raw


def _refuse_mixing(raw: dict[str, Any]) -> None:
    """Raise `ValidationException` for an expression beside `AttributesToGet`, be it in requests to different tables."""
    together = {name: value for wanted in raw.values() for name, value in wanted.items() if value is not None}
    refuse_mixing(together, ["ProjectionExpression"], with_legacy=["AttributesToGet"])


def _identity(key: Item) -> Any:
    """Return a hashable form of a key, before the table is known; maps and lists, which cannot be keys, as text."""
    return tuple(
        sorted((name, tag, payload if tag in "SNB" else repr(payload)) for name, (tag, payload) in key.items())
    )


@operation("BatchGetItem")
def batch_get_item(call: Call) -> Answer:
    """Order: API_BatchGetItem."""
    capacity = call.param("ReturnConsumedCapacity")
    raw = _request_items(call)
    if sum(len(wanted["Keys"]) for wanted in raw.values()) > MAX_KEYS:
        raise errors.validation("Too many items requested for the BatchGetItem call")
    for wanted in raw.values():
        call.refuse_unknown(wanted, _KEYS_AND_ATTRIBUTES, "RequestItems")
    _refuse_mixing(raw)
    requests = [_Wanted(name, wanted) for name, wanted in raw.items()]
    for request in requests:
        request.refuse_duplicates()
    tables = [call.table(wanted.name) for wanted in requests]  # ---- below this line the tables are known
    places = [
        [table.schema.key_of_key(key) for key in wanted.keys] for table, wanted in zip(tables, requests, strict=True)
    ]
    for table, wanted in zip(tables, requests, strict=True):
        if wanted.projection is not None:
            refuse_paths_into_keys(table, wanted.projection.paths)
    call.admit(*[Touch(table, key, Access.READ) for table, keys in zip(tables, places, strict=True) for key in keys])
    responses: dict[str, list[Wire]] = {}
    unprocessed: dict[str, Wire] = {}
    size = found = 0
    for table, wanted, keys in zip(tables, requests, places, strict=True):
        answers = responses.setdefault(wanted.name, [])
        call.usage(table)
        for position, key in enumerate(keys):
            item = visible_item(table, key, consistent=wanted.consistent)
            item_size = 0 if item is None else item.size
            if size + item_size > call.engine.rules.pages.response_bytes:
                unprocessed[wanted.name] = wanted.left(wanted.keys[position:])
                break
            size += item_size
            count_item(call, table, item, consistent=wanted.consistent)
            if item is not None:
                found += 1
                project = wanted.projection
                answers.append(attributes_to_wire(item if project is None else project.apply(item)))
    call.entry.items = found
    call.entry.unread = bool(unprocessed)
    return call.answer(Responses=responses, UnprocessedKeys=unprocessed, ConsumedCapacity=call.capacities(capacity))


@operation("BatchWriteItem")
def batch_write_item(call: Call) -> Answer:
    """Order: API_BatchWriteItem. All requests are checked before one is written."""
    capacity = call.param("ReturnConsumedCapacity")
    collection = call.param("ReturnItemCollectionMetrics")
    raw = _request_items(call)
    if sum(len(requests) for requests in raw.values()) > MAX_WRITES:
        raise errors.validation("Too many items requested for the BatchWriteItem call")
    puts_and_deletes = {name: [_decode(call, request) for request in requests] for name, requests in raw.items()}
    tables = {name: call.table(name) for name in raw}  # ---- below this line the tables are known
    members = [
        _Member(name, item, _write(tables[name], item, is_put=is_put))
        for name, requests in puts_and_deletes.items()
        for is_put, item in requests
    ]
    if len({(write.table.name, write.key) for _, _, write in members}) < len(members):
        raise errors.validation(DUPLICATES)
    refusals = call.refusals([Touch(write.table, write.key, Access.BATCH_WRITE) for _, _, write in members])
    unprocessed: dict[str, list[Wire]] = {}
    done: list[_Member] = []
    for member, refusal in zip(members, refusals or [None] * len(members), strict=True):
        if refusal is None:
            done.append(member)
        else:
            unprocessed.setdefault(member.name, []).append(member.to_wire())
    call.entry.unread = bool(unprocessed)
    call.commit(*[member.write for member in done])
    places = [(member.name, member.write.table, member.write.key) for member in done]
    return call.answer(
        UnprocessedItems=unprocessed,
        ItemCollectionMetrics=metrics_by_table(places) if collection == "SIZE" else None,
        ConsumedCapacity=call.capacities(capacity),
    )


class _Member(NamedTuple):
    """A request of BatchWriteItem: the table as named in the request, the item or key, and the write."""

    name: str
    item: Item
    write: Write

    def to_wire(self) -> Wire:
        """Return an entry of `UnprocessedItems`."""
        if self.write.item is None:
            return {"DeleteRequest": {"Key": attributes_to_wire(self.item)}}
        return {"PutRequest": {"Item": attributes_to_wire(self.item)}}


def _decode(call: Call, request: Any) -> tuple[bool, Item]:
    """Return True for a put and False for a delete, and the item or key."""
    call.refuse_unknown(request, ("PutRequest", "DeleteRequest"), "RequestItems")
    put, delete = request.get("PutRequest"), request.get("DeleteRequest")
    if (put is None) == (delete is None):
        # AWS's text, although no attribute value is at fault.
        raise errors.validation(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    if put is not None:
        item = decode_item(put["Item"], Layer.OLD)
        require_item_size(item)
        return True, item
    return False, decode_item(delete["Key"], Layer.OLD)


def _write(table: Table, item: Item, *, is_put: bool) -> Write:
    if not is_put:
        return Write(table, table.schema.key_of_key(item), None)
    schema = table.schema
    for name in schema.names:
        if name not in item or item[name][0] != schema.types[name]:
            raise errors.validation(KEY_MISMATCH)  # PutItem has texts of its own
    key = schema.place_of(item)
    require_index_keys(table, item)
    return Write(table, key, item)
