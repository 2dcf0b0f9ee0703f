"""The fastest door: the methods of new clients ask the mock themselves; no request is built.

Contract
--------
1. Nobody can tell the difference. A call has the same checks, answer, exception and events as by the standard door
   (`botocore_hooks.answer_call`), the events in the same order and with the same arguments.
2. A method answers directly only if
   * a mock is active, its option `direct` is on, and the arguments are keywords;
   * `_make_api_call` is botocore's own: no tracer, subclass or `mock.patch` has put anything around it;
   * nobody but us handles the events that are skipped (before-endpoint-resolution, before-call and all below), and the
     client is put together as usual, so that building a request could neither fail nor change anything (`Route`);
   * the parameters are plain values that botocore's validation accepts and its serializer does not change
     (`direct_params`); a doubt counts as no;
   * the installed botocore has nothing that this door does not know (`botocore_compat`).
   Otherwise botocore's own method runs, and so the standard door answers.
3. Handlers of parameters (provide-client-params, before-parameter-build) are called here, once. If the parameters that
   they leave do not pass, or the outcome is one that botocore may retry (throttle, server fault, no answer), botocore's
   `_make_api_call` goes on from there with a `ResumedClient`, which does not call them again. The outcome stays in the
   context of the call: the backend is not asked twice.
4. A `Route` holds until anybody registers or unregisters a handler on the client.
5. Left out, as no test sees it: endpoint rules, user agent, request, signing. The context has no `endpoint_properties`
   and no `signing`.
6. aiobotocore's methods do the same and await what it awaits.

`tests/botocore_facts/test_direct_facts.py` pins the functions of botocore that this door stands in for.
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
from pytest_ddbmock.transports.clients.botocore_compat import incompatibilities
from pytest_ddbmock.transports.clients.direct_route import Route

Method: TypeAlias = Callable[..., Any]


class DirectMethodsWarning(UserWarning):
    """The installed botocore is too new for direct methods: clients take the standard path, which is slower."""


_bases: dict[type, Method | None] = {}
"""By base class of clients: botocore's own `_make_api_call`; None if this door cannot serve them."""


def _own_make_api_call(base: type) -> Method | None:
    if base not in _bases:
        genuine = base._make_api_call  # type: ignore[attr-defined]
        if not _is_own(genuine, base):
            return None  # perhaps only for now
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
        "this version of botocore is too new for direct methods of pytest-ddbmock "
        f"({'; '.join(found)}). Falling back to the standard path, which is slower; a newer pytest-ddbmock may help. "
        "The option direct=no turns this warning off."
    )
    # Where warnings are errors, the standard path is still right.
    with contextlib.suppress(DirectMethodsWarning):
        warnings.warn(text, DirectMethodsWarning, stacklevel=2)


def _is_own(function: Any, base: type) -> bool:
    """Return True if a method is botocore's or aiobotocore's, not something that a tracer or a test put around it."""
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
    """Handle `creating-client-class`: wrap botocore's methods."""
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


def _chooser(operation: str, genuine: Method) -> Callable[[Any, tuple[Any, ...]], Route | None]:
    """Return the function that decides, call by call, whether the method of an operation answers directly.

    It returns the route, as far as can be known without the parameters; None if botocore's method runs.
    """
    known: Route | None = None

    def choose(client: Any, args: tuple[Any, ...]) -> Route | None:
        nonlocal known
        backend = doors.current()
        if backend is None or args or not backend.direct:
            return None
        route = known
        if route is None or not route.is_of(client):
            route = known = Route(client, operation)
        if not route.is_open or type(client)._make_api_call is not genuine or "_make_api_call" in client.__dict__:
            return None
        return route

    return choose


def _method(original: Method, operation: str, genuine: Method) -> Method:
    choose = _chooser(operation, genuine)

    @functools.wraps(original)
    def call(self: Any, *args: Any, **params: Any) -> Any:
        route = choose(self, args)
        if route is None:
            return original(self, *args, **params)
        context = route.context.copy()
        if route.has_builders:
            params = self._emit_api_params(api_params=params, operation_model=route.model, context=context)
        elif not route.accepts(params):
            return original(self, **params)
        answered = route.ask(self, params, context)
        if answered is None:
            return genuine(ResumedClient(self, params, context), operation, params)
        if route.has_readers:
            self.meta.events.emit(route.after_call, **route.after_call_arguments(answered, context))
        return route.result(self, answered, context)

    return call


def _awaitable_method(original: Method, operation: str, genuine: Method) -> Method:
    choose = _chooser(operation, genuine)

    # Not `async def`: like botocore's it refuses positional arguments before anything is awaited.
    @functools.wraps(original)
    def call(self: Any, *args: Any, **params: Any) -> Any:
        route = choose(self, args)
        if route is None or not (route.has_builders or route.accepts(params)):
            return original(self, *args, **params)
        return answer(self, params, route)

    async def answer(self: Any, params: dict[str, Any], route: Route) -> Any:
        context = route.context.copy()
        if route.has_builders:
            params = await self._emit_api_params(api_params=params, operation_model=route.model, context=context)
        answered = route.ask(self, params, context)
        if answered is None:
            return await genuine(AsyncResumedClient(self, params, context), operation, params)
        if route.has_readers:
            await self.meta.events.emit(route.after_call, **route.after_call_arguments(answered, context))
        return route.result(self, answered, context)

    return call


class ResumedClient:
    """Stand in for the client in `_make_api_call` after the handlers of parameters have been called."""

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
