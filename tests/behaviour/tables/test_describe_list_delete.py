# ruff: noqa: E501  (a text of AWS is easier to find on one line)
"""DescribeTable, ListTables, DeleteTable, DescribeLimits, DescribeEndpoints."""

from __future__ import annotations

import pytest

from tests.support.definitions import IN_USE, VIOLATED, create_index, index, provisioned, stream, table, units

LENGTH = "ValidationException: TableName must be at least 3 characters long and at most 255 characters long"
PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"

NAMES = [
    ({}, "ValidationException: The parameter 'TableName' is required but was not present in the request"),
    ({"TableName": ""}, LENGTH),
    ({"TableName": "ab"}, LENGTH),
    ({"TableName": "x" * 256}, LENGTH),
    ({"TableName": "abc!"}, f"{VIOLATED}Value 'abc!' at 'tableName' failed to satisfy constraint: {PATTERN}"),
    ({"TableName": "ghost"}, "ResourceNotFoundException: Requested resource not found: Table: ghost not found"),
    ({"TableName": "arn:aws:dynamodb:us-east-1:123456789012:table/a/index/b"}, f"{VIOLATED}Invalid resource type in 'arn:aws:dynamodb:us-east-1:123456789012:table/a/index/b'"),
    ({"TableName": "arn:aws-cn:dynamodb:us-east-1:123456789012:table/abc"}, f"{VIOLATED}Invalid AWS partition in 'arn:aws-cn:dynamodb:us-east-1:123456789012:table/abc'"),
]  # fmt: skip


@pytest.mark.parametrize("method", ["describe_table", "delete_table"])
@pytest.mark.parametrize("params, message", NAMES)
def test_a_table_must_be_named_and_be_there(refused, method, params, message):
    assert refused(method, **params) == message


# ---- ListTables


def test_tables_are_listed_by_name(client):
    for name in ("bbb", "aaa", "a.b", "AAA"):
        client.create_table(**table(name))
    assert client.list_tables()["TableNames"] == ["AAA", "a.b", "aaa", "bbb"]


def test_an_empty_account_lists_nothing(client):
    answer = client.list_tables()
    assert answer["TableNames"] == []
    assert "LastEvaluatedTableName" not in answer


def test_a_page_says_where_it_ended_and_the_last_one_does_not(client):
    for name in ("aaa", "bbb", "ccc", "ddd"):
        client.create_table(**table(name))
    first = client.list_tables(Limit=2)
    assert (first["TableNames"], first["LastEvaluatedTableName"]) == (["aaa", "bbb"], "bbb")
    second = client.list_tables(Limit=2, ExclusiveStartTableName="bbb")
    assert second["TableNames"] == ["ccc", "ddd"]
    assert "LastEvaluatedTableName" not in second


def test_a_page_may_begin_behind_a_name_that_no_table_has(client):
    client.create_table(**table("bbb"))
    assert client.list_tables(ExclusiveStartTableName="aaa")["TableNames"] == ["bbb"]
    assert client.list_tables(ExclusiveStartTableName="ccc")["TableNames"] == []


def test_a_page_holds_a_hundred_tables_unless_said(client):
    for number in range(101):
        client.create_table(**table(f"table-{number:03}"))
    page = client.list_tables()
    assert len(page["TableNames"]) == 100
    assert page["LastEvaluatedTableName"] == "table-099"
    pages = client.get_paginator("list_tables").paginate()
    assert sum(len(page["TableNames"]) for page in pages) == 101


LISTS = [
    ({"Limit": 0}, "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"),
    ({"Limit": 101}, "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"),
    ({"ExclusiveStartTableName": "ab"}, "Value 'ab' at 'exclusiveStartTableName' failed to satisfy constraint: Member must have length greater than or equal to 3"),
]  # fmt: skip


@pytest.mark.parametrize("params, message", LISTS)
def test_limits_and_start_names_have_bounds(refused, params, message):
    assert refused("list_tables", **params) == VIOLATED + message


def test_a_limit_is_a_number(refused):
    assert refused("list_tables", Limit="5") == "SerializationException: STRING_VALUE cannot be converted to Integer"


# ---- DeleteTable


