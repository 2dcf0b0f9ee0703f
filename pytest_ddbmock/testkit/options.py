"""`Options`: everything that can be said about a mock, by the same names in marker, constructor, CLI and ini."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.values import sizes

DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "123456789012"

PLANNED = frozenset({"chaos", "consistency", "page_items"})
"""Names of the public surface that come later: refused by name until then."""

MAX_SHARDS = 1000
MIN_SHARD_HOURS = 0.01

_REGION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")  # also such as "local"
_ACCOUNT = re.compile(r"[0-9]{12}")


def __tracebackhide__(failure: Any) -> bool:
    """Taken over by the modules that raise `UsageError`: pytest then shows the author's line, not ours."""
    return bool(failure.errisinstance((UsageError, AssertionError)))


def near(name: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` with the known name that is nearest, else the known names, else nothing."""
    import difflib  # half a millisecond of every start, for mistakes only

    names = sorted(known)
    for found in difflib.get_close_matches(name, names, n=1, cutoff=0.6):
        return f'; did you mean "{found}"?'
    return f"; there is {', '.join(names)}" if names else ""


def not_yet(what: str) -> UsageError:
    """The refusal of something of the public surface that a later release brings."""
    return UsageError(f"{what} is not available yet")


class Refusing:
    """Refuses the names of the public surface that come later, without having them."""

    _called: ClassVar[str]
    """How a test author calls the object."""
    _planned: ClassVar[frozenset[str]]

    if not TYPE_CHECKING:  # a type checker is to miss them

        def __getattr__(self, name: str) -> Any:
            if name in self._planned:
                raise not_yet(f"{self._called}.{name}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def read_mapping(text: str) -> Any:
    """What a text on the command line or in an ini file says: JSON, or lines `name: first, second`, or a path.

    >>> read_mapping("users: pk, sk")
    {'users': ('pk', 'sk')}
    """
    text = text.strip()
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except ValueError as error:
            raise UsageError(f"this is no JSON ({error}): {text}") from None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and not re.match(r"[A-Za-z0-9_.-]+:\s", lines[0]):
        return lines[0]
    read: dict[str, Any] = {}
    for line in lines:
        name, colon, rest = line.partition(":")
        parts = tuple(part.strip() for part in rest.split(","))
        if not colon or not all(parts):
            raise UsageError(f'write "name: value" or JSON, not {line!r}')
        read[name.strip()] = parts[0] if len(parts) == 1 else parts
    return read


def read_seconds(text: str) -> float:
    """A number of seconds."""
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"write a number of seconds, not {text!r}") from None


def read_hours(text: str) -> float:
    """A number of hours."""
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"write a number of hours, not {text!r}") from None


def read_count(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"write a whole number, not {text!r}") from None


def read_bytes(text: str) -> int:
    """A whole number of bytes."""
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"write a whole number of bytes, not {text!r}") from None


def read_bool(text: str) -> bool:
    """Yes or no."""
    try:
        return _TRUTHS[text.strip().lower()]
    except KeyError:
        raise UsageError(f"write yes or no, not {text!r}") from None


_TRUTHS = {**dict.fromkeys(("yes", "true", "on", "1"), True), **dict.fromkeys(("no", "false", "off", "0"), False)}


def _told(text: str, metavar: str, read: Callable[[str], Any] = str) -> dict[str, Any]:
    return {"help": text, "metavar": metavar, "read": read}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What can be said about a mock. One field is a keyword of `DDBMock`, `mock_dynamodb` and the marker `ddbmock`, a
    command line option `--ddbmock-<name>` and an ini option `ddbmock_<name>`.

    Errors: `UsageError` for a value that cannot be.
    """

    region: str | None = field(
        default=None,
        metadata=_told(f"Region of tables and handles; else the environment's, else {DEFAULT_REGION}", "NAME"),
    )
    account: str = field(default=DEFAULT_ACCOUNT, metadata=_told("AWS account, 12 digits", "ID"))
    tables: Any = field(
        default=None,
        metadata=_told(
            'tables to start with: {"users": ["pk", "sk"]}, or lines such as "users: pk, sk"', "TABLES", read_mapping
        ),
    )
    seed: Any = field(
        default=None,
        metadata=_told('items to start with: {"users": "users.jsonl"}, or lines, or a folder', "SEED", read_mapping),
    )
    pace: float = field(
        default=0.0,
        metadata=_told("seconds that changes to tables and indexes take on the mock's clock", "SECONDS", read_seconds),
    )
    ttl_delay: float = field(
        default=0.0,
        metadata=_told("seconds between the expiry of an item and its removal by TTL", "SECONDS", read_seconds),
    )
    item_collection_limit: int = field(
        default=sizes.MAX_COLLECTION_SIZE,
        metadata=_told(
            "bytes that the items of one partition key may hold in a table with local indexes", "BYTES", read_bytes
        ),
    )
    stream_shards: int = field(default=1, metadata=_told("shards of a new stream", "COUNT", read_count))
    stream_shard_hours: float = field(
        default=0.0,
        metadata=_told("hours after which a shard closes and a child goes on, about 4 on AWS", "HOURS", read_hours),
    )
    stream_reads: int = field(
        default=0,
        metadata=_told(
            "reads a second that a shard bears before its readers are throttled, 5 on AWS", "COUNT", read_count
        ),
    )
    keep_history: bool = field(
        default=True,
        metadata=_told(
            "whether every change is kept, for `at` and the records of streams, or only what streams, recovery, "
            "functions, watches and snapshots need; `serve` does not unless told",
            "YES",
            read_bool,
        ),
    )
    s3: str | os.PathLike[str] | None = field(
        default=None,
        metadata=_told(
            'where exports go and imports come from: "memory", "botocore" (S3 as botocore has it) or a folder of '
            "buckets; else moto's S3 while moto is active, else memory",
            "PLACE",
        ),
    )
    direct: bool = field(
        default=True,
        metadata=_told(
            "whether the methods of new clients answer without building a request, which is faster", "YES", read_bool
        ),
    )

    def __post_init__(self) -> None:
        if self.region is not None and not (isinstance(self.region, str) and _REGION.fullmatch(self.region)):
            raise UsageError(f'region={self.region!r} is no Region; write for example "eu-west-1"')
        if not (isinstance(self.account, str) and _ACCOUNT.fullmatch(self.account)):
            raise UsageError(f'account={self.account!r} is no account; write 12 digits as text, "{DEFAULT_ACCOUNT}"')
        for name in ("pace", "ttl_delay"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
                raise UsageError(f"{name}={value!r} is no number of seconds")
        self._require_streams_in_range()
        limit = self.item_collection_limit
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
            raise UsageError(f"item_collection_limit={limit!r} is no number of bytes")
        if not (self.s3 is None or isinstance(self.s3, os.PathLike) or (isinstance(self.s3, str) and self.s3)):
            raise UsageError(f's3={self.s3!r} is no place; write "memory", "botocore" or a folder')
        for name in ("direct", "keep_history"):
            if not isinstance(value := getattr(self, name), bool):
                raise UsageError(f"{name}={value!r}: write True or False")

    def _require_streams_in_range(self) -> None:
        for name, least in (("stream_shards", 1), ("stream_reads", 0)):
            count = getattr(self, name)
            if isinstance(count, bool) or not isinstance(count, int) or not least <= count <= MAX_SHARDS:
                raise UsageError(f"{name}={count!r}: write a whole number from {least} to {MAX_SHARDS}")
        hours = self.stream_shard_hours
        is_number = isinstance(hours, int | float) and not isinstance(hours, bool)
        if not is_number or not (hours == 0 or MIN_SHARD_HOURS <= hours < float("inf")):
            raise UsageError(f"stream_shard_hours={hours!r}: write 0 for never, or {MIN_SHARD_HOURS} hours or more")


class OptionNames(TypedDict, total=False):
    """The keywords of `DDBMock` and `mock_dynamodb`, for type checkers; the same names as in `Options`."""

    region: str | None
    account: str
    tables: Any
    seed: Any
    pace: float
    ttl_delay: float
    item_collection_limit: int
    stream_shards: int
    stream_shard_hours: float
    stream_reads: int
    keep_history: bool
    s3: str | os.PathLike[str] | None
    direct: bool


FIELDS: Mapping[str, dataclasses.Field[Any]] = {field.name: field for field in dataclasses.fields(Options)}


def require_known(names: Iterable[str], where: str) -> None:
    """`UsageError` for a name that is no option; `where` opens the message."""
    for name in names:
        if name in PLANNED:
            raise not_yet(f'{where}: the option "{name}"')
        if name not in FIELDS:
            raise UsageError(f'{where}: there is no option "{name}"{near(name, FIELDS)}')


def make(given: Mapping[str, Any], where: str) -> Options:
    """Options from names and values, those not given at their defaults.

    Errors: `UsageError` for unknown names and impossible values.
    """
    require_known(given, where)
    return Options(**given)


def read_text(name: str, text: str, where: str) -> Any:
    """The value of option `name` written as text; `where` opens the message of a `UsageError`."""
    try:
        return FIELDS[name].metadata["read"](text)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
