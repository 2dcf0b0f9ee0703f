"""Expiry beside transactions, held keys, indexes, capacity and restores."""

from __future__ import annotations

import pytest

from pytest_ddbmock.engine.conflicts import Hold
from pytest_ddbmock.errors import DynamoDBError
from tests.support.accounts import Account

KEY = {"pk": {"S": "a"}}


@pytest.fixture(params=[0, 600])
def delay(request):
    """Seconds between expiry and removal."""
    return request.param


@pytest.fixture
def account(delay):
    account = Account(ttl_delay=delay)
    account.call(
        "CreateTable",
        TableName="sessions",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "user")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-user",
                "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    account.engine.run_due()
    account.call(
        "UpdateTimeToLive",
        TableName="sessions",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
    )
    put(account)
    return account


def put(account):
    """An item that expires in a minute."""
    expires = account.clock.moment // 10**6 + 60
    item = {**KEY, "user": {"S": "ada"}, "expires": {"N": str(expires)}}
    account.call("PutItem", TableName="sessions", Item=item)


def check_exists():
    check = {"TableName": "sessions", "Key": KEY, "ConditionExpression": "attribute_exists(pk)"}
    other = {"TableName": "sessions", "Item": {"pk": {"S": "other"}}}
    return {"TransactItems": [{"ConditionCheck": check}, {"Put": other}]}


def seen(account):
    """What each kind of read gives of the item."""
    transaction = account.call("TransactGetItems", TransactItems=[{"Get": {"TableName": "sessions", "Key": KEY}}])
    query = account.call(
        "Query",
        TableName="sessions",
        IndexName="by-user",
        KeyConditionExpression="#u = :u",
        ExpressionAttributeNames={"#u": "user"},
        ExpressionAttributeValues={":u": {"S": "ada"}},
    )
    return (
        "Item" in account.call("GetItem", TableName="sessions", Key=KEY),
        "Item" in transaction["Responses"][0],
        query["Count"] == 1,
        account.call("Scan", TableName="sessions")["Count"] == 1,
    )


def test_all_reads_see_an_expired_item_until_it_is_removed(account, delay):
    account.tick(60 + delay)
    assert seen(account) == (True,) * 4
    account.tick(1)
    assert seen(account) == (False,) * 4


def test_a_transaction_that_wants_the_item_fails_once_it_is_removed(account, delay):
    account.tick(60 + delay)
    account.call("TransactWriteItems", **check_exists())
    account.tick(1)
    with pytest.raises(DynamoDBError, match=r"TransactionCanceledException.*ConditionalCheckFailed, None"):
        account.call("TransactWriteItems", **check_exists())


def test_a_transaction_that_moves_the_time_saves_the_item(account, delay):
    account.tick(59)
    update = {
        "TableName": "sessions",
        "Key": KEY,
        "UpdateExpression": "SET expires = expires + :hour",
        "ExpressionAttributeValues": {":hour": {"N": "3600"}},
    }
    account.call("TransactWriteItems", TransactItems=[{"Update": update}])
    account.tick(3600 + delay)
    assert seen(account) == (True,) * 4
    account.tick(2)
    assert seen(account) == (False,) * 4


def test_an_item_held_by_a_transaction_expires_all_the_same(account, delay):
    table = account.table("sessions")
    account.engine.scenario.conflicts.add(Hold(table, table.schema.key_of_key({"pk": ("S", "a")})))
    account.tick(61 + delay)
    assert account.call("Scan", TableName="sessions")["Count"] == 0


def test_an_expiry_consumes_nothing_and_is_no_call(account, delay):
    before = len(account.engine.scenario.calls.entries)
    account.tick(61 + delay)
    account.engine.run_due()
    assert len(account.table("sessions")) == 0
    assert len(account.engine.scenario.calls.entries) == before


def test_what_is_restored_has_no_expiry_of_its_own(account, delay):
    account.tick(30)
    account.call(
        "UpdateContinuousBackups",
        TableName="sessions",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    backup = account.call("CreateBackup", TableName="sessions", BackupName="first")["BackupDetails"]["BackupArn"]
    account.call("RestoreTableFromBackup", TargetTableName="from-backup", BackupArn=backup)
    account.call(
        "RestoreTableToPointInTime",
        SourceTableName="sessions",
        TargetTableName="from-window",
        UseLatestRestorableTime=True,
    )
    account.tick(100 + delay)
    assert account.call("Scan", TableName="sessions")["Count"] == 0
    for name in ("from-backup", "from-window"):
        assert account.call("Scan", TableName=name)["Count"] == 1
        described = account.call("DescribeTimeToLive", TableName=name)["TimeToLiveDescription"]
        assert described == {"TimeToLiveStatus": "DISABLED"}


def test_a_restored_table_can_have_its_own_expiry(account, delay):
    backup = account.call("CreateBackup", TableName="sessions", BackupName="first")["BackupDetails"]["BackupArn"]
    account.tick(3600)
    account.call("RestoreTableFromBackup", TargetTableName="restored", BackupArn=backup)
    account.call(
        "UpdateTimeToLive",
        TableName="restored",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
    )
    account.tick(delay)
    assert account.call("Scan", TableName="restored")["Count"] == 0
