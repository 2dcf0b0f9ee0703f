"""PartiQL does not read an index whose key has more than one HASH or RANGE attribute."""

from __future__ import annotations

from typing import Any

import pytest

REFUSED = (
    "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys."
)


@pytest.fixture
def things(client: Any) -> None:
    def schema(*names: str) -> list[dict[str, str]]:
        return [{"AttributeName": name, "KeyType": "HASH" if name[0] in "ph" else "RANGE"} for name in names]

    keys = {"two": schema("h1", "h2", "r1"), "wide": schema("h1", "r1", "r2"), "plain": schema("h1", "r1")}
    client.create_table(
        TableName="things",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("p", "h1", "h2", "r1", "r2")],
        KeySchema=schema("p"),
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {"IndexName": name, "KeySchema": key, "Projection": {"ProjectionType": "ALL"}} for name, key in keys.items()
        ],
    )
    item = {name: {"S": name} for name in ("p", "h1", "h2", "r1", "r2")}
    client.put_item(TableName="things", Item=item)


@pytest.mark.parametrize("index", ["two", "wide"])
@pytest.mark.parametrize(
    "text",
    [
        'SELECT * FROM "things"."{}"',
        "SELECT * FROM \"things\".\"{}\" WHERE h1 = 'h1' AND h2 = 'h2'",
        'SELECT * FROM "things"."{}" WHERE h1 = 1',
        'SELECT * FROM "things"."{}" WHERE h1 = \'h1\' ORDER BY x',
        'SELECT COUNT(*) FROM "things"."{}"',
        'SELECT * FROM "things"."{}" WHERE foo(a)',
    ],
)
def test_such_an_index_is_refused_whatever_the_statement(refused: Any, things: None, index: str, text: str) -> None:
    text = text.format(index)
    assert refused("execute_statement", Statement=text) == f"ValidationException: {REFUSED}"


@pytest.mark.parametrize(
    "text, message",
    [
        ('SELECT * FROM "things"."two" WHERE', "Statement wasn't well formed, can't be processed: Unexpected term"),
        (
            'SELECT * FROM "things"."two" WHERE a = 1e200',
            "Number overflow. Attempting to store a number with magnitude larger than supported range under root",
        ),
        (
            'SELECT * FROM "things"."two" WHERE a = ?',
            "Number of parameters in request and statement don't match.",
        ),
    ],
)
def test_errors_of_the_text_come_before(refused: Any, things: None, text: str, message: str) -> None:
    assert refused("execute_statement", Statement=text) == f"ValidationException: {message}"


def test_the_member_of_a_batch_is_refused_alone(client: Any, things: None) -> None:
    statements = [
        {"Statement": 'SELECT r1 FROM "things"."two" WHERE h1 = \'h1\''},
        {"Statement": "SELECT r1 FROM things WHERE p = 'p'"},
    ]
    assert client.batch_execute_statement(Statements=statements)["Responses"] == [
        {"Error": {"Code": "ValidationError", "Message": REFUSED}},
        {"TableName": "things", "Item": {"r1": {"S": "r1"}}},
    ]


def test_the_table_and_its_other_indexes_can_be_read_and_written(client: Any, things: None) -> None:
    def run(text: str) -> Any:
        return client.execute_statement(Statement=text)["Items"]

    assert run("SELECT r2 FROM \"things\".\"plain\" WHERE h1 = 'h1' AND r1 = 'r1'") == [{"r2": {"S": "r2"}}]
    run("UPDATE things SET h2 = 'new' WHERE p = 'p'")
    run("INSERT INTO things VALUE {'p': 'q', 'h1': 'x'}")
    run("FROM things WHERE p = 'p' AND attribute_exists(h2) REMOVE r2")
    assert run("SELECT h2, r2 FROM things WHERE p = 'p'") == [{"h2": {"S": "new"}}]
