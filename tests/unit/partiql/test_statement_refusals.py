"""Texts that are refused whatever the table."""

from __future__ import annotations

import pytest

from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.partiql.parser import parse
from pytest_ddbmock.values.attribute import NESTED_TOO_DEEP, decode

MALFORMED = "Statement wasn't well formed, can't be processed: "


def message(text: str) -> str:
    with pytest.raises(DynamoDBError) as caught:
        parse(text)
    assert caught.value.code == "ValidationException"
    return str(caught.value.message)


@pytest.mark.parametrize(
    "text, detail",
    [
        ("FOO", "Expected data manipulation"),
        ("CREATE TABLE x", "Expected data manipulation"),
        ("   ", "Expected data manipulation"),
        ("UPDATE T WHERE a = 1", "Expected data manipulation"),
        ("UPDATE T-x SET a = 1", "Expected data manipulation"),
        ("UPDATE T SET WHERE a = 1", "Expected identifier for simple path"),
        ("UPDATE 'T' SET a = 1", "Expected identifier for simple path"),
        ("UPDATE T SET a 1", "Expected assignment for SET"),
        ("INSERT T", "Unexpected keyword"),
        ("INSERT INTO urls (key, secret) VALUES (?, ?)", "Unexpected keyword"),
        ("DELETE T", "Expected FROM after DELETE"),
        ("SELECT *", "Expected FROM after SELECT list"),
        ("SELECT FROM T", "Unexpected keyword"),
        ("SELECT date FROM T", "Unexpected keyword"),
        ("SELECT * FROM order", "Unexpected keyword"),
        ("SELECT * FROM 'T'", "Unexpected term"),
        ("SELECT * FROM (SELECT * FROM T)", "Expected RIGHT_PAREN"),
        ("SELECT * FROM T WHERE", "Unexpected term"),
        ("SELECT * FROM T WHERE user = 1", "Unexpected keyword"),
        ("SELECT * FROM T WHERE a =", "Unexpected term"),
        ("SELECT * FROM T WHERE a = = 1", "Unexpected operator"),
        ("SELECT * FROM T WHERE (a = 1", "Expected RIGHT_PAREN"),
        ("SELECT * FROM T WHERE a = 1)", "Unexpected token after expression"),
        ("SELECT * FROM T WHERE a = 1 b", "Unexpected token after expression"),
        ("SELECT * FROM T; SELECT * FROM T", "Unexpected token after semicolon. (Only one query is allowed.)"),
        ("SELECT * FROM T WHERE a BETWEEN 1", "Expected keyword and"),
        ("SELECT * FROM T WHERE a IN [1", "Expected RIGHT_BRACKET"),
        ("SELECT * FROM T WHERE a IN [1,]", "Unexpected term"),
        ("SELECT * FROM T WHERE a = [1", "Expected RIGHT_BRACKET"),
        ("SELECT * FROM T WHERE a = <<1", "Expected RIGHT_DOUBLE_ANGLE_BRACKET"),
        ("SELECT * FROM T WHERE a = {'b': 1", "Expected RIGHT_CURLY"),
        ("SELECT * FROM T WHERE a = {'b' 1}", "Expected COLON"),
        ("SELECT * FROM T WHERE a = ()", "Expression group cannot be empty"),
        ("SELECT * FROM T WHERE a IS x", "Cannot find type named x."),
        ("SELECT * FROM T WHERE a. = 1", "Invalid path dot component"),
        ("SELECT * FROM T WHERE contains(*)", "contains(*) is not allowed"),
        ("SELECT * FROM T ORDER a", "Expected BY"),
        ("UPDATE T SET a = 1 RETURNING *", "Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element."),
    ],
)
def test_what_is_not_well_formed(text: str, detail: str) -> None:
    assert message(text) == MALFORMED + detail


