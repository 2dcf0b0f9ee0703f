"""Short table definitions -> CreateTable: the one parser, wherever a definition is taken.

"pk"                                a partition key; keys are strings unless said: "ts:N", "id:B"
("pk", "sk")                        partition and sort key
{"key": ..., "gsi": ..., ...}       the same with indexes, stream, TTL, recovery, capacity (`SHORT_NAMES`)
{"KeySchema": ..., ...}             CreateTable's own parameters; "ttl" and "pitr" may stand beside them
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.options import near, not_yet

__tracebackhide__ = options.__tracebackhide__

Parameters: TypeAlias = dict[str, Any]
"""Parameters of an operation by their wire names."""

SHORT_NAMES = {
    "key": 'the key: "pk", ("pk", "sk"), ("pk", "ts:N")',
    "gsi": 'global indexes by their keys: {"by-mail": "mail", "by-sku": {"key": "sku", "projection": ["price"]}}',
    "lsi": 'local indexes by their sort key: {"by-total": "total:N"}',
    "stream": 'a stream: True, or a view type such as "NEW_IMAGE"',
    "ttl": "the attribute that holds the expiry time",
    "pitr": "True switches point-in-time recovery on",
    "billing": "provisioned (read, write) capacity units; on-demand without it",
}
"""What a definition may say; the documentation is made from it."""

INDEX_NAMES = ("key", "projection")
TYPES = ("S", "N", "B")
STREAM_VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
TEMPLATE_ENDINGS = (".yaml", ".yml", ".json", ".tf", ".template")

# Written after the colon by people who mean a type; any other colon is part of the attribute's name ("gsi1:pk").
_MEANT_AS_TYPE = {"s", "n", "b", "str", "string", "num", "number", "int", "float", "decimal", "bytes", "binary"}


class TableDefinition(NamedTuple):
    """A table to be made: CreateTable's parameters, and what is set once it is there."""

    create: Parameters
    ttl: str | None = None
    pitr: bool = False

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.create["TableName"])


def parse_all(given: Any) -> list[TableDefinition]:
    """The tables of a dict by name, or of a list of CreateTable parameters.

    Errors: `UsageError` with advice.
    """
    if given is None:
        return []
    if isinstance(given, str | os.PathLike):
        path = os.fspath(given)
        if path.endswith(TEMPLATE_ENDINGS):
            raise not_yet(f"reading tables from a template ({path})")
        raise UsageError(
            f'invalid tables={path!r}: use for example {{"users": "pk"}}, or a list of CreateTable parameters'
        )
    if isinstance(given, Mapping):
        if "TableName" in given:
            raise UsageError("invalid tables: use a dict by name, or a list; put this CreateTable dict into a list")
        return [parse(name, definition) for name, definition in given.items()]
    if isinstance(given, Sequence):
        for definition in given:
            if not isinstance(definition, Mapping) or "TableName" not in definition:
                raise UsageError(
                    'a list of tables holds CreateTable parameters with a "TableName"; '
                    f'write {{"users": "pk"}} for short definitions, not {definition!r}'
                )
        return [parse(definition["TableName"], definition) for definition in given]
    raise UsageError(f'invalid tables={given!r}: use for example {{"users": "pk"}}')


def parse(name: Any, given: Any) -> TableDefinition:
    """One table.

    Errors: `UsageError` with advice, naming the table.
    """
    if not isinstance(name, str):
        raise UsageError(f"a table's name is text, not {name!r}")
    try:
        if isinstance(given, TableDefinition):
            return given
        if not isinstance(given, Mapping):
            return _parse_short(name, {"key": given})
        if given.get("TableName", name) != name:
            raise UsageError(f'its definition names another table, "{given["TableName"]}"')
        rest = {word: value for word, value in given.items() if word != "TableName"}
        return _parse_parameters(name, rest) if "KeySchema" in rest else _parse_short(name, rest)
    except UsageError as error:
        raise UsageError(f'table "{name}": {error}') from None


def _parse_parameters(name: str, given: Mapping[str, Any]) -> TableDefinition:
    create = {"TableName": name} | {key: value for key, value in given.items() if key not in ("ttl", "pitr")}
    return TableDefinition(create, ttl=_ttl(given.get("ttl")), pitr=_flag("pitr", given.get("pitr")))


