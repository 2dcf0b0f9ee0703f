"""Logs of imports through a CloudWatch Logs client of the user: moto's Logs receives them, or a real one."""

from __future__ import annotations

import contextlib
from typing import Any

from pytest_ddbmock.archive.external_services import LogError, LogEvent

MAX_EVENTS = 1_000
"""Of one PutLogEvents; the API accepts 10,000, but at most 1 MB."""


class LogsSink:
    """Writes log lines with a client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def write(self, group: str, stream: str, events: list[LogEvent], region: str) -> None:
        """Protocol `Logs`."""
        from botocore.exceptions import BotoCoreError, ClientError  # heavy

        try:
            self._make(self._client.create_log_group, logGroupName=group)
            self._make(self._client.create_log_stream, logGroupName=group, logStreamName=stream)
            for start in range(0, len(events), MAX_EVENTS):
                lines = [{"timestamp": at, "message": text} for at, text in events[start : start + MAX_EVENTS]]
                self._client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=lines)
        except ClientError as refusal:
            error = refusal.response.get("Error", {})
            raise LogError(str(error.get("Code", "Unknown")), str(error.get("Message", refusal))) from None
        except BotoCoreError as failure:
            raise LogError(type(failure).__name__, str(failure)) from failure

    def _make(self, method: Any, **params: Any) -> None:
        with contextlib.suppress(self._client.exceptions.ResourceAlreadyExistsException):
            method(**params)
