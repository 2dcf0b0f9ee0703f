"""The TTL sweep: deletes what has expired, through `commit`.

Source: "How it works: DynamoDB Time to Live (TTL)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddbmock.storage.change import Actor, Write
from pytest_ddbmock.storage.table import Table

if TYPE_CHECKING:
    from pytest_ddbmock.engine.engine import Engine


class Sweeper:
    """Deletes expired items as if it were looking all the time.

    It looks when a call comes in or the clock is moved, and remembers the moment of the last look: each item goes at
    the moment at which it was due, never before that look, and a jump of ten years leaves nothing behind.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._looked_at: int | None = None

    def begin(self, now: int) -> None:
        """Have looked last at `now` in microseconds."""
        self._looked_at = now

    def sweep(self, now: int) -> None:
        """Delete from every table with TTL what expired more than the engine's delay before `now` in microseconds."""
        since = now if self._looked_at is None else min(self._looked_at, now)
        for table in self._engine.catalog.expiring():
            self._sweep_table(table, since, now)
        self._looked_at = now

    def _sweep_table(self, table: Table, since: int, now: int) -> None:
        expiry, delay = table.expiry, self._engine.ttl_delay
        assert expiry is not None, "the catalog gives only tables with TTL"
        if not expiry.has_expired(since - delay, now - delay):
            return
        for item in list(expiry.expired(since - delay, now - delay)):
            key = table.schema.key_of(item)
            # Each item on its own, and only if it still is what had expired: what follows one delete may touch others.
            if table.get_at(key) is item:
                due = max(since, expiry.due_at(item) + delay)
                self._engine.commit([Write(table, key, None)], now=due, actor=Actor.TTL)

    def mark(self) -> int | None:
        """Protocol `Restorable`."""
        return self._looked_at

    def rollback(self, mark: int | None) -> None:
        """Protocol `Restorable`."""
        self._looked_at = mark
