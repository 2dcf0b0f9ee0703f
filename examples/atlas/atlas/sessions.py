"""Editors sign in for an hour at a time; DynamoDB's time to live clears away the sessions that ended."""

import secrets
import time

from boto3.dynamodb.conditions import Attr

from atlas.table import client, session_key, table

LIFETIME = 3600  # seconds


class NotSignedInError(PermissionError):
    """The session never existed, was closed or has ended."""


def sign_in(editor: str) -> str:
    """Open a session; the answer is its token."""
    token = secrets.token_urlsafe(16)
    table.put_item(Item={**session_key(token), "editor": editor, "expires": int(time.time()) + LIFETIME})
    return token


def editor(token: str) -> str:
    """Who holds this session.

    An item may outlive its time to live by days, so the time is looked at here as well.
    """
    session = table.get_item(Key=session_key(token), ConsistentRead=True).get("Item")
    if session is None or session["expires"] <= time.time():
        raise NotSignedInError(token)
    return str(session["editor"])


def prolong(token: str) -> None:
    """Let a session that is still open last an hour from now; one that ended is not brought back."""
    now = int(time.time())
    try:
        table.update_item(
            Key=session_key(token),
            UpdateExpression="SET expires = :later",
            ConditionExpression=Attr("expires").gt(now),
            ExpressionAttributeValues={":later": now + LIFETIME},
        )
    except client.exceptions.ConditionalCheckFailedException:
        raise NotSignedInError(token) from None


def sign_out(token: str) -> None:
    """Close a session; closing it twice does no harm."""
    table.delete_item(Key=session_key(token))
