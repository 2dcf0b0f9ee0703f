"""What is said of expressions and their parameters of old, and whether the envelope stands before it."""

# ruff: noqa: E501  # a row of a table stands in one line
from __future__ import annotations

from typing import Any

import pytest

from tests.support.refusals import INVALID, ITEM, KEY, VALIDATION, VIOLATED, names, values

V = values(
    v="x", w="y", n=1, s={"SS": ["a"]}, l={"L": []}, b={"BOOL": True}, z={"NULL": True}, m={"M": {}}, y={"B": b"a"}
)
ALL = "#a = :v AND :w <> :n AND :s = :l AND :b = :z AND :m = :y"
"""Uses every placeholder, so that none is reported as unused."""


def chain(operator: str, count: int) -> str:
    return f" {operator} ".join(["a = :v"] * count)


SYNTAX = [
    ("a = ", '<EOF>", near: "="'),
    ("a-b", '-", near: "a-b"'),
    ("a = 5", '5", near: "= 5"'),
    ("a = 'x'", '\'", near: "= \'x"'),
    ("= :v", '=", near: "= :v"'),
    ("a :v", ':v", near: "a :v"'),
    ("a = :v AND", '<EOF>", near: "AND"'),
    ("a = :v b = :w", 'b", near: ":v b ="'),
    ("(a = :v", '<EOF>", near: ":v"'),
    ("a = :v)", ')", near: ":v)"'),
    ("attribute_exists()", ')", near: "()"'),
    ("a[-1] = :v", '-", near: "[-1"'),
    ("a[#a] = :v", '#a", near: "[#a]"'),
    ("a.b. = :v", '=", near: ". = :v"'),
    ("a IN ()", ')", near: "()"'),
    ("a BETWEEN :v", '<EOF>", near: ":v"'),
    ("a = :", ':", near: "= :"'),
    ("  ", '<EOF>", near: ""'),
]

