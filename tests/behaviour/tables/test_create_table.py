# ruff: noqa: E501  (a text of AWS is easier to find on one line)
"""CreateTable: what it answers and what it refuses."""

from __future__ import annotations

import copy

import pytest

from tests.support.definitions import (
    IN_USE,
    OOMPV,
    VIOLATED,
    attributes,
    index,
    keys,
    provisioned,
    stream,
    table,
    units,
)

TOO_LONG = "x" * 256


def test_a_new_table_is_creating_in_the_answer_and_active_in_the_next(client, describe):
    made = client.create_table(**table("orders", "pk sk"))["TableDescription"]
    assert made["TableStatus"] == "CREATING"
    assert describe("orders")["TableStatus"] == "ACTIVE"


def test_the_answer_describes_the_table(client, ddbmock):
    made = client.create_table(**table("orders", "pk sk:N"))["TableDescription"]
    assert made["TableName"] == "orders"
    assert made["KeySchema"] == keys("pk sk")
    assert made["AttributeDefinitions"] == attributes("pk sk:N")
    assert made["TableArn"] == f"arn:aws:dynamodb:{ddbmock.region}:123456789012:table/orders"
    assert made["ItemCount"] == made["TableSizeBytes"] == 0
    assert made["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(0, 0)}
    assert made["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert made["DeletionProtectionEnabled"] is False
    absent = {"GlobalSecondaryIndexes", "LocalSecondaryIndexes", "StreamSpecification", "WarmThroughput", "Tags"}
    assert not absent & made.keys()


def test_a_new_id_is_given_to_each_table(client):
    first = client.create_table(**table())["TableDescription"]["TableId"]
    client.delete_table(TableName="orders")
    assert client.create_table(**table())["TableDescription"]["TableId"] != first


def test_an_active_on_demand_table_tells_since_when_and_what_it_can_serve_at_once(client, describe):
    client.create_table(**table())
    described = describe("orders")
    summary = described["BillingModeSummary"]
    assert summary == {
        "BillingMode": "PAY_PER_REQUEST",
        "LastUpdateToPayPerRequestDateTime": described["CreationDateTime"],
    }
    assert described["WarmThroughput"] == {
        "ReadUnitsPerSecond": 12000,
        "WriteUnitsPerSecond": 4000,
        "Status": "ACTIVE",
    }


def test_a_provisioned_table_has_no_billing_mode_summary(client, describe):
    client.create_table(**provisioned(read=7, write=3))
    described = describe("orders")
    assert "BillingModeSummary" not in described
    assert described["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(7, 3)}
    assert described["WarmThroughput"] == {"ReadUnitsPerSecond": 7, "WriteUnitsPerSecond": 3, "Status": "ACTIVE"}


def test_definitions_and_projected_attributes_come_sorted_and_indexes_as_given(client, describe):
    client.create_table(
        **table(
            AttributeDefinitions=attributes("z pk b"),
            KeySchema=keys("pk"),
            GlobalSecondaryIndexes=[
                index("second", "z b", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["y", "a"]}),
                index("another", "b", "KEYS_ONLY"),
            ],
        )
    )
    described = describe("orders")
    assert [one["AttributeName"] for one in described["AttributeDefinitions"]] == ["b", "pk", "z"]
    assert [one["IndexName"] for one in described["GlobalSecondaryIndexes"]] == ["second", "another"]
    second = described["GlobalSecondaryIndexes"][0]
    assert second["KeySchema"] == keys("z b")
    assert second["Projection"]["NonKeyAttributes"] == ["a", "y"]
    assert second["IndexArn"] == described["TableArn"] + "/index/second"
    assert second["IndexStatus"] == "ACTIVE"
    assert "Backfilling" not in second


def test_indexes_are_creating_with_their_table_and_local_ones_have_no_status(client):
    made = client.create_table(
        **table(
            "orders",
            "pk sk",
            AttributeDefinitions=attributes("pk sk g"),
            LocalSecondaryIndexes=[index("local", "pk g")],
            GlobalSecondaryIndexes=[index("global", "g")],
        )
    )["TableDescription"]
    [of_all], [of_one] = made["GlobalSecondaryIndexes"], made["LocalSecondaryIndexes"]
    assert of_all["IndexStatus"] == "CREATING"
    assert "Backfilling" not in of_all
    assert of_one.keys() == {"IndexName", "KeySchema", "Projection", "IndexSizeBytes", "ItemCount", "IndexArn"}


def test_a_global_index_may_have_four_partition_and_four_sort_attributes(client, describe):
    client.create_table(
        **table(
            AttributeDefinitions=attributes("pk a b:N c d e f:B g h"),
            KeySchema=keys("pk"),
            GlobalSecondaryIndexes=[index("wide", "a b c d | e f g h")],
        )
    )
    [wide] = describe("orders")["GlobalSecondaryIndexes"]
    assert wide["KeySchema"] == keys("a b c d | e f g h")


def test_a_stream_protection_class_and_limits_can_be_given(client, describe):
    client.create_table(
        **table(
            **stream("NEW_IMAGE"),
            DeletionProtectionEnabled=True,
            TableClass="STANDARD_INFREQUENT_ACCESS",
            OnDemandThroughput={"MaxReadRequestUnits": 10},
            WarmThroughput={"ReadUnitsPerSecond": 13000},
        )
    )
    described = describe("orders")
    assert described["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert described["LatestStreamArn"] == f"{described['TableArn']}/stream/{described['LatestStreamLabel']}"
    assert described["DeletionProtectionEnabled"] is True
    assert described["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert described["OnDemandThroughput"] == {"MaxReadRequestUnits": 10}
    assert described["WarmThroughput"]["ReadUnitsPerSecond"] == 13000
    assert described["WarmThroughput"]["WriteUnitsPerSecond"] == 4000


def test_an_empty_encryption_limit_or_warmth_is_as_none(client, describe):
    client.create_table(**table(SSESpecification={}, OnDemandThroughput={}, WarmThroughput={}, Tags=[]))
    client.create_table(**table("plain", SSESpecification={"Enabled": False}))
    assert not {"SSEDescription", "OnDemandThroughput"} & describe("orders").keys()


def test_a_table_can_be_named_by_its_own_arn(client, ddbmock):
    arn = f"arn:aws:dynamodb:{ddbmock.region}:123456789012:table/orders"
    assert client.create_table(**table(arn))["TableDescription"]["TableName"] == "orders"
    assert client.describe_table(TableName=arn)["Table"]["TableArn"] == arn


def test_what_is_given_is_neither_changed_nor_kept(client, describe):
    params = table(
        AttributeDefinitions=attributes("pk g"), GlobalSecondaryIndexes=[index("global", "g")], KeySchema=keys("pk")
    )
    before = copy.deepcopy(params)
    client.create_table(**params)
    assert params == before
    params["KeySchema"][0]["AttributeName"] = "other"
    params["GlobalSecondaryIndexes"][0]["Projection"]["ProjectionType"] = "KEYS_ONLY"
    described = describe("orders")
    assert described["KeySchema"] == keys("pk")
    assert described["GlobalSecondaryIndexes"][0]["Projection"] == {"ProjectionType": "ALL"}


def test_items_go_into_a_new_table_and_its_indexes_and_are_counted(client, describe):
    client.create_table(
        **table(
            AttributeDefinitions=attributes("pk g"), KeySchema=keys("pk"), GlobalSecondaryIndexes=[index("byg", "g")]
        )
    )
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}, "g": {"S": "x"}})
    client.put_item(TableName="orders", Item={"pk": {"S": "b"}})
    described = describe("orders")
    assert (described["ItemCount"], described["TableSizeBytes"]) == (2, 2 * 3 + 2)
    [byg] = described["GlobalSecondaryIndexes"]
    assert (byg["ItemCount"], byg["IndexSizeBytes"]) == (1, 5)


NAMES = [
    (None, "ValidationException: The parameter 'TableName' is required but was not present in the request"),
    ("ab", f"{VIOLATED}Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"),
    (TOO_LONG, f"{VIOLATED}Value '{TOO_LONG}' at 'tableName' failed to satisfy constraint: Member must have length less than or equal to 255"),
    ("abc!", f"{VIOLATED}Value 'abc!' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
]  # fmt: skip


@pytest.mark.parametrize("name, message", NAMES)
def test_bad_names_are_told_alone(refused, name, message):
    assert refused("create_table", **table(name, BillingMode="FREE")) == message


ARNS = [
    ("arn:aws:dynamodb:eu-west-1:123456789012:table/orders", f"{VIOLATED}Invalid AWS region in 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders'"),
    ("arn:aws:dynamodb:us-east-1:210987654321:table/orders", "AccessDeniedException: Access is denied"),
]  # fmt: skip


@pytest.mark.parametrize("arn, message", ARNS)
def test_an_arn_must_be_of_the_own_account_and_region(refused, arn, message):
    assert refused("create_table", **table(arn)) == message


MEMBERS = [
    (
        {"AttributeDefinitions": None, "KeySchema": None},
        "ValidationException: 2 validation errors detected: "
        "Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null; "
        "Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
    ),
    (
        {"KeySchema": []},
        f"{VIOLATED}Value '[]' at 'keySchema' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ),
    (
        {"BillingMode": "FREE"},
        f"{VIOLATED}Value 'FREE' at 'billingMode' failed to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
    ),
    (
        {"AttributeDefinitions": attributes("pk:BOOL")},
        f"{VIOLATED}Value 'BOOL' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]",
    ),
    (
        {"KeySchema": [{"AttributeName": "pk", "KeyType": "SORT"}]},
        f"{VIOLATED}Value 'SORT' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]",
    ),
    (
        {"KeySchema": keys("pk a b")},
        f"{VIOLATED}Value '[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=a, keyType=RANGE), "
        "KeySchemaElement(attributeName=b, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
    ),
    (
        {"BillingMode": None, "ProvisionedThroughput": {}},
        "ValidationException: 2 validation errors detected: "
        "Value null at 'provisionedThroughput.writeCapacityUnits' failed to satisfy constraint: Member must not be null; "
        "Value null at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must not be null",
    ),
    (
        {"BillingMode": None, "ProvisionedThroughput": units(0, 1)},
        f"{VIOLATED}Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    (
        {"TableClass": "CHEAP"},
        "ValidationException: Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, STANDARD_INFREQUENT_ACCESS].",
    ),
]  # fmt: skip


@pytest.mark.parametrize("changes, message", MEMBERS)
def test_members_out_of_their_bounds_are_named(refused, changes, message):
    assert refused("create_table", **table(**changes)) == message


CAPACITY = [
    (table(ProvisionedThroughput=units(1, 1)), f"{OOMPV}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"),
    (table(BillingMode="PROVISIONED"), f"{OOMPV}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"),
    (table(BillingMode=None), f"{OOMPV}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"),
    (provisioned(read=1_000_000_000_001), "ValidationException: Given value 1000000000001 for ReadCapacityUnits is out of bounds"),
    (provisioned(OnDemandThroughput={"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 5}), f"{OOMPV}MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED."),
    (provisioned(OnDemandThroughput={"MaxWriteRequestUnits": 5}), f"{OOMPV}MaxWriteRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED."),
    (table(OnDemandThroughput={"MaxReadRequestUnits": 0}), f"{OOMPV}Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range"),
    (table(OnDemandThroughput={"MaxWriteRequestUnits": -1}), f"{OOMPV}Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range"),
    (provisioned(WarmThroughput={"ReadUnitsPerSecond": 4}), f"{OOMPV}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of ProvisionedThroughput"),
    (provisioned(WarmThroughput={"WriteUnitsPerSecond": 4}), f"{OOMPV}Requested WriteUnitsPerSecond for WarmThroughput for table is lower than WriteCapacityUnits of ProvisionedThroughput"),
    (provisioned(read=40_001), "LimitExceededException: The requested ReadCapacityUnits, 40001, is above the per table maximum for the account in us-east-1. Per table maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."),
    (table(OnDemandThroughput={"MaxReadRequestUnits": 40_001}), "LimitExceededException: Subscriber limit exceeded: Requested MaxReadRequestUnits for OnDemandThroughput for table exceeds TableMaxReadCapacityUnits of the account in region us-east-1"),
]  # fmt: skip


@pytest.mark.parametrize("params, message", CAPACITY)
def test_capacity_must_fit_the_billing_mode(refused, params, message):
    assert refused("create_table", **params) == message


def test_warm_throughput_cannot_be_less_than_what_a_new_on_demand_table_has(refused):
    message = refused("create_table", **table(WarmThroughput={"ReadUnitsPerSecond": 11_999}))
    lower = (
        "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand. See: "
    )
    assert message.startswith(OOMPV + lower)


KEYS = [
    ({"AttributeDefinitions": attributes("pk pk:N")}, "ValidationException: Attribute Name is duplicated: pk"),
    ({"AttributeDefinitions": attributes("id")}, f"{OOMPV}Some index key attributes are not defined in AttributeDefinitions. Keys: [pk], AttributeDefinitions: [id]"),
    ({"KeySchema": keys("pk sk")}, "ValidationException: Invalid KeySchema: Some index key attribute have no definition"),
    ({"KeySchema": [{"AttributeName": "pk", "KeyType": "RANGE"}]}, "ValidationException: Invalid KeySchema: The first KeySchemaElement is not a HASH key type"),
    (
        {"AttributeDefinitions": attributes("pk sk"), "KeySchema": keys("pk sk |")},
        "ValidationException: Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
    ),
    ({"KeySchema": keys("pk"), "AttributeDefinitions": []}, "ValidationException: Invalid KeySchema: Some index key attribute have no definition"),
    ({"KeySchema": keys("pk pk")}, "ValidationException: Invalid KeySchema: Some index key attribute have no definition"),
    ({"KeySchema": keys("pk pk"), "AttributeDefinitions": attributes("pk sk")}, "ValidationException: Both the Hash Key and the Range Key element in the KeySchema have the same name"),
    ({"KeySchema": [*keys("pk"), *keys("pk")]}, "ValidationException: Invalid KeySchema: Some index key attribute have no definition"),
    ({"AttributeDefinitions": attributes("pk extra")}, f"{OOMPV}Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"),
]  # fmt: skip


@pytest.mark.parametrize("changes, message", KEYS)
def test_keys_must_be_defined_and_in_order(refused, changes, message):
    assert refused("create_table", **table(**changes)) == message


def with_global(*indexes, names="pk sk g h", **changes):
    return table(
        "orders", "pk sk", AttributeDefinitions=attributes(names), GlobalSecondaryIndexes=list(indexes), **changes
    )


def with_local(*indexes, names="pk sk g h", **changes):
    return table(
        "orders", "pk sk", AttributeDefinitions=attributes(names), LocalSecondaryIndexes=list(indexes), **changes
    )


INDEXES = [
    (table(GlobalSecondaryIndexes=[]), f"{OOMPV}List of GlobalSecondaryIndexes is empty"),
    (table(LocalSecondaryIndexes=[]), f"{OOMPV}List of LocalSecondaryIndexes is empty"),
    (with_global(index("byg", "g"), names="pk sk"), f"{OOMPV}Some index key attributes are not defined in AttributeDefinitions. Keys: [g], AttributeDefinitions: [sk, pk]"),
    (with_local(index("byg", "pk g"), names="pk sk"), f"{OOMPV}Some index key attributes are not defined in AttributeDefinitions. Keys: [g, pk], AttributeDefinitions: [sk, pk]"),
    (table("orders", "pk q", AttributeDefinitions=attributes("pk g"), GlobalSecondaryIndexes=[index("byg", "g")]), f"{OOMPV}Some index key attributes are not defined in AttributeDefinitions. Keys: [q, pk], AttributeDefinitions: [pk, g]"),
    (with_global(index("bya", "a"), names="pk sk a b c"), f"{OOMPV}Some AttributeDefinitions are not used. AttributeDefinitions: [sk, a, b, pk, c], keys used: [a, sk, pk]"),
    (with_global(index("byg", "g | g")), "ValidationException: The KeySchema contains multiple key attributes with the same name"),
    (with_global(index("byg", "g")), f"{OOMPV}Some AttributeDefinitions are not used. AttributeDefinitions: [sk, h, pk, g], keys used: [g, sk, pk]"),
    (with_global(index("byg", "g h"), index("byg", "g h")), f"{OOMPV}Duplicate index name: byg"),
    (with_global(index("same", "g h"), LocalSecondaryIndexes=[index("same", "pk g")]), f"{OOMPV}Duplicate index name: same"),
    (with_global(*[index(f"byg{n}", "g h") for n in range(21)]), f"{OOMPV}GlobalSecondaryIndex count exceeds the per-table limit of 20"),
    (with_local(*[index(f"byg{n}", "pk g") for n in range(6)], names="pk sk g"), f"{OOMPV}Number of LocalSecondaryIndexes exceeds per-table limit of 5"),
    (with_local(index("byg", "pk"), names="pk sk"), f"{OOMPV}Index KeySchema does not have a range key for index: byg"),
    (with_local(index("byg", "g h")), f"{OOMPV}Index KeySchema does not have the same leading hash key as table KeySchema for index: byg. index hash key: g, table hash key: pk"),
    (table(AttributeDefinitions=attributes("pk g"), LocalSecondaryIndexes=[index("byg", "pk g")]), f"{OOMPV}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"),
    (with_global(index("byg", "g h", {})), f"{OOMPV}Unknown ProjectionType: null"),
    (with_global(index("byg", "g h", {"ProjectionType": "ALL", "NonKeyAttributes": ["x"]})), f"{OOMPV}ProjectionType is ALL, but NonKeyAttributes is specified"),
    (with_global(index("byg", "g h", {"ProjectionType": "KEYS_ONLY", "NonKeyAttributes": ["x"]})), f"{OOMPV}ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified"),
    (with_global(index("byg", "g h", "INCLUDE")), f"{OOMPV}ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
    (with_global(index("byg", "g h", {"ProjectionType": "INCLUDE", "NonKeyAttributes": []})), f"{VIOLATED}Value '[]' at 'globalSecondaryIndexes.1.member.projection.nonKeyAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1"),
    (with_local(index("byg", "pk g", {"ProjectionType": "ALL", "NonKeyAttributes": []})), f"{VIOLATED}Value '[]' at 'localSecondaryIndexes.1.member.projection.nonKeyAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1"),
    (with_global(index("byg", "g h", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y", "x"]})), f"{OOMPV}Duplicate element in NonKeyAttributes: x"),
    (with_global(index("byg", "g h", "SOME")), f"{VIOLATED}Value 'SOME' at 'globalSecondaryIndexes.1.member.projection.projectionType' failed to satisfy constraint: Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]"),
    (with_global(index("by", "g h")), f"{VIOLATED}Value 'by' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must have length greater than or equal to 3"),
    (with_global(index("byg", "g h", ProvisionedThroughput=units(1, 1))), f"{OOMPV}ProvisionedThroughput should not be specified for index: byg when BillingMode is PAY_PER_REQUEST"),
    (with_global(index("byg", "g h"), BillingMode="PROVISIONED", ProvisionedThroughput=units(1, 1)), f"{OOMPV}ProvisionedThroughput is not specified for index: byg"),
    (with_global(index("byg", "g h", ProvisionedThroughput=units(1, 1), OnDemandThroughput={"MaxReadRequestUnits": 1}), BillingMode="PROVISIONED", ProvisionedThroughput=units(1, 1)), f"{OOMPV}MaxReadRequestUnits for OnDemandThroughput for index: byg cannot be specified when table BillingMode is PROVISIONED."),
    (with_global(index("byg", "g h", OnDemandThroughput={"MaxReadRequestUnits": 0})), f"{OOMPV}Requested MaxReadRequestUnits for OnDemandThroughput for index : byg is outside of valid range"),
    (with_global(index("byg", "g h", ProvisionedThroughput=units(40_001, 1)), BillingMode="PROVISIONED", ProvisionedThroughput=units(1, 1)), "LimitExceededException: The requested ReadCapacityUnits for index byg, 40001, is above the per index maximum for the account in us-east-1. Per index maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."),
]  # fmt: skip


@pytest.mark.parametrize("params, message", INDEXES)
def test_indexes_must_be_well_formed(refused, params, message):
    assert refused("create_table", **params) == message


WIDE_KEYS = [
    ("a b c d e |", f"{OOMPV}The KeySchema exceeds the maximum allowed number of HASH key attributes"),
    ("a | b c d e f", f"{OOMPV}The KeySchema exceeds the maximum allowed number of RANGE key attributes"),
    ("a b | a", "ValidationException: The KeySchema contains multiple key attributes with the same name"),
    ("| a", "ValidationException: Invalid KeySchema: The first KeySchemaElement is not a HASH key type"),
]


@pytest.mark.parametrize("key, message", WIDE_KEYS)
def test_the_keys_of_a_global_index_have_bounds(refused, key, message):
    names = " ".join(sorted({"pk", *key.replace("|", " ").split()}))
    params = table(AttributeDefinitions=attributes(names), GlobalSecondaryIndexes=[index("wide", key)])
    assert refused("create_table", **params) == message


def test_partition_attributes_of_a_global_index_come_first(refused):
    mixed = [*keys("a b"), {"AttributeName": "c", "KeyType": "HASH"}]
    params = table(
        AttributeDefinitions=attributes("pk a b c"), GlobalSecondaryIndexes=[{**index("wide", "a"), "KeySchema": mixed}]
    )
    message = "All HASH key attributes must precede RANGE key attributes in the KeySchema"
    assert refused("create_table", **params) == OOMPV + message


def test_all_indexes_together_may_project_a_hundred_attributes(client, refused):
    def including(count):
        return {"ProjectionType": "INCLUDE", "NonKeyAttributes": [f"a{n}" for n in range(count)]}

    full = [index(f"byg{n}", "g", including(20)) for n in range(5)]
    params = table(AttributeDefinitions=attributes("pk g"), KeySchema=keys("pk"))
    too_many = refused("create_table", **params, GlobalSecondaryIndexes=[*full, index("more", "g", including(1))])
    assert too_many.startswith(OOMPV)
    client.create_table(**params, GlobalSecondaryIndexes=[*full, index("keys", "g", "KEYS_ONLY")])


def test_one_index_may_project_twenty_attributes(refused):
    names = [f"a{n}" for n in range(21)]
    params = with_global(index("byg", "g h", {"ProjectionType": "INCLUDE", "NonKeyAttributes": names}))
    message = refused("create_table", **params)
    assert message.startswith(f"{VIOLATED}Value '[a0, a1")
    assert message.endswith("Member must have length less than or equal to 20")


REST = [
    ({"StreamSpecification": {"StreamEnabled": True}}, f"{OOMPV}Table is being created with a stream enabled, UpdateViewType is required"),
    ({"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}}, f"{OOMPV}Table is being created with a stream disabled, UpdateViewType should not be specified"),
    ({"StreamSpecification": {}}, f"{VIOLATED}Value null at 'streamSpecification.streamEnabled' failed to satisfy constraint: Member must not be null"),
    ({"SSESpecification": {"Enabled": False, "SSEType": "KMS"}}, f"{OOMPV}SSEType can not be specified if Enabled is false"),
    ({"SSESpecification": {"Enabled": False, "KMSMasterKeyId": "key"}}, f"{OOMPV}KMSMasterKeyId can not be specified if Enabled is false"),
    ({"SSESpecification": {"Enabled": True, "SSEType": "AES256"}}, f"{OOMPV}SSEType AES256 is not supported"),
    ({"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "key"}}, f"{OOMPV}SSEType KMS is required if KMSMasterKeyId is specified"),
    ({"Tags": [{"Key": "a,b", "Value": ""}]}, "ValidationException: The Tag Key provided is invalid, Key: a,b"),
]  # fmt: skip


@pytest.mark.parametrize("changes, message", REST)
def test_stream_encryption_and_tags_must_make_sense(refused, changes, message):
    assert refused("create_table", **table(**changes)) == message


def test_the_definition_is_looked_at_before_the_tables_that_are_there(client, refused):
    client.create_table(**table())
    assert "Neither ReadCapacityUnits" in refused("create_table", **table(ProvisionedThroughput=units(1, 1)))


def test_a_name_that_is_taken_is_refused(client, refused):
    client.create_table(**table())
    assert refused("create_table", **table("orders", "id")) == "ResourceInUseException: Table already exists: orders"


def test_regions_have_tables_of_their_own(client, ddbmock):
    client.create_table(**table())
    abroad = ddbmock.client("dynamodb", region="eu-west-1")
    assert abroad.list_tables()["TableNames"] == []
    abroad.create_table(**table())
    assert ":eu-west-1:" in abroad.describe_table(TableName="orders")["Table"]["TableArn"]


@pytest.mark.ddbmock(pace=5)
def test_a_name_whose_table_is_being_created_is_refused(client, refused):
    client.create_table(**table())
    assert refused("create_table", **table()) == f"{IN_USE}Table is being created: orders"


@pytest.mark.ddbmock(pace=5)
def test_a_name_whose_table_is_being_deleted_is_refused(client, refused, ddbmock_clock):
    client.create_table(**table())
    ddbmock_clock.tick(seconds=5)
    client.delete_table(TableName="orders")
    assert refused("create_table", **table()) == "ResourceInUseException: Table already exists: orders"
    ddbmock_clock.tick(seconds=5)
    client.create_table(**table())


def test_the_account_has_so_much_provisioned_capacity(client, refused):
    client.create_table(**provisioned("one11", read=40_000, write=1))
    client.create_table(**provisioned("two22", read=39_999, write=1))
    assert refused("create_table", **provisioned("three", read=2, write=1)) == (
        "LimitExceededException: This request would have caused the ReadCapacityUnits limit to be exceeded for the "
        "account in us-east-1. Current ReadCapacityUnits reserved by the account: 79999. Limit: 80000. Requested: 2. "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )
