"""`Account`: an engine called as a door calls it, with a clock that stands still until it is moved."""

from __future__ import annotations

from typing import Any

from pytest_ddbmock.engine.caller import Home, caller
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.request import DYNAMODB, STREAMS, Request
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.followers import global_index
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.testkit.assembly import HISTORY_NEEDS
from pytest_ddbmock.transports.service_model import ModelShapes

SECOND = 10**6
START = 1_800_000_000 * SECOND


class StillClock:
    """Shows `moment`, in microseconds."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> int:
        return self.moment


class Account:
    """One account in one Region; `pace` and `ttl_delay` in seconds; `keeps_history` as the option `keep_history`."""

    def __init__(self, *, pace: float = 0.0, ttl_delay: float = 0.0, keeps_history: bool = True) -> None:
        self.clock = StillClock()
        self.engine = Engine(
            clock=self.clock,
            shapes=ModelShapes(),
            operations=OPERATIONS,
            followers=[global_index.catch_up],
            rules=Rules(pace=round(pace * SECOND), ttl_delay=round(ttl_delay * SECOND)),
            history_needs=None if keeps_history else HISTORY_NEEDS,
        )

    def call(self, operation: str, /, **params: Any) -> dict[str, Any]:
        """The answer; raises what the engine raises."""
        service = DYNAMODB if (DYNAMODB, operation) in OPERATIONS else STREAMS
        return self.engine.call(Request(service, operation, params, caller("123456789012", "eu-west-1")))

    def set_rules(self, **rules: Any) -> None:
        """Change rules from now on."""
        self.engine.scenario.rules = self.engine.rules._replace(**rules)

    def tick(self, seconds: float) -> None:
        """Let time pass; nothing is done until the next call."""
        self.clock.moment += round(seconds * SECOND)

    def table(self, name: str) -> Table:
        """A table that is there."""
        table = self.engine.catalog.table(Home("123456789012", "eu-west-1"), name)
        assert table is not None
        return table

    def create(self, name: str, key: str = "pk", **more: Any) -> Table:
        """A table with string keys, `pk` or `pk sk`, on demand unless told otherwise."""
        names = key.split()
        self.call(
            "CreateTable",
            TableName=name,
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in names],
            KeySchema=[
                {"AttributeName": one, "KeyType": role} for one, role in zip(names, ("HASH", "RANGE"), strict=False)
            ],
            **{"BillingMode": "PAY_PER_REQUEST", **more},
        )
        self.engine.run_due()
        return self.table(name)
