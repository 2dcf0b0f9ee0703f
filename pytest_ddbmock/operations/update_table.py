"""UpdateTable: billing, capacity, global indexes, stream, table class, deletion protection.

A change is refused as a whole or begun as a whole. What it does is a list of steps, each in two halves: what the answer
shows at once, and what holds when the agenda ends the change after `Engine.pace`.
Source: "UpdateTable" (API reference), "Managing Global Secondary Indexes", captured answers for order and texts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.clock import DAY, HOUR, SECOND, iso_milliseconds, to_datetime
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.table_description import ON_DEMAND_WARM, decreases_today, describe, initial_warm
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.operations import limits
from pytest_ddbmock.operations import table_definition as definition
from pytest_ddbmock.operations.table_definition import Wire, elements
from pytest_ddbmock.operations.table_streams import ended_streams, new_stream
from pytest_ddbmock.storage.settings import (
    ACTIVE,
    BILLING,
    CREATING,
    DELETING,
    INDEXES,
    ON_DEMAND,
    PROVISIONED,
    STREAM,
    TABLE_CLASS,
    THROUGHPUT,
    UPDATING,
    Index,
    Settings,
    Throughput,
    WarmThroughput,
)
from pytest_ddbmock.storage.table import Table

CONCERNS = {
    "ProvisionedThroughput": "ProvisionedThroughput",
    "BillingMode": "BillingMode",
    "StreamSpecification": "UpdateStreamEnabled",
    "GlobalSecondaryIndexUpdates": "GlobalSecondaryIndexUpdates",
    "SSESpecification": "SSESpecification",
    "DeletionProtectionEnabled": "DeletionProtectionEnabled",
    "OnDemandThroughput": "OnDemandThroughput",
    "WarmThroughput": "WarmThroughput",
    "TableClass": "TableClass",
}
"""The parameters that change something, and what AWS calls them when it misses them all."""

NOTHING_TO_CHANGE = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)

ALONE = {
    "SSESpecification": "Server-Side Encryption modification must be the only operation in the request",
    "TableClass": "TableClass modification must be the only operation in the request",
    "DeletionProtectionEnabled": "DeletionProtection modification must be the only operation in the request",
}
"""What cannot stand beside anything else, in the order in which AWS tells of it."""

FREE_DECREASES = 4
"""Decreases of a table or index on a UTC day, before one an hour is allowed."""
SWITCHES_TO_ON_DEMAND = 4
"""In 24 hours."""
TABLE_CLASS_CHANGES = 2
"""In 30 days."""
PROTECTION_WINDOW = 15 * SECOND


@operation("UpdateTable")
def update_table(call: Call) -> Answer:
    """Order: the request by itself, the table and what is under way there, each change against what stands."""
    given = _Given(call)
    call.require_all_read()
    definition.require_table_class(given.table_class)
    _require_index_updates(given)
    _require_fit(given)
    table = call.usable_table()
    _refuse_what_is_under_way(call, table, given)
    steps = [
        *_capacity_steps(call, table, given),
        *_stream_steps(call, table, given),
        *_table_class_steps(call, table, given),
        *_protection_steps(call, table, given),
        *_index_steps(call, table, given),
    ]
    _refuse_encryption(call, given)
    limits.require_few_changing(call, has_indexes=bool(table.settings.indexes))
    call.admit()
    _begin(call, table, steps)
    return call.answer(TableDescription=_described(call, table, given))


class _Given:
    """The parameters of UpdateTable, null elements of lists left out."""

    def __init__(self, call: Call) -> None:
        self.table: str = call.param("TableName")
        self.attributes: list[Wire] | None = call.param("AttributeDefinitions")
        self.billing_mode: str | None = call.param("BillingMode")
        self.throughput = definition.throughput(call.param("ProvisionedThroughput"), call)
        self.stream: Wire | None = call.param("StreamSpecification")
        self.encryption: Wire | None = call.param("SSESpecification")
        self.table_class: str | None = call.param("TableClass")
        self.protection: bool | None = call.param("DeletionProtectionEnabled")
        self.limits = definition.on_demand_limits(call.param("OnDemandThroughput"), call)
        self.warm: Wire | None = call.param("WarmThroughput")
        self.index_updates: list[Wire] = elements(call.param("GlobalSecondaryIndexUpdates"))
        self.concerns = [name for name in CONCERNS if call.param(name) is not None]
        """What the request wants to change; an empty list of index updates is told apart by `index_updates`."""
        if self.stream is not None:
            call.refuse_unknown(self.stream, ("StreamEnabled", "StreamViewType"), "StreamSpecification")
        for update in self.index_updates:
            call.refuse_unknown(update, ("Create", "Update", "Delete"), "GlobalSecondaryIndexUpdates")

    def of_kind(self, kind: str) -> list[Wire]:
        """The index updates that are a `Create`, an `Update` or a `Delete`."""
        return [update[kind] for update in self.index_updates if update.get(kind) is not None]

    @property
    def changes_capacity(self) -> bool:
        """Whether the request is about what AWS calls IOPS."""
        return self.throughput is not None or self.billing_mode is not None


# ---- the request by itself


def _require_index_updates(given: _Given) -> None:
    names: list[str] = []
    for update in given.index_updates:
        actions = [action for action in update.values() if action is not None]
        if not actions:
            raise errors.invalid_parameters(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        if len(actions) > 1:
            raise errors.invalid_parameters(
                "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
            )
        name = actions[0]["IndexName"]
        if name in names:
            raise errors.invalid_parameters(
                f"Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )
        names.append(name)


def _require_fit(given: _Given) -> None:
    """Something must be asked for, and nothing beside it that AWS does not do in the same call."""
    concerns = set(given.concerns)
    if "GlobalSecondaryIndexUpdates" in concerns and not given.index_updates:
        concerns.remove("GlobalSecondaryIndexUpdates")
        if concerns:
            raise errors.invalid_parameters("List of GlobalSecondaryIndexUpdates is empty")
    if not concerns:
        raise errors.validation(NOTHING_TO_CHANGE)
    for name, is_empty in (("OnDemandThroughput", not given.limits), ("WarmThroughput", not given.warm)):
        if name in concerns and is_empty:
            if concerns == {name}:
                raise DynamoDBError("InternalFailure", "", status=500)  # captured
            concerns.remove(name)
    for name, text in ALONE.items():
        if name in concerns and len(concerns) > 1:
            raise errors.invalid_parameters(text)
    creates, deletes = given.of_kind("Create"), given.of_kind("Delete")
    if "WarmThroughput" in concerns:
        if creates:
            raise errors.invalid_parameters(
                "Create global secondary index cannot be specified when updating WarmThroughput"
            )
        if concerns - {"WarmThroughput", "GlobalSecondaryIndexUpdates"}:
            raise errors.invalid_parameters("WarmThroughput must be the only operation in the request")
    if "OnDemandThroughput" in concerns and concerns - {"OnDemandThroughput", "BillingMode"}:
        raise errors.invalid_parameters(
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
        )
    if (creates or deletes) and given.throughput is not None and given.billing_mode is None:
        raise errors.invalid_parameters("You cannot create or delete index while updating table IOPS")
    if (creates or deletes) and given.stream is not None:
        raise errors.invalid_parameters("You cannot create or delete index while changing stream status")
    if given.stream is not None and (given.throughput is not None or given.of_kind("Update")):
        raise errors.invalid_parameters("You cannot modify stream status while updating table IOPS")
    if len(creates) + len(deletes) > 1:
        raise _one_online_index()


def _one_online_index() -> DynamoDBError:
    return errors.limit_exceeded(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    )


# ---- what is under way


def _refuse_what_is_under_way(call: Call, table: Table, given: _Given) -> None:
    settings = table.settings
    if settings.status == CREATING:
        raise errors.being_changed(f"Table is being created: {table.name}")
    if settings.status == DELETING:
        raise errors.being_changed(f"Table is being deleted: {table.name}")
    if given.protection is not None and settings.status != ACTIVE:
        raise errors.resource_in_use("Table needs to be in ACTIVE status to modify deletion protection setting.")
    _refuse_beside_stream(table, given)
    _refuse_beside_indexes(table, given)
    _refuse_beside_capacity(table, given)
    if TABLE_CLASS in settings.changing and given.table_class is not None:
        raise errors.being_changed(
            "Can't update table class when a table class update is in progress. "
            f"Table: {table.name} TableClassUpdateInProgress: {settings.changing[TABLE_CLASS]}"
        )
    if settings.status != ACTIVE:
        # Unsure: the text for pairs that nobody has published.
        raise errors.being_changed(f"Table is being updated: {table.name}")


def _refuse_beside_stream(table: Table, given: _Given) -> None:
    settings = table.settings
    if STREAM not in settings.changing:
        return
    where = f"Table: {table.name} Stream: {settings.streams[-1].label} Operation: {settings.changing[STREAM]}"
    if given.changes_capacity:
        raise errors.being_changed(f"Can't change table IOPS when stream status is being updated. {where}")
    if given.stream is not None:
        raise errors.being_changed(f"A stream status change is currently in progress. {where}")


def _refuse_beside_indexes(table: Table, given: _Given) -> None:
    settings = table.settings
    online = [index for index in settings.global_indexes if index.status in (CREATING, DELETING) or index.backfilling]
    for index in online:
        if settings.status == UPDATING:
            verb = "deleted" if index.status == DELETING else "created"
            where = f"when an index is being {verb}. Table: {table.name} Indexes: [{index.name}]"
            if given.changes_capacity:
                raise errors.being_changed(f"Can't change table IOPS {where}")
            if given.stream is not None:
                raise errors.being_changed(f"Can't change stream status {where}")
    for kind in ("Update", "Delete"):
        for action in given.of_kind(kind):
            target = settings.index(action["IndexName"])
            if target is not None and target.is_global:
                _refuse_beside_itself(table, target, kind)
    targets = [action["IndexName"] for action in given.of_kind("Create") + given.of_kind("Delete")]
    if targets and any(index.name not in targets for index in online):
        raise _one_online_index()


def _refuse_beside_itself(table: Table, index: Index, kind: str) -> None:
    where = f"Table: {table.name} Index: {index.name}"
    if index.status == DELETING:
        raise errors.being_changed(f"Index is being deleted.  {where}")
    if index.status == UPDATING:
        raise errors.being_changed(f"Index is being updated.  {where}")
    if index.status == CREATING and not index.backfilling:
        if kind == "Update":
            raise errors.being_changed(f"Index is being created but is not backfilling yet.  {where}")
        raise errors.being_changed(
            "Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the "
            f"index is active. {where}"
        )


def _refuse_beside_capacity(table: Table, given: _Given) -> None:
    changing = table.settings.changing
    if THROUGHPUT not in changing and BILLING not in changing:
        return
    if BILLING in changing and given.limits:
        raise errors.being_changed("OnDemandThroughput cannot be updated while BillingMode update is in progress")
    if given.stream is not None:
        raise errors.being_changed(
            f"Can't enable or disable stream while table IOPS are being updated. Table: {table.name}"
        )
    if given.changes_capacity or given.index_updates:
        raise errors.being_changed(f"Table IOPS are currently being updated. Table: {table.name}")


# ---- steps


def _unchanged(settings: Settings) -> Settings:
    return settings


@dataclass(frozen=True)
class _Step:
    """One change: to the settings at once, to the settings when it is done.

    `word` and `detail` go into `Settings.changing`; without a word the table stays ACTIVE meanwhile.
    """

    word: str = ""
    detail: str = ""
    at_once: Callable[[Settings], Settings] = _unchanged
    when_done: Callable[[Settings], Settings] = _unchanged


def _begin(call: Call, table: Table, steps: list[_Step]) -> None:
    if not steps:
        return
    for step in steps:
        table.settings = step.at_once(table.settings)
    changing = {step.word: step.detail for step in steps if step.word}
    if changing:
        table.change_settings(status=UPDATING, changing=changing)
    _keep_views(table)
    pace, agenda = call.engine.pace, call.engine.agenda

    def end(due: int) -> None:
        if table.settings.status == DELETING:
            return
        was_backfilling = _backfilling(table.settings)
        for step in steps:
            table.settings = step.when_done(table.settings)
        if changing:
            table.change_settings(status=ACTIVE, changing={})
        _keep_views(table)
        for name in _backfilling(table.settings) - was_backfilling:
            agenda.add(due + pace, partial(_end_backfill, table, name))

    agenda.add(call.now + pace, end)


def _backfilling(settings: Settings) -> set[str]:
    return {index.name for index in settings.global_indexes if index.backfilling}


def _end_backfill(table: Table, name: str, due: int) -> None:
    index = table.settings.index(name)
    if index is None or not index.backfilling:
        return
    # Its capacity may be changed at the same time; then that ends by itself.
    status = ACTIVE if index.status == CREATING else index.status
    table.settings = table.settings.with_index(dataclasses.replace(index, status=status, backfilling=False))


def _keep_views(table: Table) -> None:
    """Give each index a view, and drop those of indexes that are gone."""
    indexes = {index.name: index for index in table.settings.indexes}
    for name in [name for name in table.views if name not in indexes]:
        del table.views[name]
    for name, index in indexes.items():
        if name not in table.views:
            table.add_view(index)


# ---- billing and capacity


def _capacity_steps(call: Call, table: Table, given: _Given) -> list[_Step]:
    settings = table.settings
    mode = given.billing_mode or settings.billing_mode
    updates = {action["IndexName"]: action for action in given.of_kind("Update")}
    _require_updatable(call, table, updates)
    _require_billing_fits(given, mode)
    is_switch = mode != settings.billing_mode
    steps: list[_Step] = []
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
        steps.append(_Step(THROUGHPUT, when_done=lambda now: dataclasses.replace(now, on_demand=after)))
    if given.warm:
        steps.append(_warm_step(call, settings, given.warm))
    for index in settings.global_indexes:
        action = updates.get(index.name)
        if action is not None:
            steps += _index_capacity_steps(call, settings, index, action, mode, replaced)
        elif is_switch and mode == PROVISIONED and index.status != DELETING:
            if index.name not in [gone["IndexName"] for gone in given.of_kind("Delete")]:
                raise errors.invalid_parameters(f"ProvisionedThroughput must be specified for index: {index.name}")
        elif is_switch:
            steps.append(_index_step(index.name, throughput=_on_demand_throughput(index.throughput)))
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


def _require_billing_fits(given: _Given, mode: str) -> None:
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
                f"Last decrease at {_spelled(decreased_at)}. Next decrease can be made at "
                f"{_spelled(decreased_at + HOUR)}"
            )
        count, decreased_at = count + 1, now
    is_raised = wanted.read > old.read or wanted.write > old.write
    return Throughput(wanted.read, wanted.write, now if is_raised else old.increased_at, decreased_at, count)


def _with_numbers_of(old: Throughput, new: Throughput) -> Throughput:
    """While a change is under way the dates are the new ones, the numbers the old."""
    return dataclasses.replace(new, read=old.read, write=old.write)


def _on_demand_throughput(old: Throughput) -> Throughput:
    return dataclasses.replace(old, read=0, write=0)


def _raised(current: WarmThroughput, other: WarmThroughput | Throughput) -> WarmThroughput:
    """Warm throughput never falls."""
    return dataclasses.replace(current, read=max(current.read, other.read), write=max(current.write, other.write))


def _throughput_step(settings: Settings, new: Throughput) -> _Step:
    at_once = _with_numbers_of(settings.throughput, new)
    return _Step(
        THROUGHPUT,
        at_once=lambda now: dataclasses.replace(now, throughput=at_once),
        when_done=lambda now: dataclasses.replace(now, throughput=new, warm=_raised(_current_warm(now), new)),
    )


def _switch_step(call: Call, settings: Settings, mode: str, new: Throughput | None) -> _Step:
    moment = call.now
    if mode == ON_DEMAND:
        gone = _on_demand_throughput(settings.throughput)
        return _Step(
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
    return _Step(
        BILLING,
        when_done=lambda now: dataclasses.replace(
            now,
            billing_mode=mode,
            throughput=provisioned,
            warm=_raised(_current_warm(now), provisioned),
            on_demand=None,
            indexes=tuple(dataclasses.replace(index, on_demand=None) for index in now.indexes),
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
            f"1 day(s). Last update at {_spelled(recent[-1])}. Next update can be made at {_spelled(recent[0] + DAY)}"
        )


def _warm_step(call: Call, settings: Settings, given: Wire) -> _Step:
    current = _current_warm(settings)
    wanted = definition.warm_throughput(given, current, call, lower=definition.LOWER_THAN_CURRENT)
    limits.require_limits_within_quota(call, given)
    assert wanted is not None, "some was given"
    raised = dataclasses.replace(wanted, status=UPDATING)
    return _Step(
        at_once=lambda now: dataclasses.replace(now, warm=raised),
        when_done=lambda now: dataclasses.replace(now, warm=dataclasses.replace(_current_warm(now), status=ACTIVE)),
    )


def _index_capacity_steps(
    call: Call,
    settings: Settings,
    index: Index,
    action: Wire,
    mode: str,
    replaced: list[tuple[Throughput, Throughput]],
) -> list[_Step]:
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
    steps: list[_Step] = []
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
        steps.append(_index_step(name, throughput=_on_demand_throughput(index.throughput)))
    if wanted_limits:
        steps.append(_index_step(name, on_demand=definition.merged_limits(index.on_demand, wanted_limits)))
    if given_warm:
        raised = definition.warm_throughput(
            given_warm, current_warm, call, lower=definition.LOWER_THAN_CURRENT, index=name
        )
        assert raised is not None, "some was given"
        steps.append(_index_warm_step(name, raised))
    return steps


def _index_step(name: str, *, during: Throughput | None = None, **changes: Any) -> _Step:
    """Change fields of a global index, which is UPDATING meanwhile."""

    def at_once(settings: Settings) -> Settings:
        index = settings.index(name)
        assert index is not None, "looked up before"
        return settings.with_index(dataclasses.replace(index, status=UPDATING, throughput=during or index.throughput))

    def when_done(settings: Settings) -> Settings:
        index = settings.index(name)
        if index is None or index.status == DELETING:
            return settings
        status = CREATING if index.backfilling else ACTIVE
        return settings.with_index(dataclasses.replace(index, status=status, **changes))

    return _Step(THROUGHPUT, at_once=at_once, when_done=when_done)


def _index_warm_step(name: str, raised: WarmThroughput) -> _Step:
    def change(status: str) -> Callable[[Settings], Settings]:
        def changed(settings: Settings) -> Settings:
            index = settings.index(name)
            if index is None:
                return settings
            return settings.with_index(dataclasses.replace(index, warm=dataclasses.replace(raised, status=status)))

        return changed

    return _Step(at_once=change(UPDATING), when_done=change(ACTIVE))


# ---- stream, table class, deletion protection


def _stream_steps(call: Call, table: Table, given: _Given) -> list[_Step]:
    if given.stream is None:
        return []
    settings = table.settings
    view_type: str | None = given.stream.get("StreamViewType")
    if given.stream["StreamEnabled"]:
        if view_type is None:
            raise errors.invalid_parameters("If stream is being enabled then UpdateViewType is required")
        if settings.stream is not None:
            raise errors.validation(f"Table already has an enabled stream: TableName: {table.name}")
        streams = (*settings.streams, new_stream(call, table.name, view_type, settings.streams))
        return [_Step(STREAM, "ENABLE", at_once=lambda now: dataclasses.replace(now, streams=streams))]
    if view_type is not None:
        raise errors.invalid_parameters("If stream is being disabled, then UpdateViewType must not be specified")
    if settings.stream is None:
        raise errors.validation(f"Table has no stream to disable: TableName: {table.name}")
    ended = ended_streams(call, table)
    return [_Step(STREAM, "DISABLE", at_once=lambda now: dataclasses.replace(now, streams=ended))]


def _table_class_steps(call: Call, table: Table, given: _Given) -> list[_Step]:
    wanted, settings = given.table_class, table.settings
    if wanted is None:
        return []
    month = 30 * DAY
    if sum(moment > call.now - month for moment in settings.table_class_changes) >= TABLE_CLASS_CHANGES:
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: Updates to TableClass are limited to {TABLE_CLASS_CHANGES} times in 30 day(s)."
        )
    if wanted == (settings.table_class or definition.TABLE_CLASSES[0]):
        return []
    moment = call.now
    return [
        _Step(
            TABLE_CLASS,
            wanted,
            when_done=lambda now: dataclasses.replace(
                now, table_class=wanted, table_class_changes=(*now.table_class_changes, moment)
            ),
        )
    ]


def _protection_steps(call: Call, table: Table, given: _Given) -> list[_Step]:
    wanted, settings = given.protection, table.settings
    if wanted is None or wanted == settings.deletion_protection:
        return []
    changed_at = settings.deletion_protection_changed_at
    # Without pace nothing takes time, the settling of settings included.
    if call.engine.pace and changed_at is not None and call.now < changed_at + PROTECTION_WINDOW:
        raise errors.throttled(
            f"Deletion protection setting for table {table.name} modified within the previous 15000 milliseconds. "
            f"Please try again after {iso_milliseconds(changed_at + PROTECTION_WINDOW)}Z"
        )
    moment, protected = call.now, wanted
    return [
        _Step(
            at_once=lambda now: dataclasses.replace(
                now, deletion_protection=protected, deletion_protection_changed_at=moment
            )
        )
    ]


def _refuse_encryption(call: Call, given: _Given) -> None:
    """The key of the service itself is the only one that is served, and every table has it already."""
    if given.encryption is not None:
        definition.require_default_encryption(given.encryption, call)
        raise errors.invalid_parameters("Table is already encrypted by default")


# ---- creating and deleting global indexes


def _index_steps(call: Call, table: Table, given: _Given) -> list[_Step]:
    return [
        *(_create_index_step(call, table, given, action) for action in given.of_kind("Create")),
        *(_delete_index_step(call, table, action) for action in given.of_kind("Delete")),
    ]


def _create_index_step(call: Call, table: Table, given: _Given, action: Wire) -> _Step:
    settings, name = table.settings, action["IndexName"]
    if settings.index(name) is not None:
        raise errors.validation("Attempting to create an index which already exists")
    if len(settings.global_indexes) >= definition.MOST_GLOBAL_INDEXES:
        raise errors.limit_exceeded(
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of "
            f"{definition.MOST_GLOBAL_INDEXES}"
        )
    # A delta: the keys of the new index, also those that the table defines already; known types win.
    delta = definition.attribute_types(elements(given.attributes))
    names = definition.key_names(action["KeySchema"])
    if any(key not in delta for key in names):
        raise errors.invalid_parameters(f"AttributeDefinitions is not specified for index: {name}")
    types = {**delta, **settings.attributes}
    mode = given.billing_mode or settings.billing_mode
    index = definition.global_index(action, types, CREATING, call, "GlobalSecondaryIndexUpdates.Create")
    throughput = definition.throughput(action.get("ProvisionedThroughput"), call, index=name)
    wanted_limits = definition.on_demand_limits(action.get("OnDemandThroughput"), call, index=name)
    if mode == ON_DEMAND:
        if throughput is not None:
            raise errors.invalid_parameters(
                f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
            )
        definition.require_limits_in_range(wanted_limits, lowest=1, index=name)
    else:
        if throughput is None:
            raise errors.invalid_parameters(
                f"Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}"
            )
        definition.refuse_limits_when_provisioned(wanted_limits, is_new=False, index=name)
    throughput = throughput or Throughput()
    warm = definition.warm_throughput(
        action.get("WarmThroughput") or None,
        initial_warm(mode, throughput),
        call,
        lower=definition.LOWER_THAN_INITIAL[mode],
        index=name,
    )
    definition.require_few_projected((*settings.indexes, index))
    limits.require_limits_within_quota(call, wanted_limits, index=name)
    limits.require_limits_within_quota(call, action.get("WarmThroughput") or {}, index=name)
    limits.require_table_units(call, throughput, index=name)
    limits.require_account_units(call, [throughput])
    built = dataclasses.replace(
        index, throughput=throughput, on_demand=definition.merged_limits(None, wanted_limits), warm=warm
    )

    def at_once(now: Settings) -> Settings:
        attributes = {**now.attributes, **{key: types[key] for key in names}}
        return dataclasses.replace(now, attributes=attributes, indexes=(*now.indexes, built))

    def when_done(now: Settings) -> Settings:
        allocated = now.index(name)
        if allocated is None or allocated.status != CREATING:
            return now
        return now.with_index(dataclasses.replace(allocated, backfilling=True))

    return _Step(INDEXES, at_once=at_once, when_done=when_done)


def _delete_index_step(call: Call, table: Table, action: Wire) -> _Step:
    call.refuse_unknown(action, ("IndexName",), "GlobalSecondaryIndexUpdates.Delete")
    index = require_global_index(table, action["IndexName"], "delete")
    going = dataclasses.replace(index, status=DELETING, backfilling=False)

    def when_done(now: Settings) -> Settings:
        indexes = tuple(left for left in now.indexes if left.name != going.name)
        used = {*table.schema.names, *(name for left in indexes for name in left.schema.names)}
        attributes = {name: kind for name, kind in now.attributes.items() if name in used}
        return dataclasses.replace(now, indexes=indexes, attributes=attributes)

    return _Step(INDEXES, at_once=lambda now: now.with_index(going), when_done=when_done)


# ---- the answer


def _described(call: Call, table: Table, given: _Given) -> dict[str, Any]:
    """The table as it is now; limits that are taken away are echoed as -1."""
    description = describe(table, call.now)
    if given.limits:
        description["OnDemandThroughput"] = {**description.get("OnDemandThroughput", {}), **given.limits}
    for action in given.of_kind("Update"):
        wanted = definition.on_demand_limits(action.get("OnDemandThroughput"), call)
        for index in description.get("GlobalSecondaryIndexes", ()):
            if wanted and index["IndexName"] == action["IndexName"]:
                index["OnDemandThroughput"] = {**index.get("OnDemandThroughput", {}), **wanted}
    return description


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _spelled(moment: int) -> str:
    """`Monday, October 10, 2022 at 1:00:19 PM Coordinated Universal Time`, whatever the locale of the process."""
    at = to_datetime(moment)
    hour, half = at.hour % 12 or 12, "PM" if at.hour >= 12 else "AM"
    day = f"{DAYS[at.weekday()]}, {MONTHS[at.month - 1]} {at.day}, {at.year}"
    return f"{day} at {hour}:{at.minute:02d}:{at.second:02d} {half} Coordinated Universal Time"
