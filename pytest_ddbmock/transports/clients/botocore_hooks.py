"""The two doors for botocore's clients.

`before-call` is the standard door: no signing, no HTTP, no parsing. It declines whatever botocore may retry, because
retries happen only below it; `before-send` delivers that as an HTTP response or a network failure, attempt by attempt,
and also catches every client whose events no longer emit `before-call`. Each call looks up which mock answers, if any.
"""

from __future__ import annotations

import dataclasses
import http.client
import itertools
import sys
import weakref
from typing import Any, TypeAlias

from botocore import UNSIGNED
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from pytest_ddbmock import errors
from pytest_ddbmock.engine.caller import Caller, caller
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.errors import DynamoDBError, NoAnswer
from pytest_ddbmock.transports import doors, json10, service_model
from pytest_ddbmock.transports.backend import Backend, InternalMockError, ask
from pytest_ddbmock.transports.clients import delays
from pytest_ddbmock.transports.clients.http_response import SentHttp
from pytest_ddbmock.transports.clients.origin import find_origin

CALL_HEADER = "X-Pytest-Ddbmock-Call"
"""Names the `PendingCall` of a request; no request with this header leaves the process while its mock is active."""
PENDING = "pytest_ddbmock_call"
"""Key of the `PendingCall` in a call's context, which lives exactly as long as the call."""

ALSO_RETRIED = frozenset({"LimitExceededException", "ReplicatedWriteConflictException"})
"""Codes that botocore retries in one of its modes although AWS does not call them retryable."""

_call_ids = itertools.count(1)
_pending_calls: weakref.WeakValueDictionary[str, PendingCall] = weakref.WeakValueDictionary()


# ---- what botocore would need credentials for


