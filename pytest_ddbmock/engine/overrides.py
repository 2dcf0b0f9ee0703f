"""Where AWS differs from its own service model: tables by operation and path.

Paths name members by their wire names; `[]` stands for the elements of a list or map. What a table lifts here is
checked by the operation, with a text of its own. Source: captured answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from pytest_ddbmock.engine.arns import NAME_LENGTH
from pytest_ddbmock.engine.violations import (
    ENUM,
    KEYS,
    MAX_LENGTH,
    MIN_LENGTH,
    MIN_VALUE,
    Form,
    of_enum,
    with_json,
    without_value,
)

Changes: TypeAlias = Mapping[str, Mapping[str, Any]]
"""By path: fields of `Shape`, and `order`, the members that are reported first."""


def _below(path: str, changes: Changes) -> Changes:
    return {f"{path}.{inner}" if inner else path: change for inner, change in changes.items()}


# ---- other bounds, other orders

_THROUGHPUT = {"order": ("WriteCapacityUnits", "ReadCapacityUnits")}
_GLOBAL_INDEX: Changes = {
    "KeySchema": {"maximum": None},  # up to eight attributes, which older service models do not know
    "ProvisionedThroughput": _THROUGHPUT,
}
_TAG: Changes = {
    "": {"required": ()},
    "Key": {"minimum": None, "maximum": None},
    "Value": {"minimum": None, "maximum": None},
}
_NAMES: Changes = {"AttributesToGet": {"maximum": 255}}
_ENUMS = ("ReturnConsumedCapacity", "ReturnValues", "ReturnItemCollectionMetrics", "ConditionalOperator")

SHAPES: Mapping[str, Changes] = {
    "PutItem": {"": {"order": ("TableName", "Item", *_ENUMS)}},
    "DeleteItem": {"": {"order": ("TableName", "Key", *_ENUMS)}},
    # Unsure: what follows ReturnValues.
    "UpdateItem": {"": {"order": ("TableName", "Key", "ReturnValues", *_ENUMS)}},
    "GetItem": _NAMES,
    "Query": {"": {"order": ("TableName", "Select", "Limit", "ReturnConsumedCapacity")}, **_NAMES},
    "Scan": _NAMES,
    "BatchGetItem": {"": {"required": ()}, **_below("RequestItems[]", _NAMES)},
    "BatchWriteItem": {"": {"required": ()}, "RequestItems": {"minimum": None}},
    "TransactWriteItems": {"": {"order": ("ClientRequestToken",)}},
    "CreateTable": {
        "": {  # which members are required depends on others
            "required": (),
            "order": ("AttributeDefinitions", "TableName", "KeySchema", "GlobalSecondaryIndexes"),
        },
        "TableName": {"minimum": NAME_LENGTH.start},
        "KeySchema": {"maximum": 2},
        "ProvisionedThroughput": _THROUGHPUT,
        "LocalSecondaryIndexes[].KeySchema": {"maximum": 2},
        **_below("GlobalSecondaryIndexes[]", _GLOBAL_INDEX),
        "TableClass": {"enum": ()},
        **_below("Tags[]", _TAG),
    },
    "UpdateTable": {
        "TableName": {"minimum": NAME_LENGTH.start},
        "ProvisionedThroughput": _THROUGHPUT,
        **_below("GlobalSecondaryIndexUpdates[].Create", _GLOBAL_INDEX),
        "GlobalSecondaryIndexUpdates[].Update.ProvisionedThroughput": _THROUGHPUT,
        "TableClass": {"enum": ()},
    },
    # Observed over HTTP; SDKs fill the token in.
    "ImportTable": {
        "": {"required": ("ClientToken", "S3BucketSource", "InputFormat", "TableCreationParameters")},
        "TableCreationParameters.KeySchema": {"maximum": 2},
        "TableCreationParameters.ProvisionedThroughput": _THROUGHPUT,
        **_below("TableCreationParameters.GlobalSecondaryIndexes[]", _GLOBAL_INDEX),
    },
    "ExportTableToPointInTime": {"S3Prefix": {"minimum": 1}},
    "TagResource": _below("Tags[]", _TAG),
    "UntagResource": {"TagKeys[]": {"minimum": None, "maximum": None}},
    "ListStreams": {"Limit": {"maximum": 100}},
    # Unsure: the text for a filter with one member or none, which AWS refuses though the model makes both optional.
    "DescribeStream": {"Limit": {"maximum": 100}, "ShardFilter": {"required": ("Type", "ShardId")}},
    "GetRecords": {"Limit": {"maximum": 1000}},
}

# ---- which violations are reported


class Alone(NamedTuple):
    """Violations of a member, or with "" of any, and of a rule, or with "" of any, that hide all others.

    `is_bare`: the error is the first of their texts, without a count of errors.
    """

    member: str = ""
    rule: str = ""
    is_bare: bool = False


_BAD_TABLE_NAME = Alone("TableName")

ALONE: Mapping[str, tuple[Alone, ...]] = {
    "PutItem": (_BAD_TABLE_NAME,),
    "UpdateItem": (_BAD_TABLE_NAME,),
    "DeleteItem": (_BAD_TABLE_NAME,),
    "CreateTable": (_BAD_TABLE_NAME,),
    "Query": (Alone("ConditionalOperator", ENUM, is_bare=True),),
    "BatchWriteItem": (Alone(rule=ENUM),),
}
"""What is looked for before all else, the most urgent first."""

STOPS_AT_FIRST = {"UpdateItem"}
"""Operations that report one violation."""

# ---- how they are worded

# The misspelt name and the misspelt value are AWS's.
_RETURN_VALUES = of_enum("ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE")
_CONDITIONAL_OPERATOR = of_enum("ALL, OR")
_OF_WRITES: Mapping[tuple[str, str], Form] = {
    ("TableName", MIN_LENGTH): without_value,
    ("ReturnValues", ENUM): _RETURN_VALUES,
    # Unsure: captured with two conditions for it to join; an operator that joins nothing may be reported as such.
    ("ConditionalOperator", ENUM): _CONDITIONAL_OPERATOR,
}

FORMS: Mapping[str, Mapping[tuple[str, str], Form]] = {
    "PutItem": _OF_WRITES,
    "UpdateItem": _OF_WRITES,
    "DeleteItem": _OF_WRITES,
    "Query": {("Limit", MIN_VALUE): without_value, ("ConditionalOperator", ENUM): _CONDITIONAL_OPERATOR},
    "BatchGetItem": {
        ("RequestItems", MIN_LENGTH): without_value,
        ("RequestItems", KEYS): with_json,
        ("RequestItems.Keys", MIN_LENGTH): without_value,
        ("RequestItems.Keys", MAX_LENGTH): without_value,
    },
}
"""The newer forms, by operation, member and rule. Captured in 31 of 33 Regions, September and October 2026."""

OLD_ORDER = (
    "ReturnConsumedCapacity",
    "TableName",
    "ReturnValues",
    "ReturnItemCollectionMetrics",  # Unsure: its place.
    "ConditionalOperator",
    "Key",
)
"""The order of the violations of a request that skips the front layer, which are reported together and in the usual
form. Unsure: captured of UpdateItem without a Key."""

# ---- other texts, other structures

NAME_REQUIRED = {"CreateTable", "DescribeTable", "DeleteTable"}
"""Operations with a text of their own for a missing TableName."""

NAME_LENGTH_REPORTED = {"DescribeTable", "DeleteTable"}
"""Operations with a text of their own for the length of TableName. Unsure: seen in older sources only."""

SERVED_MEMBERS: Mapping[str, set[str]] = {
    "AttributeDefinition": {"AttributeName", "AttributeType"},
    "AttributeValueUpdate": {"Action", "Value"},
    "Condition": {"AttributeValueList", "ComparisonOperator"},
    "DeleteRequest": {"Key"},
    "ExpectedAttributeValue": {"AttributeValueList", "ComparisonOperator", "Exists", "Value"},
    "KeySchemaElement": {"AttributeName", "KeyType"},
    "Projection": {"NonKeyAttributes", "ProjectionType"},
    "PutRequest": {"Item"},
    "Tag": {"Key", "Value"},
}
"""What is served of structures that many requests hold; any other member of the model is refused by name.

Operations check the rest: their parameters by `Call.param`, structures of their own by `Call.refuse_unknown`.
"""
