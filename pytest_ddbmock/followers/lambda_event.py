"""The event that a Lambda function gets, and the record that a destination gets of a discarded batch, to the field.

Source: "Using AWS Lambda with Amazon DynamoDB", "Retain discarded records for a DynamoDB event source".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from pytest_ddbmock.clock import iso_milliseconds, iso_seconds, to_datetime
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.table import Table

RETRIES_EXHAUSTED, TOO_OLD = "RetryAttemptsExhausted", "RecordAgeExceeded"
"""The conditions on which a batch is discarded."""


def encode(value: Any) -> str:
    """Return JSON text, with blobs as base64."""
    return json.dumps(value, default=_blob, ensure_ascii=False, separators=(",", ":"))


def _blob(value: Any) -> str:
    return base64.b64encode(value).decode()


def decode(text: str) -> Any:
    """Return what was encoded, a new object each time."""
    return json.loads(text)


def record_of(table: Table, stream: Stream, change: Change, region: str) -> dict[str, Any]:
    """Return a change as it stands in `Records`."""
    shown = streams.record(table, stream, change, region)
    shown["dynamodb"]["ApproximateCreationDateTime"] = float(shown["dynamodb"]["ApproximateCreationDateTime"])
    shown["eventSourceARN"] = streams.stream_arn(table, stream)
    if "userIdentity" in shown:
        # In lower case, unlike in GetRecords.
        shown["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    found: dict[str, Any] = decode(encode(shown))
    return found


def window_members(
    start: int, length: int, state: Any, shard_id: str, stream_arn: str, *, is_final: bool, is_early: bool
) -> dict[str, Any]:
    """Return the members that an event has besides `Records` in a tumbling window; moments in microseconds."""
    return {
        "window": {"start": iso_seconds(start), "end": iso_seconds(start + length)},
        "state": state,
        "shardId": shard_id,
        "eventSourceARN": stream_arn,
        "isFinalInvokeForWindow": is_final,
        "isWindowTerminatedEarly": is_early,
    }


def destination_record(
    *,
    condition: str,
    function_arn: str,
    request_id: str,
    invocations: int,
    function_failed: bool,
    now: int,
    shard_id: str,
    stream_arn: str,
    changes: Sequence[Change],
) -> dict[str, Any]:
    """Return the message about a discarded batch: it has the sequence numbers of the records, not the records."""
    body: dict[str, Any] = {
        "requestContext": {
            "requestId": request_id,
            "functionArn": function_arn,
            "condition": condition,
            "approximateInvokeCount": invocations,
        }
    }
    if condition == RETRIES_EXHAUSTED:  # Unsure: that a batch that is too old has no such member at all.
        # Present but null if only the response reported failures.
        failed = "Unhandled" if function_failed else None
        body["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": failed}
    batch: dict[str, Any] = {"shardId": shard_id}
    if changes:
        batch["startSequenceNumber"] = streams.sequence_number(changes[0].seq)
        batch["endSequenceNumber"] = streams.sequence_number(changes[-1].seq)
        batch["approximateArrivalOfFirstRecord"] = iso_seconds(changes[0].at)
        batch["approximateArrivalOfLastRecord"] = iso_seconds(changes[-1].at)
    batch["batchSize"] = len(changes)
    batch["streamArn"] = stream_arn
    body |= {"version": "1.0", "timestamp": f"{iso_milliseconds(now)}Z", "DDBStreamBatchInfo": batch}
    return body


def destination_key(mapping_id: str, shard_id: str, now: int, unique: str) -> str:
    """Return the key of the object that a bucket gets for a discarded batch."""
    return f"aws/lambda/{mapping_id}/{shard_id}/{to_datetime(now):%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{unique}"
