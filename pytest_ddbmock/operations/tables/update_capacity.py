"""UpdateTable: billing mode, provisioned, on-demand and warm throughput of a table; its indexes' in the next module.

Source: "UpdateTable" (API reference), "Service, account, and table quotas in Amazon DynamoDB"; order, texts and
statuses captured in us-west-2 and us-east-1, 2026-10.
"""

from __future__ import annotations

import dataclasses

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
    ON_DEMAND,
    PROVISIONED,
    THROUGHPUT,
    UPDATING,
    Settings,
    Throughput,
    WarmThroughput,
)

FREE_DECREASES = 4
"""Decreases of a table or index on a UTC day, before one in an hour is allowed."""
SWITCHES_TO_ON_DEMAND = 4
"""In 24 hours."""


def capacity_steps(call: Call, settings: Settings, given: UpdateRequest) -> list[Step]:
    """Return what the table's billing mode, throughput, limits and warm throughput change.

    Errors: `ValidationException`, `LimitExceededException`.
    """
    mode = given.billing_mode or settings.billing_mode
    _require_billing_fits(given, mode)
    steps: list[Step] = []
    if mode != settings.billing_mode:
        if mode == ON_DEMAND:
            _require_few_switches(settings, call.now)
        steps.append(_switch_step(call, mode, _new_throughput(call, settings, given, is_switch=True)))
    elif given.throughput is not None:
        steps.append(_throughput_step(settings, _new_throughput(call, settings, given, is_switch=False)))
    after = definition.merged_limits(settings.on_demand, given.limits)
    if given.limits and after != settings.on_demand:
        limits.require_limits_within_quota(call, given.limits)
        # The table stays ACTIVE, and the new limits hold at once.
        steps.append(Step(at_once=lambda now: dataclasses.replace(now, on_demand=after)))
    if given.warm:
        steps.append(_warm_step(call, settings, given.warm))
    return steps


