"""Checks of the attributes that are keys of a table's indexes, and of paths that lead into any key.

An item may lack the key of an index (which is sparse), but what it has must be able to be one.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.update import LEGACY_WRONG_TYPE, Update
from pytest_ddbmock.storage.settings import Index
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.keys import MAX_HASH_SIZE, MAX_RANGE_SIZE, hash_too_long, range_too_long
from pytest_ddbmock.values.paths import Path


def require_index_keys(table: Table, item: Item) -> None:
    """Check a whole item that is put.

    Errors: `ValidationException` that names the alphabetically first offending index.
    """
    if not table.settings.indexes:
        return
    for index in sorted(table.settings.indexes, key=lambda index: index.name):
        for name in index.schema.names:
            value = item.get(name)
            if value is not None:
                _require_type(index, name, value)
                if not value[1]:
                    raise _empty_on_put(index, name, value)
                _require_size(index, name, value)


def require_updated_index_keys(table: Table, item: Item, update: Update) -> None:
    """Check the result of an update, as far as the update has touched it.

    Errors: `ValidationException`.
    """
    if not table.settings.indexes:
        return
    touched = {str(path[0]) for path in update.targets}
    for index in sorted(table.settings.indexes, key=lambda index: index.name):
        for name in index.schema.names:
            value = item.get(name)
            if value is not None and name in touched:
                if update.is_legacy and value[0] != index.schema.types[name]:
                    raise errors.validation(LEGACY_WRONG_TYPE)
                _require_type(index, name, value)  # Unsure: another text is documented for transactions.
                if not value[1]:
                    raise _empty_on_update(value)
                _require_size(index, name, value)


def refuse_paths_into_keys(table: Table, paths: Iterable[Path]) -> None:
    """Keys have no inside: neither those of the table nor those of its indexes.

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


def _require_type(index: Index, name: str, value: Value) -> None:
    expected = index.schema.types[name]
    if value[0] != expected:
        raise errors.invalid_parameters(
            f"Type mismatch for Index Key {name} Expected: {expected} Actual: {value[0]} IndexName: {index.name}"
        )


def _require_size(index: Index, name: str, value: Value) -> None:
    if len(value[1]) <= MAX_RANGE_SIZE // 4:
        return  # no shorter text can be too long in UTF-8; numbers never are
    is_hash = name in index.schema.hash_keys
    if sizes.of_value(value) > (MAX_HASH_SIZE if is_hash else MAX_RANGE_SIZE):
        raise hash_too_long() if is_hash else range_too_long()


def _kind(value: Value) -> str:
    return "string" if value[0] == "S" else "binary"


def _empty_on_put(index: Index, name: str, value: Value) -> DynamoDBError:
    return errors.validation(
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        f"The AttributeValue for a key attribute cannot contain an empty {_kind(value)} value. "
        f"IndexName: {index.name}, IndexKey: {name}"
    )


def _empty_on_update(value: Value) -> DynamoDBError:
    return errors.validation(
        "One or more parameter values are not valid. The update expression attempted to update a secondary index key "
        "to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty "
        f"{_kind(value)} value."
    )
