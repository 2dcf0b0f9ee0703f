"""The records that a data stream gets: their shape, where they go, and what Kinesis may do to them."""

from __future__ import annotations

import json
import time
import uuid

import boto3
import pytest

from pytest_ddbmock import UsageError, mock_dynamodb

ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/changes"


@pytest.fixture
def ddb():
    with mock_dynamodb(region="us-east-1", tables={"orders": {"key": ("pk", "sk:N"), "ttl": "expires"}}) as ddb:
        ddb.clock.freeze()
        yield ddb


@pytest.fixture
def client(ddb):
    return boto3.client("dynamodb", region_name="us-east-1")


@pytest.fixture
def orders(client):
    """A table that streams to `ARN`."""
    client.enable_kinesis_streaming_destination(TableName="orders", StreamArn=ARN)
    return boto3.resource("dynamodb", region_name="us-east-1").Table("orders")


def told(records):
    """Event and key of each."""
    return [(record["eventName"], record["dynamodb"]["Keys"]["pk"]["S"]) for record in records]


def test_a_record_has_the_documented_shape(ddb, orders):
    ddb.clock.move_to("2100-03-01T10:00:00.123456")
    orders.put_item(Item={"pk": "a", "sk": 1, "photo": b"\x00"})
    [record] = ddb.kinesis[ARN].records
    assert uuid.UUID(record.pop("eventID"))
    assert record == {
        "awsRegion": "us-east-1",
        "eventName": "INSERT",
        "userIdentity": None,
        "recordFormat": "application/json",
        "tableName": "orders",
        "dynamodb": {
            "ApproximateCreationDateTime": 4107578400123,
            "ApproximateCreationDateTimePrecision": "MILLISECOND",
            "Keys": {"pk": {"S": "a"}, "sk": {"N": "1"}},
            "NewImage": {"pk": {"S": "a"}, "sk": {"N": "1"}, "photo": {"B": "AA=="}},
            "SizeBytes": 20,
        },
        "eventSource": "aws:dynamodb",
    }


def test_the_precision_is_that_of_the_destination(ddb, client, orders):
    ddb.clock.move_to("2100-03-01T10:00:00.123456")
    client.update_kinesis_streaming_destination(
        TableName="orders",
        StreamArn=ARN,
        UpdateKinesisStreamingConfiguration={"ApproximateCreationDateTimePrecision": "MICROSECOND"},
    )
    orders.put_item(Item={"pk": "a", "sk": 1})
    [record] = ddb.kinesis[ARN].records
    assert record["dynamodb"]["ApproximateCreationDateTime"] == 4107578400123456
    assert record["dynamodb"]["ApproximateCreationDateTimePrecision"] == "MICROSECOND"


def test_both_images_are_told_without_a_stream_and_nothing_where_nothing_changes(ddb, orders):
    orders.put_item(Item={"pk": "a", "sk": 1, "n": 1})
    orders.put_item(Item={"pk": "a", "sk": 1, "n": 1})
    orders.put_item(Item={"pk": "a", "sk": 1, "n": 2})
    orders.delete_item(Key={"pk": "a", "sk": 1})
    records = ddb.kinesis[ARN].records
    assert told(records) == [("INSERT", "a"), ("MODIFY", "a"), ("REMOVE", "a")]
    images = [(set(record["dynamodb"]) & {"OldImage", "NewImage"}) for record in records]
    assert images == [{"NewImage"}, {"NewImage", "OldImage"}, {"OldImage"}]


