"""What every test of the measured suites does: one table, twenty puts, five queries."""

import os
from typing import Any

import pytest

each_test = pytest.mark.parametrize("number", range(int(os.environ["BENCHMARK_TESTS"])))


def create_orders(client: Any) -> None:
    client.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )


def order(number: int, total: int) -> dict[str, Any]:
    return {"pk": {"S": f"customer-{number % 5}"}, "sk": {"S": f"{number:04d}"}, "total": {"N": str(total)}}


def use_orders(client: Any, number: int) -> None:
    for one in range(20):
        client.put_item(TableName="orders", Item=order(one, number))
    for customer in range(5):
        answer = client.query(
            TableName="orders",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"customer-{customer}"}},
        )
        assert answer["Count"] == 4
