"""The active backends of this process: the one that was opened last answers."""

from __future__ import annotations

import threading

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.transports.backend import Backend
from pytest_ddbmock.transports.clients import botocore_watch

_open: list[Backend] = []
_lock = threading.Lock()


def open(backend: Backend) -> None:
    """Let `backend` answer every DynamoDB call of the process, in all threads, until it is closed."""
    with _lock:
        botocore_watch.ensure_installed()
        _open.append(backend)


def close(backend: Backend) -> None:
    """Let the previous backend answer again, or the network. Errors: `UsageError` unless it was opened last."""
    with _lock:
        if not any(one is backend for one in _open):
            raise UsageError("this mock is not active: it was stopped, or never started")
        if _open[-1] is not backend:
            raise UsageError("mocks end in reverse order: stop the mock that was started last first")
        _open.pop()


def current() -> Backend | None:
    """Return the backend that answers now; None if DynamoDB is not mocked."""
    try:
        return _open[-1]
    except IndexError:
        return None
