"""The way back: a copy of the table as it was, the differences, and a repair that leaves everything else alone."""

from dataclasses import dataclass, field
from datetime import datetime

from boto3.dynamodb.conditions import Attr

from shop import orders
from shop.orders import Order


def restore(moment: datetime, copy: str) -> None:
    """Make a table called `copy` that holds what the orders were at that moment, and wait until it can be used."""
    orders.client.restore_table_to_point_in_time(
        SourceTableName="orders", TargetTableName=copy, RestoreDateTime=moment, BillingModeOverride="PAY_PER_REQUEST"
    )
    orders.client.get_waiter("table_exists").wait(TableName=copy)


def restore_deleted(copy: str = "orders") -> None:
    """Bring back a table that was deleted: DynamoDB keeps a backup of it for 35 days."""
    backups = orders.client.list_backups(TableName="orders", BackupType="SYSTEM")["BackupSummaries"]
    orders.client.restore_table_from_backup(BackupArn=backups[-1]["BackupArn"], TargetTableName=copy)
    orders.client.get_waiter("table_exists").wait(TableName=copy)


@dataclass
class Differences:
    """What has become of the orders since the copy was made."""

    lost: list[Order] = field(default_factory=list)
    damaged: list[tuple[Order, Order]] = field(default_factory=list)
    """As it was, as it is: changed, though nobody has raised its version."""
    moved_on: list[Order] = field(default_factory=list)
    """New, or changed by the application."""


def compare(copy: str) -> Differences:
    """The differences between the orders and a copy of them."""
    differences = Differences()
    now = {(order["customer"], order["number"]): order for order in orders.everything()}
    for before in orders.everything(copy):
        after = now.pop((before["customer"], before["number"]), None)
        if after is None:
            differences.lost.append(before)
        elif after["version"] != before["version"]:
            differences.moved_on.append(after)
        elif after != before:
            differences.damaged.append((before, after))
    differences.moved_on += now.values()
    return differences


def repair(differences: Differences) -> int:
    """Put back what was lost and what was damaged, unless somebody was faster; gives how many were put back."""
    repaired = sum(_put(order, Attr("number").not_exists()) for order in differences.lost)
    for before, after in differences.damaged:
        repaired += _put(before, Attr("cents").eq(after["cents"]) & Attr("version").eq(after["version"]))
    return repaired


def _put(order: Order, condition: Attr) -> bool:
    try:
        orders.table.put_item(Item=order, ConditionExpression=condition)
    except orders.client.exceptions.ConditionalCheckFailedException:
        return False
    return True
