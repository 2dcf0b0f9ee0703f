"""What happens to a batch that a handler fails on, and what the test sees."""

from __future__ import annotations

import datetime
import decimal
import json

import pytest

from pytest_ddbmock import HandlerFailed, mock_dynamodb
from tests.support.functions import keys

SQS = "arn:aws:sqs:us-east-1:123456789012:dead"
UNHANDLED = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
HANDLED = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None}


def report(*broken, also=()):
    """A function that reports the records with some keys as failed, each once."""
    left = set(broken)

    def handler(event, context):
        failed = []
        for record in event["Records"]:
            key = record["dynamodb"]["Keys"]["pk"]["S"]
            if key in left:
                left.discard(key)
                failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
        return {"batchItemFailures": [*failed, *also]}

    return handler


def got(connection):
    return [keys(invocation.event) for invocation in connection.invocations]


# ---- without limits, which is AWS's default


def test_a_failure_is_raised_with_the_batch_and_the_error(ddbmock, orders, connect, function):
    connect(function, function_name="bill")
    orders.put("a", "b", status="NEW")
    function.fail("b")
    with pytest.raises(HandlerFailed) as caught:
        ddbmock.streams.drain()
    lines = str(caught.value).splitlines()
    assert lines[0] == 'bill failed on 2 records of the stream of "orders" (will be retried with the next delivery)'
    assert lines[1] == "  ValueError: cannot take b"
    assert lines[4].endswith('INSERT {"pk":{"S":"b"}}')
    assert lines[5] == '    NewImage {"pk":{"S":"b"},"status":{"S":"NEW"}}'
    assert isinstance(caught.value.__cause__, ValueError)
    [failure] = caught.value.failures
    assert keys(failure.event) == ["a", "b"]


def test_a_batch_that_failed_comes_again_before_all_others(ddbmock, orders, connect, function):
    connect(function, batch_size=2)
    orders.put("a", "b", "c")
    function.fail("a", times=2)
    for _ in range(2):
        with pytest.raises(HandlerFailed):
            ddbmock.streams.drain()
    ddbmock.streams.drain()
    assert function.got == [["a", "b"], ["a", "b"], ["a", "b"], ["c"]]


def test_a_failure_while_the_clock_is_moved_is_raised_when_it_has_been_moved(ddbmock, orders, connect, function):
    connect(function)
    orders.put("a")
    function.fail("a")
    before = ddbmock.clock.now
    with pytest.raises(HandlerFailed):
        ddbmock.clock.tick(minutes=5)
    assert ddbmock.clock.now - before == datetime.timedelta(minutes=5)


def test_a_failure_of_one_function_keeps_nothing_from_others(ddbmock, orders, connect, function):
    connect(lambda event: 1 / 0)
    connect(function)
    orders.put("a")
    with pytest.raises(HandlerFailed, match="ZeroDivisionError"):
        ddbmock.streams.drain()
    assert function.got == [["a"]]


def test_an_eager_failure_is_not_raised_out_of_the_call_but_by_the_next_delivery(ddbmock, orders, connect, function):
    connect(function, eager=True)
    function.fail("a", times=1)
    orders.put("a")
    assert function.got == [["a"]]
    with pytest.raises(HandlerFailed, match="cannot take a"):
        ddbmock.clock.tick()
    assert function.got == [["a"], ["a"]]


def test_an_unreported_failure_fails_the_test_at_its_end(function):
    with (
        pytest.raises(HandlerFailed, match="cannot take a"),
        mock_dynamodb(tables={"orders": {"key": "pk", "stream": True}}) as ddb,
    ):
        ddb.streams["orders"].connect(function, eager=True)
        function.fail("a")
        ddb.resource().Table("orders").put_item(Item={"pk": "a"})


def test_a_batch_that_is_too_old_for_the_stream_is_discarded(ddbmock, orders, connect, function):
    connection = connect(function)
    orders.put("a")
    function.fail("a")
    with pytest.raises(HandlerFailed):
        ddbmock.streams.drain()
    with pytest.raises(HandlerFailed, match="discarded: RecordAgeExceeded"):
        ddbmock.clock.tick(days=1, seconds=1)
    orders.put("b")
    ddbmock.streams.drain()
    assert got(connection)[-1] == ["b"]


