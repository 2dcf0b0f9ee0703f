"""Parameters of CreateTable and UpdateTable, put together from short words."""

from __future__ import annotations

from typing import Any

OOMPV = "ValidationException: One or more parameter values were invalid: "
VIOLATED = "ValidationException: 1 validation error detected: "
IN_USE = "ResourceInUseException: Attempt to change a resource which is still in use: "


def attributes(names: str) -> list[dict[str, str]]:
    """`"pk n:N"`: AttributeDefinitions, strings unless said."""
    parts = [name.partition(":") for name in names.split()]
    return [{"AttributeName": name, "AttributeType": kind or "S"} for name, _, kind in parts]


def keys(names: str) -> list[dict[str, str]]:
    """`"pk sk"`, `"a b | c d"`: a KeySchema; without a bar one HASH, then RANGE."""
    hashes, bar, ranges = names.partition("|")
    split = (hashes.split(), ranges.split()) if bar else (hashes.split()[:1], hashes.split()[1:])
    return [
        {"AttributeName": name.partition(":")[0], "KeyType": kind}
        for kind, some in zip(("HASH", "RANGE"), split, strict=True)
        for name in some
    ]


def units(read: int, write: int) -> dict[str, int]:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def index(name: str, key: str, projection: Any = "ALL", **more: Any) -> dict[str, Any]:
    if isinstance(projection, str):
        projection = {"ProjectionType": projection}
    return {"IndexName": name, "KeySchema": keys(key), "Projection": projection, **more}


def table(name: str = "orders", key: str = "pk", **changes: Any) -> dict[str, Any]:
    """CreateTable's parameters for an on-demand table; None takes one away."""
    params = {
        "TableName": name,
        "AttributeDefinitions": attributes(key),
        "KeySchema": keys(key),
        "BillingMode": "PAY_PER_REQUEST",
        **changes,
    }
    return {member: value for member, value in params.items() if value is not None}


def provisioned(name: str = "orders", key: str = "pk", read: int = 5, write: int = 5, **changes: Any) -> dict[str, Any]:
    """The same for a provisioned table."""
    return table(name, key, BillingMode="PROVISIONED", ProvisionedThroughput=units(read, write), **changes)


def create_index(name: str, key: str, projection: Any = "ALL", **more: Any) -> dict[str, Any]:
    """UpdateTable's parameters that create a global index with string keys."""
    return {
        "AttributeDefinitions": attributes(key.replace("|", " ")),
        "GlobalSecondaryIndexUpdates": [{"Create": index(name, key, projection, **more)}],
    }


def delete_index(name: str) -> dict[str, Any]:
    return {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}


def update_index(name: str, **more: Any) -> dict[str, Any]:
    return {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": name, **more}}]}


def stream(view_type: str | None) -> dict[str, Any]:
    """StreamSpecification; None switches off."""
    if view_type is None:
        return {"StreamSpecification": {"StreamEnabled": False}}
    return {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view_type}}
