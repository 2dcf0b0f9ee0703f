"""Expressions: operators by precedence, paths, calls and values.

A grammar of PartiQL's reference implementation, in whose words the service reports what is malformed. Parentheses and
operators wait on a stack of their own, as programs may nest them hundreds of levels deep.

Source: the PartiQL specification.
"""

from __future__ import annotations

from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.partiql import statements
from pytest_ddbmock.partiql.keywords import AGGREGATES, FUNCTION_KEYWORDS, TYPE_NAMES
from pytest_ddbmock.partiql.lexer import END, KEYWORD, NUMBER, SYMBOL, Token, malformed
from pytest_ddbmock.partiql.literals import NULL, Literals
from pytest_ddbmock.partiql.nodes import Call, Constant, Membership, Name, Node, Operation, TypeTest

_RANKS = {
    "OR": 10, "AND": 20, "=": 40, "<>": 40, "!=": 40, "IS": 40, "IN": 40, "<": 50, "<=": 50, ">": 50, ">=": 50,
    "BETWEEN": 50, "LIKE": 50, "+": 60, "-": 60, "||": 60, "*": 70, "/": 70, "%": 70,
}  # fmt: skip
"""How tightly an operator between two operands binds."""
_PREFIX_RANKS = {"(": 0, "NOT": 30, "+": 100, "-": 100}
_NEGATABLE = ("IN", "BETWEEN", "LIKE")
_CLOSING = {"(": ")", "[": "]", "<<": ">>"}
_NAMES = {")": "RIGHT_PAREN", "]": "RIGHT_BRACKET", ">>": "RIGHT_DOUBLE_ANGLE_BRACKET", "}": "RIGHT_CURLY"}

_ENDS = frozenset({",", ":", ")", "]", "}", ">>"})

MAX_NESTED = 64
"""Levels of calls, lists and maps in one expression. AWS's limit is not known; nobody comes near this one."""


class _Waiting(NamedTuple):
    """An operator, or an open parenthesis of rank 0, that waits for the operand to its right."""

    rank: int
    token: Token
    operator: str
    left: list[Node]


