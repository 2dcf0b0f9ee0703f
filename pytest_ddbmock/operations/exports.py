"""ExportTableToPointInTime, DescribeExport, ListExports.

Source: "ExportTableToPointInTime" (API reference), "DynamoDB data export to Amazon S3", captured answers.
"""

from __future__ import annotations

from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.archive import export as archive
from pytest_ddbmock.archive import recovery
from pytest_ddbmock.archive.bucket import Encryption
from pytest_ddbmock.archive.export import FULL, INCREMENTAL, NEW_AND_OLD_IMAGES, Export, Exports, Period
from pytest_ddbmock.archive.recovery import Window
from pytest_ddbmock.archive.selection import EVERYTHING
from pytest_ddbmock.clock import DAY, MINUTE, SECOND, iso_seconds, to_epoch_seconds
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.operations import archive_jobs, export_filter
from pytest_ddbmock.operations.export_filter import ExportFilter
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.storage.settings import CREATING, DELETING
from pytest_ddbmock.storage.table import Table

MAX_EXPORTS = 300
"""Exports of an account in a Region at a time."""
MIN_LENGTH, MAX_LENGTH = 15 * MINUTE, DAY
"""What an incremental export can cover."""


@operation("ExportTableToPointInTime")
def export_table_to_point_in_time(call: Call) -> Answer:
    """Order: the request by itself, its token, table, recovery enabled, time. What S3 has against it comes later.

    Unsure: the place of the filter among them.
    """
    format = call.param("ExportFormat", "DYNAMODB_JSON")
    kind = call.param("ExportType")
    bucket, owner, prefix = call.param("S3Bucket"), call.param("S3BucketOwner"), call.param("S3Prefix")
    encryption = _encryption(call)
    specification = _specification(call, kind)
    given = call.param("ExportTime")
    if specification is not None and given is not None:
        # Unsure: the text.
        raise _invalid("Export Time should not be provided when export type is set as Incremental Export")
    filter = _filter(call)
    home = call.home
    exports = call.engine.state(Exports)
    token = call.param("ClientToken")
    table_arn = call.param("TableArn")
    known = call.shape.members.keys() - {"ClientToken"}
    asked = archive_jobs.copied({name: value for name, value in call.params.items() if name in known})
    if filter is not None:
        asked["FilterSpecification"] = archive_jobs.copied(filter.shown)
    before = None if token is None else exports.with_token(home, token, call.now)
    if before is not None:
        if before.asked != asked:
            raise errors.export_conflict()
        call.admit()
        return call.answer(ExportDescription=_description(before))
    table = _table(call, table_arn)
    setting = table.settings.recovery
    if setting is None:
        raise errors.recovery_unavailable(table.name)
    between = recovery.window(setting, call.now)
    period = None if specification is None else _period(specification, between, call.now)
    selection = EVERYTHING if filter is None else filter.on(table)
    export_time = call.now if given is None else round(given * SECOND)
    if given is not None:
        _require_exportable(export_time, between, call.now)
    if exports.under_way(home) >= MAX_EXPORTS:
        # Unsure: the text.
        raise errors.limit_exceeded(f"Subscriber limit exceeded: Only {MAX_EXPORTS} exports can be done simultaneously")
    call.admit()
    export = Export(
        arn=archive.new_arn(call.engine, table, call.now),
        home=home,
        table_arn=table.arn,
        table_id=table.id,
        token=token or call.engine.uuid(),
        asked=asked,
        started_at=call.now,
        export_time=export_time if period is None else None,
        bucket=bucket,
        bucket_owner=owner,
        prefix=prefix,
        encryption=encryption,
        format=format,
        kind=kind,
        period=period,
    )
    moment = min(max(recovery.end_of(export_time), between.earliest), call.now)
    archive.begin(call.engine, table, export, moment, selection)
    return call.answer(ExportDescription=_description(export))


@operation("DescribeExport")
def describe_export(call: Call) -> Answer:
    """Order: the ARN by itself, the export exists."""
    given = call.param("ExportArn")
    export = archive_jobs.find(call, call.engine.state(Exports), given, "export", errors.export_not_found)
    call.admit()
    return call.answer(ExportDescription=_description(export))


@operation("ListExports")
def list_exports(call: Call) -> Answer:
    """Order: nothing but constraints and the token. Those of a table are listed as long as it is there."""
    exports, next_token = archive_jobs.page(call, call.engine.state(Exports), "MaxResults")
    table_arn = call.param("TableArn")
    call.admit()
    if table_arn is not None and _find(call, table_arn) is None:
        exports, next_token = [], None
    return call.answer(ExportSummaries=[_summary(export) for export in exports], NextToken=next_token)


# ---- the request


def _encryption(call: Call) -> Encryption:
    algorithm, key = call.param("S3SseAlgorithm", "AES256"), call.param("S3SseKmsKeyId")
    if key is not None and algorithm != "KMS":
        raise _invalid("KMS Key Id is not supported for this encryption type")
    return Encryption(algorithm, key)


