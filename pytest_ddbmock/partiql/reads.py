"""What a SELECT reads of a table or index whose key is known.

Source: "PartiQL select statements for DynamoDB".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.expressions.condition import Condition
from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import Projection
from pytest_ddbmock.partiql.statements import Select
from pytest_ddbmock.partiql.where import Keys, Where
from pytest_ddbmock.values import paths
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.ordering import sort_key
from pytest_ddbmock.values.paths import Path


class Leaves(Projection):
    """A SELECT list: each path comes back at the top level under its last name, `a.b[0]` as `b[0]`."""

    __slots__ = ()

    def apply(self, item: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return what the paths find in `item`; of two with one name the later. Unsure: what AWS does with two."""
        found = {}
        for path in self.paths:
            value = paths.find(item, path)
            if value is not None:
                found[_leaf_name(path)] = value
        return found


def _leaf_name(path: Path) -> str:
    position = max(at for at, element in enumerate(path) if isinstance(element, str))
    return str(path[position]) + "".join(f"[{index}]" for index in path[position + 1 :])


class Read(NamedTuple):
    """What a SELECT reads: the items of `ranges` in turn, or with None everything.

    `key` holds all key attributes if the WHERE fixes them, so that there is one item at most. `condition` is what the
    ranges leave to be tested, `projection` None for all attributes.
    """

    ranges: tuple[KeyRange, ...] | None
    key: Item | None
    condition: Condition | None
    projection: Projection | None
    reverse: bool


def of_select(select: Select, keys: Keys, bound: Placeholders) -> Read:
    """Return the read of a SELECT, on the table or index with these `keys`.

    Errors: `ValidationException`.
    """
    where = Where(select.where, bound)
    ranges = where.ranges(keys)
    _check_order(select, keys, 0 if ranges is None else len(ranges))
    projection = None if select.projection is None else Leaves(select.projection)
    if ranges is None:
        return Read(None, None, where.rest(), projection, False)
    directions = {ordering.name: ordering.descending for ordering in select.order}
    [name] = keys.hash_keys
    if name in directions:
        ranges.sort(key=lambda one: sort_key(one.partition[0]), reverse=directions[name])
    is_one = len(ranges) == 1 and len(ranges[0].equals) == len(keys.range_keys)
    key = Item(dict(zip(keys.names, ranges[0].partition + ranges[0].equals, strict=True))) if is_one else None
    reverse = any(directions.get(name, False) for name in keys.range_keys)
    return Read(tuple(ranges), key, where.rest(), projection, reverse)


def _check_order(select: Select, keys: Keys, partitions: int) -> None:
    """Refuse an ORDER BY that no key range can follow; `partitions` is 0 for a read of everything."""
    if not select.order:
        return
    if select.where is None:
        raise errors.validation("Must have WHERE clause in the statement when using ORDER BY clause.")
    names = [ordering.name for ordering in select.order]
    for name in names:
        if name not in keys.names:
            raise errors.validation(f"Attribute {name} in ORDER BY clause must be part of the primary key")
    if not partitions:
        raise errors.validation(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
        )
    if partitions > 1 and keys.hash_keys[0] not in names:
        # Unsure: the text.
        raise errors.validation(
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."
        )
