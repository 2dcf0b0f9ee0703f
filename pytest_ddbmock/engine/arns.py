"""Names to ARNs and back.

Source: "Actions, resources, and condition keys for Amazon DynamoDB" (Service Authorization Reference).
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.engine.caller import Home

NAME_PATTERN = "[a-zA-Z0-9_.-]+"
"""What the names of tables match as a whole."""

NAME_LENGTH = range(3, 256)
"""Characters of the name of a table; item operations look up shorter names as well."""


def partition_of(region: str) -> str:
    """The AWS partition that a Region belongs to."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def table_arn(home: Home, name: str) -> str:
    """Return `arn:aws:dynamodb:us-east-1:123456789012:table/name`."""
    return f"arn:{partition_of(home.region)}:dynamodb:{home.region}:{home.account}:table/{name}"


def index_arn(table: str, name: str) -> str:
    """The ARN of an index of the table with the ARN `table`."""
    return f"{table}/index/{name}"


def stream_arn(table: str, label: str) -> str:
    """The ARN of a stream of the table with the ARN `table`."""
    return f"{table}/stream/{label}"


def function_arn(account: str, region: str, name: str) -> str:
    """The ARN of a Lambda function."""
    return f"arn:{partition_of(region)}:lambda:{region}:{account}:function:{name}"


def backup_arn(table: str, backup_id: str) -> str:
    """The ARN of a backup of the table with the ARN `table`."""
    return f"{table}/backup/{backup_id}"


def managed_key_arn(home: Home) -> str:
    """Return the ARN of the KMS key behind `alias/aws/dynamodb`: one per account and Region, the same in every run."""
    digits = hashlib.blake2b(f"{home.account} {home.region} alias/aws/dynamodb".encode(), digest_size=16).hexdigest()
    key_id = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
    return f"arn:{partition_of(home.region)}:kms:{home.region}:{home.account}:key/{key_id}"


class Fields(NamedTuple):
    """The fields of any ARN, in order."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def split(text: str) -> Fields | None:
    """Return the fields of an ARN of any service; None for text that is not an ARN.

    >>> split("arn:aws:lambda:us-east-1:123456789012:function:bill").resource
    'function:bill'
    """
    prefix, *fields = text.split(":", 5)
    return Fields(*fields) if prefix == "arn" and len(fields) == len(Fields._fields) else None


class Arn(NamedTuple):
    """The parts of a DynamoDB ARN; `kind` and `rest` name what lies below the table (`index`, `stream`, ...)."""

    region: str
    account: str
    table: str
    kind: str = ""
    rest: str = ""


def parse(text: str) -> Arn | None:
    """Return the parts of the ARN of a table or of something below it; None for other text."""
    fields = split(text)
    if fields is None or fields.service != "dynamodb":
        return None
    resource = fields.resource.split("/", 3)
    if len(resource) == 3 or resource[0] != "table" or len(resource) < 2 or not resource[1]:
        return None
    return Arn(fields.region, fields.account, resource[1], *resource[2:])


def parse_own(arn: str) -> Arn:
    """Return the parts of an ARN that comes from here."""
    found = parse(arn)
    assert found is not None, f"not an ARN of a table: {arn}"
    return found


def table_name(given: str, home: Home) -> str:
    """The table that a `TableName` names, which may be the table's ARN.

    Errors: `ValidationException` for an ARN of another Region, partition or resource, `AccessDeniedException` for one
    of another account.
    """
    if not given.startswith("arn:"):
        return given
    account, region = home
    arn = parse(given)
    if arn is None or arn.kind:
        # Unsure: the whole text.
        raise errors.enveloped(f"Invalid resource type in '{given}'")
    if not given.startswith(f"arn:{partition_of(region)}:"):
        raise errors.enveloped(f"Invalid AWS partition in '{given}'")
    if arn.region != region:
        raise errors.enveloped(f"Invalid AWS region in '{given}'")
    if arn.account != account:
        raise errors.access_denied()
    return arn.table
