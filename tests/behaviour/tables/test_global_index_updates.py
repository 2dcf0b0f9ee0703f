# ruff: noqa: E501  (a text of AWS is easier to find on one line)
"""Global indexes that are created and deleted while the table is in use."""

from __future__ import annotations

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


def item(pk, **more):
    return {"pk": {"S": pk}, **{name: {"S": value} for name, value in more.items()}}


def query(client, name, value, **more):
    return client.query(
        TableName="orders",
        IndexName=name,
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": {"S": value}},
        **more,
    )["Items"]


def statuses(described):
    return [
        (one["IndexName"], one["IndexStatus"], one.get("Backfilling"))
        for one in described.get("GlobalSecondaryIndexes", [])
    ]


def test_a_new_index_holds_what_the_table_held_and_what_comes(client):
    client.create_table(**table())
    client.put_item(TableName="orders", Item=item("a", g="x"))
    client.put_item(TableName="orders", Item=item("b"))
    client.update_table(TableName="orders", **create_index("byg", "g"))
    client.put_item(TableName="orders", Item=item("c", g="x"))
    assert {one["pk"]["S"] for one in query(client, "byg", "x")} == {"a", "c"}


def test_items_that_cannot_be_in_a_new_index_are_left_out_of_it(client, describe):
    client.create_table(**table())
    client.put_item(TableName="orders", Item={"pk": {"S": "number"}, "g": {"N": "1"}})
    client.put_item(TableName="orders", Item=item("empty", g=""))
    client.put_item(TableName="orders", Item=item("long", g="x" * 2049))
    client.put_item(TableName="orders", Item=item("good", g="x"))
    client.update_table(TableName="orders", **create_index("byg", "g"))
    assert [one["pk"]["S"] for one in client.scan(TableName="orders", IndexName="byg")["Items"]] == ["good"]
    assert describe("orders")["ItemCount"] == 4


def test_after_that_a_key_of_the_wrong_type_is_refused(client, refused):
    client.create_table(**table())
    client.update_table(TableName="orders", **create_index("byg", "g"))
    message = refused("put_item", TableName="orders", Item={"pk": {"S": "a"}, "g": {"N": "1"}})
    assert message.startswith("ValidationException")
    assert "Type mismatch for Index Key g" in message


def test_an_index_with_several_key_attributes_is_created_online(client, describe):
    client.create_table(**table())
    client.put_item(TableName="orders", Item=item("a", g="x", h="y", i="z"))
    client.update_table(TableName="orders", **create_index("wide", "g h | i"))
    found = client.query(
        TableName="orders",
        IndexName="wide",
        KeyConditionExpression="g = :g AND h = :h AND i = :i",
        ExpressionAttributeValues={":g": {"S": "x"}, ":h": {"S": "y"}, ":i": {"S": "z"}},
    )["Items"]
    assert [one["pk"]["S"] for one in found] == ["a"]
    assert describe("orders")["GlobalSecondaryIndexes"][0]["KeySchema"] == keys("g h | i")


def test_definitions_come_and_go_with_the_indexes(client, describe):
    client.create_table(**table())
    updates = create_index("byg", "g pk")
    updates["AttributeDefinitions"] = attributes("g pk:N unused")  # the table knows pk as a string already
    client.update_table(TableName="orders", **updates)
    assert describe("orders")["AttributeDefinitions"] == attributes("g pk")
    client.update_table(TableName="orders", **delete_index("byg"))
    described = describe("orders")
    assert described["AttributeDefinitions"] == attributes("pk")
    assert "GlobalSecondaryIndexes" not in described


REDEFINED = [
    ("g:N", "g", "key{g:S:HASH}", "key{g:N:HASH}"),
    ("pk g:B", "pk g", "key{pk:S:HASH}, SchemaElement: key{g:S:RANGE}", "key{pk:S:HASH}, SchemaElement: key{g:B:RANGE}"),
    ("l:N", "l", "key{l:S:HASH}", "key{l:N:HASH}"),
]  # fmt: skip


@pytest.mark.parametrize("definitions, key, existing, new", REDEFINED)
def test_the_key_of_another_index_cannot_be_redefined(client, refused, definitions, key, existing, new):
    params = {**with_both(), "AttributeDefinitions": attributes("pk sk g l")}
    params["LocalSecondaryIndexes"] = [index("local", "pk l")]
    client.create_table(**params)
    updates = {**create_index("new", key), "AttributeDefinitions": attributes(definitions)}
    assert refused("update_table", TableName="orders", **updates) == (
        f"{OOMPV}Attributes cannot be redefined. Please check that your attribute has the same type as previously "
        f"defined. Existing schema: Schema:[SchemaElement: {existing}] New schema: Schema:[SchemaElement: {new}]"
    )


