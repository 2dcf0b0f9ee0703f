"""Values in a statement: literals, parameters, and the lists, maps and sets that are made of them.

Source: "PartiQL data types for DynamoDB"; texts captured in eu-west-2, October 2026.
"""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.syntax import Literal, ValueName
from pytest_ddbmock.partiql import statements
from pytest_ddbmock.partiql.cursor import Cursor
from pytest_ddbmock.partiql.lexer import KEYWORD, NUMBER, STRING, Token
from pytest_ddbmock.partiql.nodes import Call, Constant, Name, Node, unsupported
from pytest_ddbmock.partiql.statements import MAP, SET, Built, parameter_name
from pytest_ddbmock.values.attribute import EMPTY_NAME, MAX_LEVELS
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import decode_value

NULL = Literal(("NULL", True))
_WORDS = {"NULL": NULL, "TRUE": Literal(("BOOL", True)), "FALSE": Literal(("BOOL", False))}


class Literals(Cursor):
    """Parses values; counts parameters and keeps the values that are built of them.

    A value that DynamoDB cannot hold is a fault to be reported once the whole text is known to be well formed.
    """

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.parameters = 0
        self.built: list[tuple[str, Built]] = []
        self.max_levels = MAX_LEVELS
        self.place: list[str] = []
        """The steps from the outermost list or map to the value that comes next, as AWS writes them: `.x`, `[1]`."""

    def scalar(self) -> Constant | None:
        """Return the string, number, boolean, null or parameter that comes next, None for anything else."""
        token = self.token
        if token.kind == STRING:
            return Constant(self.advance(), Literal(("S", token.text)))
        if token.kind == NUMBER:
            return Constant(self.advance(), self._number(token))
        if token.kind == KEYWORD and token.text in _WORDS:
            return Constant(self.advance(), _WORDS[token.text])
        if self.take("?"):
            self.parameters += 1
            return Constant(token, ValueName(parameter_name(self.parameters - 1)))
        return None

    def _number(self, token: Token) -> Literal:
        try:
            return Literal(decode_value({"N": token.text}, Layer.OLD))
        except DynamoDBError as error:
            # Unsure: members of sets; captured for a value alone, in a map and in a list.
            self.fault(errors.validation(f"{error.message} under root{''.join(self.place)}"))
            return NULL

    def signed(self, sign: str, number: Constant) -> Constant:
        """Return `number`, a number literal, behind a sign."""
        value = number.value
        if sign == "+" or not isinstance(value, Literal) or value.value[1] in ("0", True):
            return number
        text: str = value.value[1]
        return Constant(number.token, Literal(("N", text[1:] if text.startswith("-") else f"-{text}")))

    def index_of(self, node: Node) -> int | None:
        """Return the list index that an expression in brackets is, None if it is something else."""
        if not isinstance(node, Constant) or node.token.kind != NUMBER or not node.token.text.isdigit():
            return None
        value = node.value
        is_negative = isinstance(value, Literal) and str(value.value[1]).startswith("-")
        # An index of thousands of digits is legal text.
        return None if is_negative else int(node.token.text[:20])

    # ---- collections

    def collection(self, token: Token, kind: str, members: Sequence[Node], names: tuple[str, ...] = ()) -> Constant:
        """Return the list, map or set of these members."""
        values = [member.value for member in members if isinstance(member, Constant)]
        if len(values) < len(members):
            self.fault(_not_a_value(next(member for member in members if not isinstance(member, Constant))))
        elif kind == SET and not members:
            self.fault(errors.validation("Empty bags are not supported"))
        else:
            literals = [value.value for value in values if isinstance(value, Literal)]
            if len(literals) < len(values):
                return Constant(token, self._built(Built(kind, tuple(values), names)))
            try:
                value = statements.collection(kind, literals, names)
                statements.require_levels(value, self.max_levels)
                return Constant(token, Literal(value))
            except DynamoDBError as error:
                self.fault(error)
        return Constant(token, NULL)

    def map(self, token: Token, keys: Sequence[Node], members: Sequence[Node]) -> Constant:
        """Return the map of these members."""
        names: list[str] = []
        for key in keys:
            value = key.value if isinstance(key, Constant) else None
            if not isinstance(value, Literal) or value.value[0] != "S":
                self.fault(_not_a_value(key))
                return Constant(token, NULL)
            name = value.value[1]
            if not name:
                self.fault(errors.validation(EMPTY_NAME))
            elif name in names:
                # Unsure: the text.
                self.fault(errors.validation(f"Duplicate attribute name in a map: {name}"))
            names.append(name)
        return self.collection(token, MAP, members, tuple(names))

    def _built(self, built: Built) -> ValueName:
        name = f"+{len(self.built)}"
        self.built.append((name, built))
        return ValueName(name)


def _not_a_value(node: Node) -> DynamoDBError:
    """Return the error for an expression that stands where a value must."""
    if isinstance(node, Call):
        return errors.validation(f"Unsupported data type: {node.name} under key root at {node.token.location}")
    if isinstance(node, Name):
        # Unsure: captured for functions in a SELECT list.
        return errors.validation(f"Unexpected path component at {node.token.location}")
    return unsupported(node)
