"""`FROM table WHERE ... SET ...`: UPDATE in another order, through boto3."""

from __future__ import annotations

from typing import Any

import pytest

ROW = {"p": {"S": "a"}, "s": {"N": "1"}, "a": {"N": "1"}, "b": {"S": "x"}, "tags": {"SS": ["t"]}}
THE_ROW = "WHERE p = 'a' AND s = 1"


@pytest.fixture
def things(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("things", "p", "s:N", gsi={"by-a": {"key": "a:N"}}, stream="NEW_AND_OLD_IMAGES")
    client.put_item(TableName="things", Item=ROW)


def run(client: Any, text: str, **options: Any) -> Any:
    return client.execute_statement(Statement=text, **options)


def stored(client: Any) -> Any:
    return client.get_item(TableName="things", Key={"p": {"S": "a"}, "s": {"N": "1"}})["Item"]


@pytest.mark.parametrize(
    "text, changed",
    [
        (f'FROM "things" {THE_ROW} SET c = 1', {"c": {"N": "1"}}),
        (f"from things {THE_ROW} remove b", {"b": None}),
        (f"FROM things {THE_ROW} SET c = 2 REMOVE a", {"c": {"N": "2"}, "a": None}),
        (f"FROM things {THE_ROW} REMOVE a SET c = 2, b = 'y' SET d = a", {"c": {"N": "2"}, "b": {"S": "y"}, "a": None}),
        (f"FROM things {THE_ROW} AND a = 1 SET c = 5", {"c": {"N": "5"}}),
        (f"FROM things {THE_ROW} AND attribute_exists(a) SET a = a + 1", {"a": {"N": "2"}}),
        (f"FROM things {THE_ROW} SET tags = set_add(tags, <<'u'>>)", {"tags": {"SS": ["t", "u"]}}),
        (f"FROM things {THE_ROW} SET tags = set_delete(tags, <<'t'>>)", {"tags": None}),
        ("FROM things WHERE s = 1 AND p = 'a' SET c = {'x': [1]};", {"c": {"M": {"x": {"L": [{"N": "1"}]}}}}),
    ],
)
def test_it_runs_as_an_update(ddbmock: Any, client: Any, things: None, text: str, changed: dict[str, Any]) -> None:
    if "d = a" in text:
        changed = {**changed, "d": ROW["a"]}
    with ddbmock.streams["things"].watch() as seen:
        assert run(client, text)["Items"] == []
    assert stored(client) == {name: value for name, value in {**ROW, **changed}.items() if value is not None}
    assert [record.event for record in seen] == ["MODIFY"]


def test_parameters_returning_and_capacity(client: Any, things: None) -> None:
    answer = run(
        client,
        "FROM things WHERE p = ? AND s = ? SET b = ? RETURNING MODIFIED OLD *",
        Parameters=[{"S": "a"}, {"N": "1"}, {"S": "new"}],
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["Items"] == [{"b": {"S": "x"}}]
    assert answer["ConsumedCapacity"]["TableName"] == "things"
    assert stored(client)["b"] == {"S": "new"}


@pytest.mark.parametrize(
    "text",
    [
        f"FROM things {THE_ROW} AND a = 2 SET c = 5",
        "FROM things WHERE p = 'a' AND s = 2 SET c = 5",
        "FROM things WHERE p = 'b' AND s = 1 REMOVE c",
    ],
)
def test_a_false_condition_or_a_missing_item_changes_nothing(client: Any, things: None, text: str) -> None:
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        run(client, text)
    assert client.scan(TableName="things")["Items"] == [ROW]


def test_in_a_batch(client: Any, things: None) -> None:
    statements = [
        {"Statement": f"FROM things {THE_ROW} SET c = 1 RETURNING ALL NEW *"},
        {"Statement": "FROM things WHERE p = 'b' AND s = 1 SET c = 1"},
    ]
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert client.batch_execute_statement(Statements=statements)["Responses"] == [
        {"TableName": "things", "Item": {**ROW, "c": {"N": "1"}}},
        {"TableName": "things", "Error": failed},
    ]


def test_in_a_transaction(client: Any, things: None) -> None:
    update = {"Statement": f"FROM things {THE_ROW} AND attribute_not_exists(c) SET c = 1"}
    insert = {"Statement": "INSERT INTO things VALUE {'p': 'b', 's': 1}"}
    assert client.execute_transaction(TransactStatements=[update, insert])["Responses"] == []
    assert stored(client)["c"] == {"N": "1"}
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.execute_transaction(TransactStatements=[update])
    [reason] = caught.value.response["CancellationReasons"]
    assert reason["Code"] == "ConditionalCheckFailed"


@pytest.mark.parametrize(
    "text, message",
    [
        ("FROM things SET c = 1", "Where clause does not contain a mandatory equality on all key attributes"),
        (
            "FROM things WHERE p = 'a' SET c = 1",
            "Where clause does not contain a mandatory equality on all key attributes",
        ),
        (
            f"FROM things SET c = 1 {THE_ROW}",
            "Statement wasn't well formed, can't be processed: Unexpected token after expression",
        ),
        (f"FROM things {THE_ROW}", "Statement wasn't well formed, can't be processed: Expected data manipulation"),
        (f'FROM "things"."by-a" {THE_ROW} SET c = 1', "This operation is not supported on an index"),
        (f"FROM things t {THE_ROW} SET c = 1", "Aliasing is not supported"),
        (
            f"FROM things {THE_ROW} SET s = 2",
            "One or more parameter values were invalid: Cannot update attribute s. This attribute is part of the key",
        ),
        (f"FROM things {THE_ROW} SET tags = set_add(tags)", "SET_ADD must have exactly two arguments at 1:48:7"),
    ],
)
def test_refusals(client: Any, refused: Any, things: None, text: str, message: str) -> None:
    assert refused("execute_statement", Statement=text) == f"ValidationException: {message}"
    assert stored(client) == ROW
