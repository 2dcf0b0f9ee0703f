"""What a statement does to a table of which the key is known: what it reads, or what becomes of one item.

Source: "PartiQL select statements for DynamoDB" and the pages on the other statements.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.expressions import checks, syntax, update
from pytest_ddbmock.expressions.condition import MIRRORED, Condition, of_tree, resolved
from pytest_ddbmock.expressions.key_condition import INDEXABLE, KeyRange, KeyTest, key_range
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import Projection
from pytest_ddbmock.expressions.syntax import (
    Add,
    And,
    Between,
    Call,
    Comparison,
    DocumentPath,
    In,
    Literal,
    Operand,
    Or,
)
from pytest_ddbmock.partiql import statements
from pytest_ddbmock.partiql.statements import Exists, Insert, Ordering, Returning, Select, require_levels
from pytest_ddbmock.values import paths
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.ordering import sort_key
from pytest_ddbmock.values.paths import Path

MAX_PARTITIONS = 50
"""Partition key values of one SELECT."""

_KIND = ""
"""Errors in a statement name no parameter such as `FilterExpression`."""


class Keys(Protocol):
    """A key schema: HASH and RANGE attributes in order, and the tags of their values."""

    @property
    def hash_keys(self) -> tuple[str, ...]: ...  # noqa: D102  # the class tells
    @property
    def range_keys(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def types(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102


# ---- reads


class Leaves(Projection):
    """A SELECT list: each path comes back at the top level under its last name, `a.b[0]` as `b[0]`."""

    __slots__ = ()

    def apply(self, item: Mapping[str, Value]) -> Mapping[str, Value]:
        """What the paths find in `item`; of two with one name the later. Unsure: what AWS does with two."""
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

    `key` holds all key attributes when the WHERE fixes them, so that there is one item at most. `condition` is what the
    ranges leave to be tested, `projection` None for all attributes.
    """

    ranges: tuple[KeyRange, ...] | None
    key: Item | None
    condition: Condition | None
    projection: Projection | None
    reverse: bool


def of_select(select: Select, keys: Keys, bound: Placeholders) -> Read:
    """The read of a SELECT, on the table or index with these `keys`.

    Errors: `ValidationException`.
    """
    where = _Where(select.where, bound)
    found = where.partitions(keys)
    projection = None if select.projection is None else Leaves(select.projection)
    if found is None:
        _check_order(select, keys, 0)
        return Read(None, None, where.rest(), projection, False)
    if len(found) > MAX_PARTITIONS:
        # Unsure: the text; the number is documented.
        raise errors.validation(f"The IN operator is provided with too many operands; number of operands: {len(found)}")
    _check_order(select, keys, len(found))
    directions = {ordering.name: ordering.descending for ordering in select.order}
    tests = where.take_range(keys)
    ranges = [_range(keys, values, tests) for values in found]
    for position, name in reversed(list(enumerate(keys.hash_keys))):
        if name in directions:
            ranges.sort(key=lambda one: sort_key(one.partition[position]), reverse=directions[name])
    ordered = {directions[name] for name in keys.range_keys if name in directions}
    if len(ordered) > 1:
        raise NotImplementedByMock("PartiQL", "ORDER BY in two directions")
    is_one = len(ranges) == 1 and len(ranges[0].equals) == len(keys.range_keys)
    key = Item(dict(zip(keys.names, ranges[0].partition + ranges[0].equals, strict=True))) if is_one else None
    return Read(tuple(ranges), key, where.rest(), projection, ordered == {True})


def _range(keys: Keys, values: Sequence[Value], tests: Sequence[KeyTest]) -> KeyRange:
    hash_tests = [KeyTest(name, "=", (value,)) for name, value in zip(keys.hash_keys, values, strict=True)]
    return key_range([*hash_tests, *tests], hash_keys=keys.hash_keys, range_keys=keys.range_keys, types=keys.types)


def _check_order(select: Select, keys: Keys, partitions: int) -> None:
    """Refuse an ORDER BY that no key range can follow; `partitions` is 0 for a read of everything."""
    if not select.order:
        return
    if select.where is None:
        raise errors.validation("Must have WHERE clause in the statement when using ORDER BY clause.")
    for ordering in select.order:
        if ordering.name not in keys.names:
            raise errors.validation(f"Attribute {ordering.name} in ORDER BY clause must be part of the primary key")
    if not partitions:
        raise errors.validation(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
        )
    if partitions > 1 and not any(_is_hash(ordering, keys) for ordering in select.order):
        # Unsure: the text.
        raise errors.validation(
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."
        )


