"""The backends that are active in this process: the last one opened answers."""

from __future__ import annotations

import threading

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.transports.backend import Backend
from pytest_ddbmock.transports.clients import botocore_watch

_open: list[Backend] = []
_lock = threading.Lock()


def open(backend: Backend) -> None:
    """Let `backend` answer every DynamoDB call of the process, all threads included, until it is closed."""
    with _lock:
        botocore_watch.ensure_installed()
        _open.append(backend)


def close(backend: Backend) -> None:
    """Let the backend before it answer again, or the network. Errors: `UsageError` unless it is the last one opened."""
    with _lock:
        if not any(one is backend for one in _open):
            raise UsageError("This mock is not active: it was stopped already, or never started")
        if _open[-1] is not backend:
            raise UsageError("Mocks end in reverse order: stop the mock that was started last first")
        _open.pop()


def current() -> Backend | None:
    """Who answers now; None where DynamoDB is not mocked."""
    try:
        return _open[-1]
    except IndexError:
        return None
