"""`TableDescription`: a table as CreateTable, DescribeTable and similar operations describe it.

Source: "TableDescription" (API reference), captured answers for what is present when.
"""

from __future__ import annotations

from typing import Any

from pytest_ddbmock.clock import DAY, to_epoch_seconds
from pytest_ddbmock.engine import arns
from pytest_ddbmock.storage.schema import KeySchema, Projection
from pytest_ddbmock.storage.settings import (
    CREATING,
    ON_DEMAND,
    UPDATING,
    Encryption,
    Index,
    OnDemandLimits,
    Settings,
    Throughput,
    WarmThroughput,
)
from pytest_ddbmock.storage.table import Table

ON_DEMAND_WARM = WarmThroughput(12_000, 4_000)
"""What a new on-demand table or index can serve at once."""


DELETED = (
    "TableName",
    "TableStatus",
    "ProvisionedThroughput",
    "TableSizeBytes",
    "ItemCount",
    "TableArn",
    "TableId",
    "DeletionProtectionEnabled",
)
"""The members of DeleteTable's answer. Unsure: those of tables with more than keys and capacity."""


def describe(table: Table, now: int) -> dict[str, Any]:
    """Return the description of a table at `now` in microseconds.

    `ItemCount` and the sizes are current; AWS updates them about every six hours. Sizes are without the overhead that
    AWS bills for each item.
    """
    settings = table.settings
    is_new = settings.status == CREATING
    description: dict[str, Any] = {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in sorted(settings.attributes.items())
        ],
        "TableName": table.name,
        "KeySchema": key_schema_to_wire(table.schema),
        "TableStatus": settings.status,
        "CreationDateTime": to_epoch_seconds(settings.created_at),
        "ProvisionedThroughput": _throughput(settings.throughput, now),
        "TableSizeBytes": 0 if is_new else table.base.bytes,
        "ItemCount": 0 if is_new else len(table),
        "TableArn": table.arn,
        "TableId": table.id,
        **_billing(settings),
        "LocalSecondaryIndexes": [_index(table, index) for index in settings.local_indexes],
        "GlobalSecondaryIndexes": [_global_index(table, index, now) for index in settings.global_indexes],
        **_stream(table),
        "SSEDescription": encryption_to_wire(settings.encryption),
        **_table_class(settings),
        "DeletionProtectionEnabled": settings.deletion_protection,
        "OnDemandThroughput": limits_to_wire(settings.on_demand),
        "WarmThroughput": _warm(settings.warm or initial_warm(settings.billing_mode, settings.throughput)),
        "RestoreSummary": _restore(settings) if is_new else None,
    }
    return {name: value for name, value in description.items() if value is not None and value != []}


def describe_new(table: Table, now: int) -> dict[str, Any]:
    """Return the description in the answer that creates a table: warm throughput is there only if the table's was set.

    Captured in us-west-2 and us-east-1, 2026-10.
    """
    description = describe(table, now)
    if table.settings.warm is None:
        del description["WarmThroughput"]
    for index in description.get("GlobalSecondaryIndexes", ()):
        del index["WarmThroughput"]
    return description


def describe_deleted(table: Table, now: int) -> dict[str, Any]:
    """Return the short description in DeleteTable's answer.

    Captured in us-west-2, us-east-1, us-east-2 and eu-central-1, 2021 to 2024.
    """
    description = describe(table, now)
    return {name: description[name] for name in DELETED}


def initial_warm(billing_mode: str, throughput: Throughput) -> WarmThroughput:
    """Return what a table or index can serve at once that has never been raised."""
    return ON_DEMAND_WARM if billing_mode == ON_DEMAND else WarmThroughput(throughput.read, throughput.write)


def decreases_today(throughput: Throughput, now: int) -> int:
    """Return the decreases on the UTC day of `now` in microseconds."""
    at = throughput.decreased_at
    return throughput.decreases_today if at is not None and at // DAY == now // DAY else 0


def key_schema_to_wire(schema: KeySchema) -> list[dict[str, str]]:
    """Return a `KeySchema` as in requests and answers."""
    return [
        *({"AttributeName": name, "KeyType": "HASH"} for name in schema.hash_keys),
        *({"AttributeName": name, "KeyType": "RANGE"} for name in schema.range_keys),
    ]


def limits_to_wire(limits: OnDemandLimits | None) -> dict[str, int] | None:
    """Return `OnDemandThroughput`; None without any limit."""
    if limits is None:
        return None
    members = {"MaxReadRequestUnits": limits.read, "MaxWriteRequestUnits": limits.write}
    return {name: value for name, value in members.items() if value is not None} or None


