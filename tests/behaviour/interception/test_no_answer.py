"""Calls without an answer: botocore's own network errors, through every door and retry mode."""

from __future__ import annotations

import re

import botocore.session
import pytest
from botocore import exceptions
from botocore.awsrequest import AWSResponse
from botocore.client import ClientError
from botocore.config import Config
from botocore.hooks import HierarchicalEmitter

from pytest_ddbmock import Insert, errors, mock_dynamodb
from pytest_ddbmock.engine.request import DYNAMODB
from pytest_ddbmock.errors import NoAnswer
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports import doors
from tests.support.wires import Wire, signed

ITEM = {"pk": {"S": "a"}}
SESSION = botocore.session.Session()
SIGNED = signed(region="eu-west-1")
URL = re.compile(r"https://(000000000000\.ddb|dynamodb)\.eu-west-1\.amazonaws\.com/")
"""Newer versions of botocore put the account into the host's name."""

ERRORS = {
    errors.CONNECTION_CLOSED: (
        exceptions.ConnectionClosedError,
        'Connection was closed before we received a valid response from endpoint URL: "{}".',
    ),
    errors.READ_TIMEOUT: (exceptions.ReadTimeoutError, 'Read timeout on endpoint URL: "{}"'),
    errors.CONNECT_TIMEOUT: (exceptions.ConnectTimeoutError, 'Connect timeout on endpoint URL: "{}"'),
    errors.CANNOT_CONNECT: (
        exceptions.EndpointConnectionError,
        'Could not connect to the endpoint URL: "{}"',
    ),
}


@pytest.fixture(params=["direct methods", "before-call", "before-send"])
def make_client(request, active):
    """Makes clients that are answered through one of the doors."""
    active.direct = request.param == "direct methods"

    def make_client(mode="standard", service="dynamodb", **retries):
        config = Config(retries={"mode": mode, **retries})
        client = SESSION.create_client(
            service, region_name="eu-west-1", config=config, aws_access_key_id="a", aws_secret_access_key="b"
        )
        if request.param == "before-send":
            events = client.meta.events
            client.meta.events = HierarchicalEmitter()
            client.request_events = events
        return client

    return make_client


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("failure", errors.NETWORK_FAILURES)
def test_botocore_tries_again(active, make_client, mode, failure):
    active.outcomes = [NoAnswer(failure)] * 2
    metadata = make_client(mode).put_item(TableName="users", Item=ITEM)["ResponseMetadata"]
    assert metadata["RetryAttempts"] == 2
    assert [request.attempt for request in active.requests] == [1, 2, 3]
    assert len({request.call_id for request in active.requests}) == 1
    assert len(active.spent) == 2


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("failure", errors.NETWORK_FAILURES)
@pytest.mark.parametrize("attempts", [1, 3])
def test_the_last_attempt_raises_botocores_own_error(active, make_client, mode, failure, attempts):
    active.outcomes = [NoAnswer(failure)] * 9
    kind, text = ERRORS[failure]
    with pytest.raises(kind) as caught:
        make_client(mode, total_max_attempts=attempts).put_item(TableName="users", Item=ITEM)
    url = caught.value.kwargs["endpoint_url"]
    assert URL.fullmatch(url)
    assert (type(caught.value), str(caught.value)) == (kind, text.format(url))
    assert len(active.requests) == attempts
    assert active.noticed == []


def test_a_connection_error_has_no_response(active, make_client):
    active.outcomes = [NoAnswer(errors.CONNECTION_CLOSED)]
    with pytest.raises(exceptions.HTTPClientError) as caught:
        make_client(total_max_attempts=1).put_item(TableName="users", Item=ITEM)
    assert caught.value.response is None
    assert URL.fullmatch(caught.value.request.url)


def test_by_default_botocore_decides_how_often(active):
    active.outcomes = [NoAnswer(errors.READ_TIMEOUT)] * 20
    client = SESSION.create_client("dynamodb", region_name="eu-west-1")
    with pytest.raises(exceptions.ReadTimeoutError):
        client.put_item(TableName="users", Item=ITEM)
    assert len(active.requests) > 1


def test_the_streams_client_is_no_exception(active, make_client):
    active.outcomes = [NoAnswer(errors.CONNECTION_CLOSED)]
    assert make_client(service="dynamodbstreams").list_streams()["ResponseMetadata"]["RetryAttempts"] == 1


def test_the_users_handlers_see_what_they_would_see(active, make_client):
    client = make_client()
    seen = []

    def note(event_name, **given):
        exception = given.get("caught_exception", given.get("exception"))
        seen.append((event_name.split(".")[0], type(exception).__name__))

    events = getattr(client, "request_events", client.meta.events)
    for event in ("before-send", "before-send.dynamodb", "before-send.dynamodb.PutItem"):
        events.register(event, note)
    events.register("response-received.dynamodb", note)
    events.register_first("needs-retry.dynamodb", note)
    active.outcomes = [NoAnswer(errors.CONNECTION_CLOSED)]
    client.put_item(TableName="users", Item=ITEM)
    sent = [("before-send", "NoneType")] * 3
    assert seen == [
        *sent,
        ("response-received", "ConnectionClosedError"),
        ("needs-retry", "ConnectionClosedError"),
        *sent,
        ("response-received", "NoneType"),
        ("needs-retry", "NoneType"),
    ]


