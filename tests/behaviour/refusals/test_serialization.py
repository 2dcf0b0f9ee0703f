"""JSON of the wrong type: `SerializationException`, before anything else is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.accounts import Account

KEY = {"pk": {"S": "a"}}
JAVA = "com.amazonaws.dynamodb.v20120810"
ATTRIBUTE_MAP = f"Unrecognized collection type java.util.Map<java.lang.String, {JAVA}.AttributeValue>"
STRUCTURE_FOUND = "Start of structure or map found where not expected"


@pytest.mark.parametrize(
    "operation, params, text",
    [
        # a string is wanted
        ("GetItem", {"TableName": 5}, "NUMBER_VALUE cannot be converted to String"),
        ("GetItem", {"TableName": 0.5}, "DECIMAL_VALUE cannot be converted to String"),
        ("GetItem", {"TableName": True}, "TRUE_VALUE cannot be converted to String"),
        ("GetItem", {"TableName": False}, "FALSE_VALUE cannot be converted to String"),
        ("GetItem", {"TableName": {}}, STRUCTURE_FOUND),
        ("GetItem", {"TableName": ["plain"]}, "Unrecognized collection type class java.lang.String"),
        # a number is wanted
        ("Query", {"Limit": "5"}, "STRING_VALUE cannot be converted to Integer"),
        ("Query", {"Limit": True}, "TRUE_VALUE cannot be converted to Integer"),
        ("Query", {"Limit": {}}, STRUCTURE_FOUND),
        (
            "UpdateTable",
            {"ProvisionedThroughput": {"ReadCapacityUnits": "5", "WriteCapacityUnits": 5}},
            "STRING_VALUE cannot be converted to Long",
        ),
        # a truth value is wanted
        ("GetItem", {"ConsistentRead": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
        ("GetItem", {"ConsistentRead": "yes"}, "Unexpected token received from parser"),
        ("GetItem", {"ConsistentRead": {}}, STRUCTURE_FOUND),
        ("PutItem", {"Expected": {"a": {"Exists": 0}}}, "NUMBER_VALUE cannot be converted to Boolean"),
        # a structure is wanted
        ("CreateTable", {"ProvisionedThroughput": 5}, "Unexpected value type in payload"),
        (
            "CreateTable",
            {"ProvisionedThroughput": [5]},
            f"Unrecognized collection type class {JAVA}.ProvisionedThroughput",
        ),
        ("CreateTable", {"KeySchema": ["pk"]}, "Unexpected value type in payload"),
        ("CreateTable", {"KeySchema": [["pk"]]}, f"Unrecognized collection type class {JAVA}.KeySchemaElement"),
        ("PutItem", {"Item": {"pk": "a"}}, "Unexpected value type in payload"),
        ("PutItem", {"Item": {"pk": ["a"]}}, f"Unrecognized collection type class {JAVA}.AttributeValue"),
        ("PutItem", {"Expected": {"a": "x"}}, "Unexpected value type in payload"),
        # a list is wanted
        ("GetItem", {"AttributesToGet": "a"}, "Unexpected field type"),
        ("GetItem", {"AttributesToGet": {"a": 1}}, STRUCTURE_FOUND),
        ("GetItem", {"AttributesToGet": [1]}, "NUMBER_VALUE cannot be converted to String"),
        ("PutItem", {"Item": {"pk": {"L": "a"}}}, "Unexpected field type"),
        ("PutItem", {"Item": {"pk": {"SS": {"a": "b"}}}}, STRUCTURE_FOUND),
        # a map is wanted
        ("PutItem", {"Item": "a"}, "Unexpected field type"),
        ("PutItem", {"Item": [KEY]}, ATTRIBUTE_MAP),
        ("PutItem", {"Item": {"pk": {"M": ["a"]}}}, ATTRIBUTE_MAP),
        ("PutItem", {"Item": {"pk": {"M": 5}}}, "Unexpected field type"),
        (
            "PutItem",
            {"ExpressionAttributeNames": ["a"]},
            "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>",
        ),
        # binary is wanted
        ("PutItem", {"Item": {"pk": {"B": 5}}}, "only base-64-encoded strings are convertible to bytes"),
        ("PutItem", {"Item": {"pk": {"B": "a*b="}}}, "only base-64-encoded strings are convertible to bytes"),
        (
            "PutItem",
            {"Item": {"pk": {"B": "YWI"}}},
            "Base64 encoded length is expected a multiple of 4 bytes but found: 3",
        ),
        ("PutItem", {"Item": {"pk": {"B": "YWJ="}}}, "Invalid last non-pad Base64 character dectected"),
        # in the members of a batch
        (
            "BatchGetItem",
            {"RequestItems": {"plain": {"Keys": [{"pk": {"S": 5}}]}}},
            "NUMBER_VALUE cannot be converted to String",
        ),
        ("BatchWriteItem", {"RequestItems": {"plain": [{"PutRequest": 5}]}}, "Unexpected value type in payload"),
        ("BatchWriteItem", {"RequestItems": {"plain": {}}}, STRUCTURE_FOUND),
    ],
)
def test_json_of_the_wrong_type_is_named(answer: Any, operation: str, params: Any, text: str) -> None:
    assert answer(operation, **params) == f"SerializationException: {text}"


@pytest.mark.parametrize(
    "operation, params",
    [
        ("PutItem", {"Item": {"pk": {"S": 5}}, "ReturnValues": "WRONG"}),  # a constraint
        ("GetItem", {"Key": {"pk": {}, "sk": {"S": 5}}}),  # a bad value
        ("PutItem", {"TableName": "plain", "Item": KEY, "ConditionExpression": 5, "Expected": {"a": {}}}),  # mixing
        ("Query", {"TableName": "nope", "KeyConditionExpression": "pk", "Limit": 0, "ConsistentRead": 5}),  # syntax
        ("UpdateItem", {"TableName": "nope", "Key": KEY, "AttributeUpdates": {"a": {"Value": {"S": 5}}}}),  # no table
    ],
)
def test_a_wrong_type_is_reported_before_every_other_fault(answer: Any, operation: str, params: Any) -> None:
    assert answer(operation, **params) == "SerializationException: NUMBER_VALUE cannot be converted to " + (
        "Boolean" if operation == "Query" else "String"
    )


@pytest.mark.parametrize("said, units", [("true", 1.0), ("false", 0.5), (True, 1.0), (False, 0.5)])
def test_the_texts_true_and_false_are_truth_values(account: Account, said: Any, units: float) -> None:
    answer = account.call("GetItem", TableName="plain", Key=KEY, ConsistentRead=said, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == units
    wanted = {"plain": {"Keys": [KEY], "ConsistentRead": said}}
    answer = account.call("BatchGetItem", RequestItems=wanted, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"][0]["CapacityUnits"] == units
    assert wanted["plain"]["ConsistentRead"] == said


def test_unknown_members_are_dropped_and_null_ones_are_absent(account: Account) -> None:
    account.call("PutItem", TableName="plain", Item={"pk": {"S": "a", "X": 5, "N": None}}, Brandnew=5, Expected=None)
    assert account.call("GetItem", TableName="plain", Key=KEY) == {"Item": KEY}
    answer = account.call("BatchGetItem", RequestItems={"plain": {"Keys": [KEY], "Brandnew": 5}})
    assert answer["Responses"] == {"plain": [KEY]}
