"""CreateBackup, DescribeBackup, ListBackups, DeleteBackup, RestoreTableFromBackup.

Source: "CreateBackup" and its kin (API reference), "On-demand backup and restore for DynamoDB", captured answers.
"""

from __future__ import annotations

import re

from pytest_ddbmock import errors
from pytest_ddbmock.archive import backup as archive
from pytest_ddbmock.archive.backup import AVAILABLE, CREATING, DELETED, SYSTEM, USER, Backup, Backups
from pytest_ddbmock.clock import SECOND, iso_seconds, to_epoch_seconds
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.arns import Arn
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.engine.table_description import (
    encryption_to_wire,
    key_schema_to_wire,
    limits_to_wire,
    projection_to_wire,
)
from pytest_ddbmock.operations import restores
from pytest_ddbmock.storage.settings import CREATING as TABLE_CREATING
from pytest_ddbmock.storage.settings import DELETING, Index, Restored, Throughput

PAGE_BACKUPS = 100
ALL = "ALL"

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")
"""What looks like a Region; the mock has no list of them."""


@operation("CreateBackup")
def create_backup(call: Call) -> Answer:
    """Order: the table exists and is not being made or deleted, and has been there for a while."""
    given = call.param("TableName")
    name = call.param("BackupName")
    table = call.find_table(given)
    if table is None or table.settings.status in (TABLE_CREATING, DELETING):
        raise errors.backup_table_not_found(given)
    if call.now < table.settings.backups_from:
        raise errors.backups_unavailable(table.name)
    call.admit()
    backup = archive.create(call.engine, call.home, table, name, call.now)
    return call.answer(BackupDetails=_details(backup, CREATING))


@operation("DescribeBackup")
def describe_backup(call: Call) -> Answer:
    """Order: the ARN by itself, the backup exists."""
    backup = _backup(call)
    call.admit()
    return call.answer(BackupDescription=_description(backup, backup.status(call.now)))


@operation("DeleteBackup")
def delete_backup(call: Call) -> Answer:
    """Order: the ARN by itself, the backup exists, is the user's, is not in use. It is gone at once."""
    backup = _backup(call)
    if backup.kind == SYSTEM:
        assert backup.expires_at is not None, "backups of the system expire"
        raise restores.invalid(
            f"User is not allowed to delete the system backup with arn {backup.arn}. "
            f"It will automatically expire on {iso_seconds(backup.expires_at)}"  # Unsure: how AWS writes the moment.
        )
    _require_made(call, backup)
    if archive.is_being_restored(call.engine, backup):
        raise errors.backup_in_use(f"Backup is being used to restore table: {backup.arn}")
    call.admit()
    call.engine.state(Backups).remove(call.home, backup)
    return call.answer(BackupDescription=_description(backup, DELETED))


@operation("ListBackups")
def list_backups(call: Call) -> Answer:
    """Order: the bounds, the cursor. Backups come oldest first; those of a table outlive it."""
    given = call.param("TableName")
    limit = call.param("Limit", PAGE_BACKUPS)
    lower, upper = call.param("TimeRangeLowerBound"), call.param("TimeRangeUpperBound")
    after = call.param("ExclusiveStartBackupArn")
    kind = call.param("BackupType", USER)
    if lower is not None and upper is not None and lower > upper:
        raise errors.invalid_parameters("Time range lower bound must be less than or equal to upper bound")
    start = "" if after is None else _cursor(call, after)
    home = call.home
    table = None if given is None else arns.table_name(given, home)
    call.admit()
    found = [
        backup
        for backup in call.engine.state(Backups).of(home)
        if backup.id > start
        and (table is None or backup.table_name == table)
        and (kind in (ALL, backup.kind))
        and (lower is None or backup.created_at >= round(lower * SECOND))
        and (upper is None or backup.created_at < round(upper * SECOND))
    ]
    page = found[:limit]
    return call.answer(
        BackupSummaries=[_summary(backup, backup.status(call.now)) for backup in page],
        LastEvaluatedBackupArn=page[-1].arn if len(found) > limit else None,
    )


@operation("RestoreTableFromBackup")
def restore_table_from_backup(call: Call) -> Answer:
    """Order: the ARN by itself, the backup exists, target, the backup is not in use; then the overrides."""
    home = call.home
    arn = _parse(call, call.param("BackupArn"))
    restores.require_encryption_across_regions(call, arn.region)
    backup = _find(call, Home(home.account, arn.region), arn)
    call.entry.tables = (backup.table_name,)
    restores.require_free(call, call.param("TargetTableName"))
    _require_made(call, backup)
    if archive.is_being_restored(call.engine, backup):
        raise errors.backup_in_use(f"Backup is being used to restore another table: {backup.arn}")
    origin = Restored(backup.table_arn, backup.created_at, backup.arn)
    return restores.begin(call, backup.image.settings, lambda: backup.image, origin)


