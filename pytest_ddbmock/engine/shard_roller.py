"""Shard rollover: after a while each shard is closed and a child continues it, whether or not anything was written.

Source: "Change data capture for DynamoDB Streams".
"""

from __future__ import annotations

from collections.abc import Callable

from pytest_ddbmock.engine.catalog import Catalog
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.storage import shards
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.shards import Shard
from pytest_ddbmock.storage.table import Table


class ShardRoller:
    """Closes each shard at the moment at which its life ends, as if it were looking all the time. A `Clockwork`."""

    catches_up = True

    def __init__(self, catalog: Catalog, rules: Callable[[], Rules]) -> None:
        """`rules` tells the life of shards."""
        self._catalog = catalog
        self._rules = rules

    def next_due(self, until: int) -> int | None:
        """Return the moment by `until` at which the first shard closes, None if none does."""
        life = self._rules().streams.shard_life
        if not life:
            return None
        ends = [
            shard.opened_at + life
            for table in self._catalog.all_tables()
            if table.settings.stream is not None
            for shard in table.settings.stream.shards
            if shard.end is None
        ]
        due = min(ends, default=None)
        return due if due is not None and due <= until else None

    def run(self, now: int) -> None:
        """Close every shard whose life has ended by `now`."""
        life = self._rules().streams.shard_life
        for table in self._catalog.all_tables() if life else ():
            stream = table.settings.stream
            if stream is not None and any(one.end is None and one.opened_at + life <= now for one in stream.shards):
                name, history = shard_name(table, stream), table.history
                self._replace(table, stream, shards.rolled(name, stream.shards, history, life, now))

    def split(self, table: Table, parts: int, now: int) -> None:
        """Close every open shard of the enabled stream of `table`, each with `parts` children."""
        stream = table.settings.stream
        assert stream is not None, "only an enabled stream has open shards"
        name, seq = shard_name(table, stream), table.history.last_seq
        self._replace(table, stream, shards.split(name, stream.shards, parts, now, seq))

    def _replace(self, table: Table, stream: Stream, new: tuple[Shard, ...]) -> None:
        table.change_settings(streams=(*table.settings.streams[:-1], stream._replace(shards=new)))


def shard_name(table: Table, stream: Stream) -> str:
    """Return the text from which the ids of a stream's shards are made."""
    return f"{table.name} {stream.first_label}"
