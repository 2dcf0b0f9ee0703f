"""How a connection is described: options, deployed mappings, SAM events, and what is refused."""

from __future__ import annotations

import json

import pytest

from pytest_ddbmock import UsageError
from pytest_ddbmock.followers.event_source import EventSource

OPEN = json.dumps({"dynamodb": {"NewImage": {"status": {"S": ["OPEN"]}}}})
SQS = "arn:aws:sqs:eu-west-1:111122223333:dead"
DEPLOYED = {
    "EventSourceArn": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2024-01-01T00:00:00.000",
    "FunctionName": "arn:aws:lambda:eu-west-1:111122223333:function:bill",
    "StartingPosition": "TRIM_HORIZON",
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 5,
    "ParallelizationFactor": 2,
    "MaximumRetryAttempts": 3,
    "MaximumRecordAgeInSeconds": 3600,
    "BisectBatchOnFunctionError": True,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "TumblingWindowInSeconds": 30,
    "FilterCriteria": {"Filters": [{"Pattern": OPEN}]},
    "DestinationConfig": {"OnFailure": {"Destination": SQS}},
    "Enabled": True,
    "Tags": {"team": "billing"},
}
READ = EventSource(
    starting_position="TRIM_HORIZON",
    batch_size=10,
    maximum_batching_window_in_seconds=5,
    parallelization_factor=2,
    maximum_retry_attempts=3,
    maximum_record_age_in_seconds=3600,
    bisect_batch_on_function_error=True,
    function_response_types=("ReportBatchItemFailures",),
    tumbling_window_in_seconds=30,
    filters=(OPEN,),
    on_failure=SQS,
    function_name="bill",
)


def handler(event, context):
    return None


def test_the_defaults_are_awss(connect):
    source = connect(handler).source
    assert (source.batch_size, source.parallelization_factor, source.maximum_retry_attempts) == (100, 1, -1)
    assert (source.maximum_record_age_in_seconds, source.maximum_batching_window_in_seconds) == (-1, 0)


def test_the_parameters_of_a_deployed_mapping_are_read(ddbmock, orders):
    assert ddbmock.streams.connect_mapping(DEPLOYED, handler).source == READ


def test_a_deployed_mapping_delivers(ddbmock, orders, function):
    mapping = {name: DEPLOYED[name] for name in ("EventSourceArn", "StartingPosition", "FilterCriteria", "BatchSize")}
    orders.put("a", status="OPEN")
    ddbmock.streams.connect_mapping(mapping, function)
    orders.put("b", status="NEW")
    orders.put("c", status="OPEN")
    ddbmock.streams.drain()
    assert function.got == [["a", "c"]]


SAM = {
    "Type": "AWS::Serverless::Function",
    "Properties": {
        "Handler": "app.handler",
        "Events": {
            "Api": {"Type": "Api", "Properties": {"Path": "/", "Method": "get"}},
            "Orders": {
                "Type": "DynamoDB",
                "Properties": {
                    "Stream": {"Fn::GetAtt": ["OrdersTable", "StreamArn"]},
                    "StartingPosition": "LATEST",
                    "BatchSize": 5,
                    "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": "Dead.Arn"}}},
                },
            },
        },
    },
}


@pytest.mark.parametrize(
    "given", [SAM, SAM["Properties"], SAM["Properties"]["Events"]], ids=["whole", "props", "events"]
)
def test_the_events_of_a_sam_function_are_read(ddbmock, orders, function, given):
    [connection] = ddbmock.streams.connect_sam(given, function, tables={"OrdersTable": "orders"})
    assert (connection.source.batch_size, connection.source.starting_position) == (5, "LATEST")
    assert connection.source.on_failure == "arn:aws:sqs:::Dead"
    orders.put("a")
    ddbmock.streams.drain()
    assert function.got == [["a"]]


@pytest.mark.parametrize(
    "stream", [DEPLOYED["EventSourceArn"], {"Fn::GetAtt": "orders.StreamArn"}, "orders.StreamArn"], ids=str
)
def test_the_stream_of_a_sam_event_is_found_by_the_name_of_its_table(ddbmock, orders, stream):
    events = {"Orders": {"Type": "DynamoDB", "Properties": {"Stream": stream, "StartingPosition": "LATEST"}}}
    [connection] = ddbmock.streams.connect_sam(events, handler)
    assert connection.trigger.table.name == "orders"