# ---- which backup


def _backup(call: Call) -> Backup:
    """The backup of the request. A Region in its ARN that is not the caller's is ignored."""
    return _find(call, call.home, _parse(call, call.param("BackupArn")))


def _parse(call: Call, given: str) -> Arn:
    """The parts of a backup's ARN.

    Errors: `ValidationException`, `AccessDeniedException` for one of another account.
    """
    fields = arns.split(given)
    if fields is None or not re.fullmatch(r"table/[^/]+/backup/[^/]+", fields.resource):
        raise errors.validation("Invalid Backup ARN")
    region = fields.region
    is_region = region == call.home.region or _REGION.fullmatch(region)
    if not is_region or fields.service != "dynamodb" or fields.partition != arns.partition_of(region):
        raise restores.invalid("BackupArn is not valid")
    if fields.account != call.home.account:
        raise errors.access_denied()
    return arns.parse_own(given)


def _find(call: Call, home: Home, arn: Arn) -> Backup:
    backup = call.engine.state(Backups).find(home, arn.table, arn.rest)
    if backup is None:
        raise errors.backup_not_found(call.param("BackupArn"))
    call.entry.tables = (backup.table_name,)
    return backup


def _cursor(call: Call, given: str) -> str:
    """The id behind which a page of ListBackups begins; its backup may be gone."""
    arn = _parse(call, given)
    if arn.region != call.home.region:
        raise restores.invalid("The supplied ExclusiveStartBackupArn does not match the region")
    return arn.rest


def _require_made(call: Call, backup: Backup) -> None:
    if backup.status(call.now) != AVAILABLE:
        # Unsure: the text.
        raise errors.backup_in_use(f"Backup is being created: {backup.arn}")


# ---- answers


def _details(backup: Backup, status: str) -> Answer:
    details: Answer = {
        "BackupArn": backup.arn,
        "BackupName": backup.name,
        "BackupSizeBytes": backup.size,
        "BackupStatus": status,
        "BackupType": backup.kind,
        "BackupCreationDateTime": to_epoch_seconds(backup.created_at),
    }
    if backup.expires_at is not None:
        details["BackupExpiryDateTime"] = to_epoch_seconds(backup.expires_at)
    return details


def _summary(backup: Backup, status: str) -> Answer:
    table = {"TableName": backup.table_name, "TableId": backup.table_id, "TableArn": backup.table_arn}
    return {**table, **_details(backup, status)}


def _description(backup: Backup, status: str) -> Answer:
    settings = backup.image.settings
    source: Answer = {
        "TableName": backup.table_name,
        "TableId": backup.table_id,
        "TableArn": backup.table_arn,
        "TableSizeBytes": backup.size,
        "KeySchema": key_schema_to_wire(backup.image.schema),
        "TableCreationDateTime": to_epoch_seconds(settings.created_at),
        "ProvisionedThroughput": _throughput(settings.throughput),
        "OnDemandThroughput": limits_to_wire(settings.on_demand),
        "ItemCount": len(backup.image.items),
        "BillingMode": settings.billing_mode,
    }
    return {
        "BackupDetails": _details(backup, status),
        "SourceTableDetails": _present(source),
        "SourceTableFeatureDetails": {} if backup.kind == SYSTEM else _features(backup),
    }


def _features(backup: Backup) -> Answer:
    settings = backup.image.settings
    features: Answer = {
        "LocalSecondaryIndexes": [_index(index) for index in settings.local_indexes] or None,
        "GlobalSecondaryIndexes": [_index(index) for index in settings.global_indexes] or None,
    }
    features["SSEDescription"] = encryption_to_wire(settings.encryption)
    if settings.stream is not None:
        features["StreamDescription"] = {"StreamEnabled": True, "StreamViewType": settings.stream.view_type}
    attribute = settings.time_to_live.attribute
    if attribute is not None:
        features["TimeToLiveDescription"] = {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}
    return _present(features)


def _index(index: Index) -> Answer:
    members: Answer = {
        "IndexName": index.name,
        "KeySchema": key_schema_to_wire(index.schema),
        "Projection": projection_to_wire(index.projection),
    }
    if index.is_global:
        members["ProvisionedThroughput"] = _throughput(index.throughput)
        members["OnDemandThroughput"] = limits_to_wire(index.on_demand)
    return _present(members)


def _throughput(throughput: Throughput) -> Answer:
    return {"ReadCapacityUnits": throughput.read, "WriteCapacityUnits": throughput.write}


def _present(members: Answer) -> Answer:
    return {name: value for name, value in members.items() if value is not None}
