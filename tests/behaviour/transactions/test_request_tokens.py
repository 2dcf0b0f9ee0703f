"""Client request tokens: a repeated request does not write again."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

MISMATCH = (
    "IdempotentParameterMismatchException: DynamoDB rejected the request because you retried a request with a "
    "different payload but with an idempotent token that was already used."
)

METRICS = {"ReturnItemCollectionMetrics": "SIZE"}
CAPACITY = {"ReturnConsumedCapacity": "INDEXES"}


@pytest.fixture
def count(write: Any, actions: Any) -> Any:
    """Counts one up, under a token."""
    return lambda token="token", **params: write(
        actions.update("a", "ADD n :one", one={"N": "1"}), ClientRequestToken=token, **params
    )


@pytest.fixture
def counted(ddbmock: Any) -> Any:
    return lambda: int(ddbmock.table("users")["a"]["n"])


def test_the_same_transaction_is_done_once(count: Any, counted: Any) -> None:
    assert set(count()) == set(count()) == {"ResponseMetadata"}
    assert counted() == 1
    count("another")
    assert counted() == 2


def test_without_a_token_the_client_makes_one_for_each_call(write: Any, actions: Any, counted: Any) -> None:
    for _ in range(2):
        write(actions.update("a", "ADD n :one", one={"N": "1"}))
    assert counted() == 2


def test_the_order_of_json_members_does_not_matter(ddbmock: Any, write: Any, actions: Any) -> None:
    [(kind, action)] = actions.put("a", v={"M": {"x": {"N": "1"}, "y": {"B": b"\xff"}}}).items()
    write({kind: action}, ClientRequestToken="t")
    ddbmock.client().delete_item(**actions.user("a"))
    turned = dict(reversed({**action, "Item": dict(reversed(action["Item"].items()))}.items()))
    write({kind: turned}, ClientRequestToken="t", ReturnConsumedCapacity="TOTAL")
    assert "a" not in ddbmock.table("users")


def test_a_repeated_transaction_need_not_fit_a_new_index(client: Any, write: Any, actions: Any) -> None:
    write(actions.put("a", v={"N": "1"}), ClientRequestToken="t")
    client.update_table(
        TableName="users",
        AttributeDefinitions=[{"AttributeName": "v", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-v",
                    "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            }
        ],
    )
    assert set(write(actions.put("a", v={"N": "1"}), ClientRequestToken="t")) == {"ResponseMetadata"}


@pytest.mark.parametrize("first, again", list(itertools.permutations([{}, METRICS, CAPACITY], 2)))
def test_what_is_reported_may_differ_between_attempts(count: Any, counted: Any, first: Any, again: Any) -> None:
    count(**first)
    count(**again)
    assert counted() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
        {"ConditionExpression": "attribute_exists(gone)"},
        {"TableName": "guests"},
        {"Item": {"pk": {"S": "a"}, "v": {"S": "other"}}},
        {"Item": {"pk": {"N": "1"}}},
    ],
)
def test_any_other_change_is_another_transaction(
    ddbmock: Any, write: Any, refusal: Any, actions: Any, change: Any
) -> None:
    ddbmock.create_table("guests", "pk")
    [(kind, action)] = actions.put("a").items()
    write({kind: action}, ClientRequestToken="t")
    assert refusal({kind: {**action, **change}}, ClientRequestToken="t") == MISMATCH
    assert refusal({kind: action}, actions.put("b"), ClientRequestToken="t") == MISMATCH


def test_another_transaction_under_the_same_token_is_refused(
    write: Any, refusal: Any, actions: Any, count: Any, counted: Any
) -> None:
    count()
    assert refusal(actions.update("a", "ADD n :one", one={"N": "2"}), ClientRequestToken="token") == MISMATCH
    assert refusal(actions.put("b"), ClientRequestToken="token") == MISMATCH
    assert counted() == 1


def test_a_token_is_remembered_for_ten_minutes(ddbmock: Any, count: Any, counted: Any) -> None:
    ddbmock.clock.freeze()
    count()
    ddbmock.clock.tick(seconds=599)
    count()
    assert counted() == 1
    ddbmock.clock.tick(seconds=1)
    count()
    assert counted() == 2
    ddbmock.clock.tick(seconds=599)
    count()
    assert counted() == 2


def test_a_canceled_transaction_leaves_its_token_free(ddbmock: Any, write: Any, reasons: Any, actions: Any) -> None:
    check = actions.update("a", "SET n = :n", "attribute_exists(pk)", n={"N": "1"})
    reasons(check, ClientRequestToken="t")
    ddbmock.table("users").load([{"pk": "a"}])
    write(check, ClientRequestToken="t")
    assert ddbmock.table("users")["a"] == {"pk": "a", "n": 1}


def test_tokens_belong_to_an_account_in_a_region(ddbmock: Any, count: Any, actions: Any) -> None:
    count()
    for place in ({"region": "eu-west-1"}, {"account": "111122223333"}):
        client = ddbmock.client(**place)
        client.create_table(
            TableName="users",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.transact_write_items(TransactItems=[actions.put("b")], ClientRequestToken="token")
        assert "Item" in client.get_item(**actions.user("b"))


def test_a_rollback_forgets_the_tokens_since(ddbmock: Any, count: Any, counted: Any) -> None:
    count("first")
    snapshot = ddbmock.snapshot()
    count("second")
    ddbmock.restore(snapshot)
    count("first")
    assert counted() == 1
    count("second")
    assert counted() == 2


def test_a_repeated_transaction_consumes_read_units(write: Any, actions: Any) -> None:
    members = [
        actions.put("a", v={"S": "x" * 4000}),
        actions.put("b", v={"S": "x" * 5000}),
        actions.check("c", "attribute_not_exists(pk)"),
        actions.put_order(1, status={"S": "NEW"}),
    ]
    first = write(*members, ClientRequestToken="t", ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert [used["WriteCapacityUnits"] for used in first] == [8.0 + 10.0 + 2.0, 2.0 + 1.0]
    again = write(*members, ClientRequestToken="t", ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert again == [
        {
            "TableName": name,
            "CapacityUnits": units,
            "ReadCapacityUnits": units,
            "Table": {"CapacityUnits": units, "ReadCapacityUnits": units},
        }
        for name, units in (("users", 2.0 + 4.0 + 2.0), ("orders", 2.0))
    ]


@pytest.mark.parametrize("length", [0, 37])
def test_a_token_has_1_to_36_characters(count: Any, refusal: Any, actions: Any, length: int) -> None:
    bound = "greater than or equal to 1" if length == 0 else "less than or equal to 36"
    assert refusal(actions.put("a"), ClientRequestToken="x" * length) == (
        f"ValidationException: 1 validation error detected: Value '{'x' * length}' at 'clientRequestToken' failed to "
        f"satisfy constraint: Member must have length {bound}"
    )
