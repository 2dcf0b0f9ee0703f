"""Where iterators begin, how far a page reads, and when an iterator is no longer good."""

from __future__ import annotations

import datetime

import pytest

from tests.support.models import needs

knows_timestamps = needs("dynamodbstreams", "GetShardIterator", "Timestamp")


def test_trim_horizon_begins_with_the_oldest_record_and_latest_behind_the_newest(reader):
    reader.put("a", "b")
    latest = reader.iterator("LATEST")
    reader.put("c")
    assert reader.keys() == ["a", "b", "c"]
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for page in reader.pages(latest) for r in page["Records"]] == ["c"]


def test_a_sequence_number_is_a_place_to_begin_at_or_after(reader):
    reader.put("a", "b", "c")
    number = reader.records()[1]["dynamodb"]["SequenceNumber"]
    assert reader.keys("AT_SEQUENCE_NUMBER", SequenceNumber=number) == ["b", "c"]
    assert reader.keys("AFTER_SEQUENCE_NUMBER", SequenceNumber=number) == ["c"]


def test_the_first_number_of_a_shard_is_a_place_to_begin(reader):
    reader.put("a")
    number = reader.describe()["Shards"][0]["SequenceNumberRange"]["StartingSequenceNumber"]
    assert reader.keys("AT_SEQUENCE_NUMBER", SequenceNumber=number) == ["a"]


@pytest.mark.parametrize("number", ["9" * 21, "1" + "0" * 20, "1" * 40, "x" * 21, "٣" * 21])
def test_numbers_of_no_record_are_refused(reader, refused, number):
    reader.put("a")
    arn, shard = reader.arn, reader.shard()
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        params = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": kind, "SequenceNumber": number}
        assert refused("get_shard_iterator", **params) == "ValidationException: Invalid SequenceNumber"


def test_numbers_of_another_table_are_refused(reader, refused, ddbmock):
    reader.put("a")
    ddbmock.create_table("others", "pk")
    reader.client.put_item(TableName="others", Item={"pk": {"S": "x"}})
    reader.put("b")
    first, second = (int(record["dynamodb"]["SequenceNumber"]) for record in reader.records())
    assert second - first == 2
    params = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": str(first + 1)}
    answer = refused("get_shard_iterator", StreamArn=reader.arn, ShardId=reader.shard(), **params)
    assert answer == "ValidationException: Invalid SequenceNumber"


@knows_timestamps
@pytest.mark.parametrize("seconds, wanted", [(-60, "abc"), (0, "abc"), (1, "bc"), (10, "bc"), (20, "c"), (30, "")])
def test_a_timestamp_is_a_place_to_begin(reader, ddbmock, seconds, wanted):
    start = ddbmock.clock.move_to("2030-01-01")
    reader.put("a")
    ddbmock.clock.tick(seconds=10)
    reader.put("b")
    ddbmock.clock.tick(seconds=10)
    reader.put("c")
    ddbmock.clock.tick(seconds=10)
    moment = start + datetime.timedelta(seconds=seconds)
    assert reader.keys("AT_TIMESTAMP", Timestamp=moment) == list(wanted)


@knows_timestamps
def test_a_timestamp_behind_the_trim_horizon_begins_with_the_oldest_record(reader, ddbmock):
    reader.put("a")
    ddbmock.clock.tick(hours=30)
    reader.put("b")
    assert reader.keys("AT_TIMESTAMP", Timestamp=ddbmock.clock.now - datetime.timedelta(days=300)) == ["b"]


@knows_timestamps
def test_a_timestamp_in_the_future_is_refused(reader, refused, ddbmock):
    answer = refused(
        "get_shard_iterator",
        StreamArn=reader.arn,
        ShardId=reader.shard(),
        ShardIteratorType="AT_TIMESTAMP",
        Timestamp=ddbmock.clock.now + datetime.timedelta(seconds=2),
    )
    assert answer.startswith("ValidationException: ")


NUMBER_WANTED = (
    "SequenceNumber is a required argument when ShardIteratorType is AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER"
)


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_a_number_is_required_where_it_is_the_place(reader, refused, kind):
    answer = refused("get_shard_iterator", StreamArn=reader.arn, ShardId=reader.shard(), ShardIteratorType=kind)
    assert answer == f"ValidationException: {NUMBER_WANTED}"


@knows_timestamps
@pytest.mark.parametrize(
    "kind, more, told",
    [
        ("AT_TIMESTAMP", {}, "Timestamp is a required argument when ShardIteratorType is AT_TIMESTAMP"),
        ("LATEST", {"SequenceNumber": "1" * 21}, "SequenceNumber is not a valid argument when ShardIteratorType is "
         "LATEST"),
        ("TRIM_HORIZON", {"Timestamp": 0}, "Timestamp is not a valid argument when ShardIteratorType is TRIM_HORIZON"),
    ],
)  # fmt: skip
def test_each_type_wants_its_own_arguments_and_no_others(reader, refused, kind, more, told):
    answer = refused("get_shard_iterator", StreamArn=reader.arn, ShardId=reader.shard(), ShardIteratorType=kind, **more)
    assert answer == f"ValidationException: {told}"


def test_an_unknown_type_is_refused(reader, refused):
    answer = refused("get_shard_iterator", StreamArn=reader.arn, ShardId=reader.shard(), ShardIteratorType="X")
    assert answer.startswith(
        "ValidationException: 1 validation error detected: Value 'X' at 'shardIteratorType' failed to satisfy "
        "constraint: Member must satisfy enum value set: ["
    )


