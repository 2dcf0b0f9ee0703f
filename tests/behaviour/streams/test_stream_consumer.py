"""A consumer as applications write them, against the API alone: all shards, parents first, checkpoints, resume."""

from __future__ import annotations

import random

import boto3
import pytest
from botocore.config import Config

from pytest_ddbmock import mock_dynamodb

TABLE = "orders"


class Consumer:
    """Copies a table by its stream.

    Checkpoints (shard to the number of its last record, `DONE` when it is drained) are kept by the caller, as a table
    or a file would; a new consumer with the same checkpoints goes on where the last one stopped.
    """

    DONE = "done"

    def __init__(self, streams, stream_arn, checkpoints, apply):
        self.streams = streams
        self.stream_arn = stream_arn
        self.checkpoints = checkpoints
        self.apply = apply
        self.iterators = {}

    def run_once(self, limit=1000):
        """One round: a page of every shard that may be read. Tells whether any had records."""
        shards = self.shards()
        known = {shard["ShardId"] for shard in shards}
        has_read = False
        for shard in shards:
            shard_id, parent = shard["ShardId"], shard.get("ParentShardId")
            parent_is_read = parent not in known or self.checkpoints.get(parent) == self.DONE
            if parent_is_read and self.checkpoints.get(shard_id) != self.DONE:
                has_read |= self.read(shard_id, limit)
        return has_read

    def run(self, limit=1000):
        """Rounds until there is nothing more; a shard that has just ended lets its children be read."""
        while True:
            before = dict(self.checkpoints)
            if not self.run_once(limit) and before == self.checkpoints:
                return

    def shards(self):
        shards, more = [], {}
        while True:
            page = self.streams.describe_stream(StreamArn=self.stream_arn, Limit=2, **more)["StreamDescription"]
            shards += page["Shards"]
            if "LastEvaluatedShardId" not in page:
                return shards
            more = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}

    def read(self, shard_id, limit):
        iterator = self.iterators.get(shard_id) or self.iterator(shard_id)
        try:
            page = self.streams.get_records(ShardIterator=iterator, Limit=limit)
        except self.streams.exceptions.ExpiredIteratorException:
            page = self.streams.get_records(ShardIterator=self.iterator(shard_id), Limit=limit)
        for record in page["Records"]:
            self.apply(record)
            self.checkpoints[shard_id] = record["dynamodb"]["SequenceNumber"]
        self.iterators[shard_id] = page.get("NextShardIterator")
        if self.iterators[shard_id] is None:
            self.checkpoints[shard_id] = self.DONE
        return bool(page["Records"])

    def iterator(self, shard_id):
        position = {"ShardIteratorType": "TRIM_HORIZON"}
        if shard_id in self.checkpoints:
            position = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "SequenceNumber": self.checkpoints[shard_id],
            }
        answer = self.streams.get_shard_iterator(StreamArn=self.stream_arn, ShardId=shard_id, **position)
        return answer["ShardIterator"]


class Copy:
    """The items as the stream has told them; every record has to fit what was told before."""

    def __init__(self):
        self.items = {}
        self.count = 0

    def apply(self, record):
        change = record["dynamodb"]
        key = change["Keys"]["pk"]["S"]
        assert self.items.get(key) == change.get("OldImage")
        if record["eventName"] == "REMOVE":
            del self.items[key]
        else:
            self.items[key] = change["NewImage"]
        self.count += 1


class Shop:
    """The application that writes."""

    def __init__(self, client, seed):
        self.client = client
        self.random = random.Random(seed)
        self.written = 0

    def write(self, count):
        for _ in range(count):
            key = {"pk": {"S": f"order-{self.random.randrange(40)}"}}
            self.written += 1
            if self.random.random() < 0.2:
                self.client.delete_item(TableName=TABLE, Key=key)
            else:
                self.client.put_item(TableName=TABLE, Item={**key, "n": {"N": str(self.written)}})

    def items(self):
        pages = self.client.get_paginator("scan").paginate(TableName=TABLE)
        return {item["pk"]["S"]: item for page in pages for item in page["Items"]}


