"""The tables under measurement and the items in them."""

from collections.abc import Callable
from typing import Any, TypeAlias

from peers import Opened

Wire: TypeAlias = dict[str, Any]

SMALL = "small"  # a thousand small items, each in a partition of its own, no index
STREAM = "stream"  # the same with a stream, which tells of a thousand inserts
NOTES = "notes"  # as much in a partition key and one text, with a stream
SMALL_SIZE = 1_000
PARTITION, GROUP, INDEX = "the-partition", "the-group", "by-rank"
BATCH = 25


def big(size: int) -> str:
    """The table whose one partition, and one partition of its index, hold so many items of about 200 bytes."""
    return f"big-{size}"


def small_item(number: int, visits: int = 42) -> Wire:
    """About 100 bytes."""
    return {
        "pk": {"S": f"user-{number:08d}"},
        "sk": {"S": "profile"},
        "name": {"S": "Ada Lovelace"},
        "mail": {"S": "ada@example.org"},
        "visits": {"N": str(visits)},
    }


def note_item(number: int) -> Wire:
    """About 100 bytes in two attributes."""
    return {"pk": {"S": f"user-{number:08d}"}, "note": {"S": f"{number:07d} {'x' * 73}"}}


def large_item(number: int, visits: int = 42) -> Wire:
    """About 10 KB."""
    return {**small_item(number, visits), "letter": {"S": "x" * 10_000}}


def big_item(number: int, partition: str = PARTITION, note: str = "x") -> Wire:
    """About 200 bytes in seven attributes."""
    return {
        "pk": {"S": partition},
        "sk": {"S": f"{number:08d}"},
        "group": {"S": GROUP},
        "rank": {"N": str(number)},
        "name": {"S": f"the name of item {number}"},
        "note": {"S": note * 95},
        "open": {"BOOL": True},
    }


def key(item: Wire) -> Wire:
    """The key of an item."""
    return {"pk": item["pk"], "sk": item["sk"]}


def index_key(item: Wire) -> Wire:
    """The key of an item in the index, as a page of an index query ends with it."""
    return {"pk": item["pk"], "sk": item["sk"], "group": item["group"], "rank": item["rank"]}


def puts(items: list[Wire]) -> list[Wire]:
    """The items as members of a batch write."""
    return [{"PutRequest": {"Item": item}} for item in items]


def make(opened: Opened, table: str, items: list[Wire], *, indexed: bool = False, streaming: bool = False) -> None:
    """Create a table and fill it through batch writes."""
    names = ("pk", "sk") if "sk" in items[0] else ("pk",)
    attributes = dict.fromkeys(names, "S") | ({"group": "S", "rank": "N"} if indexed else {})
    index = {"IndexName": INDEX, "KeySchema": _key_schema("group", "rank"), "Projection": {"ProjectionType": "ALL"}}
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    client = opened.dynamodb
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_key_schema(*names),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": type_} for name, type_ in attributes.items()],
        **({"GlobalSecondaryIndexes": [index]} if indexed else {}),
        **({"StreamSpecification": stream} if streaming else {}),
    )
    client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    for first in range(0, len(items), BATCH):
        client.batch_write_item(RequestItems={table: puts(items[first : first + BATCH])})


def make_small(opened: Opened) -> None:
    """`SMALL`, filled."""
    make(opened, SMALL, [small_item(number) for number in range(SMALL_SIZE)])


def make_big(opened: Opened, size: int) -> None:
    """One of the `big` tables, filled."""
    make(opened, big(size), [big_item(number) for number in range(size)], indexed=True)


STREAMED: dict[str, Callable[[int], Wire]] = {STREAM: small_item, NOTES: note_item}
"""What stands in the tables with a stream."""


def make_stream(opened: Opened, table: str) -> str:
    """One of `STREAMED`, filled; the iterator from which all its records can be read."""
    make(opened, table, [STREAMED[table](number) for number in range(SMALL_SIZE)], streaming=True)
    arn = opened.dynamodb.describe_table(TableName=table)["Table"].get("LatestStreamArn")
    if arn is None:
        raise NotImplementedError("no streams")
    streams = opened.dynamodbstreams
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    answer = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    iterator: str = answer["ShardIterator"]
    return iterator


def _key_schema(*names: str) -> list[Wire]:
    return [{"AttributeName": name, "KeyType": role} for name, role in zip(names, ("HASH", "RANGE"), strict=False)]
