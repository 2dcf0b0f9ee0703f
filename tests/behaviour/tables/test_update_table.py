# ruff: noqa: E501  (a text of AWS is easier to find on one line)
"""UpdateTable: what fits together, billing, capacity, stream, table class, deletion protection."""

from __future__ import annotations

import datetime

import pytest

from tests.support.definitions import (
    IN_USE,
    OOMPV,
    VIOLATED,
    attributes,
    create_index,
    delete_index,
    index,
    keys,
    provisioned,
    stream,
    table,
    units,
    update_index,
)

NOTHING = (
    "ValidationException: At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
    "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, "
    "MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)
ONLY = "must be the only operation in the request"
READ, WRITE = {"MaxReadRequestUnits": 10}, {"MaxWriteRequestUnits": 10}
CLASS, PROTECTED = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}, {"DeletionProtectionEnabled": True}
CAPACITY, WARM, LIMITS = (
    {"ProvisionedThroughput": units(9, 9)},
    {"WarmThroughput": {"ReadUnitsPerSecond": 20_000}},
    {"OnDemandThroughput": READ},
)

UNFIT = [
    ({}, NOTHING),
    ({"AttributeDefinitions": attributes("g")}, NOTHING),
    ({"GlobalSecondaryIndexUpdates": []}, NOTHING),
    ({"GlobalSecondaryIndexUpdates": [], **LIMITS}, f"{OOMPV}List of GlobalSecondaryIndexUpdates is empty"),
    ({"GlobalSecondaryIndexUpdates": [{}]}, f"{OOMPV}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null"),
    (
        {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "old"}, "Create": index("new", "g")}]},
        f"{OOMPV}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
    ),
    (
        {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "old"}}, {"Update": {"IndexName": "old"}}]},
        f"{OOMPV}Only one global secondary index update per index is allowed simultaneously. Index: old",
    ),
    (
        {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "old"}}, {"Create": index("new", "g")}]},
        "LimitExceededException: Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    ),
    ({"TableClass": "CHEAP"}, "ValidationException: Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, STANDARD_INFREQUENT_ACCESS]."),
    ({"SSESpecification": {"Enabled": False}, **CLASS, **PROTECTED}, f"{OOMPV}Server-Side Encryption modification {ONLY}"),
    ({**CLASS, **PROTECTED}, f"{OOMPV}TableClass modification {ONLY}"),
    ({**CLASS, **LIMITS}, f"{OOMPV}TableClass modification {ONLY}"),
    ({**PROTECTED, **WARM}, f"{OOMPV}DeletionProtection modification {ONLY}"),
    ({**WARM, **stream("NEW_IMAGE")}, f"{OOMPV}WarmThroughput {ONLY}"),
    ({**WARM, **create_index("new", "g")}, f"{OOMPV}Create global secondary index cannot be specified when updating WarmThroughput"),
    ({**LIMITS, **stream("NEW_IMAGE")}, f"{OOMPV}OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"),
    ({**CAPACITY, **create_index("new", "g")}, f"{OOMPV}You cannot create or delete index while updating table IOPS"),
    ({**CAPACITY, **delete_index("old")}, f"{OOMPV}You cannot create or delete index while updating table IOPS"),
    ({**stream("NEW_IMAGE"), **delete_index("old")}, f"{OOMPV}You cannot create or delete index while changing stream status"),
    ({**CAPACITY, **stream("NEW_IMAGE")}, f"{OOMPV}You cannot modify stream status while updating table IOPS"),
    ({"SSESpecification": {"Enabled": False}}, f"{OOMPV}Table is already encrypted by default"),
    ({"SSESpecification": {}}, f"{OOMPV}Table is already encrypted by default"),
    ({"SSESpecification": {"SSEType": "AES256"}}, f"{OOMPV}SSEType AES256 is not supported"),
]  # fmt: skip


