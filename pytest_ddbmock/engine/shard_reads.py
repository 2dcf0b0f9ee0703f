"""How often the shards of streams are read: readers that ask too often are throttled, where a test wants it.

Source: "Service, account, and table quotas in Amazon DynamoDB" (DynamoDB Streams).
"""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.clock import SECOND


class ShardReads:
    """The moments of the latest reads of each shard."""

    def __init__(self) -> None:
        self._latest: dict[str, list[int]] = {}

    def admit(self, shard_id: str, most: int, now: int) -> None:
        """Note a read of a shard at `now` in microseconds; 0 for `most` admits any number a second.

        Errors: `ThrottlingException`.
        """
        if not most:
            return
        latest = [moment for moment in self._latest.get(shard_id, ()) if now - SECOND < moment <= now]
        if len(latest) >= most:
            # Unsure: LimitExceededException has been told of too, and the text.
            raise errors.throttled("Rate exceeded")
        self._latest[shard_id] = [*latest, now]
