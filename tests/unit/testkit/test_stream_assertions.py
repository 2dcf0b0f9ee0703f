"""Order, waiting and wire form of stream records."""

from __future__ import annotations

import datetime
import time

import pytest

from pytest_ddbmock import Insert, Modify, Remove, UsageError, mock_dynamodb


@pytest.fixture
def ddb():
    tables = {"orders": {"key": "pk", "stream": "NEW_IMAGE", "ttl": "expires"}}
    with mock_dynamodb(tables=tables) as mock:
        mock.clock.freeze()
        yield mock


@pytest.fixture
def orders(ddb):
    return ddb.resource().Table("orders")


def test_records_are_seen_in_an_order_with_others_between_them(ddb, orders):
    with ddb.streams["orders"].watch() as seen:
        for status in ("NEW", "PAID", "SENT"):
            orders.put_item(Item={"pk": "a", "status": status})
        orders.delete_item(Key={"pk": "a"})
    seen.assert_order()
    seen.assert_order(Insert(status="NEW"), Modify(status="SENT"), Remove())
    seen.assert_order(Insert(), Modify(), Modify(), Remove())


def test_a_record_that_came_too_early_is_told(ddb, orders):
    with ddb.streams["orders"].watch() as seen:
        orders.put_item(Item={"pk": "a", "status": "NEW"})
        orders.put_item(Item={"pk": "a", "status": "PAID"})
    with pytest.raises(AssertionError) as failure:
        seen.assert_order(Modify(status="PAID"), Insert(status="NEW"))
    assert str(failure.value).splitlines() == [
        "expected stream record is missing after Modify(status='PAID')",
        "too early: Insert(status='NEW')",
        "seen: Insert({'pk': 'a', 'status': 'NEW'})",
        "seen: Modify({'pk': 'a', 'status': 'NEW'}, {'pk': 'a', 'status': 'PAID'})",
    ]


def test_a_record_that_never_came_is_told_with_what_differs_in_the_nearest(ddb, orders):
    with ddb.streams["orders"].watch() as seen:
        orders.put_item(Item={"pk": "a", "status": "NEW"})
        orders.put_item(Item={"pk": "a", "status": "PAID"})
    with pytest.raises(AssertionError) as failure:
        seen.assert_order(Insert(), Modify(status="SENT"))
    assert str(failure.value).splitlines() == [
        "expected stream record is missing after Insert()",
        "missing: Modify(status='SENT')",
        "  most similar: Modify({'pk': 'a', 'status': 'NEW'}, {'pk': 'a', 'status': 'PAID'})",
        "    status: is 'PAID', expected 'SENT'",
    ]


def test_a_watch_waits_on_the_mocks_clock_for_what_falls_due(ddb, orders):
    before = ddb.clock.now
    orders.put_item(Item={"pk": "a", "expires": int(time.time()) + 3600})
    with ddb.streams["orders"].watch() as seen:
        seen.wait_until(1, hours=2)
        assert seen == [Remove(by_ttl=True)]
    assert abs(ddb.clock.now - before - datetime.timedelta(hours=1)) <= datetime.timedelta(seconds=1)


def test_a_watch_waits_for_what_functions_write(ddb, orders):
    ddb.create_table("bills", "pk", stream=True)
    bills = ddb.resource().Table("bills")

    def bill(event, context):
        for record in event["Records"]:
            bills.put_item(Item={"pk": record["dynamodb"]["Keys"]["pk"]["S"]})

    ddb.streams["orders"].connect(bill, maximum_batching_window_in_seconds=30)
    with ddb.streams["bills"].watch() as seen:
        orders.put_item(Item={"pk": "a"})
        seen.wait_until(1)
    assert seen == [Insert({"pk": "a"})]


def test_waiting_takes_no_time_when_there_is_enough(ddb, orders):
    before = ddb.clock.now
    with ddb.streams["orders"].watch() as seen:
        orders.put_item(Item={"pk": "a"})
        seen.wait_until(1)
    assert ddb.clock.now == before


def test_waiting_in_vain_tells_what_was_seen(ddb, orders):
    before = ddb.clock.now
    with ddb.streams["orders"].watch() as seen:
        orders.put_item(Item={"pk": "a"})
        with pytest.raises(AssertionError) as failure:
            seen.wait_until(2, seconds=30)
    assert str(failure.value).splitlines() == [
        "1 of 2 records were seen within seconds=30",
        "seen: Insert({'pk': 'a'})",
    ]
    assert ddb.clock.now - before == datetime.timedelta(seconds=30)


def test_a_watch_that_has_ended_waits_no_longer(ddb):
    with ddb.streams["orders"].watch() as seen:
        pass
    with pytest.raises(UsageError, match="the watch has ended"):
        seen.wait_until(1)


def test_a_record_has_the_form_in_which_readers_get_it(ddb, orders):
    orders.put_item(Item={"pk": "a", "n": 1})
    orders.delete_item(Key={"pk": "a"})
    [insert, remove] = ddb.streams["orders"].records
    streams = ddb.client("dynamodbstreams")
    arn = ddb.client().describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    read = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    for record, wire in zip((insert, remove), read, strict=True):
        moment = wire["dynamodb"].pop("ApproximateCreationDateTime")
        told = record.wire
        assert told["dynamodb"].pop("ApproximateCreationDateTime") == int(moment.timestamp())
        assert told == wire
    assert insert.wire["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "n": {"N": "1"}}
    assert "OldImage" not in remove.wire["dynamodb"], "the view type is NEW_IMAGE"
    assert remove.old == {"pk": "a", "n": 1}


def test_an_expectation_has_no_wire_form():
    with pytest.raises(UsageError, match="wire form"):
        Insert(status="NEW").wire  # noqa: B018
