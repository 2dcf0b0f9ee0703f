"""`Clock` protocol and the reader of Python's time: integer microseconds plus `skew`."""

from __future__ import annotations

import datetime
import time
from typing import Protocol

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Clock(Protocol):
    """Tells the time of the engine."""

    def now(self) -> int:
        """Microseconds since the epoch, UTC."""
        ...


class PythonClock:
    """Python's own time plus `skew` microseconds: what handlers of streams have waited for in the drain that runs.

    `time.time` is read through its module, so that freezegun and time-machine are followed.
    """

    __slots__ = ("skew",)

    def __init__(self) -> None:
        self.skew = 0

    def now(self) -> int:
        """Microseconds since the epoch, UTC."""
        return round(time.time() * SECOND) + self.skew


def to_datetime(moment: int) -> datetime.datetime:
    """An aware UTC datetime of `moment` in microseconds, exact."""
    return _EPOCH + datetime.timedelta(microseconds=moment)


def from_datetime(moment: datetime.datetime) -> int:
    """Microseconds since the epoch; a naive datetime is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return (moment - _EPOCH) // datetime.timedelta(microseconds=1)


def no_later(moment: int | None, now: int) -> int | None:
    """Return `moment`, or `now` if that is earlier: when the clock is put back nothing may lie in the future."""
    return None if moment is None else min(moment, now)


def iso_milliseconds(moment: int) -> str:
    """`2015-05-11T21:21:33.291`, the form of stream labels (UTC, no zone suffix)."""
    return to_datetime(moment).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment // 1000 % 1000:03d}"


def iso_seconds(moment: int) -> str:
    """`2015-05-11T21:21:33Z`, the form of moments in error texts (UTC, whole seconds)."""
    return to_datetime(moment // SECOND * SECOND).replace(tzinfo=None).isoformat() + "Z"


def to_epoch_seconds(moment: int) -> float:
    """Epoch seconds with milliseconds, as the answers of the control plane carry moments."""
    return moment // 1000 / 1000
