"""Keys, indexes, capacity and table class in requests that make or change tables, checked and turned into settings.

Each function checks one concern and returns its frozen form; the operations call them in AWS's order.
Source: "CreateTable", "Global secondary index" (API reference); texts captured in us-west-2, us-east-1 and eu-west-2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.storage.schema import ALL, INCLUDE, KEYS_ONLY, KeySchema, Projection
from pytest_ddbmock.storage.settings import (
    ON_DEMAND,
    PROVISIONED,
    Index,
    OnDemandLimits,
    Throughput,
    WarmThroughput,
)
from pytest_ddbmock.values.java import java_hash_set_order

Wire: TypeAlias = dict[str, Any]

TABLE_CLASSES = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")
MAX_LOCAL_INDEXES = 5
MAX_GLOBAL_INDEXES = 20
MAX_PROJECTED = 100
"""NonKeyAttributes of all indexes of a table together."""
MAX_KEYS_OF_A_KIND = 4
"""HASH attributes of a global index; as many RANGE attributes."""
MAX_UNITS = 1_000_000_000_000
"""AWS calls a larger capacity out of bounds, whatever the account's quotas."""

READ_UNITS, WRITE_UNITS = "ReadCapacityUnits", "WriteCapacityUnits"
LIMIT_NAMES = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
WARM_NAMES = ("ReadUnitsPerSecond", "WriteUnitsPerSecond")

THROUGHPUT_ON_DEMAND = (
    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
)
THROUGHPUT_MISSING = "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"


# ---- attributes


def attribute_types(given: list[Wire]) -> dict[str, str]:
    """Return AttributeDefinitions as name to type.

    Errors: `ValidationException` for an attribute that is defined twice.
    """
    types: dict[str, str] = {}
    for definition in given:
        name = definition["AttributeName"]
        if name in types:
            raise errors.validation(f"Attribute Name is duplicated: {name}")
        types[name] = definition["AttributeType"]
    return types


def key_names(key_schema: list[Wire]) -> list[str]:
    """Return the attributes of a KeySchema in its order."""
    return [element["AttributeName"] for element in key_schema]


def require_table_key_defined(names: Sequence[str], types: Collection[str], *, has_indexes: bool) -> None:
    """Raise unless the table's key attributes are defined.

    Errors: `ValidationException`.
    """
    is_undefined = any(name not in types for name in names)
    if is_undefined and (has_indexes or (len(names) == 1 and types)):
        raise _undefined(names, types)
    # Captured for a table without indexes: one name as HASH and RANGE beside its one definition is "Invalid KeySchema".
    # Unsure: that AWS compares the numbers of keys and definitions.
    if is_undefined or (not has_indexes and len(names) > len(types)):
        raise errors.validation("Invalid KeySchema: Some index key attribute have no definition")


def require_definitions_match(table_keys: Sequence[str], indexes: list[Wire], types: Mapping[str, str]) -> None:
    """Raise unless AttributeDefinitions holds exactly the key attributes of the table and its indexes.

    Errors: `ValidationException`.
    """
    used = list(table_keys)
    for index in indexes:
        names = key_names(index["KeySchema"])
        if any(name not in types for name in names):
            raise _undefined(names, types)
        used += names
    if set(used) == types.keys():
        return
    if not indexes:
        raise errors.invalid_parameters(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in "
            "AttributeDefinitions"
        )
    raise errors.invalid_parameters(
        f"Some AttributeDefinitions are not used. AttributeDefinitions: {_listed_definitions(types)}, "
        f"keys used: {_listed(java_hash_set_order(used))}"
    )


def _undefined(names: Iterable[str], types: Collection[str]) -> errors.DynamoDBError:
    return errors.invalid_parameters(
        "Some index key attributes are not defined in AttributeDefinitions. "
        f"Keys: {_listed(java_hash_set_order(names))}, AttributeDefinitions: {_listed_definitions(types)}"
    )


def _listed_definitions(types: Collection[str]) -> str:
    # The captured lists fit a set that is made with the number of definitions.
    return _listed(java_hash_set_order(types, capacity=len(types)))


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"


# ---- keys