PATIENT = Config(retries={"total_max_attempts": 12})
"""A few of botocore's random delays can be too short by chance, all of these cannot."""


@pytest.fixture
def scene():
    """Opens a mock with options and gives it with the application and what a consumer needs."""
    mocks = []

    def scene(seed=0, **options):
        mock = mock_dynamodb(**options)
        mock.start()
        mocks.append(mock)
        mock.clock.freeze()
        mock.create_table(TABLE, "pk", stream="NEW_AND_OLD_IMAGES")
        shop = Shop(boto3.client("dynamodb", region_name=mock.region), seed)
        streams = boto3.client("dynamodbstreams", region_name=mock.region, config=PATIENT)
        [stream] = streams.list_streams(TableName=TABLE)["Streams"]
        return mock, shop, lambda checkpoints, apply: Consumer(streams, stream["StreamArn"], checkpoints, apply)

    yield scene
    for mock in reversed(mocks):
        mock.stop()


@pytest.mark.parametrize("shards", [1, 4])
@pytest.mark.parametrize("limit", [1, 13, 1000])
def test_a_consumer_copies_the_table(scene, shards, limit):
    _, shop, consumer = scene(stream_shards=shards)
    shop.write(150)
    copy = Copy()
    consumer({}, copy.apply).run(limit)
    assert copy.items == shop.items()


@pytest.mark.parametrize("seed", range(4))
def test_a_consumer_follows_splits_and_rollovers_through_restarts_of_its_own(scene, seed):
    mock, shop, consumer = scene(seed, stream_shards=3, stream_shard_hours=4)
    copy, checkpoints, choice = Copy(), {}, random.Random(seed)
    running = consumer(checkpoints, copy.apply)
    for _ in range(25):
        shop.write(choice.randrange(20))
        event = choice.random()
        if event < 0.15:
            mock.streams[TABLE].split(choice.choice((1, 2)))
        elif event < 0.6:
            mock.clock.tick(minutes=choice.choice((1, 10, 20, 300)))  # iterators expire, shards roll over
        if choice.random() < 0.4:
            running = consumer(checkpoints, copy.apply)  # another process takes over
        for _ in range(choice.randrange(4)):
            running.run_once(limit=choice.choice((3, 1000)))
        if choice.random() < 0.5:
            running.run()
            assert copy.items == shop.items()
    running.run()
    assert copy.items == shop.items()
    assert len(running.shards()) > 10
    assert copy.count > 60


def test_a_consumer_that_is_late_by_a_day_loses_what_was_trimmed(scene):
    mock, shop, consumer = scene(stream_shards=2, stream_shard_hours=4)
    shop.write(20)
    mock.clock.tick(hours=30)
    shop.write(20)
    seen = []
    consumer({}, seen.append).run()
    told = [int(record["dynamodb"]["NewImage"]["n"]["N"]) for record in seen if record["eventName"] != "REMOVE"]
    assert told
    assert min(told) > 20


def test_a_consumer_finishes_the_stream_of_a_deleted_table(scene):
    mock, shop, consumer = scene(stream_shards=2, stream_shard_hours=4)
    shop.write(60)
    mock.clock.tick(hours=5)
    shop.write(60)
    before = shop.items()
    shop.client.delete_table(TableName=TABLE)
    copy, checkpoints = Copy(), {}
    consumer(checkpoints, copy.apply).run()
    assert copy.items == before
    assert len(checkpoints) == 4
    assert set(checkpoints.values()) == {Consumer.DONE}


def test_a_consumer_is_patient_with_throttling(scene):
    _, shop, consumer = scene(stream_shards=2, stream_reads=2)
    shop.write(60)
    copy = Copy()
    consumer({}, copy.apply).run(limit=5)
    assert copy.items == shop.items()
