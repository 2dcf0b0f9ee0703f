"""The door through the methods of aiobotocore's clients."""

from __future__ import annotations

import asyncio
import inspect
from unittest import mock

import pytest

from pytest_ddbmock import errors
from pytest_ddbmock.transports import doors

pytest.importorskip("aiobotocore")

import aiobotocore.client
import aiobotocore.httpsession
from aiobotocore.session import get_session
from botocore.exceptions import ParamValidationError

KEY = {"pk": {"S": "a"}}
ITEM = {"pk": {"S": "a"}, "b": {"B": b"\x00\xff"}}


@pytest.fixture(autouse=True)
def nothing_leaves(monkeypatch):
    async def refuse(*_, **__):
        raise AssertionError("a request left the process")

    monkeypatch.setattr(aiobotocore.httpsession.AIOHTTPSession, "send", refuse)


@pytest.fixture
def active(active):
    active.direct = True
    return active


@pytest.fixture
def built(monkeypatch):
    """The operations for which a request was built."""
    operations = []
    build = aiobotocore.client.AioBaseClient._convert_to_request_dict

    async def note(self, *args, **kwargs):
        operations.append(kwargs["operation_model"].name)
        return await build(self, *args, **kwargs)

    monkeypatch.setattr(aiobotocore.client.AioBaseClient, "_convert_to_request_dict", note)
    return operations


def with_client(main):
    async def run():
        async with get_session().create_client("dynamodb", region_name="eu-west-1") as client:
            return await main(client)

    return asyncio.run(run())


def test_no_request_is_built(active, built):
    async def main(client):
        await client.put_item(TableName="users", Item=ITEM)
        pages = [page async for page in client.get_paginator("scan").paginate(TableName="users")]
        return await client.get_item(TableName="users", Key=KEY), pages

    answer, pages = with_client(main)
    assert (answer["Item"], len(pages), built) == (ITEM, 1, [])
    assert str(active.requests[0].origin).startswith("tests/behaviour/interception/test_direct_aiobotocore.py:")


def test_methods_are_what_they_were(active):
    async def main(client):
        with pytest.raises(TypeError, match="only accepts keyword arguments"):
            client.put_item("users", ITEM)
        call = client.put_item(TableName="users", Item=ITEM)
        assert inspect.iscoroutine(call)
        await call

    with_client(main)
    assert len(active.requests) == 1


@pytest.mark.parametrize("item", [ITEM, {"pk": {"S": "a"}, "b": {"B": bytearray(b"\x00")}}, {"pk": {"S": 5}}], ids=str)
@pytest.mark.parametrize("outcomes", [[], [errors.throughput_exceeded()]], ids=["done", "throttled"])
def test_handlers_sync_and_async_are_called_once(active, item, outcomes):
    seen = []

    async def slowly(event_name, **_):
        await asyncio.sleep(0)
        seen.append(event_name.split(".")[0])

    async def main(client):
        client.meta.events.register("provide-client-params.dynamodb", slowly)
        client.meta.events.register(
            "before-parameter-build.dynamodb", lambda event_name, **_: seen.append(event_name.split(".")[0])
        )
        client.meta.events.register("after-call.dynamodb", slowly)
        active.outcomes = list(outcomes)
        await client.put_item(TableName="users", Item=item)

    if item["pk"] == {"S": 5}:
        with pytest.raises(ParamValidationError):
            with_client(main)
        assert seen == ["provide-client-params", "before-parameter-build"]
    else:
        with_client(main)
        assert seen == ["provide-client-params", "before-parameter-build", "after-call"]
        assert [request.attempt for request in active.requests] == [1, 2][: 1 + len(outcomes)]


def test_a_token_is_filled_in(active, built):
    active.answers["TransactWriteItems"] = {}

    async def main(client):
        await client.transact_write_items(TransactItems=[{"Put": {"TableName": "users", "Item": ITEM}}])

    with_client(main)
    assert (len(active.requests[0].params["ClientRequestToken"]), built) == (36, [])


def test_a_refusal_is_a_modelled_exception(active, built):
    active.outcomes = [errors.conditional_check_failed(KEY)]

    async def main(client):
        with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
            await client.put_item(TableName="users", Item=ITEM)
        return caught.value.response["Item"]

    assert (with_client(main), built) == (KEY, [])


def test_a_patched_make_api_call_is_called(active):
    async def canned(self, operation_name, api_params):
        return {"canned": operation_name}

    async def main(client):
        with mock.patch.object(aiobotocore.client.AioBaseClient, "_make_api_call", canned):
            return await client.get_item(TableName="users", Key=KEY)

    assert with_client(main) == {"canned": "GetItem"}
    assert active.requests == []


def test_a_call_that_is_awaited_after_the_mock_goes_to_the_network(backend):
    async def main(client):
        doors.open(backend)
        call = client.get_item(TableName="users", Key=KEY)
        doors.close(backend)
        client._request_signer._credentials = None
        with pytest.raises(Exception, match=r"left the process|credentials"):
            await call

    with_client(main)
    assert backend.requests == []


def test_the_option_switches_it_off(active, built):
    active.direct = False

    async def main(client):
        await client.put_item(TableName="users", Item=ITEM)

    with_client(main)
    assert built == ["PutItem"]
