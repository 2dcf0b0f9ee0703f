"""Functions, NOT and OR in a WHERE: filters of SELECT, conditions of UPDATE, DELETE and transactions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ITEMS: dict[str, dict[str, Any]] = {
    "a": {"p": {"S": "a"}, "x": {"S": "1"}, "m": {"M": {"sub": {"N": "1"}}}, "none": {"NULL": True}},
    "b": {"p": {"S": "b"}, "y": {"BOOL": True}},
    "c": {"p": {"S": "c"}, "x": {"L": [{"S": "q"}]}},
}


@pytest.fixture
def things(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("things", "p")
    for item in ITEMS.values():
        client.put_item(TableName="things", Item=item)


def run(client: Any, text: str, **options: Any) -> Any:
    return client.execute_statement(Statement=text, **options)


def names(answer: Any) -> set[str]:
    return {item["p"]["S"] for item in answer["Items"]}


CONDITIONS = [
    ("attribute_exists(x)", "ac"),
    ("ATTRIBUTE_EXISTS(x)", "ac"),
    ('attribute_exists("x")', "ac"),
    ("attribute_exists(x) = true", "ac"),
    ("TRUE = attribute_exists(x)", "ac"),
    ("attribute_exists(m.sub)", "a"),
    ('attribute_exists("m"."sub")', "a"),
    ("attribute_exists(x[0])", "c"),
    ("attribute_exists(none)", "a"),
    ("attribute_not_exists(x)", "b"),
    ("Attribute_Not_Exists(m.sub) = true", "bc"),
    ("NOT attribute_exists(x)", "b"),
    ("NOT (attribute_exists(x) AND attribute_exists(m))", "bc"),
    ("(attribute_exists(y) OR attribute_exists(m))", "ab"),
    ("attribute_exists(y) OR x = '1'", "ab"),
    ("attribute_exists(x) AND attribute_not_exists(m)", "c"),
    ("attribute_type(x, 'L') OR y = true", "bc"),
    ("size(x) = 1 AND NOT attribute_type(x, 'S')", "c"),
    ("x IS STRING", "a"),
    ("x IS NOT STRING", "bc"),
    ("y IS BOOL AND m IS MISSING", "b"),
    ("m IS STRUCT OR x IS LIST", "ac"),
    ("none IS NULL", "a"),
]


@pytest.mark.parametrize("condition, found", CONDITIONS)
def test_a_select_filters_with_and_without_a_key(client: Any, things: None, condition: str, found: str) -> None:
    assert names(run(client, f'SELECT * FROM "things" WHERE {condition}')) == set(found)
    for p in ITEMS:
        answer = run(client, f"SELECT p FROM \"things\" WHERE p = '{p}' AND ({condition})")
        assert answer["Items"] == ([{"p": {"S": p}}] if p in found else [])


@pytest.mark.parametrize("condition, found", CONDITIONS)
@pytest.mark.parametrize(
    "text", ["UPDATE things SET z = 2 WHERE p = '{}' AND ({})", "FROM things WHERE p = '{}' AND ({}) SET z = 2"]
)
def test_an_update_is_made_where_its_condition_holds(
    client: Any, things: None, text: str, condition: str, found: str
) -> None:
    for p, item in ITEMS.items():
        if p in found:
            assert run(client, text.format(p, condition))["Items"] == []
            item = {**item, "z": {"N": "2"}}
        else:
            with pytest.raises(client.exceptions.ConditionalCheckFailedException):
                run(client, text.format(p, condition))
        assert client.get_item(TableName="things", Key={"p": {"S": p}})["Item"] == item


@pytest.mark.parametrize("condition, found", CONDITIONS)
def test_a_delete_is_made_where_its_condition_holds(client: Any, things: None, condition: str, found: str) -> None:
    for p in ITEMS:
        text = f"DELETE FROM things WHERE p = '{p}' AND ({condition})"
        if p in found:
            assert run(client, text)["Items"] == []
        else:
            with pytest.raises(client.exceptions.ConditionalCheckFailedException):
                run(client, text)
    assert names(run(client, "SELECT * FROM things")) == set(ITEMS) - set(found)


@pytest.mark.parametrize("condition, found", CONDITIONS)
def test_conditions_in_batches_and_transactions(client: Any, things: None, condition: str, found: str) -> None:
    for p in ITEMS:
        select = {"Statement": f"SELECT p FROM things WHERE p = '{p}' AND ({condition})"}
        item = {"Item": {"p": {"S": p}}} if p in found else {}
        assert client.batch_execute_statement(Statements=[select])["Responses"] == [{"TableName": "things", **item}]
        assert client.execute_transaction(TransactStatements=[select])["Responses"] == [item]
        exists = {"Statement": f"EXISTS(SELECT * FROM things WHERE p = '{p}' AND ({condition}))"}
        update = {"Statement": f"UPDATE things SET z = 2 WHERE p = '{p}' AND ({condition})"}
        for statement in (exists, update):
            if p in found:
                assert client.execute_transaction(TransactStatements=[statement])["Responses"] == []
                continue
            with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
                client.execute_transaction(TransactStatements=[statement])
            [reason] = caught.value.response["CancellationReasons"]
            assert reason["Code"] == "ConditionalCheckFailed"
        [response] = client.batch_execute_statement(Statements=[update])["Responses"]
        assert response.get("Error", {}).get("Code") == (None if p in found else "ConditionalCheckFailed")


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE things SET z = 2 WHERE p = 'new' AND attribute_not_exists(p)",
        "UPDATE things SET z = 2 WHERE p = 'new'",
        "FROM things WHERE p = 'new' SET z = 2",
        "FROM things WHERE p = 'new' AND attribute_not_exists(p) REMOVE z",
    ],
)
def test_an_update_never_makes_an_item(client: Any, things: None, text: str) -> None:
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        run(client, text)
    assert names(run(client, "SELECT * FROM things")) == set(ITEMS)


def test_a_failed_condition_shows_the_item_when_asked(client: Any, things: None) -> None:
    for text in (
        "FROM things WHERE p = 'b' AND attribute_exists(x) SET z = 1",
        "DELETE FROM things WHERE p = 'b' AND attribute_exists(x)",
    ):
        with pytest.raises(ClientError) as caught:
            run(client, text, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        assert caught.value.response["Item"] == ITEMS["b"]


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "attribute_exists('x')",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "attribute_not_exists(1)",
            "Operator or function requires a document path; operator or function: attribute_not_exists",
        ),
        (
            "attribute_exists()",
            "Incorrect number of operands for operator or function; operator or function: attribute_exists, "
            "number of operands: 0",
        ),
        ("exists(x)", "Unrecognized function: exists at 1:{}:6"),
        ("set_add(x, <<1>>)", "Unrecognized function: set_add at 1:{}:7"),
    ],
)
@pytest.mark.parametrize(
    "begin, end",
    [
        ("SELECT * FROM things WHERE p = 'a' AND ", ""),
        ("SELECT * FROM things WHERE ", ""),
        ("UPDATE things SET z = 1 WHERE p = 'a' AND ", ""),
        ("DELETE FROM things WHERE p = 'a' AND ", ""),
        ("FROM things WHERE p = 'a' AND ", " SET z = 1"),
    ],
)
def test_functions_that_are_refused(refused: Any, things: None, begin: str, end: str, text: str, message: str) -> None:
    expected = f"ValidationException: {message.format(len(begin) + 1)}"
    assert refused("execute_statement", Statement=f"{begin}{text}{end}") == expected


def test_a_parameter_is_not_a_document_path(refused: Any, things: None) -> None:
    assert refused(
        "execute_statement", Statement="SELECT * FROM things WHERE attribute_exists(?)", Parameters=[{"S": "x"}]
    ) == ("ValidationException: Operator or function requires a document path; operator or function: attribute_exists")