def key_schema(given: list[Wire], types: Mapping[str, str]) -> KeySchema:
    """Return the key of a table or local index: HASH, perhaps RANGE; `types` holds at least its attributes.

    Errors: `ValidationException`.
    """
    if given[0]["KeyType"] != "HASH":
        raise errors.validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(given) > 1 and given[1]["KeyType"] != "RANGE":
        raise errors.validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    names = key_names(given)
    if len(set(names)) < len(names):
        raise errors.validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
    return KeySchema((names[0],), tuple(names[1:]), {name: types[name] for name in names})


def refuse_repeated_keys(given: list[Wire]) -> None:
    """Raise if the KeySchema of a global index names an attribute twice.

    Errors: `ValidationException`.
    """
    names = key_names(given)
    if len(set(names)) < len(names):
        raise errors.validation("The KeySchema contains multiple key attributes with the same name")


def global_key_schema(given: list[Wire], types: Mapping[str, str]) -> KeySchema:
    """Return the key of a global index: up to four HASH, then up to four RANGE attributes.

    Errors: `ValidationException`.
    """
    if given[0]["KeyType"] != "HASH":
        raise errors.validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    names: dict[str, list[str]] = {"HASH": [], "RANGE": []}
    for key in given:
        names[key["KeyType"]].append(key["AttributeName"])
    for kind, of_kind in names.items():
        if len(of_kind) > MAX_KEYS_OF_A_KIND:
            raise errors.invalid_parameters(
                f"The KeySchema exceeds the maximum allowed number of {kind} key attributes"
            )
    everything = names["HASH"] + names["RANGE"]
    if everything != key_names(given):
        raise errors.invalid_parameters("All HASH key attributes must precede RANGE key attributes in the KeySchema")
    refuse_repeated_keys(given)
    return KeySchema(tuple(names["HASH"]), tuple(names["RANGE"]), {name: types[name] for name in everything})


# ---- indexes


