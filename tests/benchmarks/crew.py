"""The processes that do the work: one worker for each peer, asked in turn, and whole pytest runs for the suites."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OUR_PLUGIN = ["-p", "pytest_ddbmock.plugin"]
SUITES = {"empty": [], "ours": OUR_PLUGIN, "ours_shared": OUR_PLUGIN, "moto": []}  # name -> options for pytest
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
}


class Worker:
    """A process that times calls of one peer when it is told to."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), peer],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            text=True,
        )

    def measure(self, row: int, *, calls: int, seconds: float) -> list[int]:
        """Nanoseconds of each call of a row."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps({"row": row, "calls": calls, "seconds": seconds}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"The worker of {self.peer} has stopped; what it said stands above.")
        return list(json.loads(line))

    def dismiss(self) -> None:
        """Let it end."""
        self._process.communicate()


@contextmanager
def workers(peers: list[str]) -> Iterator[list[Worker]]:
    """A worker for each peer, for a while."""
    crew = [Worker(peer) for peer in peers]
    try:
        yield crew
    finally:
        for worker in crew:
            worker.dismiss()


def memory(peer: str, items: int) -> float:
    """Megabytes that so many items take, in a fresh process."""
    command = [sys.executable, str(HERE / "worker.py"), peer, "--memory", str(items)]
    answer = subprocess.run(command, env=ENVIRONMENT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(json.loads(answer)["megabytes"])


def suite(name: str, tests: int) -> float:
    """Seconds that pytest takes for one of the suites with so many tests, from its start to its end."""
    options = ["-q", "-p", "no:cacheprovider", "-c", str(HERE / "suites" / "pytest.ini"), *SUITES[name]]
    command = [sys.executable, "-m", "pytest", *options, str(HERE / "suites" / f"suite_{name}.py")]
    environment = {**ENVIRONMENT, "BENCHMARK_TESTS": str(tests)}
    began = perf_counter()
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = perf_counter() - began
    if run.returncode or f"{tests} passed" not in run.stdout:
        raise SystemExit(f"The suite {name} failed:\n{run.stdout}")
    return seconds