def _require_billing_fits(given: UpdateRequest, mode: str) -> None:
    if mode == ON_DEMAND:
        if given.throughput is not None:
            raise errors.invalid_parameters(definition.THROUGHPUT_ON_DEMAND)
        definition.require_limits_in_range(given.limits, lowest=-1)
        return
    if given.billing_mode == PROVISIONED and given.throughput is None:
        raise errors.invalid_parameters("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    definition.refuse_limits_when_provisioned(given.limits, is_new=False)


def _new_throughput(call: Call, settings: Settings, given: UpdateRequest, *, is_switch: bool) -> Throughput:
    """Return the table's new provisioned capacity with its dates; none for on-demand."""
    new, old = given.throughput, settings.throughput
    if new is None:
        return old._replace(read=0, write=0)
    limits.require_table_units(call, new)
    if not is_switch and (new.read, new.write) == (old.read, old.write):
        raise will_not_change("the table", new)
    return changed(old, new, call.now)


def will_not_change(what: str, wanted: Throughput) -> DynamoDBError:
    """Return the error for a capacity that is the current one; `what` is `the table` or `index <name>`."""
    subject = what if what.startswith("the ") else f"the {what}"
    return errors.validation(
        f"The provisioned throughput for {subject} will not change. The requested value equals the current value. "
        f"Current ReadCapacityUnits provisioned for {what}: {wanted.read}. "
        f"Requested ReadCapacityUnits: {wanted.read}. "
        f"Current WriteCapacityUnits provisioned for {what}: {wanted.write}. "
        f"Requested WriteCapacityUnits: {wanted.write}. {limits.SEE_GUIDE}"
    )


def changed(old: Throughput, wanted: Throughput, now: int) -> Throughput:
    """Return the wanted capacity with its dates and its number of decreases.

    Errors: `LimitExceededException` for a decrease too many.
    """
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


def with_old_numbers(old: Throughput, new: Throughput) -> Throughput:
    """Return what is shown while a change is in progress: the new dates, the old numbers."""
    return new._replace(read=old.read, write=old.write)


def _throughput_step(settings: Settings, new: Throughput) -> Step:
    during = with_old_numbers(settings.throughput, new)
    return Step(
        THROUGHPUT,
        at_once=lambda now: dataclasses.replace(now, throughput=during),
        when_done=lambda now: dataclasses.replace(now, throughput=new, warm=raised(_current_warm(now), new)),
    )


def _switch_step(call: Call, mode: str, new: Throughput) -> Step:
    """Billing mode and capacity hold at once, the date and the warm throughput of on-demand when it is done."""
    moment, done = call.now, call.now + call.engine.rules.pace

    def at_once(now: Settings) -> Settings:
        switches = (*now.on_demand_switches, moment) if mode == ON_DEMAND else now.on_demand_switches
        return dataclasses.replace(
            now,
            warm=_current_warm(now),
            billing_mode=mode,
            throughput=new,
            on_demand=None if mode == PROVISIONED else now.on_demand,
            on_demand_switches=switches,
        )

    def when_done(now: Settings) -> Settings:
        if mode == PROVISIONED:
            return dataclasses.replace(now, warm=raised(_current_warm(now), new))
        return dataclasses.replace(now, on_demand_since=done, warm=raised(_current_warm(now), ON_DEMAND_WARM))

    return Step(BILLING, at_once=at_once, when_done=when_done)


def _current_warm(settings: Settings) -> WarmThroughput:
    return settings.warm or initial_warm(settings.billing_mode, settings.throughput)


def raised(current: WarmThroughput, other: WarmThroughput | Throughput) -> WarmThroughput:
    """Return the warm throughput after the table or index has been able to serve `other`: it never falls."""
    return current._replace(read=max(current.read, other.read), write=max(current.write, other.write))


def _require_few_switches(settings: Settings, now: int) -> None:
    recent = [moment for moment in settings.on_demand_switches if moment > now - DAY]
    if len(recent) >= SWITCHES_TO_ON_DEMAND:
        # Unsure: the text with today's limit; it is known for the former limit of one.
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: Update to PayPerRequest mode are limited to {SWITCHES_TO_ON_DEMAND} in "
            f"1 day(s). Last update at {spelled(recent[-1])}. Next update can be made at {spelled(recent[0] + DAY)}"
        )


# ---- warm throughput


def _warm_step(call: Call, settings: Settings, given: Wire) -> Step:
    current = _current_warm(settings)
    wanted = definition.warm_throughput(given, current, call, lower=definition.LOWER_THAN_CURRENT)
    limits.require_limits_within_quota(call, given)
    assert wanted is not None, "some was given"
    target = wanted.read, wanted.write
    return Step(
        at_once=lambda now: dataclasses.replace(now, warm=raising(_current_warm(now), target)),
        when_done=lambda now: dataclasses.replace(now, warm=reached(_current_warm(now), target)),
    )


def raising(current: WarmThroughput, target: tuple[int, int]) -> WarmThroughput:
    """Return the warm throughput while it is raised: the old numbers. A later request replaces the target."""
    return current._replace(status=UPDATING, target=target)


def reached(current: WarmThroughput, target: tuple[int, int]) -> WarmThroughput:
    """Return the warm throughput when `target` is reached, unless a later request has replaced it."""
    if current.target != target:
        return current
    return raised(current._replace(status=ACTIVE, target=None), Throughput(*target))


# ---- moments

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def spelled(moment: int) -> str:
    """Return `Monday, October 10, 2022 at 1:00:19 PM Coordinated Universal Time`, whatever the process's locale."""
    at = to_datetime(moment)
    hour, half = at.hour % 12 or 12, "PM" if at.hour >= 12 else "AM"
    day = f"{DAYS[at.weekday()]}, {MONTHS[at.month - 1]} {at.day}, {at.year}"
    return f"{day} at {hour}:{at.minute:02d}:{at.second:02d} {half} Coordinated Universal Time"
