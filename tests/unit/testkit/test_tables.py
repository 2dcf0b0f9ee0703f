from __future__ import annotations

from pathlib import Path

import pytest

from pytest_ddbmock import UsageError
from pytest_ddbmock.testkit.definitions.tables import parse, parse_all


def keys(definition):
    """The key schemas by index (None: the table) as `name:type` texts."""
    types = {one["AttributeName"]: one["AttributeType"] for one in definition.create["AttributeDefinitions"]}
    indexes = definition.create.get("GlobalSecondaryIndexes", []) + definition.create.get("LocalSecondaryIndexes", [])
    schemas = {None: definition.create["KeySchema"]} | {index["IndexName"]: index["KeySchema"] for index in indexes}
    return {
        name: [f"{one['KeyType']} {one['AttributeName']}:{types[one['AttributeName']]}" for one in schema]
        for name, schema in schemas.items()
    }


@pytest.mark.parametrize(
    "given, schema",
    [
        ("pk", ["HASH pk:S"]),
        ("id:B", ["HASH id:B"]),
        (("pk",), ["HASH pk:S"]),
        (("pk", "sk"), ["HASH pk:S", "RANGE sk:S"]),
        (["customer", "placed:N"], ["HASH customer:S", "RANGE placed:N"]),
        ({"key": "pk"}, ["HASH pk:S"]),
        ({"key": ("pk", "sk")}, ["HASH pk:S", "RANGE sk:S"]),
        ("gsi1:pk", ["HASH gsi1:pk:S"]),
    ],
)
def test_keys_are_strings_unless_said(given, schema):
    definition = parse("users", given)
    assert definition.name == "users"
    assert keys(definition)[None] == schema


def test_tables_are_on_demand_unless_said():
    assert parse("users", "pk").create["BillingMode"] == "PAY_PER_REQUEST"


def test_capacity_units_hold_for_the_table_and_its_global_indexes():
    create = parse("users", {"key": "pk", "billing": (5, 6), "gsi": {"by-mail": "mail"}}).create
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    assert create["BillingMode"] == "PROVISIONED"
    assert create["ProvisionedThroughput"] == units
    assert create["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] == units


def test_indexes_are_given_by_their_keys():
    definition = parse(
        "orders",
        {
            "key": ("customer", "placed:N"),
            "gsi": {
                "by-status": ("status", "placed"),
                "by-sku": {"key": "sku", "projection": ["price"]},
                "by-day": {"key": (("tenant", "day:N"), ("placed",)), "projection": "KEYS_ONLY"},
                "all": "kind",
            },
            "lsi": {"by-total": "total:N", "by-name": ("customer", "name")},
        },
    )
    assert keys(definition) == {
        None: ["HASH customer:S", "RANGE placed:N"],
        "by-status": ["HASH status:S", "RANGE placed:N"],
        "by-sku": ["HASH sku:S"],
        "by-day": ["HASH tenant:S", "HASH day:N", "RANGE placed:N"],
        "all": ["HASH kind:S"],
        "by-total": ["HASH customer:S", "RANGE total:N"],
        "by-name": ["HASH customer:S", "RANGE name:S"],
    }
    assert [index["Projection"] for index in definition.create["GlobalSecondaryIndexes"]] == [
        {"ProjectionType": "ALL"},
        {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["price"]},
        {"ProjectionType": "KEYS_ONLY"},
        {"ProjectionType": "ALL"},
    ]


@pytest.mark.parametrize(
    "given, view",
    [(True, "NEW_AND_OLD_IMAGES"), ("KEYS_ONLY", "KEYS_ONLY"), (None, None), (False, None)],
)
def test_a_stream_is_true_or_a_view_type(given, view):
    create = parse("users", {"key": "pk", "stream": given}).create
    assert create.get("StreamSpecification", {}).get("StreamViewType") == view


def test_expiry_and_recovery_are_set_once_the_table_is_there():
    definition = parse("users", {"key": "pk", "ttl": "expires", "pitr": True})
    assert (definition.ttl, definition.pitr) == ("expires", True)
    assert not {"ttl", "pitr"} & definition.create.keys()


CREATE = {
    "TableName": "users",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def test_parameters_of_create_table_are_taken_as_they_are():
    assert parse_all([CREATE])[0].create == CREATE
    assert parse_all({"users": CREATE})[0].create == CREATE


def test_expiry_may_stand_beside_the_parameters_of_create_table():
    [definition] = parse_all([{**CREATE, "ttl": "expires"}])
    assert (definition.create, definition.ttl) == (CREATE, "expires")


def test_a_list_may_hold_short_definitions_with_their_names():
    [definition] = parse_all([{"TableName": "users", "key": "pk"}])
    assert keys(definition) == {None: ["HASH pk:S"]}


def test_no_tables_are_none():
    assert parse_all(None) == parse_all({}) == parse_all([]) == []


@pytest.mark.parametrize("path", ["template.yaml", "cdk.json", "main.tf", Path("stacks/template.yml")])
def test_templates_are_refused_by_name_until_they_come(path):
    with pytest.raises(UsageError, match=r"template .* is not available yet"):
        parse_all(path)


@pytest.mark.parametrize(
    "given, advice",
    [
        ({"users": None}, 'table "users": it has no key'),
        ({"users": {}}, 'table "users": it has no key'),
        ({"users": 1}, 'table "users": invalid key'),
        ({"users": ("a", "b", "c")}, 'table "users": invalid key'),
        ({"users": ()}, 'table "users": invalid key'),
        ({"users": ""}, "a key attribute is written"),
        ({"users": "ts:Number"}, 'the types of keys are S, N and B; write "ts:N"'),
        ({"users": "ts:n"}, 'write "ts:N"'),
        ({"users": ("a:S", "a:N")}, 'the attribute "a" has two types, S and N'),
        ({"users": {"key": "pk", "gis": {}}}, 'has no "gis"; did you mean "gsi"'),
        ({"users": {"key": "pk", "gsi": "mail"}}, 'invalid "gsi"'),
        ({"users": {"key": "pk", "gsi": {"by-mail": {"kye": "mail"}}}}, 'index "by-mail": .* has no "kye"'),
        ({"users": {"key": "pk", "gsi": {"by-mail": {"projection": "ALL"}}}}, 'index "by-mail": it has no key'),
        ({"users": {"key": "pk", "gsi": {"by-mail": {"key": "mail", "projection": "SOME"}}}}, "invalid projection"),
        ({"users": {"key": "pk", "lsi": {"by-x": ("other", "x")}}}, 'partition key of its table, "pk"'),
        ({"users": {"key": "pk", "stream": "NEW_IMAGES"}}, 'unknown stream view type .* did you mean "NEW_IMAGE"'),
        ({"users": {"key": "pk", "billing": 5}}, 'invalid "billing"'),
        ({"users": {"key": "pk", "billing": (0, 5)}}, 'invalid "billing"'),
        ({"users": {"key": "pk", "ttl": True}}, 'invalid "ttl"'),
        ({"users": {"key": "pk", "pitr": "yes"}}, 'invalid "pitr"'),
        ({1: "pk"}, "a table's name is text"),
        ({"users": CREATE, "orders": CREATE}, 'table "orders": its definition names another table, "users"'),
        (CREATE, "put this CreateTable dict into a list"),
        (["users"], 'with a "TableName"'),
        ("users", "use for example"),
        (5, "use for example"),
    ],
)
def test_bad_definitions_are_refused_with_advice(given, advice):
    with pytest.raises(UsageError, match=advice):
        parse_all(given)
