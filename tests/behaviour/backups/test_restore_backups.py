"""RestoreTableFromBackup: what comes back, into what table, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pytest_ddbmock import NotImplementedByMock

UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
BY_SKU = {
    "IndexName": "by-sku",
    "KeySchema": [{"AttributeName": "sku", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["price"]},
}


def wreck(client):
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}, "sk": {"N": "1"}, "text": {"S": "wrecked"}})
    client.delete_item(TableName="orders", Key={"pk": {"S": "b"}, "sk": {"N": "2"}})
    client.put_item(TableName="orders", Item={"pk": {"S": "new"}, "sk": {"N": "3"}})


def test_a_backup_gives_back_the_items_of_its_moment(orders, ddbmock, client, back_up, restore):
    arn = back_up()
    before = orders.items
    wreck(client)
    wrecked = orders.items
    ddbmock.clock.tick(days=400)
    restore(arn)
    assert ddbmock.table("restored").items == before
    assert orders.items == wrecked


def test_a_deleted_table_comes_back_under_its_own_name(orders, ddbmock, client, back_up, restore):
    arn = back_up()
    before = orders.items
    old = client.describe_table(TableName="orders")["Table"]
    client.delete_table(TableName="orders")
    restore(arn, "orders")
    assert ddbmock.table("orders").items == before
    assert client.describe_table(TableName="orders")["Table"]["TableId"] != old["TableId"]


def test_what_is_done_to_a_restored_table_changes_neither_source_nor_backup(orders, ddbmock, client, back_up, restore):
    arn = back_up()
    before = orders.items
    restore(arn)
    client.delete_item(TableName="restored", Key={"pk": {"S": "a"}, "sk": {"N": "1"}})
    client.update_item(
        TableName="restored",
        Key={"pk": {"S": "b"}, "sk": {"N": "2"}},
        UpdateExpression="SET n = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert orders.items == before
    restore(arn, "again")
    assert ddbmock.table("again").items == before
    assert ddbmock.table("restored").items == [{"pk": "b", "sk": Decimal(2), "n": Decimal(1)}]


def test_the_target_tells_where_it_comes_from_until_it_is_there(orders, ddbmock, client, back_up, restore):
    made = ddbmock.clock.now
    arn = back_up()
    source = client.describe_table(TableName="orders")["Table"]
    ddbmock.clock.tick(hours=1)
    described = restore(arn)
    assert described["TableStatus"] == "CREATING"
    assert described["RestoreSummary"] == {
        "SourceBackupArn": arn,
        "SourceTableArn": source["TableArn"],
        "RestoreDateTime": made,
        "RestoreInProgress": True,
    }
    after = client.describe_table(TableName="restored")["Table"]
    assert after["TableStatus"] == "ACTIVE"
    assert "RestoreSummary" not in after
    assert after["CreationDateTime"] == ddbmock.clock.now


def test_what_belongs_to_the_source_alone_is_not_restored(ddbmock, client, back_up, restore):
    ddbmock.create_table("orders", "pk", stream="NEW_IMAGE", ttl="ttl", pitr=True)
    client.update_table(TableName="orders", DeletionProtectionEnabled=True)
    client.update_table(TableName="orders", TableClass="STANDARD_INFREQUENT_ACCESS")
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}])
    restore(back_up())
    restored = client.describe_table(TableName="restored")["Table"]
    assert not restored.keys() & {"StreamSpecification", "LatestStreamArn", "LatestStreamLabel", "TableClassSummary"}
    assert restored["DeletionProtectionEnabled"] is False
    assert client.list_tags_of_resource(ResourceArn=restored["TableArn"])["Tags"] == []
    described = client.describe_time_to_live(TableName="restored")["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "DISABLED"}
    backups = client.describe_continuous_backups(TableName="restored")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_expired_items_that_were_still_there_come_back_and_stay(ddbmock, client, back_up, restore):
    ddbmock.clock.freeze()
    ddbmock.create_table("orders", "pk", ttl="ttl")
    past = int(ddbmock.clock.now.timestamp()) + 60
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}, "ttl": {"N": str(past)}})
    arn = back_up()
    ddbmock.clock.tick(hours=1)
    assert ddbmock.table("orders").items == []
    restore(arn)
    ddbmock.clock.tick(hours=1)
    assert len(ddbmock.table("restored")) == 1


@pytest.fixture
def rich(ddbmock, client):
    """A provisioned table with a local and a global index."""
    ddbmock.create_table(
        "orders",
        "pk",
        "sk:N",
        lsi={"by-total": "total:N"},
        gsi={"by-sku": {"key": "sku", "projection": ["price"]}},
        billing=(3, 4),
    )
    item = {"pk": {"S": "a"}, "sk": {"N": "1"}, "sku": {"S": "x"}, "total": {"N": "7"}, "price": {"N": "2"}}
    client.put_item(TableName="orders", Item=item)


def test_capacity_and_indexes_are_those_of_the_moment_of_the_backup(rich, ddbmock, client, back_up, restore):
    arn = back_up()
    client.update_table(TableName="orders", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-sku"}}])
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
    restore(arn)
    restored = client.describe_table(TableName="restored")["Table"]
    units = {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    assert restored["ProvisionedThroughput"] == units
    [by_sku] = restored["GlobalSecondaryIndexes"]
    assert by_sku["ProvisionedThroughput"] == units
    for index in ("by-sku", "by-total"):
        assert client.scan(TableName="restored", IndexName=index)["Count"] == 1


def test_overrides_say_how_the_target_differs(rich, client, back_up, restore):
    arn = back_up()
    restore(arn, ProvisionedThroughputOverride=UNITS)
    restore(
        arn,
        "on-demand",
        BillingModeOverride="PAY_PER_REQUEST",
        LocalSecondaryIndexOverride=[],
        GlobalSecondaryIndexOverride=[{**BY_SKU, "IndexName": "renamed"}],
        SSESpecificationOverride={"Enabled": False},
    )
    restored = client.describe_table(TableName="restored")["Table"]
    assert restored["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **UNITS}
    assert restored["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    on_demand = client.describe_table(TableName="on-demand")["Table"]
    assert on_demand["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert [one["IndexName"] for one in on_demand["GlobalSecondaryIndexes"]] == ["renamed"]
    assert "LocalSecondaryIndexes" not in on_demand


@pytest.mark.parametrize(
    "overrides, told",
    [
        ({"BillingModeOverride": "PROVISIONED"},
         "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED"),
        ({"BillingModeOverride": "PAY_PER_REQUEST", "ProvisionedThroughputOverride": UNITS},
         "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST"),
        ({"OnDemandThroughputOverride": {"MaxReadRequestUnits": 1}},
         "Cannot override MaxReadRequestUnits for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST"),
        ({"BillingModeOverride": "PAY_PER_REQUEST", "OnDemandThroughputOverride": {"MaxReadRequestUnits": 0}},
         "Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range"),
        ({"GlobalSecondaryIndexOverride": [BY_SKU]}, "Must specify provisioned throughput for index by-sku"),
        ({"GlobalSecondaryIndexOverride": [{**BY_SKU, "IndexName": "other", "Projection": {"ProjectionType": "ALL"}}]},
         "Index other does not match a secondary index that existed in the source table and cannot be created during "
         "the restore operation"),
    ],
)  # fmt: skip
def test_overrides_that_do_not_fit_are_refused(rich, back_up, refused, overrides, told):
    answer = refused("restore_table_from_backup", TargetTableName="restored", BackupArn=back_up(), **overrides)
    assert answer == f"ValidationException: Invalid Request: {told}"


def test_a_name_that_is_taken_is_refused(orders, ddbmock, client, back_up, refused):
    arn = back_up()
    ddbmock.create_table("target", "pk")
    for target in ("target", "orders"):
        assert refused("restore_table_from_backup", TargetTableName=target, BackupArn=arn) == (
            f"TableAlreadyExistsException: Table already exists: {target}"
        )


def test_a_backup_is_restored_in_another_region_with_encryption_named(orders, ddbmock, back_up):
    arn = back_up()
    elsewhere = ddbmock.client(region="ap-south-1")
    with pytest.raises(elsewhere.exceptions.ClientError) as caught:
        elsewhere.restore_table_from_backup(TargetTableName="restored", BackupArn=arn)
    assert caught.value.response["Error"]["Message"] == (
        "Invalid Request: sseSpecificationOverride must be provided for cross-region restores"
    )
    elsewhere.restore_table_from_backup(
        TargetTableName="restored", BackupArn=arn, SSESpecificationOverride={"Enabled": False}
    )
    assert ddbmock.table("restored", region="ap-south-1").items == orders.items
    assert list(ddbmock.tables) == ["orders"]


def test_a_key_of_your_own_is_refused_by_name(orders, ddbmock, client, back_up):
    named = "RestoreTableFromBackup with SSESpecificationOverride.KMSMasterKeyId"
    with pytest.raises(NotImplementedByMock, match=named):
        client.restore_table_from_backup(
            TargetTableName="restored",
            BackupArn=back_up(),
            SSESpecificationOverride={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"},
        )
    assert client.list_tables()["TableNames"] == ["orders"]
    ddbmock.unsupported.clear()


def test_a_rollback_takes_a_restored_table_away(orders, ddbmock, client, back_up, restore):
    arn = back_up()
    before = ddbmock.snapshot()
    restore(arn)
    assert len(ddbmock.table("restored")) == 2
    ddbmock.restore(before)
    assert client.list_tables()["TableNames"] == ["orders"]
    restore(arn)
    assert ddbmock.table("restored").items == orders.items
