"""From text to statement, cached by text.

What is not well formed is told in the words of PartiQL's reference implementation, of which the captured answers of the
service are ("Expected data manipulation", "Unexpected keyword"). What PartiQL has and DynamoDB has not is refused too.

Conditions keep a stack of their own, as programs may nest them hundreds of levels deep; values and calls may not nest
that deep.

Source: "PartiQL - a SQL-compatible query language for Amazon DynamoDB" with its pages on statements, functions,
operators and data types.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NoReturn

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.expressions import checks
from pytest_ddbmock.expressions.parser import MAX_IN_OPERANDS, MAX_INDEX, MAX_OPERATORS, MAX_PATH_ELEMENTS
from pytest_ddbmock.expressions.syntax import (
    Action,
    Add,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    Condition,
    Delete,
    DocumentPath,
    In,
    Literal,
    Not,
    Operand,
    Or,
    Remove,
    Set,
    ValueName,
)
from pytest_ddbmock.partiql import lexer, statements
from pytest_ddbmock.partiql.keywords import FUNCTION_KEYWORDS, TYPE_NAMES
from pytest_ddbmock.partiql.lexer import END, KEYWORD, NUMBER, STRING, SYMBOL, Token, malformed
from pytest_ddbmock.partiql.statements import (
    LIST,
    MAP,
    SET,
    Body,
    Built,
    Exists,
    Insert,
    Ordering,
    Part,
    Returning,
    Select,
    Source,
    Statement,
    parameter_name,
)
from pytest_ddbmock.values import numbers
from pytest_ddbmock.values.attribute import MAX_LEVELS

CONDITION_FUNCTIONS = frozenset({"begins_with", "contains", "attribute_type"})
SET_FUNCTIONS: dict[str, type[Add] | type[Delete]] = {"set_add": Add, "set_delete": Delete}
FUNCTIONS = CONDITION_FUNCTIONS.union({"size", "list_append"}, SET_FUNCTIONS)

COMPARATORS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
CLAUSES = frozenset({"GROUP", "HAVING", "LIMIT", "OFFSET", "LET", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS"})
"""Clauses of a SELECT that DynamoDB does not have."""

MOST_NESTED_CALLS = 64
"""Levels of calls and parentheses in a value. AWS's limit is not known; nobody comes near this one."""

_NULL_TYPE = Literal(("S", "NULL"))
_LITERALS = {"NULL": Literal(("NULL", True)), "TRUE": Literal(("BOOL", True)), "FALSE": Literal(("BOOL", False))}
_CONDITION_NODES = (Comparison, Between, In, Not, And, Or)
_PAREN, _NOT, _AND, _OR = "(", "NOT", "AND", "OR"


@lru_cache(maxsize=1024)
def parse(text: str) -> Statement:
    """The statement of a text.

    Errors: `ValidationException` for what is no statement, and for everything in it that is wrong whatever the table
    and the parameters; `NotImplementedByMock` for PartiQL of which it is not known whether DynamoDB has it.
    """
    return _Parser(text).statement()


