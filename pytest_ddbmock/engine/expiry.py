"""The TTL sweep: deletes what has expired, through `commit`.

Source: "How it works: DynamoDB Time to Live (TTL)".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from pytest_ddbmock.engine.catalog import Catalog
from pytest_ddbmock.engine.clockwork import Clockworks
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.expiry import ExpiryView
from pytest_ddbmock.storage.table import Table, Write


class Commit(Protocol):
    """`Accounts.commit`."""

    def __call__(self, writes: Sequence[Write], *, now: int, actor: Actor = Actor.USER) -> list[Change]:
        """Make all writes real."""
        ...


class Sweeper:
    """Deletes expired items as if it were looking all the time. A `Clockwork`.

    It looks when a call comes in or the clock is moved. Each item goes at the moment at which it was due, never before
    the last look, and a jump of ten years leaves nothing behind.
    """

    catches_up = True

    def __init__(self, catalog: Catalog, commit: Commit, clockworks: Clockworks, rules: Callable[[], Rules]) -> None:
        """`clockworks` knows the last look, `rules` the delay between expiry and removal."""
        self._catalog = catalog
        self._commit = commit
        self._clockworks = clockworks
        self._rules = rules

    def next_due(self, until: int) -> int | None:
        """Return the moment of the earliest removal that is due by `until`, None if there is none."""
        found = None
        for table in self._catalog.expiring():
            for expiry, since, delay in self._expired(table, until):
                for item in expiry.expired(since - delay, until - delay):
                    due = max(since, expiry.due_at(item) + delay)
                    if found is None or due < found:
                        found = due
                    break
        return found

    def run(self, now: int) -> None:
        """Delete from every table with TTL what expired more than the delay before `now`."""
        for table in self._catalog.expiring():
            for expiry, since, delay in self._expired(table, now):
                for item in list(expiry.expired(since - delay, now - delay)):
                    key = table.schema.key_of(item)
                    # Each item on its own, and only if it is still what had expired: what follows one delete may touch
                    # others.
                    if table.get_at(key) is item:
                        due = max(since, expiry.due_at(item) + delay)
                        self._commit([Write(table, key, None)], now=due, actor=Actor.TTL)

    def _expired(self, table: Table, now: int) -> Iterator[tuple[ExpiryView, int, int]]:
        """Yield the expiry order of a table, the last look and the delay, if something is due by `now`."""
        expiry, looked_at = table.expiry, self._clockworks.at
        assert expiry is not None, "the catalog lists only tables with TTL"
        since, delay = now if looked_at is None else min(looked_at, now), self._rules().ttl_delay
        if expiry.has_expired(since - delay, now - delay):
            yield expiry, since, delay
