"""CreateTable, DescribeTable, ListTables, DeleteTable; `update_table` has UpdateTable.

A change of a table takes `Rules.pace`: the answer shows the intermediate status, the agenda ends it. Without pace it
has ended when the next call comes in. The agenda's actions allow for a table that was deleted or changed meanwhile.
Source: "CreateTable", "DeleteTable", "DescribeTable", "ListTables" (API reference), captured answers.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.archive import backup
from pytest_ddbmock.archive.recovery import SETTLING
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.table_description import describe, describe_deleted, describe_new, initial_warm
from pytest_ddbmock.engine.violations import REQUIRED, Violation, with_value
from pytest_ddbmock.operations.tables import definition, limits
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.operations.tables.encryption import wanted_encryption
from pytest_ddbmock.operations.tables.stream_settings import ended_streams, new_stream
from pytest_ddbmock.operations.tables.tags import are_tags_locked, parse_tags
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.storage.settings import (
    ACTIVE,
    CREATING,
    DELETING,
    ON_DEMAND,
    PROVISIONED,
    STREAM,
    UPDATING,
    Index,
    Settings,
    Throughput,
)
from pytest_ddbmock.storage.table import Table

TABLES_PER_PAGE = 100


@operation("CreateTable")
def create_table(call: Call) -> Answer:
    """Order: the definition by itself, keys before indexes, then the account: name and quotas."""
    new = define(call)
    call.admit()
    table = Table(
        new.name,
        arns.table_arn(call.home, new.name),
        call.engine.uuid(),
        new.schema,
        new.settings,
        call.engine.seq,
    )
    call.engine.catalog.add(call.home, table)
    call.engine.agenda.add(call.now + call.engine.rules.pace, lambda due: activate(call.engine, table, due))
    return call.answer(TableDescription=describe_new(table, call.now))


@operation("DescribeTable")
def describe_table(call: Call) -> Answer:
    """Order: the table exists."""
    table = call.usable_table()
    call.admit()
    return call.answer(Table=describe(table, call.now))


@operation("ListTables")
def list_tables(call: Call) -> Answer:
    """Order: only constraints. Tables are sorted by name, whatever their status."""
    start = call.param("ExclusiveStartTableName", "")
    limit = call.param("Limit", TABLES_PER_PAGE)
    call.admit()
    tables = call.engine.catalog.tables(call.home)
    names = [table.name for table in tables if table.name > start]
    page = names[:limit]
    return call.answer(TableNames=page, LastEvaluatedTableName=page[-1] if len(names) > limit else None)


@operation("DeleteTable")
def delete_table(call: Call) -> Answer:
    """Order: the table exists, is not protected, no change or backup of it is in progress."""
    table = call.usable_table()
    settings = table.settings
    _refuse_deletion(call, table)
    if backup.is_under_way(call.engine, call.home, table, call.now):
        # Unsure: the text.
        raise errors.being_changed(f"Table is being backed up: {table.name}")
    limits.require_few_changing(call, has_indexes=bool(settings.indexes))
    call.admit()

    table.change_settings(status=DELETING, streams=ended_streams(call, table))

    def finish(due: int) -> None:
        backup.keep_deleted(call.engine, call.home, table, due)
        call.engine.catalog.remove(call.home, table, due)

    call.engine.agenda.add(call.now + call.engine.rules.pace, finish)
    return call.answer(TableDescription=describe_deleted(table, call.now))


def _refuse_deletion(call: Call, table: Table) -> None:
    """Raise if a table is protected or being changed.

    Errors: `ResourceInUseException`, `ValidationException`.
    """
    settings = table.settings
    if settings.status == CREATING:
        raise errors.being_changed(f"Table is being created: {table.name}")
    if settings.status == DELETING:
        raise errors.being_changed(f"Table is being deleted: {table.name}")
    if settings.deletion_protection:
        raise errors.validation(
            "Resource cannot be deleted as it is currently protected against deletion. "
            "Disable deletion protection first."
        )
    if STREAM in settings.changing:
        raise errors.being_changed("Cannot delete table while stream is being enabled/disabled.")
    if any(index.status != ACTIVE for index in settings.global_indexes):
        raise errors.being_changed("Cannot delete table while indexes are being created, updated, or deleted.")
    if _is_updating(settings):
        raise errors.being_changed(f"Table: {table.name} is in the process of being updated.")
    if are_tags_locked(call, table):
        raise errors.being_changed(f"Table tags are being updated: {table.name}")


def _is_updating(settings: Settings) -> bool:
    """Return whether a change is in progress, also one during which the table stays ACTIVE."""
    # Unsure: the text for warm throughput; that the deletion is refused is captured.
    warm = (settings.warm, *(index.warm for index in settings.global_indexes))
    return (
        settings.status == UPDATING
        or (settings.encryption is not None and settings.encryption.status == UPDATING)
        or any(one is not None and one.status == UPDATING for one in warm)
    )


# ---- the definition


class NewTable(NamedTuple):
    """A checked definition of a table."""

    name: str
    schema: KeySchema
    settings: Settings


def define(call: Call) -> NewTable:
    """Return the table that CreateTable's parameters describe; everything is checked, nothing done.

    Errors: `ValidationException`, `ResourceInUseException`, `LimitExceededException`; `NotImplementedByMock`.
    """
    given = _Given(call)
    call.require_all_read()
    name = _name(call, given.table)
    call.entry.tables = (name,)
    _require_present(AttributeDefinitions=given.attributes, KeySchema=given.key_schema)
    definition.require_table_class(given.table_class)
    throughput = _billing(call, given)
    types = definition.attribute_types(given.attributes)
    schema = _key_schema(given, types)
    indexes = _indexes(call, given, schema, types)
    view_type = _stream_view_type(given.stream)
    encryption = wanted_encryption(given.encryption, call)
    tags = parse_tags(given.tags)
    _require_free(call, name)
    _require_quotas(call, given, throughput, indexes)
    settings = Settings(
        attributes=types,
        created_at=call.now,
        status=CREATING,
        billing_mode=given.billing_mode,
        throughput=throughput,
        on_demand=definition.merged_limits(None, given.limits),
        warm=_warm(call, given.warm, given.billing_mode, throughput),
        indexes=tuple(indexes),
        streams=() if view_type is None else (new_stream(call, name, view_type, ()),),
        deletion_protection=given.deletion_protection,
        encryption=encryption,
        table_class=given.table_class,
        tags=tags,
    )
    return NewTable(name, schema, settings)


def _key_schema(given: _Given, types: dict[str, str]) -> KeySchema:
    """Return the table's key; every definition must be used by the table or an index, every key defined."""
    indexes = given.local_indexes + given.global_indexes
    names = definition.key_names(given.key_schema)
    definition.require_table_key_defined(names, types, has_indexes=bool(indexes))
    schema = definition.key_schema(given.key_schema, types)
    for index in given.global_indexes:
        # Unsure: that AWS looks for repeated keys before it looks for unused definitions.
        definition.refuse_repeated_keys(index["KeySchema"])
    definition.require_definitions_match(names, indexes, types)
    return schema


