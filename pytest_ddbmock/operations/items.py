"""PutItem, GetItem, UpdateItem, DeleteItem."""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.engine.admission import Access, Touch
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.envelope import ONLY_ALL_OLD
from pytest_ddbmock.engine.index_keys import (
    refuse_paths_into_keys,
    require_index_keys,
    require_updated_index_keys,
)
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.reading import read_item
from pytest_ddbmock.expressions import legacy
from pytest_ddbmock.expressions.condition import Condition
from pytest_ddbmock.expressions.projection import Projection, compile_projection, of_attributes_to_get
from pytest_ddbmock.expressions.update import NOTHING, Update, compile_update
from pytest_ddbmock.metering.collections import item_collection_metrics
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import attributes_to_wire
from pytest_ddbmock.values.item import Item


@operation("PutItem")
def put_item(call: Call) -> Answer:
    """Order: API_PutItem; "Expressions in DynamoDB"."""
    capacity = call.param("ReturnConsumedCapacity")
    collection = call.param("ReturnItemCollectionMetrics")
    call.refuse_mixing(["ConditionExpression"], with_legacy=["Expected", "ConditionalOperator"])
    item = call.item("Item")
    placeholders = call.bind(["ConditionExpression"])
    expected = call.legacy_condition("Expected", legacy.expected)
    condition = call.condition("ConditionExpression", placeholders) or expected
    placeholders.require_all_used()
    returns = _all_old_or_none(call)
    require_item_size(item)
    table = call.table()  # ---- below this line the table is known
    key = table.schema.key_of(item)
    require_index_keys(table, item)
    _refuse_paths_into_keys(table, condition)
    call.admit_write(table, key, condition, item)
    [change] = call.commit(Write(table, key, item))
    return call.answer(
        Attributes=attributes_to_wire(change.old) if returns == "ALL_OLD" and change.old is not None else None,
        ConsumedCapacity=call.capacity(capacity),
        ItemCollectionMetrics=item_collection_metrics(table, key) if collection == "SIZE" else None,
    )


@operation("GetItem")
def get_item(call: Call) -> Answer:
    """Order: API_GetItem."""
    capacity = call.param("ReturnConsumedCapacity")
    consistent = call.param("ConsistentRead", False)
    call.refuse_mixing(["ProjectionExpression"], with_legacy=["AttributesToGet"])
    wanted = call.item("Key")
    projection = projection_of(call)
    call.require_all_used()
    table = call.table()  # ---- below this line the table is known
    key = table.schema.key_of_key(wanted)
    _refuse_paths_into_keys(table, projection)
    call.admit(Touch(table, key, Access.READ))
    item = read_item(call, table, key, consistent=consistent)
    call.entry.items = 0 if item is None else 1
    return call.answer(
        Item=None if item is None else attributes_to_wire(item if projection is None else projection.apply(item)),
        ConsumedCapacity=call.capacity(capacity),
    )


@operation("DeleteItem")
def delete_item(call: Call) -> Answer:
    """Order: API_DeleteItem."""
    capacity = call.param("ReturnConsumedCapacity")
    collection = call.param("ReturnItemCollectionMetrics")
    call.refuse_mixing(["ConditionExpression"], with_legacy=["Expected", "ConditionalOperator"])
    wanted = call.item("Key")
    expected = call.legacy_condition("Expected", legacy.expected)
    placeholders = call.bind(["ConditionExpression"])
    condition = call.condition("ConditionExpression", placeholders) or expected
    placeholders.require_all_used()
    returns = _all_old_or_none(call)
    table = call.table()  # ---- below this line the table is known
    key = table.schema.key_of_key(wanted)
    _refuse_paths_into_keys(table, condition)
    call.admit_write(table, key, condition)
    [change] = call.commit(Write(table, key, None))
    return call.answer(
        Attributes=attributes_to_wire(change.old) if returns == "ALL_OLD" and change.old is not None else None,
        ConsumedCapacity=call.capacity(capacity),
        ItemCollectionMetrics=item_collection_metrics(table, key) if collection == "SIZE" else None,
    )


