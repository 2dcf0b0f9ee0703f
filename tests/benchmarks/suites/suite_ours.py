"""Tests on pytest-ddbmock, each with a mock of its own in which it makes its table."""

from typing import Any

from workload import create_orders, each_test, use_orders


@each_test
def test_orders(ddbmock_client: Any, number: int) -> None:
    create_orders(ddbmock_client)
    use_orders(ddbmock_client, number)
