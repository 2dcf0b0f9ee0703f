"""Measures what reads the history: GetRecords, writes with a stream, restores, memory per change: `python history.py`.

GetRecords is measured beside a ready answer of the same records at `before-call`. The result is printed as Markdown.
"""

import argparse
import gc
import os
from collections.abc import Callable
from time import perf_counter
from typing import Any

import boto3
from pytest_ddbmock import DDBMock, mock_dynamodb

from peers import REGION, CannedResponse
from result import machine

RECORDS = 1_000
NOTE = "x" * 76  # 100 bytes with key, number and names


def main() -> None:
    """Measure all of it."""
    options = _options()
    print(", ".join(f"{name} {value}" if name != "machine" else value for name, value in machine().items()))
    print()
    print("| what | measured | goal |\n| --- | ---: | ---: |")
    for measure in (get_records, writes_with_a_stream):
        print(measure(options.rounds), flush=True)
    for changes in options.changes:
        print(restore(changes), flush=True)
    print(memory(max(options.changes)), flush=True)


def get_records(rounds: int) -> str:
    """One page of a thousand records of about 100 bytes, NEW_IMAGE."""
    with mock_dynamodb(region=REGION) as mock:
        mock.create_table("orders", "pk", stream="NEW_IMAGE")
        _write(mock, RECORDS)
        streams = boto3.client("dynamodbstreams", region_name=REGION)
        iterator = _iterator(streams)
        answer = streams.get_records(ShardIterator=iterator)
        assert len(answer["Records"]) == RECORDS
        ready = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        ours = _best(lambda: streams.get_records(ShardIterator=iterator), rounds)
    floor = boto3.session.Session(aws_access_key_id="none", aws_secret_access_key="none").client(
        "dynamodbstreams", region_name=REGION
    )
    floor.meta.events.register_first("before-call.dynamodb-streams", lambda **_: (CannedResponse, ready))
    canned = _best(lambda: floor.get_records(ShardIterator=iterator), rounds)
    return f"| GetRecords, {RECORDS:,} records | {ours * 1e3:.2f} ms, {ours / canned:.1f} times canned | ≤ 25 |"


def writes_with_a_stream(rounds: int) -> str:
    """PutItem with a stream enabled beside PutItem without, in turn."""
    with mock_dynamodb(region=REGION) as mock:
        mock.create_table("without", "pk")
        mock.create_table("with", "pk", stream="NEW_AND_OLD_IMAGES")
        client = boto3.client("dynamodb", region_name=REGION)
        item = {"pk": {"S": "a"}, "note": {"S": NOTE}}
        times = {name: float("inf") for name in ("without", "with")}
        for _ in range(rounds):
            for name in times:
                put = _best(lambda name=name: client.put_item(TableName=name, Item=item), 100)
                times[name] = min(times[name], put)
    ratio = times["with"] / times["without"]
    return f"| PutItem with a stream | {times['with'] * 1e6:.0f} µs, {ratio:.2f} times without | ≤ 1.2 |"


def restore(changes: int) -> str:
    """A restore that undoes so many changes of a table of 10,000 items."""
    with mock_dynamodb(region=REGION) as mock:
        mock.clock.freeze()
        mock.create_table("orders", "pk", pitr=True)
        mock.table("orders").load([{"pk": str(number)} for number in range(10_000)])
        before = mock.clock.now
        mock.clock.tick(hours=1)
        _write(mock, changes)
        mock.clock.tick(hours=1)
        client = boto3.client("dynamodb", region_name=REGION)
        start = perf_counter()
        client.restore_table_to_point_in_time(
            SourceTableName="orders", TargetTableName="restored", RestoreDateTime=before
        )
        assert len(mock.table("restored")) == 10_000
        taken = perf_counter() - start
    return f"| restore of 10,000 items, {changes:,} changes undone | {taken * 1e3:.0f} ms | |"


def memory(changes: int) -> str:
    """What a change costs beside the items: the same few items are written over and over."""
    with mock_dynamodb(region=REGION) as mock:
        mock.create_table("orders", "pk")
        _write(mock, 1_000)
        gc.collect()
        before = _resident()
        _write(mock, changes)
        gc.collect()
        grown = _resident() - before
    return f"| memory of a change of an item of 100 bytes, old image included | {grown / changes:.0f} bytes | |"


def _write(mock: DDBMock, count: int) -> None:
    """Write a few items over and over, each time to something else."""
    client = boto3.client("dynamodb", region_name=REGION)
    for first in range(0, count, 25):
        puts = [
            {"PutRequest": {"Item": {"pk": {"S": f"order-{n % 1000:04}"}, "note": {"S": f"{n:07} {NOTE}"}}}}
            for n in range(first, min(first + 25, count))
        ]
        client.batch_write_item(RequestItems={"orders": puts})


def _iterator(streams: Any) -> str:
    [stream] = streams.list_streams()["Streams"]
    arn = stream["StreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    answer = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    iterator: str = answer["ShardIterator"]
    return iterator


def _best(call: Callable[[], object], rounds: int) -> float:
    """Seconds of the fastest of some calls."""
    call()
    times = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def _resident() -> int:
    """Bytes of this process that are in memory (Linux)."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--changes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    return parser.parse_args()


if __name__ == "__main__":
    main()
