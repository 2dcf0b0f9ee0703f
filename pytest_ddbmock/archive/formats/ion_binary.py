"""How far binary Ion is whole: `amazon.ion` does not come back from some texts that end behind the end of the data.

Source: Amazon Ion specification, "Ion Binary Encoding".
"""

from __future__ import annotations

VERSION = b"\xe0\x01\x00\xea"
"""How binary Ion begins."""

_BOOL, _LIST, _SEXP, _STRUCT, _ANNOTATED = 1, 11, 12, 13, 14
_ORDERED, _LONG, _NULL = 1, 14, 15
"""What stands for a length that follows; a null has none."""


class _Broken(Exception):
    """A value is longer than what holds it."""


def whole_part(body: bytes) -> bytes:
    """`body` up to the first value that does not end where what holds it ends, or before."""
    position = 0
    while position < len(body):
        if body.startswith(VERSION, position):
            position += len(VERSION)
            continue
        try:
            _, start, size = _head(body, position, len(body))
            _require_whole(body, position, min(start + size, len(body)))
        except _Broken:
            return body[:position]
        position = start + size
    return body


def _require_whole(body: bytes, position: int, end: int) -> None:
    """Errors: `_Broken` where a value between two places, or one in it, does not end in time."""
    ahead = [(position, end, False)]  # beginning, end, and whether each value there has a name
    while ahead:
        position, end, has_names = ahead.pop()
        while position < end:
            if has_names:
                _, position = _number(body, position, end)
            kind, position, size = _head(body, position, end)
            if position + size > end:
                raise _Broken
            if kind == _ANNOTATED:
                names, start = _number(body, position, position + size)
                ahead.append((start + names, position + size, False))
            elif kind in (_LIST, _SEXP, _STRUCT):
                ahead.append((position, position + size, kind == _STRUCT))
            position += size


def _head(body: bytes, position: int, end: int) -> tuple[int, int, int]:
    """Kind of a value, where its content begins, and the size of that."""
    if position >= end:
        raise _Broken
    kind, low = divmod(body[position], 16)
    position += 1
    if kind == _BOOL or low == _NULL:
        return 0, position, 0
    if low == _LONG or (kind == _STRUCT and low == _ORDERED):
        size, position = _number(body, position, end)
        return kind, position, size
    return kind, position, low


def _number(body: bytes, position: int, end: int) -> tuple[int, int]:
    """A VarUInt, seven bits a byte, the last one marked; and the place behind it."""
    number = 0
    while position < end:
        byte = body[position]
        position += 1
        number = number << 7 | byte & 0x7F
        if byte & 0x80:
            return number, position
    raise _Broken
