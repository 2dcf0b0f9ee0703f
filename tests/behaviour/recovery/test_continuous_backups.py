"""UpdateContinuousBackups and DescribeContinuousBackups: the window of moments that can be restored."""

from __future__ import annotations

import datetime

import pytest

from pytest_ddbmock.errors import DynamoDBError
from tests.support.accounts import Account
from tests.support.models import needs

knows_periods = needs("dynamodb", "UpdateContinuousBackups", "PointInTimeRecoverySpecification.RecoveryPeriodInDays")


def switch(client, **specification):
    answer = client.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=specification)
    return answer["ContinuousBackupsDescription"]


@pytest.fixture
def window(client):
    def window():
        answer = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
        assert answer["ContinuousBackupsStatus"] == "ENABLED"
        described = answer["PointInTimeRecoveryDescription"]
        return described["EarliestRestorableDateTime"], described["LatestRestorableDateTime"]

    return window


def test_a_new_table_has_continuous_backups_without_recovery(ddbmock, client):
    ddbmock.create_table("orders", "pk")
    assert client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"] == {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }


def test_switching_on_tells_the_window(orders, client, ddbmock):
    switch(client, PointInTimeRecoveryEnabled=False)
    ddbmock.clock.tick(minutes=1)
    described = switch(client, PointInTimeRecoveryEnabled=True)
    assert described == {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": 35,
            "EarliestRestorableDateTime": ddbmock.clock.now,
            "LatestRestorableDateTime": ddbmock.clock.now,
        },
    }
    assert described == client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]


def test_the_latest_moment_follows_five_minutes_behind(orders, ddbmock, window):
    start = ddbmock.clock.now
    assert window() == (start, start)
    ddbmock.clock.tick(minutes=4)
    assert window() == (start, start)
    ddbmock.clock.tick(minutes=6)
    assert window() == (start, start + datetime.timedelta(minutes=5))


@knows_periods
def test_the_window_is_no_longer_than_the_period(orders, client, ddbmock, window):
    switch(client, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=2)
    ddbmock.clock.tick(days=5)
    now = ddbmock.clock.now
    assert window() == (now - datetime.timedelta(days=2), now - datetime.timedelta(minutes=5))


@knows_periods
def test_a_shortened_period_is_forgotten_for_good(orders, client, ddbmock, window):
    ddbmock.clock.tick(days=20)
    switch(client, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=3)
    earliest = ddbmock.clock.now - datetime.timedelta(days=3)
    assert window()[0] == earliest
    switch(client, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=35)
    ddbmock.clock.tick(days=1)
    assert window()[0] == earliest


@knows_periods
def test_switching_off_and_on_begins_anew(orders, client, ddbmock, window):
    switch(client, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=7)
    ddbmock.clock.tick(days=1)
    described = switch(client, PointInTimeRecoveryEnabled=False)
    assert described["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}
    described = switch(client, PointInTimeRecoveryEnabled=True)
    assert described["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 35
    assert window() == (ddbmock.clock.now, ddbmock.clock.now)


@knows_periods
def test_switching_on_twice_changes_nothing(orders, client, ddbmock, window):
    switch(client, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=7)
    start = ddbmock.clock.now
    ddbmock.clock.tick(days=1)
    described = switch(client, PointInTimeRecoveryEnabled=True)
    assert described["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 7
    assert window()[0] == start


def test_a_table_that_is_not_there_is_refused(refused, ddbmock):
    told = "TableNotFoundException: Table not found: nothing"
    assert refused("describe_continuous_backups", TableName="nothing") == told
    specification = {"PointInTimeRecoveryEnabled": True}
    assert (
        refused("update_continuous_backups", TableName="nothing", PointInTimeRecoverySpecification=specification)
        == told
    )


@knows_periods
@pytest.mark.parametrize("days, told", [(0, "greater than or equal to 1"), (36, "less than or equal to 35")])
def test_a_period_out_of_bounds_is_refused(orders, refused, days, told):
    specification = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
    answer = refused("update_continuous_backups", TableName="orders", PointInTimeRecoverySpecification=specification)
    assert answer == (
        f"ValidationException: 1 validation error detected: Value '{days}' at "
        "'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: "
        f"Member must have value {told}"
    )


@knows_periods
def test_a_period_for_switching_off_is_refused(orders, refused):
    specification = {"PointInTimeRecoveryEnabled": False, "RecoveryPeriodInDays": 3}
    answer = refused("update_continuous_backups", TableName="orders", PointInTimeRecoverySpecification=specification)
    assert answer == (
        "ValidationException: Invalid Request: Cannot specify RecoveryPeriodInDays when disabling "
        "point-in-time recovery."
    )


def test_a_table_can_be_named_by_its_arn(orders, client):
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    described = client.describe_continuous_backups(TableName=arn)["ContinuousBackupsDescription"]
    assert described["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_table_that_has_just_been_made_has_no_continuous_backups_yet():
    account = Account(pace=60)
    account.create("orders")
    switch_on = {"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}

    def status():
        answer = account.call("DescribeContinuousBackups", TableName="orders")["ContinuousBackupsDescription"]
        assert answer["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}
        return answer["ContinuousBackupsStatus"]

    assert status() == "DISABLED"
    account.tick(62)
    assert account.call("DescribeTable", TableName="orders")["Table"]["TableStatus"] == "ACTIVE"
    assert status() == "DISABLED"
    for operation, params in (
        ("UpdateContinuousBackups", switch_on),
        ("CreateBackup", {"TableName": "orders", "BackupName": "first"}),
    ):
        with pytest.raises(DynamoDBError) as caught:
            account.call(operation, **params)
        assert caught.value.code == "ContinuousBackupsUnavailableException"
        assert caught.value.message == "Backups are being enabled for the table: orders. Please retry later"
    account.tick(1)
    assert status() == "ENABLED"
    account.call("UpdateContinuousBackups", **switch_on)
    account.call("CreateBackup", TableName="orders", BackupName="first")
