"""Random changes of tables, clock moves, marks and rollbacks, compared with a small model after every step."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytest_ddbmock.engine.caller import Home, caller
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.followers import global_index
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports.service_model import ModelShapes

SECOND = 10**6
NAMES = st.sampled_from(("one", "two"))
INDEXES = st.sampled_from(("by-g", "by-h"))
VALUES = st.sampled_from(("x", "y", None))
FOREVER = 10**18


class SetClock:
    moment = 1_700_000_000 * SECOND

    def now(self) -> int:
        return self.moment


@dataclass
class IndexModel:
    attribute: str
    state: str = "ACTIVE"
    until: int = FOREVER


@dataclass
class TableModel:
    state: str
    until: int
    indexes: dict[str, IndexModel] = field(default_factory=dict)
    items: dict[str, dict[str, str]] = field(default_factory=dict)
    is_encrypted: bool = False
    will_be_encrypted: bool = False
    encryption_until: int = FOREVER
    encryption_changes: int = 0

    def advance(self, now: int, pace: int) -> bool:
        """Let time pass; False when the table is gone."""
        if self.until <= now:
            if self.state == "DELETING":
                return False
            self.state, self.until = "ACTIVE", FOREVER
        if self.encryption_until <= now:
            self.is_encrypted, self.encryption_until = self.will_be_encrypted, FOREVER
        for name, index in list(self.indexes.items()):
            while index.until <= now:
                if index.state == "DELETING":
                    del self.indexes[name]
                    break
                if index.state == "ALLOCATING":
                    index.state, index.until = "BACKFILLING", index.until + pace
                else:
                    index.state, index.until = "ACTIVE", FOREVER
        return True

    @property
    def is_settled(self) -> bool:
        return self.state == "ACTIVE" and all(index.state == "ACTIVE" for index in self.indexes.values())

    @property
    def is_being_encrypted(self) -> bool:
        return self.encryption_until < FOREVER


class Lifecycle(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = SetClock()
        self.tables: dict[str, TableModel] = {}
        self.marks: list[tuple[Any, dict[str, TableModel], int]] = []

    @initialize(pace=st.sampled_from((0, 5)))
    def start(self, pace: int) -> None:
        self.pace = pace * SECOND
        self.engine = Engine(
            clock=self.clock,
            shapes=ModelShapes(),
            operations=OPERATIONS,
            followers=[global_index.catch_up],
            rules=Rules(pace=pace * SECOND),
        )

    def call(self, operation: str, **params: Any) -> Any:
        answer = self.engine.call(Request("dynamodb", operation, params, caller("123456789012", "us-east-1")))
        return answer

    def attempt(self, is_allowed: bool, operation: str, **params: Any) -> None:
        """The model has been brought up to now before it was asked whether this is allowed."""
        if is_allowed:
            self.call(operation, **params)
        else:
            with pytest.raises(DynamoDBError):
                self.call(operation, **params)

    @property
    def due(self) -> int:
        return self.clock.moment + self.pace

    def advance(self) -> None:
        for name, table in list(self.tables.items()):
            if not table.advance(self.clock.moment, self.pace):
                del self.tables[name]

    @rule(seconds=st.sampled_from((0, 2, 3, 5, 12)))
    def tick(self, seconds: int) -> None:
        self.clock.moment += seconds * SECOND

    @rule(name=NAMES, provisioned=st.booleans())
    def create(self, name: str, provisioned: bool) -> None:
        self.advance()
        billing = (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
            if provisioned
            else {"BillingMode": "PAY_PER_REQUEST"}
        )
        self.attempt(
            name not in self.tables,
            "CreateTable",
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            **billing,
        )
        if name not in self.tables:
            self.tables[name] = TableModel("CREATING", self.due)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        self.advance()
        table = self.tables.get(name)
        is_allowed = table is not None and table.is_settled and not table.is_being_encrypted
        self.attempt(is_allowed, "DeleteTable", TableName=name)
        if table is not None and is_allowed:
            table.state, table.until = "DELETING", self.due

    @rule(name=NAMES, enabled=st.booleans())
    def switch_stream(self, name: str, enabled: bool) -> None:
        self.advance()
        table = self.tables.get(name)
        has_stream = False
        if table is not None:
            description = self.call("DescribeTable", TableName=name)["Table"]
            has_stream = "StreamSpecification" in description
        is_allowed = table is not None and table.state == "ACTIVE" and has_stream != enabled
        view = {"StreamViewType": "NEW_IMAGE"} if enabled else {}
        self.attempt(is_allowed, "UpdateTable", TableName=name, StreamSpecification={"StreamEnabled": enabled, **view})
        if table is not None and is_allowed:
            table.state, table.until = "UPDATING", self.due

    @rule(name=NAMES, enabled=st.booleans())
    def encrypt(self, name: str, enabled: bool) -> None:
        self.advance()
        table = self.tables.get(name)
        is_allowed = (
            table is not None
            and table.state in ("ACTIVE", "UPDATING")
            and not table.is_being_encrypted
            and (table.encryption_changes < 4 if enabled else table.is_encrypted)
        )
        self.attempt(is_allowed, "UpdateTable", TableName=name, SSESpecification={"Enabled": enabled})
        if table is not None and is_allowed:
            table.will_be_encrypted, table.encryption_until = enabled, self.due
            table.encryption_changes += 1

    @rule(name=NAMES, index=INDEXES, attribute=st.sampled_from("gh"))
    def add_index(self, name: str, index: str, attribute: str) -> None:
        self.advance()
        table = self.tables.get(name)
        is_allowed = table is not None and table.is_settled and index not in table.indexes
        capacity = {}
        if table is not None:
            billing = self.call("DescribeTable", TableName=name)["Table"].get("BillingModeSummary")
            if billing is None:
                capacity = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
        create = {
            "IndexName": index,
            "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
            **capacity,
        }
        self.attempt(
            is_allowed,
            "UpdateTable",
            TableName=name,
            AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": create}],
        )
        if table is not None and is_allowed:
            table.state, table.until = "UPDATING", self.due
            table.indexes[index] = IndexModel(attribute, "ALLOCATING", self.due)

    @rule(name=NAMES, index=INDEXES)
    def delete_index(self, name: str, index: str) -> None:
        self.advance()
        table = self.tables.get(name)
        model = None if table is None else table.indexes.get(index)
        is_allowed = (
            table is not None
            and model is not None
            and table.state == "ACTIVE"
            and model.state in ("ACTIVE", "BACKFILLING")
            and all(other is model or other.state == "ACTIVE" for other in table.indexes.values())
        )
        updates = [{"Delete": {"IndexName": index}}]
        self.attempt(is_allowed, "UpdateTable", TableName=name, GlobalSecondaryIndexUpdates=updates)
        if table is not None and model is not None and is_allowed:
            table.state, table.until = "UPDATING", self.due
            model.state, model.until = "DELETING", self.due

    @rule(name=NAMES, key=st.sampled_from("abc"), g=VALUES, h=VALUES)
    def put(self, name: str, key: str, g: str | None, h: str | None) -> None:
        self.advance()
        table = self.tables.get(name)
        is_allowed = table is not None and table.state in ("ACTIVE", "UPDATING")
        values = {"pk": key, "g": g, "h": h}
        item = {attribute: value for attribute, value in values.items() if value is not None}
        wire = {attribute: {"S": value} for attribute, value in item.items()}
        self.attempt(is_allowed, "PutItem", TableName=name, Item=wire)
        if table is not None and is_allowed:
            table.items[key] = item

    @rule()
    def mark(self) -> None:
        if len(self.marks) < 3:
            self.advance()
            self.marks.append((self.engine.mark(), copy.deepcopy(self.tables), self.clock.moment))

    @precondition(lambda self: self.marks)
    @rule()
    def rollback(self) -> None:
        mark, tables, _ = self.marks.pop()
        self.engine.rollback(mark)
        self.tables = tables

    @invariant()
    def the_account_is_as_the_model(self) -> None:
        if not hasattr(self, "engine"):
            return
        self.advance()
        assert self.call("ListTables")["TableNames"] == sorted(self.tables)
        for name, table in self.tables.items():
            description = self.call("DescribeTable", TableName=name)["Table"]
            assert description["TableStatus"] == table.state
            encryption = description.get("SSEDescription", {})
            assert ("KMSMasterKeyArn" in encryption) == table.is_encrypted
            assert (encryption.get("Status") == "UPDATING") == table.is_being_encrypted
            shown = {
                index["IndexName"]: (index["IndexStatus"], index.get("Backfilling"))
                for index in description.get("GlobalSecondaryIndexes", [])
            }
            states = {
                "ACTIVE": ("ACTIVE", None),
                "ALLOCATING": ("CREATING", False),
                "BACKFILLING": ("CREATING", True),
                "DELETING": ("DELETING", None),
            }
            assert shown == {index: states[model.state] for index, model in table.indexes.items()}
            defined = {"pk", *(model.attribute for model in table.indexes.values())}
            assert {one["AttributeName"] for one in description["AttributeDefinitions"]} == defined
            self.items_are_as_the_model(name, table, description)

    def items_are_as_the_model(self, name: str, table: TableModel, description: dict[str, Any]) -> None:
        stored = self.engine.catalog.table(Home("123456789012", "us-east-1"), name)
        assert stored is not None
        stored.check()
        assert description["ItemCount"] == (0 if table.state == "CREATING" else len(table.items))
        if table.state in ("CREATING", "DELETING"):
            return
        for index, model in table.indexes.items():
            if model.state == "ACTIVE":
                found = self.call("Scan", TableName=name, IndexName=index)["Items"]
                expected = [key for key, item in table.items.items() if model.attribute in item]
                assert sorted(item["pk"]["S"] for item in found) == sorted(expected)


Lifecycle.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestTableLifecycle = Lifecycle.TestCase
