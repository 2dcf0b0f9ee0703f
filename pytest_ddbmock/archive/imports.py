"""Imports: the objects below a prefix of a bucket become the items of a new table.

An import takes `Rules.pace`: in the middle the objects are read and the table is there, shortly before the end it is
ACTIVE with its items. DynamoDB knows no request to cancel one; it cancels one by itself whose objects are modified
while it is under way, whose access to them is revoked, or whose table is deleted, which is looked at when it ends.
Source: "DynamoDB data import from Amazon S3", "Import format quotas and validation"; captured answers.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.archive.bucket import Bucket, BucketError
from pytest_ddbmock.archive.external_services import ExternalServices, LogError, LogEvent
from pytest_ddbmock.archive.formats import READERS
from pytest_ddbmock.archive.formats.compression import DECOMPRESS
from pytest_ddbmock.archive.formats.contract import Source, Unreadable
from pytest_ddbmock.archive.jobs import (
    CANCELLED,
    CANCELLING,
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    Jobs,
    failure_code,
    job_id,
    shown_failure,
)
from pytest_ddbmock.clock import no_later
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.engine.index_keys import require_index_keys
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.storage.change import Actor
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.settings import DELETING
from pytest_ddbmock.storage.table import Table, Write
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import Wire
from pytest_ddbmock.values.item import Item, decode_item

LOG_GROUP = "/aws-dynamodb/imports"
MAX_LOGGED = 10_000
"""Item errors that are logged. Unsure: the number."""
MAX_OBJECTS = 50_000

ITEM_ERRORS = (
    "ItemValidationError",
    "Some of the items failed validation checks and were not imported. "
    "Please check CloudWatch error logs for more details.",
)
TABLE_EXISTS = "TableAlreadyExists"

Failure: TypeAlias = tuple[str, str]
"""FailureCode and FailureMessage."""


@dataclass(frozen=True)
class Counts:
    """How far an import has come; bytes are those of the uncompressed objects."""

    processed_bytes: int = 0
    processed: int = 0
    imported: int = 0
    errors: int = 0


@dataclass(frozen=True)
class Import:
    """An import, as DescribeImport tells it; moments in microseconds."""

    arn: str
    home: Home
    table_arn: str
    table_id: str
    token: str
    bucket: str
    bucket_owner: str | None
    prefix: str
    format: str
    source: Source
    compression: str
    shown: Mapping[str, Any]
    """What the description takes over from the request."""
    started_at: int
    status: str = IN_PROGRESS
    ended_at: int | None = None
    counts: Counts = Counts()
    failure_code: str | None = None
    failure_message: str | None = None

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]

    def backdated(self, now: int) -> Import:
        """Protocol `Job`."""
        return dataclasses.replace(self, started_at=min(self.started_at, now), ended_at=no_later(self.ended_at, now))


class Imports(Jobs[Import]):
    """The imports of all accounts."""


def new_arn(engine: Accounts, table_arn: str, now: int) -> str:
    """The ARN of an import that begins at `now` in microseconds."""
    return f"{table_arn}/import/{job_id(engine, now)}"


def log_group_arn(home: Home) -> str:
    """The ARN of the log group of all imports."""
    return f"arn:{arns.partition_of(home.region)}:logs:{home.region}:{home.account}:log-group:{LOG_GROUP}:*"


def begin(
    engine: Accounts, job: Import, make_table: Callable[[int], Table], activate: Callable[[Table, int], None]
) -> None:
    """Have an import done when its time has come.

    `make_table` gives the table as it is made at a moment in microseconds, `activate` ends its creation.
    """
    engine.state(Imports).put(job)

    def run(due: int) -> None:
        with engine.lock:
            table = make_table(due)
        found = _Reading(job, table)
        failure: Failure | None = None
        try:
            found.read(_bucket(engine, job))
        except BucketError as error:
            failure = failure_code(error), shown_failure(engine, error)
        try:
            found.log(engine, due)
        except LogError as error:
            # Unsure: the code.
            failure = failure or (f"CloudWatchLogs{error.code}", error.message)
        with engine.lock:
            _take_over(engine, job, table, found, failure, due, activate)

    engine.outbound_work.add(job.started_at + engine.rules.pace // 2, run)


def _bucket(engine: Accounts, job: Import) -> Bucket:
    return engine.state(ExternalServices).buckets.bucket(job.bucket, job.home.region, job.bucket_owner)


def _take_over(
    engine: Accounts,
    job: Import,
    table: Table,
    found: _Reading,
    failure: Failure | None,
    now: int,
    activate: Callable[[Table, int], None],
) -> None:
    """Make the table, unless nothing was read or its name has been taken meanwhile."""
    jobs = engine.state(Imports)
    if jobs.find(job.arn, now) is None:
        return  # a rollback has struck it out
    if engine.catalog.table(job.home, table.name) is not None:
        taken = TABLE_EXISTS, f"Table already exists: {table.name}"
        jobs.end(_ended(job, Counts(), failure or taken, now))
        return
    if failure is not None and not found.items:
        jobs.end(_ended(job, found.counts, failure, now))
        return
    engine.catalog.add(job.home, table)

    def fill(due: int) -> None:
        writes = [Write(table, key, item) for key, item in found.items.items()]
        engine.commit(writes, now=due, actor=Actor.IMPORT)
        activate(table, due)

    def end(due: int) -> None:
        # Without pace there was no time in which anything could have been modified.
        is_disturbed = failure is None and engine.rules.pace > 0 and found.is_disturbed(lambda: _bucket(engine, job))
        with engine.lock:
            if is_disturbed or not _is_there(engine, job, table):
                _cancel(engine, job, found.counts, due)
            else:
                jobs.end(_ended(job, found.counts, failure or (ITEM_ERRORS if found.counts.errors else None), due))

    # Captured: the table is ACTIVE a few seconds before the import is COMPLETED.
    engine.agenda.add(job.started_at + engine.rules.pace * 9 // 10, fill)
    engine.outbound_work.add(job.started_at + engine.rules.pace, end)


def _is_there(engine: Accounts, job: Import, table: Table) -> bool:
    there = engine.catalog.table(job.home, table.name)
    return there is not None and there.id == table.id and there.settings.status != DELETING


def _cancel(engine: Accounts, job: Import, counts: Counts, now: int) -> None:
    """Have an import cancelled at `now` in microseconds. Its table stays as it is.

    Unsure: how long it takes, that the table stays, and that neither code nor message of a failure is told.
    """
    jobs = engine.state(Imports)
    jobs.end(dataclasses.replace(job, status=CANCELLING))
    engine.agenda.add(
        now + engine.rules.pace // 2,
        lambda due: jobs.end(dataclasses.replace(job, status=CANCELLED, ended_at=due, counts=counts)),
    )


def _ended(job: Import, counts: Counts, failure: Failure | None, now: int) -> Import:
    if failure is None:
        return dataclasses.replace(job, status=COMPLETED, ended_at=now, counts=counts)
    code, message = failure
    return dataclasses.replace(
        job, status=FAILED, ended_at=now, counts=counts, failure_code=code, failure_message=message
    )


# ---- reading


class _Reading:
    """What the objects of an import hold: items by key, and what is wrong with the others."""

    def __init__(self, job: Import, table: Table) -> None:
        self.items: dict[Key, Item] = {}
        self._job = job
        self._table = table
        self._bytes = 0
        self._imported = 0
        self._refused = 0
        self._errors: list[Mapping[str, Any]] = []
        self._digests: dict[str, bytes] = {}

    @property
    def counts(self) -> Counts:
        """How far it has come."""
        return Counts(self._bytes, self._imported + self._refused, self._imported, self._refused)

    def read(self, bucket: Bucket) -> None:
        """Read all objects. Of items with one key the last survives, and all count; AWS promises no order.

        Errors: `BucketError`.
        """
        keys = bucket.keys(self._job.prefix)
        if len(keys) > MAX_OBJECTS:
            # Unsure: code and text.
            raise BucketError("TooManyObjects", f"More than {MAX_OBJECTS} objects match the prefix", 400)
        for key in keys:
            body = bucket.get(key)
            self._digests[key] = _digest(body)
            self._read_object(key, body)

    def is_disturbed(self, find: Callable[[], Bucket]) -> bool:
        """Whether what was read cannot be read again, or has become something else; `find` gives the bucket."""
        try:
            bucket = find()
            return any(_digest(bucket.get(key)) != digest for key, digest in self._digests.items())
        except BucketError:
            return True

    def _read_object(self, key: str, body: bytes) -> None:
        index = 0
        try:
            plain = DECOMPRESS[self._job.compression](body)
            self._bytes += len(plain)
            for wire in READERS[self._job.format](plain, self._job.source):
                self._take(key, index, wire)
                index += 1
        except Unreadable as error:
            # What is no item at all ends the object, what breaks a rule is left out.
            self._refuse(key, index, str(error))

    def _take(self, key: str, index: int, wire: Wire) -> None:
        try:
            item = decode_item(wire)
            if item.size > sizes.MAX_ITEM_SIZE:
                raise errors.validation("Item size has exceeded the maximum allowed size")
            place = self._table.schema.key_of(item)
            require_index_keys(self._table, item)
        except DynamoDBError as error:
            # In CSV it can only be a cell that is no base64, in a row like any other.
            if error.code == "SerializationException" and self._job.format != "CSV":
                raise Unreadable(f"Invalid item: {error.message}") from None
            self._refuse(key, index, str(error.message))
        else:
            self.items[place] = item
            self._imported += 1

    def _refuse(self, key: str, index: int, message: str) -> None:
        self._refused += 1
        if len(self._errors) < MAX_LOGGED:
            pointer = {"bucket": self._job.bucket, "key": key, "itemIndex": index}
            self._errors.append({"itemS3Pointer": pointer, "importArn": self._job.arn, "errorMessages": [message]})

    def log(self, engine: Accounts, now: int) -> None:
        """Write down what is wrong. Errors: `LogError`."""
        lines = (json.dumps(error, ensure_ascii=False, separators=(",", ":")) for error in self._errors)
        if self._errors:
            events = [LogEvent(now // 1000, line) for line in lines]
            engine.state(ExternalServices).logs.write(LOG_GROUP, f"{self._job.id}/error", events, self._job.home.region)


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()
