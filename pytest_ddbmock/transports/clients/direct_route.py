"""`Route`: whether and how the calls of one operation of one client can be answered without a request being built."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pytest_ddbmock.transports.clients import botocore_hooks
from pytest_ddbmock.transports.clients.botocore_hooks import Answered
from pytest_ddbmock.transports.clients.direct_params import Check, check_of

HARMLESS = {
    "before-endpoint-resolution": frozenset[str](),
    "before-call": frozenset({"add_recursion_detection_header", "inject_api_version_header_if_needed"}),
}
"""Events that are not emitted here, with the functions of `botocore.handlers` that do nothing worth having there."""


class Route:
    """How the calls of one operation of one client go, until somebody registers or unregisters a handler."""

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
        """A new one with every change of the handlers."""
        self.is_open = False
        """Whether they go by this door, as far as can be told before one is made."""
        self._accepts: Check = _refuse
        if self._seen is None:
            return
        self.model = client.meta.service_model.operation_model(operation)
        service = self.model.service_model.service_id.hyphenize()
        self.after_call = f"after-call.{service}.{operation}"
        self.has_readers = bool(self._handlers(self.after_call))
        """Whether somebody wants to see the answer."""
        self.has_builders = bool(self._handlers(f"provide-client-params.{service}.{operation}")) or not _is_idle(
            self.model, self._handlers(f"before-parameter-build.{service}.{operation}")
        )
        """Whether somebody may change the parameters."""
        self.is_open = (
            self._is_harmless("before-endpoint-resolution", service, operation, botocore_hooks.name_account)
            and self._is_harmless("before-call", service, operation, botocore_hooks.answer_call)
            and _is_ordinary(client)
        )
        if self.is_open:
            self.context = _context(client, self.model)
            self._accepts = _check(self.model)

    def is_of(self, client: Any) -> bool:
        """Whether this is a way of `client`, and still the right one."""
        return self._events is client.meta.events and self._seen is self._emitter._lookup_cache

    def takes(self, params: dict[str, Any]) -> bool:
        """Whether botocore would send the parameters as they are."""
        try:
            return self._accepts(params)
        except (RecursionError, UnicodeEncodeError):
            return False

    def told(self, answered: Answered, context: dict[str, Any]) -> dict[str, Any]:
        """What handlers of `after-call` are given."""
        return {"http_response": answered[0], "parsed": answered[1], "model": self.model, "context": context}

    def result(self, client: Any, answered: Answered, context: dict[str, Any]) -> Any:
        """The end of `_make_api_call`: gives the answer or raises it."""
        http, parsed = answered
        if http.status_code < 300:
            return parsed
        code = context.get("error_code_override") or parsed.get("Error", {}).get("Code")
        raise client.exceptions.from_code(code)(parsed, self.model.name)

    def _handlers(self, event: str) -> list[Any]:
        return list(self._emitter._handlers.prefix_search(event))

    def _is_harmless(self, event: str, service: str, operation: str, ours: Callable[..., Any]) -> bool:
        """Whether nobody but us has anything to do at an event that is not emitted here."""
        known = [ours, *(_botocores("handlers", name) for name in HARMLESS[event])]
        handlers = self._handlers(f"{event}.{service}.{operation}")
        return ours in handlers and all(any(one is handler for one in known) for handler in handlers)


def _botocores(module: str, name: str) -> Any:
    """Something of botocore's; None where it has no such thing, or where a test has put `sys.modules` back."""
    return getattr(sys.modules.get(f"botocore.{module}"), name, None)


def _refuse(params: Any) -> bool:
    return False


def _is_idle(model: Any, handlers: list[Any]) -> bool:
    """Whether the handlers of `before-parameter-build` have nothing to do for an operation."""
    key = model.service_model.service_name, model.name
    if key not in _idle:
        _idle[key] = _idle_functions(model)
    idle = [_botocores(module, name) for module, name in _idle[key]]
    return all(any(one is handler for one in idle) for handler in handlers)


_idle: dict[tuple[str, str], list[tuple[str, str]]] = {}


def _idle_functions(model: Any) -> list[tuple[str, str]]:
    """The functions of botocore that have nothing to do before the parameters of an operation are built."""
    idle = []
    if not model.idempotent_members:
        idle.append(("handlers", "generate_idempotent_uuid"))
    if not getattr(model, "http_checksum", None):
        idle.append(("handlers", "_handle_request_validation_mode_member"))
    if not (model.endpoint_discovery or {}).get("required"):
        idle.append(("discovery", "block_endpoint_discovery_required_operations"))
    return idle


def _is_ordinary(client: Any) -> bool:
    """Whether a client is put together as usual, so that building a request would neither fail nor change anything."""
    serializer = client._serializer
    if type(serializer) is _botocores("validate", "ParamValidationDecorator"):
        if type(serializer._param_validator) is not _botocores("validate", "ParamValidator"):
            return False
        serializer = serializer._serializer
    if type(serializer) is not _botocores("serialize", "JSONSerializer"):
        return False
    if getattr(client.meta.config, "auth_scheme_preference", None):
        return False
    # Some of these do not go together, and botocore says so when it makes the URL.
    builtins = getattr(client._ruleset_resolver, "_builtins", {})
    return not (
        builtins.get("AWS::UseFIPS")
        or builtins.get("AWS::UseDualStack")
        or builtins.get("AWS::Auth::AccountIdEndpointMode") == "required"
        or "api.aws" in str(builtins.get("SDK::Endpoint"))
        or sys.modules["botocore.history"].get_global_history_recorder()._enabled
    )


def _context(client: Any, model: Any) -> dict[str, Any]:
    """What `_make_api_call` tells handlers."""
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
