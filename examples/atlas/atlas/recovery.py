"""When somebody wrecked a country: restore the table as it was at a moment, and bring the lost places back."""

from datetime import datetime

from boto3.dynamodb.conditions import Attr
from boto3.dynamodb.conditions import Key as Where

from atlas.table import Item, client, place_key, table


def restore(moment: datetime, copy: str) -> None:
    """Make a table called `copy` that holds what the atlas held at that moment, and wait until it can be used."""
    client.restore_table_to_point_in_time(
        SourceTableName=table.name, TargetTableName=copy, RestoreDateTime=moment, BillingModeOverride="PAY_PER_REQUEST"
    )
    client.get_waiter("table_exists").wait(TableName=copy)


def bring_back(country: str, copy: str) -> list[str]:
    """Put back what the country has in the copy and no longer in the atlas; the answer is the codes.

    What is still there stays as it is, with the edits made since.
    """
    return [str(item["code"]) for item in _partition(country, copy) if _put_if_missing(item)]


def _partition(country: str, copy: str) -> list[Item]:
    pages = client.get_paginator("query").paginate(
        TableName=copy, KeyConditionExpression=Where("pk").eq(place_key(country)["pk"])
    )
    return [item for page in pages for item in page["Items"]]


def _put_if_missing(item: Item) -> bool:
    try:
        table.put_item(Item=item, ConditionExpression=Attr("pk").not_exists())
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True
