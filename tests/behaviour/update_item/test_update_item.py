"""UpdateItem: every action, every ReturnValues, what is refused, and the parameters that came before expressions."""

from __future__ import annotations

import re
import threading
from decimal import Decimal
from typing import Any

import pytest

KEY = {"pk": {"S": "a"}}
ITEM = {
    **KEY,
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2"]},
    "l": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}]},
    "m": {"M": {"k": {"S": "v"}, "deep": {"M": {"er": {"N": "1"}}}}},
}
VALUES = {
    ":s": {"S": "new"},
    ":t": {"S": "other"},
    ":n": {"N": "5"},
    ":half": {"N": "0.5"},
    ":ss": {"SS": ["y", "z"]},
    ":both": {"SS": ["x", "y", "z"]},
    ":ns": {"NS": ["2.0", "3"]},
    ":bs": {"BS": [b"q"]},
    ":l": {"L": [{"S": "d"}]},
    ":m": {"M": {"q": {"S": "r"}}},
    ":nil": {"NULL": True},
    ":b": {"BOOL": True},
    ":most": {"N": "9E125"},
    ":more": {"N": "1E-100"},
}


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table("things", "pk")
    client.put_item(TableName="things", Item=ITEM)
    return ddbmock.table("things")


def params(update: str) -> dict[str, Any]:
    """The update with the values that it uses."""
    used = {name: VALUES[name] for name in re.findall(r":\w+", update)}
    return {"UpdateExpression": update} | ({"ExpressionAttributeValues": used} if used else {})


def update(client: Any, text: str, **options: Any) -> Any:
    return client.update_item(TableName="things", Key=KEY, **params(text), **options)


@pytest.mark.parametrize(
    "text, changed",
    [
        ("SET s = :s", {"s": {"S": "new"}}),
        ("SET fresh = :m", {"fresh": {"M": {"q": {"S": "r"}}}}),
        ("set s = n, n = s", {"s": {"N": "10"}, "n": {"S": "hello"}}),
        ("SET n = n + :n", {"n": {"N": "15"}}),
        ("SET n = n - :half", {"n": {"N": "9.5"}}),
        ("SET n = :n - n", {"n": {"N": "-5"}}),
        ("SET n = if_not_exists(n, :n) + :n", {"n": {"N": "15"}}),
        ("SET c = if_not_exists(c, :n)", {"c": {"N": "5"}}),
        ("SET l = list_append(l, :l)", {"l": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}, {"S": "d"}]}}),
        ("SET l = list_append(:l, l)", {"l": {"L": [{"S": "d"}, {"S": "a"}, {"S": "b"}, {"S": "c"}]}}),
        ("SET fresh = list_append(if_not_exists(fresh, :l), :l)", {"fresh": {"L": [{"S": "d"}, {"S": "d"}]}}),
        ("SET l[1] = :s", {"l": {"L": [{"S": "a"}, {"S": "new"}, {"S": "c"}]}}),
        ("SET l[9] = :s", {"l": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}, {"S": "new"}]}}),
        (
            "SET l[9] = :s, l[5] = :t",
            {"l": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}, {"S": "other"}, {"S": "new"}]}},
        ),
        ("SET m.k = :s", {"m": {"M": {"k": {"S": "new"}, "deep": {"M": {"er": {"N": "1"}}}}}}),
        ("SET m.deep.er = m.deep.er + :n", {"m": {"M": {"k": {"S": "v"}, "deep": {"M": {"er": {"N": "6"}}}}}}),
        ("SET m = :m", {"m": {"M": {"q": {"S": "r"}}}}),
        ("SET n = :nil", {"n": {"NULL": True}}),
        ("REMOVE s", {"s": None}),
        ("REMOVE s, nowhere", {"s": None}),
        ("REMOVE m.k, m.zzz", {"m": {"M": {"deep": {"M": {"er": {"N": "1"}}}}}}),
        ("REMOVE l[0], l[1]", {"l": {"L": [{"S": "c"}]}}),
        ("REMOVE l[7]", {}),
        ("SET l[0] = :s REMOVE l[1]", {"l": {"L": [{"S": "new"}, {"S": "c"}]}}),
        ("ADD n :n", {"n": {"N": "15"}}),
        ("ADD c :n", {"c": {"N": "5"}}),
        ("ADD ss :ss", {"ss": {"SS": ["x", "y", "z"]}}),
        ("ADD ns :ns", {"ns": {"NS": ["1", "2", "3"]}}),
        ("ADD fresh :bs", {"fresh": {"BS": [b"q"]}}),
        ("ADD m.deep.er :n", {"m": {"M": {"k": {"S": "v"}, "deep": {"M": {"er": {"N": "6"}}}}}}),
        ("DELETE ss :ss", {"ss": {"SS": ["x"]}}),
        ("DELETE ss :both", {"ss": None}),
        ("DELETE ns :ns", {"ns": {"NS": ["1"]}}),
        ("DELETE nowhere :ss", {}),
        (
            "SET s = :s REMOVE l ADD n :n DELETE ss :ss",
            {"s": {"S": "new"}, "l": None, "n": {"N": "15"}, "ss": {"SS": ["x"]}},
        ),
    ],
)
def test_actions_change_what_they_name_and_nothing_else(
    client: Any, table: Any, text: str, changed: dict[str, Any]
) -> None:
    wanted = {name: value for name, value in {**ITEM, **changed}.items() if value is not None}
    assert update(client, text, ReturnValues="ALL_NEW")["Attributes"] == wanted
    assert client.get_item(TableName="things", Key=KEY)["Item"] == wanted


