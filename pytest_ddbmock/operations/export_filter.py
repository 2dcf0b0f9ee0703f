"""`ExportFilter`: the FilterSpecification of an export, checked as Query and Scan check their expressions.

Source: "FilterSpecification" (API reference), "Filtering a table export", a captured answer for the empty one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from pytest_ddbmock import errors
from pytest_ddbmock.archive.selection import Selection
from pytest_ddbmock.engine.call import bind
from pytest_ddbmock.engine.index_keys import refuse_paths_into_keys
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.condition import Condition, compile_condition
from pytest_ddbmock.expressions.key_condition import KEY_CONDITION, KeyCondition, KeyTest, key_range
from pytest_ddbmock.expressions.parser import PROJECTION
from pytest_ddbmock.expressions.projection import Projection, compile_projection
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.attribute import attributes_to_wire, decode_attributes

FILTER = "FilterExpression"
NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"
EXPRESSIONS = (FILTER, KEY_CONDITION, PROJECTION)
MEMBERS = (*EXPRESSIONS, NAMES, VALUES)


class ExportFilter:
    """A FilterSpecification that is good by itself; `on` looks at the table."""

    def __init__(self, given: Wire) -> None:
        """Errors: `ValidationException`, `SerializationException`."""
        self._given = given
        self._keys: Condition | None = None
        self._tests: tuple[KeyTest, ...] = ()
        self._filter: Condition | None = None
        self._projection: Projection | None = None
        with _named():
            if all(given.get(name) is None for name in MEMBERS):
                raise errors.validation("The specification can not be empty")
            self._placeholders = bind(given, EXPRESSIONS, given.get(NAMES), given.get(VALUES))
            text = given.get(FILTER)
            if text is not None:
                self._filter = compile_condition(FILTER, text, self._placeholders)
            text = given.get(PROJECTION)
            if text is not None:
                self._projection = compile_projection(text, self._placeholders)
            text = given.get(KEY_CONDITION)
            if text is not None:
                self._tests = KeyCondition(text, self._placeholders).tests()
                # What keys can follow is a condition like any other.
                self._keys = compile_condition(KEY_CONDITION, text, self._placeholders)

    @property
    def shown(self) -> Wire:
        """The specification as DescribeExport tells it. Unsure: that numbers are written as DynamoDB writes them."""
        shown = {name: self._given[name] for name in MEMBERS if self._given.get(name) is not None}
        if VALUES in shown:
            shown[VALUES] = attributes_to_wire(decode_attributes(shown[VALUES]))
        return shown

    def on(self, table: Table) -> Selection:
        """What is exported of a table. Only without a key condition may the filter speak of keys.

        Errors: `ValidationException`.
        """
        schema = table.schema
        with _named():
            if self._keys is not None:
                key_range(self._tests, hash_keys=schema.hash_keys, range_keys=schema.range_keys, types=schema.types)
                for name in () if self._filter is None else self._filter.names:
                    if name in schema.names:
                        raise errors.validation(
                            "Filter Expression can only contain non-primary key attributes: "
                            f"Primary key attribute: {name}"
                        )
            for reader in (self._filter, self._projection):
                if reader is not None:
                    refuse_paths_into_keys(table, reader.paths)
            self._placeholders.require_all_used()
        return Selection(self._keys, self._filter, self._projection)


@contextlib.contextmanager
def _named() -> Iterator[None]:
    """Open the text of a `ValidationException` as DynamoDB does.

    Unsure: only the text of the empty specification is known; the others are those of Query behind the same opening.
    """
    try:
        yield
    except DynamoDBError as error:
        if error.code != "ValidationException":
            raise
        raise errors.validation(f"Invalid Request: Invalid FilterSpecification: {error.message}") from None
