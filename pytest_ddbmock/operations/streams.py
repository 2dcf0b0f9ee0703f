"""ListStreams, DescribeStream, GetShardIterator, GetRecords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.clock import SECOND, to_epoch_seconds
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.arns import Arn
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.request import STREAMS
from pytest_ddbmock.engine.table_description import key_schema_to_wire
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.followers.stream import Shard, ShardIterator
from pytest_ddbmock.storage.settings import CREATING, Stream
from pytest_ddbmock.storage.table import Table

PAGE_STREAMS = PAGE_SHARDS = 100


@operation("ListStreams", service=STREAMS)
def list_streams(call: Call) -> Answer:
    """Order: API_streams_ListStreams. Unsure: that an unknown table is not an error but has no streams."""
    limit = call.param("Limit", PAGE_STREAMS)
    name = call.param("TableName")
    after = call.param("ExclusiveStartStreamArn")
    if after is not None:
        _parse(after)
    call.admit()
    found = [
        (table, stream)
        for table, stream in streams.readable_streams(_tables(call), call.now)
        if (name is None or table.name == name) and (after is None or streams.stream_arn(table, stream) > after)
    ]
    shown = [
        {"StreamArn": streams.stream_arn(table, stream), "TableName": table.name, "StreamLabel": stream.label}
        for table, stream in found[:limit]
    ]
    return call.answer(Streams=shown, LastEvaluatedStreamArn=shown[-1]["StreamArn"] if len(found) > limit else None)


@operation("DescribeStream", service=STREAMS)
def describe_stream(call: Call) -> Answer:
    """Order: API_streams_DescribeStream."""
    limit = call.param("Limit", PAGE_SHARDS)
    after = call.param("ExclusiveStartShardId")
    only = call.param("ShardFilter")
    table, stream = _stream(call, call.param("StreamArn"))
    call.admit()
    shards = streams.kept_shards(table, stream, call.now)
    if only is not None:
        shards = [shard for shard in shards if shard.parent == only["ShardId"]]
    if after is not None:
        shards = [shard for shard in shards if shard.id > after]
    description = {
        "StreamArn": streams.stream_arn(table, stream),
        "StreamLabel": stream.label,
        "StreamStatus": _status(table, stream),
        "StreamViewType": stream.view_type,
        "CreationRequestDateTime": to_epoch_seconds(stream.created_at),
        "TableName": table.name,
        "KeySchema": key_schema_to_wire(table.schema),
        "Shards": [_shard_to_wire(shard) for shard in shards[:limit]],
    }
    if len(shards) > limit:
        description["LastEvaluatedShardId"] = shards[limit - 1].id
    return call.answer(StreamDescription=description)


def _status(table: Table, stream: Stream) -> str:
    if stream.end is not None:
        return "DISABLED"
    return "ENABLING" if table.settings.status == CREATING else "ENABLED"


def _shard_to_wire(shard: Shard) -> dict[str, Any]:
    shown: dict[str, Any] = {"ShardId": shard.id, "SequenceNumberRange": streams.sequence_number_range(shard)}
    if shard.parent is not None:
        shown["ParentShardId"] = shard.parent
    return shown


@operation("GetShardIterator", service=STREAMS)
def get_shard_iterator(call: Call) -> Answer:
    """Order: API_streams_GetShardIterator."""
    kind = call.param("ShardIteratorType")
    number = call.param("SequenceNumber")
    moment = call.param("Timestamp")
    _require_matching(kind, number, moment)
    if moment is not None and moment * SECOND > call.now:
        # Unsure: the text.
        raise errors.validation("Timestamp must not be in the future")
    table, stream = _stream(call, call.param("StreamArn"))
    shard = _shard(streams.kept_shards(table, stream, call.now), call.param("ShardId"))
    call.admit()
    history = table.history
    if kind == "TRIM_HORIZON":
        position = streams.oldest_position(history, shard, call.now)
    elif kind == "LATEST":
        position = streams.newest_position(history, shard)
    elif kind == "AT_TIMESTAMP":
        position = streams.position_at(history, shard, round(moment * SECOND), call.now)
    else:
        inclusive = kind == "AT_SEQUENCE_NUMBER"
        position = streams.position_of_number(table, shard, number, call.now, inclusive=inclusive)
    return call.answer(ShardIterator=_iterator(call, streams.stream_arn(table, stream), shard, position))


def _require_matching(kind: str, number: object, moment: object) -> None:
    """Refuse a SequenceNumber or Timestamp that is missing, or that the type does not take. Unsure: all the texts."""
    if kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        if number is None:
            raise errors.validation(
                "SequenceNumber is a required argument when ShardIteratorType is "
                "AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER"
            )
    elif number is not None:
        raise errors.validation(f"SequenceNumber is not a valid argument when ShardIteratorType is {kind}")
    if kind == "AT_TIMESTAMP":
        if moment is None:
            raise errors.validation("Timestamp is a required argument when ShardIteratorType is AT_TIMESTAMP")
    elif moment is not None:
        raise errors.validation(f"Timestamp is not a valid argument when ShardIteratorType is {kind}")


@operation("GetRecords", service=STREAMS)
def get_records(call: Call) -> Answer:
    """Order: API_streams_GetRecords."""
    limit = call.param("Limit", streams.PAGE_RECORDS)
    iterator = streams.decode_iterator(call.param("ShardIterator"))
    if call.now >= iterator.expires_at or not call.engine.serials.is_good(iterator.ticket):
        raise errors.iterator_expired()
    table, stream = _stream(call, iterator.stream_arn)
    shard = _shard(streams.shards(table, stream), iterator.shard_id)
    call.admit()
    call.engine.scenario.shard_reads.admit(shard.id, call.engine.rules.streams.reads, call.now)
    records, page = streams.read_records(table, stream, shard, iterator.position, call.now, limit, call.home.region)
    call.entry.items = len(page.rows)
    call.entry.unread = not page.is_last and table.history.last_seq > page.position
    return call.answer(
        Records=records,
        NextShardIterator=None if page.is_last else _iterator(call, iterator.stream_arn, shard, page.position),
    )


# ---- shared


def _tables(call: Call) -> list[Table]:
    """Return the tables of the caller's Region, deleted ones included."""
    catalog = call.engine.catalog
    return [*catalog.tables(call.home), *catalog.deleted(call.home)]