def test_an_expired_item_was_removed_by_the_service(ddb, orders):
    orders.put_item(Item={"pk": "a", "sk": 1, "expires": int(time.time()) + 60})
    ddb.clock.tick(minutes=2)
    [_, removal] = ddb.kinesis[ARN].records
    assert removal["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def test_only_what_is_written_while_the_destination_is_active_arrives(ddb, client):
    orders = boto3.resource("dynamodb", region_name="us-east-1").Table("orders")
    orders.put_item(Item={"pk": "before", "sk": 1})
    for key in "ab":
        client.enable_kinesis_streaming_destination(TableName="orders", StreamArn=ARN)
        orders.put_item(Item={"pk": key, "sk": 1})
        client.disable_kinesis_streaming_destination(TableName="orders", StreamArn=ARN)
        orders.put_item(Item={"pk": f"after {key}", "sk": 1})
    assert told(ddb.kinesis[ARN].records) == [("INSERT", "a"), ("INSERT", "b")]


def test_all_changes_of_an_item_have_one_partition_key(ddb, orders):
    for number in range(3):
        for key in "ab":
            orders.put_item(Item={"pk": key, "sk": 1, "n": number})
    keys = [entry.partition_key for entry in ddb.kinesis[ARN].entries]
    assert keys == keys[:2] * 3
    assert keys[0] != keys[1]


def test_several_tables_stream_to_one_data_stream_in_the_order_of_writing(ddb, client, orders):
    ddb.create_table("parcels", "pk")
    client.enable_kinesis_streaming_destination(TableName="parcels", StreamArn=ARN)
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "parcels", "Item": {"pk": {"S": "p"}}}},
            {"Put": {"TableName": "orders", "Item": {"pk": {"S": "o"}, "sk": {"N": "1"}}}},
        ]
    )
    client.put_item(TableName="parcels", Item={"pk": {"S": "q"}})
    assert [record["tableName"] for record in ddb.kinesis[ARN].records] == ["parcels", "orders", "parcels"]


def test_a_change_that_needs_more_than_a_megabyte_is_skipped(ddb, orders):
    for byte in (b"\x00", b"\x01"):
        orders.put_item(Item={"pk": "a", "sk": 1, "blob": byte * 399_000})
    assert told(ddb.kinesis[ARN].records) == [("INSERT", "a")]
    assert ddb.kinesis[ARN].skipped == 1


def test_the_data_streams_are_listed(ddb, orders):
    assert list(ddb.kinesis) == [ARN]
    with pytest.raises(UsageError, match=f'did you mean "{ARN}"'):
        ddb.kinesis[ARN + "s"].records  # noqa: B018
    with pytest.raises(UsageError, match="is not the ARN"):
        ddb.kinesis["changes"]


def test_a_restored_snapshot_has_the_records_of_its_moment(ddb, orders):
    orders.put_item(Item={"pk": "a", "sk": 1})
    snapshot = ddb.snapshot()
    orders.put_item(Item={"pk": "b", "sk": 1})
    ddb.restore(snapshot)
    orders.put_item(Item={"pk": "c", "sk": 1})
    assert told(ddb.kinesis[ARN].records) == [("INSERT", "a"), ("INSERT", "c")]


def test_the_records_of_a_mock_end_with_it(ddb, orders):
    orders.put_item(Item={"pk": "a", "sk": 1})
    with mock_dynamodb(region="us-east-1", tables={"orders": "pk"}) as inner:
        assert list(inner.kinesis) == []


# ---- what Kinesis may do


def write(orders, count=60):
    for number in range(count):
        orders.put_item(Item={"pk": f"{number % 6}", "sk": 1, "n": number})


def numbers(records, key=None):
    images = [record["dynamodb"]["NewImage"] for record in records]
    return [int(image["n"]["N"]) for image in images if key is None or image["pk"]["S"] == key]


def test_records_come_in_another_order_but_for_those_of_each_item(ddb, orders):
    ddb.kinesis[ARN].simulate(reorder=1)
    write(orders)
    records = ddb.kinesis[ARN].records
    assert sorted(numbers(records)) == list(range(60)) != numbers(records)
    for key in "012345":
        assert numbers(records, key) == list(range(int(key), 60, 6))


def test_records_come_twice(ddb, orders):
    ddb.kinesis[ARN].simulate(duplicates=1)
    write(orders)
    records = ddb.kinesis[ARN].records
    assert sorted(set(numbers(records))) == list(range(60))
    assert 60 < len(records) < 90
    ids = [record["eventID"] for record in records]
    assert len(set(ids)) == 60


def test_the_seed_decides(ddb, orders):
    streams = {seed: [] for seed in (1, 2)}
    for seed in (1, 2, 1):
        snapshot = ddb.snapshot()
        ddb.kinesis[ARN].simulate(reorder=seed, duplicates=seed)
        write(orders)
        streams[seed].append(numbers(ddb.kinesis[ARN].records))
        ddb.restore(snapshot)
    assert streams[1][0] == streams[1][1] != streams[2][0]


