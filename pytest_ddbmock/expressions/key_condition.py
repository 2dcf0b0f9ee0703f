"""Which keys a Query reads: key conditions, and the key range that they mean under a key schema.

Source: "Key condition expressions for the Query operation in DynamoDB", "Multi-attribute keys pattern".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import checks, parser, syntax
from pytest_ddbmock.expressions.condition import MIRRORED, resolved
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.syntax import And, Between, Call, Comparison, DocumentPath, In, Literal, Not, Operand
from pytest_ddbmock.values import keys, sizes
from pytest_ddbmock.values.attribute import Value

KEY_CONDITION = "KeyConditionExpression"

INDEXABLE = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})
"""The operators that a key range can follow."""


class KeyTest(NamedTuple):
    """One condition on one key attribute.

    `operator` is one of `INDEXABLE`; from the legacy KeyConditions it may also be the name of another operator (`NE`).
    """

    name: str
    operator: str
    operands: tuple[Value, ...]


class KeyRange(NamedTuple):
    """What a Query reads of a table or index.

    `partition` holds a value for each HASH attribute, `equals` one for each of the leading RANGE attributes that are
    fixed; `operator` with its `operands` is a condition on the RANGE attribute after those, None when there is none.
    """

    partition: tuple[Value, ...]
    equals: tuple[Value, ...] = ()
    operator: str | None = None
    operands: tuple[Value, ...] = ()


# ---- the expression


class KeyCondition:
    """A key condition whose names and values are known; whether it is one that keys can follow is for `tests`."""

    __slots__ = ("_leaves", "_tree")

    def __init__(self, text: str, placeholders: Placeholders) -> None:
        """Errors: `ValidationException` for what AWS refuses in any condition."""
        self._tree = parser.parse_condition(KEY_CONDITION, text)
        self._leaves: list[syntax.Leaf] = []
        for node in _leaves(self._tree):  # clause by clause: the first fault in the text wins, whatever its kind
            leaf = resolved(node, KEY_CONDITION, placeholders)
            checks.check_leaf(KEY_CONDITION, leaf)
            self._leaves.append(leaf)

    def tests(self) -> tuple[KeyTest, ...]:
        """The conditions that the text joins with AND, at most one for an attribute.

        Errors: `ValidationException` for what cannot be a condition on keys.
        """
        tree = self._tree
        tests: dict[str, KeyTest] = {}
        for part in tree.conditions if isinstance(tree, And) else (tree,):
            if not isinstance(part, Comparison | Between | In | Call):
                raise _invalid_operator("NOT" if isinstance(part, Not) else "OR")
            test = _key_test(self._leaves[len(tests)])
            if test.name in tests:
                raise errors.validation("KeyConditionExpressions must only contain one condition per key")
            tests[test.name] = test
        return tuple(tests.values())


def _leaves(tree: syntax.Condition) -> Iterator[syntax.Leaf]:
    """The conditions without parts in `tree`, in the order of the text."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Not):
            waiting.append(node.condition)
        elif isinstance(node, Comparison | Between | In | Call):
            yield node
        else:
            waiting.extend(reversed(node.conditions))


def _invalid_operator(operator: str) -> DynamoDBError:
    return errors.validation(f"Invalid operator used in KeyConditionExpression: {operator}")


def _invalid_condition(complaint: str) -> DynamoDBError:
    return errors.validation(f"Invalid condition in KeyConditionExpression: {complaint}")


