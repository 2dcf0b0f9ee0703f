"""JSON 1.0 as DynamoDB speaks it: bodies, errors, base64, request ids. Source: "DynamoDB low-level API"."""

from __future__ import annotations

import base64
import email.utils
import itertools
import json
import time
import zlib
from typing import Any, NamedTuple, NoReturn

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.transports.services import JSON_1_0, SERVICES

CONTENT_TYPE = "application/x-amz-json-1.0"

TARGETS = {service.target: service.name for service in SERVICES.values() if service.protocol == JSON_1_0}
"""Services by the part of `X-Amz-Target` before the dot."""

NAMESPACES = {
    "ValidationException": "com.amazon.coral.validate#",
    "SerializationException": "com.amazon.coral.service#",
    "UnknownOperationException": "com.amazon.coral.service#",
    "AccessDeniedException": "com.amazon.coral.service#",
    "MissingAuthenticationTokenException": "com.amazon.coral.service#",
    "IncompleteSignatureException": "com.amazon.coral.service#",
    "UnrecognizedClientException": "com.amazon.coral.service#",
}
"""Namespaces before the code in `__type`; `SERVICE_NAMESPACE` for all other codes."""
SERVICE_NAMESPACE = "com.amazonaws.dynamodb.v20120810#"

CAPITAL_MESSAGE = frozenset(
    {
        "SerializationException",
        "AccessDeniedException",
        "TransactionCanceledException",
        "IdempotentParameterMismatchException",
        "TransactionInProgressException",
    }
)
"""Errors with their text in the member `Message`; all others use `message`. Source: captures of the service."""

_ID_PREFIX = "PYTESTDDBMOCK" + 27 * "0"
_serial = itertools.count(100_000_000_001)
"""Always 12 digits: with the prefix 52 characters."""


class HttpAnswer(NamedTuple):
    """One HTTP response; the names of `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def request_id() -> str:
    """Return 52 characters from 0-9 and A-Z, like AWS's; from a counter."""
    return _ID_PREFIX + str(next(_serial))


def head(name: str) -> dict[str, str]:
    """Return the headers of an answer with the request id `name`, except those that depend on its body."""
    global _second, _date
    second = int(time.time())
    if second != _second:
        # In this order: another thread may look in between.
        _date = email.utils.formatdate(second, usegmt=True)
        _second = second
    return {"server": "Server", "date": _date, "content-type": CONTENT_TYPE, "x-amzn-requestid": name}


_second, _date = 0, ""
"""The last `Date`, in the form of RFC 7231."""


def split_target(target: str | bytes | None) -> tuple[str, str]:
    """Return service and operation of an `X-Amz-Target`. Errors: UnknownOperationException."""
    if isinstance(target, bytes):
        target = target.decode("latin-1")
    prefix, _, operation = (target or "").partition(".")
    if prefix not in TARGETS or not operation:
        raise errors.unknown_operation()
    return TARGETS[prefix], operation


# ---- requests


def decode(body: bytes | str) -> dict[str, Any]:
    """Return the parameters of a request. Errors: SerializationException without text unless it is a JSON object."""
    try:
        text = body if isinstance(body, str) else str(body, "utf-8")
        params = _read(text)
        if "\\u" in text and ("\\ud" in text or "\\uD" in text):
            _refuse_half_characters(params)
    except (ValueError, RecursionError):
        raise errors.serialization(None) from None
    if type(params) is not dict:
        raise errors.serialization(None)
    return params


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)


def _read(text: str) -> Any:
    if text[:1] == "{" and text[-1:] == "}":  # no spaces around it, as from every AWS SDK: twice as fast
        params, end = _decoder.raw_decode(text)
        if end == len(text):
            return params
    return _decoder.decode(text)


def _refuse_half_characters(params: Any) -> None:
    """Unsure: what AWS answers to half of a surrogate pair; it cannot be stored as UTF-8."""
    json.dumps(params, ensure_ascii=False).encode()


# ---- answers


def encode(answer: dict[str, Any]) -> bytes:
    """Return the body of an answer in which blobs are bytes."""
    return _write(answer).encode()


def _base64(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} in an answer")


_write = json.JSONEncoder(separators=(",", ":"), default=_base64).encode


def error_members(error: DynamoDBError) -> dict[str, Any]:
    """Return the members of an error's body except `__type`."""
    members: dict[str, Any] = {}
    if error.message is not None:
        members["Message" if error.code in CAPITAL_MESSAGE else "message"] = error.message
    members.update((name, value) for name, value in error.fields.items() if value is not None)
    return members


def error_body(error: DynamoDBError) -> dict[str, Any]:
    """Return the whole body of an error."""
    return {"__type": NAMESPACES.get(error.code, SERVICE_NAMESPACE) + error.code, **error_members(error)}


def http_answer(answer: dict[str, Any]) -> HttpAnswer:
    """Return an answer as an HTTP response."""
    return _http(200, encode(answer))


def http_refusal(error: DynamoDBError) -> HttpAnswer:
    """Return an error as an HTTP response."""
    return _http(error.status, encode(error_body(error)))


def _http(status: int, body: bytes) -> HttpAnswer:
    headers = head(request_id())
    headers["content-length"] = str(len(body))
    headers["x-amz-crc32"] = str(zlib.crc32(body))
    return HttpAnswer(status, headers, body)
