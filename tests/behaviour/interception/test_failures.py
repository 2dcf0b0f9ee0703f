"""What is not a DynamoDB answer: gaps of the mock, mistakes of the test's author, bugs of ours."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.config import Config
from botocore.hooks import HierarchicalEmitter

from pytest_ddbmock.errors import NotImplementedByMock, UsageError, throughput_exceeded

ITEM = {"pk": {"S": "a"}}
SESSION = botocore.session.Session()


@pytest.fixture(params=["before-call", "before-send", "a later attempt"])
def client(request, active):
    """Clients whose next call meets the next outcome at one of the doors."""
    client = SESSION.create_client("dynamodb", region_name="eu-west-1")
    if request.param == "before-send":
        client.meta.events = HierarchicalEmitter()
    if request.param == "a later attempt":
        active.outcomes.append(throughput_exceeded())
    return client


@pytest.mark.parametrize("failure", [NotImplementedByMock("PutItem", "Foo"), UsageError("drain in a running loop")])
def test_it_reaches_the_application_as_itself(active, client, failure):
    active.outcomes.append(failure)
    with pytest.raises(type(failure)) as caught:
        client.put_item(TableName="users", Item=ITEM)
    assert caught.value is failure


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_gap_is_noticed_and_not_retried(active, mode):
    config = Config(retries={"mode": mode})
    client = SESSION.create_client("dynamodb", region_name="eu-west-1", config=config)
    gap = NotImplementedByMock("PutItem", "Foo")
    active.outcomes += [throughput_exceeded(), gap]
    with pytest.raises(NotImplementedByMock):
        client.put_item(TableName="users", Item=ITEM)
    assert active.noticed == [gap]
    assert len(active.requests) == 2


def test_a_bug_of_ours_is_an_internal_server_error_and_noticed_once(active, client):
    bug = ZeroDivisionError("division by zero")
    before = len(active.outcomes)
    active.outcomes.append(bug)
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.put_item(TableName="users", Item=ITEM)
    response = caught.value.response
    assert response["Error"]["Code"] == "InternalServerError"
    assert "bug of pytest-ddbmock" in response["Error"]["Message"]
    assert "ZeroDivisionError: division by zero" in response["Error"]["Message"]
    assert "conftest.py:" in response["Error"]["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert active.noticed == [bug]
    assert len(active.requests) == before + 1


def test_an_interrupt_is_not_ours_to_catch(active, client):
    active.outcomes.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        client.put_item(TableName="users", Item=ITEM)
    assert active.noticed == []


def test_an_answer_that_cannot_be_written_is_a_bug(active):
    client = SESSION.create_client("dynamodb", region_name="eu-west-1")
    client.meta.events = HierarchicalEmitter()
    active.answers["PutItem"] = {"Attributes": object()}
    with pytest.raises(botocore.exceptions.ClientError, match="bug of pytest-ddbmock"):
        client.put_item(TableName="users", Item=ITEM)
    assert len(active.noticed) == 1
