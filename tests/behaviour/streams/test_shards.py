"""Streams of several shards: which item is told where, splits, rollover, pages of shards, throttled readers."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config

from pytest_ddbmock import UsageError, mock_dynamodb
from pytest_ddbmock.storage.shards import StreamRules
from tests.support.accounts import Account
from tests.support.models import needs

KEYS = [f"key-{number}" for number in range(60)]


class Stream:
    """The stream of `orders` as its readers see it."""

    def __init__(self, mock):
        self.mock = mock
        self.client = boto3.client("dynamodb", region_name=mock.region)
        config = Config(retries={"total_max_attempts": 1})
        self.api = boto3.client("dynamodbstreams", region_name=mock.region, config=config)
        self.arn = self.client.describe_table(TableName="orders")["Table"]["LatestStreamArn"]

    def describe(self, **more):
        return self.api.describe_stream(StreamArn=self.arn, **more)["StreamDescription"]

    @property
    def shards(self):
        return self.describe()["Shards"]

    def iterator(self, shard_id, kind="TRIM_HORIZON", **more):
        answer = self.api.get_shard_iterator(StreamArn=self.arn, ShardId=shard_id, ShardIteratorType=kind, **more)
        return answer["ShardIterator"]

    def read(self, shard_id, kind="TRIM_HORIZON", limit=1000):
        """All records of a shard that are there, and whether it has ended."""
        iterator, records = self.iterator(shard_id, kind), []
        while True:
            page = self.api.get_records(ShardIterator=iterator, Limit=limit)
            records += page["Records"]
            iterator = page.get("NextShardIterator")
            if iterator is None or not page["Records"]:
                return records, iterator is None

    def keys(self, shard_id):
        return [record["dynamodb"]["Keys"]["pk"]["S"] for record in self.read(shard_id)[0]]

    def put(self, *keys, **attributes):
        for key in keys:
            self.client.put_item(TableName="orders", Item={"pk": {"S": key}, **attributes})


@pytest.fixture
def opened():
    """Opens a mock with the table `orders`, time standing still at a whole hour."""
    mocks = []

    def opened(**options):
        mock = mock_dynamodb(**options)
        mock.start()
        mocks.append(mock)
        mock.clock.freeze()
        mock.clock.move_to("2030-01-01T00:00")
        mock.create_table("orders", "pk", stream="NEW_IMAGE")
        return Stream(mock)

    yield opened
    for mock in reversed(mocks):
        mock.stop()


def is_open(shard):
    return "EndingSequenceNumber" not in shard["SequenceNumberRange"]


# ---- several


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_every_record_is_in_one_shard_and_those_of_an_item_in_the_same(opened, limit):
    stream = opened(stream_shards=4)
    for number in range(3):
        stream.put(*KEYS, n={"N": str(number)})
    shards = stream.shards
    assert len(shards) == 4
    assert all(is_open(shard) and "ParentShardId" not in shard for shard in shards)
    told = {}
    for shard in shards:
        records, has_ended = stream.read(shard["ShardId"], limit=limit)
        assert not has_ended
        for record in records:
            key = record["dynamodb"]["Keys"]["pk"]["S"]
            told.setdefault((key, shard["ShardId"]), []).append(record["dynamodb"]["NewImage"]["n"]["N"])
        assert len({key for key, place in told if place == shard["ShardId"]}) > 3
        numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
        assert numbers == sorted(numbers)
    assert len(told) == len(KEYS)
    assert set(map(tuple, told.values())) == {("0", "1", "2")}


def test_one_shard_is_the_default(opened):
    stream = opened()
    stream.mock.clock.tick(days=3)
    [shard] = stream.shards
    assert is_open(shard)


def test_the_number_of_another_shard_is_no_position(opened):
    stream = opened(stream_shards=2)
    stream.put(*KEYS)
    first, second = [shard["ShardId"] for shard in stream.shards]
    number = stream.read(first)[0][0]["dynamodb"]["SequenceNumber"]
    iterator = stream.iterator(first, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)
    assert len(stream.api.get_records(ShardIterator=iterator)["Records"]) == len(stream.read(first)[0]) - 1
    with pytest.raises(stream.api.exceptions.ClientError, match="Invalid SequenceNumber"):
        stream.iterator(second, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_shards_are_described_in_pages(opened, limit):
    stream = opened(stream_shards=5)
    listed = [shard["ShardId"] for shard in stream.shards]
    assert len(listed) == 5
    found, more = [], {}
    while True:
        page = stream.describe(Limit=limit, **more)
        assert len(page["Shards"]) <= limit
        found += [shard["ShardId"] for shard in page["Shards"]]
        if "LastEvaluatedShardId" not in page:
            break
        assert page["LastEvaluatedShardId"] == found[-1]
        more = {"ExclusiveStartShardId": found[-1]}
    assert found == listed


# ---- splits


def test_a_split_closes_a_shard_and_divides_its_keys(opened):
    stream = opened()
    stream.put(*KEYS)
    stream.mock.streams["orders"].split()
    stream.put(*KEYS, again={"BOOL": True})
    parent, *children = stream.shards
    assert not is_open(parent)
    assert len(children) == 2
    assert all(is_open(child) and child["ParentShardId"] == parent["ShardId"] for child in children)
    records, has_ended = stream.read(parent["ShardId"])
    assert has_ended
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == KEYS
    halves = [stream.keys(child["ShardId"]) for child in children]
    assert sorted(halves[0] + halves[1]) == sorted(KEYS)
    assert min(map(len, halves)) > 10
    last = int(parent["SequenceNumberRange"]["EndingSequenceNumber"])
    assert all(int(child["SequenceNumberRange"]["StartingSequenceNumber"]) > last for child in children)


def test_a_split_leaves_every_item_in_the_line_of_its_shard(opened):
    stream = opened(stream_shards=2)
    stream.put(*KEYS)
    before = {shard["ShardId"]: stream.keys(shard["ShardId"]) for shard in stream.shards}
    stream.mock.streams["orders"].split(3)
    stream.put(*KEYS, again={"BOOL": True})
    for parent, keys in before.items():
        children = [shard["ShardId"] for shard in stream.shards if shard.get("ParentShardId") == parent]
        assert len(children) == 3
        assert sorted(key for child in children for key in stream.keys(child)) == sorted(keys)


@needs("dynamodbstreams", "DescribeStream", "ShardFilter")
def test_children_can_be_asked_for(opened):
    stream = opened(stream_shards=2)
    first, second = [shard["ShardId"] for shard in stream.shards]
    stream.mock.streams["orders"].split()
    for parent in (first, second):
        found = stream.describe(ShardFilter={"Type": "CHILD_SHARDS", "ShardId": parent})["Shards"]
        assert [shard["ParentShardId"] for shard in found] == [parent, parent]
    child = found[0]["ShardId"]
    assert stream.describe(ShardFilter={"Type": "CHILD_SHARDS", "ShardId": child})["Shards"] == []


def test_splits_in_one_moment_come_parents_first(opened):
    stream = opened()
    for _ in range(3):
        stream.mock.streams["orders"].split()
    shards = stream.shards
    assert len(shards) == 1 + 2 + 4 + 8
    seen = set()
    for shard in shards:
        assert shard.get("ParentShardId") is None or shard["ParentShardId"] in seen
        seen.add(shard["ShardId"])
    assert sum(map(is_open, shards)) == 8


def test_an_iterator_of_before_a_split_reads_to_the_end_of_its_shard(opened):
    stream = opened()
    stream.put("a")
    iterator = stream.iterator(stream.shards[0]["ShardId"], "LATEST")
    stream.put("b")
    stream.mock.streams["orders"].split()
    stream.put("c")
    page = stream.api.get_records(ShardIterator=iterator)
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in page["Records"]] == ["b"]
    assert "NextShardIterator" not in page


@pytest.mark.parametrize("parts", [0, -1, 101, 1.5, True, "2"])
def test_a_split_into_what_cannot_be_is_refused(opened, parts):
    with pytest.raises(UsageError, match="use a whole number from 1 to 100"):
        opened().mock.streams["orders"].split(parts)


def test_the_shards_of_a_disabled_stream_have_all_ended(opened):
    stream = opened(stream_shards=2)
    stream.mock.streams["orders"].split()
    view = stream.mock.streams["orders"]
    stream.client.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
    assert len(stream.shards) == 6
    assert not any(map(is_open, stream.shards))
    with pytest.raises(UsageError, match="has ended"):
        view.split()


def test_a_rollback_takes_splits_and_rollovers_back(opened):
    stream = opened(stream_shard_hours=4)
    before, shards = stream.mock.snapshot(), stream.shards
    stream.mock.streams["orders"].split()
    stream.mock.clock.tick(hours=5)
    assert len(stream.shards) == 5
    stream.mock.restore(before)
    stream.mock.clock.move_to("2030-01-01T00:00")
    assert stream.shards == shards


# ---- rollover


def test_shards_roll_over_even_when_idle(opened):
    stream = opened(stream_shard_hours=4)
    [first] = stream.shards
    stream.mock.clock.tick(hours=3, minutes=59)
    assert stream.shards == [first]
    stream.put("a")
    stream.mock.clock.tick(minutes=1)
    closed, child = stream.shards
    assert closed["ShardId"] == first["ShardId"]
    assert not is_open(closed)
    assert is_open(child)
    assert child["ParentShardId"] == first["ShardId"]
    stream.put("b")
    assert (stream.keys(closed["ShardId"]), stream.keys(child["ShardId"])) == (["a"], ["b"])
    stream.mock.clock.tick(hours=8)
    assert len(stream.shards) == 4
    lineage = [shard.get("ParentShardId") for shard in stream.shards]
    assert lineage == [None, *(shard["ShardId"] for shard in stream.shards[:-1])]


def test_a_shard_is_dated_by_its_opening_however_far_the_clock_jumps(opened):
    stream = opened(stream_shard_hours=4)
    start = stream.mock.clock.now.timestamp()
    stream.mock.clock.tick(hours=9)
    opened_at = [int(shard["ShardId"].split("-")[1]) / 1000 for shard in stream.shards]
    assert opened_at == [start, start + 4 * 3600, start + 8 * 3600]


def test_each_change_is_in_the_shard_of_its_moment(opened):
    stream = opened(stream_shard_hours=1)
    for hour in range(5):
        stream.put(f"hour-{hour}", n={"N": "1"})
        stream.mock.clock.tick(minutes=30)
        stream.put(f"hour-{hour}", n={"N": "2"})
        stream.mock.clock.tick(minutes=30)
    told = [stream.keys(shard["ShardId"]) for shard in stream.shards]
    assert told == [*([f"hour-{hour}"] * 2 for hour in range(5)), []]


def test_items_that_expire_in_one_jump_are_told_in_the_shards_of_their_moments(opened):
    stream = opened(stream_shard_hours=4)
    stream.client.update_time_to_live(
        TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    now = int(stream.mock.clock.now.timestamp())
    for hours in (1, 5, 9):
        stream.put(f"after-{hours}", ttl={"N": str(now + hours * 3600)})
    stream.mock.clock.tick(hours=10)
    removed = [
        [record["dynamodb"]["Keys"]["pk"]["S"] for record in stream.read(shard["ShardId"])[0]
         if record["eventName"] == "REMOVE"]
        for shard in stream.shards
    ]  # fmt: skip
    assert removed == [["after-1"], ["after-5"], ["after-9"]]


def test_shards_are_gone_a_day_after_their_end_and_the_last_stays(opened):
    stream = opened(stream_shard_hours=4)
    stream.put("a")
    first = stream.shards[0]["ShardId"]
    stream.mock.clock.tick(hours=27, minutes=59)
    assert stream.shards[0]["ShardId"] == first
    stream.mock.clock.tick(minutes=1)
    assert first not in [shard["ShardId"] for shard in stream.shards]
    with pytest.raises(stream.api.exceptions.ResourceNotFoundException):
        stream.iterator(first)
    assert len(stream.shards) == 7
    stream.put("b")
    assert stream.keys(stream.shards[-1]["ShardId"]) == ["b"]


def test_a_jump_of_decades_is_quick_and_leaves_a_day_of_shards(opened):
    stream = opened(stream_shard_hours=4)
    stream.put("a")
    stream.mock.clock.move_to("2090-01-01T00:00")
    assert len(stream.shards) == 6 + 1


def test_a_seed_built_earlier_begins_its_shards_with_the_test():
    account = Account()
    account.set_rules(streams=StreamRules(shards=2, shard_life=4 * 3600 * 10**6))
    table = account.create("orders", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    account.tick(3 * 3600)
    account.engine.begin_history()
    account.tick(2 * 3600)
    account.engine.run_due()
    assert len(table.settings.stream.shards) == 2
    account.tick(2 * 3600)
    account.engine.run_due()
    assert len(table.settings.stream.shards) == 4


# ---- throttled readers


def test_readers_that_ask_too_often_are_throttled_shard_by_shard(opened):
    stream = opened(stream_shards=2, stream_reads=5)
    first, second = [stream.iterator(shard["ShardId"]) for shard in stream.shards]
    for _ in range(5):
        stream.api.get_records(ShardIterator=first)
    with pytest.raises(stream.api.exceptions.ClientError) as caught:
        stream.api.get_records(ShardIterator=first)
    assert caught.value.response["Error"]["Code"] == "ThrottlingException"
    stream.api.get_records(ShardIterator=second)
    stream.mock.clock.tick(seconds=1)
    stream.api.get_records(ShardIterator=first)


def test_a_client_that_tries_again_gets_through(opened):
    stream = opened(stream_reads=1)
    # A few of botocore's random delays can be too short by chance, all of these cannot.
    config = Config(retries={"total_max_attempts": 12})
    patient = boto3.client("dynamodbstreams", region_name=stream.mock.region, config=config)
    iterator = stream.iterator(stream.shards[0]["ShardId"])
    for _ in range(10):
        assert patient.get_records(ShardIterator=iterator)["Records"] == []


@pytest.mark.parametrize(
    "options",
    [
        {"stream_shards": 0},
        {"stream_shards": True},
        {"stream_shards": 10**6},
        {"stream_reads": -1},
        {"stream_reads": 1.5},
        {"stream_shard_hours": -1},
        {"stream_shard_hours": 0.001},
        {"stream_shard_hours": float("inf")},
        {"stream_shard_hours": "4"},
    ],
)
def test_options_that_cannot_be_are_refused(options):
    [name] = options
    with pytest.raises(UsageError, match=f"{name}=.*: use"):
        mock_dynamodb(**options)


def test_options_are_read_from_the_ini_file_and_the_marker(project):
    project.makeini("[pytest]\nddbmock_stream_shards = 3\nddbmock_stream_shard_hours = 4\n")
    project.makepyfile(
        """
        import pytest

        def shards(ddbmock, streams):
            ddbmock.create_table("orders", "pk", stream=True)
            [stream] = streams.list_streams()["Streams"]
            return streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]

        def test_ini(ddbmock, ddbmock_streams_client):
            assert len(shards(ddbmock, ddbmock_streams_client)) == 3
            ddbmock.clock.tick(hours=4)
            assert len(shards_now(ddbmock_streams_client)) == 6

        def shards_now(streams):
            [stream] = streams.list_streams()["Streams"]
            return streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]

        @pytest.mark.ddbmock(stream_shards=2)
        def test_marker(ddbmock, ddbmock_streams_client):
            assert len(shards(ddbmock, ddbmock_streams_client)) == 2
        """
    )
    project.runpytest().assert_outcomes(passed=2)


# ---- functions at a stream of several shards


def test_a_connected_function_gets_everything_once_and_each_item_in_order(opened):
    stream = opened(stream_shards=2, stream_shard_hours=4)
    told = {}

    def handler(event):
        for record in event["Records"]:
            change = record["dynamodb"]
            told.setdefault(change["Keys"]["pk"]["S"], []).append(int(change["NewImage"]["n"]["N"]))

    stream.mock.streams["orders"].connect(handler, batch_size=7)
    for number in range(6):
        stream.put(*KEYS, n={"N": str(number)})
        if number % 2:
            stream.mock.streams["orders"].split()
        else:
            stream.mock.clock.tick(hours=5)
    stream.mock.streams["orders"].split()
    stream.mock.streams.drain()
    assert told == {key: [0, 1, 2, 3, 4, 5] for key in KEYS}
    stream.mock.clock.tick(days=3)
    stream.put("late", n={"N": "7"})
    stream.mock.streams.drain()
    assert told["late"] == [7]
