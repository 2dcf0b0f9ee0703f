"""`python -m pytest_ddbmock serve`: what it prints, what it serves, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pytest_ddbmock
from tests.support.wires import Wire

COMMAND = [sys.executable, "-W", "error", "-m", "pytest_ddbmock"]


class Served:
    """The command while it runs."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        root = str(Path(pytest_ddbmock.__file__).parent.parent)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = {**kept, "PYTHONPATH": root, "AWS_CONFIG_FILE": os.devnull, "COLUMNS": "200"}
        self.process = subprocess.Popen(
            [*COMMAND, "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=folder,
        )
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline().rstrip("\n")
        self.wires: list[Wire] = []

    def wire(self) -> Wire:
        """A connection; the URL is the fifth word of the line that tells it."""
        wire = Wire(self.ready.split()[4])
        self.wires.append(wire)
        return wire

    def end(self, signal_number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit status and what was printed besides the first line."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        output, complaints = self.process.communicate(timeout=30)
        return self.process.returncode, output, complaints


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts the command with arguments."""
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        started.append(Served("--port", "0", *arguments, folder=tmp_path))
        return started[-1]

    yield start
    for served in started:
        served.end()
        for wire in served.wires:
            wire.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_cleanly(serve: Callable[..., Served], number: int) -> None:
    served = serve()
    wire = served.wire()
    assert served.ready == f"DynamoDB is ready at http://127.0.0.1:{wire.port} (this machine only)"
    assert wire.ask("GET").status == 200
    assert wire.call("ListTables").json == {"TableNames": []}
    assert served.end(number) == (0, "", "")


def test_it_says_when_others_can_reach_it(serve: Callable[..., Served]) -> None:
    served = serve("--host", "0.0.0.0")
    assert served.ready.endswith("(all who reach 0.0.0.0 of this machine, unprotected)")
    assert served.wire().call("ListTables").status == 200


def test_options_are_those_of_the_mock(serve: Callable[..., Served], tmp_path: Path) -> None:
    (tmp_path / "users.jsonl").write_text('{"id": "ada"}\n{"id": "bob"}\n')
    served = serve(
        *("--tables", '{"users": {"key": "id", "stream": true}, "orders": ["customer", "placed:N"]}'),
        *("--seed", "users: users.jsonl", "--region", "eu-west-1", "--account", "111122223333", "--pace", "60"),
    )
    wire = served.wire()
    eu = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/dynamodb/aws4_request"}
    assert wire.call("ListTables", **eu).json == {"TableNames": ["orders", "users"]}
    assert wire.call("Scan", {"TableName": "users", "Select": "COUNT"}, **eu).json["Count"] == 2
    table = wire.call("DescribeTable", {"TableName": "users"}, **eu).json["Table"]
    assert table["TableArn"] == "arn:aws:dynamodb:eu-west-1:111122223333:table/users"
    assert wire.call("ListTables").json == {"TableNames": []}, "another Region"


def test_a_folder_that_was_dumped_is_served(serve: Callable[..., Served], tmp_path: Path, ddbmock: Any) -> None:
    ddbmock.create_table("users", "id").load([{"id": "ada"}])
    ddbmock.dump(tmp_path / "dumped")
    wire = serve("--seed", "dumped").wire()
    assert wire.call("Scan", {"TableName": "users"}).json["Items"] == [{"id": {"S": "ada"}}]


def test_control_is_there_when_asked_for(serve: Callable[..., Served]) -> None:
    served = serve("--control", "--tables", "users: id")
    wire = served.wire()
    assert wire.call("PutItem", {"TableName": "users", "Item": {"id": {"S": "1"}}}).status == 200
    assert "now" in wire.ask("POST", "/_ddbmock/tick", json.dumps({"hours": 2}).encode()).json
    assert "now" in wire.ask("POST", "/_ddbmock/reset").json
    assert wire.call("Scan", {"TableName": "users"}).json["Count"] == 0
    assert served.end() == (0, "", "")


@pytest.mark.parametrize(
    "arguments, told",
    [
        ([], "the following arguments are required: serve"),
        (["serve", "--tables", "template.yaml"], "not available yet"),
        (["serve", "--tables", '{"users": '], "--tables: invalid JSON"),
        (["serve", "--pace", "slow"], "--pace: invalid value 'slow': use a number of seconds"),
        (["serve", "--account", "12"], "invalid account"),
        (["serve", "--seed", "nowhere"], "file not found: nowhere in"),
        (["serve", "--port", "99999"], "cannot listen on 127.0.0.1, port 99999"),
        (["serve", "--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, arguments: list[str], told: str) -> None:
    root = str(Path(pytest_ddbmock.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": root, "COLUMNS": "200"}
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert run.returncode == 2
    assert told in run.stderr
    assert "Traceback" not in run.stderr
