"""Exports: what a table was, or what a period has done to it, written into a bucket when the lock is released.

Source: "DynamoDB data export to Amazon S3: how it works", "DynamoDB table export output format", captured answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_ddbmock.archive import manifest
from pytest_ddbmock.archive.bucket import Bucket, BucketError, Encryption
from pytest_ddbmock.archive.external_services import ExternalServices
from pytest_ddbmock.archive.formats import FORMATS
from pytest_ddbmock.archive.formats.compression import compress
from pytest_ddbmock.archive.formats.contract import Record
from pytest_ddbmock.archive.jobs import COMPLETED, FAILED, IN_PROGRESS, Jobs, failure_code, job_id, shown_failure
from pytest_ddbmock.archive.manifest import DataFile, Layout
from pytest_ddbmock.archive.selection import Selection
from pytest_ddbmock.clock import iso_milliseconds, no_later
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.settings import ON_DEMAND, Settings
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.ordering import HASH_SPACE, partition_hash

FULL, INCREMENTAL = "FULL_EXPORT", "INCREMENTAL_EXPORT"
NEW_IMAGE, NEW_AND_OLD_IMAGES = "NEW_IMAGE", "NEW_AND_OLD_IMAGES"

NEW_PARTITIONS = 4
"""What a new on-demand table has."""
UNITS_OF_A_PARTITION = (3_000, 1_000)
"""Read and write units that a partition serves; a provisioned table has as many as it needs."""


@dataclass(frozen=True)
class Period:
    """What an incremental export covers: from `start` to before `end`, in microseconds."""

    start: int
    end: int
    view_type: str


@dataclass(frozen=True)
class Export:
    """An export, as DescribeExport tells it; moments in microseconds."""

    arn: str
    home: Home
    table_arn: str
    table_id: str
    token: str
    asked: Mapping[str, Any]
    """The request, for the token."""
    started_at: int
    export_time: int | None
    """What a full export shows."""
    bucket: str
    bucket_owner: str | None
    prefix: str | None
    encryption: Encryption
    format: str
    kind: str | None
    """The ExportType as it was given."""
    period: Period | None = None
    status: str = IN_PROGRESS
    ended_at: int | None = None
    manifest_key: str | None = None
    item_count: int | None = None
    billed_bytes: int | None = None
    failure_code: str | None = None
    failure_message: str | None = None

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]

    def backdated(self, now: int) -> Export:
        """Protocol `Job`."""
        return dataclasses.replace(
            self,
            started_at=min(self.started_at, now),
            export_time=no_later(self.export_time, now),
            ended_at=no_later(self.ended_at, now),
        )


class Exports(Jobs[Export]):
    """The exports of all accounts."""

    def of(self, home: Home, table_arn: str | None, now: int) -> list[Export]:
        """`Jobs.of` in descending order of their ARNs. Source: "ListExports" (API reference)."""
        return sorted(super().of(home, table_arn, now), key=lambda export: export.arn, reverse=True)


def begin(engine: Accounts, table: Table, export: Export, moment: int, selection: Selection) -> None:
    """Have what `export` asks for of `table` written when its time has come; what is written is decided now.

    A full one shows the table as it was at `moment` in microseconds.
    """
    names = [manifest.file_name(engine.hex_id(32)) for _ in range(_partitions(table.settings))]
    content = _Content(table, names, export.period, moment, selection)
    engine.state(Exports).put(export)

    def run(due: int) -> None:
        ended = dataclasses.replace(_write(engine, export, content, due), ended_at=due)
        with engine.lock:
            engine.state(Exports).end(ended)

    engine.outbound_work.add(export.started_at + engine.rules.pace, run)


def new_arn(engine: Accounts, table: Table, now: int) -> str:
    """The ARN of an export that begins at `now` in microseconds."""
    return f"{table.arn}/export/{job_id(engine, now)}"


# ---- what is exported


class _Content:
    """What an export writes, by data file: one for each partition of the table."""

    def __init__(
        self, table: Table, names: Sequence[str], period: Period | None, moment: int, selection: Selection
    ) -> None:
        self.names = names
        self._hash_name = table.schema.hash_keys[0]
        self._selection = selection
        self._view_type = NEW_AND_OLD_IMAGES if period is None else period.view_type
        self._items: list[Item] = []
        self._records: list[Record] = []
        if period is None:
            self._items = [item for item in table.as_of(moment) if selection.reads(item)]
        else:
            self._records = [record for record in records(table, period) if selection.reads(record.keys)]

    def lines(self, format_name: str) -> list[list[bytes]]:
        """The lines of each data file."""
        format = FORMATS[format_name]
        files: list[list[bytes]] = [[] for _ in self.names]
        selection = self._selection
        for item in self._items:
            if selection.takes(item):
                files[self._file_of(item)].append(format.write_item(selection.shown(item)))
        for record in self._records:
            if selection.takes(_latest(record)):
                files[self._file_of(record.keys)].append(format.write_record(self._shown(record)))
        return files

    def _shown(self, record: Record) -> Record:
        """A record with what view type and selection show of its images. Unsure: that the keys stay whole."""
        old = record.old if self._view_type == NEW_AND_OLD_IMAGES else None
        old, new = (None if image is None else self._selection.shown(image) for image in (old, record.new))
        return record._replace(old=old, new=new)

    @property
    def bytes(self) -> int:
        """What is paid for. Unsure: for incremental exports AWS counts what it reads."""
        images = [image for record in self._records for image in (record.old, record.new) if image is not None]
        return sum(item.size for item in (*self._items, *images))

    def _file_of(self, item: Item) -> int:
        """In which of the table's partitions an item lies, or what has its key."""
        return partition_hash(item[self._hash_name][1]) * len(self.names) // HASH_SPACE