def _is_hash(ordering: Ordering, keys: Keys) -> bool:
    return ordering.name in keys.hash_keys


# ---- writes


class Put(NamedTuple):
    """An INSERT of `item`, whose key must be free."""

    item: Item
    returning: Returning | None = None

    def require(self, stored: Item | None) -> None:
        """Whether it may be done, `stored` being what is there.

        Errors: `DuplicateItemException`.
        """
        if stored is not None:
            raise errors.duplicate_item()


class UpdateItem(NamedTuple):
    """An UPDATE of the item at `key`, which must exist and fulfil `condition`."""

    key: Item
    condition: Condition | None
    update: update.Update
    returning: Returning | None

    def require(self, stored: Item | None) -> None:
        """As of `Put`. Errors: `ConditionalCheckFailedException`."""
        _require(self.condition, stored)


class DeleteItem(NamedTuple):
    """A DELETE of the item at `key`, which must fulfil `condition` if it exists."""

    key: Item
    condition: Condition | None
    returning: Returning | None

    def require(self, stored: Item | None) -> None:
        """As of `Put`. Errors: `ConditionalCheckFailedException`."""
        if stored is not None:
            _require(self.condition, stored)


class Check(NamedTuple):
    """An EXISTS: the item at `key` must exist and fulfil `condition`."""

    key: Item
    condition: Condition | None
    returning: Returning | None = None

    def require(self, stored: Item | None) -> None:
        """As of `Put`. Errors: `ConditionalCheckFailedException`."""
        _require(self.condition, stored)


ItemWrite: TypeAlias = Put | UpdateItem | DeleteItem | Check


def _require(condition: Condition | None, stored: Item | None) -> None:
    if stored is None or (condition is not None and not condition.test(stored)):
        raise errors.conditional_check_failed()


def of_write(
    body: Exists | Insert | statements.Update | statements.Delete, keys: Keys, bound: Placeholders
) -> ItemWrite:
    """What a statement other than SELECT does to one item of the table with these `keys`.

    Errors: `ValidationException`.
    """
    if isinstance(body, Insert):
        item = bound.operand(_KIND, body.item)
        assert isinstance(item, Literal), "the parser lets an INSERT have nothing else"
        for value in item.value[1].values():
            require_levels(value)
        return Put(Item(item.value[1]))
    where = _Where(body.select.where if isinstance(body, Exists) else body.where, bound)
    key = where.take_key(keys)
    if isinstance(body, Exists):
        return Check(key, where.rest())
    if isinstance(body, statements.Delete):
        return DeleteItem(key, where.rest(), body.returning)
    return UpdateItem(key, where.rest(), _update(body, bound), body.returning)


def _update(body: statements.Update, bound: Placeholders) -> update.Update:
    for action in body.actions:
        if isinstance(action, syntax.Remove):
            continue
        value = action.value
        for operand in (value.left, value.right) if isinstance(value, syntax.Arithmetic) else (value,):
            literal = bound.operand(_KIND, operand)
            if isinstance(literal, Literal):
                require_levels(literal.value)
                if not isinstance(action, syntax.Set) and literal.value[0] not in ("SS", "NS", "BS"):
                    name = "SET_ADD" if isinstance(action, Add) else "SET_DELETE"
                    # Unsure: the text.
                    raise errors.validation(
                        "Incorrect operand type for operator or function; "
                        f"operator or function: {name}, operand type: {literal.value[0]}"
                    )
    return update.of_parsed(body.actions, bound, _KIND)


# ---- conditions


