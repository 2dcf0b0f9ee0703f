"""`Jobs`: exports and imports as AWS remembers them, for 90 days; ids, failures."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from pytest_ddbmock.archive.bucket import BucketError
from pytest_ddbmock.clock import DAY, HOUR
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.caller import Home

if TYPE_CHECKING:
    from typing_extensions import Self

IN_PROGRESS, COMPLETED, FAILED = "IN_PROGRESS", "COMPLETED", "FAILED"
CANCELLING, CANCELLED = "CANCELLING", "CANCELLED"
"""Of imports alone, and nobody can ask for it: `archive.imports` says what leads there."""
UNDER_WAY = (IN_PROGRESS, CANCELLING)

REMEMBERED = 90 * DAY
"""Microseconds for which an export or import can be described."""
TOKEN_LIFE = 8 * HOUR
"""Microseconds for which a client token is remembered."""


class Job(Protocol):
    """An export or import; moments in microseconds."""

    @property
    def arn(self) -> str:
        """Its ARN."""
        ...

    @property
    def home(self) -> Home:
        """Account and Region."""
        ...

    @property
    def table_arn(self) -> str:
        """The table's ARN."""
        ...

    @property
    def token(self) -> str:
        """The client token."""
        ...

    @property
    def started_at(self) -> int:
        """When it was asked for."""
        ...

    @property
    def status(self) -> str:
        """Its status."""
        ...

    def backdated(self, now: int) -> Self:
        """The same with nothing dated later than `now`."""
        ...


J = TypeVar("J", bound=Job)


class Jobs(Generic[J]):
    """Exports, or imports, of all accounts by ARN, oldest first."""

    def __init__(self) -> None:
        self._by_arn: dict[str, J] = {}

    def find(self, arn: str, now: int) -> J | None:
        """The job with that ARN, None where there is none or none any more."""
        job = self._by_arn.get(arn)
        return None if job is None or now - job.started_at >= REMEMBERED else job

    def of(self, home: Home, table_arn: str | None, now: int) -> list[J]:
        """The jobs of an account in a Region, perhaps of one table alone, newest first. Unsure: the order."""
        jobs = [job for job in self._by_arn.values() if job.home == home and now - job.started_at < REMEMBERED]
        return [job for job in reversed(jobs) if table_arn in (None, job.table_arn)]

    def under_way(self, home: Home) -> int:
        """How many have not ended."""
        return sum(job.home == home and job.status in UNDER_WAY for job in self._by_arn.values())

    def with_token(self, home: Home, token: str, now: int) -> J | None:
        """The last job that was begun with a client token, as long as that is remembered."""
        for job in reversed(self._by_arn.values()):
            if job.home == home and job.token == token and now - job.started_at < TOKEN_LIFE:
                return job
        return None

    def put(self, job: J) -> None:
        """Enter a new job."""
        self._by_arn[job.arn] = job

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        self._by_arn = {arn: job.backdated(now) for arn, job in self._by_arn.items()}

    def end(self, job: J) -> None:
        """Enter how a job has ended, unless a rollback has struck it out."""
        begun = self._by_arn.get(job.arn)
        if begun is not None:
            # The clock may have been put back since it began.
            self._by_arn[job.arn] = dataclasses.replace(job, started_at=begun.started_at)  # type: ignore[type-var]

    def mark(self) -> Mapping[str, J]:
        """Protocol `Restorable`."""
        return dict(self._by_arn)

    def rollback(self, mark: Mapping[str, J]) -> None:
        """Protocol `Restorable`."""
        self._by_arn = dict(mark)


def job_id(engine: Accounts, now: int) -> str:
    """The id of a job that begins at `now` in microseconds: `01658528578619-c4d4e311`."""
    return f"{now // 1000:014d}-{engine.hex_id(8)}"


def failure_code(error: BucketError) -> str:
    """The FailureCode for what S3 answers: `S3NoSuchBucket`, `S3AccessDenied`..."""
    return f"S3{error.code}"


def shown_failure(engine: Accounts, error: BucketError) -> str:
    """The FailureMessage for what S3 answers."""
    return (
        f"{error.message} (Service: Amazon S3; Status Code: {error.status}; Error Code: {error.code}; "
        f"Request ID: {engine.hex_id(16).upper()}; S3 Extended Request ID: {engine.hex_id(64)}; Proxy: null)"
    )
