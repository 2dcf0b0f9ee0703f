"""TransactWriteItems: cancellation reasons, and what rejects the request as a whole instead."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

NONE = {"Code": "None"}
KINDS = ["Put", "Update", "Delete", "ConditionCheck"]
INVALID = "One or more parameter values were invalid: "
MISMATCH = "The provided key element does not match the schema"
WRONG_TYPE = f"{INVALID}Type mismatch for Index Key"
EMPTY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {} "
    "value. Key: {}"
)
HASH_TOO_LONG = f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes"
RANGE_TOO_LONG = f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}


def action(kind: str, table: str, **attributes: Any) -> dict[str, Any]:
    """A member of `TransactItems` on the item with these attributes."""
    body: dict[str, Any] = {"TableName": table, "Item" if kind == "Put" else "Key": attributes}
    if kind == "Update":
        body["UpdateExpression"] = "REMOVE nothing"
    if kind == "ConditionCheck":
        body["ConditionExpression"] = "attribute_not_exists(nothing)"
    return {kind: body}


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
        actions.update("there2", "SET n = :one", "attribute_exists(n)", one={"N": "1"}),
        actions.delete("b"),
        actions.delete("c", ConditionExpression="attribute_exists(pk)"),
        actions.check("d", "attribute_exists(pk)"),
        actions.check("e", "attribute_not_exists(pk)"),
    ) == [NONE, FAILED, FAILED, NONE, FAILED, FAILED, NONE]


@pytest.mark.parametrize("kind", KINDS)
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


# ---- faults of keys


@pytest.fixture
def keyed(ddbmock: Any) -> None:
    """Tables with binary keys, and with strings for both keys."""
    ddbmock.create_table("blobs", "pk:B")
    ddbmock.create_table("pairs", "pk", "sk")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "table, attributes, message",
    [
        ("users", {"pk": {"S": "x" * 2049}}, HASH_TOO_LONG),
        ("users", {"pk": {"S": "é" * 1024 + "x"}}, HASH_TOO_LONG),
        ("blobs", {"pk": {"B": b"x" * 2049}}, HASH_TOO_LONG),
        ("pairs", {"pk": {"S": "p"}, "sk": {"S": "x" * 1025}}, RANGE_TOO_LONG),
        ("pairs", {"pk": {"S": "x" * 2049}, "sk": {"S": "x" * 1025}}, HASH_TOO_LONG),
    ],
)
def test_a_key_that_is_too_long_is_a_reason(
    reasons: Any, actions: Any, keyed: None, kind: str, table: str, attributes: Any, message: str
) -> None:
    assert reasons(actions.put("a"), action(kind, table, **attributes)) == [NONE, invalid(message)]


@pytest.mark.parametrize("kind", KINDS)
def test_keys_of_the_largest_size_are_accepted(write: Any, keyed: None, kind: str) -> None:
    write(
        action(kind, "pairs", pk={"S": "x" * 2048}, sk={"S": "é" * 512}), action(kind, "blobs", pk={"B": b"x" * 2048})
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "table, attributes, message",
    [
        ("users", {"pk": {"S": ""}}, EMPTY.format("string", "pk")),
        ("blobs", {"pk": {"B": b""}}, EMPTY.format("binary", "pk")),
        ("pairs", {"pk": {"S": "p"}, "sk": {"S": ""}}, EMPTY.format("string", "sk")),
        ("pairs", {"pk": {"S": ""}, "sk": {"S": ""}}, EMPTY.format("string", "pk")),
        ("pairs", {"pk": {"N": "1"}, "sk": {"S": ""}}, EMPTY.format("string", "sk")),
        ("pairs", {"pk": {"S": "x" * 2049}, "sk": {"S": ""}}, EMPTY.format("string", "sk")),
    ],
)
def test_an_empty_key_rejects_the_whole_request(
    refusal: Any, actions: Any, keyed: None, kind: str, table: str, attributes: Any, message: str
) -> None:
    earlier = action("Delete", "users", pk={"N": "1"})
    failing = actions.check("zz", "attribute_exists(pk)")
    for others in ([], [failing], [earlier]):
        assert refusal(*others, action(kind, table, **attributes)) == f"ValidationException: {message}"


@pytest.mark.parametrize("kind", ["Update", "Delete", "ConditionCheck"])
@pytest.mark.parametrize(
    "table, attributes",
    [
        ("users", {"pk": {"N": "1"}}),
        ("users", {"pk": {"L": [{"S": "a"}]}}),
        ("users", {"pk": {"NULL": True}}),
        ("users", {"sk": {"S": "a"}}),
        ("users", {"pk": {"S": "a"}, "sk": {"S": "a"}}),
        ("users", {}),
        ("pairs", {"pk": {"S": "a"}}),
        ("pairs", {"pk": {"S": "a"}, "sk": {"M": {}}}),
    ],
)
def test_a_key_that_does_not_fit_the_schema_is_a_reason(
    reasons: Any, actions: Any, keyed: None, kind: str, table: str, attributes: Any
) -> None:
    assert reasons(action(kind, table, **attributes), actions.put("a")) == [invalid(MISMATCH), NONE]


@pytest.mark.parametrize(
    "table, attributes, message",
    [
        ("users", {"v": {"S": "a"}}, "Missing the key pk in the item"),
        ("pairs", {"pk": {"S": "a"}}, "Missing the key sk in the item"),
        ("users", {"pk": {"N": "1"}}, "Type mismatch for key pk expected: S actual: N"),
        ("users", {"pk": {"L": []}}, "Type mismatch for key pk expected: S actual: L"),
        ("users", {"pk": {"NULL": True}}, "Type mismatch for key pk expected: S actual: NULL"),
        ("pairs", {"pk": {"S": "a"}, "sk": {"M": {}}}, "Type mismatch for key sk expected: S actual: M"),
    ],
)
def test_an_item_that_does_not_fit_the_schema_is_a_reason(
    reasons: Any, actions: Any, keyed: None, table: str, attributes: Any, message: str
) -> None:
    assert reasons(action("Put", table, **attributes), actions.put("a")) == [invalid(INVALID + message), NONE]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("later", KINDS)
def test_the_first_fault_of_a_key_is_the_only_reason(
    ddbmock: Any, client: Any, reasons: Any, actions: Any, kind: str, later: str
) -> None:
    failing = actions.check("zz", "attribute_exists(pk)")
    found = reasons(
        failing,
        action(kind, "users", pk={"N": "1"}),
        action(later, "users", pk={"S": "x" * 2049}),
        failing_put(actions),
    )
    assert [reason["Code"] for reason in found] == ["None", "ValidationError", "None", "None"]
    found = reasons(action(later, "users", pk={"S": "x" * 2049}), failing, action(kind, "users", pk={"N": "1"}))
    assert found == [invalid(HASH_TOO_LONG), NONE, NONE]


def failing_put(actions: Any) -> Any:
    return actions.put("failing", "attribute_exists(pk)")


def test_a_fault_of_a_key_comes_before_held_items(ddbmock: Any, reasons: Any, actions: Any) -> None:
    with ddbmock.faults.hold("users", "held") as held:
        assert reasons(actions.put("held"), action("Delete", "users", pk={"N": "1"})) == [NONE, invalid(MISMATCH)]
        assert held.hits == 0
        [reason] = reasons(actions.put("held"))
    assert (reason["Code"], held.hits) == ("TransactionConflict", 1)


def test_a_fault_of_a_key_is_found_before_items_are_read_and_costs_nothing(
    ddbmock: Any, reasons: Any, actions: Any
) -> None:
    reasons(actions.put("a"), action("Delete", "users", pk={"N": "1"}))
    reasons(actions.put_order(1, status={"N": "1"}))
    assert [call.units for call in ddbmock.calls[-2:]] == [0, 0]
    reasons(failing_put(actions))
    assert ddbmock.calls[-1].units > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_item_comes_before_faults_of_keys(refusal: Any, actions: Any, kind: str) -> None:
    repeated = "ValidationException: Transaction request cannot include multiple operations on one item"
    too_long = {"pk": {"S": "x" * 2049}}
    assert refusal(action("Delete", "users", **too_long), action(kind, "users", **too_long)) == repeated
    assert refusal(action(kind, "users", pk={"N": "1"}), actions.put("a"), actions.delete("a")) == repeated


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "attributes, condition, key",
    [
        ({"pk": {"S": "a"}}, "attribute_exists(pk.x)", "Key: pk"),
        ({"pk": {"S": "a"}}, "x = a OR pk[0] = a", "Key: pk"),
        ({"customer": {"S": "c"}, "placed": {"N": "1"}}, "attribute_exists(#t.x)", "IndexKey: total"),
    ],
)
def test_a_condition_cannot_read_inside_a_key(
    refusal: Any, actions: Any, kind: str, attributes: Any, condition: str, key: str
) -> None:
    member = action(kind, "users" if "pk" in attributes else "orders", **attributes)
    member[kind]["ConditionExpression"] = condition
    if "#t" in condition:
        member[kind]["ExpressionAttributeNames"] = {"#t": "total"}
    assert refusal(failing_put(actions), member) == (
        "ValidationException: Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
        f"allowed: {key}"
    )


# ---- errors of updates, faults of index keys


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


def test_an_update_that_cannot_be_calculated_is_the_only_reason(reasons: Any, actions: Any) -> None:
    missing = "The provided expression refers to an attribute that does not exist in the item"
    assert reasons(
        failing_put(actions),
        actions.update("a", "SET n = gone"),
        actions.update("b", "SET n = gone"),
        actions.update("c", "SET n = gone", "attribute_exists(pk)"),
    ) == [NONE, invalid(missing), NONE, NONE]
    failed_first = actions.update("c", "SET n = gone", "attribute_exists(pk)")
    assert reasons(failed_first, failing_put(actions)) == [FAILED, FAILED]


@pytest.mark.parametrize("is_put", [True, False])
@pytest.mark.parametrize(
    "attributes, message",
    [
        ({"status": {"N": "1"}}, f"{WRONG_TYPE} status Expected: S Actual: N IndexName: by-status"),
        ({"total": {"NULL": True}}, f"{WRONG_TYPE} total Expected: N Actual: NULL IndexName: by-total"),
        ({"status": {"S": "x" * 2049}}, HASH_TOO_LONG),
    ],
)
def test_what_cannot_be_the_key_of_an_index_is_a_reason(
    reasons: Any, actions: Any, is_put: bool, attributes: Any, message: str
) -> None:
    [(name, value)] = attributes.items()
    update = {"UpdateExpression": "SET #n = :v", "ExpressionAttributeNames": {"#n": name}}
    update["ExpressionAttributeValues"] = {":v": value}
    bad = actions.put_order(1, **attributes) if is_put else {"Update": {**actions.order(1), **update}}
    assert reasons(failing_put(actions), bad, actions.put_order(2, status={"S": "NEW"})) == [
        NONE,
        invalid(message),
        NONE,
    ]


# ---- what refuses the request as a whole


@pytest.mark.parametrize("first, second", list(itertools.combinations(KINDS, 2)))
def test_a_member_is_one_action(refusal: Any, actions: Any, first: str, second: str) -> None:
    several = "ValidationException: TransactItems can only contain one of Check, Put, Update or Delete"
    none = "ValidationException: Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"
    both = {**action(first, "users", pk={"S": "a"}), **action(second, "users", pk={"S": "b"})}
    assert refusal(actions.put("x"), both) == several
    assert refusal(actions.put("x"), {}) == none
    assert refusal({}, both) == none
    assert refusal(both, {}) == several


def test_the_number_of_actions_of_a_member_comes_before_faults_of_actions(refusal: Any, actions: Any) -> None:
    faulty = actions.delete("a", ConditionExpression="a = = b")
    assert refusal(faulty, {}).endswith("should contain Delete or Put or Update request")
    assert refusal({}, actions.delete("a", ReturnValuesOnConditionCheckFailure="X")).endswith("[ALL_OLD, NONE]")


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


def test_equal_numbers_are_the_same_key(refusal: Any, actions: Any) -> None:
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


TOO_LARGE = "ValidationException: Transaction item size cannot exceed 4 MB"


def carrying(kind: str, actions: Any, number: int) -> Any:
    """An action on a missing item with 390 kB in the request."""
    large = {"S": "x" * 390_000}
    if kind == "Put":
        return actions.put(str(number), v=large)
    if kind == "Update":
        return actions.update(str(number), "SET v = :v", v=large)
    condition = {"ConditionExpression": "NOT v = :v", "ExpressionAttributeValues": {":v": large}}
    return {kind: {**actions.user(str(number)), **condition}}


@pytest.mark.parametrize("kind", KINDS)
def test_a_transaction_carries_at_most_4_mb(write: Any, refusal: Any, actions: Any, kind: str) -> None:
    large = [carrying(kind, actions, number) for number in range(11)]
    assert refusal(*large) == TOO_LARGE
    assert refusal(*large, failing_put(actions)) == TOO_LARGE
    assert refusal(*large, action("Delete", "users", pk={"N": "1"})) == TOO_LARGE
    write(*large[:10])


def test_the_size_of_stored_items_does_not_count(ddbmock: Any, write: Any, actions: Any) -> None:
    users = ddbmock.table("users")
    users.load([{"pk": str(number), "v": "x" * 100_000} for number in range(90)])
    write(*[actions.check(str(number), "attribute_exists(pk)") for number in range(90)])
    write(*[actions.update(str(number), "SET n = pk") for number in range(90)])
    write(*[actions.delete(str(number)) for number in range(50)])
    assert len(users) == 40


def test_return_values_are_those_of_the_documentation(refusal: Any, actions: Any) -> None:
    assert refusal(actions.delete("a", ReturnValuesOnConditionCheckFailure="ALL_NEW")) == (
        "ValidationException: 1 validation error detected: Value 'ALL_NEW' at "
        "'transactItems.1.member.delete.returnValuesOnConditionCheckFailure' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ALL_OLD, NONE]"
    )
