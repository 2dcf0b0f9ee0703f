"""A folder that holds tables: a file of items for each, named after it, and their definitions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.storage.schema import INCLUDE, KeySchema, Projection
from pytest_ddbmock.storage.settings import PROVISIONED, Index, OnDemandLimits, Throughput
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.definitions import seeds, tables
from pytest_ddbmock.testkit.definitions.tables import Parameters, TableDefinition

__tracebackhide__ = options.__tracebackhide__

DEFINITIONS = "@tables.json"
"""The definitions, as a list of CreateTable's parameters; no table can have that name."""


def seed_files(folder: Path) -> dict[str, Path]:
    """The files of items by table.

    Errors: `UsageError` when there are none, or two for one table.
    """
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in seeds.READERS and path.is_file() and path.name != DEFINITIONS:
            if path.stem in files:
                raise UsageError(
                    f'{folder}: two files for table "{path.stem}", {files[path.stem].name} and {path.name}'
                )
            files[path.stem] = path
    if not files and not (folder / DEFINITIONS).exists():
        raise UsageError(f"{folder}: no items found, no file <table>{' or '.join(seeds.READERS)}")
    return files


def definitions(folder: Path) -> list[TableDefinition]:
    """The tables that a dump has written down; none without its file."""
    path = folder / DEFINITIONS
    if not path.exists():
        return []
    try:
        return tables.parse_all(json.loads(path.read_text(encoding="utf-8")))
    except (UsageError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from None


def write(given: Sequence[Table], folder: Path) -> None:
    """Write definitions and items of tables."""
    folder.mkdir(parents=True, exist_ok=True)
    defined = [to_definition(table) for table in given]
    (folder / DEFINITIONS).write_text(json.dumps(defined, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for table in given:
        seeds.dump(table, folder / f"{table.name}.jsonl")


def to_definition(table: Table) -> Parameters:
    """CreateTable's parameters of a table, with `ttl` and `pitr` beside them, as `tables.parse` reads them."""
    settings = table.settings
    create: Parameters = {
        "TableName": table.name,
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in settings.attributes.items()
        ],
        "KeySchema": _key_schema(table.schema),
        "BillingMode": settings.billing_mode,
    } | _capacity(settings.billing_mode, settings.throughput, settings.on_demand)
    for member, indexes in (
        ("GlobalSecondaryIndexes", settings.global_indexes),
        ("LocalSecondaryIndexes", settings.local_indexes),
    ):
        if indexes:
            create[member] = [_index(index, settings.billing_mode) for index in indexes]
    if settings.stream is not None:
        create["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": settings.stream.view_type}
    if settings.deletion_protection:
        create["DeletionProtectionEnabled"] = True
    if settings.encryption is not None:
        create["SSESpecification"] = {"Enabled": True}
    if settings.table_class is not None:
        create["TableClass"] = settings.table_class
    if settings.tags:
        create["Tags"] = [{"Key": key, "Value": value} for key, value in settings.tags.items()]
    if settings.time_to_live.attribute is not None:
        create["ttl"] = settings.time_to_live.attribute
    if settings.recovery is not None:
        create["pitr"] = True
    return create


def _key_schema(schema: KeySchema) -> list[Any]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for kind, names in (("HASH", schema.hash_keys), ("RANGE", schema.range_keys))
        for name in names
    ]


def _index(index: Index, billing_mode: str) -> Parameters:
    created: Parameters = {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.schema),
        "Projection": _projection(index.projection),
    }
    return created | (_capacity(billing_mode, index.throughput, index.on_demand) if index.is_global else {})


def _projection(projection: Projection) -> Parameters:
    shown: Parameters = {"ProjectionType": projection.kind}
    return shown | ({"NonKeyAttributes": list(projection.non_key_attributes)} if projection.kind == INCLUDE else {})


def _capacity(billing_mode: str, throughput: Throughput, limits: OnDemandLimits | None) -> Parameters:
    if billing_mode == PROVISIONED:
        units = {"ReadCapacityUnits": throughput.read, "WriteCapacityUnits": throughput.write}
        return {"ProvisionedThroughput": units}
    if limits is None:
        return {}
    given = {"MaxReadRequestUnits": limits.read, "MaxWriteRequestUnits": limits.write}
    return {"OnDemandThroughput": {name: units for name, units in given.items() if units is not None}}
