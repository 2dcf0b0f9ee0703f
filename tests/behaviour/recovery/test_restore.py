"""RestoreTableToPointInTime: which items come back, into what table, and what is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from pytest_ddbmock import NotImplementedByMock
from pytest_ddbmock.errors import DynamoDBError
from tests.support.accounts import Account
from tests.support.models import sends_fractions

UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}


def keys(table):
    return [(item["pk"], int(item["sk"])) for item in table.items]


# ---- which items


def test_a_restore_gives_exactly_the_items_of_that_moment(orders, ddbmock, client, put, restore):
    put("kept", text={"S": "as it was"})
    put("deleted")
    put("changed", n={"N": "1"})
    before = ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)
    put("changed", n={"N": "2"})
    put("new")
    client.delete_item(TableName="orders", Key={"pk": {"S": "deleted"}, "sk": {"N": "1"}})
    wrecked = orders.items
    restore(before)
    restored = ddbmock.table("restored")
    assert keys(restored) == [("changed", 1), ("deleted", 1), ("kept", 1)]
    assert restored["changed", 1]["n"] == Decimal(1)
    assert restored["kept", 1]["text"] == "as it was"
    assert orders.items == wrecked


def test_a_time_in_hand_restores_what_was_there_whether_or_not_its_fraction_is_sent(orders, ddbmock, put, restore):
    ddbmock.clock.tick(microseconds=123_456)
    put("a")
    before = ddbmock.clock.now
    assert before.microsecond
    ddbmock.clock.tick(minutes=10)
    put("b")
    for name, moment in (
        ("exact", before),
        ("to-milliseconds", before.replace(microsecond=123_000)),
        ("to-seconds", before.replace(microsecond=0)),
    ):
        restore(moment, TargetTableName=name)
        assert keys(ddbmock.table(name)) == [("a", 1)]


@sends_fractions
def test_a_fraction_divides_a_second(orders, ddbmock, put, restore):
    ddbmock.clock.tick(minutes=1)
    for key in "abc":
        put(key)
        ddbmock.clock.tick(microseconds=250_000)
    moment = ddbmock.clock.now - datetime.timedelta(microseconds=400_000)
    ddbmock.clock.tick(minutes=10)
    restore(moment)
    assert keys(ddbmock.table("restored")) == [("a", 1), ("b", 1)]


def test_the_latest_moment_is_five_minutes_ago(orders, ddbmock, put, restore):
    ddbmock.clock.tick(minutes=1)
    put("a")
    ddbmock.clock.tick(minutes=5)
    put("b")
    described = restore()
    assert described["RestoreSummary"]["RestoreDateTime"] == ddbmock.clock.now - datetime.timedelta(minutes=5)
    assert keys(ddbmock.table("restored")) == [("a", 1)]


def test_the_latest_moment_can_be_restored_as_soon_as_recovery_is_switched_on(orders, ddbmock, put, restore):
    put("a")
    restore()
    assert keys(ddbmock.table("restored")) == [("a", 1)]


def test_every_moment_of_the_window_can_be_restored(orders, ddbmock, client, put):
    start = ddbmock.clock.now
    for step in range(12):
        put(f"{step:02d}")
        ddbmock.clock.tick(minutes=1)
    for minute in range(7):
        name = f"restored-{minute}"
        client.restore_table_to_point_in_time(
            SourceTableName="orders", TargetTableName=name, RestoreDateTime=start + datetime.timedelta(minutes=minute)
        )
        assert [key for key, _ in keys(ddbmock.table(name))] == [f"{step:02d}" for step in range(minute + 1)]


def test_items_that_expired_since_come_back(orders, ddbmock, client, put, restore):
    specification = {"Enabled": True, "AttributeName": "ttl"}
    client.update_time_to_live(TableName="orders", TimeToLiveSpecification=specification)
    put("session", ttl={"N": str(int(ddbmock.clock.now.timestamp()) + 60)})
    before = ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)
    assert orders.items == []
    restore(before)
    assert keys(ddbmock.table("restored")) == [("session", 1)]


def test_an_expiry_is_undone_to_the_moment_at_which_it_was_due(orders, ddbmock, client, put, restore):
    specification = {"Enabled": True, "AttributeName": "ttl"}
    client.update_time_to_live(TableName="orders", TimeToLiveSpecification=specification)
    start = ddbmock.clock.now
    for minutes in (10, 20, 30):
        put("session", minutes, ttl={"N": str(int(start.timestamp()) + 60 * minutes)})
    ddbmock.clock.tick(hours=5)  # one jump
    for minutes, left in ((9, [10, 20, 30]), (15, [20, 30]), (25, [30]), (31, [])):
        name = f"after-{minutes}"
        restore(start + datetime.timedelta(minutes=minutes), TargetTableName=name)
        assert [number for _, number in keys(ddbmock.table(name))] == left


# ---- the new table


def test_the_target_is_creating_until_the_next_call(orders, ddbmock, client, put, restore):
    put("a")
    before = ddbmock.clock.now
    ddbmock.clock.tick(minutes=10)
    source = client.describe_table(TableName="orders")["Table"]
    described = restore(before)
    assert described["TableStatus"] == "CREATING"
    assert described["ItemCount"] == 0
    assert described["RestoreSummary"] == {
        "SourceTableArn": source["TableArn"],
        "RestoreDateTime": before,
        "RestoreInProgress": True,
    }
    after = client.describe_table(TableName="restored")["Table"]
    assert after["TableStatus"] == "ACTIVE"
    assert "RestoreSummary" not in after
    assert after["TableId"] != source["TableId"]
    assert after["KeySchema"] == source["KeySchema"]
    assert after["AttributeDefinitions"] == source["AttributeDefinitions"]
    assert after["CreationDateTime"] == ddbmock.clock.now


def test_what_belongs_to_the_source_alone_is_not_restored(ddbmock, client):
    ddbmock.clock.freeze()
    ddbmock.create_table("orders", "pk", stream="NEW_IMAGE", ttl="ttl", pitr=True)
    client.update_table(TableName="orders", DeletionProtectionEnabled=True)
    client.update_table(TableName="orders", TableClass="STANDARD_INFREQUENT_ACCESS")
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}])
    client.restore_table_to_point_in_time(
        SourceTableName="orders", TargetTableName="restored", UseLatestRestorableTime=True
    )
    restored = client.describe_table(TableName="restored")["Table"]
    assert not restored.keys() & {"StreamSpecification", "LatestStreamArn", "LatestStreamLabel", "TableClassSummary"}
    assert restored["DeletionProtectionEnabled"] is False
    assert client.list_tags_of_resource(ResourceArn=restored["TableArn"])["Tags"] == []
    described = client.describe_time_to_live(TableName="restored")["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "DISABLED"}
    backups = client.describe_continuous_backups(TableName="restored")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_restored_items_are_no_records_of_any_stream(ddbmock, client, ddbmock_streams_client):
    ddbmock.clock.freeze()
    ddbmock.create_table("orders", "pk", stream="NEW_IMAGE", pitr=True)
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}})
    client.restore_table_to_point_in_time(
        SourceTableName="orders", TargetTableName="restored", UseLatestRestorableTime=True
    )
    client.update_table(
        TableName="restored", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    )
    assert ddbmock.streams["restored"].records == []
    assert len(ddbmock.streams["orders"].records) == 1
    listed = ddbmock_streams_client.list_streams()["Streams"]
    assert sorted(stream["TableName"] for stream in listed) == ["orders", "restored"]


def test_the_source_may_go_while_the_target_is_made(orders, ddbmock, client, put, restore):
    put("a")
    restore()
    client.delete_table(TableName="orders")
    assert keys(ddbmock.table("restored")) == [("a", 1)]


def test_a_restored_table_can_be_changed_and_restored_itself(orders, ddbmock, client, put, restore):
    put("a")
    restore()
    client.update_continuous_backups(
        TableName="restored", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.put_item(TableName="restored", Item={"pk": {"S": "b"}, "sk": {"N": "2"}})
    assert orders.items == [{"pk": "a", "sk": Decimal(1)}]
    restore(SourceTableName="restored", TargetTableName="again")
    assert keys(ddbmock.table("again")) == [("a", 1), ("b", 2)]


def test_a_restore_under_way_is_shown_as_such_and_ends_in_its_time():
    account = Account(pace=60)
    account.create("orders")
    account.tick(63)
    account.call(
        "UpdateContinuousBackups",
        TableName="orders",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    account.call("PutItem", TableName="orders", Item={"pk": {"S": "a"}})
    params = {"SourceTableName": "orders", "TargetTableName": "restored", "UseLatestRestorableTime": True}
    account.call("RestoreTableToPointInTime", **params)
    account.tick(59)
    described = account.call("DescribeTable", TableName="restored")["Table"]
    assert described["TableStatus"] == "CREATING"
    assert described["RestoreSummary"]["RestoreInProgress"] is True
    for operation, given, code in (
        ("Scan", {"TableName": "restored"}, "ResourceNotFoundException"),
        ("UpdateTable", {"TableName": "restored", "DeletionProtectionEnabled": True}, "ResourceNotFoundException"),
        ("DescribeTimeToLive", {"TableName": "restored"}, "ResourceNotFoundException"),
        (
            "UpdateTimeToLive",
            {"TableName": "restored", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}},
            "ResourceNotFoundException",
        ),
        ("DescribeContinuousBackups", {"TableName": "restored"}, "TableNotFoundException"),
        ("DeleteTable", {"TableName": "restored"}, "ResourceInUseException"),
        ("RestoreTableToPointInTime", params, "TableInUseException"),
    ):
        with pytest.raises(DynamoDBError) as caught:
            account.call(operation, **given)
        assert caught.value.code == code
    account.tick(1)
    assert account.call("Scan", TableName="restored")["Count"] == 1
    assert "RestoreSummary" not in account.call("DescribeTable", TableName="restored")["Table"]


def test_fifty_restores_run_at_a_time():
    account = Account(pace=60)
    account.create("orders")
    account.tick(63)
    account.call(
        "UpdateContinuousBackups",
        TableName="orders",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )

    def restore(number):
        account.call(
            "RestoreTableToPointInTime",
            SourceTableName="orders",
            TargetTableName=f"restored-{number}",
            UseLatestRestorableTime=True,
        )

    for number in range(50):
        restore(number)
    with pytest.raises(DynamoDBError) as caught:
        restore(50)
    assert caught.value.code == "LimitExceededException"
    assert caught.value.message == ("Subscriber limit exceeded: Only 50 restore operations can be done simultaneously")
    account.tick(60)
    restore(50)


# ---- capacity and indexes


@pytest.fixture
def rich(ddbmock, client):
    """A provisioned table with a local and two global indexes."""
    ddbmock.clock.freeze()
    ddbmock.create_table(
        "orders",
        "pk",
        "sk:N",
        lsi={"by-total": "total:N"},
        gsi={"by-day": {"key": ("day", "sk:N")}, "by-sku": {"key": "sku", "projection": ["price"]}},
        billing=(3, 4),
        pitr=True,
    )
    client.put_item(
        TableName="orders",
        Item={"pk": {"S": "a"}, "sk": {"N": "1"}, "day": {"S": "mon"}, "sku": {"S": "x"}, "total": {"N": "7"},
              "price": {"N": "2"}},
    )  # fmt: skip
    return client


def index(name, key, kind="ALL", *more, **extra):
    projection = {"ProjectionType": kind, **({"NonKeyAttributes": list(more)} if more else {})}
    schema = [
        {"AttributeName": one, "KeyType": role} for one, role in zip(key.split(), ("HASH", "RANGE"), strict=False)
    ]
    return {"IndexName": name, "KeySchema": schema, "Projection": projection, **extra}


BY_DAY = index("by-day", "day sk", ProvisionedThroughput=UNITS)


def test_capacity_and_indexes_are_restored(rich, restore):
    source = rich.describe_table(TableName="orders")["Table"]
    restore()
    restored = rich.describe_table(TableName="restored")["Table"]
    assert restored["ProvisionedThroughput"] == source["ProvisionedThroughput"]
    for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        assert len(restored[kind]) == len(source[kind])
        for one, other in zip(restored[kind], source[kind], strict=True):
            same = one.keys() - {"IndexArn"}
            assert {name: one[name] for name in same} == {name: other[name] for name in same}
    for name, condition, value in (("by-day", "day = :v", "mon"), ("by-sku", "sku = :v", "x")):
        found = rich.query(
            TableName="restored",
            IndexName=name,
            KeyConditionExpression=condition.replace("day", "#k").replace("sku", "#k"),
            ExpressionAttributeNames={"#k": condition.split()[0]},
            ExpressionAttributeValues={":v": {"S": value}},
        )
        assert found["Count"] == 1


def test_an_empty_list_of_indexes_restores_none(rich, restore):
    restore(GlobalSecondaryIndexOverride=[], LocalSecondaryIndexOverride=[])
    restored = rich.describe_table(TableName="restored")["Table"]
    assert not restored.keys() & {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"}
    assert [one["AttributeName"] for one in restored["AttributeDefinitions"]] == ["pk", "sk"]


def test_a_list_of_indexes_restores_those_under_the_names_it_gives(rich, restore):
    restore(GlobalSecondaryIndexOverride=[{**BY_DAY, "IndexName": "daily"}])
    restored = rich.describe_table(TableName="restored")["Table"]
    [only] = restored["GlobalSecondaryIndexes"]
    assert only["IndexName"] == "daily"
    assert only["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **UNITS}
    assert only["ItemCount"] == 1
    assert [one["IndexName"] for one in restored["LocalSecondaryIndexes"]] == ["by-total"]


def test_an_index_of_the_source_is_restored_once(rich, refused):
    told = refused(
        "restore_table_to_point_in_time",
        SourceTableName="orders",
        TargetTableName="restored",
        UseLatestRestorableTime=True,
        GlobalSecondaryIndexOverride=[BY_DAY, {**BY_DAY, "IndexName": "again"}],
    )
    assert told == (
        "ValidationException: Invalid Request: Index again does not match a secondary index that existed in the source "
        "table and cannot be created during the restore operation"
    )


BY_KIND = [{"Create": index("by-kind", "kind")}]


@pytest.mark.ddbmock(pace=60)
def test_an_index_of_the_source_that_is_being_filled_is_whole_in_the_target(ddbmock, client):
    ddbmock.create_table("orders", "pk", pitr=True)
    ddbmock.table("orders").load([{"pk": "a", "kind": "x"}, {"pk": "b", "kind": 1}])
    ddbmock.clock.tick(minutes=10)
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "kind")]
    client.update_table(TableName="orders", AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=BY_KIND)
    ddbmock.clock.tick(seconds=90)
    [source] = client.describe_table(TableName="orders")["Table"]["GlobalSecondaryIndexes"]
    assert (source["IndexStatus"], source["Backfilling"]) == ("CREATING", True)

    client.restore_table_to_point_in_time(
        SourceTableName="orders", TargetTableName="restored", UseLatestRestorableTime=True
    )
    ddbmock.clock.tick(seconds=60)

    [restored] = client.describe_table(TableName="restored")["Table"]["GlobalSecondaryIndexes"]
    assert restored["IndexStatus"] == "ACTIVE"
    assert "Backfilling" not in restored
    found = client.scan(TableName="restored", IndexName="by-kind")["Items"]
    assert [item["pk"]["S"] for item in found] == ["a"]
    assert len(ddbmock.table("restored")) == 2


@pytest.mark.parametrize(
    "overrides",
    [
        {"GlobalSecondaryIndexOverride": [index("by-day", "day", ProvisionedThroughput=UNITS)]},
        {"GlobalSecondaryIndexOverride": [index("by-day", "day sk", "KEYS_ONLY", ProvisionedThroughput=UNITS)]},
        {"GlobalSecondaryIndexOverride": [index("by-sku", "sku", "INCLUDE", "other", ProvisionedThroughput=UNITS)]},
        {"GlobalSecondaryIndexOverride": [index("by-day", "nothing", ProvisionedThroughput=UNITS)]},
        {"LocalSecondaryIndexOverride": [index("by-day", "day sk")]},
    ],
)
def test_an_index_that_the_source_does_not_have_is_refused(rich, refused, overrides):
    [[given]] = overrides.values()
    assert refused(
        "restore_table_to_point_in_time",
        SourceTableName="orders",
        TargetTableName="restored",
        UseLatestRestorableTime=True,
        **overrides,
    ) == (
        f"ValidationException: Invalid Request: Index {given['IndexName']} does not match a secondary index that "
        "existed in the source table and cannot be created during the restore operation"
    )


def test_the_capacity_of_the_table_can_be_overridden_alone(rich, restore):
    restore(ProvisionedThroughputOverride=UNITS)
    restored = rich.describe_table(TableName="restored")["Table"]
    assert restored["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **UNITS}
    assert [one["ProvisionedThroughput"]["ReadCapacityUnits"] for one in restored["GlobalSecondaryIndexes"]] == [3, 3]


def test_a_provisioned_table_can_be_restored_as_on_demand(rich, restore):
    restore(BillingModeOverride="PAY_PER_REQUEST", OnDemandThroughputOverride={"MaxReadRequestUnits": 9})
    restored = rich.describe_table(TableName="restored")["Table"]
    assert restored["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert restored["OnDemandThroughput"] == {"MaxReadRequestUnits": 9}
    for one in (restored, *restored["GlobalSecondaryIndexes"]):
        assert one["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_an_on_demand_table_can_be_restored_as_provisioned(orders, client, restore):
    restore(BillingModeOverride="PROVISIONED", ProvisionedThroughputOverride=UNITS)
    restored = client.describe_table(TableName="restored")["Table"]
    assert restored["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **UNITS}
    assert "BillingModeSummary" not in restored


@pytest.mark.parametrize(
    "overrides, told",
    [
        ({"BillingModeOverride": "PROVISIONED"},
         "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED"),
        ({"BillingModeOverride": "PAY_PER_REQUEST", "ProvisionedThroughputOverride": UNITS},
         "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST"),
        ({"BillingModeOverride": "PAY_PER_REQUEST", "GlobalSecondaryIndexOverride": [BY_DAY]},
         "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST for index by-day"),
        ({"GlobalSecondaryIndexOverride": [index("by-day", "day sk")]},
         "Must specify provisioned throughput for index by-day"),
        ({"OnDemandThroughputOverride": {"MaxReadRequestUnits": 1}},
         "Cannot override MaxReadRequestUnits for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST"),
        ({"OnDemandThroughputOverride": {"MaxReadRequestUnits": 0}, "BillingModeOverride": "PAY_PER_REQUEST"},
         "Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range"),
    ],
)  # fmt: skip
def test_capacity_that_does_not_fit_is_refused(rich, refused, overrides, told):
    answer = refused(
        "restore_table_to_point_in_time",
        SourceTableName="orders",
        TargetTableName="restored",
        UseLatestRestorableTime=True,
        **overrides,
    )
    assert answer == f"ValidationException: Invalid Request: {told}"


@pytest.mark.parametrize(
    "overrides, told",
    [
        (
            {"ProvisionedThroughputOverride": {"ReadCapacityUnits": 40_001, "WriteCapacityUnits": 1}},
            "The requested ReadCapacityUnits, 40001, is above the per table maximum",
        ),
        (
            {
                "GlobalSecondaryIndexOverride": [
                    {**BY_DAY, "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 40_001}}
                ]
            },
            "The requested WriteCapacityUnits for index by-day, 40001, is above the per index maximum",
        ),
        (
            {
                "BillingModeOverride": "PAY_PER_REQUEST",
                "OnDemandThroughputOverride": {"MaxReadRequestUnits": 40_001},
            },
            "Subscriber limit exceeded: Requested MaxReadRequestUnits for OnDemandThroughput for table exceeds",
        ),
    ],
)
def test_capacity_above_the_quotas_is_refused(rich, refused, overrides, told):
    answer = refused(
        "restore_table_to_point_in_time",
        SourceTableName="orders",
        TargetTableName="restored",
        UseLatestRestorableTime=True,
        **overrides,
    )
    assert answer.startswith(f"LimitExceededException: {told}")


def test_capacity_for_an_on_demand_source_is_refused(orders, refused):
    answer = refused(
        "restore_table_to_point_in_time",
        SourceTableName="orders",
        TargetTableName="restored",
        UseLatestRestorableTime=True,
        ProvisionedThroughputOverride=UNITS,
    )
    assert answer == (
        "ValidationException: Invalid Request: Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED"
    )


# ---- refusals


def test_times_outside_the_window_are_refused(orders, ddbmock, refused):
    ddbmock.clock.tick(days=1)
    for moment in ("2030-01-01T09:59:59Z", "2030-01-02T09:55:01Z", "2031-01-01T00:00:00Z", "0001-01-01T00:00:00Z"):
        answer = refused(
            "restore_table_to_point_in_time",
            SourceTableName="orders",
            TargetTableName="restored",
            RestoreDateTime=datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")),
        )
        assert answer == (
            f"InvalidRestoreTimeException: RestoreDateTime '{moment}' must be within EarliestRestorableDateTime "
            "'2030-01-01T10:00:00Z' and LatestRestorableDateTime '2030-01-02T09:55:00Z'"
        )


def test_the_first_refusal_wins(ddbmock, client, refused):
    ddbmock.clock.freeze()
    ddbmock.create_table("target", "pk")
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    params = {"SourceTableName": "orders", "TargetTableName": "target", "BillingModeOverride": "PROVISIONED"}
    both = {"RestoreDateTime": long_ago, "UseLatestRestorableTime": True}
    restore = "restore_table_to_point_in_time"
    assert refused(restore, **params, **both).startswith(
        "ValidationException: Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set"
    )
    for neither in ({}, {"UseLatestRestorableTime": False}):
        assert refused(restore, **params, **neither) == (
            "ValidationException: Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be "
            "specified, but not both"
        )
    assert refused(restore, **params, RestoreDateTime=long_ago) == "TableNotFoundException: Table not found: orders"
    ddbmock.create_table("orders", "pk")
    assert refused(restore, **params, RestoreDateTime=long_ago) == (
        "PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'orders'"
    )
    client.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    assert refused(restore, **params, RestoreDateTime=long_ago).startswith("InvalidRestoreTimeException")
    assert refused(restore, **params, UseLatestRestorableTime=True) == (
        "TableAlreadyExistsException: Table already exists: target"
    )
    client.delete_table(TableName="target")
    assert refused(restore, **params, UseLatestRestorableTime=True).startswith("ValidationException: Invalid Request")


def test_the_source_is_named_once(orders, client, refused):
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    params = {"TargetTableName": "restored", "UseLatestRestorableTime": True}
    restore = "restore_table_to_point_in_time"
    assert refused(restore, SourceTableName="orders", SourceTableArn=arn, **params) == (
        "ValidationException: Must provide exactly one of: sourceTableArn, sourceTableName"
    )
    assert refused(restore, **params) == (
        "ValidationException: The parameter 'TableName' is required but was not present in the request"
    )
    client.restore_table_to_point_in_time(SourceTableArn=arn, **params)
    assert client.describe_table(TableName="restored")["Table"]["TableStatus"] == "ACTIVE"


@pytest.mark.parametrize(
    "change, told",
    [
        (lambda arn: "orders", "ValidationException: One or more parameter values were invalid: "
         "ARNs must start with 'arn:': orders"),
        (lambda arn: arn + "/stream/x", "ValidationException: One or more parameter values were invalid: "
         "sourceTableArn is not a valid ARN"),
        (lambda arn: arn.replace("arn:aws:", "arn:aws-cn:"), "ValidationException: One or more parameter values were "
         "invalid: sourceTableArn is not a valid ARN"),
        (lambda arn: arn.replace("123456789012", "210987654321"), "ValidationException: This action is only supported "
         "by accounts that match the resource owner\N{RIGHT SINGLE QUOTATION MARK}s account."),
        (lambda arn: arn.replace("orders", "nothing"), "TableNotFoundException: Table not found"),
        (lambda arn: arn.replace(arn.split(":")[3], "ap-south-1"), "ValidationException: Invalid Request: "
         "sseSpecificationOverride must be provided for cross-region restores"),
    ],
)  # fmt: skip
def test_what_is_no_arn_of_a_table_here_is_refused(orders, client, refused, change, told):
    arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
    answer = refused(
        "restore_table_to_point_in_time",
        SourceTableArn=change(arn),
        TargetTableName="restored",
        UseLatestRestorableTime=True,
    )
    assert answer == told


def test_a_key_of_your_own_is_refused_by_name():
    account = Account()
    account.create("orders")
    account.call(
        "UpdateContinuousBackups",
        TableName="orders",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    with pytest.raises(NotImplementedByMock, match=r"SSESpecificationOverride\.KMSMasterKeyId"):
        account.call(
            "RestoreTableToPointInTime",
            SourceTableName="orders",
            TargetTableName="restored",
            UseLatestRestorableTime=True,
            SSESpecificationOverride={"SSEType": "KMS", "KMSMasterKeyId": "alias/mine"},
        )
    assert account.call("ListTables")["TableNames"] == ["orders"]


def test_a_rollback_takes_a_restored_table_away(orders, ddbmock, client, put, restore):
    put("a")
    before = ddbmock.snapshot()
    restore()
    assert "restored" in ddbmock.tables
    ddbmock.restore(before)
    assert client.list_tables()["TableNames"] == ["orders"]
    restore()
    assert keys(ddbmock.table("restored")) == [("a", 1)]


@pytest.mark.parametrize("end", ["EarliestRestorableDateTime", "LatestRestorableDateTime"])
def test_both_ends_of_the_window_can_be_restored(ddbmock, client, orders, restore, end):
    ddbmock.clock.tick(minutes=30)
    described = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    assert restore(described["PointInTimeRecoveryDescription"][end])["TableStatus"] == "CREATING"
