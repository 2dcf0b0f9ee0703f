"""What can be read of an expression without its placeholders: syntax, limits, names of functions, reserved words."""

from __future__ import annotations

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import parser
from pytest_ddbmock.expressions.reserved import RESERVED_WORDS
from pytest_ddbmock.expressions.syntax import (
    Add,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    Delete,
    DocumentPath,
    In,
    Not,
    Or,
    Remove,
    Set,
    ValueName,
)

CONDITION, FILTER, KEY_CONDITION = "ConditionExpression", "FilterExpression", "KeyConditionExpression"
UPDATE, PROJECTION = "UpdateExpression", "ProjectionExpression"


def parse(kind: str, text: str) -> object:
    if kind == UPDATE:
        return parser.parse_update(text)
    if kind == PROJECTION:
        return parser.parse_projection(text)
    return parser.parse_condition(kind, text)


def refusal(kind: str, text: str) -> DynamoDBError:
    with pytest.raises(DynamoDBError) as refused:
        parse(kind, text)
    assert refused.value.code == "ValidationException"
    return refused.value


def path(*elements: str | int) -> DocumentPath:
    return DocumentPath(elements)


# ---- what is accepted


A_IS_V = Comparison("=", path("a"), ValueName(":v"))
B_IS_W = Comparison("=", path("b"), ValueName(":w"))
C_EXISTS = Call("attribute_exists", (path("c"),))


@pytest.mark.parametrize(
    "text, tree",
    [
        ("a=:v", A_IS_V),
        (" a\t=\r\n:v ", A_IS_V),
        ("(a = :v)", A_IS_V),
        ("(a) = (:v)", A_IS_V),
        ("a = :v AND b = :w", And((A_IS_V, B_IS_W))),
        ("a = :v and b = :w And attribute_exists(c)", And((A_IS_V, B_IS_W, C_EXISTS))),
        ("a = :v AND (b = :w AND attribute_exists (c))", And((A_IS_V, B_IS_W, C_EXISTS))),
        ("a = :v OR b = :w AND attribute_exists(c)", Or((A_IS_V, And((B_IS_W, C_EXISTS))))),
        ("a = :v AND b = :w OR attribute_exists(c)", Or((And((A_IS_V, B_IS_W)), C_EXISTS))),
        ("(a = :v OR b = :w) AND attribute_exists(c)", And((Or((A_IS_V, B_IS_W)), C_EXISTS))),
        ("NOT a = :v AND b = :w", And((Not(A_IS_V), B_IS_W))),
        ("NOT (a = :v AND b = :w)", Not(And((A_IS_V, B_IS_W)))),
        ("NOT NOT a = :v", Not(Not(A_IS_V))),
        ("a BETWEEN :v AND :w", Between(path("a"), ValueName(":v"), ValueName(":w"))),
        (
            "a between :v and :w and b = :w or a = :v",
            Or((And((Between(path("a"), ValueName(":v"), ValueName(":w")), B_IS_W)), A_IS_V)),
        ),
        ("a IN (:v)", In(path("a"), (ValueName(":v"),))),
        ("a in(:v, b , (:w))", In(path("a"), (ValueName(":v"), path("b"), ValueName(":w")))),
        ("(size(a)) > :v", Comparison(">", Call("size", (path("a"),)), ValueName(":v"))),
        ("begins_with(a, :v)", Call("begins_with", (path("a"), ValueName(":v")))),
        ("a.b[3][0].c <> d", Comparison("<>", path("a", "b", 3, 0, "c"), path("d"))),
        ("#a.b.#c<=:v", Comparison("<=", DocumentPath(("#a", "b", "#c"), (0, 2)), ValueName(":v"))),
        ("a[4294967294] = :v", Comparison("=", path("a", 4294967294), ValueName(":v"))),
        (":v = :w", Comparison("=", ValueName(":v"), ValueName(":w"))),
        ("#1 = :1_2", Comparison("=", DocumentPath(("#1",), (0,)), ValueName(":1_2"))),
    ],
)
def test_conditions_are_read_with_their_precedence(text: str, tree: object) -> None:
    assert parse(CONDITION, text) == tree


