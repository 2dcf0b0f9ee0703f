"""Point-in-time recovery: the window, and a new table made from what a table was at a moment.

Source: "Point-in-time backups for DynamoDB", captured answers for the texts and the order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.clock import DAY, MINUTE, SECOND, to_datetime
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.catalog import Home
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.storage.change import Actor, Write
from pytest_ddbmock.storage.settings import (
    ACTIVE,
    CREATING,
    ON_DEMAND,
    Index,
    OnDemandLimits,
    Recovery,
    Restored,
    Settings,
    Throughput,
)
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.item import Item

LONGEST_DAYS = 35
LAG = 5 * MINUTE
"""The latest restorable moment is this far behind, but never before the recovery was enabled."""


class Window(NamedTuple):
    """Between which moments, in microseconds, a table can be restored."""

    earliest: int
    latest: int


def window(recovery: Recovery, now: int) -> Window:
    """The restorable moments at `now` in microseconds."""
    return Window(max(recovery.enabled_at, now - recovery.days * DAY), max(recovery.enabled_at, now - LAG))


def enabled(current: Recovery | None, days: int | None, now: int) -> Recovery:
    """The setting after recovery has been switched on, or on again with another number of days.

    A shorter period forgets what lies behind it for good; switching off forgets everything.
    """
    if current is None:
        return Recovery(now, LONGEST_DAYS if days is None else days)
    changed = dataclasses.replace(current, days=current.days if days is None else days)
    return dataclasses.replace(changed, enabled_at=window(changed, now).earliest)


def moment_of(given: float, between: Window, now: int) -> int:
    """The moment, in microseconds, that a RestoreDateTime in epoch seconds means.

    SDKs drop fractions: older botocore those of a second, others those of a millisecond. A time without them means
    the end of its second (or millisecond), so that what was there at the time that the caller had in hand is there.

    Errors: `InvalidRestoreTimeException` for a time outside the window, both looked at in whole seconds.
    """
    moment = round(given * SECOND)
    if not between.earliest // SECOND <= moment // SECOND <= between.latest // SECOND:
        raise errors.invalid_restore_time(
            f"RestoreDateTime '{_shown(moment)}' must be within EarliestRestorableDateTime "
            f"'{_shown(between.earliest)}' and LatestRestorableDateTime '{_shown(between.latest)}'"
        )
    for unit in (SECOND, SECOND // 1000):
        if moment % unit == 0:
            moment += unit - 1
            break
    return min(max(moment, between.earliest), now)


def _shown(moment: int) -> str:
    return to_datetime(moment // SECOND * SECOND).replace(tzinfo=None).isoformat() + "Z"


@dataclasses.dataclass(frozen=True)
class Capacity:
    """How a restored table is paid for."""

    billing_mode: str
    throughput: Throughput
    on_demand: OnDemandLimits | None


def restore(
    engine: Engine,
    home: Home,
    name: str,
    source: Table,
    items: Sequence[Item],
    origin: Restored,
    capacity: Capacity,
    indexes: Sequence[Index],
    now: int,
) -> Table:
    """Begin to restore `items` into a new table beside `source`; it has them, and is ACTIVE, when the agenda says so.

    Keys, capacity and indexes come with it. Tags, stream, TTL, recovery, deletion protection and table class do not.
    """
    used = {*source.schema.names, *(name for index in indexes for name in index.schema.names)}
    settings = Settings(
        attributes={name: kind for name, kind in source.settings.attributes.items() if name in used},
        created_at=now,
        status=CREATING,
        billing_mode=capacity.billing_mode,
        throughput=capacity.throughput,
        on_demand=capacity.on_demand,
        indexes=tuple(dataclasses.replace(index, status=CREATING if index.is_global else ACTIVE) for index in indexes),
        restored=origin,
    )
    arn = arns.table_arn(home.account, home.region, name)
    table = Table(name, arn, engine.uuid(), source.schema, settings, engine.seq)
    engine.catalog.add(home.account, home.region, table)

    def finish(due: int) -> None:
        engine.commit([Write(table, table.schema.key_of(item), item) for item in items], now=due, actor=Actor.RESTORE)
        table.change_settings(
            status=ACTIVE,
            restored=None,
            on_demand_since=due if table.settings.billing_mode == ON_DEMAND else None,
            indexes=tuple(dataclasses.replace(index, status=ACTIVE) for index in table.settings.indexes),
        )

    engine.agenda.add(now + engine.pace, finish)
    return table
