"""UpdateTable: its order of checks; stream, table class and deletion protection.

A change is refused as a whole or begun as a whole. `update_request` has the parameters, `update_conflicts` the changes
in progress, `update_capacity`, `update_index_capacity`, `update_indexes` and `encryption` the larger changes,
`update_steps` how a change proceeds.
Source: "UpdateTable" (API reference), captured answers for order and texts.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.clock import DAY, SECOND, iso_milliseconds
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.table_description import describe
from pytest_ddbmock.operations.tables import definition, limits
from pytest_ddbmock.operations.tables.encryption import encryption_steps, wanted_encryption
from pytest_ddbmock.operations.tables.stream_settings import ended_streams, new_stream
from pytest_ddbmock.operations.tables.update_capacity import capacity_steps
from pytest_ddbmock.operations.tables.update_conflicts import refuse_what_is_under_way
from pytest_ddbmock.operations.tables.update_index_capacity import index_capacity_steps, require_updatable
from pytest_ddbmock.operations.tables.update_indexes import index_steps
from pytest_ddbmock.operations.tables.update_request import UpdateRequest, require_fit, require_index_updates
from pytest_ddbmock.operations.tables.update_steps import Step, begin
from pytest_ddbmock.storage.settings import ACTIVE, STREAM, TABLE_CLASS, UPDATING
from pytest_ddbmock.storage.table import Table

TABLE_CLASS_CHANGES = 2
"""In 30 days."""
PROTECTION_WINDOW = 15 * SECOND
"""Between two changes of deletion protection, if changes take time (`Rules.pace`)."""


@operation("UpdateTable")
def update_table(call: Call) -> Answer:
    """Order: the request by itself, the table and changes in progress, each change against the current settings."""
    given = UpdateRequest(call)
    call.require_all_read()
    definition.require_table_class(given.table_class)
    require_index_updates(given)
    require_fit(given)
    encryption = wanted_encryption(given.encryption, call)
    table = call.settled_table()
    refuse_what_is_under_way(table, given)
    require_updatable(call, table, given)
    steps = [
        *capacity_steps(call, table.settings, given),
        *index_capacity_steps(call, table.settings, given),
        *_stream_steps(call, table, given),
        *_table_class_steps(call, table, given),
        *_protection_steps(call, table, given),
        *index_steps(call, table, given),
    ]
    if given.encryption is not None:
        steps += encryption_steps(call, table.settings, encryption)
    limits.require_few_changing(call, has_indexes=bool(table.settings.indexes))
    call.admit()
    begin(call, table, steps)
    return call.answer(TableDescription=_described(call, table, given, changes_nothing=not steps))


def _stream_steps(call: Call, table: Table, given: UpdateRequest) -> list[Step]:
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
        return [Step(STREAM, "ENABLE", at_once=lambda now: dataclasses.replace(now, streams=streams))]
    if view_type is not None:
        raise errors.invalid_parameters("If stream is being disabled, then UpdateViewType must not be specified")
    if settings.stream is None:
        raise errors.validation(f"Table has no stream to disable: TableName: {table.name}")
    ended = ended_streams(call, table)
    return [Step(STREAM, "DISABLE", at_once=lambda now: dataclasses.replace(now, streams=ended))]


def _table_class_steps(call: Call, table: Table, given: UpdateRequest) -> list[Step]:
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
        Step(
            TABLE_CLASS,
            wanted,
            when_done=lambda now: dataclasses.replace(
                now, table_class=wanted, table_class_changes=(*now.table_class_changes, moment)
            ),
        )
    ]


def _protection_steps(call: Call, table: Table, given: UpdateRequest) -> list[Step]:
    wanted, settings = given.protection, table.settings
    if wanted is None or wanted == settings.deletion_protection:
        return []
    changed_at = settings.deletion_protection_changed_at
    # Without pace nothing takes time to settle.
    if call.engine.rules.pace and changed_at is not None and call.now < changed_at + PROTECTION_WINDOW:
        raise errors.throttled(
            f"Deletion protection setting for table {table.name} modified within the previous 15000 milliseconds. "
            f"Please try again after {iso_milliseconds(changed_at + PROTECTION_WINDOW)}Z"
        )
    moment, protected = call.now, wanted
    return [
        Step(
            at_once=lambda now: dataclasses.replace(
                now, deletion_protection=protected, deletion_protection_changed_at=moment
            )
        )
    ]


# ---- the answer


def _described(call: Call, table: Table, given: UpdateRequest, *, changes_nothing: bool) -> dict[str, Any]:
    """Return the table as it is now; limits that are removed are echoed as -1."""
    description = describe(table, call.now)
    # Both captured: the answer says so, the next DescribeTable does not.
    if given.encryption is not None:
        description["TableStatus"] = ACTIVE
    elif changes_nothing and (given.billing_mode is not None or given.table_class is not None):
        description["TableStatus"] = UPDATING
    if given.limits:
        description["OnDemandThroughput"] = {**description.get("OnDemandThroughput", {}), **given.limits}
    for action in given.of_kind("Update"):
        wanted = definition.on_demand_limits(action.get("OnDemandThroughput"), call)
        for index in description.get("GlobalSecondaryIndexes", ()):
            if wanted and index["IndexName"] == action["IndexName"]:
                index["OnDemandThroughput"] = {**index.get("OnDemandThroughput", {}), **wanted}
    return description
