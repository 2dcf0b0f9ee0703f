"""What CreateTable and UpdateTable say about keys, indexes, capacity, streams: checked and turned into settings.

Each function checks one concern and gives its frozen form; the operations call them in AWS's order.
Source: "CreateTable", "Global secondary index" (API reference), captured answers for the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.storage.schema import ALL, INCLUDE, KEYS_ONLY, KeySchema, Projection
from pytest_ddbmock.storage.settings import (
    ON_DEMAND,
    PROVISIONED,
    Index,
    OnDemandLimits,
    Throughput,
    WarmThroughput,
)

Wire: TypeAlias = dict[str, Any]

TABLE_CLASSES = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")
MAX_LOCAL_INDEXES = 5
MAX_GLOBAL_INDEXES = 20
MAX_PROJECTED = 100
"""NonKeyAttributes of all indexes of a table together."""
MAX_KEYS_OF_A_KIND = 4
"""HASH attributes of a global index, and RANGE attributes likewise."""
MAX_UNITS = 1_000_000_000_000
"""Above this a capacity is no number to AWS, whatever the account's quotas."""

READ_UNITS, WRITE_UNITS = "ReadCapacityUnits", "WriteCapacityUnits"
LIMIT_NAMES = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
WARM_NAMES = ("ReadUnitsPerSecond", "WriteUnitsPerSecond")

THROUGHPUT_ON_DEMAND = (
    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
)
THROUGHPUT_MISSING = "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"


# ---- attributes


def attribute_types(given: list[Wire]) -> dict[str, str]:
    """AttributeDefinitions: name to type.

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
    """The attributes of a KeySchema, in its order."""
    return [element["AttributeName"] for element in key_schema]


def require_table_key_defined(names: list[str], types: Mapping[str, str]) -> None:
    """The table's key attributes must be defined."""
    if any(name not in types for name in names):
        if len(names) == 1:
            raise _undefined(names, types)
        raise errors.validation("Invalid KeySchema: Some index key attribute have no definition")


def require_definitions_match(names: list[str], indexes: list[Wire], types: Mapping[str, str]) -> None:
    """AttributeDefinitions must hold just the key attributes of the table (`names`) and its indexes."""
    used = set(names)
    for index in indexes:
        index_names = key_names(index["KeySchema"])
        if any(name not in types for name in index_names):
            raise _undefined(index_names, types)
        used.update(index_names)
    if used != types.keys():
        if not indexes:
            raise errors.invalid_parameters(
                "Number of attributes in KeySchema does not exactly match number of attributes defined in "
                "AttributeDefinitions"
            )
        raise errors.invalid_parameters(
            f"Some AttributeDefinitions are not used. AttributeDefinitions: [{', '.join(sorted(types))}], "
            f"keys used: [{', '.join(sorted(used))}]"
        )


def _undefined(names: Iterable[str], types: Iterable[str]) -> errors.DynamoDBError:
    return errors.invalid_parameters(
        "Some index key attributes are not defined in AttributeDefinitions. "
        f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(types)}]"
    )


# ---- keys


def key_schema(given: list[Wire], types: Mapping[str, str]) -> KeySchema:
    """The key of a table or local index: HASH, perhaps RANGE; `types` holds at least its attributes."""
    if given[0]["KeyType"] != "HASH":
        raise errors.validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(given) > 1 and given[1]["KeyType"] != "RANGE":
        raise errors.validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    names = key_names(given)
    if len(set(names)) < len(names):
        raise errors.validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
    return KeySchema((names[0],), tuple(names[1:]), {name: types[name] for name in names})


def global_key_schema(given: list[Wire], types: Mapping[str, str]) -> KeySchema:
    """The key of a global index: up to four HASH, then up to four RANGE attributes."""
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
    if len(set(everything)) < len(everything):
        raise errors.validation("The KeySchema contains multiple key attributes with the same name")
    return KeySchema(tuple(names["HASH"]), tuple(names["RANGE"]), {name: types[name] for name in everything})


# ---- indexes


def projection(given: Wire) -> Projection:
    """What an index holds of the items."""
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
    if not names:
        raise errors.invalid_parameters("NonKeyAttributes must not be empty")
    for position, name in enumerate(names):
        if name in names[:position]:
            raise errors.invalid_parameters(f"Duplicate element in NonKeyAttributes: {name}")
    return Projection(kind, tuple(names))


def local_index(given: Wire, table: KeySchema, types: Mapping[str, str], call: Call) -> Index:
    """A local secondary index of a table with the key `table`."""
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
    """A global secondary index, its capacity yet to be added."""
    call.refuse_unknown(
        given,
        ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput"),
        where,
    )
    schema = global_key_schema(given["KeySchema"], types)
    return Index(given["IndexName"], True, schema, projection(given["Projection"]), status)


