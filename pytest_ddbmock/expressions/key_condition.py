"""Which keys a Query reads: key conditions, and the key range they select under a key schema.

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
"""The operators that select a key range."""


class KeyTest(NamedTuple):
    """One condition on one key attribute.

    `operator` is one of `INDEXABLE`. The legacy KeyConditions can also hold another one: `<>`, or a name such as
    `CONTAINS`.
    """

    name: str
    operator: str
    operands: tuple[Value, ...]


class KeyRange(NamedTuple):
    """The part of a table or index that a Query reads.

    `partition` holds one value per HASH attribute, `equals` one per leading RANGE attribute with an equality.
    `operator` and `operands` are the condition on the next RANGE attribute; None without one.
    """

    partition: tuple[Value, ...]
    equals: tuple[Value, ...] = ()
    operator: str | None = None
    operands: tuple[Value, ...] = ()


# ---- the expression


class KeyCondition:
    """A condition with resolved placeholders. `tests` decides whether it is a valid key condition."""

    __slots__ = ("_leaves", "_tree")

    def __init__(self, text: str, placeholders: Placeholders) -> None:
        """Errors: `ValidationException` for what AWS rejects in every condition."""
        self._tree = parser.parse_condition(KEY_CONDITION, text)
        self._leaves: list[syntax.Leaf] = []
        for node in _leaves(self._tree):  # one by one: the first error in the text wins
            leaf = resolved(node, KEY_CONDITION, placeholders)
            checks.check_leaf(KEY_CONDITION, leaf)
            self._leaves.append(leaf)

    def tests(self) -> tuple[KeyTest, ...]:
        """Return the conditions joined by AND, at most one per attribute.

        Errors: `ValidationException` for anything that is not a condition on a key attribute.
        """
        tree = self._tree
        tests: dict[str, KeyTest] = {}
        for part in tree.conditions if isinstance(tree, And) else (tree,):
            if not isinstance(part, Comparison | Between | In | Call):
                raise _invalid_operator("NOT" if isinstance(part, Not) else "OR")
            test = _key_test(self._leaves[len(tests)])
            if test.name in tests:
                raise errors.invalid_expression(
                    KEY_CONDITION, "KeyConditionExpressions must only contain one condition per key"
                )
            tests[test.name] = test
        return tuple(tests.values())


def _leaves(tree: syntax.Condition) -> Iterator[syntax.Leaf]:
    """Yield the conditions in `tree` that have no parts, in the order of the text."""
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
    # Unsure: no "Invalid KeyConditionExpression: " in front; the captures are older than those of the other texts.
    return errors.validation(f"Invalid operator used in KeyConditionExpression: {operator}")


def _invalid_condition(complaint: str) -> DynamoDBError:
    return errors.invalid_expression(KEY_CONDITION, f"Invalid condition in KeyConditionExpression: {complaint}")


def _key_test(leaf: syntax.Leaf) -> KeyTest:
    operator, first, others = _parts(leaf)
    if operator not in INDEXABLE:
        raise _invalid_operator(operator)
    if any(isinstance(operand, Call) for operand in (first, *others)):
        # Unsure: no prefix, as for the operators.
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
    """Return the key range that `tests` select under a schema with these HASH and RANGE attributes.

    `types` holds the tag of each key attribute.
    Errors: `ValidationException` for conditions the schema cannot serve and for values no key can have.
    """
    if len(tests) > len(hash_keys) + len(range_keys):
        # Unsure: also for legacy KeyConditions and for a table without sort key; captured for three of an expression.
        raise errors.validation(
            f"The number of query conditions ({len(tests)}) exceeds the number of key attributes defined in the "
            f"schema ({len(hash_keys) + len(range_keys)})"
        )
    by_name = {test.name: test for test in tests}
    for test in tests:
        if test.operator not in INDEXABLE:
            raise errors.validation("Attempted conditional constraint is not an indexable operation")
    _require_partition(hash_keys, by_name)
    if not by_name.keys() <= {*hash_keys, *range_keys}:
        raise _missed(next(name for name in range_keys if name not in by_name))
    ranged = [by_name[name] for name in range_keys if name in by_name]
    _refuse_gaps(range_keys, by_name)
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


def _require_partition(hash_keys: Sequence[str], by_name: Mapping[str, KeyTest]) -> None:
    """Every HASH attribute needs an equality."""
    free = [name for name in hash_keys if name not in by_name or by_name[name].operator != "="]
    if not free:
        return
    if len(hash_keys) == 1:
        raise errors.validation("Query key condition not supported") if free[0] in by_name else _missed(free[0])
    # Unsure: the end of the text; the beginning was captured.
    raise errors.validation(
        f"HASH key attributes {', '.join(free)} must have equality conditions specified in the query"
    )


def _refuse_gaps(range_keys: Sequence[str], by_name: Mapping[str, KeyTest]) -> None:
    """A condition on a RANGE attribute needs equalities on all RANGE attributes before it.

    Text captured in eu-central-1, us-east-1 and eu-west-2, 2026-10, with one attribute.
    """
    free: list[str] = []
    for name in range_keys:
        test = by_name.get(name)
        if test is not None and free:
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
