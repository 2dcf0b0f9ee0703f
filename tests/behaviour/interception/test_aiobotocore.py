"""aiobotocore's clients on the same engine."""

from __future__ import annotations

import asyncio
import time

import pytest

from pytest_ddbmock import errors, mock_dynamodb
from pytest_ddbmock.errors import NoAnswer, NotImplementedByMock
from pytest_ddbmock.transports import doors

pytest.importorskip("aiobotocore")

import aiobotocore.endpoint
import aiobotocore.httpsession
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession, get_session
from botocore import exceptions
from botocore.hooks import EventAliaser

ITEM = {"pk": {"S": "a"}, "b": {"B": b"\x00\xff"}}
KEY = {"pk": {"S": "a"}}


@pytest.fixture(autouse=True)
def nothing_leaves(monkeypatch):
    async def refuse(*_, **__):
        raise AssertionError("a request left the process")

    monkeypatch.setattr(aiobotocore.httpsession.AIOHTTPSession, "send", refuse)


def make_client(service="dynamodb", **options):
    return get_session().create_client(service, region_name="eu-west-1", **options)


def replace_events(client):
    from aiobotocore.hooks import AioHierarchicalEmitter

    client.meta.events = EventAliaser(AioHierarchicalEmitter())


def with_retries(mode="standard", **retries):
    return AioConfig(retries={"mode": mode, **retries})


def test_a_client_is_answered(active):
    async def main():
        async with make_client() as client:
            await client.put_item(TableName="users", Item=ITEM)
            return await client.get_item(TableName="users", Key=KEY)

    answer = asyncio.run(main())
    assert answer["Item"] == ITEM
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
    assert active.requests[0].region == "eu-west-1"


def test_a_client_made_before_activation_is_answered(backend):
    async def main():
        async with make_client(aws_access_key_id="a", aws_secret_access_key="b") as client:
            doors.open(backend)
            try:
                await client.put_item(TableName="users", Item=ITEM)
            finally:
                doors.close(backend)
            with pytest.raises(AssertionError, match="left the process"):
                await client.put_item(TableName="users", Item=ITEM)

    asyncio.run(main())
    assert len(backend.requests) == 1


def test_a_client_with_replaced_events_is_answered(active):
    async def main():
        async with make_client() as client:
            replace_events(client)
            await client.put_item(TableName="users", Item=ITEM)
            return await client.get_item(TableName="users", Key=KEY)

    assert asyncio.run(main())["Item"] == ITEM
    assert {request.region for request in active.requests} == {"eu-west-1"}


def test_a_client_of_a_session_without_builtin_handlers_is_answered(active):
    async def main():
        session = AioSession(include_builtin_handlers=False)
        async with session.create_client("dynamodb", region_name="eu-west-1") as client:
            active.outcomes = [errors.throughput_exceeded()]
            return await client.put_item(TableName="users", Item=ITEM)

    assert asyncio.run(main())["ResponseMetadata"]["RetryAttempts"] == 1
    assert [request.attempt for request in active.requests] == [1, 2]


def test_refusals_are_modelled_exceptions(active):
    async def main():
        async with make_client() as client:
            for replaced in (False, True):
                if replaced:
                    replace_events(client)
                active.outcomes = [errors.conditional_check_failed({"pk": {"S": "a"}})]
                with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
                    await client.put_item(TableName="users", Item=ITEM)
                assert caught.value.response["Item"] == {"pk": {"S": "a"}}

    asyncio.run(main())


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_retries_are_spent_on_the_mocks_clock(active, mode):
    async def main():
        async with make_client(config=with_retries(mode)) as client:
            active.outcomes = [errors.throughput_exceeded(), errors.internal_server_error()]
            return await client.put_item(TableName="users", Item=ITEM)

    began = time.perf_counter()
    answer = asyncio.run(main())
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert [request.attempt for request in active.requests] == [1, 2, 3]
    assert len(active.spent) >= 2
    assert time.perf_counter() - began < 5


def test_adaptive_mode_waits_for_tokens_on_the_mocks_clock(active):
    async def main():
        async with make_client(config=with_retries("adaptive", total_max_attempts=10)) as client:
            for _ in range(5):
                active.outcomes = [errors.throughput_exceeded()] * 3
                await client.put_item(TableName="users", Item=ITEM)

    asyncio.run(main())
    assert sum(active.spent) > 5


def test_attempts_end_where_the_client_says(active):
    async def main():
        async with make_client(config=with_retries(total_max_attempts=3)) as client:
            active.outcomes = [errors.throughput_exceeded()] * 9
            with pytest.raises(client.exceptions.ProvisionedThroughputExceededException) as caught:
                await client.put_item(TableName="users", Item=ITEM)
            return caught.value.response["ResponseMetadata"]

    assert asyncio.run(main())["RetryAttempts"] == 2
    assert len(active.requests) == 3


def test_tasks_at_the_same_time_keep_their_attempts_apart(active):
    async def main():
        async with make_client(config=with_retries(total_max_attempts=8)) as client:
            active.outcomes = [errors.throughput_exceeded()] * 7
            await asyncio.gather(*(client.put_item(TableName="users", Item={"pk": {"S": str(n)}}) for n in range(10)))

    asyncio.run(main())
    assert len(active.items) == 10
    by_call = {}
    for request in active.requests:
        by_call.setdefault(request.call_id, []).append(request.attempt)
    assert all(attempts == list(range(1, len(attempts) + 1)) for attempts in by_call.values())
    assert len(by_call) == 10


