"""Parsed statements.

Conditions and updates are the trees of `expressions.syntax`. A value that depends on the parameters of the request is a
`ValueName` in them; `Statement.bind` gives the names their meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.syntax import Action, Condition, Literal, ValueName
from pytest_ddbmock.values import paths
from pytest_ddbmock.values.attribute import MAX_LEVELS, NESTED_TOO_DEEP, Value
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import decode_value
from pytest_ddbmock.values.paths import Path

LIST, MAP, SET = "L", "M", "set"


class Built(NamedTuple):
    """A list, map or set with parameters in it; `names` are those of a map's members, else empty."""

    kind: str
    members: tuple[Literal | ValueName, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The table that a statement names, and the index if it names one."""

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

    projection: tuple[Path, ...] | None
    where: Condition | None
    order: tuple[Ordering, ...] = ()


class Exists(NamedTuple):
    """The condition check of a transaction: an item that the SELECT in it finds."""

    select: Select


class Insert(NamedTuple):
    """`item` is a map, or the name of one that is built of parameters."""

    item: Literal | ValueName


class SetArgument(NamedTuple):
    """The argument of `set_add` or `set_delete` that must be a set; `complaint` is AWS's text if it is none."""

    value: ValueName
    complaint: str


class Update(NamedTuple):
    """Sets, removals, additions to sets and deletions from them."""

    actions: tuple[Action, ...]
    where: Condition | None
    sets: tuple[SetArgument, ...] = ()


class Delete(NamedTuple):
    """A delete of one item."""

    where: Condition | None


Body: TypeAlias = Select | Exists | Insert | Update | Delete
Failure: TypeAlias = DynamoDBError | NotImplementedByMock


class Statement(NamedTuple):
    """A parsed text: `parameters` is the number of its `?`, `built` the values made of them, by name.

    `parsed` holds conditions, paths and updates, or what is wrong with them: AWS looks at them once it knows the table.
    """

    kind: type[Body]
    source: Source
    returning: Returning | None
    parsed: Body | Failure
    parameters: int
    built: tuple[tuple[str, Built], ...]

    @property
    def is_read(self) -> bool:
        """True for a SELECT; an EXISTS belongs to the writes."""
        return self.kind is Select

    @property
    def body(self) -> Body:
        """Conditions, paths and updates. Errors: `ValidationException`, `NotImplementedByMock`."""
        if isinstance(self.parsed, Exception):
            raise self.parsed.with_traceback(None)
        return self.parsed

    def bind(self, parameters: Sequence[Value]) -> Placeholders:
        """Return the meaning of the names in the statement.

        Errors: `ValidationException` for a wrong number of parameters and for values that they cannot make.
        """
        if len(parameters) != self.parameters:
            raise errors.validation("Number of parameters in request and statement don't match.")
        if not parameters:
            return NO_PARAMETERS
        values = {parameter_name(position): value for position, value in enumerate(parameters)}
        max_levels = MAX_LEVELS + (self.kind is Insert)
        for name, built in self.built:
            members = [
                values[member.name] if isinstance(member, ValueName) else member.value for member in built.members
            ]
            values[name] = collection(built.kind, members, built.names)
            require_levels(values[name], max_levels)
        return Placeholders.of_values(values)


NO_PARAMETERS = Placeholders.of_values({})


def parameter_name(position: int) -> str:
    """Return how trees name a `?`, counted from 0."""
    return f"?{position}"


def collection(kind: str, members: Sequence[Value], names: Sequence[str] = ()) -> Value:
    """Return the list, map or set of these members.

    Errors: `ValidationException` for members that do not make a set.
    """
    if kind == SET:
        return _set(members)
    return (LIST, tuple(members)) if kind == LIST else (MAP, dict(zip(names, members, strict=True)))


def _set(members: Sequence[Value]) -> Value:
    tags = {tag for tag, _ in members}
    if len(tags) > 1 or not tags <= {"S", "N", "B"}:
        # Unsure: the text.
        raise errors.invalid_parameters("A set must consist of values of one type, String, Number or Binary")
    return decode_value({f"{tags.pop()}S": [payload for _, payload in members]}, Layer.OLD)


def require_levels(value: Value, limit: int = MAX_LEVELS) -> None:
    """Raise `ValidationException` for a value with more levels of lists and maps than an attribute can have."""
    if value[0] in (LIST, MAP) and paths.levels(value) > limit:
        raise nested_too_deep()


def nested_too_deep() -> DynamoDBError:
    """Return the error for more than 32 levels of lists and maps."""
    return errors.validation(NESTED_TOO_DEEP)
