"""What was measured as Markdown: the whole of it for RESULTS.md, the most of it for the README."""

from pathlib import Path

from peers import PEERS
from result import Result, families, told
from rows import FLAT, Row

SUITE_GOAL, SUITE_MOTO_GOAL = 1.6, 15.0
MEMORY_GOAL = 90.0
START_UP_GOAL, AGAIN_GOAL = 30e-3, 1e-3
HTTP = ("dynalite", "dynoxide")
IN_README = {
    "GetItem",
    "PutItem, 100 B",
    "PutItem, 10 KB",
    "DeleteItem",
    "UpdateItem: SET, ADD, condition",
    "Scan of 1,000 with filter",
    "Query, 100 of 1,000",
    "Query, 100 of 100,000",
    "index Query, 100 of 100,000",
    "deep page, 10 of 100,000",
    "BatchGetItem, 100 of 100,000",
    "BatchWriteItem, 25 into 100,000",
    "TransactWriteItems, 10 into 100,000",
    "GetRecords, 1,000 records of 100 B in 2 attributes, NEW_IMAGE",
    "GetRecords, 1,000 records of 100 B in 5 attributes, NEW_IMAGE",
}


def markdown(result: Result, rows: list[Row]) -> str:
    """All tables, with the goals beside what was reached."""
    rows = [row for row in rows if row.name in result.calls]
    parts = [
        f"{told(result.machine)}. {_noise(result)}",
        "## One call",
        _ratios(result, rows),
        _over_http(result, rows),
        _times(result, rows, "minimum", Result.least),
        _times(result, rows, "median", Result.median),
        "## Growth",
        _growth(result, rows),
        "## A suite of tests",
        _suites(result),
        "## Memory",
        _memory(result),
        "## Start",
        _start_up(result),
        _left_out(result),
        *(f"## {title}\n\n{text}" for title, text in result.printed.items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def readme(result: Result, rows: list[Row]) -> str:
    """One table and a paragraph."""
    peers = [peer for peer in PEERS if peer != "method" and peer not in result.missing]
    lines = [["", *peers, "ours / floor", "moto / ours"]]
    for row in rows:
        if row.name in IN_README:
            times = [_duration(result.least(row, peer)) for peer in peers]
            ratios = [result.quotient(row, "ours", "floor"), result.quotient(row, "moto", "ours")]
            lines.append([row.name, *times, *map(_number, ratios)])
    exponents = [e for members in families(rows).values() if (e := result.growth(members, "ours")) is not None]
    suite, floor, moto = (result.suite(name) for name in ("ours", "floor", "moto"))
    assert suite and floor
    beside_moto = f", {moto / suite:.0f} times faster than with moto" if moto else ""
    more = min(result.start_up["ours"]) - min(result.start_up["bare"])
    prose = [
        f"{told(result.machine)}; minimums.\n\n{_table(lines)}\n",
        f"* Growth: time ~ size^*e* with *e* ≤ {max(0.0, *exponents):.2f} between 1,000 and 100,000 items.",
        f"* Memory: {result.memory_items:,} items of 200 bytes take {_megabytes(result, 'ours')}"
        + (f" (moto: {_megabytes(result, 'moto')})." if "moto" in result.memory else "."),
        f"* A suite of {result.suite_tests} tests, each with a fresh mock, one table, 20 puts and 5 queries, takes "
        f"{suite:.1f} s beside pytest's own time: {suite / floor:.2f} times the floor{beside_moto}.",
        f"* Import and first activation: {_duration(more)} over boto3 alone; an activation after the first: "
        f"{_duration(min(result.start_up['again']))}.",
    ]
    return "\n".join(prose) + "\n"


def put_between(path: Path, name: str, text: str) -> None:
    """Replace what stands between `<!-- NAME -->` and `<!-- /NAME -->` in a file."""
    head, tail = around(path, name)
    path.write_text(f"{head}{text}{tail}", encoding="utf-8")


def around(path: Path, name: str) -> tuple[str, str]:
    """What stands before and behind the place for the results, with its marks. Errors: `SystemExit` without a place."""
    head, begins, rest = path.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    _, ends, tail = rest.partition(f"<!-- /{name} -->\n")
    if not begins or not ends:
        raise SystemExit(f"{path} has no lines <!-- {name} --> and <!-- /{name} --> for the results.")
    return head + begins, ends + tail


# ---- sections


def _noise(result: Result) -> str:
    call, between = result.noise()
    return (
        f"Noise of the machine: a call of the floor took {call:.0%} longer in the median than at best, the best of "
        f"a round {between:.0%} longer in the worst round than in the best."
    )


def _ratios(result: Result, rows: list[Row]) -> str:
    lines = [["ratios of the minimums", "ours / floor", "goal", "ours / method", "moto / ours", "goal"]]
    for row in rows:
        over, moto = result.quotient(row, "ours", "floor"), result.quotient(row, "moto", "ours")
        bound = "" if moto is None else _at_least(moto, row.moto_goal)
        method = result.quotient(row, "ours", "method")
        lines.append([row.name, _number(over), _at_most(over, row.goal), _number(method), _number(moto), bound])
    return _table(lines)


def _over_http(result: Result, rows: list[Row]) -> str:
    servers = [peer for peer in HTTP if peer not in result.missing]
    if not servers:
        return ""
    lines = [["the same over HTTP", *(f"{peer} / ours" for peer in servers)]]
    for row in rows:
        lines.append([row.name, *(_number(result.quotient(row, peer, "ours")) for peer in servers)])
    slower = [
        f"{row.name} ({peer})"
        for row in rows
        for peer in servers
        if (ratio := result.quotient(row, peer, "ours")) is not None and ratio <= 1
    ]
    verdict = "Goal missed, not faster: " + ", ".join(slower) if slower else "Goal reached: faster in every operation"
    return f"{_table(lines)}\n\n{verdict}."


def _times(result: Result, rows: list[Row], name: str, figure: object) -> str:
    assert callable(figure)
    peers = [peer for peer in PEERS if peer not in result.missing]
    lines = [[f"{name} of a call", *peers]]
    lines += [[row.name, *(_duration(figure(result, row, peer)) for peer in peers)] for row in rows]
    return _table(lines)


def _growth(result: Result, rows: list[Row]) -> str:
    peers = [peer for peer in PEERS if peer not in ("floor", "method") and peer not in result.missing]
    lines = [["growth with size", *peers, "goal"]]
    for family, members in families(rows).items():
        exponents = {peer: result.growth(members, peer) for peer in peers}
        cells = ["" if exponent is None else f"{exponent:.2f}" for exponent in exponents.values()]
        ours = exponents["ours"]
        lines.append([family, *cells, _at_most(ours and round(ours, 2), FLAT)])
    return _table(lines) + "\n\nThe exponent *e* of time ~ size^*e* from 1,000 items on: 0 is flat, 1 is linear."


def _suites(result: Result) -> str:
    names = {
        "empty": "pytest alone (empty tests)",
        "floor": "floor: a client for each test, ready answers",
        "ours": "ours, a new mock and table for each test",
        "ours_shared": "ours, table named once, tests rolled back",
        "moto": "moto, as documented",
    }
    if not result.suites:
        return ""
    work = f"{result.suite_tests} tests: one table, 20 puts, 5 queries each"
    lines = [[work, "whole run", "without pytest", "this / floor", "goal", "moto / this", "goal"]]
    floor, moto = result.suite("floor"), result.suite("moto")
    for name in (name for name in names if name in result.suites):
        net = result.suite(name)
        cells = [names[name], f"{min(result.suites[name]):.2f} s"]
        if net:
            cells.append(f"{net:.2f} s")
        if net and floor and name.startswith("ours"):
            cells += [f"{net / floor:.2f}", _at_most(net / floor, SUITE_GOAL)]
            goal = SUITE_MOTO_GOAL if result.suite_tests == 200 else None
            cells += [f"{moto / net:.1f}", _at_least(moto / net, goal)] if moto else []
        lines.append([*cells, *[""] * (7 - len(cells))])
    return f"{_table(lines)}\n\nWall time of the process, minimum of the runs; ratios without pytest's own time."


def _memory(result: Result) -> str:
    if not result.memory:
        return ""
    lines = [[f"{result.memory_items:,} items of 200 bytes", "resident growth", "goal"]]
    for peer, sizes in result.memory.items():
        goal = MEMORY_GOAL if peer == "ours" and result.memory_items == 100_000 else None
        lines.append([peer, _megabytes(result, peer), _at_most(min(sizes), goal, " MB")])
    return _table(lines)


def _start_up(result: Result) -> str:
    if not result.start_up:
        return ""
    best = {kind: min(times) for kind, times in result.start_up.items()}
    lines = [
        ["import, client and first call, in a fresh process", "time", "over bare boto3", "goal"],
        ["boto3 with a ready answer", _duration(best["bare"]), "", ""],
    ]
    for kind, name in (("ours", "the same call, with ours"), ("ours-stores", "ours: a table, a write and a read")):
        more = best[kind] - best["bare"]
        goal = _at_most(more * 1e3, START_UP_GOAL * 1e3, " ms") if kind == "ours" else ""
        lines.append([name, _duration(best[kind]), _duration(more), goal])
    goal = _at_most(best["again"] * 1e3, AGAIN_GOAL * 1e3, " ms")
    lines.append(["ours: an activation after the first", _duration(best["again"]), "", goal])
    return f"{_table(lines)}\n\nMinimum of {len(result.start_up['ours'])} processes of each kind, in turn."


def _left_out(result: Result) -> str:
    lines = [f"* {peer}: {reason}." for peer, reason in result.missing.items()]
    for peer, refused in result.refused.items():
        for reason in dict.fromkeys(refused.values()):
            names = "; ".join(row for row, why in refused.items() if why == reason)
            lines.append(f"* {peer} ({names}): {reason.strip()}")
    return "## Not measured\n\n" + "\n".join(lines) if lines else ""


# ---- cells


def _at_most(value: float | None, goal: float | None, unit: str = "") -> str:
    if goal is None or value is None:
        return ""
    return f"≤ {goal:g}{unit}{'' if value <= goal else ', missed'}"


def _at_least(value: float, goal: float | None) -> str:
    return "" if goal is None else f"≥ {goal:g}{'' if value >= goal else ', missed'}"


def _megabytes(result: Result, peer: str) -> str:
    return f"{min(result.memory[peer]):.0f} MB"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, factor in (("µs", 1e6), ("ms", 1e3)):
        if abs(seconds) * factor < 999.5:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def _number(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def _table(lines: list[list[str]]) -> str:
    head, *body = lines
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *body))
