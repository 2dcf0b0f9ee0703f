"""The command `python -m pytest_ddbmock serve`; its options are those of `Options`, and where to listen."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Sequence

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit.ddbmock import DDBMock
from pytest_ddbmock.testkit.options import FIELDS, make, read_text
from pytest_ddbmock.transports.http.door import CONTROL
from pytest_ddbmock.transports.http.server import HttpServer
from pytest_ddbmock.version import __version__

DEFAULT_PORT = 8000
"""DynamoDB Local's."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit status."""
    parser = _parser()
    said = parser.parse_args(arguments)
    try:
        given = {
            name: read_text(name, text, _flag(name)) for name in FIELDS if (text := getattr(said, name)) is not None
        }
        # A server that runs for weeks must not remember every change.
        options = make({"keep_history": False, **given}, "the command line")
        mock = DDBMock(options).start()
    except UsageError as mistake:
        parser.error(str(mistake))
    try:
        with mock.serve(said.host, said.port, control=said.control) as server:
            _until_told_to_stop(ready_line(server))
    except UsageError as mistake:
        parser.error(str(mistake))
    finally:
        mock.end()
    return 0


def ready_line(server: HttpServer) -> str:
    """What is printed once the server answers."""
    reach = "this machine only" if server.is_local else f"all who reach {server.host} of this machine, unprotected"
    return f"DynamoDB is ready at {server.url} ({reach})"


def _until_told_to_stop(ready: str) -> None:
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        print(ready, flush=True)
        stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m pytest_ddbmock", description="An in-memory Amazon DynamoDB.")
    top.add_argument("--version", action="version", version=f"pytest-ddbmock {__version__}")
    commands = top.add_subparsers(required=True, metavar="serve")
    parser = commands.add_parser(
        "serve",
        help="serve DynamoDB over HTTP, for clients in any language",
        description="Serve an in-memory DynamoDB over HTTP until SIGINT or SIGTERM. Any credentials do; nothing is "
        "kept afterwards.",
    )
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, metavar="NUMBER", help="0 takes a free one (default: %(default)s)"
    )
    parser.add_argument("--control", action="store_true", help=f"serve test control under {CONTROL}")
    for name, field in FIELDS.items():
        parser.add_argument(
            _flag(name), metavar=field.metadata["metavar"], help=field.metadata["help"].replace("%", "%%")
        )
    return top
