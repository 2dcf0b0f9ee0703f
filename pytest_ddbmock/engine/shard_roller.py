"""Shard rollover: after a while each shard is closed and a child continues it, whether or not anything was written.

Source: "Change data capture for DynamoDB Streams".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddbmock.storage import shards
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.shards import Shard
from pytest_ddbmock.storage.table import Table

if TYPE_CHECKING:
    from pytest_ddbmock.engine.engine import Engine


class ShardRoller:
    """Closes shards at the end of their life, when a call comes in or the clock is moved."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def roll(self, now: int) -> None:
        """Close every shard whose life has ended by `now` in microseconds, as of the moment when it ended."""
        life = self._engine.stream_rules.shard_life
        if not life:
            return
        for table in self._engine.catalog.all_tables():
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
    return f"{table.name} {stream.label}"