def require_few_projected(indexes: Iterable[Index]) -> None:
    """The quota of NonKeyAttributes over all indexes of a table."""
    count = sum(len(index.projection.non_key_attributes) for index in indexes)
    if count > MAX_PROJECTED:
        # Unsure: the text.
        raise errors.invalid_parameters(
            "Number of NonKeyAttributes projected into all of the secondary indexes exceeds the per-table limit of "
            f"{MAX_PROJECTED}"
        )


# ---- capacity


def throughput(given: Wire | None, call: Call, *, index: str | None = None) -> Throughput | None:
    """ProvisionedThroughput of a table or index."""
    if given is None:
        return None
    call.refuse_unknown(given, (READ_UNITS, WRITE_UNITS), "ProvisionedThroughput")
    for name in (READ_UNITS, WRITE_UNITS):
        if given[name] > MAX_UNITS:
            where = "" if index is None else f" for index {index}"
            raise errors.validation(f"Given value {given[name]} for {name} is out of bounds{where}")
    return Throughput(given[READ_UNITS], given[WRITE_UNITS])


def on_demand_limits(given: Wire | None, call: Call, *, index: str | None = None) -> Wire:
    """The members of OnDemandThroughput that are present; -1, which takes a limit away, is for the caller to judge."""
    if given is None:
        return {}
    call.refuse_unknown(given, LIMIT_NAMES, "OnDemandThroughput")
    return {name: given[name] for name in LIMIT_NAMES if given.get(name) is not None}


def require_limits_in_range(limits: Wire, *, lowest: int, index: str | None = None) -> None:
    """Each limit must be positive, or -1 where that takes it away (`lowest`)."""
    where = "table" if index is None else f"index : {index}"
    for name, value in limits.items():
        if value == 0 or value < lowest:
            raise errors.invalid_parameters(
                f"Requested {name} for OnDemandThroughput for {where} is outside of valid range"
            )


def refuse_limits_when_provisioned(limits: Wire, *, is_new: bool, index: str | None = None) -> None:
    """Only on-demand tables have limits. AWS words it differently for new tables and for old ones."""
    for name in limits:
        where = "" if index is None else f" for index: {index}"
        wording = "table BillingMode is PROVISIONED." if is_new else "the table BillingMode is PROVISIONED"
        raise errors.invalid_parameters(f"{name} for OnDemandThroughput{where} cannot be specified when {wording}")


def merged_limits(current: OnDemandLimits | None, limits: Wire) -> OnDemandLimits | None:
    """The limits after a change: members that are absent stay, -1 takes away."""
    before = current or OnDemandLimits()
    read, write = (
        limits.get(name, value) for name, value in zip(LIMIT_NAMES, (before.read, before.write), strict=True)
    )
    after = OnDemandLimits(None if read == -1 else read, None if write == -1 else write)
    return None if after == OnDemandLimits() else after


def warm_throughput(
    given: Wire | None, floor: WarmThroughput, call: Call, *, lower: str, index: str | None = None
) -> WarmThroughput | None:
    """WarmThroughput of a table or index; `lower` is AWS's text for what lies below `floor`, the lowest allowed."""
    if given is None:
        return None
    call.refuse_unknown(given, WARM_NAMES, "WarmThroughput")
    wanted: list[int] = []
    for name, least in zip(WARM_NAMES, (floor.read, floor.write), strict=True):
        value = given.get(name)
        if value is not None and value < least:
            where = "table" if index is None else f"index {index}"
            units = READ_UNITS if name == WARM_NAMES[0] else WRITE_UNITS
            raise errors.invalid_parameters(
                f"Requested {name} for WarmThroughput for {where} is lower than {lower.format(units=units)}"
            )
        wanted.append(least if value is None else value)
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
    """AWS's enum check of TableClass has a text of its own."""
    if name is not None and name not in TABLE_CLASSES:
        raise errors.validation(
            "Invalid table-class parameter provided. Please try again with a valid table-class value: "
            f"[{', '.join(TABLE_CLASSES)}]."
        )


def require_default_encryption(given: Wire, call: Call, where: str = "SSESpecification") -> None:
    """An SSESpecification must ask for the key of the service itself, the only one served; `where` is the parameter.

    Errors: `ValidationException`; `NotImplementedByMock` for encryption with a key of KMS.
    """
    call.refuse_unknown(given, ("Enabled", "SSEType", "KMSMasterKeyId"), where)
    enabled, kind, key = given.get("Enabled"), given.get("SSEType"), given.get("KMSMasterKeyId")
    if enabled is False:
        if kind is not None:
            raise errors.invalid_parameters("SSEType can not be specified if Enabled is false")
        if key is not None:
            raise errors.invalid_parameters("KMSMasterKeyId can not be specified if Enabled is false")
    elif kind == "AES256":
        raise errors.invalid_parameters("SSEType AES256 is not supported")
    elif key is not None and kind is None:
        raise errors.invalid_parameters("SSEType KMS is required if KMSMasterKeyId is specified")
    elif enabled or kind is not None:
        raise NotImplementedByMock(call.operation, f"{where} for a key of KMS")
