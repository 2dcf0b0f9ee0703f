"""What a function gets: the event to the field, its context, loaded by those who read such events."""

from __future__ import annotations

import json
import time

import pytest


def test_an_event_has_the_fields_of_lambdas(ddbmock, orders, connect, ddbmock_client):
    connection = connect(lambda event, context: None)
    ddbmock.clock.move_to("2026-03-01T10:00:00.750")
    orders.put("a", photo=b"\x00\x01")
    ddbmock.streams.drain()
    [invocation] = connection.invocations
    [record] = invocation.event["Records"]
    arn = ddbmock_client.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    assert record.pop("eventID")
    assert len(record["dynamodb"].pop("SequenceNumber")) == 21
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": ddbmock.region,
        "eventSourceARN": arn,
        "dynamodb": {
            "ApproximateCreationDateTime": 1772359200.0,
            "Keys": {"pk": {"S": "a"}},
            "NewImage": {"pk": {"S": "a"}, "photo": {"B": "AAE="}},
            "SizeBytes": 13,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def test_an_event_is_json_and_belongs_to_the_function(ddbmock, orders, connect):
    def spoil(event, context):
        event["Records"].clear()

    connection = connect(spoil)
    orders.put("a", tags={"x", "y"})
    ddbmock.streams.drain()
    [invocation] = connection.invocations
    assert len(invocation.records) == 1
    assert json.loads(json.dumps(invocation.event)) == invocation.event


def test_an_expired_item_was_removed_by_the_service(ddbmock, orders, connect):
    connection = connect(lambda event: None)
    orders.put("a", expires=int(time.time()) + 60)
    ddbmock.clock.tick(minutes=2)
    [_, removal] = [record for invocation in connection.invocations for record in invocation.records]
    assert removal["eventName"] == "REMOVE"
    assert removal["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert "NewImage" not in removal["dynamodb"]


def test_the_context_names_the_function(ddbmock, orders, connect):
    seen = []

    def on_order(event, context):
        seen.append(context)

    connect(on_order)
    connect(lambda event, context: seen.append(context), function_name="arn:aws:lambda:us-east-1:1:function:bill")
    orders.put("a")
    ddbmock.streams.drain()
    assert [context.function_name for context in seen] == ["on-order", "bill"]
    assert seen[0].invoked_function_arn == f"arn:aws:lambda:{ddbmock.region}:123456789012:function:on-order"
    assert seen[0].get_remaining_time_in_millis() > 0
    assert seen[0].aws_request_id != seen[1].aws_request_id


def test_powertools_reads_the_event(ddbmock, orders, connect):
    classes = pytest.importorskip("aws_lambda_powertools.utilities.data_classes")
    seen = []

    @classes.event_source(data_class=classes.DynamoDBStreamEvent)
    def handler(event, context):
        for record in event.records:
            view = record.dynamodb
            seen.append((record.event_name.name, view.keys, view.new_image, view.old_image, view.stream_view_type.name))

    connect(handler)
    orders.put("a", total=5, paid=True, lines=[{"sku": "x"}])
    orders.delete("a")
    ddbmock.streams.drain()
    image = {"pk": "a", "total": 5, "paid": True, "lines": [{"sku": "x"}]}
    assert seen == [
        ("INSERT", {"pk": "a"}, image, {}, "NEW_AND_OLD_IMAGES"),
        ("REMOVE", {"pk": "a"}, {}, image, "NEW_AND_OLD_IMAGES"),
    ]


def test_powertools_batch_processor_reports_what_failed(ddbmock, orders, connect):
    batch = pytest.importorskip("aws_lambda_powertools.utilities.batch")
    processor = batch.BatchProcessor(event_type=batch.EventType.DynamoDBStreams)
    broken = {"b"}

    def take(record):
        key = record.dynamodb.new_image["pk"]
        if key in broken:
            broken.discard(key)
            raise ValueError(key)

    def handler(event, context):
        return batch.process_partial_response(event=event, record_handler=take, processor=processor, context=context)

    connection = connect(handler, function_response_types=["ReportBatchItemFailures"], maximum_retry_attempts=1)
    orders.put("a", "b", "c")
    ddbmock.streams.drain()
    assert [len(invocation.records) for invocation in connection.invocations] == [3, 2]
    assert connection.failures == []
