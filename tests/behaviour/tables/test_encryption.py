"""Encryption with the AWS owned and the AWS managed key, in all operations that make, change or describe tables."""

from __future__ import annotations

import re

import pytest

from tests.support.definitions import IN_USE, OOMPV, create_index, stream, table

MANAGED = [{"Enabled": True}, {"Enabled": True, "SSEType": "KMS"}, {"SSEType": "KMS"}]
OWNED = [{"Enabled": False}, {}]


def encrypted(described):
    """The table is encrypted with the AWS managed key; gives the key."""
    shown = described["SSEDescription"]
    assert shown.keys() == {"Status", "SSEType", "KMSMasterKeyArn"}
    assert (shown["Status"], shown["SSEType"]) == ("ENABLED", "KMS")
    return shown["KMSMasterKeyArn"]


@pytest.mark.parametrize("specification", MANAGED)
def test_a_table_is_created_with_the_managed_key(client, describe, specification):
    made = client.create_table(**table(SSESpecification=specification))["TableDescription"]
    key = encrypted(made)
    uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(f"arn:aws:kms:us-east-1:123456789012:key/{uuid}", key)
    assert encrypted(describe("orders")) == key


def test_an_account_has_one_managed_key_in_a_region(client, ddbmock, describe):
    for name in ("one", "two"):
        client.create_table(**table(name, SSESpecification={"Enabled": True}))
    abroad = ddbmock.client("dynamodb", region="eu-west-1")
    abroad.create_table(**table("one", SSESpecification={"Enabled": True}))
    key = encrypted(describe("one"))
    assert encrypted(describe("two")) == key
    assert encrypted(abroad.describe_table(TableName="one")["Table"]) not in (
        key,
        key.replace("us-east-1", "eu-west-1"),
    )


def test_a_definition_can_ask_for_the_managed_key(ddbmock, client, describe):
    ddbmock.create_table("orders", table(SSESpecification={"Enabled": True}))
    encrypted(describe("orders"))


@pytest.mark.ddbmock(tables=[table(SSESpecification={"Enabled": True})])
def test_so_can_the_tables_of_a_test(describe):
    encrypted(describe("orders"))


