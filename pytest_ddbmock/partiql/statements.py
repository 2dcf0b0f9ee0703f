"""Nodes of parsed statements.

Conditions and updates are the trees of `expressions.syntax`. A value that depends on the parameters of the request
stands in them as a `ValueName`; `Statement.bind` says what the names mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.syntax import Action, Condition, Literal, ValueName
from pytest_ddbmock.values import attribute, paths
from pytest_ddbmock.values.attribute import MAX_LEVELS, NESTED_TOO_DEEP, Value
from pytest_ddbmock.values.paths import Path

LIST, MAP, SET = "L", "M", "set"


class Built(NamedTuple):
    """A list, map or set with parameters in it; `names` are those of a map's members, else empty."""

    kind: str
    members: tuple[Part, ...]
    names: tuple[str, ...] = ()


Part: TypeAlias = Literal | ValueName | Built


@dataclass(frozen=True, slots=True)
class Source:
    """What stands after FROM: a table, and the index when one is named."""

    table: str
    index: str | None = None


class Ordering(NamedTuple):
    """One attribute of ORDER BY."""

    name: str
    descending: bool


class Returning(NamedTuple):
    """`RETURNING what moment *`: `ALL` or `MODIFIED`, `OLD` or `NEW`."""

    what: str
    moment: str


class Select(NamedTuple):
    """`projection` is None for `*`."""

    source: Source
    projection: tuple[Path, ...] | None
    where: Condition | None
    order: tuple[Ordering, ...] = ()


class Exists(NamedTuple):
    """The condition check of a transaction."""

    select: Select

    @property
    def source(self) -> Source:
        """What the inner SELECT reads."""
        return self.select.source


class Insert(NamedTuple):
    """`item` is a map, or the name of one that is built of parameters."""

    source: Source
    item: Literal | ValueName


class Update(NamedTuple):
    """Sets, removals, additions to sets and deletions from them."""

    source: Source
    actions: tuple[Action, ...]
    where: Condition | None
    returning: Returning | None


class Delete(NamedTuple):
    """A delete of one item."""

    source: Source
    where: Condition | None
    returning: Returning | None


Body: TypeAlias = Select | Exists | Insert | Update | Delete


class Statement(NamedTuple):
    """A parsed text: `parameters` is the number of its `?`, `built` the values made of them, by name."""

    body: Body
    parameters: int
    built: tuple[tuple[str, Built], ...]

    @property
    def is_read(self) -> bool:
        """Whether it is a SELECT; an EXISTS belongs to the writes."""
        return isinstance(self.body, Select)

    def bind(self, parameters: Sequence[Value]) -> Placeholders:
        """What the names in the statement mean.

        Errors: `ValidationException` for a wrong number of parameters and for sets that they cannot make.
        """
        if len(parameters) != self.parameters:
            raise errors.validation("Number of parameters in request and statement don't match.")
        if not parameters:
            return NO_PARAMETERS
        values = {parameter_name(position): value for position, value in enumerate(parameters)}
        for name, built in self.built:
            values[name] = _value(built, values)
        return Placeholders.of_values(values)


NO_PARAMETERS = Placeholders.of_values({})


def parameter_name(position: int) -> str:
    """How trees name a `?`, counted from 0."""
    return f"?{position}"


def _value(part: Part, values: dict[str, Value]) -> Value:
    if isinstance(part, Literal):
        return part.value
    if isinstance(part, ValueName):
        return values[part.name]
    members = []
    for member in part.members:
        members.append(_value(member, values))
    return collection(part.kind, members, part.names)


def collection(kind: str, members: Sequence[Value], names: Sequence[str] = ()) -> Value:
    """The list, map or set of these members.

    Errors: `ValidationException` for members that make no set.
    """
    if kind == SET:
        return _set(members)
    return (LIST, tuple(members)) if kind == LIST else (MAP, dict(zip(names, members, strict=True)))


def _set(members: Sequence[Value]) -> Value:
    tags = {tag for tag, _ in members} or {"S"}
    if len(tags) > 1 or not tags <= {"S", "N", "B"}:
        # Unsure: the text.
        raise errors.invalid_parameters("A set must consist of values of one type, String, Number or Binary")
    return attribute.decode({f"{tags.pop()}S": [payload for _, payload in members]})


def require_levels(value: Value) -> None:
    """Refuse an attribute's value with more than 32 levels of lists and maps."""
    if value[0] in (LIST, MAP) and paths.levels(value) > MAX_LEVELS:
        raise nested_too_deep()


def nested_too_deep() -> DynamoDBError:
    """More than 32 levels of lists and maps."""
    return errors.validation(NESTED_TOO_DEEP)
