"""The TTL sweep: deletes what has expired, through `commit`.

Source: "How it works: DynamoDB Time to Live (TTL)".
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from pytest_ddbmock.storage.change import Actor, Write
from pytest_ddbmock.storage.expiry import SECOND, expiry_of
from pytest_ddbmock.storage.table import Table

if TYPE_CHECKING:
    from pytest_ddbmock.engine.engine import Engine


def sweep(engine: Engine, now: int) -> None:
    """Delete from every table with TTL what expired more than the engine's delay before `now` in microseconds."""
    for table in engine.catalog.expiring():
        sweep_table(engine, table, now)


def sweep_table(engine: Engine, table: Table, now: int) -> None:
    """Delete each expired item on its own, at the moment at which it was due."""
    if table.expiry is None:
        return
    for item in list(table.expiry.expired(now - engine.ttl_delay)):
        expiry = expiry_of(item, table.expiry.attribute)
        assert expiry is not None, "the view holds only items with an expiry time"
        due = floor(expiry * SECOND) + 1 + engine.ttl_delay
        engine.commit([Write(table, table.schema.key_of(item), None)], now=min(due, now), actor=Actor.TTL)
