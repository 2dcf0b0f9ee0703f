"""The deployment: it turns cents into whole euros, for old orders it should not have touched, and drops small ones."""

from shop import orders


def migrate() -> None:
    """What was reviewed on a Friday."""
    for order in orders.everything():
        key = {"customer": order["customer"], "number": order["number"]}
        if order["cents"] < 100:
            orders.table.delete_item(Key=key)  # "worth nothing"
        elif order["status"] == "PAID":
            orders.table.update_item(
                Key=key,
                UpdateExpression="SET cents = :euros",
                ExpressionAttributeValues={":euros": order["cents"] // 100},
            )
