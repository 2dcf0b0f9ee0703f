"""When a function is called, with which batches, and what it may do itself."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading

import boto3
import pytest

from pytest_ddbmock import HandlerFailed, Insert, UsageError, mock_dynamodb
from tests.support.functions import keys


def test_nothing_is_delivered_until_a_test_asks_for_it(ddbmock, orders, connect, function):
    connect(function)
    orders.put("a", "b")
    assert function.got == []
    ddbmock.streams.drain()
    assert function.got == [["a", "b"]]
    ddbmock.streams.drain()
    assert function.got == [["a", "b"]]


def test_moving_the_clock_delivers(ddbmock, orders, connect, function):
    connect(function)
    orders.put("a")
    ddbmock.clock.tick()
    orders.put("b")
    ddbmock.clock.move_to("2100-01-01")
    assert function.got == [["a"], ["b"]]


def test_what_was_written_before_a_jump_is_delivered_before_it(ddbmock, orders, connect):
    at = []
    connect(lambda event: at.append(ddbmock.clock.now))
    orders.put("a")
    before = ddbmock.clock.now
    ddbmock.clock.tick(days=3)
    assert at == [before]


def test_time_that_merely_passes_delivers_nothing(ddbmock, orders, connect, function):
    import freezegun

    connect(function)
    orders.put("a")
    with freezegun.freeze_time("2100-01-01"):
        orders.put("b")
    assert function.got == []


def test_eager_delivers_after_each_call_that_wrote(ddbmock, orders, connect, function):
    connect(function, eager=True)
    orders.put("a")
    assert function.got == [["a"]]
    orders.table.get_item(Key={"pk": "a"})
    orders.put("a")  # changes nothing
    ddbmock.client().batch_write_item(
        RequestItems={"orders": [{"PutRequest": {"Item": {"pk": {"S": key}}}} for key in "bc"]}
    )
    assert function.got == [["a"], ["b", "c"]]


def test_eager_leaves_other_connections_alone(ddbmock, orders, connect, function):
    lazy = connect(lambda event: None)
    connect(function, eager=True)
    orders.put("a")
    assert function.got == [["a"]]
    assert lazy.invocations == []


def test_batches_have_the_size_asked_for(ddbmock, orders, connect, function):
    connect(function, batch_size=2)
    orders.put(*"abcde")
    ddbmock.streams.drain()
    assert function.got == [["a", "b"], ["c", "d"], ["e"]]


def test_a_batch_is_not_larger_than_a_payload(ddbmock, orders, connect, function):
    connect(function, batch_size=10_000)
    orders.put(*(f"{number:03}" for number in range(40)), text="x" * 300_000)
    ddbmock.streams.drain()
    assert [len(got) for got in function.got] == [20, 20]


def test_the_payload_is_counted_in_bytes(ddbmock, orders, connect, function):
    connect(function, batch_size=10_000)
    orders.put(*(f"{number:03}" for number in range(40)), text="\u20ac" * 100_000)
    ddbmock.streams.drain()
    assert [len(got) for got in function.got] == [20, 20]


@pytest.mark.parametrize("position, expected", [("LATEST", [["b"]]), ("TRIM_HORIZON", [["a", "b"]])])
def test_a_stream_is_read_from_the_starting_position(ddbmock, orders, connect, function, position, expected):
    orders.put("a")
    connect(function, starting_position=position)
    orders.put("b")
    ddbmock.streams.drain()
    assert function.got == expected


def test_a_connection_starts_with_what_is_written_after_it(ddbmock, orders, connect, function):
    orders.put("a")
    connect(function)
    ddbmock.streams.drain()
    assert function.got == []


def test_a_connection_ends(ddbmock, orders, connect, function):
    with connect(function) as connection:
        orders.put("a")
        ddbmock.streams.drain()
        orders.put("b")
    connection.disconnect()
    ddbmock.streams.drain()
    assert function.got == [["a"]]


def test_a_disabled_mapping_delivers_nothing(ddbmock, orders, connect, function):
    connect(function, enabled=False)
    orders.put("a")
    ddbmock.streams.drain()
    assert function.got == []


def test_only_what_matches_a_filter_is_delivered_and_counts_for_a_batch(ddbmock, orders, connect, function):
    pattern = json.dumps({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["OPEN"]}}}})
    connect(function, batch_size=2, filter_criteria={"Filters": [{"Pattern": pattern}]})
    orders.put("a", "b", "c", status="OPEN")
    orders.put("d", "b", status="CLOSED")
    orders.put("e", status="OPEN")
    ddbmock.streams.drain()
    assert function.got == [["a", "b"], ["c", "e"]]


def test_several_functions_get_the_same_records_in_the_order_of_what_was_written(ddbmock, orders, connect):
    ddbmock.create_table("parcels", "pk", stream=True)
    got = []
    connect(lambda event: got.append(("first", keys(event))), batch_size=1)
    ddbmock.streams["parcels"].connect(lambda event: got.append(("parcels", keys(event))), batch_size=1)
    connect(lambda event: got.append(("second", keys(event))), batch_size=1)
    orders.put("a")
    ddbmock.table("parcels").load([{"pk": "p"}])
    orders.put("b")
    ddbmock.streams.drain()
    assert got == [
        ("first", ["a"]),
        ("second", ["a"]),
        ("parcels", ["p"]),
        ("first", ["b"]),
        ("second", ["b"]),
    ]


def test_parallel_batches_keep_the_order_of_each_item(ddbmock, orders, connect):
    got = []
    connect(lambda event: got.append(event["Records"]), batch_size=3, parallelization_factor=4)
    for round_ in range(6):
        orders.put(*"abcdefgh", round=round_)
    ddbmock.streams.drain()
    rounds = {}
    for record in (record for batch in got for record in batch):
        image = record["dynamodb"]["NewImage"]
        rounds.setdefault(image["pk"]["S"], []).append(int(image["round"]["N"]))
    assert rounds == {key: list(range(6)) for key in "abcdefgh"}
    lanes = {frozenset(record["dynamodb"]["Keys"]["pk"]["S"] for record in batch) for batch in got}
    assert len(lanes) > 1


def test_a_connection_does_not_move_on_to_the_next_stream(ddbmock, orders, connect, function, ddbmock_client):
    connect(function)
    orders.put("a")
    ddbmock_client.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
    ddbmock.clock.tick(seconds=1)
    ddbmock_client.update_table(
        TableName="orders", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    )
    orders.put("b")
    ddbmock.streams.drain()
    assert function.got == [["a"]], "a mapping is to one stream, not to those that come after it"


# ---- functions that use DynamoDB


def test_a_function_writes_and_what_it_writes_is_delivered_after_it(ddbmock, orders, connect):
    depth, got = [], []

    def copy(event, context):
        depth.append("in")
        got.append((keys(event), depth.count("in") - depth.count("out")))
        for key in keys(event):
            if len(key) < 3:
                orders.put(key + key[0])
        depth.append("out")

    connect(copy, eager=True)
    orders.put("a")
    assert got == [(["a"], 1), (["aa"], 1), (["aaa"], 1)]


def test_a_function_feeds_the_stream_of_another_table(ddbmock, orders, connect):
    ddbmock.create_table("totals", "pk", stream=True)
    totals = boto3.resource("dynamodb", region_name=ddbmock.region).Table("totals")

    def count(event, context):
        totals.update_item(
            Key={"pk": "all"}, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": len(event["Records"])}
        )

    connect(count, batch_size=2)
    with ddbmock.streams["totals"].watch() as seen:
        orders.put(*"abc")
        ddbmock.streams.drain()
    assert ddbmock.table("totals")["all"]["n"] == 3
    seen.assert_order(Insert(n=2))


def test_handlers_that_keep_triggering_each_other_are_stopped(ddbmock, orders, connect):
    numbers = itertools.count()
    connect(lambda event: orders.put("a", n=next(numbers)))
    orders.put("a")
    with pytest.raises(UsageError, match="stream handlers keep triggering each other: after 100 rounds"):
        ddbmock.streams.drain()


def test_a_handler_cannot_drain(ddbmock, orders, connect):
    connect(lambda event: ddbmock.streams.drain())
    orders.put("a")
    with pytest.raises(HandlerFailed, match="already delivering"):
        ddbmock.streams.drain()


def test_another_thread_can_write_while_a_function_runs(ddbmock, orders, connect):
    def write_elsewhere(event, context):
        if keys(event) == ["a"]:
            thread = threading.Thread(target=orders.put, args=("b",))
            thread.start()
            thread.join(timeout=10)
            assert not thread.is_alive(), "the engine is locked"

    connection = connect(write_elsewhere, eager=True)
    orders.put("a")
    assert [keys(invocation.event) for invocation in connection.invocations] == [["a"], ["b"]]


def test_many_threads_and_eager_delivery_lose_nothing(ddbmock, orders, connect, function):
    connect(function, eager=True, batch_size=3)
    threads = [threading.Thread(target=orders.put, args=[f"{name}{number}" for number in range(25)]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ddbmock.streams.drain()
    got = [key for batch in function.got for key in batch]
    assert len(got) == 100
    for name in "abcd":
        assert [key for key in got if key[0] == name] == [f"{name}{number}" for number in range(25)]


# ---- async functions


def test_an_async_function_is_called(ddbmock, orders, connect):
    got = []

    async def handler(event, context):
        await asyncio.sleep(0)
        got.append(keys(event))

    connect(handler)
    orders.put("a")
    ddbmock.streams.drain()
    orders.put("b")
    ddbmock.clock.tick()
    assert got == [["a"], ["b"]]


def test_in_a_running_loop_there_is_drain_async(ddbmock, orders, connect, function):
    got = []

    async def handler(event, context):
        await asyncio.sleep(0)
        got.append(keys(event))

    async def test():
        connect(handler, eager=True)
        connect(function, eager=True)
        orders.put("a")
        ddbmock.clock.tick()
        assert (got, function.got) == ([], [["a"]])
        with pytest.raises(UsageError, match="drain_async"):
            ddbmock.streams.drain()
        await ddbmock.streams.drain_async()
        assert got == [["a"]]

    asyncio.run(test())


def test_failures_of_async_functions_are_reported(ddbmock, orders, connect):
    async def handler(event, context):
        raise ValueError("no")

    connect(handler)
    orders.put("a")
    with pytest.raises(HandlerFailed, match="ValueError: no"):
        asyncio.run(ddbmock.streams.drain_async())


# ---- tests


def test_connections_end_with_the_mock(function):
    with mock_dynamodb(tables={"orders": {"key": "pk", "stream": True}}) as ddb:
        ddb.streams["orders"].connect(function)
        with mock_dynamodb(tables={"orders": {"key": "pk", "stream": True}}) as inner:
            inner.resource().Table("orders").put_item(Item={"pk": "inner"})
            inner.streams.drain()
        ddb.streams.drain()
    assert function.got == []


def test_a_restored_snapshot_has_the_positions_of_its_moment(ddbmock, orders, connect, function):
    connect(function)
    orders.put("a")
    snapshot = ddbmock.snapshot()
    orders.put("b")
    ddbmock.streams.drain()
    ddbmock.restore(snapshot)
    ddbmock.streams.drain()
    orders.put("c")
    ddbmock.streams.drain()
    assert function.got == [["a", "b"], ["a"], ["c"]]


def test_a_snapshot_remembers_what_is_to_be_tried_again(ddbmock, orders, connect, function):
    connect(function)
    orders.put("a")
    function.fail("a", times=2)
    with pytest.raises(HandlerFailed):
        ddbmock.streams.drain()
    snapshot = ddbmock.snapshot()
    with pytest.raises(HandlerFailed):
        ddbmock.streams.drain()
    ddbmock.streams.drain()
    ddbmock.restore(snapshot)
    ddbmock.streams.drain()
    assert function.got == [["a"]] * 4


# ---- several shards


def test_children_come_after_their_parents_and_no_record_is_lost(ddbmock, orders, connect):
    got = []
    connect(lambda event: got.extend(event["Records"]), batch_size=3, parallelization_factor=2)
    for round_ in range(4):
        orders.put(*"abcdefgh", round=round_)
        ddbmock.streams["orders"].split()
    ddbmock.streams.drain()
    rounds = {}
    for record in got:
        image = record["dynamodb"]["NewImage"]
        rounds.setdefault(image["pk"]["S"], []).append(int(image["round"]["N"]))
    assert rounds == {key: list(range(4)) for key in "abcdefgh"}


def test_a_shard_that_fails_holds_up_no_other(ddbmock, orders, connect, function):
    ddbmock.streams["orders"].split(8)
    connect(function)
    orders.put(*"abcdefgh")
    function.fail("a")
    with pytest.raises(HandlerFailed) as caught:
        ddbmock.streams.drain()
    [failure] = caught.value.failures
    held = set(keys(failure.event))
    assert "a" in held != set("abcdefgh")
    function.got.clear()
    function.failures.clear()
    ddbmock.streams.drain()
    assert {key for batch in function.got for key in batch} == held


def test_a_child_waits_for_a_parent_that_fails(ddbmock, orders, connect, function):
    connect(function)
    orders.put("a", n=1)
    ddbmock.streams["orders"].split()
    orders.put("a", n=2)
    function.fail("a", times=1)
    with pytest.raises(HandlerFailed):
        ddbmock.streams.drain()
    assert function.got == [["a"]]
    ddbmock.streams.drain()
    assert function.got == [["a"]] * 3


@pytest.mark.ddbmock(stream_shards=4, stream_shard_hours=4)
def test_shards_that_roll_over_are_followed(ddbmock, orders, connect, function):
    connect(function)
    for day in range(5):
        orders.put(*"abcd", day=day)
        ddbmock.clock.tick(hours=9)
    got = [key for batch in function.got for key in batch]
    assert {key: got.count(key) for key in "abcd"} == dict.fromkeys("abcd", 5)


@pytest.mark.ddbmock(stream_shard_hours=4)
@pytest.mark.parametrize("position, expected", [("LATEST", ["c"]), ("TRIM_HORIZON", ["b", "c"])])
def test_old_shards_are_read_as_far_as_they_are_kept(ddbmock, orders, connect, function, position, expected):
    orders.put("a")
    ddbmock.clock.tick(hours=20)
    orders.put("b")
    ddbmock.clock.tick(hours=20)
    connect(function, starting_position=position)
    orders.put("c")
    ddbmock.streams.drain()
    assert [key for batch in function.got for key in batch] == expected
