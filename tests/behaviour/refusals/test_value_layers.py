"""Bad values wherever a request can hold one: two layers of the service check them, in words of their own."""

# ruff: noqa: E501  # a row of a table stands in one line
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.refusals import KEY, VALIDATION, VIOLATED, names, values

OOMPV = "One or more parameter values were invalid: "
NOT_A_NUMBER = "The parameter cannot be converted to a numeric value"
TOO_LARGE = "Number overflow. Attempting to store a number with magnitude larger than supported range"
TOO_SMALL = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
NESTED = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)
EMPTY_NAME = "Empty attribute name"
NAME_TOO_LONG = "Attribute name is too large, must be less than 65536 bytes"


def deep(wrappings: int, kinds: str = "M", innermost: Any = None) -> Any:
    """A value inside so many maps and lists, by turns."""
    value = innermost or {"S": "x"}
    for number in range(wrappings):
        value = {"M": {"m": value}} if kinds[number % len(kinds)] == "M" else {"L": [value]}
    return value


def same(value: Any, text: str) -> tuple[Any, str, str]:
    return value, text, text


BAD_VALUES = [
    same({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    same(
        {"S": "a", "NULL": False},
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    ),
    same({"S": "a", "N": "b"}, f"{NOT_A_NUMBER}: b"),
    same({"NULL": False}, f"{OOMPV}Null attribute value types must have the value of true"),
    same({"SS": []}, f"{OOMPV}An string set  may not be empty"),
    same({"NS": []}, f"{OOMPV}An number set  may not be empty"),
    same({"BS": []}, f"{OOMPV}Binary sets should not be empty"),
    ({"N": ""}, f"{NOT_A_NUMBER}: ", NOT_A_NUMBER),
    ({"NS": ["1", ""]}, f"{NOT_A_NUMBER}: ", NOT_A_NUMBER),
    same({"N": "1 "}, f"{NOT_A_NUMBER}: 1 "),
    same({"N": " 1"}, f"{NOT_A_NUMBER}:  1"),
    same({"N": "NaN"}, f"{NOT_A_NUMBER}: NaN"),
    same({"NS": ["1", "0x10"]}, f"{NOT_A_NUMBER}: 0x10"),
    same({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
    same({"N": "1e126"}, TOO_LARGE),
    same({"N": "-1e126"}, TOO_LARGE),
    same({"N": "1e-131"}, TOO_SMALL),
    same({"N": "0e126"}, TOO_LARGE),  # Unsure: the old layer
    same({"N": "0e-131"}, TOO_SMALL),
    ({"N": "1e2147483647"}, TOO_LARGE, TOO_SMALL),
    ({"N": "1e2147483648"}, TOO_LARGE, f"{NOT_A_NUMBER}: 1e2147483648"),
    ({"N": "1e99999999999"}, TOO_LARGE, f"{NOT_A_NUMBER}: 1e99999999999"),
    ({"NS": ["1e-99999999999"]}, TOO_SMALL, f"{NOT_A_NUMBER}: 1e-99999999999"),
    same({"N": "1e9223372036854775808"}, f"{NOT_A_NUMBER}: 1e9223372036854775808"),
    (
        {"SS": ["b", "a", "b"]},
        f'{OOMPV}Input collection ["a", "b", "b"] contains duplicates.',
        f"{OOMPV}Input collection [b, a, b] contains duplicates.",
    ),
    (
        {"BS": [b"\xff", b"\x00", b"\x00"]},
        f'{OOMPV}Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
        f"{OOMPV}Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
    ),
    (
        {"NS": ["2", "1", "2.0"]},
        f"{OOMPV}Input collection contains duplicates.",
        "Input collection contains duplicates",
    ),
    same(deep(32, "M"), NESTED),
    same(deep(32, "L"), NESTED),
    same(deep(32, "LM", {"M": {}}), NESTED),
    same({"M": {"a": {"S": "x"}, "": {"S": "x"}}}, EMPTY_NAME),
    same({"L": [{"M": {"": {"S": "x"}}}]}, EMPTY_NAME),
    same({"M": {"n" * 65_536: {"S": "x"}}}, NAME_TOO_LONG),
    same({"L": [{"M": {"a": {"M": {"é" * 32_768: {"S": "x"}}}}}]}, NAME_TOO_LONG),
]
"""Values with what the new and the old layer say of them."""


def inside(value: Any) -> list[Any]:
    """The value by itself, in a list and in a map."""
    return [value, {"L": [{"S": "x"}, value]}, {"M": {"m": value}}]


def compared(value: Any) -> Any:
    return {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [value]}}


@pytest.fixture
def told(client: Any, tables: Any) -> Callable[..., str]:
    """Makes a call that must be refused; gives `Code: message`. (`refused` looks at every table, which takes longer.)"""

    def told(method: str, **params: Any) -> str:
        with pytest.raises(ClientError) as caught:
            getattr(client, method)(**params)
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"

    return told


CONDITION = {"ConditionExpression": "a = :v"}
QUERY = {"KeyConditionExpression": "pk = :p"}

Make = Callable[[Any], dict[str, Any]]

ENVELOPED: list[tuple[str, Make]] = [
    ("put_item", lambda value: {"Item": {**KEY, "a": value}}),
    ("put_item", lambda value: {"Item": {**KEY, "sk": value}}),
    ("put_item", lambda value: {"Item": KEY, "Expected": {"a": {"Value": value}}}),
    ("put_item", lambda value: {"Item": KEY, "Expected": compared(value)}),
    ("put_item", lambda value: {"Item": KEY, **CONDITION, **values(v=value)}),
    ("update_item", lambda value: {"Key": {**KEY, "sk": value}}),
    ("update_item", lambda value: {"Key": KEY, "AttributeUpdates": {"a": {"Value": value}}}),
    ("update_item", lambda value: {"Key": KEY, "AttributeUpdates": {"a": {"Value": value, "Action": "ADD"}}}),
    ("update_item", lambda value: {"Key": KEY, "Expected": {"a": {"Value": value}}}),
    ("update_item", lambda value: {"Key": KEY, "UpdateExpression": "SET a = :v", **values(v=value)}),
    ("update_item", lambda value: {"Key": KEY, **CONDITION, **values(v=value)}),
    ("delete_item", lambda value: {"Key": {**KEY, "sk": value}}),
    ("delete_item", lambda value: {"Key": KEY, "Expected": {"a": {"Value": value}}}),
    ("delete_item", lambda value: {"Key": KEY, **CONDITION, **values(v=value)}),
]
NEW_AND_BARE: list[tuple[str, Make]] = [
    ("get_item", lambda value: {"Key": {**KEY, "sk": value}}),
    ("query", lambda value: {"KeyConditionExpression": "pk = :v", **values(v=value)}),
    ("query", lambda value: {**QUERY, "FilterExpression": "a = :v", **values(p="a", v=value)}),
    ("query", lambda value: {"KeyConditions": {"pk": compared(value)["a"]}}),
    ("query", lambda value: {"QueryFilter": compared(value), "KeyConditions": {"pk": compared({"S": "a"})["a"]}}),
]


@pytest.mark.parametrize("method, make", ENVELOPED)
def test_put_update_and_delete_use_the_new_layer(told: Any, method: str, make: Make) -> None:
    for value, new, _ in BAD_VALUES:
        for placed in inside(value):
            for table in ("full", "absent"):
                assert told(method, TableName=table, **make(placed)) == f"{VIOLATED}{new}", placed


@pytest.mark.parametrize("method, make", NEW_AND_BARE)
def test_get_and_query_use_the_new_layer(told: Any, method: str, make: Make) -> None:
    for value, new, _ in BAD_VALUES:
        for placed in inside(value):
            for table in ("full", "absent"):
                assert told(method, TableName=table, **make(placed)) == f"{VALIDATION}{new}", placed


def test_batch_get_uses_the_new_layer(told: Any) -> None:
    for value, new, _ in BAD_VALUES:
        for placed in inside(value):
            wanted = {"full": {"Keys": [KEY, {**KEY, "sk": placed}]}}
            assert told("batch_get_item", RequestItems=wanted) == f"{VALIDATION}{new}", placed


@pytest.mark.parametrize(
    "method, make",
    [
        ("batch_write_item", lambda value: {"RequestItems": {"full": [{"PutRequest": {"Item": {**KEY, "a": value}}}]}}),
        ("batch_write_item", lambda value: {"RequestItems": {"full": [{"DeleteRequest": {"Key": {**KEY, "sk": value}}}]}}),
        ("transact_write_items", lambda value: acts("Put", Item={**KEY, "a": value})),
        ("transact_write_items", lambda value: acts("Delete", Key={**KEY, "sk": value})),
        ("transact_write_items", lambda value: acts("Update", Key={**KEY, "sk": value}, UpdateExpression="REMOVE a")),
        ("transact_write_items", lambda value: acts("ConditionCheck", Key={**KEY, "sk": value}, **EXISTS)),
        ("transact_get_items", lambda value: acts("Get", Key={**KEY, "sk": value})),
        ("scan", lambda value: {"TableName": "full", "ScanFilter": compared(value)}),
    ],
)  # fmt: skip
def test_batch_writes_transactions_and_scans_use_the_old_layer(told: Any, method: str, make: Make) -> None:
    for value, _, old in BAD_VALUES:
        for placed in inside(value):
            assert told(method, **make(placed)) == f"{VALIDATION}{old}", placed


EXISTS = {"ConditionExpression": "attribute_exists(pk)"}


def acts(kind: str, **members: Any) -> dict[str, Any]:
    return {"TransactItems": [{kind: {"TableName": "full", **members}}]}


@pytest.mark.parametrize(
    "method, make",
    [
        ("scan", lambda value: {"TableName": "full", "FilterExpression": "a = :v", **values(v=value)}),
        ("transact_write_items", lambda value: acts("Put", Item=KEY, **CONDITION, **values(v=value))),
        ("transact_write_items", lambda value: acts("Delete", Key=KEY, **CONDITION, **values(v=value))),
        ("transact_write_items", lambda value: acts("ConditionCheck", Key=KEY, **CONDITION, **values(v=value))),
        (
            "transact_write_items",
            lambda value: acts("Update", Key=KEY, UpdateExpression="SET a = :v", **values(v=value)),
        ),
    ],
)
def test_the_old_layer_names_the_placeholder(told: Any, method: str, make: Make) -> None:
    for value, _, old in BAD_VALUES:
        for placed in inside(value):
            if old == NESTED:
                continue  # below
            expected = f"{VALIDATION}ExpressionAttributeValues contains invalid value: {old} for key :v"
            if old == NAME_TOO_LONG:  # Unsure
                expected = f"{VALIDATION}{old}"
            assert told(method, **make(placed)) == expected, placed


# ---- statements


def test_parameters_of_statements_use_the_old_layer(told: Any) -> None:
    for value, _, old in BAD_VALUES:
        statement = {
            "Statement": """UPDATE "full" SET a = ? WHERE pk = 'a' AND sk = 'b'""",
            "Parameters": [value],
        }
        assert told("execute_statement", **statement) == f"{VALIDATION}{old}", value
        assert told("execute_transaction", TransactStatements=[statement]) == f"{VALIDATION}{old}", value


def test_a_set_in_a_statement_uses_the_old_layer(told: Any) -> None:
    for members, old in (("'b', 'a', 'b'", f"{OOMPV}Input collection [b, a, b] contains duplicates."),):
        text = f"""INSERT INTO "full" VALUE {{'pk': 'a', 'sk': 'b', 's': <<{members}>>}}"""
        assert told("execute_statement", Statement=text) == f"{VALIDATION}{old}"


# ---- starting keys


@pytest.mark.parametrize("value, new, old", BAD_VALUES)
def test_a_bad_value_in_a_starting_key(told: Any, value: Any, new: str, old: str) -> None:
    is_named = not any(text in new for text in ("duplicates", "numeric value", "Number", "An number set"))
    opening = "The provided starting key is invalid: " if is_named else ""
    start = {"TableName": "full", "ExclusiveStartKey": {**KEY, "sk": value}}
    assert told("scan", **start) == f"{VALIDATION}{opening}{old}"
    assert told("query", **start, **QUERY, **values(p="a")) == f"{VALIDATION}{opening}{new}"


# ---- nesting


@pytest.mark.parametrize("kinds", ["M", "L", "ML"])
@pytest.mark.parametrize("innermost", [{"S": "x"}, {"SS": ["x"]}, {"M": {}}, {"L": []}])
def test_values_of_32_levels_are_stored(client: Any, tables: Any, kinds: str, innermost: Any) -> None:
    for wrappings in (30, 31):
        value = deep(wrappings, kinds, innermost)
        item = {"pk": {"S": "a"}, "a": value}
        key = {"pk": {"S": "a"}}
        put = {"TableName": "plain", "Item": item}
        update = {"TableName": "plain", "Key": key, "UpdateExpression": "SET a = :v", **values(v=value)}
        client.put_item(**put, ConditionExpression="a = :v OR attribute_not_exists(a) OR a <> :v", **values(v=value))
        assert client.get_item(TableName="plain", Key=key)["Item"] == item
        client.update_item(**update)
        client.update_item(TableName="plain", Key=key, AttributeUpdates={"a": {"Value": value}})
        client.batch_write_item(RequestItems={"plain": [{"PutRequest": {"Item": item}}]})
        client.transact_write_items(TransactItems=[{"Update": update}])
        client.execute_statement(Statement="UPDATE plain SET a = ? WHERE pk = 'a'", Parameters=[value])
        assert client.scan(TableName="plain", FilterExpression="a = :v", **values(v=value))["Items"] == [item]


@pytest.mark.parametrize(
    "path, wrappings, is_accepted",
    [("m.a", 30, True), ("m.a", 31, False), ("l[0]", 30, True), ("l[9]", 31, False), ("m.l[0].x", 28, True)]
    + [("m.l[0].x", 29, False)],
)
def test_an_update_cannot_put_a_value_too_deep(
    client: Any, refused: Any, tables: Any, path: str, wrappings: int, is_accepted: bool
) -> None:
    key = {"pk": {"S": "a"}}
    client.put_item(TableName="plain", Item={**key, "m": {"M": {"l": {"L": [{"M": {}}]}}}, "l": {"L": [{"S": "x"}]}})
    update = {"TableName": "plain", "Key": key, "UpdateExpression": f"SET {path} = :v", **values(v=deep(wrappings))}
    if is_accepted:
        client.update_item(**update)
    else:
        assert refused("update_item", **update) == f"{VALIDATION}{NESTED}"  # found in the item: no envelope


def test_a_transaction_compares_with_values_that_no_item_can_hold(client: Any, refused: Any, tables: Any) -> None:
    client.put_item(TableName="full", Item=KEY)
    differs = {"ConditionExpression": "a <> :v"}
    client.transact_write_items(**acts("ConditionCheck", Key=KEY, **differs, **values(v=deep(32))))
    client.transact_write_items(**acts("Put", Item=KEY, **differs, **values(v=deep(32, "L"))))
    assert refused("transact_write_items", **acts("Delete", Key=KEY, **differs, **values(v=deep(40)))) == (
        f"{VALIDATION}ExpressionAttributeValues contains invalid value: {NESTED} for key :v"
    )
    filtered = {"TableName": "full", "FilterExpression": "a <> :v"}
    assert client.scan(**filtered, **values(v=deep(32)))["Count"] == 1  # Unsure: as the transactions
    assert NESTED in refused("scan", **filtered, **values(v=deep(40)))


@pytest.mark.parametrize("text", ["SET a = :v", "SET m.a = :v", "SET a = if_not_exists(b, :v)"])
def test_a_transaction_cannot_store_a_value_that_is_too_deep(client: Any, tables: Any, text: str) -> None:
    client.put_item(TableName="full", Item={**KEY, "m": {"M": {}}})
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(**acts("Update", Key=KEY, UpdateExpression=text, **values(v=deep(32))))
    assert caught.value.response["CancellationReasons"] == [{"Code": "ValidationError", "Message": NESTED}]


def test_deeper_values_can_be_compared_only_by_the_old_layer(refused: Any, tables: Any) -> None:
    condition = {"TableName": "full", "ConditionExpression": "a = :v", **values(v=deep(32))}
    assert refused("put_item", Item=KEY, **condition) == f"{VIOLATED}{NESTED}"
    assert refused("update_item", Key=KEY, **condition) == f"{VIOLATED}{NESTED}"


# ---- names


@pytest.mark.parametrize("name, text", [("", EMPTY_NAME), ("n" * 65_536, NAME_TOO_LONG), ("é" * 32_768, NAME_TOO_LONG)])
@pytest.mark.parametrize(
    "opening, method, make",
    [
        (VIOLATED, "put_item", lambda name: {"TableName": "full", "Item": {**KEY, name: KEY["pk"]}}),
        (VALIDATION, "batch_write_item", lambda name: {"RequestItems": {"full": [{"PutRequest": {"Item": {name: KEY["pk"]}}}]}}),
        (VALIDATION, "transact_write_items", lambda name: acts("Put", Item={**KEY, name: KEY["pk"]})),
        (VALIDATION, "get_item", lambda name: {"TableName": "full", "Key": {name: KEY["pk"]}}),
        (VIOLATED, "update_item", lambda name: {"TableName": "full", "Key": {name: KEY["pk"]}}),
        (VIOLATED, "delete_item", lambda name: {"TableName": "full", "Key": {name: KEY["pk"]}}),
        (VIOLATED, "put_item", lambda name: {"TableName": "full", "Item": KEY, "Expected": {name: {"Exists": False}}}),
        (VIOLATED, "update_item", lambda name: {"TableName": "full", "Key": KEY, "AttributeUpdates": {name: {"Action": "DELETE"}}}),
        (VALIDATION, "scan", lambda name: {"TableName": "full", "ScanFilter": {name: compared(KEY["pk"])["a"]}}),
        (VALIDATION, "query", lambda name: {"TableName": "full", "KeyConditions": {name: compared(KEY["pk"])["a"]}}),
        (VALIDATION, "get_item", lambda name: {"TableName": "full", "Key": KEY, "AttributesToGet": ["a", name]}),
        (VALIDATION, "query", lambda name: {"TableName": "full", "KeyConditions": {"pk": compared(KEY["pk"])["a"]}, "AttributesToGet": [name]}),
        (VALIDATION, "scan", lambda name: {"TableName": "full", "AttributesToGet": [name]}),
        (VALIDATION, "batch_get_item", lambda name: {"RequestItems": {"full": {"Keys": [KEY], "AttributesToGet": [name]}}}),
    ],
)  # fmt: skip
def test_an_attribute_has_a_name_of_at_most_65535_bytes(
    refused: Any, tables: Any, opening: str, method: str, make: Any, name: str, text: str
) -> None:
    assert refused(method, **make(name)) == f"{opening}{text}"


def test_a_name_of_65535_bytes_is_stored(client: Any, tables: Any) -> None:
    name = "n" * 65_535
    key = {"pk": {"S": "a"}}
    client.put_item(TableName="plain", Item={**key, name: {"M": {name: {"N": "1"}}}})
    update = {"UpdateExpression": "SET #n.#n = :v", **names(n=name), **values(v=2)}
    client.update_item(TableName="plain", Key=key, **update)
    assert client.get_item(TableName="plain", Key=key)["Item"][name] == {"M": {name: {"N": "2"}}}


@pytest.mark.parametrize("path", ["#n", "a.#n", "#n.a", "a[0].#n"])
def test_no_expression_names_a_longer_one(refused: Any, tables: Any, path: str) -> None:
    given = {"TableName": "full", **names(n="n" * 65_536)}
    condition = {"ConditionExpression": f"attribute_exists({path})"}
    for section in ("SET {} = pk", "REMOVE {}"):
        update = {"UpdateExpression": section.format(path)}
        assert refused("update_item", Key=KEY, **given, **update) == f"{VIOLATED}{NAME_TOO_LONG}"
    assert refused("put_item", Item=KEY, **given, **condition) == f"{VIOLATED}{NAME_TOO_LONG}"
    assert refused("get_item", Key=KEY, **given, ProjectionExpression=path) == f"{VALIDATION}{NAME_TOO_LONG}"
    assert refused("scan", **given, FilterExpression=f"attribute_exists({path})") == f"{VALIDATION}{NAME_TOO_LONG}"
    check = acts("ConditionCheck", Key=KEY, **condition, **names(n="n" * 65_536))
    assert refused("transact_write_items", **check) == f"{VALIDATION}{NAME_TOO_LONG}"


# ---- several faults


@pytest.mark.parametrize(
    "item, text",
    [
        ({"a": deep(32), "": {"S": "x"}}, EMPTY_NAME),
        ({"a": {"M": {"": {"S": "x"}}}, "b": deep(32)}, NESTED),
        ({"a": {"N": "x"}, "b": deep(32)}, f"{NOT_A_NUMBER}: x"),
    ],
)
def test_of_several_faults_of_an_item_one_is_reported(refused: Any, tables: Any, item: Any, text: str) -> None:
    assert refused("transact_write_items", **acts("Put", Item={**KEY, **item})) == f"{VALIDATION}{text}"
    assert refused("put_item", TableName="full", Item={**KEY, **item}) == f"{VIOLATED}{text}"


def test_the_first_bad_action_of_a_transaction_wins(refused: Any, tables: Any) -> None:
    empty = {"Put": {"TableName": "absent", "Item": {"p": {"S": "a"}, "": {"S": "x"}}}}
    too_deep = {"Put": {"TableName": "absent", "Item": {"p": {"S": "b"}, "d": deep(100)}}}
    assert refused("transact_write_items", TransactItems=[empty, too_deep]) == f"{VALIDATION}{EMPTY_NAME}"
    assert refused("transact_write_items", TransactItems=[too_deep, empty]) == f"{VALIDATION}{NESTED}"


def test_a_set_comes_back_in_the_order_of_the_service(client: Any, tables: Any) -> None:
    sets = {
        "s": {"SS": ["z", "é", "", "Z", "a"]},
        "m": {"NS": ["10", "9", "-1", "0.5"]},
        "b": {"BS": [b"\xff", b"", b"\x00a"]},
    }
    client.put_item(TableName="full", Item={**KEY, **sets})
    item = client.get_item(TableName="full", Key=KEY)["Item"]
    assert item["s"] == {"SS": ["", "Z", "a", "z", "é"]}
    assert item["m"] == {"NS": ["-1", "0.5", "9", "10"]}
    assert item["b"] == {"BS": [b"", b"\x00a", b"\xff"]}
    client.update_item(TableName="full", Key=KEY, UpdateExpression="ADD s :s", **values(s={"SS": ["A"]}))
    assert client.get_item(TableName="full", Key=KEY)["Item"]["s"] == {"SS": ["", "A", "Z", "a", "z", "é"]}
