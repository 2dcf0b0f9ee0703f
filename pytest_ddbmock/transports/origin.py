"""`Origin`: where in the application a call was made, found cheaply and written out only when somebody looks."""

from __future__ import annotations

import os
import sys
from types import CodeType

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = tuple(f"{os.sep}{name}{os.sep}" for name in ("botocore", "boto3", "aiobotocore", "aioboto3", "s3transfer"))
_RUNNERS = tuple(f"{os.sep}{name}{os.sep}" for name in ("asyncio", "concurrent", "anyio", "trio"))
_APPLICATION, _LIBRARY, _RUNNER = range(3)

_kinds: dict[str, int] = {}
"""By file name: a look at the path costs more than all the rest."""


class Origin:
    """A line of the application; its text is `tests/test_x.py:12`, relative where it lies in the working directory."""

    __slots__ = ("_code", "_line")

    def __init__(self, code: CodeType, line: int) -> None:
        self._code = code
        self._line = line

    def __str__(self) -> str:
        path = self._code.co_filename
        inside = os.path.relpath(path) if path.startswith(os.getcwd() + os.sep) else path
        return f"{inside}:{self._line}"

    def __repr__(self) -> str:
        return f"<{self}>"


def find_origin() -> Origin | str:
    """The innermost frame outside botocore and its relatives; empty text for what an event loop or a pool started."""
    frame = sys._getframe(1)
    while True:
        path = frame.f_code.co_filename
        kind = _kinds.get(path)
        if kind is None:
            kind = _kinds[path] = _kind_of(path)
        if kind == _APPLICATION:
            return Origin(frame.f_code, frame.f_lineno)
        if kind == _RUNNER or frame.f_back is None:
            return ""
        frame = frame.f_back


def _kind_of(path: str) -> int:
    if path.startswith(_PACKAGE) or any(library in path for library in _LIBRARIES):
        return _LIBRARY
    # A pool runs `client.put_item` itself: its own frames would name the standard library.
    if any(runner in path for runner in _RUNNERS) or path.endswith(f"{os.sep}threading.py"):
        return _RUNNER
    return _APPLICATION
