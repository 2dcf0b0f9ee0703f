"""PartiQL statements on one item of a table: alone, in batches and in transactions."""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.engine.admission import Access, Touch
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.index_keys import (
    refuse_empty_key,
    refuse_empty_put_keys,
    refuse_empty_updated_keys,
    refuse_paths_into_keys,
)
from pytest_ddbmock.engine.reading import read_item
from pytest_ddbmock.engine.transaction import Action, locate
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.condition import Condition
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import Projection
from pytest_ddbmock.operations.items import refuse_key_updates, require_item_size, updated
from pytest_ddbmock.partiql import reads, writes
from pytest_ddbmock.partiql.reads import Read
from pytest_ddbmock.partiql.statements import Select, Statement
from pytest_ddbmock.partiql.writes import Check, ItemWrite, Put, UpdateItem
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.item import Item

CONDITION_CODES = {"ConditionalCheckFailedException", "DuplicateItemException"}
"""Errors of writes that are charged: the stored item was looked at."""


class OneItem:
    """A statement on one item of `table`; `shows_item`: the error of a failed condition carries the item.

    Errors: `ValidationException` for an item that is too large and for an update of key attributes.
    """

    def __init__(self, table: Table, wanted: ItemWrite | Read, *, shows_item: bool = False) -> None:
        self.table = table
        self.wanted = wanted
        self._shows_item = shows_item
        if isinstance(wanted, Put):
            require_item_size(wanted.item)
        elif isinstance(wanted, UpdateItem):
            refuse_key_updates(table, wanted.update)
        attributes = wanted.item if isinstance(wanted, Put) else wanted.key
        assert attributes is not None, "`planned` has looked"
        self._attributes = attributes
        self._target = locate(table, attributes, is_put=isinstance(wanted, Put))
        self.refusal: DynamoDBError | None = None
        """The reason why a member of a batch is not run."""

    @property
    def place(self) -> Key:
        """The key. Errors: `ValidationException` for an item that can have no place."""
        return self._target.place

    @property
    def is_read(self) -> bool:
        """True for a SELECT."""
        return isinstance(self.wanted, Read)

    def action(self, carried: int) -> Action:
        """Return the statement as part of a transaction; `carried` is the size of its parameters in bytes.

        Errors: `ValidationException` for an empty key of the table or of an index in a write.
        """
        wanted, table = self.wanted, self.table
        if not self.is_read:
            refuse_empty_key(table, self._attributes)
        if isinstance(wanted, Put):
            refuse_empty_put_keys(table, wanted.item)
        elif isinstance(wanted, UpdateItem):
            refuse_empty_updated_keys(table, wanted.update)
        writes = not isinstance(wanted, Read | Check)
        return Action(table, self._target, self.outcome, writes, max(self._attributes.size, carried))

    def outcome(self, stored: Item | None) -> Item | None:
        """Return the item as it will be, None for none; `stored` is the present one, which reads and checks return.

        Errors: `DuplicateItemException`, `ConditionalCheckFailedException`, `ValidationException`.
        """
        wanted = self.wanted
        if isinstance(wanted, Read):
            return stored
        try:
            wanted.require(stored)
        except DynamoDBError as error:
            if self._shows_item and stored is not None and error.code == "ConditionalCheckFailedException":
                raise errors.conditional_check_failed(attributes_to_wire(stored)) from None
            raise
        if isinstance(wanted, Put):
            return wanted.item
        if isinstance(wanted, UpdateItem):
            return updated(self.table, wanted.key, stored, wanted.update)
        return stored if isinstance(wanted, Check) else None

    # ---- alone and in batches

    def touch(self) -> Touch:
        """What the statement is about to read or write. Errors: why there is no key."""
        return Touch(self.table, self.place, Access.READ if self.is_read else Access.WRITE)

    def read(self, call: Call, *, consistent: bool) -> Wire | None:
        """Return what a SELECT finds, None for nothing."""
        return self.shown(read_item(call, self.table, self.place, consistent=consistent))

    def shown(self, stored: Item | None) -> Wire | None:
        """Return what a SELECT shows of the stored item, None if that does not meet its condition."""
        assert isinstance(self.wanted, Read), "writes show what RETURNING says"
        condition, projection = self.wanted.condition, self.wanted.projection
        if stored is None or (condition is not None and not condition.test(stored)):
            return None
        return attributes_to_wire(stored if projection is None else projection.apply(stored))

    def write(self, call: Call) -> Wire | None:
        """Write the item and return what RETURNING asks for, None for nothing.

        Errors: as of `outcome`; a condition that is false is charged.
        """
        stored = self.table.get_at(self.place)
        try:
            new = self.outcome(stored)
        except DynamoDBError as error:
            if error.code in CONDITION_CODES:
                put = self.wanted.item if isinstance(self.wanted, Put) else None
                call.usage(self.table).refused_write(stored, put)
            raise
        [change] = call.commit(Write(self.table, self.place, new))
        assert not isinstance(self.wanted, Read), "reads are not written"
        returning = self.wanted.returning
        if returning is None:
            return None
        image = change.old if returning.moment == "OLD" else change.new
        if image is not None and returning.what == "MODIFIED" and isinstance(self.wanted, UpdateItem):
            image = self.wanted.update.updated(image)
        return None if image is None else attributes_to_wire(image)


def planned(
    call: Call, statement: Statement, bound: Placeholders, *, incomplete: str
) -> tuple[Table, ItemWrite | Read]:
    """Return the table of a statement and what it does to one item; `incomplete` is the error of a SELECT of several.

    Errors: `ResourceNotFoundException`, `ValidationException`.
    """
    table = call.table(statement.source.table)
    if not statement.is_read:
        wanted = writes.of_write(statement, table.schema, bound)
        _refuse_paths_into_keys(table, None if isinstance(wanted, Put) else wanted.condition)
        return table, wanted
    if statement.source.index is not None:
        require_plain_index(table, statement.source.index)
        raise errors.validation(incomplete)
    body = statement.body
    assert isinstance(body, Select), "a SELECT"
    read = reads.of_select(body, table.schema, bound)
    if read.key is None:
        raise errors.validation(incomplete)
    _refuse_paths_into_keys(table, read.condition, read.projection)
    return table, read


def _refuse_paths_into_keys(table: Table, *readers: Condition | Projection | None) -> None:
    # Unsure: that AWS refuses them in conditions.
    for reader in readers:
        if reader is not None:
            refuse_paths_into_keys(table, reader.paths)


def require_plain_index(table: Table, name: str) -> None:
    """Raise `ValidationException` for an index that PartiQL cannot read because of its key. Source: captured, 2026."""
    index = table.settings.index(name)
    if index is not None and (len(index.schema.hash_keys) > 1 or len(index.schema.range_keys) > 1):
        raise errors.validation(
            "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE "
            "keys."
        )
