"""From text to tree: condition, update and projection expressions, cached by text.

Everything that needs no placeholders is checked here. A syntax error ends the parse; of the other faults AWS reports
the most urgent kind (`_Rank`), whatever their places in the text.

The parser keeps its own stack: programs generate conditions that nest hundreds of levels deep, and a recursive
grammar would use several frames of Python's limited stack for each level. It is linear in the length of the text.

Source: "Using expressions in DynamoDB", "Service, account, and table quotas in Amazon DynamoDB".
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NoReturn

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import lexer
from pytest_ddbmock.expressions.reserved import RESERVED_WORDS
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
    Not,
    Or,
    Remove,
    Set,
    ValueName,
)

MAX_SIZE = 4096
"""Bytes of an expression as it stands in the request."""
MAX_OPERATORS = 300
MAX_IN_OPERANDS = 100
MAX_PATH_ELEMENTS = 32
MAX_INDEX = 4_294_967_294

UPDATE, PROJECTION = "UpdateExpression", "ProjectionExpression"

CONDITION_FUNCTIONS = frozenset(
    {"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"}
)
VALUE_FUNCTIONS = {"condition": frozenset({"size"}), "update": frozenset({"if_not_exists", "list_append"})}
"""Functions that stand for a value, by language."""
FUNCTIONS = CONDITION_FUNCTIONS.union(*VALUE_FUNCTIONS.values())

COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
CONDITION_KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
UPDATE_KEYWORDS = frozenset({"SET", "REMOVE", "ADD", "DELETE"})


class _Rank(enum.IntEnum):
    """Priority of the kinds of faults; AWS reports the first fault of the kind that comes first here."""

    # Unsure: the places of OPERATORS, IN_OPERANDS and the two kinds of PATH faults.
    OPERATORS = 0
    PARENTHESES = 1
    # AWS looks at names before functions in updates, after them in conditions.
    RESERVED_IN_UPDATE = 2
    FUNCTION_NAME = 3
    FUNCTION_USE = 4
    RESERVED = 5
    SECTION = 6
    PATH_DEPTH = 7
    PATH_INDEX = 8
    IN_OPERANDS = 9


@lru_cache(maxsize=1024)
def parse_condition(kind: str, text: str) -> Condition:
    """Return the tree of a condition, filter or key condition; `kind` is the parameter's name."""
    return _Parser(kind, text, "condition").whole_condition()


@lru_cache(maxsize=1024)
def parse_update(text: str) -> tuple[Action, ...]:
    """Return the actions of an update expression, in the order of the text."""
    return _Parser(UPDATE, text, "update").whole_update()


@lru_cache(maxsize=1024)
def parse_projection(text: str) -> tuple[DocumentPath, ...]:
    """Return the paths of a projection expression, in the order of the text."""
    return _Parser(PROJECTION, text, "projection").whole_projection()


def refuse_empty(kind: str, text: str) -> None:
    """Raise `ValidationException` for an empty text; AWS checks that before it parses any expression of a request."""
    if not text:
        raise errors.invalid_expression(kind, "The expression can not be empty;")


class _Open:
    """An incomplete node on the parser's stack: `what` it is and the `parts` it has so far."""

    __slots__ = ("parts", "takes_condition", "what")

    def __init__(self, what: str, *parts: Any, takes_condition: bool = False) -> None:
        self.what = what
        self.parts = list(parts)
        self.takes_condition = takes_condition
        """True if a condition may begin here; otherwise only an operand can."""


_OPEN_PAREN, _NOT, _AND, _OR, _COMPARISON, _BETWEEN, _IN, _CALL, _ARITHMETIC = (
    "(", "NOT", "AND", "OR", "comparison", "BETWEEN", "IN", "call", "arithmetic",
)  # fmt: skip

_CONDITION_NODES = (Comparison, Between, In, Not, And, Or)