@pytest.mark.parametrize(
    "text, actions",
    [
        ("SET a = :v", [Set(path("a"), ValueName(":v"))]),
        ("set a = :v, b.c[1] = a", [Set(path("a"), ValueName(":v")), Set(path("b", "c", 1), path("a"))]),
        ("SET a = b + :v", [Set(path("a"), Arithmetic("+", path("b"), ValueName(":v")))]),
        ("SET a = (b - :v)", [Set(path("a"), Arithmetic("-", path("b"), ValueName(":v")))]),
        ("SET a = (b) - (:v)", [Set(path("a"), Arithmetic("-", path("b"), ValueName(":v")))]),
        (
            "SET a = if_not_exists(a, :z) + :v",
            [Set(path("a"), Arithmetic("+", Call("if_not_exists", (path("a"), ValueName(":z"))), ValueName(":v")))],
        ),
        (
            "SET a = list_append(if_not_exists(a, :z), :v)",
            [
                Set(
                    path("a"),
                    Call("list_append", (Call("if_not_exists", (path("a"), ValueName(":z"))), ValueName(":v"))),
                )
            ],
        ),
        (
            "REMOVE a, b[0] ADD c :v DELETE d :w, e :x SET f = :v",
            [
                Remove(path("a")),
                Remove(path("b", 0)),
                Add(path("c"), ValueName(":v")),
                Delete(path("d"), ValueName(":w")),
                Delete(path("e"), ValueName(":x")),
                Set(path("f"), ValueName(":v")),
            ],
        ),
    ],
)
def test_updates_are_read_in_the_order_of_the_text(text: str, actions: list[object]) -> None:
    assert parse(UPDATE, text) == tuple(actions)


def test_projections_are_read_in_the_order_of_the_text() -> None:
    assert parse(PROJECTION, "b, a.c[2] ,#x") == (path("b"), path("a", "c", 2), DocumentPath(("#x",), (0,)))


def test_keywords_of_the_other_language_are_only_reserved_words() -> None:
    assert refusal(CONDITION, "set = :v").message == (
        "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: set"
    )
    assert refusal(UPDATE, "SET not = :v").message == (
        "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: not"
    )


# ---- syntax errors


