"""CreateBackup, DescribeBackup, DeleteBackup: what a backup tells, and how long it lives."""

from __future__ import annotations

import datetime
import re

import pytest

from pytest_ddbmock.errors import DynamoDBError
from tests.support.accounts import Account

ARN = r"arn:aws:dynamodb:[a-z0-9-]+:123456789012:table/orders/backup/(\d{14})-[0-9a-f]{8}"


def test_a_backup_is_being_made_in_its_answer_and_available_afterwards(orders, ddbmock, client):
    made = client.create_backup(TableName="orders", BackupName="before-the-deploy")["BackupDetails"]
    table = client.describe_table(TableName="orders")["Table"]
    assert made == {
        "BackupArn": made["BackupArn"],
        "BackupName": "before-the-deploy",
        "BackupSizeBytes": table["TableSizeBytes"],
        "BackupStatus": "CREATING",
        "BackupType": "USER",
        "BackupCreationDateTime": ddbmock.clock.now,
    }
    millis = re.fullmatch(ARN, made["BackupArn"])[1]
    assert int(millis) == round(ddbmock.clock.now.timestamp() * 1000)
    described = client.describe_backup(BackupArn=made["BackupArn"])["BackupDescription"]
    assert described["BackupDetails"] == {**made, "BackupStatus": "AVAILABLE"}


def test_a_backup_describes_its_table(orders, client, back_up):
    table = client.describe_table(TableName="orders")["Table"]
    described = client.describe_backup(BackupArn=back_up())["BackupDescription"]
    assert described["SourceTableDetails"] == {
        "TableName": "orders",
        "TableId": table["TableId"],
        "TableArn": table["TableArn"],
        "TableSizeBytes": table["TableSizeBytes"],
        "KeySchema": table["KeySchema"],
        "TableCreationDateTime": table["CreationDateTime"],
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "ItemCount": 2,
        "BillingMode": "PAY_PER_REQUEST",
    }
    assert described["SourceTableFeatureDetails"] == {}


def test_a_backup_tells_the_features_of_its_table(ddbmock, client, back_up):
    ddbmock.create_table(
        "orders",
        "pk",
        "sk:N",
        lsi={"by-total": "total:N"},
        gsi={"by-sku": {"key": "sku", "projection": ["price"]}},
        billing=(3, 4),
        stream="NEW_IMAGE",
        ttl="expires",
        pitr=True,
    )
    table = client.describe_table(TableName="orders")["Table"]
    described = client.describe_backup(BackupArn=back_up())["BackupDescription"]
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    assert described["SourceTableDetails"]["ProvisionedThroughput"] == units
    assert described["SourceTableDetails"]["BillingMode"] == "PROVISIONED"
    local, by_sku = table["LocalSecondaryIndexes"][0], table["GlobalSecondaryIndexes"][0]
    shown = ("IndexName", "KeySchema", "Projection")
    assert described["SourceTableFeatureDetails"] == {
        "LocalSecondaryIndexes": [{name: local[name] for name in shown}],
        "GlobalSecondaryIndexes": [{**{name: by_sku[name] for name in shown}, "ProvisionedThroughput": units}],
        "StreamDescription": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"},
    }


def test_a_backup_survives_its_table(orders, client, back_up, names):
    arn = back_up()
    before = client.describe_backup(BackupArn=arn)["BackupDescription"]
    client.delete_table(TableName="orders")
    assert client.describe_backup(BackupArn=arn)["BackupDescription"] == before
    assert names() == names(TableName="orders") == ["first"]


def test_a_backup_of_a_table_named_by_its_arn(orders, client, names):
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    client.create_backup(TableName=arn, BackupName="by-arn")
    assert names(TableName=arn) == ["by-arn"]


def test_names_need_not_be_unique(orders, back_up, names):
    assert back_up("nightly") != back_up("nightly")
    assert names() == ["nightly", "nightly"]