# ---- pages


def test_a_page_holds_at_most_as_many_records_as_asked(reader):
    reader.put(*"abcde")
    pages = [len(page["Records"]) for page in reader.pages(reader.iterator(), Limit=2)]
    assert pages == [2, 2, 1, 0]


def test_a_page_holds_at_most_a_thousand_records_and_a_megabyte(reader, ddbmock):
    ddbmock.table("orders").load([{"pk": str(number)} for number in range(1500)])
    assert [len(page["Records"]) for page in reader.pages(reader.iterator())] == [1000, 500, 0]
    latest = reader.iterator("LATEST")
    for key in "abcd":
        reader.put(key, blob={"S": "x" * 300_000})
    assert [len(page["Records"]) for page in reader.pages(latest)] == [3, 1, 0]


def test_one_record_larger_than_a_megabyte_still_comes(reader, ddbmock):
    big = {"blob": {"S": "x" * 400_000}}
    reader.put("a", "b", **big)
    latest = reader.iterator("LATEST")
    reader.put("a", blob={"S": "y" * 400_000})
    reader.put("b", blob={"S": "y" * 400_000})
    assert [len(page["Records"]) for page in reader.pages(latest)] == [1, 1, 0]


def test_pages_of_no_more_than_one_record_pass_over_writes_that_changed_nothing(reader):
    reader.put("a", "a", "a", "b", "b", "c")
    assert [len(page["Records"]) for page in reader.pages(reader.iterator(), Limit=1)] == [1, 1, 1, 0]


def test_an_iterator_can_be_used_again(reader):
    reader.put("a", "b")
    iterator = reader.iterator()
    first = reader.streams.get_records(ShardIterator=iterator)["Records"]
    assert first == reader.streams.get_records(ShardIterator=iterator)["Records"]
    assert len(first) == 2


def test_an_open_shard_always_has_a_next_iterator(reader):
    page = reader.streams.get_records(ShardIterator=reader.iterator("LATEST"))
    assert page["Records"] == []
    reader.put("a")
    following = reader.streams.get_records(ShardIterator=page["NextShardIterator"])
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in following["Records"]] == ["a"]


@pytest.mark.parametrize("limit, told", [(1001, "less than or equal to 1000"), (0, "greater than or equal to 1")])
def test_a_limit_out_of_bounds_is_refused(reader, refused, limit, told):
    assert refused("get_records", ShardIterator=reader.iterator(), Limit=limit) == (
        f"ValidationException: 1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
        f"Member must have value {told}"
    )


# ---- iterators that are not good


def test_an_iterator_is_good_for_fifteen_minutes(reader, refused, ddbmock):
    iterator = reader.iterator()
    ddbmock.clock.tick(minutes=14, seconds=59)
    reader.streams.get_records(ShardIterator=iterator)
    ddbmock.clock.tick(seconds=1)
    assert refused("get_records", ShardIterator=iterator) == "ExpiredIteratorException: Shard iterator has expired"


def test_each_page_gives_a_fresh_iterator(reader, ddbmock):
    iterator = reader.iterator()
    for _ in range(4):
        ddbmock.clock.tick(minutes=10)
        iterator = reader.streams.get_records(ShardIterator=iterator)["NextShardIterator"]


def test_text_that_is_no_iterator_is_refused(reader, refused):
    good = reader.iterator()
    arn, _, inner = good.partition("|1|")
    altered = [
        "x",
        arn,
        f"{arn}|1|",
        f"{arn}|1|====",
        f"{arn}|1|\u00e9",
        f"{arn}|1|{inner[:-4]}",
        f"{arn}|1|{inner[::-1]}",
        f"{arn}x|1|{inner}",
        f"{arn}|2|{inner}",
        f"{good}|1|{inner}",
    ]
    for text in altered:
        assert refused("get_records", ShardIterator=text) == "ValidationException: Invalid ShardIterator", text


# ---- a day later


def test_records_are_kept_for_a_day(reader, ddbmock):
    reader.put("a")
    ddbmock.clock.tick(hours=10)
    reader.put("b")
    ddbmock.clock.tick(hours=14)
    assert reader.keys() == ["a", "b"]
    ddbmock.clock.tick(seconds=1)
    assert reader.keys() == ["b"]
    ddbmock.clock.tick(days=2)
    assert reader.keys() == []


def test_a_number_of_a_record_that_is_gone_is_refused(reader, refused, ddbmock):
    reader.put("a")
    number = reader.records()[0]["dynamodb"]["SequenceNumber"]
    ddbmock.clock.tick(hours=25)
    params = {"StreamArn": reader.arn, "ShardId": reader.shard(), "SequenceNumber": number}
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        assert refused("get_shard_iterator", ShardIteratorType=kind, **params) == (
            "TrimmedDataAccessException: The data you are trying to access has been trimmed"
        )


def test_an_iterator_to_a_record_that_went_meanwhile_is_refused(reader, refused, ddbmock):
    reader.put("a")
    ddbmock.clock.tick(hours=23, minutes=55)
    iterator = reader.iterator()
    ddbmock.clock.tick(minutes=10)
    assert refused("get_records", ShardIterator=iterator) == (
        "TrimmedDataAccessException: The data you are trying to access has been trimmed"
    )
    assert reader.keys() == []
