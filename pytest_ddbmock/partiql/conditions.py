"""The conditions of a WHERE.

They keep a stack of their own, as programs may nest them hundreds of levels deep.

Source: "PartiQL arithmetic, comparison, and logical operators for DynamoDB".
"""

from __future__ import annotations

from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.expressions.parser import MAX_IN_OPERANDS
from pytest_ddbmock.expressions.syntax import And, Between, Call, Comparison, Condition, In, Literal, Not, Or
from pytest_ddbmock.partiql.keywords import TYPE_NAMES
from pytest_ddbmock.partiql.lexer import KEYWORD, SYMBOL, malformed
from pytest_ddbmock.partiql.operands import CONDITION_NODES, Operands

COMPARATORS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "||"})

_NULL_TYPE = Literal(("S", "NULL"))
_PAREN, _NOT, _AND, _OR = "(", "NOT", "AND", "OR"

_Open = tuple[str, list[Any]]
"""A parenthesis or operator that waits for more, with the conditions that it has so far."""

_MORE = object()


class Conditions(Operands):
    """Reads conditions."""

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
            node = self._tested(self.operand())
            while True:
                what = stack[-1][0] if stack else ""
                if what == _PAREN and self.take(")"):
                    stack.pop()
                    node = self._tested(node)  # the parentheses may have been around the first operand
                    continue
                self.as_condition(node)
                if what == _NOT:
                    stack.pop()
                    node = Not(node)
                    continue
                step = self._joined(node, stack, _AND, And) or self._joined(node, stack, _OR, Or)
                if step is _MORE:
                    break
                if step is None:
                    if stack:
                        raise malformed("Expected RIGHT_PAREN")
                    return node  # type: ignore[no-any-return]  # `as_condition` has looked at it
                node = step

    def _joined(self, node: Any, stack: list[_Open], what: str, joined: type[And] | type[Or]) -> Any:
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

    def _tested(self, node: Any) -> Any:
        """`node` with the operator that follows it, if it is an operand and one follows."""
        if isinstance(node, CONDITION_NODES):
            return node
        token = self.token
        if token.kind == SYMBOL and token.text in COMPARATORS:
            self.as_operand(node)
            self.operator()
            self.advance()
            right = self.operand()
            self.as_operand(right)
            self._refuse_arithmetic()
            return Comparison(COMPARATORS[token.text], node, right)
        self._refuse_arithmetic()
        if self.take_keyword("IS"):
            return self._type_test(node)
        is_negated = self.is_keyword("NOT") and self.following.text in ("IN", "BETWEEN", "LIKE")
        if is_negated:
            self.operator()
            self.advance()
        if self.is_keyword("LIKE"):
            raise self.unsupported("operator", self.token)
        tested: Condition
        if self.take_keyword("BETWEEN"):
            tested = self._between(node)
        elif self.take_keyword("IN"):
            tested = self._membership(node)
        else:
            return node
        return Not(tested) if is_negated else tested

    def _between(self, node: Any) -> Between:
        self.as_operand(node)
        self.operator()
        lower = self.operand()
        self.as_operand(lower)
        if not self.take_keyword("AND"):
            raise malformed("Expected keyword and")
        upper = self.operand()
        self.as_operand(upper)
        return Between(node, lower, upper)

    def _membership(self, node: Any) -> In:
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

    def _type_test(self, node: Any) -> Condition:
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

    def _refuse_arithmetic(self) -> None:
        # Unsure: nothing is documented about arithmetic outside of SET.
        if self.token.kind == SYMBOL and self.token.text in ARITHMETIC:
            raise self.unsupported("operator", self.token)
