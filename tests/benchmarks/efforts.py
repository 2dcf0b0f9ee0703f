"""How much is done: a full run, a short one, and once more what looked bad in the short one."""

from dataclasses import dataclass

from peers import PEERS

PATIENCE = 5.0
"""Seconds of a call from which on it is called once and never again: what is that slow needs no exact figure."""


@dataclass(frozen=True)
class Effort:
    """`calls` and `seconds` bound a round of a row with one peer; `largest` is the size of its largest table."""

    rounds: int
    calls: int
    seconds: float
    largest: dict[str, int]
    memory_items: int
    starts: int
    suite_tests: int
    suite_runs: int
    moto_suite_runs: int


FULL = Effort(
    rounds=4,
    calls=200,
    seconds=0.3,
    largest=dict.fromkeys(PEERS, 100_000),
    memory_items=100_000,
    starts=15,
    suite_tests=200,
    suite_runs=4,
    moto_suite_runs=2,
)
SHORT = Effort(
    rounds=2,
    calls=50,
    seconds=0.05,
    largest={**dict.fromkeys(PEERS, 1_000), "floor": 100_000, "method": 100_000, "ours": 100_000},
    memory_items=20_000,
    starts=4,
    suite_tests=40,
    suite_runs=2,
    moto_suite_runs=1,
)
AGAIN = Effort(
    rounds=4,
    calls=200,
    seconds=0.2,
    largest=dict.fromkeys(PEERS, 100_000),
    memory_items=SHORT.memory_items,
    starts=8,
    suite_tests=SHORT.suite_tests,
    suite_runs=3,
    moto_suite_runs=0,
)
