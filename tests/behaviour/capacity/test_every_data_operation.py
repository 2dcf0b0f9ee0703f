"""Every data operation: refused by a scripted fault before any effect, charged by table and index, recorded."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from pytest_ddbmock.engine.faults import Fault
from pytest_ddbmock.errors import DynamoDBError, internal_server_error
from tests.support.accounts import Account

T, INDEXES = "orders", {"ReturnConsumedCapacity": "INDEXES"}
DEFINITION = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "g", "l")],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by-l",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}


def item(sk: str, size: int = 0, **more: str) -> dict[str, Any]:
    """An item at a/`sk`, with `size` bytes besides."""
    found = {"pk": {"S": "a"}, "sk": {"S": sk}, **{name: {"S": value} for name, value in more.items()}}
    return found | ({"v": {"S": "x" * size}} if size else {})


def key(sk: str) -> dict[str, Any]:
    return {"pk": {"S": "a"}, "sk": {"S": sk}}


class Case(NamedTuple):
    """A call, what it consumes of the table and its indexes (reads, writes), the keys it touches, items and bytes."""

    operation: str
    params: dict[str, Any]
    used: dict[str | None, tuple[float, float]]
    keys: set[Any]
    items: int | None
    bytes: int
    unread: bool = False
    fails: str | None = None
    partly: bool = False
    """Its units are those of a batch or transaction that is done in part, or not at all."""


STORED = 5000
"""Bytes of `v` in the item a/1; its key, g and l take 2 + 2 + 1 + 1, 1 + 1 and 1 + 1 more."""
ONE = STORED + 1 + 3 + 3 + 2 + 2
ENTRY = 3 + 3 + 2
"""Bytes of the entry of a/1 in by-l."""
FALSE = {"ConditionExpression": "attribute_not_exists(pk)"}
PUT = {"Put": {"TableName": T, "Item": item("9", 100)}}
SELECT = f'SELECT * FROM "{T}"'

CASES = {
    "GetItem": Case("GetItem", {"TableName": T, "Key": key("1")}, {None: (1.0, 0)}, {("a", "1")}, 1, ONE),
    "GetItem of a missing item": Case(
        "GetItem", {"TableName": T, "Key": key("9"), "ConsistentRead": True}, {None: (1.0, 0)}, {("a", "9")}, 0, 0
    ),
    "PutItem": Case(
        "PutItem",
        {"TableName": T, "Item": item("9", 100, g="g", l="l")},
        {None: (0, 1.0), "by-g": (0, 1.0), "by-l": (0, 1.0)},
        {("a", "9")},
        1,
        2 * (111) + 8,
    ),
    "PutItem, condition false": Case(
        "PutItem",
        {"TableName": T, "Item": item("1"), **FALSE},
        {None: (0, 5.0)},
        {("a", "1")},
        None,
        ONE,
        fails="ConditionalCheckFailedException",
    ),
    "UpdateItem": Case(
        "UpdateItem",
        {
            "TableName": T,
            "Key": key("1"),
            "UpdateExpression": "SET l = :l",
            "ExpressionAttributeValues": {":l": {"S": "m"}},
        },
        {None: (0, 5.0), "by-g": (0, 5.0), "by-l": (0, 2.0)},
        {("a", "1")},
        1,
        2 * ONE + 2 * ENTRY,
    ),
    "UpdateItem, condition false": Case(
        "UpdateItem",
        {"TableName": T, "Key": key("1"), **FALSE},
        {None: (0, 5.0)},
        {("a", "1")},
        None,
        ONE,
        fails="ConditionalCheckFailedException",
    ),
    "DeleteItem": Case(
        "DeleteItem",
        {"TableName": T, "Key": key("1")},
        {None: (0, 5.0), "by-g": (0, 5.0), "by-l": (0, 1.0)},
        {("a", "1")},
        1,
        2 * ONE + ENTRY,
    ),
    "DeleteItem, condition false": Case(
        "DeleteItem",
        {"TableName": T, "Key": key("1"), **FALSE},
        {None: (0, 5.0)},
        {("a", "1")},
        None,
        ONE,
        fails="ConditionalCheckFailedException",
    ),
    "BatchGetItem": Case(
        "BatchGetItem",
        {"RequestItems": {T: {"Keys": [key("1"), key("2"), key("9")]}}},
        {None: (2.0, 0)},
        {("a", "1"), ("a", "2"), ("a", "9")},
        2,
        ONE + 6,
    ),
    "BatchWriteItem": Case(
        "BatchWriteItem",
        {"RequestItems": {T: [{"PutRequest": {"Item": item("9", 100)}}, {"DeleteRequest": {"Key": key("1")}}]}},
        {None: (0, 6.0), "by-g": (0, 5.0), "by-l": (0, 1.0)},
        {("a", "9"), ("a", "1")},
        2,
        107 + 2 * ONE + ENTRY,
    ),
    "TransactGetItems": Case(
        "TransactGetItems",
        {"TransactItems": [{"Get": {"TableName": T, "Key": key(one)}} for one in ("1", "9")]},
        {None: (6.0, 0)},
        {("a", "1"), ("a", "9")},
        1,
        ONE,
    ),
    "TransactWriteItems": Case(
        "TransactWriteItems",
        {
            "TransactItems": [
                PUT,
                {"Delete": {"TableName": T, "Key": key("1")}},
                {
                    "ConditionCheck": {
                        "TableName": T,
                        "Key": key("2"),
                        "ConditionExpression": "attribute_exists(pk)",
                    }
                },
            ]
        },
        {None: (0, 14.0), "by-g": (0, 5.0), "by-l": (0, 1.0)},
        {("a", "9"), ("a", "1"), ("a", "2")},
        2,
        107 + 2 * ONE + ENTRY + 6,
    ),
    "TransactWriteItems, condition false": Case(
        "TransactWriteItems",
        {"TransactItems": [PUT, {"Delete": {"TableName": T, "Key": key("1"), **FALSE}}]},
        {None: (0, 12.0)},
        {("a", "9"), ("a", "1")},
        None,
        107 + ONE,
        fails="TransactionCanceledException",
    ),
    "Query": Case(
        "Query",
        {
            "TableName": T,
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "a"}},
            "Limit": 1,
        },
        {None: (1.0, 0)},
        {("a", None)},
        1,
        ONE,
        unread=True,
    ),
    "Query of a global index": Case(
        "Query",
        {
            "TableName": T,
            "IndexName": "by-g",
            "KeyConditionExpression": "g = :p",
            "ExpressionAttributeValues": {":p": {"S": "g"}},
        },
        {None: (0, 0), "by-g": (1.0, 0)},
        {("g", None)},
        1,
        ONE,
    ),
    "Query of a local index with a fetch": Case(
        "Query",
        {
            "TableName": T,
            "IndexName": "by-l",
            "Select": "ALL_ATTRIBUTES",
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "a"}},
        },
        {None: (1.0, 0), "by-l": (0.5, 0)},
        {("a", None)},
        1,
        ENTRY + ONE,
    ),
    "Scan": Case("Scan", {"TableName": T}, {None: (1.0, 0)}, {None}, 3, ONE + 12),
    "Scan of a local index": Case(
        "Scan", {"TableName": T, "IndexName": "by-l"}, {None: (0, 0), "by-l": (0.5, 0)}, {None}, 1, ENTRY
    ),
    "SELECT of an item": Case(
        "ExecuteStatement",
        {"Statement": f"{SELECT} WHERE pk = 'a' AND sk = '1'"},
        {None: (1.0, 0)},
        {("a", None)},
        1,
        ONE,
    ),
    "SELECT of everything": Case("ExecuteStatement", {"Statement": SELECT}, {None: (1.0, 0)}, {None}, 3, ONE + 12),
    "SELECT of an index": Case(
        "ExecuteStatement",
        {"Statement": f'SELECT * FROM "{T}"."by-g" WHERE g = \'g\''},
        {None: (0, 0), "by-g": (1.0, 0)},
        {("g", None)},
        1,
        ONE,
    ),
    "INSERT": Case(
        "ExecuteStatement",
        {"Statement": f"INSERT INTO \"{T}\" VALUE {{'pk': 'a', 'sk': '9', 'g': 'g'}}"},
        {None: (0, 1.0), "by-g": (0, 1.0)},
        {("a", "9")},
        1,
        2 * 8,
    ),
    "INSERT of an item that is there": Case(
        "ExecuteStatement",
        {"Statement": f"INSERT INTO \"{T}\" VALUE {{'pk': 'a', 'sk': '1'}}"},
        {None: (0, 5.0)},
        {("a", "1")},
        None,
        ONE,
        fails="DuplicateItemException",
    ),
    "UPDATE": Case(
        "ExecuteStatement",
        {"Statement": f"UPDATE \"{T}\" SET w = 1 WHERE pk = 'a' AND sk = '2'"},
        {None: (0, 1.0)},
        {("a", "2")},
        1,
        6 + 3,
    ),
    "UPDATE, condition false": Case(
        "ExecuteStatement",
        {"Statement": f"UPDATE \"{T}\" SET w = 1 WHERE pk = 'a' AND sk = '1' AND w = 2"},
        {None: (0, 5.0)},
        {("a", "1")},
        None,
        ONE,
        fails="ConditionalCheckFailedException",
    ),
    "DELETE": Case(
        "ExecuteStatement",
        {"Statement": f"DELETE FROM \"{T}\" WHERE pk = 'a' AND sk = '2'"},
        {None: (0, 1.0)},
        {("a", "2")},
        1,
        6,
    ),
    "BatchExecuteStatement, reads": Case(
        "BatchExecuteStatement",
        {"Statements": [{"Statement": f"{SELECT} WHERE pk = 'a' AND sk = '{one}'"} for one in ("1", "9")]},
        {None: (1.5, 0)},
        {("a", "1"), ("a", "9")},
        2,
        ONE,
    ),
    "BatchExecuteStatement, one condition false": Case(
        "BatchExecuteStatement",
        {
            "Statements": [
                {"Statement": f"UPDATE \"{T}\" SET w = 1 WHERE pk = 'a' AND sk = '1' AND w = 2"},
                {"Statement": f"DELETE FROM \"{T}\" WHERE pk = 'a' AND sk = '2'"},
            ]
        },
        {None: (0, 6.0)},
        {("a", "1"), ("a", "2")},
        2,
        ONE + 6,
    ),
    "ExecuteTransaction, reads": Case(
        "ExecuteTransaction",
        {"TransactStatements": [{"Statement": f"{SELECT} WHERE pk = 'a' AND sk = '1'"}]},
        {None: (4.0, 0)},
        {("a", "1")},
        1,
        ONE,
    ),
    "ExecuteTransaction, writes": Case(
        "ExecuteTransaction",
        {"TransactStatements": [{"Statement": f"DELETE FROM \"{T}\" WHERE pk = 'a' AND sk = '2'"}]},
        {None: (0, 2.0)},
        {("a", "2")},
        1,
        6,
    ),
    "ExecuteTransaction, condition false": Case(
        "ExecuteTransaction",
        {"TransactStatements": [{"Statement": f"DELETE FROM \"{T}\" WHERE pk = 'a' AND sk = '1' AND w = 2"}]},
        {None: (0, 10.0)},
        {("a", "1")},
        None,
        ONE,
        fails="TransactionCanceledException",
    ),
}


@pytest.fixture
def account() -> Account:
    account = Account()
    account.call("CreateTable", TableName=T, **DEFINITION)
    account.engine.run_due()
    for one in (item("1", STORED, g="g", l="l"), item("2"), item("3")):
        account.call("PutItem", TableName=T, Item=one)
    return account


def call(account: Account, case: Case) -> DynamoDBError | None:
    """The refusal, None for an answer."""
    try:
        account.call(case.operation, **copy.deepcopy(case.params))
    except DynamoDBError as error:
        return error
    return None


def everything(account: Account) -> Any:
    return account.table(T).items(), account.engine.seq


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_scripted_fault_refuses_it_before_any_effect(account: Account, case: Case) -> None:
    before = everything(account)
    account.engine.scenario.faults.add(Fault(case.operation, internal_server_error, 1, T))
    refusal = call(account, case)
    assert refusal is not None and refusal.code == "InternalServerError"
    assert everything(account) == before
    *_, row = account.engine.scenario.ledger.rows()
    assert (row.operation, row.table, row.reads, row.writes, row.refused) == (
        case.operation,
        T,
        0,
        0,
        "InternalServerError",
    )
    assert account.engine.scenario.calls.entries[-1].units == 0
    call(account, case)
    assert account.engine.scenario.calls.entries[-1].units > 0


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_it_is_charged_to_the_table_and_its_indexes_reads_and_writes_apart(account: Account, case: Case) -> None:
    refusal = call(account, case)
    assert (None if refusal is None else refusal.code) == case.fails
    rows = [row for row in account.engine.scenario.ledger.rows()]
    mine = [row for row in rows if row.at == account.clock.now()][-len(case.used) :]
    assert {row.index_name: (row.reads, row.writes) for row in mine} == case.used
    assert {(row.operation, row.table, row.refused) for row in mine} == {(case.operation, T, case.fails)}
    assert {row.caller.home.region for row in mine} == {"eu-west-1"}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_it_is_recorded_with_keys_index_units_items_and_bytes(account: Account, case: Case) -> None:
    call(account, case)
    entry = account.engine.scenario.calls.entries[-1]
    assert (entry.operation, entry.table, entry.error) == (case.operation, T, case.fails)
    assert {touch.key for touch in entry.touches} == case.keys
    assert {touch.table.name for touch in entry.touches} == {T}
    named = {touch.index_name for touch in entry.touches}
    assert named == {entry.index}
    assert entry.units == sum(reads + writes for reads, writes in case.used.values())
    assert (entry.items, entry.bytes, entry.unread) == (case.items, case.bytes, case.unread)


HOLDABLE: dict[str, Callable[[Any], Any]] = {
    "BatchWriteItem": lambda answer: answer["UnprocessedItems"][T],
    "BatchExecuteStatement": lambda answer: [one["Error"]["Code"] for one in answer["Responses"] if "Error" in one],
}


def test_parts_of_a_batch_that_are_handed_back_are_not_charged(account: Account) -> None:
    from pytest_ddbmock.engine.conflicts import Hold

    table = account.table(T)
    account.engine.scenario.conflicts.add(Hold(table, ("a", "1")))
    case = CASES["BatchWriteItem"]
    answer = account.call("BatchWriteItem", **copy.deepcopy(case.params), **INDEXES)
    assert answer["UnprocessedItems"] == {T: [{"DeleteRequest": {"Key": key("1")}}]}
    assert answer["ConsumedCapacity"] == [{"TableName": T, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}}]
    entry = account.engine.scenario.calls.entries[-1]
    assert (entry.units, entry.items, entry.unread) == (1.0, 1, True)


def test_a_statement_of_a_batch_that_meets_a_held_key_fails_alone_and_costs_nothing(account: Account) -> None:
    from pytest_ddbmock.engine.conflicts import Hold

    account.engine.scenario.conflicts.add(Hold(account.table(T), ("a", "1")))
    case = CASES["BatchExecuteStatement, one condition false"]
    answer = account.call("BatchExecuteStatement", **copy.deepcopy(case.params), **INDEXES)
    codes = Counter(one.get("Error", {}).get("Code") for one in answer["Responses"])
    assert codes == {"TransactionConflict": 1, None: 1}
    assert account.engine.scenario.calls.entries[-1].units == 1.0


@pytest.mark.parametrize("size", [None, 3000])
def test_a_failed_condition_costs_the_same_in_every_family(account: Account, size: int | None) -> None:
    if size is not None:
        account.call("PutItem", TableName=T, Item=item("f", size))
    where = "WHERE pk = 'a' AND sk = 'f' AND w = 2"
    impossible = {"ConditionExpression": "w = :w", "ExpressionAttributeValues": {":w": {"N": "2"}}}
    used = []
    for operation, params in (
        ("DeleteItem", {"TableName": T, "Key": key("f"), **impossible}),
        ("ExecuteStatement", {"Statement": f'DELETE FROM "{T}" {where}'}),
        ("BatchExecuteStatement", {"Statements": [{"Statement": f'DELETE FROM "{T}" {where}'}]}),
        ("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": T, "Key": key("f"), **impossible}}]}),
        ("ExecuteTransaction", {"TransactStatements": [{"Statement": f'DELETE FROM "{T}" {where}'}]}),
    ):
        try:
            account.call(operation, **params)
        except DynamoDBError as error:
            assert error.code in ("ConditionalCheckFailedException", "TransactionCanceledException")
        used.append(account.engine.scenario.calls.entries[-1].units)
    one = 1.0 if size is None else 3.0
    assert used == [one, one, one, 2 * one, 2 * one]


def test_what_a_shard_reader_gets_is_recorded(account: Account) -> None:
    stream = account.call("ListStreams", TableName=T)["Streams"][0]["StreamArn"]
    shard = account.call("DescribeStream", StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = account.call("GetShardIterator", StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    account.call("GetRecords", ShardIterator=iterator["ShardIterator"], Limit=2)
    entry = account.engine.scenario.calls.entries[-1]
    assert (entry.table, entry.items, entry.unread, entry.units) == (T, 2, True, 0)