@pytest.mark.parametrize("params, message", UNFIT)
def test_a_request_must_ask_for_something_that_can_be_done_at_once(client, refused, params, message):
    client.create_table(**table())
    assert refused("update_table", TableName="orders", **params) == message


@pytest.mark.parametrize("name", ["OnDemandThroughput", "WarmThroughput"])
def test_empty_capacity_alone_is_a_failure_of_the_service_and_beside_others_nothing(client, refused, describe, name):
    client.create_table(**table())
    assert refused("update_table", TableName="orders", **{name: {}}) == "InternalFailure: "
    client.update_table(TableName="orders", **{name: {}}, **PROTECTED)
    assert describe("orders")["DeletionProtectionEnabled"] is True


NAMES = [
    ({}, f"{VIOLATED}Value null at 'tableName' failed to satisfy constraint: Member must not be null"),
    ({"TableName": "ab"}, f"{VIOLATED}Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"),
    ({"TableName": "ghost"}, "ResourceNotFoundException: Requested resource not found: Table: ghost not found"),
]  # fmt: skip


@pytest.mark.parametrize("params, message", NAMES)
def test_the_table_must_be_named_and_be_there(refused, params, message):
    assert refused("update_table", **params, **PROTECTED) == message


# ---- provisioned capacity


def test_the_answer_has_the_old_numbers_and_the_new_dates(client, describe):
    client.create_table(**provisioned())
    answer = client.update_table(TableName="orders", ProvisionedThroughput=units(9, 2))["TableDescription"]
    assert answer["TableStatus"] == "UPDATING"
    during = answer["ProvisionedThroughput"]
    assert (during["ReadCapacityUnits"], during["WriteCapacityUnits"], during["NumberOfDecreasesToday"]) == (5, 5, 1)
    assert during["LastIncreaseDateTime"] == during["LastDecreaseDateTime"]
    after = describe("orders")
    assert after["TableStatus"] == "ACTIVE"
    assert after["ProvisionedThroughput"] == {**during, **units(9, 2)}


def test_warm_throughput_is_the_most_ever_provisioned(client, describe):
    client.create_table(**provisioned())
    client.update_table(TableName="orders", ProvisionedThroughput=units(9, 2))
    client.update_table(TableName="orders", ProvisionedThroughput=units(3, 3))
    warm = describe("orders")["WarmThroughput"]
    assert warm == {"ReadUnitsPerSecond": 9, "WriteUnitsPerSecond": 5, "Status": "ACTIVE"}


def test_the_same_capacity_is_no_change(client, refused):
    client.create_table(**provisioned())
    assert refused("update_table", TableName="orders", ProvisionedThroughput=units(5, 5)) == (
        "ValidationException: The provisioned throughput for the table will not change. The requested value equals the "
        "current value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. Current "
        "WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. Refer to the Amazon DynamoDB "
        "Developer Guide for current limits and how to request higher limits."
    )


def test_capacity_has_an_upper_bound(client, refused):
    client.create_table(**provisioned())
    message = refused("update_table", TableName="orders", ProvisionedThroughput=units(40_001, 5))
    assert message.startswith("LimitExceededException: The requested ReadCapacityUnits, 40001, is above the per table")


