"""Clauses that several statements have: tables, WHERE, ORDER BY, SET and REMOVE, RETURNING.

Source: the pages on statements of "PartiQL - a SQL-compatible query language for Amazon DynamoDB"; texts captured in
eu-west-2, October 2026.
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.partiql import operands
from pytest_ddbmock.partiql.grammar import Grammar
from pytest_ddbmock.partiql.lexer import KEYWORD, malformed
from pytest_ddbmock.partiql.nodes import Name, Node
from pytest_ddbmock.partiql.statements import Returning, Source
from pytest_ddbmock.partiql.updates import Assignment

UNSUPPORTED = frozenset(
    {"LET", "GROUP", "HAVING", "LIMIT", "OFFSET", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "OUTER", "CROSS"}
    | {"UNION", "INTERSECT", "EXCEPT"}
)
"""Clauses of a SELECT that DynamoDB does not support."""
INDEX_IN_WRITE = "This operation is not supported on an index"
INDEX_IN_INSERT = "FROM clause may only contain a single table name in data manipulation statements at {}"


class Clauses(Grammar):
    """Parses clauses."""

    def written_source(self) -> Source:
        """Return the table of an UPDATE or DELETE."""
        source = self.source_of(self.simple_path(), index_complaint=INDEX_IN_WRITE)
        self.refuse_alias()
        return source

    def source(self, *, index_complaint: str = "") -> Source:
        """Return what follows FROM."""
        if self.at("("):
            raise malformed("Expected RIGHT_PAREN")  # captured for a SELECT in there
        return self.source_of(self.expression(), index_complaint=index_complaint)

    def source_of(self, node: Node, *, index_complaint: str = "") -> Source:
        """Return the table and index that `node` names; `index_complaint` is the error of an index, if it is one."""
        names = [str(element) for element in node.elements] if isinstance(node, Name) else []
        if not isinstance(node, Name) or node.stray is not None or names != [*node.elements]:
            # Unsure: the text, captured for functions in a SELECT list.
            stray = node.stray if isinstance(node, Name) and node.stray is not None else node.token
            self.fault(operands.unexpected_component(stray))
        elif len(names) > 2:
            self.fault(errors.validation("A path may contain at most 2 components in the FROM clause"))
        elif "" in names:
            self.fault(errors.validation("Path component cannot be an empty string"))
        elif len(names) == 2 and index_complaint:
            self.fault(errors.validation(index_complaint.format(node.token.location)))
        return Source(*names[:2]) if names else Source("")

    def refuse_alias(self) -> None:
        """Note an alias as a fault."""
        keyword = self.token.text if self.at_keyword("AS", "AT", "BY") else None
        if keyword is not None:
            self.advance()
            if not self.token.is_name:
                raise malformed(f"Expected identifier for {keyword}-alias")
        if self.token.is_name:
            self.advance()
            self.fault(errors.validation("Aliasing is not supported"))

    def where(self) -> Node | None:
        """Return the condition of a WHERE, None without one."""
        return self.expression() if self.take_keyword("WHERE") else None

    def returning(self) -> Returning | None:
        """Return what RETURNING asks for, None without one."""
        if not self.take_keyword("RETURNING"):
            return None
        what, moment = self.token, self.following
        if not (self.at_keyword("ALL", "MODIFIED") and moment.kind == KEYWORD and moment.text in ("OLD", "NEW")):
            raise malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.")
        self.advance()
        self.advance()
        if not self.take("*") or self.at(","):
            # Unsure: the text.
            raise errors.validation(f"Unsupported returning clause: {self.token.text} at {self.token.location}")
        return Returning(what.text, moment.text)

    def order(self) -> Iterator[tuple[Node, bool]]:
        """Yield the expressions of ORDER BY, each with True if it is descending."""
        if not self.take_keyword("BY"):
            raise malformed("Expected BY")
        while True:
            key = self.expression()
            descending = self.take_keyword("DESC")
            if not descending:
                self.take_keyword("ASC")
            yield key, descending
            if not self.take(","):
                return

    def changes(self) -> list[Assignment | Name]:
        """Return the assignments and removals that come next, one or more."""
        found: list[Assignment | Name] = []
        while self.at_keyword("SET", "REMOVE"):
            is_removal = self.advance().text == "REMOVE"
            found.append(self.removal() if is_removal else self.assignment())
            while self.take(","):
                found.append(self.removal() if is_removal else self.assignment())
        if not found:
            raise malformed("Expected data manipulation")
        return found

    def assignment(self) -> Assignment:
        """Return one assignment of SET."""
        self.operators += 1
        target = self.simple_path()
        self.expect("=", "Expected '='")
        return Assignment(target, self.expression())

    def removal(self) -> Name:
        """Return one path of REMOVE."""
        self.operators += 1
        return self.simple_path()

    def refuse_clauses(self) -> None:
        """Raise `ValidationException` for a clause that DynamoDB does not support."""
        if self.at_keyword(*UNSUPPORTED) or self.at(","):
            raise self.unsupported_clause()

    def unsupported_clause(self) -> DynamoDBError:
        """Return the error for the clause that comes next."""
        # Unsure: the text.
        token = self.token
        return errors.validation(f"Unsupported clause: {token.text} at {token.location}")
