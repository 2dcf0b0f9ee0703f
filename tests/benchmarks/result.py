"""What was measured, as numbers for a file and as Markdown for a reader."""

import math
import os
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from statistics import median
from typing import Any

from rows import Row


@dataclass
class Result:
    """Everything one run has found; times in seconds, memory in megabytes."""

    machine: dict[str, str]
    calls: dict[str, dict[str, list[float]]] = field(default_factory=dict)  # row -> peer -> time of each call
    memory: dict[str, float] = field(default_factory=dict)  # peer -> megabytes
    memory_items: int = 0
    suite_tests: int = 0
    suites: dict[str, list[float]] = field(default_factory=dict)  # suite -> time of each run

    def add(self, row: Row, peer: str, nanoseconds: list[int]) -> None:
        """Note more calls of a row."""
        self.calls.setdefault(row.name, {}).setdefault(peer, []).extend(time / 1e9 for time in nanoseconds)

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def machine() -> dict[str, str]:
    """Where this runs, and on which versions."""
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "Python": platform.python_version(),
        **{name: version(name) for name in ("botocore", "boto3", "pytest", "moto") if find_spec(name)},
    }


def markdown(result: Result, rows: list[Row]) -> str:
    """The tables, with the goals beside what was reached."""
    parts = [
        ", ".join(f"{name} {value}" if name != "machine" else value for name, value in result.machine.items()),
        _calls(result, rows),
        _growth(result, rows),
        _suites(result) if result.suites else "",
        _memory(result) if result.memory else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def growth(times: dict[int, float]) -> float:
    """The exponent `e` of `time ~ size ** e`, by least squares over the logarithms; 0 is flat, 1 is linear."""
    points = [(math.log(size), math.log(time)) for size, time in times.items()]
    x_mean, y_mean = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)


def _calls(result: Result, rows: list[Row]) -> str:
    lines = [["one call", "floor", "ours", "moto", "ours / floor", "goal", "moto / ours"]]
    for row in rows:
        times = result.calls[row.name]
        lines.append(
            [
                row.name,
                *(_spread(times.get(peer)) for peer in ("floor", "ours", "moto")),
                _ratio(times, "ours", "floor"),
                f"≤ {row.goal:g}" if row.goal else "",
                _ratio(times, "moto", "ours"),
            ]
        )
    return _table(lines) + "\n\nTimes: minimum (median) of a call; ratios: of the minimums."


def _growth(result: Result, rows: list[Row]) -> str:
    families: dict[str, list[Row]] = {}
    for row in rows:
        if row.family:
            families.setdefault(row.family, []).append(row)
    lines = [["growth with size", "ours", "moto", "goal"]]
    for family, members in families.items():
        lines.append([family, *(_exponent(result, members, peer) for peer in ("ours", "moto")), "≤ 0.1"])
    return _table(lines) + "\n\nThe exponent *e* of time ~ size^*e* from 1,000 items on: 0 is flat, 1 is linear."


def _suites(result: Result) -> str:
    best = {name: min(times) for name, times in result.suites.items()}
    names = {
        "empty": "pytest alone (empty tests)",
        "ours": "ours, a new mock and table for each test",
        "ours_shared": "ours, table named once, tests rolled back",
        "moto": "moto, as documented",
    }
    work = f"{result.suite_tests} tests: one table, 20 puts, 5 queries each"
    lines = [[work, "whole run", "without pytest", "moto / this", "without pytest"]]
    for name in best:
        whole, net = best[name], best[name] - best["empty"]
        cells = [names[name], f"{whole:.2f} s", f"{net:.2f} s" if net else ""]
        if name.startswith("ours") and "moto" in best:
            cells += [f"{best['moto'] / whole:.1f}", f"{(best['moto'] - best['empty']) / net:.1f}"]
        lines.append([*cells, *[""] * (5 - len(cells))])
    remark = "Wall time of the process, minimum of the runs. Goal: 10 times faster than moto without pytest's own time."
    return f"{_table(lines)}\n\n{remark}"


def _memory(result: Result) -> str:
    lines = [[f"memory of {result.memory_items:,} items of 200 bytes", "MB", "goal"]]
    goals = {"ours": "≤ 150"}
    return _table(lines + [[peer, f"{size:.0f}", goals.get(peer, "")] for peer, size in result.memory.items()])


def _exponent(result: Result, rows: list[Row], peer: str) -> str:
    times = {row.size: min(result.calls[row.name][peer]) for row in rows if peer in result.calls[row.name]}
    return f"{growth(times):.2f}" if len(times) > 1 else ""


def _spread(times: list[float] | None) -> str:
    return f"{_duration(min(times))} ({_duration(median(times))})" if times else "not measured"


def _duration(seconds: float) -> str:
    for unit, factor in (("µs", 1e6), ("ms", 1e3)):
        if seconds * factor < 999.5:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def _ratio(times: dict[str, list[float]], over: str, under: str) -> str:
    if not times.get(over) or not times.get(under):
        return ""
    ratio = min(times[over]) / min(times[under])
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def _table(lines: list[list[str]]) -> str:
    head, *body = lines
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *body))