def test_other_definitions_than_those_of_its_keys_are_ignored(client, describe):
    client.create_table(**with_both())
    updates = {**create_index("new", "h pk"), "AttributeDefinitions": attributes("h pk:N g:N sk:B unused")}
    client.update_table(TableName="orders", **updates)
    assert describe("orders")["AttributeDefinitions"] == attributes("g h pk sk")


def test_a_deleted_index_cannot_be_queried(client, refused):
    client.create_table(**table())
    client.update_table(TableName="orders", **create_index("byg", "g"))
    client.update_table(TableName="orders", **delete_index("byg"))
    assert refused("scan", TableName="orders", IndexName="byg") == (
        "ValidationException: The table does not have the specified index: byg"
    )


def test_a_name_can_be_used_again(client):
    client.create_table(**table())
    client.put_item(TableName="orders", Item=item("a", g="x", h="y"))
    client.update_table(TableName="orders", **create_index("byg", "h"))
    client.update_table(TableName="orders", **delete_index("byg"))
    client.update_table(TableName="orders", **create_index("byg", "g"))
    assert len(query(client, "byg", "x")) == 1


def test_an_index_is_created_with_a_switch_of_the_billing_mode(client, describe):
    client.create_table(**provisioned())
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST", **create_index("byg", "g"))
    described = describe("orders")
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert statuses(described) == [("byg", "ACTIVE", None)]


def with_both(**changes):
    """A table with a local and a global index."""
    return table(
        "orders",
        "pk sk",
        AttributeDefinitions=attributes("pk sk g"),
        LocalSecondaryIndexes=[index("local", "pk g")],
        GlobalSecondaryIndexes=[index("byg", "g")],
        **changes,
    )


