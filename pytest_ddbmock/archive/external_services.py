"""`ExternalServices`: where exports go, where imports come from and write their log; nothing here is undone."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from pytest_ddbmock.archive.bucket import Buckets, MemoryBuckets


class LogError(Exception):
    """What CloudWatch Logs answers: `code` such as `AccessDeniedException`, `message`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class LogEvent(NamedTuple):
    """A line of a log; `timestamp` in milliseconds since the epoch."""

    timestamp: int
    message: str


class Logs(Protocol):
    """Where log lines go. Whatever fails is a `LogError`."""

    def write(self, group: str, stream: str, events: list[LogEvent], region: str) -> None:
        """Add lines to a log stream, which is made if need be, as its group is."""
        ...


class MemoryLogs:
    """Log lines in memory, by group and stream."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, list[LogEvent]]] = {}

    def write(self, group: str, stream: str, events: list[LogEvent], region: str) -> None:
        """Protocol `Logs`."""
        self.groups.setdefault(group, {}).setdefault(stream, []).extend(events)

    def copy(self) -> MemoryLogs:
        """Other logs with the same lines."""
        other = MemoryLogs()
        other.groups = {
            group: {stream: list(events) for stream, events in streams.items()}
            for group, streams in self.groups.items()
        }
        return other


class ExternalServices:
    """What an engine reaches outside of itself; `Engine.holder` has it."""

    def __init__(self) -> None:
        self.buckets: Buckets = MemoryBuckets()
        self.logs: Logs = MemoryLogs()

    def mark(self) -> None:
        """Protocol `Restorable`: there is nothing to mark."""

    def rollback(self, mark: None) -> None:
        """Protocol `Restorable`: objects that were written stay."""
