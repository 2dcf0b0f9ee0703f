"""Tables as the engine keeps them: what is refused by name, going back, beginning anew."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.clock import HOUR, SECOND
from pytest_ddbmock.engine.caller import caller
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.followers import global_index
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports.service_model import ModelShapes

REGION, ACCOUNT = "us-east-1", "123456789012"
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
TABLE = {
    "TableName": "orders",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
CREATE_INDEX = {
    "TableName": "orders",
    "AttributeDefinitions": [{"AttributeName": "g", "AttributeType": "S"}],
    "GlobalSecondaryIndexUpdates": [
        {
            "Create": {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        }
    ],
}


class SetClock:
    moment = 1_700_000_000 * SECOND

    def now(self) -> int:
        return self.moment


class Account:
    def __init__(self) -> None:
        self.clock = SetClock()
        self.engine = Engine(
            clock=self.clock, shapes=ModelShapes(), operations=OPERATIONS, followers=[global_index.catch_up]
        )

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.engine.call(Request("dynamodb", operation, params, caller(ACCOUNT, REGION)))

    def describe(self) -> dict[str, Any]:
        described = self.call("DescribeTable", TableName="orders")["Table"]
        assert isinstance(described, dict)
        return described

    def state(self) -> Any:
        self.engine.run_due()
        tables = self.engine.catalog.all_tables()
        return [(table.name, table.settings, table.items(), sorted(table.views)) for table in tables]


@pytest.fixture
def account() -> Account:
    account = Account()
    account.call("CreateTable", **TABLE)
    account.engine.run_due()
    return account


NOT_SERVED = [
    ("CreateTable", "ResourcePolicy", "{}"),
    ("CreateTable", "GlobalTableSourceArn", ARN),
    ("CreateTable", "GlobalTableSettingsReplicationMode", "ENABLED"),
    ("CreateTable", "VectorIndexes", []),
    ("CreateTable", "SSESpecification", {"SSEType": "KMS", "KMSMasterKeyId": "alias/key"}),
    ("UpdateTable", "SSESpecification", {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/key"}),
    ("UpdateTable", "ReplicaUpdates", [{"Create": {"RegionName": "eu-west-1"}}]),
    ("UpdateTable", "MultiRegionConsistency", "STRONG"),
    ("UpdateTable", "GlobalTableWitnessUpdates", [{"Create": {"RegionName": "eu-west-1"}}]),
    ("UpdateTable", "GlobalTableSettingsReplicationMode", "ENABLED"),
    ("UpdateTable", "DisassociationProtectionEnabled", False),
    ("UpdateTable", "VectorIndexUpdates", []),
]


@pytest.mark.parametrize("operation, name, value", NOT_SERVED)
def test_what_is_not_served_is_refused_by_name_before_anything_is_done(account, operation, name, value):
    shape = ModelShapes().input("dynamodb", operation)
    assert shape is not None
    if name not in shape.members:
        pytest.skip(f"this botocore does not know {name}")
    params = {**TABLE, "TableName": "other"} if operation == "CreateTable" else {"TableName": "orders"}
    before = account.state()
    with pytest.raises(NotImplementedByMock, match=f"{operation} with .*{name}"):
        account.call(operation, **params, **{name: value})
    assert account.state() == before


@pytest.mark.parametrize("operation", ["DescribeTable", "DeleteTable", "UpdateTable"])
def test_a_name_that_is_no_string_is_told_before_all_else(account, operation):
    with pytest.raises(DynamoDBError, match="SerializationException: NUMBER_VALUE cannot be converted to String"):
        account.call(operation, TableName=1)


@pytest.mark.parametrize("pace", [0, 5])
def test_every_change_of_a_table_can_be_taken_back(account, pace):
    account.engine.scenario.rules = Rules(pace=pace * SECOND)
    account.call("PutItem", TableName="orders", Item={"pk": {"S": "a"}, "g": {"S": "x"}})
    before, mark = account.state(), account.engine.mark()
    changes: list[tuple[str, dict[str, Any]]] = [
        ("CreateTable", {**TABLE, "TableName": "other"}),
        ("UpdateTable", CREATE_INDEX),
        ("TagResource", {"ResourceArn": ARN, "Tags": [{"Key": "a", "Value": "b"}]}),
        (
            "UpdateTimeToLive",
            {"TableName": "orders", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}},
        ),
        ("PutItem", {"TableName": "orders", "Item": {"pk": {"S": "b"}, "g": {"S": "x"}, "t": {"N": "1700000001"}}}),
        ("DeleteTable", {"TableName": "orders"}),
        ("CreateTable", TABLE),
    ]
    for operation, params in changes:
        account.call(operation, **params)
        account.clock.moment += 20 * SECOND
    assert account.state() != before
    account.engine.rollback(mark)
    assert account.state() == before
    for table in account.engine.catalog.all_tables():
        table.check()


def test_a_change_under_way_at_the_mark_is_under_way_again(account):
    account.engine.scenario.rules = Rules(pace=5 * SECOND)
    account.call("UpdateTable", **CREATE_INDEX)
    mark = account.engine.mark()
    account.clock.moment += 20 * SECOND
    assert account.describe()["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    account.clock.moment -= 20 * SECOND
    account.engine.rollback(mark)
    assert account.describe()["TableStatus"] == "UPDATING"
    account.clock.moment += 10 * SECOND
    assert account.describe()["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"


def test_what_was_set_before_the_history_began_counts_as_never_changed(account):
    def switch(enabled: bool) -> None:
        specification = {"Enabled": enabled, "AttributeName": "t"}
        account.call("UpdateTimeToLive", TableName="orders", TimeToLiveSpecification=specification)

    switch(True)
    for table_class in ("STANDARD_INFREQUENT_ACCESS", "STANDARD"):
        account.call("UpdateTable", TableName="orders", TableClass=table_class)
    with pytest.raises(DynamoDBError):
        switch(False)
    account.clock.moment += HOUR // 2
    account.engine.begin_history()
    described = account.describe()
    assert described["CreationDateTime"] == account.clock.moment / SECOND
    assert described["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == described["CreationDateTime"]
    switch(False)
    account.call("UpdateTable", TableName="orders", TableClass="STANDARD_INFREQUENT_ACCESS")
