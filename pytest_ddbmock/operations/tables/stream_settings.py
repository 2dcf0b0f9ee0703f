"""The streams that CreateTable and UpdateTable enable, and UpdateTable and DeleteTable end.

Source: "Change data capture for DynamoDB Streams".
"""

from __future__ import annotations

from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.storage.settings import Stream, free_label
from pytest_ddbmock.storage.shards import first_shards
from pytest_ddbmock.storage.table import Table


def new_stream(call: Call, table_name: str, view_type: str, earlier: tuple[Stream, ...]) -> Stream:
    """Return a stream that starts now, with a label that no stream of a table of that name has had."""
    taken = {stream.label for stream in earlier}
    for table in call.engine.catalog.deleted(call.home):
        if table.name == table_name:
            taken.update(stream.label for stream in table.settings.streams)
    label, seq = free_label(call.now, taken), call.engine.seq
    shards = first_shards(f"{table_name} {label}", call.engine.rules.streams.shards, call.now, seq)
    return Stream(label, view_type, call.now, seq, shards=shards)


def ended_streams(call: Call, table: Table) -> tuple[Stream, ...]:
    """Return the table's streams; an enabled one ends now."""
    settings = table.settings
    if settings.stream is None:
        return settings.streams
    ended = settings.stream._replace(end=call.engine.seq, ended_at=call.now)
    return (*settings.streams[:-1], ended)
