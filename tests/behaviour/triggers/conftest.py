"""A table with a stream, time standing still, and a function that remembers what it got."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.support.functions import Function


class Orders:
    """Writes to the table `orders`."""

    def __init__(self, region: str) -> None:
        self.table = boto3.resource("dynamodb", region_name=region).Table("orders")

    def put(self, *keys: str, **attributes: Any) -> None:
        for key in keys:
            self.table.put_item(Item={"pk": key, **attributes})

    def delete(self, key: str) -> None:
        self.table.delete_item(Key={"pk": key})


@pytest.fixture
def orders(ddbmock: Any) -> Orders:
    ddbmock.clock.freeze()
    ddbmock.create_table("orders", "pk", stream="NEW_AND_OLD_IMAGES", ttl="expires")
    return Orders(ddbmock.region)


@pytest.fixture
def function() -> Function:
    return Function()


@pytest.fixture
def connect(ddbmock: Any, orders: Orders) -> Callable[..., Any]:
    """Connects to the stream of `orders`."""
    return lambda handler, **options: ddbmock.streams["orders"].connect(handler, **options)
