"""`Deliveries`: calls the connected handlers, without the engine's lock, in the order of what was written.

A generator decides which handler is called next; its caller, a plain loop or one that awaits, calls it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeAlias

from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.followers.connection import Connection
from pytest_ddbmock.followers.failure import Failure, HandlerFailed
from pytest_ddbmock.followers.invocation import Invocation
from pytest_ddbmock.followers.lanes import Step

MAX_ROUNDS = 100
"""How many times in a row one delivery may call handlers because handlers wrote."""

Outcome: TypeAlias = "tuple[Any, BaseException | None]"
"""What a handler returned, or what it raised."""
Work: TypeAlias = Generator[tuple[Connection, Invocation], Outcome, None]


class Deliveries:
    """The connections of one test. Nothing is delivered merely because time has passed."""

    def __init__(self, engine: Accounts, wait: Callable[[int], None], begin: int) -> None:
        """`wait` lets a number of microseconds pass on the mock's clock; the test began after the change `begin`."""
        self._engine = engine
        self._wait = wait
        self._connections: list[Connection] = []
        self._turn = threading.Lock()
        self._owner: int | None = None
        self._seen = begin
        self._has_eager = False
        self._unreported: list[Failure] = []
        self._errors: list[Exception] = []

    # ---- connections

    def add(self, connection: Connection) -> None:
        """Deliver to a connection from now on."""
        self._connections.append(connection)
        self._has_eager = self._has_eager or connection.is_eager

    def remove(self, connection: Connection) -> None:
        """Stop delivering to a connection."""
        self._connections = [one for one in self._connections if one is not connection]

    def clear(self) -> None:
        """Drop all connections and failures."""
        self._connections = []
        self._has_eager = False
        self.forget()

    def moments(self, now: int) -> list[int]:
        """Return when deliveries are due, in microseconds; `now` or earlier for what is due already."""
        bound = self._engine.seq
        return [step.due for connection in self._connections for step in connection.trigger.steps(bound, now)]

    # ---- when handlers are called

    def drain(self) -> None:
        """Deliver everything, and wait on the mock's clock for retries and batching windows.

        Errors: `HandlerFailed`; `UsageError` in a running event loop, inside a handler, and for handlers that keep
        triggering each other.
        """
        if _is_in_loop():
            raise UsageError("drain() cannot run in a running event loop: use await ddbmock.streams.drain_async()")
        with self._own_turn():
            _run(self._work(lambda _: True, waits=True))
        self.report()

    async def drain_async(self) -> None:
        """Deliver everything like `drain`, in a running event loop."""
        with self._own_turn():
            work = self._work(lambda _: True, waits=True)
            with contextlib.closing(work):
                outcome: Outcome | None = None
                while (call := _advance(work, outcome)) is not None:
                    outcome = await _call_async(*call)
        self.report()

    def deliver_due(self) -> None:
        """Deliver what is due; async handlers in a running event loop are left to `drain_async`.

        Failures are kept for `report`.
        """
        if not self._connections or self._owner == threading.get_ident():
            return
        with self._own_turn():
            _run(self._work(_is_callable_here, waits=False))

    def after_call(self) -> None:
        """Deliver what a call wrote to eager connections; failures are kept for `report`."""
        while self._has_eager and self._engine.seq != self._seen and self._turn.acquire(blocking=False):
            self._owner = threading.get_ident()
            try:
                self._seen = self._engine.seq
                _run(self._work(lambda one: one.is_eager and _is_callable_here(one), waits=False))
            except Exception as error:  # not to be raised out of the application's call
                self._errors.append(error)
            finally:
                self._owner = None
                self._turn.release()

    def report(self) -> None:
        """Raise the failures since the last report.

        Errors: `HandlerFailed`.
        """
        complaint = self.complaint()
        if complaint is not None:
            self.forget()
            raise complaint

    def complaint(self) -> Exception | None:
        """Return what `report` would raise."""
        if self._unreported:
            return HandlerFailed(self._unreported)
        return self._errors[0] if self._errors else None

    def forget(self) -> None:
        """Drop unreported failures."""
        self._unreported, self._errors = [], []

    @contextlib.contextmanager
    def _own_turn(self) -> Iterator[None]:
        if self._owner == threading.get_ident():
            raise UsageError("already delivering: what a handler writes is delivered after it returns")
        with self._turn:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = None

    # ---- which handler is called next

    def _work(self, is_wanted: Callable[[Connection], bool], *, waits: bool) -> Work:
        engine = self._engine
        held: set[tuple[int, object]] = set()  # failed, to be tried with a later delivery
        bound = engine.seq
        rounds, has_written = 0, False
        while True:
            now = engine.run_due()
            with engine.lock:
                steps = [
                    (step, connection)
                    for connection in self._connections
                    if is_wanted(connection)
                    for step in connection.trigger.steps(bound, now)
                    if (id(connection), step.key) not in held
                ]
            due = [pair for pair in steps if pair[0].due <= now]
            if due:
                step, connection = min(due, key=lambda pair: pair[0].order)
                before = engine.seq
                failure = yield from self._take(step, connection, now)
                has_written = has_written or engine.seq > before
                if failure is not None and failure.condition is None:
                    held.add((id(connection), step.key))
            elif engine.seq > bound:
                bound = engine.seq
                rounds += has_written
                has_written = False
                if rounds > MAX_ROUNDS:
                    raise UsageError(
                        f"stream handlers keep triggering each other: after {MAX_ROUNDS} rounds there are still "
                        "records to deliver, because a handler writes to a table whose stream it is connected to"
                    )
            elif waits and (moments := [step.due for step, _ in steps if not step.is_final or step.batch.attempts]):
                self._wait(min(moments) - now)
            else:
                return

    def _take(
        self, step: Step, connection: Connection, now: int
    ) -> Generator[tuple[Connection, Invocation], Outcome, Failure | None]:
        """Take one step; return what failed, for good or for now."""
        trigger, lock = connection.trigger, self._engine.lock
        with lock:
            failure = trigger.give_up_old(step, now)
            invocation = None if failure is not None else trigger.invocation(step, now)
        if invocation is not None:
            answer, error = yield connection, invocation
            done = dataclasses.replace(invocation, answer=answer, error=error)
            connection.invocations.append(done)
            with lock:
                failure = trigger.settle(step, done, self._engine.clock.now())
        if failure is not None:
            connection.failures.append(failure)
            destination = trigger.source.on_failure
            if failure.record is None or destination is None:
                self._unreported.append(failure)
            elif callable(destination):
                destination(failure.record)
        return failure