def _parse_short(name: str, given: Mapping[str, Any]) -> TableDefinition:
    for word in given:
        if word not in SHORT_NAMES:
            raise UsageError(f'a table definition has no "{word}"{near(str(word), SHORT_NAMES)}')
    if given.get("key") is None:
        raise UsageError('it has no key; write "key": "pk" or "key": ("pk", "sk")')
    attributes = _Attributes()
    key = _table_key(attributes, given["key"])
    create: Parameters = {"TableName": name, "KeySchema": key}
    throughput = _billing(given.get("billing"))
    if throughput is None:
        create["BillingMode"] = "PAY_PER_REQUEST"
    else:
        create |= {"BillingMode": "PROVISIONED", "ProvisionedThroughput": throughput}
    if global_indexes := _by_name("gsi", given.get("gsi")):
        create["GlobalSecondaryIndexes"] = [
            _index(attributes, index, definition, _global_key)
            | ({} if throughput is None else {"ProvisionedThroughput": dict(throughput)})
            for index, definition in global_indexes.items()
        ]
    if local_indexes := _by_name("lsi", given.get("lsi")):
        hash_key = key[0]["AttributeName"]

        def local_key(attributes: _Attributes, given: Any) -> list[Parameters]:
            return _local_key(attributes, hash_key, given)

        create["LocalSecondaryIndexes"] = [
            _index(attributes, index, definition, local_key) for index, definition in local_indexes.items()
        ]
    if (view := _stream(given.get("stream"))) is not None:
        create["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    create["AttributeDefinitions"] = attributes.to_parameters()
    return TableDefinition(create, ttl=_ttl(given.get("ttl")), pitr=_flag("pitr", given.get("pitr")))


# ---- keys


class _Attributes:
    """The key attributes of a table and its indexes with their types; a type said once holds everywhere."""

    def __init__(self) -> None:
        self.types: dict[str, str | None] = {}

    def enter(self, text: Any) -> str:
        """The name of the attribute that `text`, `"ts:N"`, speaks of."""
        if not isinstance(text, str) or not text:
            raise UsageError(f'a key attribute is written "pk" or "ts:N", not {text!r}')
        name, colon, said = text.rpartition(":")
        if not colon or said not in TYPES:
            if colon and said.lower() in _MEANT_AS_TYPE:
                raise UsageError(f'{text!r}: the types of keys are S, N and B; write "{name}:{said[0].upper()}"')
            name, said = text, ""
        if said and self.types.get(name) not in (None, said):
            raise UsageError(f'the attribute "{name}" has two types, {self.types[name]} and {said}')
        self.types[name] = said or self.types.get(name)
        return name

    def to_parameters(self) -> list[Parameters]:
        """`AttributeDefinitions`; strings unless said."""
        return [{"AttributeName": name, "AttributeType": said or "S"} for name, said in self.types.items()]


def _key_schema(attributes: _Attributes, hash_keys: Sequence[Any], range_keys: Sequence[Any]) -> list[Parameters]:
    return [
        {"AttributeName": attributes.enter(text), "KeyType": kind}
        for kind, texts in (("HASH", hash_keys), ("RANGE", range_keys))
        for text in texts
    ]


def _one_or_two(given: Any) -> Sequence[Any]:
    parts = (given,) if isinstance(given, str) else given
    if not isinstance(parts, tuple | list) or not 1 <= len(parts) <= 2:
        raise UsageError(f'invalid key {given!r}: use "pk" or ("pk", "sk")')
    return parts


def _table_key(attributes: _Attributes, given: Any) -> list[Parameters]:
    parts = _one_or_two(given)
    return _key_schema(attributes, parts[:1], parts[1:])


def _global_key(attributes: _Attributes, given: Any) -> list[Parameters]:
    """As a table's key; each of its two parts may be several attributes: `(("tenant", "day"), ("ts:N",))`."""
    hash_part, *range_part = [(part,) if isinstance(part, str) else part for part in _one_or_two(given)]
    for part in (hash_part, *range_part):
        if not isinstance(part, tuple | list):
            raise UsageError(f'invalid index key {given!r}: use "pk", ("pk", "sk") or (("a", "b"), ("c",))')
    return _key_schema(attributes, hash_part, range_part[0] if range_part else ())


def _local_key(attributes: _Attributes, hash_key: str, given: Any) -> list[Parameters]:
    parts = _one_or_two(given)
    if len(parts) == 2 and attributes.enter(parts[0]) != hash_key:
        raise UsageError(f'a local index has the partition key of its table, "{hash_key}", not {parts[0]!r}')
    return _key_schema(attributes, (hash_key,), parts[-1:])


# ---- the rest of a definition


def _by_name(word: str, given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UsageError(f'invalid "{word}" {given!r}: use indexes by name, {SHORT_NAMES[word]}')
    return given


def _index(attributes: _Attributes, name: str, given: Any, key: Any) -> Parameters:
    definition = given if isinstance(given, Mapping) else {"key": given}
    try:
        for word in definition:
            if word not in INDEX_NAMES:
                raise UsageError(f'an index definition has no "{word}"{near(str(word), INDEX_NAMES)}')
        if definition.get("key") is None:
            raise UsageError('it has no key; write "key": "mail"')
        return {
            "IndexName": name,
            "KeySchema": key(attributes, definition["key"]),
            "Projection": _projection(definition.get("projection", "ALL")),
        }
    except UsageError as error:
        raise UsageError(f'index "{name}": {error}') from None


def _projection(given: Any) -> Parameters:
    if given in ("ALL", "KEYS_ONLY"):
        return {"ProjectionType": given}
    if isinstance(given, list | tuple) and given and all(isinstance(name, str) for name in given):
        return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(given)}
    raise UsageError(f'invalid projection {given!r}: use "ALL", "KEYS_ONLY" or a list of attributes')


def _billing(given: Any) -> Parameters | None:
    if given is None or given == "PAY_PER_REQUEST":
        return None
    if (
        isinstance(given, tuple | list)
        and len(given) == 2
        and all(isinstance(units, int) and not isinstance(units, bool) and units > 0 for units in given)
    ):
        return {"ReadCapacityUnits": given[0], "WriteCapacityUnits": given[1]}
    raise UsageError(f'invalid "billing" {given!r}: use (read, write) in capacity units, such as (5, 5)')


def _stream(given: Any) -> str | None:
    if given is None or given is False:
        return None
    if given is True:
        return "NEW_AND_OLD_IMAGES"
    if given not in STREAM_VIEWS:
        raise UsageError(f"unknown stream view type {given!r}{near(str(given), STREAM_VIEWS)}")
    return str(given)


def _ttl(given: Any) -> str | None:
    if given is not None and not (isinstance(given, str) and given):
        raise UsageError(f'invalid "ttl" {given!r}: use the name of the attribute that holds the expiry time')
    return given


def _flag(word: str, given: Any) -> bool:
    if given is not None and not isinstance(given, bool):
        raise UsageError(f'invalid "{word}" {given!r}: use True or False')
    return bool(given)
