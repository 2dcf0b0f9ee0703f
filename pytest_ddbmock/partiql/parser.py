"""From text to statement, cached by text.

A text is first parsed as PartiQL, in the order and the words of PartiQL's reference implementation, of which the
captured answers of the service are ("Expected data manipulation", "Unexpected keyword"). Then comes what DynamoDB
refuses whatever the table: values, aliases, clauses. What it refuses once it knows the table stays in the statement.

Source: "PartiQL - a SQL-compatible query language for Amazon DynamoDB" with its pages on statements; texts captured in
eu-west-2, October 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, NoReturn

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.expressions.parser import MAX_OPERATORS
from pytest_ddbmock.expressions.syntax import Condition, Literal, ValueName
from pytest_ddbmock.partiql import nodes, operands, statements, updates
from pytest_ddbmock.partiql.clauses import INDEX_IN_INSERT, INDEX_IN_WRITE, Clauses
from pytest_ddbmock.partiql.conditions import condition
from pytest_ddbmock.partiql.lexer import END, KEYWORD, malformed
from pytest_ddbmock.partiql.nodes import Name, Node, Subquery, unsupported
from pytest_ddbmock.partiql.statements import MAP, Body, Delete, Exists, Insert, Ordering, Returning, Select, Source
from pytest_ddbmock.partiql.updates import Assignment
from pytest_ddbmock.values.attribute import MAX_LEVELS
from pytest_ddbmock.values.paths import Path

DEFINITIONS = frozenset({"CREATE", "DROP", "EXEC", "SET", "REMOVE"})
"""Keywords that begin a statement of PartiQL, but none of DynamoDB."""


@lru_cache(maxsize=1024)
def parse(text: str) -> statements.Statement:
    """Return the statement of a text.

    Errors: `ValidationException` for a text that is not well formed, and for what DynamoDB refuses in it whatever the
    table and the parameters; `NotImplementedByMock` for PartiQL whose meaning in DynamoDB is not known.
    """
    return _Parser(text).statement()


class _Parsed(NamedTuple):
    """A statement without its end; `build` makes the body of what is written."""

    kind: type[Body]
    source: Source
    build: Callable[[], Body]
    returning: Returning | None = None


class _Parser(Clauses):
    """Parses one text."""

    def statement(self) -> statements.Statement:
        parsed = self.body()
        if self.take(";") and self.token.kind != END:
            raise malformed("Unexpected token after semicolon. (Only one query is allowed.)")
        if self.token.kind != END:
            raise malformed("Unexpected token after expression")
        self.raise_fault()
        body: Body | statements.Failure
        try:
            self.require_few_operators()
            body = parsed.build()
        except (DynamoDBError, NotImplementedByMock) as error:
            body = error
        return statements.Statement(
            parsed.kind, parsed.source, parsed.returning, body, self.parameters, tuple(self.built)
        )

    def require_few_operators(self) -> None:
        # Unsure: that the limit of the expressions holds for statements.
        if self.operators > MAX_OPERATORS:
            raise errors.validation(f"The expression contains too many operators; operator count: {MAX_OPERATORS + 1}")

    def body(self) -> _Parsed:
        if self.take_keyword("SELECT"):
            return self.select()
        if self.take_keyword("INSERT"):
            return self.insert()
        if self.take_keyword("UPDATE"):
            return self.update()
        if self.take_keyword("DELETE"):
            return self.delete()
        if self.take_keyword("FROM"):
            return self.update_from_first()
        if self.at_keyword(*DEFINITIONS):
            # Unsure: the text, captured for other texts that do not begin with a statement.
            raise malformed("Expected data manipulation")
        return self.query()

    def term(self) -> Node:
        token = self.token
        if token.kind == KEYWORD and token.text in ("SELECT", "FROM"):
            self.advance()
            if token.text == "SELECT":
                return Subquery(token, self.select())
            self.update_from_first()  # as after a misspelt SELECT, which is a name
            raise malformed("Unexpected keyword")
        return super().term()

    # ---- SELECT

    def select(self) -> _Parsed:
        self.take_keyword("ALL")  # PartiQL's default
        if self.at_keyword("DISTINCT", "VALUE"):
            raise self.unsupported_clause()
        selected = self.select_list()
        if not self.take_keyword("FROM"):
            raise malformed("Expected FROM after SELECT list")
        source = self.source()
        self.refuse_alias()
        self.refuse_clauses()
        where = self.where()
        order = tuple(self.order()) if self.take_keyword("ORDER") else ()
        self.refuse_clauses()
        return _Parsed(
            Select, source, lambda: Select(_projection(selected), _condition(where), tuple(map(_ordering, order)))
        )

    def select_list(self) -> list[Node] | None:
        """Return what stands between SELECT and FROM, None for `*`."""
        selected: list[Node] = []
        stars = items = 0
        while not items or self.take(","):
            items += 1
            if self.take("*"):
                stars += 1
            else:
                selected.append(self.expression())
                self.refuse_alias()
        if stars and items > 1:
            raise malformed(
                "Other expressions may not be present in the select list when '*' is used without dot notation."
            )
        return None if stars else selected

    def query(self) -> _Parsed:
        """Return an EXISTS, or a SELECT in parentheses; no other expression is a statement."""
        node = self.expression()
        if isinstance(node, Subquery):
            return _select_of(node)
        if isinstance(node, nodes.Call) and node.name == "exists":
            selects = [_select_of(argument) for argument in node.arguments if isinstance(argument, Subquery)]
            if len(selects) == len(node.arguments) == 1:
                [select] = selects
                return _Parsed(Exists, select.source, lambda: Exists(select.build()))  # type: ignore[arg-type]
        self.fault(unsupported(node))
        return _Parsed(Select, Source(""), lambda: Select(None, None))

    # ---- INSERT

    def insert(self) -> _Parsed:
        if not self.take_keyword("INTO"):
            raise malformed("Unexpected keyword")
        source = self.source_of(self.simple_path(), index_complaint=INDEX_IN_INSERT)
        if not self.take_keyword("VALUE"):
            self.refuse_other_values()
        self.max_levels = MAX_LEVELS + 1  # the item around the attributes
        item = self.expression()
        if self.at_keyword("AT", "ON", "RETURNING"):
            raise self.unsupported_clause()
        return _Parsed(Insert, source, lambda: Insert(self.item(item)))

    def refuse_other_values(self) -> NoReturn:
        """Raise the error of `INSERT INTO table values`, which PartiQL has and DynamoDB does not support."""
        unsupported_clause = self.unsupported_clause()
        if not self.at_keyword("VALUES"):
            self.expression()
            if self.token.kind != END and not self.at(";"):
                raise malformed("Unexpected token after expression")
        raise unsupported_clause

    def item(self, node: Node) -> Literal | ValueName:
        """Return the item of an INSERT."""
        value = node.value if isinstance(node, nodes.Constant) else None
        if isinstance(value, Literal) and value.value[0] == MAP:
            return value
        if isinstance(value, ValueName):
            built = dict(self.built).get(value.name)
            if built is None:
                # Unsure: whether DynamoDB accepts a parameter as the whole item.
                raise NotImplementedByMock("PartiQL", "a parameter as the whole item of an INSERT")
            if built.kind == MAP:
                return value
        raise unsupported(node)

    # ---- UPDATE and DELETE

    def update(self) -> _Parsed:
        source = self.written_source()
        changes = self.changes()
        where = self.where()
        return self.updated(source, changes, where)

    def update_from_first(self) -> _Parsed:
        """`FROM table WHERE ... SET ...`: an UPDATE in another order."""
        source = self.source(index_complaint=INDEX_IN_WRITE)
        self.refuse_alias()
        where = self.where()
        return self.updated(source, self.changes(), where)

    def updated(self, source: Source, changes: list[Assignment | Name], where: Node | None) -> _Parsed:
        returning = self.returning()

        def build() -> statements.Update:
            actions, sets = updates.actions(changes)
            return statements.Update(actions, _condition(where), sets)

        return _Parsed(statements.Update, source, build, returning)

    def delete(self) -> _Parsed:
        if not self.take_keyword("FROM"):
            raise malformed("Expected FROM after DELETE")
        source = self.written_source()
        where = self.where()
        start = self.position
        returning = self.returning()
        if returning is not None and returning != Returning("ALL", "OLD"):
            shown = " ".join([token.text for token in self.tokens[start : self.position]])
            self.fault(
                errors.validation(
                    f"Invalid returning clause: {shown}. Only RETURNING ALL OLD * is allowed in DELETE statements."
                )
            )
        return _Parsed(Delete, source, lambda: Delete(_condition(where)), returning)


def _select_of(query: Subquery) -> _Parsed:
    assert isinstance(query.select, _Parsed), "`term` has put it there"
    return query.select


def _projection(selected: list[Node] | None) -> tuple[Path, ...] | None:
    return None if selected is None else tuple(map(operands.path, selected))


def _condition(where: Node | None) -> Condition | None:
    return None if where is None else condition(where)


def _ordering(key: tuple[Node, bool]) -> Ordering:
    node, descending = key
    return Ordering(".".join(map(str, operands.path(node))), descending)
