"""A table to back up, time standing still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def orders(ddbmock: Any) -> Any:
    """The table `orders` with two items."""
    ddbmock.clock.freeze()
    ddbmock.clock.move_to("2030-01-01T10:00:00.5")
    orders = ddbmock.create_table("orders", "pk", "sk:N")
    orders.load([{"pk": "a", "sk": 1, "text": "as it was"}, {"pk": "b", "sk": 2}])
    return orders


@pytest.fixture
def back_up(client: Any) -> Callable[..., str]:
    """Makes a backup; gives its ARN."""

    def back_up(name: str = "first", table: str = "orders") -> str:
        answer = client.create_backup(TableName=table, BackupName=name)
        return answer["BackupDetails"]["BackupArn"]  # type: ignore[no-any-return]

    return back_up


@pytest.fixture
def restore(client: Any) -> Callable[..., dict[str, Any]]:
    """Restores a backup into `restored`; gives the description."""

    def restore(arn: str, target: str = "restored", **overrides: Any) -> dict[str, Any]:
        answer = client.restore_table_from_backup(TargetTableName=target, BackupArn=arn, **overrides)
        return answer["TableDescription"]  # type: ignore[no-any-return]

    return restore


@pytest.fixture
def names(client: Any) -> Callable[..., list[str]]:
    """The names of the backups that ListBackups gives."""

    def names(**filters: Any) -> list[str]:
        return [one["BackupName"] for one in client.list_backups(**filters)["BackupSummaries"]]

    return names
