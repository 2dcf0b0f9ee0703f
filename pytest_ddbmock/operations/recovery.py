"""UpdateContinuousBackups, DescribeContinuousBackups, RestoreTableToPointInTime."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.archive import recovery
from pytest_ddbmock.archive.recovery import Capacity
from pytest_ddbmock.clock import SECOND
from pytest_ddbmock.engine import arns, table_description
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.catalog import Home
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.operations import table_definition
from pytest_ddbmock.storage.settings import (
    CREATING,
    DELETING,
    ON_DEMAND,
    PROVISIONED,
    Index,
    Restored,
    Settings,
    Throughput,
)
from pytest_ddbmock.storage.table import Table

MOST_RESTORES = 50
"""Restores of an account in a Region at a time."""


@operation("UpdateContinuousBackups")
def update_continuous_backups(call: Call) -> Answer:
    """Order: captured answers."""
    specification = call.param("PointInTimeRecoverySpecification")
    call.refuse_unknown(
        specification, ("PointInTimeRecoveryEnabled", "RecoveryPeriodInDays"), "PointInTimeRecoverySpecification"
    )
    wanted, days = specification["PointInTimeRecoveryEnabled"], specification.get("RecoveryPeriodInDays")
    if days is not None and not wanted:
        raise _invalid("Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.")
    table = _table(call)
    if table.settings.status == CREATING:
        raise errors.backup_table_not_found(table.name)
    call.admit()
    table.change_settings(recovery=recovery.enabled(table.settings.recovery, days, call.now) if wanted else None)
    return call.answer(ContinuousBackupsDescription=_description(table, call.now))


@operation("DescribeContinuousBackups")
def describe_continuous_backups(call: Call) -> Answer:
    """Order: captured answers."""
    table = _table(call)
    call.admit()
    return call.answer(ContinuousBackupsDescription=_description(table, call.now))


def _table(call: Call) -> Table:
    given = call.param("TableName")
    table = call.find_table(given)
    if table is None or table.settings.restored is not None:
        raise errors.backup_table_not_found(given)
    return table


def _description(table: Table, now: int) -> dict[str, Any]:
    setting = table.settings.recovery
    shown: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if setting is not None:
        between = recovery.window(setting, now)
        shown = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": setting.days,
            "EarliestRestorableDateTime": between.earliest // SECOND,
            "LatestRestorableDateTime": between.latest // SECOND,
        }
    status = "DISABLED" if table.settings.status == CREATING else "ENABLED"
    return {"ContinuousBackupsStatus": status, "PointInTimeRecoveryDescription": shown}


@operation("RestoreTableToPointInTime")
def restore_table_to_point_in_time(call: Call) -> Answer:
    """Order: shape, source, recovery enabled, time, target (captured answers); then the overrides."""
    latest = call.param("UseLatestRestorableTime", False)
    given = call.param("RestoreDateTime")
    if latest and given is not None:
        # Unsure: the last sentence.
        raise _invalid(
            "Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore request. "
            "Please specify only one of them"
        )
    if not latest and given is None:
        raise _invalid("Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both")
    source = _source(call)
    call.entry.tables = (source.name,)
    setting = source.settings.recovery
    if setting is None:
        raise errors.recovery_unavailable(source.name)
    between = recovery.window(setting, call.now)
    moment = between.latest if given is None else recovery.moment_of(given, between, call.now)
    target = call.param("TargetTableName")
    _require_free(call, target)
    capacity = _capacity(call, source.settings)
    indexes = _indexes(call, source.settings, capacity)
    if call.param("VectorIndexOverride"):
        raise NotImplementedByMock(call.operation.name, "the parameter VectorIndexOverride")
    call.admit()
    table = recovery.restore(
        call.engine,
        Home(call.request.account, call.request.region),
        target,
        source,
        list(source.as_of(moment)),
        Restored(source.arn, moment if given is None else round(given * SECOND)),
        capacity,
        indexes,
        call.now,
    )
    return call.answer(TableDescription=table_description.describe(table, call.now))


def _source(call: Call) -> Table:
    """The table that SourceTableName or SourceTableArn names."""
    name, arn_text = call.param("SourceTableName"), call.param("SourceTableArn")
    if name is not None and arn_text is not None:
        raise errors.validation("Must provide exactly one of: sourceTableArn, sourceTableName")
    if name is None and arn_text is None:
        raise errors.validation("The parameter 'TableName' is required but was not present in the request")
    account, region = call.request.account, call.request.region
    not_found = DynamoDBError("TableNotFoundException", "Table not found")
    if name is None:
        if not arn_text.startswith("arn:"):
            raise errors.invalid_parameters(f"ARNs must start with 'arn:': {arn_text}")
        arn = arns.parse(arn_text)
        if arn is None or arn.kind or not arn_text.startswith(f"arn:{arns.partition_of(arn.region)}:"):
            raise errors.invalid_parameters("sourceTableArn is not a valid ARN")
        if arn.account != account:
            raise errors.validation(
                "This action is only supported by accounts that match the resource owner\N{RIGHT SINGLE QUOTATION MARK}"
                "s account."
            )
        if arn.region != region:
            if call.params.get("SSESpecificationOverride") is None:
                raise _invalid("sseSpecificationOverride must be provided for cross-region restores")
            raise NotImplementedByMock(call.operation.name, "a source in another Region")
        name = arn.table
    else:
        not_found = errors.backup_table_not_found(name)
    table = call.engine.catalog.table(account, region, name)
    if table is None or table.settings.status in (CREATING, DELETING):
        raise not_found
    return table


def _require_free(call: Call, name: str) -> None:
    """The name of the target must be free, and the account not busy with other restores."""
    catalog, account, region = call.engine.catalog, call.request.account, call.request.region
    there = catalog.table(account, region, name)
    if there is not None:
        if there.settings.restored is not None:
            # Unsure: the text names the backup where there is one.
            raise errors.table_in_use(f"Table: {name} is already being restored")
        raise errors.table_already_exists(name)
    restoring = [table for table in catalog.tables(account, region) if table.settings.restored is not None]
    if len(restoring) >= MOST_RESTORES:
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: Only {MOST_RESTORES} restore operations can be done simultaneously"
        )


# ---- overrides


def _capacity(call: Call, source: Settings) -> Capacity:
    """Billing mode and capacity of the target: the source's, unless overridden."""
    override = call.param("BillingModeOverride")
    mode = override or source.billing_mode
    throughput = table_definition.throughput(call.param("ProvisionedThroughputOverride"), call)
    limits = table_definition.on_demand_limits(call.param("OnDemandThroughputOverride"), call)
    _refuse_throughput_on_demand(call, mode, throughput)
    if override == PROVISIONED and throughput is None:
        raise _invalid("Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED")
    _require_limits(call, limits)
    if mode == ON_DEMAND:
        kept = source.on_demand if source.billing_mode == ON_DEMAND else None
        return Capacity(mode, Throughput(), table_definition.merged_limits(kept, limits))
    return Capacity(mode, throughput or source.throughput.as_new(), None)


