"""`Batch`: records to be passed to a function, and what the function's response says about them.

Source: "Configuring partial batch response with DynamoDB and Lambda".
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pytest_ddbmock.clock import no_later
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.storage.change import Change


@dataclass(frozen=True)
class Batch:
    """Records of one shard, in order. `attempts` count against the retries; `invocations` are all.

    `retry_at` is the time of the next attempt in microseconds; None before the first one, and for a batch that is
    tried again with the next delivery (`EventSource.retries_forever`).
    """

    changes: tuple[Change, ...]
    attempts: int = 0
    invocations: int = 0
    retry_at: int | None = None
    is_redelivered: bool = False
    error: BaseException | None = None
    """Of the last attempt."""

    def backdated(self, now: int) -> Batch:
        """Return the same with nothing dated later than `now`."""
        changes = tuple(change._replace(at=min(change.at, now)) for change in self.changes)
        return dataclasses.replace(self, changes=changes, retry_at=no_later(self.retry_at, now))

    def parts(self, failed_from: int, *, bisects: bool) -> tuple[Batch, ...] | None:
        """Return the batches to try in place of this one without using up a retry; None if there are none.

        `failed_from` is the index of the first record that failed.
        """
        if not bisects:
            return None
        cut = failed_from or len(self.changes) // 2
        if not cut:
            return None
        rest = dataclasses.replace(self, changes=self.changes[cut:], invocations=self.invocations + 1)
        if failed_from:
            return (rest,)
        return dataclasses.replace(rest, changes=self.changes[:cut]), rest


class BadHandlerResponse(Exception):
    """A function's response that makes the whole batch a failure."""


class UnmarshalableResponse(BadHandlerResponse):
    """A response that the runtime cannot turn into JSON: the function itself has failed, as if it had raised."""


def response_as_json(response: object) -> Any:
    """Return what is left of a function's response after its way through JSON.

    Errors: `UnmarshalableResponse`.
    """
    try:
        return json.loads(json.dumps(response, default=_number))
    except (TypeError, ValueError, RecursionError) as error:
        raise UnmarshalableResponse(f"the response is not JSON: {error}") from None


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} ({type(value).__name__})")


def first_failed(response: Any, changes: Sequence[Change]) -> int | None:
    """Return the index of the first record that a response reports as failed; None if all were handled.

    Errors: `BadHandlerResponse` for a report that AWS takes as complete failure.
    """
    if response is None or response == "" or response == []:
        return None
    if not isinstance(response, dict):
        raise BadHandlerResponse(f"the response is not an object with batchItemFailures: {response!r}")
    reported = response.get("batchItemFailures")
    if reported is None:
        return None
    if not isinstance(reported, list):
        raise BadHandlerResponse(f"batchItemFailures is not a list: {reported!r}")
    places = {streams.sequence_number(change.seq): index for index, change in enumerate(changes)}
    found = []
    for failure in reported:
        name = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if not isinstance(name, str) or name not in places:
            raise BadHandlerResponse(
                f"invalid entry {failure!r} in batchItemFailures: "
                "itemIdentifier must be the SequenceNumber of a record of the batch"
            )
        found.append(places[name])
    return min(found, default=None)
