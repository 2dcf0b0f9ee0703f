"""Short links: a module small enough to be tested with unittest and tried out from a shell.

`demo.py` shows it at work on a DynamoDB that lives in its own process.
"""

import secrets
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr

TABLE = "links"


class Links:
    """Short links in one table. Links nobody wants to keep for ever come with a lifetime."""

    def __init__(self, dynamodb: Any = None) -> None:
        self._table = (dynamodb or boto3.resource("dynamodb")).Table(TABLE)

    def shorten(self, url: str, *, lifetime: timedelta | None = None) -> str:
        """A new code for a URL."""
        link = {"code": secrets.token_urlsafe(4), "url": url, "hits": 0}
        if lifetime is not None:
            link["expires"] = int((datetime.now(timezone.utc) + lifetime).timestamp())
        self._table.put_item(Item=link, ConditionExpression=Attr("code").not_exists())
        return str(link["code"])

    def follow(self, code: str) -> str:
        """The URL behind a code; counts the hit. KeyError where there is none."""
        missing = self._table.meta.client.exceptions.ConditionalCheckFailedException
        try:
            answer = self._table.update_item(
                Key={"code": code},
                UpdateExpression="ADD hits :one",
                ConditionExpression=Attr("code").exists(),
                ExpressionAttributeValues={":one": 1},
                ReturnValues="ALL_NEW",
            )
        except missing:
            raise KeyError(code) from None
        return str(answer["Attributes"]["url"])
