"""Tokens of the expression languages, with their positions in the text.

Source: "Using expressions in DynamoDB", captured answers of the service for invalid characters.
"""

from __future__ import annotations

import re
from typing import NamedTuple

END = "<EOF>"

# A name begins with a letter (AWS reports `_id` as an unexpected `_`), a number has no leading zero (`03` is `0`, `3`).
# Any other character becomes a token of its own, and a syntax error in the parser.
_TOKEN = re.compile(
    r"[A-Za-z][A-Za-z0-9_]*|[#:][A-Za-z0-9_]+|0|[1-9][0-9]*|<>|<=|>=|[^ \t\r\n]",
    re.ASCII,
)


class Token(NamedTuple):
    """The part of the text from `start` to `end`."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """True for a bare name, keyword or function name."""
        return self.text[0].isascii() and self.text[0].isalpha()


def tokens(text: str) -> list[Token]:
    """Return the tokens of `text`; the last one has the text `<EOF>`."""
    found = [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
    found.append(Token(END, len(text), len(text)))
    return found


def near(text: str, found: list[Token], position: int) -> str:
    """Return what AWS quotes around the token at `position`: from the token before it to the one after it."""
    first = found[max(position - 1, 0)]
    last = found[min(position + 1, len(found) - 1)]
    if found[position].text == END:
        return first.text if first.text != END else ""
    return text[first.start : (found[position] if last.text == END else last).end]
