"""The worst Friday of the year, on any day."""

from datetime import datetime
from typing import Any

import pytest
from pytest_ddbmock import DDBMock

from shop import deploy, orders, recovery, vault


@pytest.fixture(scope="session")
def ddbmock_tables() -> dict[str, Any]:
    return {"orders": {"key": ("customer", "number:N"), "pitr": True}}


@pytest.fixture
def before(ddbmock: DDBMock) -> datetime:
    """The moment before the deployment; a hundred orders have been placed, half of them paid."""
    for number in range(100):
        orders.place(f"customer-{number % 10}", number, cents=number * 50)
        if number % 2:
            orders.pay(f"customer-{number % 10}", number)
    ddbmock.clock.tick(minutes=30)
    return ddbmock.clock.now


def test_a_bad_deployment_is_repaired_while_the_shop_is_open(ddbmock: DDBMock, before: datetime) -> None:
    as_it_was = ddbmock.table("orders").items
    ddbmock.clock.tick(seconds=1)
    deploy.migrate()
    ddbmock.clock.tick(minutes=10)
    orders.place("customer-0", 1000, cents=12_000)
    orders.pay("customer-4", 4)

    recovery.restore(before, copy="orders-before")
    differences = recovery.compare("orders-before")

    assert {order["cents"] for order in differences.lost} == {0, 50}
    assert len(differences.damaged) == 49
    assert {order["number"] for order in differences.moved_on} == {4, 1000}

    assert recovery.repair(differences) == len(differences.lost) + len(differences.damaged)

    left = recovery.compare("orders-before")
    assert (left.lost, left.damaged) == ([], [])
    assert ddbmock.table("orders")["customer-4", 4]["status"] == "PAID"
    untouched = [order for order in ddbmock.table("orders").items if order["number"] not in (4, 1000)]
    assert untouched == [order for order in as_it_was if order["number"] != 4]


def test_a_repair_does_not_win_over_a_customer_who_is_faster(ddbmock: DDBMock, before: datetime) -> None:
    deploy.migrate()
    ddbmock.clock.tick(minutes=10)
    recovery.restore(before, copy="orders-before")
    differences = recovery.compare("orders-before")
    orders.place("customer-0", 0, cents=7)  # its number was lost, and somebody takes it

    recovery.repair(differences)

    assert ddbmock.table("orders")["customer-0", 0]["cents"] == 7


def test_the_last_five_minutes_cannot_be_restored_yet(ddbmock: DDBMock, before: datetime) -> None:
    ddbmock.clock.tick(minutes=4)
    with pytest.raises(orders.client.exceptions.InvalidRestoreTimeException):
        recovery.restore(before, copy="orders-before")
    ddbmock.clock.tick(minutes=1)
    recovery.restore(before, copy="orders-before")


def test_a_table_that_somebody_deleted_comes_back(ddbmock: DDBMock, before: datetime) -> None:
    as_it_was = ddbmock.table("orders").items
    orders.client.delete_table(TableName="orders")

    recovery.restore_deleted()

    assert ddbmock.table("orders").items == as_it_was
    orders.place("customer-0", 1000, cents=12_000)


def test_the_wreck_is_put_away_and_looked_at_elsewhere(ddbmock: DDBMock, before: datetime) -> None:
    deploy.migrate()
    wreck = ddbmock.table("orders").items
    bucket = ddbmock.s3["vault"]

    export = vault.put_away()
    imported = vault.fetch(export, "wreck")

    assert export["ExportStatus"] == "COMPLETED"
    assert export["ExportManifest"] in bucket
    assert imported["ImportStatus"] == "COMPLETED"
    assert ddbmock.table("wreck").items == wreck


def test_a_vault_that_is_not_there_is_noticed(before: datetime) -> None:
    assert vault.put_away()["FailureCode"] == "S3NoSuchBucket"
