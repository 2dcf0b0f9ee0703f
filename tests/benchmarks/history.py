"""Measures what the history costs and gives: writes with a stream, restores, memory, trimming: `python history.py`.

The result is printed as Markdown.
"""

import argparse
import gc
import statistics
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter

import boto3
from pytest_ddbmock import DDBMock, mock_dynamodb
from pytest_ddbmock.engine.trimmer import SLICE

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
    for line in trimming(100_000 if options.short else 1_000_000):
        print(line, flush=True)
    print(f"\nWrites: minimum of {rounds} rounds of 100. Everything else: once.")


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


def trimming(changes: int) -> Iterator[str]:
    """A stream that gets so many records a day: what calls take while a day falls out of it at once, and the memory."""
    with mock_dynamodb(region=REGION, keep_history=False) as mock:
        mock.clock.freeze()
        mock.create_table("orders", "pk", stream="NEW_AND_OLD_IMAGES")
        client = boto3.client("dynamodb", region_name=REGION)
        get = partial(client.get_item, TableName="orders", Key={"pk": {"S": "order-0001"}})
        before, days, times = resident(), [], []
        for _ in range(3):
            _write(mock, changes)
            days.append(resident() - before)
            mock.clock.tick(days=2)
            times += _times(get, changes // SLICE)
        yield (
            f"| {changes:,} records trimmed within {changes // SLICE:,} calls of GetItem: the worst, the median "
            f"| {max(times) * 1e3:.1f} ms, {statistics.median(times) * 1e3:.2f} ms | |"
        )
        yield (
            f"| memory with a stream of {changes:,} changes a day, on the first three days "
            f"| {', '.join(f'{day / 1e6:.0f} MB' for day in days)} | |"
        )
        _write(mock, changes // 10)
        mock.clock.tick(hours=23)
        batch = [{"PutRequest": {"Item": {"pk": {"S": f"order-{n:04}"}, "note": {"S": NOTE}}}} for n in range(25)]
        write = partial(client.batch_write_item, RequestItems={"orders": batch})
        usual = _times(write, 500)
        mock.clock.tick(hours=2)
        falling = _times(write, 500)
        yield (
            "| BatchWriteItem of 25, the worst and the median of 500; while older records are trimmed "
            f"| {max(usual) * 1e3:.1f} ms, {statistics.median(usual) * 1e3:.2f} ms; "
            f"{max(falling) * 1e3:.1f} ms, {statistics.median(falling) * 1e3:.2f} ms | |"
        )


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
    return min(_times(call, rounds))


def _median(call: Callable[[], object], rounds: int) -> float:
    """Seconds of the median of some calls."""
    return statistics.median(_times(call, rounds))


def _times(call: Callable[[], object], rounds: int) -> list[float]:
    """Seconds of each of some calls."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return times


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="fewer rounds and changes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
