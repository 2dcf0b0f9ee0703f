"""What UpdateTable refuses because another change of the table is in progress.

Deletion protection, encryption and warm throughput can be changed beside nearly everything else.
Source: texts and pairs captured in us-west-2 and us-east-1, 2026-10; where only one of two directions is captured, the
text of the other is formed alike.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_ddbmock import errors
from pytest_ddbmock.operations.tables.update_request import UpdateRequest, one_online_index
from pytest_ddbmock.storage.settings import (
    BILLING,
    CREATING,
    DELETING,
    INDEXES,
    STREAM,
    TABLE_CLASS,
    THROUGHPUT,
    UPDATING,
    Index,
    Settings,
)
from pytest_ddbmock.storage.table import Table

LIMITS = "limits"
"""What a request wants to change, beside the words of `Settings.changing`: on-demand limits."""

IOPS_ARE_UPDATED = {
    THROUGHPUT: "Table IOPS are currently being updated. {where}",
    STREAM: "Can't enable or disable stream while table IOPS are being updated. {where}",
    INDEXES: "Can't create or delete indexes while table IOPS are being updated. {where}",
    TABLE_CLASS: "Can't update table class while table IOPS are being updated. {where}",  # Unsure: not captured.
    LIMITS: "OnDemandThroughput cannot be updated while BillingMode update is in progress",
}
REFUSED: Mapping[str, Mapping[str, str]] = {
    THROUGHPUT: IOPS_ARE_UPDATED,
    BILLING: IOPS_ARE_UPDATED,
    STREAM: {
        THROUGHPUT: "Can't change table IOPS when stream status is being updated. {where}",
        STREAM: "A stream status change is currently in progress. {where}",
        INDEXES: "Can't create or delete an index when stream status is being updated. {where}",
        TABLE_CLASS: "Can't update table class when stream status is being updated. {where}",
        # Unsure: the captured text is cut off after "is i".
        LIMITS: "OnDemandThroughput cannot be updated while stream status update is in progress",
    },
    TABLE_CLASS: {
        # Unsure: not captured.
        THROUGHPUT: "Can't change table IOPS when a table class update is in progress. {where}",
        STREAM: "Can't change stream status when a table class update is in progress. {where}",
        INDEXES: "Can't create or delete an index when a table class update is in progress. {where}",
        TABLE_CLASS: "Can't update table class when a table class update is in progress. {where}",
        LIMITS: "OnDemandThroughput cannot be updated while TableClass update is in progress. "
        "TableClassUpdateInProgress: {detail}",
    },
    INDEXES: {
        THROUGHPUT: "Can't change table IOPS when an index is being {verb}. {where}",
        STREAM: "Can't change stream status when an index is being {verb}. {where}",
        TABLE_CLASS: "Can't update table class when an index is being {verb}. {where}",  # Unsure: not captured.
        LIMITS: "OnDemandThroughput cannot be updated while index {noun} is in progress for indexes: [{detail}]",
    },
}
"""By the change in progress (a word of `Settings.changing`) and what is to be changed: the text."""


def refuse_what_is_under_way(table: Table, given: UpdateRequest) -> None:
    """Raise if the table is not there yet or any more, or if a change in progress forbids the requested one.

    Errors: `ResourceInUseException`, `LimitExceededException` for a second index.
    """
    settings = table.settings
    if settings.status == CREATING:
        raise errors.being_changed(f"Table is being created: {table.name}")
    if settings.status == DELETING:
        raise errors.being_changed(f"Table is being deleted: {table.name}")
    _refuse_beside_indexes(table, given)
    for word, detail in settings.changing.items():
        for wanted in _wanted(given, settings, word):
            text = REFUSED[word].get(wanted)
            if text is not None:
                raise errors.being_changed(text.format(detail=detail, **_words(table, word, detail)))
    if INDEXES in settings.changing and given.warm:
        raise errors.internal_server_error("Table is under system maintenance, please try again later")  # captured
    encryption = settings.encryption
    if given.encryption is not None and encryption is not None and encryption.status == UPDATING:
        raise errors.being_changed("Server-Side Encryption is still being updated")


def _wanted(given: UpdateRequest, settings: Settings, word: str) -> list[str]:
    """Return what a request wants to change beside the change `word`."""
    is_switch = given.billing_mode not in (None, settings.billing_mode)
    # The billing mode that the table has already is refused only while capacity is changed.
    is_resent = given.billing_mode is not None and word in (THROUGHPUT, BILLING)
    wanted = {
        LIMITS: bool(given.limits),
        THROUGHPUT: given.throughput is not None or is_switch or is_resent,
        STREAM: given.stream is not None,
        INDEXES: given.moves_index,
        TABLE_CLASS: given.table_class is not None,
    }
    return [name for name, is_wanted in wanted.items() if is_wanted]


def _words(table: Table, word: str, detail: str) -> dict[str, str]:
    """Return what the texts say of the change `word`."""
    settings = table.settings
    if word == STREAM:
        return {"where": f"Table: {table.name} Stream: {settings.streams[-1].label} Operation: {detail}"}
    if word == TABLE_CLASS:
        return {"where": f"Table: {table.name} TableClassUpdateInProgress: {detail}"}
    if word == INDEXES:
        index = settings.index(detail)
        is_going = index is None or index.status == DELETING
        verb, noun = ("deleted", "deletion") if is_going else ("created", "creation")
        return {"where": f"Table: {table.name} Indexes: [{detail}]", "verb": verb, "noun": noun}
    return {"where": f"Table: {table.name}"}


# ---- global indexes


def _refuse_beside_indexes(table: Table, given: UpdateRequest) -> None:
    settings = table.settings
    for kind in ("Update", "Delete", "Create"):
        for action in given.of_kind(kind):
            target = settings.index(action["IndexName"])
            if target is not None and target.is_global:
                _refuse_beside_itself(table, target, kind)
    online = {
        index.name for index in settings.global_indexes if index.backfilling or index.status in (CREATING, DELETING)
    }
    moved = {action["IndexName"] for action in given.of_kind("Create") + given.of_kind("Delete")}
    if moved and online - moved:
        raise one_online_index()


def _refuse_beside_itself(table: Table, index: Index, kind: str) -> None:
    """Raise for a change of an index that is being changed."""
    where = f"Table: {table.name} Index: {index.name}"
    if index.status == DELETING:
        raise errors.being_changed(f"Index is being deleted.  {where}")
    if kind == "Create":
        return  # it exists already, which is reported later
    if index.status == UPDATING:
        raise errors.being_changed(f"Index is being updated.  {where}")
    if index.status == CREATING and not index.backfilling:
        if kind == "Update":
            raise errors.being_changed(f"Index is being created but is not backfilling yet.  {where}")
        raise errors.being_changed(
            "Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the "
            f"index is active. {where}"
        )
