"""Checks of the attributes that are keys of a table's indexes, and of paths into key attributes.

An item may lack an index key (the index is sparse), but an index key that is there must be valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.update import Update
from pytest_ddbmock.storage.settings import Index
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.keys import CERTAINLY_SHORT, empty_key, require_key_sizes
from pytest_ddbmock.values.paths import Path


def require_index_keys(table: Table, item: Item) -> None:
    """Check the index keys of a whole item that is put.

    Errors: `ValidationException` that names the alphabetically first index with an invalid key.
    """
    if not table.settings.indexes:
        return
    for index in _by_name(table):
        schema = index.schema
        length = 0
        for name in schema.names:
            value = item.get(name)
            if value is not None:
                if value[0] != schema.types[name]:
                    raise _wrong_type(index, name, value)
                if not value[1]:
                    raise _empty_on_put(index, name, value)
                length += len(value[1])
        if length > CERTAINLY_SHORT:
            _require_sizes(index, item)


def require_updated_index_keys(table: Table, item: Item, update: Update) -> None:
    """Check the index keys that an update has written; `item` is its result.

    Errors: `ValidationException` that names the alphabetically first index with an invalid key.
    """
    if not table.settings.indexes:
        return
    written = {str(path[0]) for path in update.targets}
    for index in _by_name(table):
        schema = index.schema
        if written.isdisjoint(schema.names):
            continue
        length = 0
        for name in schema.names:
            value = item.get(name)
            if value is None:
                continue
            if value[0] != schema.types[name]:
                if name in written:
                    raise _wrong_type(index, name, value)  # Unsure: another text is documented for transactions.
                continue  # left from before the index
            if not value[1] and name in written:
                raise _empty_on_update(index, name, value)
            length += len(value[1])
        if length > CERTAINLY_SHORT:
            _require_sizes(index, item)


def refuse_empty_key(table: Table, attributes: Item) -> None:
    """Raise if an action of a transaction has an empty key of the table: that rejects the whole request.

    Errors: `ValidationException`.
    """
    schema = table.schema
    for name in schema.names:
        value = attributes.get(name)
        if value is not None and not value[1] and value[0] == schema.types[name]:
            raise empty_key(name, value)


def refuse_empty_put_keys(table: Table, item: Item) -> None:
    """Raise if an item that a transaction puts has an empty index key: that rejects the whole request.

    Errors: `ValidationException` that names the alphabetically first index.
    """
    _refuse_empty(table, item, _empty_on_put)


def refuse_empty_updated_keys(table: Table, update: Update) -> None:
    """Raise if an update in a transaction sets an index key to an empty value: that rejects the whole request.

    Unsure: an empty value that is read from the item (`SET a = b`) is found later and becomes a reason.

    Errors: `ValidationException`.
    """
    _refuse_empty(table, update.empties, _empty_on_update)


def _refuse_empty(
    table: Table, attributes: Mapping[str, Value], error: Callable[[Index, str, Value], DynamoDBError]
) -> None:
    if not attributes or not table.settings.indexes:
        return
    for index in _by_name(table):
        for name in index.schema.names:
            value = attributes.get(name)
            if value is not None and not value[1] and value[0] == index.schema.types[name]:
                raise error(index, name, value)


def refuse_paths_into_keys(table: Table, paths: Iterable[Path]) -> None:
    """Raise if a path leads into a key attribute of the table or of an index: keys are scalars.

    Errors: `ValidationException`.
    """
    for path in paths:
        if len(path) > 1:
            name = str(path[0])
            is_key = name in table.schema.names
            if is_key or any(name in index.schema.names for index in table.settings.indexes):
                raise errors.validation(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                    f"{'Key' if is_key else 'IndexKey'}: {name}"
                )


def _by_name(table: Table) -> list[Index]:
    return sorted(table.settings.indexes, key=lambda index: index.name)


def _require_sizes(index: Index, item: Item) -> None:
    # Unsure: that several HASH or RANGE attributes count together, as the text says ("Aggregated size").
    schema = index.schema
    present = {
        name: value for name in schema.names if (value := item.get(name)) is not None and value[0] == schema.types[name]
    }
    require_key_sizes(
        [present[name] for name in schema.hash_keys if name in present],
        [present[name] for name in schema.range_keys if name in present],
    )


def _wrong_type(index: Index, name: str, value: Value) -> DynamoDBError:
    return errors.invalid_parameters(
        f"Type mismatch for Index Key {name} Expected: {index.schema.types[name]} Actual: {value[0]} "
        f"IndexName: {index.name}"
    )


def _kind(value: Value) -> str:
    return "string" if value[0] == "S" else "binary"


def _empty_on_put(index: Index, name: str, value: Value) -> DynamoDBError:
    return errors.validation(
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        f"The AttributeValue for a key attribute cannot contain an empty {_kind(value)} value. "
        f"IndexName: {index.name}, IndexKey: {name}"
    )


def _empty_on_update(index: Index, name: str, value: Value) -> DynamoDBError:
    return errors.validation(
        "One or more parameter values are not valid. The update expression attempted to update a secondary index key "
        "to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty "
        f"{_kind(value)} value."
    )
