"""From text to statement, cached by text.

What is not well formed is told in the words of PartiQL's reference implementation, of which the captured answers of the
service are ("Expected data manipulation", "Unexpected keyword"). What PartiQL has and DynamoDB has not is refused too.

Source: "PartiQL - a SQL-compatible query language for Amazon DynamoDB" with its pages on statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pytest_ddbmock import errors
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.expressions.syntax import (
    Action,
    Arithmetic,
    Call,
    Condition,
    DocumentPath,
    Literal,
    Remove,
    Set,
    ValueName,
)
from pytest_ddbmock.partiql import lexer, statements
from pytest_ddbmock.partiql.conditions import ARITHMETIC, Conditions
from pytest_ddbmock.partiql.lexer import END, KEYWORD, NUMBER, STRING, SYMBOL, Token, malformed
from pytest_ddbmock.partiql.operands import SET_FUNCTIONS, wrong_count
from pytest_ddbmock.partiql.statements import MAP, Body, Exists, Insert, Ordering, Returning, Select, Source, Statement
from pytest_ddbmock.values.paths import Path

CLAUSES = frozenset({"GROUP", "HAVING", "LIMIT", "OFFSET", "LET", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS"})
"""Clauses of a SELECT that DynamoDB does not have."""


@lru_cache(maxsize=1024)
def parse(text: str) -> Statement:
    """The statement of a text.

    Errors: `ValidationException` for what is no statement, and for everything in it that is wrong whatever the table
    and the parameters; `NotImplementedByMock` for PartiQL of which it is not known whether DynamoDB has it.
    """
    return _Parser(text).statement()


class _Parser(Conditions):
    """One text."""

    def statement(self) -> Statement:
        body = self.body()
        if self.take(";") and self.token.kind != END:
            raise malformed("Unexpected token after semicolon. (Only one query is allowed.)")
        if self.token.kind != END:
            raise malformed("Unexpected token after expression")
        return Statement(body, self.parameters, tuple(self.built))

    def body(self) -> Body:
        if self.take_keyword("SELECT"):
            return self.select()
        if self.take_keyword("INSERT"):
            return self.insert()
        if self.take_keyword("UPDATE"):
            return self.update()
        if self.take_keyword("DELETE"):
            return self.delete()
        if self.take_keyword("EXISTS"):
            self.expect("(", "Expected LEFT_PAREN")
            if not self.take_keyword("SELECT"):
                self.unexpected()
            exists = Exists(self.select())
            self.expect(")", "Expected RIGHT_PAREN")
            return exists
        raise malformed("Expected data manipulation")

    def select(self) -> Select:
        projection = self.projection()
        if not self.take_keyword("FROM"):
            if self.is_keyword("AS") or self.token.is_name:
                raise self.unsupported("clause", self.token)  # another name for what is selected
            raise malformed("Expected FROM after SELECT list")
        source = self.source()
        if self.is_keyword("AS", "AT", "BY") or self.token.is_name or self.at(","):
            raise self.unsupported("clause", self.token)
        self.refuse_clauses()
        where = self.condition() if self.take_keyword("WHERE") else None
        order = tuple(self.order()) if self.take_keyword("ORDER") else ()
        self.refuse_clauses()
        return Select(source, projection, where, order)

    def refuse_clauses(self) -> None:
        if self.is_keyword(*CLAUSES):
            raise self.unsupported("clause", self.token)

    def projection(self) -> tuple[Path, ...] | None:
        if self.is_keyword("DISTINCT", "ALL", "VALUE"):
            raise self.unsupported("clause", self.token)
        if self.take("*"):
            if self.at(","):
                raise malformed(
                    "Other expressions may not be present in the select list when '*' is used without dot notation."
                )
            return None
        wanted = [self.selected()]
        while self.take(","):
            wanted.append(self.selected())
        return tuple(wanted)

    def selected(self) -> Path:
        token = self.token
        if (
            self.at_call()
            or token.kind in (STRING, NUMBER)
            or (token.kind == SYMBOL and token.text in ("?", "[", "{", "<<", "-", "+"))
        ):
            raise self.unexpected_component(token)
        if not token.is_name:
            self.unexpected()
        path = self.path().elements
        if self.token.kind == SYMBOL and self.token.text in ARITHMETIC:
            raise self.unexpected_component(self.token)
        return path

    def order(self) -> Iterator[Ordering]:
        if not self.take_keyword("BY"):
            raise malformed("Expected BY")
        while True:
            if not self.token.is_name:
                self.unexpected()
            path = self.path().elements
            name = ".".join(map(str, path))
            descending = self.take_keyword("DESC")
            if not descending:
                self.take_keyword("ASC")
            yield Ordering(name, descending)
            if not self.take(","):
                return

    def insert(self) -> Insert:
        if not self.take_keyword("INTO"):
            raise malformed("Unexpected keyword")
        start = self.token
        source = self.written_source()
        if source.index is not None:
            raise errors.validation(
                "FROM clause may only contain a single table name in data manipulation statements at "
                f"{lexer.location(self.text, start)}"
            )
        if not self.take_keyword("VALUE"):
            if self.at("(") and self.following.kind == KEYWORD:
                raise malformed("Unexpected keyword")
            # Well formed PartiQL, which puts the members of a list or table.
            raise self.unsupported("clause", self.token)
        start = self.token
        if self.at("?"):
            # Unsure: whether DynamoDB lets a parameter stand for the whole item.
            raise NotImplementedByMock("PartiQL", "a parameter as the whole item of an INSERT")
        item = self.named(self.part(0))
        if not isinstance(item, Literal | ValueName) or (isinstance(item, Literal) and item.value[0] != MAP):
            raise self.unsupported("value", start)
        if isinstance(item, ValueName) and self.built[-1][1].kind != MAP:
            raise self.unsupported("value", start)
        if self.is_keyword("AT", "ON", "RETURNING"):
            raise self.unsupported("clause", self.token)
        return Insert(source, item)

    def update(self) -> statements.Update:
        source = self.written_source(allow_index=True)
        if self.is_keyword("AS", "AT", "BY") or self.token.is_name:
            raise self.unsupported("clause", self.token)
        actions: list[Action] = []
        while True:
            if self.take_keyword("SET"):
                actions.extend(self.assignments())
            elif self.take_keyword("REMOVE"):
                actions.extend(self.removals())
            else:
                break
        if not actions:
            raise malformed("Expected data manipulation")
        return statements.Update(source, tuple(actions), self.where(), self.returning())

    def assignments(self) -> Iterator[Action]:
        while True:
            target = self.target()
            self.expect("=", "Expected assignment for SET")
            yield self.assigned(target)
            if not self.take(","):
                return

    def removals(self) -> Iterator[Action]:
        while True:
            self.operator()
            yield Remove(self.target())
            if not self.take(","):
                return

    def target(self) -> DocumentPath:
        if not self.token.is_name:
            raise malformed("Expected identifier for simple path")
        return self.path()

    def assigned(self, target: DocumentPath) -> Action:
        self.operator()
        start = self.token
        value = self.operand()
        if isinstance(value, Call) and value.function in SET_FUNCTIONS:
            return self.set_change(target, value, start)
        self.as_operand(value)
        if not (self.at("+") or self.at("-")):
            return Set(target, value)
        self.operator()
        operator = self.advance().text
        right = self.operand()
        self.as_operand(right)
        if self.at("+") or self.at("-"):
            raise self.unsupported("operator", self.token)  # as an update expression, one operator
        return Set(target, Arithmetic(operator, value, right))

    def set_change(self, target: DocumentPath, call: Call, start: Token) -> Action:
        name = call.function.upper()
        if len(call.operands) != 2:
            raise wrong_count(call)
        first, value = call.operands
        if first != target:
            raise errors.validation(
                f"The first argument to {name} must equal the assignment value at {lexer.location(self.text, start)}"
            )
        if not isinstance(value, Literal | ValueName):
            raise self.unsupported("argument of " + name, start)
        return SET_FUNCTIONS[call.function](target, value)

    def delete(self) -> statements.Delete:
        if not self.take_keyword("FROM"):
            raise malformed("Expected FROM after DELETE")
        source = self.written_source(allow_index=True)
        if self.is_keyword("AS", "AT", "BY") or self.token.is_name:
            raise self.unsupported("clause", self.token)
        where = self.where()
        start = self.position
        returning = self.returning()
        if returning is not None and returning != Returning("ALL", "OLD"):
            shown = " ".join(token.text for token in self.tokens[start : self.position])
            raise errors.validation(
                f"Invalid returning clause: {shown}. Only RETURNING ALL OLD * is allowed in DELETE statements."
            )
        return statements.Delete(source, where, returning)

    # ---- clauses

    def written_source(self, *, allow_index: bool = False) -> Source:
        """The table of a statement that writes; the index of one is refused in different words."""
        if not self.token.is_name:
            raise malformed("Expected identifier for simple path")
        source = self.source()
        if allow_index and source.index is not None:
            raise errors.validation("This operation is not supported on an index")
        return source

    def source(self) -> Source:
        if self.at("("):
            raise malformed("Expected RIGHT_PAREN")  # as is said of a SELECT in there
        if not self.token.is_name:
            self.unexpected()
        names = [self.advance().text]
        while self.take("."):
            if not self.token.is_name:
                raise malformed("Invalid path dot component")
            names.append(self.advance().text)
        if self.at("["):
            raise self.unexpected_component(self.token)
        if len(names) > 2:
            raise errors.validation("A path may contain at most 2 components in the FROM clause")
        if "" in names:
            raise errors.validation("Path component cannot be an empty string")
        return Source(*names)

    def where(self) -> Condition | None:
        return self.condition() if self.take_keyword("WHERE") else None

    def returning(self) -> Returning | None:
        if not self.take_keyword("RETURNING"):
            return None
        what, moment = self.token, self.following
        if not (self.is_keyword("ALL", "MODIFIED") and moment.kind == KEYWORD and moment.text in ("OLD", "NEW")):
            raise malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.")
        self.advance()
        self.advance()
        if not self.take("*"):
            raise self.unsupported("returning clause", self.token)
        if self.at(","):
            raise self.unsupported("returning clause", self.token)
        return Returning(what.text, moment.text)
