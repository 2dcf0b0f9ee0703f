"""Paths such as `a.b[3]` in an item: find, pick, replace and remove; new items share what did not change.

Several edits of one item are made in one pass, so that list indexes always refer to the list as it was before.

Source: "Referring to item attributes when using expressions in DynamoDB", "Using update expressions in DynamoDB".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.values.attribute import MAX_LEVELS, NESTED_TOO_DEEP, Value

Path: TypeAlias = tuple[str | int, ...]
"""A top-level attribute name, then names (of a map) and indexes (of a list)."""

T = TypeVar("T")

Tree: TypeAlias = dict[Any, Any]
"""Paths that share beginnings: by name or index, what the path means or the tree of the paths below."""

Edit: TypeAlias = Callable[[Value | None, Sequence[Value]], Value | None]
"""From the stored value (None: nothing) and the arguments of `edited` to the new value (None: nothing)."""

INVALID_FOR_UPDATE = "The document path provided in the update expression is invalid for update"


def find(item: Mapping[str, Value], path: Path) -> Value | None:
    """Return the value at `path`, None if there is none or the path takes a list for a map or the reverse."""
    value = item.get(path[0])  # type: ignore[arg-type]  # the first element is a name
    for element in path[1:]:
        if value is None:
            return None
        tag, payload = value
        if isinstance(element, str):
            value = payload.get(element) if tag == "M" else None
        else:
            value = payload[element] if tag == "L" and element < len(payload) else None
    return value


def tree(leaves: Iterable[tuple[Path, T]]) -> Tree:
    """Return the tree of `leaves`, whose paths must neither overlap nor conflict."""
    root: Tree = {}
    for path, leaf in leaves:
        node = root
        for element in path[:-1]:
            node = node.setdefault(element, {})
        node[path[-1]] = leaf
    return root


def picked(item: Mapping[str, Value], wanted: Tree) -> dict[str, Value]:
    """Return what `wanted` (leaves of any kind) finds in `item`, inside its parents; lists have no gaps.

    Linear in the size of `wanted`.

    Source: "Using projection expressions in DynamoDB".
    """
    found = {}
    for name, below in wanted.items():
        value = item.get(name)
        if value is not None and (not isinstance(below, dict) or (value := _picked_below(value, below)) is not None):
            found[name] = value
    return found


def _picked_below(value: Value, wanted: Tree) -> Value | None:
    tag, payload = value
    if tag == "M":
        attributes = picked(payload, wanted)
        return ("M", attributes) if attributes else None
    if tag != "L":
        return None
    elements = []
    # The paths of one tree never take a container for both a list and a map, but they may take this list for a map.
    for index in sorted(index for index in wanted if type(index) is int and index < len(payload)):
        below, element = wanted[index], payload[index]
        if not isinstance(below, dict) or (element := _picked_below(element, below)) is not None:
            elements.append(element)
    return ("L", tuple(elements)) if elements else None


def edited(item: Mapping[str, Value], edits: Tree, arguments: Sequence[Value] = ()) -> dict[str, Value]:
    """Return `item` after `edits`, a tree of `Edit`; containers off the paths are shared with `item`.

    Elements set beyond the end of a list are appended in the order of their indexes. Linear in the length of the
    maps and lists on the paths.

    Errors: `ValidationException` for a parent that is missing or of the wrong kind, and for more than 32 levels.
    """
    return _edited_map(item, edits, arguments, 1)


def _edited_map(
    attributes: Mapping[str, Value], edits: Tree, arguments: Sequence[Value], level: int
) -> dict[str, Value]:
    result = dict(attributes)
    for name, edit in edits.items():
        stored = attributes.get(name)
        value = _edited_value(stored, edit, arguments, level)
        if value is not None:
            result[name] = value
        elif stored is not None:
            del result[name]
    return result


def _edited_list(elements: Sequence[Value], edits: Tree, arguments: Sequence[Value], level: int) -> tuple[Value, ...]:
    result: list[Value | None] = list(elements)
    for index in sorted(edits):
        if index < len(elements):
            result[index] = _edited_value(elements[index], edits[index], arguments, level)
        else:
            result.append(_edited_value(None, edits[index], arguments, level))
    return tuple([element for element in result if element is not None])


def _edited_value(stored: Value | None, edit: Edit | Tree, arguments: Sequence[Value], level: int) -> Value | None:
    if not isinstance(edit, dict):
        value = edit(stored, arguments)
        # Nothing can be too deep at the top level: whole values were checked when they were decoded.
        if level > 1 and value is not None and value is not stored and level - 1 + levels(value) > MAX_LEVELS:
            raise errors.validation(NESTED_TOO_DEEP)
        return value
    if stored is not None:
        tag, payload = stored
        by_name = isinstance(next(iter(edit)), str)  # paths that conflict were rejected
        if tag == "M" and by_name:
            return ("M", _edited_map(payload, edit, arguments, level + 1))
        if tag == "L" and not by_name:
            return ("L", _edited_list(payload, edit, arguments, level + 1))
    raise invalid_for_update()


def invalid_for_update() -> DynamoDBError:
    """Return the error for an update inside a parent that is missing or of the wrong kind."""
    return errors.validation(INVALID_FOR_UPDATE)


def levels(value: Value) -> int:
    """Return the nesting levels of `value`: 1 for a scalar or set, one more for each list or map around it.

    Linear in the number of values inside.
    """
    tag, payload = value
    if tag == "M":
        return 1 + max(map(levels, payload.values()), default=0)
    if tag == "L":
        return 1 + max(map(levels, payload), default=0)
    return 1


def require_levels(item: Mapping[str, Value]) -> None:
    """Raise `ValidationException` for an attribute with more than 32 levels."""
    if max(map(levels, item.values()), default=1) > MAX_LEVELS:
        raise errors.validation(NESTED_TOO_DEEP)


def render(path: Path) -> str:
    """Return a path as AWS prints it.

    >>> render(("a", 0, "b"))
    '[a, [0], b]'
    """
    return "[" + ", ".join(f"[{element}]" if type(element) is int else str(element) for element in path) + "]"
