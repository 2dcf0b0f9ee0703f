"""PutItem: what is stored, replaced and returned, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

INVALID = "ValidationException: One or more parameter values were invalid: "
WRAPPED = "ValidationException: 1 validation error detected: "


@pytest.fixture
def table(ddbmock: Any) -> Any:
    ddbmock.create_table("orders", "pk", "sk:N")
    return ddbmock.table("orders")


KEY = {"pk": {"S": "a"}, "sk": {"N": "1"}}


def put(client: Any, **params: Any) -> Any:
    return client.put_item(TableName="orders", **{"Item": KEY, **params})


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "deep"}
    for _ in range(levels - 1):
        value = {"M": {"m": value}}
    return value


def test_every_type_comes_back_as_it_was_put(client: Any, table: Any) -> None:
    item = {
        **KEY,
        "S": {"S": "é𝄞\x00"},
        "empty": {"S": ""},
        "N": {"N": "-12.5"},
        "B": {"B": b"\x00\xff"},
        "no bytes": {"B": b""},
        "BOOL": {"BOOL": False},
        "NULL": {"NULL": True},
        "SS": {"SS": ["a", "b"]},
        "NS": {"NS": ["-1", "2"]},
        "BS": {"BS": [b"a", b"b"]},
        "L": {"L": [{"S": "x"}, {"L": []}, {"M": {}}]},
        "M": {"M": {"with.dot": {"N": "0"}, "é": {"B": b"x"}}},
    }
    assert "Attributes" not in put(client, Item=item)
    assert client.get_item(TableName="orders", Key=KEY)["Item"] == item


@pytest.mark.parametrize(
    "given, stored",
    [("1.50", "1.5"), ("1e3", "1000"), ("-0", "0"), ("00042", "42"), ("+.5", "0.5"), ("1E-3", "0.001")],
)
def test_numbers_come_back_in_their_canonical_form(client: Any, table: Any, given: str, stored: str) -> None:
    put(client, Item={**KEY, "n": {"N": given}, "ns": {"NS": [given]}, "l": {"L": [{"N": given}]}})
    item = client.get_item(TableName="orders", Key=KEY)["Item"]
    assert (item["n"], item["ns"], item["l"]) == ({"N": stored}, {"NS": [stored]}, {"L": [{"N": stored}]})


def test_numbers_that_are_equal_are_one_key(client: Any, table: Any) -> None:
    put(client, Item={"pk": {"S": "a"}, "sk": {"N": "1.0"}, "v": {"S": "old"}})
    put(client, Item={"pk": {"S": "a"}, "sk": {"N": "1e0"}, "v": {"S": "new"}})
    assert table.items == [{"pk": "a", "sk": Decimal(1), "v": "new"}]


@pytest.mark.parametrize("number", ["9" * 38 + "0" * 87, "1E-130", "-9.9999999999999999999999999999999999999E125"])
def test_numbers_at_the_limits_are_stored(client: Any, table: Any, number: str) -> None:
    put(client, Item={**KEY, "n": {"N": number}})
    assert Decimal(client.get_item(TableName="orders", Key=KEY)["Item"]["n"]["N"]) == Decimal(number)


def test_a_put_replaces_the_whole_item(client: Any, table: Any) -> None:
    put(client, Item={**KEY, "old": {"S": "x"}})
    put(client, Item={**KEY, "new": {"S": "y"}})
    assert table.items == [{"pk": "a", "sk": Decimal(1), "new": "y"}]


def test_all_old_gives_the_item_that_was_replaced(client: Any, table: Any) -> None:
    assert "Attributes" not in put(client, ReturnValues="ALL_OLD")
    assert put(client, Item={**KEY, "v": {"S": "x"}}, ReturnValues="ALL_OLD")["Attributes"] == KEY
    assert "Attributes" not in put(client, ReturnValues="NONE")


@pytest.mark.parametrize("returns", ["UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"])
def test_other_return_values_are_refused(refused: Any, table: Any, returns: str) -> None:
    message = refused("put_item", TableName="orders", Item=KEY, ReturnValues=returns)
    assert message == f"{WRAPPED}ReturnValues can only be ALL_OLD or NONE"


def test_what_is_given_and_taken_is_no_part_of_the_table(client: Any, table: Any) -> None:
    item: dict[str, Any] = {**KEY, "l": {"L": [{"S": "x"}]}}
    put(client, Item=item)
    item["l"]["L"].append({"S": "later"})
    got = client.get_item(TableName="orders", Key=KEY)["Item"]
    got["l"]["L"].clear()
    assert client.get_item(TableName="orders", Key=KEY)["Item"]["l"] == {"L": [{"S": "x"}]}


# ---- keys


@pytest.mark.parametrize(
    "item, text",
    [
        ({"pk": {"S": "a"}}, f"{INVALID}Missing the key sk in the item"),
        ({"sk": {"N": "1"}}, f"{INVALID}Missing the key pk in the item"),
        ({}, f"{INVALID}Missing the key pk in the item"),
        ({**KEY, "pk": {"N": "1"}}, f"{INVALID}Type mismatch for key pk expected: S actual: N"),
        ({**KEY, "sk": {"NULL": True}}, f"{INVALID}Type mismatch for key sk expected: N actual: NULL"),
        (
            {**KEY, "pk": {"S": ""}},
            "ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: pk",
        ),
        (
            {**KEY, "pk": {"S": "x" * 2049}},
            f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
        (
            {**KEY, "pk": {"S": "é" * 1025}},
            f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
    ],
)
def test_items_without_a_good_key_are_refused(refused: Any, table: Any, item: Any, text: str) -> None:
    assert refused("put_item", TableName="orders", Item=item) == text
    assert table.items == []


def test_keys_of_the_greatest_size_are_stored(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("texts", "pk", "sk")
    client.put_item(TableName="texts", Item={"pk": {"S": "x" * 2048}, "sk": {"S": "é" * 512}})
    assert len(ddbmock.table("texts")) == 1


def test_a_sort_key_over_1024_bytes_is_refused(ddbmock: Any, refused: Any) -> None:
    ddbmock.create_table("blobs", "pk", "sk:B")
    key = {"pk": {"S": "x"}, "sk": {"B": b"\xff" * 1025}}
    assert refused("put_item", TableName="blobs", Item=key) == (
        f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    )
    empty = {"pk": {"S": "x"}, "sk": {"B": b""}}
    assert refused("put_item", TableName="blobs", Item=empty).endswith("cannot contain an empty binary value. Key: sk")


# ---- values


@pytest.mark.parametrize(
    "value, text",
    [
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            {"S": "x", "BOOL": True},
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
            "datatypes",
        ),
        ({"N": ""}, "The parameter cannot be converted to a numeric value: "),
        ({"N": "1_0"}, "The parameter cannot be converted to a numeric value: 1_0"),
        ({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
        (
            {"N": "1E126"},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            {"N": "1E-131"},
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        (
            {"NULL": False},
            "One or more parameter values were invalid: Null attribute value types must have the value of true",
        ),
        (
            {"SS": []},
            "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            {"BS": []},
            "One or more parameter values were invalid: Binary sets should not be empty",
        ),
        (
            {"SS": ["a", "a"]},
            'One or more parameter values were invalid: Input collection ["a", "a"] contains duplicates.',
        ),
        (
            {"NS": ["1", "1.0"]},
            "One or more parameter values were invalid: Input collection contains duplicates.",
        ),
        (
            {"BS": [b"b", b"b"]},
            'One or more parameter values were invalid: Input collection ["Yg==","Yg=="]of type BS contains '
            "duplicates.",
        ),
    ],
)
@pytest.mark.parametrize("place", ["top", "inside"])
def test_bad_values_are_refused_wherever_they_stand(
    refused: Any, table: Any, value: Any, text: str, place: str
) -> None:
    held = value if place == "top" else {"M": {"m": {"L": [value]}}}
    assert refused("put_item", TableName="orders", Item={**KEY, "v": held}) == f"{WRAPPED}{text}"
    assert table.items == []


def test_32_levels_are_stored_and_33_are_not(client: Any, refused: Any, table: Any) -> None:
    put(client, Item={**KEY, "v": nested(32)})
    message = refused("put_item", TableName="orders", Item={**KEY, "v": nested(33)})
    assert message == (
        f"{WRAPPED}Nesting Levels have exceeded supported limits: Attributes in the item have nested "
        "levels beyond supported limit"
    )


def test_an_item_of_400_kb_is_stored_and_one_byte_more_is_not(client: Any, refused: Any, table: Any) -> None:
    rest = len("pk") + len("a") + len("sk") + 2 + len("v")
    put(client, Item={**KEY, "v": {"S": "x" * (409_600 - rest)}})
    message = refused("put_item", TableName="orders", Item={**KEY, "v": {"B": b"x" * (409_601 - rest)}})
    # Unsure: that the size is reported in the envelope.
    assert message == f"{WRAPPED}Item size has exceeded the maximum allowed size"


def test_a_missing_table_is_told_before_a_bad_key_and_after_a_bad_value(refused: Any) -> None:
    assert refused("put_item", TableName="nope", Item={}) == ("ResourceNotFoundException: Requested resource not found")
    assert refused("put_item", TableName="nope", Item={"x": {"N": "x"}}).startswith("ValidationException")


# ---- capacity


@pytest.mark.parametrize("size, units", [(100, 1.0), (1024, 1.0), (1025, 2.0), (4000, 4.0)])
def test_a_put_consumes_a_unit_for_each_kilobyte(client: Any, table: Any, size: int, units: float) -> None:
    item = {**KEY, "v": {"S": "x" * (size - 8)}}
    answer = put(client, Item=item, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": units}


def test_a_put_over_a_larger_item_consumes_by_the_larger_one(client: Any, table: Any) -> None:
    put(client, Item={**KEY, "v": {"S": "x" * 3000}})
    assert put(client, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"] == {
        "TableName": "orders",
        "CapacityUnits": 3.0,
        "Table": {"CapacityUnits": 3.0},
    }
    assert "ConsumedCapacity" not in put(client, ReturnConsumedCapacity="NONE")


def test_there_are_no_collection_metrics_without_a_local_index(client: Any, table: Any) -> None:
    assert "ItemCollectionMetrics" not in put(client, ReturnItemCollectionMetrics="SIZE")
