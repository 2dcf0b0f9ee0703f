"""BatchExecuteStatement through boto3: each statement succeeds or fails on its own."""

from __future__ import annotations

from typing import Any

import pytest

ONE = {"pk": {"S": "1"}, "sk": {"S": "a"}, "n": {"N": "1"}}
TWO = {"pk": {"S": "2"}, "sk": {"S": "a"}, "n": {"N": "2"}}


@pytest.fixture
def things(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("things", "pk", "sk", gsi={"by-n": {"key": "n:N"}})
    for item in (ONE, TWO):
        client.put_item(TableName="things", Item=item)


def batch(client: Any, *statements: str | dict[str, Any], **options: Any) -> Any:
    members = [{"Statement": one} if isinstance(one, str) else one for one in statements]
    return client.batch_execute_statement(Statements=members, **options)


def test_reads_come_back_in_the_order_of_the_statements(client: Any, things: None) -> None:
    answer = batch(
        client,
        "SELECT * FROM things WHERE pk = '2' AND sk = 'a'",
        "SELECT * FROM things WHERE pk = 'gone' AND sk = 'a'",
        {"Statement": "SELECT n FROM things WHERE pk = ? AND sk = ?", "Parameters": [{"S": "1"}, {"S": "a"}]},
        "SELECT * FROM things WHERE pk = '1' AND sk = 'a' AND n = 7",
        {"Statement": "SELECT gone FROM things WHERE pk = '1' AND sk = 'a'", "ConsistentRead": True},
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["Responses"] == [
        {"TableName": "things", "Item": TWO},
        {"TableName": "things"},
        {"TableName": "things", "Item": {"n": {"N": "1"}}},
        {"TableName": "things"},
        {"TableName": "things", "Item": {}},
    ]
    assert answer["ConsumedCapacity"] == [{"TableName": "things", "CapacityUnits": 3.0}]


def test_writes_are_done_one_by_one(client: Any, things: None) -> None:
    answer = batch(
        client,
        "INSERT INTO things VALUE {'pk': '3', 'sk': 'a'}",
        "INSERT INTO things VALUE {'pk': '1', 'sk': 'a'}",
        "UPDATE things SET n = 7 WHERE pk = '2' AND sk = 'a' RETURNING MODIFIED NEW *",
        "DELETE FROM things WHERE pk = 'gone' AND sk = 'a'",
    )
    assert answer["Responses"] == [
        {"TableName": "things"},
        {
            "TableName": "things",
            "Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"},
        },
        {"TableName": "things", "Item": {"n": {"N": "7"}}},
        {"TableName": "things"},
    ]
    assert {item["pk"]["S"] for item in client.scan(TableName="things")["Items"]} == {"1", "2", "3"}


def test_a_failed_condition_shows_the_item_when_asked(client: Any, things: None) -> None:
    text = "UPDATE things SET n = 7 WHERE pk = '1' AND sk = 'a' AND n = 2"
    other = "DELETE FROM things WHERE pk = '2' AND sk = 'a' AND n = 1"
    answer = batch(client, {"Statement": text, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}, other)
    error = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert answer["Responses"] == [
        {"TableName": "things", "Error": {**error, "Item": ONE}},
        {"TableName": "things", "Error": error},
    ]


@pytest.mark.parametrize(
    "text, message",
    [
        ("SELCT * FROM things", "Statement wasn't well formed, can't be processed: Expected data manipulation"),
        ("SELECT * FROM", "Statement wasn't well formed, can't be processed: Unexpected term"),
        ("SELECT * FROM things WHERE NOT", "Statement wasn't well formed, can't be processed: Unexpected term"),
        (
            "SELECT * FROM things WHERE attribute_exists(n)",
            "Select statements within BatchExecuteStatement must specify the primary key in the where clause.",
        ),
        ("SELECT COUNT(*) FROM things WHERE pk = '1' AND sk = 'a'", "Unexpected path component at 1:8:5"),
        (
            "SELECT pk.x FROM things WHERE pk = '1' AND sk = 'a'",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
        ),
        ("SELECT * FROM things t WHERE pk = '1' AND sk = 'a'", "Aliasing is not supported"),
        (
            "SELECT * FROM things WHERE pk = '1'",
            "Select statements within BatchExecuteStatement must specify the primary key in the where clause.",
        ),
        (
            'SELECT * FROM "things"."by-n" WHERE n = 1',
            "Select statements within BatchExecuteStatement must specify the primary key in the where clause.",
        ),
        ("SELECT * FROM things WHERE pk = ?", "Number of parameters in request and statement don't match."),
    ],
)
def test_an_error_of_one_statement_leaves_the_others(client: Any, things: None, text: str, message: str) -> None:
    answer = batch(client, text, "SELECT n FROM things WHERE pk = '1' AND sk = 'a'")
    assert answer["Responses"] == [
        {"Error": {"Code": "ValidationError", "Message": message}},
        {"TableName": "things", "Item": {"n": {"N": "1"}}},
    ]


def test_an_update_with_a_missing_operand_fails_alone(client: Any, things: None) -> None:
    answer = batch(client, "UPDATE things SET n = gone + 1 WHERE pk = '1' AND sk = 'a'")
    message = "The provided expression refers to an attribute that does not exist in the item"
    assert answer["Responses"] == [{"Error": {"Code": "ValidationError", "Message": message}}]


def test_a_missing_table(client: Any, things: None) -> None:
    [response] = batch(client, "SELECT * FROM gone WHERE pk = '1'")["Responses"]
    assert response["Error"] == {"Code": "ResourceNotFound", "Message": "Requested resource not found"}


def test_a_held_key_is_a_conflict_of_its_own_statement(ddbmock: Any, client: Any, things: None) -> None:
    with ddbmock.faults.hold("things", ("1", "a")):
        answer = batch(
            client,
            "DELETE FROM things WHERE pk = '1' AND sk = 'a'",
            "DELETE FROM things WHERE pk = '2' AND sk = 'a'",
        )
    codes = [response.get("Error", {}).get("Code") for response in answer["Responses"]]
    assert codes == ["TransactionConflict", None]


SELECT = "SELECT * FROM things WHERE pk = '1' AND sk = 'a'"
DELETE = "DELETE FROM things WHERE pk = '1' AND sk = 'a'"


@pytest.mark.parametrize(
    "statements, message",
    [
        ([SELECT, DELETE], "Read and write requests together in the same batch is not supported."),
        ([DELETE, DELETE], "Provided list of item keys contains duplicates"),
        (
            [DELETE, "UPDATE things SET n = 2 WHERE sk = 'a' AND pk = '1'"],
            "Provided list of item keys contains duplicates",
        ),
    ],
)
def test_batches_that_are_refused(refused: Any, things: None, statements: list[str], message: str) -> None:
    members = [{"Statement": text} for text in statements]
    assert refused("batch_execute_statement", Statements=members) == f"ValidationException: {message}"


@pytest.mark.parametrize("count, bound", [(0, "greater than or equal to 1"), (26, "less than or equal to 25")])
def test_a_batch_has_one_to_twenty_five_statements(refused: Any, things: None, count: int, bound: str) -> None:
    answer = refused("batch_execute_statement", Statements=[{"Statement": SELECT}] * count)
    assert answer.endswith(f"at 'statements' failed to satisfy constraint: Member must have length {bound}")
