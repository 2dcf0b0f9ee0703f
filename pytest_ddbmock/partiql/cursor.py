"""A position in the tokens of a statement, and the errors of what is found there."""

from __future__ import annotations

from typing import NoReturn

from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.partiql import lexer
from pytest_ddbmock.partiql.keywords import OPERATOR_WORDS, PUNCTUATION_WORDS
from pytest_ddbmock.partiql.lexer import END, KEYWORD, SYMBOL, Token, malformed

_OPERATORS = frozenset({"=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "/", "%", "||"})


class Cursor:
    """The tokens of one statement, read from left to right."""

    def __init__(self, source: str) -> None:
        self.tokens = lexer.tokens(source)
        self.position = 0
        self._fault: DynamoDBError | NotImplementedByMock | None = None

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.position]

    @property
    def following(self) -> Token:
        """The token after the next one."""
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """Return the next token and go past it."""
        token = self.tokens[self.position]
        if token.kind != END:
            self.position += 1
        return token

    def at(self, symbol: str) -> bool:
        """Return True if `symbol` comes next."""
        token = self.tokens[self.position]
        return token.kind == SYMBOL and token.text == symbol

    def take(self, symbol: str) -> bool:
        """Go past `symbol` if it comes next, and return whether it did."""
        if not self.at(symbol):
            return False
        self.position += 1
        return True

    def expect(self, symbol: str, complaint: str) -> None:
        """Go past `symbol`. Errors: `complaint` if something else comes next."""
        if not self.take(symbol):
            raise malformed(complaint)

    def at_keyword(self, *keywords: str) -> bool:
        """Return True if one of `keywords` comes next."""
        token = self.tokens[self.position]
        return token.kind == KEYWORD and token.text in keywords

    def take_keyword(self, keyword: str) -> bool:
        """Go past `keyword` if it comes next, and return whether it did."""
        if not self.at_keyword(keyword):
            return False
        self.position += 1
        return True

    # ---- errors

    def unexpected(self) -> NoReturn:
        """Raise the error of a token that cannot begin an expression."""
        kind, text = self.token.kind, self.token.text
        if (kind == SYMBOL and text in _OPERATORS) or (kind == KEYWORD and text in OPERATOR_WORDS):
            raise malformed("Unexpected operator")
        if kind == KEYWORD and text not in PUNCTUATION_WORDS:
            raise malformed("Unexpected keyword")
        raise malformed("Unexpected term")

    def fault(self, error: DynamoDBError | NotImplementedByMock) -> None:
        """Note an error of a text that may be well formed: whatever is malformed in the text is reported first."""
        self._fault = self._fault or error

    def raise_fault(self) -> None:
        """Raise the first error that was noted, if any."""
        if self._fault is not None:
            raise self._fault
