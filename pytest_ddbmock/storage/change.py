"""`Change` (committed) and `Actor` (who made it)."""

from __future__ import annotations

import enum
from typing import NamedTuple

from pytest_ddbmock.storage.schema import Key
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
    """

    seq: int
    at: int
    key: Key
    old: Item | None
    new: Item | None
    actor: Actor
