"""Copies of the orders in S3: out by an export, in again as a new table."""

from typing import Any

from shop import orders

BUCKET = "vault"


def put_away() -> dict[str, Any]:
    """Begin to export the orders as they are; gives what DescribeExport tells of it."""
    arn = orders.client.describe_table(TableName="orders")["Table"]["TableArn"]
    export = orders.client.export_table_to_point_in_time(TableArn=arn, S3Bucket=BUCKET, S3Prefix="orders")
    return state(export["ExportDescription"]["ExportArn"])


def state(export_arn: str) -> dict[str, Any]:
    """How an export is getting on."""
    return orders.client.describe_export(ExportArn=export_arn)["ExportDescription"]  # type: ignore[no-any-return]


def fetch(export: dict[str, Any], name: str) -> dict[str, Any]:
    """Begin to make a table called `name` from an export that is complete; gives what DescribeImport tells of it."""
    begun = orders.client.import_table(
        S3BucketSource={"S3Bucket": BUCKET, "S3KeyPrefix": export["ExportManifest"].rpartition("/")[0] + "/data/"},
        InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP",
        TableCreationParameters={
            "TableName": name,
            "AttributeDefinitions": [
                {"AttributeName": "customer", "AttributeType": "S"},
                {"AttributeName": "number", "AttributeType": "N"},
            ],
            "KeySchema": [
                {"AttributeName": "customer", "KeyType": "HASH"},
                {"AttributeName": "number", "KeyType": "RANGE"},
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )["ImportTableDescription"]
    described = orders.client.describe_import(ImportArn=begun["ImportArn"])
    return described["ImportTableDescription"]  # type: ignore[no-any-return]
