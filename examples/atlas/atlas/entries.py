"""What the atlas holds: countries, subdivisions and languages, and how they are read."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from boto3.dynamodb.conditions import Key as Where

from atlas.table import BY_NAME, BY_PARENT, Item, Key, client, folded, language_key, place_key, table

Kind: TypeAlias = Literal["COUNTRY", "SUBDIVISION", "LANGUAGE"]

EARTH = "EARTH"  # the parent of every country
BATCH_GET_LIMIT = 100


class UnknownEntryError(LookupError):
    """There is no such country, subdivision or language."""


@dataclass(frozen=True)
class Entry:
    """One country, subdivision or language."""

    kind: Kind
    code: str
    name: str
    type: str
    parent: str | None = None  # code of the place it lies in; languages have none
    version: int = 1  # goes up with every edit
    edited_by: str | None = None

    @property
    def key(self) -> Key:
        """Its key in the table."""
        return language_key(self.code) if self.kind == "LANGUAGE" else place_key(self.code)

    def to_item(self) -> Item:
        """As stored; what is unknown is left out, so that the indexes stay sparse."""
        attributes = {**vars(self), **self.key, "folded": folded(self.name)}
        return {name: value for name, value in attributes.items() if value is not None}

    @classmethod
    def from_item(cls, item: Item) -> "Entry":
        """From a stored item."""
        return cls(
            kind=item["kind"],
            code=item["code"],
            name=item["name"],
            type=item["type"],
            parent=item.get("parent"),
            version=int(item["version"]),
            edited_by=item.get("edited_by"),
        )


@dataclass(frozen=True)
class Page:
    """Some entries, and the cursor that asks for the next ones (None on the last page)."""

    entries: list[Entry]
    cursor: str | None


def place(code: str) -> Entry:
    """The country or subdivision with this code."""
    return _get(place_key(code), code)


def language(code: str) -> Entry:
    """The language with this three-letter code."""
    return _get(language_key(code), code)


def country(code: str) -> list[Entry]:
    """A country and all its subdivisions, which share its partition, the country first."""
    pages = client.get_paginator("query").paginate(
        TableName=table.name, KeyConditionExpression=Where("pk").eq(place_key(code)["pk"])
    )
    return [Entry.from_item(item) for page in pages for item in page["Items"]]


def places(codes: Iterable[str]) -> dict[str, Entry]:
    """Many places at once, by code; those that do not exist are left out."""
    wanted = iter([place_key(code) for code in dict.fromkeys(codes)])
    found: dict[str, Entry] = {}
    while chunk := list(islice(wanted, BATCH_GET_LIMIT)):
        request = {table.name: {"Keys": chunk}}
        while request:
            answer = client.batch_get_item(RequestItems=request)
            found |= {item["code"]: Entry.from_item(item) for item in answer["Responses"][table.name]}
            request = answer["UnprocessedKeys"]
    return found


def inside(code: str, *, limit: int = 50, cursor: str | None = None) -> Page:
    """The places directly in a country, a subdivision or `EARTH`, a page at a time, in the order of their names."""
    start = {"ExclusiveStartKey": json.loads(base64.urlsafe_b64decode(cursor))} if cursor else {}
    answer = table.query(IndexName=BY_PARENT, KeyConditionExpression=Where("parent").eq(code), Limit=limit, **start)
    last = answer.get("LastEvaluatedKey")
    return Page(
        entries=[Entry.from_item(item) for item in answer["Items"]],
        cursor=base64.urlsafe_b64encode(json.dumps(last).encode()).decode() if last else None,
    )


def search(kind: Kind, prefix: str = "") -> Iterator[Entry]:
    """All entries of a kind whose names begin so, whatever the case and the accents, in the order of their names."""
    wanted = Where("kind").eq(kind)
    if prefix:  # DynamoDB refuses an empty key value
        wanted &= Where("folded").begins_with(folded(prefix))
    pages = client.get_paginator("query").paginate(
        TableName=table.name, IndexName=BY_NAME, KeyConditionExpression=wanted
    )
    return (Entry.from_item(item) for page in pages for item in page["Items"])


def _get(key: Key, code: str) -> Entry:
    item = table.get_item(Key=key).get("Item")
    if item is None:
        raise UnknownEntryError(code)
    return Entry.from_item(item)
