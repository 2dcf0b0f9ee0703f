"""What exports are refused for, at once and later."""

from __future__ import annotations

import datetime

import pytest

UTC = datetime.timezone.utc
OTHER = "arn:aws:dynamodb:us-east-1:123456789012:table/other"
INCREMENTAL = {"ExportType": "INCREMENTAL_EXPORT"}


def at(hour, minute=0, day=1):
    return datetime.datetime(2030, 1, day, hour, minute, tzinfo=UTC)


def period(start, end=None):
    specification = {"ExportFromTime": start} if end is None else {"ExportFromTime": start, "ExportToTime": end}
    return {**INCREMENTAL, "IncrementalExportSpecification": specification}


@pytest.mark.parametrize(
    "table, refusal",
    [
        (OTHER, f"TableNotFoundException: Table not found: {OTHER}"),
        (
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
            "TableNotFoundException: Table not found: arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
        ),
        ("orders", "ValidationException: One or more parameter values were invalid: tableArn is not a valid ARN"),
        (f"{OTHER}/index/i", "ValidationException: Invalid Request: Table ARN is invalid."),
        (
            "arn:aws:dynamodb:us-east-1:999999999999:table/orders",
            "AccessDeniedException: Access is denied",
        ),
    ],
)
def test_a_table_that_cannot_be_exported(refused, table, refusal):
    assert refused(TableArn=table) == refusal


def test_a_table_without_recovery_cannot_be_exported(refused, client, ddbmock):
    ddbmock.create_table("plain", "pk")
    arn = client.describe_table(TableName="plain")["Table"]["TableArn"]
    assert refused(TableArn=arn, S3Bucket="missing") == (
        "PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'plain'"
    )


@pytest.mark.parametrize(
    "moment, message",
    [
        (at(9, 59), "Export Time is invalid"),
        (at(11, 1), "Export Time is invalid"),
        (at(10, 56), "Point in Time Recovery is not available for specified export time"),
    ],
)
def test_a_time_outside_of_what_can_be_restored(refused, ddbmock, moment, message):
    ddbmock.clock.move_to(at(11))
    assert refused(ExportTime=moment) == f"InvalidExportTimeException: {message}"


def test_the_first_and_the_last_moment_can_be_exported(export, ddbmock):
    ddbmock.clock.move_to(at(11))
    assert export(ExportTime=at(10))["ExportStatus"] == "COMPLETED"
    assert export(ExportTime=at(10, 55))["ExportStatus"] == "COMPLETED"


@pytest.mark.parametrize(
    "request_, message",
    [
        (
            INCREMENTAL,
            "Invalid Request: Incremental Export Specification expected when export type is set as Incremental Export",
        ),
        (
            {"IncrementalExportSpecification": {"ExportFromTime": at(10)}},
            "Invalid Request: Export Type expected to be Incremental Export when incremental export specification is "
            "provided",
        ),
        (
            {"ExportType": "FULL_EXPORT", "IncrementalExportSpecification": {"ExportFromTime": at(10)}},
            "Invalid Request: When Export Type is Full Export , Incremental Export Specification should not be "
            "provided",
        ),
        (
            {**INCREMENTAL, "IncrementalExportSpecification": {}},
            "Invalid Request: ExportFromTime must be provided in IncrementalExportSpecification",
        ),
        (
            period(at(10, 30), at(10, 30)),
            "Incremental export period from time should not be greater or equal to incremental export period to time",
        ),
        (
            {"S3BucketOwner": ""},
            "1 validation error detected: Value '' at 's3BucketOwner' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [0-9]{12}",
        ),
        ({"S3SseKmsKeyId": "key"}, "Invalid Request: KMS Key Id is not supported for this encryption type"),
    ],
)
def test_a_request_that_does_not_fit_together(refused, request_, message):
    assert refused(**request_) == f"ValidationException: {message}"


@pytest.mark.parametrize(
    "request_, message",
    [
        (
            period(at(9), at(10, 30)),
            "Incremental export period from time cannot be less than the table creation time : 2030-01-01T09:00:00Z",
        ),
        (
            period(at(10), at(23)),
            "Incremental export period to time cannot be greater than the current time : 2030-01-01T23:00:00Z",
        ),
        (
            period(at(10), at(10, 14)),
            "Difference between export period from time and export period to time is less than 15 minutes",
        ),
    ],
)
def test_a_period_that_cannot_be_exported(refused, ddbmock, request_, message):
    ddbmock.clock.move_to(at(12))
    assert refused(**request_) == f"InvalidExportTimeException: {message}"


