"""`Connection`: a handler of the test connected to a stream, with its invocations and failures."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

from pytest_ddbmock.followers.event_source import EventSource
from pytest_ddbmock.followers.failure import Failure
from pytest_ddbmock.followers.invocation import Invocation
from pytest_ddbmock.followers.trigger import Trigger

Handler: TypeAlias = Callable[..., Any]
"""`handler(event, context)`, sync or async; one that takes a single argument gets the event only."""


def name_of(handler: Handler) -> str:
    """Return the default function name of a handler: letters, digits and hyphens, at most 64, as AWS allows."""
    name = getattr(handler, "__name__", None) or type(handler).__name__
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in name.replace("_", "-"))[:64]


class Connection:
    """What `ddbmock.streams["orders"].connect(handler)` returns. It ends with `disconnect`, its `with` or the test."""

    def __init__(
        self, trigger: Trigger, handler: Handler, end: Callable[[Connection], None], *, is_eager: bool = False
    ) -> None:
        self.trigger = trigger
        self.handler = handler
        self.is_eager = is_eager
        """Whether batches are delivered after each call that changed something."""
        self.is_async = inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
            getattr(handler, "__call__", None)  # noqa: B004  # an object whose call is async
        )
        self.invocations: list[Invocation] = []
        """The calls of the handler, oldest first: `.event`, `.records`, `.context`, `.answer`, `.error`."""
        self.failures: list[Failure] = []
        """Discarded batches, with `.record` as their destination gets it, and failed attempts at batches that are
        retried without limit.
        """
        self._takes_context = _takes_two(handler)
        self._end = end

    @property
    def source(self) -> EventSource:
        """The parameters of the event source mapping."""
        return self.trigger.source

    @property
    def discarded(self) -> list[dict[str, Any]]:
        """The records that the destination got: one for each discarded batch."""
        return [failure.record for failure in self.failures if failure.record is not None]

    def call(self, invocation: Invocation) -> Any:
        """Call the handler and return its response, which may be awaitable. Errors: whatever it raises."""
        if self._takes_context:
            return self.handler(invocation.event, invocation.context)
        return self.handler(invocation.event)

    def disconnect(self) -> None:
        """End all deliveries, even of records that were already written."""
        self._end(self)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()

    def __repr__(self) -> str:
        calls, failures = len(self.invocations), len(self.failures)
        table, function = self.trigger.table.name, self.trigger.function_name
        return f"<{function} connected to the stream of {table}, {calls} invocations, {failures} failures>"


def _takes_two(handler: Handler) -> bool:
    """Return whether a handler can be called with event and context."""
    try:
        inspect.signature(handler).bind(None, None)
    except TypeError:
        return False
    except ValueError:  # its signature is unknown
        return True
    return True
