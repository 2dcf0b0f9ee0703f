"""Measures what the history costs and gives: writes with a stream, restores, memory per change: `python history.py`.

The result is printed as Markdown.
"""

import argparse
import gc
from collections.abc import Callable
from functools import partial
from time import perf_counter

import boto3
from pytest_ddbmock import DDBMock, mock_dynamodb

from peers import REGION
from worker import resident

NOTE = "x" * 76  # 100 bytes with key, number and names


def main() -> None:
    """Measure all of it."""
    options = _options()
    rounds, sizes = (10, [1_000, 10_000]) if options.short else (40, [1_000, 10_000, 100_000])
    print("| what | measured | goal |\n| --- | ---: | ---: |")
    print(writes_with_a_stream(rounds))
    for changes in sizes:
        print(restore(changes))
    print(memory(max(sizes)))
    print(f"\nWrites: minimum of {rounds} rounds of 100. A restore and the memory: once.")


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
                put = _best(partial(client.put_item, TableName=name, Item=item), 100)
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
        before = resident()
        _write(mock, changes)
        gc.collect()
        grown = resident() - before
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


def _best(call: Callable[[], object], rounds: int) -> float:
    """Seconds of the fastest of some calls."""
    call()
    times = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="fewer rounds and changes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
