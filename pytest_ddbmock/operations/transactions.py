"""TransactWriteItems and TransactGetItems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call, refuse_empty_expressions, require_condition
from pytest_ddbmock.engine.index_keys import (
    refuse_empty_key,
    refuse_empty_put_keys,
    refuse_empty_updated_keys,
    refuse_paths_into_keys,
)
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.transaction import Action, commit_all, locate, read_all
from pytest_ddbmock.expressions.condition import Condition, compile_condition
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import Projection, compile_projection
from pytest_ddbmock.expressions.update import NOTHING, Update, compile_update
from pytest_ddbmock.metering.collections import metrics_by_table
from pytest_ddbmock.operations.items import refuse_key_updates, require_item_size, updated
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import Item, decode_item

Raw: TypeAlias = Mapping[str, Any]
"""A member of a request, as it came."""

Outcome: TypeAlias = Callable[[Item | None], Item | None]
"""Returns the new item for the stored one; None means no item."""

OnTable: TypeAlias = Callable[[Table], Action]
"""Makes the checks of a member that need its table, and returns its action.

Errors: `ValidationException` for what rejects the request as a whole.
"""


@operation("TransactWriteItems")
def transact_write_items(call: Call) -> Answer:
    """Order: API_TransactWriteItems; "Amazon DynamoDB Transactions: How it works"."""
    capacity = call.param("ReturnConsumedCapacity")
    collection = call.param("ReturnItemCollectionMetrics")
    members = [_only_action(call, raw) for raw in call.param("TransactItems")]
    checked = [_WRITES[kind](raw) for kind, raw in members]
    tables = [call.table(raw["TableName"]) for _, raw in members]  # ---- below this line the tables are known
    actions = [on_table(table) for on_table, table in zip(checked, tables, strict=True)]
    commit_all(call, actions)
    # A repeated request is answered even if an item does not fit an index that is newer than the first attempt.
    places = [(one.table.name, one.table, key) for one in actions if one.writes and (key := one.target.key) is not None]
    return call.answer(
        ConsumedCapacity=call.capacities(capacity),
        ItemCollectionMetrics=metrics_by_table(places) if collection == "SIZE" else None,
    )


@operation("TransactGetItems")
def transact_get_items(call: Call) -> Answer:
    """Order: API_TransactGetItems."""
    capacity = call.param("ReturnConsumedCapacity")
    wanted = [_Get(call, raw) for raw in call.param("TransactItems")]
    tables = [call.table(get.table_name) for get in wanted]  # ---- below this line the tables are known
    found = read_all(call, [get.on_table(table) for get, table in zip(wanted, tables, strict=True)])
    return call.answer(
        Responses=[get.shown(item) for get, item in zip(wanted, found, strict=True)],
        ConsumedCapacity=call.capacities(capacity),
    )


# ---- members that write

_SEVERAL_ACTIONS = "TransactItems can only contain one of Check, Put, Update or Delete"
_NO_ACTION = "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"
"""Captured in us-east-1, October 2026; eu-west-2 reports a violation at 'transactItems'."""


def _only_action(call: Call, member: Raw) -> tuple[str, Raw]:
    """Return the kind of the one action of a member of `TransactItems`, and the action."""
    call.refuse_unknown(member, _WRITES, "TransactItems")
    actions = [(kind, action) for kind, action in member.items() if kind in _WRITES and action is not None]
    if len(actions) != 1:
        raise errors.validation(_SEVERAL_ACTIONS if actions else _NO_ACTION)
    [(kind, action)] = actions
    call.refuse_unknown(action, (*_MEMBERS, *_OWN_MEMBERS[kind]), f"TransactItems.{kind}")
    return kind, action


def _put(raw: Raw) -> OnTable:
    check = _Check(raw, ["ConditionExpression"])
    item = decode_item(raw["Item"], Layer.OLD)
    require_item_size(item)

    def on_table(table: Table) -> Action:
        refuse_empty_key(table, item)
        refuse_empty_put_keys(table, item)
        return check.action(table, item, lambda stored: item, is_put=True)

    return on_table


def _update(raw: Raw) -> OnTable:
    check = _Check(raw, ["UpdateExpression", "ConditionExpression"])
    update = check.update
    key = decode_item(raw["Key"], Layer.OLD)

    def on_table(table: Table) -> Action:
        refuse_key_updates(table, update)  # Unsure: that it rejects the whole request; it could be a reason.
        refuse_empty_key(table, key)
        refuse_empty_updated_keys(table, update)
        return check.action(table, key, lambda stored: updated(table, key, stored, update))

    return on_table


def _delete(raw: Raw) -> OnTable:
    return _at_key(raw, lambda stored: None)


def _condition_check(raw: Raw) -> OnTable:
    return _at_key(raw, lambda stored: stored, writes=False)


def _at_key(raw: Raw, outcome: Outcome, *, writes: bool = True) -> OnTable:
    check = _Check(raw, ["ConditionExpression"])
    key = decode_item(raw["Key"], Layer.OLD)

    def on_table(table: Table) -> Action:
        refuse_empty_key(table, key)
        return check.action(table, key, outcome, writes=writes)

    return on_table


_WRITES: Mapping[str, Callable[[Raw], OnTable]] = {
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

    def __init__(self, raw: Raw, expressions: Sequence[str]) -> None:
        """Errors: `ValidationException` for faults of expressions and placeholders."""
        placeholders = Placeholders(
            raw.get("ExpressionAttributeNames"), raw.get("ExpressionAttributeValues"), layer=Layer.OLD
        )
        refuse_empty_expressions(raw, expressions)
        text = raw.get("UpdateExpression")
        self.update: Update = NOTHING if text is None else compile_update(text, placeholders)
        text = raw.get("ConditionExpression")
        self._condition: Condition | None = (
            None if text is None else compile_condition("ConditionExpression", text, placeholders)
        )
        if any(raw.get(name) is not None for name in expressions):  # without any, AWS tolerates placeholders
            placeholders.require_all_used()
        self._shows_item = raw.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        self._carried = placeholders.values_size

    def action(
        self, table: Table, attributes: Item, outcome: Outcome, *, is_put: bool = False, writes: bool = True
    ) -> Action:
        """Return the action on the item with these attributes; `outcome` applies if the condition holds.

        Errors: `ValidationException` for a condition that reads inside a key.
        """
        condition, shows_item = self._condition, self._shows_item
        target, carried = locate(table, attributes, is_put=is_put), attributes.size + self._carried
        if condition is None:
            return Action(table, target, outcome, writes, carried)
        # Unsure: that AWS refuses these conditions, and that this rejects the whole request.
        refuse_paths_into_keys(table, condition.paths)

        def checked(stored: Item | None) -> Item | None:
            require_condition(condition, stored, shows_item=shows_item)
            return outcome(stored)

        return Action(table, target, checked, writes, carried)


# ---- members that read


class _Get:
    """A member of TransactGetItems, after the checks that need no table."""

    def __init__(self, call: Call, member: Raw) -> None:
        call.refuse_unknown(member, ("Get",), "TransactItems")
        raw = member["Get"]
        call.refuse_unknown(raw, _GET_MEMBERS, "TransactItems.Get")
        self.table_name: str = raw["TableName"]
        placeholders = Placeholders(raw.get("ExpressionAttributeNames"))
        refuse_empty_expressions(raw, ["ProjectionExpression"])
        text = raw.get("ProjectionExpression")
        self._projection: Projection | None = None
        if text is not None:
            self._projection = compile_projection(text, placeholders)
            placeholders.require_all_used()
        self._key = decode_item(raw["Key"], Layer.OLD)

    def on_table(self, table: Table) -> Action:
        """Return the read; every fault of the key is a reason.

        Errors: `ValidationException` for a projection that reads inside a key.
        """
        if self._projection is not None:
            refuse_paths_into_keys(table, self._projection.paths)  # Unsure: that it rejects the whole request.
        return Action(table, locate(table, self._key, is_put=False), writes=False)

    def shown(self, item: Item | None) -> Wire:
        """Return an entry of `Responses`, empty if there is no item or it has none of the projected attributes."""
        found = item if item is None or self._projection is None else self._projection.apply(item)
        return {"Item": attributes_to_wire(found)} if found else {}


_GET_MEMBERS = ("Key", "TableName", "ProjectionExpression", "ExpressionAttributeNames")
