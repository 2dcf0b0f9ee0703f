"""What the delays of retries and waiters do to the mock's clock: it moves for good only where the test holds it."""

from __future__ import annotations

import contextlib
import datetime
import time

import botocore.session
import freezegun
import pytest
from botocore.client import ClientError
from botocore.config import Config

from pytest_ddbmock import errors, mock_dynamodb
from pytest_ddbmock.transports.clients.botocore_retries import take_tokens

ITEM = {"pk": {"S": "a"}}
NEW_YEAR = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
SECOND = 1_000_000
LEGACY = Config(retries={"mode": "legacy", "total_max_attempts": 4})
"""Waits 0.05, 0.1 and 0.2 seconds."""
TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
SESSION = botocore.session.Session()


def make_client(mode="standard", **retries):
    return SESSION.create_client("dynamodb", region_name="eu-west-1", config=Config(retries={"mode": mode, **retries}))


@pytest.fixture
def ddb():
    with mock_dynamodb(tables={"users": "pk"}, pace=30) as ddb:
        yield ddb


# ---- which attempts see them


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("direct", [True, False])
def test_each_attempt_is_dated_later_by_the_delays_before_it(active, mode, direct):
    active.direct = direct
    client = make_client(mode)
    active.outcomes = [errors.throughput_exceeded()] * 2
    client.put_item(TableName="users", Item=ITEM)
    waited = [request.waited for request in active.requests]
    delays = [round(seconds * SECOND) for seconds in active.spent]
    # In adaptive mode the wait for tokens comes before an attempt too.
    assert waited[0] == 0 < waited[1] < waited[2] <= sum(delays)
    client.put_item(TableName="users", Item=ITEM)
    assert active.requests[-1].waited == 0


def test_polls_of_a_waiter_are_dated_later_until_it_ends(active):
    client = make_client("legacy")
    polls = []

    def describe(TableName):
        polls.append(TableName)
        if len(polls) == 2:
            raise errors.throttled()
        if len(polls) < 4:
            raise errors.table_not_found(TableName)
        return {"Table": {"TableStatus": "ACTIVE"}}

    active.DescribeTable = describe
    client.get_waiter("table_exists").wait(TableName="users")
    client.put_item(TableName="users", Item=ITEM)
    seconds = [request.waited / SECOND for request in active.requests]
    assert seconds == [0, 20, 20.05, 40, 0]


def test_tokens_of_the_adaptive_mode_are_counted_once_where_the_delay_moves_pythons_clock(monkeypatch):
    from botocore.retries.bucket import Clock, TokenBucket

    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    bucket = TokenBucket(max_rate=2, clock=Clock())

    class Pending:
        def spend(self, seconds):
            now[0] += seconds

    for _ in range(5):
        take_tokens(bucket, 1, Pending())
    bucket._refill()
    assert bucket._current_capacity == 0
    assert now[0] > 1001


# ---- Python's clock is nobody's


def test_after_a_throttled_call_the_clock_is_pythons_again(ddb):
    client = ddb.client(config=LEGACY)
    with ddb.faults.throttle("PutItem", times=4), pytest.raises(ClientError):
        client.put_item(TableName="users", Item=ITEM)
    created = client.create_table(**TABLE)["TableDescription"]["CreationDateTime"]
    assert created.timestamp() <= time.time()
    assert ddb.clock.now.timestamp() <= time.time()


def test_after_a_call_that_succeeds_late_too(ddb):
    client = ddb.client(config=LEGACY)
    with ddb.faults.throttle("CreateTable", times=3):
        client.create_table(**TABLE)
    described = client.describe_table(TableName="orders")["Table"]
    assert described["CreationDateTime"].timestamp() <= time.time()


def test_a_waiter_comes_to_its_end_and_leaves_the_clock_where_it_was(ddb):
    client = ddb.client()
    client.create_table(**TABLE)
    before = ddb.clock.now
    client.get_waiter("table_exists").wait(TableName="orders")
    assert client.describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"
    client.put_item(TableName="orders", Item=ITEM)
    assert ddb.clock.now - before < datetime.timedelta(seconds=20)
    client.delete_table(TableName="orders")
    client.get_waiter("table_not_exists").wait(TableName="orders")
    assert "orders" not in ddb.tables


