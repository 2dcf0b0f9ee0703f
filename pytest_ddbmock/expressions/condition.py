"""Conditions as functions from an item to true or false.

Source: "Condition and filter expressions, operators, and functions in DynamoDB".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from pytest_ddbmock.expressions import checks, parser, syntax
from pytest_ddbmock.expressions.placeholders import NO_PLACEHOLDERS, Placeholders
from pytest_ddbmock.expressions.syntax import And, Between, Call, Comparison, DocumentPath, In, Literal, Not, Or
from pytest_ddbmock.values import numbers, paths
from pytest_ddbmock.values.attribute import SCALAR_KEY_TAGS, Value
from pytest_ddbmock.values.ordering import sort_key
from pytest_ddbmock.values.paths import Path

Attributes: TypeAlias = Mapping[str, Value]
Test: TypeAlias = Callable[[Attributes], bool]
Getter: TypeAlias = Callable[[Attributes], Value | None]


class Condition(NamedTuple):
    """`test` returns True if an item fulfils the condition; `paths` are all its document paths, in order.

    A condition on an item that does not exist is tested on `values.item.EMPTY`.
    """

    test: Test
    paths: tuple[Path, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The top-level attributes of the condition, each once."""
        return tuple(dict.fromkeys(str(path[0]) for path in self.paths))


def compile_condition(kind: str, text: str, placeholders: Placeholders) -> Condition:
    """Return the condition of an expression; `kind` is `ConditionExpression` or `FilterExpression`.

    Linear in the length of `text`, which is parsed once and then cached. The test visits the nodes of the tree until
    the result is known.

    Errors: `ValidationException` for everything that AWS rejects before it looks at the table.
    """
    tree = parser.parse_condition(kind, text)
    if _needs_no_placeholders(tree):
        return _compiled_alone(kind, text)
    return of_tree(tree, kind, placeholders)


@lru_cache(maxsize=1024)
def _compiled_alone(kind: str, text: str) -> Condition:
    return of_tree(parser.parse_condition(kind, text), kind, NO_PLACEHOLDERS)


def _needs_no_placeholders(tree: syntax.Condition) -> bool:
    """Return True for `attribute_not_exists(name)` and the like, the most frequent conditions."""
    if not isinstance(tree, Call) or len(tree.operands) != 1:
        return False
    [operand] = tree.operands
    return isinstance(operand, DocumentPath) and not operand.placeholders


def of_tree(tree: syntax.Condition, kind: str = "", placeholders: Placeholders = NO_PLACEHOLDERS) -> Condition:
    """Return the condition of a parsed tree; errors name the parameter `kind`."""
    compiler = _Compiler(kind, placeholders)
    test = compiler.test(tree)
    return Condition(test, tuple(compiler.paths))


