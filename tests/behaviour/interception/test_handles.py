"""Ready handles: clients and resources that tests are given."""

from __future__ import annotations

import os

import botocore.session
import pytest

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.transports.clients import handles

ITEM = {"pk": {"S": "a"}}


def test_a_client_needs_no_environment(active):
    client = handles.client("dynamodb", region="ap-south-1")
    client.put_item(TableName="users", Item=ITEM)
    assert (active.requests[0].region, active.requests[0].account) == ("ap-south-1", "000000000000")
    assert not any(name in os.environ for name in ("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"))


@pytest.mark.parametrize("made", [handles.client, handles.resource])
def test_a_broken_configuration_does_not_matter(active, monkeypatch, tmp_path, made):
    pytest.importorskip("boto3")
    (tmp_path / "config").write_text("nonsense")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    for cached in (handles._boto3_session, handles._botocore_session):
        cached.cache_clear()
    made("dynamodb", region="ap-south-1")


def test_a_client_of_another_account(active):
    handles.client("dynamodb", region="ap-south-1", account="111122223333").put_item(TableName="users", Item=ITEM)
    assert active.requests[0].account == "111122223333"


def test_a_streams_client(active):
    assert handles.client("dynamodbstreams", region="ap-south-1").list_streams()["Streams"] == []


def test_options_are_botocores(active):
    client = handles.client("dynamodb", region="ap-south-1", endpoint_url="http://localhost:1", use_ssl=False)
    assert client.meta.endpoint_url == "http://localhost:1"


def test_a_second_client_needs_no_session_of_its_own(active, monkeypatch):
    handles.client("dynamodb", region="ap-south-1")

    def refuse(*_, **__):
        raise AssertionError("a session takes 50 ms")

    monkeypatch.setattr(botocore.session.Session, "__init__", refuse)
    handles.client("dynamodb", region="ap-south-1").put_item(TableName="users", Item=ITEM)
    assert len(active.requests) == 1


def test_without_boto3_clients_are_botocores(active, monkeypatch):
    monkeypatch.setattr(handles, "_has_boto3", lambda: False)
    handles.client("dynamodb", region="ap-south-1").put_item(TableName="users", Item=ITEM)
    assert len(active.requests) == 1


def test_without_boto3_a_resource_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(handles, "_has_boto3", lambda: False)
    with pytest.raises(UsageError, match=r'pip install "pytest-ddbmock\[boto3\]"'):
        handles.resource("dynamodb", region="ap-south-1")


def test_the_default_session_of_boto3_is_left_alone(active):
    boto3 = pytest.importorskip("boto3")
    before = boto3.DEFAULT_SESSION
    handles.client("dynamodb", region="ap-south-1")
    handles.resource("dynamodb", region="ap-south-1")
    assert boto3.DEFAULT_SESSION is before


def test_a_client_of_the_application_without_region_is_refused_as_ever(active):
    import botocore.session

    with pytest.raises(botocore.exceptions.NoRegionError):
        botocore.session.Session().create_client("dynamodb")
