"""`ddbmock.clock`: the time, and moving it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import NoReturn

from pytest_ddbmock.clock import PythonClock, to_datetime
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.handles.moments import Moment, to_duration, to_microseconds
from pytest_ddbmock.testkit.pipeline import Pipeline
from pytest_ddbmock.testkit.python_time import PythonTime

__tracebackhide__ = options.__tracebackhide__


class ClockHandle:
    """The mock's clock is Python's: moving one moves the other. Moves end with the mock."""

    def __init__(
        self,
        engine: Engine,
        clock: PythonClock,
        python: PythonTime,
        last_change: Callable[[], int | None],
        require_turn: Callable[[], None],
        pipeline: Pipeline,
    ) -> None:
        """`last_change` returns when the test last changed an item, in microseconds; None if never. `require_turn`
        raises `UsageError` unless the mock is active and answers. `pipeline` delivers before and after each move.
        """
        self._engine = engine
        self._clock = clock
        self._python = python
        self._last_change = last_change
        self._require_turn = require_turn
        self._pipeline = pipeline

    @property
    def now(self) -> datetime.datetime:
        """Aware, UTC: Python's time; inside a drain also what handlers have waited for, if nobody holds that."""
        return to_datetime(self._clock.now())

    def tick(
        self,
        seconds: float = 0,
        *,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
        weeks: float = 0,
        milliseconds: float = 0,
        microseconds: float = 0,
        **unknown: NoReturn,  # a type checker refuses any
    ) -> datetime.datetime:
        """Let time pass; do and deliver what falls due. Return the new time.

        Errors: `UsageError` for an unknown unit, for a span that is not a number, and for a negative one that goes
        back beyond a change of the test; `HandlerFailed` of stream handlers.
        """
        span = to_duration(
            weeks=weeks,
            days=days,
            hours=hours,
            minutes=minutes,
            seconds=seconds,
            milliseconds=milliseconds,
            microseconds=microseconds,
            **unknown,
        )
        self._require_way(self._clock.now() + span, span)
        self._pipeline.deliver_due()
        self._python.shift(span)
        return self._moved()

    def move_to(self, moment: Moment) -> datetime.datetime:
        """Set the time to `moment`, UTC unless an offset is given; do and deliver what falls due. Return the new time.

        Errors: `UsageError` for an invalid moment, and for one before a change the test has made; `HandlerFailed` of
        stream handlers.
        """
        target = to_microseconds(moment)
        self._require_way(target, target - self._clock.now())
        self._pipeline.deliver_due()
        self._python.move_to(target)
        self._clock.skew = 0
        return self._moved()

    def freeze(self) -> datetime.datetime:
        """Stop time, except for `tick` and `move_to`, until the mock ends. Return the time."""
        self._require_turn()
        self._python.freeze()
        self._engine.run_due()
        return self.now

    def __repr__(self) -> str:
        return f"<clock at {self.now.isoformat()}>"

    def _require_way(self, target: int, span: int) -> None:
        self._require_turn()
        self._engine.notice_time()  # what was made in another time is dated before this move
        if span < 0 and (last := self._last_change()) is not None and target < last:
            raise UsageError(
                f"the clock cannot go back to {to_datetime(target).isoformat()}: "
                f"the test has changed an item at {to_datetime(last).isoformat()}; move the clock first"
            )

    def _moved(self) -> datetime.datetime:
        self._engine.run_due()
        self._pipeline.deliver_due()
        self._pipeline.report()
        return self.now
