"""`Route`: whether and how calls of one operation of one client are answered without building a request."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pytest_ddbmock.transports import doors
from pytest_ddbmock.transports.clients import botocore_hooks
from pytest_ddbmock.transports.clients.botocore_hooks import Answered
from pytest_ddbmock.transports.clients.direct_params import Check, check_of

HARMLESS = {
    "before-endpoint-resolution": frozenset[str](),
    "before-call": frozenset({"add_recursion_detection_header", "inject_api_version_header_if_needed"}),
}
"""Events that are skipped, with the functions of `botocore.handlers` that have no effect worth keeping there."""


class Route:
    """The direct way of one operation of one client, until somebody registers or unregisters a handler."""

    __slots__ = (
        "_accepts",
        "_emitter",
        "_events",
        "_seen",
        "after_call",
        "context",
        "has_builders",
        "has_readers",
        "is_open",
        "model",
    )

    def __init__(self, client: Any, operation: str) -> None:
        self._events = client.meta.events
        self._emitter = getattr(self._events, "_emitter", self._events)
        self._seen = getattr(self._emitter, "_lookup_cache", None)
        """Replaced with every change of the handlers."""
        self.is_open = False
        """True if calls may be answered directly, as far as can be known before one is made."""
        self._accepts: Check = _refuse
        if self._seen is None:
            return
        self.model = client.meta.service_model.operation_model(operation)
        service = self.model.service_model.service_id.hyphenize()
        self.after_call = f"after-call.{service}.{operation}"
        self.has_readers = bool(self._handlers(self.after_call))
        """True if somebody handles the answer."""
        self.has_builders = bool(self._handlers(f"provide-client-params.{service}.{operation}")) or not _is_idle(
            self.model, self._handlers(f"before-parameter-build.{service}.{operation}")
        )
        """True if somebody may change the parameters."""
        self.is_open = (
            self._is_harmless("before-endpoint-resolution", service, operation, botocore_hooks.name_account)
            and self._is_harmless("before-call", service, operation, botocore_hooks.answer_call)
            and _is_ordinary(client)
        )
        if self.is_open:
            self.context = _context(client, self.model)
            self._accepts = _check(self.model)

    def is_of(self, client: Any) -> bool:
        """Return True if this is a route of `client` and no handler has changed since."""
        return self._events is client.meta.events and self._seen is self._emitter._lookup_cache

    def accepts(self, params: dict[str, Any]) -> bool:
        """Return True if botocore would send the parameters unchanged."""
        try:
            return self._accepts(params)
        except (RecursionError, UnicodeEncodeError):
            return False

    def ask(self, client: Any, params: dict[str, Any], context: dict[str, Any]) -> Answered | None:
        """Return the answer of the active mock; None if botocore has to go on, with the parameters as they are now."""
        backend = doors.current()  # it may have ended before the call was awaited
        if backend is None or (self.has_builders and not self.accepts(params)):
            return None
        return botocore_hooks.answer(backend, self.model, params, client._request_signer, context)

    def after_call_arguments(self, answered: Answered, context: dict[str, Any]) -> dict[str, Any]:
        """Return what handlers of `after-call` get."""
        return {"http_response": answered[0], "parsed": answered[1], "model": self.model, "context": context}

    def result(self, client: Any, answered: Answered, context: dict[str, Any]) -> Any:
        """Do the end of `_make_api_call`: return the answer or raise its error."""
        http, parsed = answered
        if http.status_code < 300:
            return parsed
        code = context.get("error_code_override") or parsed.get("Error", {}).get("Code")
        raise client.exceptions.from_code(code)(parsed, self.model.name)

    def _handlers(self, event: str) -> list[Any]:
        return list(self._emitter._handlers.prefix_search(event))

    def _is_harmless(self, event: str, service: str, operation: str, ours: Callable[..., Any]) -> bool:
        """Return True if only our handlers, and known ones without effect, are registered for a skipped event."""
        known = [ours, *(_botocores("handlers", name) for name in HARMLESS[event])]
        handlers = self._handlers(f"{event}.{service}.{operation}")
        return ours in handlers and all(any(one is handler for one in known) for handler in handlers)


def _botocores(module: str, name: str) -> Any:
    """Return an attribute of a botocore module; None if there is none, or if a test has restored `sys.modules`."""
    return getattr(sys.modules.get(f"botocore.{module}"), name, None)


def _refuse(params: Any) -> bool:
    return False


def _is_idle(model: Any, handlers: list[Any]) -> bool:
    """Return True if no handler of `before-parameter-build` has anything to do for an operation."""
    key = model.service_model.service_name, model.name
    if key not in _idle:
        _idle[key] = _idle_functions(model)
    idle = [_botocores(module, name) for module, name in _idle[key]]
    return all(any(one is handler for one in idle) for handler in handlers)


_idle: dict[tuple[str, str], list[tuple[str, str]]] = {}


def _idle_functions(model: Any) -> list[tuple[str, str]]:
    """Return the functions of botocore that have nothing to do before the parameters of an operation are built."""
    idle = []
    if not model.idempotent_members:
        idle.append(("handlers", "generate_idempotent_uuid"))
    if not getattr(model, "http_checksum", None):
        idle.append(("handlers", "_handle_request_validation_mode_member"))
    if not (model.endpoint_discovery or {}).get("required"):
        idle.append(("discovery", "block_endpoint_discovery_required_operations"))
    return idle


def _is_ordinary(client: Any) -> bool:
    """Return True if a client is put together as usual: building a request could neither fail nor change anything."""
    serializer = client._serializer
    if type(serializer) is _botocores("validate", "ParamValidationDecorator"):
        if type(serializer._param_validator) is not _botocores("validate", "ParamValidator"):
            return False
        serializer = serializer._serializer
    if type(serializer) is not _botocores("serialize", "JSONSerializer"):
        return False
    if getattr(client.meta.config, "auth_scheme_preference", None):
        return False
    # Some of these exclude each other, which botocore reports when it builds the URL.
    builtins = getattr(client._ruleset_resolver, "_builtins", {})
    return not (
        builtins.get("AWS::UseFIPS")
        or builtins.get("AWS::UseDualStack")
        or builtins.get("AWS::Auth::AccountIdEndpointMode") == "required"
        or "api.aws" in str(builtins.get("SDK::Endpoint"))
        or sys.modules["botocore.history"].get_global_history_recorder()._enabled
    )


def _context(client: Any, model: Any) -> dict[str, Any]:
    """Return what `_make_api_call` puts into the context of a call."""
    context = {
        "client_region": client.meta.region_name,
        "client_config": client.meta.config,
        "has_streaming_input": model.has_streaming_input,
    }
    if not hasattr(model, "resolved_auth_type"):
        return {**context, "auth_type": model.auth_type}
    return {
        **context,
        "auth_type": model.resolved_auth_type,
        "unsigned_payload": model.unsigned_payload,
        "auth_options": model.service_model.metadata.get("auth"),
    }


_checks: dict[tuple[str, str], Check] = {}


def _check(model: Any) -> Check:
    key = model.service_model.service_name, model.name
    if key not in _checks:
        _checks[key] = check_of(model.input_shape)
    return _checks[key]
