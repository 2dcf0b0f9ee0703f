"""Functions at streams, for tests."""

from __future__ import annotations

from typing import Any


def keys(event: dict[str, Any]) -> list[str]:
    """Partition keys of the records of an event."""
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]


class Function:
    """A Lambda function that remembers the keys it got, and fails for those that it is told to."""

    def __init__(self) -> None:
        self.got: list[list[str]] = []
        self.failures: dict[str, int] = {}

    def fail(self, key: str, times: int = 10**9) -> None:
        self.failures[key] = times

    def __call__(self, event: dict[str, Any], context: Any) -> None:
        self.got.append(keys(event))
        for key in self.got[-1]:
            if self.failures.get(key, 0):
                self.failures[key] -= 1
                raise ValueError(f"cannot take {key}")
