"""The table behind the atlas: its name, its keys and the two indexes over it.

| what        | pk             | sk                  | in `by-name`          | in `by-parent`    |
|-------------|----------------|---------------------|-----------------------|-------------------|
| country     | `COUNTRY#FR`   | `COUNTRY`           | under `COUNTRY`       | under `EARTH`     |
| subdivision | `COUNTRY#FR`   | `SUBDIVISION#FR-75` | under `SUBDIVISION`   | under `FR-IDF`    |
| language    | `LANGUAGE#fra` | `LANGUAGE`          | under `LANGUAGE`      | no                |
| session     | `SESSION#...`  | `SESSION`           | no                    | no                |
"""

import os
import unicodedata
from typing import Any, TypeAlias

import boto3

Item: TypeAlias = dict[str, Any]
Key: TypeAlias = dict[str, str]

BY_NAME = "by-name"
BY_PARENT = "by-parent"

# Made once, when the application is imported, as most applications do.
dynamodb = boto3.resource("dynamodb")
table = dynamodb.Table(os.environ.get("ATLAS_TABLE", "atlas"))
journal = dynamodb.Table(os.environ.get("ATLAS_JOURNAL", "atlas-journal"))
client = table.meta.client  # the resource's own client: it takes and gives plain Python values, and it is thread-safe


def place_key(code: str) -> Key:
    """The key of a country (`FR`) or of a subdivision (`FR-75`), which lives in its country's partition."""
    country, dash, _ = code.partition("-")
    return {"pk": f"COUNTRY#{country}", "sk": f"SUBDIVISION#{code}" if dash else "COUNTRY"}


def language_key(code: str) -> Key:
    """The key of a language by its three-letter code (`fra`)."""
    return {"pk": f"LANGUAGE#{code}", "sk": "LANGUAGE"}


def session_key(token: str) -> Key:
    """The key of an editor's session."""
    return {"pk": f"SESSION#{token}", "sk": "SESSION"}


def folded(name: str) -> str:
    """A name as people type it: lower case, without accents.

    >>> folded("Évora")
    'evora'
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
