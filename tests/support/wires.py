"""`Wire`: requests over HTTP as any language's SDK sends them, and as none does."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any, NamedTuple
from urllib.parse import urlsplit


def signed(access_key: str = "anything", region: str = "us-east-1") -> dict[str, str]:
    """The header of a signature that is none."""
    scope = f"{access_key}/20260101/{region}/dynamodb/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, Any]:
        return self.status, self.json


class Wire:
    """One connection to an endpoint, kept open."""

    def __init__(self, url: str) -> None:
        self.host, self.port = urlsplit(url).hostname or "", urlsplit(url).port or 0
        self._connection = http.client.HTTPConnection(self.host, self.port, timeout=20)

    def ask(self, method: str, path: str = "/", body: Any = None, **headers: Any) -> Answer:
        """Header names are written with underscores; a list of bytes goes out in chunks."""
        named = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        chunked = isinstance(body, list)
        self._connection.request(method, path, body=body, headers=named, encode_chunked=chunked)
        response = self._connection.getresponse()
        content = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def call(self, operation: str, params: Any = None, **headers: Any) -> Answer:
        """A call of an operation, `Streams:` before it for those of DynamoDB Streams; bytes go out as they are."""
        service, _, name = operation.rpartition(":")
        defaults = {
            "X_Amz_Target": f"DynamoDB{service}_20120810.{name}",
            "Content_Type": "application/x-amz-json-1.0",
            **signed(),
        }
        body = params if isinstance(params, bytes | list) else json.dumps(params or {}).encode()
        return self.ask("POST", "/", body, **{**defaults, **headers})

    def plug(self) -> socket.socket:
        """A connection of its own, for bytes that are not HTTP."""
        return socket.create_connection((self.host, self.port), timeout=20)

    def close(self) -> None:
        self._connection.close()
