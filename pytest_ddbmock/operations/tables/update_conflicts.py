"""What UpdateTable refuses because another change of the table is under way.

Source: "UpdateTable" (API reference), captured answers for the texts.
"""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.operations.tables.update_request import UpdateRequest, one_online_index
from pytest_ddbmock.storage.settings import (
    ACTIVE,
    BILLING,
    CREATING,
    DELETING,
    STREAM,
    TABLE_CLASS,
    THROUGHPUT,
    UPDATING,
    Index,
)
from pytest_ddbmock.storage.table import Table


def refuse_what_is_under_way(table: Table, given: UpdateRequest) -> None:
    """The table must be there, and what is changed now must not already be changing.

    Errors: `ResourceInUseException`, `LimitExceededException` for a second index.
    """
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


def _refuse_beside_stream(table: Table, given: UpdateRequest) -> None:
    settings = table.settings
    if STREAM not in settings.changing:
        return
    where = f"Table: {table.name} Stream: {settings.streams[-1].label} Operation: {settings.changing[STREAM]}"
    if given.changes_capacity:
        raise errors.being_changed(f"Can't change table IOPS when stream status is being updated. {where}")
    if given.stream is not None:
        raise errors.being_changed(f"A stream status change is currently in progress. {where}")


def _refuse_beside_indexes(table: Table, given: UpdateRequest) -> None:
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
        raise one_online_index()


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


def _refuse_beside_capacity(table: Table, given: UpdateRequest) -> None:
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
