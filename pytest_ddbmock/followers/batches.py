"""A batch on its way through a function: what the function's answer says of it, and what remains to be tried.

Source: "Configuring partial batch response with DynamoDB and Lambda".
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.storage.change import Change


@dataclass(frozen=True)
class Batch:
    """Records of one shard in order. `attempts` are those that count against the retries, `invocations` all.

    `retry_at` is the moment in microseconds of the next attempt; None while there was none, and while the batch waits
    for the next time that somebody asks for deliveries (`EventSource.tries_for_ever`).
    """

    changes: tuple[Change, ...]
    attempts: int = 0
    invocations: int = 0
    retry_at: int | None = None
    is_repeated: bool = False
    error: BaseException | None = None
    """What went wrong in the last attempt."""

    def parts(self, failed_from: int, *, bisects: bool) -> tuple[Batch, ...] | None:
        """The batches that are tried in place of this one, where that takes no retry; None where it does.

        `failed_from` is the index of the first record that has failed.
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
    """What a function has answered makes the whole batch a failure."""


def answer_as_json(answer: object) -> Any:
    """What becomes of a function's answer on its way out of the runtime.

    Errors: `BadHandlerResponse` for what is no JSON.
    """
    try:
        return json.loads(json.dumps(answer, default=_number))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadHandlerResponse(f"the answer is no JSON: {error}") from None


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} ({type(value).__name__})")


def first_failed(answer: Any, changes: Sequence[Change]) -> int | None:
    """The index of the first record that an answer reports as failed; None where all were handled.

    Errors: `BadHandlerResponse` for a report that AWS takes as complete failure.
    """
    if answer is None or answer == "":
        return None
    if not isinstance(answer, dict):
        raise BadHandlerResponse(f"the answer reports no batch item failures: {answer!r}")
    reported = answer.get("batchItemFailures")
    if reported is None:
        return None
    if not isinstance(reported, list):
        raise BadHandlerResponse(f"batchItemFailures is no list: {reported!r}")
    places = {streams.sequence_number(change.seq): index for index, change in enumerate(changes)}
    found = []
    for failure in reported:
        name = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if not isinstance(name, str) or name not in places:
            raise BadHandlerResponse(
                f"batchItemFailures holds {failure!r}; write the SequenceNumber of a record of the batch"
            )
        found.append(places[name])
    return min(found, default=None)
