"""Puts our handlers into all sessions and clients, those that exist and those to come."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
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


def install(handlers: ModuleType) -> None:
    """Have every session to come register our handlers, and those that exist now, with their clients, as well."""
    if HANDLERS[0] in handlers.BUILTIN_HANDLERS:
        return
    handlers.BUILTIN_HANDLERS.extend([*HANDLERS, (*LAST_HANDLER, handlers.REGISTER_LAST)])
    for emitter in _existing_emitters():
        for event, handler in HANDLERS:
            emitter.register(event, handler)
        emitter.register_last(*LAST_HANDLER)


def _existing_emitters() -> Iterator[Any]:
    """The event emitters of all sessions and clients, each once.

    Looking for them takes 3 to 20 ms: done once per process, and only where there may be some.
    """
    classes: list[type] = []
    for module, name in (("botocore.session", "Session"), ("botocore.client", "BaseClient")):
        # Missing while botocore is just being imported: then there is nothing to find.
        if hasattr(sys.modules.get(module), name) and not _is_unused(sys.modules[module], name):
            classes += _with_subclasses(getattr(sys.modules[module], name))
    seen: set[int] = set()
    for instance in gc.get_referrers(*classes) if classes else ():
        if type(instance) not in classes:
            continue
        for emitter in _emitters_of(instance):
            if id(emitter) not in seen:
                seen.add(id(emitter))
                yield emitter


def _is_unused(place: object, name: str) -> bool:
    """Whether a class surely has no instances and no subclasses: each of them refers to it.

    As many references as to a new class say so, provided that references to classes are counted by this Python.
    """
    new = SimpleNamespace(Class=type("Class", (), {}))
    unused = _references(new, "Class")
    instance = new.Class()
    is_counted = _references(new, "Class") == unused + 1
    del instance
    # What refers to every class of this form: its MRO, these two, and the name.
    is_alike = vars(new.Class).keys() & {"__dict__", "__weakref__"} <= vars(getattr(place, name)).keys()
    return is_counted and is_alike and _references(place, name) == unused


def _references(place: object, name: str) -> int:
    return sys.getrefcount(getattr(place, name))


def _with_subclasses(top: type) -> list[type]:
    directs: list[type] = type.__subclasses__(top)
    return [top, *(below for direct in directs for below in _with_subclasses(direct))]


def _emitters_of(instance: Any) -> list[Any]:
    if hasattr(type(instance), "get_component"):
        return [instance.get_component("event_emitter")]
    # The second differs where somebody replaced the first.
    return [instance.meta.events, instance._endpoint._event_emitter]