class _Parser:
    """One text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = lexer.tokens(text)
        self.position = 0
        self.operators = 0
        self.parameters = 0
        self.built: list[tuple[str, Built]] = []
        self.calls = 0

    # ---- statements

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

    def projection(self) -> tuple[tuple[str | int, ...], ...] | None:
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

    def selected(self) -> tuple[str | int, ...]:
        token, following = self.token, self.following
        is_call = following.kind == SYMBOL and following.text == "("
        if is_call and (token.is_name or (token.kind == KEYWORD and token.text in FUNCTION_KEYWORDS)):
            raise self.unexpected_component(token)
        if token.kind in (STRING, NUMBER) or (token.kind == SYMBOL and token.text in ("?", "[", "{", "<<", "-", "+")):
            raise self.unexpected_component(token)
        if not token.is_name:
            self.unexpected()
        path = self.path().elements
        if self.token.kind == SYMBOL and self.token.text in ("+", "-", "*", "/", "%", "||"):
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
            raise _wrong_count(call)
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

    # ---- conditions

    def condition(self) -> Condition:
        """A condition; ends at the first token that does not belong to it."""
        stack: list[_Open] = []
        while True:
            if self.take("("):
                stack.append((_PAREN, []))
                continue
            if self.is_keyword("NOT"):
                self.operator()
                self.advance()
                stack.append((_NOT, []))
                continue
            node = self.tested(self.operand())
            while True:
                what = stack[-1][0] if stack else ""
                if what == _PAREN and self.take(")"):
                    stack.pop()
                    node = self.tested(node)  # the parentheses may have been around the first operand
                    continue
                self.as_condition(node)
                if what == _NOT:
                    stack.pop()
                    node = Not(node)
                    continue
                step = self.joined(node, stack, _AND, And) or self.joined(node, stack, _OR, Or)
                if step is _MORE:
                    break
                if step is None:
                    if stack:
                        raise malformed("Expected RIGHT_PAREN")
                    return node  # type: ignore[no-any-return]  # `as_condition` has looked at it
                node = step

    def joined(self, node: Any, stack: list[_Open], what: str, joined: type[And] | type[Or]) -> Any:
        """What becomes of `node` among others that `what` joins.

        `_MORE` when another has to follow, the joined conditions when it was the last, None when nothing joins it.
        """
        has_next = self.is_keyword(what)
        if has_next and not (stack and stack[-1][0] == what):
            stack.append((what, []))
        if not stack or stack[-1][0] != what:
            return None
        parts = stack[-1][1]
        parts.extend(node.conditions if isinstance(node, joined) else (node,))
        if has_next:
            self.operator()
            self.advance()
            return _MORE
        stack.pop()
        return joined(tuple(parts))

    def tested(self, node: Any) -> Any:
        """`node` with the operator that follows it, if it is an operand and one follows."""
        if isinstance(node, _CONDITION_NODES):
            return node
        token = self.token
        if token.kind == SYMBOL and token.text in COMPARATORS:
            self.as_operand(node)
            self.operator()
            self.advance()
            right = self.operand()
            self.as_operand(right)
            self.refuse_arithmetic()
            return Comparison(COMPARATORS[token.text], node, right)
        self.refuse_arithmetic()
        if self.take_keyword("IS"):
            return self.type_test(node)
        is_negated = self.is_keyword("NOT") and self.following.text in ("IN", "BETWEEN", "LIKE")
        if is_negated:
            self.operator()
            self.advance()
        if self.is_keyword("LIKE"):
            raise self.unsupported("operator", self.token)
        tested: Condition
        if self.take_keyword("BETWEEN"):
            tested = self.between(node)
        elif self.take_keyword("IN"):
            tested = self.membership(node)
        else:
            return node
        return Not(tested) if is_negated else tested

    def between(self, node: Any) -> Between:
        self.as_operand(node)
        self.operator()
        lower = self.operand()
        self.as_operand(lower)
        if not self.take_keyword("AND"):
            raise malformed("Expected keyword and")
        upper = self.operand()
        self.as_operand(upper)
        return Between(node, lower, upper)

    def membership(self, node: Any) -> In:
        self.as_operand(node)
        self.operator()
        closing = {"(": ")", "[": "]", "<<": ">>"}.get(self.token.text) if self.token.kind == SYMBOL else None
        if closing is None:
            if self.at("?"):
                # Unsure: whether DynamoDB lets a parameter stand for the whole list.
                raise NotImplementedByMock("PartiQL", "a parameter as the list of an IN")
            raise self.unsupported("operand of IN", self.token)
        self.advance()
        choices = self.operands(closing)
        if len(choices) > MAX_IN_OPERANDS:
            raise errors.validation(
                f"The IN operator is provided with too many operands; number of operands: {len(choices)}"
            )
        for choice in choices:
            self.as_operand(choice)
        return In(node, choices)

    def type_test(self, node: Any) -> Condition:
        self.as_operand(node)
        self.operator()
        is_negated = self.take_keyword("NOT")
        token = self.advance()
        if token.kind != KEYWORD or token.text not in TYPE_NAMES:
            raise malformed(f"Cannot find type named {token.text}.")
        tested: Condition
        if token.text == "MISSING":
            tested = Call("attribute_not_exists", (node,))
        elif token.text == "NULL":
            # Unsure: PartiQL itself holds what is missing for null as well.
            tested = Call("attribute_type", (node, _NULL_TYPE))
        else:
            # Unsure: DynamoDB's documentation speaks of "a given PartiQL data type" and names these two.
            raise NotImplementedByMock("PartiQL", f"IS {token.text}")
        return Not(tested) if is_negated else tested

    def refuse_arithmetic(self) -> None:
        # Unsure: nothing is documented about arithmetic outside of SET.
        if self.token.kind == SYMBOL and self.token.text in ("+", "-", "*", "/", "%", "||"):
            raise self.unsupported("operator", self.token)

    def as_condition(self, node: Any) -> None:
        """Refuse an operand that stands where a condition should."""
        if isinstance(node, Call):
            if node.function not in _TESTS:
                raise _misused(node)
        elif not isinstance(node, _CONDITION_NODES):
            # Unsure: the text.
            raise self.unsupported("condition", self.tokens[self.position - 1])

    def as_operand(self, node: Any) -> None:
        """Refuse a condition, or a function that is one, that stands where an operand should."""
        if isinstance(node, Call):
            if node.function in _TESTS or node.function in SET_FUNCTIONS:
                raise _misused(node)
        elif isinstance(node, _CONDITION_NODES):
            raise self.unsupported("operand", self.tokens[self.position - 1])

    # ---- operands

    def operand(self) -> Operand:
        """A path, value or call."""
        token = self.token
        is_call = self.following.kind == SYMBOL and self.following.text == "("
        if is_call and (token.is_name or (token.kind == KEYWORD and token.text in FUNCTION_KEYWORDS)):
            return self.call()
        if token.is_name:
            return self.path()
        if self.at("("):
            self.advance()
            self.go_deeper()
            operands = self.operands(")")
            self.calls -= 1
            if not operands:
                raise malformed("Expression group cannot be empty")
            if len(operands) == 1:
                return operands[0]
            return self.named(self.collected(LIST, [self.as_part(operand) for operand in operands]))
        return self.named(self.part(0))

    def operands(self, closing: str) -> tuple[Operand, ...]:
        """Operands joined by commas up to `closing`."""
        if self.take(closing):
            return ()
        found = [self.operand()]
        while self.take(","):
            found.append(self.operand())
        self.expect(closing, f"Expected {_NAMES[closing]}")
        return tuple(found)

    def call(self) -> Call:
        token = self.advance()
        name = token.text.lower()
        self.advance()
        self.operator()
        self.go_deeper()
        if self.at("*"):
            raise malformed(f"{name}(*) is not allowed")
        operands = self.operands(")")
        self.calls -= 1
        if name not in FUNCTIONS:
            # Unsure: the text.
            raise errors.validation(f"Invalid function name; function: {token.text}")
        call = Call(name, operands)
        if name not in SET_FUNCTIONS:
            for operand in operands:
                self.as_operand(operand)
            if len(operands) != checks.OPERAND_COUNTS[name]:
                raise _wrong_count(call)
        return call

    def go_deeper(self) -> None:
        self.calls += 1
        if self.calls > MOST_NESTED_CALLS:
            raise statements.nested_too_deep()

    def path(self) -> DocumentPath:
        elements: list[str | int] = [self.advance().text]
        while True:
            if self.take("."):
                if not self.token.is_name:
                    raise malformed("Invalid path dot component")
                elements.append(self.advance().text)
            elif self.take("["):
                elements.append(self.index())
                self.expect("]", "Expected RIGHT_BRACKET")
            else:
                break
        if "" in elements:
            raise errors.validation("Path component cannot be an empty string")
        if len(elements) > MAX_PATH_ELEMENTS:
            raise errors.validation(
                f"The document path has too many nesting elements; nesting elements: {len(elements)}"
            )
        return DocumentPath(tuple(elements))

    def index(self) -> int:
        token = self.token
        if token.kind != NUMBER or not token.text.isdigit():
            raise self.unexpected_component(token)
        self.advance()
        # A number of thousands of digits is text that is legal and no index that anybody means.
        index = int(token.text) if len(token.text) <= 20 else MAX_INDEX + 1
        if index > MAX_INDEX:
            raise errors.validation(f"List index is not within the allowable range; index: [{token.text}]")
        return index

    # ---- values

    def part(self, level: int) -> Part:
        """A value; `level` counts the lists and maps around it."""
        token = self.token
        if token.kind == STRING:
            self.advance()
            return Literal(("S", token.text))
        if token.kind == KEYWORD and token.text in _LITERALS:
            self.advance()
            return _LITERALS[token.text]
        if token.kind == NUMBER or self.at("-") or self.at("+"):
            return self.number()
        if self.take("?"):
            self.parameters += 1
            return ValueName(parameter_name(self.parameters - 1))
        if token.kind == SYMBOL and token.text in ("[", "{", "<<"):
            if level > MAX_LEVELS + 1:
                raise statements.nested_too_deep()
            self.advance()
            return self.map(level) if token.text == "{" else self.list_or_set(token.text, level)
        if level and token.is_name:
            raise self.unexpected_component(token)  # an attribute inside a value
        self.unexpected()

    def number(self) -> Literal:
        sign = ""
        while self.at("-") or self.at("+"):
            if self.advance().text == "-":
                sign = "" if sign else "-"
        if self.token.kind != NUMBER:
            raise malformed("Unexpected operator")
        return Literal(("N", numbers.canonical(sign + self.advance().text)))

    def list_or_set(self, opening: str, level: int) -> Part:
        closing = "]" if opening == "[" else ">>"
        members: list[Part] = []
        while not self.at(closing) or members:
            members.append(self.part(level + 1))
            if not self.take(","):
                break
        self.expect(closing, f"Expected {_NAMES[closing]}")
        return self.collected(LIST if opening == "[" else SET, members)

    def map(self, level: int) -> Part:
        names: list[str] = []
        members: list[Part] = []
        while not self.at("}") or members:
            token = self.token
            if token.kind != STRING:
                if token.is_name:
                    raise self.unexpected_component(token)
                self.unexpected()
            self.advance()
            self.expect(":", "Expected COLON")
            if not token.text:
                raise errors.invalid_parameters("The attribute name is empty")
            if token.text in names:
                # Unsure: the text.
                raise errors.validation(f"Duplicate attribute name in a map: {token.text}")
            names.append(token.text)
            members.append(self.part(level + 1))
            if not self.take(","):
                break
        self.expect("}", "Expected RIGHT_CURLY")
        return self.collected(MAP, members, tuple(names))

    def collected(self, kind: str, members: list[Part], names: tuple[str, ...] = ()) -> Part:
        values = [member.value for member in members if isinstance(member, Literal)]
        if len(values) == len(members):
            return Literal(statements.collection(kind, values, names))
        return Built(kind, tuple(members), names)

    def named(self, part: Part) -> Literal | ValueName:
        """`part` as an operand of a tree."""
        if not isinstance(part, Built):
            return part
        name = f"+{len(self.built)}"
        self.built.append((name, part))
        return ValueName(name)

    def as_part(self, operand: Operand) -> Part:
        """`operand` as a member of a list."""
        if not isinstance(operand, Literal | ValueName):
            raise self.unsupported("member of a list", self.tokens[self.position - 1])
        return operand

    # ---- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    @property
    def following(self) -> Token:
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)]

    def advance(self) -> Token:
        token = self.tokens[self.position]
        if token.kind != END:
            self.position += 1
        return token

    def at(self, symbol: str) -> bool:
        token = self.tokens[self.position]
        return token.kind == SYMBOL and token.text == symbol

    def take(self, symbol: str) -> bool:
        if not self.at(symbol):
            return False
        self.position += 1
        return True

    def expect(self, symbol: str, complaint: str) -> None:
        if not self.take(symbol):
            raise malformed(complaint)

    def is_keyword(self, *keywords: str) -> bool:
        token = self.tokens[self.position]
        return token.kind == KEYWORD and token.text in keywords

    def take_keyword(self, keyword: str) -> bool:
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
        token = self.token
        if token.kind == KEYWORD:
            raise malformed("Unexpected keyword")
        if token.kind == SYMBOL and token.text not in ("(", ")", "[", "]", "{", "}", "<<", ">>", ",", ".", ":", ";"):
            raise malformed("Unexpected operator")
        raise malformed("Unexpected term")

    def unexpected_component(self, token: Token) -> DynamoDBError:
        return errors.validation(f"Unexpected path component at {lexer.location(self.text, token)}")

    def unsupported(self, what: str, token: Token) -> DynamoDBError:
        """What PartiQL has and DynamoDB has not. Unsure: the text."""
        shown = self.text[token.start : token.end]
        return errors.validation(f"Unsupported {what}: {shown} at {lexer.location(self.text, token)}")


_Open = tuple[str, list[Any]]
"""A parenthesis or operator that waits for more, with the conditions that it has so far."""

_MORE = object()
_TESTS = CONDITION_FUNCTIONS.union({"attribute_not_exists"})
_NAMES = {")": "RIGHT_PAREN", "]": "RIGHT_BRACKET", ">>": "RIGHT_DOUBLE_ANGLE_BRACKET", "}": "RIGHT_CURLY"}


def _misused(call: Call) -> DynamoDBError:
    return errors.validation(
        f"The function is not allowed to be used this way in an expression; function: {call.function}"
    )


def _wrong_count(call: Call) -> DynamoDBError:
    return errors.validation(
        "Incorrect number of operands for operator or function; "
        f"operator or function: {call.function}, number of operands: {len(call.operands)}"
    )
