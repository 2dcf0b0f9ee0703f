"""ImportTable, DescribeImport, ListImports.

Source: "ImportTable" (API reference), "DynamoDB data import from Amazon S3", captured answers.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.archive import imports as archive
from pytest_ddbmock.archive.formats import require_installed
from pytest_ddbmock.archive.formats.contract import Source
from pytest_ddbmock.archive.imports import Import, Imports
from pytest_ddbmock.archive.jobs import UNDER_WAY
from pytest_ddbmock.clock import to_epoch_seconds
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.operations import archive_jobs
from pytest_ddbmock.operations.tables import lifecycle
from pytest_ddbmock.operations.tables.definition import Wire
from pytest_ddbmock.operations.tables.lifecycle import NewTable
from pytest_ddbmock.storage.table import Table

MAX_IMPORTS = 50
"""Imports of an account in a Region at a time."""

DEFINITION = (
    "TableName",
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "SSESpecification",
    "GlobalSecondaryIndexes",
)


@operation("ImportTable")
def import_table(call: Call) -> Answer:
    """Order: the request by itself, its token, the table as CreateTable checks it. What S3 holds is seen later."""
    source: Wire = call.param("S3BucketSource")
    format, compression = call.param("InputFormat"), call.param("InputCompressionType", "NONE")
    options: Wire = call.param("InputFormatOptions", {})
    parameters: Wire = call.param("TableCreationParameters")
    call.refuse_unknown(source, ("S3Bucket", "S3BucketOwner", "S3KeyPrefix"), "S3BucketSource")
    call.refuse_unknown(options, ("Csv",), "InputFormatOptions")
    call.refuse_unknown(parameters, DEFINITION, "TableCreationParameters")
    csv: Wire | None = options.get("Csv")
    if csv is not None and format != "CSV":
        raise errors.validation(
            f"Invalid Request: Unsupported InputFormatOptions for the given input format: {format}."
        )
    csv = csv or {}
    call.refuse_unknown(csv, ("Delimiter", "HeaderList"), "InputFormatOptions.Csv")
    home = call.home
    jobs = call.engine.state(Imports)
    token = call.param("ClientToken")
    before = None if token is None else jobs.with_token(home, token, call.now)
    if before is not None and before.status in UNDER_WAY:
        if before.shown["TableCreationParameters"]["TableName"] != parameters["TableName"]:
            raise errors.import_conflict()
        call.admit()
        return call.answer(ImportTableDescription=_description(before))
    new = _define(call, parameters)
    if jobs.under_way(home) >= MAX_IMPORTS:
        # Unsure: the text.
        raise errors.limit_exceeded(f"Subscriber limit exceeded: Only {MAX_IMPORTS} imports can be done simultaneously")
    require_installed(format)
    require_installed(compression)
    call.admit()
    table_arn = arns.table_arn(home, new.name)
    header = csv.get("HeaderList")
    job = Import(
        arn=archive.new_arn(call.engine, table_arn, call.now),
        home=home,
        table_arn=table_arn,
        table_id=call.engine.uuid(),
        token=token or call.engine.uuid(),
        bucket=source["S3Bucket"],
        bucket_owner=source.get("S3BucketOwner"),
        prefix=source.get("S3KeyPrefix") or "",
        format=format,
        source=Source(new.settings.attributes, csv.get("Delimiter") or ",", None if header is None else tuple(header)),
        compression=compression,
        shown=_shown(call, source, options, parameters),
        started_at=call.now,
    )
    archive.begin(
        call.engine,
        job,
        lambda now: _make(call, new, job, now),
        lambda table, now: lifecycle.activate(call.engine, table, now),
    )
    return call.answer(ImportTableDescription=_description(job))


@operation("DescribeImport")
def describe_import(call: Call) -> Answer:
    """Order: the ARN by itself, the import exists."""
    given = call.param("ImportArn")
    job = archive_jobs.find(call, call.engine.state(Imports), given, "import", errors.import_not_found)
    call.admit()
    return call.answer(ImportTableDescription=_description(job))


@operation("ListImports")
def list_imports(call: Call) -> Answer:
    """Order: nothing but constraints and the token."""
    jobs, next_token = archive_jobs.page(call, call.engine.state(Imports), "PageSize")
    call.admit()
    return call.answer(ImportSummaryList=[_summary(job) for job in jobs], NextToken=next_token)


# ---- the table


def _define(call: Call, parameters: Wire) -> NewTable:
    """The table to be made, checked as CreateTable checks it."""
    shape = call.shape.members["TableCreationParameters"]
    request = dataclasses.replace(call.request, params=parameters)
    return lifecycle.define(Call(call.engine, request, call.operation, shape, call.entry, call.now))


def _make(call: Call, new: NewTable, job: Import, now: int) -> Table:
    settings = dataclasses.replace(new.settings, created_at=now)
    return Table(new.name, job.table_arn, job.table_id, new.schema, settings, call.engine.seq)


def _shown(call: Call, source: Wire, options: Wire, parameters: Wire) -> Wire:
    """What the description takes over from the request; nothing that the caller could change."""
    shown: Wire = {
        "S3BucketSource": {"S3BucketOwner": call.home.account, **archive_jobs.copied(source)},
        "InputFormat": call.param("InputFormat"),
        "InputFormatOptions": archive_jobs.copied(options) or None,
        "InputCompressionType": call.param("InputCompressionType", "NONE"),
        "TableCreationParameters": archive_jobs.copied(parameters),
    }
    return shown


# ---- answers


def _description(job: Import) -> dict[str, Any]:
    ended = job.ended_at is not None
    members: dict[str, Any] = {
        "ImportArn": job.arn,
        "ImportStatus": job.status,
        "TableArn": job.table_arn,
        "TableId": job.table_id,
        "ClientToken": job.token,
        **archive_jobs.copied(job.shown),
        "ErrorCount": job.counts.errors,
        "CloudWatchLogGroupArn": archive.log_group_arn(job.home),
        "StartTime": to_epoch_seconds(job.started_at),
        "EndTime": None if job.ended_at is None else to_epoch_seconds(job.ended_at),
        "ProcessedSizeBytes": job.counts.processed_bytes if ended else None,
        "ProcessedItemCount": job.counts.processed,
        "ImportedItemCount": job.counts.imported,
        "FailureCode": job.failure_code,
        "FailureMessage": job.failure_message,
    }
    return {name: value for name, value in members.items() if value is not None}


def _summary(job: Import) -> dict[str, Any]:
    description = _description(job)
    names = (
        "ImportArn",
        "ImportStatus",
        "TableArn",
        "S3BucketSource",
        "CloudWatchLogGroupArn",
        "InputFormat",
        "StartTime",
        "EndTime",
    )
    return {name: description[name] for name in names if name in description}
