"""What a WHERE says of the key: the partitions and key ranges to read, and the condition that is left.

Source: "PartiQL select statements for DynamoDB"; overlapping conditions captured in eu-west-2, October 2026.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from pytest_ddbmock import errors
from pytest_ddbmock.expressions import checks, syntax
from pytest_ddbmock.expressions.condition import MIRRORED, Condition, of_tree, resolved
from pytest_ddbmock.expressions.key_condition import INDEXABLE, KeyRange, KeyTest, key_range
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.syntax import And, Between, Call, Comparison, DocumentPath, In, Literal, Operand, Or
from pytest_ddbmock.partiql.overlaps import overlap
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item

MAX_PARTITIONS = 50
"""Partition key values of one SELECT. Source: "PartiQL ... logical operators for DynamoDB", IN."""

NO_KIND = ""
"""Errors in a statement name no parameter such as `FilterExpression`."""


class Keys(Protocol):
    """A key schema: HASH and RANGE attributes in order, and the tags of their values."""

    @property
    def hash_keys(self) -> tuple[str, ...]: ...  # noqa: D102  # the class describes them
    @property
    def range_keys(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def types(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102


class Where:
    """The parts that AND joins in a WHERE; some are taken for the key, the rest remains a condition."""

    def __init__(self, tree: syntax.Condition | None, bound: Placeholders) -> None:
        self._bound = bound
        self._parts: list[syntax.Condition] = []
        if tree is not None:
            self._parts.extend(tree.conditions if isinstance(tree, And) else (tree,))

    def rest(self) -> Condition | None:
        """Return the condition of the parts that have not been taken."""
        if not self._parts:
            return None
        tree = self._parts[0] if len(self._parts) == 1 else And(tuple(self._parts))
        return of_tree(tree, NO_KIND, self._bound)

    def take_key(self, keys: Keys) -> Item:
        """Return the key that equalities fix.

        Errors: `ValidationException` if they do not fix all of it.
        """
        found: dict[str, Value] = {}
        for name in keys.names:
            test = self._take(name, ("=",))
            if test is None:
                raise errors.validation("Where clause does not contain a mandatory equality on all key attributes")
            found[name] = test.operands[0]
        return Item(found)

    def ranges(self, keys: Keys) -> list[KeyRange] | None:
        """Return the key ranges to read, one for each partition that the condition leaves; None if it leaves all.

        Errors: `ValidationException`.
        """
        partitions = self._partitions(keys)
        if partitions is None:
            return None
        if len(partitions) > MAX_PARTITIONS:
            # Unsure: the text; the number is documented.
            raise errors.validation(
                f"The IN operator is provided with too many operands; number of operands: {len(partitions)}"
            )
        tests = self._take_sort(keys)
        [name] = keys.hash_keys
        return [
            key_range(
                [KeyTest(name, "=", (partition,)), *tests],
                hash_keys=keys.hash_keys,
                range_keys=keys.range_keys,
                types=keys.types,
            )
            for partition in partitions
        ]

    def _partitions(self, keys: Keys) -> list[Value] | None:
        """Return the values of the partition key that the condition leaves, each once; None if it leaves all."""
        [name] = keys.hash_keys
        test = self._take(name, ("=",))
        if test is not None:
            return [test.operands[0]]
        for part in self._parts:
            values = self._values(part, name)
            if values is not None:
                if isinstance(part, Or):
                    self._refuse_overlaps(part, keys)
                return [value for position, value in enumerate(values) if value not in values[:position]]
        return None

    def _values(self, node: syntax.Condition, name: str) -> list[Value] | None:
        """Return what the attribute `name` can be where `node` holds, None if that is anything."""
        if isinstance(node, Or):
            found: list[Value] = []
            for each in node.conditions:
                values = self._values(each, name)
                if values is None:
                    return None
                found.extend(values)
            return found
        if isinstance(node, And):
            choices = (self._values(each, name) for each in node.conditions)
            return next((values for values in choices if values is not None), None)
        if isinstance(node, In):
            operands = [self._operand(choice) for choice in node.choices]
            literals = [operand.value for operand in operands if isinstance(operand, Literal)]
            return literals if node.operand == DocumentPath((name,)) and len(literals) == len(operands) else None
        test = self._test(node)
        return [test.operands[0]] if test is not None and test.name == name and test.operator == "=" else None

    def _refuse_overlaps(self, node: Or, keys: Keys) -> None:
        """Refuse branches of an OR that read the same sort keys of one partition."""
        if not keys.range_keys:
            return
        [name] = keys.range_keys
        seen: list[tuple[list[Value], KeyTest | None]] = []
        for branch in node.conditions:
            values = self._values(branch, keys.hash_keys[0]) or []
            parts = branch.conditions if isinstance(branch, And) else (branch,)
            test = self._find(parts, name, ("=",)) or self._find(parts, name, INDEXABLE)
            sort = None if test is None else test[1]
            for other_values, other_sort in seen:
                is_ranged = sort is not None or other_sort is not None
                if is_ranged and any(value in other_values for value in values) and overlap(sort, other_sort):
                    raise errors.validation("Overlapping conditions with range keys are not supported in where clause")
            seen.append((values, sort))

    def _take_sort(self, keys: Keys) -> list[KeyTest]:
        """Return the condition on the sort key that a key range can follow, if there is one."""
        for name in keys.range_keys:
            test = self._take(name, ("=",)) or self._take(name, INDEXABLE)
            if test is not None:
                return [test]
        return []

    # ---- parts

    def _take(self, name: str, operators: Collection[str]) -> KeyTest | None:
        """Return the first part that tests `name` by one of `operators`, and remove it from the parts."""
        found = self._find(self._parts, name, operators)
        if found is None:
            return None
        position, test = found
        leaf = self._parts.pop(position)
        checks.check_leaf(NO_KIND, resolved(leaf, NO_KIND, self._bound))  # type: ignore[arg-type]  # tests are leaves
        return test

    def _find(
        self, parts: Sequence[syntax.Condition], name: str, operators: Collection[str]
    ) -> tuple[int, KeyTest] | None:
        for position, part in enumerate(parts):
            test = self._test(part)
            if test is not None and test.name == name and test.operator in operators:
                return position, test
        return None

    def _test(self, node: syntax.Condition) -> KeyTest | None:
        """Return `node` as a condition on one attribute by given values, None if it is something else."""
        operands: Sequence[Operand]
        if isinstance(node, Comparison):
            operator, operands = node.operator, (node.left, node.right)
            if not isinstance(node.left, DocumentPath):
                operator, operands = MIRRORED[operator], (node.right, node.left)
        elif isinstance(node, Between):
            operator, operands = "BETWEEN", (node.operand, node.lower, node.upper)
        elif isinstance(node, Call) and node.function == "begins_with":
            operator, operands = node.function, node.operands
        else:
            return None
        return self._key_test(operator, operands)

    def _key_test(self, operator: str, operands: Sequence[Operand]) -> KeyTest | None:
        if not operands or not isinstance(operands[0], DocumentPath) or len(operands[0].elements) > 1:
            return None
        others = [self._operand(operand) for operand in operands[1:]]
        values = tuple([other.value for other in others if isinstance(other, Literal)])
        if not values or len(values) < len(others):
            return None
        return KeyTest(str(operands[0].elements[0]), operator, values)

    def _operand(self, operand: Operand) -> Operand:
        return self._bound.operand(NO_KIND, operand)
