"""Tokens of PartiQL statements, with their positions in the text.

Source: "PartiQL data types for DynamoDB", the PartiQL specification; comments, numbers and errors as captured in
eu-west-2, October 2026.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.partiql.keywords import KEYWORDS

WORD, KEYWORD, QUOTED, STRING, NUMBER, SYMBOL, END = (
    "word", "keyword", "quoted", "string", "number", "symbol", "end",
)  # fmt: skip

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\f\v]+|--[^\r\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![eE]))
    |(?P<word>[A-Za-z_$][A-Za-z0-9_$]*)
    |(?P<symbol><<|>>|<>|<=|>=|!=|\|\||/(?!\*)|[-+*%=<>()\[\]{},.:;?@])
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """The piece of the statement `source` from `start` to `end`.

    `text` is its meaning: strings and quoted names without their quotes, keywords in upper case.
    """

    kind: str
    text: str
    start: int
    end: int
    source: str

    @property
    def is_name(self) -> bool:
        """True if it can name a table or an attribute."""
        return self.kind in (WORD, QUOTED)

    @property
    def location(self) -> str:
        """Line, column and length, as AWS writes them: `1:8:5`."""
        before = self.source[: self.start].replace("\r\n", "\n").replace("\r", "\n")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return f"{line}:{column}:{self.end - self.start}"


def malformed(detail: str) -> DynamoDBError:
    """Return the error for a text that is not a statement."""
    return errors.validation(f"Statement wasn't well formed, can't be processed: {detail}")


def tokens(source: str) -> list[Token]:
    """Return the tokens of `source`; the last one is of kind `END`.

    Errors: `ValidationException` for unknown characters, unclosed quotes and comments, and malformed numbers.
    """
    found: list[Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise malformed("")
        start, position = position, match.end()
        kind = match.lastgroup
        assert kind is not None, "every alternative of the pattern is a group"
        if kind != "space":
            read = _READERS.get(kind)
            kind, text = (kind, match.group()) if read is None else read(match.group())
            found.append(Token(kind, text, start, position, source))
    found.append(Token(END, "", len(source), len(source), source))
    return found


def _word(text: str) -> tuple[str, str]:
    upper = text.upper()
    return (KEYWORD, upper) if upper in KEYWORDS else (WORD, text)


def _number(text: str) -> tuple[str, str]:
    if ("e" in text or "E" in text) and not _fits_big_decimal(text):
        raise malformed("")
    return NUMBER, text


_READERS: dict[str, Callable[[str], tuple[str, str]]] = {
    WORD: _word,
    NUMBER: _number,
    STRING: lambda text: (STRING, text[1:-1].replace("''", "'")),
    QUOTED: lambda text: (QUOTED, text[1:-1].replace('""', '"')),
}


def _fits_big_decimal(text: str) -> bool:
    """Return True if exponent and scale of a number fit 32 bits, as those of Java's BigDecimal must."""
    mantissa, _, exponent = text.lower().partition("e")
    digits = exponent.lstrip("+-").lstrip("0")
    if len(digits) > 10:
        return False
    power = int(digits or 0) * (-1 if exponent.startswith("-") else 1)
    scale = len(mantissa.partition(".")[2]) - power
    return all(-(2**31) <= number < 2**31 for number in (power, scale))
