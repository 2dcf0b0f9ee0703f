"""What a Lambda function gets of a stream, to the field, and what a destination gets of a batch that was given up.

Source: "Using AWS Lambda with Amazon DynamoDB", "Retain discarded records for a DynamoDB event source".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from pytest_ddbmock.clock import SECOND, iso_milliseconds, to_datetime
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.table import Table

RETRIES_EXHAUSTED, TOO_OLD = "RetryAttemptsExhausted", "RecordAgeExceeded"
"""Why a batch was given up."""


def encode(value: Any) -> str:
    """JSON; blobs as base64."""
    return json.dumps(value, default=_blob, ensure_ascii=False, separators=(",", ":"))


def _blob(value: Any) -> str:
    return base64.b64encode(value).decode()


def decode(text: str) -> Any:
    """What was encoded, new each time."""
    return json.loads(text)


def record_of(table: Table, stream: Stream, change: Change, region: str) -> dict[str, Any]:
    """A change as it stands in `Records`."""
    shown = streams.record(table, stream, change, region)
    shown["dynamodb"]["ApproximateCreationDateTime"] = float(shown["dynamodb"]["ApproximateCreationDateTime"])
    shown["eventSourceARN"] = streams.stream_arn(table, stream)
    if "userIdentity" in shown:
        # Spelt small here, unlike in the answer of GetRecords.
        shown["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    found: dict[str, Any] = decode(encode(shown))
    return found


def window_members(
    start: int, length: int, state: Any, shard_id: str, stream_arn: str, *, is_final: bool, is_early: bool
) -> dict[str, Any]:
    """What an event has besides `Records` where the mapping has a tumbling window; moments in microseconds."""
    return {
        "window": {"start": _iso_seconds(start), "end": _iso_seconds(start + length)},
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
    """The message about a batch that was given up: of its records it has the sequence numbers only."""
    body: dict[str, Any] = {
        "requestContext": {
            "requestId": request_id,
            "functionArn": function_arn,
            "condition": condition,
            "approximateInvokeCount": invocations,
        }
    }
    if condition == RETRIES_EXHAUSTED:
        # There, and null, if only the response reported failures.
        failed = "Unhandled" if function_failed else None
        body["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": failed}
    batch: dict[str, Any] = {"shardId": shard_id}
    if changes:
        batch["startSequenceNumber"] = streams.sequence_number(changes[0].seq)
        batch["endSequenceNumber"] = streams.sequence_number(changes[-1].seq)
        batch["approximateArrivalOfFirstRecord"] = _iso_seconds(changes[0].at)
        batch["approximateArrivalOfLastRecord"] = _iso_seconds(changes[-1].at)
    batch["batchSize"] = len(changes)
    batch["streamArn"] = stream_arn
    body |= {"version": "1.0", "timestamp": f"{iso_milliseconds(now)}Z", "DDBStreamBatchInfo": batch}
    return body


def _iso_seconds(moment: int) -> str:
    return to_datetime(moment // SECOND * SECOND).strftime("%Y-%m-%dT%H:%M:%SZ")


class LambdaContext:
    """The second argument of a Lambda function. Source: "Using the Lambda context object to retrieve ..."."""

    function_version = "$LATEST"
    memory_limit_in_mb = "128"
    identity = None
    client_context = None

    def __init__(self, function_name: str, function_arn: str, request_id: str, now: int) -> None:
        self.function_name = function_name
        self.invoked_function_arn = function_arn
        self.aws_request_id = request_id
        self.log_group_name = f"/aws/lambda/{function_name}"
        day = to_datetime(now).strftime("%Y/%m/%d")
        self.log_stream_name = f"{day}/[$LATEST]{request_id.replace('-', '')}"

    def get_remaining_time_in_millis(self) -> int:
        """A minute: nothing here runs out of time."""
        return 60_000

    def log(self, message: object) -> None:
        """Print a message."""
        print(message)
