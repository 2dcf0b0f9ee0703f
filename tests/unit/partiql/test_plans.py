"""What a WHERE becomes: key ranges, the key of one item, and the condition that is left."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.partiql import reads, writes
from pytest_ddbmock.partiql.parser import parse
from pytest_ddbmock.partiql.statements import Select
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.values.attribute import decode
from pytest_ddbmock.values.item import decode_item

TABLE = KeySchema(("pk",), ("sk",), {"pk": "S", "sk": "N"})
HASH_ONLY = KeySchema(("pk",), (), {"pk": "S"})


def s(text: str) -> tuple[str, str]:
    return ("S", text)


def n(text: str) -> tuple[str, str]:
    return ("N", text)


A = KeyRange((s("a"),))


def read(where: str, keys: KeySchema = TABLE, *parameters: Any) -> reads.Read:
    statement = parse(f"SELECT * FROM T WHERE {where}")
    assert isinstance(statement.body, Select)
    return reads.of_select(statement.body, keys, statement.bind([decode(one) for one in parameters]))


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
def test_a_where_becomes_key_ranges_and_a_remaining_condition(where: str, ranges: Any, left: tuple[str, ...]) -> None:
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


def test_order_by_sorts_partitions_and_reverses_sort_keys() -> None:
    def order(text: str, keys: KeySchema = TABLE) -> tuple[list[Any], bool]:
        found = read(f"pk IN ['b', 'c', 'a'] ORDER BY {text}", keys)
        return [one.partition[0][1] for one in found.ranges or ()], found.reverse

    assert order("pk") == (["a", "b", "c"], False)
    assert order("pk DESC") == (["c", "b", "a"], False)
    assert order("pk, sk DESC") == (["a", "b", "c"], True)
    assert read("pk = 'a' ORDER BY sk DESC").reverse


@pytest.mark.parametrize(
    "where",
    [
        "pk = 'a' AND x = 1 OR pk = 'a' AND sk = 2",
        "pk = 'a' AND x <> 1 OR pk = 'a' AND sk = 2",
        "pk = 'a' AND sk = 2 OR pk = 'a'",
        "pk = 'a' AND sk = 2 OR pk = 'a' AND sk = 2 AND x = 1",
        "pk = 'a' AND sk > 2 OR pk = 'a' AND sk = 3",
        "pk = 'a' AND sk >= 2 OR pk = 'a' AND sk <= 2",
        "pk = 'a' AND sk BETWEEN 1 AND 3 OR pk = 'a' AND sk BETWEEN 3 AND 4",
        "pk = 'a' AND sk < 2 OR sk < 1 AND pk = 'a'",
        "pk = 'b' OR pk = 'a' AND sk = 1 OR pk IN ['c', 'a']",
        "(pk = 'a' AND x = 1 OR pk = 'a' AND sk = 2) AND y = 1",
        "pk = ? AND x = 1 OR pk = ? AND sk = 2",
    ],
)
def test_branches_of_an_or_must_not_read_the_same_sort_keys(where: str) -> None:
    parameters = [{"S": "a"}] * where.count("?")
    with pytest.raises(DynamoDBError) as caught:
        read(where, TABLE, *parameters)
    assert caught.value.message == "Overlapping conditions with range keys are not supported in where clause"


@pytest.mark.parametrize(
    "where, keys",
    [
        ("pk = 'a' AND NOT sk = 1 OR pk = 'a' AND x = 1", TABLE),
        ("pk = 'a' AND NOT sk IN [1, 2] OR pk = 'a'", TABLE),
        ("pk = 'a' AND sk <> 1 OR pk = 'a' AND NOT sk > 5", TABLE),
        ("pk = 'a' AND NOT begins_with(s, 'x') OR pk = 'a'", TABLE),
        ("pk = 'a' AND sk < 2 OR pk = 'a' AND sk >= 2", TABLE),
        ("pk = 'a' AND sk = 1 OR pk = 'a' AND sk = 2", TABLE),
        ("pk = 'a' AND sk = 1 OR pk = 'b' AND sk = 1", TABLE),
        ("pk = 'a' AND sk = 1 OR pk = 'b'", TABLE),
        ("pk = 'a' AND x = 1 OR pk = 'a' AND y = 2", HASH_ONLY),
    ],
)
def test_branches_of_an_or_that_read_other_sort_keys_or_all_run(where: str, keys: KeySchema) -> None:
    found = read(where, keys)
    assert found.ranges is not None and found.ranges[0] == A and found.condition is not None


@pytest.mark.parametrize(
    "where, key",
    [
        ("pk = 'a' AND sk = 1 AND x = 2", {"pk": {"S": "a"}, "sk": {"N": "1"}}),
        ("attribute_exists(x) AND sk = 1 AND pk = 'a'", {"pk": {"S": "a"}, "sk": {"N": "1"}}),
        ("pk = 'a' AND sk = 1", None),
        ("pk = 'a' AND x = 2", None),
        ("x = 2", None),
    ],
)
def test_exists_checks_one_item_under_a_condition(where: str, key: Any) -> None:
    statement = parse(f"EXISTS(SELECT * FROM T WHERE {where})")
    if key is None:
        with pytest.raises(
            DynamoDBError, match=r"EXISTS\(\) must contain a single item read with additional condition"
        ):
            writes.of_write(statement, TABLE, statement.bind([]))
        return
    check = writes.of_write(statement, TABLE, statement.bind([]))
    assert isinstance(check, writes.Check) and check.key == decode_item(key)
    assert check.condition.names == ("x",)


@pytest.mark.parametrize("value", [{"S": "x"}, {"L": [{"S": "x"}]}, {"N": "1"}])
def test_a_parameter_of_set_add_must_be_a_set(value: Any) -> None:
    statement = parse("UPDATE T SET tags = set_add(tags, ?) WHERE pk = 'a' AND sk = 1")
    with pytest.raises(DynamoDBError) as caught:
        writes.of_write(statement, TABLE, statement.bind([decode(value)]))
    assert caught.value.message == "The second argument to SET_ADD must be a value with type SET at 1:29:4"
    writes.of_write(statement, TABLE, statement.bind([decode({"SS": ["x"]})]))


@pytest.mark.parametrize("nested", ["NOT " * 299 + "x = 1", "(x = 1 OR " * 149 + "x = 1" + ")" * 149])
def test_conditions_nest_as_deep_as_operators_allow(nested: str) -> None:
    assert read(nested).condition is not None


@pytest.mark.parametrize(
    "where, message",
    [
        ("pk = 1", "Condition parameter type does not match schema type"),
        ("pk = 'a' AND sk = 'x'", "Condition parameter type does not match schema type"),
        ("pk = 'a' AND begins_with(sk, 1)", "operator or function: begins_with, operand type: N"),
        (
            "pk = 'a' AND begins_with(sk, 1) OR pk = 'a' AND sk = 1",
            "operator or function: begins_with, operand type: N",
        ),
        ("pk = 'a' AND sk < [1] OR pk = 'a' AND sk = 1", "operator or function: <, operand type: L"),
        ("pk = 'a' AND sk BETWEEN 1 AND 'x' OR pk = 'a' AND sk = 1", "BETWEEN operator requires same data type"),
        ("pk = ''", "cannot contain an empty string value"),
        (f"pk = '{'x' * 2049}'", "Size of hashkey has exceeded the maximum size limit"),
        ("x > [1]", "operator or function: >, operand type: L"),
        ("x = x", "The first operand must be distinct from the remaining operands"),
        ("attribute_type(x, 'T')", "Invalid attribute type name found; type: T"),
        ("attribute_exists('x')", "requires a document path; operator or function: attribute_exists"),
        ("attribute_not_exists(1)", "requires a document path; operator or function: attribute_not_exists"),
        ("attribute_exists()", "operator or function: attribute_exists, number of operands: 0"),
        ("attribute_exists(x, y)", "operator or function: attribute_exists, number of operands: 2"),
        ("begins_with(x)", "operator or function: begins_with, number of operands: 1"),
    ],
)
def test_conditions_that_are_refused_without_naming_a_parameter(where: str, message: str) -> None:
    with pytest.raises(DynamoDBError) as caught:
        read(where)
    assert message in str(caught.value.message) and "Invalid PartiQL" not in str(caught.value.message)


def test_leaf_names_of_a_select_list() -> None:
    item = decode_item({"a": {"M": {"b": {"L": [{"L": [{"N": "7"}]}]}, "c": {"N": "1"}}}})
    leaves = reads.Leaves([("a", "b", 0, 0), ("a", "c"), ("a", "gone"), ("gone",)])
    assert leaves.apply(item) == {"b[0][0]": ("N", "7"), "c": ("N", "1")}
