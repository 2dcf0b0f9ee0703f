"""Model constraints: collected, ordered and worded as AWS does, before the request is looked into."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.transports.service_model import ModelShapes
from tests.support.accounts import Account

KEY = {"pk": {"S": "a"}}
FAILED = "failed to satisfy constraint: Member must"
NULL = f"{FAILED} not be null"
PATTERN = f"{FAILED} satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
CAPACITY = f"{FAILED} satisfy enum value set: [INDEXES, TOTAL, NONE]"
RETURNS = f"{FAILED} satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
NEW_RETURNS = f"F{FAILED[1:]} satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
NEW_JOINED = f"F{FAILED[1:]} satisfy enum value set: [ALL, OR]"
METRICS = f"{FAILED} satisfy enum value set: [SIZE, NONE]"
ON_FAILURE = f"{FAILED} satisfy enum value set: [ALL_OLD, NONE]"
JOINED = f"{FAILED} satisfy enum value set: [OR, AND]"
COMPARISON = (
    f"{FAILED} satisfy enum value set: "
    "[IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]"
)
SELECT = f"{FAILED} satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"
TYPES = f"{FAILED} satisfy enum value set: [B, N, S]"
ACTION = f"{FAILED} satisfy enum value set: [ADD, PUT, DELETE]"
TABLE_KEYS = (
    "failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to "
    "255, Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: "
    "[a-zA-Z0-9_.-]+]"
)
REQUESTS = (
    "failed to satisfy constraint: Map value must satisfy constraint: "
    "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"
)


def detected(*violations: str) -> str:
    noun = "error" if len(violations) == 1 else "errors"
    return f"ValidationException: {len(violations)} validation {noun} detected: " + "; ".join(violations)


def at_least(bound: int, what: str = "length") -> str:
    return f"{FAILED} have {what} greater than or equal to {bound}"


def at_most(bound: int, what: str = "length") -> str:
    return f"{FAILED} have {what} less than or equal to {bound}"


NEEDS = {
    "PutItem": {"Item": KEY},
    "GetItem": {"Key": KEY},
    "UpdateItem": {"Key": KEY},
    "DeleteItem": {"Key": KEY},
    "Query": {"KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": {":v": {"S": "a"}}},
    "Scan": {},
}


@pytest.mark.parametrize("operation", NEEDS)
@pytest.mark.parametrize(
    "name, text",
    [
        (None, detected(f"Value null at 'tableName' {NULL}")),
        ("a b", detected(f"Value 'a b' at 'tableName' {PATTERN}")),
        ("é" * 3, detected(f"Value 'ééé' at 'tableName' {PATTERN}")),
        ("x" * 256, detected(f"Value '{'x' * 256}' at 'tableName' {at_most(255)}")),
        (
            "!" * 256,
            detected(
                f"Value '{'!' * 256}' at 'tableName' {at_most(255)}", f"Value '{'!' * 256}' at 'tableName' {PATTERN}"
            ),
        ),
        ("x" * 255, "ResourceNotFoundException: Requested resource not found"),
        ("ab", "ResourceNotFoundException: Requested resource not found"),  # Unsure: three characters in older sources
        (
            "arn:aws:dynamodb:eu-west-1:123456789012:table/nope",
            "ResourceNotFoundException: Requested resource not found",
        ),
        (
            "arn:aws:dynamodb:us-east-1:123456789012:table/plain",
            "ValidationException: 1 validation error detected: Invalid AWS region in "
            "'arn:aws:dynamodb:us-east-1:123456789012:table/plain'",
        ),
        (
            "arn:aws-cn:dynamodb:eu-west-1:123456789012:table/plain",
            "ValidationException: 1 validation error detected: Invalid AWS partition in "
            "'arn:aws-cn:dynamodb:eu-west-1:123456789012:table/plain'",
        ),
        (
            "arn:aws:dynamodb:eu-west-1:123456789012:table/plain/index/i",
            "ValidationException: 1 validation error detected: Invalid resource type in "
            "'arn:aws:dynamodb:eu-west-1:123456789012:table/plain/index/i'",
        ),
        ("arn:aws:dynamodb:eu-west-1:999999999999:table/plain", "AccessDeniedException: Access is denied"),
    ],
)
def test_a_table_must_be_named(answer: Any, operation: str, name: str | None, text: str) -> None:
    assert answer(operation, **NEEDS[operation], TableName=name) == text


@pytest.mark.parametrize("operation", NEEDS)
def test_a_table_name_is_not_empty(answer: Any, operation: str) -> None:
    place = (
        "Value at 'TableName'" if operation in ("PutItem", "UpdateItem", "DeleteItem") else "Value '' at 'tableName'"
    )
    assert answer(operation, **NEEDS[operation], TableName="") == detected(f"{place} {at_least(1)}")


def test_the_arn_of_a_table_names_it(account: Account) -> None:
    for operation, needs in NEEDS.items():
        account.call(operation, TableName="arn:aws:dynamodb:eu-west-1:123456789012:table/plain", **needs)
    assert len(account.table("plain")) == 0  # put and deleted


WRONG = {
    "ReturnConsumedCapacity": "A",
    "ReturnValues": "B",
    "ReturnItemCollectionMetrics": "C",
    "ConditionalOperator": "D",
}
BAD_CAPACITY = f"Value 'A' at 'returnConsumedCapacity' {CAPACITY}"
BAD_METRICS = f"Value 'C' at 'returnItemCollectionMetrics' {METRICS}"
OLD_FORMS = (
    BAD_CAPACITY,
    f"Value 'B' at 'returnValues' {RETURNS}",
    BAD_METRICS,
    f"Value 'D' at 'conditionalOperator' {JOINED}",
)
NEW_FORMS = (BAD_CAPACITY, NEW_RETURNS, BAD_METRICS, NEW_JOINED)


def deep(levels: int) -> Any:
    value: Any = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"m": value}}
    return value


@pytest.mark.parametrize(
    "operation, params, text",
    [
        # a bad name alone, or together with the rest
        ("PutItem", {"TableName": "!", **WRONG}, detected(f"Value '!' at 'tableName' {PATTERN}")),
        ("PutItem", WRONG, detected(f"Value null at 'tableName' {NULL}")),
        ("UpdateItem", {"TableName": "!", "Key": KEY, **WRONG}, detected(f"Value '!' at 'tableName' {PATTERN}")),
        ("DeleteItem", {"TableName": "!", **WRONG}, detected(f"Value '!' at 'tableName' {PATTERN}")),
        *[
            (operation, {"TableName": "", name: {}, **WRONG}, detected(f"Value at 'TableName' {at_least(1)}"))
            for operation, name in (("PutItem", "Item"), ("UpdateItem", "Key"), ("DeleteItem", "Key"))
        ],
        ("GetItem", {}, detected(f"Value null at 'tableName' {NULL}", f"Value null at 'key' {NULL}")),
        # the others in AWS's order
        ("PutItem", {"TableName": "plain", **WRONG}, detected(f"Value null at 'item' {NULL}", *NEW_FORMS)),
        ("PutItem", {"TableName": "nope", "Item": KEY, **WRONG}, detected(*NEW_FORMS)),
        ("DeleteItem", {"TableName": "plain", **WRONG}, detected(f"Value null at 'key' {NULL}", *NEW_FORMS)),
        ("DeleteItem", {"TableName": "nope", "Key": KEY, **WRONG}, detected(*NEW_FORMS)),
        # UpdateItem stops at the first, and without a Key it uses the old forms
        ("UpdateItem", {"TableName": "nope", "Key": KEY, **WRONG}, detected(NEW_RETURNS)),
        ("UpdateItem", {"TableName": "nope", "Key": KEY, "ReturnConsumedCapacity": "A"}, detected(BAD_CAPACITY)),
        ("UpdateItem", {"TableName": "nope", "Key": KEY, "ConditionalOperator": "D"}, detected(NEW_JOINED)),
        ("UpdateItem", {"TableName": "plain", **WRONG}, detected(*OLD_FORMS, f"Value null at 'key' {NULL}")),
        (
            "UpdateItem",
            {"TableName": "", **WRONG},
            detected(
                OLD_FORMS[0], f"Value '' at 'tableName' {at_least(1)}", *OLD_FORMS[1:], f"Value null at 'key' {NULL}"
            ),
        ),
        ("UpdateItem", {}, detected(f"Value null at 'tableName' {NULL}", f"Value null at 'key' {NULL}")),
        (
            "UpdateItem",
            {"TableName": "plain", "Key": KEY, "AttributeUpdates": {"a": {"Action": "X"}, "b": {"Action": "Y"}}},
            detected(f"Value 'X' at 'attributeUpdates.a.member.action' {ACTION}"),
        ),
        (
            "PutItem",
            {
                "TableName": "plain",
                "Item": KEY,
                "Expected": {"a": {"ComparisonOperator": "Y"}, "b": {"ComparisonOperator": "Z"}},
            },
            detected(
                f"Value 'Y' at 'expected.a.member.comparisonOperator' {COMPARISON}",
                f"Value 'Z' at 'expected.b.member.comparisonOperator' {COMPARISON}",
            ),
        ),
        (
            "PutItem",
            {"TableName": "plain", "Item": KEY, "ReturnValuesOnConditionCheckFailure": "ALL_NEW"},
            detected(f"Value 'ALL_NEW' at 'returnValuesOnConditionCheckFailure' {ON_FAILURE}"),
        ),
        # the names that a read asks for
        (
            "GetItem",
            {"TableName": "plain", "Key": KEY, "AttributesToGet": []},
            detected(f"Value '[]' at 'attributesToGet' {at_least(1)}"),
        ),
        (
            "GetItem",
            {"TableName": "plain", "Key": KEY, "AttributesToGet": ["a"] * 256},
            detected(f"Value '[{', '.join(['a'] * 256)}]' at 'attributesToGet' {at_most(255)}"),
        ),
        # Query and Scan
        (
            "Query",
            {"TableName": "!", "Select": "A", "Limit": 0, "ReturnConsumedCapacity": "B", "IndexName": "ab"},
            detected(
                f"Value '!' at 'tableName' {PATTERN}",
                f"Value 'A' at 'select' {SELECT}",
                f"Value at 'Limit' {at_least(1, 'value')}",
                f"Value 'B' at 'returnConsumedCapacity' {CAPACITY}",
                f"Value 'ab' at 'indexName' {at_least(3)}",
            ),
        ),
        ("Query", {"TableName": "plain", "Limit": -1}, detected(f"Value at 'Limit' {at_least(1, 'value')}")),
        ("Scan", {"TableName": "plain", "Limit": 0}, detected(f"Value '0' at 'limit' {at_least(1, 'value')}")),
        (
            "Scan",
            {"TableName": "plain", "Segment": -1, "TotalSegments": 1},
            detected(f"Value '-1' at 'segment' {at_least(0, 'value')}"),
        ),
        (
            "Scan",
            {"TableName": "plain", "Segment": 10**6, "TotalSegments": 10**6},
            detected(f"Value '1000000' at 'segment' {at_most(999999, 'value')}"),
        ),
        (
            "Scan",
            {"TableName": "plain", "Segment": 0, "TotalSegments": 0},
            detected(f"Value '0' at 'totalSegments' {at_least(1, 'value')}"),
        ),
        (
            "Scan",
            {"TableName": "plain", "Segment": 0, "TotalSegments": 10**6 + 1},
            detected(f"Value '1000001' at 'totalSegments' {at_most(1000000, 'value')}"),
        ),
        (
            "Query",
            {"TableName": "plain", "KeyConditions": {"pk": {"ComparisonOperator": "X"}}, "QueryFilter": {"a": {}}},
            detected(
                f"Value 'X' at 'keyConditions.pk.member.comparisonOperator' {COMPARISON}",
                f"Value null at 'queryFilter.a.member.comparisonOperator' {NULL}",
            ),
        ),
        (
            "Query",
            {"TableName": "!", "ConditionalOperator": "XOR", "Select": "A"},
            f"ValidationException: {NEW_JOINED}",
        ),
        (
            "Scan",
            {"TableName": "plain", "ConditionalOperator": "D", "Select": "A"},
            detected(f"Value 'A' at 'select' {SELECT}", f"Value 'D' at 'conditionalOperator' {JOINED}"),
        ),
        # batches and transactions
        *[
            (
                "TransactWriteItems",
                {
                    "ClientRequestToken": "x" * 37,
                    "ReturnConsumedCapacity": "A",
                    "ReturnItemCollectionMetrics": "C",
                    "TransactItems": [{"Delete": {"TableName": "plain", "Key": KEY}}, {action: member}],
                },
                detected(
                    f"Value '{'x' * 37}' at 'clientRequestToken' {at_most(36)}",
                    *violations,
                    BAD_CAPACITY,
                    BAD_METRICS,
                ),
            )
            for action, member, violations in (
                (
                    "Update",
                    {"TableName": "a!", "Key": KEY, "UpdateExpression": "REMOVE a"},
                    [f"Value 'a!' at 'transactItems.2.member.update.tableName' {PATTERN}"],
                ),
                (
                    "Update",
                    {"TableName": "ab"},
                    [
                        f"Value null at 'transactItems.2.member.update.key' {NULL}",
                        f"Value null at 'transactItems.2.member.update.updateExpression' {NULL}",
                    ],
                ),
                ("Put", {"TableName": "ab"}, [f"Value null at 'transactItems.2.member.put.item' {NULL}"]),
                ("Delete", {"Key": KEY}, [f"Value null at 'transactItems.2.member.delete.tableName' {NULL}"]),
                (
                    "ConditionCheck",
                    {"TableName": "", "Key": KEY, "ReturnValuesOnConditionCheckFailure": "X"},
                    [
                        f"Value '' at 'transactItems.2.member.conditionCheck.tableName' {at_least(1)}",
                        f"Value null at 'transactItems.2.member.conditionCheck.conditionExpression' {NULL}",
                        f"Value 'X' at 'transactItems.2.member.conditionCheck.returnValuesOnConditionCheckFailure' "
                        f"{ON_FAILURE}",
                    ],
                ),
            )
        ],
        ("TransactWriteItems", {"TransactItems": []}, detected(f"Value '[]' at 'transactItems' {at_least(1)}")),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "a!"}}, {}], "ReturnConsumedCapacity": "A"},
            detected(
                f"Value null at 'transactItems.1.member.get.key' {NULL}",
                f"Value 'a!' at 'transactItems.1.member.get.tableName' {PATTERN}",
                f"Value null at 'transactItems.2.member.get' {NULL}",
                BAD_CAPACITY,
            ),
        ),
        ("BatchGetItem", {}, "ValidationException: The requestItems parameter is required for BatchGetItem"),
        ("BatchWriteItem", {}, "ValidationException: The requestItems parameter is required for BatchWriteItem"),
        ("BatchGetItem", {"RequestItems": {}}, detected(f"Value at 'RequestItems' {at_least(1)}")),
        (
            "BatchWriteItem",
            {"RequestItems": {}},
            "ValidationException: The requestItems parameter is required for BatchWriteItem",
        ),
        (
            "BatchGetItem",
            {"RequestItems": {}, "ReturnConsumedCapacity": "A"},
            detected(f"Value at 'RequestItems' {at_least(1)}", BAD_CAPACITY),
        ),
        ("BatchWriteItem", {"RequestItems": {}, "ReturnConsumedCapacity": "A"}, detected(BAD_CAPACITY)),
        (
            "BatchWriteItem",
            {"RequestItems": {"a!": []}, "ReturnConsumedCapacity": "A", "ReturnItemCollectionMetrics": "C"},
            detected(BAD_CAPACITY, BAD_METRICS),
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"plain": {"Keys": []}}},
            detected(f"Value at 'RequestItems.plain.member.Keys' {at_least(1)}"),
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"plain": {}}},
            detected(f"Value null at 'requestItems.plain.member.keys' {NULL}"),
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"plain": {"Keys": [KEY] * 101}}},
            detected(f"Value at 'RequestItems.plain.member.Keys' {at_most(100)}"),
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"a!": {"Keys": [{"pk": {"B": b"a"}}]}}, "ReturnConsumedCapacity": "A"},
            detected("""Value '{"a!":{"Keys":[{"pk":{"B":"YQ=="}}]}}' at 'requestItems' """ + TABLE_KEYS, BAD_CAPACITY),
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"plain": []}},
            detected(f"Value '{{plain=[]}}' at 'requestItems' {REQUESTS}"),
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"plain": [{"DeleteRequest": {}}]}},
            detected(f"Value null at 'requestItems.plain.member.1.member.deleteRequest.key' {NULL}"),
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"ab": [{"PutRequest": {"Item": KEY}}]}},
            detected(
                "Value '{ab=[WriteRequest(putRequest=PutRequest(item={pk=AttributeValue(s=a)}), deleteRequest=null)]}' "
                f"at 'requestItems' {TABLE_KEYS}"
            ),
        ),
        # global indexes come before local ones
        (
            "CreateTable",
            {
                "TableName": "new",
                "LocalSecondaryIndexes": [{"IndexName": "aa", "KeySchema": [], "Projection": {}}],
                "GlobalSecondaryIndexes": [{"IndexName": "zz", "KeySchema": [], "Projection": {}}],
            },
            detected(
                f"Value 'zz' at 'globalSecondaryIndexes.1.member.indexName' {at_least(3)}",
                f"Value '[]' at 'globalSecondaryIndexes.1.member.keySchema' {at_least(1)}",
                f"Value 'aa' at 'localSecondaryIndexes.1.member.indexName' {at_least(3)}",
                f"Value '[]' at 'localSecondaryIndexes.1.member.keySchema' {at_least(1)}",
            ),
        ),
        # structures are shown as Java prints them
        (
            "CreateTable",
            {
                "TableName": "new",
                "AttributeDefinitions": [{"AttributeName": "x" * 256, "AttributeType": "X"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk"}, {}],
                "ProvisionedThroughput": {},
                "BillingMode": "FREE",
            },
            detected(
                f"Value '{'x' * 256}' at 'attributeDefinitions.1.member.attributeName' {at_most(255)}",
                f"Value 'X' at 'attributeDefinitions.1.member.attributeType' {TYPES}",
                "Value '[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=sk, "
                f"keyType=null), KeySchemaElement(attributeName=null, keyType=null)]' at 'keySchema' {at_most(2)}",
                f"Value null at 'keySchema.2.member.keyType' {NULL}",
                f"Value null at 'keySchema.3.member.attributeName' {NULL}",
                f"Value null at 'keySchema.3.member.keyType' {NULL}",
                f"Value 'FREE' at 'billingMode' {FAILED} satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
                f"Value null at 'provisionedThroughput.writeCapacityUnits' {NULL}",
                f"Value null at 'provisionedThroughput.readCapacityUnits' {NULL}",
            ),
        ),
    ],
)
def test_violations_are_reported_in_order(answer: Any, operation: str, params: Any, text: str) -> None:
    assert answer(operation, **params) == text


TOO_DEEP = deep(63)


@pytest.mark.parametrize(
    "operation, needs",
    [
        ("PutItem", {"Item": {**KEY, "d": TOO_DEEP}}),
        ("DeleteItem", {"Key": {**KEY, "d": TOO_DEEP}}),
        ("PutItem", {"Item": KEY, "Expected": {"d": {"Value": TOO_DEEP}}}),
        ("DeleteItem", {"Key": KEY, "ExpressionAttributeValues": {":d": TOO_DEEP}, "ConditionExpression": "d = :d"}),
    ],
)
def test_requests_that_are_nested_too_deeply_are_answered_in_the_old_forms(
    answer: Any, operation: str, needs: Any
) -> None:
    nested = (
        "ValidationException: Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
        "beyond supported limit"
    )
    assert answer(operation, TableName="plain", **needs, **WRONG) == detected(*OLD_FORMS)
    assert answer(operation, TableName="", **needs, **WRONG) == detected(
        OLD_FORMS[0], f"Value '' at 'tableName' {at_least(1)}", *OLD_FORMS[1:]
    )
    assert answer(operation, TableName="plain", **needs, ReturnValues="ALL_NEW") == (
        "ValidationException: ReturnValues can only be ALL_OLD or NONE"
    )
    assert answer(operation, TableName="plain", **needs, ReturnValues="ALL_OLD") == nested


def test_an_update_that_is_nested_too_deeply_reports_all_violations(answer: Any) -> None:
    deep_update = {"Key": KEY, "AttributeUpdates": {"d": {"Value": TOO_DEEP}}}
    assert answer("UpdateItem", TableName="plain", **deep_update, **WRONG) == detected(*OLD_FORMS)


@pytest.mark.parametrize("levels", [0, 33, 40])
def test_values_too_deep_for_an_item_change_no_form(answer: Any, levels: int) -> None:
    expected = {"a": {"Value": deep(levels)}, "b": {"Value": {"S": "x"}}}
    assert answer("PutItem", TableName="nope", Item=KEY, Expected=expected, ConditionalOperator="XOR") == (
        detected(NEW_JOINED)
    )


def test_no_more_than_ten_violations_are_reported(answer: Any) -> None:
    message = answer("Query", TableName="plain", QueryFilter={f"a{number}": {} for number in range(12)})
    assert message == detected(
        *[f"Value null at 'queryFilter.a{n}.member.comparisonOperator' {NULL}" for n in range(10)]
    )


def test_more_than_25_requests_for_a_table_show_the_whole_batch(answer: Any) -> None:
    requests = [{"DeleteRequest": {"Key": {"pk": {"S": str(number)}}}} for number in range(26)]
    shown = ", ".join(
        f"WriteRequest(putRequest=null, deleteRequest=DeleteRequest(key={{pk=AttributeValue(s={number})}}))"
        for number in range(26)
    )
    assert answer("BatchWriteItem", RequestItems={"plain": requests}) == detected(
        f"Value '{{plain=[{shown}]}}' at 'requestItems' {REQUESTS}"
    )


def test_every_enum_of_the_items_operations_has_its_order() -> None:
    shapes = ModelShapes()
    names = {
        name
        for operation in (*NEEDS, "BatchGetItem", "BatchWriteItem")
        for name, member in shapes.input("dynamodb", operation).members.items()  # type: ignore[union-attr]
        if member.enum
    }
    assert names == {*WRONG, "Select", "ReturnValuesOnConditionCheckFailure"}