def _parse(stream_arn: str) -> Arn:
    """Return the parts of a stream's ARN.

    Errors: `ValidationException` for text that is not the ARN of a stream.
    """
    arn = arns.parse(stream_arn)
    if arn is None or arn.kind != "stream":
        # Unsure: the text.
        raise errors.validation("Invalid StreamArn")
    return arn


def _stream(call: Call, stream_arn: str) -> tuple[Table, Stream]:
    """Return the stream with an ARN, and its table.

    Errors: `ValidationException` for text that is not the ARN of a stream, `AccessDeniedException` for one of another
    account, `ResourceNotFoundException` for an unknown stream, or one that is no longer kept.
    """
    arn = _parse(stream_arn)
    if arn.account != call.home.account:
        raise errors.access_denied()
    for table, stream in streams.readable_streams([one for one in _tables(call) if one.name == arn.table], call.now):
        if stream.has_label(arn.rest) and arns.stream_arn(table.arn, arn.rest) == stream_arn:
            call.entry.tables = (table.name,)
            return table, stream
    raise errors.resource_not_found(f"Requested resource not found: Stream: {stream_arn} not found")


def _shard(shards: Sequence[Shard], shard_id: str) -> Shard:
    for shard in shards:
        if shard.id == shard_id:
            return shard
    # Unsure: the text.
    raise errors.resource_not_found("Requested resource not found: Shard does not exist")


def _iterator(call: Call, stream_arn: str, shard: Shard, position: int) -> str:
    return ShardIterator(stream_arn, shard.id, position, call.now, call.engine.serials.ticket()).encode()
