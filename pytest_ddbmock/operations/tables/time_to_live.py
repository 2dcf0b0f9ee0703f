"""UpdateTimeToLive, DescribeTimeToLive; `engine.expiry` deletes the items.

Source: "UpdateTimeToLive", "DescribeTimeToLive" (API reference), captured answers for order and texts.
"""

from __future__ import annotations

from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.clock import HOUR
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.storage.settings import CREATING, DELETING, TimeToLive

INTERVAL = HOUR
"""As documented; captured: about 31 minutes after an effective change.

It applies with and without `Rules.pace`: an application that toggles TTL twice in a row always fails on AWS.
Changes made by a seed do not count (`Engine.begin_history`).
"""


@operation("UpdateTimeToLive")
def update_time_to_live(call: Call) -> Answer:
    """Order: the table, its status, the content, the interval. An effective change restarts the interval."""
    given: dict[str, Any] = call.param("TimeToLiveSpecification")
    call.refuse_unknown(given, ("Enabled", "AttributeName"), "TimeToLiveSpecification")
    table = call.settled_table()
    call.require_all_read()
    settings = table.settings
    if settings.status == CREATING:
        raise errors.being_changed(f"Table {table.name} is being created")
    if settings.status == DELETING:
        # Unsure: AWS takes it in the first second.
        raise errors.being_changed(f"Table {table.name} is being deleted")
    enabled, wanted = given["Enabled"], given["AttributeName"]
    current, changed_at = settings.time_to_live.attribute, settings.time_to_live.changed_at
    if current is None and not enabled:
        raise errors.validation("TimeToLive is already disabled")
    if current is not None and wanted != current:
        raise errors.validation(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {current}"
        )
    if current is not None and enabled:
        raise errors.validation("TimeToLive is already enabled")
    if changed_at is not None and call.now < changed_at + INTERVAL:
        raise errors.validation("Time to live has been modified multiple times within a fixed interval")
    call.admit()

    attribute = wanted if enabled else None
    table.expire_by(attribute)
    table.change_settings(time_to_live=TimeToLive(attribute, call.now))
    return call.answer(TimeToLiveSpecification={"Enabled": enabled, "AttributeName": wanted})


@operation("DescribeTimeToLive")
def describe_time_to_live(call: Call) -> Answer:
    """Order: the table, its status."""
    table = call.settled_table()
    status = table.settings.status
    if status in (CREATING, DELETING):
        raise errors.validation(
            f"Cannot describe time to live while table is in {status} state: Current table state is {status}"
        )
    call.admit()
    attribute = table.settings.time_to_live.attribute
    if attribute is None:
        return call.answer(TimeToLiveDescription={"TimeToLiveStatus": "DISABLED"})
    return call.answer(TimeToLiveDescription={"TimeToLiveStatus": "ENABLED", "AttributeName": attribute})
