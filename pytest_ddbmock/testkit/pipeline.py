"""`Pipeline`: what leaves the engine in one test, and when: functions at streams, and Kinesis data streams."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from pytest_ddbmock.clock import PythonClock
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.handles.kinesis import DataStreams
from pytest_ddbmock.testkit.handles.moments import to_duration

__tracebackhide__ = options.__tracebackhide__

if TYPE_CHECKING:
    from pytest_ddbmock.followers.deliveries import Deliveries


class Pipeline:
    """Made new for each test and dropped with it."""

    def __init__(self, engine: Engine, clock: PythonClock) -> None:
        self.engine = engine
        self._clock = clock
        self._begin = engine.seq
        self._deliveries: Deliveries | None = None
        self.data_streams = DataStreams(engine)
        self.tick: Callable[[int], object] = self._wait
        """Lets so many microseconds pass; `Run` puts the clock handle here, which moves Python's clock too."""

        self.spend: Callable[[int], int] = lambda span: span
        """Moves Python's clock by a wait where the test holds it, and returns the microseconds by which it was not
        moved; `Run` sets it."""

    def _wait(self, span: int) -> None:
        self._clock.skew += self.spend(span)

    @contextlib.contextmanager
    def _own_time(self) -> Iterator[None]:
        """Let the mock's time be Python's again after the waits inside."""
        skew = self._clock.skew
        try:
            yield
        finally:
            self._clock.skew = skew

    @property
    def deliveries(self) -> Deliveries:
        """The functions at streams; what it takes to call some is imported when the first is connected."""
        if self._deliveries is None:
            from pytest_ddbmock.followers.deliveries import Deliveries

            with self.engine.lock:  # two threads may connect at once
                self._deliveries = self._deliveries or Deliveries(self.engine, self._wait, self._begin)
        return self._deliveries

    # ---- when something leaves

    def after_call(self) -> None:
        """A call of the application is done; the engine's lock is free."""
        if self.data_streams.is_used:
            self.data_streams.flush(is_last=False)
        if self._deliveries is not None:
            self._deliveries.after_call()

    def deliver_due(self) -> None:
        """The clock is about to be moved, or has been."""
        self.data_streams.flush(is_last=True)
        if self._deliveries is not None:
            self._deliveries.deliver_due()
        self.data_streams.flush(is_last=True)

    def drain(self) -> None:
        """All there is."""
        try:
            with self._own_time():
                self.deliveries.drain()
        finally:
            self.data_streams.flush(is_last=True)
        self.report()

    async def drain_async(self) -> None:
        """All there is, in a running event loop."""
        try:
            with self._own_time():
                await self.deliveries.drain_async()
        finally:
            self.data_streams.flush(is_last=True)
        self.report()

    def report(self) -> None:
        """Raise what went wrong since the last report.

        Errors: `HandlerFailed`; whatever a Kinesis client has raised.
        """
        if self._deliveries is not None:
            self._deliveries.report()
        if failed := self.data_streams.errors:
            self.data_streams.errors = []
            raise failed[0]

    def complaint(self) -> Exception | None:
        """What `report` would raise."""
        failed = None if self._deliveries is None else self._deliveries.complaint()
        return failed or next(iter(self.data_streams.errors), None)

    # ---- waiting

    def wait_until(self, is_true: Callable[[], bool], span: Mapping[str, float]) -> bool:
        """Let time pass, from one thing that falls due to the next, until something is true or `span` is over."""
        deadline = self._clock.now() + to_duration(**span)
        self.tick(0)
        while not is_true():
            now = self._clock.now()
            if now >= deadline:
                return False
            self.tick(min(self._next_due(now, deadline), deadline) - now)
        return True

    def _next_due(self, now: int, deadline: int) -> int:
        with self.engine.lock:
            moments = [deadline]
            due = self.engine.next_due(deadline)
            if due is not None:
                moments.append(due)
            if self._deliveries is not None:
                moments += self._deliveries.moments(now)
        return min(moment for moment in moments if moment > now)

    # ---- going back

    def clear(self) -> None:
        """Be as at the beginning of a test."""
        if self._deliveries is not None:
            self._deliveries.clear()
        self.data_streams.clear()
