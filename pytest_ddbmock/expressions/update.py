"""Updates as functions from the stored item to the new one.

Source: "Using update expressions in DynamoDB", "UpdateItem" (API reference).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import checks, parser
from pytest_ddbmock.expressions.condition import getter
from pytest_ddbmock.expressions.parser import UPDATE
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import Projection
from pytest_ddbmock.expressions.syntax import (
    Action,
    Add,
    Arithmetic,
    Call,
    Delete,
    DocumentPath,
    Literal,
    Operand,
    Remove,
    Set,
    ValueName,
)
from pytest_ddbmock.values import numbers, paths
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.paths import Edit, Path

Evaluator: TypeAlias = Callable[[Mapping[str, Value]], Value | None]
"""From the stored item to a value, None where the path of an operand finds nothing."""

MISSING = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
LEGACY_WRONG_TYPE = "Type mismatch for attribute to update"

_LONG_NAMES = {
    "S": "STRING", "N": "NUMBER", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL", "L": "LIST", "M": "MAP",
}  # fmt: skip
"""Types that ADD or DELETE rejects."""
_ADDABLE = ("N", "SS", "NS", "BS")
_SETS = ("SS", "NS", "BS")


class Update:
    """What an UpdateItem does to an item: `targets` are the paths it writes, in the order of the request.

    `creates` is False if the update makes no item where there is none: all its actions remove something. `empties`
    holds the top-level attributes that a SET makes empty, whatever the stored item.
    """

    __slots__ = ("_arguments", "_edits", "_is_deep", "creates", "empties", "targets")

    def __init__(
        self,
        edits: Sequence[tuple[Path, Edit]],
        arguments: Sequence[Evaluator] = (),
        *,
        creates: bool = True,
        empties: Mapping[str, Value] | None = None,
        is_deep: bool = False,
    ) -> None:
        self.targets: tuple[Path, ...] = tuple(path for path, _ in edits)
        self.creates = creates
        self.empties: Mapping[str, Value] = empties or {}
        self._edits = paths.tree(edits)
        self._arguments = tuple(arguments)
        self._is_deep = is_deep

    def apply(self, item: Mapping[str, Value]) -> Item:
        """Return the new item; `item` is the stored one, or the key alone if there is none.

        Linear in the attributes of the item and of the edited maps and lists; the rest is shared with `item`.

        Errors: `ValidationException` for operands or parents of paths that are missing or have the wrong type, for
        numbers out of range and for more than 32 levels.
        """
        # Every value is calculated from the item as it was, so that `SET a = b, b = a` exchanges them.
        arguments = []
        for evaluate in self._arguments:
            value = evaluate(item)
            if value is None:
                raise errors.validation(MISSING)
            arguments.append(value)
        after = Item(paths.edited(item, self._edits, arguments))
        if self._is_deep:
            paths.require_levels(after)
        return after

    def updated(self, item: Mapping[str, Value]) -> Item | None:
        """Return the touched parts of `item` (old or new), inside their parents; None if it has none of them.

        Source: "UpdateItem" (API reference), UPDATED_OLD and UPDATED_NEW.
        """
        touched = Projection(self.targets).apply(item)
        return Item(touched) if touched else None


NOTHING = Update(())
"""An UpdateItem without actions: it makes an item of the key if there is none."""


def compile_update(text: str, placeholders: Placeholders) -> Update:
    """Return the update of an expression.

    Errors: `ValidationException` for everything that AWS rejects before it looks at the table.
    """
    return of_parsed(parser.parse_update(text), placeholders)


def of_parsed(parsed: Sequence[Action], placeholders: Placeholders, kind: str = UPDATE) -> Update:
    """Return the update of parsed actions; errors as of `compile_update`, worded for the parameter `kind`."""
    try:
        actions = [_resolved(kind, action, placeholders) for action in parsed]
    except DynamoDBError:
        for path in _paths(parsed):  # an undefined name anywhere is reported before an undefined value
            placeholders.path(kind, path)
        raise
    checks.check_overlaps(kind, [action.target.elements for action in actions])
    for action in actions:
        if isinstance(action, Add):
            _require_allowed(kind, "ADD", action.value, _ADDABLE)
        elif isinstance(action, Delete):
            _require_allowed(kind, "DELETE", action.value, _SETS)
    for action in actions:
        if isinstance(action, Set):
            _check_value(kind, action.value)
    return of_actions(actions, is_deep=placeholders.is_deep)


def of_actions(actions: Iterable[Action], *, is_legacy: bool = False, is_deep: bool = False) -> Update:
    """Return the update of checked actions with plain paths and literals.

    `is_legacy` words the errors of values of the wrong type; `is_deep` says that a literal may have too many levels.
    """
    wrong_type = LEGACY_WRONG_TYPE if is_legacy else WRONG_TYPE
    edits: list[tuple[Path, Edit]] = []
    arguments: list[Evaluator] = []
    empties: dict[str, Value] = {}
    removes = 0
    for action in actions:
        path = action.target.elements
        if isinstance(action, Set):
            edits.append((path, _set(len(arguments))))
            if isinstance(action.value, Literal) and not action.value.value[1] and len(path) == 1:
                empties[str(path[0])] = action.value.value
            arguments.append(_evaluator(action.value))
        elif isinstance(action, Remove):
            edits.append((path, _remove))
            removes += 1
        else:
            assert isinstance(action.value, Literal), "placeholders have been replaced"
            make = _add if isinstance(action, Add) else _delete
            edits.append((path, make(action.value.value, wrong_type)))
            # Unsure: DELETE in an expression; it is documented of the legacy DELETE, and observed of REMOVE.
            removes += isinstance(action, Delete)
    creates = not edits or removes < len(edits)
    return Update(edits, arguments, creates=creates, empties=empties, is_deep=is_deep)


# ---- before the item is known


def _resolved(kind: str, action: Action, placeholders: Placeholders) -> Action:
    """Return `action` with plain paths and literals in place of placeholders."""
    target = action.target
    if target.placeholders:
        target = DocumentPath(placeholders.path(kind, target))
    if isinstance(action, Remove):
        return Remove(target)
    value = action.value
    if isinstance(value, Arithmetic):
        left, right = placeholders.operand(kind, value.left), placeholders.operand(kind, value.right)
        return Set(target, Arithmetic(value.operator, left, right))
    operand = placeholders.operand(kind, value)
    if isinstance(action, Set):
        return Set(target, operand)
    assert isinstance(operand, Literal), "the parser lets ADD and DELETE have nothing else"
    return Add(target, operand) if isinstance(action, Add) else Delete(target, operand)


def _paths(actions: Iterable[Action]) -> Iterator[DocumentPath]:
    """Return every path in `actions`, in the order of the text."""
    for action in actions:
        yield action.target
        waiting: list[Operand | Arithmetic] = [action.value] if isinstance(action, Set) else []
        while waiting:
            operand = waiting.pop()
            if isinstance(operand, DocumentPath):
                yield operand
            elif isinstance(operand, Call):
                waiting.extend(reversed(operand.operands))
            elif isinstance(operand, Arithmetic):
                waiting.extend((operand.right, operand.left))


def _require_allowed(kind: str, section: str, value: ValueName | Literal, allowed: Sequence[str]) -> None:
    assert isinstance(value, Literal), "placeholders have been replaced"
    tag = value.value[0]
    if tag not in allowed:
        raise errors.invalid_expression(
            kind,
            f"Incorrect operand type for operator or function; operator: {section}, "
            f"operand type: {_LONG_NAMES[tag]}, typeSet: ALLOWED_FOR_{section}_OPERAND",
        )


def _check_value(kind: str, value: Operand | Arithmetic) -> None:
    operands = (value.left, value.right) if isinstance(value, Arithmetic) else (value,)
    for operand in operands:
        if isinstance(operand, Call):
            checks.check_counts(kind, operand)
            checks.check_call(kind, operand)
    if isinstance(value, Arithmetic):
        for operand in operands:
            tag = checks.operand_type(operand)
            if tag not in (None, "N"):
                raise checks.wrong_type(kind, value.operator, str(tag))


# ---- values


def _evaluator(value: Operand | Arithmetic) -> Evaluator:
    # One level of Python's stack per level of the value: calls nest up to 300 deep.
    if isinstance(value, Literal):
        literal = value.value
        return lambda item: literal
    if isinstance(value, DocumentPath):
        return getter(value.elements)
    if isinstance(value, Arithmetic):
        return _calculated(value.operator, _evaluator(value.left), _evaluator(value.right))
    assert isinstance(value, Call), "placeholders have been replaced"
    first, second = value.operands
    make = _if_not_exists if value.function == "if_not_exists" else _list_append
    return make(_evaluator(first), _evaluator(second))


def _calculated(operator: str, get_left: Evaluator, get_right: Evaluator) -> Evaluator:
    calculate = numbers.add if operator == "+" else numbers.subtract

    def calculated(item: Mapping[str, Value]) -> Value:
        left, right = get_left(item), get_right(item)
        if left is None or right is None:
            raise errors.validation(MISSING)
        if left[0] != "N" or right[0] != "N":
            raise errors.validation(WRONG_TYPE)
        return ("N", calculate(left[1], right[1]))

    return calculated


def _if_not_exists(get: Evaluator, get_default: Evaluator) -> Evaluator:
    return lambda item: stored if (stored := get(item)) is not None else get_default(item)


def _list_append(get_first: Evaluator, get_second: Evaluator) -> Evaluator:
    def joined(item: Mapping[str, Value]) -> Value:
        first, second = get_first(item), get_second(item)
        if first is None or second is None:
            raise errors.validation(MISSING)
        if first[0] != "L" or second[0] != "L":
            raise errors.validation(WRONG_TYPE)
        return ("L", first[1] + second[1])

    return joined


# ---- edits


def _set(position: int) -> Edit:
    return lambda stored, arguments: arguments[position]


def _remove(stored: Value | None, arguments: Sequence[Value]) -> None:
    return None


def _add(value: Value, wrong_type: str) -> Edit:
    tag, payload = value

    def added(stored: Value | None, arguments: Sequence[Value]) -> Value:
        if stored is None:
            return value
        if stored[0] != tag:
            raise errors.validation(wrong_type)
        if tag == "N":
            return ("N", numbers.add(stored[1], payload))
        if tag == "L":  # the legacy ADD alone
            return ("L", stored[1] + payload)
        return (tag, tuple(sorted({*stored[1], *payload}, key=numbers.sortable if tag == "NS" else None)))

    return added


def _delete(value: Value, wrong_type: str) -> Edit:
    tag, unwanted = value[0], frozenset(value[1])

    def reduced(stored: Value | None, arguments: Sequence[Value]) -> Value | None:
        if stored is None:
            return None
        if stored[0] != tag:
            raise errors.validation(wrong_type)
        rest = tuple([member for member in stored[1] if member not in unwanted])
        return (tag, rest) if rest else None  # there are no empty sets

    return reduced