@operation("UpdateItem")
def update_item(call: Call) -> Answer:
    """Order: API_UpdateItem; "Update expressions"."""
    capacity = call.param("ReturnConsumedCapacity")
    collection = call.param("ReturnItemCollectionMetrics")
    returns = call.param("ReturnValues", "NONE")
    call.refuse_mixing(
        ["UpdateExpression", "ConditionExpression"],
        with_legacy=["AttributeUpdates", "Expected", "ConditionalOperator"],
    )
    wanted = call.item("Key")
    legacy_updates = call.param("AttributeUpdates")
    update = NOTHING if legacy_updates is None else legacy.attribute_updates(legacy_updates)
    expected = call.legacy_condition("Expected", legacy.expected)
    placeholders = call.bind(["UpdateExpression", "ConditionExpression"])
    text = call.param("UpdateExpression")
    if text is not None:
        update = compile_update(text, placeholders)
    condition = call.condition("ConditionExpression", placeholders) or expected
    placeholders.require_all_used()
    table = call.table()  # ---- below this line the table is known
    key = table.schema.key_of_key(wanted)
    refuse_key_updates(table, update)
    _refuse_paths_into_keys(table, condition)
    stored = call.admit_write(table, key, condition)
    [change] = call.commit(Write(table, key, updated(table, wanted, stored, update)))
    shown = _update_answer(returns, update, change.old, change.new)
    return call.answer(
        Attributes=None if shown is None else attributes_to_wire(shown),
        ConsumedCapacity=call.capacity(capacity),
        ItemCollectionMetrics=item_collection_metrics(table, key) if collection == "SIZE" else None,
    )


def _all_old_or_none(call: Call) -> str:
    returns: str = call.param("ReturnValues", "NONE")
    if returns not in ("ALL_OLD", "NONE"):
        raise errors.validation(ONLY_ALL_OLD)
    return returns


def require_item_size(item: Item) -> None:
    """The 400 KB rule for an item that is put.

    Errors: `ValidationException`.
    """
    if item.size > sizes.MAX_ITEM_SIZE:
        raise errors.validation("Item size has exceeded the maximum allowed size")


def updated(table: Table, key: Item, stored: Item | None, update: Update) -> Item | None:
    """Return the item after an update; without a stored item, the update starts from the attributes of its key.

    None if there is no item and the update only removes: such an update makes none.

    Errors: `ValidationException` for values that cannot be calculated, be the key of an index, or are too large.
    """
    if stored is None and not update.creates:
        return None
    after = update.apply(key if stored is None else stored)
    require_updated_index_keys(table, after, update)
    if after.size > sizes.MAX_ITEM_SIZE:
        raise errors.validation("Item size to update has exceeded the maximum allowed size")
    return after


def projection_of(call: Call) -> Projection | None:
    """The projection that a read asks for, in the new or the old way; None for everything."""
    names = call.param("AttributesToGet")
    projection = None if names is None else of_attributes_to_get(names)
    placeholders = call.bind(["ProjectionExpression"], with_values=False)
    text = call.param("ProjectionExpression")
    return projection if text is None else compile_projection(text, placeholders)


def refuse_key_updates(table: Table, update: Update) -> None:
    """An update changes neither the table's key nor the inside of the key of an index.

    Errors: `ValidationException`.
    """
    for path in update.targets:
        if len(path) == 1 and path[0] in table.schema.names:
            raise errors.invalid_parameters(f"Cannot update attribute {path[0]}. This attribute is part of the key")
    refuse_paths_into_keys(table, update.targets)


def _refuse_paths_into_keys(table: Table, reader: Condition | Projection | None) -> None:
    # Unsure: that AWS says so of conditions.
    if reader is not None:
        refuse_paths_into_keys(table, reader.paths)


def _update_answer(returns: str, update: Update, old: Item | None, new: Item | None) -> Item | None:
    """What `ReturnValues` asks for; None when there is nothing to show."""
    if returns == "ALL_NEW":
        return new
    if returns == "ALL_OLD":
        return old
    if returns == "NONE":
        return None
    image = new if returns == "UPDATED_NEW" else old
    return None if image is None else update.updated(image)
