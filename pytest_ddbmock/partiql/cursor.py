"""A place in the tokens of a statement, and the words for what is wrong there."""

from __future__ import annotations

from typing import NoReturn

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.parser import MAX_OPERATORS
from pytest_ddbmock.partiql import lexer
from pytest_ddbmock.partiql.lexer import END, KEYWORD, SYMBOL, Token, malformed


class Cursor:
    """The tokens of one text, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = lexer.tokens(text)
        self.position = 0
        self.operators = 0

    @property
    def token(self) -> Token:
        """What comes next."""
        return self.tokens[self.position]

    @property
    def following(self) -> Token:
        """What comes after that."""
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """Go on; gives what came next."""
        token = self.tokens[self.position]
        if token.kind != END:
            self.position += 1
        return token

    def at(self, symbol: str) -> bool:
        """Whether `symbol` comes next."""
        token = self.tokens[self.position]
        return token.kind == SYMBOL and token.text == symbol

    def take(self, symbol: str) -> bool:
        """Go on if `symbol` comes next."""
        if not self.at(symbol):
            return False
        self.position += 1
        return True

    def expect(self, symbol: str, complaint: str) -> None:
        """Go on behind `symbol`. Errors: `complaint` when it does not come next."""
        if not self.take(symbol):
            raise malformed(complaint)

    def is_keyword(self, *keywords: str) -> bool:
        """Whether one of `keywords` comes next."""
        token = self.tokens[self.position]
        return token.kind == KEYWORD and token.text in keywords

    def take_keyword(self, keyword: str) -> bool:
        """Go on if `keyword` comes next."""
        if not self.is_keyword(keyword):
            return False
        self.position += 1
        return True

    def operator(self) -> None:
        """Count an operator, function or action."""
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            # Unsure: that the limit of the expressions holds for statements.
            raise errors.validation(f"The expression contains too many operators; operator count: {MAX_OPERATORS + 1}")

    # ---- errors

    def unexpected(self) -> NoReturn:
        """Refuse what comes next."""
        token = self.token
        if token.kind == KEYWORD:
            raise malformed("Unexpected keyword")
        if token.kind == SYMBOL and token.text not in ("(", ")", "[", "]", "{", "}", "<<", ">>", ",", ".", ":", ";"):
            raise malformed("Unexpected operator")
        raise malformed("Unexpected term")

    def unexpected_component(self, token: Token) -> DynamoDBError:
        """What is no part of a path where one should be."""
        return errors.validation(f"Unexpected path component at {lexer.location(self.text, token)}")

    def unsupported(self, what: str, token: Token) -> DynamoDBError:
        """What PartiQL has and DynamoDB has not. Unsure: the text."""
        shown = self.text[token.start : token.end]
        return errors.validation(f"Unsupported {what}: {shown} at {lexer.location(self.text, token)}")
