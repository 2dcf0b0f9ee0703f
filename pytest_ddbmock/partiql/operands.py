"""Paths, values and calls in statements.

Source: "PartiQL data types for DynamoDB", "Use PartiQL functions with DynamoDB".
"""

from __future__ import annotations

from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import checks
from pytest_ddbmock.expressions.parser import MAX_INDEX, MAX_PATH_ELEMENTS
from pytest_ddbmock.expressions.syntax import (
    Add,
    And,
    Between,
    Call,
    Comparison,
    Delete,
    DocumentPath,
    In,
    Literal,
    Not,
    Operand,
    Or,
    ValueName,
)
from pytest_ddbmock.partiql import statements
from pytest_ddbmock.partiql.cursor import Cursor
from pytest_ddbmock.partiql.keywords import FUNCTION_KEYWORDS
from pytest_ddbmock.partiql.lexer import KEYWORD, NUMBER, STRING, SYMBOL, malformed
from pytest_ddbmock.partiql.statements import LIST, MAP, SET, Built, Part, parameter_name
from pytest_ddbmock.values import numbers
from pytest_ddbmock.values.attribute import MAX_LEVELS

CONDITION_FUNCTIONS = frozenset({"begins_with", "contains", "attribute_type"})
SET_FUNCTIONS: dict[str, type[Add] | type[Delete]] = {"set_add": Add, "set_delete": Delete}
FUNCTIONS = CONDITION_FUNCTIONS.union({"size", "list_append"}, SET_FUNCTIONS)

CONDITION_NODES = (Comparison, Between, In, Not, And, Or)
MAX_NESTED_CALLS = 64
"""Levels of calls and parentheses in a value. AWS's limit is not known; nobody comes near this one."""

_LITERALS = {"NULL": Literal(("NULL", True)), "TRUE": Literal(("BOOL", True)), "FALSE": Literal(("BOOL", False))}
_TESTS = CONDITION_FUNCTIONS.union({"attribute_not_exists"})  # what IS MISSING becomes
_NAMES = {")": "RIGHT_PAREN", "]": "RIGHT_BRACKET", ">>": "RIGHT_DOUBLE_ANGLE_BRACKET", "}": "RIGHT_CURLY"}


class Operands(Cursor):
    """Reads operands; counts parameters and keeps the values that are built of them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.parameters = 0
        self.built: list[tuple[str, Built]] = []
        self._calls = 0

    def at_call(self) -> bool:
        """Whether a function comes next."""
        token, following = self.token, self.following
        is_function = token.is_name or (token.kind == KEYWORD and token.text in FUNCTION_KEYWORDS)
        return is_function and following.kind == SYMBOL and following.text == "("

    def operand(self) -> Operand:
        """A path, value or call."""
        token = self.token
        if self.at_call():
            return self.call()
        if token.is_name:
            return self.path()
        if self.at("("):
            self.advance()
            self._go_deeper()
            operands = self.operands(")")
            self._calls -= 1
            if not operands:
                raise malformed("Expression group cannot be empty")
            if len(operands) == 1:
                return operands[0]
            return self.named(self._collected(LIST, [self._as_part(operand) for operand in operands]))
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
        """A function with its operands."""
        token = self.advance()
        name = token.text.lower()
        self.advance()
        self.operator()
        self._go_deeper()
        if self.at("*"):
            raise malformed(f"{name}(*) is not allowed")
        operands = self.operands(")")
        self._calls -= 1
        if name not in FUNCTIONS:
            # Unsure: the text.
            raise errors.validation(f"Invalid function name; function: {token.text}")
        call = Call(name, operands)
        if name not in SET_FUNCTIONS:
            for operand in operands:
                self.as_operand(operand)
            if len(operands) != checks.OPERAND_COUNTS[name]:
                raise wrong_count(call)
        return call

    def _go_deeper(self) -> None:
        self._calls += 1
        if self._calls > MAX_NESTED_CALLS:
            raise statements.nested_too_deep()

    def path(self) -> DocumentPath:
        """A document path; a name comes next."""
        elements: list[str | int] = [self.advance().text]
        while True:
            if self.take("."):
                if not self.token.is_name:
                    raise malformed("Invalid path dot component")
                elements.append(self.advance().text)
            elif self.take("["):
                elements.append(self._index())
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

    def _index(self) -> int:
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
            return self._number()
        if self.take("?"):
            self.parameters += 1
            return ValueName(parameter_name(self.parameters - 1))
        if token.kind == SYMBOL and token.text in ("[", "{", "<<"):
            if level > MAX_LEVELS + 1:
                raise statements.nested_too_deep()
            self.advance()
            return self._map(level) if token.text == "{" else self._list_or_set(token.text, level)
        if level and token.is_name:
            raise self.unexpected_component(token)  # an attribute inside a value
        self.unexpected()

    def _number(self) -> Literal:
        sign = ""
        while self.at("-") or self.at("+"):
            if self.advance().text == "-":
                sign = "" if sign else "-"
        if self.token.kind != NUMBER:
            raise malformed("Unexpected operator")
        return Literal(("N", numbers.canonical(sign + self.advance().text)))

    def _list_or_set(self, opening: str, level: int) -> Part:
        closing = "]" if opening == "[" else ">>"
        members: list[Part] = []
        while not self.at(closing) or members:
            members.append(self.part(level + 1))
            if not self.take(","):
                break
        self.expect(closing, f"Expected {_NAMES[closing]}")
        return self._collected(LIST if opening == "[" else SET, members)

    def _map(self, level: int) -> Part:
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
        return self._collected(MAP, members, tuple(names))

    def _collected(self, kind: str, members: list[Part], names: tuple[str, ...] = ()) -> Part:
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

    def _as_part(self, operand: Operand) -> Part:
        """`operand` as a member of a list."""
        if not isinstance(operand, Literal | ValueName):
            raise self.unsupported("member of a list", self.tokens[self.position - 1])
        return operand

    # ---- which node may stand where

    def as_condition(self, node: Any) -> None:
        """Refuse an operand that stands where a condition should."""
        if isinstance(node, Call):
            if node.function not in _TESTS:
                raise _misused(node)
        elif not isinstance(node, CONDITION_NODES):
            # Unsure: the text.
            raise self.unsupported("condition", self.tokens[self.position - 1])

    def as_operand(self, node: Any) -> None:
        """Refuse a condition, or a function that is one, that stands where an operand should."""
        if isinstance(node, Call):
            if node.function in _TESTS or node.function in SET_FUNCTIONS:
                raise _misused(node)
        elif isinstance(node, CONDITION_NODES):
            raise self.unsupported("operand", self.tokens[self.position - 1])


def _misused(call: Call) -> DynamoDBError:
    return errors.validation(
        f"The function is not allowed to be used this way in an expression; function: {call.function}"
    )


def wrong_count(call: Call) -> DynamoDBError:
    """A function with too few or too many operands."""
    return errors.validation(
        "Incorrect number of operands for operator or function; "
        f"operator or function: {call.function}, number of operands: {len(call.operands)}"
    )
