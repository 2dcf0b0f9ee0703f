"""UpdateTable: creating and deleting global indexes while the table is in use.

A new index is allocated (CREATING), then filled while it takes part in writes (`Backfilling`), then ACTIVE.
Source: "Managing Global Secondary Indexes in DynamoDB", captured answers for the texts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.table_description import initial_warm
from pytest_ddbmock.operations.tables import definition, limits
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.operations.tables.update_index_capacity import require_global_index
from pytest_ddbmock.operations.tables.update_request import UpdateRequest
from pytest_ddbmock.operations.tables.update_steps import Step
from pytest_ddbmock.storage.settings import CREATING, DELETING, INDEXES, ON_DEMAND, Index, Settings, Throughput
from pytest_ddbmock.storage.table import Table


def index_steps(call: Call, table: Table, given: UpdateRequest) -> list[Step]:
    """Return what `Create` and `Delete` in GlobalSecondaryIndexUpdates do; at most one of them is there.

    Errors: `ValidationException`, `LimitExceededException`, `ResourceNotFoundException`.
    """
    return [
        *(_create_index_step(call, table, given, action) for action in given.of_kind("Create")),
        *(_delete_index_step(call, table, action) for action in given.of_kind("Delete")),
    ]


# ---- create


def _create_index_step(call: Call, table: Table, given: UpdateRequest, action: Wire) -> Step:
    settings, name = table.settings, action["IndexName"]
    if settings.index(name) is not None:
        raise errors.validation("Attempting to create an index which already exists")
    if len(settings.global_indexes) >= definition.MAX_GLOBAL_INDEXES:
        raise errors.limit_exceeded(
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of "
            f"{definition.MAX_GLOBAL_INDEXES}"
        )
    types = _key_types(table, given, action)
    mode = given.billing_mode or settings.billing_mode
    index = definition.global_index(action, types, CREATING, call, "GlobalSecondaryIndexUpdates.Create")
    index = _with_capacity(call, index, action, mode)
    definition.require_few_projected((*settings.indexes, index))
    _require_quotas(call, index, action)

    def at_once(now: Settings) -> Settings:
        attributes = {**now.attributes, **{key: types[key] for key in index.schema.names}}
        return dataclasses.replace(now, attributes=attributes, indexes=(*now.indexes, index))

    def when_done(now: Settings) -> Settings:
        allocated = now.index(name)
        if allocated is None or allocated.status != CREATING:
            return now
        return now.with_index(allocated._replace(backfilling=True))

    return Step(INDEXES, name, at_once=at_once, when_done=when_done)


def _key_types(table: Table, given: UpdateRequest, action: Wire) -> Mapping[str, str]:
    """Return the types of the new index's keys; AttributeDefinitions has to name them all, also known ones.

    Errors: `ValidationException`.
    """
    delta = definition.attribute_types(given.attributes)
    keys: list[Wire] = action["KeySchema"]
    names = definition.key_names(keys)
    if any(name not in delta for name in names):
        raise errors.invalid_parameters(f"AttributeDefinitions is not specified for index: {action['IndexName']}")
    # The type of a table's key cannot be redefined: what the request says of it is ignored.
    types = {**delta, **{name: table.schema.types[name] for name in table.schema.names}}
    known = {**types, **table.settings.attributes}
    if any(types[name] != known[name] for name in names):
        raise errors.invalid_parameters(
            "Attributes cannot be redefined. Please check that your attribute has the same type as previously "
            f"defined. Existing schema: {_shown(keys, known)} New schema: {_shown(keys, types)}"
        )
    return types


def _shown(keys: list[Wire], types: Mapping[str, str]) -> str:
    # Unsure: how several elements are joined.
    elements = (
        f"SchemaElement: key{{{key['AttributeName']}:{types[key['AttributeName']]}:{key['KeyType']}}}" for key in keys
    )
    return f"Schema:[{', '.join(elements)}]"


def _with_capacity(call: Call, index: Index, action: Wire, mode: str) -> Index:
    name = index.name
    throughput = definition.throughput(action.get("ProvisionedThroughput"), call, index=name)
    wanted_limits = definition.on_demand_limits(action.get("OnDemandThroughput"), call, index=name)
    if mode == ON_DEMAND:
        if throughput is not None:
            raise errors.invalid_parameters(
                f"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} when BillingMode "
                "is PAY_PER_REQUEST"
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
    return index._replace(throughput=throughput, on_demand=definition.merged_limits(None, wanted_limits), warm=warm)


def _require_quotas(call: Call, index: Index, action: Wire) -> None:
    limits.require_limits_within_quota(call, action.get("OnDemandThroughput") or {}, index=index.name)
    limits.require_limits_within_quota(call, action.get("WarmThroughput") or {}, index=index.name)
    limits.require_table_units(call, index.throughput, index=index.name)
    limits.require_account_units(call, [index.throughput])


# ---- delete


def _delete_index_step(call: Call, table: Table, action: Wire) -> Step:
    call.refuse_unknown(action, ("IndexName",), "GlobalSecondaryIndexUpdates.Delete")
    index = require_global_index(table, action["IndexName"], "delete")
    going = index._replace(status=DELETING, backfilling=False)

    def when_done(now: Settings) -> Settings:
        indexes = tuple(left for left in now.indexes if left.name != going.name)
        used = {*table.schema.names, *(name for left in indexes for name in left.schema.names)}
        attributes = {name: kind for name, kind in now.attributes.items() if name in used}
        return dataclasses.replace(now, indexes=indexes, attributes=attributes)

    return Step(INDEXES, index.name, at_once=lambda now: now.with_index(going), when_done=when_done)
