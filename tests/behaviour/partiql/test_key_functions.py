"""Functions in WHERE: begins_with on the sort key reads a range, every other function is a filter."""

from __future__ import annotations

import boto3
import pytest


@pytest.mark.parametrize(
    "condition, read",
    [("begins_with(sk, 'x')", 1.0), ("contains(sk, 'x')", 3.0), ("attribute_exists(sk)", 3.0)],
)
def test_only_begins_with_on_the_sort_key_narrows_what_is_read(ddbmock, condition, read):
    ddbmock.create_table("orders", "pk", "sk")
    ddbmock.table("orders").load([{"pk": "a", "sk": one, "v": "v" * 4000} for one in ("x", "y", "z")])
    client = boto3.client("dynamodb", region_name=ddbmock.region)
    answer = client.execute_statement(
        Statement=f"SELECT * FROM \"orders\" WHERE pk = 'a' AND {condition}",
        ReturnConsumedCapacity="TOTAL",
        ConsistentRead=True,
    )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == read
