"""Tokens of PartiQL statements, with their positions in the text.

Source: "PartiQL data types for DynamoDB", the PartiQL specification.
"""

from __future__ import annotations

import re
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
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<word>[A-Za-z_$][A-Za-z0-9_$]*)
    |(?P<symbol><<|>>|<>|<=|>=|!=|\|\||[-+*/%=<>()\[\]{},.:;?@])
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of the text from `start` to `end`.

    `text` is what it means: strings and quoted names without their quotes, keywords in upper case.
    """

    kind: str
    text: str
    start: int
    end: int

    @property
    def is_name(self) -> bool:
        """Whether it can name a table or an attribute."""
        return self.kind in (WORD, QUOTED)


def malformed(detail: str) -> DynamoDBError:
    """The error of a text that is no statement."""
    return errors.validation(f"Statement wasn't well formed, can't be processed: {detail}")


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, last of all one of the kind `END`.

    Errors: `ValidationException` for characters that belong to no token and for quotes that are not closed.
    """
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            line, column = _place(text, position)
            # Unsure: the text.
            raise malformed(f"Invalid character at line {line}, column {column}")
        position = match.end()
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_token(kind, match.group(), match.start(), position))
    found.append(Token(END, "", len(text), len(text)))
    return found


def _token(kind: str, text: str, start: int, end: int) -> Token:
    if kind == STRING:
        text = text[1:-1].replace("''", "'")
    elif kind == QUOTED:
        text = text[1:-1].replace('""', '"')
    elif kind == WORD and text.upper() in KEYWORDS:
        kind, text = KEYWORD, text.upper()
    return Token(kind, text, start, end)


def location(text: str, token: Token) -> str:
    """Where a token is, as AWS says it: line, column and length."""
    line, column = _place(text, token.start)
    return f"{line}:{column}:{token.end - token.start}"


def _place(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