def records(table: Table, period: Period) -> Iterable[Record]:
    """What a period has done to each item: first old image, last new image; nothing for what came and went in it.

    Unsure: that an item is there which was written with what it held already.
    """
    changes: dict[Key, tuple[Change, Change]] = {}
    for change in table.history.since(table.history.seq_at(period.start - 1)):
        if change.at < period.end and change.image is not None:
            key = table.key_of(change.image)
            first, _ = changes.get(key, (change, change))
            changes[key] = first, change
    for first, last in changes.values():
        image = last.new or first.old
        if image is not None:
            yield Record(last.at, image.only(table.schema.names), first.old, last.new)


def _latest(record: Record) -> Item:
    """What a filter looks at: the new image, of a deleted item the old one. Source: "Filtering a table export"."""
    image = record.new if record.new is not None else record.old
    assert image is not None, "what came and went is no record"
    return image


def _partitions(settings: Settings) -> int:
    if settings.billing_mode == ON_DEMAND:
        return NEW_PARTITIONS
    read, write = settings.throughput.read, settings.throughput.write
    reads, writes = UNITS_OF_A_PARTITION
    return max(1, -(-(read * writes + write * reads) // (reads * writes)))


# ---- writing


def _write(engine: Accounts, export: Export, content: _Content, now: int) -> Export:
    """Write all objects; gives the export as it has ended. The engine's lock is not held."""
    is_full = export.period is None
    layout = Layout(export.prefix, export.id, is_full=is_full)
    item_count = 0
    try:
        buckets = engine.state(ExternalServices).buckets
        bucket = buckets.bucket(export.bucket, export.home.region, export.bucket_owner)
        bucket.put(layout.started, b"", export.encryption)
        files: list[DataFile] = []
        for name, lines in zip(content.names, content.lines(export.format), strict=True):
            item_count += len(lines)
            body = compress(b"".join(lines))
            key = layout.data(name, FORMATS[export.format].extension)
            files.append(DataFile(key, len(lines), body, bucket.put(key, body, export.encryption)))
        done = dataclasses.replace(
            export,
            status=COMPLETED,
            ended_at=now,
            manifest_key=layout.summary,
            item_count=item_count,
            billed_bytes=content.bytes,
        )
        _put_with_checksum(
            bucket, layout.files, layout.files_checksum, manifest.files_manifest(files), export.encryption
        )
        summary = manifest.summary_manifest(_summary(done, layout))
        _put_with_checksum(bucket, layout.summary, layout.summary_checksum, summary, export.encryption)
    except BucketError as error:
        return dataclasses.replace(
            export, status=FAILED, failure_code=failure_code(error), failure_message=shown_failure(engine, error)
        )
    return done


def _put_with_checksum(bucket: Bucket, key: str, checksum_key: str, body: bytes, encryption: Encryption) -> None:
    bucket.put(key, body, encryption)
    bucket.put(checksum_key, manifest.checksum(body).encode("ascii"), encryption)


def _summary(export: Export, layout: Layout) -> dict[str, Any]:
    """The members of `manifest-summary.json`."""
    assert export.ended_at is not None, "it has ended"
    period = export.period
    moments: dict[str, Any] = {}
    if export.export_time is not None:
        moments["exportTime"] = _iso(export.export_time)
    if period is not None:
        moments |= {"exportFromTime": _iso(period.start), "exportToTime": _iso(period.end)}
    members = {
        "version": manifest.FULL_VERSION if period is None else manifest.INCREMENTAL_VERSION,
        "exportArn": export.arn,
        "startTime": _iso(export.started_at),
        "endTime": _iso(export.ended_at),
        "tableArn": export.table_arn,
        "tableId": export.table_id,
        **moments,
        "s3Bucket": export.bucket,
        "s3Prefix": export.prefix,
        "s3SseAlgorithm": export.encryption.algorithm,
        "s3SseKmsKeyId": export.encryption.kms_key_id,
        "manifestFilesS3Key": layout.files,
        "billedSizeBytes": export.billed_bytes,
        "itemCount": export.item_count,
        "outputFormat": export.format,
    }
    if period is not None:
        members |= {"outputView": period.view_type, "exportType": INCREMENTAL}
    return members


def _iso(moment: int) -> str:
    return iso_milliseconds(moment) + "Z"
