"""UpdateTable: provisioned, on-demand and warm throughput of global indexes.

Only the index is UPDATING meanwhile, the table stays ACTIVE.
Source: "UpdateTable" (API reference); order, texts and statuses captured in us-west-2 and us-east-1, 2026-10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.table_description import ON_DEMAND_WARM, initial_warm
from pytest_ddbmock.operations.tables import definition, limits
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.operations.tables.update_capacity import (
    changed,
    raised,
    raising,
    reached,
    will_not_change,
    with_old_numbers,
)
from pytest_ddbmock.operations.tables.update_request import UpdateRequest
from pytest_ddbmock.operations.tables.update_steps import Step
from pytest_ddbmock.storage.settings import (
    ACTIVE,
    CREATING,
    DELETING,
    ON_DEMAND,
    PROVISIONED,
    UPDATING,
    Index,
    Settings,
    Throughput,
    WarmThroughput,
)
from pytest_ddbmock.storage.table import Table

MEMBERS = ("IndexName", "ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")


def require_updatable(call: Call, table: Table, given: UpdateRequest) -> None:
    """Raise unless each `Update` names a global index of the table.

    Errors: `ResourceNotFoundException`, `ValidationException`.
    """
    for action in given.of_kind("Update"):
        call.refuse_unknown(action, MEMBERS, "GlobalSecondaryIndexUpdates.Update")
        require_global_index(table, action["IndexName"], "update")


def require_global_index(table: Table, name: str, verb: str) -> Index:
    """Return the global index that a request wants to `verb` (update, delete).

    Errors: `ResourceNotFoundException`, `ValidationException`.
    """
    index = table.settings.index(name)
    if index is None:
        raise errors.resource_not_found(f"Requested resource not found: Index {name} for table {table.name}")
    if not index.is_global:
        raise errors.validation(f"Cannot {verb} an index that is not a GlobalSecondaryIndex: {name}")
    return index


def index_capacity_steps(call: Call, settings: Settings, given: UpdateRequest) -> list[Step]:
    """Return what the `Update`s change, and a switch of the billing mode in the indexes without one.

    Errors: `ValidationException`, `LimitExceededException`.
    """
    mode = given.billing_mode or settings.billing_mode
    updates = {action["IndexName"]: action for action in given.of_kind("Update")}
    is_switch = mode != settings.billing_mode
    if is_switch and mode == PROVISIONED:
        _require_throughput(settings, given, updates)
    steps: list[Step] = []
    replaced: list[tuple[Throughput, Throughput]] = []
    if given.throughput is not None:
        replaced.append((given.throughput, settings.throughput))
    for index in settings.global_indexes:
        action = updates.get(index.name)
        if action is not None:
            steps += _update_steps(call, settings, index, action, mode, replaced)
        elif is_switch and mode == ON_DEMAND:
            steps.append(_on_demand_step(settings, index))
    limits.require_account_units(call, [new for new, _ in replaced], [old for _, old in replaced])
    return steps


def _require_throughput(settings: Settings, given: UpdateRequest, updates: Mapping[str, Wire]) -> None:
    """Raise unless each index that stays gets its capacity with the switch to provisioned; one text names them all."""
    deleted = [action["IndexName"] for action in given.of_kind("Delete")]
    lacking = [
        index.name
        for index in settings.global_indexes
        if index.name not in deleted and updates.get(index.name, {}).get("ProvisionedThroughput") is None
    ]
    if lacking:
        raise errors.invalid_parameters(f"ProvisionedThroughput must be specified for index: {','.join(lacking)}")


def _update_steps(
    call: Call,
    settings: Settings,
    index: Index,
    action: Wire,
    mode: str,
    replaced: list[tuple[Throughput, Throughput]],
) -> list[Step]:
    """Return what one `Update` changes; new and old capacity are appended to `replaced` for the account's quota."""
    name = index.name
    wanted = definition.throughput(action.get("ProvisionedThroughput"), call, index=name)
    wanted_limits = definition.on_demand_limits(action.get("OnDemandThroughput"), call, index=name)
    given_warm: Wire = action.get("WarmThroughput") or {}
    _require_update_fits(name, wanted, wanted_limits, mode)
    if wanted is None and not wanted_limits and not given_warm:
        # Unsure: the text.
        raise errors.invalid_parameters(
            f"At least one of ProvisionedThroughput, OnDemandThroughput or WarmThroughput is required for index: {name}"
        )
    limits.require_limits_within_quota(call, wanted_limits, index=name)
    limits.require_limits_within_quota(call, given_warm, index=name)
    is_switch = mode != settings.billing_mode
    steps: list[Step] = []
    if wanted is not None:
        steps.append(_throughput_step(call, settings, index, wanted, is_switch=is_switch))
        replaced.append((wanted, index.throughput))
    elif is_switch:
        steps.append(_on_demand_step(settings, index))
    if wanted_limits:
        after = definition.merged_limits(index.on_demand, wanted_limits)
        steps.append(_index_step(name, at_once={"on_demand": after}))
    if given_warm:
        steps.append(_warm_step(call, settings, index, given_warm))
    return steps