UNFIT = [
    (create_index("byg", "g"), "ValidationException: Attempting to create an index which already exists"),
    (create_index("local", "g"), "ValidationException: Attempting to create an index which already exists"),
    (delete_index("none"), "ResourceNotFoundException: Requested resource not found: Index none for table orders"),
    (delete_index("local"), "ValidationException: Cannot delete an index that is not a GlobalSecondaryIndex: local"),
    (update_index("local", OnDemandThroughput={"MaxReadRequestUnits": 1}), "ValidationException: Cannot update an index that is not a GlobalSecondaryIndex: local"),
    ({"GlobalSecondaryIndexUpdates": create_index("new", "g")["GlobalSecondaryIndexUpdates"]}, f"{OOMPV}AttributeDefinitions is not specified for index: new"),
    ({**create_index("new", "g"), "AttributeDefinitions": []}, f"{OOMPV}AttributeDefinitions is not specified for index: new"),
    (create_index("new", "g", {"ProjectionType": "INCLUDE", "NonKeyAttributes": []}), f"{VIOLATED}Value '[]' at 'globalSecondaryIndexUpdates.1.member.create.projection.nonKeyAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1"),
    (create_index("new", "g", "INCLUDE"), f"{OOMPV}ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
    (create_index("new", "g", ProvisionedThroughput=units(1, 1)), f"{OOMPV}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: new when BillingMode is PAY_PER_REQUEST"),
    (create_index("new", "g | g"), "ValidationException: Attribute Name is duplicated: g"),
    ({**create_index("new", "g | g"), "AttributeDefinitions": attributes("g")}, "ValidationException: The KeySchema contains multiple key attributes with the same name"),
]  # fmt: skip


@pytest.mark.parametrize("params, message", UNFIT)
def test_indexes_must_be_well_formed_and_known(client, refused, params, message):
    client.create_table(**with_both())
    assert refused("update_table", TableName="orders", **params) == message


def test_an_index_of_a_provisioned_table_needs_capacity(client, refused):
    client.create_table(**provisioned())
    message = f"{OOMPV}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: byg"
    assert refused("update_table", TableName="orders", **create_index("byg", "g")) == message
    client.update_table(TableName="orders", **create_index("byg", "g", ProvisionedThroughput=units(1, 1)))


def test_a_table_has_twenty_global_indexes(client, refused):
    indexes = [index(f"byg{n}", "g") for n in range(20)]
    client.create_table(
        **table(AttributeDefinitions=attributes("pk g"), KeySchema=keys("pk"), GlobalSecondaryIndexes=indexes)
    )
    assert refused("update_table", TableName="orders", **create_index("more", "g")) == (
        "LimitExceededException: Subscriber limit exceeded: "
        "Number of global secondary indexes exceeds per-table limit of 20"
    )


# ---- phases


@pytest.fixture
def started(client, ddbmock_clock):
    """An index whose creation has just been asked for, at a pace of five seconds."""
    client.create_table(**table())
    ddbmock_clock.tick(seconds=5)
    client.put_item(TableName="orders", Item=item("a", g="x"))
    client.update_table(TableName="orders", **create_index("byg", "g"))


@pytest.fixture
def started_slowly(client, ddbmock_clock):
    """The same at a pace of an hour."""
    client.create_table(**table())
    ddbmock_clock.tick(hours=1)
    client.update_table(TableName="orders", **create_index("byg", "g"))


@pytest.mark.ddbmock(pace=5)
def test_an_index_is_allocated_then_filled_then_active(started, describe, ddbmock_clock):
    seen = []
    for _ in range(3):
        described = describe("orders")
        seen.append((described["TableStatus"], *statuses(described)))
        ddbmock_clock.tick(seconds=5)
    assert seen == [
        ("UPDATING", ("byg", "CREATING", False)),
        ("ACTIVE", ("byg", "CREATING", True)),
        ("ACTIVE", ("byg", "ACTIVE", None)),
    ]


@pytest.mark.ddbmock(pace=5)
def test_while_it_is_allocated_nothing_else_is_done_with_it(started, refused):
    name = "Table: orders Index: byg"
    limits = update_index("byg", OnDemandThroughput={"MaxReadRequestUnits": 5})
    assert refused("update_table", TableName="orders", **limits) == (
        f"{IN_USE}Index is being created but is not backfilling yet.  {name}"
    )
    assert refused("update_table", TableName="orders", **delete_index("byg")) == (
        f"{IN_USE}Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the "
        f"index is active. {name}"
    )
    capacity = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5)}
    assert refused("update_table", TableName="orders", **capacity) == (
        f"{IN_USE}Can't change table IOPS when an index is being created. Table: orders Indexes: [byg]"
    )
    assert refused("update_table", TableName="orders", **stream("NEW_IMAGE")) == (
        f"{IN_USE}Can't change stream status when an index is being created. Table: orders Indexes: [byg]"
    )


@pytest.mark.ddbmock(pace=5)
def test_what_runs_beside_its_allocation(started, client, describe, refused, ddbmock_clock):
    where = "is in progress for indexes: [byg]"
    assert refused("update_table", TableName="orders", OnDemandThroughput={"MaxReadRequestUnits": 5}) == (
        f"{IN_USE}OnDemandThroughput cannot be updated while index creation {where}"
    )
    client.update_table(TableName="orders", DeletionProtectionEnabled=True)
    client.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")  # what it has
    answer = client.update_table(TableName="orders", SSESpecification={"Enabled": True})["TableDescription"]
    assert (answer["TableStatus"], describe("orders")["TableStatus"]) == ("ACTIVE", "UPDATING")


@pytest.mark.ddbmock(pace=3600)
def test_warm_throughput_is_a_failure_of_the_service_meanwhile(client, ddbmock_clock, started_slowly):
    with pytest.raises(client.exceptions.InternalServerError, match="Table is under system maintenance"):
        client.update_table(TableName="orders", WarmThroughput={"ReadUnitsPerSecond": 13_000})


ONE = "LimitExceededException: Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"


@pytest.mark.ddbmock(pace=5)
def test_only_one_index_is_created_or_deleted_at_a_time(started, refused, ddbmock_clock, client):
    assert refused("update_table", TableName="orders", **create_index("other", "g")) == ONE
    ddbmock_clock.tick(seconds=5)
    assert refused("update_table", TableName="orders", **create_index("other", "g")) == ONE
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **create_index("other", "g"))


@pytest.mark.ddbmock(pace=5)
def test_a_backfilling_index_is_written_but_not_read(started, client, refused, ddbmock_clock):
    ddbmock_clock.tick(seconds=5)
    client.put_item(TableName="orders", Item=item("b", g="x"))
    assert refused("scan", TableName="orders", IndexName="byg") == (
        "ValidationException: Cannot read from backfilling global secondary index: byg"
    )
    ddbmock_clock.tick(seconds=5)
    assert {one["pk"]["S"] for one in query(client, "byg", "x")} == {"a", "b"}


