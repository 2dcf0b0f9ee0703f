"""`Write` (wanted), `Change` (made) and `Actor` (who made it)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.values.item import Item

if TYPE_CHECKING:
    from pytest_ddbmock.storage.table import Table


class Actor(enum.Enum):
    """Who changes an item."""

    USER = "user"
    TTL = "ttl"
    REPLICA = "replica"
    IMPORT = "import"
    RESTORE = "restore"


class Write(NamedTuple):
    """An item to be written at `key`; `item` None deletes."""

    table: Table
    key: Key
    item: Item | None


class Change(NamedTuple):
    """One item change, as the history keeps it for good.

    `seq` rises over all tables of an engine and is never used twice; `at` is in microseconds and never falls within
    a history. `old` and `new` are None where there was no item. A write that changes nothing is a change too.
    """

    seq: int
    at: int
    key: Key
    old: Item | None
    new: Item | None
    actor: Actor
