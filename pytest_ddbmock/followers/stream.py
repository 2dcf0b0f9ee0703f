"""A table's stream: a window over its history. Shards, sequence numbers, iterators, records; nothing is stored twice.

Source: "Change data capture for DynamoDB Streams", "Amazon DynamoDB Streams" (API reference).
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.clock import MINUTE, SECOND
from pytest_ddbmock.engine import arns
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.history import History
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.shards import STREAM_RETENTION
from pytest_ddbmock.storage.shards import Shard as Shard  # consumers of streams find it here
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import Value, attributes_to_wire
from pytest_ddbmock.values.item import Item

ITERATOR_LIFE = 15 * MINUTE

PAGE_RECORDS = 1000
PAGE_BYTES = 1 << 20
_CHUNK = 100
"""Changes that are looked at together, or more: a shard that takes few of them is read in few steps."""

IMAGES: dict[str, tuple[str, ...]] = {
    "KEYS_ONLY": (),
    "NEW_IMAGE": ("NewImage",),
    "OLD_IMAGE": ("OldImage",),
    "NEW_AND_OLD_IMAGES": ("NewImage", "OldImage"),
}
"""What a record holds besides the keys, by StreamViewType."""

_FIRST_NUMBER = 10**20
"""Sequence numbers have 21 digits or more."""


# ---- numbers and shards


def sequence_number(seq: int) -> str:
    """The number of a change as streams show it: decimal, 21 digits, rising with `seq`."""
    return str(_FIRST_NUMBER + seq)


def seq_of(number: str) -> int | None:
    """The change that a sequence number stands for; None for text that is no sequence number."""
    return int(number) - _FIRST_NUMBER if number.isdecimal() and number.isascii() else None


def shards(table: Table, stream: Stream) -> list[Shard]:
    """The shards of a stream, parents before children; those of an ended stream have all ended."""
    if stream.end is None:
        return list(stream.shards)
    return [
        shard
        if shard.end is not None
        else dataclasses.replace(shard, end=max(shard.start, stream.end), ended_at=stream.ended_at)
        for shard in stream.shards
    ]


def kept_shards(table: Table, stream: Stream, now: int) -> list[Shard]:
    """The shards that a reader can see: those that have ended a day ago or earlier are gone with their records."""
    return [shard for shard in shards(table, stream) if shard.is_kept(now)]


def sequence_number_range(shard: Shard) -> dict[str, str]:
    """`SequenceNumberRange`."""
    first = shard.start + 1
    numbers = {"StartingSequenceNumber": sequence_number(first)}
    if shard.end is not None:
        # A shard without a change ends with the number with which it starts.
        numbers["EndingSequenceNumber"] = sequence_number(max(first, shard.end))
    return numbers


# ---- positions: sequence number of the last change that has been read


def is_recorded(change: Change) -> bool:
    """Whether a change has a record: a write that changes nothing has none."""
    return change.old != change.new


def trimmed_seq(history: History, now: int) -> int:
    """Sequence number of the last change that is too old to be read."""
    return history.seq_at(now - STREAM_RETENTION - 1)


def oldest_position(history: History, shard: Shard, now: int) -> int:
    """TRIM_HORIZON: before the oldest record that is kept."""
    return max(shard.start, trimmed_seq(history, now))


def newest_position(history: History, shard: Shard) -> int:
    """LATEST: behind the newest record."""
    last = max(shard.start, history.last_seq)
    return last if shard.end is None else min(shard.end, last)


def position_at(history: History, shard: Shard, moment: int, now: int) -> int:
    """AT_TIMESTAMP: before the first record made at or after `moment` in microseconds."""
    position = max(history.seq_at(moment - 1), oldest_position(history, shard, now))
    return position if shard.end is None else min(shard.end, position)


def position_of_number(history: History, shard: Shard, number: str, now: int, *, inclusive: bool) -> int:
    """AT_SEQUENCE_NUMBER (`inclusive`) and AFTER_SEQUENCE_NUMBER.

    Errors: `TrimmedDataAccessException` for a record older than 24 hours, `ValidationException` for a number that
    this shard has not given (or has given to a change that a rollback took back).
    """
    seq = seq_of(number)
    if seq is None or seq <= shard.start or (shard.end is not None and seq > max(shard.end, shard.start + 1)):
        raise invalid_sequence_number()
    change = history.find(seq)
    if seq != shard.start + 1 if change is None else not shard.takes(change):
        raise invalid_sequence_number()
    if change is not None and change.at < now - STREAM_RETENTION:
        raise errors.data_trimmed()
    return seq - 1 if inclusive else seq


def invalid_sequence_number() -> DynamoDBError:
    """A number outside the shard."""
    # Unsure: the text.
    return errors.validation("Invalid SequenceNumber")


class Page(NamedTuple):
    """Changes that have records, and up to where that is. `is_last` tells that the shard has ended and was read."""

    changes: list[Change]
    position: int
    is_last: bool


def read(table: Table, stream: Stream, shard: Shard, position: int, now: int, limit: int = PAGE_RECORDS) -> Page:
    """The next records of a shard behind `position`: at most `limit`, and 1 MB unless a single one is larger.

    Errors: `TrimmedDataAccessException` when a record right behind the position is older than 24 hours.
    """
    history = table.history
    horizon = now - STREAM_RETENTION
    found: list[Change] = []
    size = 0
    chunk = max(limit, _CHUNK)
    while True:
        changes = history.since(position, chunk)
        for change in changes:
            if shard.end is not None and change.seq > shard.end:
                return Page(found, position, is_last=True)
            if is_recorded(change) and (shard.is_whole or shard.takes(change)):
                if change.at < horizon:
                    raise errors.data_trimmed()
                size += size_bytes(table, stream, change)
                if len(found) == limit or (found and size > PAGE_BYTES):
                    return Page(found, position, is_last=False)
                found.append(change)
            position = change.seq
        if len(changes) < chunk:
            return Page(found, position, is_last=shard.end is not None)


# ---- iterators


@dataclass(frozen=True, slots=True)
class ShardIterator:
    """A place in a shard; `ticket` is the engine's, `issued_at` in microseconds."""

    stream_arn: str
    shard_id: str
    position: int
    issued_at: int
    ticket: str

    def encode(self) -> str:
        """The opaque text that callers get."""
        inner = json.dumps([self.shard_id, self.position, self.issued_at, self.ticket])
        sealed = base64.b64encode(f"{_seal(self.stream_arn, inner)}{inner}".encode()).decode()
        return f"{self.stream_arn}|1|{sealed}"

    @property
    def expires_at(self) -> int:
        """From this moment on it is refused."""
        return self.issued_at + ITERATOR_LIFE


