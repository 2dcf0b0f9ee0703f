"""Change records sent through a Kinesis client of the user: moto's Kinesis receives them, or a real one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_ddbmock.followers.kinesis import Entry

MAX_RECORDS = 500
MAX_BYTES = 5 * 1024 * 1024
"""Of one PutRecords. Source: "PutRecords" (Kinesis Data Streams API reference)."""

MAX_ATTEMPTS = 5
"""Of one record that the stream rejects."""


class NotTaken(Exception):
    """A data stream has rejected records in every attempt."""


class KinesisSink:
    """Puts records into one data stream."""

    def __init__(self, client: Any, stream_arn: str) -> None:
        self._client = client
        self._name = stream_arn.rpartition("/")[2]

    def put(self, entries: Sequence[Entry]) -> int:
        """Put the first records, as many as one request takes, in order. Return how many those were.

        Errors: whatever the client raises; `NotTaken`.
        """
        batch: list[Entry] = []
        size = 0
        for one in entries[:MAX_RECORDS]:
            size += len(one.data) + len(one.partition_key)
            if batch and size > MAX_BYTES:
                break
            batch.append(one)
        left = [{"Data": one.data, "PartitionKey": one.partition_key} for one in batch]
        for _ in range(MAX_ATTEMPTS):
            answer = self._client.put_records(StreamName=self._name, Records=left)
            if not answer.get("FailedRecordCount"):
                return len(batch)
            results = answer["Records"]
            left = [one for one, result in zip(left, results, strict=True) if result.get("ErrorCode")]
        raise NotTaken(f"{self._name} rejects {len(left)} of {len(batch)} records: {results[-1]!r}")