NO_PATH = "The document path provided in the update expression is invalid for update"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("SET n = c + :n", NO_ATTRIBUTE),
        ("SET c = nowhere", NO_ATTRIBUTE),
        ("SET c = list_append(nowhere, :l)", NO_ATTRIBUTE),
        ("SET nowhere.k = :s", NO_PATH),
        ("SET nowhere[0] = :s", NO_PATH),
        ("SET s.k = :s", NO_PATH),
        ("SET m[0] = :s", NO_PATH),
        ("SET l.k = :s", NO_PATH),
        ("REMOVE nowhere.k", NO_PATH),
        ("REMOVE m[0]", NO_PATH),
        ("ADD nowhere.k :n", NO_PATH),
        ("SET n = s + :n", WRONG_TYPE),
        ("SET l = list_append(s, :l)", WRONG_TYPE),
        ("ADD s :n", WRONG_TYPE),
        ("ADD ss :ns", WRONG_TYPE),
        ("DELETE ss :ns", WRONG_TYPE),
        ("SET n = :most + :most", OVERFLOW),
        ("SET n = n + :more", OVERFLOW),  # more than 38 digits
        ("ADD n :more", OVERFLOW),
        (
            "SET pk = :s",
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
        ),
        (
            "SET s = :s REMOVE pk",
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
        ),
        (
            "SET pk.k = :s",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
        ),
    ],
)
def test_an_update_that_cannot_be_done_leaves_everything_as_it_was(
    refused: Any, table: Any, text: str, complaint: str
) -> None:
    before = table.items
    message = refused("update_item", TableName="things", Key=KEY, **params(text))
    assert message == f"ValidationException: {complaint}"
    assert table.items == before


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "Invalid UpdateExpression: The expression can not be empty;"),
        (
            "SET s = :s SET n = :n",
            'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
        ),
        (
            "SET m = :m, m.k = :s",
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these "
            "paths; path one: [m], path two: [m, k]",
        ),
        (
            "SET l[0] = :s REMOVE l.k",
            "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of "
            "these paths; path one: [l, [0]], path two: [l, k]",
        ),
        (
            "ADD s :s",
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: "
            "STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
        ),
        (
            "DELETE ss :n",
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE, operand "
            "type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND",
        ),
        (
            "SET n = n + :s",
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, "
            "operand type: S",
        ),
        ("SET size = :s", "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: size"),
        ("SET a :s", 'Invalid UpdateExpression: Syntax error; token: ":s", near: "a :s"'),
    ],
)
def test_malformed_updates_are_refused(refused: Any, table: Any, text: str, complaint: str) -> None:
    message = refused("update_item", TableName="things", Key=KEY, **params(text))
    assert message.removeprefix("ValidationException: ").removeprefix("1 validation error detected: ") == complaint


def test_an_update_of_a_missing_item_that_fails_makes_none(refused: Any, table: Any) -> None:
    message = refused("update_item", TableName="things", Key={"pk": {"S": "new"}}, **params("SET n = n + :n"))
    assert message == f"ValidationException: {NO_ATTRIBUTE}"
    assert len(table) == 1


# ---- ReturnValues


