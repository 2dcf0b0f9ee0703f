"""`ddbmock.s3` and `ddbmock.logs`: where exports go, where imports come from and what they log."""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

from pytest_ddbmock.archive.bucket import (
    Bucket,
    BucketError,
    Buckets,
    FolderBuckets,
    MemoryBucket,
    MemoryBuckets,
)
from pytest_ddbmock.archive.external_services import ExternalServices, LogEvent, MemoryLogs
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.options import near
from pytest_ddbmock.transports.outbound.logs_sink import LogsSink
from pytest_ddbmock.transports.outbound.s3_bucket import ClientBuckets, botocore_client, moto_is_active

__tracebackhide__ = options.__tracebackhide__

MEMORY, BOTOCORE = "memory", "botocore"

_BUCKET_NAME = r"[a-zA-Z0-9]+[.\-\w]*[a-zA-Z0-9]+"


class S3Target:
    """Which buckets exports and imports use: protocol `Buckets`, decided anew each time."""

    def __init__(self, wish: str | os.PathLike[str] | None, memory: MemoryBuckets) -> None:
        """`wish` is the option `s3`."""
        self.memory = memory
        self.client: Any = None
        """A client of S3 that a test wants to be used."""
        self.folder = None if wish in (None, MEMORY, BOTOCORE) else Path(wish)
        """A folder whose folders are the buckets."""
        self._wish = wish
        self._botocore = ClientBuckets(functools.cache(botocore_client))

    @property
    def buckets(self) -> Buckets:
        """What the test has given; else what the option says; else moto's S3 while moto is active; else memory."""
        if self.client is not None:
            return ClientBuckets(lambda region: self.client)
        if self.folder is not None:
            return FolderBuckets(self.folder)
        if self._wish == BOTOCORE or (self._wish is None and moto_is_active()):
            return self._botocore
        return self.memory

    def bucket(self, name: str, region: str, owner: str | None) -> Bucket:
        """Protocol `Buckets`."""
        return self.buckets.bucket(name, region, owner)


class S3:
    """Buckets by name: `ddbmock.s3["exports"]`. In memory and in a folder it is made when it is first named here."""

    def __init__(self, place: S3Target, home: Home, run_due: Callable[[], object]) -> None:
        self._place = place
        self._home = home
        self._run_due = run_due

    def __getitem__(self, name: str) -> BucketView:
        if not re.fullmatch(_BUCKET_NAME, name, re.ASCII):
            raise UsageError(f"invalid bucket name {name!r}")

        def find() -> Bucket:
            self._run_due()
            buckets = self._place.buckets
            if isinstance(buckets, MemoryBuckets):
                return buckets.named.setdefault(name, MemoryBucket(self._home.account))
            if isinstance(buckets, FolderBuckets):
                (buckets.root / name).mkdir(parents=True, exist_ok=True)
            return buckets.bucket(name, self._home.region, None)

        find()
        return BucketView(name, find)

    def use(self, place: Any) -> None:
        """Have exports and imports go through an S3 client of yours, or a folder of buckets, from now on.

        Errors: `UsageError` for anything else.
        """
        if isinstance(place, str | os.PathLike):
            self._place.client, self._place.folder = None, Path(place)
        elif callable(getattr(place, "list_objects_v2", None)):
            self._place.client = place
        else:
            raise UsageError(f"{place!r} is neither an S3 client, for it has no list_objects_v2, nor a path")

    def __repr__(self) -> str:
        return "<S3 of exports and imports>"


