"""What the restores share: a target whose name is free, and overrides that say how it differs from its source.

Source: "RestoreTableFromBackup", "RestoreTableToPointInTime" (API reference), captured answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.archive import recovery
from pytest_ddbmock.archive.recovery import Capacity, Image
from pytest_ddbmock.engine import table_description
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.operations.tables import definition, limits
from pytest_ddbmock.operations.tables.encryption import restored_encryption
from pytest_ddbmock.storage.settings import ON_DEMAND, PROVISIONED, Index, Restored, Settings, Throughput

MAX_RESTORES = 50
"""Restores of an account in a Region at a time."""


def require_free(call: Call, name: str) -> None:
    """The name of the target must be free, and the account not busy with other restores.

    Errors: `TableAlreadyExistsException`, `TableInUseException`, `LimitExceededException`.
    """
    catalog, home = call.engine.catalog, call.home
    there = catalog.table(home, name)
    if there is not None:
        if there.settings.restored is not None:
            backup_arn = there.settings.restored.backup_arn
            # Unsure: the text where there is no backup.
            where = "" if backup_arn is None else f" from backup: {backup_arn}"
            raise errors.table_in_use(f"Table: {name} is already being restored{where}")
        raise errors.table_already_exists(name)
    restoring = [table for table in catalog.tables(home) if table.settings.restored is not None]
    if len(restoring) >= MAX_RESTORES:
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: Only {MAX_RESTORES} restore operations can be done simultaneously"
        )


def require_encryption_across_regions(call: Call, region: str) -> None:
    """A source in another Region needs a key of the target's Region.

    Errors: `ValidationException`.
    """
    if region != call.home.region and call.params.get("SSESpecificationOverride") is None:
        raise invalid("sseSpecificationOverride must be provided for cross-region restores")


def begin(call: Call, source: Settings, take: Callable[[], Image], origin: Restored) -> Answer:
    """Restore what `take` gives, a table with the settings `source`, into the target of the request.

    Errors: `ValidationException` for overrides that do not fit, `LimitExceededException`; `NotImplementedByMock`.
    """
    capacity = _capacity(call, source)
    indexes = _indexes(call, source, capacity)
    encryption = restored_encryption(source.encryption, call)
    if call.param("VectorIndexOverride"):
        raise NotImplementedByMock(call.operation, "the parameter VectorIndexOverride")
    _require_quotas(call, capacity, indexes)
    target = call.param("TargetTableName")
    call.admit()
    table = recovery.restore(call.engine, call.home, target, take(), origin, capacity, indexes, encryption, call.now)
    return call.answer(TableDescription=table_description.describe_new(table, call.now))


def _require_quotas(call: Call, capacity: Capacity, indexes: Sequence[Index]) -> None:
    """What a new table must keep to. Unsure: that the texts are those of CreateTable."""
    limits.require_table_quota(call, has_indexes=bool(indexes))
    limits.require_table_units(call, capacity.throughput)
    limits.require_limits_within_quota(call, table_description.limits_to_wire(capacity.on_demand) or {})
    for index in indexes:
        limits.require_table_units(call, index.throughput, index=index.name)
        limits.require_limits_within_quota(
            call, table_description.limits_to_wire(index.on_demand) or {}, index=index.name
        )
    limits.require_account_units(call, [capacity.throughput, *(index.throughput for index in indexes)])


# ---- overrides


def _capacity(call: Call, source: Settings) -> Capacity:
    """Billing mode and capacity of the target: the source's, unless overridden."""
    override = call.param("BillingModeOverride")
    mode = override or source.billing_mode
    throughput = definition.throughput(call.param("ProvisionedThroughputOverride"), call)
    wanted = definition.on_demand_limits(call.param("OnDemandThroughputOverride"), call)
    _refuse_throughput_on_demand(call, mode, throughput)
    if override == PROVISIONED and throughput is None:
        raise invalid("Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED")
    _require_limits(call, wanted)
    if mode == ON_DEMAND:
        kept = source.on_demand if source.billing_mode == ON_DEMAND else None
        return Capacity(mode, Throughput(), definition.merged_limits(kept, wanted))
    return Capacity(mode, throughput or source.throughput.as_new(), None)


