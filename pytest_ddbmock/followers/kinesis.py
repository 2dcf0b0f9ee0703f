"""Kinesis data streams as destinations of tables, and the records that they get.

Source: "Using Kinesis Data Streams to capture changes to DynamoDB".
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from pytest_ddbmock.clock import MINUTE, no_later
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.followers.lambda_event import encode
from pytest_ddbmock.storage.change import Actor, Change
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.attribute import attributes_to_wire
from pytest_ddbmock.values.ordering import partition_hash

ENABLING, ACTIVE, DISABLING = "ENABLING", "ACTIVE", "DISABLING"
DISABLED, ENABLE_FAILED, UPDATING = "DISABLED", "ENABLE_FAILED", "UPDATING"
MILLISECOND, MICROSECOND = "MILLISECOND", "MICROSECOND"

LISTED_AFTER_END = 10 * MINUTE
"""How long a disabled destination is still described. Unsure: seen on AWS for minutes."""

_STREAM = re.compile(r"stream/[a-zA-Z0-9_.-]{1,128}")

MAX_RECORD_BYTES = 1024 * 1024
"""A change that needs more is skipped."""


class Destination(NamedTuple):
    """A data stream that gets a table's changes with `start` < sequence number <= `end`.

    `start` is None until it is active, `end` until it is disabled.
    """

    stream_arn: str
    status: str
    precision: str = MILLISECOND
    description: str | None = None
    start: int | None = None
    end: int | None = None
    ended_at: int | None = None

    def is_listed(self, now: int) -> bool:
        """Return whether it is described at `now` in microseconds."""
        return self.ended_at is None or now < self.ended_at + LISTED_AFTER_END


class Destinations:
    """The destinations of all tables; protocol `Restorable`, see `Engine.state`."""

    def __init__(self) -> None:
        self._by_table: dict[str, tuple[Destination, ...]] = {}

    def of(self, table: Table) -> tuple[Destination, ...]:
        """Return the destinations of a table, in the order in which they were first enabled."""
        return self._by_table.get(table.id, ())

    def find(self, table: Table, stream_arn: str) -> Destination | None:
        """Return the destination of a table with this data stream; None if there is none."""
        return next((one for one in self.of(table) if one.stream_arn == stream_arn), None)

    def put(self, table: Table, destination: Destination) -> None:
        """Add a destination, or replace the one with the same data stream."""
        known = self.of(table)
        if any(one.stream_arn == destination.stream_arn for one in known):
            known = tuple(destination if one.stream_arn == destination.stream_arn else one for one in known)
        else:
            known = (*known, destination)
        self._by_table[table.id] = known

    def __bool__(self) -> bool:
        return bool(self._by_table)

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        for table, known in self._by_table.items():
            self._by_table[table] = tuple(one._replace(ended_at=no_later(one.ended_at, now)) for one in known)

    def mark(self) -> dict[str, tuple[Destination, ...]]:
        """Protocol `Restorable`."""
        return dict(self._by_table)

    def rollback(self, mark: dict[str, tuple[Destination, ...]]) -> None:
        """Protocol `Restorable`."""
        self._by_table = dict(mark)


def refusal_of(stream_arn: str, table: Table) -> str | None:
    """Return why a table cannot stream there; None if it can. Unsure: the texts."""
    home, given = arns.parse_own(table.arn), arns.split(stream_arn)
    if given is None or given.service != "kinesis" or not _STREAM.fullmatch(given.resource):
        return f"{stream_arn} is not the ARN of a Kinesis data stream"
    if given[:4] != (arns.partition_of(home.region), "kinesis", home.region, home.account):
        return "The Kinesis data stream must be in the same account and Region as the table"
    return None


# ---- records


class Entry(NamedTuple):
    """One record for a data stream: its JSON, and a key that all changes of an item share."""

    data: bytes
    partition_key: str


def entry(table: Table, destination: Destination, change: Change, region: str) -> Entry:
    """Return a change as the record that a data stream gets."""
    image = change.image
    assert image is not None, "a change with a record has an image"
    key = image.only(table.schema.names)
    images = [("NewImage", change.new), ("OldImage", change.old)]
    details: dict[str, Any] = {
        "ApproximateCreationDateTime": change.at if destination.precision == MICROSECOND else change.at // 1000,
        "ApproximateCreationDateTimePrecision": destination.precision,
        "Keys": attributes_to_wire(key),
        **{name: attributes_to_wire(image) for name, image in images if image is not None},
        "SizeBytes": key.size + sum(image.size for _, image in images if image is not None),
    }
    by_service = change.actor is Actor.TTL
    record = {
        "awsRegion": region,
        "eventID": str(uuid.uuid5(_EVENTS, f"{table.id} {destination.stream_arn} {change.seq}")),
        "eventName": "INSERT" if change.old is None else "REMOVE" if change.new is None else "MODIFY",
        "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"} if by_service else None,
        "recordFormat": "application/json",
        "tableName": table.name,
        "dynamodb": details,
        "eventSource": "aws:dynamodb",
    }
    return Entry(
        encode(record).encode(), f"{partition_hash(*[str(payload) for payload in table.key_of(image)]):016X}" * 2
    )


_EVENTS = uuid.UUID(int=0x0DDB)


class Outgoing(NamedTuple):
    """A change on its way; `entry` is None if it is too large."""

    seq: int
    stream_arn: str
    entry: Entry | None


class Outlet:
    """Reads the changes that go to data streams, each of them once."""

    def __init__(self, engine: Accounts) -> None:
        self._engine = engine
        self._destinations = engine.state(Destinations)
        self._positions: dict[tuple[str, str, int], int] = {}
        """The last change that was taken, by table, data stream and start of the destination."""
        self._begin = engine.seq
        self._seen = -1

    @property
    def has_destinations(self) -> bool:
        """Whether any table streams to a data stream."""
        return bool(self._destinations)

    def take(self) -> list[Outgoing]:
        """Return what was written since the last call, in order; the engine's lock must be held."""
        if not self._destinations or self._engine.seq == self._seen:
            return []
        self._seen = self._engine.seq
        found = [out for table in self._engine.catalog.all_tables() for out in self._of_table(table)]
        found.sort(key=lambda out: out.seq)
        return found

    def _of_table(self, table: Table) -> Iterator[Outgoing]:
        region = arns.parse_own(table.arn).region
        for destination in self._destinations.of(table):
            if destination.start is None:
                continue
            position = self._position(table, destination)
            for change in table.history.since(position):
                if destination.end is not None and change.seq > destination.end:
                    break
                position = change.seq
                if streams.is_recorded(change):
                    made = entry(table, destination, change, region)
                    yield Outgoing(
                        change.seq, destination.stream_arn, made if len(made.data) <= MAX_RECORD_BYTES else None
                    )
            self._positions[_place(table, destination)] = position

    def _position(self, table: Table, destination: Destination) -> int:
        assert destination.start is not None, "it has been enabled"
        return self._positions.get(_place(table, destination), max(destination.start, self._begin))

    def retains_from(self, table: Table, now: int) -> int:
        """Return the oldest position in a table's history of what is still to be taken."""
        retained = table.history.last_seq
        for destination in self._destinations.of(table):
            if destination.start is not None:
                position = self._position(table, destination)
                following = table.history.since(position, 1)
                if following and (destination.end is None or following[0].seq <= destination.end):
                    retained = min(retained, position)
        return retained

    def mark(self) -> dict[tuple[str, str, int], int]:
        """Return the positions."""
        return dict(self._positions)

    def rollback(self, mark: dict[tuple[str, str, int], int]) -> None:
        """Return to the positions of a mark."""
        self._positions = dict(mark)
        self._seen = -1


def _place(table: Table, destination: Destination) -> tuple[str, str, int]:
    assert destination.start is not None, "it has been enabled"
    return table.id, destination.stream_arn, destination.start
