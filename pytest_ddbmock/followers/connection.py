"""`Connection`: a function of the test's connected to a stream, and what has come of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

from pytest_ddbmock.followers.event_source import EventSource
from pytest_ddbmock.followers.failure import Failure
from pytest_ddbmock.followers.trigger import Invocation, Trigger

Handler: TypeAlias = Callable[..., Any]
"""`handler(event, context)`, plain or async; one that takes a single argument gets the event alone."""


def name_of(handler: Handler) -> str:
    """What a function is called when nobody names it: letters, digits, hyphens and underscores, as AWS allows."""
    name = getattr(handler, "__name__", None) or type(handler).__name__
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in name.replace("_", "-"))[:64]


class Connection:
    """What `ddbmock.streams["orders"].connect(handler)` gives; it ends with `disconnect`, its `with`, or the test."""

    def __init__(
        self, trigger: Trigger, handler: Handler, end: Callable[[Connection], None], *, is_eager: bool = False
    ) -> None:
        self.trigger = trigger
        self.handler = handler
        self.is_eager = is_eager
        """Whether batches are delivered after each call that has changed something."""
        self.is_async = inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
            getattr(handler, "__call__", None)  # noqa: B004  # an object whose call is async
        )
        self.invocations: list[Invocation] = []
        """The calls of the function, oldest first: `.event`, `.records`, `.context`, `.answer`, `.error`."""
        self.failures: list[Failure] = []
        """Batches that were given up, with `.record` as their destination gets it, and failed attempts at those that
        are tried for ever.
        """
        self._takes_context = _takes_two(handler)
        self._end = end

    @property
    def source(self) -> EventSource:
        """The parameters of the event source mapping."""
        return self.trigger.source

    @property
    def discarded(self) -> list[dict[str, Any]]:
        """The records that the destination has got: one for each batch that was given up."""
        return [failure.record for failure in self.failures if failure.record is not None]

    def call(self, invocation: Invocation) -> Any:
        """What the function answers, perhaps an awaitable. Errors: whatever it raises."""
        if self._takes_context:
            return self.handler(invocation.event, invocation.context)
        return self.handler(invocation.event)

    def disconnect(self) -> None:
        """Deliver nothing any more, not even what is there."""
        self._end(self)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()

    def __repr__(self) -> str:
        calls, failures = len(self.invocations), len(self.failures)
        table, function = self.trigger.table.name, self.trigger.function_name
        return f"<{function} at the stream of {table}, {calls} invocations, {failures} failures>"


def _takes_two(handler: Handler) -> bool:
    """Whether a handler can be called with event and context."""
    try:
        inspect.signature(handler).bind(None, None)
    except TypeError:
        return False
    except ValueError:  # nothing is known of it
        return True
    return True