def _key_test(leaf: syntax.Leaf) -> KeyTest:
    operator, first, others = _parts(leaf)
    if operator not in INDEXABLE:
        raise _invalid_operator(operator)
    if any(isinstance(operand, Call) for operand in (first, *others)):
        raise errors.validation("KeyConditionExpressions cannot contain nested operations")
    if operator in ("BETWEEN", "begins_with") and not isinstance(first, DocumentPath):
        raise _invalid_condition(f"{operator} operator must have the key attribute as its first operand")
    paths = [operand for operand in (first, *others) if isinstance(operand, DocumentPath)]
    if not paths:
        raise _invalid_condition("No key attribute specified")
    if len(paths) > 1:
        raise _invalid_condition("Multiple attribute names used in one condition")
    if len(paths[0].elements) > 1:
        raise errors.invalid_expression(
            KEY_CONDITION, "KeyConditionExpressions cannot have conditions on nested attributes"
        )
    if not isinstance(first, DocumentPath):
        operator, others = MIRRORED[operator], (first,)
    values = tuple(operand.value for operand in others if isinstance(operand, Literal))
    return KeyTest(str(paths[0].elements[0]), operator, values)


def _parts(leaf: syntax.Leaf) -> tuple[str, Operand, tuple[Operand, ...]]:
    first, *others = checks.operands_of(leaf)
    if isinstance(leaf, Comparison):
        return leaf.operator, first, tuple(others)
    if isinstance(leaf, Call):
        return leaf.function, first, tuple(others)
    return "BETWEEN" if isinstance(leaf, Between) else "IN", first, tuple(others)


# ---- the key schema


def key_range(
    tests: Sequence[KeyTest],
    *,
    hash_keys: Sequence[str],
    range_keys: Sequence[str],
    types: Mapping[str, str],
) -> KeyRange:
    """The keys that fulfil `tests`, under a schema of those HASH and RANGE attributes (tags of their values: `types`).

    Errors: `ValidationException` for conditions that the schema cannot follow, and for literals that no key can be.
    """
    if len(hash_keys) == 1 and len(range_keys) <= 1 and not 1 <= len(tests) <= 2:
        raise errors.validation("Conditions can be of length 1 or 2 only")
    by_name = {test.name: test for test in tests}
    for test in tests:
        if test.operator not in INDEXABLE:
            raise errors.validation("Attempted conditional constraint is not an indexable operation")
    for name in hash_keys:
        if name not in by_name:
            raise _missed(name)
    for name in hash_keys:
        if by_name[name].operator != "=":
            raise errors.validation("Query key condition not supported")
    if not by_name.keys() <= {*hash_keys, *range_keys}:
        missed = next((name for name in range_keys if name not in by_name), None)
        # Unsure: what is said of a schema without a RANGE attribute left to name.
        raise errors.validation("Query key condition not supported") if missed is None else _missed(missed)
    ranged = [by_name[name] for name in range_keys if name in by_name]
    _check_gaps(range_keys, by_name)
    for name in (*hash_keys, *range_keys):
        if name in by_name:
            _check_values(by_name[name], types[name])
    partition = tuple([by_name[name].operands[0] for name in hash_keys])
    last = ranged.pop() if ranged and ranged[-1].operator != "=" else None
    equals = tuple([test.operands[0] for test in ranged])
    bounds = last.operands if last else ()
    keys.require_key_sizes(partition, (*equals, max(bounds, key=sizes.of_value)) if bounds else equals)
    if last is None:
        return KeyRange(partition, equals)
    return KeyRange(partition, equals, last.operator, last.operands)


def _missed(name: str) -> DynamoDBError:
    return errors.validation(f"Query condition missed key schema element: {name}")


def _check_gaps(range_keys: Sequence[str], by_name: Mapping[str, KeyTest]) -> None:
    """Refuse a condition on a RANGE attribute while one before it is not fixed."""
    free: list[str] = []
    for name in range_keys:
        test = by_name.get(name)
        if test is not None and free:
            # Unsure: the text is known from other implementations only.
            raise errors.validation(
                f"RANGE key attributes {', '.join(free)} must have equality conditions specified in the query because "
                f"a condition is present on key attribute {name}"
            )
        if test is None or test.operator != "=":
            free.append(name)


def _check_values(test: KeyTest, tag: str) -> None:
    for value in test.operands:
        if value[0] != tag:
            raise errors.invalid_parameters("Condition parameter type does not match schema type")
    for value in test.operands:
        if not value[1]:
            raise keys.empty_key(test.name, value)