class _Parser:
    """One text in one language: `condition`, `update` or `projection`."""

    def __init__(self, kind: str, text: str, language: str) -> None:
        refuse_empty(kind, text)
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MAX_SIZE:
            detail = f" expression size: {size}" if language == "condition" else ""
            raise errors.invalid_expression(kind, f"Expression size has exceeded the maximum allowed size;{detail}")
        self.kind = kind
        self.text = text
        self.language = language
        self.keywords = {"condition": CONDITION_KEYWORDS, "update": UPDATE_KEYWORDS}.get(language, frozenset())
        self.tokens = lexer.tokens(text)
        self.position = 0
        self.operators = 0
        self.faults: dict[_Rank, str] = {}

    # ---- whole texts

    def whole_condition(self) -> Condition:
        node = self.expression(conditional=True)
        self.as_condition(node)
        self.finish()
        return node  # type: ignore[no-any-return]  # `expression` returned a condition

    def whole_update(self) -> tuple[Action, ...]:
        actions: list[Action] = []
        seen = set()
        while True:
            section = self.keyword()
            if section not in UPDATE_KEYWORDS:
                self.syntax_error()
            if section in seen:
                self.fault(_Rank.SECTION, f'The "{section}" section can only be used once in an update expression;')
            seen.add(section)
            self.advance()
            actions.extend(self.section(section))
            if self.token == lexer.END:
                self.finish()
                return tuple(actions)

    def section(self, section: str) -> Iterator[Action]:
        while True:
            target = self.path()
            if section == "SET":
                self.expect("=")
                yield Set(target, self.expression(conditional=False))
            elif section == "REMOVE":
                yield Remove(target)
            elif self.is_value_name:
                value = ValueName(self.advance())
                yield Add(target, value) if section == "ADD" else Delete(target, value)
            else:
                self.syntax_error()
            if self.token != ",":
                return
            self.advance()

    def whole_projection(self) -> tuple[DocumentPath, ...]:
        paths = [self.path()]
        while self.token == ",":
            self.advance()
            paths.append(self.path())
        self.expect(lexer.END)
        self.finish()
        return tuple(paths)

    # ---- tokens

    @property
    def token(self) -> str:
        return self.tokens[self.position].text

    @property
    def is_value_name(self) -> bool:
        token = self.token
        return token[0] == ":" and len(token) > 1

    def keyword(self) -> str:
        """Return the keyword of this language that comes next, in upper case, else ''."""
        word = self.token.upper()
        return word if word in self.keywords else ""

    def advance(self) -> str:
        token = self.tokens[self.position].text
        if token != lexer.END:
            self.position += 1
        return token

    def expect(self, token: str) -> None:
        if self.token != token:
            self.syntax_error()
        self.advance()

    # ---- faults

    def syntax_error(self) -> NoReturn:
        near = lexer.near(self.text, self.tokens, self.position)
        raise self.invalid(f'Syntax error; token: "{self.token}", near: "{near}"')

    def invalid(self, message: str) -> DynamoDBError:
        return errors.invalid_expression(self.kind, message)

    def fault(self, rank: _Rank, message: str) -> None:
        self.faults.setdefault(rank, message)

    def finish(self) -> None:
        """Raise the most urgent fault of a text without syntax errors."""
        if self.operators > MAX_OPERATORS:
            # The service stops counting at the first operator that is too many.
            self.fault(
                _Rank.OPERATORS, f"The expression contains too many operators; operator count: {MAX_OPERATORS + 1}"
            )
        if self.faults:
            raise self.invalid(self.faults[min(self.faults)])

    # ---- paths

    def path(self) -> DocumentPath:
        elements: list[str | int] = []
        placeholders: list[int] = []
        while True:
            self.name(elements, placeholders)
            while self.token == "[":
                self.advance()
                self.index(elements)
                self.expect("]")
            if self.token != ".":
                break
            self.advance()
        if len(elements) > MAX_PATH_ELEMENTS:
            self.fault(
                _Rank.PATH_DEPTH,
                f"The document path has too many nesting levels; nesting levels: {len(elements)}",
            )
        return DocumentPath(tuple(elements), tuple(placeholders))

    def name(self, elements: list[str | int], placeholders: list[int]) -> None:
        token = self.tokens[self.position]
        if token.text[0] == "#" and len(token.text) > 1:
            placeholders.append(len(elements))
        elif not token.is_word or self.keyword():
            self.syntax_error()
        elif token.text.upper() in RESERVED_WORDS:
            rank = _Rank.RESERVED_IN_UPDATE if self.language == "update" else _Rank.RESERVED
            self.fault(rank, f"Attribute name is a reserved keyword; reserved keyword: {token.text}")
        elements.append(self.advance())

    def index(self, elements: list[str | int]) -> None:
        if not (self.token.isascii() and self.token.isdigit()):
            self.syntax_error()
        index = int(self.advance())
        if index > MAX_INDEX:
            self.fault(_Rank.PATH_INDEX, f"List index is not within the allowable range; index: [{index}]")
        elements.append(index)

    # ---- conditions and values

    def expression(self, *, conditional: bool) -> Any:
        """Parse a condition, or the value of a SET action, up to the first token that does not belong to it."""
        stack: list[_Open] = []
        while True:
            node = self.begin(stack, conditional)
            if node is None:
                continue
            after_paren = False
            while True:
                step = self.continue_with(node, stack, conditional, after_paren)
                if step is _MORE:
                    break
                if step is _DONE:
                    return node
                node, after_paren = step

    def begin(self, stack: list[_Open], conditional: bool) -> Any:
        """Parse a path or value, or return None after opening an incomplete node."""
        takes_condition = stack[-1].takes_condition if stack else conditional
        if self.token == "(":
            self.advance()
            stack.append(_Open(_OPEN_PAREN, takes_condition=takes_condition))
            return None
        if takes_condition and self.keyword() == "NOT":
            self.operator()
            stack.append(_Open(_NOT, takes_condition=True))
            return None
        if self.is_value_name:
            return ValueName(self.advance())
        token = self.tokens[self.position]
        if token.is_word and not self.keyword() and self.tokens[self.position + 1].text == "(":
            self.operator()
            self.advance()
            if token.text not in FUNCTIONS:
                self.fault(_Rank.FUNCTION_NAME, f"Invalid function name; function: {token.text}")
            stack.append(_Open(_CALL, token.text))
            return None
        return self.path()

    def operator(self) -> None:
        """Count the next token as an operator and advance."""
        # Unsure: AND, OR and NOT count; a report speaks of comparators only, another cannot have reached 301 with them.
        self.operators += 1
        self.advance()

    def continue_with(self, node: Any, stack: list[_Open], conditional: bool, after_paren: bool) -> Any:
        """Return what the next token makes of `node`.

        `_MORE` if an operand or condition must follow, `_DONE` if `node` is complete, else the new node and whether
        parentheses were just closed around it.
        """
        top = stack[-1] if stack else None
        takes_condition = top.takes_condition if top else conditional
        token = self.token
        if not takes_condition:
            return self.continue_with_operand(node, stack, top, token, after_paren)
        if not isinstance(node, _CONDITION_NODES) and (opened := self.operator_after(node)):
            stack.append(opened)
            return _MORE
        if top is not None and top.what == _OPEN_PAREN and token == ")":
            # Around a condition or around its first operand: the next token decides.
            return self.close_paren(node, stack, after_paren)
        self.as_condition(node)
        if top is not None and top.what == _NOT:
            stack.pop()
            return Not(node), False
        keyword = self.keyword()
        if keyword == "AND" and not (top is not None and top.what == _AND):
            stack.append(_Open(_AND, takes_condition=True))
            top = stack[-1]
        if top is not None and top.what == _AND:
            return self.join(node, stack, top, And, keyword)
        if keyword == "OR" and not (top is not None and top.what == _OR):
            stack.append(_Open(_OR, takes_condition=True))
            top = stack[-1]
        if top is not None and top.what == _OR:
            return self.join(node, stack, top, Or, keyword)
        if top is None and token == lexer.END:
            return _DONE
        self.syntax_error()

    def join(self, node: Any, stack: list[_Open], top: _Open, joined: type[And] | type[Or], keyword: str) -> Any:
        """Add `node` to the conditions that the keyword of `top` joins."""
        top.parts.extend(node.conditions if isinstance(node, joined) else (node,))
        if keyword == top.what:
            self.operator()
            return _MORE
        stack.pop()
        return joined(tuple(top.parts)), False

    def operator_after(self, node: Any) -> _Open | None:
        """Open the operator that takes `node` as its first operand, if one comes next."""
        if self.token in COMPARATORS:
            opened = _Open(_COMPARISON, node, self.token)
        elif self.keyword() == "BETWEEN":
            opened = _Open(_BETWEEN, node)
        elif self.keyword() == "IN":
            opened = _Open(_IN, node)
        else:
            return None
        self.as_operand(node)
        self.operator()
        if opened.what == _IN:
            self.expect("(")
        return opened

    def continue_with_operand(
        self, node: Any, stack: list[_Open], top: _Open | None, token: str, after_paren: bool
    ) -> Any:
        """Do as `continue_with`, where no condition can stand."""
        is_calculated = isinstance(node, Arithmetic)
        if token in ("+", "-") and not is_calculated and all(opened.what == _OPEN_PAREN for opened in stack):
            # The whole value of a SET action, perhaps in parentheses.
            self.as_operand(node)
            self.operator()
            stack.append(_Open(_ARITHMETIC, node, token))
            return _MORE
        if top is None or top.what == _OPEN_PAREN:
            if not is_calculated:
                self.as_operand(node)
            if top is None:
                return _DONE
            if token != ")":
                self.syntax_error()
            return self.close_paren(node, stack, after_paren)
        self.as_operand(node)
        if top.what == _ARITHMETIC:
            stack.pop()
            left, operator = top.parts
            return Arithmetic(operator, left, node), False
        if top.what == _COMPARISON:
            stack.pop()
            left, operator = top.parts
            return Comparison(operator, left, node), False
        if top.what == _CALL and top.parts[0] == "list_append" and isinstance(node, Call):
            self.as_appended(node)
        top.parts.append(node)
        if top.what == _BETWEEN:
            if len(top.parts) < 3:
                if self.keyword() != "AND":
                    self.syntax_error()
                self.advance()
                return _MORE
            stack.pop()
            return Between(*top.parts), False
        if token == ",":
            self.advance()
            return _MORE
        self.expect(")")
        stack.pop()
        first, *rest = top.parts
        if top.what == _CALL:
            return Call(first, tuple(rest)), False
        if len(rest) > MAX_IN_OPERANDS:
            self.fault(
                _Rank.IN_OPERANDS,
                f"The IN operator is provided with too many operands; number of operands: {len(rest)}",
            )
        return In(first, tuple(rest)), False

    def close_paren(self, node: Any, stack: list[_Open], after_paren: bool) -> Any:
        if after_paren:
            self.fault(_Rank.PARENTHESES, "The expression has redundant parentheses;")
        self.advance()
        stack.pop()
        return node, True

    # ---- which node may stand where

    def as_condition(self, node: Any) -> None:
        if isinstance(node, Call):
            if node.function not in CONDITION_FUNCTIONS:
                self.misused(node)
        elif not isinstance(node, _CONDITION_NODES):
            self.syntax_error()

    def as_operand(self, node: Any) -> None:
        # Nothing else can be wrong: conditions and sums are opened only where they may stand.
        if isinstance(node, Call) and node.function not in VALUE_FUNCTIONS[self.language]:
            self.misused(node)

    def as_appended(self, node: Call) -> None:
        # Unsure: seen by one observer; `if_not_exists` is fine here.
        if node.function == "list_append":
            self.misused(node)

    def misused(self, node: Call) -> None:
        self.fault(
            _Rank.FUNCTION_USE,
            f"The function is not allowed to be used this way in an expression; function: {node.function}",
        )


_MORE = object()
_DONE = object()