# ---- retries


def test_a_batch_is_tried_again_with_the_delays_spent_on_the_clock(ddbmock, orders, connect, function):
    connection = connect(function, maximum_retry_attempts=3)
    orders.put("a")
    function.fail("a", times=3)
    before = ddbmock.clock.now
    ddbmock.streams.drain()
    assert function.got == [["a"]] * 4
    assert connection.failures == []
    assert ddbmock.clock.now - before == datetime.timedelta(seconds=1 + 2 + 4)


def test_moving_the_clock_tries_again_as_often_as_falls_into_the_time(ddbmock, orders, connect, function):
    connect(function, maximum_retry_attempts=10)
    orders.put("a")
    function.fail("a")
    ddbmock.clock.tick(seconds=3)
    assert function.got == [["a"]] * 3
    ddbmock.clock.tick(seconds=3)
    assert function.got == [["a"]] * 3
    ddbmock.clock.tick(seconds=1)
    assert function.got == [["a"]] * 4


def test_a_batch_without_retries_left_is_discarded_and_raised(ddbmock, orders, connect, function):
    connection = connect(function, batch_size=1, maximum_retry_attempts=0)
    orders.put("a", "b")
    function.fail("a")
    with pytest.raises(HandlerFailed, match="discarded: RetryAttemptsExhausted"):
        ddbmock.streams.drain()
    assert function.got == [["a"], ["b"]]
    assert [failure.condition for failure in connection.failures] == ["RetryAttemptsExhausted"]


def test_a_batch_is_discarded_when_its_records_are_too_old(ddbmock, orders, connect, function):
    connection = connect(function, maximum_record_age_in_seconds=60, on_failure=SQS)
    orders.put("a")
    function.fail("a")
    ddbmock.streams.drain()
    assert len(function.got) == 6  # after 0, 1, 3, 7, 15 and 31 seconds
    [record] = connection.discarded
    assert record["requestContext"]["condition"] == "RecordAgeExceeded"
    assert "responseContext" not in record
    assert isinstance(connection.failures[0].error, ValueError)


def test_only_the_records_that_are_too_old_are_discarded(ddbmock, orders, connect, function):
    connection = connect(function, maximum_record_age_in_seconds=60, on_failure=SQS)
    orders.put("a")
    function.fail("a", times=6)
    ddbmock.clock.tick(seconds=40)
    orders.put("b")
    ddbmock.streams.drain()
    assert [keys(failure.event) for failure in connection.failures] == [["a"]]
    assert function.got[-1] == ["b"]


NOT_JSON = [object(), {1, 2}, b"bytes", datetime.datetime(2026, 1, 1), {"state": {"seen": {"a"}}}, [Exception("no")]]


@pytest.mark.parametrize("types", [(), ("ReportBatchItemFailures",)], ids=["whole", "partial"])
@pytest.mark.parametrize("response", NOT_JSON, ids=lambda response: type(response).__name__)
def test_a_function_whose_response_is_not_json_has_failed(ddbmock, orders, connect, response, types):
    connection = connect(
        lambda event: response, function_response_types=types, maximum_retry_attempts=0, on_failure=SQS
    )
    orders.put("a")
    ddbmock.streams.drain()
    [failure] = connection.failures
    assert "the response is not JSON" in str(failure)
    assert connection.discarded[0]["responseContext"] == UNHANDLED


def test_a_response_that_is_not_json_is_raised_without_a_destination(ddbmock, orders, connect):
    connect(lambda event: object())
    orders.put("a")
    with pytest.raises(HandlerFailed, match="not JSON"):
        ddbmock.streams.drain()


def test_a_response_of_decimals_and_tuples_is_json(ddbmock, orders, connect):
    connection = connect(lambda event: {"total": decimal.Decimal("1.5"), "pair": (1, None)})
    orders.put("a")
    ddbmock.streams.drain()
    assert connection.failures == []


# ---- destinations


