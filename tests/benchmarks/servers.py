"""The servers beside which the mock is measured over HTTP, each a process for a while, known by its port."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

from crew import ENVIRONMENT

PROGRAMS = {"dynalite": "DDBMOCK_DYNALITE", "dynoxide": "DDBMOCK_DYNOXIDE"}
"""Servers of others: their program on the path, and the environment variable that may name it instead."""


def program(name: str) -> str | None:
    """Where such a program is, if anywhere."""
    return os.environ.get(PROGRAMS[name]) or shutil.which(name)


def missing(name: str) -> str | None:
    """Why such a server cannot be measured here, if it cannot."""
    found = program(name)
    if found is None:
        return f"no {name} on the path nor at {PROGRAMS[name]}"
    return None if shutil.which(found) else f"{PROGRAMS[name]} names {found}, which cannot be run"


@contextmanager
def ours() -> Iterator[int]:
    """Our own endpoint."""
    command = [sys.executable, "-m", "pytest_ddbmock", "serve", "--port", "0", "--region", "us-east-1"]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline().split()[4].rpartition(":")[2])
        process.terminate()


@contextmanager
def dynalite() -> Iterator[int]:
    """https://github.com/architect/dynalite, in memory."""
    with _started("dynalite", "--createTableMs", "0") as port:
        yield port


@contextmanager
def dynoxide() -> Iterator[int]:
    """https://github.com/nubo-db/dynoxide, in memory."""
    with _started("dynoxide") as port:
        yield port


@contextmanager
def _started(name: str, *options: str) -> Iterator[int]:
    found = program(name)
    assert found is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [found, "--host", "127.0.0.1", "--port", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while not _is_open(port):
                if process.poll() is not None:
                    raise SystemExit(f"{name} has stopped with {process.returncode}.")
                sleep(0.05)
            yield port
        finally:
            process.terminate()


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
