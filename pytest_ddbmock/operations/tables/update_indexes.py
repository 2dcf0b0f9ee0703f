"""UpdateTable: creating and deleting global indexes while the table is in use.

A new index is allocated (CREATING), then filled while it takes part in writes (`Backfilling`), then ACTIVE.
Source: "Managing Global Secondary Indexes in DynamoDB", captured answers for the texts.
"""

from __future__ import annotations

import dataclasses

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.table_description import initial_warm
from pytest_ddbmock.operations.tables import definition, limits
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.operations.tables.update_capacity import require_global_index
from pytest_ddbmock.operations.tables.update_request import UpdateRequest
from pytest_ddbmock.operations.tables.update_steps import Step
from pytest_ddbmock.storage.settings import CREATING, DELETING, INDEXES, ON_DEMAND, Settings, Throughput
from pytest_ddbmock.storage.table import Table


def index_steps(call: Call, table: Table, given: UpdateRequest) -> list[Step]:
    """What `Create` and `Delete` in GlobalSecondaryIndexUpdates do; at most one of them is there.

    Errors: `ValidationException`, `LimitExceededException`, `ResourceNotFoundException`.
    """
    return [
        *(_create_index_step(call, table, given, action) for action in given.of_kind("Create")),
        *(_delete_index_step(call, table, action) for action in given.of_kind("Delete")),
    ]


def _create_index_step(call: Call, table: Table, given: UpdateRequest, action: Wire) -> Step:
    settings, name = table.settings, action["IndexName"]
    if settings.index(name) is not None:
        raise errors.validation("Attempting to create an index which already exists")
    if len(settings.global_indexes) >= definition.MAX_GLOBAL_INDEXES:
        raise errors.limit_exceeded(
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of "
            f"{definition.MAX_GLOBAL_INDEXES}"
        )
    # A delta: the keys of the new index, also those that the table defines already; known types win.
    delta = definition.attribute_types(given.attributes)
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
    built = index._replace(throughput=throughput, on_demand=definition.merged_limits(None, wanted_limits), warm=warm)

    def at_once(now: Settings) -> Settings:
        attributes = {**now.attributes, **{key: types[key] for key in names}}
        return dataclasses.replace(now, attributes=attributes, indexes=(*now.indexes, built))

    def when_done(now: Settings) -> Settings:
        allocated = now.index(name)
        if allocated is None or allocated.status != CREATING:
            return now
        return now.with_index(allocated._replace(backfilling=True))

    return Step(INDEXES, at_once=at_once, when_done=when_done)


def _delete_index_step(call: Call, table: Table, action: Wire) -> Step:
    call.refuse_unknown(action, ("IndexName",), "GlobalSecondaryIndexUpdates.Delete")
    index = require_global_index(table, action["IndexName"], "delete")
    going = index._replace(status=DELETING, backfilling=False)

    def when_done(now: Settings) -> Settings:
        indexes = tuple(left for left in now.indexes if left.name != going.name)
        used = {*table.schema.names, *(name for left in indexes for name in left.schema.names)}
        attributes = {name: kind for name, kind in now.attributes.items() if name in used}
        return dataclasses.replace(now, indexes=indexes, attributes=attributes)

    return Step(INDEXES, at_once=lambda now: now.with_index(going), when_done=when_done)
