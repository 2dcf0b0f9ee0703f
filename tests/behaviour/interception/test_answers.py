"""What the application gets: exactly what botocore's parser would make of DynamoDB's HTTP answer."""

from __future__ import annotations

import datetime

import botocore.session
import freezegun
import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import ClientError

from pytest_ddbmock import errors
from pytest_ddbmock.transports import doors, json10

REFUSALS = [
    errors.validation("One or more parameter values were invalid: Missing the key pk in the item"),
    errors.serialization(None),
    errors.serialization("NUMBER_VALUE cannot be converted to String"),
    errors.access_denied(),
    errors.resource_not_found(),
    errors.conditional_check_failed(),
    errors.conditional_check_failed({"pk": {"S": "a"}, "n": {"N": "1"}, "b": {"B": b"\x00\xff"}, "l": {"L": []}}),
    errors.DynamoDBError(
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
        CancellationReasons=[
            {"Code": "None"},
            {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": {"b": {"B": b"1"}}},
        ],
    ),
    errors.DynamoDBError("IdempotentParameterMismatchException", "Different parameters"),
    errors.transaction_conflict(),
    errors.unknown_operation(),
    errors.resource_in_use("Table already exists: users"),
    errors.DynamoDBError("NeverHeardOfException", "x", status=413),
]
RETRIED = [
    errors.throughput_exceeded(),
    errors.throughput_exceeded(
        ThrottlingReasons=[{"reason": "TableReadProvisionedThroughputExceeded", "resource": "r"}]
    ),
    errors.throttled(),
    errors.throttled(throttlingReasons=[{"reason": "KeyRangeThroughputExceeded", "resource": "r"}]),
    errors.request_limit_exceeded(),
    errors.limit_exceeded("Subscriber limit exceeded"),
    errors.DynamoDBError("TransactionInProgressException", "Wait"),
    errors.internal_server_error(),
    errors.DynamoDBError("ServiceUnavailable", "Later", status=503),
]


SESSION = botocore.session.Session()


def make_client(**options):
    return SESSION.create_client("dynamodb", region_name="eu-west-1", **options)


def parsed_by_botocore(client, operation, outcome, monkeypatch):
    """What botocore makes of `outcome` when it comes by HTTP."""
    make = json10.http_refusal if isinstance(outcome, errors.DynamoDBError) else json10.http_answer
    answer = make(outcome)
    from pytest_ddbmock.transports.clients.http_response import RawBody

    http = AWSResponse("https://x/", answer.status, answer.headers, RawBody(answer.body))
    _, parsed = _parse(client, operation, http)
    return parsed


def _parse(client, operation, http):
    endpoint = client._endpoint
    model = client.meta.service_model.operation_model(operation)

    class Request:
        method, url, headers, body = "POST", "https://x/", {}, b""

    saved = endpoint._event_emitter, endpoint._send
    endpoint._event_emitter, endpoint._send = botocore.hooks.HierarchicalEmitter(), lambda request: http
    try:
        success, exception = endpoint._do_get_response(Request, model, {})
    finally:
        endpoint._event_emitter, endpoint._send = saved
    assert exception is None
    return success


def comparable(response):
    """Without what differs from call to call or tells of HTTP only."""
    metadata = dict(response["ResponseMetadata"])
    headers = {
        name: value
        for name, value in metadata["HTTPHeaders"].items()
        if name not in ("content-length", "date", "x-amz-crc32", "x-amzn-requestid")
    }
    metadata = {"HTTPStatusCode": metadata["HTTPStatusCode"], "HTTPHeaders": headers}
    return {**response, "ResponseMetadata": metadata}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal.code}-{len(refusal.fields)}")
def test_a_refusal_is_what_the_parser_makes_of_it(active, refusal, monkeypatch):
    client = make_client()
    active.outcomes = [refusal]
    with pytest.raises(ClientError) as caught:
        client.put_item(TableName="users", Item={"pk": {"S": "a"}})
    response = caught.value.response
    by_http = parsed_by_botocore(client, "PutItem", refusal, monkeypatch)
    assert comparable(response) == comparable(by_http)
    assert list(response) == list(by_http)
    assert type(caught.value) is client.exceptions.from_code(refusal.code)
    assert response["ResponseMetadata"]["RetryAttempts"] == 0
    assert len(active.requests) == 1


@pytest.mark.parametrize("outcome", [None, errors.conditional_check_failed(), errors.throughput_exceeded()], ids=str)
@pytest.mark.parametrize("direct", [True, False])
def test_every_answer_has_the_date_of_the_mocks_clock(active, outcome, direct):
    active.direct = direct
    client = make_client(config=botocore.config.Config(retries={"total_max_attempts": 1}))
    for moment in ("2024-02-03 04:05:06.9", "2024-02-03 04:05:07"):
        active.outcomes = [outcome]
        with freezegun.freeze_time(moment):
            try:
                answer = client.put_item(TableName="users", Item={"pk": {"S": "a"}})
            except ClientError as error:
                answer = error.response
        assert answer["ResponseMetadata"]["HTTPHeaders"]["date"] == f"Sat, 03 Feb 2024 04:05:0{moment[18]} GMT"


