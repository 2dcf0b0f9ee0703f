"""Tests against ready answers at `before-call`, with a client for each as ours have: what botocore itself takes."""

from typing import Any

import boto3
import pytest

from workload import create_orders, each_test, order, use_orders

SESSION = boto3.session.Session(aws_access_key_id="none", aws_secret_access_key="none")
READY: dict[str, dict[str, Any]] = {
    "Query": {"Items": [order(number, 0) for number in range(0, 20, 5)], "Count": 4, "ScannedCount": 4},
}


class Response:
    status_code = 200


def answer(model: Any, **_: object) -> tuple[type[Response], dict[str, Any]]:
    return Response, READY.get(model.name, {})


@pytest.fixture
def client() -> Any:
    client = SESSION.client("dynamodb", region_name="us-east-1")
    client.meta.events.register_first("before-call.dynamodb", answer)
    return client


@each_test
def test_orders(client: Any, number: int) -> None:
    create_orders(client)
    use_orders(client, number)