@pytest.mark.parametrize(
    "returns, attributes",
    [
        (None, None),
        ("NONE", None),
        ("ALL_OLD", ITEM),
        (
            "ALL_NEW",
            {**ITEM, "n": {"N": "15"}, "l": {"L": [{"S": "a"}, {"S": "new"}, {"S": "c"}]}, "fresh": {"S": "other"}},
        ),
        ("UPDATED_OLD", {"n": {"N": "10"}, "l": {"L": [{"S": "b"}]}}),
        ("UPDATED_NEW", {"n": {"N": "15"}, "l": {"L": [{"S": "new"}]}, "fresh": {"S": "other"}}),
    ],
)
def test_return_values_show_the_item_or_what_was_touched(
    client: Any, table: Any, returns: str | None, attributes: Any
) -> None:
    options = {} if returns is None else {"ReturnValues": returns}
    answer = update(client, "SET l[1] = :s, fresh = :t ADD n :n", **options)
    assert answer.get("Attributes") == attributes


def test_updated_values_keep_the_parents_of_what_was_touched(client: Any, table: Any) -> None:
    answer = update(client, "SET m.deep.er = :n", ReturnValues="UPDATED_NEW")
    assert answer["Attributes"] == {"m": {"M": {"deep": {"M": {"er": {"N": "5"}}}}}}
    answer = update(client, "REMOVE m.k", ReturnValues="UPDATED_NEW")
    assert "Attributes" not in answer
    answer = update(client, "REMOVE s", ReturnValues="UPDATED_OLD")
    assert answer["Attributes"] == {"s": {"S": "hello"}}


@pytest.mark.parametrize(
    "returns, attributes",
    [
        ("ALL_OLD", None),
        ("UPDATED_OLD", None),
        ("ALL_NEW", {"pk": {"S": "new"}, "s": {"S": "new"}}),
        ("UPDATED_NEW", {"s": {"S": "new"}}),
    ],
)
def test_return_values_of_an_item_that_was_made(client: Any, table: Any, returns: str, attributes: Any) -> None:
    answer = client.update_item(
        TableName="things", Key={"pk": {"S": "new"}}, **params("SET s = :s"), ReturnValues=returns
    )
    assert answer.get("Attributes") == attributes


# ---- limits, capacity


def test_an_update_cannot_let_an_item_grow_beyond_400_kb(client: Any, refused: Any, table: Any) -> None:
    client.put_item(TableName="things", Item={**KEY, "v": {"S": "x" * 409_000}})
    message = refused(
        "update_item",
        TableName="things",
        Key=KEY,
        UpdateExpression="SET w = :w",
        ExpressionAttributeValues={":w": {"S": "x" * 700}},
    )
    assert message == "ValidationException: Item size to update has exceeded the maximum allowed size"


def test_an_update_cannot_nest_deeper_than_32_levels(client: Any, refused: Any, table: Any) -> None:
    value: dict[str, Any] = {"S": "deep"}
    for _ in range(30):
        value = {"M": {"m": value}}
    values = {":v": value}
    client.update_item(TableName="things", Key=KEY, UpdateExpression="SET m.k = :v", ExpressionAttributeValues=values)
    message = refused(
        "update_item",
        TableName="things",
        Key=KEY,
        UpdateExpression="SET m.deep.k = :v",
        ExpressionAttributeValues=values,
    )
    assert message.startswith("ValidationException: Nesting Levels have exceeded supported limits")


def test_an_update_consumes_by_the_larger_of_both_items(client: Any, table: Any) -> None:
    big = {":v": {"S": "x" * 3100}}
    options = {"TableName": "things", "Key": KEY, "ReturnConsumedCapacity": "TOTAL"}
    answer = client.update_item(**options, UpdateExpression="SET v = :v", ExpressionAttributeValues=big)
    assert answer["ConsumedCapacity"] == {"TableName": "things", "CapacityUnits": 4.0}
    answer = client.update_item(**options, UpdateExpression="REMOVE v")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 4.0
    assert client.update_item(**options)["ConsumedCapacity"]["CapacityUnits"] == 1.0


@pytest.mark.parametrize(
    "key", [{}, {"pk": {"N": "1"}}, {"sk": {"S": "a"}}, {**KEY, "sk": {"S": "a"}}, {"pk": {"NULL": True}}]
)
@pytest.mark.parametrize("operation", ["update_item", "get_item", "delete_item"])
def test_a_key_must_be_the_key_of_the_table(refused: Any, table: Any, operation: str, key: Any) -> None:
    message = refused(operation, TableName="things", Key=key)
    assert message == "ValidationException: The provided key element does not match the schema"


