"""Texts that are refused: as malformed, whatever the table, and once the table is known."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.partiql.parser import parse
from pytest_ddbmock.values.attribute import NESTED_TOO_DEEP, decode

MALFORMED = "Statement wasn't well formed, can't be processed: "
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
WHERE = "SELECT * FROM T WHERE "
SET = "UPDATE T SET ss = "


def message(text: str) -> str:
    """Return the error of a text that no table can help."""
    with pytest.raises(DynamoDBError) as caught:
        parse(text)
    assert caught.value.code == "ValidationException"
    return str(caught.value.message)


def late_message(text: str) -> str:
    """Return the error that a statement shows once its table is known."""
    statement = parse(text)
    with pytest.raises(DynamoDBError) as caught:
        _ = statement.body
    assert caught.value.code == "ValidationException"
    return str(caught.value.message)


@pytest.mark.parametrize(
    "text, detail",
    [
        ("CREATE TABLE x", "Expected data manipulation"),
        ("SELCT * FROM T", "Expected data manipulation"),
        ("SELECT FROM T", "Expected data manipulation"),
        ("UPDATE T WHERE a = 1", "Expected data manipulation"),
        ("UPDATE T-x SET a = 1", "Expected data manipulation"),
        ("FROM T", "Expected data manipulation"),
        ("FROM T WHERE a = 1", "Expected data manipulation"),
        ("   ", "Unexpected term"),
        ("NO STATEMENT AT ALL", "Unexpected keyword"),
        ("this is it", "Expected type name"),
        ("no", "Unexpected keyword"),
        ("something else", "Unexpected token after expression"),
        ("UPDATE T SET WHERE a = 1", "Expected identifier for simple path"),
        ("UPDATE 'T' SET a = 1", "Expected identifier for simple path"),
        ("UPDATE T REMOVE 'a'", "Expected identifier for simple path"),
        ("INSERT INTO 'T' VALUE {}", "Expected identifier for simple path"),
        ("DELETE FROM", "Expected identifier for simple path"),
        ("DELETE FROM WHERE a = 1", "Expected identifier for simple path"),
        ("UPDATE T SET a 1", "Expected '='"),
        ("UPDATE T SET a.* = 1", "Invalid path dot component for simple path"),
        ("INSERT T", "Unexpected keyword"),
        ("INSERT INTO urls (key, secret) VALUES (?, ?)", "Unexpected keyword"),
        ("INSERT INTO \"T\" t VALUE {'p': 'a'}", "Unexpected token after expression"),
        ("INSERT INTO \"T\" AS t VALUE {'p': 'a'}", "Unexpected term"),
        ("DELETE T", "Expected FROM after DELETE"),
        ("SELECT *", "Expected FROM after SELECT list"),
        (
            "SELECT *, a FROM T",
            "Other expressions may not be present in the select list when '*' is used without dot notation.",
        ),
        ("SELECT date FROM T", "Unexpected keyword"),
        ("SELECT * FROM", "Unexpected term"),
        ("SELECT * FROM order", "Unexpected keyword"),
        ("SELECT * FROM (SELECT * FROM T)", "Expected RIGHT_PAREN"),
        ("SELECT * FROM T WHERE", "Unexpected term"),
        (WHERE + "NOT", "Unexpected term"),
        (WHERE + "(", "Unexpected term"),
        (WHERE + "()", "Unexpected term"),
        (WHERE + "user = 1", "Unexpected keyword"),
        (WHERE + "ORDER BY a", "Unexpected keyword"),
        (WHERE + "BY", "Unexpected term"),
        (WHERE + "AND a = 1", "Unexpected operator"),
        (WHERE + "IS NULL", "Unexpected operator"),
        (WHERE + "a = LIKE", "Unexpected operator"),
        (WHERE + "a = = 1", "Unexpected operator"),
        (WHERE + "a = * 1", "Unexpected term"),
        (WHERE + "a =", "Missing right-hand side expression of infix operator"),
        (WHERE + "a = 1 AND", "Missing right-hand side expression of infix operator"),
        (WHERE + "a = 1 OR", "Missing right-hand side expression of infix operator"),
        (WHERE + "a = 1 AND NOT", "Unexpected term"),
        (WHERE + "a IN", "Missing right-hand side expression of infix operator"),
        (WHERE + "a BETWEEN", "Missing right-hand side expression of infix operator"),
        (WHERE + "a = 1 AND;", "Unexpected term"),
        (WHERE + "(a = 1", "Expected RIGHT_PAREN"),
        (WHERE + "a = 1)", "Unexpected token after expression"),
        (WHERE + "a = 1 b", "Unexpected token after expression"),
        (WHERE + "a = 1 foo = 2", "Unexpected token after expression"),
        (WHERE + "a = 1 e5", "Unexpected token after expression"),
        (WHERE + "a = 1 NOT", "Unexpected token after expression"),
        (WHERE + "a.5 = 1", "Unexpected token after expression"),
        ("SELECT * FROM T ORDER BY a WHERE a = 1", "Unexpected token after expression"),
        ("DELETE FROM T WHERE a = 1 ORDER BY a", "Unexpected token after expression"),
        ("FROM T SET a = 1 WHERE b = 1", "Unexpected token after expression"),
        ("SELECT * FROM T; SELECT * FROM T", "Unexpected token after semicolon. (Only one query is allowed.)"),
        (WHERE + "a BETWEEN 1", "Expected AND keyword"),
        (WHERE + "a BETWEEN 1 OR 2", "Expected AND keyword"),
        (WHERE + "a BETWEEN 1 AND", "Expected expression after AND"),
        (WHERE + "a IN [1", "Expected RIGHT_BRACKET"),
        (WHERE + "a IN [1,]", "Unexpected term"),
        (WHERE + "a IN ()", "Unexpected term"),
        (WHERE + "a = [1", "Expected RIGHT_BRACKET"),
        (WHERE + "a = <<1", "Expected RIGHT_DOUBLE_ANGLE_BRACKET"),
        (WHERE + "a = {'b': 1", "Expected RIGHT_CURLY"),
        (WHERE + "a = {'b' 1}", "Expected COLON"),
        (WHERE + "a = ()", "Unexpected term"),
        (WHERE + "a IS x", "Expected type name"),
        (WHERE + "a IS", "Expected type name"),
        (WHERE + "a IS NOT", "Expected type name"),
        (WHERE + "a IS double", "Expected type name"),
        (WHERE + "a IS 'STRING'", "Expected type name"),
        (WHERE + "a. = 1", "Invalid path dot component"),
        (WHERE + "m.inner = 1", "Invalid path dot component"),
        ("SELECT m.inner FROM T", "Invalid path dot component"),
        ("UPDATE T SET m.inner = 1 WHERE a = 1", "Invalid path dot component"),
        (WHERE + "a[1 = 2", "Expected RIGHT_BRACKET"),
        (WHERE + "contains(*)", "contains(*) is not allowed"),
        (WHERE + "size(a", "Expected RIGHT_PAREN"),
        ("SELECT COUNT() FROM T", "Aggregate functions are always unary"),
        ("SELECT * FROM T ORDER a", "Expected BY"),
        ("SELECT a AS FROM T", "Expected identifier for AS-alias"),
        ("UPDATE T SET a = 1 RETURNING *", "Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element."),
        # Whatever is malformed comes before everything else that is wrong.
        ("SELECT COUNT(*) FROM T t WHERE", "Unexpected term"),
        (WHERE + "a = 1e999 AND", "Missing right-hand side expression of infix operator"),
        (WHERE + "a = <<>> AND b IS x", "Expected type name"),
        ('UPDATE "T"."I" SET a =', "Unexpected term"),
    ],
)
def test_malformed_statements(text: str, detail: str) -> None:
    assert message(text) == MALFORMED + detail


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM T # note",
        "SELECT * FROM T /* note",
        "SELECT * FROM T /*",
        WHERE + "a = 'x",
        'SELECT * FROM "T',
        WHERE + "a = `x`",
        "é",
        WHERE + "a ! 1",
        WHERE + "a | b",
        WHERE + "a = 1e",
        WHERE + "a = 1e+",
        WHERE + "a = 12ex",
        WHERE + "a = 1e2147483648",
        WHERE + "a = 1e-2147483648",
        WHERE + "a = 1.5e-2147483647",
        WHERE + "a = 1e99999999999999999999",
        "INSERT INTO T VALUE {'n': 1e2147483648}",
    ],
)
def test_characters_that_are_not_tokens_are_refused_without_a_detail(text: str) -> None:
    assert message(text) == MALFORMED


@pytest.mark.parametrize(
    "literal, complaint",
    [
        ("1e999", f"{OVERFLOW} under root"),
        ("-1e999", f"{OVERFLOW} under root"),
        ("1e2147483647", f"{UNDERFLOW} under root"),
        ("1e-200", f"{UNDERFLOW} under root"),
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number under root"),
        ("{'x': 1e200}", f"{OVERFLOW} under root.x"),
        ("[1, 1e200]", f"{OVERFLOW} under root[1]"),
        ("{'x': [1, {'y z': 1e200}]}", f"{OVERFLOW} under root.x[1].y z"),
        ("<<>>", "Empty bags are not supported"),
        ("[<<>>]", "Empty bags are not supported"),
        (
            "<<'x', 'x'>>",
            "One or more parameter values were invalid: Input collection [x, x] contains duplicates.",
        ),
        ("<<1, 1.0>>", "Input collection contains duplicates"),
        ("{'': 1}", "Empty attribute name"),
        ("[" * 40 + "]" * 40, NESTED_TOO_DEEP),
        ("[" * 32 + "1" + "]" * 32, NESTED_TOO_DEEP),
        ("[" * 80 + "]" * 80, NESTED_TOO_DEEP),
        ("[set_add(x, <<1>>)]", "Unsupported data type: set_add under key root at 1:C1:7"),
        ("{'x': size(y)}", "Unsupported data type: size under key root at 1:C6:4"),
        ("[y]", "Unexpected path component at 1:C1:1"),
        ("[1 + 2]", "Unsupported operation: Plus"),
        ("[-y]", "Unsupported operation: Neg"),
    ],
)
@pytest.mark.parametrize(
    "begin, end, below",
    [(WHERE + "a = ", "", ""), ("UPDATE T SET a = ", "", ""), ("INSERT INTO T VALUE {'a': ", "}", ".a")],
)
def test_values_that_dynamodb_cannot_hold(begin: str, end: str, below: str, literal: str, complaint: str) -> None:
    if "under root" in complaint:
        complaint = complaint.replace("root", f"root{below}")
    if ":C" in complaint:
        before, _, after = complaint.partition("C")
        offset, _, length = after.partition(":")
        complaint = f"{before}{len(begin) + 1 + int(offset)}:{length}"
    assert message(f"{begin}{literal}{end}") == complaint


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("x IS INT4", "Unsupported operation: IsType"),
        ("x IS INT8", "Unsupported operation: IsType"),
        ("x IS DOUBLE PRECISION", "Unsupported operation: IsType"),
        ("x IS CHARACTER VARYING", "Unsupported operation: IsType"),
        ("x IS CHARACTER VARYING(3)", "Unsupported operation: IsType"),
        ("a = 1", "Unsupported operation: Eq"),
        ("size(a)", "Unsupported operation: Call"),
        ("EXISTS(a)", "Unsupported operation: Call"),
        ("SELECT * FROM T LIMIT 1", "Unsupported clause: LIMIT at 1:17:5"),
        ("SELECT * FROM T GROUP BY a", "Unsupported clause: GROUP at 1:17:5"),
        ("SELECT * FROM T, U", "Unsupported clause: , at 1:16:1"),
        ("SELECT * FROM T JOIN U ON a = b", "Unsupported clause: JOIN at 1:17:4"),
        ("SELECT DISTINCT a FROM T", "Unsupported clause: DISTINCT at 1:8:8"),
        ("SELECT * FROM T UNION SELECT * FROM U", "Unsupported clause: UNION at 1:17:5"),
        ("SELECT * FROM T t", "Aliasing is not supported"),
        ("SELECT * FROM T AS t WHERE t.a = 1", "Aliasing is not supported"),
        ("SELECT a AS b FROM T", "Aliasing is not supported"),
        ("SELECT a b FROM T", "Aliasing is not supported"),
        ("UPDATE T t SET a = 1", "Aliasing is not supported"),
        ('DELETE FROM "T" AS t WHERE a = 1', "Aliasing is not supported"),
        ("FROM T t WHERE a = 1 SET b = 1", "Aliasing is not supported"),
        ("INSERT INTO T VALUES (1)", "Unsupported clause: VALUES at 1:15:6"),
        ("INSERT INTO T {'a': 1}", "Unsupported clause: { at 1:15:1"),
        ("INSERT INTO T VALUE {'a': 1} RETURNING ALL OLD *", "Unsupported clause: RETURNING at 1:30:9"),
        ("INSERT INTO T VALUE {a: 1}", "Unexpected path component at 1:22:1"),
        ("INSERT INTO T VALUE {'a': b}", "Unexpected path component at 1:27:1"),
        (
            "INSERT INTO T VALUE {'p': 'a', 's': set_add(s, <<'x'>>)}",
            "Unsupported data type: set_add under key root at 1:37:7",
        ),
        (
            'INSERT INTO "T"."I" VALUE {}',
            "FROM clause may only contain a single table name in data manipulation statements at 1:13:3",
        ),
        ('UPDATE "T"."I" SET a = 1', "This operation is not supported on an index"),
        ('DELETE FROM "T"."I" WHERE a = 1', "This operation is not supported on an index"),
        ('FROM "T"."I" WHERE a = 1 SET a = 1', "This operation is not supported on an index"),
        ('SELECT * FROM "T"."I"."J"', "A path may contain at most 2 components in the FROM clause"),
        ('SELECT * FROM ""', "Path component cannot be an empty string"),
        ("SELECT * FROM 'T'", "Unexpected path component at 1:15:3"),
        ("SELECT * FROM T[0]", "Unexpected path component at 1:15:1"),
        (
            "DELETE FROM T WHERE a = 1 RETURNING MODIFIED OLD *",
            "Invalid returning clause: RETURNING MODIFIED OLD *. "
            "Only RETURNING ALL OLD * is allowed in DELETE statements.",
        ),
    ],
)
def test_statements_refused_before_the_table_is_known(text: str, complaint: str) -> None:
    assert message(text) == complaint


def no_path(function: str) -> str:
    return f"Operator or function requires a document path; operator or function: {function}"


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("SELECT COUNT(*) FROM T", "Unexpected path component at 1:8:5"),
        ("SELECT attribute_exists(a) FROM T", "Unexpected path component at 1:8:16"),
        ("SELECT a,\n  size(b) FROM T", "Unexpected path component at 2:3:4"),
        ("SELECT a,\r\n\r  size(b) FROM T", "Unexpected path component at 3:3:4"),
        ("SELECT a + 1 FROM T", "Unexpected path component at 1:10:1"),
        ("SELECT 'a' FROM T", "Unexpected path component at 1:8:3"),
        ("SELECT a.* FROM T", "Unexpected path component at 1:10:1"),
        ("SELECT * FROM T WHERE a = 1 ORDER BY size(a)", "Unexpected path component at 1:38:4"),
        (WHERE + "a[-1] = 1", "Unexpected path component at 1:26:1"),
        (WHERE + "a['b'] = 1", "Unexpected path component at 1:25:3"),
        (WHERE + "a LIKE 'x'", "Unsupported operation: Like"),
        (WHERE + "a + 1 = 2", "Unsupported operation: Plus"),
        (WHERE + "a || 'x' = 'y'", "Unsupported operation: Concat"),
        (WHERE + "a", "Unsupported operation: Id"),
        (WHERE + "a.b", "Unsupported operation: Path"),
        (WHERE + "true", "Unsupported operation: Lit"),
        (WHERE + "a IN (SELECT b FROM U)", "Unsupported operation: Select"),
        (WHERE + "(a = 1) = true", "Unsupported operation: Eq"),
        (WHERE + "a = -b", "Unsupported operation: Neg"),
        (WHERE + "EXISTS(SELECT * FROM T WHERE a = 1)", "Unrecognized function: exists at 1:23:6"),
        (WHERE + "a = 1 AND Foo(a)", "Unrecognized function: foo at 1:33:3"),
        (WHERE + "set_add(a, <<1>>)", "Unrecognized function: set_add at 1:23:7"),
        (WHERE + "a = set_add(a, <<1>>)", "Unrecognized function: set_add at 1:27:7"),
        (WHERE + "a = list_append(a, [1])", "Unrecognized function: list_append at 1:27:11"),
        ("UPDATE T SET a = if_not_exists(a, 1)", "Unrecognized function: if_not_exists at 1:18:13"),
        ("UPDATE T SET a = size(b)", "Unrecognized function: size at 1:18:4"),
        ("UPDATE T SET a = 1 + 2 + 3", "Unsupported operation: Plus"),
        ("UPDATE T SET a = b = 1", "Unsupported operation: Eq"),
        ("UPDATE T SET a = -b", "Unsupported operation: Neg"),
        ("INSERT INTO T VALUE 1", "Unsupported operation: Lit"),
        (WHERE + '"" = 1', "Path component cannot be an empty string"),
        (WHERE + ".".join("a" * 33) + " = 1", "The document path has too many nesting levels; nesting levels: 33"),
        (WHERE + "size(a)", "The function is not allowed to be used this way in an expression; function: size"),
        (
            WHERE + "a = contains(b, 1)",
            "The function is not allowed to be used this way in an expression; function: contains",
        ),
        (
            WHERE + "attribute_exists(a) > true",
            "The function is not allowed to be used this way in an expression; function: attribute_exists",
        ),
        (
            WHERE + f"a IN [{', '.join(map(str, range(101)))}]",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
        (WHERE + "a[99999999999] = 1", "List index is not within the allowable range; index: [99999999999]"),
        (WHERE + " OR ".join(["a=1"] * 151), "The expression contains too many operators; operator count: 301"),
    ],
)
def test_statements_refused_once_the_table_is_known(text: str, complaint: str) -> None:
    assert late_message(text) == complaint


@pytest.mark.parametrize(
    "value, complaint",
    [
        ("set_add(b, <<1>>)", "The first argument to SET_ADD must equal the assignment value at 1:19:7"),
        ("set_delete(ss.x, <<1>>)", "The first argument to SET_DELETE must equal the assignment value at 1:19:10"),
        ("set_add(<<1>>, ss)", "The first argument to SET_ADD must equal the assignment value at 1:19:7"),
        ("set_add(ss, 'x')", "The second argument to SET_ADD must be a value with type SET at 1:27:2"),
        ("set_add(ss, ['x'])", "The second argument to SET_ADD must be a value with type SET at 1:27:2"),
        ("SET_DELETE(ss, 1)", "The second argument to SET_DELETE must be a value with type SET at 1:30:2"),
        ("set_add(ss, other)", "The second argument to SET_ADD must be a value with type SET at 1:27:2"),
        ("set_add(ss)", "SET_ADD must have exactly two arguments at 1:19:7"),
        ("set_delete()", "SET_DELETE must have exactly two arguments at 1:19:10"),
        ("set_add(ss, <<'x'>>, <<'y'>>)", "SET_ADD must have exactly two arguments at 1:19:7"),
        (
            "set_add(ss, <<'x'>>) + 1",
            "The function is not allowed to be used this way in an expression; function: set_add",
        ),
    ],
)
def test_wrong_arguments_of_set_functions_are_located(value: str, complaint: str) -> None:
    assert late_message(f"{SET}{value} WHERE a = 1") == complaint


@pytest.mark.parametrize("name", ["VALUE", "order", "Key", "size", "language", "timestamp", "list", "index", "new"])
def test_keywords_need_quotes_to_be_names(name: str) -> None:
    assert message(f"{WHERE}{name} = 1") == f"{MALFORMED}Unexpected keyword"
    parse(f'SELECT "{name}" FROM T WHERE "{name}" = 1')


@pytest.mark.parametrize("given", [0, 1, 3])
def test_the_number_of_parameters_must_match(given: int) -> None:
    with pytest.raises(DynamoDBError, match="Number of parameters in request and statement don't match"):
        parse(f"{WHERE}a = ? AND b = ?").bind([decode({"S": "x"})] * given)


def test_a_question_mark_in_quotes_is_not_a_parameter() -> None:
    assert parse("INSERT INTO T VALUE {'a': '?', 'b': ?}").parameters == 1


@pytest.mark.parametrize("parameters", [[{"S": "a"}, {"N": "1"}], [{"L": []}, {"L": []}], [{"S": "a"}, {"S": "a"}]])
def test_parameters_that_do_not_make_a_set(parameters: list[dict[str, object]]) -> None:
    with pytest.raises(DynamoDBError) as caught:
        parse(f"{WHERE}a = <<?, ?>>").bind([decode(parameter) for parameter in parameters])
    assert caught.value.code == "ValidationException"


@pytest.mark.parametrize("text", [f"{WHERE}a = [?]", "UPDATE T SET a = [?]", "INSERT INTO T VALUE {'a': [?]}"])
def test_a_value_built_of_parameters_may_have_32_levels(text: str) -> None:
    deep: Any = {"N": "1"}
    for _ in range(30):
        deep = {"L": [deep]}
    parse(text).bind([decode(deep)])
    with pytest.raises(DynamoDBError, match="Nesting Levels"):
        parse(text).bind([decode({"L": [deep]})])


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO T VALUE ?",
        f"{WHERE}a IN ?",
        f"{WHERE}a IN b",
        f"{WHERE}a IS INT4",
        f"{WHERE}a IS DOUBLE PRECISION",
        f"{WHERE}a IS BAG",
    ],
)
def test_partiql_of_unknown_meaning_is_refused_by_name(text: str) -> None:
    with pytest.raises(NotImplementedByMock, match="PartiQL with"):
        _ = parse(text).body


def test_an_at_sign_before_a_name_is_refused_by_name() -> None:
    with pytest.raises(NotImplementedByMock, match="PartiQL with @"):
        parse(f"{WHERE}@a = 1")
    assert message(f"{WHERE}@1 = 1") == f"{MALFORMED}Identifier must follow @-operator"


def test_the_same_error_is_raised_each_time() -> None:
    statement = parse("SELECT COUNT(*) FROM T")
    for _ in range(2):
        with pytest.raises(DynamoDBError) as caught:
            _ = statement.body
        assert len(caught.traceback) < 5
