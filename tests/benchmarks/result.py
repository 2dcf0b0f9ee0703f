"""What one run has found, as numbers; `report.py` makes text of them, `pictures.py` pictures."""

import math
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from statistics import median
from typing import Any

from rows import Row

SUITE, START_UP, MEMORY = "suite of tests", "start-up", "memory, bytes for an item"
"""Names of the ratios that are not a row's."""
DISTINCT = "ours, no note twice"
"""Beside the peers in `Result.memory`: ours without the help of equal texts."""


@dataclass
class Result:
    """Everything one run has found; times in seconds, memory in megabytes."""

    machine: dict[str, str]
    calls: dict[str, dict[str, list[list[float]]]] = field(default_factory=dict)  # row -> peer -> round -> calls
    memory: dict[str, list[float]] = field(default_factory=dict)  # peer -> each process
    memory_items: int = 0
    suite_tests: int = 0
    suites: dict[str, list[float]] = field(default_factory=dict)  # suite -> each run
    start_up: dict[str, list[float]] = field(default_factory=dict)  # kind -> each process
    missing: dict[str, str] = field(default_factory=dict)  # peer -> why it was not measured at all
    refused: dict[str, dict[str, str]] = field(default_factory=dict)  # peer -> row -> why it was not measured
    printed: dict[str, str] = field(default_factory=dict)  # script -> its Markdown

    def add(self, row: Row, peer: str, nanoseconds: list[int]) -> None:
        """Note one more round of a row."""
        self.calls.setdefault(row.name, {}).setdefault(peer, []).append([time / 1e9 for time in nanoseconds])

    def least(self, row: Row, peer: str) -> float | None:
        """The fastest call of a row, None where the peer was not asked."""
        rounds = self.calls.get(row.name, {}).get(peer)
        return min(map(min, rounds)) if rounds else None

    def median(self, row: Row, peer: str) -> float | None:
        """The median of all calls of a row, None where the peer was not asked."""
        rounds = self.calls.get(row.name, {}).get(peer)
        return median(time for times in rounds for time in times) if rounds else None

    def quotient(self, row: Row, over: str, under: str) -> float | None:
        """How many times as long a peer takes as another one, by the minimums."""
        upper, lower = self.least(row, over), self.least(row, under)
        return upper / lower if upper and lower else None

    def growth(self, rows: list[Row], peer: str) -> float | None:
        """The exponent `e` of `time ~ size ** e` over rows of one family, None with fewer than two sizes."""
        times = {row.size: least for row in rows if (least := self.least(row, peer))}
        return growth(times) if len(times) > 1 else None

    def suite(self, name: str) -> float | None:
        """Seconds of a suite without what pytest itself takes, None where it was not run."""
        return min(self.suites[name]) - min(self.suites["empty"]) if name in self.suites else None

    def noise(self) -> tuple[float, float]:
        """The floor's spread: of a call (median over minimum), between rounds (worst over best minimum); 0.1 is 10 %.

        Each is the median over the rows.
        """
        calls = [peers["floor"] for peers in self.calls.values()]
        spreads = [median(time for times in rounds for time in times) / min(map(min, rounds)) for rounds in calls]
        between = [max(map(min, rounds)) / min(map(min, rounds)) for rounds in calls]
        return median(spreads) - 1, median(between) - 1

    def ratios(self, rows: list[Row]) -> dict[str, float]:
        """What a later run is compared with: ours over the floor for each row, for the suite and for the start."""
        found = {row.name: self.quotient(row, "ours", "floor") for row in rows}
        if (suite := self.suite("ours")) and (floor := self.suite("floor")):
            found[SUITE] = suite / floor
        if self.start_up:
            found[START_UP] = min(self.start_up["ours"]) / min(self.start_up["bare"])
        if "ours" in self.memory:
            found[MEMORY] = min(self.memory["ours"]) * 1e6 / self.memory_items
        return {name: ratio for name, ratio in found.items() if ratio is not None}

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def growth(times: dict[int, float]) -> float:
    """The exponent `e` of `time ~ size ** e`, by least squares over the logarithms; 0 is flat, 1 is linear."""
    points = [(math.log(size), math.log(time)) for size, time in times.items()]
    x_mean, y_mean = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    exponent: float = sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)
    return exponent


def machine() -> dict[str, str]:
    """Where this runs, and on which versions."""
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "Python": platform.python_version(),
        **{name: version(name) for name in ("botocore", "boto3", "pytest", "moto") if find_spec(name)},
    }


def told(facts: dict[str, str]) -> str:
    """`machine`'s answer in one line."""
    return ", ".join(f"{name} {value}" if name != "machine" else value for name, value in facts.items())


def versions_in(python: str) -> str:
    """moto and botocore of another Python."""
    code = "from importlib.metadata import version as v; print('moto', v('moto'), 'on botocore', v('botocore'))"
    return subprocess.run([python, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def families(rows: list[Row]) -> dict[str, list[Row]]:
    """The rows that differ in size only, together."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.family:
            found.setdefault(row.family, []).append(row)
    return found
