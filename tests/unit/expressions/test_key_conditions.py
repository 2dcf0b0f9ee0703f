"""Key conditions: what is refused with and without a table, and the key range that they mean."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.key_condition import KeyCondition, KeyRange, KeyTest, key_range
from pytest_ddbmock.expressions.placeholders import Placeholders

VALUES: dict[str, Any] = {
    ":s": {"S": "x"},
    ":t": {"S": "y"},
    ":n": {"N": "1"},
    ":m": {"N": "2"},
    ":bool": {"BOOL": True},
    ":empty": {"S": ""},
    ":none": {"B": b""},
    ":long": {"S": "é" * 1025},
    ":longish": {"S": "a" * 1025},
}
S, T, N, M = ("S", "x"), ("S", "y"), ("N", "1"), ("N", "2")
TYPES = {"pk": "S", "sk": "S", "num": "N", "bin": "B", "h1": "S", "h2": "N", "r1": "S", "r2": "N", "r3": "S"}


def read(text: str) -> tuple[KeyTest, ...]:
    return KeyCondition(text, Placeholders({"#p": "pk"}, VALUES)).tests()


def range_of(text: str, *range_keys: str, hash_keys: tuple[str, ...] = ("pk",)) -> KeyRange:
    return key_range(read(text), hash_keys=hash_keys, range_keys=range_keys, types=TYPES)


def refusal(text: str, *range_keys: str, hash_keys: tuple[str, ...] = ("pk",)) -> str | None:
    with pytest.raises(DynamoDBError) as refused:
        range_of(text, *range_keys, hash_keys=hash_keys)
    assert refused.value.code == "ValidationException"
    return refused.value.message


# ---- without a table


@pytest.mark.parametrize(
    "text, tests",
    [
        ("pk = :s", [KeyTest("pk", "=", (S,))]),
        ("#p = :s", [KeyTest("pk", "=", (S,))]),
        (":s = pk", [KeyTest("pk", "=", (S,))]),
        ("(pk = :s)", [KeyTest("pk", "=", (S,))]),
        ("pk = :s AND sk > :t", [KeyTest("pk", "=", (S,)), KeyTest("sk", ">", (T,))]),
        ("(sk <= :t) and (pk = :s)", [KeyTest("sk", "<=", (T,)), KeyTest("pk", "=", (S,))]),
        ("pk = :s AND :t <= sk", [KeyTest("pk", "=", (S,)), KeyTest("sk", ">=", (T,))]),
        ("pk = :s AND :t > sk", [KeyTest("pk", "=", (S,)), KeyTest("sk", "<", (T,))]),
        ("pk = :s AND sk BETWEEN :s AND :t", [KeyTest("pk", "=", (S,)), KeyTest("sk", "BETWEEN", (S, T))]),
        ("pk = :s AND begins_with(sk, :t)", [KeyTest("pk", "=", (S,)), KeyTest("sk", "begins_with", (T,))]),
        (
            "pk = :s AND (sk = :t AND num = :n)",
            [KeyTest("pk", "=", (S,)), KeyTest("sk", "=", (T,)), KeyTest("num", "=", (N,))],
        ),
    ],
)
def test_key_conditions_are_read(text: str, tests: list[KeyTest]) -> None:
    assert read(text) == tuple(tests)


ONE_PER_KEY = "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
NOT_ALLOWED = "Invalid operator used in KeyConditionExpression: "
PREFIX = "Invalid KeyConditionExpression: "
CONDITION = f"{PREFIX}Invalid condition in KeyConditionExpression: "


@pytest.mark.parametrize(
    "text, message",
    [
        ("pk = :s OR sk = :t", NOT_ALLOWED + "OR"),
        ("pk = :s AND (sk = :t OR sk = :s)", NOT_ALLOWED + "OR"),
        ("NOT pk = :s", NOT_ALLOWED + "NOT"),
        ("pk = :s AND NOT sk = :t", NOT_ALLOWED + "NOT"),
        ("pk IN (:s)", NOT_ALLOWED + "IN"),
        ("pk <> :s", NOT_ALLOWED + "<>"),
        ("attribute_exists(pk)", NOT_ALLOWED + "attribute_exists"),
        ("attribute_not_exists(pk)", NOT_ALLOWED + "attribute_not_exists"),
        ("pk = :s AND contains(sk, :t)", NOT_ALLOWED + "contains"),
        ("size(pk) = :n", "KeyConditionExpressions cannot contain nested operations"),
        ("pk = :s AND sk BETWEEN size(a) AND :n", "KeyConditionExpressions cannot contain nested operations"),
        (
            "pk = :s AND :t BETWEEN sk AND :t",
            CONDITION + "BETWEEN operator must have the key attribute as its first operand",
        ),
        (
            "pk = :s AND begins_with(:t, sk)",
            CONDITION + "begins_with operator must have the key attribute as its first operand",
        ),
        ("pk = sk", CONDITION + "Multiple attribute names used in one condition"),
        ("pk = :s AND sk BETWEEN :s AND a", CONDITION + "Multiple attribute names used in one condition"),
        (":s = :t", CONDITION + "No key attribute specified"),
        (
            "pk.a = :s",
            PREFIX + "KeyConditionExpressions cannot have conditions on nested attributes",
        ),
        (
            "pk = :s AND sk[0] = :s",
            PREFIX + "KeyConditionExpressions cannot have conditions on nested attributes",
        ),
        ("pk = :s AND pk = :t", ONE_PER_KEY),
        ("pk = :s AND sk > :s AND sk < :t", ONE_PER_KEY),
        ("pk = :s AND sk > :s AND pk = :s AND num = :n", ONE_PER_KEY),
        ("pk = :s AND #p = :t", ONE_PER_KEY),
        ("pk = :s AND (sk BETWEEN :s AND :t AND begins_with(sk, :t))", ONE_PER_KEY),
        (
            "pk = :s AND sk BETWEEN :t AND :s",
            "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to "
            "lower bound; lower bound operand: AttributeValue: {S:y}, upper bound operand: AttributeValue: {S:x}",
        ),
        (
            "pk = :s AND begins_with(sk, :n)",
            "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: "
            "begins_with, operand type: N",
        ),
        (
            "pk = :s AND sk > :bool",
            "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: "
            ">, operand type: BOOL",
        ),
        ("pk = :s OR begins_with(sk, :n)", "Invalid KeyConditionExpression: Incorrect operand type for operator or "
         "function; operator or function: begins_with, operand type: N"),
    ],
)  # fmt: skip
def test_what_is_no_key_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        read(text)
    assert refused.value.message == message


# ---- with a table


@pytest.mark.parametrize(
    "text, range_keys, result",
    [
        ("pk = :s", [], KeyRange((S,))),
        ("pk = :s", ["sk"], KeyRange((S,))),
        ("sk = :t AND pk = :s", ["sk"], KeyRange((S,), (T,))),
        ("pk = :s AND sk > :t", ["sk"], KeyRange((S,), (), ">", (T,))),
        ("pk = :s AND sk BETWEEN :s AND :t", ["sk"], KeyRange((S,), (), "BETWEEN", (S, T))),
        ("pk = :s AND begins_with(sk, :t)", ["sk"], KeyRange((S,), (), "begins_with", (T,))),
        ("pk = :s AND num <= :n", ["num"], KeyRange((S,), (), "<=", (N,))),
    ],
)
def test_key_ranges(text: str, range_keys: list[str], result: KeyRange) -> None:
    assert range_of(text, *range_keys) == result


@pytest.mark.parametrize(
    "text, result",
    [
        ("h1 = :s AND h2 = :n", KeyRange((S, N))),
        ("h2 = :n AND h1 = :s AND r1 = :t", KeyRange((S, N), (T,))),
        ("r1 = :t AND h2 = :n AND h1 = :s AND r2 = :m", KeyRange((S, N), (T, M))),
        ("h1 = :s AND h2 = :n AND r1 = :t AND r2 >= :m", KeyRange((S, N), (T,), ">=", (M,))),
        ("h1 = :s AND h2 = :n AND begins_with(r1, :t)", KeyRange((S, N), (), "begins_with", (T,))),
        (
            "h1 = :s AND h2 = :n AND r1 = :t AND r2 = :m AND r3 BETWEEN :s AND :t",
            KeyRange((S, N), (T, M), "BETWEEN", (S, T)),
        ),
    ],
)
def test_key_ranges_of_keys_of_several_attributes(text: str, result: KeyRange) -> None:
    assert range_of(text, "r1", "r2", "r3", hash_keys=("h1", "h2")) == result


TOO_MANY = "The number of query conditions ({}) exceeds the number of key attributes defined in the schema ({})"
MISSED = "Query condition missed key schema element: "
TYPE = "One or more parameter values were invalid: Condition parameter type does not match schema type"
EMPTY = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "


@pytest.mark.parametrize(
    "text, range_keys, message",
    [
        ("pk = :s AND sk = :t AND num = :n", ["sk"], TOO_MANY.format(3, 2)),
        ("sk = :t AND num = :n AND a = :s AND b = :s", ["sk"], TOO_MANY.format(4, 2)),
        ("pk = :s AND a = :t", [], TOO_MANY.format(2, 1)),
        ("sk = :t", ["sk"], MISSED + "pk"),
        ("a = :t", [], MISSED + "pk"),
        ("pk > :s", ["sk"], "Query key condition not supported"),
        ("begins_with(pk, :s) AND sk = :t", ["sk"], "Query key condition not supported"),
        ("pk = :s AND a = :t", ["sk"], MISSED + "sk"),
        ("pk = :n", [], TYPE),
        ("pk = :bool", [], TYPE),
        ("pk = :s AND sk BETWEEN :n AND :m", ["sk"], TYPE),
        ("pk = :s AND begins_with(num, :s)", ["num"], TYPE),
        ("pk = :empty", [], EMPTY + "string value. Key: pk"),
        ("pk = :s AND sk >= :empty", ["sk"], EMPTY + "string value. Key: sk"),
        ("pk = :s AND sk BETWEEN :empty AND :s", ["sk"], EMPTY + "string value. Key: sk"),
        ("pk = :s AND bin = :none", ["bin"], EMPTY + "binary value. Key: bin"),
        (
            "pk = :long",
            [],
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
            "bytes",
        ),
        (
            "pk = :s AND sk < :longish",
            ["sk"],
            "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit "
            "of 1024 bytes",
        ),
    ],
)
def test_conditions_that_the_key_schema_cannot_follow_are_refused(
    text: str, range_keys: list[str], message: str
) -> None:
    assert refusal(text, *range_keys) == message


EQUALITY = "must have equality conditions specified in the query"
GAP = "must have equality conditions specified in the query because a condition is present on key attribute "


@pytest.mark.parametrize(
    "text, message",
    [
        ("h1 = :s", f"HASH key attributes h2 {EQUALITY}"),
        ("h2 = :n AND r1 = :s", f"HASH key attributes h1 {EQUALITY}"),
        ("h1 = :s AND h2 > :n", f"HASH key attributes h2 {EQUALITY}"),
        ("h1 = :s AND h2 BETWEEN :n AND :m", f"HASH key attributes h2 {EQUALITY}"),
        ("begins_with(h1, :s) AND h2 = :n", f"HASH key attributes h1 {EQUALITY}"),
        ("r1 = :s AND r3 = :s", f"HASH key attributes h1, h2 {EQUALITY}"),
        ("a = :s", f"HASH key attributes h1, h2 {EQUALITY}"),
        ("h1 = :s AND h2 = :n AND r2 = :n", f"RANGE key attributes r1 {GAP}r2"),
        ("h1 = :s AND h2 = :n AND r1 > :s AND r2 = :n", f"RANGE key attributes r1 {GAP}r2"),
        ("h1 = :s AND h2 = :n AND r3 = :s", f"RANGE key attributes r1, r2 {GAP}r3"),
        ("h1 = :s AND h2 = :n AND r1 BETWEEN :s AND :t AND r3 = :s", f"RANGE key attributes r1, r2 {GAP}r3"),
        ("h1 = :s AND h2 = :n AND a = :s", MISSED + "r1"),
        ("h1 = :s AND h2 = :n AND r1 = :s AND r2 = :n AND r3 = :s AND a = :s", TOO_MANY.format(6, 5)),
    ],
)
def test_keys_of_several_attributes_are_fixed_from_left_to_right(text: str, message: str) -> None:
    assert refusal(text, "r1", "r2", "r3", hash_keys=("h1", "h2")) == message


def test_an_operator_without_an_index_order_is_refused() -> None:
    tests = [KeyTest("pk", "=", (S,)), KeyTest("sk", "CONTAINS", (T,))]
    with pytest.raises(DynamoDBError) as refused:
        key_range(tests, hash_keys=["pk"], range_keys=["sk"], types=TYPES)
    assert refused.value.message == "Attempted conditional constraint is not an indexable operation"


@pytest.mark.parametrize(
    "text, found",
    [
        ("pk = :undefined AND begins_with(sk, :n)", ":undefined"),
        ("begins_with(sk, :n) AND pk = :undefined", "begins_with"),
        ("sk BETWEEN :t AND :s AND pk = :undefined", "BETWEEN"),
        ("sk BETWEEN :undefined AND :s AND pk > :bool", ":undefined"),
        ("#undefined = :s AND sk < :bool", "#undefined"),
        ("sk < :bool AND #undefined = :s", "BOOL"),
        (":bool <= sk AND pk = :undefined", "BOOL"),
        ("pk = :s OR sk = :undefined", ":undefined"),
    ],
)
def test_clauses_are_checked_one_after_the_other_in_the_order_of_the_text(text: str, found: str) -> None:
    with pytest.raises(DynamoDBError) as refused:
        read(text)
    assert found in str(refused.value.message)
