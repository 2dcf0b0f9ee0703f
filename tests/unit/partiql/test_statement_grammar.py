"""Statement texts become statements whose conditions and updates are the trees of the expressions."""

from __future__ import annotations

from typing import Any

import pytest

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
    Literal,
    Not,
    Or,
    Remove,
    Set,
    ValueName,
)
from pytest_ddbmock.partiql.parser import parse
from pytest_ddbmock.partiql.statements import Exists, Ordering, Returning, Select, Source, Update
from pytest_ddbmock.values.attribute import decode

A, B, C = DocumentPath(("a",)), DocumentPath(("b",)), DocumentPath(("c",))
ONE, TWO, X = Literal(("N", "1")), Literal(("N", "2")), Literal(("S", "x"))


def is_one(path: DocumentPath) -> Comparison:
    return Comparison("=", path, ONE)


def type_test(tag: str) -> Call:
    return Call("attribute_type", (A, Literal(("S", tag))))


def where(condition: str) -> Any:
    return parse(f"SELECT * FROM T WHERE {condition}").body.where


@pytest.mark.parametrize(
    "condition, tree",
    [
        ("a = 1", is_one(A)),
        ("1 = a", Comparison("=", ONE, A)),
        ("a <> 1", Comparison("<>", A, ONE)),
        ("a != 1", Comparison("<>", A, ONE)),
        ("a<1", Comparison("<", A, ONE)),
        ("a<=1", Comparison("<=", A, ONE)),
        ("a>1", Comparison(">", A, ONE)),
        ("a>=1", Comparison(">=", A, ONE)),
        ("a = b", Comparison("=", A, B)),
        ("(a) = (1)", is_one(A)),
        ("((a = 1))", is_one(A)),
        ('a.b[3]."c d" = 1', is_one(DocumentPath(("a", "b", 3, "c d")))),
        ("a BETWEEN 1 AND 2 AND b = 1", And((Between(A, ONE, TWO), is_one(B)))),
        ("a NOT BETWEEN 1 AND 2", Not(Between(A, ONE, TWO))),
        ("a IN [1, 2]", In(A, (ONE, TWO))),
        ("a IN (1, 2)", In(A, (ONE, TWO))),
        ("a IN (1)", In(A, (ONE,))),
        ("a IN <<1, 2>>", In(A, (ONE, TWO))),
        ("a NOT IN [1]", Not(In(A, (ONE,)))),
        ("a IS MISSING", Call("attribute_not_exists", (A,))),
        ("a IS NOT MISSING", Not(Call("attribute_not_exists", (A,)))),
        ("a IS NULL", Call("attribute_type", (A, Literal(("S", "NULL"))))),
        ("a IS NOT NULL", Not(Call("attribute_type", (A, Literal(("S", "NULL")))))),
        ("begins_with(a, 'x')", Call("begins_with", (A, X))),
        ("BEGINS_WITH(\"a\", 'x')", Call("begins_with", (A, X))),
        ("contains(a, 'x')", Call("contains", (A, X))),
        ("attribute_type(a, 'x')", Call("attribute_type", (A, X))),
        ("size(a) > 1", Comparison(">", Call("size", (A,)), ONE)),
        ("a = 1 OR b = 1 AND c = 1", Or((is_one(A), And((is_one(B), is_one(C)))))),
        ("(a = 1 OR b = 1) AND c = 1", And((Or((is_one(A), is_one(B))), is_one(C)))),
        ("a = 1 AND (b = 1 AND c = 1)", And((is_one(A), is_one(B), is_one(C)))),
        ("NOT a = 1 AND b = 1", And((Not(is_one(A)), is_one(B)))),
        ("NOT (a = 1 AND b = 1)", Not(And((is_one(A), is_one(B))))),
        ("NOT NOT a = 1", Not(Not(is_one(A)))),
        ("attribute_exists(a)", Call("attribute_exists", (A,))),
        ('ATTRIBUTE_NOT_EXISTS("a")', Call("attribute_not_exists", (A,))),
        ("attribute_exists(a) = true", Call("attribute_exists", (A,))),
        ("TRUE = attribute_exists(a)", Call("attribute_exists", (A,))),
        ("attribute_exists(a) <> false", Call("attribute_exists", (A,))),
        ("attribute_exists(a) = false", Not(Call("attribute_exists", (A,)))),
        ("begins_with(a, 'x') != true", Not(Call("begins_with", (A, X)))),
        ("a IS MISSING = true", Call("attribute_not_exists", (A,))),
        ("a IS BOOL", type_test("BOOL")),
        ("a IS Boolean", type_test("BOOL")),
        ("a IS NOT STRING", Not(type_test("S"))),
        ("a IS LIST OR a IS STRUCT", Or((type_test("L"), type_test("M")))),
        ("(NOT (a = 1 OR attribute_exists(b)))", Not(Or((is_one(A), Call("attribute_exists", (B,)))))),
        ("NOT a IN [1]", Not(In(A, (ONE,)))),
        ("a NOT BETWEEN 1 AND 2 OR b = 1", Or((Not(Between(A, ONE, TWO)), is_one(B)))),
        ("(((a))) = (((1)))", is_one(A)),
        ("a/* */=--\n1", is_one(A)),
        ("/* before */ a = 1 -- after", is_one(A)),
        ("a = ? AND ? = b", And((Comparison("=", A, ValueName("?0")), Comparison("=", ValueName("?1"), B)))),
    ],
)
def test_conditions(condition: str, tree: Any) -> None:
    assert where(condition) == tree


