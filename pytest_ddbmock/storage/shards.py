"""The shards of a stream: how its changes are divided by partition key and by time; frozen, replaced as a whole.

Source: "Change data capture for DynamoDB Streams" (shards), captured answers for their ids.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_ddbmock.clock import DAY
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.history import History
from pytest_ddbmock.values.ordering import HASH_SPACE, partition_hash

STREAM_RETENTION = DAY
"""How long a stream keeps its records, and can be read after its end."""


class StreamRules(NamedTuple):
    """How streams behave beyond the defaults of a test.

    `shards` is how many a new stream has; `shard_life` the microseconds after which a shard closes and a child goes on,
    0 for never; `reads` how often a second GetRecords may read a shard, 0 for as often as it likes.
    """

    shards: int = 1
    shard_life: int = 0
    reads: int = 0


class Shard(NamedTuple):
    """The changes with `start` < sequence number <= `end` whose partition key hashes to `low` <= hash < `high`.

    `end` is None while it is open; `parent` is the id of the shard that it continues; moments in microseconds.
    """

    id: str
    start: int
    end: int | None
    parent: str | None = None
    low: int = 0
    high: int = HASH_SPACE
    opened_at: int = 0
    ended_at: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every partition key belongs to it."""
        return self.high - self.low == HASH_SPACE

    def takes(self, change: Change) -> bool:
        """Whether the partition key of a change belongs to it."""
        return self.is_whole or self.low <= partition_hash(change.key[0]) < self.high

    def is_kept(self, now: int) -> bool:
        """Whether it is open, or has ended less than 24 hours before `now`."""
        return self.ended_at is None or now - self.ended_at < STREAM_RETENTION


def first_shards(name: str, count: int, now: int, seq: int) -> tuple[Shard, ...]:
    """The shards of a new stream: `count` equal ranges of partition keys. `name` is the stream's own, for their ids."""
    bounds = [HASH_SPACE * number // count for number in range(count + 1)]
    shards = [_opened(name, None, low, high, now, seq) for low, high in itertools.pairwise(bounds)]
    return tuple(_in_order(shards))


def split(name: str, shards: Sequence[Shard], parts: int, now: int, seq: int) -> tuple[Shard, ...]:
    """Every open shard closed behind the change `seq`, with `parts` children for equal shares of its partition keys."""
    found: list[Shard] = []
    for shard in shards:
        if shard.end is None:
            found.append(shard._replace(end=max(shard.start, seq), ended_at=now))
            found += _children(name, shard, parts, now, seq)
        else:
            found.append(shard)
    return tuple(_in_order(found))


def rolled(name: str, shards: Sequence[Shard], history: History, life: int, now: int) -> tuple[Shard, ...]:
    """Every open shard that was opened `life` or longer before `now` closed in its time, children likewise."""
    found: list[Shard] = []
    for shard in shards:
        found += _generations(name, shard, history, life, now) if shard.end is None else [shard]
    return tuple(_in_order(found))


def _generations(name: str, shard: Shard, history: History, life: int, now: int) -> Iterator[Shard]:
    """A shard and those that go on for it up to `now`. Idle ones that no stream would show any more are left out."""
    while shard.opened_at + life <= now:
        following = history.since(shard.start, 1)
        idle_until = min(following[0].at if following else now, now - STREAM_RETENTION)
        if idle_until >= shard.opened_at + life:
            opened_at = shard.opened_at + (idle_until - shard.opened_at) // life * life
            shard = _opened(name, shard, shard.low, shard.high, opened_at, shard.start, parent=shard.parent)
            continue
        ended_at = shard.opened_at + life
        seq = max(shard.start, history.seq_at(ended_at - 1))
        yield shard._replace(end=seq, ended_at=ended_at)
        [shard] = _children(name, shard, 1, ended_at, seq)
    yield shard


def _children(name: str, parent: Shard, parts: int, now: int, seq: int) -> list[Shard]:
    width = parent.high - parent.low
    bounds = [parent.low + width * number // parts for number in range(parts + 1)]
    return [
        _opened(name, parent, low, high, now, max(parent.start, seq), parent=parent.id)
        for low, high in itertools.pairwise(bounds)
    ]


def _opened(
    name: str, before: Shard | None, low: int, high: int, now: int, seq: int, *, parent: str | None = None
) -> Shard:
    """A shard that begins behind the change `seq`. Its id has a later millisecond than that of the one `before` it."""
    millisecond = now // 1000
    if before is not None:
        millisecond = max(millisecond, int(before.id.split("-")[1]) + 1)
    digest = hashlib.blake2b(f"{name} {low} {high} {seq}".encode(), digest_size=4).hexdigest()
    return Shard(f"shardId-{millisecond:020d}-{digest}", seq, None, parent, low, high, now)


def _in_order(shards: list[Shard]) -> list[Shard]:
    """By id: parents come before children, and a page can begin behind an id."""
    return sorted(shards, key=lambda shard: shard.id)
