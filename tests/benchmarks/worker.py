"""One peer in a process of its own: reads what to time from its standard input, answers on its standard output.

A line in: `{"row": 3, "calls": 200, "seconds": 0.5}`; a line out: `{"times": [...]}` with the nanoseconds of each call,
or `{"refused": why}` where the peer cannot do it. The parent asks the workers in turn, so that what slows the machine
down slows all of them. `python worker.py ours --memory 100000` measures memory instead; with `--distinct` no two items
have a text in common but their partition key and their kind.
"""

import gc
import json
import os
import sys
from itertools import cycle
from time import perf_counter, perf_counter_ns
from typing import Any

from botocore.exceptions import ClientError

from efforts import PATIENCE
from peers import PEERS, Opened
from rows import Row, rows
from tables import BATCH, SMALL, STREAMED, Wire, big_item, make, make_big, make_small, make_stream, puts

WARM_UP = 3


def main() -> None:
    """Serve the parent until it closes the pipe, or measure memory once."""
    peer = sys.argv[1]
    with PEERS[peer]() as opened:
        if "--memory" in sys.argv:
            size = int(sys.argv[sys.argv.index("--memory") + 1])
            print(json.dumps(memory(opened, size, distinct="--distinct" in sys.argv)))
            return
        bench, all_rows = Bench(opened), rows()
        for line in sys.stdin:
            order = json.loads(line)
            print(json.dumps(bench.serve(all_rows[order.pop("row")], **order)), flush=True)


class Bench:
    """A peer with the tables that were made in it."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._made: set[str] = set()
        self._iterators: dict[str, str] = {}

    def serve(self, row: Row, *, calls: int, seconds: float) -> dict[str, Any]:
        """The answer to the parent."""
        try:
            self._prepare(row)
            return {"times": self.measure(row, calls=calls, seconds=seconds)}
        except (ClientError, NotImplementedError) as error:
            return {"refused": str(error)}

    def measure(self, row: Row, *, calls: int, seconds: float) -> list[int]:
        """Nanoseconds of each call: so many calls, fewer when the time is up, one at least."""
        client = getattr(self._opened, row.service)
        call, requests = getattr(client, row.operation), cycle(self._requests(row))
        before, wanted = (getattr(client, row.before[0]), row.before[1]) if row.before else (None, {})
        began = perf_counter()
        for _ in range(WARM_UP):
            if before:
                before(**wanted)
            request = next(requests)
            start = perf_counter_ns()
            answer = call(**request)
            once = perf_counter_ns() - start
            if perf_counter() - began > seconds:
                break
        if not row.is_right(answer):
            raise AssertionError(f"{row.name}: {str(answer)[:500]}")
        if once > PATIENCE * 1e9:
            return [once]
        times: list[int] = []
        gc.collect()
        began = perf_counter()
        while not times or (len(times) < calls and perf_counter() - began < seconds):
            if before:
                before(**wanted)
            request = next(requests)
            start = perf_counter_ns()
            call(**request)
            times.append(perf_counter_ns() - start)
        return times

    def _prepare(self, row: Row) -> None:
        self._opened.can(row.answer)
        if not self._opened.has_answers or row.table in self._made:
            return
        if row.table in STREAMED:
            self._iterators[row.table] = make_stream(self._opened, row.table)
        elif row.table == SMALL:
            make_small(self._opened)
        else:
            make_big(self._opened, row.size)
        self._made.add(row.table)

    def _requests(self, row: Row) -> list[Wire]:
        if row.table in STREAMED:
            return [{**row.request, "ShardIterator": self._iterators.get(row.table, "none")}]
        return [row.request, row.other] if row.other else [row.request]


def memory(opened: Opened, size: int, *, distinct: bool) -> dict[str, float]:
    """Megabytes that the process grew by for so many items of about 200 bytes, a hundred to a partition, no index.

    Half of each item is a note, the same in all items unless they are to be `distinct`.
    """
    make(opened, "items", [big_item(0, "warm-up")])
    gc.collect()
    before = resident()
    for first in range(0, size, BATCH):
        items = [big_item(number, f"{number // 100:06d}") for number in range(first, first + BATCH)]
        if distinct:
            items = [{**item, "note": {"S": f"{number:095d}"}} for number, item in enumerate(items, first)]
        opened.dynamodb.batch_write_item(RequestItems={"items": puts(items)})
    gc.collect()
    return {"megabytes": (resident() - before) / 1e6}


def resident() -> int:
    """Bytes of this process that are in memory (Linux)."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
