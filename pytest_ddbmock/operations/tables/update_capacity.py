"""UpdateTable: billing mode, provisioned, on-demand and warm throughput of a table and its global indexes.

Source: "UpdateTable" (API reference), "Service, account, and table quotas in Amazon DynamoDB", captured answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.clock import DAY, HOUR, to_datetime
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.table_description import ON_DEMAND_WARM, decreases_today, initial_warm
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.operations.tables import definition, limits
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.operations.tables.update_request import UpdateRequest
from pytest_ddbmock.operations.tables.update_steps import Step
from pytest_ddbmock.storage.settings import (
    ACTIVE,
    BILLING,
    CREATING,
    DELETING,
    ON_DEMAND,
    PROVISIONED,
    THROUGHPUT,
    UPDATING,
    Index,
    Settings,
    Throughput,
    WarmThroughput,
)
from pytest_ddbmock.storage.table import Table

FREE_DECREASES = 4
"""Decreases of a table or index on a UTC day, before one an hour is allowed."""
SWITCHES_TO_ON_DEMAND = 4
"""In 24 hours."""


def capacity_steps(call: Call, table: Table, given: UpdateRequest) -> list[Step]:
    """What billing mode, throughput, limits and warm throughput do, those of indexes included.

    Errors: `ValidationException`, `LimitExceededException`, `ResourceNotFoundException`.
    """
    settings = table.settings
    mode = given.billing_mode or settings.billing_mode
    updates = {action["IndexName"]: action for action in given.of_kind("Update")}
    _require_updatable(call, table, updates)
    _require_billing_fits(given, mode)
    is_switch = mode != settings.billing_mode
    steps: list[Step] = []
    replaced: list[tuple[Throughput, Throughput]] = []

    if is_switch and mode == ON_DEMAND:
        _require_few_switches(settings, call.now)
    new = given.throughput
    if new is not None:
        limits.require_table_units(call, new)
        if not is_switch and (new.read, new.write) == (settings.throughput.read, settings.throughput.write):
            raise _will_not_change("table", "table", new)
        new = _changed(settings.throughput, new, call.now)
        replaced.append((new, settings.throughput))
    if is_switch:
        steps.append(_switch_step(call, settings, mode, new))
    elif new is not None:
        steps.append(_throughput_step(settings, new))
    if given.limits and definition.merged_limits(settings.on_demand, given.limits) != settings.on_demand:
        limits.require_limits_within_quota(call, given.limits)
        after = definition.merged_limits(settings.on_demand, given.limits)
        steps.append(Step(THROUGHPUT, when_done=lambda now: dataclasses.replace(now, on_demand=after)))
    if given.warm:
        steps.append(_warm_step(call, settings, given.warm))
    for index in settings.global_indexes:
        action = updates.get(index.name)
        if action is not None:
            steps += _of_index(call, settings, index, action, mode, replaced)
        elif is_switch and mode == PROVISIONED and index.status != DELETING:
            if index.name not in [gone["IndexName"] for gone in given.of_kind("Delete")]:
                raise errors.invalid_parameters(f"ProvisionedThroughput must be specified for index: {index.name}")
        elif is_switch:
            steps.append(_index_on_demand_step(settings, index))
    limits.require_account_units(call, [new for new, _ in replaced], [old for _, old in replaced])
    return steps


def _require_updatable(call: Call, table: Table, updates: dict[str, Wire]) -> None:
    for name, action in updates.items():
        call.refuse_unknown(
            action,
            ("IndexName", "ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput"),
            "GlobalSecondaryIndexUpdates.Update",
        )
        require_global_index(table, name, "update")


def require_global_index(table: Table, name: str, verb: str) -> Index:
    """The global index that a request wants to `verb` (update, delete)."""
    index = table.settings.index(name)
    if index is None:
        raise errors.resource_not_found(f"Requested resource not found: Index {name} for table {table.name}")
    if not index.is_global:
        raise errors.validation(f"Cannot {verb} an index that is not a GlobalSecondaryIndex: {name}")
    return index


def _require_billing_fits(given: UpdateRequest, mode: str) -> None:
    if mode == ON_DEMAND:
        if given.throughput is not None:
            raise errors.invalid_parameters(definition.THROUGHPUT_ON_DEMAND)
        definition.require_limits_in_range(given.limits, lowest=-1)
        return
    if given.billing_mode == PROVISIONED and given.throughput is None:
        raise errors.invalid_parameters("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    definition.refuse_limits_when_provisioned(given.limits, is_new=False)


def _will_not_change(what: str, where: str, wanted: Throughput) -> DynamoDBError:
    return errors.validation(
        f"The provisioned throughput for the {what} will not change. The requested value equals the current value. "
        f"Current ReadCapacityUnits provisioned for the {where}: {wanted.read}. "
        f"Requested ReadCapacityUnits: {wanted.read}. "
        f"Current WriteCapacityUnits provisioned for the {where}: {wanted.write}. "
        f"Requested WriteCapacityUnits: {wanted.write}. {limits.SEE_GUIDE}"
    )


def _changed(old: Throughput, wanted: Throughput, now: int) -> Throughput:
    """The new capacity with its dates; counts and refuses decreases."""
    count, decreased_at = old.decreases_today, old.decreased_at
    if wanted.read < old.read or wanted.write < old.write:
        count = decreases_today(old, now)
        if count >= FREE_DECREASES and decreased_at is not None and now < decreased_at + HOUR:
            raise errors.limit_exceeded(
                "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. "
                f"After the first {FREE_DECREASES} decreases, each subsequent decrease in the same UTC day can be "
                f"performed at most once every 3600 seconds. Number of decreases today: {count}. "
                f"Last decrease at {spelled(decreased_at)}. Next decrease can be made at "
                f"{spelled(decreased_at + HOUR)}"
            )
        count, decreased_at = count + 1, now
    is_raised = wanted.read > old.read or wanted.write > old.write
    return Throughput(wanted.read, wanted.write, now if is_raised else old.increased_at, decreased_at, count)


def _with_numbers_of(old: Throughput, new: Throughput) -> Throughput:
    """While a change is under way the dates are the new ones, the numbers the old."""
    return new._replace(read=old.read, write=old.write)


def _on_demand_throughput(old: Throughput) -> Throughput:
    return old._replace(read=0, write=0)


def _raised(current: WarmThroughput, other: WarmThroughput | Throughput) -> WarmThroughput:
    """Warm throughput never falls."""
    return current._replace(read=max(current.read, other.read), write=max(current.write, other.write))


def _throughput_step(settings: Settings, new: Throughput) -> Step:
    at_once = _with_numbers_of(settings.throughput, new)
    return Step(
        THROUGHPUT,
        at_once=lambda now: dataclasses.replace(now, throughput=at_once),
        when_done=lambda now: dataclasses.replace(now, throughput=new, warm=_raised(_current_warm(now), new)),
    )


def _switch_step(call: Call, settings: Settings, mode: str, new: Throughput | None) -> Step:
    moment = call.now
    if mode == ON_DEMAND:
        gone = _on_demand_throughput(settings.throughput)
        return Step(
            BILLING,
            at_once=lambda now: dataclasses.replace(now, on_demand_switches=(*now.on_demand_switches, moment)),
            when_done=lambda now: dataclasses.replace(
                now,
                billing_mode=mode,
                on_demand_since=moment,
                throughput=gone,
                warm=_raised(_current_warm(now), ON_DEMAND_WARM),
            ),
        )
    assert new is not None, "required when BillingMode is PROVISIONED"
    provisioned = new
    return Step(
        BILLING,
        when_done=lambda now: dataclasses.replace(
            now,
            billing_mode=mode,
            throughput=provisioned,
            warm=_raised(_current_warm(now), provisioned),
            on_demand=None,
            indexes=tuple(index._replace(on_demand=None) for index in now.indexes),
        ),
    )


def _current_warm(settings: Settings) -> WarmThroughput:
    return settings.warm or initial_warm(settings.billing_mode, settings.throughput)


def _require_few_switches(settings: Settings, now: int) -> None:
    recent = [moment for moment in settings.on_demand_switches if moment > now - DAY]
    if len(recent) >= SWITCHES_TO_ON_DEMAND:
        # Unsure: the text for the limit of today; it is known for the older limit of one.
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: Update to PayPerRequest mode are limited to {SWITCHES_TO_ON_DEMAND} in "
            f"1 day(s). Last update at {spelled(recent[-1])}. Next update can be made at {spelled(recent[0] + DAY)}"
        )


def _warm_step(call: Call, settings: Settings, given: Wire) -> Step:
    current = _current_warm(settings)
    wanted = definition.warm_throughput(given, current, call, lower=definition.LOWER_THAN_CURRENT)
    limits.require_limits_within_quota(call, given)
    assert wanted is not None, "some was given"
    raised = wanted._replace(status=UPDATING)
    return Step(
        at_once=lambda now: dataclasses.replace(now, warm=raised),
        when_done=lambda now: dataclasses.replace(now, warm=_current_warm(now)._replace(status=ACTIVE)),
    )


def _of_index(
    call: Call,
    settings: Settings,
    index: Index,
    action: Wire,
    mode: str,
    replaced: list[tuple[Throughput, Throughput]],
) -> list[Step]:
    """What an `Update` of a global index does; appends to `replaced` what the account's quota must bear."""
    name = index.name
    wanted = definition.throughput(action.get("ProvisionedThroughput"), call, index=name)
    wanted_limits = definition.on_demand_limits(action.get("OnDemandThroughput"), call, index=name)
    given_warm: Wire = action.get("WarmThroughput") or {}
    current_warm = index.warm or initial_warm(settings.billing_mode, index.throughput)
    if mode == ON_DEMAND:
        if wanted is not None:
            raise errors.invalid_parameters(
                f"The only Updates for index: {name} when TableThroughputMode is PAY_PER_REQUEST can be to "
                "OnDemandThroughput, WarmThroughput"
            )
        definition.require_limits_in_range(wanted_limits, lowest=-1, index=name)
    else:
        if mode != settings.billing_mode and wanted is None:
            raise errors.invalid_parameters(f"ProvisionedThroughput must be specified for index: {name}")
        definition.refuse_limits_when_provisioned(wanted_limits, is_new=False, index=name)
    if wanted is None and not wanted_limits and not given_warm:
        # Unsure: the text.
        raise errors.invalid_parameters(
            f"At least one of ProvisionedThroughput, OnDemandThroughput or WarmThroughput is required for index: {name}"
        )
    limits.require_limits_within_quota(call, wanted_limits, index=name)
    limits.require_limits_within_quota(call, given_warm, index=name)
    steps: list[Step] = []
    if wanted is not None:
        limits.require_table_units(call, wanted, index=name)
        old = index.throughput
        if mode == settings.billing_mode and (wanted.read, wanted.write) == (old.read, old.write):
            raise _will_not_change(f"index {name}", "index", wanted)
        new = _changed(old, wanted, call.now)
        replaced.append((new, old))
        steps.append(
            _index_step(name, during=_with_numbers_of(old, new), throughput=new, warm=_raised(current_warm, new))
        )
    elif mode != settings.billing_mode:
        steps.append(_index_on_demand_step(settings, index))
    if wanted_limits:
        steps.append(_index_step(name, on_demand=definition.merged_limits(index.on_demand, wanted_limits)))
    if given_warm:
        raised = definition.warm_throughput(
            given_warm, current_warm, call, lower=definition.LOWER_THAN_CURRENT, index=name
        )
        assert raised is not None, "some was given"
        steps.append(_index_warm_step(name, raised))
    return steps


