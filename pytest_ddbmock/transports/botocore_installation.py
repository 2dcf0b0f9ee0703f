"""Puts our handlers into all sessions and clients, those that exist and those to come."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from pytest_ddbmock.transports import botocore_hooks, direct_methods

HANDLERS = tuple(
    (f"{event}.{service}", handler)
    for service in ("dynamodb", "dynamodb-streams")
    for event, handler in (
        ("creating-client-class", direct_methods.offer),
        ("before-endpoint-resolution", botocore_hooks.name_account),
        ("before-call", botocore_hooks.answer_call),
        ("choose-signer", botocore_hooks.leave_unsigned),
        ("before-sign", botocore_hooks.name_attempt),
        ("before-send", botocore_hooks.answer_attempt),
    )
)
"""Events are named by botocore's service id; DAX, Kinesis and all others have their own."""


def install(handlers: ModuleType) -> None:
    """Have every session to come register our handlers, and those that exist now, with their clients, as well."""
    if HANDLERS[0] in handlers.BUILTIN_HANDLERS:
        return
    handlers.BUILTIN_HANDLERS.extend(HANDLERS)
    for emitter in _existing_emitters():
        for event, handler in HANDLERS:
            emitter.register(event, handler)


def _existing_emitters() -> Iterator[Any]:
    """The event emitters of all sessions and clients, each once. Takes some 20 ms: done once per process."""
    classes: list[type] = []
    for module, name in (("botocore.session", "Session"), ("botocore.client", "BaseClient")):
        # Missing while botocore is just being imported: then there is nothing to find.
        top = getattr(sys.modules.get(module), name, None)
        if top is not None:
            classes += _with_subclasses(top)
    seen: set[int] = set()
    for instance in gc.get_referrers(*classes) if classes else ():
        if type(instance) not in classes:
            continue
        for emitter in _emitters_of(instance):
            if id(emitter) not in seen:
                seen.add(id(emitter))
                yield emitter


def _with_subclasses(top: type) -> list[type]:
    directs: list[type] = type.__subclasses__(top)
    return [top, *(below for direct in directs for below in _with_subclasses(direct))]


def _emitters_of(instance: Any) -> list[Any]:
    if hasattr(type(instance), "get_component"):
        return [instance.get_component("event_emitter")]
    # The second differs where somebody replaced the first.
    return [instance.meta.events, instance._endpoint._event_emitter]
