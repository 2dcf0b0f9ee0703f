"""Parameters that are not values: in each kind of statement, alone, in batches and in transactions."""

from __future__ import annotations

from typing import Any

import pytest

NOT_A_NUMBER = "The parameter cannot be converted to a numeric value"
NESTED = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)

READS = [
    "SELECT * FROM things WHERE p = 'a' AND n = ?",
    "SELECT * FROM things WHERE p = ?",
    "SELECT * FROM things WHERE p = 'a' AND n IN [1, ?]",
]
WRITES = [
    "INSERT INTO things VALUE {'p': 'b', 'n': ?}",
    "INSERT INTO things VALUE {'p': 'b', 'm': {'l': [?]}}",
    "UPDATE things SET n = ? WHERE p = 'a'",
    "UPDATE things SET n = n + ? WHERE p = 'a'",
    "UPDATE things SET n = 1 WHERE p = 'a' AND n = ?",
    "FROM things WHERE p = 'a' SET n = ?",
    "DELETE FROM things WHERE p = ?",
]
NOWHERE = ["SELECT * FROM gone WHERE x = ?", "INSERT INTO gone VALUE {'n': ?}"]
NUMBERS = [
    "1e99999999999",
    "-1e99999999999",
    "1e-99999999999",
    "1e2147483648",
    "1e-2147483648",
    "abc",
    " 1",
    "NaN",
    "0x10",
]


@pytest.fixture
def things(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("things", "p")
    client.put_item(TableName="things", Item={"p": {"S": "a"}, "n": {"N": "1"}})


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"m": value}}
    return value


def member_errors(client: Any, *members: dict[str, Any]) -> list[Any]:
    return [response["Error"] for response in client.batch_execute_statement(Statements=list(members))["Responses"]]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("text", READS + WRITES + NOWHERE)
def test_a_number_that_java_cannot_read_is_shown_as_sent(
    client: Any, refused: Any, things: None, text: str, number: str
) -> None:
    statement = {"Statement": text, "Parameters": [{"N": number}]}
    message = f"{NOT_A_NUMBER}: {number}"
    assert refused("execute_statement", **statement) == f"ValidationException: {message}"
    assert refused("execute_transaction", TransactStatements=[statement]) == f"ValidationException: {message}"
    assert member_errors(client, statement) == [{"Code": "ValidationError", "Message": message}]


@pytest.mark.parametrize(
    "value, message",
    [
        ({"N": ""}, NOT_A_NUMBER),
        ({"N": "1e126"}, "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ({"N": "1e-131"}, "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
        (
            {"N": "1e2147483647"},
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        ({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
        ({"L": [{"NS": ["1", "1e2147483648"]}]}, f"{NOT_A_NUMBER}: 1e2147483648"),
        (
            {"SS": ["b", "a", "b"]},
            "One or more parameter values were invalid: Input collection [b, a, b] contains duplicates.",
        ),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        ({"SS": []}, "One or more parameter values were invalid: An string set  may not be empty"),
        (
            {"NULL": False},
            "One or more parameter values were invalid: Null attribute value types must have the value of true",
        ),
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"M": {"": {"S": "x"}}}, "Empty attribute name"),
        (deep(32), NESTED),
    ],
)
@pytest.mark.parametrize("text", [READS[0], *WRITES[:3]])
def test_other_bad_values_are_reported_in_the_words_of_the_old_layer(
    client: Any, refused: Any, things: None, text: str, value: dict[str, Any], message: str
) -> None:
    statement = {"Statement": text, "Parameters": [value]}
    assert refused("execute_statement", **statement) == f"ValidationException: {message}"
    assert refused("execute_transaction", TransactStatements=[statement]) == f"ValidationException: {message}"
    assert member_errors(client, statement) == [{"Code": "ValidationError", "Message": message}]


@pytest.mark.parametrize(
    "text", ["SELECT * FROM things WHERE x = ? AND y = ?", "UPDATE things SET x = ?, y = ? WHERE p = 'a'"]
)
def test_of_several_bad_parameters_the_first_is_reported(client: Any, refused: Any, things: None, text: str) -> None:
    bad, message = {"N": "1e2147483648"}, f"{NOT_A_NUMBER}: 1e2147483648"
    for parameters, expected in (([deep(32), bad], NESTED), ([bad, deep(32)], message)):
        statement = {"Statement": text, "Parameters": parameters}
        assert refused("execute_statement", **statement) == f"ValidationException: {expected}"
        assert refused("execute_transaction", TransactStatements=[statement]) == f"ValidationException: {expected}"
        assert member_errors(client, statement) == [{"Code": "ValidationError", "Message": expected}]


def test_a_bad_parameter_leaves_the_other_members_of_a_batch(client: Any, things: None) -> None:
    members = [
        {"Statement": "UPDATE things SET n = ? WHERE p = 'a'", "Parameters": [{"N": "abc"}]},
        {"Statement": "INSERT INTO things VALUE {'p': ?}", "Parameters": [{"S": "b"}]},
    ]
    first, second = client.batch_execute_statement(Statements=members)["Responses"]
    assert first == {"Error": {"Code": "ValidationError", "Message": f"{NOT_A_NUMBER}: abc"}}
    assert second == {"TableName": "things"}
    assert {item["p"]["S"] for item in client.scan(TableName="things")["Items"]} == {"a", "b"}
