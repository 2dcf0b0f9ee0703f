"""A table with recovery switched on, time standing still, and calls that must be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture
def client(ddbmock: Any) -> Any:
    """A client that sends whatever it is given."""
    return boto3.client("dynamodb", region_name=ddbmock.region, config=Config(parameter_validation=False))


@pytest.fixture
def orders(ddbmock: Any) -> Any:
    """The table `orders`, made at a whole hour with recovery switched on."""
    ddbmock.clock.freeze()
    ddbmock.clock.move_to("2030-01-01T10:00")
    return ddbmock.create_table("orders", "pk", "sk:N", pitr=True)


@pytest.fixture
def put(client: Any) -> Callable[..., None]:
    """Puts an item into `orders`."""

    def put(key: str, number: int = 1, **attributes: Any) -> None:
        client.put_item(TableName="orders", Item={"pk": {"S": key}, "sk": {"N": str(number)}, **attributes})

    return put


@pytest.fixture
def restore(client: Any) -> Callable[..., dict[str, Any]]:
    """Restores `orders` into `restored`; gives the description."""

    def restore(moment: Any = None, **more: Any) -> dict[str, Any]:
        when = {"UseLatestRestorableTime": True} if moment is None else {"RestoreDateTime": moment}
        params = {"SourceTableName": "orders", "TargetTableName": "restored", **when, **more}
        return client.restore_table_to_point_in_time(**params)["TableDescription"]  # type: ignore[no-any-return]

    return restore


@pytest.fixture
def refused(client: Any) -> Callable[..., str]:
    """Makes a call that must be refused and must make no table; gives `Code: message`."""

    def refused(method: str, **params: Any) -> str:
        before = client.list_tables()["TableNames"]
        with pytest.raises(ClientError) as caught:
            getattr(client, method)(**params)
        assert client.list_tables()["TableNames"] == before
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"

    return refused
