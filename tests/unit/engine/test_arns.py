"""`engine.arns`: names to ARNs and back."""

from __future__ import annotations

import pytest

from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.arns import Arn, Fields
from pytest_ddbmock.engine.caller import Home

TABLE = arns.table_arn(Home("123456789012", "us-east-1"), "orders")


@pytest.mark.parametrize(
    "region, partition", [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_own_arns_are_split_into_what_they_were_made_of(region, partition):
    assert arns.split(arns.function_arn("1", region, "bill")) == Fields(
        partition, "lambda", region, "1", "function:bill"
    )
    assert arns.split(arns.table_arn(Home("1", region), "orders")) == Fields(
        partition, "dynamodb", region, "1", "table/orders"
    )
    assert arns.parse_own(arns.table_arn(Home("1", region), "orders")) == Arn(region, "1", "orders")


@pytest.mark.parametrize(
    "arn, kind, rest",
    [
        (TABLE, "", ""),
        (arns.stream_arn(TABLE, "2026-01-01T10:30:00.000"), "stream", "2026-01-01T10:30:00.000"),
        (arns.index_arn(TABLE, "by-status"), "index", "by-status"),
        (arns.backup_arn(TABLE, "01-ab"), "backup", "01-ab"),
    ],
)
def test_what_lies_below_a_table_is_named(arn, kind, rest):
    assert arns.parse(arn) == Arn("us-east-1", "123456789012", "orders", kind, rest)


@pytest.mark.parametrize(
    "text", ["", "orders", "arn:aws:dynamodb:us-east-1:1", "urn:aws:dynamodb:us-east-1:1:table/orders"]
)
def test_text_that_is_not_an_arn_has_no_parts(text):
    assert arns.split(text) is None
    assert arns.parse(text) is None


@pytest.mark.parametrize("resource", ["orders", "table", "table/", "index/orders", "table/orders/stream"])
def test_a_resource_that_is_not_below_a_table_has_no_parts(resource):
    assert arns.parse(f"arn:aws:dynamodb:us-east-1:1:{resource}") is None