@pytest.mark.ddbmock(pace=5)
def test_a_backfilling_index_can_be_deleted(started, client, describe, ddbmock_clock):
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **delete_index("byg"))
    assert statuses(describe("orders")) == [("byg", "DELETING", None)]
    ddbmock_clock.tick(seconds=5)
    assert statuses(describe("orders")) == []
    client.update_table(TableName="orders", **create_index("byg", "g"))
    ddbmock_clock.tick(seconds=5)
    assert statuses(describe("orders")) == [("byg", "CREATING", True)]


@pytest.mark.ddbmock(pace=5)
def test_a_backfilling_index_can_get_other_limits(started, client, describe, refused, ddbmock_clock):
    ddbmock_clock.tick(seconds=5)
    ddbmock_clock.tick(seconds=2)
    client.update_table(TableName="orders", **update_index("byg", OnDemandThroughput={"MaxReadRequestUnits": 5}))
    assert statuses(describe("orders")) == [("byg", "UPDATING", True)]
    assert "Cannot read from backfilling global secondary index" in refused("scan", TableName="orders", IndexName="byg")
    ddbmock_clock.tick(seconds=10)
    described = describe("orders")
    assert statuses(described) == [("byg", "ACTIVE", None)]
    assert described["TableStatus"] == "ACTIVE"


@pytest.mark.ddbmock(pace=5)
def test_an_index_that_is_being_deleted_is_left_alone(client, refused, describe, ddbmock_clock):
    client.create_table(**with_both())
    ddbmock_clock.tick(seconds=5)
    client.update_table(TableName="orders", **delete_index("byg"))
    assert refused("update_table", TableName="orders", **delete_index("byg")) == (
        f"{IN_USE}Index is being deleted.  Table: orders Index: byg"
    )
    capacity = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5)}
    assert refused("update_table", TableName="orders", **capacity) == (
        f"{IN_USE}Can't change table IOPS when an index is being deleted. Table: orders Indexes: [byg]"
    )
    with_its_capacity = {**capacity, **update_index("byg", ProvisionedThroughput=units(5, 5))}
    for params in (with_its_capacity, create_index("byg", "g")):
        assert refused("update_table", TableName="orders", **params) == (
            f"{IN_USE}Index is being deleted.  Table: orders Index: byg"
        )
    assert refused("update_table", TableName="orders", OnDemandThroughput={"MaxReadRequestUnits": 5}) == (
        f"{IN_USE}OnDemandThroughput cannot be updated while index deletion is in progress for indexes: [byg]"
    )
    ddbmock_clock.tick(seconds=5)
    assert statuses(describe("orders")) == []


@pytest.mark.ddbmock(pace=5)
def test_other_indexes_are_updated_while_one_is_created_or_deleted(client, describe, ddbmock_clock):
    both = [index("one", "g"), index("two", "g")]
    client.create_table(
        **table(AttributeDefinitions=attributes("pk g"), KeySchema=keys("pk"), GlobalSecondaryIndexes=both)
    )
    ddbmock_clock.tick(seconds=5)
    limits = update_index("one", OnDemandThroughput={"MaxReadRequestUnits": 5})
    for change in (delete_index("two"), create_index("three", "g")):
        client.update_table(TableName="orders", **change)
        client.update_table(TableName="orders", **limits)
        assert statuses(describe("orders"))[0] == ("one", "UPDATING", None)
        ddbmock_clock.tick(seconds=10)
    assert statuses(describe("orders")) == [("one", "ACTIVE", None), ("three", "ACTIVE", None)]


@pytest.mark.ddbmock(pace=5)
def test_an_index_that_is_being_updated_is_left_alone(client, refused, describe, ddbmock_clock):
    client.create_table(**with_both())
    ddbmock_clock.tick(seconds=5)
    limits = update_index("byg", OnDemandThroughput={"MaxReadRequestUnits": 5})
    answer = client.update_table(TableName="orders", **limits)["TableDescription"]
    assert (answer["TableStatus"], *statuses(answer)) == ("ACTIVE", ("byg", "UPDATING", None))
    assert describe("orders")["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == {"MaxReadRequestUnits": 5}
    assert refused("update_table", TableName="orders", **limits) == (
        f"{IN_USE}Index is being updated.  Table: orders Index: byg"
    )