def _name(call: Call, given: str) -> str:
    """Return the new table's name, which may be given as an ARN of the caller's account and Region."""
    name = arns.table_name(given, call.home)
    if not re.fullmatch(arns.NAME_PATTERN, name, re.ASCII) or len(name) not in arns.NAME_LENGTH:
        # Unsure: the text for a bad name inside an ARN.
        raise errors.enveloped(f"Invalid table name in '{given}'")
    return name


class _Given:
    """The parameters of CreateTable."""

    def __init__(self, call: Call) -> None:
        self.table: str = call.param("TableName")
        self.attributes: list[Wire] = call.param("AttributeDefinitions")
        self.key_schema: list[Wire] = call.param("KeySchema")
        self.local_indexes: list[Wire] = call.param("LocalSecondaryIndexes", [])
        self.global_indexes: list[Wire] = call.param("GlobalSecondaryIndexes", [])
        self.billing_mode: str = call.param("BillingMode", PROVISIONED)
        self.throughput: Wire | None = call.param("ProvisionedThroughput")
        self.limits = definition.on_demand_limits(call.param("OnDemandThroughput"), call)
        self.warm: Wire | None = call.param("WarmThroughput")
        self.stream: Wire | None = call.param("StreamSpecification")
        self.encryption: Wire | None = call.param("SSESpecification")
        self.tags: list[Any] = call.param("Tags", [])
        self.table_class: str | None = call.param("TableClass")
        self.deletion_protection: bool = call.param("DeletionProtectionEnabled", False)
        self.empty_lists = [
            name for name in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes") if call.param(name) == []
        ]
        if self.stream is not None:
            call.refuse_unknown(self.stream, ("StreamEnabled", "StreamViewType"), "StreamSpecification")


def _require_present(**members: object) -> None:
    missing = [Violation((name,), REQUIRED) for name, value in members.items() if value is None]
    if missing:
        raise errors.constraints_violated(list(map(with_value, missing)))


def _billing(call: Call, given: _Given) -> Throughput:
    """Return the table's provisioned capacity; billing mode, capacity and limits must fit together."""
    if given.billing_mode == ON_DEMAND and given.throughput is not None:
        raise errors.invalid_parameters(definition.THROUGHPUT_ON_DEMAND)
    throughput = definition.throughput(given.throughput, call)
    if given.billing_mode == ON_DEMAND:
        definition.require_limits_in_range(given.limits, lowest=1)
        return Throughput()
    if throughput is None:
        raise errors.invalid_parameters(definition.THROUGHPUT_MISSING)
    definition.refuse_limits_when_provisioned(given.limits, is_new=True)
    return throughput


