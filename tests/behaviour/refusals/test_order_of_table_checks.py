"""Definitions of tables that break two rules: which of them is reported."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.refusals import INVALID, VALIDATION, VIOLATED

TOO_MUCH = {"ReadCapacityUnits": 10**13, "WriteCapacityUnits": 1}
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def keys(*names: str, kinds: tuple[str, ...] = ("HASH", "RANGE")) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=False)]


def index(name: str, *key: str, **projection: Any) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": keys(*key), "Projection": projection or {"ProjectionType": "ALL"}}


def local(*indexes: Any) -> dict[str, Any]:
    return {"LocalSecondaryIndexes": list(indexes)}


def among(*indexes: Any) -> dict[str, Any]:
    return {"GlobalSecondaryIndexes": list(indexes)}


BOTH = {"KeySchema": keys("pk", "sk"), "AttributeDefinitions": attributes("pk", "sk")}
WITH_L = {"KeySchema": keys("pk", "sk"), "AttributeDefinitions": attributes("pk", "sk", "l")}
STREAM = {"StreamSpecification": {"StreamEnabled": True}}
UNKNOWN: dict[str, Any] = {"NonKeyAttributes": ["a"]}


@pytest.mark.parametrize(
    "changes, text",
    [
        # each row is free of the faults above it, and has the fault of the row and one or more of those below
        (
            {"TableName": None, "BillingMode": "FREE"},
            f"{VALIDATION}The parameter 'TableName' is required but was not present in the request",
        ),
        (
            {"TableName": "a!b", "BillingMode": "FREE"},
            f"{VIOLATED}Value 'a!b' at 'tableName' failed to satisfy constraint: Member must satisfy regular "
            "expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            {"BillingMode": "FREE", "ProvisionedThroughput": TOO_MUCH},
            f"{VIOLATED}Value 'FREE' at 'billingMode' failed to satisfy constraint: Member must satisfy enum value "
            "set: [PROVISIONED, PAY_PER_REQUEST]",
        ),
        (
            {"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": TOO_MUCH, "KeySchema": keys("x")},
            f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST",
        ),
        (
            {"BillingMode": "PROVISIONED", "KeySchema": keys("x")},
            f"{INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        ),
        (
            {"BillingMode": "PROVISIONED", "ProvisionedThroughput": TOO_MUCH, "KeySchema": keys("x")},
            f"{VALIDATION}Given value 10000000000000 for ReadCapacityUnits is out of bounds",
        ),
        (
            {"AttributeDefinitions": attributes("pk", "pk"), "KeySchema": keys("x")},
            f"{VALIDATION}Attribute Name is duplicated: pk",
        ),
        (
            {"KeySchema": keys("x", "y", kinds=("RANGE", "RANGE")), "AttributeDefinitions": attributes("pk", "z")},
            f"{VALIDATION}Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            {"KeySchema": keys("x"), "AttributeDefinitions": attributes("pk")},
            f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
            "Keys: [x], AttributeDefinitions: [pk]",
        ),
        (
            {**BOTH, "KeySchema": keys("pk", "sk", kinds=("RANGE", "HASH")), **local()},
            f"{VALIDATION}Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            {**BOTH, "KeySchema": keys("pk", "pk", kinds=("HASH", "HASH")), **local()},
            f"{VALIDATION}Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
        ),
        (
            {**BOTH, "KeySchema": keys("pk", "pk"), **local()},
            f"{VALIDATION}Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            {"AttributeDefinitions": attributes("pk", "x"), **local(), **STREAM},
            f"{INVALID}Number of attributes in KeySchema does not exactly match number of attributes defined in "
            "AttributeDefinitions",
        ),
        (
            {**BOTH, **local(index("by-l", "pk", "l", ProjectionType="ALL", NonKeyAttributes=["a"]))},
            f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
            "Keys: [pk, l], AttributeDefinitions: [sk, pk]",
        ),
        (
            {
                **BOTH,
                "AttributeDefinitions": attributes("z", "sk", "pk"),
                **local(index("by-l", "pk", "sk", **UNKNOWN)),
            },
            f"{INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: [sk, z, pk], keys used: [sk, pk]",
        ),
        ({**BOTH, **local(), **among()}, f"{INVALID}List of LocalSecondaryIndexes is empty"),
        ({**BOTH, **among(), **STREAM}, f"{INVALID}List of GlobalSecondaryIndexes is empty"),
        (
            {**WITH_L, **local(*[index("same", "pk", "l", ProjectionType="ALL")] * 6)},
            f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5",
        ),
        (
            {**local(index("by-pk", "pk", **UNKNOWN)), **among(index("by-pk", "pk", **UNKNOWN))},
            f"{INVALID}Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex",
        ),
        (
            {**WITH_L, **local(index("same", "pk", "l")), **among(*[index("same", "l", **UNKNOWN)] * 21)},
            f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
        (
            {**WITH_L, **local(index("same", "pk", "l")), **among(index("same", "l", **UNKNOWN))},
            f"{INVALID}Unknown ProjectionType: null",
        ),
        (
            {**WITH_L, **local(index("same", "pk", "l")), **among(index("same", "l")), **STREAM},
            f"{INVALID}Duplicate index name: same",
        ),
        (
            {**STREAM, "TableName": "plain"},
            f"{INVALID}Table is being created with a stream enabled, UpdateViewType is required",
        ),
        ({"TableName": "plain"}, "ResourceInUseException: Table already exists: plain"),
    ],
)
def test_create_table(refused: Any, tables: Any, changes: dict[str, Any], text: str) -> None:
    params = {
        "TableName": "new",
        "KeySchema": keys("pk"),
        "AttributeDefinitions": attributes("pk"),
        **ON_DEMAND,
        **changes,
    }
    assert refused("create_table", **{name: value for name, value in params.items() if value is not None}) == text
