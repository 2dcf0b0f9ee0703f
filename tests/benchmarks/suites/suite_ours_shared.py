"""Tests on pytest-ddbmock, with the table named once and every test rolled back."""

from typing import Any

import pytest

from workload import each_test, use_orders


@pytest.fixture(scope="session")
def ddbmock_tables() -> dict[str, Any]:
    return {"orders": ("pk", "sk")}


@each_test
def test_orders(ddbmock_client: Any, number: int) -> None:
    use_orders(ddbmock_client, number)
