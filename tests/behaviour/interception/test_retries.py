"""Retries are botocore's own; their delays are spent on the mock's clock."""

from __future__ import annotations

import gc
import threading
import time

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import ClientError
from botocore.config import Config

from pytest_ddbmock import errors
from pytest_ddbmock.transports.clients import botocore_hooks
from pytest_ddbmock.transports.clients.http_response import RawBody

ITEM = {"pk": {"S": "a"}}
SESSION = botocore.session.Session()


def make_client(service="dynamodb", **retries):
    config = Config(retries=retries) if retries else None
    return SESSION.create_client(
        service, region_name="eu-west-1", config=config, aws_access_key_id="a", aws_secret_access_key="b"
    )


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_throttled_call_succeeds_at_a_later_attempt(active, mode):
    client = make_client(mode=mode)
    active.outcomes = [errors.throughput_exceeded(), errors.throttled()]
    metadata = client.put_item(TableName="users", Item=ITEM)["ResponseMetadata"]
    assert metadata["RetryAttempts"] == 2
    assert [request.attempt for request in active.requests] == [1, 2, 3]
    assert len({request.call_id for request in active.requests}) == 1
    assert all(delay > 0 for delay in active.spent)
    assert len(active.spent) >= 2


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("most", [1, 2, 5])
def test_attempts_end_where_the_client_says(active, mode, most):
    client = make_client(mode=mode, total_max_attempts=most)
    active.outcomes = [errors.throughput_exceeded()] * 20
    with pytest.raises(client.exceptions.ProvisionedThroughputExceededException) as caught:
        client.put_item(TableName="users", Item=ITEM)
    metadata = caught.value.response["ResponseMetadata"]
    assert metadata["RetryAttempts"] == most - 1
    assert metadata["MaxAttemptsReached"] is True
    assert len(active.requests) == most


def test_by_default_botocore_decides_how_often(active):
    client = make_client()
    active.outcomes = [errors.throughput_exceeded()] * 20
    with pytest.raises(ClientError) as caught:
        client.put_item(TableName="users", Item=ITEM)
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == len(active.requests) - 1 > 1


@pytest.mark.parametrize(
    "error", [errors.internal_server_error(), errors.DynamoDBError("Unavailable", "x", status=503)]
)
def test_a_server_fault_is_retried(active, error):
    active.outcomes = [error]
    assert make_client().put_item(TableName="users", Item=ITEM)["ResponseMetadata"]["RetryAttempts"] == 1


def test_retry_quota_is_taken_once_per_attempt(active):
    """A handler that asked botocore's a second time would run out of quota after a third of the calls."""
    client = make_client(mode="standard")
    for _ in range(60):
        active.outcomes = [errors.throughput_exceeded()] * 2
        assert client.put_item(TableName="users", Item=ITEM)["ResponseMetadata"]["RetryAttempts"] == 2


def test_limit_exceeded_is_retried_in_the_modes_that_do(active):
    active.outcomes = [errors.limit_exceeded("x")]
    active.answers["CreateTable"] = {}
    table = {
        "TableName": "users",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }
    assert make_client(mode="standard").create_table(**table)["ResponseMetadata"]["RetryAttempts"] == 1
    active.outcomes = [errors.limit_exceeded("x")]
    with pytest.raises(ClientError):
        make_client(mode="legacy").create_table(**table)


def test_adaptive_mode_waits_for_tokens_on_the_mocks_clock(active):
    client = make_client(mode="adaptive", total_max_attempts=10)
    for _ in range(5):
        active.outcomes = [errors.throughput_exceeded()] * 3
        client.put_item(TableName="users", Item=ITEM)
    assert sum(active.spent) > 5


def test_adaptive_mode_waits_under_a_clock_that_stands_still(active, monkeypatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    client = make_client(mode="adaptive", total_max_attempts=10)
    for _ in range(5):
        active.outcomes = [errors.throughput_exceeded()] * 3
        client.put_item(TableName="users", Item=ITEM)
    assert sum(active.spent) > 5


class BrokenService:
    """Another service whose requests fail twice, answered at before-send."""

    def __init__(self, client, code="500"):
        self.failures = 2
        client.meta.events.register("before-send", self.answer)

    def answer(self, request, **_):
        self.failures -= 1
        status, body = (500, b"{}") if self.failures >= 0 else (200, b"{}")
        return AWSResponse(request.url, status, {}, RawBody(body))


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_other_services_sleep_as_ever(active, mode, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    dynamodb, kinesis = make_client(mode=mode), make_client("kinesis", mode=mode)
    # An attempt of ours that was not retried has left nothing behind.
    active.outcomes = [errors.throughput_exceeded()] * 20
    with pytest.raises(ClientError):
        dynamodb.put_item(TableName="users", Item=ITEM)
    active.spent.clear()
    BrokenService(kinesis)
    kinesis.list_streams()
    assert len(slept) == 2
    assert active.spent == []


def test_delays_are_spent_by_the_thread_that_waits(active):
    active.outcomes = [errors.throughput_exceeded()] * 8
    client = make_client(total_max_attempts=20)
    threads = [
        threading.Thread(target=client.put_item, kwargs={"TableName": "users", "Item": ITEM}, daemon=True)
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(active.requests) == 12
    assert len(active.spent) == 8


def test_nothing_is_kept_of_a_call_that_has_ended(active):
    before = set(botocore_hooks._pending_calls)
    client = make_client(total_max_attempts=2)
    active.outcomes = [errors.throughput_exceeded(), None]
    client.put_item(TableName="users", Item=ITEM)
    active.outcomes = [errors.throughput_exceeded()] * 2
    with pytest.raises(ClientError):
        client.put_item(TableName="users", Item=ITEM)

    def interrupt(**_):
        raise KeyboardInterrupt

    client.meta.events.register("request-created.dynamodb", interrupt)
    active.outcomes = [errors.throughput_exceeded()]
    with pytest.raises(KeyboardInterrupt):
        client.put_item(TableName="users", Item=ITEM)
    gc.collect()
    assert set(botocore_hooks._pending_calls) <= before


def test_a_mock_of_time_sleep_is_not_called_for_our_delays(active, monkeypatch):
    slept = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", slept.append)
    active.outcomes = [errors.throughput_exceeded()]
    make_client().put_item(TableName="users", Item=ITEM)
    assert len(slept) == 1, "who replaces botocore's own sleep gets it"
    monkeypatch.undo()
    active.outcomes = [errors.throughput_exceeded()]
    make_client().put_item(TableName="users", Item=ITEM)
    assert len(slept) == 1
    assert len(active.spent) == 1
