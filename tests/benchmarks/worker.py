"""One peer in a process of its own: reads what to time from its standard input, answers on its standard output.

A line in: `{"row": 3, "calls": 200, "seconds": 0.5}`; a line out: the nanoseconds of each call. The parent asks the
workers in turn, so that what slows the machine down slows all of them. `python worker.py ours --memory 100000` measures
memory instead.
"""

import gc
import json
import os
import sys
from time import perf_counter, perf_counter_ns

from peers import PEERS, Client, Opened
from rows import Row, rows
from tables import BATCH, SMALL, SMALL_SIZE, big_item, make, puts, small_item

WARM_UP = 3


def main() -> None:
    """Serve the parent until it closes the pipe, or measure memory once."""
    peer = sys.argv[1]
    with PEERS[peer]() as opened:
        if "--memory" in sys.argv:
            print(json.dumps(memory(opened.client, int(sys.argv[-1]))))
            return
        made: set[str] = set()
        for line in sys.stdin:
            order = json.loads(line)
            row = _ROWS[order["row"]]
            if opened.has_answers and row.table not in made:
                _make(opened.client, row)
                made.add(row.table)
            print(json.dumps(measure(opened, row, calls=order["calls"], seconds=order["seconds"])), flush=True)


def measure(opened: Opened, row: Row, *, calls: int, seconds: float) -> list[int]:
    """Nanoseconds of each call: so many calls, fewer when the time is up, one at least."""
    opened.can(row.answer)
    call, request = getattr(opened.client, row.operation), row.request
    before, wanted = (getattr(opened.client, row.before[0]), row.before[1]) if row.before else (None, {})
    began = perf_counter()
    for _ in range(WARM_UP):
        if before:
            before(**wanted)
        answer = call(**request)
        if perf_counter() - began > seconds:
            break
    if not row.is_right(answer):
        raise AssertionError(f"{row.name}: {str(answer)[:500]}")
    times: list[int] = []
    gc.collect()
    began = perf_counter()
    while not times or (len(times) < calls and perf_counter() - began < seconds):
        if before:
            before(**wanted)
        start = perf_counter_ns()
        call(**request)
        times.append(perf_counter_ns() - start)
    return times


def memory(client: Client, size: int) -> dict[str, float]:
    """Megabytes that the process grew by for so many items of about 200 bytes, a hundred to a partition, no index."""
    make(client, "items", [big_item(0, "warm-up")], indexed=False)
    gc.collect()
    before = _resident()
    for first in range(0, size, BATCH):
        items = [big_item(number, f"{number // 100:06d}") for number in range(first, first + BATCH)]
        client.batch_write_item(RequestItems={"items": puts(items)})
    gc.collect()
    return {"megabytes": (_resident() - before) / 1e6}


def _make(client: Client, row: Row) -> None:
    if row.table == SMALL:
        make(client, SMALL, [small_item(number) for number in range(SMALL_SIZE)], indexed=False)
    else:
        make(client, row.table, [big_item(number) for number in range(row.size)], indexed=True)


def _resident() -> int:
    """Bytes of this process that are in memory (Linux)."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


_ROWS: list[Row] = rows()

if __name__ == "__main__":
    main()