@pytest.mark.parametrize(
    "text, value",
    [
        ("'it''s'", {"S": "it's"}),
        ("''", {"S": ""}),
        ("'--no comment'", {"S": "--no comment"}),
        ("1.50", {"N": "1.5"}),
        ("-1", {"N": "-1"}),
        ("+1", {"N": "1"}),
        ("1e3", {"N": "1000"}),
        (".5", {"N": "0.5"}),
        ("7.31e6", {"N": "7310000"}),
        ("7.31E6", {"N": "7310000"}),
        ("731e4", {"N": "7310000"}),
        ("73100000e-1", {"N": "7310000"}),
        (".73e1", {"N": "7.3"}),
        ("-.73e1", {"N": "-7.3"}),
        ("- - +1", {"N": "1"}),
        ("-0", {"N": "0"}),
        ("true", {"BOOL": True}),
        ("False", {"BOOL": False}),
        ("NULL", {"NULL": True}),
        ("[]", {"L": []}),
        ("{}", {"M": {}}),
        ("[1, 'a', [null]]", {"L": [{"N": "1"}, {"S": "a"}, {"L": [{"NULL": True}]}]}),
        ("{'a': 1, 'b c': {'d': <<1, 2>>}}", {"M": {"a": {"N": "1"}, "b c": {"M": {"d": {"NS": ["1", "2"]}}}}}),
        ("<<'a', 'b'>>", {"SS": ["a", "b"]}),
        ("(1, 2)", {"L": [{"N": "1"}, {"N": "2"}]}),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert where(f"a = {text}") == Comparison("=", A, Literal(decode(value)))


@pytest.mark.parametrize(
    "text, parameters, value",
    [
        ("?", [{"B": b"x"}], {"B": b"x"}),
        ("[1, ?]", [{"S": "a"}], {"L": [{"N": "1"}, {"S": "a"}]}),
        ("{'a': ?, 'b': [?]}", [{"S": "a"}, {"N": "1"}], {"M": {"a": {"S": "a"}, "b": {"L": [{"N": "1"}]}}}),
        ("<<?, 2>>", [{"N": "3"}], {"NS": ["2", "3"]}),
        ("<<?, ?>>", [{"B": b"x"}, {"B": b"y"}], {"BS": [b"x", b"y"]}),
        ("(?, [?])", [{"S": "a"}, {"S": "b"}], {"L": [{"S": "a"}, {"L": [{"S": "b"}]}]}),
    ],
)
def test_values_with_parameters_in_order(text: str, parameters: list[Any], value: Any) -> None:
    statement = parse(f"SELECT * FROM T WHERE a = {text}")
    bound = statement.bind([decode(parameter) for parameter in parameters])
    assert bound.operand("", statement.body.where.right) == Literal(decode(value))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "actions, nodes",
    [
        ("SET a = 1", [Set(A, ONE)]),
        ("SET a = 1 SET b = 2", [Set(A, ONE), Set(B, TWO)]),
        ("SET a = 1, b = 2 REMOVE c", [Set(A, ONE), Set(B, TWO), Remove(C)]),
        ("REMOVE a REMOVE b", [Remove(A), Remove(B)]),
        ("REMOVE a, b SET c = 1", [Remove(A), Remove(B), Set(C, ONE)]),
        ("set a.b[1]=b", [Set(DocumentPath(("a", "b", 1)), B)]),
        ("SET a = a + 1", [Set(A, Arithmetic("+", A, ONE))]),
        ("SET a = a-1", [Set(A, Arithmetic("-", A, ONE))]),
        ("SET a = 1 - ?", [Set(A, Arithmetic("-", ONE, ValueName("?0")))]),
        ("SET a = list_append(b, [1])", [Set(A, Call("list_append", (B, Literal(("L", (("N", "1"),))))))]),
        ("SET a = SET_ADD(a, <<1>>)", [Add(A, Literal(("NS", ("1",))))]),
        ("SET a = set_delete(a, ?)", [Delete(A, ValueName("?0"))]),
        ("SET a = (a + 1)", [Set(A, Arithmetic("+", A, ONE))]),
        ("SET a = 1 REMOVE b SET b = 2", [Set(A, ONE), Remove(B), Set(B, TWO)]),
    ],
)
@pytest.mark.parametrize("form", ["UPDATE T {} WHERE c = 1", "FROM T WHERE c = 1 {}"])
def test_updates(actions: str, nodes: Any, form: str) -> None:
    statement = parse(form.format(actions))
    body = statement.body
    assert isinstance(body, Update) and not statement.is_read
    assert list(body.actions) == nodes
    assert body.where == is_one(C)


@pytest.mark.parametrize(
    "text, source",
    [
        ("SELECT * FROM T", Source("T")),
        ('SELECT * FROM "my-table"', Source("my-table")),
        ('SELECT * FROM "T"."by-x"', Source("T", "by-x")),
        ("select * from T.byx;", Source("T", "byx")),
        ("SELECT * FROM T -- all of it", Source("T")),
        ("SELECT * /* all\nof it */ FROM T", Source("T")),
        ('EXISTS(SELECT * FROM "T" WHERE a = 1)', Source("T")),
        ("UPDATE T SET a = 1", Source("T")),
        ("DELETE FROM T", Source("T")),
        ("INSERT INTO T VALUE {'a': 1}", Source("T")),
    ],
)
def test_sources(text: str, source: Source) -> None:
    assert parse(text).source == source


def test_select_list_and_order() -> None:
    body = parse('SELECT a, b.c[1]."d e" FROM T WHERE a = 1 ORDER BY a DESC, b ASC, c').body
    assert isinstance(body, Select)
    assert body.projection == (("a",), ("b", "c", 1, "d e"))
    assert body.order == (Ordering("a", True), Ordering("b", False), Ordering("c", False))


def test_names_that_are_not_keywords_need_no_quotes() -> None:
    names = ("name", "status", "year", "month", "type", "data", "title", "rating", "total", "id", "owner", "_x", "$y")
    body = parse(f"SELECT {', '.join(names)} FROM T").body
    assert isinstance(body, Select) and body.projection == tuple((name,) for name in names)


@pytest.mark.parametrize("what", ["ALL", "MODIFIED"])
@pytest.mark.parametrize("moment", ["OLD", "NEW"])
def test_returning(what: str, moment: str) -> None:
    returning = Returning(what, moment)
    assert parse(f"UPDATE T SET a = 1 WHERE b = 1 RETURNING {what} {moment} *").returning == returning
    assert parse(f"FROM T WHERE b = 1 SET a = 1 RETURNING {what} {moment} *").returning == returning
    assert parse("DELETE FROM T WHERE b = 1").returning is None


def test_statements_are_parsed_once_by_text() -> None:
    assert parse("SELECT * FROM T WHERE once = 1") is parse("SELECT * FROM T WHERE once = 1")


def test_a_select_is_a_read_and_an_exists_is_not() -> None:
    assert parse("SELECT * FROM T").is_read
    exists = parse("EXISTS(SELECT * FROM T WHERE a = 1)")
    assert isinstance(exists.body, Exists) and not exists.is_read
