"""Point-in-time recovery: the window, and a new table made from what a table was.

Source: "Point-in-time backups for DynamoDB", captured answers for the texts and the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.clock import DAY, MINUTE, SECOND, iso_seconds
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.storage.change import Actor
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.storage.settings import (
    ACTIVE,
    CREATING,
    ON_DEMAND,
    Encryption,
    Index,
    OnDemandLimits,
    Recovery,
    Restored,
    Settings,
    Throughput,
)
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.values.item import Item

MAX_DAYS = 35
LAG = 5 * MINUTE
"""The latest restorable moment is this far behind, but never before the recovery was enabled."""
SETTLING = 3 * SECOND
"""For so long after its creation a table has no continuous backups, where changes take time (`Rules.pace`).

Captured: none to six seconds.
"""


class Window(NamedTuple):
    """Between which moments, in microseconds, a table can be restored."""

    earliest: int
    latest: int


def window(recovery: Recovery, now: int) -> Window:
    """The restorable moments at `now` in microseconds."""
    return Window(max(recovery.enabled_at, now - recovery.days * DAY), max(recovery.enabled_at, now - LAG))


def retains_from(table: Table, now: int) -> int:
    """How far restores and exports of a table can do without its history."""
    recovery, history = table.settings.recovery, table.history
    if recovery is None:
        return history.last_seq
    # Both are asked for in whole seconds, and the first may lie in the second in which the window begins.
    return history.seq_at(window(recovery, now).earliest - SECOND)


def enabled(current: Recovery | None, days: int | None, now: int) -> Recovery:
    """The setting after recovery has been switched on, or on again with another number of days.

    A shorter period forgets what lies behind it for good; a longer one brings nothing back that was forgotten;
    switching off forgets everything.
    """
    if current is None:
        return Recovery(now, MAX_DAYS if days is None else days)
    changed = current._replace(days=current.days if days is None else days)
    earliest = max(window(current, now).earliest, window(changed, now).earliest)
    return changed._replace(enabled_at=earliest)


def moment_of(given: float, between: Window, now: int) -> int:
    """The moment, in microseconds, that a RestoreDateTime in epoch seconds means.

    Errors: `InvalidRestoreTimeException` for a time outside the window, both looked at in whole seconds.
    """
    moment = round(given * SECOND)
    if not between.earliest // SECOND <= moment // SECOND <= between.latest // SECOND:
        raise errors.invalid_restore_time(
            f"RestoreDateTime '{iso_seconds(moment)}' must be within EarliestRestorableDateTime "
            f"'{iso_seconds(between.earliest)}' and LatestRestorableDateTime '{iso_seconds(between.latest)}'"
        )
    return min(max(end_of(moment), between.earliest), now)


def end_of(moment: int) -> int:
    """The moment that is meant by one from an SDK, in microseconds.

    SDKs drop fractions: older botocore those of a second, others those of a millisecond. A time without them means
    the end of its second (or millisecond), so that what was there at the time that the caller had in hand is there.
    """
    for unit in (SECOND, SECOND // 1000):
        if moment % unit == 0:
            return moment + unit - 1
    return moment


class Image(NamedTuple):
    """What a table was at a moment. The items are those of the table itself: sharing them costs a reference each."""

    schema: KeySchema
    settings: Settings
    items: Sequence[Item]


class Capacity(NamedTuple):
    """How a restored table is paid for."""

    billing_mode: str
    throughput: Throughput
    on_demand: OnDemandLimits | None


def restore(
    engine: Accounts,
    home: Home,
    name: str,
    image: Image,
    origin: Restored,
    capacity: Capacity,
    indexes: Sequence[Index],
    encryption: Encryption | None,
    now: int,
) -> Table:
    """Begin to restore `image` into a new table; it has the items, and is ACTIVE, when the agenda says so.

    Keys, capacity, indexes and encryption come with it. Tags, stream, TTL, recovery, deletion protection and table
    class do not.
    """
    used = {*image.schema.names, *(name for index in indexes for name in index.schema.names)}
    settings = Settings(
        attributes={name: kind for name, kind in image.settings.attributes.items() if name in used},
        created_at=now,
        status=CREATING,
        billing_mode=capacity.billing_mode,
        throughput=capacity.throughput,
        on_demand=capacity.on_demand,
        # The source's may have been in the middle of something.
        indexes=tuple(
            index._replace(status=CREATING if index.is_global else ACTIVE, backfilling=False) for index in indexes
        ),
        encryption=encryption,
        restored=origin,
    )
    arn = arns.table_arn(home, name)
    table = Table(name, arn, engine.uuid(), image.schema, settings, engine.seq)
    engine.catalog.add(home, table)

    settling = SETTLING if engine.rules.pace else 0

    def finish(due: int) -> None:
        writes = [Write(table, table.schema.key_of(item), item) for item in image.items]
        engine.commit(writes, now=due, actor=Actor.RESTORE)
        table.change_settings(
            status=ACTIVE,
            backups_from=due + settling,
            restored=None,
            on_demand_since=due if table.settings.billing_mode == ON_DEMAND else None,
            indexes=tuple(index._replace(status=ACTIVE) for index in table.settings.indexes),
        )

    engine.agenda.add(now + engine.rules.pace, finish)
    return table
