"""What a statement other than SELECT does to one item of a table whose key is known.

Source: "PartiQL insert statements for DynamoDB" and the pages on UPDATE, DELETE and EXISTS.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.expressions import update
from pytest_ddbmock.expressions.condition import Condition
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.syntax import Literal
from pytest_ddbmock.partiql import statements
from pytest_ddbmock.partiql.reads import of_select
from pytest_ddbmock.partiql.statements import Delete, Exists, Insert, Returning, Statement
from pytest_ddbmock.partiql.updates import SET_TAGS
from pytest_ddbmock.partiql.where import NO_KIND, Keys, Where
from pytest_ddbmock.values.item import Item


class Put(NamedTuple):
    """An INSERT of `item`, whose key must be free."""

    item: Item
    returning: Returning | None = None

    def require(self, stored: Item | None) -> None:
        """Raise `DuplicateItemException` if something is `stored`."""
        if stored is not None:
            raise errors.duplicate_item()


class UpdateItem(NamedTuple):
    """An UPDATE of the item at `key`, which must exist and meet `condition`."""

    key: Item
    condition: Condition | None
    update: update.Update
    returning: Returning | None

    def require(self, stored: Item | None) -> None:
        """Raise `ConditionalCheckFailedException` unless what is `stored` can be updated."""
        _require(self.condition, stored)


class DeleteItem(NamedTuple):
    """A DELETE of the item at `key`, which must meet `condition` if it exists."""

    key: Item
    condition: Condition | None
    returning: Returning | None

    def require(self, stored: Item | None) -> None:
        """Raise `ConditionalCheckFailedException` unless what is `stored` can be deleted."""
        if stored is not None:
            _require(self.condition, stored)


class Check(NamedTuple):
    """An EXISTS: the item at `key` must exist and meet `condition`."""

    key: Item
    condition: Condition
    returning: Returning | None = None

    def require(self, stored: Item | None) -> None:
        """Raise `ConditionalCheckFailedException` unless it holds for what is `stored`."""
        _require(self.condition, stored)


ItemWrite: TypeAlias = Put | UpdateItem | DeleteItem | Check


def _require(condition: Condition | None, stored: Item | None) -> None:
    if stored is None or (condition is not None and not condition.test(stored)):
        raise errors.conditional_check_failed()


def of_write(statement: Statement, keys: Keys, bound: Placeholders) -> ItemWrite:
    """Return what a statement other than SELECT does to one item of the table with these `keys`.

    Errors: `ValidationException`, `NotImplementedByMock`.
    """
    body = statement.body
    if isinstance(body, Insert):
        item = bound.operand(NO_KIND, body.item)
        assert isinstance(item, Literal), "the parser lets an INSERT have nothing else"
        return Put(Item(item.value[1]))
    if isinstance(body, Exists):
        return _check(body, keys, bound)
    if isinstance(body, Delete):
        where = Where(body.where, bound)
        return DeleteItem(where.take_key(keys), where.rest(), statement.returning)
    assert isinstance(body, statements.Update), "a SELECT reads"
    where = Where(body.where, bound)
    key = where.take_key(keys)
    return UpdateItem(key, where.rest(), _update(body, bound), statement.returning)


def _check(body: Exists, keys: Keys, bound: Placeholders) -> Check:
    read = of_select(body.select, keys, bound)
    if read.key is None or read.condition is None:
        # Unsure: that the text is the same for a key that is not complete.
        raise errors.validation("EXISTS() must contain a single item read with additional condition")
    return Check(read.key, read.condition)


def _update(body: statements.Update, bound: Placeholders) -> update.Update:
    for argument in body.sets:
        if bound.value(NO_KIND, argument.value.name)[0] not in SET_TAGS:
            raise errors.validation(argument.complaint)
    return update.of_parsed(body.actions, bound, NO_KIND)