def _refuse_throughput_on_demand(call: Call, mode: str, throughput: Throughput | None, where: str = "") -> None:
    if throughput is not None and mode == ON_DEMAND:
        reason = (
            "if BillingMode is overridden to PAY_PER_REQUEST"
            if call.param("BillingModeOverride") == ON_DEMAND
            else "unless BillingMode is PROVISIONED"
        )
        raise invalid(f"Cannot override ProvisionedThroughput {reason}{where}")


def _require_limits(call: Call, wanted: dict[str, Any], where: str = "") -> None:
    for name, value in wanted.items():
        # Unsure: whether AWS wants the override even where the source is on-demand; its text says so.
        if call.param("BillingModeOverride") != ON_DEMAND:
            raise invalid(
                f"Cannot override {name} for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST{where}"
            )
        if value < 1:
            raise invalid(f"Requested {name} for OnDemandThroughput{where} is outside of valid range")


def _indexes(call: Call, source: Settings, capacity: Capacity) -> tuple[Index, ...]:
    """The indexes of the target, local ones first: the source's, unless a list says which of them."""
    local_overrides = call.param("LocalSecondaryIndexOverride")
    global_overrides = call.param("GlobalSecondaryIndexOverride")
    indexes: list[Index] = []
    if local_overrides is None:
        indexes += source.local_indexes
    left = list(source.local_indexes)
    for given in local_overrides or ():
        call.refuse_unknown(given, ("IndexName", "KeySchema", "Projection"), "LocalSecondaryIndexOverride")
        indexes.append(_taken(given, left))
    if global_overrides is None:
        indexes += [_as_recorded(index, source, capacity) for index in source.global_indexes]
    left = list(source.global_indexes)
    for given in global_overrides or ():
        indexes.append(_overridden(call, given, _taken(given, left), capacity))
    names = [index.name for index in indexes]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise errors.invalid_parameters(f"Duplicate index name: {name}")
    return tuple(indexes)


def _taken(given: dict[str, Any], left: list[Index]) -> Index:
    """The index of the source with the same keys and projection, under the name that is given; `left` is without it.

    Indexes can be excluded, not added. Unsure: the text for one that is asked for a second time.
    """
    name = given["IndexName"]
    keys = [(key["AttributeName"], key["KeyType"]) for key in given["KeySchema"]]
    projection = given["Projection"]
    projected = set(projection.get("NonKeyAttributes") or ())
    for position, index in enumerate(left):
        schema = index.schema
        of_index = [(key, "HASH") for key in schema.hash_keys] + [(key, "RANGE") for key in schema.range_keys]
        if (
            keys == of_index
            and projection.get("ProjectionType") == index.projection.kind
            and projected == set(index.projection.non_key_attributes)
        ):
            del left[position]
            return index._replace(name=name)
    raise invalid(
        f"Index {name} does not match a secondary index that existed in the source table and cannot be created "
        "during the restore operation"
    )


def _as_recorded(index: Index, source: Settings, capacity: Capacity) -> Index:
    """A global index that is not overridden: it keeps its capacity as far as the target's billing mode has such."""
    if capacity.billing_mode == ON_DEMAND:
        on_demand = index.on_demand if source.billing_mode == ON_DEMAND else None
        return index._replace(throughput=Throughput(), on_demand=on_demand, warm=None)
    if source.billing_mode == ON_DEMAND:
        raise _unspecified(index.name)
    return index._replace(throughput=index.throughput.as_new(), on_demand=None, warm=None)


def _overridden(call: Call, given: dict[str, Any], index: Index, capacity: Capacity) -> Index:
    """A global index with the capacity that the override gives it."""
    call.refuse_unknown(
        given,
        ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput"),
        "GlobalSecondaryIndexOverride",
    )
    where = f" for index {index.name}"
    throughput = definition.throughput(given.get("ProvisionedThroughput"), call, index=index.name)
    wanted = definition.on_demand_limits(given.get("OnDemandThroughput"), call)
    _refuse_throughput_on_demand(call, capacity.billing_mode, throughput, where)
    _require_limits(call, wanted, where)
    if capacity.billing_mode != ON_DEMAND and throughput is None:
        raise _unspecified(index.name)
    on_demand = definition.merged_limits(None, wanted)
    return index._replace(throughput=throughput or Throughput(), on_demand=on_demand, warm=None)


def _unspecified(index: str) -> DynamoDBError:
    return invalid(f"Must specify provisioned throughput for index {index}")


def invalid(message: str) -> DynamoDBError:
    """The opening of most of the texts."""
    return errors.validation(f"Invalid Request: {message}")