class BucketView(MutableMapping[str, bytes]):
    """The objects of a bucket by key, as bytes; texts are written as UTF-8."""

    def __init__(self, name: str, find: Callable[[], Bucket]) -> None:
        self.name = name
        """The bucket's name."""
        self._find = find

    def deny_access(self) -> None:
        """Have exports and imports refused access to this bucket, from now on."""
        bucket = self._find()
        if not isinstance(bucket, MemoryBucket):
            raise UsageError(f'only a bucket in memory can deny access; "{self.name}" is none')
        bucket.is_denied = True

    def __getitem__(self, key: str) -> bytes:
        try:
            return self._find().get(key)
        except BucketError as error:
            if error.code == "NoSuchKey":
                raise KeyError(key) from None
            raise self._failed(error) from None

    def __setitem__(self, key: str, body: bytes | str) -> None:
        if not isinstance(body, bytes | str):
            raise UsageError(f"an object is bytes or text, not {body!r}")
        try:
            self._find().put(key, body.encode() if isinstance(body, str) else body)
        except BucketError as error:
            raise self._failed(error) from None

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        try:
            self._find().delete(key)
        except BucketError as error:
            raise self._failed(error) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())

    def __repr__(self) -> str:
        return f"<bucket {self.name!r}>"

    def _keys(self) -> list[str]:
        try:
            return self._find().keys()
        except BucketError as error:
            raise self._failed(error) from None

    def _failed(self, error: BucketError) -> UsageError:
        return UsageError(f'bucket "{self.name}": {error.message} ({error.code})')


class Logs(Mapping[str, Mapping[str, list[LogEvent]]]):
    """Log streams by group and name: `ddbmock.logs["/aws-dynamodb/imports"][f"{import_id}/error"]`."""

    def __init__(self, journal: Journal, run_due: Callable[[], object]) -> None:
        self._journal = journal
        self._run_due = run_due

    def send_to(self, client: Any) -> None:
        """Write what is logged from now on with a CloudWatch Logs client of yours too.

        Errors: `UsageError` for what is no such client.
        """
        if not callable(getattr(client, "put_log_events", None)):
            raise UsageError(f"invalid client {client!r}: use a CloudWatch Logs client")
        self._journal.sink = LogsSink(client)

    def _groups(self) -> dict[str, dict[str, list[LogEvent]]]:
        self._run_due()
        return self._journal.memory.copy().groups

    def __getitem__(self, group: str) -> Mapping[str, list[LogEvent]]:
        groups = self._groups()
        if group not in groups:
            raise UsageError(f'nothing was logged into "{group}"{near(group, groups)}')
        return groups[group]

    def __contains__(self, group: object) -> bool:
        return group in self._groups()

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups())

    def __len__(self) -> int:
        return len(self._groups())

    def __repr__(self) -> str:
        return f"<logs {', '.join(self._groups())}>"


class Journal:
    """Protocol `Logs` of imports: in memory, and with a client where the test has given one."""

    def __init__(self, memory: MemoryLogs) -> None:
        self.memory = memory
        self.sink: LogsSink | None = None

    def write(self, group: str, stream: str, events: list[LogEvent], region: str) -> None:
        """Protocol `Logs`."""
        self.memory.write(group, stream, events, region)
        if self.sink is not None:
            self.sink.write(group, stream, events, region)


class Places(NamedTuple):
    """Where the exports and imports of a mock are."""

    s3: S3Target
    logs: Journal

    def clear(self) -> None:
        """Forget what is in memory."""
        self.s3.memory.named.clear()
        self.logs.memory.groups.clear()


@contextlib.contextmanager
def isolated_stores(engine: Engine, wish: str | os.PathLike[str] | None) -> Iterator[Places]:
    """Let an engine use stores of its own, which begin as those of the mock around it; `wish` as of `S3Target`."""
    outside = engine.state(ExternalServices)
    before = outside.buckets, outside.logs
    places = Places(S3Target(wish, MemoryBuckets()), Journal(MemoryLogs()))
    outer, outer_logs = before
    if isinstance(outer, S3Target) and isinstance(outer_logs, Journal):
        places.s3.memory, places.s3.client, places.s3.folder = outer.memory.copy(), outer.client, outer.folder
        places.logs.memory, places.logs.sink = outer_logs.memory.copy(), outer_logs.sink
    outside.buckets, outside.logs = places
    try:
        yield places
    finally:
        outside.buckets, outside.logs = before
