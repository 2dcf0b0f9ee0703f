"""HTTP/1.1 without sockets: from received bytes to requests, from answers to bytes. Source: RFC 9112."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

MAX_HEAD = 64 * 1024
"""Maximum size in bytes of request line and headers together."""
MAX_BODY = 16 * 1024 * 1024
"""Maximum size in bytes of a body, also after decompression. Source: "Service, account, and table quotas"."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_SPACES = b" \t"
_MAX_CHUNK_LINE = 1024
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_VERSIONS = {"HTTP/1.1": True, "HTTP/1.0": False}
"""By version: True if the connection stays open by default."""
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class HttpRequest(NamedTuple):
    """One request; the names of `headers` are in lower case, `query` has no question mark, `body` is decompressed."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    stays_open: bool


class BadHttp(Exception):
    """An invalid request: nothing can follow it on its connection."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class RequestReader:
    """Assembles the requests of one connection from the pieces in which they arrive."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        """What has arrived and has not been parsed."""
        self._looked_at = 0
        """How much of it has been searched for the end of the head, so that single bytes cost no more than blocks."""
        self._head: _Head | None = None
        self._length = 0
        self._chunks: _Chunks | None = None
        self.wants_continue = False
        """True if the client waits for `CONTINUE` before it sends the body; the sender of that sets it to False."""

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        self._waiting += data

    def next(self) -> HttpRequest | None:
        """Return the next complete request; None if there is none yet. Errors: `BadHttp`."""
        if self._head is None and not self._read_head():
            return None
        head = self._head
        assert head is not None, "it has just been read"
        if self._chunks is not None:
            if not self._chunks.read(self._waiting):
                return None
            body = bytes(self._chunks.body)
        else:
            if len(self._waiting) < self._length:
                return None
            body = bytes(self._waiting[: self._length])
            del self._waiting[: self._length]
        self._head = self._chunks = None
        self._length = 0
        self.wants_continue = False
        if "gzip" in head.headers.get("content-encoding", "").lower():
            body = unpack(body)
        return HttpRequest(head.method, head.path, head.query, head.headers, body, head.stays_open)

    def _read_head(self) -> bool:
        while self._waiting[:2] == b"\r\n":  # empty lines before a request are ignored
            del self._waiting[:2]
            self._looked_at = 0
        end = self._waiting.find(b"\r\n\r\n", max(0, self._looked_at - 3), MAX_HEAD)
        if end < 0:
            self._looked_at = len(self._waiting)
            if self._looked_at >= MAX_HEAD:
                raise BadHttp(431, "the headers are too long")
            if self._waiting and self._waiting != b"\r" and not self._waiting[:1].isalpha():
                raise BadHttp(400, "not HTTP")  # perhaps TLS, which would wait for an answer for ever
            return False
        head = _parse_head(str(self._waiting[:end], "latin-1"))
        del self._waiting[: end + 4]
        self._looked_at = 0
        self._expect_body(head.headers)
        self._head = head
        return True

    def _expect_body(self, headers: Mapping[str, str]) -> None:
        length, coding = headers.get("content-length"), headers.get("transfer-encoding")
        if coding is not None:
            if length is not None:
                raise BadHttp(400, "both Content-Length and Transfer-Encoding")
            if coding.lower() != "chunked":
                raise BadHttp(501, f"unsupported Transfer-Encoding {coding}")
            self._chunks = _Chunks()
        elif length is not None:
            if not (length.isascii() and length.isdecimal()):
                raise BadHttp(400, "invalid Content-Length")
            if len(length) > 15 or int(length) > MAX_BODY:
                raise BadHttp(413, "")
            self._length = int(length)
        expected = headers.get("expect", "").lower()
        if expected not in ("", "100-continue"):
            raise BadHttp(417, "unsupported Expect; only 100-continue is")
        self.wants_continue = bool(expected) and (self._chunks is not None or len(self._waiting) < self._length)


class _Head(NamedTuple):
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    stays_open: bool


def _parse_head(text: str) -> _Head:
    line, *lines = text.split("\r\n")
    if not text.count("\r") == text.count("\n") == len(lines) or "\0" in text:
        raise BadHttp(400, "invalid header")  # half a line end could become a whole one when it is repeated
    try:
        method, target, version = line.split(" ")
    except ValueError:
        raise BadHttp(400, "not HTTP") from None
    if version not in _VERSIONS:
        raise BadHttp(505 if version.startswith("HTTP/") else 400, "unsupported version; use HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not (colon and name and _TOKEN.issuperset(name)):
            raise BadHttp(400, "invalid header")
        name, value = name.lower(), value.strip(" \t")
        if name in headers:
            if name == "content-length" and headers[name] != value:
                raise BadHttp(400, "conflicting values of Content-Length")
            value = value if name == "content-length" else f"{headers[name]}, {value}"
        headers[name] = value
    wishes = headers.get("connection", "").lower()
    stays_open = "close" not in wishes if _VERSIONS[version] else "keep-alive" in wishes
    if target.startswith(("http://", "https://")):  # as sent to proxies
        target = "/" + target.split("//", 1)[1].partition("/")[2]
    path, _, query = target.partition("?")
    return _Head(method, path, query, headers, stays_open)


class _Chunks:
    """A chunked body."""

    def __init__(self) -> None:
        self.body = bytearray()
        self._left = 0
        """Missing bytes of the current chunk, line end included; 0 between chunks."""
        self._is_last_read = False

    def read(self, waiting: bytearray) -> bool:
        """Read as much as has arrived. Return True if the body is complete."""
        while not self._is_last_read:
            if self._left:
                if not self._read_data(waiting):
                    return False
                continue
            line = _take_line(waiting)
            if line is None:
                return False
            size = line.partition(b";")[0].strip(_SPACES)
            if not size or len(size) > 15 or not all(digit in b"0123456789abcdefABCDEF" for digit in size):
                raise BadHttp(400, "invalid chunk size")
            length = int(size, 16)
            if len(self.body) + length > MAX_BODY:
                raise BadHttp(413, "")
            self._is_last_read = length == 0
            self._left = length + 2
        while (line := _take_line(waiting)) is not None:  # trailers, which are ignored, up to an empty line
            if not line:
                return True
        return False

    def _read_data(self, waiting: bytearray) -> bool:
        """Return True if the current chunk is complete."""
        if self._left > 2:
            piece = waiting[: self._left - 2]
            self.body += piece
            self._left -= len(piece)
            del waiting[: len(piece)]
        if self._left > 2 or len(waiting) < 2:
            return False
        if waiting[:2] != b"\r\n":
            raise BadHttp(400, "chunk is longer than its size")
        del waiting[:2]
        self._left = 0
        return True


def _take_line(waiting: bytearray) -> bytes | None:
    end = waiting.find(b"\r\n", 0, _MAX_CHUNK_LINE)
    if end < 0:
        if len(waiting) >= _MAX_CHUNK_LINE:
            raise BadHttp(400, "line between chunks is too long")
        return None
    line = bytes(waiting[:end])
    del waiting[: end + 2]
    return line


def unpack(body: bytes) -> bytes:
    """Return a body decompressed; unchanged if it is not gzip, for its parser to refuse.

    Errors: `BadHttp` if it would be larger than `MAX_BODY`.
    """
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = unpacking.decompress(body, MAX_BODY + 1)
    except zlib.error:
        return body
    if len(plain) > MAX_BODY:
        raise BadHttp(413, "")
    return plain if unpacking.eof else body


def pack(body: bytes) -> bytes:
    """Return a body as gzip; fast rather than small, because it hardly travels."""
    packing = zlib.compressobj(1, wbits=16 + zlib.MAX_WBITS)
    return packing.compress(body) + packing.flush()


def response(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return an answer as bytes."""
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, '')}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1", "replace") + body