def test_a_deleted_table_is_deleting_in_the_answer_and_gone_in_the_next_call(client, refused):
    client.create_table(**table())
    assert client.delete_table(TableName="orders")["TableDescription"]["TableStatus"] == "DELETING"
    assert client.list_tables()["TableNames"] == []
    assert refused("describe_table", TableName="orders").startswith("ResourceNotFoundException")
    item = {"pk": {"S": "a"}}
    assert (
        refused("get_item", TableName="orders", Key=item) == "ResourceNotFoundException: Requested resource not found"
    )


def test_the_answer_is_a_short_description(client, describe):
    indexed = table(
        "orders",
        "pk sk",
        LocalSecondaryIndexes=[index("local", "pk sk")],
        GlobalSecondaryIndexes=[index("global", "sk")],
        SSESpecification={"Enabled": True},
        **stream("NEW_IMAGE"),
    )
    client.create_table(**indexed)
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    before = describe("orders")
    answer = client.delete_table(TableName="orders")["TableDescription"]
    kept = ("TableName", "ProvisionedThroughput", "TableSizeBytes", "ItemCount", "TableArn", "TableId")
    assert answer == {
        **{name: before[name] for name in kept},
        "TableStatus": "DELETING",
        "DeletionProtectionEnabled": False,
    }


def test_a_table_made_again_is_empty(client):
    client.create_table(**table())
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}})
    client.delete_table(TableName="orders")
    client.create_table(**table())
    assert client.scan(TableName="orders")["Items"] == []


def test_a_protected_table_stays(client, refused):
    client.create_table(**table(DeletionProtectionEnabled=True))
    assert refused("delete_table", TableName="orders") == (
        "ValidationException: Resource cannot be deleted as it is currently protected against deletion. "
        "Disable deletion protection first."
    )
    client.update_table(TableName="orders", DeletionProtectionEnabled=False)
    client.delete_table(TableName="orders")


def test_waiters_see_tables_come_and_go(client):
    client.create_table(**table())
    client.get_waiter("table_exists").wait(TableName="orders")
    client.delete_table(TableName="orders")
    client.get_waiter("table_not_exists").wait(TableName="orders")


def test_the_stream_of_a_deleted_table_ends_and_keeps_its_label_to_itself(
    client, ddbmock_streams_client, ddbmock_clock
):
    ddbmock_clock.freeze()
    client.create_table(**table(**stream("NEW_IMAGE")))
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}})
    first = client.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    client.delete_table(TableName="orders")
    second = client.create_table(**table(**stream("NEW_IMAGE")))["TableDescription"]["LatestStreamArn"]
    assert first != second
    described = ddbmock_streams_client.describe_stream(StreamArn=first)["StreamDescription"]
    assert described["StreamStatus"] == "DISABLED"


# ---- while a table changes


@pytest.mark.ddbmock(pace=5)
def test_changes_take_the_pace_that_is_set(client, describe, ddbmock_clock):
    client.create_table(**table())
    assert describe("orders")["TableStatus"] == "CREATING"
    ddbmock_clock.tick(seconds=4)
    assert describe("orders")["TableStatus"] == "CREATING"
    ddbmock_clock.tick(seconds=1)
    assert describe("orders")["TableStatus"] == "ACTIVE"
    client.delete_table(TableName="orders")
    assert describe("orders")["TableStatus"] == "DELETING"
    assert client.list_tables()["TableNames"] == ["orders"]
    ddbmock_clock.tick(seconds=5)
    assert client.list_tables()["TableNames"] == []


@pytest.mark.ddbmock(pace=5)
def test_a_table_that_is_being_created_can_be_neither_used_nor_changed(client, refused):
    client.create_table(**table())
    item = {"pk": {"S": "a"}}
    assert (
        refused("put_item", TableName="orders", Item=item) == "ResourceNotFoundException: Requested resource not found"
    )
    being_created = f"{IN_USE}Table is being created: orders"
    assert refused("delete_table", TableName="orders") == being_created
    assert refused("update_table", TableName="orders", DeletionProtectionEnabled=True) == being_created


