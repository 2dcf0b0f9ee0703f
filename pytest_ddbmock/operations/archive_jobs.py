"""What exports and imports share: the ARN of a job, the pages of a list."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from pytest_ddbmock import errors
from pytest_ddbmock.archive.jobs import Job, Jobs
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.errors import DynamoDBError

MAX_LISTED = 25

J = TypeVar("J", bound=Job)


def find(call: Call, jobs: Jobs[J], given: str, kind: str, not_found: Callable[[str], DynamoDBError]) -> J:
    """Return the job with an ARN; `kind` is `export` or `import`. The account is compared first.

    Errors: `AccessDeniedException`, `ValidationException` for another kind of ARN, and `not_found`.
    """
    fields, arn = arns.split(given), arns.parse(given)
    name = kind.capitalize()
    if fields is not None and fields.account != call.home.account:
        raise errors.access_denied()
    if arn is None or arn.kind != kind:
        raise errors.validation(f"Invalid {name} ARN")
    if arn.region != call.home.region:
        raise not_found(f"Invalid {kind} arn")
    job = jobs.find(given, call.now)
    if job is None:
        raise not_found(f"{name} not found: {given}")
    call.entry.tables = (arn.table,)
    return job


def page(call: Call, jobs: Jobs[J], size: str) -> tuple[list[J], str | None]:
    """The jobs that a list operation asks for, and the token for the next page; `size` is the parameter for how many.

    Errors: `ValidationException` for a token that no list has given.
    """
    limit = call.param(size, MAX_LISTED)
    token = call.param("NextToken")
    found = jobs.of(call.home, call.param("TableArn"), call.now)
    start = 0
    if token is not None:
        start = next((index for index, job in enumerate(found, 1) if _token(job) == token), 0)
        if not start:
            raise errors.validation(f"Invalid Request: Provided nextToken is invalid: {token}")
    some = found[start : start + limit]
    return some, _token(some[-1]) if len(found) > start + limit else None


def _token(job: Job) -> str:
    return hashlib.blake2b(job.arn.encode(), digest_size=56).hexdigest()


def copied(value: Any) -> Any:
    """A copy of what a request says, without members that are null: its caller may change his own later."""
    if isinstance(value, dict):
        return {name: copied(member) for name, member in value.items() if member is not None}
    return [copied(member) for member in value] if isinstance(value, list | tuple) else value
