"""`Run`: what a mock has between start and stop; snapshots, and engines that are lent to it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from pytest_ddbmock.clock import SECOND, PythonClock
from pytest_ddbmock.engine.caller import Home
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.engine.scenario import Scenario
from pytest_ddbmock.errors import NoAnswer, NotImplementedByMock, UsageError
from pytest_ddbmock.storage.change import Actor
from pytest_ddbmock.testkit import assembly, options
from pytest_ddbmock.testkit.handles.clock import ClockHandle
from pytest_ddbmock.testkit.handles.faults import Faults
from pytest_ddbmock.testkit.handles.s3 import Places
from pytest_ddbmock.testkit.pipeline import Pipeline
from pytest_ddbmock.testkit.python_time import PythonTime
from pytest_ddbmock.transports import doors

__tracebackhide__ = options.__tracebackhide__


class Snapshot:
    """The state of an account at a moment, for `restore`."""

    __slots__ = ("mark",)

    def __init__(self, mark: Any) -> None:
        self.mark = mark


class Run:
    """What a mock has between start and stop; the `Backend` of the doors."""

    def __init__(
        self,
        mock: Any,
        engine: Engine,
        home: Home,
        clock: PythonClock,
        python: PythonTime,
        require_turn: Callable[[], None],
        places: Places,
        *,
        direct: bool,
    ) -> None:
        self.mock = mock
        """The `DDBMock` that was started."""
        self.unsupported: list[NotImplementedByMock] = []
        self.bugs: list[Exception] = []
        self.engine = engine
        self.home = home
        self.direct = direct
        """Protocol `Backend`: True if the methods of clients may ask without building a request."""
        self.places = places
        self.clock = clock
        self.scenario = engine.scenario
        self.pipeline = Pipeline(engine, clock)
        self.clock_handle = ClockHandle(engine, clock, python, self.last_change, require_turn, self.pipeline)
        self.pipeline.tick = lambda span: self.clock_handle.tick(microseconds=span)
        self.pipeline.spend = self._spend
        self.faults = self._new_faults()
        self._python = python
        self._start = engine.seq
        self._first = engine.mark() if engine.keeps_history else None
        """What `reset` goes back to; else what `serve` with `control` finds: a mark keeps all that comes later."""
        self._snapshots: list[Snapshot] = []

    # ---- protocol `Backend` of the doors

    @property
    def account(self) -> str:
        """The AWS account."""
        return self.home.account

    @property
    def region(self) -> str:
        """The Region of requests that name none."""
        return self.home.region

    def call(self, request: Request) -> dict[str, Any]:
        """Serve one attempt at one call."""
        try:
            answer = self.engine.call(request)
        except NoAnswer:
            self.pipeline.after_call()  # it may be done all the same
            raise
        self.pipeline.after_call()
        return answer

    def spend(self, seconds: float) -> int:
        """Move Python's clock instead of sleeping, if the test holds it. Return the microseconds not moved."""
        return self._spend(round(seconds * SECOND))

    def _spend(self, span: int) -> int:
        if doors.current() is not self or not self._python.is_held:
            return span
        self._python.shift(span)
        return 0

    def notice(self, failure: Exception) -> None:
        """Remember a failure that the application must not swallow."""
        if isinstance(failure, NotImplementedByMock):
            self.unsupported.append(failure)
        else:
            self.bugs.append(failure)

    # ---- the account

    def in_region(self, region: str | None) -> Home:
        """The account in another Region."""
        return self.home if region is None else Home(self.home.account, region)

    def last_change(self) -> int | None:
        """When an item was last changed since the start, other than by TTL, in microseconds; None if never.

        What the histories have forgotten counts as changed.
        """
        histories = [table.history for table in self.engine.catalog.all_tables()]
        moments = [history.trimmed_at for history in histories]
        moments += [history.last_at_by_others(Actor.TTL, self._start) for history in histories]
        return max([moment for moment in moments if moment is not None], default=None)

    def take_snapshot(self) -> Snapshot:
        """Mark the account."""
        snapshot = Snapshot(self.engine.mark())
        self._snapshots.append(snapshot)
        return snapshot

    def restore(self, snapshot: Snapshot) -> None:
        """Roll back to a snapshot of this run that is not void."""
        for index, taken in enumerate(self._snapshots):
            if taken is snapshot:
                del self._snapshots[index + 1 :]
                self.engine.rollback(snapshot.mark)
                return
        raise UsageError("this snapshot is void: an earlier one was restored since, or it is another mock's")

    def ensure_start_mark(self) -> None:
        """Have `reset` come back to the start, or to what is now where the changes since then are not kept."""
        if self._first is None:
            self._first = self.engine.mark()

    def reset(self) -> None:
        """Be again as at the start: tables, items, time. Snapshots, faults, connections and the record of calls are
        dropped.
        """
        assert self._first is not None, "ensure_start_mark comes first"
        with self.engine.lock:
            self._snapshots.clear()
            self.engine.rollback(self._first)
            self.engine.new_scenario()
            self.scenario = self.engine.scenario
            self.faults = self._new_faults()
            self.pipeline.clear()
            self.places.clear()
            self._python.stop()
            self.clock.skew = 0
            self.engine.run_due()

    def expire(self) -> int:
        """Remove the items that have expired but would still be there for a while. Gives how many there were."""
        engine = self.engine
        with engine.lock:
            engine.run_due()
            before = engine.seq
            with engine.under(ttl_delay=0):
                engine.run_due()
            return engine.seq - before

    def _new_faults(self) -> Faults:
        return Faults(self.engine, lambda name: assembly.find_table(self.engine, self.home, name))


@contextlib.contextmanager
def borrowed(engine: Engine, clock: PythonClock, rules: Rules, *, begins: bool) -> Iterator[Engine]:
    """Lend an engine with a scenario and a clock of its own, rolled back afterwards.

    `begins` says that its tables are a seed, which was always there: its history begins now.
    """
    with engine.lock:
        scenario, engine.scenario = engine.scenario, Scenario(rules)
        before, engine.clock = engine.clock, clock
        clock.skew = before.skew if isinstance(before, PythonClock) else 0
        if begins:
            engine.begin_history()
        readers = engine.readers.held()
        mark = engine.mark()
    try:
        yield engine
    finally:
        with engine.lock:
            engine.rollback(mark)
            engine.readers.keep_only(readers)
            engine.scenario, engine.clock = scenario, before