@pytest.mark.parametrize("refusal", RETRIED, ids=lambda refusal: f"{refusal.code}-{len(refusal.fields)}")
@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_what_may_be_retried_is_parsed_by_botocore_itself(active, refusal, mode, monkeypatch):
    client = make_client(config=botocore.config.Config(retries={"mode": mode, "total_max_attempts": 2}))
    active.outcomes = [refusal] * 2
    with pytest.raises(ClientError) as caught:
        client.put_item(TableName="users", Item={"pk": {"S": "a"}})
    response = caught.value.response
    by_http = parsed_by_botocore(client, "PutItem", refusal, monkeypatch)
    assert comparable(response) == comparable(by_http)
    assert "x-amz-crc32" in response["ResponseMetadata"]["HTTPHeaders"]


def test_success_is_what_the_parser_makes_of_it(active, monkeypatch):
    client = make_client()
    answer = {
        "Item": {"pk": {"S": "a"}, "b": {"B": b"\x00\xff"}, "s": {"BS": [b"1", b"2"]}, "m": {"M": {"x": {"B": b""}}}}
    }
    by_http = parsed_by_botocore(client, "GetItem", answer, monkeypatch)
    active.answers["GetItem"] = answer
    response = client.get_item(TableName="users", Key={"pk": {"S": "a"}})
    assert comparable(response) == comparable(by_http)
    assert list(response) == list(by_http)


@pytest.mark.parametrize("moment", [1_700_000_000, 1_700_000_000.25, 0, 1_700_000_000.123456])
def test_timestamps_are_what_the_parser_makes_of_them(active, monkeypatch, moment):
    client = make_client()

    def answer():
        return {
            "Table": {
                "CreationDateTime": moment,
                "BillingModeSummary": {"LastUpdateToPayPerRequestDateTime": moment},
                "Replicas": [{"RegionName": "x", "ReplicaInaccessibleDateTime": moment}, {"RegionName": "y"}],
            }
        }

    by_http = parsed_by_botocore(client, "DescribeTable", answer(), monkeypatch)
    active.answers["DescribeTable"] = answer()
    response = client.describe_table(TableName="users")
    assert comparable(response) == comparable(by_http)
    created = response["Table"]["CreationDateTime"]
    assert created.tzinfo is not None
    assert created == datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)


def test_stream_records_have_timestamps(active):
    client = SESSION.create_client("dynamodbstreams", region_name="eu-west-1")
    active.answers["GetRecords"] = {"Records": [{"dynamodb": {"ApproximateCreationDateTime": 1_700_000_000}}, {}]}
    record = client.get_records(ShardIterator="x")["Records"][0]
    assert record["dynamodb"]["ApproximateCreationDateTime"].timestamp() == 1_700_000_000


def test_an_operation_without_output_answers_with_metadata_only(active):
    active.answers["TagResource"] = {}
    response = make_client().tag_resource(ResourceArn="arn", Tags=[])
    assert list(response) == ["ResponseMetadata"]


def test_metadata_has_a_new_request_id_each_time(active):
    client = make_client()
    ids = set()
    for _ in range(3):
        metadata = client.put_item(TableName="users", Item={"pk": {"S": "a"}})["ResponseMetadata"]
        assert metadata["HTTPStatusCode"] == 200
        assert metadata["RetryAttempts"] == 0
        assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]
        assert len(metadata["RequestId"]) == 52
        ids.add(metadata["RequestId"])
    assert len(ids) == 3


def test_handlers_of_others_run_after_the_call(active):
    client = make_client()
    seen = []
    client.meta.events.register("after-call.dynamodb", lambda http_response, parsed, **_: seen.append(http_response))
    client.put_item(TableName="users", Item={"pk": {"S": "a"}})
    assert (seen[0].status_code, seen[0].headers["server"]) == (200, "Server")


def test_params_of_the_request_are_as_on_the_wire(active):
    make_client().put_item(TableName="users", Item={"pk": {"S": "a"}, "b": {"B": b"\x00\xff"}, "n": {"N": "1"}})
    assert active.requests[0].params["Item"]["b"] == {"B": b"\x00\xff" if active.direct else "AP8="}


def test_a_blob_comes_back_as_bytes(active):
    client = make_client()
    client.put_item(TableName="users", Item={"pk": {"S": "a"}, "b": {"B": b"\x00\xff"}})
    assert client.get_item(TableName="users", Key={"pk": {"S": "a"}})["Item"]["b"] == {"B": b"\x00\xff"}


def test_history_and_other_handlers_see_attempts(active):
    active.outcomes = [errors.throughput_exceeded()]
    client = make_client()
    sent, received = [], []
    client.meta.events.register("before-send.dynamodb", lambda request, **_: sent.append(request.url))
    client.meta.events.register(
        "response-received.dynamodb", lambda response_dict, **_: received.append(response_dict["status_code"])
    )
    client.put_item(TableName="users", Item={"pk": {"S": "a"}})
    assert len(sent) == 2
    assert received == [400, 200]
    assert doors.current() is active
