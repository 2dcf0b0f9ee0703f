"""`Origin`: where in the application a call was made; found cheaply, formatted only when needed."""

from __future__ import annotations

import os
import sys
from types import CodeType

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = ("botocore", "boto3", "aiobotocore", "aioboto3", "s3transfer")
_RUNNERS = ("asyncio", "concurrent.futures", "threading", "anyio", "trio", "gevent")
_APPLICATION, _LIBRARY, _RUNNER = range(3)

_kinds: dict[str, int] = {}
"""By file name: analysing the path costs more than all the rest."""

_MAX_ORIGINS = 1000
_origins: dict[tuple[int, int], Origin] = {}
"""By identity of the code, which the origin keeps alive, and line. Shared, so that the record of calls holds a few."""


class Origin:
    """A line of the application; as text `tests/test_x.py:12`, relative if it lies in the working directory."""

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
    """Return the innermost frame outside botocore and its relatives; empty text if an event loop or a pool called."""
    frame = sys._getframe(1)
    while True:
        path = frame.f_code.co_filename
        kind = _kinds.get(path)
        if kind is None:
            kind = _kinds[path] = _kind_of(path)
        if kind == _APPLICATION:
            place = id(frame.f_code), frame.f_lineno
            origin = _origins.get(place)
            if origin is None:
                if len(_origins) >= _MAX_ORIGINS:
                    _origins.clear()
                origin = _origins[place] = Origin(frame.f_code, frame.f_lineno)
            return origin
        if kind == _RUNNER or frame.f_back is None:
            return ""
        frame = frame.f_back


def _kind_of(path: str) -> int:
    if path.startswith(_PACKAGE) or any(_is_of(path, library) for library in _LIBRARIES):
        return _LIBRARY
    # A pool calls `client.put_item` itself: its frames would name the standard library.
    return _RUNNER if any(_is_of(path, runner) for runner in _RUNNERS) else _APPLICATION


def _is_of(path: str, name: str) -> bool:
    """Return True if a file belongs to a module or package that has been imported."""
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    folder, base = os.path.split(file)
    return path == file or (base.startswith("__init__.") and path.startswith(folder + os.sep))
