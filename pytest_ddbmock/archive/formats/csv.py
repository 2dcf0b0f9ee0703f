"""CSV: a header, then rows; keys by the types of the table and its indexes, everything else as strings.

Read by hand, for Python's reader takes a bare quote within a field for text, where an import fails.
Source: "Amazon S3 import formats for DynamoDB", RFC 4180.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_ddbmock.archive.formats.contract import Source, Unreadable, text_of
from pytest_ddbmock.values.attribute import Wire


def read(body: bytes, source: Source) -> Iterator[Wire]:
    """The items of an object. Rows may be shorter than the header; empty lines and empty cells hold nothing.

    Unsure: that an empty cell is no attribute instead of an empty string, that a byte order mark belongs to the header.
    """
    rows = _rows(text_of(body), source.delimiter)
    header = source.header or tuple(next(rows, ()))
    if len(set(header)) < len(header):
        raise Unreadable("Invalid CSV: the header names an attribute twice")
    types = source.types
    for row in rows:
        if len(row) > len(header):
            raise Unreadable(f"Invalid CSV: {len(row)} columns where the header has {len(header)}")
        yield {name: {types.get(name, "S"): cell} for name, cell in zip(header, row, strict=False) if cell}


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows that are not empty. Errors: `Unreadable` for a quote that is neither doubled nor around a field."""
    plain = rf'(?:[^"\r\n{re.escape(delimiter)}]|\r(?!\n))*'
    field = re.compile(rf'(?:"((?:[^"]|"")*)"|({plain}))({re.escape(delimiter)}|\r?\n|\Z)')
    position = 0
    row: list[str] = []
    while position < len(text) or row:
        match = field.match(text, position)
        if match is None:
            raise Unreadable(f"Invalid CSV: a quote that is not escaped, near {text[position : position + 20]!r}")
        quoted, bare, end = match.groups()
        row.append(bare if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if end != delimiter:
            if row != [""]:
                yield row
            row = []
            if not end:
                return
