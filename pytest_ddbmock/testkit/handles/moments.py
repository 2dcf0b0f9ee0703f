"""Moments and spans of time as a test writes them -> microseconds."""

from __future__ import annotations

import datetime
import re
from typing import TypeAlias

from pytest_ddbmock.clock import from_datetime
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.options import near

__tracebackhide__ = options.__tracebackhide__

Moment: TypeAlias = datetime.datetime | datetime.date | str
"""A datetime, a date, or ISO 8601 text; UTC unless an offset is given."""

UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")
"""The keywords of a span of time."""


def to_microseconds(moment: Moment) -> int:
    """Return microseconds since the epoch, UTC.

    >>> to_microseconds("1970-01-01T00:00:01"), to_microseconds("1970-01-01 01:00+01:00")
    (1000000, 0)

    Errors: `UsageError` for an invalid moment.
    """
    if isinstance(moment, str):
        try:
            moment = datetime.datetime.fromisoformat(_as_python_310_reads(moment.strip()))
        except ValueError:
            raise UsageError(f'invalid moment {moment!r}: use "2026-01-01" or "2026-01-01T10:30:00+01:00"') from None
    if isinstance(moment, datetime.datetime):
        return from_datetime(moment)
    if isinstance(moment, datetime.date):
        return from_datetime(datetime.datetime(moment.year, moment.month, moment.day))
    raise UsageError(f"invalid moment {moment!r}: use a datetime or ISO 8601 text")


def _as_python_310_reads(text: str) -> str:
    """Return ISO 8601 text that Python 3.10 can parse: no Z for UTC, six digits for the fraction of a second."""
    if text[-1:] in ("Z", "z"):
        text = text[:-1] + "+00:00"
    return re.sub(r"(:\d\d)[.,](\d{1,6})\d*", lambda found: f"{found[1]}.{found[2]:0<6}", text, flags=re.ASCII)


def to_duration(**parts: float) -> int:
    """Return the microseconds of `days=1, hours=2, ...`.

    Errors: `UsageError` for an unknown unit, with near names, and for a value that is not a number.
    """
    for name in parts:
        if name not in UNITS:
            raise UsageError(f'unknown unit of time "{name}"{near(name, UNITS)}')
    try:
        return datetime.timedelta(**parts) // datetime.timedelta(microseconds=1)
    except (TypeError, ValueError, OverflowError) as error:
        shown = ", ".join(f"{name}={value!r}" for name, value in parts.items())
        raise UsageError(
            f"invalid span of time {shown}: use days=1, hours=2, minutes=3 or seconds=4 ({error})"
        ) from None
