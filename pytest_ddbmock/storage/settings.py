"""The settings of a table: all but its items. Frozen and replaced as a whole, so rollback can restore the old ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from pytest_ddbmock.clock import iso_milliseconds, no_later
from pytest_ddbmock.storage.schema import KeySchema, Projection
from pytest_ddbmock.storage.shards import STREAM_RETENTION, Shard

CREATING, UPDATING, ACTIVE, DELETING = "CREATING", "UPDATING", "ACTIVE", "DELETING"
PROVISIONED, ON_DEMAND = "PROVISIONED", "PAY_PER_REQUEST"
ENABLED = "ENABLED"
THROUGHPUT, BILLING, STREAM, TABLE_CLASS, INDEXES = "throughput", "billing mode", "stream", "table class", "indexes"
"""What UpdateTable can change; the detail is `ENABLE` or `DISABLE`, the new table class, the name of an index."""


class Throughput(NamedTuple):
    """Provisioned capacity units per second, 0 for on-demand; times in microseconds."""

    read: int = 0
    write: int = 0
    increased_at: int | None = None
    decreased_at: int | None = None
    decreases_today: int = 0
    """On the UTC day of `decreased_at`."""

    def as_new(self) -> Throughput:
        """Return the same capacity without a record of changes."""
        return Throughput(self.read, self.write)

    def backdated(self, now: int) -> Throughput:
        """Return the same with nothing dated later than `now`."""
        return self._replace(
            increased_at=no_later(self.increased_at, now), decreased_at=no_later(self.decreased_at, now)
        )


class OnDemandLimits(NamedTuple):
    """Maximum request units per second of an on-demand table or index; None without a limit."""

    read: int | None = None
    write: int | None = None


class WarmThroughput(NamedTuple):
    """Units per second a table or index can serve immediately; `status` is UPDATING until `target` is reached."""

    read: int
    write: int
    status: str = ACTIVE
    target: tuple[int, int] | None = None


class Index(NamedTuple):
    """A secondary index."""

    name: str
    is_global: bool
    schema: KeySchema
    projection: Projection
    status: str = ACTIVE
    backfilling: bool = False
    throughput: Throughput = Throughput()
    on_demand: OnDemandLimits | None = None
    warm: WarmThroughput | None = None


class Stream(NamedTuple):
    """One stream of a table: the changes with `start` < sequence number <= `end`.

    `end` is None while the stream is enabled; times in microseconds. While it is enabled, shards without an end of
    their own are open.
    """

    label: str
    view_type: str
    created_at: int
    start: int
    end: int | None = None
    ended_at: int | None = None
    shards: tuple[Shard, ...] = ()
    former_labels: tuple[str, ...] = ()
    """Those from before the clock was put back; they still name it, oldest first."""

    @property
    def first_label(self) -> str:
        """The label it was made with."""
        return self.former_labels[0] if self.former_labels else self.label

    def has_label(self, label: str) -> bool:
        """Return True if a label names this stream."""
        return label == self.label or label in self.former_labels

    def is_readable(self, now: int) -> bool:
        """Return whether the stream is enabled, or ended less than 24 hours before `now`."""
        return self.ended_at is None or now - self.ended_at < STREAM_RETENTION

    def as_new(self, now: int, label: str) -> Stream:
        """Return the same stream, enabled at `now` in microseconds: what it was before that is forgotten."""
        shards = (shard._replace(opened_at=now) if shard.end is None else shard.backdated(now) for shard in self.shards)
        ended_at = no_later(self.ended_at, now)
        return self._replace(label=label, created_at=now, ended_at=ended_at, shards=tuple(shards), former_labels=())

    def backdated(self, now: int, taken: Collection[str]) -> Stream:
        """Return the same with nothing dated later than `now`, the label included, which is none of those `taken`."""
        shards = tuple(shard.backdated(now) for shard in self.shards)
        dated = self._replace(shards=shards, ended_at=no_later(self.ended_at, now))
        if self.created_at <= now:
            return dated
        label = free_label(now, taken)
        return dated._replace(label=label, created_at=now, former_labels=(*self.former_labels, self.label))


def free_label(moment: int, taken: Collection[str]) -> str:
    """Return the label of a stream that is enabled at `moment`: the first free millisecond."""
    while iso_milliseconds(moment) in taken:
        moment += 1000
    return iso_milliseconds(moment)


class TimeToLive(NamedTuple):
    """The TTL setting; `attribute` is None while disabled."""

    attribute: str | None = None
    changed_at: int | None = None


class Recovery(NamedTuple):
    """Point-in-time recovery, since `enabled_at` in microseconds."""

    enabled_at: int
    days: int = 35


class Encryption(NamedTuple):
    """Encryption with a KMS key; `key_arn` is None while a table leaves the AWS owned key.

    `status` is ENABLED, or UPDATING while the key is changed.
    """

    key_arn: str | None
    status: str = ENABLED


class Restored(NamedTuple):
    """The source of a table that is being restored."""

    source_arn: str
    moment: int
    backup_arn: str | None = None

    def backdated(self, now: int) -> Restored:
        """Return the same with nothing dated later than `now`."""
        return self._replace(moment=min(self.moment, now))


@dataclass(frozen=True, eq=False)
class Settings:
    """All settings; times in microseconds."""

    attributes: Mapping[str, str]
    """AttributeDefinitions: name to type."""
    created_at: int
    status: str = ACTIVE
    billing_mode: str = ON_DEMAND
    on_demand_since: int | None = None
    """When the table last became on-demand; kept when it is provisioned again."""
    on_demand_switches: tuple[int, ...] = ()
    """When the table was switched to on-demand; AWS limits the switches within 24 hours."""
    throughput: Throughput = Throughput()  # noqa: RUF009  # immutable
    on_demand: OnDemandLimits | None = None
    warm: WarmThroughput | None = None
    """None until it is raised above that of a new table."""
    indexes: tuple[Index, ...] = ()
    """In the order of the requests; local ones first."""
    streams: tuple[Stream, ...] = ()
    """Oldest first; only the last can be enabled."""
    time_to_live: TimeToLive = TimeToLive()  # noqa: RUF009  # immutable
    backups_from: int = 0
    """From when on backups and point-in-time recovery are possible, once the table is active."""
    recovery: Recovery | None = None
    deletion_protection: bool = False
    deletion_protection_changed_at: int | None = None
    encryption: Encryption | None = None
    """None for the AWS owned key."""
    encryption_changes: tuple[int, ...] = ()
    """When it was changed: AWS counts the changes of the last 24 hours."""
    table_class: str | None = None
    """None until a request names it."""
    table_class_changes: tuple[int, ...] = ()
    """When it was changed; AWS limits the changes within 30 days."""
    tags: Mapping[str, str] = field(default_factory=dict)
    tags_changed_at: int | None = None
    former_tags: Mapping[str, str] | None = None
    """What was listed before the last change, which is listed for a while after it."""
    restored: Restored | None = None
    changing: Mapping[str, str] = field(default_factory=dict)
    """What an UpdateTable is changing while the status is UPDATING: `THROUGHPUT` and so on, with a detail."""

    def index(self, name: str) -> Index | None:
        """Return the index of that name, None without one."""
        for index in self.indexes:
            if index.name == name:
                return index
        return None

    @cached_property
    def local_indexes(self) -> tuple[Index, ...]:
        """The local secondary indexes."""
        return tuple(index for index in self.indexes if not index.is_global)

    @cached_property
    def global_indexes(self) -> tuple[Index, ...]:
        """The global secondary indexes."""
        return tuple(index for index in self.indexes if index.is_global)

    @property
    def stream(self) -> Stream | None:
        """The enabled stream."""
        return self.streams[-1] if self.streams and self.streams[-1].end is None else None

    def with_index(self, changed: Index) -> Settings:
        """Return the settings with the index of the same name replaced."""
        indexes = tuple(changed if index.name == changed.name else index for index in self.indexes)
        return dataclasses.replace(self, indexes=indexes)

    def as_new(self, now: int) -> Settings:
        """Return the same settings for a table created at `now` in microseconds, without a record of changes."""
        streams: list[Stream] = []
        for stream in self.streams:
            streams.append(stream.as_new(now, free_label(now, {one.label for one in streams})))
        return dataclasses.replace(
            self,
            created_at=now,
            on_demand_since=None if self.on_demand_since is None else now,
            on_demand_switches=(),
            throughput=self.throughput.as_new(),
            indexes=tuple(index._replace(throughput=index.throughput.as_new()) for index in self.indexes),
            streams=tuple(streams),
            time_to_live=self.time_to_live._replace(changed_at=None),
            backups_from=0,
            recovery=None if self.recovery is None else self.recovery._replace(enabled_at=now),
            deletion_protection_changed_at=None,
            encryption_changes=(),
            table_class_changes=(),
            former_tags=None,
            tags_changed_at=None,
            restored=None if self.restored is None else self.restored.backdated(now),
        )

    def backdated(self, now: int, labels: Collection[str] = ()) -> Settings:
        """Return the same settings with nothing dated later than `now`; new labels of streams are none of `labels`.

        A table that was made later is a new one: nothing counts as changed since.
        """
        streams: list[Stream] = []
        for stream in self.streams:
            taken = {one.label for one in (*self.streams, *streams)}.union(labels)
            streams.append(stream.backdated(now, taken))
        settings = self.as_new(now) if self.created_at > now else self
        recovery, time_to_live, restored = settings.recovery, settings.time_to_live, settings.restored
        dated = {
            "on_demand_since": no_later(settings.on_demand_since, now),
            "on_demand_switches": tuple(min(moment, now) for moment in settings.on_demand_switches),
            "throughput": settings.throughput.backdated(now),
            "indexes": tuple(one._replace(throughput=one.throughput.backdated(now)) for one in settings.indexes),
            "streams": tuple(streams),
            "time_to_live": time_to_live._replace(changed_at=no_later(time_to_live.changed_at, now)),
            "backups_from": min(settings.backups_from, now),
            "recovery": recovery and recovery._replace(enabled_at=min(recovery.enabled_at, now)),
            "deletion_protection_changed_at": no_later(settings.deletion_protection_changed_at, now),
            "encryption_changes": tuple(min(moment, now) for moment in settings.encryption_changes),
            "table_class_changes": tuple(min(moment, now) for moment in settings.table_class_changes),
            "tags_changed_at": no_later(settings.tags_changed_at, now),
            "restored": restored and restored.backdated(now),
        }
        changes: dict[str, Any] = {name: one for name, one in dated.items() if one != getattr(settings, name)}
        return dataclasses.replace(settings, **changes) if changes else settings