class Grammar(Literals):
    """Parses expressions."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.operators = 0
        self._depth = 0

    def expression(self, above: int = 0) -> Node:
        """Return the next expression; it ends before an operator that binds no tighter than `above`."""
        if self.following.text in _ENDS and (value := self.scalar()) is not None:  # as most values: a shorter path
            return value
        self._depth += 1
        if self._depth > MAX_NESTED:
            raise statements.nested_too_deep()
        waiting: list[_Waiting] = []
        ended = False
        while not ended:
            self._open(waiting)
            node, ended = self._continued(self._path(self.term()), waiting, above)
        self._depth -= 1
        return node

    def _open(self, waiting: list[_Waiting]) -> None:
        """Put parentheses and prefix operators on the stack."""
        while True:
            token = self.token
            if token.kind not in (SYMBOL, KEYWORD) or token.text not in _PREFIX_RANKS:
                return
            self.advance()
            waiting.append(_Waiting(_PREFIX_RANKS[token.text], token, token.text, []))

    def _continued(self, node: Node, waiting: list[_Waiting], above: int) -> tuple[Node, bool]:
        """Return `node` with what follows it, and whether the expression ends there or needs another operand."""
        while True:
            negation, operator, rank = self._infix()
            while waiting and waiting[-1].rank >= max(rank, 1):
                node = self._joined(waiting.pop(), node)
            if waiting and not rank:  # inside parentheses
                if self.take(","):
                    waiting[-1].left.append(node)
                    return node, False
                self.expect(")", "Expected RIGHT_PAREN")
                node = self._path(self._grouped(waiting.pop(), node))
                continue
            if not rank or (not waiting and rank <= above):
                return node, True
            if negation is not None:
                self.advance()
            token = self.advance()
            if operator in ("IS", "IN", "BETWEEN", "LIKE"):
                node = self._special(operator, token, node)
                if negation is not None:
                    node = self._operation(negation, "NOT", node)
                continue
            self._require_operand()
            waiting.append(_Waiting(rank, token, operator, [node]))
            return node, False

    def _infix(self) -> tuple[Token | None, str, int]:
        """Return the NOT before the operator that comes next, the operator and its rank; 0 if none comes next."""
        token = self.token
        if token.kind not in (SYMBOL, KEYWORD):
            return None, "", 0
        if token.text == "NOT" and self.following.kind == KEYWORD and self.following.text in _NEGATABLE:
            return token, self.following.text, _RANKS[self.following.text]
        return None, token.text, _RANKS.get(token.text, 0)

    def _require_operand(self) -> None:
        if self.token.kind == END:
            raise malformed("Missing right-hand side expression of infix operator")

    def _joined(self, waiting: _Waiting, right: Node) -> Node:
        """Return the operation of a waiting operator."""
        _, token, operator, left = waiting
        if left:
            return self._operation(token, operator, left[0], right)
        is_number = operator != "NOT" and isinstance(right, Constant) and right.token.kind == NUMBER
        return self.signed(operator, right) if is_number else self._operation(token, operator, right)  # type: ignore[arg-type]

    def _operation(self, token: Token, operator: str, *operands: Node) -> Operation:
        self.operators += 1
        operator = "<>" if operator == "!=" else operator
        first = operands[0]
        if operator in ("AND", "OR") and isinstance(first, Operation) and first.operator == operator:
            return Operation(first.token, operator, (*first.operands, *operands[1:]))  # long chains stay flat
        return Operation(token, operator, operands)

    def _grouped(self, group: _Waiting, last: Node) -> Node:
        """Return what a pair of parentheses holds: several expressions are a list."""
        return self.collection(group.token, statements.LIST, [*group.left, last]) if group.left else last

    # ---- operators with a grammar of their own

    def _special(self, operator: str, token: Token, left: Node) -> Node:
        if operator == "IS":
            return self._type_test(token, left)
        self._require_operand()
        if operator == "IN":
            return self._membership(token, left)
        rank = _RANKS[operator]
        operands = [left, self.expression(rank)]
        if operator == "BETWEEN" and not self.take_keyword("AND"):
            raise malformed("Expected AND keyword")
        if operator == "BETWEEN" or self.take_keyword("ESCAPE"):
            if self.token.kind == END:
                raise malformed(f"Expected expression after {'AND' if operator == 'BETWEEN' else 'ESCAPE'}")
            operands.append(self.expression(rank))
        return self._operation(token, operator, *operands)

    def _membership(self, token: Token, left: Node) -> Membership:
        self.operators += 1
        closing = _CLOSING.get(self.token.text) if self.token.kind == SYMBOL else None
        if closing is None:
            self.expression(_RANKS["IN"])
            return Membership(token, left, None)
        opening = self.advance().text
        if opening != "(" and self.take(closing):
            return Membership(token, left, ())
        return Membership(token, left, self.arguments(closing))

    def _type_test(self, token: Token, left: Node) -> Node:
        self.operators += 1
        negation = self.token if self.take_keyword("NOT") else None
        first, second = self.token, self.following
        name = first.text if first.kind == KEYWORD else ""
        if (name, second.text) in (("DOUBLE", "PRECISION"), ("CHARACTER", "VARYING")) and second.kind == KEYWORD:
            self.advance()
            name = f"{name} {second.text}"
        if name not in TYPE_NAMES:
            raise malformed("Expected type name")
        self.advance()
        if self.take("("):
            self.arguments(")")
        test = TypeTest(token, left, name)
        return test if negation is None else self._operation(negation, "NOT", test)

    # ---- terms

    def term(self) -> Node:
        """Return the next name, call or value."""
        if (value := self.scalar()) is not None:
            return value
        token = self.token
        if self._at_call():
            return self._call()
        if token.is_name:
            return Name(self.advance(), (token.text,))
        if token.kind == SYMBOL and token.text in ("[", "<<", "{"):
            return self._collection()
        if self.take("@"):
            if not self.token.is_name:
                raise malformed("Identifier must follow @-operator")
            self.fault(NotImplementedByMock("PartiQL", "@ before a name"))  # Unsure: what DynamoDB makes of it.
            return self.term()
        if token.kind == KEYWORD and token.text == "MISSING":
            # Unsure: what DynamoDB says of MISSING anywhere but after IS.
            self.fault(errors.validation("Unsupported operation: Missing"))
            return Constant(self.advance(), NULL)
        self.unexpected()

    def _collection(self) -> Constant:
        token = self.advance()
        if token.text == "{":
            return self._map(token)
        closing = _CLOSING[token.text]
        members = [] if self.take(closing) else [*self.arguments(closing, is_list=True)]
        return self.collection(token, statements.LIST if token.text == "[" else statements.SET, members)

    def _map(self, token: Token) -> Constant:
        names: list[Node] = []
        members: list[Node] = []
        while not self.at("}") or names:
            key = self.token
            names.append(self.expression())
            self.expect(":", "Expected COLON")
            self.place.append(f".{key.text}")
            members.append(self.expression())
            self.place.pop()
            if not self.take(","):
                break
        self.expect("}", "Expected RIGHT_CURLY")
        return self.map(token, names, members)

    def arguments(self, closing: str, *, is_list: bool = False) -> tuple[Node, ...]:
        """Return expressions that commas join, one or more, up to `closing`; `is_list`: they make one value."""
        found: list[Node] = []
        while not found or self.take(","):
            if is_list:
                self.place.append(f"[{len(found)}]")
            found.append(self.expression())
            if is_list:
                self.place.pop()
        self.expect(closing, f"Expected {_NAMES[closing]}")
        return tuple(found)

    def _at_call(self) -> bool:
        token, following = self.token, self.following
        is_function = token.is_name or (token.kind == KEYWORD and token.text in FUNCTION_KEYWORDS)
        return is_function and following.kind == SYMBOL and following.text == "("

    def _call(self) -> Call:
        token = self.advance()
        self.advance()
        self.operators += 1
        is_aggregate = token.kind == KEYWORD and token.text in AGGREGATES
        if is_aggregate and self.at_keyword("DISTINCT", "ALL"):
            self.advance()
        if self.at("*"):
            if not is_aggregate or token.text != "COUNT":
                name = token.text if token.kind != KEYWORD else token.text.lower()
                raise malformed(f"{name}(*) is not allowed")
            self.advance()
            self.expect(")", "Expected RIGHT_PAREN")
            return Call(token, ())
        arguments = () if self.take(")") else self.arguments(")")
        if is_aggregate and len(arguments) != 1:
            raise malformed("Aggregate functions are always unary")
        return Call(token, arguments)

    # ---- paths

    def simple_path(self) -> Name:
        """Return the path that comes next; it begins with a name."""
        token = self.token
        if not token.is_name:
            raise malformed("Expected identifier for simple path")
        path = self._path(Name(self.advance(), (token.text,)), is_simple=True)
        assert isinstance(path, Name), "what follows a name makes a longer path of it"
        return path

    def _path(self, root: Node, *, is_simple: bool = False) -> Node:
        """Return `root` with the path components that follow it."""
        if self.token.text not in (".", "["):
            return root
        elements: list[str | int] = [*root.elements] if isinstance(root, Name) else []
        stray = root.stray if isinstance(root, Name) else root.token
        while True:
            if self.take("."):
                component: str | int | Token = self._dot_component(is_simple)
            elif self.take("["):
                component = self._index()
                self.expect("]", "Expected RIGHT_BRACKET")
            else:
                return Name(root.token, tuple(elements), stray)
            if isinstance(component, Token):
                stray = stray or component
            else:
                elements.append(component)

    def _dot_component(self, is_simple: bool) -> str | Token:
        token = self.token
        if not token.is_name and (is_simple or not self.at("*")):
            suffix = " for simple path" if is_simple and self.at("*") else ""
            raise malformed(f"Invalid path dot component{suffix}")
        self.advance()
        return token.text if token.is_name else token

    def _index(self) -> int | Token:
        """Return the index in brackets that comes next, or the token of anything else there."""
        if self.at("*"):
            return self.advance()
        node = self.expression()
        index = self.index_of(node)
        return node.token if index is None else index