def _require_update_fits(name: str, wanted: Throughput | None, wanted_limits: Wire, mode: str) -> None:
    if mode == ON_DEMAND:
        if wanted is not None:
            raise errors.invalid_parameters(
                f"The only Updates for index: {name} when TableThroughputMode is PAY_PER_REQUEST can be to "
                "OnDemandThroughput, WarmThroughput"
            )
        definition.require_limits_in_range(wanted_limits, lowest=-1, index=name)
    else:
        definition.refuse_limits_when_provisioned(wanted_limits, is_new=False, index=name)


def _throughput_step(call: Call, settings: Settings, index: Index, wanted: Throughput, *, is_switch: bool) -> Step:
    limits.require_table_units(call, wanted, index=index.name)
    old = index.throughput
    if not is_switch and (wanted.read, wanted.write) == (old.read, old.write):
        raise will_not_change(f"index {index.name}", wanted)
    new = changed(old, wanted, call.now)
    warm = raised(_current_warm(settings, index), new)
    at_once = {"throughput": new, "on_demand": None} if is_switch else {"throughput": with_old_numbers(old, new)}
    return _index_step(index.name, at_once=at_once, when_done={"throughput": new, "warm": warm})


def _on_demand_step(settings: Settings, index: Index) -> Step:
    """Return the change of an index whose table is switched to on-demand."""
    gone = index.throughput._replace(read=0, write=0)
    warm = raised(_current_warm(settings, index), ON_DEMAND_WARM)
    return _index_step(index.name, at_once={"throughput": gone}, when_done={"warm": warm})


def _current_warm(settings: Settings, index: Index) -> WarmThroughput:
    return index.warm or initial_warm(settings.billing_mode, index.throughput)


def _index_step(name: str, *, at_once: Mapping[str, Any], when_done: Mapping[str, Any] | None = None) -> Step:
    """Return a change of fields of a global index, which is UPDATING meanwhile."""

    def begin(settings: Settings) -> Settings:
        index = settings.index(name)
        assert index is not None, "looked up before"
        return settings.with_index(index._replace(status=UPDATING, **at_once))

    def end(settings: Settings) -> Settings:
        index = settings.index(name)
        if index is None or index.status == DELETING:
            return settings
        status = CREATING if index.backfilling else ACTIVE
        return settings.with_index(index._replace(status=status, **(when_done or {})))

    return Step(at_once=begin, when_done=end)


def _warm_step(call: Call, settings: Settings, index: Index, given: Wire) -> Step:
    """Return the raise of an index's warm throughput, which stays ACTIVE meanwhile."""
    name, current = index.name, _current_warm(settings, index)
    wanted = definition.warm_throughput(given, current, call, lower=definition.LOWER_THAN_CURRENT, index=name)
    assert wanted is not None, "some was given"
    target = wanted.read, wanted.write

    def begin(settings: Settings) -> Settings:
        found = settings.index(name)
        assert found is not None, "looked up before"
        return settings.with_index(found._replace(warm=raising(_current_warm(settings, found), target)))

    def end(settings: Settings) -> Settings:
        found = settings.index(name)
        if found is None:
            return settings
        return settings.with_index(found._replace(warm=reached(_current_warm(settings, found), target)))

    return Step(at_once=begin, when_done=end)