def _refuse_throughput_on_demand(call: Call, mode: str, throughput: Throughput | None, where: str = "") -> None:
    if throughput is not None and mode == ON_DEMAND:
        reason = (
            "if BillingMode is overridden to PAY_PER_REQUEST"
            if call.param("BillingModeOverride") == ON_DEMAND
            else "unless BillingMode is PROVISIONED"
        )
        raise _invalid(f"Cannot override ProvisionedThroughput {reason}{where}")


def _require_limits(call: Call, limits: dict[str, Any], where: str = "") -> None:
    for name, value in limits.items():
        # Unsure: whether AWS wants the override even where the source is on-demand; its text says so.
        if call.param("BillingModeOverride") != ON_DEMAND:
            raise _invalid(
                f"Cannot override {name} for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST{where}"
            )
        if value < 1:
            raise _invalid(f"Requested {name} for OnDemandThroughput{where} is outside of valid range")


def _indexes(call: Call, source: Settings, capacity: Capacity) -> tuple[Index, ...]:
    """The indexes of the target, local ones first: the source's, unless a list says which of them."""
    local_overrides = call.param("LocalSecondaryIndexOverride")
    global_overrides = call.param("GlobalSecondaryIndexOverride")
    indexes: list[Index] = []
    if local_overrides is None:
        indexes += source.local_indexes
    for given in local_overrides or ():
        call.refuse_unknown(given, ("IndexName", "KeySchema", "Projection"), "LocalSecondaryIndexOverride")
        indexes.append(_matching(given, source.local_indexes))
    if global_overrides is None:
        indexes += [_as_recorded(index, source, capacity) for index in source.global_indexes]
    for given in global_overrides or ():
        indexes.append(_overridden(call, given, _matching(given, source.global_indexes), capacity))
    names = [index.name for index in indexes]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise errors.invalid_parameters(f"Duplicate index name: {name}")
    return tuple(indexes)


def _matching(given: dict[str, Any], candidates: Sequence[Index]) -> Index:
    """The index of the source with the same keys and projection, under the name that is given."""
    name = given["IndexName"]
    keys = [(key["AttributeName"], key["KeyType"]) for key in given["KeySchema"]]
    projection = given["Projection"]
    projected = set(projection.get("NonKeyAttributes") or ())
    for index in candidates:
        schema = index.schema
        of_index = [(key, "HASH") for key in schema.hash_keys] + [(key, "RANGE") for key in schema.range_keys]
        if (
            keys == of_index
            and projection.get("ProjectionType") == index.projection.kind
            and projected == set(index.projection.non_key_attributes)
        ):
            return dataclasses.replace(index, name=name)
    raise _invalid(
        f"Index {name} does not match a secondary index that existed in the source table and cannot be created "
        "during the restore operation"
    )


def _as_recorded(index: Index, source: Settings, capacity: Capacity) -> Index:
    """A global index that is not overridden: it keeps its capacity as far as the target's billing mode has such."""
    if capacity.billing_mode == ON_DEMAND:
        on_demand = index.on_demand if source.billing_mode == ON_DEMAND else None
        return dataclasses.replace(index, throughput=Throughput(), on_demand=on_demand, warm=None)
    if source.billing_mode == ON_DEMAND:
        raise _unspecified(index.name)
    return dataclasses.replace(index, throughput=index.throughput.as_new(), on_demand=None, warm=None)


def _overridden(call: Call, given: dict[str, Any], index: Index, capacity: Capacity) -> Index:
    """A global index with the capacity that the override gives it."""
    call.refuse_unknown(
        given,
        ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput"),
        "GlobalSecondaryIndexOverride",
    )
    where = f" for index {index.name}"
    throughput = table_definition.throughput(given.get("ProvisionedThroughput"), call, index=index.name)
    limits = table_definition.on_demand_limits(given.get("OnDemandThroughput"), call)
    _refuse_throughput_on_demand(call, capacity.billing_mode, throughput, where)
    _require_limits(call, limits, where)
    if capacity.billing_mode != ON_DEMAND and throughput is None:
        raise _unspecified(index.name)
    on_demand = table_definition.merged_limits(None, limits)
    return dataclasses.replace(index, throughput=throughput or Throughput(), on_demand=on_demand, warm=None)


def _unspecified(index: str) -> DynamoDBError:
    return _invalid(f"Must specify provisioned throughput for index {index}")


def _invalid(message: str) -> DynamoDBError:
    return errors.validation(f"Invalid Request: {message}")