def _warm(call: Call, given: Wire | None, billing_mode: str, throughput: Throughput, index: str | None = None) -> Any:
    floor = initial_warm(billing_mode, throughput)
    lower = definition.LOWER_THAN_INITIAL[billing_mode]
    return definition.warm_throughput(given or None, floor, call, lower=lower, index=index)


def _indexes(call: Call, given: _Given, schema: KeySchema, types: dict[str, str]) -> list[Index]:
    for name in given.empty_lists:
        raise errors.invalid_parameters(f"List of {name} is empty")
    if len(given.local_indexes) > definition.MAX_LOCAL_INDEXES:
        raise errors.invalid_parameters(
            f"Number of LocalSecondaryIndexes exceeds per-table limit of {definition.MAX_LOCAL_INDEXES}"
        )
    indexes = [definition.local_index(index, schema, types, call) for index in given.local_indexes]
    if len(given.global_indexes) > definition.MAX_GLOBAL_INDEXES:
        raise errors.invalid_parameters(
            f"GlobalSecondaryIndex count exceeds the per-table limit of {definition.MAX_GLOBAL_INDEXES}"
        )
    indexes += [_global_index(call, index, types, given.billing_mode) for index in given.global_indexes]
    names = [index.name for index in indexes]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise errors.invalid_parameters(f"Duplicate index name: {name}")
    definition.require_few_projected(indexes)
    return indexes


def _global_index(call: Call, given: Wire, types: dict[str, str], billing_mode: str) -> Index:
    index = definition.global_index(given, types, CREATING, call, "GlobalSecondaryIndexes")
    throughput = definition.throughput(given.get("ProvisionedThroughput"), call, index=index.name)
    wanted_limits = definition.on_demand_limits(given.get("OnDemandThroughput"), call, index=index.name)
    if billing_mode == ON_DEMAND:
        if throughput is not None:
            raise errors.invalid_parameters(
                f"ProvisionedThroughput should not be specified for index: {index.name} when BillingMode is "
                "PAY_PER_REQUEST"
            )
        definition.require_limits_in_range(wanted_limits, lowest=1, index=index.name)
    else:
        if throughput is None:
            raise errors.invalid_parameters(f"ProvisionedThroughput is not specified for index: {index.name}")
        definition.refuse_limits_when_provisioned(wanted_limits, is_new=True, index=index.name)
    throughput = throughput or Throughput()
    return index._replace(
        throughput=throughput,
        on_demand=definition.merged_limits(None, wanted_limits),
        warm=_warm(call, given.get("WarmThroughput"), billing_mode, throughput, index.name),
    )


def _stream_view_type(given: Wire | None) -> str | None:
    if given is None:
        return None
    view_type: str | None = given.get("StreamViewType")
    if not given["StreamEnabled"]:
        if view_type is not None:
            raise errors.invalid_parameters(
                "Table is being created with a stream disabled, UpdateViewType should not be specified"
            )
        return None
    if view_type is None:
        raise errors.invalid_parameters("Table is being created with a stream enabled, UpdateViewType is required")
    return view_type


# ---- the account


def _require_free(call: Call, name: str) -> None:
    table = call.engine.catalog.table(call.home, name)
    if table is None:
        return
    if table.settings.status != CREATING:
        raise errors.resource_in_use(f"Table already exists: {name}")
    is_restored = table.settings.restored is not None
    raise errors.being_changed(f"Table is being {'used' if is_restored else 'created'}: {name}")


def _require_quotas(call: Call, given: _Given, throughput: Throughput, indexes: list[Index]) -> None:
    limits.require_table_quota(call, has_indexes=bool(indexes))
    limits.require_table_units(call, throughput)
    limits.require_limits_within_quota(call, given.limits)
    limits.require_limits_within_quota(call, given.warm or {})
    for index in given.global_indexes:
        limits.require_limits_within_quota(call, index.get("OnDemandThroughput") or {}, index=index["IndexName"])
        limits.require_limits_within_quota(call, index.get("WarmThroughput") or {}, index=index["IndexName"])
    for built in indexes:
        limits.require_table_units(call, built.throughput, index=built.name)
    together = [throughput, *(index.throughput for index in indexes)]
    # A new table's quota includes its indexes. Source: "DescribeLimits" (API reference). Unsure: the text's number.
    limits.require_table_units(call, Throughput(sum(one.read for one in together), sum(one.write for one in together)))
    limits.require_account_units(call, together)


# ---- the end of the creation


def activate(engine: Accounts, table: Table, now: int) -> None:
    """End the creation of a table at `now` in microseconds; backups are possible a little later."""
    settings = table.settings
    if settings.status != CREATING:
        return
    indexes = tuple(index._replace(status=ACTIVE) for index in settings.indexes)
    table.change_settings(
        status=ACTIVE,
        indexes=indexes,
        backups_from=now + (SETTLING if engine.rules.pace else 0),
        on_demand_since=settings.created_at if settings.billing_mode == ON_DEMAND else None,
    )