@pytest.mark.parametrize(
    "options, said",
    [
        ({"batchsize": 1}, 'unknown option "batchsize"; did you mean "batch_size"'),
        ({"batch_size": 0}, "invalid batch_size=0: use a whole number from 1 to 10000"),
        ({"batch_size": 10_001}, "from 1 to 10000"),
        ({"batch_size": True}, "from 1 to 10000"),
        ({"batch_size": "10"}, "from 1 to 10000"),
        ({"maximum_batching_window_in_seconds": 301}, "from 0 to 300"),
        ({"parallelization_factor": 11}, "from 1 to 10"),
        ({"maximum_retry_attempts": -2}, "from -1 to 10000"),
        ({"maximum_record_age_in_seconds": 59}, "from 60 to 604800, or -1"),
        ({"tumbling_window_in_seconds": 901}, "from 0 to 900"),
        ({"bisect_batch_on_function_error": 1}, "True or False"),
        ({"starting_position": "AT_TIMESTAMP"}, "TRIM_HORIZON or LATEST"),
        ({"function_response_types": ["Report"]}, "ReportBatchItemFailures"),
        ({"function_response_types": "ReportBatchItemFailures"}, "ReportBatchItemFailures"),
        ({"filter_criteria": [OPEN]}, "invalid filter_criteria="),
        ({"filter_criteria": {"Filters": [OPEN]}}, "invalid filter_criteria="),
        ({"filter_criteria": {"Filters": [{"Pattern": OPEN}] * 6}}, "at most 5 filters"),
        ({"filter_criteria": {"Filters": [{"Pattern": "{"}]}}, "Invalid filter pattern definition"),
        ({"destination_config": {"OnSuccess": {"Destination": SQS}}}, "no OnSuccess destination"),
        ({"destination_config": SQS}, "invalid destination_config="),
        ({"destination_config": {"OnFailure": SQS}}, "OnFailure must be an object"),
        ({"on_failure": "queue"}, "invalid on_failure='queue': use the ARN of a queue"),
        ({"on_failure": SQS, "destination_config": {"OnFailure": {"Destination": SQS}}}, "not both"),
        ({"duplicates": True}, "invalid duplicates=True: a seed is a whole number"),
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_with_advice(connect, options, said):
    with pytest.raises(UsageError, match=said):
        connect(handler, **options)


def test_something_that_is_not_callable_is_refused(connect):
    with pytest.raises(UsageError, match="is not callable"):
        connect("handler")


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"BatchSze": 1}, 'unknown parameter "BatchSze"; did you mean "BatchSize"'),
        ({"StartingPosition": None}, "StartingPosition is missing"),
        ({"Queues": ["q"]}, "Queues is not allowed for DynamoDB streams"),
        ({"EventSourceArn": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"}, "invalid EventSourceArn"),
        ({"EventSourceArn": DEPLOYED["EventSourceArn"].replace("orders", "ordrs")}, 'did you mean "orders"'),
        ({"BatchSize": 0}, "invalid BatchSize=0: use a whole number from 1 to 10000"),
        (
            {"StartingPosition": "AT_TIMESTAMP"},
            "invalid StartingPosition='AT_TIMESTAMP': a DynamoDB stream is read from",
        ),
        ({"FilterCriteria": {"Filters": [{"Pattern": "[]"}]}}, "invalid FilterCriteria=.* must be a JSON object"),
        ({"DestinationConfig": {"OnFailure": {"Destination": "dead"}}}, "invalid DestinationConfig=.*use the ARN of a"),
    ],
    ids=str,
)
def test_a_wrong_mapping_is_refused_with_advice(ddbmock, orders, changes, said):
    with pytest.raises(UsageError, match=said):
        ddbmock.streams.connect_mapping({**DEPLOYED, **changes}, handler)


@pytest.mark.parametrize(
    "events, said",
    [
        ({}, 'no event with "Type": "DynamoDB"'),
        ({"A": {"Type": "Api"}}, 'no event with "Type": "DynamoDB"'),
        ({"A": {"Type": "DynamoDB"}}, "A: an event of type DynamoDB needs Properties with Stream"),
        ({"A": {"Type": "DynamoDB", "Properties": {"Stream": 7, "StartingPosition": "LATEST"}}}, "invalid Stream 7"),
        ({"A": {"Type": "DynamoDB", "Properties": {"Stream": "orders"}}}, "A: StartingPosition is missing"),
        (
            {"A": {"Type": "DynamoDB", "Properties": {"Stream": "orders", "StartingPosition": "LATEST", "Batch": 1}}},
            'A: unknown parameter "Batch"',
        ),
        (
            {"A": {"Type": "DynamoDB", "Properties": {"Stream": "Other", "StartingPosition": "LATEST"}}},
            'unknown table "Other"',
        ),
    ],
    ids=str,
)
def test_wrong_sam_events_are_refused_with_advice(ddbmock, orders, events, said):
    with pytest.raises(UsageError, match=said):
        ddbmock.streams.connect_sam(events, handler)


def test_a_table_that_no_sam_event_names_is_refused(ddbmock, orders):
    with pytest.raises(UsageError, match='no event reads the stream of "OrderTable"; did you mean "OrdersTable"'):
        ddbmock.streams.connect_sam(SAM, handler, tables={"OrderTable": "orders"})