def test_a_waiter_that_gives_up_leaves_the_clock_where_it_was(ddb):
    before = ddb.clock.now
    with pytest.raises(botocore.exceptions.WaiterError):
        ddb.client().get_waiter("table_exists").wait(TableName="never", WaiterConfig={"Delay": 600, "MaxAttempts": 3})
    assert ddb.clock.now - before < datetime.timedelta(seconds=600)


# ---- the test holds Python's clock


@contextlib.contextmanager
def frozen_by_the_mock(ddb):
    ddb.clock.move_to(NEW_YEAR)
    ddb.clock.freeze()
    ddb.clock.move_to(NEW_YEAR)
    yield


@contextlib.contextmanager
def frozen_by_freezegun(ddb):
    with freezegun.freeze_time("2026-01-01"):
        yield


@contextlib.contextmanager
def frozen_by_time_machine(ddb):
    with pytest.importorskip("time_machine").travel(NEW_YEAR, tick=False):
        yield


HELD = [frozen_by_the_mock, frozen_by_freezegun, frozen_by_time_machine]


@pytest.mark.parametrize("hold", HELD)
def test_delays_of_retries_move_it_for_good(ddb, hold):
    with hold(ddb):
        with ddb.faults.throttle("PutItem", times=3):
            ddb.client(config=LEGACY).put_item(TableName="users", Item=ITEM)
        assert ddb.clock.now - NEW_YEAR == datetime.timedelta(seconds=0.35)
        assert datetime.datetime.now(datetime.timezone.utc) == ddb.clock.now


@pytest.mark.parametrize("hold", HELD)
def test_a_waiter_moves_it_for_good(ddb, hold):
    with hold(ddb):
        client = ddb.client()
        client.create_table(**TABLE)
        client.get_waiter("table_exists").wait(TableName="orders")
        assert client.describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"
        assert ddb.clock.now - NEW_YEAR == datetime.timedelta(seconds=40)


def test_a_clock_that_was_moved_and_goes_on_is_held(ddb):
    ddb.clock.tick(days=1)
    before = ddb.clock.now
    ddb.client().create_table(**TABLE)
    ddb.client().get_waiter("table_exists").wait(TableName="orders")
    assert ddb.clock.now - before >= datetime.timedelta(seconds=40)
    assert abs(ddb.clock.now.timestamp() - time.time()) < 10


def test_a_clock_that_an_outer_mock_holds_is_held():
    with mock_dynamodb() as outer:
        outer.clock.freeze()
        before = outer.clock.now
        with mock_dynamodb(tables={"users": "pk"}) as inner:
            with inner.faults.throttle("PutItem", times=3):
                inner.client(config=LEGACY).put_item(TableName="users", Item=ITEM)
            assert inner.clock.now - before == datetime.timedelta(seconds=0.35)
        assert outer.clock.now == before


# ---- delays of functions at streams


def drain_a_handler_that_fails_once(ddb):
    """Delivers one record, which is tried again a while later."""
    ddb.create_table("events", "pk", stream=True)
    calls = []

    def flaky(event):
        calls.append(event)
        if len(calls) == 1:
            raise RuntimeError("not yet")

    ddb.streams["events"].connect(flaky, maximum_retry_attempts=3)
    ddb.client().put_item(TableName="events", Item=ITEM)
    ddb.streams.drain()
    assert len(calls) == 2


def test_after_a_drain_the_clock_is_pythons_again(ddb):
    drain_a_handler_that_fails_once(ddb)
    assert ddb.clock.now.timestamp() <= time.time()
    created = ddb.client().create_table(**TABLE)["TableDescription"]["CreationDateTime"]
    assert created.timestamp() <= time.time()


@pytest.mark.parametrize("hold", HELD)
def test_a_drain_moves_a_clock_that_is_held_for_good(ddb, hold):
    with hold(ddb):
        drain_a_handler_that_fails_once(ddb)
        assert ddb.clock.now > NEW_YEAR
        assert ddb.clock.now == datetime.datetime.now(datetime.timezone.utc)
