"""TagResource, UntagResource, ListTagsOfResource, and the rules for tags that CreateTable shares.

Source: "Adding tags and labels to resources in DynamoDB"; captured answers for the texts.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.clock import SECOND
from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.operation import Answer, operation
from pytest_ddbmock.storage.settings import CREATING, DELETING
from pytest_ddbmock.storage.table import Table

MAX_TAGS = 50
"""Tags of a table."""
MAX_KEY_CHARACTERS = 128
MAX_VALUE_CHARACTERS = 256

TAGS_PER_PAGE = 10
"""Unsure: AWS does not say."""

SETTLING = 3 * SECOND // 2
"""For so long after an effective change the tags of a table are locked, when changes take time (`Rules.pace`)."""

PUNCTUATION = "_.:/=+-@"
"""What tags may hold besides letters, digits and spaces of any script."""


@operation("TagResource")
def tag_resource(call: Call) -> Answer:
    """Order: the tags by themselves, the resource, the merged tags, a change that has not settled yet."""
    given = call.param("Tags")
    arn = call.param("ResourceArn")
    call.require_all_read()
    if not given:
        raise errors.validation("Atleast one Tag needs to be provided as Input.")
    tags = parse_tags(given)
    table = _table(call, arn)
    current = table.settings.tags
    merged = {**current, **tags}
    require_few(len(merged))
    if tags_settle(call, table) and any(merged[key] != value for key, value in current.items()):
        raise _locked(table)
    call.admit()
    _set_tags(call, table, merged)
    return call.answer()


@operation("UntagResource")
def untag_resource(call: Call) -> Answer:
    """Order: the keys by themselves, the resource, a change that has not settled yet. Unknown keys are no error."""
    keys = call.param("TagKeys")
    arn = call.param("ResourceArn")
    call.require_all_read()
    if not keys:
        raise errors.validation("Atleast one Tag Key needs to be provided as Input.")
    require_few(len(keys))
    for key in keys:
        require_key(key)
    table = _table(call, arn)
    left = {key: value for key, value in table.settings.tags.items() if key not in keys}
    if tags_settle(call, table) and len(left) < len(table.settings.tags):
        raise _locked(table)
    call.admit()
    _set_tags(call, table, left)
    return call.answer()


@operation("ListTagsOfResource")
def list_tags_of_resource(call: Call) -> Answer:
    """Order: the resource, the token. Tags come in the order in which they were first set."""
    table = _table(call, call.param("ResourceArn"))
    token = call.param("NextToken")
    start = 0 if token is None else _read_token(token, table)
    call.admit()
    tags = [{"Key": key, "Value": value} for key, value in table.settings.tags.items()]
    end = start + TAGS_PER_PAGE
    return call.answer(Tags=tags[start:end], NextToken=_token(end, table) if len(tags) > end else None)


def tags_settle(call: Call, table: Table) -> bool:
    """Whether a change of the table's tags is still settling."""
    changed_at = table.settings.tags_changed_at
    return bool(call.engine.rules.pace) and changed_at is not None and call.now < changed_at + SETTLING


def _set_tags(call: Call, table: Table, tags: dict[str, str]) -> None:
    if tags != table.settings.tags:
        table.change_settings(tags=tags, tags_changed_at=call.now)


def _locked(table: Table) -> errors.DynamoDBError:
    return errors.limit_exceeded(f"Subscriber limit exceeded: Table tags are being updated: {table.name}")


# ---- the resource


def _table(call: Call, given: str) -> Table:
    """The table that a ResourceArn names.

    Errors: `ValidationException`, `AccessDeniedException`, `ResourceNotFoundException`.
    """
    if not given.startswith("arn:"):
        raise errors.invalid_parameters(f"ARNs must start with 'arn:': {given}")
    fields = arns.split(given)
    if fields is None or fields.service != "dynamodb":
        raise errors.invalid_parameters(f"Provided Arn is not a DynamoDB resource arn: {given}")
    arn = arns.parse(given)
    if arn is None or arn.kind not in ("", "stream"):
        raise errors.invalid_parameters(
            f"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {given}"
        )
    home = call.home
    if arn.region != home.region or fields.partition != arns.partition_of(home.region):
        raise errors.validation(f"Invalid TableArn: Invalid ResourceArn provided as input {given}")
    if arn.account != home.account:
        raise errors.access_denied()
    table = None if arn.kind else call.engine.catalog.table(home, arn.table)
    if table is None or table.settings.status in (CREATING, DELETING):
        raise errors.resource_not_found(f"Requested resource not found: ResourceArn: {given} not found")
    call.entry.tables = (table.name,)
    return table


def _token(start: int, table: Table) -> str:
    return base64.b64encode(f"{table.id}/{start}".encode()).decode()


def _read_token(token: str, table: Table) -> int:
    try:
        text = base64.b64decode(token, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    match = re.fullmatch(f"{table.id}/([0-9]{{1,3}})", text, re.ASCII)
    if match is None:
        # Unsure: the text.
        raise errors.validation("Invalid NextToken")
    return int(match[1])


# ---- tags


def parse_tags(given: list[Any]) -> dict[str, str]:
    """Tags of a request: key to value.

    Errors: `ValidationException` for an invalid, reserved or repeated key, an invalid value, too many tags.
    """
    tags: dict[str, str] = {}
    for tag in given:
        key, value = tag.get("Key"), tag.get("Value")
        require_key(key)
        if value is None or len(value) > MAX_VALUE_CHARACTERS or not _is_allowed(value):
            raise errors.validation(f"The Tag Value provided is invalid, Value: {'null' if value is None else value}")
        if key in tags:
            raise errors.validation(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
        tags[key] = value
    require_few(len(tags))
    return tags


def require_key(key: str | None) -> None:
    """A tag's key must be of allowed characters and the user's own."""
    if not key or len(key) > MAX_KEY_CHARACTERS or not _is_allowed(key):
        raise errors.validation(f"The Tag Key provided is invalid, Key: {'null' if key is None else key}")
    if key.startswith("aws:"):
        raise errors.validation(f"Tag Key cannot be prefixed with aws:, Key: {key}")


def require_few(count: int) -> None:
    """The quota of tags."""
    if count > MAX_TAGS:
        raise errors.validation("Number of Tags exceed the current limit for the provided ResourceArn")


def _is_allowed(text: str) -> bool:
    # The service's pattern is [\p{L}\p{Z}\p{N}_.:/=+\-@]*
    return all(character in PUNCTUATION or unicodedata.category(character)[0] in "LZN" for character in text)
