"""Control-plane requests put together from the service model: each is served or refused, nothing breaks."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.transports import json10, service_model
from tests.support.malformed import CHOICES, Maker

OPERATIONS = (
    "CreateTable",
    "DescribeTable",
    "ListTables",
    "UpdateTable",
    "DeleteTable",
    "TagResource",
    "UntagResource",
    "ListTagsOfResource",
    "DescribeLimits",
    "DescribeEndpoints",
    "UpdateTimeToLive",
    "DescribeTimeToLive",
)
NOT_SERVED = {
    "ReplicaUpdates",
    "MultiRegionConsistency",
    "GlobalTableWitnessUpdates",
    "GlobalTableSettingsReplicationMode",
    "GlobalTableSourceArn",
    "DisassociationProtectionEnabled",
    "VectorIndexes",
    "VectorIndexUpdates",
    "ResourcePolicy",
}
"""Refused by name before anything else is looked at: once in a while is enough."""


class TableMaker(Maker):
    def of_shape(self, shape: Shape, name: str = "", depth: int = 0) -> Any:
        choose = self.choose
        if choose.random() >= self.garbage:
            if shape.kind == "string" and name in CHOICES:
                return choose.choice(CHOICES[name])
            if depth == 0 and shape.name in ("CreateTableInput", "UpdateTableInput"):
                return self.table(shape)
        return super().of_shape(shape, name, depth)

    def table(self, shape: Shape) -> Any:
        choose = self.choose
        served = 0.15 if shape.name == "UpdateTableInput" else 0.1
        params = {
            name: self.of_shape(member, name, 1)
            for name, member in shape.members.items()
            if choose.random() < (0.01 if name in NOT_SERVED else served)
        }
        params["TableName"] = choose.choice(CHOICES["TableName"])
        if shape.name == "CreateTableInput" and choose.random() < 0.7:
            params["TableName"] = choose.choice(("new", "newer"))
            params["KeySchema"] = [{"AttributeName": "pk", "KeyType": "HASH"}]
            params["AttributeDefinitions"] = [{"AttributeName": "pk", "AttributeType": choose.choice("SNB")}]
            params.setdefault("BillingMode", "PAY_PER_REQUEST")
        return params


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("garbage", [0.0, 0.05])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_any_request_is_served_or_refused_without_a_trace(
    make_engine: Any, operation: str, garbage: float, seed: int
) -> None:
    account = make_engine()
    choose = random.Random(seed)
    account.set_rules(pace=choose.choice((0, 10**12)))  # nothing falls due between two looks
    maker = TableMaker(choose, garbage)
    shape = service_model.ModelShapes().input("dynamodb", operation)
    assert shape is not None
    for _ in range(10):
        params = maker.of_shape(shape)
        if not isinstance(params, dict):
            continue
        account.engine.run_due()
        given_params, before = copy.deepcopy(params), state(account)
        try:
            answer = account.call(operation, params)
        except DynamoDBError as refusal:
            assert refusal.status in (400, 500), (params, refusal)
            assert refusal.message is not None
            assert state(account) == before, params
            json10.encode(json10.error_body(refusal))
        except NotImplementedByMock:
            assert state(account) == before, params
        else:
            json10.encode(answer)
        assert params == given_params
        for table in account.engine.catalog.all_tables():
            table.check()


def state(account: Any) -> Any:
    """All that a control-plane operation can change, but what has fallen due in the meantime is done first."""
    account.engine.run_due()
    return [(table.name, table.id, table.settings) for table in account.engine.catalog.all_tables()]
