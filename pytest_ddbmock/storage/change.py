"""`Change` (committed), `Row` (the same without names) and `Actor` (who made it)."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple, TypeAlias

from pytest_ddbmock.values.item import Item


class Actor(enum.Enum):
    """Who changes an item."""

    USER = "user"
    TTL = "ttl"
    REPLICA = "replica"
    IMPORT = "import"
    RESTORE = "restore"


class Change(NamedTuple):
    """One committed change of an item; never modified.

    `seq` rises across all tables of an engine and is never reused. `at` is in microseconds and never falls within a
    history. `old` and `new` are None where there is no item. A write that changes nothing is a change too.
    `Table.key_of` returns the key of `image`.
    """

    seq: int
    at: int
    old: Item | None
    new: Item | None
    actor: Actor

    @property
    def image(self) -> Item | None:
        """The item after the change, else before it; None where nothing was deleted."""
        return self.old if self.new is None else self.new


Row: TypeAlias = tuple[int, int, Item | None, Item | None, Actor]
"""The members of a `Change`, in its order."""

SEQ: Final = 0
AT: Final = 1
OLD: Final = 2
NEW: Final = 3
ACTOR: Final = 4
