"""The fastest door: the methods of new clients ask the mock themselves, without a request being built.

A method goes this way only where nothing could tell the difference. Whatever is unusual goes by botocore's own method
and so through the ordinary door, from the beginning or, where handlers of the user have had their say, from there.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import sys
import warnings
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeAlias

from pytest_ddbmock.transports import doors
from pytest_ddbmock.transports.clients import botocore_hooks
from pytest_ddbmock.transports.clients.botocore_compat import incompatibilities
from pytest_ddbmock.transports.clients.direct_route import Route

Method: TypeAlias = Callable[..., Any]


class DirectMethodsWarning(UserWarning):
    """Clients are answered through the ordinary door, which is slower, because this botocore has something new."""


_bases: dict[type, Method | None] = {}
"""By base class of clients: its `_make_api_call`, None where this door is not for them."""


def _own_make_api_call(base: type) -> Method | None:
    if base not in _bases:
        genuine = base._make_api_call  # type: ignore[attr-defined]
        if not _is_own(genuine, base):
            return None  # perhaps for the moment only
        try:
            found = incompatibilities(base)
        except (AttributeError, KeyError, TypeError) as error:
            found = [f"{type(error).__name__}: {error}"]
        _bases[base] = None if found else genuine
        backend = doors.current()
        if found and (backend is None or backend.direct):
            _warn(found)
    return _bases[base]


def _warn(found: list[str]) -> None:
    text = (
        "pytest-ddbmock does not know this version of botocore well enough to answer the methods of clients directly "
        f"({'; '.join(found)}). All goes on through the ordinary door, which is slower; a newer pytest-ddbmock may "
        "help. The option direct=no does without this warning."
    )
    # Whoever makes errors of warnings is told nothing wrong by the ordinary door.
    with contextlib.suppress(DirectMethodsWarning):
        warnings.warn(text, DirectMethodsWarning, stacklevel=2)


def _is_own(function: Any, base: type) -> bool:
    """Whether a method is botocore's or aiobotocore's, not something that a tracer or a test has put around it."""
    library = _folder("botocore"), _folder("aiobotocore")
    return (
        type(function) is FunctionType
        and os.path.dirname(function.__code__.co_filename) in library  # what a decorator of the library has made
        and inspect.unwrap(function).__code__.co_filename == sys.modules[base.__module__].__file__
    )


def _folder(package: str) -> str:
    return os.path.dirname(getattr(sys.modules.get(package), "__file__", None) or package)


# ---- new clients


def offer(class_attributes: dict[str, Any], base_classes: list[type], **_: Any) -> None:
    """Handler of `creating-client-class`: puts our methods over botocore's."""
    if len(base_classes) != 1:
        return
    genuine = _own_make_api_call(base_classes[0])
    if genuine is None:
        return
    make = _awaitable_method if inspect.iscoroutinefunction(inspect.unwrap(genuine)) else _method
    for name, operation in class_attributes["_PY_TO_OP_NAME"].items():
        original = class_attributes.get(name)
        if type(original) is FunctionType and original.__code__.co_name == "_api_call":
            class_attributes[name] = make(original, operation, genuine)


def _method(original: Method, operation: str, genuine: Method) -> Method:
    route: Route | None = None

    @functools.wraps(original)
    def call(self: Any, *args: Any, **params: Any) -> Any:
        nonlocal route
        backend = doors.current()
        if backend is None or args or not backend.direct:
            return original(self, *args, **params)
        way = route
        if way is None or not way.is_of(self):
            way = route = Route(self, operation)
        if not way.is_open or type(self)._make_api_call is not genuine or "_make_api_call" in self.__dict__:
            return original(self, **params)
        context = way.context.copy()
        if way.has_builders:
            params = self._emit_api_params(api_params=params, operation_model=way.model, context=context)
            if not way.takes(params):
                return genuine(ResumedClient(self, params, context), operation, params)
        elif not way.takes(params):
            return original(self, **params)
        answered = botocore_hooks.answer(backend, way.model, params, self._request_signer, context)
        if answered is None:
            return genuine(ResumedClient(self, params, context), operation, params)
        if way.has_readers:
            self.meta.events.emit(way.after_call, **way.told(answered, context))
        return way.result(self, answered, context)

    return call


def _awaitable_method(original: Method, operation: str, genuine: Method) -> Method:
    route: Route | None = None

    # Like botocore's it complains of positional arguments before anything is awaited.
    @functools.wraps(original)
    def call(self: Any, *args: Any, **params: Any) -> Any:
        nonlocal route
        backend = doors.current()
        if backend is None or args or not backend.direct:
            return original(self, *args, **params)
        way = route
        if way is None or not way.is_of(self):
            way = route = Route(self, operation)
        if not way.is_open or type(self)._make_api_call is not genuine or "_make_api_call" in self.__dict__:
            return original(self, **params)
        if not way.has_builders and not way.takes(params):
            return original(self, **params)
        return answer(self, params, way)

    async def answer(self: Any, params: dict[str, Any], way: Route) -> Any:
        context = way.context.copy()
        if way.has_builders:
            params = await self._emit_api_params(api_params=params, operation_model=way.model, context=context)
        backend = doors.current()  # it may have ended before it was awaited
        if backend is None or not way.takes(params):
            return await genuine(AsyncResumedClient(self, params, context), operation, params)
        answered = botocore_hooks.answer(backend, way.model, params, self._request_signer, context)
        if answered is None:
            return await genuine(AsyncResumedClient(self, params, context), operation, params)
        if way.has_readers:
            await self.meta.events.emit(way.after_call, **way.told(answered, context))
        return way.result(self, answered, context)

    return call


class ResumedClient:
    """Stands for the client in `_make_api_call` where the handlers of parameters were called already."""

    def __init__(self, client: Any, params: dict[str, Any], context: dict[str, Any]) -> None:
        self._ours = client, params, context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ours[0], name)

    def _emit_api_params(self, api_params: Any, operation_model: Any, context: dict[str, Any]) -> Any:
        _, params, known = self._ours
        context.update(known)
        return params


class AsyncResumedClient(ResumedClient):
    """The same for aiobotocore."""

    async def _emit_api_params(self, api_params: Any, operation_model: Any, context: dict[str, Any]) -> Any:
        return super()._emit_api_params(api_params, operation_model, context)