@pytest.mark.parametrize(
    "text", ["SELECT * FROM T WHERE a = 'x", 'SELECT * FROM "T', "SELECT * FROM T WHERE a = `x`", "é"]
)
def test_characters_that_are_no_token(text: str) -> None:
    assert message(text).startswith(MALFORMED)


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("SELECT COUNT(*) FROM T", "Unexpected path component at 1:8:5"),
        ("SELECT a,\n  size(b) FROM T", "Unexpected path component at 2:3:4"),
        ("SELECT a + 1 FROM T", "Unexpected path component at 1:10:1"),
        ("SELECT 'a' FROM T", "Unexpected path component at 1:8:3"),
        ("SELECT * FROM T WHERE a[-1] = 1", "Unexpected path component at 1:25:1"),
        ("SELECT * FROM T LIMIT 1", "Unsupported clause: LIMIT at 1:17:5"),
        ("SELECT * FROM T GROUP BY a", "Unsupported clause: GROUP at 1:17:5"),
        ("SELECT * FROM T, U", "Unsupported clause: , at 1:16:1"),
        ("SELECT * FROM T t", "Unsupported clause: t at 1:17:1"),
        ("SELECT * FROM T JOIN U ON a = b", "Unsupported clause: JOIN at 1:17:4"),
        ("SELECT a AS b FROM T", "Unsupported clause: AS at 1:10:2"),
        ("SELECT DISTINCT a FROM T", "Unsupported clause: DISTINCT at 1:8:8"),
        ("SELECT * FROM T WHERE a LIKE 'x'", "Unsupported operator: LIKE at 1:25:4"),
        ("SELECT * FROM T WHERE a + 1 = 2", "Unsupported operator: + at 1:25:1"),
        ("UPDATE T SET a = 1 + 2 + 3", "Unsupported operator: + at 1:24:1"),
        ("INSERT INTO T VALUES (1)", "Unsupported clause: VALUES at 1:15:6"),
        ("INSERT INTO T VALUE {'a': 1} RETURNING ALL OLD *", "Unsupported clause: RETURNING at 1:30:9"),
        ("INSERT INTO T VALUE 1", "Unsupported value: 1 at 1:21:1"),
        ("INSERT INTO T VALUE {a: 1}", "Unexpected path component at 1:22:1"),
        ("INSERT INTO T VALUE {'a': b}", "Unexpected path component at 1:27:1"),
        ("INSERT INTO T VALUE {'': 1}", "One or more parameter values were invalid: The attribute name is empty"),
        (
            'INSERT INTO "T"."I" VALUE {}',
            "FROM clause may only contain a single table name in data manipulation statements at 1:13:3",
        ),
        ('UPDATE "T"."I" SET a = 1', "This operation is not supported on an index"),
        ('DELETE FROM "T"."I" WHERE a = 1', "This operation is not supported on an index"),
        ('SELECT * FROM "T"."I"."J"', "A path may contain at most 2 components in the FROM clause"),
        ('SELECT * FROM ""', "Path component cannot be an empty string"),
        ('SELECT * FROM T WHERE "" = 1', "Path component cannot be an empty string"),
        (
            "UPDATE T SET a = set_add(b, <<1>>)",
            "The first argument to SET_ADD must equal the assignment value at 1:18:7",
        ),
        (
            "DELETE FROM T WHERE a = 1 RETURNING MODIFIED OLD *",
            "Invalid returning clause: RETURNING MODIFIED OLD *. "
            "Only RETURNING ALL OLD * is allowed in DELETE statements.",
        ),
        ("SELECT * FROM T WHERE foo(a)", "Invalid function name; function: foo"),
        ("SELECT * FROM T WHERE attribute_exists(a)", "Invalid function name; function: attribute_exists"),
        (
            "SELECT * FROM T WHERE size(a)",
            "The function is not allowed to be used this way in an expression; function: size",
        ),
        (
            "SELECT * FROM T WHERE a = contains(b, 1)",
            "The function is not allowed to be used this way in an expression; function: contains",
        ),
        (
            "SELECT * FROM T WHERE begins_with(a)",
            "Incorrect number of operands for operator or function; operator or function: begins_with, "
            "number of operands: 1",
        ),
        (
            f"SELECT * FROM T WHERE a IN [{', '.join(map(str, range(101)))}]",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
        (
            "SELECT * FROM T WHERE a = <<>>",
            "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            "SELECT * FROM T WHERE a = <<'x', 'x'>>",
            "One or more parameter values were invalid: Input collection [x, x] contains duplicates.",
        ),
        ("SELECT * FROM T WHERE a = <<1, 1.0>>", "Input collection contains duplicates"),
        (
            "SELECT * FROM T WHERE a = 1e999",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (f"SELECT * FROM T WHERE a = {'[' * 40}{']' * 40}", NESTED_TOO_DEEP),
        (
            "SELECT * FROM T WHERE a[99999999999] = 1",
            "List index is not within the allowable range; index: [99999999999]",
        ),
    ],
)
def test_what_is_well_formed_and_wrong(text: str, complaint: str) -> None:
    assert message(text) == complaint


@pytest.mark.parametrize("name", ["VALUE", "order", "Key", "size", "language", "timestamp", "list", "index", "new"])
def test_keywords_need_quotes_to_be_names(name: str) -> None:
    assert message(f"SELECT * FROM T WHERE {name} = 1") == f"{MALFORMED}Unexpected keyword"
    parse(f'SELECT "{name}" FROM T WHERE "{name}" = 1')


@pytest.mark.parametrize("given", [0, 1, 3])
def test_as_many_parameters_as_question_marks(given: int) -> None:
    with pytest.raises(DynamoDBError, match="Number of parameters in request and statement don't match"):
        parse("SELECT * FROM T WHERE a = ? AND b = ?").bind([decode({"S": "x"})] * given)


def test_a_question_mark_in_quotes_is_no_parameter() -> None:
    assert parse("INSERT INTO T VALUE {'a': '?', 'b': ?}").parameters == 1


@pytest.mark.parametrize("parameters", [[{"S": "a"}, {"N": "1"}], [{"L": []}, {"L": []}], [{"S": "a"}, {"S": "a"}]])
def test_parameters_that_make_no_set(parameters: list[dict[str, object]]) -> None:
    with pytest.raises(DynamoDBError) as caught:
        parse("SELECT * FROM T WHERE a = <<?, ?>>").bind([decode(parameter) for parameter in parameters])
    assert caught.value.code == "ValidationException"


@pytest.mark.parametrize(
    "text", ["INSERT INTO T VALUE ?", "SELECT * FROM T WHERE a IN ?", "SELECT * FROM T WHERE a IS STRING"]
)
def test_what_nobody_knows_of_dynamodb_is_refused_by_name(text: str) -> None:
    with pytest.raises(NotImplementedByMock, match="PartiQL with"):
        parse(text)


def test_too_many_operators() -> None:
    assert message("SELECT * FROM T WHERE " + " OR ".join(["a=1"] * 151)) == (
        "The expression contains too many operators; operator count: 301"
    )