def test_a_period_of_more_than_a_day(refused, ddbmock):
    ddbmock.clock.tick(days=3)
    assert refused(**period(at(10), at(11, day=2))).startswith("InvalidExportTimeException: Difference between")


# ---- what S3 has against it


def test_an_export_into_a_bucket_that_is_not_there_fails(export):
    description = export(S3Bucket="nowhere")
    assert description["ExportStatus"] == "FAILED"
    assert description["FailureCode"] == "S3NoSuchBucket"
    assert description["FailureMessage"].startswith(
        "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; "
    )
    assert "ExportManifest" not in description
    assert "ItemCount" not in description


def test_an_export_into_a_bucket_that_denies_access_fails(export, bucket):
    bucket.deny_access()
    description = export()
    assert (description["ExportStatus"], description["FailureCode"]) == ("FAILED", "S3AccessDenied")
    assert list(bucket) == []


def test_an_export_into_a_bucket_of_another_owner_fails(export):
    description = export(S3BucketOwner="999999999999")
    assert description["FailureCode"] == "S3AccessDenied"
    assert description["FailureMessage"].startswith("Access Denied (Service: Amazon S3; Status Code: 403; ")


# ---- quotas


@pytest.mark.ddbmock(pace=60)
def test_three_hundred_exports_run_at_a_time(client, arn, bucket, ddbmock):
    ddbmock.clock.tick(minutes=5)
    for _ in range(300):
        client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")
    with pytest.raises(client.exceptions.LimitExceededException) as caught:
        client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")
    assert caught.value.response["Error"]["Message"] == (
        "Subscriber limit exceeded: Only 300 exports can be done simultaneously"
    )
    ddbmock.clock.tick(seconds=60)
    client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")


# ---- client tokens


def test_a_token_gives_the_same_export_for_eight_hours(client, arn, bucket, ddbmock):
    def ask(**more):
        answer = client.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", ClientToken="t", **more)
        return answer["ExportDescription"]

    first = ask()
    objects = list(bucket)
    ddbmock.clock.tick(hours=7, minutes=59)
    again = ask()
    assert again["ExportArn"] == first["ExportArn"]
    assert again["ExportStatus"] == "COMPLETED"
    assert list(bucket) == objects
    with pytest.raises(client.exceptions.ExportConflictException) as caught:
        ask(S3Prefix="other")
    assert caught.value.response["Error"]["Message"] == (
        "Export conflict: Duplicate request detected with conflicting parameters"
    )
    ddbmock.clock.tick(minutes=1)
    assert ask()["ExportArn"] != first["ExportArn"]


# ---- DescribeExport


@pytest.mark.parametrize(
    "arn_, refusal",
    [
        (
            f"{OTHER}/export/01893492000000-00000000",
            f"ExportNotFoundException: Export not found: Export not found: {OTHER}/export/01893492000000-00000000",
        ),
        (
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/export/01893492000000-00000000",
            "ExportNotFoundException: Export not found: Invalid export arn",
        ),
        (OTHER, "ValidationException: Invalid Export ARN"),
        (f"{OTHER}/import/01893492000000-00000000", "ValidationException: Invalid Export ARN"),
        (
            "arn:aws:dynamodb:us-east-1:999999999999:table/orders/export/01893492000000-00000000",
            "AccessDeniedException: Access is denied",
        ),
    ],
)
def test_an_export_that_is_not_there(client, arn_, refusal):
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.describe_export(ExportArn=arn_)
    error = caught.value.response["Error"]
    assert f"{error['Code']}: {error['Message']}" == refusal


# ---- accounts


def test_exports_of_another_region_are_not_seen(client, export, ddbmock):
    export()
    assert ddbmock.client(region="eu-west-1").list_exports()["ExportSummaries"] == []


def test_a_restored_snapshot_forgets_exports_and_keeps_their_objects(client, export, bucket, ddbmock):
    snapshot = ddbmock.snapshot()
    arn = export()["ExportArn"]
    ddbmock.restore(snapshot)
    with pytest.raises(client.exceptions.ExportNotFoundException):
        client.describe_export(ExportArn=arn)
    assert len(bucket) > 0
