"""What stands on top of a client's calls: paginators, waiters, modelled exceptions, boto3's resources."""

from __future__ import annotations

import time

import botocore.session
import pytest
from botocore.stub import Stubber

from pytest_ddbmock.transports import doors
from pytest_ddbmock.transports.clients import handles

SESSION = botocore.session.Session()


@pytest.fixture
def client():
    return SESSION.create_client("dynamodb", region_name="eu-west-1")


def test_a_paginator_goes_through_all_pages(active, client):
    for n in range(5):
        client.put_item(TableName="users", Item={"pk": {"S": str(n)}})
    pages = list(client.get_paginator("scan").paginate(TableName="users"))
    assert [page["Count"] for page in pages] == [2, 2, 1]
    assert len(list(client.get_paginator("scan").paginate(TableName="users").search("Items[]"))) == 5


def test_a_waiter_waits_on_the_mocks_clock(active, client):
    client.get_waiter("table_exists").wait(TableName="users")
    assert active.spent == [20]


def test_a_waiter_takes_its_delay_from_its_config(active, client):
    client.get_waiter("table_exists").wait(TableName="users", WaiterConfig={"Delay": 3})
    assert active.spent == [3]


def test_a_waiter_that_gives_up_has_spent_all_its_delays(active, client):
    active.answers["DescribeTable"] = {"Table": {"TableStatus": "CREATING"}}
    with pytest.raises(botocore.exceptions.WaiterError, match="Max attempts exceeded"):
        client.get_waiter("table_exists").wait(TableName="users", WaiterConfig={"MaxAttempts": 4})
    assert active.spent == [20, 20, 20]


def test_waiters_of_other_services_sleep_as_ever(active, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    kinesis = SESSION.create_client("kinesis", region_name="eu-west-1")
    stream = {
        "StreamName": "s",
        "StreamARN": "a",
        "Shards": [],
        "HasMoreShards": False,
        "RetentionPeriodHours": 24,
        "StreamCreationTimestamp": 0,
        "EnhancedMonitoring": [],
    }
    with Stubber(kinesis) as stubber:
        for status in ("CREATING", "ACTIVE"):
            stubber.add_response("describe_stream", {"StreamDescription": {**stream, "StreamStatus": status}})
        kinesis.get_waiter("stream_exists").wait(StreamName="s")
    assert (slept, active.spent) == ([10], [])


def test_outside_a_mock_waiters_sleep(backend, client, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    doors.open(backend)
    doors.close(backend)
    with Stubber(client) as stubber:
        for status in ("CREATING", "ACTIVE"):
            stubber.add_response("describe_table", {"Table": {"TableStatus": status}})
        client.get_waiter("table_exists").wait(TableName="users")
    assert (slept, backend.spent) == ([20], [])


def test_exceptions_are_the_clients_own_classes(active, client):
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.describe_table(TableName="users")
    assert str(caught.value) == (
        "An error occurred (ResourceNotFoundException) when calling the DescribeTable operation: "
        "Requested resource not found: Table: users not found"
    )


# ---- boto3


@pytest.fixture
def table(active):
    pytest.importorskip("boto3")
    return handles.resource("dynamodb", region="eu-west-1").Table("users")


def test_the_resource_layer_converts_values(active, table):
    from boto3.dynamodb.types import Binary

    item = {"pk": "a", "b": b"\x00\xff", "l": [1, "x", None, True], "m": {"s": {"x", "y"}}}
    table.put_item(Item=item)
    assert active.items["users", "a"]["l"] == {"L": [{"N": "1"}, {"S": "x"}, {"NULL": True}, {"BOOL": True}]}
    assert table.get_item(Key={"pk": "a"})["Item"] == {**item, "b": Binary(b"\x00\xff")}


def test_what_the_resource_layer_does_to_an_answer_does_no_harm(active, table):
    """It rewrites the answer in place."""
    table.put_item(Item={"pk": "a", "n": 1})
    assert table.get_item(Key={"pk": "a"}) != table.meta.client.get_item(TableName="users", Key={"pk": "a"})
    answers = [table.get_item(Key={"pk": "a"})["Item"] for _ in range(2)]
    assert answers[0] == answers[1] == {"pk": "a", "n": 1}


def test_a_batch_writer_writes(active, table):
    with table.batch_writer() as batch:
        for n in range(60):
            batch.put_item(Item={"pk": f"{n:02}"})
    assert len(active.items) == 60
    assert [request.operation for request in active.requests] == ["BatchWriteItem"] * 3


def test_resource_attributes_load(active, table):
    active.spent.append(0)
    assert table.creation_date_time.timestamp() == 1_700_000_000.25