def test_a_waiter_and_a_paginator_work(active):
    async def main():
        async with make_client() as client:
            await client.get_waiter("table_exists").wait(TableName="users")
            for n in range(3):
                await client.put_item(TableName="users", Item={"pk": {"S": str(n)}})
            return [page["Count"] async for page in client.get_paginator("scan").paginate(TableName="users")]

    assert asyncio.run(main()) == [2, 1]
    assert active.spent == [20]


def test_polls_of_a_waiter_are_dated_later_until_it_ends(active):
    async def main():
        async with make_client() as client:
            await client.get_waiter("table_exists").wait(TableName="users")
            await client.put_item(TableName="users", Item=ITEM)

    asyncio.run(main())
    assert [request.waited for request in active.requests] == [0, 20_000_000, 0]


@pytest.mark.parametrize("frozen", [False, True])
def test_waiters_come_to_their_ends_where_tables_take_time(frozen):
    table = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    names = ["orders", "users", "events"]

    async def main():
        async with make_client() as client:
            for name in names:
                await client.create_table(TableName=name, **table)
            waiter = client.get_waiter("table_exists")
            await asyncio.gather(*(waiter.wait(TableName=name) for name in names))
            return [await client.describe_table(TableName=name) for name in names]

    with mock_dynamodb(region="eu-west-1", pace=30) as ddb:
        if frozen:
            ddb.clock.freeze()
        before = ddb.clock.now
        described = asyncio.run(main())
        assert {one["Table"]["TableStatus"] for one in described} == {"ACTIVE"}
        assert max(one["Table"]["CreationDateTime"].timestamp() for one in described) <= time.time()
        waited = (ddb.clock.now - before).total_seconds()
        assert waited >= 40 if frozen else waited < 20


@pytest.mark.parametrize("replaced", [False, True])
def test_a_gap_of_the_mock_reaches_the_application_as_itself(active, replaced):
    gap = NotImplementedByMock("PutItem", "Foo")

    async def main():
        async with make_client() as client:
            if replaced:
                replace_events(client)
            active.outcomes = [gap]
            with pytest.raises(NotImplementedByMock):
                await client.put_item(TableName="users", Item=ITEM)

    asyncio.run(main())
    assert active.noticed == [gap]


def test_the_streams_client_is_answered(active):
    async def main():
        async with make_client("dynamodbstreams") as client:
            return await client.list_streams()

    assert asyncio.run(main())["Streams"] == []


def test_a_call_tells_its_line_if_awaited_and_nothing_if_run_by_the_loop(active):
    async def main():
        async with make_client() as client:
            await client.put_item(TableName="users", Item=ITEM)
            await asyncio.create_task(client.put_item(TableName="users", Item=ITEM))

    asyncio.run(main())
    origins = [str(request.origin) for request in active.requests]
    assert origins[0].startswith("tests/behaviour/interception/test_aiobotocore.py:")
    assert origins[1] == ""


def test_sleeps_of_other_services_are_slept(active, monkeypatch):
    """Whatever the version: in a method of the endpoint, or in its module."""
    slept = []

    async def sleep(seconds, *_):
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    from aiobotocore.awsrequest import AioAWSResponse

    class Raw:
        raw_headers = ()

        async def read(self):
            return b"{}"

    answers = [500, 500, 200]

    def answer(request, **_):
        return AioAWSResponse(request.url, answers.pop(0), {}, Raw())

    async def main():
        async with make_client(
            "kinesis", aws_access_key_id="a", aws_secret_access_key="b", config=with_retries("standard")
        ) as client:
            client.meta.events.register("before-send.kinesis", answer)
            await client.list_streams()

    asyncio.run(main())
    assert (len(slept), active.spent) == (2, [])


NETWORK_ERRORS = {
    errors.CONNECTION_CLOSED: exceptions.ConnectionClosedError,
    errors.READ_TIMEOUT: exceptions.ReadTimeoutError,
    errors.CONNECT_TIMEOUT: exceptions.ConnectTimeoutError,
    errors.CANNOT_CONNECT: exceptions.EndpointConnectionError,
}


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("replaced", [True, False])
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("failure", errors.NETWORK_FAILURES)
def test_a_call_without_an_answer_is_tried_again(active, failure, mode, replaced, direct):
    active.direct = direct

    async def main():
        async with make_client(config=with_retries(mode, total_max_attempts=3)) as client:
            if replaced:
                replace_events(client)
            active.outcomes = [NoAnswer(failure)] * 2
            answer = await client.put_item(TableName="users", Item=ITEM)
            assert answer["ResponseMetadata"]["RetryAttempts"] == 2
            active.outcomes = [NoAnswer(failure)] * 3
            with pytest.raises(NETWORK_ERRORS[failure]) as caught:
                await client.put_item(TableName="users", Item=ITEM)
            return caught.value

    error = asyncio.run(main())
    assert type(error) is NETWORK_ERRORS[failure]
    assert ".eu-west-1.amazonaws.com/" in error.kwargs["endpoint_url"]
    assert [request.attempt for request in active.requests] == [1, 2, 3] * 2


def test_a_stubber_wins(active):
    async def main():
        async with make_client() as client:
            stubber = pytest.importorskip("aiobotocore.stub").AioStubber(client)
            stubber.add_response("get_item", {"Item": {"pk": {"S": "stubbed"}}})
            with stubber:
                return await client.get_item(TableName="users", Key=KEY)

    assert asyncio.run(main())["Item"] == {"pk": {"S": "stubbed"}}
    assert active.requests == []
