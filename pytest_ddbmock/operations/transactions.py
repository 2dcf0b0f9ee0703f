"""TransactWriteItems and TransactGetItems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call, refuse_empty_expressions, require_condition
from pytest_ddbmock.engine.index_keys import refuse_empty_put_keys, refuse_empty_updated_keys, require_index_keys
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.transaction import Action, commit_all, read_all
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.condition import Condition, compile_condition
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import Projection, compile_projection
from pytest_ddbmock.expressions.update import NOTHING, Update, compile_update
from pytest_ddbmock.metering.collections import metrics_by_table
from pytest_ddbmock.operations.items import refuse_key_updates, require_item_size, updated
from pytest_ddbmock.storage.schema import Key, KeySchema
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import Item, decode_item

Given: TypeAlias = Mapping[str, Any]
"""A member of a request."""

OnTable: TypeAlias = Callable[[Table], Action]
"""The rest of the checks of a member, once its table is known.

Errors: `ValidationException` for what refuses the request as a whole.
"""


@operation("TransactWriteItems")
def transact_write_items(call: Call) -> Answer:
    """Order: API_TransactWriteItems; "Amazon DynamoDB Transactions: How it works"."""
    capacity = call.param("ReturnConsumedCapacity")
    collection = call.param("ReturnItemCollectionMetrics")
    members = [_only_action(call, given) for given in call.param("TransactItems")]
    checked = [_WRITES[kind](given) for kind, given in members]
    tables = [call.table(given["TableName"]) for _, given in members]  # ---- below this line the tables are known
    actions = [on_table(table) for on_table, table in zip(checked, tables, strict=True)]
    commit_all(call, actions)
    places = [(action.table.name, action.table, action.place) for action in actions if action.writes]
    return call.answer(
        ConsumedCapacity=call.capacities(capacity),
        ItemCollectionMetrics=metrics_by_table(places) if collection == "SIZE" else None,
    )


@operation("TransactGetItems")
def transact_get_items(call: Call) -> Answer:
    """Order: API_TransactGetItems."""
    capacity = call.param("ReturnConsumedCapacity")
    wanted = [_Get(call, given) for given in call.param("TransactItems")]
    tables = [call.table(get.table_name) for get in wanted]  # ---- below this line the tables are known
    found = read_all(call, [get.on_table(table) for get, table in zip(wanted, tables, strict=True)])
    return call.answer(
        Responses=[get.shown(item) for get, item in zip(wanted, found, strict=True)],
        ConsumedCapacity=call.capacities(capacity),
    )


# ---- members that write


def _only_action(call: Call, member: Given) -> tuple[str, Given]:
    """The one action of a member of `TransactItems`, and what it is called."""
    call.refuse_unknown(member, _WRITES, "TransactItems")
    given = [(kind, action) for kind, action in member.items() if kind in _WRITES and action is not None]
    if len(given) != 1:
        raise errors.validation("TransactItems can only contain one of Check, Put, Update or Delete")
    [(kind, action)] = given
    call.refuse_unknown(action, (*_MEMBERS, *_OWN_MEMBERS[kind]), f"TransactItems.{kind}")
    return kind, action


def _put(given: Given) -> OnTable:
    check = _Check(given, ["ConditionExpression"])
    item = decode_item(given["Item"], Layer.OLD)
    require_item_size(item)

    def on_table(table: Table) -> Action:
        place = _place(table.schema, item, table.schema.require_in_item)
        refuse_empty_put_keys(table, item)

        def outcome(stored: Item | None) -> Item:
            require_index_keys(table, item)
            check.require(stored)
            return item

        return Action(table, place, outcome, size=item.size)

    return on_table


def _update(given: Given) -> OnTable:
    check = _Check(given, ["UpdateExpression", "ConditionExpression"])
    update = check.update
    key = decode_item(given["Key"], Layer.OLD)

    def on_table(table: Table) -> Action:
        refuse_key_updates(table, update)  # Unsure: of the request as a whole; it could be a reason.
        refuse_empty_updated_keys(table, update)

        def outcome(stored: Item | None) -> Item | None:
            check.require(stored)
            return updated(table, key, stored, update)

        return _at_key(table, key, outcome)

    return on_table


def _delete(given: Given) -> OnTable:
    return _if_condition(given, lambda stored: None)


def _condition_check(given: Given) -> OnTable:
    return _if_condition(given, lambda stored: stored, writes=False)


def _if_condition(given: Given, outcome: Callable[[Item | None], Item | None], *, writes: bool = True) -> OnTable:
    """The action on the item at `Key` that only asks for the condition."""
    check = _Check(given, ["ConditionExpression"])
    key = decode_item(given["Key"], Layer.OLD)

    def checked(stored: Item | None) -> Item | None:
        check.require(stored)
        return outcome(stored)

    return lambda table: _at_key(table, key, checked, writes=writes)


_WRITES: Mapping[str, Callable[[Given], OnTable]] = {
    "Put": _put,
    "Update": _update,
    "Delete": _delete,
    "ConditionCheck": _condition_check,
}
_OWN_MEMBERS = {"Put": ("Item",), "Update": ("Key", "UpdateExpression"), "Delete": ("Key",), "ConditionCheck": ("Key",)}
_MEMBERS = (
    "TableName",
    "ConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnValuesOnConditionCheckFailure",
)


class _Check:
    """The expressions of a member, which AWS checks before its item or key; `expressions` are those it may hold."""

    def __init__(self, given: Given, expressions: Sequence[str]) -> None:
        """Errors: `ValidationException` for faults of expressions and placeholders."""
        placeholders = Placeholders(
            given.get("ExpressionAttributeNames"), given.get("ExpressionAttributeValues"), layer=Layer.OLD
        )
        refuse_empty_expressions(given, expressions)
        text = given.get("UpdateExpression")
        self.update: Update = NOTHING if text is None else compile_update(text, placeholders)
        text = given.get("ConditionExpression")
        self._condition: Condition | None = (
            None if text is None else compile_condition("ConditionExpression", text, placeholders)
        )
        if any(given.get(name) is not None for name in expressions):  # without any, AWS tolerates placeholders
            placeholders.require_all_used()
        self._shows_item = given.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"

    def require(self, stored: Item | None) -> None:
        """The condition must hold. Errors: `ConditionalCheckFailedException`."""
        require_condition(self._condition, stored, shows_item=self._shows_item)


def _at_key(table: Table, key: Item, outcome: Callable[[Item | None], Item | None], *, writes: bool = True) -> Action:
    return Action(table, _place(table.schema, key, table.schema.require_key), outcome, writes, key.size)


def _place(schema: KeySchema, attributes: Item, require: Callable[[Item], None]) -> Key | DynamoDBError:
    """Where an item lies, or why it does not fit the schema, which is a reason.

    Errors: `ValidationException` for keys that are empty or too long, which refuse the request as a whole.
    """
    try:
        require(attributes)
    except DynamoDBError as misfit:
        return misfit
    return schema.place_of(attributes)


# ---- members that read


class _Get:
    """A member of TransactGetItems, checked as far as that goes without the table."""

    def __init__(self, call: Call, member: Given) -> None:
        call.refuse_unknown(member, ("Get",), "TransactItems")
        given = member["Get"]
        call.refuse_unknown(given, _GET_MEMBERS, "TransactItems.Get")
        self.table_name: str = given["TableName"]
        placeholders = Placeholders(given.get("ExpressionAttributeNames"))
        refuse_empty_expressions(given, ["ProjectionExpression"])
        text = given.get("ProjectionExpression")
        self._projection: Projection | None = None
        if text is not None:
            self._projection = compile_projection(text, placeholders)
            placeholders.require_all_used()
        self._key = decode_item(given["Key"], Layer.OLD)

    def on_table(self, table: Table) -> Action:
        """The read; whatever is wrong with the key is a reason."""
        try:
            key: Key | DynamoDBError = table.schema.key_of_key(self._key)
        except DynamoDBError as error:
            key = error
        return Action(table, key, writes=False, size=self._key.size)

    def shown(self, item: Item | None) -> Wire:
        """An entry of `Responses`: nothing where there is no item, or nothing of it that was asked for."""
        found = item if item is None or self._projection is None else self._projection.apply(item)
        return {"Item": attributes_to_wire(found)} if found else {}


_GET_MEMBERS = ("Key", "TableName", "ProjectionExpression", "ExpressionAttributeNames")
