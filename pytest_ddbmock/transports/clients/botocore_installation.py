"""Puts our handlers into all clients, those that exist and those to come."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from pytest_ddbmock.transports.clients import botocore_hooks, direct_methods
from pytest_ddbmock.transports.services import SERVICES

HANDLERS = tuple(
    (f"{event}.{service.event_id}", handler)
    for service in SERVICES.values()
    for event, handler in (
        ("creating-client-class", direct_methods.offer),
        ("before-endpoint-resolution", botocore_hooks.name_account),
        ("before-call", botocore_hooks.answer_call),
        ("choose-signer", botocore_hooks.leave_unsigned),
        ("before-sign", botocore_hooks.name_attempt),
        ("before-send", botocore_hooks.answer_attempt),
    )
)
"""By event. Handlers of other services are not called."""
LAST_HANDLER = ("before-send", botocore_hooks.fail_attempt)
"""Called after all handlers of the user, those for all services included."""


def install_in_handlers(handlers: ModuleType) -> None:
    """Have every session to come register our handlers."""
    if HANDLERS[0] not in handlers.BUILTIN_HANDLERS:
        handlers.BUILTIN_HANDLERS.extend([*HANDLERS, (*LAST_HANDLER, handlers.REGISTER_LAST)])


def install_in_client(client: ModuleType) -> None:
    """Have every client to come call our handlers, whatever session it comes from, and those that exist too.

    Sessions may be older than our hooks, or made with `include_builtin_handlers=False`.
    """
    creator = client.ClientCreator
    original = creator.__init__

    @functools.wraps(original)
    def __init__(self: Any, *args: Any, **options: Any) -> None:
        original(self, *args, **options)
        _register(self._event_emitter)

    creator.__init__ = __init__
    for emitter in _existing_emitters(client.BaseClient):
        _register(emitter)


def _register(emitter: Any) -> None:
    """Register our handlers on an emitter that does not have them."""
    handlers = getattr(getattr(emitter, "_emitter", emitter), "_handlers", None)
    if handlers is None:
        return  # not an emitter of botocore's
    if not any(handler is botocore_hooks.answer_call for handler in handlers.prefix_search("before-call.dynamodb")):
        for event, handler in HANDLERS:
            emitter.register(event, handler)
        emitter.register_last(*LAST_HANDLER)


def _existing_emitters(base: type) -> Iterator[Any]:
    """Yield the event emitters of all clients; `base` is the class of them all.

    Finding clients takes 3 to 20 ms, and is done only where some were made before our hooks came.
    """
    # botocore's and aiobotocore's own classes have no clients: each service gets a class with the names of its methods.
    classes = [one for one in _subclasses(base) if one._PY_TO_OP_NAME]  # type: ignore[attr-defined]  # botocore's
    for instance in gc.get_referrers(*classes) if classes else ():
        if type(instance) in classes:
            # The second differs where somebody replaced the first.
            yield instance.meta.events
            yield instance._endpoint._event_emitter


def _subclasses(top: type) -> Iterator[type]:
    directs: list[type] = type.__subclasses__(top)
    for one in directs:
        yield one
        yield from _subclasses(one)
