"""`Options`: the settings of a mock, by the same names in marker, constructor, command line and ini file."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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
    """Hide frames of ours from pytest's reports: modules that raise `UsageError` import this name."""
    return bool(failure.errisinstance((UsageError, AssertionError)))


def near(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean "x"?` with the nearest known name, else the known names, else nothing."""
    import difflib  # half a millisecond of every start, for mistakes only

    names = sorted(known)
    for found in difflib.get_close_matches(name, names, n=1, cutoff=0.6):
        return f'; did you mean "{found}"?'
    return f"; known: {', '.join(names)}" if names else ""


def not_yet(what: str) -> UsageError:
    """Return the error for something that a later release brings."""
    return UsageError(f"{what} is not available yet")


class Refusing:
    """Refuses by name what a later release brings."""

    _called: ClassVar[str]
    """What a test's author calls the object."""
    _planned: ClassVar[frozenset[str]]

    if not TYPE_CHECKING:  # a type checker is to miss them

        def __getattr__(self, name: str) -> Any:
            if name in self._planned:
                raise not_yet(f"{self._called}.{name}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def read_mapping(text: str) -> Any:
    """Return what a text on the command line or in an ini file means: JSON, lines `name: first, second`, or a path.

    >>> read_mapping("users: pk, sk")
    {'users': ('pk', 'sk')}
    """
    text = text.strip()
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except ValueError as error:
            raise UsageError(f"invalid JSON ({error}): {text}") from None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and not re.match(r"[A-Za-z0-9_.-]+:\s", lines[0]):
        return lines[0]
    read: dict[str, Any] = {}
    for line in lines:
        name, colon, rest = line.partition(":")
        parts = tuple(part.strip() for part in rest.split(","))
        if not colon or not all(parts):
            raise UsageError(f'invalid line {line!r}: use "name: value", or JSON')
        read[name.strip()] = parts[0] if len(parts) == 1 else parts
    return read


def _reader(convert: Callable[[str], Any], expected: str) -> Callable[[str], Any]:
    """Return a function that reads a text of the command line or an ini file."""

    def read(text: str) -> Any:
        try:
            return convert(text)
        except (ValueError, KeyError):
            raise UsageError(f"invalid value {text!r}: use {expected}") from None

    return read


_BOOLEANS = {**dict.fromkeys(("yes", "true", "on", "1"), True), **dict.fromkeys(("no", "false", "off", "0"), False)}

read_seconds = _reader(float, "a number of seconds")
read_hours = _reader(float, "a number of hours")
read_count = _reader(int, "a whole number")
read_bytes = _reader(int, "a whole number of bytes")
read_bool = _reader(lambda text: _BOOLEANS[text.strip().lower()], "yes or no")


# ---- checks: each returns what to use instead, None for a valid value

Check = Callable[[Any], "str | None"]


def _anything(value: Any) -> str | None:
    return None


def _region(value: Any) -> str | None:
    is_valid = value is None or (isinstance(value, str) and _REGION.fullmatch(value))
    return None if is_valid else 'a Region, for example "eu-west-1"'


def _account(value: Any) -> str | None:
    is_valid = isinstance(value, str) and _ACCOUNT.fullmatch(value)
    return None if is_valid else f'12 digits as text, for example "{DEFAULT_ACCOUNT}"'


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value < float("inf")


def _seconds(value: Any) -> str | None:
    return None if _is_number(value) and value >= 0 else "a non-negative number of seconds"


def _shard_hours(value: Any) -> str | None:
    is_valid = _is_number(value) and (value == 0 or value >= MIN_SHARD_HOURS)
    return None if is_valid else f"0 for never, or at least {MIN_SHARD_HOURS} hours"


def _count(least: int, most: float = float("inf"), what: str = "a whole number") -> Check:
    limits = f"{what} of at least {least}" if most == float("inf") else f"{what} from {least} to {most}"

    def check(value: Any) -> str | None:
        is_valid = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if is_valid else limits

    return check


def _boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "True or False"


def _s3_target(value: Any) -> str | None:
    is_valid = value is None or isinstance(value, os.PathLike) or (isinstance(value, str) and value)
    return None if is_valid else '"memory", "botocore" or a folder'


def _option(
    default: Any, help: str, metavar: str, *, read: Callable[[str], Any] = str, check: Check = _anything
) -> Any:
    """Return a field: `help` for `--help` and the README, `read` for texts, `check` for values."""
    metadata = {"help": help, "metavar": metavar, "read": read, "check": check}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Options:
    """The settings of a mock. Each field is a keyword of `DDBMock`, `mock_dynamodb` and the marker `ddbmock`, a command
    line option `--ddbmock-<name>` and an ini option `ddbmock_<name>`.

    Errors: `UsageError` for an invalid value.
    """

    region: str | None = _option(
        None,
        f"Region of tables and handles; else the environment's, else {DEFAULT_REGION}",
        "NAME",
        check=_region,
    )
    account: str = _option(DEFAULT_ACCOUNT, "AWS account, 12 digits", "ID", check=_account)
    tables: Any = _option(
        None,
        'tables to start with: {"users": ["pk", "sk"]}, or lines such as "users: pk, sk"',
        "TABLES",
        read=read_mapping,
    )
    seed: Any = _option(
        None, 'items to start with: {"users": "users.jsonl"}, or lines, or a folder', "SEED", read=read_mapping
    )
    pace: float = _option(
        0.0,
        "seconds that changes to tables and indexes take on the mock's clock",
        "SECONDS",
        read=read_seconds,
        check=_seconds,
    )
    ttl_delay: float = _option(
        0.0,
        "seconds between the expiry of an item and its removal by TTL",
        "SECONDS",
        read=read_seconds,
        check=_seconds,
    )
    item_collection_limit: int = _option(
        sizes.MAX_COLLECTION_SIZE,
        "maximum bytes of the items with one partition key in a table with local indexes",
        "BYTES",
        read=read_bytes,
        check=_count(0, what="a whole number of bytes"),
    )
    stream_shards: int = _option(1, "shards of a new stream", "COUNT", read=read_count, check=_count(1, MAX_SHARDS))
    stream_shard_hours: float = _option(
        0.0,
        "hours after which a shard closes and a child continues (AWS: about 4); 0: never",
        "HOURS",
        read=read_hours,
        check=_shard_hours,
    )
    stream_reads: int = _option(
        0,
        "GetRecords calls per second per shard before throttling (AWS: 5); 0: never",
        "COUNT",
        read=read_count,
        check=_count(0, MAX_SHARDS),
    )
    keep_history: bool = _option(
        True,
        "keep every change, for `at` and the records of streams; else only what streams, recovery, functions, watches "
        "and snapshots need (default of `serve`)",
        "YES",
        read=read_bool,
        check=_boolean,
    )
    s3: str | os.PathLike[str] | None = _option(
        None,
        'where exports go and imports come from: "memory", "botocore" (S3 as botocore has it) or a folder of buckets; '
        "else moto's S3 while moto is active, else memory",
        "PLACE",
        check=_s3_target,
    )
    direct: bool = _option(
        True, "answer new clients without building requests (faster)", "YES", read=read_bool, check=_boolean
    )

    def __post_init__(self) -> None:
        for name, field in FIELDS.items():
            value = getattr(self, name)
            if (expected := field.metadata["check"](value)) is not None:
                raise UsageError(f"invalid {name}={value!r}: use {expected}")


class OptionNames(TypedDict, total=False):
    """The keywords of `DDBMock` and `mock_dynamodb`, for type checkers: the fields of `Options`."""

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
    """Raise `UsageError` for an unknown option; `where` opens the message."""
    for name in names:
        if name in PLANNED:
            raise not_yet(f'{where}: the option "{name}"')
        if name not in FIELDS:
            raise UsageError(f'{where}: unknown option "{name}"{near(name, FIELDS)}')


def make(given: Mapping[str, Any], where: str) -> Options:
    """Return options from names and values; the others have their defaults.

    Errors: `UsageError` for unknown names and invalid values.
    """
    require_known(given, where)
    return Options(**given)


def read_text(name: str, text: str, where: str) -> Any:
    """Return the value of option `name` written as text; `where` opens the message of a `UsageError`."""
    try:
        return FIELDS[name].metadata["read"](text)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