def test_a_destination_gets_a_record_of_the_batch(ddbmock, orders, connect, function, ddbmock_client):
    connection = connect(
        function,
        function_name="bill",
        maximum_retry_attempts=1,
        destination_config={"OnFailure": {"Destination": SQS}},
    )
    ddbmock.clock.move_to("2026-03-01T10:00:00.500")
    orders.put("a", "b")
    function.fail("b")
    ddbmock.streams.drain()
    [record] = connection.discarded
    [first, last] = connection.invocations[0].records
    assert record["requestContext"].pop("requestId")
    arn = ddbmock_client.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    [shard] = ddbmock.client("dynamodbstreams").describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    assert record == {
        "requestContext": {
            "functionArn": f"arn:aws:lambda:{ddbmock.region}:123456789012:function:bill",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": UNHANDLED,
        "version": "1.0",
        "timestamp": "2026-03-01T10:00:01.500Z",
        "DDBStreamBatchInfo": {
            "shardId": shard["ShardId"],
            "startSequenceNumber": first["dynamodb"]["SequenceNumber"],
            "endSequenceNumber": last["dynamodb"]["SequenceNumber"],
            "approximateArrivalOfFirstRecord": "2026-03-01T10:00:00Z",
            "approximateArrivalOfLastRecord": "2026-03-01T10:00:00Z",
            "batchSize": 2,
            "streamArn": arn,
        },
    }


def test_a_destination_may_be_a_function(ddbmock, orders, connect, function):
    queue = []
    connect(function, maximum_retry_attempts=0, on_failure=queue.append)
    orders.put("a")
    function.fail("a")
    ddbmock.streams.drain()
    assert [record["DDBStreamBatchInfo"]["batchSize"] for record in queue] == [1]


def test_a_bucket_gets_the_event_too(ddbmock, orders, connect, function):
    connection = connect(function, maximum_retry_attempts=0, on_failure="arn:aws:s3:::dead")
    orders.put("a")
    function.fail("a")
    ddbmock.streams.drain()
    [failure] = connection.failures
    assert keys(json.loads(failure.record["payload"])) == ["a"]
    assert failure.key.startswith(f"aws/lambda/{connection.trigger.id}/shardId-")


# ---- bisecting


def test_a_batch_is_halved_until_the_bad_record_is_alone(ddbmock, orders, connect, function):
    connection = connect(function, bisect_batch_on_function_error=True, maximum_retry_attempts=0, on_failure=SQS)
    orders.put(*"abcdef")
    function.fail("d")
    ddbmock.streams.drain()
    assert function.got == [list("abcdef"), list("abc"), list("def"), ["d"], list("ef")]
    assert [record["DDBStreamBatchInfo"]["batchSize"] for record in connection.discarded] == [1]


def test_halving_takes_no_retry(ddbmock, orders, connect, function):
    connect(function, bisect_batch_on_function_error=True, maximum_retry_attempts=2, on_failure=SQS)
    orders.put("a", "b")
    function.fail("a")
    ddbmock.streams.drain()
    assert function.got == [["a", "b"], ["a"], ["a"], ["a"], ["b"]]


def test_halving_finds_the_record_to_be_raised(ddbmock, orders, connect, function):
    connect(function, bisect_batch_on_function_error=True)
    orders.put(*"abcd")
    function.fail("c")
    with pytest.raises(HandlerFailed) as caught:
        ddbmock.streams.drain()
    assert [keys(failure.event) for failure in caught.value.failures] == [["c"]]


# ---- partial batch responses

PARTIAL = ("ReportBatchItemFailures",)


def test_everything_from_the_first_reported_record_on_is_tried_again(ddbmock, orders, connect):
    connection = connect(report("d", "b"), function_response_types=PARTIAL, maximum_retry_attempts=1)
    orders.put(*"abcde")
    ddbmock.streams.drain()
    assert got(connection) == [list("abcde"), list("bcde")]
    assert connection.failures == []


def test_with_bisecting_the_batch_is_split_at_the_reported_record(ddbmock, orders, connect):
    connection = connect(
        report("c"), function_response_types=PARTIAL, maximum_retry_attempts=0, bisect_batch_on_function_error=True
    )
    orders.put(*"abcd")
    ddbmock.streams.drain()
    assert got(connection) == [list("abcd"), list("cd")]


def test_the_rest_of_a_batch_is_discarded(ddbmock, orders, connect):
    connection = connect(report("b"), function_response_types=PARTIAL, maximum_retry_attempts=0, on_failure=SQS)
    orders.put(*"abc")
    ddbmock.streams.drain()
    assert [keys(failure.event) for failure in connection.failures] == [["b", "c"]]
    assert connection.discarded[0]["responseContext"] == HANDLED


def test_a_report_without_limits_is_raised_and_the_rest_comes_with_the_next_delivery(ddbmock, orders, connect):
    connection = connect(report("b"), function_response_types=PARTIAL)
    orders.put(*"abc")
    with pytest.raises(HandlerFailed, match="failed from record 2 of 3 on, by the response"):
        ddbmock.streams.drain()
    ddbmock.streams.drain()
    assert got(connection) == [list("abc"), list("bc")]


@pytest.mark.parametrize(
    "answer",
    [None, "", [], (), {}, {"batchItemFailures": []}, {"batchItemFailures": None}, {"other": [1]}],
    ids=repr,
)
def test_a_response_that_reports_nothing_is_success(ddbmock, orders, connect, answer):
    connection = connect(lambda event: answer, function_response_types=PARTIAL)
    orders.put("a", "b")
    ddbmock.streams.drain()
    assert got(connection) == [["a", "b"]]


@pytest.mark.parametrize(
    "answer",
    [
        "no",
        0,
        1.5,
        False,
        True,
        [None],
        [{"itemIdentifier": "1"}],
        {"batchItemFailures": "no"},
        {"batchItemFailures": ""},
        {"batchItemFailures": {}},
        {"batchItemFailures": ["no"]},
        {"batchItemFailures": [None]},
        {"batchItemFailures": [{}]},
        {"batchItemFailures": [{"foo": 1}]},
        {"batchItemFailures": [{"foo": None}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemIdentifier": 7}]},
        {"batchItemFailures": [{"itemIdentifier": "123"}]},
    ],
    ids=repr,
)
def test_an_invalid_response_is_complete_failure(ddbmock, orders, connect, answer):
    connection = connect(
        lambda event: answer, function_response_types=PARTIAL, maximum_retry_attempts=0, on_failure=SQS
    )
    orders.put("a", "b")
    ddbmock.streams.drain()
    assert [keys(failure.event) for failure in connection.failures] == [["a", "b"]]
    assert connection.discarded[0]["responseContext"] == HANDLED


def test_a_destination_hears_of_the_last_attempt(ddbmock, orders, connect):
    """Whether the function itself failed is told of the attempt after which the batch was given up."""
    attempts = []

    def handler(event):
        attempts.append(event)
        if len(attempts) % 2:
            raise ValueError("the function fails")
        return {"batchItemFailures": [{"itemIdentifier": ""}]}

    for retries, told in ((0, UNHANDLED), (1, HANDLED), (2, UNHANDLED)):
        attempts.clear()
        with connect(
            handler, function_response_types=PARTIAL, maximum_retry_attempts=retries, on_failure=SQS
        ) as connection:
            orders.put("a", n=retries)
            ddbmock.streams.drain()
            assert [record["responseContext"] for record in connection.discarded] == [told]


def test_without_the_response_type_a_response_is_ignored(ddbmock, orders, connect):
    connection = connect(report("a"))
    orders.put("a")
    ddbmock.streams.drain()
    assert got(connection) == [["a"]]


# ---- at least once


def test_duplicates_are_whole_batches_that_come_again_at_once_and_follow_from_the_seed(ddbmock, orders, connect):
    one, same, other = (connect(lambda event: None, batch_size=2, duplicates=seed) for seed in (7, 7, 8))
    orders.put(*(f"{number:02}" for number in range(40)))
    ddbmock.streams.drain()
    assert got(one) == got(same) != got(other)
    batches = got(one)
    assert 20 < len(batches) < 40
    assert sorted({tuple(batch) for batch in batches}) == [(f"{n:02}", f"{n + 1:02}") for n in range(0, 40, 2)]
    assert batches == sorted(batches)