def test_four_decreases_a_day_then_one_an_hour_and_four_again_the_next_day(client, refused, describe, ddbmock_clock):
    ddbmock_clock.freeze()
    ddbmock_clock.move_to("2026-10-10T10:00:19")
    client.create_table(**provisioned(read=20))

    def lower(read):
        return {"TableName": "orders", "ProvisionedThroughput": units(read, 5)}

    for read in (19, 18, 17, 16):
        client.update_table(**lower(read))
    assert describe("orders")["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 4
    assert refused("update_table", **lower(15)) == (
        "LimitExceededException: Subscriber limit exceeded: Provisioned throughput decreases are limited within a given "
        "UTC day. After the first 4 decreases, each subsequent decrease in the same UTC day can be performed at most "
        "once every 3600 seconds. Number of decreases today: 4. Last decrease at Saturday, October 10, 2026 at 10:00:19 "
        "AM Coordinated Universal Time. Next decrease can be made at Saturday, October 10, 2026 at 11:00:19 AM "
        "Coordinated Universal Time"
    )
    client.update_table(TableName="orders", ProvisionedThroughput=units(30, 5))  # raising is free
    ddbmock_clock.tick(hours=1)
    client.update_table(**lower(15))
    refused("update_table", **lower(14))
    ddbmock_clock.move_to("2026-10-11T00:00:00")
    assert describe("orders")["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
    for read in (14, 13, 12, 11):
        client.update_table(**lower(read))
    refused("update_table", **lower(10))


def test_a_table_and_its_indexes_count_decreases_apart(client, describe):
    client.create_table(**with_index())
    for read in (4, 3, 2, 1):
        client.update_table(TableName="orders", ProvisionedThroughput=units(read, 5))
    client.update_table(TableName="orders", **update_index("byg", ProvisionedThroughput=units(4, 5)))
    [byg] = describe("orders")["GlobalSecondaryIndexes"]
    assert byg["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 1
    assert byg["ProvisionedThroughput"]["ReadCapacityUnits"] == 4


def with_index(**changes):
    """A provisioned table with one global index."""
    byg = index("byg", "g", ProvisionedThroughput=units(5, 5))
    return provisioned(
        AttributeDefinitions=attributes("pk g"), KeySchema=keys("pk"), GlobalSecondaryIndexes=[byg], **changes
    )


# ---- billing


def test_a_table_goes_on_demand_and_back(client, describe):
    client.create_table(**provisioned())
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST", OnDemandThroughput=READ)
    described = describe("orders")
    summary = described["BillingModeSummary"]
    assert summary["BillingMode"] == "PAY_PER_REQUEST"
    assert isinstance(summary["LastUpdateToPayPerRequestDateTime"], datetime.datetime)
    assert described["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(0, 0)}
    assert described["OnDemandThroughput"] == READ
    assert described["WarmThroughput"]["ReadUnitsPerSecond"] == 12000

    client.update_table(TableName="orders", BillingMode="PROVISIONED", ProvisionedThroughput=units(3, 4))
    described = describe("orders")
    assert described["BillingModeSummary"] == {**summary, "BillingMode": "PROVISIONED"}
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    assert described["WarmThroughput"]["ReadUnitsPerSecond"] == 12000
    assert "OnDemandThroughput" not in described


def test_indexes_go_on_demand_with_their_table(client, describe):
    client.create_table(**with_index())
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
    [byg] = describe("orders")["GlobalSecondaryIndexes"]
    assert byg["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(0, 0)}
    assert byg["IndexStatus"] == "ACTIVE"


def test_the_billing_mode_that_a_table_has_already_is_no_change(client, describe):
    client.create_table(**table())
    before = describe("orders")
    answer = client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")["TableDescription"]
    assert answer == {**before, "TableStatus": "UPDATING"}  # only the answer says so
    assert describe("orders") == before


def test_four_switches_to_on_demand_in_a_day(client, refused, ddbmock_clock):
    client.create_table(**provisioned())
    for _ in range(4):
        client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
        client.update_table(TableName="orders", BillingMode="PROVISIONED", ProvisionedThroughput=units(5, 5))
    message = refused("update_table", TableName="orders", BillingMode="PAY_PER_REQUEST")
    assert message.startswith(
        "LimitExceededException: Subscriber limit exceeded: Update to PayPerRequest mode are limited"
    )
    ddbmock_clock.tick(hours=24)
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")


NOT_ON_DEMAND = "cannot be specified when the table BillingMode is PROVISIONED"
OUT_OF_RANGE = "is outside of valid range"
BILLING = [
    (table(), CAPACITY, f"{OOMPV}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"),
    (provisioned(), {"BillingMode": "PAY_PER_REQUEST", **CAPACITY}, f"{OOMPV}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"),
    (table(), {"BillingMode": "PROVISIONED"}, f"{OOMPV}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"),
    (provisioned(), LIMITS, f"{OOMPV}MaxReadRequestUnits for OnDemandThroughput {NOT_ON_DEMAND}"),
    (provisioned(), {"OnDemandThroughput": WRITE}, f"{OOMPV}MaxWriteRequestUnits for OnDemandThroughput {NOT_ON_DEMAND}"),
    (table(), {"OnDemandThroughput": {"MaxReadRequestUnits": 0}}, f"{OOMPV}Requested MaxReadRequestUnits for OnDemandThroughput for table {OUT_OF_RANGE}"),
    (table(), {"OnDemandThroughput": {"MaxReadRequestUnits": -2}}, f"{OOMPV}Requested MaxReadRequestUnits for OnDemandThroughput for table {OUT_OF_RANGE}"),
    (table(), {"WarmThroughput": {"ReadUnitsPerSecond": 11_999}}, f"{OOMPV}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported"),
]  # fmt: skip


@pytest.mark.parametrize("made, params, message", BILLING)
def test_capacity_must_fit_the_billing_mode(client, refused, made, params, message):
    client.create_table(**made)
    assert refused("update_table", TableName="orders", **params) == message


def test_limits_are_merged_and_minus_one_takes_one_away(client, describe):
    client.create_table(**table())
    client.update_table(TableName="orders", OnDemandThroughput=READ)
    client.update_table(TableName="orders", OnDemandThroughput=WRITE)
    assert describe("orders")["OnDemandThroughput"] == {**READ, **WRITE}
    without = {"MaxReadRequestUnits": -1}
    answer = client.update_table(TableName="orders", OnDemandThroughput=without)["TableDescription"]
    assert answer["OnDemandThroughput"] == {**without, **WRITE}
    assert describe("orders")["OnDemandThroughput"] == WRITE
    client.update_table(TableName="orders", OnDemandThroughput={"MaxWriteRequestUnits": -1})
    assert "OnDemandThroughput" not in describe("orders")


@pytest.mark.ddbmock(pace=5)
def test_warm_throughput_is_raised_while_the_table_stays_active(client, describe, ddbmock_clock):
    client.create_table(**table())
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **WARM)
    described = describe("orders")
    assert described["TableStatus"] == "ACTIVE"
    warm = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000, "Status": "UPDATING"}
    assert described["WarmThroughput"] == warm
    ddbmock_clock.tick(seconds=5)
    warm = {"ReadUnitsPerSecond": 20_000, "WriteUnitsPerSecond": 4_000, "Status": "ACTIVE"}
    assert describe("orders")["WarmThroughput"] == warm


@pytest.mark.ddbmock(pace=5)
@pytest.mark.parametrize("of_index", [False, True])
def test_the_last_raise_of_warm_throughput_wins(client, describe, ddbmock_clock, of_index):
    byg = index("byg", "g")
    client.create_table(
        **table(AttributeDefinitions=attributes("pk g"), KeySchema=keys("pk"), GlobalSecondaryIndexes=[byg])
    )

    def raise_to(units):
        wanted = {"WarmThroughput": {"ReadUnitsPerSecond": units}}
        client.update_table(TableName="orders", **(update_index("byg", **wanted) if of_index else wanted))

    def warm():
        described = describe("orders")
        shown = (described["GlobalSecondaryIndexes"][0] if of_index else described)["WarmThroughput"]
        return shown["ReadUnitsPerSecond"], shown["WriteUnitsPerSecond"], shown["Status"]

    ddbmock_clock.tick(seconds=5)
    raise_to(13_000)
    ddbmock_clock.tick(seconds=2)
    raise_to(14_000)
    ddbmock_clock.tick(seconds=4)
    assert warm() == (12_000, 4_000, "UPDATING")
    assert describe("orders")["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    ddbmock_clock.tick(seconds=1)
    assert warm() == (14_000, 4_000, "ACTIVE")
    raise_to(14_000)  # what it has
    ddbmock_clock.tick(seconds=5)
    assert warm() == (14_000, 4_000, "ACTIVE")


def test_limits_hold_at_once(client):
    client.create_table(**table())
    answer = client.update_table(TableName="orders", OnDemandThroughput=READ)["TableDescription"]
    assert (answer["TableStatus"], answer["OnDemandThroughput"]) == ("ACTIVE", READ)


@pytest.mark.ddbmock(pace=5)
def test_a_switch_shows_mode_and_capacity_at_once_and_its_date_at_the_end(client, describe, ddbmock_clock):
    ddbmock_clock.freeze()
    client.create_table(**with_index())
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
    during = describe("orders")
    assert during["TableStatus"] == "UPDATING"
    assert during["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert during["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(0, 0)}
    assert during["WarmThroughput"] == {"ReadUnitsPerSecond": 5, "WriteUnitsPerSecond": 5, "Status": "ACTIVE"}
    [byg] = during["GlobalSecondaryIndexes"]
    assert (byg["IndexStatus"], byg["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("UPDATING", 0)
    ddbmock_clock.tick(seconds=5)
    after = describe("orders")
    moment = after["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"]
    assert moment - after["CreationDateTime"] == datetime.timedelta(seconds=10)
    assert after["WarmThroughput"]["ReadUnitsPerSecond"] == 12_000

    capacity = {**CAPACITY, **update_index("byg", ProvisionedThroughput=units(7, 8))}
    client.update_table(TableName="orders", BillingMode="PROVISIONED", **capacity)
    during = describe("orders")
    assert during["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert during["ProvisionedThroughput"]["ReadCapacityUnits"] == 9
    assert during["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 7


# ---- indexes' capacity

TO_LIMITS = "when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"
INDEX_CAPACITY = [
    (True, update_index("byg", ProvisionedThroughput=units(9, 9)), f"{OOMPV}The only Updates for index: byg {TO_LIMITS}"),
    (True, update_index("byg", OnDemandThroughput={"MaxReadRequestUnits": 0}), f"{OOMPV}Requested MaxReadRequestUnits for OnDemandThroughput for index : byg {OUT_OF_RANGE}"),
    (False, update_index("byg", OnDemandThroughput=READ), f"{OOMPV}MaxReadRequestUnits for OnDemandThroughput for index : byg {NOT_ON_DEMAND}"),
    (True, {"BillingMode": "PROVISIONED", **CAPACITY}, f"{OOMPV}ProvisionedThroughput must be specified for index: byg"),
    (True, update_index("none", OnDemandThroughput=READ), "ResourceNotFoundException: Requested resource not found: Index none for table orders"),
    (True, update_index("byg", WarmThroughput={"ReadUnitsPerSecond": 1}), f"{OOMPV}Requested ReadUnitsPerSecond for WarmThroughput for index byg is lower than current WarmThroughput, decreasing WarmThroughput is not supported"),
]  # fmt: skip


@pytest.mark.parametrize("on_demand, params, message", INDEX_CAPACITY)
def test_the_capacity_of_an_index_must_fit_the_billing_mode(client, refused, on_demand, params, message):
    client.create_table(**with_index())
    if on_demand:
        client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
    assert refused("update_table", TableName="orders", **params) == message


def test_the_same_capacity_of_an_index_is_no_change(client, refused):
    client.create_table(**with_index())
    assert refused("update_table", TableName="orders", **update_index("byg", ProvisionedThroughput=units(5, 5))) == (
        "ValidationException: The provisioned throughput for the index byg will not change. The requested value equals "
        "the current value. Current ReadCapacityUnits provisioned for index byg: 5. Requested ReadCapacityUnits: 5. "
        "Current WriteCapacityUnits provisioned for index byg: 5. Requested WriteCapacityUnits: 5. Refer to the Amazon "
        "DynamoDB Developer Guide for current limits and how to request higher limits."
    )


LACKING = [
    ({}, "index-A,index-B,index-C"),
    (update_index("index-B", ProvisionedThroughput=units(5, 5)), "index-A,index-C"),
    (update_index("index-B", OnDemandThroughput=READ), "index-A,index-B,index-C"),
    (delete_index("index-C"), "index-A,index-B"),
]


@pytest.mark.parametrize("updates, named", LACKING)
def test_all_indexes_without_capacity_are_named_at_once(client, refused, updates, named):
    indexes = [index(f"index-{letter}", "g") for letter in "ABC"]
    client.create_table(
        **table(AttributeDefinitions=attributes("pk g"), KeySchema=keys("pk"), GlobalSecondaryIndexes=indexes)
    )
    assert refused("update_table", TableName="orders", BillingMode="PROVISIONED", **CAPACITY, **updates) == (
        f"{OOMPV}ProvisionedThroughput must be specified for index: {named}"
    )


def test_the_warm_throughput_of_an_index_never_falls(client, describe):
    client.create_table(**with_index())

    def warm():
        warm = describe("orders")["GlobalSecondaryIndexes"][0]["WarmThroughput"]
        return warm["ReadUnitsPerSecond"], warm["WriteUnitsPerSecond"]

    client.update_table(TableName="orders", **update_index("byg", ProvisionedThroughput=units(9, 1)))
    assert warm() == (9, 5)
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
    assert warm() == (12000, 4000)
    updates = update_index("byg", ProvisionedThroughput=units(1, 1))
    client.update_table(TableName="orders", BillingMode="PROVISIONED", **CAPACITY, **updates)
    assert warm() == (12000, 4000)


def test_a_switch_to_provisioned_gives_each_index_its_capacity(client, describe):
    client.create_table(
        **table(
            AttributeDefinitions=attributes("pk g"), KeySchema=keys("pk"), GlobalSecondaryIndexes=[index("byg", "g")]
        )
    )
    updates = update_index("byg", ProvisionedThroughput=units(7, 8))
    client.update_table(TableName="orders", BillingMode="PROVISIONED", **CAPACITY, **updates)
    [byg] = describe("orders")["GlobalSecondaryIndexes"]
    assert (byg["ProvisionedThroughput"]["ReadCapacityUnits"], byg["IndexStatus"]) == (7, "ACTIVE")


def test_an_index_has_limits_of_its_own(client, describe):
    client.create_table(**with_index())
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
    client.update_table(TableName="orders", **update_index("byg", OnDemandThroughput=READ))
    described = describe("orders")
    assert described["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == READ
    assert "OnDemandThroughput" not in described


# ---- stream


def test_a_stream_is_switched_on_and_off(client, describe):
    client.create_table(**table())
    answer = client.update_table(TableName="orders", **stream("KEYS_ONLY"))["TableDescription"]
    assert answer["TableStatus"] == "UPDATING"
    assert answer["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    label = answer["LatestStreamLabel"]
    client.update_table(TableName="orders", **stream(None))
    described = describe("orders")
    assert "StreamSpecification" not in described
    assert described["LatestStreamLabel"] == label


def test_each_enabling_makes_a_new_stream_even_in_one_moment(client, ddbmock_clock):
    ddbmock_clock.freeze()
    client.create_table(**table(**stream("NEW_IMAGE")))
    arns = {client.describe_table(TableName="orders")["Table"]["LatestStreamArn"]}
    for _ in range(3):
        client.update_table(TableName="orders", **stream(None))
        client.update_table(TableName="orders", **stream("NEW_IMAGE"))
        arns.add(client.describe_table(TableName="orders")["Table"]["LatestStreamArn"])
    assert len(arns) == 4


def test_a_stream_starts_with_a_switch_to_on_demand(client, describe):
    client.create_table(**provisioned())
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST", **stream("NEW_IMAGE"))
    described = describe("orders")
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["StreamSpecification"]["StreamEnabled"] is True


STREAMS = [
    (None, {"StreamSpecification": {"StreamEnabled": True}}, f"{OOMPV}If stream is being enabled then UpdateViewType is required"),
    ("NEW_IMAGE", {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}}, f"{OOMPV}If stream is being disabled, then UpdateViewType must not be specified"),
    ("NEW_IMAGE", stream("NEW_IMAGE"), "ValidationException: Table already has an enabled stream: TableName: orders"),
    ("NEW_IMAGE", stream("OLD_IMAGE"), "ValidationException: Table already has an enabled stream: TableName: orders"),
    (None, stream(None), "ValidationException: Table has no stream to disable: TableName: orders"),
]  # fmt: skip


@pytest.mark.parametrize("view_type, params, message", STREAMS)
def test_a_stream_must_be_switched(client, refused, view_type, params, message):
    client.create_table(**table(**({} if view_type is None else stream(view_type))))
    assert refused("update_table", TableName="orders", **params) == message


# ---- table class and deletion protection


def test_the_table_class_is_changed_twice_in_thirty_days(client, refused, describe, ddbmock_clock):
    client.create_table(**table())
    assert "TableClassSummary" not in describe("orders")
    answer = client.update_table(TableName="orders", TableClass="STANDARD")["TableDescription"]  # what it is already
    assert (answer["TableStatus"], describe("orders")["TableStatus"]) == ("UPDATING", "ACTIVE")
    client.update_table(TableName="orders", **CLASS)
    summary = describe("orders")["TableClassSummary"]
    assert summary["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert "LastUpdateDateTime" in summary
    client.update_table(TableName="orders", TableClass="STANDARD")
    message = (
        "LimitExceededException: Subscriber limit exceeded: Updates to TableClass are limited to 2 times in 30 day(s)."
    )
    assert refused("update_table", TableName="orders", **CLASS) == message
    assert refused("update_table", TableName="orders", TableClass="STANDARD") == message
    ddbmock_clock.tick(days=30)
    client.update_table(TableName="orders", **CLASS)


def test_protection_changes_without_an_update(client):
    client.create_table(**table())
    answer = client.update_table(TableName="orders", **PROTECTED)["TableDescription"]
    assert (answer["TableStatus"], answer["DeletionProtectionEnabled"]) == ("ACTIVE", True)


@pytest.mark.ddbmock(pace=1)
def test_protection_changes_once_in_fifteen_seconds_when_changes_take_time(client, refused, ddbmock_clock):
    ddbmock_clock.freeze()
    ddbmock_clock.move_to("2026-10-09T05:53:05.330")
    client.create_table(**table())
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **PROTECTED)
    client.update_table(TableName="orders", **PROTECTED)  # no change
    assert refused("update_table", TableName="orders", DeletionProtectionEnabled=False) == (
        "ThrottlingException: Deletion protection setting for table orders modified within the previous 15000 milliseconds. "
        "Please try again after 2026-10-09T05:53:25.330Z"
    )


# ---- two changes at the same time

BEFORE = {
    "throughput": (provisioned(), CAPACITY),
    "billing": (provisioned(), {"BillingMode": "PAY_PER_REQUEST"}),
    "stream": (table(), stream("NEW_IMAGE")),
    "class": (table(), CLASS),
}
CREATED, DELETED = create_index("new", "g"), delete_index("old")
IOPS = "Table IOPS are currently being updated. Table: orders"
CLASS_IN_PROGRESS = "Table: orders TableClassUpdateInProgress: STANDARD_INFREQUENT_ACCESS"
MEANWHILE = [
    ("throughput", {"ProvisionedThroughput": units(7, 7)}, IOPS),
    ("throughput", {"BillingMode": "PAY_PER_REQUEST"}, IOPS),
    ("billing", {"ProvisionedThroughput": units(7, 7)}, IOPS),
    ("billing", {"BillingMode": "PAY_PER_REQUEST"}, IOPS),
    ("throughput", stream("NEW_IMAGE"), "Can't enable or disable stream while table IOPS are being updated. Table: orders"),
    ("billing", stream("NEW_IMAGE"), "Can't enable or disable stream while table IOPS are being updated. Table: orders"),
    ("throughput", CREATED, "Can't create or delete indexes while table IOPS are being updated. Table: orders"),
    ("billing", DELETED, "Can't create or delete indexes while table IOPS are being updated. Table: orders"),
    ("billing", LIMITS, "OnDemandThroughput cannot be updated while BillingMode update is in progress"),
    ("class", {"TableClass": "STANDARD"}, f"Can't update table class when a table class update is in progress. {CLASS_IN_PROGRESS}"),
    ("class", CLASS, f"Can't update table class when a table class update is in progress. {CLASS_IN_PROGRESS}"),
    ("class", stream("NEW_IMAGE"), f"Can't change stream status when a table class update is in progress. {CLASS_IN_PROGRESS}"),
    ("class", CREATED, f"Can't create or delete an index when a table class update is in progress. {CLASS_IN_PROGRESS}"),
    ("class", LIMITS, "OnDemandThroughput cannot be updated while TableClass update is in progress. TableClassUpdateInProgress: STANDARD_INFREQUENT_ACCESS"),
    ("stream", LIMITS, "OnDemandThroughput cannot be updated while stream status update is in progress"),
]  # fmt: skip


@pytest.mark.ddbmock(pace=5)
@pytest.mark.parametrize("change, params, message", MEANWHILE)
def test_a_second_change_waits_for_the_first(client, refused, ddbmock_clock, change, params, message):
    made, first = BEFORE[change]
    client.create_table(**made)
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **first)
    assert refused("update_table", TableName="orders", **params) == IN_USE + message


@pytest.mark.ddbmock(pace=5)
@pytest.mark.parametrize("change", BEFORE)
@pytest.mark.parametrize(
    "params", [PROTECTED, WARM, {"SSESpecification": {"Enabled": True}}], ids=lambda one: next(iter(one))
)
def test_some_changes_run_beside_the_first(client, describe, ddbmock_clock, change, params):
    made, first = BEFORE[change]
    client.create_table(**made)
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **first)
    status = client.update_table(TableName="orders", **params)["TableDescription"]["TableStatus"]
    assert status == ("ACTIVE" if "SSESpecification" in params else "UPDATING")
    assert describe("orders")["TableStatus"] == "UPDATING"
    ddbmock_clock.tick(seconds=5)
    assert describe("orders")["TableStatus"] == "ACTIVE"


@pytest.mark.ddbmock(pace=5)
@pytest.mark.parametrize("made, view_type, verb", [(table(), "NEW_IMAGE", "ENABLE"), (table(**stream("NEW_IMAGE")), None, "DISABLE")])  # fmt: skip
def test_a_stream_in_transition_is_named(client, refused, describe, ddbmock_clock, made, view_type, verb):
    client.create_table(**made)
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **stream(view_type))
    where = f"Table: orders Stream: {describe('orders')['LatestStreamLabel']} Operation: {verb}"
    assert refused("update_table", TableName="orders", **stream("OLD_IMAGE")) == (
        f"{IN_USE}A stream status change is currently in progress. {where}"
    )
    others = [
        ({"BillingMode": "PROVISIONED", **CAPACITY}, "change table IOPS"),
        (CREATED, "create or delete an index"),
        (CLASS, "update table class"),
    ]
    for params, what in others:
        assert refused("update_table", TableName="orders", **params) == (
            f"{IN_USE}Can't {what} when stream status is being updated. {where}"
        )


@pytest.mark.ddbmock(pace=5)
def test_items_are_served_while_a_table_is_updated(client, ddbmock_clock):
    client.create_table(**provisioned())
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **CAPACITY)
    client.put_item(TableName="orders", Item={"pk": {"S": "a"}})
    assert client.get_item(TableName="orders", Key={"pk": {"S": "a"}})["Item"] == {"pk": {"S": "a"}}
