"""Batching windows and tumbling windows, on the mock's clock."""

from __future__ import annotations

import datetime

import pytest

from pytest_ddbmock import HandlerFailed
from tests.support.functions import keys


def test_a_batch_waits_for_the_end_of_its_window(ddbmock, orders, connect, function):
    connect(function, maximum_batching_window_in_seconds=60)
    orders.put("a")
    ddbmock.clock.tick(seconds=30)
    orders.put("b")
    ddbmock.clock.tick(seconds=29)
    assert function.got == []
    ddbmock.clock.tick(seconds=1)
    assert function.got == [["a", "b"]]


def test_a_full_batch_does_not_wait(ddbmock, orders, connect, function):
    connect(function, batch_size=2, maximum_batching_window_in_seconds=60)
    orders.put("a", "b", "c")
    ddbmock.clock.tick()
    assert function.got == [["a", "b"]]


def test_drain_waits_for_the_window_on_the_clock(ddbmock, orders, connect, function):
    connect(function, maximum_batching_window_in_seconds=60)
    orders.put("a")
    before = ddbmock.clock.now
    ddbmock.streams.drain()
    assert function.got == [["a"]]
    assert ddbmock.clock.now - before == datetime.timedelta(seconds=60)


def test_the_window_counts_from_the_first_record_that_fits_the_filter(ddbmock, orders, connect, function):
    pattern = '{"dynamodb": {"Keys": {"pk": {"S": ["b"]}}}}'
    connect(function, maximum_batching_window_in_seconds=60, filter_criteria={"Filters": [{"Pattern": pattern}]})
    orders.put("a")
    ddbmock.clock.tick(seconds=50)
    orders.put("b")
    ddbmock.clock.tick(seconds=50)
    assert function.got == []
    ddbmock.clock.tick(seconds=10)
    assert function.got == [["b"]]


def count(event, context):
    """A function that counts in the state of its window."""
    state = event["state"]
    return {"state": {"n": state.get("n", 0) + len(event["Records"])}}


def told(connection):
    """Of each invocation: keys, state, whether it is the final one and an early one."""
    return [
        (
            keys(event),
            event["state"],
            event["isFinalInvokeForWindow"],
            event["isWindowTerminatedEarly"],
        )
        for event in (invocation.event for invocation in connection.invocations)
    ]


@pytest.fixture
def at_ten(ddbmock, orders):
    ddbmock.clock.move_to("2026-03-01T10:00:00")


def test_a_tumbling_window_hands_its_state_on_and_ends_with_a_final_invocation(ddbmock, orders, connect, at_ten):
    connection = connect(count, tumbling_window_in_seconds=300)
    orders.put("a", "b")
    ddbmock.clock.tick(minutes=2)
    orders.put("c")
    ddbmock.clock.tick(minutes=2)
    assert told(connection) == [(["a", "b"], {}, False, False), (["c"], {"n": 2}, False, False)]
    ddbmock.clock.tick(minutes=1)
    assert told(connection)[2:] == [([], {"n": 3}, True, False)]
    final = connection.invocations[2].event
    assert final["window"] == {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T10:05:00Z"}
    assert final["shardId"].startswith("shardId-")
    assert final["eventSourceARN"].endswith(connection.trigger.table.settings.stream.label)
    ddbmock.clock.tick(hours=1)
    assert len(connection.invocations) == 3, "a window without records is none"


def test_a_record_of_the_next_window_begins_a_new_state(ddbmock, orders, connect, at_ten):
    connection = connect(count, tumbling_window_in_seconds=60)
    orders.put("a")
    ddbmock.clock.tick(seconds=90)
    orders.put("b")
    ddbmock.streams.drain()
    assert told(connection) == [
        (["a"], {}, False, False),
        ([], {"n": 1}, True, False),
        (["b"], {}, False, False),
    ]


def test_drain_does_not_wait_for_the_end_of_a_tumbling_window(ddbmock, orders, connect, at_ten):
    connection = connect(count, tumbling_window_in_seconds=60)
    orders.put("a")
    ddbmock.streams.drain()
    assert told(connection) == [(["a"], {}, False, False)]


def test_a_batch_holds_records_of_one_window(ddbmock, orders, connect, at_ten):
    connection = connect(count, tumbling_window_in_seconds=60, eager=False, maximum_batching_window_in_seconds=300)
    orders.put("a")
    ddbmock.clock.tick(seconds=61)
    orders.put("b")
    ddbmock.streams.drain()
    assert [row[0] for row in told(connection)] == [["a"], [], ["b"], []]


def test_too_much_state_ends_the_window_early(ddbmock, orders, connect, at_ten):
    connection = connect(lambda event: {"state": {"text": "x" * (1 << 20)}}, tumbling_window_in_seconds=60)
    orders.put("a")
    ddbmock.streams.drain()
    assert [(row[0], row[2], row[3]) for row in told(connection)] == [(["a"], False, False), ([], True, True)]


def test_the_end_of_the_stream_ends_the_window_early(ddbmock, orders, connect, at_ten, ddbmock_client):
    connection = connect(count, tumbling_window_in_seconds=600)
    orders.put("a")
    ddbmock.streams.drain()
    ddbmock_client.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
    ddbmock.streams.drain()
    assert told(connection) == [(["a"], {}, False, False), ([], {"n": 1}, True, True)]


def test_a_failed_batch_leaves_the_state_as_it_was(ddbmock, orders, connect, at_ten):
    def picky(event, context):
        if "bad" in keys(event) and context:
            raise ValueError("bad")
        return count(event, context)

    connection = connect(picky, batch_size=1, tumbling_window_in_seconds=60, maximum_retry_attempts=0, on_failure=print)
    orders.put("a", "bad", "b")
    ddbmock.clock.tick(minutes=1)
    assert told(connection)[-1] == ([], {"n": 2}, True, False)


def test_a_final_invocation_that_fails_is_tried_again(ddbmock, orders, connect, at_ten):
    broken = [True]

    def final(event, context):
        if event["isFinalInvokeForWindow"] and broken:
            broken.pop()
            raise ValueError("not yet")
        return count(event, context)

    connection = connect(final, tumbling_window_in_seconds=60)
    orders.put("a")
    with pytest.raises(HandlerFailed, match="not yet"):
        ddbmock.clock.tick(minutes=1)
    ddbmock.streams.drain()
    assert told(connection) == [
        (["a"], {}, False, False),
        ([], {"n": 1}, True, False),
        ([], {"n": 1}, True, False),
    ]
    ddbmock.clock.tick(minutes=5)
    assert len(connection.invocations) == 3
