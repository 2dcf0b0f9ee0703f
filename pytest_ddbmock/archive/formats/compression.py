"""NONE, GZIP, ZSTD: how objects to be imported are compressed. ZSTD takes the package `zstandard`."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

from pytest_ddbmock.archive.formats.contract import Unreadable


def compress(body: bytes) -> bytes:
    """GZIP, as exports are compressed; the same for the same content."""
    return gzip.compress(body, mtime=0)


def _gunzip(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"Invalid GZIP: {error}") from None


def _unzstd(body: bytes) -> bytes:
    import zstandard  # optional

    parts: list[bytes] = []
    try:
        while body:  # frame by frame
            frame = zstandard.ZstdDecompressor().decompressobj()
            parts.append(frame.decompress(body))
            if not frame.eof:
                raise Unreadable("Invalid ZSTD: the last frame is not whole")
            body = frame.unused_data
    except zstandard.ZstdError as error:
        raise Unreadable(f"Invalid ZSTD: {error}") from None
    return b"".join(parts)


DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {"NONE": lambda body: body, "GZIP": _gunzip, "ZSTD": _unzstd}
"""By `InputCompressionType`. Errors: `Unreadable`."""
