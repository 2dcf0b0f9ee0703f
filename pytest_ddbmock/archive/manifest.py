"""Layout of an export in its bucket: keys, manifests, checksums.

Source: "DynamoDB table export output format"; listings of real exports for `.md5` where the page has `.checksum`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

FOLDER = "AWSDynamoDB"
FULL_VERSION, INCREMENTAL_VERSION = "2020-06-30", "2023-08-01"


class DataFile(NamedTuple):
    """A data file as it was written: `body` is its content, `entity_tag` what the bucket said."""

    key: str
    item_count: int
    body: bytes
    entity_tag: str


class Layout:
    """The keys of an export's objects."""

    def __init__(self, prefix: str | None, export_id: str, *, is_full: bool) -> None:
        # Unsure: that a slash at the end of the prefix is not doubled.
        opening = f"{prefix.removesuffix('/')}/{FOLDER}/" if prefix else f"{FOLDER}/"
        own = f"{opening}{export_id}/"
        self.started = f"{own}_started"
        self.summary = f"{own}manifest-summary.json"
        self.summary_checksum = f"{own}manifest-summary.md5"
        self.files = f"{own}manifest-files.json"
        self.files_checksum = f"{own}manifest-files.md5"
        # The data of all incremental exports lies in one folder.
        self._data = f"{own if is_full else opening}data/"

    def data(self, name: str, extension: str) -> str:
        """The key of a data file."""
        return f"{self._data}{name}.{extension}.gz"


def file_name(digits: str) -> str:
    """The 26 characters, from `a` to `z` and `2` to `7`, that 32 hexadecimal digits make."""
    return base64.b32encode(bytes.fromhex(digits)).decode("ascii").rstrip("=").lower()


def checksum(body: bytes) -> str:
    """The MD5 digest in base64: 24 characters."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode("ascii")


def files_manifest(files: Iterable[DataFile]) -> bytes:
    """`manifest-files.json`: a line for each data file."""
    return b"".join(
        _compact(
            {
                "itemCount": file.item_count,
                "md5Checksum": checksum(file.body),
                "etag": file.entity_tag,
                "dataFileS3Key": file.key,
            }
        )
        + b"\n"
        for file in files
    )


def summary_manifest(members: dict[str, Any]) -> bytes:
    """`manifest-summary.json`: one line."""
    return _compact(members)


def _compact(members: dict[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