def _index_step(name: str, *, during: Throughput | None = None, **changes: Any) -> Step:
    """Change fields of a global index, which is UPDATING meanwhile."""

    def at_once(settings: Settings) -> Settings:
        index = settings.index(name)
        assert index is not None, "looked up before"
        return settings.with_index(index._replace(status=UPDATING, throughput=during or index.throughput))

    def when_done(settings: Settings) -> Settings:
        index = settings.index(name)
        if index is None or index.status == DELETING:
            return settings
        status = CREATING if index.backfilling else ACTIVE
        return settings.with_index(index._replace(status=status, **changes))

    return Step(THROUGHPUT, at_once=at_once, when_done=when_done)


def _index_on_demand_step(settings: Settings, index: Index) -> Step:
    """The index of a table that is switched to on-demand."""
    current = index.warm or initial_warm(settings.billing_mode, index.throughput)
    gone = _on_demand_throughput(index.throughput)
    return _index_step(index.name, throughput=gone, warm=_raised(current, ON_DEMAND_WARM))


def _index_warm_step(name: str, raised: WarmThroughput) -> Step:
    def change(status: str) -> Callable[[Settings], Settings]:
        def changed(settings: Settings) -> Settings:
            index = settings.index(name)
            if index is None:
                return settings
            return settings.with_index(index._replace(warm=raised._replace(status=status)))

        return changed

    return Step(at_once=change(UPDATING), when_done=change(ACTIVE))


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def spelled(moment: int) -> str:
    """`Monday, October 10, 2022 at 1:00:19 PM Coordinated Universal Time`, whatever the locale of the process."""
    at = to_datetime(moment)
    hour, half = at.hour % 12 or 12, "PM" if at.hour >= 12 else "AM"
    day = f"{DAYS[at.weekday()]}, {MONTHS[at.month - 1]} {at.day}, {at.year}"
    return f"{day} at {hour}:{at.minute:02d}:{at.second:02d} {half} Coordinated Universal Time"
