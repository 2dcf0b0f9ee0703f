"""The HTTP response that botocore and aiobotocore get instead of one from the network."""

from __future__ import annotations

import io
import sys
from collections.abc import Generator, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from botocore.awsrequest import AWSResponse

from pytest_ddbmock.transports.json10 import HttpAnswer


class SentHttp(AWSResponse):  # type: ignore[misc]  # botocore has no types
    """The response to one attempt."""

    def __init__(self, url: str, answer: HttpAnswer) -> None:
        super().__init__(url, answer.status, answer.headers, RawBody(answer.body, answer.headers))
        # A handler cannot know which of the two asks.
        self._content = AwaitableBytes(answer.body) if "aiobotocore" in sys.modules else answer.body


class RawBody(io.BytesIO):
    """A body that is read like urllib3's; `raw_headers` are like aiohttp's, where aiobotocore 2 takes headers from."""

    def __init__(self, body: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(body)
        self.raw_headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield the body in one piece."""
        while chunk := self.read():
            yield chunk


class AwaitableBytes(bytes):
    """A body that botocore uses as it is and aiobotocore awaits."""

    def __await__(self) -> Generator[None, None, bytes]:
        return _given(bytes(self)).__await__()


async def _given(body: bytes) -> bytes:
    return body