def decode_iterator(text: str) -> ShardIterator:
    """The iterator behind an opaque text.

    Errors: `ValidationException` for text that no stream has given.
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
    """What a text that was made up or altered lacks."""
    return hashlib.blake2b(
        f"{stream_arn} {inner}".encode("utf-8", "replace"), digest_size=_SEAL_LENGTH // 2
    ).hexdigest()


def _invalid_iterator() -> DynamoDBError:
    # Unsure: the text.
    return errors.validation("Invalid ShardIterator")


# ---- records


def images(stream: Stream, change: Change) -> dict[str, Item]:
    """The images that a stream shows of a change, by wire name."""
    both = {"NewImage": change.new, "OldImage": change.old}
    return {name: image for name in IMAGES[stream.view_type] if (image := both[name]) is not None}


def size_bytes(table: Table, stream: Stream, change: Change) -> int:
    """`SizeBytes`: keys and all images."""
    return sizes.of_attributes(_keys(table, change)) + sum(image.size for image in images(stream, change).values())


def _keys(table: Table, change: Change) -> dict[str, Value]:
    item = change.old if change.new is None else change.new
    assert item is not None, "a change with a record has an image"
    return {name: item[name] for name in table.schema.names}


def record(table: Table, stream: Stream, change: Change, region: str) -> dict[str, Any]:
    """A change as `GetRecords` answers it."""
    event = "INSERT" if change.old is None else "REMOVE" if change.new is None else "MODIFY"
    shown: dict[str, Any] = {
        "eventID": hashlib.blake2b(f"{table.id} {stream.label} {change.seq}".encode(), digest_size=16).hexdigest(),
        "eventName": event,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": {
            "ApproximateCreationDateTime": change.at // SECOND,
            "Keys": attributes_to_wire(_keys(table, change)),
            **{name: attributes_to_wire(image) for name, image in images(stream, change).items()},
            "SequenceNumber": sequence_number(change.seq),
            "SizeBytes": size_bytes(table, stream, change),
            "StreamViewType": stream.view_type,
        },
    }
    if change.actor is Actor.TTL:
        # Spelt as the service model has it; Lambda's events spell the members small.
        shown["userIdentity"] = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    return shown


def stream_arn(table: Table, stream: Stream) -> str:
    """The ARN of a stream."""
    return arns.stream_arn(table.arn, stream.label)


def readable_streams(tables: Sequence[Table], now: int) -> list[tuple[Table, Stream]]:
    """The streams of tables that can be read, in order of their ARNs."""
    found = [(table, stream) for table in tables for stream in table.settings.streams if stream.is_readable(now)]
    return sorted(found, key=lambda pair: stream_arn(*pair))