def projection(given: Wire) -> Projection:
    """Return which attributes an index holds.

    Errors: `ValidationException`.
    """
    kind = given.get("ProjectionType")
    names = given.get("NonKeyAttributes")
    if kind is None:
        raise errors.invalid_parameters("Unknown ProjectionType: null")
    if kind in (ALL, KEYS_ONLY) and names is not None:
        raise errors.invalid_parameters(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    if kind != INCLUDE:
        return Projection(kind)
    if names is None:
        raise errors.invalid_parameters("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    for position, name in enumerate(names):
        if name in names[:position]:
            raise errors.invalid_parameters(f"Duplicate element in NonKeyAttributes: {name}")
    return Projection(kind, tuple(names))


def local_index(given: Wire, table: KeySchema, types: Mapping[str, str], call: Call) -> Index:
    """Return a local secondary index of a table with the key `table`.

    Errors: `ValidationException`.
    """
    call.refuse_unknown(given, ("IndexName", "KeySchema", "Projection"), "LocalSecondaryIndexes")
    name = given["IndexName"]
    schema = key_schema(given["KeySchema"], types)
    if not table.range_keys:
        raise errors.invalid_parameters(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        )
    if not schema.range_keys:
        raise errors.invalid_parameters(f"Index KeySchema does not have a range key for index: {name}")
    if schema.hash_keys != table.hash_keys:
        raise errors.invalid_parameters(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
            f"{name}. index hash key: {schema.hash_keys[0]}, table hash key: {table.hash_keys[0]}"
        )
    return Index(name, False, schema, projection(given["Projection"]))


def global_index(given: Wire, types: Mapping[str, str], status: str, call: Call, where: str) -> Index:
    """Return a global secondary index, still without its capacity.

    Errors: `ValidationException`.
    """
    call.refuse_unknown(
        given,
        ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput"),
        where,
    )
    schema = global_key_schema(given["KeySchema"], types)
    return Index(given["IndexName"], True, schema, projection(given["Projection"]), status)


def require_few_projected(indexes: Iterable[Index]) -> None:
    """Raise if all indexes of a table together project too many NonKeyAttributes.

    Errors: `ValidationException`.
    """
    count = sum(len(index.projection.non_key_attributes) for index in indexes)
    if count > MAX_PROJECTED:
        # Unsure: the text.
        raise errors.invalid_parameters(
            "Number of NonKeyAttributes projected into all of the secondary indexes exceeds the per-table limit of "
            f"{MAX_PROJECTED}"
        )


# ---- capacity


def throughput(given: Wire | None, call: Call, *, index: str | None = None) -> Throughput | None:
    """Return the ProvisionedThroughput of a table or index.

    Errors: `ValidationException`.
    """
    if given is None:
        return None
    call.refuse_unknown(given, (READ_UNITS, WRITE_UNITS), "ProvisionedThroughput")
    for name in (READ_UNITS, WRITE_UNITS):
        if given[name] > MAX_UNITS:
            where = "" if index is None else f" for index {index}"
            raise errors.validation(f"Given value {given[name]} for {name} is out of bounds{where}")
    return Throughput(given[READ_UNITS], given[WRITE_UNITS])


def on_demand_limits(given: Wire | None, call: Call, *, index: str | None = None) -> Wire:
    """Return the members of OnDemandThroughput that are present, unchecked: -1 removes a limit."""
    if given is None:
        return {}
    call.refuse_unknown(given, LIMIT_NAMES, "OnDemandThroughput")
    return {name: given[name] for name in LIMIT_NAMES if given.get(name) is not None}


def require_limits_in_range(limits: Wire, *, lowest: int, index: str | None = None) -> None:
    """Raise unless each limit is positive, or -1 where `lowest` allows to remove it.

    Errors: `ValidationException`.
    """
    where = "table" if index is None else f"index : {index}"
    for name, value in limits.items():
        if value == 0 or value < lowest:
            raise errors.invalid_parameters(
                f"Requested {name} for OnDemandThroughput for {where} is outside of valid range"
            )


def refuse_limits_when_provisioned(limits: Wire, *, is_new: bool, index: str | None = None) -> None:
    """Raise if a provisioned table is given on-demand limits; AWS words it differently for new and existing tables.

    Errors: `ValidationException`.
    """
    for name in limits:
        colon, wording = (
            (": ", "table BillingMode is PROVISIONED.") if is_new else (" : ", "the table BillingMode is PROVISIONED")
        )
        where = "" if index is None else f" for index{colon}{index}"
        raise errors.invalid_parameters(f"{name} for OnDemandThroughput{where} cannot be specified when {wording}")


def merged_limits(current: OnDemandLimits | None, limits: Wire) -> OnDemandLimits | None:
    """Return the limits after a change: absent members stay, -1 removes one."""
    before = current or OnDemandLimits()
    read, write = (
        limits.get(name, value) for name, value in zip(LIMIT_NAMES, (before.read, before.write), strict=True)
    )
    after = OnDemandLimits(None if read == -1 else read, None if write == -1 else write)
    return None if after == OnDemandLimits() else after


def warm_throughput(
    given: Wire | None, floor: WarmThroughput, call: Call, *, lower: str, index: str | None = None
) -> WarmThroughput | None:
    """Return the WarmThroughput of a table or index; `lower` is AWS's text for values below `floor`.

    Errors: `ValidationException`.
    """
    if given is None:
        return None
    call.refuse_unknown(given, WARM_NAMES, "WarmThroughput")
    wanted: list[int] = []
    for name, minimum in zip(WARM_NAMES, (floor.read, floor.write), strict=True):
        value = given.get(name)
        if value is not None and value < minimum:
            where = "table" if index is None else f"index {index}"
            units = READ_UNITS if name == WARM_NAMES[0] else WRITE_UNITS
            raise errors.invalid_parameters(
                f"Requested {name} for WarmThroughput for {where} is lower than {lower.format(units=units)}"
            )
        wanted.append(minimum if value is None else value)
    return WarmThroughput(wanted[0], wanted[1])


LOWER_THAN_INITIAL = {
    # Unsure: the page's address.
    ON_DEMAND: "initial throughput for OnDemand. See: "
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html",
    PROVISIONED: "{units} of ProvisionedThroughput",
}
LOWER_THAN_CURRENT = "current WarmThroughput, decreasing WarmThroughput is not supported"


# ---- the rest


def require_table_class(name: str | None) -> None:
    """Raise unless a table class is known; AWS has a special text for this enum.

    Errors: `ValidationException`.
    """
    if name is not None and name not in TABLE_CLASSES:
        raise errors.validation(
            "Invalid table-class parameter provided. Please try again with a valid table-class value: "
            f"[{', '.join(TABLE_CLASSES)}]."
        )