class _Compiler:
    """Compiles one tree into a test and collects its paths."""

    def __init__(self, kind: str, placeholders: Placeholders) -> None:
        self.kind = kind
        self.placeholders = placeholders
        self.paths: list[Path] = []

    def test(self, node: syntax.Condition) -> Test:
        # One level of Python's stack per level of the tree: conditions nest up to 300 deep.
        if isinstance(node, And | Or):
            tests = []
            for condition in node.conditions:
                tests.append(self.test(condition))
            return _all(tests) if isinstance(node, And) else _any(tests)
        if isinstance(node, Not):
            return _not(self.test(node.condition))
        return self.leaf(node)

    def leaf(self, node: syntax.Leaf) -> Test:
        leaf = resolved(node, self.kind, self.placeholders)
        checks.check_leaf(self.kind, leaf)
        if isinstance(leaf, Call):
            return COMPILERS[leaf.function](self, *leaf.operands)
        if isinstance(leaf, Comparison):
            return self.comparison(leaf)
        if isinstance(leaf, Between):
            return self.between(leaf)
        return self.is_in(leaf)

    def getter(self, operand: syntax.Operand) -> Getter:
        """Return a function that finds the value of an operand in an item, None if there is none."""
        if isinstance(operand, Literal):
            value = operand.value
            return lambda item: value
        if isinstance(operand, DocumentPath):
            self.paths.append(operand.elements)
            return getter(operand.elements)
        assert isinstance(operand, Call) and operand.function == "size", "the parser allows no other"
        return _size(self.getter(operand.operands[0]))

    # ---- operators

    def comparison(self, leaf: Comparison) -> Test:
        name, left, right = leaf.operator, leaf.left, leaf.right
        if isinstance(left, Literal) and not isinstance(right, Literal):
            name, left, right = MIRRORED[name], right, left
        get = self.getter(left)
        if isinstance(right, Literal):
            return _compared_to(get, name, right.value)
        return _compared(get, name, self.getter(right))

    def between(self, leaf: Between) -> Test:
        get = self.getter(leaf.operand)
        if isinstance(leaf.lower, Literal) and isinstance(leaf.upper, Literal):
            return _between_literals(get, leaf.lower.value, leaf.upper.value)
        above = self.bound(get, ">=", leaf.lower)
        below = self.bound(get, "<=", leaf.upper)
        return lambda item: above(item) and below(item)

    def bound(self, get: Getter, name: str, bound: syntax.Operand) -> Test:
        if isinstance(bound, Literal):
            return _compared_to(get, name, bound.value)
        return _compared(get, name, self.getter(bound))

    def is_in(self, leaf: In) -> Test:
        get = self.getter(leaf.operand)
        if all(isinstance(choice, Literal) for choice in leaf.choices):
            return _in_literals(get, tuple(choice.value for choice in leaf.choices if isinstance(choice, Literal)))
        choices = tuple([self.getter(choice) for choice in leaf.choices])

        def is_any(item: Attributes) -> bool:
            value = get(item)
            return value is not None and any(value == choice(item) for choice in choices)

        return is_any

    # ---- functions

    def attribute_exists(self, path: syntax.Operand) -> Test:
        get = self.getter(path)
        return lambda item: get(item) is not None

    def attribute_not_exists(self, path: syntax.Operand) -> Test:
        get = self.getter(path)
        return lambda item: get(item) is None

    def attribute_type(self, operand: syntax.Operand, wanted: syntax.Operand) -> Test:
        get = self.getter(operand)
        assert isinstance(wanted, Literal), "checked before"
        tag = wanted.value[1]
        return lambda item: (value := get(item)) is not None and value[0] == tag

    def begins_with(self, whole: syntax.Operand, start: syntax.Operand) -> Test:
        get, get_start = self.getter(whole), self.getter(start)

        def begins(item: Attributes) -> bool:
            value, wanted = get(item), get_start(item)
            return (
                value is not None
                and wanted is not None
                and value[0] == wanted[0]
                and value[0] in _TEXTS
                and value[1].startswith(wanted[1])
            )

        return begins

    def contains(self, container: syntax.Operand, member: syntax.Operand) -> Test:
        get, get_member = self.getter(container), self.getter(member)

        def contains(item: Attributes) -> bool:
            value, wanted = get(item), get_member(item)
            return value is not None and wanted is not None and is_member(wanted, value)

        return contains


COMPILERS: dict[str, Callable[..., Test]] = {
    "attribute_exists": _Compiler.attribute_exists,
    "attribute_not_exists": _Compiler.attribute_not_exists,
    "attribute_type": _Compiler.attribute_type,
    "begins_with": _Compiler.begins_with,
    "contains": _Compiler.contains,
}
"""The functions that are conditions."""

MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The equivalent operator when the operands are swapped."""

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXTS = ("S", "B")
_HASHABLE = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS"})


def resolved(leaf: syntax.Leaf, kind: str, placeholders: Placeholders) -> syntax.Leaf:
    """Return `leaf` with plain paths and literals in place of placeholders."""
    operand = placeholders.operand
    if isinstance(leaf, Comparison):
        return Comparison(leaf.operator, operand(kind, leaf.left), operand(kind, leaf.right))
    if isinstance(leaf, Between):
        return Between(operand(kind, leaf.operand), operand(kind, leaf.lower), operand(kind, leaf.upper))
    if isinstance(leaf, In):
        return In(operand(kind, leaf.operand), tuple([operand(kind, choice) for choice in leaf.choices]))
    return placeholders.call(kind, leaf)


def getter(path: Path) -> Getter:
    """Return a function that finds the value at `path`."""
    if len(path) == 1:
        name = str(path[0])
        return lambda item: item.get(name)
    return lambda item: paths.find(item, path)


def is_member(wanted: Value, container: Value) -> bool:
    """Return True if `contains(container, wanted)`: part of a text, member of a set, element of a list."""
    (tag, payload), (wanted_tag, wanted_payload) = container, wanted
    if tag == "L":
        return wanted in payload
    if tag in _TEXTS:
        return tag == wanted_tag and wanted_payload in payload
    return tag == wanted_tag + "S" and wanted_payload in payload  # a number's canonical text is its value


def _all(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda item: first(item) and second(item)

    def all_hold(item: Attributes) -> bool:
        for test in tests:  # noqa: SIM110  # `all` is slower and takes more of the stack
            if not test(item):
                return False
        return True

    return all_hold


def _any(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda item: first(item) or second(item)

    def any_holds(item: Attributes) -> bool:
        for test in tests:  # noqa: SIM110  # as above
            if test(item):
                return True
        return False

    return any_holds


def _not(test: Test) -> Test:
    return lambda item: not test(item)


def _size(get: Getter) -> Getter:
    def size(item: Attributes) -> Value | None:
        value = get(item)
        if value is None:
            return None
        tag, payload = value
        if tag == "S":
            # UTF-16 code units: characters beyond the first 65,536 count twice.
            length = len(payload) if payload.isascii() else len(payload.encode("utf-16-le", "surrogatepass")) // 2
            return ("N", str(length))
        return None if tag in ("N", "BOOL", "NULL") else ("N", str(len(payload)))

    return size


def _compared_to(get: Getter, name: str, literal: Value) -> Test:
    if name == "=":
        return lambda item: get(item) == literal
    if name == "<>":
        return lambda item: get(item) != literal
    compare = _ORDER[name]
    tag, bound = literal[0], sort_key(literal)
    if tag == "N":
        sortable = numbers.sortable
        return lambda item: (value := get(item)) is not None and value[0] == "N" and compare(sortable(value[1]), bound)
    return lambda item: (value := get(item)) is not None and value[0] == tag and compare(value[1], bound)


def _between_literals(get: Getter, lower: Value, upper: Value) -> Test:
    tag, low, high = lower[0], sort_key(lower), sort_key(upper)
    if tag == "N":
        sortable = numbers.sortable
        return lambda item: (
            (value := get(item)) is not None and value[0] == "N" and low <= sortable(value[1]) <= high  # type: ignore[operator]
        )
    return lambda item: (value := get(item)) is not None and value[0] == tag and low <= value[1] <= high


def _compared(get: Getter, name: str, get_other: Getter) -> Test:
    if name == "=":
        return lambda item: (value := get(item)) is not None and value == get_other(item)
    if name == "<>":  # everything that is not equal, so also two missing values
        return lambda item: (value := get(item)) is None or value != get_other(item)
    compare = _ORDER[name]

    def is_ordered(item: Attributes) -> bool:
        value, other = get(item), get_other(item)
        return (
            value is not None
            and other is not None
            and value[0] == other[0]
            and value[0] in SCALAR_KEY_TAGS
            and compare(sort_key(value), sort_key(other))
        )

    return is_ordered


def _in_literals(get: Getter, choices: tuple[Value, ...]) -> Test:
    if all(choice[0] in _HASHABLE for choice in choices):
        known = frozenset(choices)
        return lambda item: (value := get(item)) is not None and value[0] in _HASHABLE and value in known
    return lambda item: get(item) in choices