def test_no_handler_of_the_user_can_answer_in_its_place(active, make_client):
    client = make_client(total_max_attempts=1)
    events = getattr(client, "request_events", client.meta.events)
    events.register("before-send", lambda request, **_: AWSResponse(request.url, 200, {}, None))
    active.outcomes = [NoAnswer(errors.CONNECTION_CLOSED)]
    with pytest.raises(exceptions.ConnectionClosedError):
        client.put_item(TableName="users", Item=ITEM)


def test_other_services_are_not_touched(active):
    kinesis = SESSION.create_client(
        "kinesis", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    active.outcomes = [NoAnswer(errors.CONNECTION_CLOSED)]
    with pytest.raises(AssertionError, match="left the process"):
        kinesis.list_streams()


def test_a_client_of_an_own_endpoint_names_it(active):
    active.outcomes = [NoAnswer(errors.CANNOT_CONNECT)]
    client = SESSION.create_client(
        "dynamodb",
        region_name="eu-west-1",
        endpoint_url="http://localhost:8000",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(exceptions.EndpointConnectionError, match=r'"http://localhost:8000/"'):
        client.put_item(TableName="users", Item=ITEM)


def test_after_a_lost_answer_a_refusal_is_a_refusal(active, make_client):
    active.outcomes = [NoAnswer(errors.CONNECTION_CLOSED, done=True), errors.conditional_check_failed()]
    with pytest.raises(ClientError) as caught:
        make_client().put_item(TableName="users", Item=ITEM)
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_request_that_was_never_sent_is_never_done():
    for failure in (errors.CONNECT_TIMEOUT, errors.CANNOT_CONNECT):
        with pytest.raises(ValueError, match="never sent"):
            NoAnswer(failure, done=True)


# ---- on the engine


@pytest.fixture
def ddb():
    with mock_dynamodb(region="eu-west-1", tables={"users": {"key": "pk", "stream": True}}) as ddb:
        yield ddb


@pytest.fixture
def lose(ddb, monkeypatch):
    """Has the first answers of an operation lost, before or after the effect."""

    def lose(name, *, done=True, times=1):
        key = DYNAMODB, name
        operation, left = OPERATIONS[key], [times]

        def serve(call):
            left[0] -= 1
            if left[0] < 0:
                return operation.serve(call)
            if done:
                operation.serve(call)
            raise NoAnswer(errors.CONNECTION_CLOSED, done=done)

        monkeypatch.setattr(doors.current().engine, "_operations", {key: operation._replace(serve=serve)})

    return lose


@pytest.mark.parametrize("done, count", [(True, "2"), (False, "1")])
def test_an_update_is_done_once_more_by_the_next_attempt(ddb, lose, done, count):
    lose("UpdateItem", done=done)
    answer = ddb.client().update_item(
        TableName="users",
        Key=ITEM,
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"]["n"] == {"N": count}
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_conditional_put_meets_its_own_item(ddb, lose):
    lose("PutItem")
    client = ddb.client()
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.put_item(TableName="users", Item=ITEM, ConditionExpression="attribute_not_exists(pk)")
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 1
    assert ddb.table("users").items == [{"pk": "a"}]


def test_a_transaction_is_done_once_by_its_token(ddb, lose):
    lose("TransactWriteItems")
    update = {
        "TableName": "users",
        "Key": ITEM,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    ddb.client().transact_write_items(TransactItems=[{"Update": update}])
    assert ddb.table("users").items == [{"pk": "a", "n": 1}]


def test_streams_and_their_functions_have_what_was_done(ddb, lose):
    lose("PutItem", times=9)
    got = []
    ddb.streams["users"].connect(got.append, eager=True)
    with pytest.raises(exceptions.ConnectionClosedError):
        ddb.client(config=Config(retries={"total_max_attempts": 1})).put_item(TableName="users", Item=ITEM)
    assert len(got) == 1
    assert ddb.streams["users"].records == [Insert({"pk": "a"})]


def test_the_record_of_calls_tells_it(ddb, lose):
    lose("PutItem", times=9)
    with pytest.raises(exceptions.ConnectionClosedError):
        ddb.client(config=Config(retries={"total_max_attempts": 3})).put_item(TableName="users", Item=ITEM)
    [call] = ddb.calls
    assert (call.operation, call.attempts, call.error) == ("PutItem", 3, "connection closed")


@pytest.mark.parametrize("failure", errors.NETWORK_FAILURES)
def test_over_http_the_connection_is_closed_without_a_byte(ddb, monkeypatch, failure):
    body = b'{"TableName": "users", "Key": {"pk": {"S": "a"}}}'
    lines = ["POST / HTTP/1.1", "Host: x", "X-Amz-Target: DynamoDB_20120810.GetItem", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/x-amz-json-1.0", *(f"{name}: {value}" for name, value in SIGNED.items())]
    request = "\r\n".join([*lines, "", ""]).encode() + body

    def fail(request):
        raise NoAnswer(failure)

    with ddb.serve() as server:
        wire = Wire(server.url)
        assert wire.call("GetItem", {"TableName": "users", "Key": ITEM}, **SIGNED).status == 200
        monkeypatch.setattr(doors.current().engine, "call", fail)
        with wire.plug() as connection:
            connection.sendall(request)
            assert connection.recv(100) == b""
        monkeypatch.undo()
        assert wire.call("GetItem", {"TableName": "users", "Key": ITEM}, **SIGNED).status == 200
        wire.close()
