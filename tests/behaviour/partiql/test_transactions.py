"""ExecuteTransaction through boto3: all statements or none."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ONE = {"pk": {"S": "1"}, "n": {"N": "1"}}
TWO = {"pk": {"S": "2"}, "n": {"N": "2"}}


@pytest.fixture
def things(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("things", "pk", gsi={"by-n": {"key": "n:N"}}, stream="NEW_AND_OLD_IMAGES")
    ddbmock.create_table("others", "pk")
    for item in (ONE, TWO):
        client.put_item(TableName="things", Item=item)


def transact(client: Any, *statements: str | dict[str, Any], **options: Any) -> Any:
    members = [{"Statement": one} if isinstance(one, str) else one for one in statements]
    return client.execute_transaction(TransactStatements=members, **options)


def canceled(client: Any, *statements: str | dict[str, Any]) -> list[dict[str, Any]]:
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        transact(client, *statements)
    reasons: list[dict[str, Any]] = caught.value.response["CancellationReasons"]
    codes = ", ".join(reason["Code"] for reason in reasons)
    assert caught.value.response["Error"]["Message"].endswith(f"specific reasons [{codes}]")
    return reasons


def everything(client: Any) -> list[Any]:
    return [client.scan(TableName=name)["Items"] for name in ("things", "others")]


def test_all_writes_are_committed_together(ddbmock: Any, client: Any, things: None) -> None:
    with ddbmock.streams["things"].watch() as seen:
        answer = transact(
            client,
            "EXISTS(SELECT * FROM things WHERE pk = '2' AND n = 2)",
            {"Statement": "INSERT INTO others VALUE {'pk': ?}", "Parameters": [{"S": "x"}]},
            "UPDATE things SET n = n + 5 WHERE pk = '1'",
            "DELETE FROM things WHERE pk = 'gone'",
            ReturnConsumedCapacity="TOTAL",
        )
    assert answer["Responses"] == []
    used = {entry["TableName"]: entry for entry in answer["ConsumedCapacity"]}
    assert used["others"] == {"TableName": "others", "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}
    assert used["things"]["WriteCapacityUnits"] == 8.0  # doubled for the items, but not for the index entry that moves
    assert [record.event for record in seen] == ["MODIFY"]
    [items, others] = everything(client)
    assert {"pk": {"S": "1"}, "n": {"N": "6"}} in items and others == [{"pk": {"S": "x"}}]


HASH_TOO_LONG = (
    "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"
)


def test_one_reason_for_each_statement_and_nothing_done(client: Any, things: None) -> None:
    before = everything(client)
    reasons = canceled(
        client,
        "INSERT INTO others VALUE {'pk': 'x'}",
        "INSERT INTO things VALUE {'pk': '1'}",
        {
            "Statement": "UPDATE things SET n = 9 WHERE pk = '2' AND n = 1",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
        "EXISTS(SELECT * FROM things WHERE pk = 'gone' AND n = 1)",
        "DELETE FROM others WHERE pk = 'y'",
    )
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert reasons == [
        {"Code": "None"},
        {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"},
        {**failed, "Item": TWO},
        failed,
        {"Code": "None"},
    ]
    assert everything(client) == before


@pytest.mark.parametrize(
    "text, message",
    [
        ("DELETE FROM others WHERE pk = 7", "The provided key element does not match the schema"),
        (f"DELETE FROM others WHERE pk = '{'x' * 2049}'", HASH_TOO_LONG),
        (f"UPDATE others SET n = 1 WHERE pk = '{'x' * 2049}'", HASH_TOO_LONG),
        (f"INSERT INTO others VALUE {{'pk': '{'x' * 2049}'}}", HASH_TOO_LONG),
    ],
)
def test_the_fault_of_a_key_is_the_only_reason(client: Any, things: None, text: str, message: str) -> None:
    reasons = canceled(client, "INSERT INTO things VALUE {'pk': '1'}", text)
    assert reasons == [{"Code": "None"}, {"Code": "ValidationError", "Message": message}]


def test_parameters_count_for_the_4_mb(client: Any, things: None) -> None:
    large = [
        {
            "Statement": f"UPDATE things SET v = ? WHERE pk = 'l{number}' AND v = ?",
            "Parameters": [{"S": "x" * 390_000}] * 2,
        }
        for number in range(6)
    ]
    with pytest.raises(client.exceptions.ClientError, match="size cannot exceed"):
        client.execute_transaction(TransactStatements=large)


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "UPDATE things SET n = gone + 1 WHERE pk = '1'",
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            "UPDATE things SET n = 'x' WHERE pk = '1'",
            "One or more parameter values were invalid: Type mismatch for Index Key n Expected: N Actual: S "
            "IndexName: by-n",
        ),
        (
            "INSERT INTO things VALUE {'n': 1}",
            "One or more parameter values were invalid: Missing the key pk in the item",
        ),
    ],
)
def test_errors_while_writing_are_reasons(client: Any, things: None, text: str, message: str) -> None:
    assert canceled(client, text) == [{"Code": "ValidationError", "Message": message}]


def test_a_held_key_is_a_reason(ddbmock: Any, client: Any, things: None) -> None:
    with ddbmock.faults.hold("things", "1"):
        assert canceled(client, "UPDATE things SET n = 1 WHERE pk = '1'", "DELETE FROM things WHERE pk = '2'") == [
            {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"},
            {"Code": "None"},
        ]


def test_reads_see_one_moment(client: Any, things: None) -> None:
    answer = transact(
        client,
        "SELECT * FROM things WHERE pk = '2'",
        "SELECT gone FROM things WHERE pk = '1'",
        "SELECT * FROM things WHERE pk = 'gone'",
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["Responses"] == [{"Item": TWO}, {"Item": {}}, {}]
    assert answer["ConsumedCapacity"] == [{"TableName": "things", "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}]


def test_a_token_is_executed_once(ddbmock: Any, client: Any, things: None) -> None:
    statement = "UPDATE things SET n = n + 1 WHERE pk = '1'"
    for _ in range(3):
        assert transact(client, statement, ClientRequestToken="once")["Responses"] == []
    assert client.get_item(TableName="things", Key={"pk": {"S": "1"}})["Item"]["n"] == {"N": "2"}
    with pytest.raises(client.exceptions.IdempotentParameterMismatchException):
        transact(client, "UPDATE things SET n = n + 2 WHERE pk = '1'", ClientRequestToken="once")
    ddbmock.clock.tick(minutes=11)
    transact(client, statement, ClientRequestToken="once")
    assert client.get_item(TableName="things", Key={"pk": {"S": "1"}})["Item"]["n"] == {"N": "3"}


DELETE = "DELETE FROM things WHERE pk = '1'"


@pytest.mark.parametrize(
    "statements, message",
    [
        (
            [DELETE, "SELECT * FROM things WHERE pk = '2'"],
            "ExecuteTransaction API does not support both read and write operations in the same request.",
        ),
        (
            [DELETE, "UPDATE things SET n = 1 WHERE pk = '1'"],
            "Transaction request cannot include multiple operations on one item",
        ),
        (
            [DELETE, "EXISTS(SELECT * FROM things WHERE pk = '1' AND n = 1)"],
            "Transaction request cannot include multiple operations on one item",
        ),
        (
            ["DELETE FROM things WHERE pk = '2'", f"{DELETE} RETURNING ALL OLD *"],
            "Validation failed in TransactStatements[1]: RETURNING clause is not supported in ExecuteTransaction.",
        ),
        (
            ['SELECT * FROM "things"."by-n" WHERE n = 1'],
            "Validation failed in TransactStatements[0]: Reads on indices are not supported within transactions.",
        ),
        (
            ["SELECT * FROM things WHERE n = 1"],
            "Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must specify the "
            "primary key in the where clause.",
        ),
        (
            ["SELECT * FROM things WHERE attribute_exists(n)"],
            "Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must specify the "
            "primary key in the where clause.",
        ),
        (
            ["EXISTS(SELECT * FROM things WHERE pk = '1')", "UPDATE things SET n = 1 WHERE pk = '2'"],
            "Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional "
            "condition",
        ),
        (
            [DELETE, "EXISTS(SELECT * FROM things WHERE n = 1)"],
            "Validation failed in TransactStatements[1]: EXISTS() must contain a single item read with additional "
            "condition",
        ),
        (
            ["DELETE FROM things WHERE n = 1"],
            "Validation failed in TransactStatements[0]: Where clause does not contain a mandatory equality on all key "
            "attributes",
        ),
        (
            [DELETE, "SELCT * FROM things"],
            "Validation failed in TransactStatements[1]: Statement wasn't well formed, can't be processed: Expected "
            "data manipulation",
        ),
        (
            ["SELECT * FROM things WHERE ("],
            "Validation failed in TransactStatements[0]: Statement wasn't well formed, can't be processed: Unexpected "
            "term",
        ),
        (
            [DELETE, "DELETE FROM things WHERE pk = ?"],
            "Validation failed in TransactStatements[1]: Number of parameters in request and statement don't match.",
        ),
        (
            ["DELETE FROM things WHERE pk = ''"],
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: pk",
        ),
        (
            ["UPDATE things SET pk = 'x' WHERE pk = '1'"],
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
        ),
    ],
)
def test_transactions_that_are_refused(
    client: Any, refused: Any, things: None, statements: list[str], message: str
) -> None:
    before = everything(client)
    members = [{"Statement": text} for text in statements]
    assert refused("execute_transaction", TransactStatements=members) == f"ValidationException: {message}"
    assert everything(client) == before


def test_a_missing_table(client: Any, things: None) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        transact(client, DELETE, "DELETE FROM gone WHERE pk = '1'")
    assert client.get_item(TableName="things", Key={"pk": {"S": "1"}})["Item"] == ONE


@pytest.mark.parametrize("count", [0, 101])
def test_a_transaction_has_one_to_a_hundred_statements(client: Any, things: None, count: int) -> None:
    with pytest.raises(
        ClientError, match="at 'transactStatements' failed to satisfy constraint: Member must have length"
    ):
        transact(client, *[DELETE] * count)
