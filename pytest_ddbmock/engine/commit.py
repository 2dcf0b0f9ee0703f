"""`commit`: the only door for item changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.table import Table, Write


class Committer:
    """Makes writes real, numbers them, and tells whoever follows the tables.

    `seq` is the number of the last change of any table. It never falls, not even in a rollback: what an earlier test
    holds in its hands (a shard iterator) must not mean something else in a later one.
    """

    def __init__(self, followers: Sequence[Callable[[Table], None]] = ()) -> None:
        """`followers` are called with each table that has changed."""
        self.seq = 0
        self._followers = followers

    def commit(self, writes: Sequence[Write], *, now: int, actor: Actor = Actor.USER) -> list[Change]:
        """Make all writes real, at one moment in microseconds. Refusals came before: `Call.admit`."""
        # One moment for all, in the history of each table no earlier than what stands there.
        at = now
        for write in writes:
            at = max(at, write.table.history.last_at)
        changes: list[Change] = []
        for table, key, item in writes:
            self.seq += 1
            change = Change(self.seq, at, table.get_at(key), item, actor)
            table.apply(key, change)
            changes.append(change)
        for table in {write.table: None for write in writes}:
            for catch_up in self._followers:
                catch_up(table)
        return changes
