"""An engine without doors, for many requests in little time."""

from __future__ import annotations

from typing import Any

from pytest_ddbmock.engine.caller import Home, caller
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.followers import global_index
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.transports.service_model import ModelShapes

REGION, ACCOUNT = "us-east-1", "123456789012"


class CountingClock:
    """A millisecond later at each look."""

    def __init__(self) -> None:
        self.moment = 1_700_000_000_000_000

    def now(self) -> int:
        self.moment += 1_000
        return self.moment


class Account:
    """One account in one Region, with the table `ttt`: keys, a local and global indexes of all projections."""

    def __init__(self) -> None:
        self.engine = Engine(
            clock=CountingClock(), shapes=ModelShapes(), operations=OPERATIONS, followers=[global_index.catch_up]
        )
        self.call("CreateTable", TABLE)

    def call(self, operation: str, params: dict[str, Any], service: str = "dynamodb") -> dict[str, Any]:
        return self.engine.call(Request(service, operation, params, caller(ACCOUNT, REGION)))

    def set_rules(self, **rules: Any) -> None:
        self.engine.scenario.rules = self.engine.rules._replace(**rules)

    def table(self, name: str) -> Table:
        table = self.engine.catalog.table(Home(ACCOUNT, REGION), name)
        assert table is not None
        return table


def _index(name: str, hash_key: str, range_key: str | None, projection: dict[str, Any]) -> dict[str, Any]:
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    if range_key is not None:
        keys.append({"AttributeName": range_key, "KeyType": "RANGE"})
    return {"IndexName": name, "KeySchema": keys, "Projection": projection}


TABLE: dict[str, Any] = {
    "TableName": "ttt",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "g", "AttributeType": "S"},
        {"AttributeName": "n", "AttributeType": "N"},
        {"AttributeName": "l", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
    "LocalSecondaryIndexes": [
        _index("by-l", "pk", "l", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]}),
    ],
    "GlobalSecondaryIndexes": [
        _index("by-g", "g", None, {"ProjectionType": "ALL"}),
        _index("by-g-n", "g", "n", {"ProjectionType": "KEYS_ONLY"}),
        _index("by-n-pk", "n", "pk", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["b", "l"]}),
    ],
}
