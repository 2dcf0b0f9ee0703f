"""A table's stream as a window over its history: shards, sequence numbers, iterators, records. Nothing is stored twice.

Source: "Change data capture for DynamoDB Streams", "Amazon DynamoDB Streams" (API reference).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.clock import MINUTE, SECOND
from pytest_ddbmock.engine import arns
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.storage.change import AT, NEW, OLD, SEQ, Actor, Change, Row
from pytest_ddbmock.storage.history import History
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.shards import STREAM_RETENTION
from pytest_ddbmock.storage.shards import Shard as Shard  # consumers of streams find it here
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import attributes_to_wire

ITERATOR_LIFE = 15 * MINUTE

PAGE_RECORDS = 1000
PAGE_BYTES = 1 << 20
_CHUNK = 100
"""How many changes are read at a time, at least: a shard with few of them is read in few steps."""

IMAGES: dict[str, tuple[str, ...]] = {
    "KEYS_ONLY": (),
    "NEW_IMAGE": ("NewImage",),
    "OLD_IMAGE": ("OldImage",),
    "NEW_AND_OLD_IMAGES": ("NewImage", "OldImage"),
}
"""The images of a record, by StreamViewType."""

_FIRST_NUMBER = 10**20
"""Sequence numbers have 21 digits or more."""


# ---- numbers and shards


def sequence_number(seq: int) -> str:
    """Return the sequence number of a change: decimal, 21 digits, rising with `seq`."""
    return str(_FIRST_NUMBER + seq)


def seq_of(number: str) -> int | None:
    """Return the `seq` of a sequence number; None for other text."""
    return int(number) - _FIRST_NUMBER if number.isdecimal() and number.isascii() else None


def shards(table: Table, stream: Stream) -> list[Shard]:
    """Return the shards of a stream, parents before children; those of an ended stream have all ended."""
    if stream.end is None:
        return list(stream.shards)
    return [
        shard if shard.end is not None else shard._replace(end=max(shard.start, stream.end), ended_at=stream.ended_at)
        for shard in stream.shards
    ]


def kept_shards(table: Table, stream: Stream, now: int) -> list[Shard]:
    """Return the shards that callers can see: a shard is removed with its records a day after its end."""
    return [shard for shard in shards(table, stream) if shard.is_kept(now)]


def sequence_number_range(shard: Shard) -> dict[str, str]:
    """Return the `SequenceNumberRange` of a shard."""
    first = shard.start + 1
    numbers = {"StartingSequenceNumber": sequence_number(first)}
    if shard.end is not None:
        # A shard without changes ends with the number that it starts with.
        numbers["EndingSequenceNumber"] = sequence_number(max(first, shard.end))
    return numbers


# ---- positions: the `seq` of the last change that was read


def is_recorded(change: Change) -> bool:
    """Return whether a change has a record: a write that changes nothing has none."""
    return change.old != change.new


def trimmed_seq(history: History, now: int) -> int:
    """Return the `seq` of the last change that is too old to be read."""
    return history.seq_at(now - STREAM_RETENTION - 1)


def oldest_position(history: History, shard: Shard, now: int) -> int:
    """Return the position of TRIM_HORIZON: before the oldest record that is kept."""
    return max(shard.start, trimmed_seq(history, now))


def newest_position(history: History, shard: Shard) -> int:
    """Return the position of LATEST: after the newest record."""
    last = max(shard.start, history.last_seq)
    return last if shard.end is None else min(shard.end, last)


def retains_from(table: Table, now: int) -> int:
    """Return the `seq` up to which no reader of the streams needs the history, with an iterator or without."""
    history = table.history
    starts = [stream.start for stream in table.settings.streams if stream.is_readable(now)]
    if not starts:
        return history.last_seq
    return max(min(starts), history.seq_at(now - STREAM_RETENTION - ITERATOR_LIFE - 1))


def position_at(history: History, shard: Shard, moment: int, now: int) -> int:
    """Return the position of AT_TIMESTAMP: before the first record at or after `moment` in microseconds."""
    position = max(history.seq_at(moment - 1), oldest_position(history, shard, now))
    return position if shard.end is None else min(shard.end, position)


def position_of_number(table: Table, shard: Shard, number: str, now: int, *, inclusive: bool) -> int:
    """AT_SEQUENCE_NUMBER (`inclusive`) and AFTER_SEQUENCE_NUMBER.

    Errors: `TrimmedDataAccessException` for a record older than 24 hours, `ValidationException` for a number that
    this shard has not given (or has given to a change that a rollback took back).
    """
    seq = seq_of(number)
    if seq is None or seq <= shard.start or (shard.end is not None and seq > max(shard.end, shard.start + 1)):
        raise invalid_sequence_number()
    history = table.history
    if history.has_trimmed(seq):
        raise errors.data_trimmed()
    change = history.find(seq)
    if seq != shard.start + 1 if change is None else not _is_in(shard, table, change):
        raise invalid_sequence_number()
    if change is not None and change.at < now - STREAM_RETENTION:
        raise errors.data_trimmed()
    return seq - 1 if inclusive else seq


def invalid_sequence_number() -> DynamoDBError:
    """A number outside the shard."""
    # Unsure: the text.
    return errors.validation("Invalid SequenceNumber")


class Page(NamedTuple):
    """Changes with records, and the position behind them. `is_last`: the shard has ended and was read to its end."""

    rows: list[Row]
    position: int
    is_last: bool

    @property
    def changes(self) -> list[Change]:
        """The rows with names."""
        return list(map(Change._make, self.rows))


def read(table: Table, stream: Stream, shard: Shard, position: int, now: int, limit: int = PAGE_RECORDS) -> Page:
    """The next changes of a shard behind `position` that have records, at most `limit`.

    Errors: `TrimmedDataAccessException` when a record right behind the position is older than 24 hours.
    """
    history = table.history
    found: list[Row] = []
    end, chunk = shard.end, max(limit, _CHUNK)
    while True:
        rows = history.rows_since(position, chunk)
        is_end = len(rows) < chunk
        if end is not None and rows and rows[-1][SEQ] > end:
            rows = [row for row in rows if row[SEQ] <= end]
            is_end = True
        # As `is_recorded`; to compare None with an item takes three times as long as to see that it is None.
        recorded = [row for row in rows if (row[NEW] is not None if row[OLD] is None else row[OLD] != row[NEW])]
        if not shard.is_whole:
            recorded = [row for row in recorded if _is_in(shard, table, row)]
        found += recorded
        if rows:
            position = rows[-1][SEQ]
        if is_end or len(found) > limit:
            break
    if found and found[0][AT] < now - STREAM_RETENTION:
        raise errors.data_trimmed()
    if len(found) > limit:
        # The next page begins behind the last record of this one.
        return Page(found[:limit], found[limit - 1][SEQ], False)
    return Page(found, position, end is not None)


def _is_in(shard: Shard, table: Table, row: Row) -> bool:
    """Whether a change belongs to a shard: by its partition key, which the deletion of nothing does not show."""
    image = row[OLD] if row[NEW] is None else row[NEW]
    return shard.is_whole or image is None or shard.takes(table.key_of(image)[0])


def read_records(
    table: Table, stream: Stream, shard: Shard, position: int, now: int, limit: int, region: str
) -> tuple[list[dict[str, Any]], Page]:
    """`read` with the records themselves, which end the page at 1 MB unless a single one is larger."""
    page = read(table, stream, shard, position, now, limit)
    records = records_of(table, stream, page.rows, region)
    if len(records) < len(page.rows):
        shown = page.rows[: len(records)]
        page = Page(shown, shown[-1][SEQ], False)
    return records, page


# ---- iterators


class ShardIterator(NamedTuple):
    """A position in a shard; `ticket` comes from the engine, `issued_at` is in microseconds."""

    stream_arn: str
    shard_id: str
    position: int
    issued_at: int
    ticket: str

    def encode(self) -> str:
        """Return the opaque text that callers get."""
        inner = json.dumps([self.shard_id, self.position, self.issued_at, self.ticket])
        sealed = base64.b64encode(f"{_seal(self.stream_arn, inner)}{inner}".encode()).decode()
        return f"{self.stream_arn}|1|{sealed}"

    @property
    def expires_at(self) -> int:
        """When it expires."""
        return self.issued_at + ITERATOR_LIFE


def decode_iterator(text: str) -> ShardIterator:
    """Return the iterator of an opaque text.

    Errors: `ValidationException` for text that is not an iterator from here.
    """
    stream_arn, _, rest = text.partition("|1|")
    try:
        sealed = base64.b64decode(rest, validate=True).decode()
    except (binascii.Error, ValueError):
        raise _invalid_iterator() from None
    seal, inner = sealed[:_SEAL_LENGTH], sealed[_SEAL_LENGTH:]
    if seal != _seal(stream_arn, inner):
        raise _invalid_iterator()
    return ShardIterator(stream_arn, *json.loads(inner))


_SEAL_LENGTH = 32


def _seal(stream_arn: str, inner: str) -> str:
    """Return a checksum, which a made-up or altered text does not have."""
    return hashlib.blake2b(
        f"{stream_arn} {inner}".encode("utf-8", "replace"), digest_size=_SEAL_LENGTH // 2
    ).hexdigest()


def _invalid_iterator() -> DynamoDBError:
    # Unsure: the text.
    return errors.validation("Invalid ShardIterator")


# ---- records


def records_of(table: Table, stream: Stream, changes: Sequence[Row], region: str) -> list[dict[str, Any]]:
    """Changes as `GetRecords` answers them: as many of the first as 1 MB holds, one at least.

    One loop with hardly a call: a page has a thousand of them, and a reader waits. To copy a dict and to fill it costs
    less than to make one.
    """
    names, images = table.schema.names, IMAGES[stream.view_type]
    first, second = names[0], names[1] if len(names) > 1 else None
    names_size, of_value = sum(map(sizes.of_text, names)), sizes.of_value
    shows_new, shows_old = "NewImage" in images, "OldImage" in images
    insert, modify, remove = _outlines(region, stream.view_type)
    # With the 21 digits of a sequence number an id has 32, as on AWS.
    prefix = hashlib.blake2b(f"{table.id} {stream.first_label}".encode()).hexdigest()[:11]
    room = PAGE_BYTES
    shown: list[dict[str, Any]] = []
    for seq, at, old, new, actor in changes:
        item = old if new is None else new
        assert item is not None, "a change with a record has an image"
        tag, payload = value = item[first]
        keys = {first: {tag: payload}}
        size = names_size + (len(payload) if tag == "S" and payload.isascii() else of_value(value))
        if second is not None:
            tag, payload = value = item[second]
            keys[second] = {tag: payload}
            size += len(payload) if tag == "S" and payload.isascii() else of_value(value)
        outline, outline_told = insert if old is None else remove if new is None else modify
        told = outline_told.copy()
        if shows_new and new is not None:
            told["NewImage"] = attributes_to_wire(new)
            size += new.size
        if shows_old and old is not None:
            told["OldImage"] = attributes_to_wire(old)
            size += old.size
        room -= size
        if room < 0 and shown:
            break
        number = str(_FIRST_NUMBER + seq)
        told["ApproximateCreationDateTime"] = at // SECOND
        told["Keys"] = keys
        told["SequenceNumber"] = number
        told["SizeBytes"] = size
        record = outline.copy()
        record["eventID"] = prefix + number
        record["dynamodb"] = told
        if actor is _TTL:
            # Spelt as the service model has it; Lambda's events spell the members small.
            record["userIdentity"] = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
        shown.append(record)
    return shown


_Outline: TypeAlias = tuple[dict[str, Any], dict[str, Any]]
"""A record and its member `dynamodb`, with what all records of its kind say; only copies leave this module."""


@lru_cache(maxsize=128)
def _outlines(region: str, view_type: str) -> tuple[_Outline, _Outline, _Outline]:
    """Of the records of an INSERT, a MODIFY and a REMOVE."""
    images = IMAGES[view_type]
    return (
        _outline("INSERT", region, view_type, [name for name in images if name == "NewImage"]),
        _outline("MODIFY", region, view_type, images),
        _outline("REMOVE", region, view_type, [name for name in images if name == "OldImage"]),
    )


def _outline(event: str, region: str, view_type: str, images: Sequence[str]) -> _Outline:
    record = {
        "eventID": None,
        "eventName": event,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": None,
    }
    told = {
        "ApproximateCreationDateTime": None,
        "Keys": None,
        **dict.fromkeys(images),
        "SequenceNumber": None,
        "SizeBytes": None,
        "StreamViewType": view_type,
    }
    return record, told


_TTL = Actor.TTL


def record(table: Table, stream: Stream, change: Change, region: str) -> dict[str, Any]:
    """Return the record of one change, as in `GetRecords`."""
    [shown] = records_of(table, stream, [change], region)
    return shown


def stream_arn(table: Table, stream: Stream) -> str:
    """Return the ARN of a stream."""
    return arns.stream_arn(table.arn, stream.label)


def readable_streams(tables: Sequence[Table], now: int) -> list[tuple[Table, Stream]]:
    """Return the readable streams of tables, in order of their ARNs."""
    found = [(table, stream) for table in tables for stream in table.settings.streams if stream.is_readable(now)]
    return sorted(found, key=lambda pair: stream_arn(*pair))