def test_a_deleted_backup_is_gone_at_once(orders, client, back_up, refused, names):
    arn = back_up()
    kept = back_up("kept")
    described = client.describe_backup(BackupArn=arn)["BackupDescription"]
    deleted = client.delete_backup(BackupArn=arn)["BackupDescription"]
    assert deleted["BackupDetails"].pop("BackupStatus") == "DELETED"
    described["BackupDetails"].pop("BackupStatus")
    assert deleted == described
    for method in ("describe_backup", "delete_backup"):
        assert refused(method, BackupArn=arn) == f"BackupNotFoundException: Backup not found: {arn}"
    told = refused("restore_table_from_backup", TargetTableName="restored", BackupArn=arn)
    assert told == f"BackupNotFoundException: Backup not found: {arn}"
    assert names() == ["kept"]
    client.describe_backup(BackupArn=kept)


def test_backups_consume_no_capacity_and_are_no_records(ddbmock, client):
    ddbmock.create_table("orders", "pk", stream="NEW_IMAGE")
    client.create_backup(TableName="orders", BackupName="first")
    assert ddbmock.calls[-1].units == 0
    assert ddbmock.streams["orders"].records == []


def test_backups_are_of_one_region_and_one_account(orders, ddbmock, client, back_up, names):
    arn = back_up()
    elsewhere = ddbmock.client(region="ap-south-1")
    assert elsewhere.list_backups()["BackupSummaries"] == []
    with pytest.raises(elsewhere.exceptions.BackupNotFoundException):
        elsewhere.describe_backup(BackupArn=arn)
    other = ddbmock.client(account="210987654321")
    assert other.list_backups()["BackupSummaries"] == []
    assert names() == ["first"]


def test_a_rollback_takes_backups_away_and_brings_them_back(orders, ddbmock, client, back_up, names):
    before = ddbmock.snapshot()
    kept = back_up("kept")
    with_one = ddbmock.snapshot()
    client.delete_backup(BackupArn=kept)
    gone = back_up("gone")
    ddbmock.restore(with_one)
    assert names() == ["kept"]
    assert client.describe_backup(BackupArn=kept)["BackupDescription"]["SourceTableDetails"]["ItemCount"] == 2
    with pytest.raises(client.exceptions.BackupNotFoundException):
        client.describe_backup(BackupArn=gone)
    ddbmock.restore(before)
    assert names() == []


# ---- what is refused


def test_a_table_that_is_not_there_cannot_be_backed_up(orders, refused):
    told = refused("create_backup", TableName="nothing", BackupName="first")
    assert told == "TableNotFoundException: Table not found: nothing"


