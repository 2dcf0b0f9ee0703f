"""Moments as a test writes them -> microseconds since the epoch."""

from __future__ import annotations

import datetime
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
            # `fromisoformat` reads the Z of UTC only from Python 3.11 on.
            text = moment.strip()
            moment = datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text)
        except ValueError:
            raise UsageError(f'{moment!r} is no moment; write "2026-01-01" or "2026-01-01T10:30:00+01:00"') from None
    if isinstance(moment, datetime.datetime):
        return from_datetime(moment)
    if isinstance(moment, datetime.date):
        return from_datetime(datetime.datetime(moment.year, moment.month, moment.day))
    raise UsageError(f"{moment!r} is no moment; give a datetime or ISO 8601 text")


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
