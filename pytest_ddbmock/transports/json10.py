"""JSON 1.0 as DynamoDB speaks it: bodies, errors, base64, request ids. Source: "DynamoDB low-level API"."""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from typing import Any, NamedTuple, NoReturn

from pytest_ddbmock import errors
from pytest_ddbmock.engine.request import DYNAMODB, STREAMS
from pytest_ddbmock.errors import DynamoDBError

CONTENT_TYPE = "application/x-amz-json-1.0"

SERVICES = {"DynamoDB_20120810": DYNAMODB, "DynamoDBStreams_20120810": STREAMS}
"""By the part of `X-Amz-Target` before the dot."""

OPENINGS = {
    "ValidationException": "com.amazon.coral.validate#",
    "SerializationException": "com.amazon.coral.service#",
    "UnknownOperationException": "com.amazon.coral.service#",
    "AccessDeniedException": "com.amazon.coral.service#",
    "MissingAuthenticationTokenException": "com.amazon.coral.service#",
    "IncompleteSignatureException": "com.amazon.coral.service#",
    "UnrecognizedClientException": "com.amazon.coral.service#",
}
"""What stands before the code in `__type`; `SERVICE_OPENING` for all others."""
SERVICE_OPENING = "com.amazonaws.dynamodb.v20120810#"

SPELLED_MESSAGE = frozenset(
    {
        "SerializationException",
        "AccessDeniedException",
        "TransactionCanceledException",
        "IdempotentParameterMismatchException",
        "TransactionInProgressException",
    }
)
"""Errors whose text is in the member `Message`; all others have `message`. Source: captures of the service."""

_ID_OPENING = "PYTESTDDBMOCK" + 27 * "0"
_serial = itertools.count(1)


class HttpAnswer(NamedTuple):
    """One HTTP response; the names of `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def request_id() -> str:
    """52 characters from 0-9 and A-Z, as AWS's are; from a counter."""
    return f"{_ID_OPENING}{next(_serial):012d}"


def head(name: str) -> dict[str, str]:
    """The headers of an answer with the request id `name`, without those that depend on its body."""
    return {"server": "Server", "content-type": CONTENT_TYPE, "x-amzn-requestid": name}


def split_target(target: str | bytes | None) -> tuple[str, str]:
    """Service and operation of an `X-Amz-Target`. Errors: UnknownOperationException."""
    if isinstance(target, bytes):
        target = target.decode("latin-1")
    prefix, _, operation = (target or "").partition(".")
    if prefix not in SERVICES or not operation:
        raise errors.unknown_operation()
    return SERVICES[prefix], operation


# ---- requests


def decode(body: bytes | str) -> dict[str, Any]:
    """The parameters of a request. Errors: SerializationException without text for anything but a JSON object."""
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
    if text[:1] == "{" and text[-1:] == "}":  # no space around it, as from every AWS SDK: half the price
        params, end = _decoder.raw_decode(text)
        if end == len(text):
            return params
    return _decoder.decode(text)


def _refuse_half_characters(params: Any) -> None:
    """Unsure: what AWS answers to one half of a surrogate pair; it cannot be stored as UTF-8."""
    json.dumps(params, ensure_ascii=False).encode()


# ---- answers


def encode(answer: dict[str, Any]) -> bytes:
    """The body of an answer; blobs are bytes in it."""
    return _write(answer).encode()


def _base64(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} in an answer")


_write = json.JSONEncoder(separators=(",", ":"), default=_base64).encode


def error_members(error: DynamoDBError) -> dict[str, Any]:
    """The members of an error's body besides `__type`."""
    members: dict[str, Any] = {}
    if error.message is not None:
        members["Message" if error.code in SPELLED_MESSAGE else "message"] = error.message
    members.update((name, value) for name, value in error.fields.items() if value is not None)
    return members


def error_body(error: DynamoDBError) -> dict[str, Any]:
    """The whole body of an error."""
    return {"__type": OPENINGS.get(error.code, SERVICE_OPENING) + error.code, **error_members(error)}


def http_answer(answer: dict[str, Any]) -> HttpAnswer:
    """An answer as an HTTP response."""
    return _http(200, encode(answer))


def http_refusal(error: DynamoDBError) -> HttpAnswer:
    """A refusal as an HTTP response."""
    return _http(error.status, encode(error_body(error)))


def _http(status: int, body: bytes) -> HttpAnswer:
    headers = head(request_id())
    headers["content-length"] = str(len(body))
    headers["x-amz-crc32"] = str(zlib.crc32(body))
    return HttpAnswer(status, headers, body)
