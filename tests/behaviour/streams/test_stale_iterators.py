"""What a test carries out of the stream of an earlier state is refused, never served wrongly."""

from __future__ import annotations

import pytest

from pytest_ddbmock import mock_dynamodb


def test_an_iterator_of_a_state_that_was_rolled_back_is_refused(reader, refused, ddbmock):
    reader.put("a")
    good = reader.iterator()
    before = ddbmock.snapshot()
    reader.put("b")
    stale = [reader.iterator("LATEST"), reader.iterator()]
    ddbmock.restore(before)
    reader.put("c", "d")
    for iterator in stale:
        assert refused("get_records", ShardIterator=iterator) == "ExpiredIteratorException: Shard iterator has expired"
    keys = [r["dynamodb"]["Keys"]["pk"]["S"] for page in reader.pages(good) for r in page["Records"]]
    assert keys == reader.keys() == ["a", "c", "d"]


def test_a_number_of_a_change_that_was_rolled_back_is_refused(reader, refused, ddbmock):
    reader.put("a")
    before = ddbmock.snapshot()
    reader.put("b")
    number = reader.records()[-1]["dynamodb"]["SequenceNumber"]
    ddbmock.restore(before)
    reader.put("c")
    assert int(reader.records()[-1]["dynamodb"]["SequenceNumber"]) > int(number)
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        params = {"ShardIteratorType": kind, "SequenceNumber": number}
        answer = refused("get_shard_iterator", StreamArn=reader.arn, ShardId=reader.shard(), **params)
        assert answer == "ValidationException: Invalid SequenceNumber"


def test_a_stream_that_was_enabled_meanwhile_is_gone(reader, refused, ddbmock):
    before = ddbmock.snapshot()
    first = reader.arn
    reader.switch(None)
    reader.switch("KEYS_ONLY")
    second = reader.arn
    ddbmock.restore(before)
    reader.put("a")
    assert reader.arn == first
    assert reader.describe()["StreamStatus"] == "ENABLED"
    assert reader.keys() == ["a"]
    assert "ResourceNotFoundException" in refused("describe_stream", StreamArn=second)


def test_the_stream_of_a_table_that_was_deleted_meanwhile_goes_on(reader, ddbmock):
    reader.put("a")
    before = ddbmock.snapshot()
    reader.client.delete_table(TableName="orders")
    reader.streams.list_streams()
    ddbmock.restore(before)
    reader.put("b")
    assert reader.keys() == ["a", "b"]
    assert len(reader.streams.list_streams()["Streams"]) == 1


def test_an_iterator_of_another_mock_is_refused():
    def begin(ddb):
        ddb.clock.freeze()
        ddb.clock.move_to("2030-01-01")
        ddb.create_table("orders", "pk", stream="KEYS_ONLY")
        return ddb.client("dynamodbstreams")

    with mock_dynamodb() as ddb:
        streams = begin(ddb)
        arn = streams.list_streams()["Streams"][0]["StreamArn"]
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        answer = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    with mock_dynamodb() as ddb:
        streams = begin(ddb)
        assert streams.list_streams()["Streams"][0]["StreamArn"] == arn
        with pytest.raises(streams.exceptions.ExpiredIteratorException):
            streams.get_records(ShardIterator=answer["ShardIterator"])
