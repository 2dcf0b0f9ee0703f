"""The door for HTTP: from a request on the wire to the answer that DynamoDB's endpoint would send.

Source: "DynamoDB low-level API".
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Callable

from pytest_ddbmock import errors
from pytest_ddbmock.engine.caller import caller
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.errors import DynamoDBError, NoAnswer, NotImplementedByMock, UsageError
from pytest_ddbmock.transports import json10
from pytest_ddbmock.transports.backend import Backend, InternalMockError, ask
from pytest_ddbmock.transports.http import http1
from pytest_ddbmock.transports.http.credential_scope import credential_scope
from pytest_ddbmock.transports.http.http1 import BadHttp, HttpRequest
from pytest_ddbmock.transports.json10 import HttpAnswer
from pytest_ddbmock.transports.service_model import ModelShapes

CONTROL = "/_ddbmock/"
"""Prefix of the paths by which a test suite in another language controls the mock."""

Control = Callable[[str, str, bytes], HttpAnswer]
"""Answers a request for test control: method, path after `CONTROL`, body."""

CONTENT_TYPES = (json10.CONTENT_TYPE, "application/json")
UNKNOWN = b"<UnknownOperationException/>\n"
MIN_PACKED = 1024
"""Minimum size in bytes of an answer that is compressed for a client that accepts gzip."""

_EXPOSED = "x-amzn-RequestId, x-amzn-ErrorType, x-amz-request-id, x-amz-id-2, x-amzn-ErrorMessage, x-amz-crc32, Date"
_SHAPES = ModelShapes()
_PREFLIGHT = {"access-control-allow-methods": "GET, HEAD, POST, OPTIONS", "access-control-max-age": "172800"}


class HttpDoor:
    """Answers HTTP requests for one backend."""

    def __init__(self, backend: Backend, control: Control | None = None) -> None:
        self._backend = backend
        self._control = control

    def answer(self, request: HttpRequest) -> HttpAnswer | None:
        """Return the whole answer; None to close the connection without one. Raises no exception."""
        answer: HttpAnswer | None
        if request.path.startswith(CONTROL):
            answer = self._answer_control(request)
        else:
            answer = self._answer_service(request)
            if answer is None:
                return None
            if "origin" in request.headers:
                answer.headers.update(_shared_with_browsers(request))
        if len(answer.body) >= MIN_PACKED and _takes_gzip(request):
            answer = _packed(answer)
        if not request.stays_open:
            answer.headers["connection"] = "close"
        return answer

    def _answer_service(self, request: HttpRequest) -> HttpAnswer | None:
        method = request.method
        if method == "POST" and request.path == "/":
            content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if content_type in CONTENT_TYPES:
                answer = self._answer_call(request)
                if answer is not None:
                    answer.headers["content-type"] = content_type
                return answer
        elif method in ("GET", "HEAD") and request.path == "/":
            return plain(200, f"healthy: dynamodb.{self._backend.region}.amazonaws.com ".encode())
        elif method == "OPTIONS" and "origin" in request.headers:
            answer = plain(200, b"")
            answer.headers.update(_PREFLIGHT)
            return answer
        return plain(404, UNKNOWN)

    def _answer_call(self, request: HttpRequest) -> HttpAnswer | None:
        try:
            params = json10.decode(request.body)
            service, operation = json10.split_target(request.headers.get("x-amz-target"))
            if _SHAPES.input(service, operation) is None:
                raise errors.unknown_operation()
            region, account = credential_scope(request.headers, request.query)
        except DynamoDBError as refusal:
            return json10.http_refusal(refusal)
        call_id, attempt = _attempt(request)
        backend = self._backend
        asked = Request(
            service,
            operation,
            params,
            caller(account or backend.account, region or backend.region),
            _origin(request),
            call_id,
            attempt,
        )
        try:
            outcome = ask(backend, asked, json10.http_answer)
        except NotImplementedByMock as gap:
            # No SDK retries after 501.
            outcome = DynamoDBError("NotImplementedByMock", str(gap), status=501)
        except UsageError as mistake:
            backend.notice(mistake)  # the author of the test does not see the answer
            outcome = DynamoDBError("UsageError", str(mistake), status=501)
        if isinstance(outcome, NoAnswer):
            return None
        return json10.http_refusal(outcome) if isinstance(outcome, DynamoDBError) else outcome

    def _answer_control(self, request: HttpRequest) -> HttpAnswer:
        if self._control is None:
            return plain(404, b"test control is off: start the server with --control or serve(control=True)\n")
        if "origin" in request.headers:
            # Any page in a browser could send this.
            return plain(403, b"test control is not for browsers\n")
        try:
            return self._control(request.method, request.path[len(CONTROL) :], request.body)
        except Exception as bug:
            self._backend.notice(bug)
            return json10.http_refusal(InternalMockError(bug))


def plain(status: int, body: bytes) -> HttpAnswer:
    """Return an answer in plain text."""
    headers = json10.head(json10.request_id())
    headers["content-type"] = "text/plain"
    headers["content-length"] = str(len(body))
    headers["x-amz-crc32"] = str(zlib.crc32(body))
    return HttpAnswer(status, headers, body)


def refusal(bad: BadHttp) -> HttpAnswer:
    """Return the answer to an invalid request; the connection ends with it."""
    answer = plain(bad.status, f"{bad}\n".encode() if str(bad) else b"")
    answer.headers["connection"] = "close"
    return answer


# ---- what the headers of a request say


def _attempt(request: HttpRequest) -> tuple[int, int]:
    """Return the id of a call and the number of this attempt, which AWS's SDKs send; 0 and 1 if they are missing."""
    try:
        call_id = uuid.UUID(request.headers["amz-sdk-invocation-id"]).int
        parts = dict(part.strip().partition("=")[::2] for part in request.headers["amz-sdk-request"].split(";"))
        attempt = int(parts["attempt"])
    except (KeyError, ValueError):
        return 0, 1
    return (call_id, attempt) if attempt > 0 else (0, 1)


def _origin(request: HttpRequest) -> str:
    """Return the client for the record of calls: `over HTTP, aws-cli/1.42.0`."""
    agent = request.headers.get("user-agent", "").split(" ", 1)[0]
    return f"over HTTP, {agent}" if agent else "over HTTP"


def _takes_gzip(request: HttpRequest) -> bool:
    accepted = request.headers.get("accept-encoding", "").lower()
    for coding in accepted.split(","):
        name, _, quality = coding.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in _NEVER
    return False


_NEVER = ("q=0", "q=0.0", "q=0.00", "q=0.000")


def _packed(answer: HttpAnswer) -> HttpAnswer:
    """Return the answer as gzip; the checksum is that of the compressed body."""
    body = http1.pack(answer.body)
    headers = {
        **answer.headers,
        "content-encoding": "gzip",
        "content-length": str(len(body)),
        "x-amz-crc32": str(zlib.crc32(body)),
    }
    return HttpAnswer(answer.status, headers, body)


def _shared_with_browsers(request: HttpRequest) -> dict[str, str]:
    """Return the headers of CORS: any page may use this DynamoDB, as it may AWS's."""
    shared = {"access-control-allow-origin": "*", "access-control-expose-headers": _EXPOSED, "vary": "Origin"}
    if wanted := request.headers.get("access-control-request-headers"):
        shared["access-control-allow-headers"] = wanted
    if request.headers.get("access-control-request-private-network") == "true":
        shared["access-control-allow-private-network"] = "true"
    return shared