@pytest.mark.parametrize("name", ["duplicates", "reorder"])
def test_a_seed_is_a_number(ddb, name):
    with pytest.raises(UsageError, match=f"invalid {name}=True: a seed is a whole number"):
        ddb.kinesis[ARN].simulate(**{name: True})


# ---- a client of the user's


class Client:
    """Takes records as Kinesis does, in part or not at all."""

    def __init__(self):
        self.requests = []
        self.error = None
        self.refuses = 0

    def put_records(self, StreamName, Records):
        if self.error is not None:
            raise self.error
        self.requests.append((StreamName, [json.loads(one["Data"])["dynamodb"]["Keys"]["pk"]["S"] for one in Records]))
        results = [{"SequenceNumber": "1", "ShardId": "shardId-000000000000"} for _ in Records]
        if self.refuses:
            self.refuses -= 1
            results[0] = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "Rate exceeded"}
            return {"FailedRecordCount": 1, "Records": results}
        return {"FailedRecordCount": 0, "Records": results}


@pytest.fixture
def sink(ddb, orders):
    sink = Client()
    ddb.kinesis[ARN].send_to(sink)
    return sink


def test_a_client_gets_records_when_the_call_is_done(ddb, orders, client, sink):
    orders.put_item(Item={"pk": "a", "sk": 1})
    assert sink.requests == [("changes", ["a"])]
    client.batch_write_item(
        RequestItems={
            "orders": [{"PutRequest": {"Item": {"pk": {"S": key}, "sk": {"N": "1"}}}} for key in "bc"],
        }
    )
    assert sink.requests[1:] == [("changes", ["b", "c"])]
    assert told(ddb.kinesis[ARN].records) == [("INSERT", key) for key in "abc"]


def test_a_rejected_record_is_put_again(ddb, orders, sink):
    sink.refuses = 2
    orders.put_item(Item={"pk": "a", "sk": 1})
    assert sink.requests == [("changes", ["a"])] * 3


def test_the_error_of_a_client_is_told_by_the_next_delivery_and_its_records_are_put_then(ddb, orders, sink):
    sink.error = ConnectionError("no Kinesis")
    orders.put_item(Item={"pk": "a", "sk": 1})
    with pytest.raises(ConnectionError, match="no Kinesis"):
        ddb.streams.drain()
    sink.error = None
    orders.put_item(Item={"pk": "b", "sk": 1})
    assert sink.requests == [("changes", ["a", "b"])]
    ddb.streams.drain()


def test_an_unreported_error_fails_the_test_at_its_end():
    with (
        pytest.raises(ConnectionError, match="no Kinesis"),
        mock_dynamodb(region="us-east-1", tables={"orders": "pk"}) as ddb,
    ):
        sink = Client()
        sink.error = ConnectionError("no Kinesis")
        ddb.kinesis[ARN].send_to(sink)
        ddb.client().enable_kinesis_streaming_destination(TableName="orders", StreamArn=ARN)
        ddb.resource().Table("orders").put_item(Item={"pk": "a"})


def test_many_records_are_put_in_requests_of_500(ddb, orders, sink):
    sink.error = ConnectionError("later")
    for start in range(0, 510, 10):
        ddb.table("orders").load([{"pk": f"{start + number}", "sk": 1} for number in range(10)])
    with pytest.raises(ConnectionError):
        ddb.streams.drain()
    sink.error = None
    ddb.streams.drain()
    assert [len(keys) for _, keys in sink.requests] == [500, 10]


def test_something_else_than_a_client_is_refused(ddb):
    with pytest.raises(UsageError, match="no put_records"):
        ddb.kinesis[ARN].send_to("kinesis")


def test_the_kinesis_of_moto_gets_the_records(ddb, orders, monkeypatch):
    moto = pytest.importorskip("moto")
    pytest.importorskip("moto.kinesis")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        kinesis = boto3.client("kinesis", region_name="us-east-1")
        kinesis.create_stream(StreamName="changes", ShardCount=1)
        ddb.kinesis[ARN].send_to(kinesis)
        orders.put_item(Item={"pk": "a", "sk": 1})
        orders.delete_item(Key={"pk": "a", "sk": 1})
        iterator = kinesis.get_shard_iterator(
            StreamName="changes", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert told([json.loads(record["Data"]) for record in records]) == [("INSERT", "a"), ("REMOVE", "a")]