# ---- calling


def _is_in_loop() -> bool:
    asyncio = sys.modules.get("asyncio")  # whoever runs a loop has imported it; importing it is slow
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _is_callable_here(connection: Connection) -> bool:
    return not (connection.is_async and _is_in_loop())


def _advance(work: Work, outcome: Outcome | None) -> tuple[Connection, Invocation] | None:
    try:
        return next(work) if outcome is None else work.send(outcome)
    except StopIteration:
        return None


def _run(work: Work) -> None:
    with contextlib.closing(work):
        outcome: Outcome | None = None
        while (call := _advance(work, outcome)) is not None:
            outcome = _call(*call)


def _call(connection: Connection, invocation: Invocation) -> Outcome:
    try:
        answer = connection.call(invocation)
        if inspect.isawaitable(answer):
            if _is_in_loop():
                if inspect.iscoroutine(answer):
                    answer.close()
                raise UsageError("async handler in a running event loop: use await ddbmock.streams.drain_async()")
            answer = importlib.import_module("asyncio").run(_awaited(answer))
    except Exception as error:
        return None, error
    return answer, None


async def _call_async(connection: Connection, invocation: Invocation) -> Outcome:
    try:
        answer = connection.call(invocation)
        if inspect.isawaitable(answer):
            answer = await answer
    except Exception as error:
        return None, error
    return answer, None


async def _awaited(answer: Any) -> Any:
    return await answer