@pytest.mark.parametrize(
    "kind, text, token, near",
    [
        (CONDITION, "a-b", "-", "a-b"),
        (FILTER, "a = ", "<EOF>", "="),
        (KEY_CONDITION, "begins_with()", ")", "()"),
        (FILTER, "contains (themes, :theme", "<EOF>", ":theme"),
        (FILTER, "tenantAgent:abc123-9", ":abc123", "tenantAgent:abc123-"),
        (FILTER, "_type = :v", "_", "_type"),
        (CONDITION, "attribute_exists(car_id) AND NOT #b", "<EOF>", "#b"),
        (CONDITION, "attribute_not_exists(", "<EOF>", "("),
        (CONDITION, " \t\r\n", "<EOF>", ""),
        (CONDITION, "foo", "<EOF>", "foo"),
        (CONDITION, "a = b = c", "=", "b = c"),
        (CONDITION, "(a = b) = c", "=", ") = c"),
        (CONDITION, "a = (b = c)", "=", "b = c"),
        (CONDITION, "a AND b = c", "AND", "a AND b"),
        (CONDITION, "a = :v)", ")", ":v)"),
        (CONDITION, "a = :v b", "b", ":v b"),
        (CONDITION, "AND a = :v", "AND", "AND a"),
        (CONDITION, "a = NOT :v", "NOT", "= NOT :v"),
        (CONDITION, "contains(NOT a, :v)", "NOT", "(NOT a"),
        (CONDITION, "a IN :v", ":v", "IN :v"),
        (CONDITION, "a IN ()", ")", "()"),
        (CONDITION, "a BETWEEN :v OR :w", "OR", ":v OR :w"),
        (CONDITION, "a BETWEEN :v, :w", ",", ":v, :w"),
        (CONDITION, "a = :v AND", "<EOF>", "AND"),
        (CONDITION, "a = 1", "1", "= 1"),
        (CONDITION, "a = 'x'", "'", "= 'x"),
        (CONDITION, "a == :v", "=", "== :v"),
        (CONDITION, "a != :v", "!", "a !="),
        (CONDITION, "a[-1] = :v", "-", "[-1"),
        (CONDITION, "a[01] = :v", "1", "01]"),
        (CONDITION, "a[:v] = :v", ":v", "[:v]"),
        (CONDITION, "a[] = :v", "]", "[] ="),
        (CONDITION, "a. = :v", "=", ". = :v"),
        (CONDITION, "a.1 = :v", "1", ".1 ="),
        (CONDITION, "a.and = :v", "and", ".and ="),
        (CONDITION, "# = :v", "#", "# ="),
        (CONDITION, "a = :", ":", "= :"),
        (CONDITION, "size(a, :v", "<EOF>", ":v"),
        (CONDITION, "size(a b)", "b", "a b)"),
        (CONDITION, "a\u00a0= :v", "\u00a0", "a\u00a0="),
        (CONDITION, "a = :v AND é = :w", "é", "AND é ="),
        (CONDITION, "(" * 4096, "<EOF>", "("),
        (UPDATE, "INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        (UPDATE, "ADD hits : incr", ":", "hits : incr"),
        (UPDATE, "SET a = list_append(a, 0)", "0", ", 0)"),
        (UPDATE, "SET a :v", ":v", "a :v"),
        (UPDATE, "set _something = :s", "_", "set _something"),
        (UPDATE, "SET", "<EOF>", "SET"),
        (UPDATE, "SET a = :v,", "<EOF>", ","),
        (UPDATE, "SET a = b + c + d", "+", "c + d"),
        (UPDATE, "SET a = (b + c) - d", "-", ") - d"),
        (UPDATE, "SET a = b + (c + d)", "+", "c + d"),
        (UPDATE, "SET a = list_append(b + c, d)", "+", "b + c"),
        (UPDATE, "SET a = b = c", "=", "b = c"),
        (UPDATE, "SET :v = a", ":v", "SET :v ="),
        (UPDATE, "SET add = :v", "add", "SET add ="),
        (UPDATE, "REMOVE a :v", ":v", "a :v"),
        (UPDATE, "ADD a = :v", "=", "a = :v"),
        (UPDATE, "ADD a b", "b", "a b"),
        (UPDATE, "DELETE a, b :v", ",", "a, b"),
        (UPDATE, "SET a = 1", "1", "= 1"),
        (UPDATE, "SET a.#, #, b = :v", "#", ".#,"),
        (PROJECTION, "!!!", "!", "!!"),
        (PROJECTION, "dummy-id", "-", "dummy-id"),
        (PROJECTION, "a,", "<EOF>", ","),
        (PROJECTION, "a b", "b", "a b"),
        (PROJECTION, "#AMZN_MAPPED_2021-03-03", "-", "#AMZN_MAPPED_2021-0"),
        (PROJECTION, "size(a)", "(", "size(a"),
        (PROJECTION, ":v", ":v", ":v"),
    ],
)
def test_a_syntax_error_names_the_token_and_its_surroundings(kind: str, text: str, token: str, near: str) -> None:
    error = refusal(kind, text)
    assert error.message == f'Invalid {kind}: Syntax error; token: "{token}", near: "{near}"'


@pytest.mark.parametrize("kind", [CONDITION, FILTER, KEY_CONDITION, UPDATE, PROJECTION])
def test_the_empty_expression_is_never_wrapped(kind: str) -> None:
    error = refusal(kind, "")
    assert error.message == f"Invalid {kind}: The expression can not be empty;"


# ---- other static errors


@pytest.mark.parametrize(
    "kind, text, message",
    [
        (CONDITION, "((a = :v))", "The expression has redundant parentheses;"),
        (FILTER, "((a)) = :v", "The expression has redundant parentheses;"),
        (CONDITION, "a = :v AND ((b = :w) )", "The expression has redundant parentheses;"),
        (CONDITION, "contains(((a)), :v)", "The expression has redundant parentheses;"),
        (CONDITION, "NOT ((a = :v AND b = :w))", "The expression has redundant parentheses;"),
        (UPDATE, "SET a = ((b + :v))", "The expression has redundant parentheses;"),
        (UPDATE, "SET a = list_append(((b)), :v)", "The expression has redundant parentheses;"),
        (CONDITION, "foo(a)", "Invalid function name; function: foo"),
        (CONDITION, "SIZE(a) > :v", "Invalid function name; function: SIZE"),
        (CONDITION, "Attribute_Exists(a)", "Invalid function name; function: Attribute_Exists"),
        (UPDATE, "SET a = foo(b)", "Invalid function name; function: foo"),
        (UPDATE, "SET a = if_not_exist(b, :v)", "Invalid function name; function: if_not_exist"),
        (CONDITION, "size(a)", "The function is not allowed to be used this way in an expression; function: size"),
        (
            CONDITION,
            "NOT size(a)",
            "The function is not allowed to be used this way in an expression; function: size",
        ),
        (
            CONDITION,
            "attribute_exists(a) = :v",
            "The function is not allowed to be used this way in an expression; function: attribute_exists",
        ),
        (
            CONDITION,
            "contains(begins_with(a, :v), :w)",
            "The function is not allowed to be used this way in an expression; function: begins_with",
        ),
        (
            CONDITION,
            "a IN (:v, contains(a, b))",
            "The function is not allowed to be used this way in an expression; function: contains",
        ),
        (
            CONDITION,
            "if_not_exists(a, :v) = :w",
            "The function is not allowed to be used this way in an expression; function: if_not_exists",
        ),
        (
            CONDITION,
            "list_append(a, b)",
            "The function is not allowed to be used this way in an expression; function: list_append",
        ),
        (
            UPDATE,
            "SET a = size(b)",
            "The function is not allowed to be used this way in an expression; function: size",
        ),
        (
            UPDATE,
            "SET a = b + attribute_exists(c)",
            "The function is not allowed to be used this way in an expression; function: attribute_exists",
        ),
        (CONDITION, "status = :v", "Attribute name is a reserved keyword; reserved keyword: status"),
        (CONDITION, "a.Name[0] = :v", "Attribute name is a reserved keyword; reserved keyword: Name"),
        (UPDATE, "SET size = :v", "Attribute name is a reserved keyword; reserved keyword: size"),
        (UPDATE, "REMOVE a.comment", "Attribute name is a reserved keyword; reserved keyword: comment"),
        (PROJECTION, "a, Year", "Attribute name is a reserved keyword; reserved keyword: Year"),
        (UPDATE, "SET a = :v SET b = :w", 'The "SET" section can only be used once in an update expression;'),
        (UPDATE, "REMOVE a remove b", 'The "REMOVE" section can only be used once in an update expression;'),
        (UPDATE, "ADD x :o SET a = :v ADD y :o", 'The "ADD" section can only be used once in an update expression;'),
        (UPDATE, "DELETE a :v DELETE b :v", 'The "DELETE" section can only be used once in an update expression;'),
        (CONDITION, "a[4294967295] = :v", "List index is not within the allowable range; index: [4294967295]"),
        (PROJECTION, "a[99999999999999]", "List index is not within the allowable range; index: [99999999999999]"),
        (
            CONDITION,
            "a IN (" + ", ".join([":v"] * 101) + ")",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
        (
            CONDITION,
            " AND ".join(["a=:v"] * 151),
            "The expression contains too many operators; operator count: 301",
        ),
        (
            FILTER,
            " OR ".join(["NOT a=:v"] * 200),
            "The expression contains too many operators; operator count: 301",
        ),
        (
            UPDATE,
            "SET " + ",".join(f"a{i}=b+:v" for i in range(301)),
            "The expression contains too many operators; operator count: 301",
        ),
    ],
)
def test_a_static_fault_is_refused(kind: str, text: str, message: str) -> None:
    error = refusal(kind, text)
    assert error.message == f"Invalid {kind}: {message}"


@pytest.mark.parametrize(
    "kind, text, told",
    [
        (CONDITION, "((a = :v)) AND foo(b) AND size(c) AND status = :v", "redundant parentheses"),
        (CONDITION, "status = :v AND size(c) AND foo(b)", "Invalid function name"),
        (CONDITION, "status = :v AND size(c)", "not allowed to be used this way"),
        (CONDITION, "status = :v AND", "Syntax error"),
        (UPDATE, "SET a = foo(b), size = :v SET c = :w", "reserved keyword"),
        (UPDATE, "SET a = :v SET c = foo(:w)", "Invalid function name"),
        (UPDATE, "SET a = size(b), size = :v SET", "Syntax error"),
    ],
)
def test_of_several_faults_the_most_urgent_kind_is_told(kind: str, text: str, told: str) -> None:
    assert told in refusal(kind, text).message


def test_the_limits_themselves_are_accepted() -> None:
    parse(CONDITION, "a" + "[0]" * 31 + " = :v")
    parse(CONDITION, "a IN (" + ", ".join([":v"] * 100) + ")")
    parse(CONDITION, " AND ".join(["a=:v"] * 150) + " ")
    parse(UPDATE, "SET " + ",".join(f"a{i}=:v" for i in range(400)))
    parse(PROJECTION, ",".join(f"a{i}" for i in range(700)))


@pytest.mark.parametrize(
    "kind, shows_size",
    [(CONDITION, True), (UPDATE, False), (FILTER, True), (KEY_CONDITION, True), (PROJECTION, False)],
)
def test_more_than_4096_bytes_are_refused(kind: str, shows_size: bool) -> None:
    beginning = "SET a = :" if kind == UPDATE else "a, " if kind == PROJECTION else "a = :"
    text = beginning + "é" * ((4096 - len(beginning)) // 2 + 1)
    size = len(text.encode())
    detail = f" expression size: {size}" if shows_size else ""
    assert refusal(kind, text).message == (
        f"Invalid {kind}: Expression size has exceeded the maximum allowed size;{detail}"
    )
    assert "Syntax error" in refusal(kind, text[:-2]).message


@pytest.mark.parametrize(
    "kind, text",
    [
        (CONDITION, "{} = :v"),
        (CONDITION, "a = :v OR NOT attribute_exists({})"),
        (FILTER, "size({}) > :v"),
        (FILTER, ":v IN (:w, {})"),
        (KEY_CONDITION, "{} BETWEEN :v AND :w"),
        (UPDATE, "SET {} = :v"),
        (UPDATE, "SET b = {}"),
        (UPDATE, "SET b = {} - :v"),
        (UPDATE, "SET b = list_append(if_not_exists({}, :v), :w)"),
        (UPDATE, "REMOVE {}"),
        (UPDATE, "ADD {} :v"),
        (UPDATE, "DELETE {} :v"),
        (PROJECTION, "b, {}"),
    ],
)
@pytest.mark.parametrize("element", [".b", ".#b", "[0]"])
def test_a_path_has_32_elements(kind: str, text: str, element: str) -> None:
    parse(kind, text.format("a" + element * 31))
    # Unsure: the text.
    assert refusal(kind, text.format("a" + element * 32)).message == (
        f"Invalid {kind}: The document path has too many nesting levels; nesting levels: 33"
    )


@pytest.mark.parametrize(
    "value, is_accepted",
    [
        ("list_append(list_append(a, :v), :w)", False),
        ("list_append(a, list_append(:v, :w))", False),
        ("list_append(a, (list_append(:v, :w)))", False),
        ("if_not_exists(a, list_append(b, list_append(:v, :w)))", False),
        ("list_append(if_not_exists(a, :v), if_not_exists(b, :w))", True),
        ("if_not_exists(a, list_append(:v, :w))", True),
        ("if_not_exists(a, if_not_exists(b, :w))", True),
        ("if_not_exists(a, :v) + if_not_exists(b, :w)", True),
    ],
)
def test_list_append_is_no_operand_of_list_append(value: str, is_accepted: bool) -> None:
    if is_accepted:
        parse(UPDATE, f"SET x = {value}")
    else:
        assert refusal(UPDATE, f"SET x = {value}").message == (
            "Invalid UpdateExpression: The function is not allowed to be used this way in an expression; "
            "function: list_append"
        )


def test_conditions_nest_as_deep_as_operators_allow() -> None:
    parse(CONDITION, "NOT(" * 299 + "a=:v" + ")" * 299)
    folded = "a = :v"
    for _ in range(149):  # as boto3 joins conditions with `&`
        folded = f"({folded} AND a = :v)"
    tree = parse(CONDITION, folded)
    assert isinstance(tree, And) and len(tree.conditions) == 150


def test_573_words_are_reserved() -> None:
    assert len(RESERVED_WORDS) == 573
    assert {"SIZE", "NAME", "STATUS", "TTL", "YEAR", "SET", "AND"} <= RESERVED_WORDS
    assert not {"ID", "PK", "SK", "REMOVE", "EMAIL"} & RESERVED_WORDS


@pytest.mark.parametrize("word", sorted(RESERVED_WORDS - {"AND", "OR", "NOT", "BETWEEN", "IN"}))
def test_reserved_words_are_reserved_in_any_case(word: str) -> None:
    for written in (word, word.lower(), word.title()):
        assert refusal(PROJECTION, f"a.{written}").message == (
            f"Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: {written}"
        )
