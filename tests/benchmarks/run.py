"""Measures pytest-ddbmock beside moto and beside botocore's own cost: `python tests/benchmarks/run.py [--short]`.

Peers live in processes of their own and are asked in turn, round after round, so that ratios hold on a busy machine.
The result is printed as Markdown.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import crew
from peers import PEERS, installed
from result import Result, machine, markdown
from rows import rows


@dataclass(frozen=True)
class Effort:
    """How much is done: rounds, calls and seconds in a round for each row and peer, the largest table for each peer."""

    rounds: int
    calls: int
    seconds: float
    largest: dict[str, int]
    memory_items: int
    suite_tests: int
    suite_runs: int


FULL = Effort(
    rounds=4,
    calls=200,
    seconds=0.3,
    largest=dict.fromkeys(PEERS, 100_000),
    memory_items=100_000,
    suite_tests=200,
    suite_runs=2,
)
SHORT = Effort(
    rounds=2,
    calls=50,
    seconds=0.05,
    largest={"floor": 100_000, "ours": 100_000, "moto": 1_000},
    memory_items=20_000,
    suite_tests=40,
    suite_runs=1,
)


def main() -> None:
    """Measure what the command line asks for."""
    options = _options()
    effort = SHORT if options.short else FULL
    result = Result(machine())
    _measure_calls(result, effort)
    result.memory_items = effort.memory_items
    for peer in installed()[1:]:
        _say(f"memory of {peer}")
        result.memory[peer] = crew.memory(peer, effort.memory_items)
    result.suite_tests = effort.suite_tests
    for number in range(effort.suite_runs):
        for suite in (suite for suite in crew.SUITES if suite != "moto" or suite in installed()):
            _say(f"suite {suite}, run {number + 1} of {effort.suite_runs}")
            result.suites.setdefault(suite, []).append(crew.suite(suite, effort.suite_tests))
    _say("")
    if options.json:
        options.json.write_text(json.dumps(result.to_json(), indent=1))
    print(markdown(result, rows()))


def _measure_calls(result: Result, effort: Effort) -> None:
    with crew.workers(installed()) as workers:
        for number in range(effort.rounds):
            for index, row in enumerate(rows()):
                _say(f"round {number + 1} of {effort.rounds}: {row.name}")
                for worker in workers:
                    if row.size <= effort.largest[worker.peer]:
                        times = worker.measure(index, calls=effort.calls, seconds=effort.seconds)
                        result.add(row, worker.peer, times)


def _say(text: str) -> None:
    """Tell a waiting person where it stands, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="fewer rounds, moto on small tables only: under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every single time to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
