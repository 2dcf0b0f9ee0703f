"""`Bucket`, the port through which exports leave and imports come in; buckets in memory and in folders."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol


class BucketError(Exception):
    """What S3 answers: `code` such as `NoSuchBucket`, `message`, `status` (HTTP)."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def no_such_bucket() -> BucketError:
    """There is no bucket of that name."""
    return BucketError("NoSuchBucket", "The specified bucket does not exist", 404)


def no_such_key() -> BucketError:
    """The bucket holds no such object."""
    return BucketError("NoSuchKey", "The specified key does not exist.", 404)


def access_denied() -> BucketError:
    """Whoever exports or imports may not use the bucket."""
    return BucketError("AccessDenied", "Access Denied", 403)


class Encryption(NamedTuple):
    """How objects are to be encrypted: `AES256`, or `KMS` with a key or with the account's own."""

    algorithm: str = "AES256"
    kms_key_id: str | None = None


DEFAULT_ENCRYPTION = Encryption()


class Bucket(Protocol):
    """Objects by key. Whatever fails is a `BucketError`."""

    def put(self, key: str, body: bytes, encryption: Encryption = DEFAULT_ENCRYPTION) -> str:
        """Write an object; gives its entity tag."""
        ...

    def get(self, key: str) -> bytes:
        """The content of an object."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object, if it is there."""
        ...

    def keys(self, prefix: str = "") -> list[str]:
        """The keys that begin with `prefix`, in order."""
        ...


class Buckets(Protocol):
    """Buckets by name."""

    def bucket(self, name: str, region: str, owner: str | None) -> Bucket:
        """The bucket of that name, asked for from a Region; its owner must be `owner` (an account) where one is given.

        Errors: `BucketError`.
        """
        ...


class MemoryBucket:
    """Objects in memory."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.is_denied = False
        """Whether exports and imports are to be refused access."""
        self._objects: dict[str, bytes] = {}

    def put(self, key: str, body: bytes, encryption: Encryption = DEFAULT_ENCRYPTION) -> str:
        """Protocol `Bucket`."""
        self._objects[key] = body
        return entity_tag(body)

    def get(self, key: str) -> bytes:
        """Protocol `Bucket`."""
        try:
            return self._objects[key]
        except KeyError:
            raise no_such_key() from None

    def delete(self, key: str) -> None:
        """Protocol `Bucket`."""
        self._objects.pop(key, None)

    def keys(self, prefix: str = "") -> list[str]:
        """Protocol `Bucket`."""
        return sorted_by_bytes(key for key in list(self._objects) if key.startswith(prefix))

    def copy(self) -> MemoryBucket:
        """Another bucket with the same objects."""
        other = MemoryBucket(self.owner)
        other.is_denied = self.is_denied
        other._objects = dict(self._objects)
        return other


class MemoryBuckets:
    """Buckets in memory, by name."""

    def __init__(self) -> None:
        self.named: dict[str, MemoryBucket] = {}

    def bucket(self, name: str, region: str, owner: str | None) -> Bucket:
        """Protocol `Buckets`: those that have been made."""
        found = self.named.get(name)
        if found is None:
            raise no_such_bucket()
        if found.is_denied or owner not in (None, found.owner):
            raise access_denied()
        return found

    def copy(self) -> MemoryBuckets:
        """Other buckets with the same objects."""
        other = MemoryBuckets()
        other.named = {name: bucket.copy() for name, bucket in self.named.items()}
        return other


class FolderBucket:
    """Objects as files below a folder: the key `a/b.json` is the file `b.json` in the folder `a`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, body: bytes, encryption: Encryption = DEFAULT_ENCRYPTION) -> str:
        """Protocol `Bucket`."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        except OSError as error:
            raise _failed(error) from None
        return entity_tag(body)

    def get(self, key: str) -> bytes:
        """Protocol `Bucket`."""
        path = self._path(key)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise no_such_key() from None
        except OSError as error:
            raise _failed(error) from None

    def delete(self, key: str) -> None:
        """Protocol `Bucket`."""
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _failed(error) from None

    def keys(self, prefix: str = "") -> list[str]:
        """Protocol `Bucket`."""
        files = (path for path in self._folder.rglob("*") if path.is_file())
        keys = (path.relative_to(self._folder).as_posix() for path in files)
        return sorted_by_bytes(key for key in keys if key.startswith(prefix))

    def _path(self, key: str) -> Path:
        """The file of an object, never outside of the folder.

        Errors: `BucketError` for keys that S3 knows and a folder cannot hold.
        """
        parts = key.split("/")
        if "\0" in key or (os.sep != "/" and os.sep in key) or any(part in ("", ".", "..") for part in parts):
            raise BucketError("InvalidArgument", f"A folder cannot hold an object with the key {key!r}", 400)
        return self._folder / PurePosixPath(*parts)


class FolderBuckets:
    """The folders in a folder, by name."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def bucket(self, name: str, region: str, owner: str | None) -> Bucket:
        """Protocol `Buckets`: the folders that are there."""
        folder = self.root / name
        if folder.parent != self.root or not folder.is_dir():
            raise no_such_bucket()
        return FolderBucket(folder)


def entity_tag(body: bytes) -> str:
    """The entity tag of an object that was uploaded in one part of a multipart upload, as exports upload theirs."""
    return f"{hashlib.md5(_md5(body), usedforsecurity=False).hexdigest()}-1"


def _md5(body: bytes) -> bytes:
    return hashlib.md5(body, usedforsecurity=False).digest()


def sorted_by_bytes(keys: Iterable[str]) -> list[str]:
    """Keys in S3's order: by their UTF-8."""
    return sorted(keys, key=lambda key: key.encode("utf-8", "surrogatepass"))


def _failed(error: OSError) -> BucketError:
    if isinstance(error, PermissionError):
        return access_denied()
    return BucketError("InternalError", error.strerror or str(error), 500)
