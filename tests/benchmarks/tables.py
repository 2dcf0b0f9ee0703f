"""The tables under measurement and the items in them."""

from typing import Any, TypeAlias

from peers import Client

Wire: TypeAlias = dict[str, Any]

SMALL = "small"  # a thousand small items, each in a partition of its own, no index
SMALL_SIZE = 1_000
PARTITION, GROUP, INDEX = "the-partition", "the-group", "by-rank"
BATCH = 25


def big(size: int) -> str:
    """The table whose one partition, and one partition of its index, hold so many items of about 200 bytes."""
    return f"big-{size}"


def small_item(number: int) -> Wire:
    """About 100 bytes."""
    return {
        "pk": {"S": f"user-{number:08d}"},
        "sk": {"S": "profile"},
        "name": {"S": "Ada Lovelace"},
        "mail": {"S": "ada@example.org"},
        "visits": {"N": "42"},
    }


def big_item(number: int, partition: str = PARTITION) -> Wire:
    """About 200 bytes in seven attributes."""
    return {
        "pk": {"S": partition},
        "sk": {"S": f"{number:08d}"},
        "group": {"S": GROUP},
        "rank": {"N": str(number)},
        "name": {"S": f"the name of item {number}"},
        "note": {"S": "x" * 95},
        "open": {"BOOL": True},
    }


def key(item: Wire) -> Wire:
    """The key of an item."""
    return {"pk": item["pk"], "sk": item["sk"]}


def index_key(item: Wire) -> Wire:
    """The key of an item in the index, as a page of an index query ends with it."""
    return {"pk": item["pk"], "sk": item["sk"], "group": item["group"], "rank": item["rank"]}


def make(client: Client, table: str, items: list[Wire], *, indexed: bool) -> None:
    """Create a table and fill it through batch writes."""
    attributes = {"pk": "S", "sk": "S"} | ({"group": "S", "rank": "N"} if indexed else {})
    index = {"IndexName": INDEX, "KeySchema": _key_schema("group", "rank"), "Projection": {"ProjectionType": "ALL"}}
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_key_schema("pk", "sk"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": type_} for name, type_ in attributes.items()],
        **({"GlobalSecondaryIndexes": [index]} if indexed else {}),
    )
    for first in range(0, len(items), BATCH):
        client.batch_write_item(RequestItems={table: puts(items[first : first + BATCH])})


def puts(items: list[Wire]) -> list[Wire]:
    """The items as members of a batch write."""
    return [{"PutRequest": {"Item": item}} for item in items]


def _key_schema(partition: str, sort: str) -> list[Wire]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