def _specification(call: Call, kind: str | None) -> Wire | None:
    given: Wire | None = call.param("IncrementalExportSpecification")
    if given is None:
        if kind == INCREMENTAL:
            raise _invalid("Incremental Export Specification expected when export type is set as Incremental Export")
        return None
    call.refuse_unknown(given, ("ExportFromTime", "ExportToTime", "ExportViewType"), "IncrementalExportSpecification")
    if kind is None:
        raise _invalid(
            "Export Type expected to be Incremental Export when incremental export specification is provided"
        )
    if kind == FULL:
        raise _invalid("When Export Type is Full Export , Incremental Export Specification should not be provided")
    if given.get("ExportFromTime") is None:
        raise _invalid("ExportFromTime must be provided in IncrementalExportSpecification")
    return given


def _filter(call: Call) -> ExportFilter | None:
    if "FilterSpecification" not in call.shape.members:
        return None  # an older service model, and what it does not know is dropped unseen
    given: Wire | None = call.param("FilterSpecification")
    if given is None:
        return None
    call.refuse_unknown(given, export_filter.MEMBERS, "FilterSpecification")
    return ExportFilter(given)


def _table(call: Call, given: str) -> Table:
    """The table of an ARN. Errors: `ValidationException`, `AccessDeniedException`, `TableNotFoundException`."""
    arn = arns.parse(given)
    if arn is None:
        raise errors.invalid_parameters("tableArn is not a valid ARN")
    if arn.kind:
        raise _invalid("Table ARN is invalid.")
    if arn.account != call.home.account:
        raise errors.access_denied()
    table = _find(call, given)
    if table is None or table.settings.status in (CREATING, DELETING):
        raise errors.backup_table_not_found(given)
    call.entry.tables = (table.name,)
    return table


def _find(call: Call, table_arn: str) -> Table | None:
    for table in call.engine.catalog.tables(call.home):
        if table.arn == table_arn:
            return table
    return None


def _require_exportable(moment: int, between: Window, now: int) -> None:
    """A full export shows a moment that can be restored, looked at in whole seconds."""
    second = moment // SECOND
    if not between.earliest // SECOND <= second <= now // SECOND:
        raise errors.invalid_export_time("Export Time is invalid")
    if second > between.latest // SECOND:
        raise errors.invalid_export_time("Point in Time Recovery is not available for specified export time")


def _period(given: Wire, between: Window, now: int) -> Period:
    """What an incremental export covers; its end is the latest restorable second, unless given."""
    start = round(given["ExportFromTime"] * SECOND)
    to = given.get("ExportToTime")
    end = between.latest // SECOND * SECOND if to is None else round(to * SECOND)
    if start >= end:
        raise errors.validation(
            "Incremental export period from time should not be greater or equal to incremental export period to time"
        )
    if start // SECOND < between.earliest // SECOND:
        raise errors.invalid_export_time(
            "Incremental export period from time cannot be less than the table creation time : " + iso_seconds(start)
        )
    if end // SECOND > now // SECOND:
        # Unsure: which moment is shown; for the other end it is the one that was given.
        raise errors.invalid_export_time(
            "Incremental export period to time cannot be greater than the current time : " + iso_seconds(end)
        )
    if end - start < MIN_LENGTH:
        raise errors.invalid_export_time(
            "Difference between export period from time and export period to time is less than 15 minutes"
        )
    if end - start > MAX_LENGTH:
        # Unsure: the text.
        raise errors.invalid_export_time(
            "Difference between export period from time and export period to time is greater than 24 hours"
        )
    return Period(start, end, given.get("ExportViewType") or NEW_AND_OLD_IMAGES)


def _invalid(message: str) -> errors.DynamoDBError:
    return errors.validation(f"Invalid Request: {message}")


# ---- answers


def _description(export: Export) -> dict[str, Any]:
    period = export.period
    members: dict[str, Any] = {
        "ExportArn": export.arn,
        "ExportStatus": export.status,
        "StartTime": to_epoch_seconds(export.started_at),
        "EndTime": _seconds(export.ended_at),
        "ExportManifest": export.manifest_key,
        "TableArn": export.table_arn,
        "TableId": export.table_id,
        "ExportTime": _seconds(export.export_time),
        "ClientToken": export.token,
        "S3Bucket": export.bucket,
        "S3BucketOwner": export.bucket_owner,
        "S3Prefix": export.prefix,
        "S3SseAlgorithm": export.encryption.algorithm,
        "S3SseKmsKeyId": export.encryption.kms_key_id,
        "FailureCode": export.failure_code,
        "FailureMessage": export.failure_message,
        "ExportFormat": export.format,
        "BilledSizeBytes": export.billed_bytes,
        "ItemCount": export.item_count,
        "ExportType": export.kind,
    }
    if period is not None:
        # Unsure: that what was left out is told.
        members["IncrementalExportSpecification"] = {
            "ExportFromTime": to_epoch_seconds(period.start),
            "ExportToTime": to_epoch_seconds(period.end),
            "ExportViewType": period.view_type,
        }
    if "FilterSpecification" in export.asked:
        members["FilterSpecification"] = archive_jobs.copied(export.asked["FilterSpecification"])
    return {name: value for name, value in members.items() if value is not None}


def _summary(export: Export) -> dict[str, Any]:
    # The description has the type only if the request had it; a summary always has one.
    return {"ExportArn": export.arn, "ExportStatus": export.status, "ExportType": export.kind or FULL}


def _seconds(moment: int | None) -> float | None:
    return None if moment is None else to_epoch_seconds(moment)
