"""moto for other services at the same time."""

from __future__ import annotations

import contextlib

import botocore.session
import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.hooks import HierarchicalEmitter

from pytest_ddbmock import errors
from pytest_ddbmock.errors import NoAnswer
from pytest_ddbmock.transports import doors

moto = pytest.importorskip("moto")
pytestmark = pytest.mark.filterwarnings("ignore")

ITEM = {"pk": {"S": "a"}}


@pytest.fixture(params=["moto first", "moto second"])
def both(request, backend):
    """Both mocks, in either order."""
    mock = moto.mock_aws()
    first, last = (mock.start, lambda: doors.open(backend)), (lambda: doors.close(backend), mock.stop)
    for step in first if request.param == "moto first" else reversed(first):
        step()
    yield backend
    for step in last if request.param == "moto first" else reversed(last):
        step()


def make_client(service, **options):
    return botocore.session.Session().create_client(service, region_name="us-east-1", **options)


def test_each_serves_its_own(both):
    sqs, dynamodb = make_client("sqs"), make_client("dynamodb")
    sqs.create_queue(QueueName="jobs")
    dynamodb.put_item(TableName="users", Item=ITEM)
    assert len(sqs.list_queues()["QueueUrls"]) == 1
    assert dynamodb.get_item(TableName="users", Key=ITEM)["Item"] == ITEM
    assert len(both.requests) == 2


def test_ours_wins_at_both_doors(both):
    client = make_client("dynamodb")
    both.outcomes = [errors.throughput_exceeded()]
    assert client.put_item(TableName="users", Item=ITEM)["ResponseMetadata"]["RetryAttempts"] == 1
    client.meta.events = HierarchicalEmitter()
    assert client.get_item(TableName="users", Key=ITEM)["Item"] == ITEM


def test_a_lost_answer_of_ours_stays_lost(both):
    client = make_client("dynamodb", endpoint_url="http://localhost:8000")
    both.outcomes = [NoAnswer(errors.CONNECTION_CLOSED)]
    assert client.put_item(TableName="users", Item=ITEM)["ResponseMetadata"]["RetryAttempts"] == 1
    both.outcomes = [NoAnswer(errors.CONNECTION_CLOSED)] * 20
    with pytest.raises(ConnectionClosedError, match='"http://localhost:8000/"'):
        client.put_item(TableName="users", Item=ITEM)


def test_moto_restricted_to_other_services_does_not_spoil_ours(backend):
    with moto.mock_aws(config={"core": {"service_whitelist": ["sqs"]}}):
        doors.open(backend)
        try:
            backend.outcomes = [errors.throughput_exceeded()]
            client = make_client("dynamodb")
            assert client.put_item(TableName="users", Item=ITEM)["ResponseMetadata"]["RetryAttempts"] == 1
        finally:
            doors.close(backend)


@contextlib.contextmanager
def only_moto(backend):
    doors.close(backend)
    try:
        yield
    finally:
        doors.open(backend)


def test_motos_tables_do_not_see_our_calls(both):
    client = make_client("dynamodb")
    with only_moto(both):
        client.create_table(
            TableName="users",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    both.outcomes = [errors.throughput_exceeded()]
    client.put_item(TableName="users", Item=ITEM)
    with only_moto(both):
        assert client.scan(TableName="users")["Items"] == []
