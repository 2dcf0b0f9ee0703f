"""TransactWriteItems: cancellation reasons, and what refuses the request as a whole instead."""

from __future__ import annotations

from typing import Any

import pytest

NONE = {"Code": "None"}
FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}


def invalid(message: str) -> dict[str, Any]:
    return {"Code": "ValidationError", "Message": message}


# ---- conditions


def test_there_is_a_reason_for_each_action_in_the_order_of_the_request(
    ddbmock: Any, reasons: Any, actions: Any
) -> None:
    ddbmock.table("users").load([{"pk": "there", "n": 1}])
    assert reasons(
        actions.put("a"),
        actions.put("there", "attribute_not_exists(pk)"),
        actions.update("there2", "SET n = n + :one", one={"N": "1"}),
        actions.delete("b"),
        actions.delete("c", ConditionExpression="attribute_exists(pk)"),
        actions.check("d", "attribute_exists(pk)"),
        actions.check("e", "attribute_not_exists(pk)"),
    ) == [
        NONE,
        FAILED,
        invalid("The provided expression refers to an attribute that does not exist in the item"),
        NONE,
        FAILED,
        FAILED,
        NONE,
    ]


@pytest.mark.parametrize("kind", ["Put", "Update", "Delete", "ConditionCheck"])
def test_a_failed_condition_shows_the_stored_item_where_that_is_asked_for(
    ddbmock: Any, reasons: Any, actions: Any, kind: str
) -> None:
    ddbmock.table("users").load([{"pk": "a", "v": b"\x00\xff"}])
    own = {
        "Put": {"Item": {"pk": {"S": "a"}}},
        "Update": {**actions.user("a"), "UpdateExpression": "SET n = pk"},
        "Delete": actions.user("a"),
        "ConditionCheck": actions.user("a"),
    }[kind]
    action = {**own, "TableName": "users", "ConditionExpression": "attribute_exists(nothing)"}
    stored = {"pk": {"S": "a"}, "v": {"B": b"\x00\xff"}}
    assert reasons({kind: action}) == [FAILED]
    assert reasons({kind: {**action, "ReturnValuesOnConditionCheckFailure": "NONE"}}) == [FAILED]
    shows = {**action, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    assert reasons({kind: shows}) == [{**FAILED, "Item": stored}]
    ddbmock.client().delete_item(**actions.user("a"))
    assert reasons({kind: shows}) == [FAILED]


# ---- what the stored item or the schema forbids


@pytest.mark.parametrize(
    "expression, values, message",
    [
        ("SET m.x.y = n", {}, "The document path provided in the update expression is invalid for update"),
        ("SET n = s + :v", {"v": {"N": "1"}}, "An operand in the update expression has an incorrect data type"),
        ("ADD s :v", {"v": {"N": "1"}}, "An operand in the update expression has an incorrect data type"),
        ("SET a = nothing", {}, "The provided expression refers to an attribute that does not exist in the item"),
        (
            "SET n = big + big",
            {},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        ("SET a = :v", {"v": {"S": "x" * 400_000}}, "Item size to update has exceeded the maximum allowed size"),
    ],
)
def test_an_update_that_cannot_be_worked_out_is_a_reason(
    ddbmock: Any, reasons: Any, actions: Any, expression: str, values: Any, message: str
) -> None:
    ddbmock.table("users").load([{"pk": "a", "s": "text", "n": 1, "big": 9 * 10**125, "f": "y" * 10_000}])
    assert reasons(actions.put("b"), actions.update("a", expression, **values)) == [NONE, invalid(message)]


def test_a_key_of_other_attributes_or_types_is_a_reason(reasons: Any, actions: Any) -> None:
    mismatch = invalid("The provided key element does not match the schema")
    assert reasons(
        {"Delete": {"TableName": "users", "Key": {"pk": {"N": "1"}}}},
        {"Delete": {"TableName": "users", "Key": {"sk": {"S": "a"}}}},
        {
            "ConditionCheck": {
                "TableName": "orders",
                "Key": {"customer": {"S": "c"}},
                "ConditionExpression": "attribute_exists(a)",
            }
        },
        {"Update": {"TableName": "users", "Key": {}, "UpdateExpression": "REMOVE a"}},
        {"Put": {"TableName": "users", "Item": {"sk": {"S": "a"}}}},
        {"Put": {"TableName": "users", "Item": {"pk": {"N": "1"}}}},
        actions.put("a"),
    ) == [
        mismatch,
        mismatch,
        mismatch,
        mismatch,
        invalid("One or more parameter values were invalid: Missing the key pk in the item"),
        invalid("One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"),
        NONE,
    ]


def test_what_cannot_be_the_key_of_an_index_is_a_reason(reasons: Any, actions: Any) -> None:
    mismatch = invalid(
        "One or more parameter values were invalid: Type mismatch for Index Key status Expected: S Actual: N "
        "IndexName: by-status"
    )
    update = {"UpdateExpression": "SET #s = :n", "ExpressionAttributeNames": {"#s": "status"}}
    assert reasons(
        actions.put_order(1, status={"N": "1"}),
        {"Update": {**actions.order(2), **update, "ExpressionAttributeValues": {":n": {"N": "1"}}}},
        actions.put_order(3, status={"S": "NEW"}),
    ) == [mismatch, mismatch, NONE]


# ---- what refuses the request as a whole


@pytest.mark.parametrize(
    "member",
    [
        {},
        {
            "Delete": {"TableName": "users", "Key": {"pk": {"S": "a"}}},
            "Put": {"TableName": "users", "Item": {"pk": {"S": "b"}}},
        },
    ],
)
def test_a_member_does_one_thing(refusal: Any, actions: Any, member: Any) -> None:
    refused = refusal(actions.put("x"), member)
    assert refused == "ValidationException: TransactItems can only contain one of Check, Put, Update or Delete"


@pytest.mark.parametrize(
    "second",
    [
        lambda actions: actions.put("a"),
        lambda actions: actions.update("a", "SET n = pk"),
        lambda actions: actions.delete("a"),
        lambda actions: actions.check("a", "attribute_exists(pk)"),
    ],
)
def test_an_item_is_touched_once(refusal: Any, actions: Any, second: Any) -> None:
    refused = refusal(actions.put("a", "attribute_exists(pk)"), actions.put("b"), second(actions))
    assert refused == "ValidationException: Transaction request cannot include multiple operations on one item"


def test_numbers_are_compared_by_value_when_items_are_told_apart(refusal: Any, actions: Any) -> None:
    same = {"Delete": {"TableName": "orders", "Key": {"customer": {"S": "c"}, "placed": {"N": "1.0"}}}}
    refused = refusal(actions.put_order(1), same)
    assert refused == "ValidationException: Transaction request cannot include multiple operations on one item"


def test_equal_keys_in_two_tables_are_two_items(ddbmock: Any, write: Any, actions: Any) -> None:
    ddbmock.create_table("guests", "pk")
    write(actions.put("a"), {"Put": {"TableName": "guests", "Item": {"pk": {"S": "a"}}}})
    assert "a" in ddbmock.table("guests")


def test_all_tables_must_be_there(refusal: Any, actions: Any) -> None:
    missing = {"Put": {"TableName": "nobody", "Item": {"pk": {"S": "a"}}}}
    assert refusal(actions.put("a"), missing) == "ResourceNotFoundException: Requested resource not found"
    failing = actions.put("b", "attribute_exists(pk)")
    assert refusal(failing, missing) == "ResourceNotFoundException: Requested resource not found"


@pytest.mark.parametrize(
    "action, message",
    [
        (
            {"Put": {"TableName": "users", "Item": {"pk": {"S": ""}}}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: pk",
        ),
        (
            {"Delete": {"TableName": "users", "Key": {"pk": {"S": "x" * 2049}}}},
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
            "bytes",
        ),
        (
            {"Put": {"TableName": "users", "Item": {"pk": {"S": "a"}, "v": {"S": "x" * 409_600}}}},
            "Item size has exceeded the maximum allowed size",
        ),
        (
            {"Put": {"TableName": "users", "Item": {"pk": {"S": "a"}, "v": {"SS": []}}}},
            "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            {"Put": {"TableName": "users", "Item": {"pk": {"S": "a"}}, "ConditionExpression": "a = "}},
            'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="',
        ),
        (
            {"Put": {"TableName": "users", "Item": {"pk": {"S": "a"}}, "ConditionExpression": ""}},
            "Invalid ConditionExpression: The expression can not be empty;",
        ),
        (
            {"Update": {"TableName": "users", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET a = :v"}},
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :v",
        ),
        (
            {
                "Update": {
                    "TableName": "users",
                    "Key": {"pk": {"S": "a"}},
                    "UpdateExpression": "REMOVE a",
                    "ExpressionAttributeValues": {":v": {"S": "x"}},
                }
            },
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
        ),
        (
            {
                "Update": {
                    "TableName": "users",
                    "Key": {"pk": {"S": "a"}},
                    "UpdateExpression": "REMOVE pk",
                }
            },
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
        ),
    ],
)
def test_what_is_wrong_with_the_request_itself_refuses_all(
    refusal: Any, actions: Any, action: Any, message: str
) -> None:
    failing = actions.check("zz", "attribute_exists(pk)")
    assert refusal(failing, action) == f"ValidationException: {message}"


@pytest.mark.parametrize(
    "action, path",
    [
        ({"Put": {"TableName": "users"}}, "put.item"),
        ({"Put": {"Item": {"pk": {"S": "a"}}}}, "put.tableName"),
        ({"Update": {"TableName": "users", "Key": {"pk": {"S": "a"}}}}, "update.updateExpression"),
        ({"Delete": {"TableName": "users"}}, "delete.key"),
        ({"ConditionCheck": {"TableName": "users", "Key": {"pk": {"S": "a"}}}}, "conditionCheck.conditionExpression"),
    ],
)
def test_required_members_are_missed_by_their_place(refusal: Any, actions: Any, action: Any, path: str) -> None:
    assert refusal(actions.put("x"), action) == (
        f"ValidationException: 1 validation error detected: Value null at 'transactItems.2.member.{path}' failed to "
        "satisfy constraint: Member must not be null"
    )


def test_a_transaction_does_something(refusal: Any) -> None:
    assert refusal() == (
        "ValidationException: 1 validation error detected: Value '[]' at 'transactItems' failed to satisfy "
        "constraint: Member must have length greater than or equal to 1"
    )


def test_a_transaction_has_at_most_100_actions(refusal: Any, actions: Any) -> None:
    refused = refusal(*[actions.put(str(number)) for number in range(101)])
    assert refused.startswith("ValidationException: 1 validation error detected: Value '[TransactWriteItem(")
    assert refused.endswith(
        "' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"
    )


def test_a_transaction_has_at_most_4_mb(ddbmock: Any, write: Any, refusal: Any, actions: Any) -> None:
    large = [actions.put(str(number), v={"S": "x" * 390_000}) for number in range(11)]
    too_large = "ValidationException: Transaction item size has exceeded the 4 MB limit"
    assert refusal(*large) == too_large
    assert refusal(*large, actions.put("x", "attribute_exists(pk)")) == too_large
    write(*large[:10])
    deletes = [actions.delete(str(number)) for number in range(10)]
    assert refusal(*deletes, large[10]) == too_large
    write(*deletes)
    assert len(ddbmock.table("users")) == 0


def test_return_values_are_those_of_the_documentation(refusal: Any, actions: Any) -> None:
    assert refusal(actions.delete("a", ReturnValuesOnConditionCheckFailure="ALL_NEW")) == (
        "ValidationException: 1 validation error detected: Value 'ALL_NEW' at "
        "'transactItems.1.member.delete.returnValuesOnConditionCheckFailure' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ALL_OLD, NONE]"
    )