@pytest.mark.parametrize("operation", ["update_item", "get_item", "delete_item"])
def test_a_key_cannot_be_empty_or_too_long(refused: Any, table: Any, operation: str) -> None:
    assert refused(operation, TableName="things", Key={"pk": {"S": ""}}) == (
        "ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty string value. Key: pk"
    )
    assert refused(operation, TableName="things", Key={"pk": {"S": "x" * 2049}}) == (
        "ValidationException: One or more parameter values were invalid: Size of hashkey has exceeded the maximum size "
        "limit of2048 bytes"
    )


def test_no_addition_is_lost_between_threads(client: Any, table: Any) -> None:
    def add() -> None:
        for _ in range(50):
            update(client, "ADD n :n")

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert table["a"]["n"] == Decimal(10 + 8 * 50 * 5)


# ---- AttributeUpdates


@pytest.mark.parametrize(
    "updates, changed",
    [
        ({"s": {"Value": {"S": "new"}}}, {"s": {"S": "new"}}),
        ({"s": {"Action": "PUT", "Value": {"N": "1"}}}, {"s": {"N": "1"}}),
        ({"n": {"Action": "ADD", "Value": {"N": "-1"}}}, {"n": {"N": "9"}}),
        ({"ss": {"Action": "ADD", "Value": {"SS": ["z"]}}}, {"ss": {"SS": ["x", "y", "z"]}}),
        ({"l": {"Action": "ADD", "Value": {"L": [{"S": "d"}]}}}, {"l": {"L": [*ITEM["l"]["L"], {"S": "d"}]}}),
        ({"new": {"Action": "ADD", "Value": {"N": "1"}}}, {"new": {"N": "1"}}),
        ({"s": {"Action": "DELETE"}, "zzz": {"Action": "DELETE"}}, {"s": None}),
        ({"ss": {"Action": "DELETE", "Value": {"SS": ["x", "y"]}}}, {"ss": None}),
        ({"m.k": {"Value": {"S": "dotted"}}}, {"m.k": {"S": "dotted"}}),
    ],
)
def test_attribute_updates_change_top_level_attributes(
    client: Any, table: Any, updates: Any, changed: dict[str, Any]
) -> None:
    answer = client.update_item(TableName="things", Key=KEY, AttributeUpdates=updates, ReturnValues="ALL_NEW")
    wanted = {name: value for name, value in {**ITEM, **changed}.items() if value is not None}  # type: ignore[dict-item]
    assert answer["Attributes"] == wanted


ENVELOPE = "1 validation error detected: "
OOMPV = "One or more parameter values were invalid: "


@pytest.mark.parametrize(
    "updates, complaint",
    [
        (
            {"s": {"Action": "PUT"}},
            f"{ENVELOPE}{OOMPV}Only DELETE action is allowed when no attribute value is specified",
        ),
        (
            {"s": {"Action": "DELETE", "Value": {"S": "x"}}},
            f"{ENVELOPE}{OOMPV}DELETE action with value is not supported for the type S",
        ),
        ({"s": {"Action": "ADD", "Value": {"S": "x"}}}, f"{ENVELOPE}{OOMPV}ADD action is not supported for the type S"),
        ({"s": {"Action": "ADD", "Value": {"N": "1"}}}, "Type mismatch for attribute to update"),
        (
            {"pk": {"Value": {"S": "x"}}},
            f"{OOMPV}Cannot update attribute pk. This attribute is part of the key",
        ),
    ],
)
def test_attribute_updates_that_cannot_be_done_are_refused(
    refused: Any, table: Any, updates: Any, complaint: str
) -> None:
    before = table.items
    message = refused("update_item", TableName="things", Key=KEY, AttributeUpdates=updates)
    assert message == f"ValidationException: {complaint}"
    assert table.items == before


def test_attribute_updates_cannot_stand_beside_expressions(refused: Any, table: Any) -> None:
    message = refused(
        "update_item",
        TableName="things",
        Key=KEY,
        AttributeUpdates={"s": {"Action": "DELETE"}},
        ConditionExpression="attribute_exists(s)",
        UpdateExpression="REMOVE s",
    )
    assert message == (
        "ValidationException: 1 validation error detected: Can not use both expression and non-expression parameters "
        "in the same request: Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression, "
        "ConditionExpression}"
    )
