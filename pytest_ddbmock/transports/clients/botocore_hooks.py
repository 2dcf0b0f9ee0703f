"""The two doors for botocore's clients.

`before-call` is the ordinary door: no signing, no HTTP, no parsing. It declines what botocore may want to retry, for
retries happen only below it; `before-send` delivers that as an HTTP response, attempt by attempt, and is the net under
every client whose events no longer emit `before-call`. Whether a mock answers, and which, is decided at each call.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
import weakref
from typing import Any, TypeAlias

from botocore import UNSIGNED

from pytest_ddbmock.engine.caller import Caller, caller
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.transports import doors, json10, service_model
from pytest_ddbmock.transports.backend import Backend, InternalMockError, ask
from pytest_ddbmock.transports.clients.http_response import SentHttp
from pytest_ddbmock.transports.clients.origin import find_origin

CALL_HEADER = "X-Pytest-Ddbmock-Call"
"""Names the `PendingCall` of a request; no request that carries it leaves the process while its mock is active."""
_PENDING = "pytest_ddbmock_call"
"""Where a call's context keeps its `PendingCall`: the context lives exactly as long as the call."""

RETRIED_BESIDES = frozenset({"LimitExceededException", "ReplicatedWriteConflictException"})
"""Codes that botocore retries in one of its modes and AWS does not call retryable."""

_call_ids = itertools.count(1)
_pending_calls: weakref.WeakValueDictionary[str, PendingCall] = weakref.WeakValueDictionary()


# ---- what botocore would ask credentials for


def name_account(builtins: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Handler of `before-endpoint-resolution`: newer botocores want the account for the host's name.

    To find it they refresh credentials, which may ask STS or SSO; the host is none that anybody is going to see.
    """
    backend = doors.current()
    if backend is not None and callable(builtins.get(_ACCOUNT_ID)) and not context.get("is_presign_request"):
        builtins[_ACCOUNT_ID] = backend.account


_ACCOUNT_ID = "AWS::Auth::AccountId"


def leave_unsigned(context: dict[str, Any], **_: Any) -> Any:
    """Handler of `choose-signer`: what stays in the process needs no credentials. A presigned URL does not stay."""
    if context.get("is_presign_request") or (_PENDING not in context and doors.current() is None):
        return None
    return UNSIGNED


# ---- before-call


class CalledHttp:
    """What stands for the HTTP response of a call that was answered without HTTP."""

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
    """Handler of `before-call`: the HTTP status and the parsed answer, or None where this is not for us to give."""
    backend = doors.current()
    if backend is None or _PENDING in context:
        return None
    try:
        decoded = json10.decode(params["body"])
    except DynamoDBError as refusal:
        return _refused(model.service_model, refusal)
    return answer(backend, model, decoded, request_signer, context)


def answer(
    backend: Backend, model: Any, params: dict[str, Any], signer: Any, context: dict[str, Any]
) -> Answered | None:
    """What `backend` says to a call: the HTTP status and the parsed answer.

    None where botocore may want to try again; `context` then says so to the handlers that are to come.
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
    )
    outcome = ask(backend, request, convert)
    if isinstance(outcome, DynamoDBError):
        if is_left_to_botocore(outcome):
            context[_PENDING] = PendingCall(backend, request.call_id, request.caller, request, outcome)
            return None
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


def is_left_to_botocore(error: DynamoDBError) -> bool:
    """Whether botocore, in one of its retry modes, may try again after `error`."""
    return (error.is_retryable or error.code in RETRIED_BESIDES) and not isinstance(error, InternalMockError)


def _refused(services: Any, error: DynamoDBError) -> Answered:
    """What botocore's parser makes of `json10.error_body(error)`; botocore raises it."""
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
    """The account that credentials name, without refreshing them; users of local clouds give it as access key."""
    credentials = getattr(signer, "_credentials", None)
    # Credentials that refresh themselves have properties there, and reading one may call STS.
    plain: dict[str, Any] = getattr(credentials, "__dict__", {})
    account = plain.get("account_id")
    if account:
        return str(account)
    key = plain.get("access_key")
    return key if isinstance(key, str) and len(key) == 12 and key.isdecimal() and key.isascii() else None


# ---- before-send


class PendingCall:
    """A call that goes the long way: botocore asks for it attempt by attempt.

    `request` and `first`, the outcome of the first attempt, where `before-call` has them already.
    """

    def __init__(
        self,
        backend: Backend,
        call_id: int,
        who: Caller,
        request: Request | None = None,
        first: DynamoDBError | None = None,
    ) -> None:
        self.backend = backend
        self.name = str(call_id)
        self._call_id = call_id
        self._caller = who
        self._request = request
        self._ready = first
        self._attempts = 0
        _pending_calls[self.name] = self

    def attempt(self, http: Any) -> json10.HttpAnswer:
        """The answer to the next attempt, which botocore would send as `http`."""
        self._attempts += 1
        outcome = self._ready or self._ask(http)
        # A bug is not run into again.
        self._ready = outcome if isinstance(outcome, InternalMockError) else None
        return json10.http_refusal(outcome) if isinstance(outcome, DynamoDBError) else outcome

    def _ask(self, http: Any) -> json10.HttpAnswer | DynamoDBError:
        try:
            if self._request is None:
                service, operation = json10.split_target(http.headers.get("X-Amz-Target"))
                params = json10.decode(http.body or b"")
                self._request = Request(service, operation, params, self._caller, find_origin(), self._call_id)
        except DynamoDBError as refusal:
            return refusal
        return ask(self.backend, dataclasses.replace(self._request, attempt=self._attempts), json10.http_answer)


def name_attempt(request: Any, request_signer: Any, **_: Any) -> None:
    """Handler of `before-sign`: names the call in the headers, all that every botocore shows at `before-send`."""
    context = request.context
    if context.get("is_presign_request"):
        return
    pending = context.get(_PENDING)
    if pending is None:
        backend = doors.current()
        if backend is None:
            return
        who = caller(_account(request_signer) or backend.account, context.get("client_region") or backend.region)
        pending = context[_PENDING] = PendingCall(backend, next(_call_ids), who)
    request.headers[CALL_HEADER] = pending.name


def answer_attempt(request: Any, **_: Any) -> SentHttp | None:
    """Handler of `before-send`: the HTTP response, or None where this is not for us to give."""
    pending = pending_call(request)
    if pending is None:
        backend = doors.current()
        if backend is None:
            return None
        # Nobody signed it: the mock was opened meanwhile, or the request comes from somewhere unusual.
        pending = PendingCall(backend, next(_call_ids), caller(backend.account, backend.region))
    answer = SentHttp(request.url, pending.attempt(request), pending.backend)
    if "moto" in sys.modules:
        # botocore calls all handlers and takes the first answer. moto goes by the URL: without it, it neither puts the
        # item into a table of its own nor refuses a service that the user has not given it.
        request.url = "http://pytest-ddbmock.invalid/"
    return answer


def pending_call(request: Any) -> PendingCall | None:
    """The call that a request at `before-send` is an attempt at, if a mock answers it."""
    name = request.headers.get(CALL_HEADER)
    if name is None:
        return None
    return _pending_calls.get(name.decode() if isinstance(name, bytes) else name)
