"""Measures pytest-ddbmock beside botocore's own cost and beside others: `python tests/benchmarks/run.py [--short]`.

Peers live in processes of their own and are asked in turn, round after round, so that ratios hold on a busy machine.
The full run writes RESULTS.md, its pictures, the table of the README and the recorded ratios; the short one prints.
With `--check` ratios that are twice the recorded ones, measured once more, are an error.

Optional: moto; dynalite and dynoxide (`npm install dynalite @dynoxide/linux-x64`), found on the path or at
DDBMOCK_DYNALITE and DDBMOCK_DYNOXIDE; a Python that has moto with a botocore in which moto can read streams (1.43), at
DDBMOCK_MOTO_PYTHON; matplotlib for the pictures. What is not there is left out, and the result says so.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import crew
import pictures
import recorded
from efforts import AGAIN, FULL, PATIENCE, SHORT, Effort
from peers import PEERS, missing
from report import around, markdown, put_between, readme
from result import DISTINCT, MEMORY, START_UP, SUITE, Result, machine, versions_in
from rows import Row, rows

MARK = "measured"
WRITTEN = {crew.HERE / "RESULTS.md": markdown, crew.ROOT / "README.md": readme}
"""What a full run writes between the marks of which file."""
MEMORY_OF = {"ours": ("ours",), DISTINCT: ("ours", "--distinct"), "moto": ("moto",)}
"""Whose memory is measured: the worker's peer and options."""


def main() -> None:
    """Measure what the command line asks for."""
    options = _options()
    effort = SHORT if options.short else FULL
    result = Result(machine())
    _look_around(result, options)
    _measure_calls(result, effort, rows(), _posts(result, options))
    _measure_memory(result, effort, [peer for peer in MEMORY_OF if peer not in result.missing])
    _measure_start_up(result, effort)
    _measure_suites(result, effort, [name for name in crew.SUITES if name not in result.missing])
    for script, title in (("history.py", "What reads the history"), ("endpoint.py", "The local endpoint")):
        _say(script)
        result.printed[title] = crew.printed(script, *(["--short"] if options.short else []))
    _say("")
    if options.json:
        options.json.write_text(json.dumps(result.to_json(), indent=1))
    print(markdown(result, rows()))
    far = _check(result) if options.check else False
    if not options.short:
        _write(result)
    sys.exit(1 if far else 0)


def _look_around(result: Result, options: argparse.Namespace) -> None:
    """Say at once what will be left out."""
    result.missing.update({peer: reason for peer in PEERS if (reason := missing(peer))})
    if options.moto_python and "moto" not in result.missing:
        result.machine["moto's records:"] = versions_in(options.moto_python)
    for peer, reason in result.missing.items():
        print(f"skipped: {peer}: {reason}", file=sys.stderr)
    if not options.short:
        if reason := pictures.missing():
            print(f"skipped: the pictures: {reason}", file=sys.stderr)
        for path in WRITTEN:
            around(path, MARK)


def _posts(result: Result, options: argparse.Namespace) -> list[crew.Post]:
    """A worker for each peer; for moto's streams another one, perhaps in another Python."""
    posts = [crew.Post(peer) for peer in PEERS if peer not in {"moto", *result.missing}]
    if "moto" not in result.missing:
        posts.append(crew.Post("moto", services=("dynamodb",)))
        posts.append(crew.Post("moto", options.moto_python or sys.executable, ("dynamodbstreams",)))
    return posts


# ---- measuring


def _measure_calls(result: Result, effort: Effort, wanted: list[Row], posts: list[crew.Post]) -> None:
    numbers = {row.name: number for number, row in enumerate(rows())}
    enough: set[tuple[str, str]] = set()
    with crew.workers(posts) as workers:
        for round_ in range(effort.rounds):
            for row in wanted:
                _say(f"round {round_ + 1} of {effort.rounds}: {row.name}")
                for worker in workers:
                    refused = result.refused.setdefault(worker.peer, {})
                    if row.service not in worker.services or row.size > effort.largest[worker.peer]:
                        continue
                    if row.name in refused or (worker.peer, row.name) in enough:
                        continue
                    try:
                        times = worker.measure(numbers[row.name], calls=effort.calls, seconds=effort.seconds)
                    except crew.Refused as reason:
                        refused[row.name] = str(reason)
                    else:
                        result.add(row, worker.peer, times)
                        if min(times) > PATIENCE * 1e9:
                            enough.add((worker.peer, row.name))


def _measure_memory(result: Result, effort: Effort, peers: list[str]) -> None:
    result.memory_items = effort.memory_items
    for peer in peers:
        _say(f"memory of {peer}")
        taken = crew.memory(*MEMORY_OF[peer], items=effort.memory_items)
        result.memory.setdefault(peer, []).append(taken)


def _measure_start_up(result: Result, effort: Effort) -> None:
    kinds = ("bare", "ours", "ours-stores", "again")
    for kind in kinds:
        crew.start_up(kind)  # has everything compiled
    for number in range(effort.starts):
        _say(f"start {number + 1} of {effort.starts}")
        for kind in kinds:
            result.start_up.setdefault(kind, []).append(crew.start_up(kind))


def _measure_suites(result: Result, effort: Effort, names: list[str]) -> None:
    result.suite_tests = effort.suite_tests
    for number in range(effort.suite_runs):
        for name in names:
            if name == "moto" and number >= effort.moto_suite_runs:
                continue
            _say(f"suite {name}, run {number + 1} of {effort.suite_runs}")
            result.suites.setdefault(name, []).append(crew.suite(name, effort.suite_tests))


# ---- afterwards


def _check(result: Result) -> bool:
    """Whether something is twice as slow as recorded, also when it is measured once more, with more effort."""
    known = recorded.load(crew.HERE)
    found = recorded.compare(known, result.ratios(rows()))
    if found.worse:
        print(f"Measured once more: {', '.join(found.worse)}.\n")
        suspects = [row for row in rows() if row.name in found.worse]
        if suspects:
            _measure_calls(result, AGAIN, suspects, [crew.Post("floor"), crew.Post("ours")])
        if MEMORY in found.worse:
            _measure_memory(result, AGAIN, ["ours"])
        if START_UP in found.worse:
            _measure_start_up(result, AGAIN)
        if SUITE in found.worse:
            _measure_suites(result, AGAIN, ["empty", "floor", "ours"])
        found = recorded.compare(known, result.ratios(rows()))
    print(found.told() or f"All ratios are within a factor of {recorded.FACTOR:g} of the recorded ones.")
    return bool(found.worse)


def _write(result: Result) -> None:
    for path, text in WRITTEN.items():
        put_between(path, MARK, text(result, rows()))
    recorded.save(crew.HERE, result.machine, result.ratios(rows()))
    if not pictures.missing():
        pictures.draw(result, rows(), crew.HERE)


def _say(text: str) -> None:
    """Tell a waiting person where it stands, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="about a minute: fewer rounds, small tables for others")
    parser.add_argument("--check", action="store_true", help="fail where a ratio is twice the recorded one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every single time to this file")
    parser.add_argument(
        "--moto-python",
        default=os.environ.get("DDBMOCK_MOTO_PYTHON"),
        metavar="PYTHON",
        help="a Python with moto and a botocore in which moto can read streams",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
