"""Tests on moto, with the fixtures its documentation recommends."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from workload import create_orders, each_test, use_orders


@pytest.fixture
def aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def client(aws_credentials: None) -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb")
        create_orders(client)
        yield client


@each_test
def test_orders(client: Any, number: int) -> None:
    use_orders(client, number)