@pytest.mark.parametrize("specification", MANAGED)
def test_a_table_gets_the_managed_key_and_the_owned_key_again(client, describe, specification):
    client.create_table(**table())
    answer = client.update_table(TableName="orders", SSESpecification=specification)["TableDescription"]
    assert (answer["TableStatus"], answer["SSEDescription"]) == ("ACTIVE", {"Status": "UPDATING"})
    key = encrypted(describe("orders"))
    answer = client.update_table(TableName="orders", SSESpecification={"Enabled": False})["TableDescription"]
    during = {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": key}
    assert (answer["TableStatus"], answer["SSEDescription"]) == ("ACTIVE", during)
    assert "SSEDescription" not in describe("orders")


@pytest.mark.parametrize("specification", OWNED)
def test_the_owned_key_cannot_be_asked_for_again(client, refused, specification):
    client.create_table(**table())
    message = f"{OOMPV}Table is already encrypted by default"
    assert refused("update_table", TableName="orders", SSESpecification=specification) == message


def test_the_managed_key_can_be_asked_for_again(client, describe):
    client.create_table(**table(SSESpecification={"Enabled": True}))
    key = encrypted(describe("orders"))
    answer = client.update_table(TableName="orders", SSESpecification={"Enabled": True})["TableDescription"]
    assert answer["SSEDescription"] == {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": key}
    assert encrypted(describe("orders")) == key


WRONG = [
    ({"Enabled": False, "SSEType": "KMS"}, "SSEType can not be specified if Enabled is false"),
    ({"Enabled": False, "KMSMasterKeyId": "key"}, "KMSMasterKeyId can not be specified if Enabled is false"),
    ({"Enabled": True, "SSEType": "AES256"}, "SSEType AES256 is not supported"),
    ({"SSEType": "AES256", "KMSMasterKeyId": "key"}, "SSEType AES256 is not supported"),
    ({"KMSMasterKeyId": "key"}, "SSEType KMS is required if KMSMasterKeyId is specified"),
]


@pytest.mark.parametrize("specification, message", WRONG)
def test_a_change_must_make_sense(client, refused, specification, message):
    client.create_table(**table(SSESpecification={"Enabled": True}))
    assert refused("update_table", TableName="orders", SSESpecification=specification) == OOMPV + message


@pytest.mark.ddbmock(pace=5)
def test_a_change_takes_time_while_the_table_is_active(client, describe, refused, ddbmock_clock):
    client.create_table(**table())
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", SSESpecification={"Enabled": True})
    described = describe("orders")
    assert (described["TableStatus"], described["SSEDescription"]["Status"]) == ("ACTIVE", "UPDATING")
    for specification in ({"Enabled": True}, {"Enabled": False}):
        assert refused("update_table", TableName="orders", SSESpecification=specification) == (
            f"{IN_USE}Server-Side Encryption is still being updated"
        )
    message = f"{IN_USE}Table: orders is in the process of being updated."
    assert refused("delete_table", TableName="orders") == message
    ddbmock_clock.tick(seconds=5)
    encrypted(describe("orders"))
    client.delete_table(TableName="orders")


BESIDE = [
    {"DeletionProtectionEnabled": True},
    stream("NEW_IMAGE"),
    {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
    create_index("byg", "g"),
]


@pytest.mark.ddbmock(pace=5)
@pytest.mark.parametrize("change", BESIDE, ids=lambda change: next(reversed(change)))
@pytest.mark.parametrize("is_first", [True, False])
def test_other_changes_run_beside_it(client, describe, ddbmock_clock, change, is_first):
    client.create_table(**table())
    ddbmock_clock.tick(seconds=5)
    encryption = {"SSESpecification": {"Enabled": True}}
    for parameters in (change, encryption) if is_first else (encryption, change):
        answer = client.update_table(TableName="orders", **parameters)["TableDescription"]
        assert "SSESpecification" not in parameters or answer["TableStatus"] == "ACTIVE"
    ddbmock_clock.tick(seconds=10)
    described = describe("orders")
    encrypted(described)
    assert described["TableStatus"] == "ACTIVE"


@pytest.mark.ddbmock(pace=1)
def test_four_changes_a_day_then_one_in_six_hours_but_always_back_to_the_owned_key(client, refused, ddbmock_clock):
    ddbmock_clock.freeze()
    ddbmock_clock.move_to("2026-10-08T23:25:00.500")
    client.create_table(**table(SSESpecification={"Enabled": True}))

    def change(enabled):
        ddbmock_clock.tick(seconds=2)
        client.update_table(TableName="orders", SSESpecification={"Enabled": enabled})

    for enabled in (True, True, True, True, False):
        change(enabled)
    ddbmock_clock.tick(seconds=2)
    assert refused("update_table", TableName="orders", SSESpecification={"Enabled": True}) == (
        "LimitExceededException: Subscriber limit exceeded: Encryption mode changes are limited in the 24h window "
        "ending at 2026-10-09T23:25:02.500Z. After the first 4 change, each subsequent change in the same window can "
        "be performed at most once every 21600 seconds. Number of updates today: 5. Last change at "
        "2026-10-08T23:25:10.500Z. Next changes can be made at 2026-10-09T05:25:10.500Z."
    )
    ddbmock_clock.move_to("2026-10-09T05:25:08.500")
    change(True)
    ddbmock_clock.move_to("2026-10-09T23:25:20")
    change(True)


# ---- copies of a table


@pytest.fixture
def backed_up(client):
    """An encrypted table with recovery and a backup; gives the backup's ARN."""
    client.create_table(**table(SSESpecification={"Enabled": True}))
    client.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return client.create_backup(TableName="orders", BackupName="full")["BackupDetails"]["BackupArn"]


def test_a_backup_tells_how_its_table_is_encrypted(client, describe, backed_up):
    features = client.describe_backup(BackupArn=backed_up)["BackupDescription"]["SourceTableFeatureDetails"]
    assert features == {"SSEDescription": describe("orders")["SSEDescription"]}


@pytest.fixture(params=["backup", "recovery"])
def restore(request, client, backed_up):
    """Restores the table into `restored`; gives the description."""

    def restore(**override):
        if request.param == "backup":
            answer = client.restore_table_from_backup(TargetTableName="restored", BackupArn=backed_up, **override)
        else:
            answer = client.restore_table_to_point_in_time(
                SourceTableName="orders", TargetTableName="restored", UseLatestRestorableTime=True, **override
            )
        return answer["TableDescription"]

    return restore


def test_a_restored_table_has_the_key_of_its_source(describe, restore):
    assert encrypted(restore()) == encrypted(describe("orders")) == encrypted(describe("restored"))


@pytest.mark.parametrize("override", MANAGED)
def test_the_key_can_be_overridden_with_the_managed_key(client, describe, restore, override):
    client.update_table(TableName="orders", SSESpecification={"Enabled": False})
    encrypted(restore(SSESpecificationOverride=override))
    encrypted(describe("restored"))


@pytest.mark.parametrize("override", OWNED)
def test_the_key_can_be_overridden_with_the_owned_key(describe, restore, override):
    assert "SSEDescription" not in restore(SSESpecificationOverride=override)
    assert "SSEDescription" not in describe("restored")


def test_a_restore_elsewhere_uses_the_key_of_that_region(ddbmock, backed_up):
    elsewhere = ddbmock.client("dynamodb", region="eu-west-1")
    answer = elsewhere.restore_table_from_backup(
        TargetTableName="restored", BackupArn=backed_up, SSESpecificationOverride={"Enabled": True}
    )
    assert encrypted(answer["TableDescription"]).startswith("arn:aws:kms:eu-west-1:123456789012:key/")


def test_an_imported_table_is_encrypted_as_asked(client, ddbmock, describe):
    ddbmock.s3["data"]["in.json"] = b'{"Item": {"pk": {"S": "a"}}}'
    answer = client.import_table(
        S3BucketSource={"S3Bucket": "data"},
        InputFormat="DYNAMODB_JSON",
        TableCreationParameters=table(SSESpecification={"Enabled": True}),
    )["ImportTableDescription"]
    assert answer["TableCreationParameters"]["SSESpecification"] == {"Enabled": True}
    encrypted(describe("orders"))


def test_a_dump_keeps_the_encryption(client, ddbmock, describe, tmp_path):
    client.create_table(**table(SSESpecification={"Enabled": True}))
    client.create_table(**table("plain"))
    key = encrypted(describe("orders"))
    ddbmock.dump(tmp_path)
    for name in ("orders", "plain"):
        client.delete_table(TableName=name)
    ddbmock.load(tmp_path)
    assert encrypted(describe("orders")) == key
    assert "SSEDescription" not in describe("plain")