STATIC = [
    ("size = :v", "Attribute name is a reserved keyword; reserved keyword: size"),
    ("a.Name = :v", "Attribute name is a reserved keyword; reserved keyword: Name"),
    ("exists(a)", "Invalid function name; function: exists"),
    ("Attribute_exists(a)", "Invalid function name; function: Attribute_exists"),
    ("size(a)", "The function is not allowed to be used this way in an expression; function: size"),
    (
        "if_not_exists(a, :v)",
        "The function is not allowed to be used this way in an expression; function: if_not_exists",
    ),
    (
        "a = attribute_exists(b)",
        "The function is not allowed to be used this way in an expression; function: attribute_exists",
    ),
    (
        "begins_with(a)",
        "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1",
    ),
    (
        "contains(a, :v, :w)",
        "Incorrect number of operands for operator or function; operator or function: contains, number of operands: 3",
    ),
    ("attribute_exists(:v)", "Operator or function requires a document path; operator or function: attribute_exists"),
    (
        "attribute_not_exists(:v)",
        "Operator or function requires a document path; operator or function: attribute_not_exists",
    ),
    (
        "a = a",
        "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]",
    ),
    (
        "a[0].b < a[0].b",
        "The first operand must be distinct from the remaining operands for this operator or function; operator: <, first operand: [a, [0], b]",
    ),
    (
        "contains(a, a)",
        "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [a]",
    ),
    ("a < :b", "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
    ("a >= :s", "Incorrect operand type for operator or function; operator or function: >=, operand type: SS"),
    (
        "a BETWEEN :m AND :m",
        "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: M",
    ),
    (
        "a BETWEEN :v AND :n",
        "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:x}, upper bound operand: AttributeValue: {N:1}",
    ),
    (
        "a BETWEEN :w AND :v",
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {S:y}, upper bound operand: AttributeValue: {S:x}",
    ),
    (
        "begins_with(a, :n)",
        "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
    ),
    (
        "attribute_type(a, :n)",
        "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N",
    ),
    (
        "attribute_type(a, b)",
        "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
    ),
    (
        "attribute_type(a, :v)",
        "Invalid attribute type name found; type: x, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
    ),
    ("size(:n) = :n", "Incorrect operand type for operator or function; operator or function: size, operand type: N"),
    (
        "size(:b) = :n",
        "Incorrect operand type for operator or function; operator or function: size, operand type: BOOL",
    ),
    ("((a = :v))", "The expression has redundant parentheses;"),
    ("((a)) = :v", "The expression has redundant parentheses;"),
    (
        f"a IN ({', '.join([':v'] * 101)})",
        "The IN operator is provided with too many operands; number of operands: 101",
    ),
    (chain("OR", 200), "The expression contains too many operators; operator count: 301"),
    (f"{'.'.join('a' * 33)} = :v", "The document path has too many nesting levels; nesting levels: 33"),
]

UNDEFINED = [
    ("a = :nope", "An expression attribute value used in expression is not defined; attribute value: :nope"),
    ("#nope = :v", "An expression attribute name used in the document path is not defined; attribute name: #nope"),
    ("a.#nope.b = :v", "An expression attribute name used in the document path is not defined; attribute name: #nope"),
]

PLACES = {
    "put_item": (VIOLATED, "ConditionExpression", {"Item": ITEM}),
    "update_item": (VIOLATED, "ConditionExpression", {"Key": KEY}),
    "delete_item": (VIOLATED, "ConditionExpression", {"Key": KEY}),
    "scan": (VALIDATION, "FilterExpression", {}),
    "query": (VALIDATION, "FilterExpression", {"KeyConditionExpression": "pk = :v"}),
}


@pytest.mark.parametrize("method", PLACES)
def test_conditions_and_filters_have_a_grammar(refused: Any, tables: Any, method: str) -> None:
    opening, kind, needs = PLACES[method]
    given = {"TableName": "full", **needs, **V}
    for text, fault in SYNTAX:
        message = refused(method, **given, **{kind: text})
        assert message == f'{opening}Invalid {kind}: Syntax error; token: "{fault}', text
    for text, fault in (*STATIC, *UNDEFINED, ("", "The expression can not be empty;")):
        assert refused(method, **given, **{kind: text}) == f"{opening}Invalid {kind}: {fault}", text


@pytest.mark.parametrize("method", PLACES)
def test_an_expression_has_4096_bytes(client: Any, refused: Any, tables: Any, method: str) -> None:
    opening, kind, needs = PLACES[method]
    value = values(v="x") if method == "query" else {}
    given = {"TableName": "full", **needs, **value}
    client_text = "attribute_not_exists(a" + " " * (4096 - 23) + ")"
    getattr(client, method)(**given, **{kind: client_text})
    assert refused(method, **given, **{kind: client_text + " "}) == (
        f"{opening}Invalid {kind}: Expression size has exceeded the maximum allowed size; expression size: 4097"
    )


def test_the_kind_of_an_expression_decides_whether_its_size_is_reported(refused: Any, tables: Any) -> None:
    blanks = " " * 5000
    too_long = "Expression size has exceeded the maximum allowed size;"
    table, condition = {"TableName": "full"}, f"attribute_exists(a{blanks})"
    update = {**table, "Key": KEY, "UpdateExpression": f"REMOVE a{blanks}"}
    check = {**table, "Key": KEY, "ConditionExpression": condition}
    shown = f"Invalid ConditionExpression: {too_long} expression size: {len(condition)}"
    hidden = f"Invalid UpdateExpression: {too_long}"
    assert refused("update_item", **update) == f"{VIOLATED}{hidden}"
    assert refused("update_item", **{**update, "UpdateExpression": "REMOVE a"}, ConditionExpression=condition) == (
        f"{VIOLATED}{shown}"
    )
    assert refused("transact_write_items", TransactItems=[{"Update": update}]) == f"{VALIDATION}{hidden}"
    assert refused("transact_write_items", TransactItems=[{"ConditionCheck": check}]) == f"{VALIDATION}{shown}"
    assert refused("get_item", **table, Key=KEY, ProjectionExpression=f"a{blanks}") == (
        f"{VALIDATION}Invalid ProjectionExpression: {too_long}"
    )
    assert refused("scan", **table, FilterExpression=condition) == (
        f"{VALIDATION}Invalid FilterExpression: {too_long} expression size: {len(condition)}"
    )


NO_EXPRESSION = "ExpressionAttributeValues can only be specified when using expressions"


@pytest.mark.parametrize(
    "method, needs, opening, users",
    [
        ("put_item", {"Item": ITEM}, VIOLATED, ""),
        ("update_item", {"Key": KEY}, VIOLATED, ""),
        ("delete_item", {"Key": KEY}, VIOLATED, ""),
        ("query", {}, VALIDATION, ": FilterExpression and KeyConditionExpression are null"),
        ("scan", {}, VALIDATION, ": FilterExpression is null"),
    ],
)
def test_placeholders_need_an_expression(
    refused: Any, tables: Any, method: str, needs: Any, opening: str, users: str
) -> None:
    given = {"TableName": "full", **needs}
    alone = "ExpressionAttributeNames can only be specified when using expressions"
    assert refused(method, **given, **names(a="b")) == f"{opening}{alone}"
    assert refused(method, **given, **values(v=1)) == f"{opening}{NO_EXPRESSION}{users}"  # Unsure: with two of them
    assert refused(method, **given, **names(a="b"), **values(v=1)) == f"{opening}{alone}"


def test_names_of_a_get_need_a_projection(refused: Any, tables: Any) -> None:
    alone = f"{VALIDATION}ExpressionAttributeNames can only be specified when using expressions"
    assert refused("get_item", TableName="full", Key=KEY, **names(a="b")) == alone
    assert refused("batch_get_item", RequestItems={"full": {"Keys": [KEY], **names(a="b")}}) == alone


@pytest.mark.parametrize(
    "expression, text",
    [
        ("INVALID SYNTAX HERE", 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"'),
        ("SET", 'Syntax error; token: "<EOF>", near: "SET"'),
        ("SET a :v", 'Syntax error; token: ":v", near: "a :v"'),
        ("SET a = 0", 'Syntax error; token: "0", near: "= 0"'),
        ("ADD n : n", 'Syntax error; token: ":", near: "n : n"'),
        ("ADD n = :n", 'Syntax error; token: "=", near: "n = :n"'),
        ("SET a = list_append(a, 0)", 'Syntax error; token: "0", near: ", 0)"'),
        ("SET a = :n + :n + :n", 'Syntax error; token: "+", near: ":n + :n"'),
        ("REMOVE :v", 'Syntax error; token: ":v", near: "REMOVE :v"'),
        ("SET a = :n, REMOVE c", 'Syntax error; token: "REMOVE", near: ", REMOVE c"'),
        ("SET size = :v", "Attribute name is a reserved keyword; reserved keyword: size"),
        ("SET a = foo(:v, :w)", "Invalid function name; function: foo"),
        ("SET a = size(c)", "The function is not allowed to be used this way in an expression; function: size"),
        ("SET a = begins_with(c, :v)", "The function is not allowed to be used this way in an expression; function: begins_with"),
        ("SET a = :v SET c = :v", 'The "SET" section can only be used once in an update expression;'),
        ("REMOVE a REMOVE c", 'The "REMOVE" section can only be used once in an update expression;'),
        ("ADD a :n ADD c :n", 'The "ADD" section can only be used once in an update expression;'),
        ("DELETE a :s DELETE c :s", 'The "DELETE" section can only be used once in an update expression;'),
        ("SET a = :v, a = :w", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]"),
        ("SET a = :v REMOVE a.c", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, c]"),
        ("SET a.c[3].d = :v REMOVE #a.c", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, c, [3], d], path two: [a, c]"),
        ("SET a[3] = :v, a.c = :w", "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [3]], path two: [a, c]"),
        ("ADD a :v", "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :m", "Incorrect operand type for operator or function; operator: ADD, operand type: MAP, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :l", "Incorrect operand type for operator or function; operator: ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :b", "Incorrect operand type for operator or function; operator: ADD, operand type: BOOLEAN, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :z", "Incorrect operand type for operator or function; operator: ADD, operand type: NULL, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("ADD a :y", "Incorrect operand type for operator or function; operator: ADD, operand type: BINARY, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("DELETE a :n", "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"),
        ("DELETE a :v", "Incorrect operand type for operator or function; operator: DELETE, operand type: STRING, typeSet: ALLOWED_FOR_DELETE_OPERAND"),
        ("SET a = c + :v", "Incorrect operand type for operator or function; operator or function: +, operand type: S"),
        ("SET a = :s - c", "Incorrect operand type for operator or function; operator or function: -, operand type: SS"),
        ("SET a = list_append(c, :v)", "Incorrect operand type for operator or function; operator or function: list_append, operand type: S"),
        ("SET a = list_append(c)", "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1"),
        ("SET a = if_not_exists(c)", "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"),
        ("SET a = if_not_exists(:v, :w)", "Operator or function requires a document path; operator or function: if_not_exists"),
        ("SET a = ((:v))", "The expression has redundant parentheses;"),
    ],
)  # fmt: skip
def test_update_expressions_have_a_grammar(refused: Any, tables: Any, expression: str, text: str) -> None:
    update = {"TableName": "full", "Key": KEY, "UpdateExpression": expression, **names(a="a"), **V}
    update["ConditionExpression"] = ALL
    assert refused("update_item", **update) == f"{VIOLATED}Invalid UpdateExpression: {text}"


@pytest.mark.parametrize(
    "expression, text",
    [
        ("SET a = :nope", "An expression attribute value used in expression is not defined; attribute value: :nope"),
        (
            "SET #nope = :v",
            "An expression attribute name used in the document path is not defined; attribute name: #nope",
        ),
        (
            "SET a = #nope",
            "An expression attribute name used in the document path is not defined; attribute name: #nope",
        ),
        (
            "SET a = :nope, c = #nope",
            "An expression attribute name used in the document path is not defined; attribute name: #nope",
        ),
    ],
)
def test_undefined_placeholders_of_an_update(refused: Any, tables: Any, expression: str, text: str) -> None:
    update = {"TableName": "full", "Key": KEY, "UpdateExpression": expression, **values(v=1)}
    assert refused("update_item", **update) == f"{VIOLATED}Invalid UpdateExpression: {text}"


@pytest.mark.parametrize(
    "expression, text",
    [
        ("a,", 'Syntax error; token: "<EOF>", near: ","'),
        ("!!!", 'Syntax error; token: "!", near: "!!"'),
        ("a b", 'Syntax error; token: "b", near: "a b"'),
        ("a, :v", 'Syntax error; token: ":v", near: ", :v"'),
        ("size", "Attribute name is a reserved keyword; reserved keyword: size"),
        ("#nope", "An expression attribute name used in the document path is not defined; attribute name: #nope"),
        ("a, a.b", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"),
        ("a.b, a", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]"),
        ("a, a", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]"),
        ("a, #a.b", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"),
        ("a[0], a.b", "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [0]], path two: [a, b]"),
        ("", "The expression can not be empty;"),
    ],
)  # fmt: skip
def test_projections_have_a_grammar(refused: Any, tables: Any, expression: str, text: str) -> None:
    given = {"ProjectionExpression": expression, **names(a="a")}
    message = f"{VALIDATION}Invalid ProjectionExpression: {text}"
    assert refused("get_item", TableName="full", Key=KEY, **given) == message
    assert refused("scan", TableName="full", **given) == message
    keys = {"KeyConditionExpression": "pk = :v", **values(v="a")}
    assert refused("query", TableName="full", **keys, **given) == message
    assert refused("batch_get_item", RequestItems={"full": {"Keys": [KEY], **given}}) == message


MISSING = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
NO_PATH = "The document path provided in the update expression is invalid for update"


@pytest.mark.parametrize(
    "expression, text",
    [
        ("SET a = c", MISSING),
        ("SET a = c + :n", MISSING),
        ("SET a = list_append(c, :l)", MISSING),
        ("SET a = if_not_exists(c, d)", MISSING),
        ("SET a = g + :n", WRONG_TYPE),
        ("SET a = list_append(g, :l)", WRONG_TYPE),
        ("ADD x :n", WRONG_TYPE),
        ("ADD x :s", WRONG_TYPE),
        ("DELETE x :s", WRONG_TYPE),
        ("SET c.d = :n", NO_PATH),
        ("SET c[0] = :n", NO_PATH),
        ("SET x.d = :n", NO_PATH),
        ("SET x[0] = :n", NO_PATH),
        ("REMOVE c.d", NO_PATH),
        ("REMOVE x[0]", NO_PATH),
        ("ADD c.d :n", NO_PATH),
        ("DELETE c.d :s", NO_PATH),
        ("SET pk = :v", f"{INVALID[len(VALIDATION) :]}Cannot update attribute pk. This attribute is part of the key"),
        ("REMOVE sk", f"{INVALID[len(VALIDATION) :]}Cannot update attribute sk. This attribute is part of the key"),
        ("ADD sk :n", f"{INVALID[len(VALIDATION) :]}Cannot update attribute sk. This attribute is part of the key"),
    ],
)
def test_what_an_update_finds_is_reported_bare(
    client: Any, refused: Any, tables: Any, expression: str, text: str
) -> None:
    client.put_item(TableName="full", Item={**ITEM, "x": {"S": "text"}})
    before = tables.table("full").items
    used = {f":{name}": V["ExpressionAttributeValues"][f":{name}"] for name in "nlsv" if f":{name}" in expression}
    update: dict[str, Any] = {"TableName": "full", "Key": KEY, "UpdateExpression": expression}
    if used:
        update["ExpressionAttributeValues"] = used
    assert refused("update_item", **update) == f"{VALIDATION}{text}"
    assert tables.table("full").items == before


def test_a_failed_condition_shows_the_item_where_there_is_one(client: Any, tables: Any) -> None:
    condition = {
        "TableName": "full",
        "ConditionExpression": "attribute_exists(zz)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    calls = [
        lambda: client.put_item(Item=ITEM, **condition),
        lambda: client.update_item(Key=KEY, **condition),
        lambda: client.delete_item(Key=KEY, **condition),
    ]
    for item in (None, ITEM):
        if item is not None:
            client.put_item(TableName="full", Item=item)
        for call in calls:
            with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
                call()
            assert caught.value.response.get("Item") == item
            assert caught.value.response["Error"]["Message"] == "The conditional request failed"
