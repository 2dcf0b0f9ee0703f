"""The change feed: reads the table's stream and keeps a journal of every edit.

A consumer as the plain streams API wants it: list the shards, read parents before their children, remember how far each
one was read, and be ready to see a record twice.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TypeAlias

import boto3
from boto3.dynamodb.conditions import Attr
from boto3.dynamodb.conditions import Key as Where
from boto3.dynamodb.types import TypeDeserializer

from atlas.table import Item, client, journal, table

Record: TypeAlias = dict[str, Any]

CHECKPOINTS = "CHECKPOINT"  # partition of the journal that holds one item per shard
JOURNALED = ("COUNTRY", "SUBDIVISION", "LANGUAGE")  # kinds worth an entry; sessions come and go unseen

streams = boto3.client("dynamodbstreams")


class ChangeFeed:
    """Follows the atlas table and writes what happens to its entries into the journal."""

    def __init__(self) -> None:
        self._stream: str = client.describe_table(TableName=table.name)["Table"]["LatestStreamArn"]
        self._iterators: dict[str, str | None] = {}  # None: this shard is closed and was read to its end

    def run(self, pause: float = 1.0) -> None:
        """Follow the table for ever."""
        while True:
            if not self.poll():
                time.sleep(pause)

    def poll(self) -> int:
        """Journal what is there to be read now; the answer is the number of records seen."""
        return sum(self._read(shard) for shard in self._readable_shards())

    def _readable_shards(self) -> Iterator[str]:
        """Shards whose parents were read to their ends or are gone."""
        shards = {shard["ShardId"]: shard.get("ParentShardId", "") for shard in self._shards()}
        for shard, parent in shards.items():
            if parent not in shards or self._iterators.get(parent, "unread") is None:
                yield shard

    def _shards(self) -> Iterator[dict[str, Any]]:
        request: dict[str, str] = {"StreamArn": self._stream}
        while True:
            description = streams.describe_stream(**request)["StreamDescription"]
            yield from description["Shards"]
            if "LastEvaluatedShardId" not in description:
                return
            request["ExclusiveStartShardId"] = description["LastEvaluatedShardId"]

    def _read(self, shard: str) -> int:
        """Read one shard until it has nothing more to give at the moment."""
        if shard not in self._iterators:
            self._iterators[shard] = self._iterator(shard)
        seen = 0
        while (iterator := self._iterators[shard]) is not None:
            try:
                answer = streams.get_records(ShardIterator=iterator)
            except streams.exceptions.ExpiredIteratorException:  # nobody asked for a quarter of an hour
                self._iterators[shard] = self._iterator(shard)
                continue
            for record in answer["Records"]:
                _write_down(record)
            self._iterators[shard] = answer.get("NextShardIterator")
            if not answer["Records"]:
                break
            seen += len(answer["Records"])
            _advance(shard, answer["Records"][-1]["dynamodb"]["SequenceNumber"])
        return seen

    def _iterator(self, shard: str) -> str:
        """From behind the last record this shard was read to, else from its beginning."""
        checkpoint = journal.get_item(Key={"pk": CHECKPOINTS, "sk": shard}).get("Item")
        request = {"StreamArn": self._stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        if checkpoint is not None:
            after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": checkpoint["sequence"]}
            with suppress(streams.exceptions.TrimmedDataAccessException):  # not read for a day: what was there is gone
                return str(streams.get_shard_iterator(**request | after)["ShardIterator"])
        return str(streams.get_shard_iterator(**request)["ShardIterator"])


def history(code: str) -> list[Item]:
    """What the journal knows of a place or language, oldest first."""
    return list(journal.query(KeyConditionExpression=Where("pk").eq(f"ENTRY#{code}"))["Items"])


def _write_down(record: Record) -> None:
    """One journal entry per change; a record seen again changes nothing."""
    old, new = (_image(record, name) for name in ("OldImage", "NewImage"))
    subject = new or old
    if subject.get("kind") not in JOURNALED:
        return
    entry = {
        "pk": f"ENTRY#{subject['code']}",
        "sk": record["dynamodb"]["SequenceNumber"].zfill(40),
        "what": {"INSERT": "added", "MODIFY": "changed", "REMOVE": "removed"}[record["eventName"]],
        "before": old.get("name"),
        "after": new.get("name"),
        "editor": new.get("edited_by"),
    }
    with suppress(client.exceptions.ConditionalCheckFailedException):
        journal.put_item(Item=entry, ConditionExpression=Attr("pk").not_exists())


def _advance(shard: str, sequence: str) -> None:
    journal.put_item(Item={"pk": CHECKPOINTS, "sk": shard, "sequence": sequence})


def _image(record: Record, name: str) -> Item:
    to_python = TypeDeserializer().deserialize
    return {key: to_python(value) for key, value in record["dynamodb"].get(name, {}).items()}