def encryption_to_wire(encryption: Encryption | None) -> dict[str, Any] | None:
    """Return `SSEDescription`; None for the AWS owned key. While a table leaves that key there is only a status."""
    if encryption is None:
        return None
    if encryption.key_arn is None:
        return {"Status": encryption.status}
    return {"Status": encryption.status, "SSEType": "KMS", "KMSMasterKeyArn": encryption.key_arn}


def _restore(settings: Settings) -> dict[str, Any] | None:
    restored = settings.restored
    if restored is None:
        return None
    summary: dict[str, Any] = {
        "SourceTableArn": restored.source_arn,
        "RestoreDateTime": to_epoch_seconds(restored.moment),
        "RestoreInProgress": True,
    }
    if restored.backup_arn is not None:
        summary["SourceBackupArn"] = restored.backup_arn
    return summary


def _billing(settings: Settings) -> dict[str, Any]:
    summary: dict[str, Any] = {"BillingMode": settings.billing_mode}
    if settings.on_demand_since is not None:
        summary["LastUpdateToPayPerRequestDateTime"] = to_epoch_seconds(settings.on_demand_since)
    elif settings.billing_mode != ON_DEMAND:
        return {}
    return {"BillingModeSummary": summary}


def _throughput(throughput: Throughput, now: int) -> dict[str, Any]:
    members: dict[str, Any] = {
        "NumberOfDecreasesToday": decreases_today(throughput, now),
        "ReadCapacityUnits": throughput.read,
        "WriteCapacityUnits": throughput.write,
    }
    if throughput.increased_at is not None:
        members["LastIncreaseDateTime"] = to_epoch_seconds(throughput.increased_at)
    if throughput.decreased_at is not None:
        members["LastDecreaseDateTime"] = to_epoch_seconds(throughput.decreased_at)
    return members


def _warm(warm: WarmThroughput) -> dict[str, Any]:
    return {"ReadUnitsPerSecond": warm.read, "WriteUnitsPerSecond": warm.write, "Status": warm.status}


def _stream(table: Table) -> dict[str, Any]:
    streams = table.settings.streams
    if not streams:
        return {}
    latest = streams[-1]
    members: dict[str, Any] = {
        "LatestStreamLabel": latest.label,
        "LatestStreamArn": arns.stream_arn(table.arn, latest.label),
    }
    if table.settings.stream is not None:
        members["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": latest.view_type}
    return members


def _table_class(settings: Settings) -> dict[str, Any]:
    if settings.table_class is None:
        return {}
    summary: dict[str, Any] = {"TableClass": settings.table_class}
    if settings.table_class_changes:
        summary["LastUpdateDateTime"] = to_epoch_seconds(settings.table_class_changes[-1])
    return {"TableClassSummary": summary}


def _index(table: Table, index: Index) -> dict[str, Any]:
    is_new = index.status == CREATING or table.settings.status == CREATING
    return {
        "IndexName": index.name,
        "KeySchema": key_schema_to_wire(index.schema),
        "Projection": projection_to_wire(index.projection),
        "IndexSizeBytes": 0 if is_new else table.views[index.name].bytes,
        "ItemCount": 0 if is_new else len(table.views[index.name]),
        "IndexArn": arns.index_arn(table.arn, index.name),
    }


def _global_index(table: Table, index: Index, now: int) -> dict[str, Any]:
    settings = table.settings
    members = _index(table, index)
    members["IndexStatus"] = index.status
    members["ProvisionedThroughput"] = _throughput(index.throughput, now)
    if index.backfilling or (index.status == CREATING and settings.status != CREATING):
        members["Backfilling"] = index.backfilling
    if index.on_demand is not None and (limits := limits_to_wire(index.on_demand)) is not None:
        members["OnDemandThroughput"] = limits
    warm = index.warm or initial_warm(settings.billing_mode, index.throughput)
    if index.warm is not None and index.status == CREATING:
        warm = warm._replace(status=UPDATING)
    members["WarmThroughput"] = _warm(warm)
    return members


def projection_to_wire(projection: Projection) -> dict[str, Any]:
    """Return a `Projection` as in requests and answers."""
    members: dict[str, Any] = {"ProjectionType": projection.kind}
    if projection.non_key_attributes:
        members["NonKeyAttributes"] = sorted(projection.non_key_attributes)
    return members
