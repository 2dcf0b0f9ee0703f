"""What PartiQL statements do to one item of a table, alone, in batches and in transactions."""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.index_keys import require_index_keys
from pytest_ddbmock.engine.transaction import Action
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.metering.units import read_units
from pytest_ddbmock.operations.items import refuse_key_updates, require_item_size, updated
from pytest_ddbmock.partiql import plan
from pytest_ddbmock.partiql.plan import ItemWrite, Read
from pytest_ddbmock.partiql.statements import Body, Select
from pytest_ddbmock.storage.change import Write
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.item import Item


def table_of(call: Call, body: Body) -> Table:
    """The table of a statement.

    Errors: `ResourceNotFoundException` that names it, as no other data operation does.
    """
    name = body.source.table
    try:
        return call.table(name)
    except DynamoDBError as error:
        if error.code != "ResourceNotFoundException":
            raise
        raise errors.table_not_found(name) from None


class OneItem:
    """A statement on one item of `table`; `shows_item` tells that a failed condition shows it.

    `key` is where the item lies, or the error why it can lie nowhere.
    Errors: `ValidationException` for an item that is too large, for an update of key attributes, and for keys that are
    empty or too long.
    """

    def __init__(self, table: Table, wanted: ItemWrite | Read, *, shows_item: bool = False) -> None:
        self.table = table
        self.wanted = wanted
        self._shows_item = shows_item
        if isinstance(wanted, plan.Put):
            require_item_size(wanted.item)
        elif isinstance(wanted, plan.UpdateItem):
            refuse_key_updates(table, wanted.update)
        self.key = self._located()

    def _located(self) -> Key | DynamoDBError:
        schema = self.table.schema
        try:
            if isinstance(self.wanted, plan.Put):
                attributes = self.wanted.item
                schema.require_in_item(attributes)
                require_index_keys(self.table, attributes)
            else:
                assert self.wanted.key is not None, "`planned` has looked"
                attributes = self.wanted.key
                schema.require_key(attributes)
        except DynamoDBError as misfit:
            return misfit
        return schema.place_of(attributes)

    @property
    def place(self) -> Key:
        """The key. Errors: why there is none."""
        if isinstance(self.key, DynamoDBError):
            raise self.key
        return self.key

    @property
    def is_read(self) -> bool:
        """Whether it is a SELECT."""
        return isinstance(self.wanted, Read)

    def action(self) -> Action:
        """The statement as part of a transaction."""
        writes = not isinstance(self.wanted, Read | plan.Check)
        size = self.wanted.item.size if isinstance(self.wanted, plan.Put) else 0
        return Action(self.table, self.key, self.outcome, writes, size)

    def outcome(self, stored: Item | None) -> Item | None:
        """What becomes of the item, `stored` being what is there; of a read or check, the stored one.

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
        if isinstance(wanted, plan.Put):
            return wanted.item
        if isinstance(wanted, plan.UpdateItem):
            return updated(self.table, wanted.key, stored, wanted.update)
        return stored if isinstance(wanted, plan.Check) else None

    # ---- alone and in batches

    def read(self, call: Call, *, consistent: bool) -> Wire | None:
        """What a SELECT gives; None where it finds nothing."""
        stored = self.table.get_at(self.place)
        call.usage(self.table).read(read_units(0 if stored is None else stored.size, consistent=consistent))
        return self.shown(stored)

    def shown(self, stored: Item | None) -> Wire | None:
        """What a SELECT shows of the stored item; None where that does not fulfil its condition."""
        assert isinstance(self.wanted, Read), "writes show what RETURNING says"
        condition, projection = self.wanted.condition, self.wanted.projection
        if stored is None or (condition is not None and not condition.test(stored)):
            return None
        return attributes_to_wire(stored if projection is None else projection.apply(stored))

    def write(self, call: Call) -> Wire | None:
        """Do it, and give what RETURNING asks for, None where that is nothing.

        Errors: `TransactionConflictException`, and as of `outcome`.
        """
        call.engine.scenario.conflicts.require_free(self.table, self.place)
        new = self.outcome(self.table.get_at(self.place))
        [change] = call.commit(Write(self.table, self.place, new))
        assert not isinstance(self.wanted, Read), "reads are not written"
        returning = self.wanted.returning
        if returning is None:
            return None
        image = change.old if returning.moment == "OLD" else change.new
        if image is not None and returning.what == "MODIFIED" and isinstance(self.wanted, plan.UpdateItem):
            image = self.wanted.update.updated(image)
        return None if image is None else attributes_to_wire(image)


def planned(call: Call, body: Body, bound: Placeholders, *, shows_item: bool, incomplete: str) -> OneItem:
    """What a statement does to one item; `incomplete` is the complaint about a SELECT of what can be several.

    Errors: `ResourceNotFoundException`, `ValidationException`.
    """
    table = table_of(call, body)
    if not isinstance(body, Select):
        return OneItem(table, plan.of_write(body, table.schema, bound), shows_item=shows_item)
    read = None if body.source.index is not None else plan.of_select(body, table.schema, bound)
    if read is None or read.key is None:
        raise errors.validation(incomplete)
    return OneItem(table, read)