def name_account(builtins: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Handle `before-endpoint-resolution`: newer versions of botocore put the account into the host's name.

    To find it they would refresh credentials, which may call STS or SSO, for a host that is never contacted.
    """
    backend = doors.current()
    if backend is not None and callable(builtins.get(_ACCOUNT_ID)) and not context.get("is_presign_request"):
        builtins[_ACCOUNT_ID] = backend.account


_ACCOUNT_ID = "AWS::Auth::AccountId"


def leave_unsigned(context: dict[str, Any], **_: Any) -> Any:
    """Handle `choose-signer`: a call that stays in the process needs no credentials. A presigned URL leaves it."""
    if context.get("is_presign_request") or (PENDING not in context and doors.current() is None):
        return None
    return UNSIGNED


# ---- before-call


class CalledHttp:
    """Stand in for the HTTP response of a call that was answered without HTTP."""

    __slots__ = ("headers", "status_code")

    content = b""
    text = ""
    url = ""

    def __init__(self, status_code: int, headers: dict[str, str]) -> None:
        self.status_code = status_code
        self.headers = headers


Answered: TypeAlias = tuple[CalledHttp, dict[str, Any]]


def answer_call(
    model: Any, params: dict[str, Any], request_signer: Any, context: dict[str, Any], **_: Any
) -> Answered | None:
    """Handle `before-call`: return the HTTP status and the parsed answer, or None to let botocore go on."""
    backend = doors.current()
    if backend is None or PENDING in context:
        return None
    try:
        decoded = json10.decode(params["body"])
    except DynamoDBError as refusal:
        return _refused(model.service_model, refusal)
    return answer(backend, model, decoded, request_signer, context)


def answer(
    backend: Backend, model: Any, params: dict[str, Any], signer: Any, context: dict[str, Any]
) -> Answered | None:
    """Return the answer of `backend` to a call: the HTTP status and the parsed answer.

    None for an outcome that botocore may retry; `context` then keeps it for the later handlers.
    """
    services = model.service_model
    operation: str = model.name
    key = services.service_name, operation
    try:
        convert = _converters[key]
    except KeyError:
        service_model.learn(services)
        convert = _converters[key] = service_model.converter(model.output_shape) or _as_it_is
    request = Request(
        key[0],
        operation,
        params,
        caller(_account(signer) or backend.account, context.get("client_region") or backend.region),
        find_origin(),
        next(_call_ids),
        1,
        delays.in_waiter(),
    )
    outcome = ask(backend, request, convert)
    if isinstance(outcome, DynamoDBError | NoAnswer):
        if is_left_to_botocore(outcome):
            context[PENDING] = PendingCall(backend, request.call_id, request.caller, request, outcome)
            return None
        assert isinstance(outcome, DynamoDBError), "a missing answer is left to botocore"
        return _refused(services, outcome)
    name = json10.request_id()
    headers = json10.head(name)
    outcome["ResponseMetadata"] = {
        "RequestId": name,
        "HTTPStatusCode": 200,
        "HTTPHeaders": headers,
        "RetryAttempts": 0,
    }
    return CalledHttp(200, headers), outcome


def _as_it_is(answer: Any) -> Any:
    return answer


_converters: dict[tuple[str, str], service_model.Convert] = {}


def is_left_to_botocore(failure: DynamoDBError | NoAnswer) -> bool:
    """Return True if botocore, in one of its retry modes, may retry after `failure`."""
    if isinstance(failure, NoAnswer):
        return True
    return (failure.is_retryable or failure.code in ALSO_RETRIED) and not isinstance(failure, InternalMockError)


def _refused(services: Any, error: DynamoDBError) -> Answered:
    """Return what botocore's parser makes of `json10.error_body(error)`; botocore raises it."""
    name = json10.request_id()
    headers = json10.head(name)
    parsed: dict[str, Any] = {
        "Error": {"Message": error.message or "", "Code": error.code},
        "ResponseMetadata": {
            "RequestId": name,
            "HTTPStatusCode": error.status,
            "HTTPHeaders": headers,
            "RetryAttempts": 0,
        },
    }
    shape = services.shape_for_error_code(error.code)
    if shape is not None:
        members = json10.error_members(error)
        parsed.update((member, members[member]) for member in shape.members if member in members)
    return CalledHttp(error.status, headers), parsed


def _account(signer: Any) -> str | None:
    """Return the account that credentials name, without refreshing them; local clouds take it as the access key."""
    try:
        # Not their attributes: refreshable credentials have properties there, and reading one may call STS.
        plain: dict[str, Any] = signer._credentials.__dict__
    except AttributeError:
        return None
    account = plain.get("account_id")
    if account:
        return str(account)
    key = plain.get("access_key")
    return key if isinstance(key, str) and len(key) == 12 and key.isdecimal() and key.isascii() else None


# ---- before-send


class PendingCall:
    """A call that botocore asks for attempt by attempt, with the delays between them.

    `request` and `first`, the outcome of the first attempt, are those of `before-call`, if it was emitted.
    """

    def __init__(
        self,
        backend: Backend,
        call_id: int,
        who: Caller,
        request: Request | None = None,
        first: DynamoDBError | NoAnswer | None = None,
    ) -> None:
        self.backend = backend
        self.name = str(call_id)
        self._call_id = call_id
        self._caller = who
        self._request = request
        self._ready = first
        self._attempts = 0
        self._waited = delays.in_waiter()
        _pending_calls[self.name] = self

    def attempt(self, http: Any) -> json10.HttpAnswer | NoAnswer:
        """Return the outcome of the next attempt, which botocore would send as `http`."""
        self._attempts += 1
        outcome = self._ready or self._ask(http)
        # A bug of the mock is not run into again.
        self._ready = outcome if isinstance(outcome, InternalMockError) else None
        return json10.http_refusal(outcome) if isinstance(outcome, DynamoDBError) else outcome

    def spend(self, seconds: float) -> None:
        """Date the attempts to come later by a delay that botocore would have slept."""
        self._waited += self.backend.spend(seconds)

    def _ask(self, http: Any) -> json10.HttpAnswer | DynamoDBError | NoAnswer:
        try:
            if self._request is None:
                service, operation = json10.split_target(http.headers.get("X-Amz-Target"))
                params = json10.decode(http.body or b"")
                self._request = Request(service, operation, params, self._caller, find_origin(), self._call_id)
        except DynamoDBError as refusal:
            return refusal
        request = dataclasses.replace(self._request, attempt=self._attempts, waited=self._waited)
        return ask(self.backend, request, json10.http_answer)


def name_attempt(request: Any, request_signer: Any, **_: Any) -> None:
    """Handle `before-sign`: name the call in the headers, which every version of botocore shows at `before-send`."""
    context = request.context
    if context.get("is_presign_request"):
        return
    pending = context.get(PENDING)
    if pending is None:
        backend = doors.current()
        if backend is None:
            return
        who = caller(_account(request_signer) or backend.account, context.get("client_region") or backend.region)
        pending = context[PENDING] = PendingCall(backend, next(_call_ids), who)
    request.headers[CALL_HEADER] = pending.name


def answer_attempt(request: Any, **_: Any) -> SentHttp | None:
    """Handle `before-send`: return the HTTP response, or None; a network failure is left to `fail_attempt`."""
    pending = pending_call(request)
    if pending is None:
        backend = doors.current()
        if backend is None:
            return None
        # Nobody named it: the mock was opened after signing, or the request comes from somewhere unusual.
        pending = PendingCall(backend, next(_call_ids), caller(backend.account, backend.region))
    outcome = pending.attempt(request)
    answer = None
    if isinstance(outcome, NoAnswer):
        request.ddbmock_failure = _network_error(outcome.code, request)
    else:
        answer = SentHttp(request.url, outcome)
    if "moto" in sys.modules:
        # botocore calls all handlers and takes the first answer. moto goes by the URL: without it, it neither puts the
        # item into a table of its own nor refuses a service that the user has not named.
        request.url = "http://pytest-ddbmock.invalid/"
    return answer


def fail_attempt(request: Any, **_: Any) -> None:
    """Handle `before-send` after all other handlers: raise the network failure where the request would be sent."""
    failure = getattr(request, "ddbmock_failure", None)
    if failure is not None:
        request.url = failure.kwargs["endpoint_url"]
        raise failure


def _network_error(code: str, request: Any) -> Exception:
    """Return the exception that botocore's HTTP layer raises for a failure; its retry handlers know these."""
    if code == errors.CONNECTION_CLOSED:
        cause: Exception = http.client.RemoteDisconnected("Remote end closed connection without response")
        return ConnectionClosedError(error=cause, request=request, endpoint_url=request.url)  # type: ignore[no-any-return]
    kind, cause = {
        errors.READ_TIMEOUT: (ReadTimeoutError, TimeoutError("Read timed out.")),
        errors.CONNECT_TIMEOUT: (ConnectTimeoutError, TimeoutError("Connection timed out.")),
        errors.CANNOT_CONNECT: (EndpointConnectionError, ConnectionRefusedError("Connection refused")),
    }[code]
    return kind(endpoint_url=request.url, error=cause)  # type: ignore[no-any-return]


def pending_call(request: Any) -> PendingCall | None:
    """Return the call that a request at `before-send` is an attempt at, if a mock answers it."""
    name = request.headers.get(CALL_HEADER)
    if name is None:
        return None
    return _pending_calls.get(name.decode() if isinstance(name, bytes) else name)
