"""ListBackups: filters and pages."""

from __future__ import annotations

import datetime

import pytest

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def start(orders, ddbmock, back_up):
    """Three backups of `orders`, an hour apart, and one of `users` with the second; the moment of the first."""
    ddbmock.create_table("users", "pk")
    start = ddbmock.clock.now
    for name in ("one", "two", "three"):
        back_up(name)
        if name == "two":
            back_up("users-two", "users")
        ddbmock.clock.tick(hours=1)
    return start


def test_all_backups_of_the_account_are_listed_oldest_first(start, client, names):
    assert names() == ["one", "two", "users-two", "three"]
    first = client.list_backups()["BackupSummaries"][0]
    table = client.describe_table(TableName="orders")["Table"]
    assert first == {
        "TableName": "orders",
        "TableId": table["TableId"],
        "TableArn": table["TableArn"],
        "BackupArn": first["BackupArn"],
        "BackupName": "one",
        "BackupCreationDateTime": start,
        "BackupStatus": "AVAILABLE",
        "BackupType": "USER",
        "BackupSizeBytes": table["TableSizeBytes"],
    }


def test_the_backups_of_a_table(start, names):
    assert names(TableName="orders") == ["one", "two", "three"]
    assert names(TableName="users") == ["users-two"]
    assert names(TableName="nothing") == []


def test_the_lower_bound_belongs_to_the_range_and_the_upper_does_not(start, names):
    assert names(TimeRangeLowerBound=start + HOUR) == ["two", "users-two", "three"]
    assert names(TimeRangeUpperBound=start + HOUR) == ["one"]
    assert names(TimeRangeLowerBound=start, TimeRangeUpperBound=start + 2 * HOUR) == ["one", "two", "users-two"]
    assert names(TimeRangeLowerBound=start + HOUR, TimeRangeUpperBound=start + HOUR) == []


def test_a_range_that_ends_before_it_begins_is_refused(start, refused):
    told = refused("list_backups", TimeRangeLowerBound=start + HOUR, TimeRangeUpperBound=start)
    assert told == (
        "ValidationException: One or more parameter values were invalid: "
        "Time range lower bound must be less than or equal to upper bound"
    )


def test_the_type_of_backups(start, ddbmock, client, names):
    client.update_continuous_backups(
        TableName="users", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.delete_table(TableName="users")
    assert names(BackupType="SYSTEM") == ["users$DeletedTableBackup"]
    assert names(BackupType="USER") == names() == ["one", "two", "users-two", "three"]
    assert names(BackupType="ALL") == ["one", "two", "users-two", "three", "users$DeletedTableBackup"]
    assert names(BackupType="ALL", TableName="users") == ["users-two", "users$DeletedTableBackup"]
    assert names(BackupType="AWS_BACKUP") == []


def test_pages_follow_one_another(start, client):
    seen = []
    more = {}
    while True:
        page = client.list_backups(Limit=1, TableName="orders", **more)
        seen += [one["BackupName"] for one in page["BackupSummaries"]]
        if "LastEvaluatedBackupArn" not in page:
            break
        more = {"ExclusiveStartBackupArn": page["LastEvaluatedBackupArn"]}
    assert seen == ["one", "two", "three"]


def test_the_paginator_of_botocore_reads_all(start, client):
    pages = client.get_paginator("list_backups").paginate(PaginationConfig={"PageSize": 2})
    assert [one["BackupName"] for page in pages for one in page["BackupSummaries"]] == [
        "one",
        "two",
        "users-two",
        "three",
    ]


def test_a_hundred_backups_are_a_page(orders, client, back_up):
    for number in range(101):
        back_up(f"number-{number}")
    page = client.list_backups()
    assert [one["BackupName"] for one in page["BackupSummaries"]] == [f"number-{number}" for number in range(100)]
    rest = client.list_backups(ExclusiveStartBackupArn=page["LastEvaluatedBackupArn"])
    assert [one["BackupName"] for one in rest["BackupSummaries"]] == ["number-100"]
    assert "LastEvaluatedBackupArn" not in rest


def test_a_page_begins_behind_a_backup_that_has_gone_since(start, client, names):
    arn = client.list_backups(Limit=2)["LastEvaluatedBackupArn"]
    client.delete_backup(BackupArn=arn)
    assert names(ExclusiveStartBackupArn=arn) == ["users-two", "three"]


@pytest.mark.parametrize("limit, bound", [(0, "greater than or equal to 1"), (101, "less than or equal to 100")])
def test_a_limit_out_of_bounds_is_refused(start, refused, limit, bound):
    assert refused("list_backups", Limit=limit) == (
        f"ValidationException: 1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )


def test_a_cursor_of_another_region_is_refused(start, client, refused):
    arn = client.list_backups(Limit=1)["LastEvaluatedBackupArn"]
    other = arn.replace(arn.split(":")[3], "ap-south-1")
    assert refused("list_backups", ExclusiveStartBackupArn=other) == (
        "ValidationException: Invalid Request: The supplied ExclusiveStartBackupArn does not match the region"
    )
    assert refused("list_backups", ExclusiveStartBackupArn="x" * 40) == "ValidationException: Invalid Backup ARN"