@pytest.mark.ddbmock(pace=5)
def test_a_table_that_is_being_deleted_can_be_neither_used_nor_changed(client, refused, ddbmock_clock):
    client.create_table(**table())
    ddbmock_clock.tick(seconds=5)
    client.delete_table(TableName="orders")
    item = {"pk": {"S": "a"}}
    assert (
        refused("put_item", TableName="orders", Item=item) == "ResourceNotFoundException: Requested resource not found"
    )
    being_deleted = f"{IN_USE}Table is being deleted: orders"
    assert refused("delete_table", TableName="orders") == being_deleted
    assert refused("update_table", TableName="orders", DeletionProtectionEnabled=True) == being_deleted


@pytest.mark.ddbmock(pace=5)
def test_a_table_under_change_cannot_be_deleted(client, refused, ddbmock_clock):
    client.create_table(**provisioned())
    ddbmock_clock.tick(seconds=5)
    updating = f"{IN_USE}Table: orders is in the process of being updated."
    for change in (
        {"ProvisionedThroughput": units(6, 6)},
        {"BillingMode": "PAY_PER_REQUEST"},
        {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
        {"SSESpecification": {"Enabled": True}},
        {"WarmThroughput": {"ReadUnitsPerSecond": 13_000}},
    ):
        client.update_table(TableName="orders", **change)
        assert refused("delete_table", TableName="orders") == updating
        ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **stream("NEW_IMAGE"))
    message = f"{IN_USE}Cannot delete table while stream is being enabled/disabled."
    assert refused("delete_table", TableName="orders") == message
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **create_index("byg", "g"))
    message = f"{IN_USE}Cannot delete table while indexes are being created, updated, or deleted."
    assert refused("delete_table", TableName="orders") == message
    ddbmock_clock.tick(seconds=5)
    assert client.describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"
    assert refused("delete_table", TableName="orders") == message
    ddbmock_clock.tick(seconds=5)
    client.delete_table(TableName="orders")


@pytest.mark.ddbmock(pace=3600)
def test_only_so_many_tables_with_indexes_change_at_the_same_time(client, refused):
    for number in range(250):
        client.create_table(**table(f"table-{number:03}"))
    params = table(
        AttributeDefinitions=[*table()["AttributeDefinitions"], {"AttributeName": "g", "AttributeType": "S"}]
    )
    created = create_index("byg", "g")["GlobalSecondaryIndexUpdates"][0]["Create"]
    assert refused("create_table", **params, GlobalSecondaryIndexes=[created]) == (
        "LimitExceededException: Subscriber limit exceeded: "
        "Only 250 tables can be created, updated, or deleted simultaneously"
    )
    client.create_table(**table("plain"))


# ---- the account


READS = [
    ("describe_table", {"TableName": "orders"}),
    ("list_tables", {}),
    ("describe_limits", {}),
    ("describe_time_to_live", {"TableName": "orders"}),
]


@pytest.mark.parametrize("method, params", READS)
def test_the_control_plane_can_be_throttled(client, ddbmock, method, params):
    client.create_table(**table())
    operation = client.meta.method_to_api_mapping[method]
    with ddbmock.faults.throttle(operation, times=1) as fault:
        with pytest.raises(client.exceptions.ClientError, match="exceeded"):
            getattr(client, method)(**params)
        getattr(client, method)(**params)
    assert fault.hits == 1


def test_the_limits_of_an_account_are_those_of_a_new_one(client):
    answer = client.describe_limits()
    del answer["ResponseMetadata"]
    assert answer == {
        "AccountMaxReadCapacityUnits": 80000,
        "AccountMaxWriteCapacityUnits": 80000,
        "TableMaxReadCapacityUnits": 40000,
        "TableMaxWriteCapacityUnits": 40000,
    }


def test_the_endpoint_is_that_of_the_region(client, ddbmock):
    cached = {"CachePeriodInMinutes": 1440}
    assert client.describe_endpoints()["Endpoints"] == [{"Address": "dynamodb.us-east-1.amazonaws.com", **cached}]
    abroad = ddbmock.client("dynamodb", region="cn-north-1")
    assert abroad.describe_endpoints()["Endpoints"] == [{"Address": "dynamodb.cn-north-1.amazonaws.com.cn", **cached}]
