"""`Call`: one request in progress: its parameters, table, placeholders and used capacity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.admission import Access, Touch
from pytest_ddbmock.engine.calls import CallEntry
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.expressions.condition import Condition, compile_condition
from pytest_ddbmock.expressions.parser import refuse_empty
from pytest_ddbmock.expressions.placeholders import NO_PLACEHOLDERS, Placeholders
from pytest_ddbmock.metering.collections import CollectionGrowth
from pytest_ddbmock.metering.usage import Usage
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.settings import CREATING, DELETING
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.values.attribute import attributes_to_wire
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import EMPTY, Item, decode_item


class Call:
    """One attempt at one operation.

    Parameters are read through `param`, which notes the name: a parameter of the service model that nobody has read
    when the first effect or the answer is due is refused by name instead of being ignored.
    """

    __slots__ = (
        "_read",
        "engine",
        "entry",
        "home",
        "knows_table",
        "now",
        "operation",
        "params",
        "placeholders",
        "request",
        "shape",
        "usages",
    )

    def __init__(
        self,
        engine: Accounts,
        request: Request,
        operation: str,
        shape: Shape,
        entry: CallEntry,
        now: int,
    ) -> None:
        self.engine = engine
        self.request = request
        self.home = request.caller.home
        """The caller's account and Region."""
        self.operation = operation
        """AWS's name."""
        self.shape = shape
        self.entry = entry
        self.now = now
        """Microseconds since the epoch; the same for the whole call."""
        self.params = request.params
        self.placeholders: Placeholders | None = None
        self.usages: dict[str, Usage] = {}
        self._read: set[str] = set()
        self.knows_table = False
        """True once a table has been looked up."""

    # ---- parameters

    def param(self, name: str, default: Any = None) -> Any:
        """A top-level parameter; null counts as absent."""
        value = self.params.get(name)
        if value is None:
            return default
        self._read.add(name)
        return value

    def item(self, name: str) -> Item:
        """A parameter that is an item or a key."""
        return decode_item(self.param(name))

    def refuse_mixing(self, expressions: Sequence[str], with_legacy: Sequence[str]) -> None:
        """Expressions and the parameters that they replaced cannot stand in one request."""
        refuse_mixing(self.params, expressions, with_legacy)

    def bind(self, expressions: Sequence[str], *, with_values: bool = True, layer: Layer = Layer.NEW) -> Placeholders:
        """The `#n` and `:v` of the request; `expressions` are the parameters that can use them.

        `layer` checks the values.

        Errors: `ValidationException` for placeholders without an expression, malformed maps and empty expressions.
        """
        names = self.param("ExpressionAttributeNames")
        values = self.param("ExpressionAttributeValues") if with_values else None
        self.placeholders = bind(self.params, expressions, names, values, layer=layer)
        return self.placeholders

    def condition(self, kind: str, placeholders: Placeholders) -> Condition | None:
        """The compiled condition or filter of the request, None without one."""
        text = self.param(kind)
        return None if text is None else compile_condition(kind, text, placeholders)

    def legacy_condition(self, name: str, compile_it: Callable[[Any, str | None], Condition]) -> Condition | None:
        """The condition of `Expected` or of a filter of old, with its `ConditionalOperator`; None without one."""
        given = self.param(name)
        operator = self.param("ConditionalOperator")
        if given is not None:
            return compile_it(given, operator)
        if operator is not None:
            raise errors.validation("ConditionalOperator cannot be used without Filter or Expected")
        return None

    def require_all_used(self) -> None:
        """Every placeholder of the request must stand in an expression."""
        if self.placeholders is not None:
            self.placeholders.require_all_used()

    def refuse_unknown(self, given: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        """Refuse by name what a nested structure holds besides `known` members.

        `where` is its path from the top of the request, without indexes of lists and keys of maps.
        """
        for name, value in given.items():
            if value is not None and name not in known and self._is_modelled(name, where):
                raise NotImplementedByMock(self.operation, f"{where}.{name}")

    def _is_modelled(self, name: str, where: str) -> bool:
        """Whether the service model has a member; what it does not know is dropped by the service's JSON parser."""
        shape = self.shape
        for part in where.split("."):
            if part not in shape.members:
                return True
            shape = shape.members[part]
            while shape.element is not None:
                shape = shape.element
        return name in shape.members

    def require_all_read(self) -> None:
        """Refuse a parameter of the service model that nobody has looked at."""
        if len(self._read) < len(self.params):
            for name, value in self.params.items():
                # What the model does not know is dropped by the service's JSON parser.
                if value is not None and name not in self._read and name in self.shape.members:
                    raise NotImplementedByMock(self.operation, f"the parameter {name}")

    # ---- tables

    def find_table(self, given: str) -> Table | None:
        """The table that a `TableName` names (name or ARN), in whatever status; the record of the call names it."""
        self.knows_table = True
        home = self.home
        name = arns.table_name(given, home) if given.startswith("arn:") else given
        if name not in self.entry.tables:
            self.entry.tables += (name,)
        return self.engine.catalog.table(home, name)

    def table(self, given: str | None = None) -> Table:
        """The table that a data operation works on: `TableName`, or one of several that a request names.

        Errors: `ResourceNotFoundException` when there is none, or when it is not ready for data.
        """
        table = self.find_table(self.param("TableName") if given is None else given)
        if table is None or table.settings.status in (CREATING, DELETING):
            raise errors.resource_not_found()
        return table

    def usable_table(self) -> Table:
        """The table that a control-plane operation works on, in whatever status but not missing.

        Errors: `ResourceNotFoundException` that names the table.
        """
        table = self.find_table(self.param("TableName"))
        if table is None:
            [name] = self.entry.tables
            raise errors.table_not_found(name)
        return table

    def settled_table(self) -> Table:
        """`usable_table` that is not being restored: until then only its description and its deletion know of it."""
        table = self.usable_table()
        if table.settings.restored is not None:
            raise errors.table_not_found(table.name)
        return table

    # ---- effects

    def admit(self, *touches: Touch) -> None:
        """Let `touches` pass or raise: the last moment for a refusal, nothing is done yet, the request is good.

        Errors: whatever a refuser raises; `NotImplementedByMock` for parameters that are not served.
        """
        for refusal in self.refusals(touches):
            if refusal is not None:
                raise refusal

    def refusals(self, touches: Sequence[Touch]) -> Sequence[DynamoDBError | None]:
        """As `admit`, for batches and transactions: return the refusal of each touch; empty if there is none at all."""
        self.require_all_read()
        self.entry.touches = touches
        return self.engine.scenario.admission.refusals(self.operation, self.entry.tables, touches)

    def admit_write(self, table: Table, key: Key, condition: Condition | None, new: Item | None = None) -> Item | None:
        """`admit` the write of a single item, whose condition must hold. Return the stored item.

        `new` is the item of a put. Errors: as of `admit`; `ConditionalCheckFailedException`, with the item where the
        request asks for it.
        """
        shows_item = self.param("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        self.admit(Touch(table, key, Access.WRITE))
        stored = table.get_at(key)
        try:
            require_condition(condition, stored, shows_item=shows_item)
        except DynamoDBError:
            self.usage(table).refused_write(stored, new)
            raise
        return stored

    def commit(self, *writes: Write, actor: Actor = Actor.USER, is_transaction: bool = False) -> list[Change]:
        """Make the writes real and count what they consume.

        Errors: `ItemCollectionSizeLimitExceededException`, and none of the writes is made.
        """
        self.require_all_read()
        growth = CollectionGrowth(self.engine.rules.item_collection_limit)
        for table, key, item in writes:
            if table.views:
                growth.require_room(table, key, table.get_at(key), item)
        changes = self.engine.commit(writes, now=self.now, actor=actor)
        for write, change in zip(writes, changes, strict=True):
            usage = self.usage(write.table)
            if is_transaction:
                usage.transact_write(write.table, change)
            else:
                usage.write(write.table, change)
        self.entry.items = len(changes)
        return changes

    def usage(self, table: Table) -> Usage:
        """What the call has consumed of a table."""
        usage = self.usages.get(table.name)
        if usage is None:
            usage = self.usages[table.name] = Usage(table)
        return usage

    # ---- the answer

    def answer(self, **members: Any) -> dict[str, Any]:
        """The members that are not None."""
        self.require_all_read()
        return {name: value for name, value in members.items() if value is not None}

    def capacity(self, mode: str | None) -> Any:
        """`ConsumedCapacity` of a call on one table; None when `mode`, the request's wish, says so."""
        if mode not in ("TOTAL", "INDEXES"):
            return None
        [usage] = self.usages.values()
        return usage.to_wire(mode)

    def capacities(self, mode: str | None) -> list[Any] | None:
        """`ConsumedCapacity` of a call on several tables."""
        if mode not in ("TOTAL", "INDEXES"):
            return None
        return [usage.to_wire(mode) for usage in self.usages.values()]


def require_condition(condition: Condition | None, stored: Item | None, *, shows_item: bool) -> None:
    """A condition must hold for the stored item; `shows_item` tells that the error carries it.

    Errors: `ConditionalCheckFailedException`.
    """
    if condition is not None and not condition.test(EMPTY if stored is None else stored):
        raise errors.conditional_check_failed(attributes_to_wire(stored) if shows_item and stored is not None else None)


def refuse_mixing(params: Mapping[str, Any], expressions: Sequence[str], with_legacy: Sequence[str]) -> None:
    """Refuse a structure of a request that holds expressions beside the parameters that they replaced.

    Errors: `ValidationException`.
    """
    legacy = [name for name in with_legacy if params.get(name) is not None]
    if legacy:
        modern = [name for name in expressions if params.get(name) is not None]
        if modern:
            raise errors.validation(
                "Can not use both expression and non-expression parameters in the same request: "
                f"Non-expression parameters: {{{', '.join(legacy)}}} "
                f"Expression parameters: {{{', '.join(modern)}}}"
            )


def bind(
    params: Mapping[str, Any],
    expressions: Sequence[str],
    names: Any,
    values: Any = None,
    *,
    layer: Layer = Layer.NEW,
) -> Placeholders:
    """The placeholders of a structure of a request that can hold `expressions`; errors as of `Call.bind`."""
    if names is not None or values is not None:
        given = [name for name in expressions if params.get(name) is not None]
        if names is not None and not given:
            raise errors.validation("ExpressionAttributeNames can only be specified when using expressions")
        users = [name for name in expressions if name != "ProjectionExpression"]
        if values is not None and not any(name in given for name in users):
            raise _values_without_expression(users)
        placeholders = Placeholders(names, values, layer=layer)
    else:
        placeholders = NO_PLACEHOLDERS
    refuse_empty_expressions(params, expressions)
    return placeholders


def _values_without_expression(expressions: Sequence[str]) -> DynamoDBError:
    """The error of `ExpressionAttributeValues` when none of the `expressions` that can use them is there."""
    text = "ExpressionAttributeValues can only be specified when using expressions"
    if "ConditionExpression" in expressions:  # Unsure: UpdateItem, by analogy to PutItem and DeleteItem.
        return errors.validation(text)
    verb = "is" if len(expressions) == 1 else "are"
    return errors.validation(f"{text}: {' and '.join(expressions)} {verb} null")


def refuse_empty_expressions(params: Mapping[str, Any], expressions: Sequence[str]) -> None:
    """Refuse the first of the `expressions` of a structure that says nothing.

    Errors: `ValidationException`.
    """
    for name in expressions:
        if params.get(name) == "":
            refuse_empty(name, "")
