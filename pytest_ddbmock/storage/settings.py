"""What a table is set to apart from its items: frozen, replaced as a whole, so that rollback puts the old one back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_ddbmock.storage.schema import KeySchema, Projection

CREATING, UPDATING, ACTIVE, DELETING = "CREATING", "UPDATING", "ACTIVE", "DELETING"
PROVISIONED, ON_DEMAND = "PROVISIONED", "PAY_PER_REQUEST"


@dataclass(frozen=True)
class Throughput:
    """Provisioned capacity units per second, 0 for on-demand; moments in microseconds."""

    read: int = 0
    write: int = 0
    increased_at: int | None = None
    decreased_at: int | None = None
    decreases_today: int = 0


@dataclass(frozen=True)
class OnDemandLimits:
    """Most request units per second of an on-demand table or index; None without a limit."""

    read: int | None = None
    write: int | None = None


@dataclass(frozen=True)
class WarmThroughput:
    """Units per second that a table or index serves at once."""

    read: int
    write: int


@dataclass(frozen=True)
class Index:
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


@dataclass(frozen=True)
class Stream:
    """One enabling of a table's stream: the changes with `start` < sequence number <= `end`.

    `end` is None while the stream is enabled; moments in microseconds.
    """

    label: str
    view_type: str
    created_at: int
    start: int
    end: int | None = None
    ended_at: int | None = None


@dataclass(frozen=True)
class TimeToLive:
    """The TTL setting; `attribute` is None while disabled."""

    attribute: str | None = None
    changed_at: int | None = None


@dataclass(frozen=True)
class Recovery:
    """Point-in-time recovery, since `enabled_at` in microseconds."""

    enabled_at: int
    days: int = 35


@dataclass(frozen=True)
class Restored:
    """Where a restored table comes from, while it is being restored."""

    source_arn: str
    moment: int
    backup_arn: str | None = None


@dataclass(frozen=True)
class Settings:
    """All of it; moments in microseconds."""

    attributes: Mapping[str, str]
    """AttributeDefinitions: name to type."""
    created_at: int
    status: str = ACTIVE
    billing_mode: str = ON_DEMAND
    on_demand_since: int | None = None
    """When the table last became on-demand; kept after it is provisioned again."""
    throughput: Throughput = Throughput()
    on_demand: OnDemandLimits | None = None
    warm: WarmThroughput | None = None
    indexes: tuple[Index, ...] = ()
    """In the order in which they were given; local ones first."""
    streams: tuple[Stream, ...] = ()
    """Oldest first; only the last can be enabled."""
    time_to_live: TimeToLive = TimeToLive()
    recovery: Recovery | None = None
    deletion_protection: bool = False
    table_class: str | None = None
    """None until it is named."""
    table_class_changed_at: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    restored: Restored | None = None

    def index(self, name: str) -> Index | None:
        """The index of that name."""
        for index in self.indexes:
            if index.name == name:
                return index
        return None

    @property
    def local_indexes(self) -> tuple[Index, ...]:
        """The local secondary indexes."""
        return tuple(index for index in self.indexes if not index.is_global)

    @property
    def global_indexes(self) -> tuple[Index, ...]:
        """The global secondary indexes."""
        return tuple(index for index in self.indexes if index.is_global)

    @property
    def stream(self) -> Stream | None:
        """The enabled stream."""
        return self.streams[-1] if self.streams and self.streams[-1].end is None else None

    def with_index(self, changed: Index) -> Settings:
        """The settings with an index of the same name replaced."""
        indexes = tuple(changed if index.name == changed.name else index for index in self.indexes)
        return dataclasses.replace(self, indexes=indexes)
