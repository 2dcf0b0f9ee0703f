"""TagResource, UntagResource, ListTagsOfResource, and the rules for tags of new tables.

Source: "Adding tags and labels to resources in DynamoDB"; captured answers for the texts.
"""

from __future__ import annotations

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

LOCKED = 3 * SECOND // 2
"""For this long after an effective change the tags of a table are locked, if changes take time (`Rules.pace`)."""
STALE = 3 * SECOND
"""For at most this long ListTagsOfResource shows the former tags, if changes take time. Captured: 1.6 to 3 seconds."""

PUNCTUATION = "_.:/=+-@"
"""The characters allowed in tags besides letters, digits and spaces of any script."""


@operation("TagResource")
def tag_resource(call: Call) -> Answer:
    """Order: the tags by themselves, the resource, the merged tags, a former change that has not settled."""
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
    if are_tags_locked(call, table) and any(merged[key] != value for key, value in current.items()):
        raise _locked(table)
    call.admit()
    _set_tags(call, table, merged)
    return call.answer()


@operation("UntagResource")
def untag_resource(call: Call) -> Answer:
    """Order: the keys by themselves, the resource, a former change that has not settled. Unknown keys are ignored."""
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
    if are_tags_locked(call, table) and len(left) < len(table.settings.tags):
        raise _locked(table)
    call.admit()
    _set_tags(call, table, left)
    return call.answer()


@operation("ListTagsOfResource")
def list_tags_of_resource(call: Call) -> Answer:
    """Order: the resource, the token. All tags are in one answer, in the order in which they were first set."""
    table = _table(call, call.param("ResourceArn"))
    if call.param("NextToken") is not None:
        # Unsure: the text. No answer has a token, so this one is invalid.
        raise errors.validation("Invalid NextToken")
    call.admit()
    settings = table.settings
    is_stale = settings.former_tags is not None and _changed_within(STALE, call, table)
    tags = settings.former_tags if is_stale else settings.tags
    return call.answer(Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()])


def are_tags_locked(call: Call, table: Table) -> bool:
    """Return whether a change of the table's tags has not settled yet."""
    return _changed_within(LOCKED, call, table)


def _changed_within(span: int, call: Call, table: Table) -> bool:
    changed_at = table.settings.tags_changed_at
    return bool(call.engine.rules.pace) and changed_at is not None and call.now < changed_at + span


def _set_tags(call: Call, table: Table, tags: dict[str, str]) -> None:
    settings = table.settings
    if tags != settings.tags:
        former = settings.former_tags if _changed_within(STALE, call, table) else settings.tags
        table.change_settings(tags=tags, tags_changed_at=call.now, former_tags=former)


def _locked(table: Table) -> errors.DynamoDBError:
    return errors.limit_exceeded(f"Subscriber limit exceeded: Table tags are being updated: {table.name}")


# ---- the resource


def _table(call: Call, given: str) -> Table:
    """Return the table that a ResourceArn names.

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


# ---- tags


def parse_tags(given: list[Any]) -> dict[str, str]:
    """Return the tags of a request as key to value.

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
    """Raise unless a tag's key is valid and not reserved.

    Errors: `ValidationException`.
    """
    if not key or len(key) > MAX_KEY_CHARACTERS or not _is_allowed(key):
        raise errors.validation(f"The Tag Key provided is invalid, Key: {'null' if key is None else key}")
    if key.startswith("aws:"):
        raise errors.validation(f"Tag Key cannot be prefixed with aws:, Key: {key}")


def require_few(count: int) -> None:
    """Raise if a resource would have too many tags.

    Errors: `ValidationException`.
    """
    if count > MAX_TAGS:
        raise errors.validation("Number of Tags exceed the current limit for the provided ResourceArn")


def _is_allowed(text: str) -> bool:
    # The service's pattern is [\p{L}\p{Z}\p{N}_.:/=+\-@]*
    return all(character in PUNCTUATION or unicodedata.category(character)[0] in "LZN" for character in text)
