"""What signed-in editors may do: add, rename and remove places, never over one another's work."""

from boto3.dynamodb.conditions import Attr
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from atlas import sessions
from atlas.entries import Entry
from atlas.table import client, folded, table


class AlreadyThereError(ValueError):
    """A place with this code exists."""


class EditConflictError(RuntimeError):
    """Somebody else changed or removed the place in the meantime; `current` is what it is now."""

    def __init__(self, code: str, current: Entry | None) -> None:
        super().__init__(f"{code} has changed since it was read")
        self.current = current


def add(token: str, entry: Entry) -> None:
    """Add a place that is not there yet."""
    item = {**entry.to_item(), "edited_by": sessions.editor(token)}
    try:
        table.put_item(Item=item, ConditionExpression=Attr("pk").not_exists())
    except client.exceptions.ConditionalCheckFailedException:
        raise AlreadyThereError(entry.code) from None


def rename(token: str, seen: Entry, name: str) -> Entry:
    """Give a place another name, unless somebody else has changed it since it was `seen`."""
    try:
        answer = table.update_item(
            Key=seen.key,
            UpdateExpression="SET #name = :name, folded = :folded, edited_by = :editor ADD version :one",
            ConditionExpression="version = :seen",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={
                ":name": name,
                ":folded": folded(name),
                ":editor": sessions.editor(token),
                ":one": 1,
                ":seen": seen.version,
            },
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except client.exceptions.ConditionalCheckFailedException as refusal:
        raise EditConflictError(seen.code, _stored(refusal)) from None
    return Entry.from_item(answer["Attributes"])


def remove(token: str, seen: Entry) -> None:
    """Take a place away, unless somebody else has changed it since it was `seen`."""
    sessions.editor(token)
    try:
        table.delete_item(
            Key=seen.key,
            ConditionExpression=Attr("version").eq(seen.version),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except client.exceptions.ConditionalCheckFailedException as refusal:
        raise EditConflictError(seen.code, _stored(refusal)) from None


def _stored(refusal: ClientError) -> Entry | None:
    """The entry that failed the condition. boto3 does not convert what comes with an error, so this is done here."""
    item = refusal.response.get("Item", {})
    to_python = TypeDeserializer().deserialize
    return Entry.from_item({name: to_python(value) for name, value in item.items()}) if item else None
