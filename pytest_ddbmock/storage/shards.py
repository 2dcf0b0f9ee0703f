"""The shards of a stream: its changes divided by partition key and by time. Frozen, replaced as a whole.

Source: "Change data capture for DynamoDB Streams" (shards), captured answers for their ids.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_ddbmock.clock import DAY, no_later
from pytest_ddbmock.storage.history import History
from pytest_ddbmock.values.ordering import HASH_SPACE, partition_hash

STREAM_RETENTION = DAY
"""How long a stream keeps its records, and how long it is readable after its end."""


class StreamRules(NamedTuple):
    """How streams behave in a test.

    `shards` is the number of shards of a new stream. `shard_life` is the age in microseconds at which a shard closes
    and a child continues it, 0 for never. `reads` is the number of GetRecords calls per shard and second before AWS
    throttles, 0 for no limit.
    """

    shards: int = 1
    shard_life: int = 0
    reads: int = 0


class Shard(NamedTuple):
    """The changes with `start` < sequence number <= `end` whose partition key hashes to `low` <= hash < `high`.

    `end` is None while it is open; `parent` is the id of the shard it continues; times in microseconds.
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
        """True if every partition key belongs to it."""
        return self.high - self.low == HASH_SPACE

    def takes(self, partition: str | bytes) -> bool:
        """Return whether a partition key belongs to it."""
        return self.is_whole or self.low <= partition_hash(partition) < self.high

    def backdated(self, now: int) -> Shard:
        """Return the same with nothing dated later than `now`; the id stays."""
        return self._replace(opened_at=min(self.opened_at, now), ended_at=no_later(self.ended_at, now))

    def is_kept(self, now: int) -> bool:
        """Return whether it is open, or ended less than 24 hours before `now`."""
        return self.ended_at is None or now - self.ended_at < STREAM_RETENTION


def first_shards(name: str, count: int, now: int, seq: int) -> tuple[Shard, ...]:
    """Return the shards of a new stream: `count` equal ranges of partition keys; their ids depend on its `name`."""
    bounds = [HASH_SPACE * number // count for number in range(count + 1)]
    shards = [_opened(name, None, low, high, now, seq) for low, high in itertools.pairwise(bounds)]
    return tuple(_in_order(shards))


def split(name: str, shards: Sequence[Shard], parts: int, now: int, seq: int) -> tuple[Shard, ...]:
    """Close every open shard after the change `seq`; `parts` children continue it, with equal ranges of its keys."""
    found: list[Shard] = []
    for shard in shards:
        if shard.end is None:
            found.append(shard._replace(end=max(shard.start, seq), ended_at=now))
            found += _children(name, shard, parts, now, seq)
        else:
            found.append(shard)
    return tuple(_in_order(found))


def rolled(name: str, shards: Sequence[Shard], history: History, life: int, now: int) -> tuple[Shard, ...]:
    """Close every open shard at the age of `life`, and likewise its children, up to `now`."""
    found: list[Shard] = []
    for shard in shards:
        found += _generations(name, shard, history, life, now) if shard.end is None else [shard]
    return tuple(_in_order(found))


def _generations(name: str, shard: Shard, history: History, life: int, now: int) -> Iterator[Shard]:
    """Yield a shard and those that continue it up to `now`, without idle ones that are too old for a stream to list."""
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
    """Return a shard that starts after the change `seq`; its id has a later millisecond than the id of `before`."""
    millisecond = now // 1000
    if before is not None:
        millisecond = max(millisecond, int(before.id.split("-")[1]) + 1)
    digest = hashlib.blake2b(f"{name} {low} {high} {seq}".encode(), digest_size=4).hexdigest()
    return Shard(f"shardId-{millisecond:020d}-{digest}", seq, None, parent, low, high, now)


def _in_order(shards: list[Shard]) -> list[Shard]:
    """Sort by id: parents come before children, and a page can start after an id."""
    return sorted(shards, key=lambda shard: shard.id)
