"""What a WHERE becomes: key ranges, the key of one item, and the condition that is left."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.partiql import plan
from pytest_ddbmock.partiql.parser import parse
from pytest_ddbmock.partiql.statements import Select
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.values.attribute import decode
from pytest_ddbmock.values.item import decode_item

TABLE = KeySchema(("pk",), ("sk",), {"pk": "S", "sk": "N"})
HASH_ONLY = KeySchema(("pk",), (), {"pk": "S"})
WIDE = KeySchema(("h1", "h2"), ("r1", "r2"), {"h1": "S", "h2": "S", "r1": "N", "r2": "S"})


def s(text: str) -> tuple[str, str]:
    return ("S", text)


def n(text: str) -> tuple[str, str]:
    return ("N", text)


A = KeyRange((s("a"),))


def read(where: str, keys: KeySchema = TABLE, *parameters: Any) -> plan.Read:
    statement = parse(f"SELECT * FROM T WHERE {where}")
    assert isinstance(statement.body, Select)
    return plan.of_select(statement.body, keys, statement.bind([decode(one) for one in parameters]))


@pytest.mark.parametrize(
    "where, ranges, left",
    [
        ("pk = 'a'", (A,), ()),
        ("'a' = pk", (A,), ()),
        ('"pk" = ? AND a = 1', (A,), ("a",)),
        ("pk = 'a' AND sk = 1", (KeyRange((s("a"),), (n("1"),)),), ()),
        ("sk = 1 AND pk = 'a'", (KeyRange((s("a"),), (n("1"),)),), ()),
        ("pk = 'a' AND sk > 1", (KeyRange((s("a"),), (), ">", (n("1"),)),), ()),
        ("pk = 'a' AND 1 > sk", (KeyRange((s("a"),), (), "<", (n("1"),)),), ()),
        ("pk = 'a' AND sk > 1 AND sk < 5", (KeyRange((s("a"),), (), ">", (n("1"),)),), ("sk",)),
        ("pk = 'a' AND sk > 1 AND sk = 5", (KeyRange((s("a"),), (n("5"),)),), ("sk",)),
        ("pk = 'a' AND sk BETWEEN 1 AND 2", (KeyRange((s("a"),), (), "BETWEEN", (n("1"), n("2"))),), ()),
        ("pk = 'a' AND sk <> 1", (A,), ("sk",)),
        ("pk = 'a' AND sk IN [1, 2]", (A,), ("sk",)),
        ("pk = 'a' AND (sk = 1 OR sk = 2)", (A,), ("sk", "sk")),
        ("pk = 'a' AND NOT sk = 1", (A,), ("sk",)),
        ("pk = 'a' AND sk = other", (A,), ("sk", "other")),
        ("pk = 'a' AND sk.x = 1", (A,), ("sk",)),
        ("pk = 'a' AND pk = 'b'", (A,), ("pk",)),
        ("pk IN ['b', 'a', 'b']", (KeyRange((s("b"),)), A), ("pk",)),
        ("pk IN ['a'] AND sk = 1", (KeyRange((s("a"),), (n("1"),)),), ("pk",)),
        ("pk = 'a' OR pk = 'a'", (A,), ("pk", "pk")),
        ("pk = 'a' OR (pk = 'a' AND x = 1)", (A,), ("pk", "pk", "x")),
        ("pk IN []", (), ("pk",)),
        ("pk = 'a' OR sk = 1", None, ("pk", "sk")),
        ("pk > 'a'", None, ("pk",)),
        ("pk = other", None, ("pk", "other")),
        ("NOT pk = 'a'", None, ("pk",)),
        ("sk = 1", None, ("sk",)),
        ("pk IN ['a', x]", None, ("pk", "x")),
    ],
)
def test_a_where_becomes_key_ranges_and_what_is_left(where: str, ranges: Any, left: tuple[str, ...]) -> None:
    found = read(where, TABLE, *([{"S": "a"}] if "?" in where else []))
    assert found.ranges == ranges
    assert (() if found.condition is None else tuple(path[0] for path in found.condition.paths)) == left


@pytest.mark.parametrize(
    "where, keys, key",
    [
        ("pk = 'a' AND sk = 1", TABLE, {"pk": {"S": "a"}, "sk": {"N": "1"}}),
        ("pk = 'a' AND sk = 1 AND x = 2", TABLE, {"pk": {"S": "a"}, "sk": {"N": "1"}}),
        ("pk = 'a'", HASH_ONLY, {"pk": {"S": "a"}}),
        ("pk IN ['a']", HASH_ONLY, {"pk": {"S": "a"}}),
        ("pk = 'a'", TABLE, None),
        ("pk IN ['a', 'b']", HASH_ONLY, None),
        ("x = 1", HASH_ONLY, None),
    ],
)
def test_a_full_key_means_one_item(where: str, keys: KeySchema, key: Any) -> None:
    assert read(where, keys).key == (None if key is None else decode_item(key))


@pytest.mark.parametrize(
    "where, ranges",
    [
        ("h1 = 'a' AND h2 = 'b'", (KeyRange((s("a"), s("b"))),)),
        ("h2 = 'b' AND h1 = 'a' AND r1 = 1 AND r2 > 'x'", (KeyRange((s("a"), s("b")), (n("1"),), ">", (s("x"),)),)),
        ("h1 = 'a' AND h2 IN ['b', 'c']", (KeyRange((s("a"), s("b"))), KeyRange((s("a"), s("c"))))),
        ("h1 = 'a' AND h2 = 'b' AND r2 = 'x'", (KeyRange((s("a"), s("b"))),)),
        ("h1 = 'a'", None),
        ("h1 = 'a' AND h2 > 'b'", None),
    ],
)
def test_keys_of_several_attributes(where: str, ranges: Any) -> None:
    assert read(where, WIDE).ranges == ranges


def test_what_fixes_no_partition_is_all_left() -> None:
    condition = read("h1 = 'a' AND x = 1", WIDE).condition
    assert condition is not None and condition.names == ("h1", "x")


def test_directions() -> None:
    def order(text: str, keys: KeySchema = TABLE) -> tuple[list[Any], bool]:
        found = read(f"pk IN ['b', 'c', 'a'] ORDER BY {text}", keys)
        return [one.partition[0][1] for one in found.ranges or ()], found.reverse

    assert order("pk") == (["a", "b", "c"], False)
    assert order("pk DESC") == (["c", "b", "a"], False)
    assert order("pk, sk DESC") == (["a", "b", "c"], True)
    assert read("pk = 'a' ORDER BY sk DESC").reverse
    with pytest.raises(NotImplementedByMock, match="ORDER BY in two directions"):
        read("h1 = 'a' AND h2 = 'b' ORDER BY r1, r2 DESC", WIDE)


@pytest.mark.parametrize(
    "where, message",
    [
        ("pk = 1", "Condition parameter type does not match schema type"),
        ("pk = 'a' AND sk = 'x'", "Condition parameter type does not match schema type"),
        ("pk = 'a' AND begins_with(sk, 1)", "operator or function: begins_with, operand type: N"),
        ("pk = ''", "cannot contain an empty string value"),
        (f"pk = '{'x' * 2049}'", "Size of hashkey has exceeded the maximum size limit"),
        ("x > [1]", "operator or function: >, operand type: L"),
        ("x = x", "The first operand must be distinct from the remaining operands"),
        ("attribute_type(x, 'T')", "Invalid attribute type name found; type: T"),
    ],
)
def test_conditions_that_are_refused_without_naming_a_parameter(where: str, message: str) -> None:
    with pytest.raises(DynamoDBError) as caught:
        read(where)
    assert message in str(caught.value.message) and "Invalid PartiQL" not in str(caught.value.message)


def test_leaf_names_of_a_select_list() -> None:
    item = decode_item({"a": {"M": {"b": {"L": [{"L": [{"N": "7"}]}]}, "c": {"N": "1"}}}})
    leaves = plan.Leaves([("a", "b", 0, 0), ("a", "c"), ("a", "gone"), ("gone",)])
    assert leaves.apply(item) == {"b[0][0]": ("N", "7"), "c": ("N", "1")}
