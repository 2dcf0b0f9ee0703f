"""Query on a table: key conditions, order, filters, projections, Select, counts and capacity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

NUMBERS = ["-10", "-2.5", "-1", "0", "0.1", "1", "9", "10", "1E+20"]
TEXTS = ["a", "aa", "ab", "b", "z", "é", "\uffff", "𝄞"]
BYTES = [b"\x00", b"\x00\x01", b"\x01", b"a", b"\xff", b"\xff\xff"]


def plain(number: str) -> str:
    return f"{Decimal(number):f}"


@pytest.fixture
def tables(ddbmock: Any, client: Any) -> None:
    for name, tag, values in (("numbers", "N", NUMBERS), ("texts", "S", TEXTS), ("blobs", "B", BYTES)):
        ddbmock.create_table(name, "pk", f"sk:{tag}")
        for position, value in enumerate(values):
            item = {"pk": {"S": "p"}, "sk": {tag: value}, "even": {"BOOL": position % 2 == 0}}
            client.put_item(TableName=name, Item=item)
        client.put_item(TableName=name, Item={"pk": {"S": "other"}, "sk": {tag: values[0]}})


def query(client: Any, name: str, condition: str = "pk = :p", values: Any = None, **options: Any) -> Any:
    return client.query(
        TableName=name,
        KeyConditionExpression=condition,
        ExpressionAttributeValues={":p": {"S": "p"}, **(values or {})},
        **options,
    )


def sorts(answer: Any, tag: str) -> list[Any]:
    return [item["sk"][tag] for item in answer["Items"]]


@pytest.mark.parametrize(
    "name, tag, values",
    [
        ("numbers", "N", [plain(number) for number in NUMBERS]),
        ("texts", "S", TEXTS),
        ("blobs", "B", BYTES),
    ],
)
def test_items_come_in_the_order_of_the_sort_key(client: Any, tables: None, name: str, tag: str, values: Any) -> None:
    assert sorts(query(client, name), tag) == values
    assert sorts(query(client, name, ScanIndexForward=False), tag) == values[::-1]


@pytest.mark.parametrize(
    "condition, found",
    [
        ("sk = :x", TEXTS[2:3]),
        ("sk < :x", TEXTS[:2]),
        ("sk <= :x", TEXTS[:3]),
        ("sk > :x", TEXTS[3:]),
        ("sk >= :x", TEXTS[2:]),
        (":x < sk", TEXTS[3:]),
        (":x >= sk", TEXTS[:3]),
        ("(sk BETWEEN :x AND :y)", TEXTS[2:4]),
        ("begins_with(sk, :a)", TEXTS[:3]),
    ],
)
def test_every_condition_on_the_sort_key(client: Any, tables: None, condition: str, found: list[str]) -> None:
    values = {":x": {"S": "ab"}, ":y": {"S": "b"}, ":a": {"S": "a"}}
    used = {name: value for name, value in values.items() if name in condition}
    assert sorts(query(client, "texts", f"pk = :p AND {condition}", used), "S") == found
    assert sorts(query(client, "texts", f"{condition} AND (pk = :p)", used, ScanIndexForward=False), "S") == found[::-1]


def test_begins_with_finds_the_last_characters_there_are(client: Any, tables: None) -> None:
    assert sorts(query(client, "texts", "pk = :p AND begins_with(sk, :x)", {":x": {"S": "𝄞"}}), "S") == ["𝄞"]
    found = query(client, "blobs", "pk = :p AND begins_with(sk, :x)", {":x": {"B": b"\xff"}})
    assert sorts(found, "B") == [b"\xff", b"\xff\xff"]


def test_numbers_compare_by_value(client: Any, tables: None) -> None:
    found = query(client, "numbers", "pk = :p AND sk BETWEEN :x AND :y", {":x": {"N": "-2.50"}, ":y": {"N": "1e0"}})
    assert sorts(found, "N") == ["-2.5", "-1", "0", "0.1", "1"]


def test_a_partition_that_does_not_exist_is_empty(client: Any, tables: None) -> None:
    answer = client.query(
        TableName="texts", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "nobody"}}
    )
    assert (answer["Items"], answer["Count"], answer["ScannedCount"]) == ([], 0, 0)
    assert "LastEvaluatedKey" not in answer


def test_a_table_without_sort_key_gives_one_item(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("flat", "pk:N")
    client.put_item(TableName="flat", Item={"pk": {"N": "1.0"}, "v": {"S": "x"}})
    answer = client.query(
        TableName="flat", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"N": "1"}}
    )
    assert answer["Items"] == [{"pk": {"N": "1"}, "v": {"S": "x"}}]


# ---- key conditions that are refused

KCE = "Invalid KeyConditionExpression: "


@pytest.mark.parametrize(
    "condition, complaint",
    [
        ("pk = :p OR sk = :x", "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT pk = :p", "Invalid operator used in KeyConditionExpression: NOT"),
        ("pk <> :p", "Invalid operator used in KeyConditionExpression: <>"),
        ("pk = :p AND sk IN (:x)", "Invalid operator used in KeyConditionExpression: IN"),
        ("pk = :p AND contains(sk, :x)", "Invalid operator used in KeyConditionExpression: contains"),
        ("attribute_exists(pk)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
        ("size(pk) = :p", "KeyConditionExpressions cannot contain nested operations"),
        (
            "pk = :p AND :x BETWEEN sk AND sk",
            f"{KCE}Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its "
            "first operand",
        ),
        (
            "pk = sk",
            f"{KCE}Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
        ),
        (":p = :p", f"{KCE}Invalid condition in KeyConditionExpression: No key attribute specified"),
        ("pk.a = :p", f"{KCE}KeyConditionExpressions cannot have conditions on nested attributes"),
        ("pk = :p AND pk = :p", f"{KCE}KeyConditionExpressions must only contain one condition per key"),
        ("pk = :p AND sk > :a AND sk < :x", f"{KCE}KeyConditionExpressions must only contain one condition per key"),
        (
            "pk = :p AND sk = :x AND v = :x",
            "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
        ),
        ("sk = :x", "Query condition missed key schema element: pk"),
        ("pk = :p AND v = :x", "Query condition missed key schema element: sk"),
        ("pk > :p", "Query key condition not supported"),
        (
            "pk = :p AND sk = :n",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "pk = :empty",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: pk",
        ),
        (
            "pk = :p AND sk BETWEEN :x AND :a",
            f"{KCE}The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
            "operand: AttributeValue: {S:x}, upper bound operand: AttributeValue: {S:a}",
        ),
        (
            "pk = :p AND begins_with(sk, :n)",
            f"{KCE}Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
        ),
        (
            "pk = :long",
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
            "bytes",
        ),
        ("", f"{KCE}The expression can not be empty;"),
        ("pk = ", f'{KCE}Syntax error; token: "<EOF>", near: "="'),
    ],
)
def test_key_conditions_that_no_key_range_can_follow_are_refused(
    refused: Any, tables: None, condition: str, complaint: str
) -> None:
    values = {
        ":p": {"S": "p"},
        ":x": {"S": "x"},
        ":a": {"S": "a"},
        ":n": {"N": "1"},
        ":empty": {"S": ""},
        ":long": {"S": "x" * 2049},
    }
    used = {name: value for name, value in values.items() if name in condition}
    options = {"ExpressionAttributeValues": used} if used else {}
    message = refused("query", TableName="texts", KeyConditionExpression=condition, **options)
    assert message == f"ValidationException: {complaint}"


def test_a_query_needs_a_key_condition(refused: Any, tables: None) -> None:
    assert refused("query", TableName="texts") == (
        "ValidationException: Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
        "request."
    )


def test_a_key_condition_is_checked_before_the_table_is_looked_for(refused: Any) -> None:
    assert refused("query", TableName="nope", KeyConditionExpression="pk = :p").startswith("ValidationException")
    values = {":p": {"S": "x"}}
    assert refused(
        "query", TableName="nope", KeyConditionExpression="zzz = :p", ExpressionAttributeValues=values
    ).startswith("ResourceNotFoundException")


# ---- filters, projections, Select


def test_a_filter_leaves_out_items_but_not_their_count(client: Any, tables: None) -> None:
    answer = query(client, "texts", values={":t": {"BOOL": True}}, FilterExpression="even = :t")
    assert sorts(answer, "S") == TEXTS[::2]
    assert (answer["Count"], answer["ScannedCount"]) == (4, 8)


def test_a_filter_may_not_name_keys(refused: Any, tables: None) -> None:
    for name in ("pk", "sk"):
        message = refused(
            "query",
            TableName="texts",
            KeyConditionExpression="pk = :p",
            FilterExpression=f"{name} = :p",
            ExpressionAttributeValues={":p": {"S": "p"}},
        )
        assert message == (
            "ValidationException: Filter Expression can only contain non-primary key attributes: Primary key "
            f"attribute: {name}"
        )


def test_a_projection_gives_only_what_it_names(client: Any, tables: None) -> None:
    answer = query(client, "texts", "pk = :p AND sk < :b", {":b": {"S": "aa"}}, ProjectionExpression="even, nowhere")
    assert answer["Items"] == [{"even": {"BOOL": True}}]
    answer = query(client, "texts", ProjectionExpression="nowhere")
    assert (answer["Items"], answer["Count"]) == ([{}] * 8, 8)


@pytest.mark.parametrize("options", [{}, {"FilterExpression": "attribute_exists(even)"}])
def test_count_gives_numbers_only(client: Any, tables: None, options: Any) -> None:
    answer = query(client, "texts", Select="COUNT", **options)
    assert "Items" not in answer
    assert (answer["Count"], answer["ScannedCount"]) == (8, 8)


@pytest.mark.parametrize("select", ["ALL_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"])
def test_select_may_say_what_is_so_anyway(client: Any, tables: None, select: str) -> None:
    options = {"ProjectionExpression": "sk"} if select == "SPECIFIC_ATTRIBUTES" else {}
    assert sorts(query(client, "texts", Select=select, **options), "S") == TEXTS


@pytest.mark.parametrize(
    "options, complaint",
    [
        (
            {"Select": "SPECIFIC_ATTRIBUTES"},
            "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression when choosing to "
            "get SPECIFIC_ATTRIBUTES",
        ),
        (
            {"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "sk"},
            "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES",
        ),
        (
            {"Select": "COUNT", "ProjectionExpression": "sk"},
            "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES"},
            "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
        (
            {"Select": "SOME"},
            "1 validation error detected: Value 'SOME' at 'select' failed to satisfy constraint: Member must satisfy "
            "enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
        ),
        (
            {"Limit": 0},
            "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1",
        ),
        ({"IndexName": "nope"}, "The table does not have the specified index: nope"),
        (
            {"ExpressionAttributeNames": {"#x": "y"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}",
        ),
        (
            {"KeyConditions": {"pk": {"ComparisonOperator": "NULL"}}},
            "Can not use both expression and non-expression parameters in the same request: Non-expression "
            "parameters: {KeyConditions} Expression parameters: {KeyConditionExpression}",
        ),
    ],
)
def test_contradictory_requests_are_refused(refused: Any, tables: None, options: Any, complaint: str) -> None:
    message = refused(
        "query",
        TableName="texts",
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "p"}},
        **options,
    )
    assert message == f"ValidationException: {complaint}"


# ---- capacity


@pytest.mark.parametrize("consistent, units", [(False, 1.5), (True, 3.0)])
def test_a_query_consumes_by_all_that_it_reads_together(
    ddbmock: Any, client: Any, consistent: bool, units: float
) -> None:
    ddbmock.create_table("big", "pk", "sk:N")
    for number in range(10):
        item = {"pk": {"S": "p"}, "sk": {"N": str(number)}, "v": {"S": "x" * 1000}}
        client.put_item(TableName="big", Item=item)
    answer = query(
        client,
        "big",
        ConsistentRead=consistent,
        FilterExpression="attribute_not_exists(v)",
        ReturnConsumedCapacity="INDEXES",
    )
    assert answer["ConsumedCapacity"] == {
        "TableName": "big",
        "CapacityUnits": units,
        "Table": {"CapacityUnits": units},
    }
    assert (answer["Count"], answer["ScannedCount"]) == (0, 10)


def test_an_empty_query_consumes_a_block(client: Any, tables: None) -> None:
    answer = query(client, "texts", "pk = :p AND sk = :x", {":x": {"S": "no"}}, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == {"TableName": "texts", "CapacityUnits": 0.5}


# ---- the parameters that came before expressions


@pytest.mark.parametrize(
    "condition, found",
    [
        ({"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "ab"}]}, TEXTS[2:3]),
        ({"ComparisonOperator": "LT", "AttributeValueList": [{"S": "ab"}]}, TEXTS[:2]),
        ({"ComparisonOperator": "GE", "AttributeValueList": [{"S": "ab"}]}, TEXTS[2:]),
        ({"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "a"}]}, TEXTS[:3]),
        ({"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "aa"}, {"S": "b"}]}, TEXTS[1:4]),
    ],
)
def test_key_conditions_of_old(client: Any, tables: None, condition: Any, found: list[str]) -> None:
    equals = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]}
    answer = client.query(
        TableName="texts",
        KeyConditions={"pk": equals, "sk": condition},
        QueryFilter={"even": {"ComparisonOperator": "NOT_NULL"}},
        AttributesToGet=["sk"],
    )
    assert answer["Items"] == [{"sk": {"S": text}} for text in found]


def test_query_filters_of_old_can_be_joined_by_or(client: Any, tables: None) -> None:
    equals = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]}
    answer = client.query(
        TableName="texts",
        KeyConditions={"pk": equals},
        QueryFilter={
            "even": {"ComparisonOperator": "EQ", "AttributeValueList": [{"BOOL": True}]},
            "zzz": {"ComparisonOperator": "NOT_NULL"},
        },
        ConditionalOperator="OR",
    )
    assert (answer["Count"], answer["ScannedCount"]) == (4, 8)


def test_old_key_conditions_may_stand_beside_a_filter_expression(client: Any, tables: None) -> None:
    answer = client.query(
        TableName="texts",
        KeyConditions={"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]}},
        FilterExpression="even = :t",
        ExpressionAttributeValues={":t": {"BOOL": False}},
    )
    assert answer["Count"] == 4


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"KeyConditions": {}}, "Conditions can be of length 1 or 2 only"),
        (
            {"KeyConditions": {"sk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]}}},
            "Query condition missed key schema element: pk",
        ),
        (
            {"KeyConditions": {"pk": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "p"}]}}},
            "Attempted conditional constraint is not an indexable operation",
        ),
        (
            {
                "KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]}},
                "QueryFilter": {"sk": {"ComparisonOperator": "NOT_NULL"}},
            },
            "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk",
        ),
        (
            {"KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": []}}},
            "One or more parameter values were invalid: Invalid number of argument(s) for the EQ ComparisonOperator",
        ),
        (
            {
                "KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]}},
                "ConditionalOperator": "OR",
            },
            "ConditionalOperator cannot be used without Filter or Expected",
        ),
    ],
)
def test_malformed_parameters_of_old_are_refused(refused: Any, tables: None, options: Any, complaint: str) -> None:
    assert refused("query", TableName="texts", **options) == f"ValidationException: {complaint}"


# ---- boto3's resource layer


def test_the_resource_layer_queries_with_conditions_as_objects(ddbmock: Any, tables: None) -> None:
    table = ddbmock.resource().Table("numbers")
    found = table.query(
        KeyConditionExpression=Key("pk").eq("p") & Key("sk").between(Decimal("-1"), 9),
        FilterExpression=Attr("even").eq(True) & ~Attr("none").exists() | Attr("even").is_in([5]),
        ProjectionExpression="sk",
    )
    assert [item["sk"] for item in found["Items"]] == [Decimal("-1"), Decimal("0.1"), Decimal(9)]
