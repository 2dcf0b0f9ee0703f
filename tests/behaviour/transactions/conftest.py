"""Two tables, and short ways to write the members of transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Wire = dict[str, Any]


@pytest.fixture(autouse=True)
def tables(ddbmock: Any) -> None:
    """`users`, and `orders` with a sort key, indexes and a stream."""
    ddbmock.create_table("users", "pk")
    ddbmock.create_table(
        "orders",
        "customer",
        "placed:N",
        lsi={"by-total": "total:N"},
        gsi={"by-status": ("status", "placed:N")},
        stream="NEW_AND_OLD_IMAGES",
    )


class Actions:
    """Members of `TransactItems`."""

    @staticmethod
    def user(name: str) -> Wire:
        return {"TableName": "users", "Key": {"pk": {"S": name}}}

    @staticmethod
    def order(placed: int) -> Wire:
        return {"TableName": "orders", "Key": {"customer": {"S": "c"}, "placed": {"N": str(placed)}}}

    @staticmethod
    def put(name: str, condition: str | None = None, **more: Any) -> Wire:
        """A user named `name`; `more` are members of the action, or of the item where they are in lower case."""
        item = {"pk": {"S": name}, **{key: value for key, value in more.items() if key.islower()}}
        rest = {key: value for key, value in more.items() if not key.islower()}
        if condition is not None:
            rest["ConditionExpression"] = condition
        return {"Put": {"TableName": "users", "Item": item, **rest}}

    @staticmethod
    def put_order(placed: int, **more: Any) -> Wire:
        return {"Put": {"TableName": "orders", "Item": {"customer": {"S": "c"}, "placed": {"N": str(placed)}, **more}}}

    @classmethod
    def update(cls, name: str, expression: str, condition: str | None = None, **values: Any) -> Wire:
        """`values` are those of the expression, without their colons."""
        action = {**cls.user(name), "UpdateExpression": expression}
        if values:
            action["ExpressionAttributeValues"] = {f":{key}": value for key, value in values.items()}
        if condition is not None:
            action["ConditionExpression"] = condition
        return {"Update": action}

    @classmethod
    def delete(cls, name: str, **more: Any) -> Wire:
        return {"Delete": {**cls.user(name), **more}}

    @classmethod
    def check(cls, name: str, condition: str, **more: Any) -> Wire:
        return {"ConditionCheck": {**cls.user(name), "ConditionExpression": condition, **more}}

    @classmethod
    def get(cls, name: str, **more: Any) -> Wire:
        return {"Get": {**cls.user(name), **more}}


@pytest.fixture
def actions() -> type[Actions]:
    return Actions


@pytest.fixture
def write(client: Any) -> Callable[..., Any]:
    """TransactWriteItems of these members."""

    def write(*members: Any, **params: Any) -> Any:
        return client.transact_write_items(TransactItems=list(members), **params)

    return write


@pytest.fixture
def read(client: Any) -> Callable[..., Any]:
    """What TransactGetItems of these members finds."""

    def read(*members: Any) -> Any:
        return client.transact_get_items(TransactItems=list(members))["Responses"]

    return read


@pytest.fixture
def reasons(ddbmock: Any, client: Any) -> Callable[..., list[Wire]]:
    """The cancellation reasons of a transaction that must be canceled and must change nothing."""

    def reasons(*members: Any, method: str = "transact_write_items", **params: Any) -> list[Wire]:
        before = {name: ddbmock.table(name).items for name in ddbmock.tables}
        with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
            getattr(client, method)(TransactItems=list(members), **params)
        assert {name: ddbmock.table(name).items for name in ddbmock.tables} == before
        response = caught.value.response
        found: list[Wire] = response["CancellationReasons"]
        codes = ", ".join(reason["Code"] for reason in found)
        text = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
        assert response["Error"]["Message"] == response["Message"] == text
        assert len(found) == len(members)
        return found

    return reasons


@pytest.fixture
def refusal(ddbmock: Any, client: Any) -> Callable[..., str]:
    """`Code: message` of a transaction that must be refused as a whole and must change nothing."""

    def refusal(*members: Any, method: str = "transact_write_items", **params: Any) -> str:
        before = {name: ddbmock.table(name).items for name in ddbmock.tables}
        with pytest.raises(ClientError) as caught:
            getattr(client, method)(**{"TransactItems": list(members), **params})
        assert {name: ddbmock.table(name).items for name in ddbmock.tables} == before
        assert "CancellationReasons" not in caught.value.response
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"

    return refusal
