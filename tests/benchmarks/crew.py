"""The processes that do the work: one worker for each peer, asked in turn, and fresh ones for all that is done once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OUR_PLUGIN = ["-p", "pytest_ddbmock.plugin"]
SUITES = {"empty": [], "floor": [], "ours": OUR_PLUGIN, "ours_shared": OUR_PLUGIN, "moto": []}  # name -> options
_LEFT_OUT = {"PYTHONDONTWRITEBYTECODE"}
"""With it every process would compile what others have at hand."""
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name not in _LEFT_OUT},
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
}


class Refused(Exception):
    """A peer cannot do what was asked; says why."""


@dataclass(frozen=True)
class Post:
    """A worker to be: its peer, its Python, and the services for which it is asked."""

    peer: str
    python: str = sys.executable
    services: tuple[str, ...] = ("dynamodb", "dynamodbstreams")


class Worker:
    """A process that times calls of one peer when it is told to."""

    def __init__(self, post: Post) -> None:
        self.peer, self.services = post.peer, post.services
        self._process = subprocess.Popen(
            [post.python, str(HERE / "worker.py"), post.peer],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            text=True,
        )

    def measure(self, row: int, *, calls: int, seconds: float) -> list[int]:
        """Nanoseconds of each call of a row. Errors: `Refused`."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps({"row": row, "calls": calls, "seconds": seconds}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"The worker of {self.peer} has stopped; what it said stands above.")
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"])
        return list(answer["times"])

    def dismiss(self) -> None:
        """Let it end."""
        self._process.communicate()


@contextmanager
def workers(posts: list[Post]) -> Iterator[list[Worker]]:
    """A worker for each post, for a while."""
    with ExitStack() as exits:
        crew = []
        for post in posts:
            crew.append(Worker(post))
            exits.callback(crew[-1].dismiss)
        yield crew


def memory(peer: str, *options: str, items: int) -> float:
    """Megabytes that so many items take, in a fresh process."""
    return float(json.loads(_output("worker.py", peer, "--memory", str(items), *options))["megabytes"])


def start_up(kind: str) -> float:
    """Seconds of one of the starts that `startup.py` knows, in a fresh process."""
    return float(_output("startup.py", kind))


def printed(script: str, *options: str) -> str:
    """What another benchmark prints: Markdown."""
    return _output(script, *options).strip()


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


def _output(script: str, *options: str) -> str:
    command = [sys.executable, str(HERE / script), *options]
    return subprocess.run(command, env=ENVIRONMENT, check=True, stdout=subprocess.PIPE, text=True).stdout