@pytest.mark.parametrize(
    "name, violated",
    [
        ("ab", "Member must have length greater than or equal to 3"),
        ("a" * 256, "Member must have length less than or equal to 255"),
        ("a b c", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    ],
)
def test_a_name_that_cannot_be_is_refused(orders, refused, names, name, violated):
    told = refused("create_backup", TableName="orders", BackupName=name)
    assert told == (
        f"ValidationException: 1 validation error detected: Value '{name}' at 'backupName' failed to satisfy "
        f"constraint: {violated}"
    )
    assert names() == []


@pytest.mark.parametrize("method", ["describe_backup", "delete_backup", "restore_table_from_backup"])
@pytest.mark.parametrize(
    "change, told",
    [
        (lambda arn: "x", "ValidationException: 1 validation error detected: Value 'x' at 'backupArn' failed to "
         "satisfy constraint: Member must have length greater than or equal to 37"),
        (lambda arn: "x" * 50, "ValidationException: Invalid Backup ARN"),
        (lambda arn: arn.partition("/backup/")[0], "ValidationException: Invalid Backup ARN"),
        (lambda arn: arn.replace("/backup/", "/export/"), "ValidationException: Invalid Backup ARN"),
        (lambda arn: arn + "/more", "ValidationException: Invalid Backup ARN"),
        (lambda arn: arn.replace(":dynamodb:", ":s3:"), "ValidationException: Invalid Request: BackupArn is not valid"),
        (lambda arn: arn.replace("arn:aws:", "arn:aws-cn:"),
         "ValidationException: Invalid Request: BackupArn is not valid"),
        (lambda arn: arn.replace(arn.split(":")[3], "mars"),
         "ValidationException: Invalid Request: BackupArn is not valid"),
        (lambda arn: arn.replace("123456789012", "210987654321"), "AccessDeniedException: Access is denied"),
        (lambda arn: arn[:-8] + "ffffffff", "BackupNotFoundException: Backup not found: {arn}"),
    ],
)  # fmt: skip
def test_what_is_no_arn_of_a_backup_is_refused(orders, back_up, refused, names, method, change, told):
    arn = change(back_up())
    target = {"TargetTableName": "restored"} if method == "restore_table_from_backup" else {}
    assert refused(method, BackupArn=arn, **target) == told.format(arn=arn)
    assert names() == ["first"]


def test_another_region_in_the_arn_is_ignored_where_nothing_is_restored(orders, client, back_up):
    arn = back_up()
    other = arn.replace(arn.split(":")[3], "ap-south-1")
    for method in (client.describe_backup, client.delete_backup):
        assert method(BackupArn=other)["BackupDescription"]["BackupDetails"]["BackupArn"] == arn


# ---- changes that take time


def refusal(account, operation, **params):
    with pytest.raises(DynamoDBError) as caught:
        account.call(operation, **params)
    return f"{caught.value.code}: {caught.value.message}"


@pytest.fixture
def slow():
    """An account whose changes take a minute, with a table that has been there for a while."""
    account = Account(pace=60)
    account.create("orders")
    account.tick(120)
    account.call("PutItem", TableName="orders", Item={"pk": {"S": "a"}})
    return account


def test_while_a_backup_is_being_made_neither_it_nor_its_table_can_go(slow):
    arn = slow.call("CreateBackup", TableName="orders", BackupName="first")["BackupDetails"]["BackupArn"]
    slow.call("PutItem", TableName="orders", Item={"pk": {"S": "later"}})
    slow.tick(59)
    assert [one["BackupStatus"] for one in slow.call("ListBackups")["BackupSummaries"]] == ["CREATING"]
    restore = {"TargetTableName": "restored", "BackupArn": arn}
    assert refusal(slow, "DeleteBackup", BackupArn=arn).startswith("BackupInUseException: ")
    assert refusal(slow, "RestoreTableFromBackup", **restore).startswith("BackupInUseException: ")
    assert refusal(slow, "DeleteTable", TableName="orders").startswith("ResourceInUseException: ")
    slow.tick(1)
    described = slow.call("DescribeBackup", BackupArn=arn)["BackupDescription"]
    assert described["BackupDetails"]["BackupStatus"] == "AVAILABLE"
    assert described["SourceTableDetails"]["ItemCount"] == 1
    slow.call("DeleteTable", TableName="orders")


def test_a_table_can_be_backed_up_while_it_is_updated_but_not_before_or_after_its_life(slow):
    throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    slow.call("UpdateTable", TableName="orders", BillingMode="PROVISIONED", ProvisionedThroughput=throughput)
    slow.call("CreateBackup", TableName="orders", BackupName="while-updating")
    slow.create("new")
    not_found = "TableNotFoundException: Table not found: "
    assert refusal(slow, "CreateBackup", TableName="new", BackupName="too-early") == f"{not_found}new"
    slow.tick(120)
    slow.call("DeleteTable", TableName="orders")
    assert refusal(slow, "CreateBackup", TableName="orders", BackupName="too-late") == f"{not_found}orders"
    assert [one["BackupName"] for one in slow.call("ListBackups")["BackupSummaries"]] == ["while-updating"]


def test_a_backup_is_in_use_until_what_is_restored_from_it_is_active(slow):
    arn = slow.call("CreateBackup", TableName="orders", BackupName="first")["BackupDetails"]["BackupArn"]
    slow.tick(60)
    slow.call("RestoreTableFromBackup", TargetTableName="restored", BackupArn=arn)
    slow.tick(59)
    restore = {"TargetTableName": "another", "BackupArn": arn}
    assert refusal(slow, "RestoreTableFromBackup", **restore) == (
        f"BackupInUseException: Backup is being used to restore another table: {arn}"
    )
    assert refusal(slow, "DeleteBackup", BackupArn=arn) == (
        f"BackupInUseException: Backup is being used to restore table: {arn}"
    )
    assert refusal(slow, "RestoreTableFromBackup", TargetTableName="restored", BackupArn=arn) == (
        f"TableInUseException: Table: restored is already being restored from backup: {arn}"
    )
    create = {"TableName": "restored", "BillingMode": "PAY_PER_REQUEST"}
    create["AttributeDefinitions"] = [{"AttributeName": "pk", "AttributeType": "S"}]
    create["KeySchema"] = [{"AttributeName": "pk", "KeyType": "HASH"}]
    assert refusal(slow, "CreateTable", **create) == (
        "ResourceInUseException: Attempt to change a resource which is still in use: Table is being used: restored"
    )
    slow.tick(1)
    slow.call("RestoreTableFromBackup", **restore)
    slow.tick(60)
    slow.call("DeleteBackup", BackupArn=arn)


# ---- backups that the service makes


def test_a_deleted_table_with_recovery_leaves_a_backup_for_35_days(ddbmock, client, restore, refused, names):
    ddbmock.clock.freeze()
    ddbmock.clock.move_to("2030-01-01T10:00")
    ddbmock.create_table("orders", "pk", gsi={"by-sku": "sku"}, stream="NEW_IMAGE", ttl="expires", pitr=True)
    ddbmock.table("orders").load([{"pk": "a", "sku": "x"}])
    client.delete_table(TableName="orders")
    assert names() == []
    [listed] = client.list_backups(BackupType="SYSTEM", TableName="orders")["BackupSummaries"]
    arn = listed["BackupArn"]
    expiry = ddbmock.clock.now + datetime.timedelta(days=35)
    assert arn.endswith("-00000000")
    assert listed["BackupName"] == "orders$DeletedTableBackup"
    assert listed["BackupStatus"] == "AVAILABLE"
    assert listed["BackupExpiryDateTime"] == expiry
    described = client.describe_backup(BackupArn=arn)["BackupDescription"]
    assert described["SourceTableFeatureDetails"] == {}
    assert described["BackupDetails"]["BackupType"] == "SYSTEM"
    assert refused("delete_backup", BackupArn=arn) == (
        "ValidationException: Invalid Request: User is not allowed to delete the system backup with arn "
        f"{arn}. It will automatically expire on 2030-02-05T10:00:00Z"
    )
    restore(arn)
    assert ddbmock.table("restored").items == [{"pk": "a", "sku": "x"}]
    assert client.scan(TableName="restored", IndexName="by-sku")["Count"] == 1
    ddbmock.clock.tick(days=35)
    assert names(BackupType="ALL") == []


def test_a_deleted_table_without_recovery_leaves_none(orders, client, names):
    client.delete_table(TableName="orders")
    assert names(BackupType="ALL") == []


def test_recovery_switched_off_during_the_deletion_leaves_none(slow):
    for enabled in (True, False):
        specification = {"PointInTimeRecoveryEnabled": enabled}
        slow.call("UpdateContinuousBackups", TableName="orders", PointInTimeRecoverySpecification=specification)
        if enabled:
            slow.call("DeleteTable", TableName="orders")
            slow.tick(30)
    slow.tick(60)
    assert slow.call("ListTables")["TableNames"] == []
    assert slow.call("ListBackups", BackupType="ALL")["BackupSummaries"] == []


def test_the_backup_of_a_deleted_table_is_there_when_the_deletion_ends(slow):
    specification = {"PointInTimeRecoveryEnabled": True}
    slow.call("UpdateContinuousBackups", TableName="orders", PointInTimeRecoverySpecification=specification)
    slow.call("DeleteTable", TableName="orders")
    slow.tick(59)
    assert slow.call("ListBackups", BackupType="SYSTEM")["BackupSummaries"] == []
    slow.tick(1)
    assert len(slow.call("ListBackups", BackupType="SYSTEM")["BackupSummaries"]) == 1


def test_two_tables_of_a_name_deleted_in_one_moment_leave_two_backups(ddbmock, client):
    ddbmock.clock.freeze()
    for item in ("a", "b"):
        ddbmock.create_table("orders", "pk", pitr=True)
        ddbmock.table("orders").load([{"pk": item}])
        client.delete_table(TableName="orders")
    listed = client.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert len({one["BackupArn"] for one in listed}) == 2
    for number, one in enumerate(listed):
        client.restore_table_from_backup(TargetTableName=f"restored-{number}", BackupArn=one["BackupArn"])
        assert ddbmock.table(f"restored-{number}").items == [{"pk": "ab"[number]}]