class _Where:
    """The parts that AND joins in a WHERE; some are taken for the key, the rest remains a condition."""

    def __init__(self, where: syntax.Condition | None, bound: Placeholders) -> None:
        self.bound = bound
        self.parts: list[syntax.Condition] = []
        if where is not None:
            self.parts.extend(where.conditions if isinstance(where, And) else (where,))

    def rest(self) -> Condition | None:
        """The condition of the parts that have not been taken."""
        if not self.parts:
            return None
        tree = self.parts[0] if len(self.parts) == 1 else And(tuple(self.parts))
        return of_tree(tree, _KIND, self.bound)

    def take_key(self, keys: Keys) -> Item:
        """The key that equalities fix.

        Errors: `ValidationException` when they do not fix all of it.
        """
        found: dict[str, Value] = {}
        for name in keys.names:
            test = self._take(name, ("=",))
            if test is None:
                raise errors.validation("Where clause does not contain a mandatory equality on all key attributes")
            found[name] = test.operands[0]
        return Item(found)

    def take_range(self, keys: Keys) -> list[KeyTest]:
        """The conditions on RANGE attributes that a key range can follow."""
        tests: list[KeyTest] = []
        for name in keys.range_keys:
            test = self._take(name, ("=",)) or self._take(name, INDEXABLE)
            if test is None:
                break
            tests.append(test)
            if test.operator != "=":
                break
        return tests

    def partitions(self, keys: Keys) -> list[tuple[Value, ...]] | None:
        """The values of the HASH attributes that the condition leaves, each once; None when it fixes none."""
        columns = []
        for name in keys.hash_keys:
            if self._find(name, ("=",)) is None:
                values = next((found for part in self.parts if (found := self._values(part, name)) is not None), None)
                if values is None:
                    return None
                columns.append(values)
            else:
                columns.append([])
        for name, column in zip(keys.hash_keys, columns, strict=True):
            test = self._take(name, ("=",))
            if test is not None:
                column.append(test.operands[0])
        unique: list[tuple[Value, ...]] = []
        for values_of_one in itertools.product(*columns):
            if values_of_one not in unique:
                unique.append(values_of_one)
            if len(unique) > MAX_PARTITIONS * 2:
                break  # too many, whatever is to come
        return unique

    def _values(self, node: syntax.Condition, name: str) -> list[Value] | None:
        """What the attribute `name` can be where `node` holds; None when that is anything."""
        if isinstance(node, Or):
            found: list[Value] = []
            for condition in node.conditions:
                values = self._values(condition, name)
                if values is None:
                    return None
                found.extend(values)
            return found
        if isinstance(node, And):
            for condition in node.conditions:
                values = self._values(condition, name)
                if values is not None:
                    return values
            return None
        if isinstance(node, In):
            choices = [self._operand(choice) for choice in node.choices]
            if node.operand == DocumentPath((name,)) and all(isinstance(choice, Literal) for choice in choices):
                return [choice.value for choice in choices if isinstance(choice, Literal)]
            return None
        test = self._test(node)
        return [test.operands[0]] if test is not None and test.name == name and test.operator == "=" else None

    def _operand(self, operand: Operand) -> Operand:
        return self.bound.operand(_KIND, operand)

    def _find(self, name: str, operators: Collection[str]) -> tuple[int, KeyTest] | None:
        """The first part that tests `name` by one of `operators`, and its position."""
        for position, part in enumerate(self.parts):
            test = self._test(part)
            if test is not None and test.name == name and test.operator in operators:
                return position, test
        return None

    def _take(self, name: str, operators: Collection[str]) -> KeyTest | None:
        """As `_find`; what is found is no part any more."""
        found = self._find(name, operators)
        if found is None:
            return None
        position, test = found
        leaf = self.parts.pop(position)
        checks.check_leaf(_KIND, resolved(leaf, _KIND, self.bound))  # type: ignore[arg-type]  # tests are leaves
        return test

    def _test(self, node: syntax.Condition) -> KeyTest | None:
        """`node` as a condition on one attribute by given values, None when it is something else."""
        others: tuple[Operand, ...]
        if isinstance(node, Comparison):
            operator, first, others = node.operator, node.left, (node.right,)
            if not isinstance(first, DocumentPath):
                operator, first, others = MIRRORED[operator], node.right, (node.left,)
        elif isinstance(node, Between):
            operator, first, others = "BETWEEN", node.operand, (node.lower, node.upper)
        elif isinstance(node, Call) and node.function == "begins_with":
            operator, first, others = node.function, node.operands[0], node.operands[1:]
        else:
            return None
        if not isinstance(first, DocumentPath) or len(first.elements) > 1:
            return None
        values = []
        for other in others:
            operand = self._operand(other)
            if not isinstance(operand, Literal):
                return None
            values.append(operand.value)
        return KeyTest(str(first.elements[0]), operator, tuple(values))
