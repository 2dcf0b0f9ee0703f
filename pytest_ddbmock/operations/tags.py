"""TagResource, UntagResource, ListTagsOfResource, and the rules for tags that CreateTable shares.

Source: "Adding tags and labels to resources in DynamoDB"; captured answers for the texts.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from pytest_ddbmock import errors

MOST_TAGS = 50
"""Tags of a table."""
MOST_KEY_CHARACTERS = 128
MOST_VALUE_CHARACTERS = 256

PUNCTUATION = "_.:/=+-@"
"""What tags may hold besides letters, digits and spaces of any script."""


def parse_tags(given: list[Any]) -> dict[str, str]:
    """Tags of a request: key to value.

    Errors: `ValidationException` for an invalid, reserved or repeated key, an invalid value, too many tags.
    """
    tags: dict[str, str] = {}
    for tag in given:
        key, value = tag.get("Key"), tag.get("Value")
        require_key(key)
        if value is None or len(value) > MOST_VALUE_CHARACTERS or not _is_allowed(value):
            raise errors.validation(f"The Tag Value provided is invalid, Value: {'null' if value is None else value}")
        if key in tags:
            raise errors.validation(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
        tags[key] = value
    require_few(len(tags))
    return tags


def require_key(key: str | None) -> None:
    """A tag's key must be of allowed characters and the user's own."""
    if not key or len(key) > MOST_KEY_CHARACTERS or not _is_allowed(key):
        raise errors.validation(f"The Tag Key provided is invalid, Key: {'null' if key is None else key}")
    if key.startswith("aws:"):
        raise errors.validation(f"Tag Key cannot be prefixed with aws:, Key: {key}")


def require_few(count: int) -> None:
    """The quota of tags."""
    if count > MOST_TAGS:
        raise errors.validation("Number of Tags exceed the current limit for the provided ResourceArn")


def _is_allowed(text: str) -> bool:
    # The service's pattern is [\p{L}\p{Z}\p{N}_.:/=+\-@]*
    return all(character in PUNCTUATION or unicodedata.category(character)[0] in "LZN" for character in text)
