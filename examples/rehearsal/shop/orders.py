"""Orders: placed, paid, listed. Amounts are in cents."""

from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key

client = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table("orders")

Order = dict[str, Any]


def place(customer: str, number: int, cents: int) -> None:
    """Take an order; a number is taken once."""
    order = {"customer": customer, "number": number, "cents": cents, "status": "OPEN", "version": 1}
    table.put_item(Item=order, ConditionExpression=Attr("number").not_exists())


def pay(customer: str, number: int) -> None:
    """Note that an order has been paid."""
    table.update_item(
        Key={"customer": customer, "number": number},
        UpdateExpression="SET #status = :paid ADD version :one",
        ConditionExpression=Attr("status").eq("OPEN"),
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":paid": "PAID", ":one": 1},
    )


def of(customer: str) -> list[Order]:
    """The orders of a customer by number."""
    return list(table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"])


def everything(name: str = "orders") -> list[Order]:
    """All orders in a table."""
    pages = client.get_paginator("scan").paginate(TableName=name)
    deserialize = boto3.dynamodb.types.TypeDeserializer().deserialize
    return [
        {attribute: deserialize(value) for attribute, value in item.items()} for page in pages for item in page["Items"]
    ]
