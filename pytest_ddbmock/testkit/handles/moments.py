"""Moments as a test writes them -> microseconds since the epoch."""

from __future__ import annotations

import datetime
import re
from typing import TypeAlias

from pytest_ddbmock.clock import from_datetime
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options

__tracebackhide__ = options.__tracebackhide__

Moment: TypeAlias = datetime.datetime | datetime.date | str
"""A datetime, a date, or ISO 8601 text; UTC unless an offset is given."""


def to_microseconds(moment: Moment) -> int:
    """Microseconds since the epoch, UTC.

    >>> to_microseconds("1970-01-01T00:00:01"), to_microseconds("1970-01-01 01:00+01:00")
    (1000000, 0)

    Errors: `UsageError` for what is no moment.
    """
    if isinstance(moment, str):
        try:
            moment = datetime.datetime.fromisoformat(_as_python_310_reads(moment.strip()))
        except ValueError:
            raise UsageError(f'{moment!r} is no moment; write "2026-01-01" or "2026-01-01T10:30:00+01:00"') from None
    if isinstance(moment, datetime.datetime):
        return from_datetime(moment)
    if isinstance(moment, datetime.date):
        return from_datetime(datetime.datetime(moment.year, moment.month, moment.day))
    raise UsageError(f"{moment!r} is no moment; give a datetime or ISO 8601 text")


def _as_python_310_reads(text: str) -> str:
    """Python 3.10 knows no Z for UTC and wants three or six digits of a second's fraction."""
    if text[-1:] in ("Z", "z"):
        text = text[:-1] + "+00:00"
    return re.sub(r"(:\d\d)[.,](\d{1,6})\d*", lambda found: f"{found[1]}.{found[2]:0<6}", text, flags=re.ASCII)


def to_duration(**parts: float) -> int:
    """Microseconds of `days=1, hours=2, ...`, the keywords of `timedelta`.

    Errors: `UsageError` for other names and for what is no number.
    """
    try:
        return datetime.timedelta(**parts) // datetime.timedelta(microseconds=1)
    except (TypeError, ValueError, OverflowError) as error:
        said = ", ".join(f"{name}={value!r}" for name, value in parts.items())
        raise UsageError(
            f"{said} is no span of time; write days=1, hours=2, minutes=3 or seconds=4 ({error})"
        ) from None
